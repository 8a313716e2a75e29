"""Two reporting dates side by side: what moved, what is progress and what the plan, what does not compare."""

import dataclasses
import functools

import pandas as pd
import pytest
from cells import run_cells, run_in_kernel
from frames import achievements, finance, only, prefer, targets
from hypothesis import given, settings
from hypothesis import strategies as st

from porfse_analysis import (
    ParameterError,
    all_changes,
    allocation_changes,
    financial_changes,
    participant_changes,
    target_changes,
    target_ratio_changes,
)
from porfse_analysis.display.cutoffs import figures, tables
from porfse_analysis.display.cutoffs.comparison import open_cutoff_comparison
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.wording import LANGUAGES
from porfse_analysis.indicators.compared import CHANGE_COLUMNS, STATUSES, compare_results, decompose_change
from porfse_analysis.indicators.plan_changes import PLAN_STATUSES
from porfse_analysis.indicators.result import make_result
from porfse_analysis.reports.render import render
from porfse_analysis.reports.results import collect_results, recorded

THEN, NOW = "2019-12-31", "2020-12-31"
DATES = {"cutoff": NOW, "compare_to": THEN}
NUMBERS = ["change", "progress_effect", "plan_effect", "numerator_change", "rank", "rank_before"]


def rate(frame, axis="I", indicator="declaration_rate", **dates):
    """The one row of an axis between the two dates."""
    return only(financial_changes(frame, **{**DATES, **dates}), axis=axis, indicator=indicator)


def declared(*rows, axis="I", **columns):
    """Allocation and declared amounts of one axis: (date, allocation, declared, {more columns of the declared})."""
    cells = []
    for date, allocation, amount, *more in rows:
        cells += [(axis, date, "allocation", allocation), (axis, date, "declared", amount, *more)]
    return finance(*cells, **columns)


def assert_no_number(row):
    assert row[NUMBERS].isna().all()


# Worked out by hand from finance.csv and targets.csv


def test_axis_two_gained_money_and_lost_rate(bundled):
    """Plan version 6 took axis II from 227.1 to 379 million while 24.9 million more were declared."""
    row = rate(bundled.finance, axis="II")
    n0, d0 = 98_067_551.03, 227_100_000  # 43.18%
    n1, d1 = 122_977_484.17, 379_000_000  # 32.45%
    assert (row["numerator_before"], row["denominator_before"]) == (n0, d0)
    assert (row["numerator"], row["denominator"]) == (n1, d1)
    # progress, moving first and moving second: (n1 - n0)/d0 = 0.109687 and (n1 - n0)/d1 = 0.065725; mean 0.087706
    first, second = (n1 - n0) / d0, (n1 - n0) / d1
    assert row["progress_effect"] == pytest.approx((first + second) / 2, rel=1e-13)
    assert row["progress_effect"] == pytest.approx(0.087706, abs=5e-7)
    # plan, moving second and moving first: n1/d1 - n1/d0 = -0.217034 and n0/d1 - n0/d0 = -0.173072; mean -0.195053
    assert row["plan_effect"] == pytest.approx(((n1 / d1 - n1 / d0) + (n0 / d1 - n0 / d0)) / 2, rel=1e-13)
    assert row["plan_effect"] == pytest.approx(-0.195053, abs=5e-7)
    assert row["change"] == n1 / d1 - n0 / d0 == pytest.approx(-0.107347, abs=5e-7)
    assert row["numerator_change"] == n1 - n0 == pytest.approx(24_909_933.14)
    assert row["denominator_change"] == 151_900_000
    assert (row["status"], row["precision"]) == ("compared", 0.01)


def test_a_cut_allocation_is_no_progress(bundled):
    """Axis I went from 45.5% to 69.3%: 0.3 points of it are spend, 23.4 the cut from 358 to 236.7 million."""
    row = rate(bundled.finance, axis="I")
    # (163,933,048.88 - 163,057,413.51) * (1/358,000,000 + 1/236,700,000) / 2 = 875,635.37 * 3.509034e-9
    assert row["progress_effect"] == pytest.approx(0.003073, abs=5e-7)
    assert row["plan_effect"] == pytest.approx(0.234037, abs=5e-7)


def test_the_same_plan_has_exactly_no_effect(bundled):
    """Axes IV and V, and the programme, kept their allocation in 2020: 970,474,516 euro."""
    changes = financial_changes(bundled.finance, by="programme", **DATES)
    row = only(changes, indicator="declaration_rate")
    assert row["plan_effect"] == 0
    # (513,809,109.06 - 465,343,435.30) / 970,474,516 = 48,465,673.76 / 970,474,516
    assert row["progress_effect"] == pytest.approx(48_465_673.76 / 970_474_516, rel=1e-9)
    for axis in ("IV", "V"):
        assert rate(bundled.finance, axis=axis)["plan_effect"] == 0
        assert rate(bundled.finance, axis=axis)["denominator_change"] == 0


def test_ranks_of_the_axes(bundled):
    """Selection 2019: V 67.1, II 64.6, III 63.3, IV 52.1, I 49.7; 2020: I 80.7, IV 79.6, III 74.9, V 73.6, II 48.6."""
    rows = financial_changes(bundled.finance, **DATES).set_index(["indicator", "axis"]).loc["selection_rate"]
    assert rows["rank_before"].to_dict() == {"I": 5, "II": 2, "III": 3, "IV": 4, "V": 1}
    assert rows["rank"].to_dict() == {"I": 1, "II": 5, "III": 3, "IV": 2, "V": 4}
    assert rows["rank_change"].to_dict() == {"I": 4, "II": -3, "III": 0, "IV": 2, "V": -3}
    assert set(rows["ranked"]) == {5}
    assert not rows[["tied", "tied_before"]].any(axis=None)


def test_a_target_ratio_falls_through_the_plan_alone(bundled):
    """III 10iv CO10: 12,396 of 4,991 (248.4%) became 13,696 of 6,077 (225.4%): more people, a higher target."""
    changes = target_ratio_changes(bundled.achievements, bundled.targets, **DATES)
    row = only(changes, investment_priority="10iv", indicator_code="CO10")
    # 1,300 * (1/4,991 + 1/6,077) / 2 = 1,300 * 1.824577e-4
    assert row["progress_effect"] == pytest.approx(0.237195, abs=5e-7)
    # (1/6,077 - 1/4,991) * (12,396 + 13,696) / 2 = -3.580571e-5 * 13,046
    assert row["plan_effect"] == pytest.approx(-0.467122, abs=5e-7)
    assert row["change"] == pytest.approx(13_696 / 6_077 - 12_396 / 4_991, rel=1e-13)
    assert (row["numerator_change"], row["denominator_change"]) == (1_300, 1_086)
    # 2019 is taken from the report of 2020
    assert row["note_before"] == "restated"


@pytest.mark.parametrize(
    ("priority", "code", "status", "moved"),
    [
        ("8ii", "CR06", "percentage_target", 102),
        ("9iv", "CO18", "target_dropped", 15),
        ("11i", "CO22", "zero_denominator", 4),
        ("9i", "CO01", "no_target", 1_999),  # 4,998 to 6,997
    ],
)
def test_a_refused_ratio_has_no_change_though_the_value_moved(bundled, priority, code, status, moved):
    changes = target_ratio_changes(bundled.achievements, bundled.targets, **DATES)
    row = only(changes, investment_priority=priority, indicator_code=code)
    assert row["status"] == status
    assert row[["change", "progress_effect", "plan_effect"]].isna().all()
    assert row["numerator_change"] == moved


def test_participants(bundled):
    """Axis I: 161,345 + 153 + 48,256 = 209,754 in 2020, 157,846+486+0+816, 13+96, 128+45,691 = 205,076 in 2019."""
    row = only(participant_changes(bundled.achievements, **DATES), axis="I")
    assert (row["value_before"], row["value"], row["change"]) == (205_076, 209_754, 4_678)
    assert row[["progress_effect", "plan_effect"]].isna().all()


def test_a_stale_figure_is_not_zero_progress(bundled):
    """At 30 September 2018 the Commission's last figure is of the end of 2017, as at the date before."""
    row = rate(bundled.finance, indicator="selection_rate", cutoff="2018-09-30", compare_to="2017-12-31")
    assert row["status"] == "not_updated"
    assert row["value"] == row["value_before"]
    assert_no_number(row)
    # the sheet was the first to publish the activated resources
    row = rate(bundled.finance, indicator="activation_rate", cutoff="2018-09-30", compare_to="2017-12-31")
    assert row["status"] == "missing_before"
    assert_no_number(row)


def test_a_change_is_between_the_days_of_the_data(bundled):
    row = rate(bundled.finance, indicator="selection_rate", cutoff="2018-12-31", compare_to="2018-09-30")
    assert (row["data_date_before"], row["data_date"]) == (pd.Timestamp("2017-12-31"), pd.Timestamp("2018-12-31"))
    assert row["numerator_change"] == 133_615_344.12 - 73_665_949.88
    assert "stale" in row["note_before"]


def test_allocations_of_two_plans(bundled):
    """Version 6 of the plan: I -121.3, II +151.9, III -30.6 million; the whole is the same."""
    rows = allocation_changes(bundled.finance, **DATES).set_index("axis")
    assert rows["change"].to_dict() == {
        "ALL": 0,
        "I": -121_300_000,
        "II": 151_900_000,
        "III": -30_600_000,
        "IV": 0,
        "V": 0,
    }
    assert rows.loc["I", ["plan_version_before", "plan_version", "status"]].tolist() == ["5", "6", "changed"]
    assert rows.loc["V", "status"] == "same"
    # the sheet has one position alone
    first = allocation_changes(bundled.finance, cutoff="2018-09-30", compare_to="2017-12-31")
    assert set(first["status"]) == {"missing_before"}
    assert first["change"].isna().all()
    # 970.47 million published for the whole, not the 32 million of axis V, gives its precision
    assert only(first, axis="ALL")["precision"] == 10_000


def test_targets_of_two_plans(bundled):
    """8i CO01: 216,887 in version 5, 131,480 in version 6; 8iv CO01 is dropped; 8ii CR06 is 35% in both."""
    rows = target_changes(bundled.targets, **DATES).set_index(["investment_priority", "indicator_code"])
    assert rows.loc[("8i", "CO01"), ["target_before", "target", "change"]].tolist() == [216_887, 131_480, -85_407]
    assert rows.loc[("8iv", "CO01"), "status"] == "only_before"
    assert pd.isna(rows.loc[("8iv", "CO01"), "change"])
    assert rows.loc[("8ii", "CR06"), ["status", "change"]].tolist() == ["same", 0]
    early = target_changes(bundled.targets, cutoff="2015-12-31", compare_to="2014-12-31")
    assert set(early["status"]) == {"missing_before"}


# Why a change is refused, with figures made up


def test_a_figure_missing_at_one_date():
    frame = finance(("I", THEN, "allocation", 100), ("I", NOW, "allocation", 100), ("I", NOW, "declared", 40))
    row = rate(frame)
    assert (row["status"], row["value"]) == ("missing_before", 0.4)
    assert_no_number(row)
    assert rate(frame, cutoff=THEN, compare_to=NOW)["status"] == "missing_now"


def test_two_sources():
    frame = pd.concat([declared((THEN, 100, 30), source="a"), declared((NOW, 100, 40), source="b")])
    row = rate(prefer(frame, "a", "b"))
    assert (row["status"], row["source_before"], row["source"]) == ("other_source", "a", "b")
    assert_no_number(row)


def test_a_zero_allocation_has_no_rate_but_an_amount():
    row = rate(declared((THEN, 0, 30), (NOW, 100, 40)))
    assert row["status"] == "zero_denominator"
    assert row[["change", "progress_effect", "plan_effect", "rank"]].isna().all()
    assert (row["numerator_change"], row["denominator_change"]) == (10, 100)


def test_an_allocation_that_is_not_published():
    frame = finance(("I", THEN, "declared", 30), ("I", NOW, "allocation", 100), ("I", NOW, "declared", 40))
    row = rate(frame)
    assert (row["status"], row["numerator_change"]) == ("missing_base", 10)
    assert row[["change", "progress_effect", "plan_effect"]].isna().all()


@pytest.mark.parametrize("qualifier", ["more_than", "less_than"])
def test_a_bound_did_not_move_by_a_number(qualifier):
    """More than 144 million, then 150: the difference is not 6."""
    row = rate(declared((THEN, 1000, 144, {"qualifier": qualifier}), (NOW, 1000, 150)))
    assert (row["status"], row["qualifier"]) == ("bound", "bound")
    assert_no_number(row)


def test_a_bound_in_a_sum_or_below_the_line():
    frame = declared((THEN, 1000, 144), (NOW, 1000, 150))
    below = frame.assign(qualifier=frame["qualifier"].where(frame["stage"] != "allocation", "more_than"))
    assert rate(below)["status"] == "bound"
    other = declared((THEN, 10, 1, {"qualifier": "more_than"}), (NOW, 10, 2), axis="II")
    changes = financial_changes(pd.concat([frame, other]), by="programme", **DATES)
    assert only(changes, indicator="declaration_rate")["status"] == "bound"
    assert rate(pd.concat([frame, other]))["status"] == "compared"


def test_about_is_a_number_that_says_so():
    row = rate(declared((THEN, 1000, 144, {"qualifier": "about"}), (NOW, 1000, 150)))
    assert (row["status"], row["qualifier"], row["change"]) == ("compared", "about", 150 / 1000 - 144 / 1000)


def test_a_bound_of_an_indicator():
    values = achievements(("I", "8i", "CO01", THEN, 50, {"qualifier": "more_than"}), ("I", "8i", "CO01", NOW, 60))
    aims = targets(("I", "8i", "CO01", "1", "2014-12-31", 100))
    assert only(target_ratio_changes(values, aims, **DATES))["status"] == "bound"
    row = only(participant_changes(values, **DATES), axis="I")
    assert row["status"] == "bound"
    assert_no_number(row)


def test_a_target_without_any_value_comes_and_goes_with_the_plan():
    values = achievements(("I", "8i", "CO01", THEN, 50), ("I", "8i", "CO01", NOW, 60))
    aims = targets(
        *(("I", "8i", "CO01", version, date, 100) for version, date in (("1", THEN), ("2", NOW))),
        ("I", "8i", "CO12", "1", THEN, 10),
        ("I", "8i", "CO13", "2", NOW, 20),
    )
    rows = target_ratio_changes(values, aims, **DATES).set_index("indicator_code")
    assert rows["status"].to_dict() == {"CO01": "compared", "CO12": "target_dropped", "CO13": "target_new"}
    assert rows["change"].dropna().to_dict() == {"CO01": 60 / 100 - 50 / 100}


def test_a_part_that_is_missing_makes_no_change():
    frame = pd.concat(
        [
            declared((THEN, 100, 30), (NOW, 100, 40)),
            finance(("II", THEN, "allocation", 50), ("II", NOW, "allocation", 50)),
        ]
    )
    frame = pd.concat([frame, finance(("II", NOW, "declared", 20))])
    row = only(financial_changes(frame, by="programme", **DATES), indicator="declaration_rate")
    assert row["status"] == "partial"
    assert_no_number(row)


@pytest.mark.parametrize(("note", "moved"), [("no_target", 10), ("no_target;partial", None)])
def test_a_value_that_lacks_a_part_has_not_moved_whatever_became_of_its_target(note, moved):
    """The plan dropped the target: the value may still be told to have moved, from 30 to 40, where it is whole."""
    row = {"programme": "P", "axis": "I", "indicator": "target_achievement_ratio", "unit": "1", "source": "ec"}
    then = make_result(pd.DataFrame([row | {"data_date": pd.Timestamp(THEN), "numerator": 30.0, "denominator": 100.0}]))
    now = make_result(pd.DataFrame([row | {"data_date": pd.Timestamp(NOW), "numerator": 40.0, "note": note}]))
    change = only(compare_results(now, then, cutoff=pd.Timestamp(NOW), compare_to=pd.Timestamp(THEN)), axis="I")
    assert change["status"] == "target_dropped"
    assert (None if pd.isna(change["numerator_change"]) else change["numerator_change"]) == moved


def test_the_unit_a_figure_is_published_to_is_the_coarser_of_the_two():
    assert pd.isna(rate(declared((THEN, 100, 30), (NOW, 100, 40)))["precision"])  # to the cent, or not said
    frame = declared((THEN, 100, 30, {"precision": 1.0}), (NOW, 100, 40, {"precision": 0.01}))
    assert rate(frame)["precision"] == 1.0


def test_a_correction_is_not_progress():
    """The figure of 2019, published again a year later with another amount."""
    frame = declared((THEN, 100, 30), (NOW, 100, 31, {"data_date": THEN}))
    row = rate(frame)
    assert (row["status"], row["value_before"], row["value"]) == ("revised", 0.3, 0.31)
    assert_no_number(row)


def test_dates_in_the_wrong_order():
    frame = declared((THEN, 100, 30), (NOW, 100, 31, {"data_date": "2018-12-31"}))
    assert rate(frame)["status"] == "out_of_order"
    assert_no_number(rate(frame))


def test_an_axis_that_appears_and_one_that_disappears():
    frame = pd.concat(
        [
            declared((THEN, 100, 30), (NOW, 100, 40)),
            declared((THEN, 50, 20), axis="II"),
            declared((NOW, 50, 10), axis="III"),
        ]
    )
    assert rate(frame, axis="III")["status"] == "only_now"
    gone = rate(frame, axis="II")
    # its last figure stays on file, but the plan of 2020 has no axis II
    assert (gone["status"], gone["value_before"], gone["note"]) == ("only_before", 0.4, "not_reported")
    assert_no_number(gone)
    # the axis that can be compared has none to be ranked with
    assert pd.isna(rate(frame)["rank"])
    plan = allocation_changes(frame, **DATES).set_index("axis")
    assert plan["status"].to_dict() == {"ALL": "same", "I": "same", "II": "only_before", "III": "only_now"}


def test_an_allocation_that_is_a_bound_or_lacks_a_part():
    one, other = {"region_category": "More developed"}, {"region_category": "Transition"}
    frame = finance(
        *(("I", THEN, "allocation", 100), ("I", NOW, "allocation", 120, {"qualifier": "more_than"})),
        *(("II", THEN, "allocation", 50), ("II", NOW, "allocation", 60)),
        *(("III", date, "allocation", 10, one) for date in (THEN, NOW)),
        ("III", NOW, "allocation", None, other),
    )
    rows = allocation_changes(frame, **DATES).set_index("axis")
    assert rows["status"].to_dict() == {"ALL": "partial", "I": "bound", "II": "changed", "III": "partial"}
    assert rows["change"].dropna().to_dict() == {"II": 10}


def test_ties_share_a_place():
    """0.1/0.3 and 0.3/0.9 are one third both, though not in the last bit; 2 and 3 are tied, 4 follows."""
    frame = pd.concat(
        [
            declared((THEN, 1, 0.9), (NOW, 1, 0.9), axis="A"),
            declared((THEN, 1, 0.5), (NOW, 0.3, 0.1), axis="B"),
            declared((THEN, 1, 0.4), (NOW, 0.9, 0.3), axis="C"),
            declared((THEN, 1, 0.6), (NOW, 1, 0.2), axis="D"),
        ]
    )
    assert 0.1 / 0.3 != 0.3 / 0.9
    rows = financial_changes(frame, **DATES)
    rows = rows[rows["indicator"] == "declaration_rate"].set_index("axis")
    assert rows["rank"].to_dict() == {"A": 1, "B": 2, "C": 2, "D": 4}
    assert rows["tied"].to_dict() == {"A": False, "B": True, "C": True, "D": False}
    assert rows["rank_before"].to_dict() == {"A": 1, "B": 3, "C": 4, "D": 2}
    assert not rows["tied_before"].any()


def test_axes_of_other_days_are_not_ranked_together():
    frame = pd.concat(
        [
            declared((THEN, 100, 30), (NOW, 100, 40)),
            declared((THEN, 100, 20), (NOW, 100, 50), axis="II"),
            declared((THEN, 100, 10), (NOW, 100, 60, {"data_date": "2020-06-30"}), axis="III"),
        ]
    )
    rows = financial_changes(frame, **DATES)
    rows = rows[rows["indicator"] == "declaration_rate"].set_index("axis")
    assert rows["rank"].dropna().to_dict() == {"I": 2, "II": 1}
    assert rows.loc["III", "status"] == "compared"


def test_dates_that_cannot_be_compared():
    frame = declared((THEN, 100, 30), (NOW, 100, 40))
    for function in (financial_changes, allocation_changes):
        with pytest.raises(ParameterError, match="is the cutoff itself"):
            function(frame, cutoff=NOW, compare_to=NOW)
        with pytest.raises(ParameterError, match="YYYY-MM-DD"):
            function(frame, cutoff=NOW, compare_to="31/12/2019")
    with pytest.raises(ParameterError, match="against='final'"):
        target_changes(targets(("I", "8i", "CO01", "1", THEN, 1)), against="final", **DATES)


# What holds whatever the figures

amounts = st.integers(min_value=0, max_value=10**12).map(lambda cents: cents / 100)
plans = st.integers(min_value=1, max_value=10**12).map(lambda cents: cents / 100)


def split(n0, d0, n1, d1):
    series = [pd.Series([float(value)]) for value in (n0, d0, n1, d1)]
    return decompose_change(*series).iloc[0]


@given(amounts, plans, amounts, plans)
def test_the_parts_add_up_to_the_change(n0, d0, n1, d1):
    parts = split(n0, d0, n1, d1)
    change = n1 / d1 - n0 / d0
    # float error is relative to the largest term that goes into the sum
    scale = max(map(abs, (n1 / d1, n0 / d0, *parts)))
    assert abs(parts.sum() - change) <= 1e-14 * scale


@given(amounts, plans, amounts, plans)
def test_swapping_the_dates_flips_the_signs(n0, d0, n1, d1):
    assert (split(n0, d0, n1, d1) == -split(n1, d1, n0, d0)).all()


@given(amounts, amounts, plans)
def test_one_plan_or_one_amount(n0, n1, d):
    assert split(n0, d, n1, d)["plan_effect"] == 0
    assert split(n0, d, n0, d + 1)["progress_effect"] == 0


figures_of_two_dates = st.lists(
    st.tuples(
        st.sampled_from(["I", "II", "III"]),
        st.sampled_from([THEN, NOW]),
        st.sampled_from(["allocation", "declared", "paid"]),
        st.integers(min_value=0, max_value=10**10).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda row: row[:3],
)
MIRROR = {
    "only_now": "only_before",
    "missing_before": "missing_now",
    "target_new": "target_dropped",
}
MIRROR |= {there: here for here, there in MIRROR.items()}


@pytest.mark.long
@given(figures_of_two_dates, st.sampled_from(["axis", "programme"]))
@settings(max_examples=25)
def test_the_whole_comparison_is_antisymmetric_and_exact(cells, by):
    frame = finance(*cells)
    forth = financial_changes(frame, by=by, **DATES)
    back = financial_changes(frame, by=by, cutoff=THEN, compare_to=NOW)
    assert list(forth.columns) == list(CHANGE_COLUMNS)
    assert not forth.duplicated(["axis", "indicator"]).any()
    # a figure dated before both dates is as old at either: it is not updated, whichever comes first
    pd.testing.assert_frame_equal(forth[["axis", "indicator"]], back[["axis", "indicator"]])
    assert back["status"].replace(MIRROR).tolist() == forth["status"].tolist()
    for name in ("change", "progress_effect", "plan_effect", "numerator_change", "denominator_change", "rank_change"):
        pd.testing.assert_series_equal(forth[name], -back[name], check_exact=True)
    compared = forth[forth["status"] == "compared"]
    assert compared[["change", "progress_effect", "plan_effect", "numerator_change"]].notna().all(axis=None)
    assert forth.loc[forth["status"] != "compared", ["change", "progress_effect", "plan_effect"]].isna().all(axis=None)
    error = (compared["change"] - compared["progress_effect"] - compared["plan_effect"]).abs()
    scale = compared[["value", "value_before", "progress_effect", "plan_effect"]].abs().max(axis=1)
    assert (error <= 1e-14 * scale).all()


# The page


@pytest.fixture(scope="module")
def compared(bundled):
    """`open_cutoff_comparison` of the bundled programme, each comparison opened once."""
    return functools.cache(functools.partial(open_cutoff_comparison, bundled))


@pytest.fixture(params=LANGUAGES)
def comparison(request, compared):
    return compared(cutoff=NOW, lang=request.param)


def pieces(comparison):
    """Everything the notebook shows, as HTML."""
    shown = [
        *(tables.title(comparison), tables.lead(comparison), tables.key_numbers(comparison)),
        *(figures.rates(comparison), figures.effects(comparison), figures.target_effects(comparison)),
        *(*tables.rates(comparison), tables.targets(comparison), tables.refused_targets(comparison)),
        *(tables.participants(comparison), tables.allocations(comparison), tables.plan_targets(comparison)),
        *(tables.not_compared(comparison), tables.how_to_read(comparison), tables.definitions(comparison)),
    ]
    return [item._repr_html_() for item in shown]


def test_the_date_before_is_the_default(bundled):
    comparison = open_cutoff_comparison(bundled, cutoff="2018-12-31")
    assert comparison.compare_to == pd.Timestamp("2018-09-30")
    given = open_cutoff_comparison(bundled, cutoff="2018-12-31", compare_to="2017-12-31")
    assert given.compare_to == pd.Timestamp("2017-12-31")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"compare_to": NOW}, "compare_to 2020-12-31: is not before the cutoff 2020-12-31"),
        ({"compare_to": "2022-06-30"}, "is not before the cutoff"),
        ({"compare_to": "2019-01-31"}, "compare_to 2019-01-31: .* has no figures of that date; it has 2018-12-31"),
        ({"cutoff": "2019-01-31"}, "cutoff 2019-01-31: .* has no figures"),
        ({"compare_to": "2019"}, "YYYY-MM-DD"),
        ({"lang": "de"}, "it, en"),
    ],
)
def test_refusals(bundled, asked, message):
    with pytest.raises(ParameterError, match=message):
        open_cutoff_comparison(bundled, **({"cutoff": NOW} | asked))


@pytest.mark.long
def test_the_page_says_what_moved(comparison):
    page = "".join(pieces(comparison))
    comma = "," if comparison.lang == "it" else "."
    # axis II: 43.2% to 32.4%, -10.7 points, of which +8.8 progress and -19.5 plan
    for figure in ("43.2%", "32.4%", "-10.7", "+8.8", "-19.5", "+24.91"):
        assert figure.replace(".", comma) in page
    alt = figures.effects(comparison).html
    words = {"it": "Asse II -10,7 (avanzamento +8,8, piano -19,5)", "en": "Axis II -10.7 (progress +8.8, plan -19.5)"}
    assert words[comparison.lang] in alt
    moved = {"it": "Asse II da 43,2% a 32,4%", "en": "Axis II from 43.2% to 32.4%"}
    assert moved[comparison.lang] in figures.rates(comparison).html


def test_the_rate_table(compared):
    comparison = compared(cutoff=NOW, lang="en")
    table = next(table for table in tables.rates(comparison) if table.name == "change-declared")
    written = table.written()
    assert written.loc[1].tolist() == [
        *("II · Social inclusion and fight against poverty", "98.07", "122.98", "+24.91"),
        *("43.2%", "32.4%", "-10.7", "+8.8", "-19.5", "3 → 5 (-2)"),
    ]
    # no change of the plan is 0.0 without a sign, a small one is not
    assert written.loc[3, "plan_effect"] == "0.0"
    assert written["axis"].tolist()[-1] == "Whole programme"


def test_stale_figures_are_named_on_the_page(compared):
    """Between September 2018 and December the money moved between the ends of 2017 and 2018, and the page says so."""
    comparison = compared(cutoff="2018-12-31", lang="en")
    assert "Mind the dates: changes are between 31/12/2017 and 31/12/2018" in tables.lead(comparison).html
    assert "24.2% of the allocation at 31/12/2017, 41.7% at 31/12/2018" in tables.key_numbers(comparison).html
    written = tables.not_compared(comparison).written()
    row = only(written, indicator="Certification rate", values="Programme 14.8%")
    assert row["status"] == "no newer figure: this does not mean no progress"
    assert (row["data_date_before"], row["data_date"]) == ("30/09/2018", "30/09/2018")


def test_nothing_that_compares(compared):
    comparison = compared(cutoff="2018-09-30", lang="en")
    assert "pf-empty" in figures.rates(comparison).html
    assert tables.rates(comparison) == []
    assert tables.key_numbers(comparison).html == ""
    assert (
        "22 indicators have no newer value: the last one is of 31/12/2017" in tables.targets(comparison)._repr_html_()
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_date(compared, lang):
    comparison = compared(cutoff="2014-12-31", lang=lang)
    said = {"it": "non ce n&#39;è una precedente", "en": "there is no earlier one"}
    assert said[lang] in tables.lead(comparison).html
    assert set(comparison.changes["status"]) == {"only_now"}
    assert comparison.changes["change"].isna().all()
    assert len(pieces(comparison)) == 14


def test_text_of_data_is_not_markup(bundled):
    axes = bundled.axes.assign(title_it="<script>alert(1)</script> $x$", title_en="<script>alert(1)</script> $x$")
    comparison = open_cutoff_comparison(dataclasses.replace(bundled, axes=axes), cutoff=NOW)
    page = "".join(pieces(comparison))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_every_status_has_its_words():
    for lang in LANGUAGES:
        for status in STATUSES:
            assert wording.text(f"change_status.{status}", lang)
        for status in PLAN_STATUSES:
            assert wording.text(f"plan_status.{status}", lang)


@pytest.mark.long
@pytest.mark.parametrize(
    ("run", "cutoff", "compare_to", "lang", "status"),
    [
        # the sheet's date against one of the Commission's
        (run_in_kernel, "2018-12-31", "2018-09-30", "en", "compared"),
        (run_cells, "2022-06-30", "", "it", "compared"),  # the latest two
        (run_cells, "2014-12-31", "", "en", "only_now"),  # the first
        (run_cells, "2014-12-31", "", "it", "only_now"),
    ],
)
def test_the_notebook(compared, tmp_path, run, cutoff, compare_to, lang, status):
    out = tmp_path / "compare_cutoffs.ipynb"
    run(out, cutoff=cutoff, compare_to=compare_to, lang=lang)
    (block,) = recorded(out)
    got = pd.DataFrame(block["rows"], columns=block["columns"])
    assert only(got, axis="II", indicator="declaration_rate")["status"] == status
    expected = compared(cutoff=cutoff, compare_to=compare_to, lang=lang).changes
    assert got["status"].tolist() == expected["status"].tolist()
    for name in ("change", "progress_effect", "plan_effect"):
        pd.testing.assert_series_equal(got[name].astype("float64"), expected[name])
    # beside the other reports of the date the results are those of the date
    collected = collect_results([(out, lang)])
    assert set(collected["cutoff"]) == {pd.Timestamp(cutoff)}
    assert "<script" not in render(out, lang, "compare_cutoffs")["compare_cutoffs.html"].decode()


@pytest.mark.long
def test_the_notebook_over_a_hostile_folder(copy_of_bundled, edit_cell, tmp_path):
    edit_cell(copy_of_bundled / "axes.csv", 3, "title_it", "<script>alert(1)</script>")
    out = tmp_path / "compare_cutoffs.ipynb"
    run_cells(out, programme=str(copy_of_bundled), cutoff=NOW)
    page = render(out, "it", "compare_cutoffs")["compare_cutoffs.html"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_all_changes_cover_the_indicators_of_both_dates(bundled):
    changes = all_changes(bundled, **DATES)
    assert not changes.duplicated([*CHANGE_COLUMNS[:7], "indicator"]).any()
    assert set(changes["status"]) <= set(STATUSES)
    back = all_changes(bundled, cutoff=THEN, compare_to=NOW)
    assert len(back) == len(changes)


@pytest.mark.parametrize(("lang", "said"), [("it", "Manca la colonna"), ("en", "There is no column of the earlier")])
def test_an_earlier_date_without_a_plan_is_one_sentence_and_no_column(bundled, lang, said):
    table = tables.allocations(open_cutoff_comparison(bundled, cutoff="2018-09-30", lang=lang))
    assert [column.name for column in table.columns] == ["axis", "amount"]
    assert table.notes[-1].startswith(said)
    assert table.written()["amount"].tolist()[0] in ("358,00", "358.00")
