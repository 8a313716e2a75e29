"""What whoever works in a notebook calls: every indicator, wide and labelled, of a programme given whole."""

import inspect

import numpy as np
import pandas as pd
import pytest
from frames import achievements, finance, small_programme, targets

import porfse_analysis as pf
from porfse_analysis import ParameterError
from porfse_analysis.indicators.result import RESULT_COLUMNS

SPRING, AUTUMN = "2018-03-31", "2018-09-30"


@pytest.fixture(scope="module")
def small():
    """Two axes, 100 allocated each; at the later date axis 2 and the participants are not there yet."""
    return small_programme(
        finance=finance(
            *((axis, SPRING, "allocation", 100.0) for axis in "12"),
            ("1", SPRING, "declared", 10.0),
            ("2", SPRING, "declared", 30.0),
            ("1", AUTUMN, "declared", 25.0),
            source="ec",
        ),
        achievements=achievements(("1", "8i", "CO01", SPRING, 4.0), ("1", "8i", "CR02", SPRING, 3.0), source="ec"),
        targets=targets(("1", "8i", "CR02", "v1", "2014-01-01", 6.0), source="ec"),
        sources=("ec",),
    )


def cells(frame, *columns):
    return [tuple(row) for row in frame[list(columns)].itertuples(index=False)]


# every indicator


def test_every_cutoff_in_one_frame(small):
    rates = pf.all_indicators(small, names="declaration_rate", by="axis")
    assert list(rates) == list(RESULT_COLUMNS)
    assert cells(rates, "axis", "cutoff", "data_date", "value", "note") == [
        ("1", pd.Timestamp(SPRING), pd.Timestamp(SPRING), 0.1, ""),
        ("2", pd.Timestamp(SPRING), pd.Timestamp(SPRING), 0.3, ""),
        ("1", pd.Timestamp(AUTUMN), pd.Timestamp(AUTUMN), 0.25, ""),
        ("2", pd.Timestamp(AUTUMN), pd.Timestamp(SPRING), 0.3, "stale"),
    ]
    fresh = pf.all_indicators(small, names=["declaration_rate"], by="axis", fresh=True)
    assert cells(fresh, "axis", "cutoff", "value") == [
        ("1", pd.Timestamp(SPRING), 0.1),
        ("2", pd.Timestamp(SPRING), 0.3),
        ("1", pd.Timestamp(AUTUMN), 0.25),
    ]


@pytest.mark.long
def test_all_cutoffs_are_the_cutoffs_one_below_the_other(three_dates):
    whole = pf.all_indicators(three_dates)
    each = [pf.all_indicators(three_dates, cutoff=date) for date in three_dates.cutoffs]
    assert len(each) == 3
    pd.testing.assert_frame_equal(whole, pd.concat(each, ignore_index=True))
    assert sorted(whole["cutoff"].dt.strftime("%Y-%m-%d").unique()) == three_dates.cutoffs


@pytest.mark.long
def test_every_name_of_the_registry_can_be_asked_for(bundled):
    for name in pf.INDICATORS:
        found = pf.all_indicators(bundled, cutoff="2018-12-31", names=name)
        # the bundled programme has no milestones, no payments of the Commission and no targets of certification
        lacking = name in ("milestone_achievement_ratio", "eu_payment_rate", "certification_target_ratio")
        assert set(found["indicator"]) == (set() if lacking else {name}), name
    # 358,000,000 allocated and 202,708 participants in axis I
    per_head = pf.all_indicators(bundled, cutoff="2018-12-31", names="allocation_spend_per_participant", by="axis")
    assert per_head.loc[per_head["axis"] == "I", "value"].tolist() == [358_000_000 / 202_708]


def test_what_was_asked_for_by_name_is_in_the_whole_too(bundled):
    whole = pf.all_indicators(bundled, cutoff="2018-12-31")
    named = pf.all_indicators(bundled, cutoff="2018-12-31", names=["residents", "paid_spend_per_resident"])
    kept = whole[whole["indicator"].isin(["residents", "paid_spend_per_resident"])]
    pd.testing.assert_frame_equal(named, kept.reset_index(drop=True))


def test_by_is_taken_as_the_functions_take_it(small):
    def found(**asked):
        result = pf.all_indicators(small, cutoff=SPRING, **asked)
        return {(name, axis) for name, axis in cells(result, "indicator", "axis") if name in shown}

    shown = ("declaration_rate", "participants", "target_achievement_ratio")
    money = {("declaration_rate", "1"), ("declaration_rate", "2"), ("participants", "1")}
    whole = {("declaration_rate", "ALL"), ("participants", "ALL")}
    ratio = {("target_achievement_ratio", "1")}
    assert found() == money | whole | ratio
    assert found(by="axis") == money
    assert found(by="programme") == whole
    assert found(by="indicator") == ratio
    assert found(by=["axis", "fund"]) == money
    assert found(by="region_category") == whole | ratio


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"names": "absorption_rate"}, "names='absorption_rate': use one or more of activation_rate, selection_rate, "),
        ({"names": []}, "names=[]: use one or more of activation_rate, "),
        ({"by": "county"}, "by='county': use axis, programme, fund, region_category, indicator"),
        ({"by": []}, "by=[]: use axis, programme, fund, region_category, indicator"),
        ({"names": "residents", "by": "axis"}, "by='axis': residents takes programme"),
        (
            {"names": ["participants", "target_achievement_ratio"], "by": "axis"},
            "by='axis': target_achievement_ratio takes indicator, region_category",
        ),
        ({"cutoff": "30/09/2018"}, "cutoff '30/09/2018' is not a date written YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_asked_for_is_said(small, asked, said):
    with pytest.raises(ParameterError) as caught:
        pf.all_indicators(small, **asked)
    assert str(caught.value).startswith(said)


# side by side


def test_wide_has_a_column_a_cutoff_and_a_row_an_axis(small):
    table = pf.wide(pf.all_indicators(small, names="declaration_rate", by="axis", fresh=True))
    assert table.index.tolist() == ["1", "2"]
    assert table.index.name == "axis"
    assert table.columns.tolist() == [pd.Timestamp(SPRING), pd.Timestamp(AUTUMN)]
    np.testing.assert_array_equal(table.to_numpy(), [[0.1, 0.25], [0.3, np.nan]])


def test_wide_of_one_cutoff_has_a_column_an_indicator(small):
    table = pf.wide(pf.financial_progress(small, cutoff=AUTUMN))
    assert table.index.names == ["axis"]
    assert table.columns.tolist()[:2] == ["activation_rate", "selection_rate"]
    assert table["declaration_rate"].tolist() == [0.25, 0.3]


def test_wide_keeps_apart_what_differs(small):
    table = pf.wide(pf.all_indicators(small, names=["declaration_rate", "participants"]))
    assert table.index.names == ["axis", "indicator"]
    assert table.loc[("1", "participants"), SPRING] == 4
    assert table.loc[("ALL", "declaration_rate"), SPRING] == 40 / 200
    alone = pf.wide(pf.residents(pf.load_programme(), cutoff=SPRING)[["cutoff", "indicator", "value"]])
    assert alone.columns.tolist() == ["residents"]
    assert len(alone) == 1
    assert pf.wide(pf.financial_progress(small, cutoff="2010-12-31")).empty


def test_wide_takes_an_unknown_date_and_orders_the_known():
    frame = pd.DataFrame({"axis": "1", "cutoff": pd.to_datetime([AUTUMN, SPRING]), "indicator": "x", "value": [2.0, 1]})
    assert pf.wide(frame).to_numpy().tolist() == [[1.0, 2.0]]


def test_wide_refuses_two_values_of_one_cell(small):
    rates = pf.all_indicators(small, names="declaration_rate", by="axis")
    with pytest.raises(ParameterError, match=r"4 rows are not alone.*indicator declaration_rate, cutoff 2018-03-31;"):
        pf.wide(rates[["cutoff", "indicator", "value"]])
    with pytest.raises(ParameterError, match="2 rows are not alone in their cell, the first axis 1, cutoff 2018-03-31"):
        pf.wide(pd.concat([rates, rates.head(1)]))
    with pytest.raises(ParameterError, match="frame has no column cutoff, indicator, value"):
        pf.wide(pd.DataFrame({"axis": ["1"]}))


# in words


def test_label_puts_words_in_place_of_codes(bundled):
    rates = pf.certification_rate(bundled, cutoff="2018-12-31")
    before = rates.copy()
    named = pf.label(rates, "it")
    pd.testing.assert_frame_equal(rates, before)
    assert list(named) == list(rates)
    assert named["axis"].tolist() == [
        "I · Occupazione",
        "II · Inclusione sociale e lotta alla povertà",
        "III · Istruzione e formazione",
        "IV · Capacità istituzionale e amministrativa",
        "V · Assistenza tecnica",
    ]
    assert set(named["indicator"]) == {"Tasso di certificazione"}
    assert set(named["unit"]) == {"quota (1 = 100%)"}
    assert set(named["note"]) == {"non pubblicato"}
    people = pf.label(pf.participants(bundled, cutoff="2018-12-31", by="programme"), "en")
    assert cells(people, "axis", "indicator", "unit", "note") == [
        ("Whole programme", "Participants", "participants", "restated by a later report")
    ]


def test_label_finds_the_titles_where_they_are(bundled):
    plain = pf.participants(bundled.achievements, cutoff="2018-12-31").head(1)
    assert pf.label(plain, "en")["axis"].tolist() == ["Axis I"]
    assert pf.label(plain, "en", bundled)["axis"].tolist() == ["I · Employment"]
    kept = pf.all_indicators(bundled, names="participants", by="axis")
    # selecting, sorting and joining parts of one frame keep the names
    cut = pd.concat([kept[kept["axis"] == "I"].tail(1), kept[kept["axis"] == "II"].tail(1)])[["axis", "value"]]
    assert pf.label(cut, "en")["axis"].tolist() == ["I · Employment", "II · Social inclusion and fight against poverty"]
    wide = pf.wide(pf.label(kept, "en"))
    assert wide.index[0] == "I · Employment"
    assert wide.loc["I · Employment", "2018-12-31"] == 202_708


def test_label_says_what_it_cannot_do(bundled):
    rates = pf.certification_rate(bundled, cutoff="2018-12-31")
    for call, said in [
        (lambda: pf.label(rates, "xx"), "lang='xx': use one of it, en"),
        (lambda: pf.label(3, "it"), "frame is of type int"),
        (lambda: pf.label(pf.wide(rates), "it"), "no column axis or indicator or unit or note; label a result before"),
        (lambda: pf.label(pf.label(rates, "it"), "it"), "has names in place of codes already"),
        (lambda: pf.label(rates, "it", "lombardia"), "programme is of type str"),
    ]:
        with pytest.raises(ParameterError, match=said):
            call()


# a programme in place of its frames

TWO = {"cutoff": "2020-12-31", "compare_to": "2018-12-31"}
ONE = {"cutoff": "2018-12-31"}
TAKEN = {
    "allocation_changes": (("finance",), TWO),
    "certification_rate": (("finance",), ONE),
    "cost_per_result": (("finance", "achievements", "targets"), ONE | {"stage": "declared"}),
    "financial_changes": (("finance",), TWO),
    "financial_progress": (("finance",), ONE),
    "participant_changes": (("achievements",), TWO),
    "participants": (("achievements",), ONE),
    "residents": (("population",), ONE),
    "target_achievement_ratio": (("achievements", "targets"), ONE),
    "target_changes": (("targets",), TWO),
    "target_ratio_changes": (("achievements", "targets"), TWO),
}


def test_every_function_of_indicators_takes_a_programme():
    of_indicators = {
        name
        for name in pf.__all__
        if inspect.isfunction(function := getattr(pf, name))
        and function.__module__.startswith("porfse_analysis.indicators.")
        and next(iter(inspect.signature(function).parameters)) not in ("programme", "frame")
    }
    # of the last three the bundled programme has no figures: test_eu_payments, test_certification_targets, test_sexes
    apart = {"per_capita_spend", "eu_payment_rate", "certification_target_ratio", "women_and_men"}
    assert of_indicators == {*TAKEN} | apart


@pytest.mark.parametrize("name", TAKEN)
def test_a_programme_gives_what_its_frames_give(name, bundled):
    tables, dates = TAKEN[name]
    function = getattr(pf, name)
    frames = [getattr(bundled, table) for table in tables]
    found = function(bundled, **dates)
    assert len(found)
    pd.testing.assert_frame_equal(found, function(*frames, **dates))
    assert found.attrs["names"]["axes"]["2014IT05SFOP007"]["I"] == {"it": "Occupazione", "en": "Employment"}
    for table, frame in zip(tables[1:], frames[1:], strict=True):
        with pytest.raises(
            ParameterError, match=f"{table}: given besides a Programme, which has its own; give the Pro"
        ):
            function(bundled, **{table: frame}, **dates)


def test_spend_per_head_of_a_programme(bundled):
    at = {"cutoff": "2018-12-31", "by": "programme", "stage": "declared"}
    people = {name: getattr(pf, name) for name in ("participants", "residents")}
    for word, heads in (
        ("participants", people["participants"](bundled.achievements, cutoff="2018-12-31", by="programme")),
        ("residents", people["residents"](bundled.population, cutoff="2018-12-31")),
    ):
        expected = pf.per_capita_spend(bundled.finance, heads, **at)
        assert len(expected) == 1
        pd.testing.assert_frame_equal(pf.per_capita_spend(bundled, word, **at), expected)
        with pytest.raises(ParameterError, match="people: given besides a Programme"):
            pf.per_capita_spend(bundled, heads, **at)
    assert set(pf.per_capita_spend(bundled, **at)["unit"]) == {"EUR/participant"}
    with pytest.raises(ParameterError, match="people='heads': use participants or residents"):
        pf.per_capita_spend(bundled, "heads", **at)
    with pytest.raises(ParameterError, match="people is of type NoneType, not a frame"):
        pf.per_capita_spend(bundled.finance, **at)
    with pytest.raises(ParameterError, match="targets is of type NoneType, not a frame"):
        pf.target_achievement_ratio(bundled.achievements, cutoff="2018-12-31")


@pytest.mark.parametrize("name", ["participants", "residents"])
def test_people_have_the_columns_of_every_result(name, bundled):
    found = getattr(pf, name)(bundled, cutoff="2018-12-31")
    rates = pf.certification_rate(bundled, cutoff="2018-12-31")
    assert found.dtypes.to_dict() == rates.dtypes.to_dict()
    assert list(found) == list(RESULT_COLUMNS)
