"""The performance framework: the test vectors of the rules, the ratios from the tables, what is not known."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porfse_analysis import schema
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.framework import word_framework, word_would_change
from porfse_analysis.errors import ParameterError
from porfse_analysis.table_faults import find_faults
from porfse_analysis.verdicts.performance_framework import (
    NOTES,
    Assessment,
    IndicatorRatio,
    assess,
    framework_indicators,
    performance_framework,
)
from porfse_analysis.verdicts.reserve import SOURCES
from porfse_analysis.verdicts.rules import RULES

RULES_2014 = RULES["2014-2020"]
CCI = "2014XX05SFOP998"
ORDER = {"serious_failure": 0, "not_achieved": 1, "achieved": 2}


def ratios(*values: float | Decimal | None, kind: str = "output") -> list[IndicatorRatio]:
    return [IndicatorRatio(f"I{index}", value, kind) for index, value in enumerate(values, 1)]


def outcome(*values: float | Decimal | None) -> tuple[str, bool]:
    result = assess(ratios(*values))
    return result.status, result.by_derogation


# the test itself


@pytest.mark.parametrize(
    ("values", "status", "by_derogation"),
    [
        ((0.85, 0.85), "achieved", False),
        ((0.8499, 1.2), "not_achieved", False),
        ((0.64, 2.0), "serious_failure", False),
        ((0.65, 0.65), "not_achieved", False),
        ((1, 1, 0.75), "achieved", True),
        ((1, 1, 0.7499), "not_achieved", False),
        ((1, 1, 0), "not_achieved", False),
        ((1, 0.64, 0.64), "serious_failure", False),
        ((0.8, 0.8, 1), "not_achieved", False),
    ],
)
def test_vectors(values: tuple[float, ...], status: str, by_derogation: bool) -> None:
    assert outcome(*values) == (status, by_derogation)


@pytest.mark.parametrize(
    ("values", "status", "by_derogation"),
    [
        # one indicator: no derogation, and one below 65% is enough for a serious failure
        ((0.85,), "achieved", False),
        ((0.8499,), "not_achieved", False),
        ((0.65,), "not_achieved", False),
        ((0.6499,), "serious_failure", False),
        # two: the 75% of the derogation does not help
        ((1, 0.84), "not_achieved", False),
        ((1, 0.75), "not_achieved", False),
        # three: two below 85% are one too many, one below 65% is not yet serious
        ((0.84, 0.84, 1), "not_achieved", False),
        ((1, 1, 0.64), "not_achieved", False),
        ((0.65, 0.65, 0.65), "not_achieved", False),
        # seven: still one indicator by derogation, still two for a serious failure
        ((1, 1, 1, 1, 1, 1, 0.75), "achieved", True),
        ((1, 1, 1, 1, 1, 0.8, 0.8), "not_achieved", False),
        ((1, 1, 1, 1, 1, 1, 0), "not_achieved", False),
        ((1, 1, 1, 1, 1, 0.6499, 0.6499), "serious_failure", False),
        ((5, 1, 1, 1, 1, 1, 1), "achieved", False),
    ],
)
def test_one_two_three_and_seven_indicators(values: tuple[float, ...], status: str, by_derogation: bool) -> None:
    assert outcome(*values) == (status, by_derogation)


def test_no_indicator_is_not_assessed() -> None:
    assert assess([]) == Assessment("not_assessed", False, 0, 0, "", "")


def test_thresholds_are_met_exactly_whatever_the_binary_form_of_the_number() -> None:
    # 59.5 / 70 and 0.255 / 0.3 are 0.85 on paper, and one bit off in binary
    assert outcome(59.5 / 70, 0.255 / 0.3)[0] == "achieved"
    assert outcome(Decimal("0.8499999999999999999"), 1)[0] == "not_achieved"
    assert outcome(Decimal("0.65"))[0] == "not_achieved"
    assert outcome(Decimal("0.6499999999999999999"))[0] == "serious_failure"


def test_a_result_indicator_counts_for_achievement_but_not_for_serious_failure() -> None:
    two_outputs = ratios(1.0, 1.0)
    weak_result = IndicatorRatio("R1", 0.1, "result")
    result = assess([*two_outputs, weak_result])
    assert (result.status, result.n, result.m) == ("not_achieved", 3, 2)
    assert result.below == ("R1",)
    assert result.failing == ()
    # n = 3 gives the derogation
    assert assess([*two_outputs, IndicatorRatio("R1", 0.75, "result")]).by_derogation
    # only results: nothing can be serious
    assert assess(ratios(0.1, 0.1, kind="result")).status == "not_achieved"


def test_what_two_readings_of_a_rule_to_be_confirmed_do_not_agree_on_is_undetermined() -> None:
    # m = 2: one output below 65% is enough; n = 3: it takes two
    mixed = [*ratios(1.0, 0.64), IndicatorRatio("R1", 1.0, "result")]
    result = assess(mixed)
    assert (result.status, result.best_case, result.worst_case) == ("undetermined", "not_achieved", "serious_failure")
    assert result.readings == (("serious_set", "serious_failure"), ("achievement_set", "not_achieved"))
    by_m, by_n = (RULES_2014.replace(serious_counts=f"{name}_set") for name in ("serious", "achievement"))
    assert (assess(mixed, by_m).status, assess(mixed, by_m).readings) == ("serious_failure", ())
    assert (assess(mixed, by_n).status, assess(mixed, by_n).readings) == ("not_achieved", ())
    # both agree: two of two below 65%
    assert assess([*ratios(0.64, 0.64), IndicatorRatio("R1", 1.0, "result")]).status == "serious_failure"
    assert assess(ratios(1.0, 0.64)).readings == ()


def test_results_can_be_left_out_of_the_achievement_test_by_rule() -> None:
    mixed = [*ratios(1.0, 1.0), IndicatorRatio("R1", 0.1, "result")]
    without = assess(mixed, RULES_2014.replace(achievement_excludes=("result",)))
    assert (without.status, without.n, without.m) == ("achieved", 2, 2)


@pytest.mark.parametrize(
    ("values", "status", "best", "worst"),
    [
        ((1, None), "undetermined", "achieved", "serious_failure"),
        ((0.7, None), "undetermined", "not_achieved", "serious_failure"),
        ((0.64, None), "serious_failure", "serious_failure", "serious_failure"),
        ((1, 1, None), "undetermined", "achieved", "not_achieved"),
        ((0.64, 0.64, None), "serious_failure", "serious_failure", "serious_failure"),
        ((0.8, 0.8, None), "not_achieved", "not_achieved", "not_achieved"),
        ((1, 0.8, None), "undetermined", "achieved", "not_achieved"),
        ((1, 0.6, None), "undetermined", "not_achieved", "serious_failure"),
        ((None, None, None), "undetermined", "achieved", "serious_failure"),
        ((float("nan"), 1), "undetermined", "achieved", "serious_failure"),
    ],
)
def test_a_ratio_not_known_gives_best_and_worst_case(
    values: tuple[float | None, ...], status: str, best: str, worst: str
) -> None:
    result = assess(ratios(*values))
    assert (result.status, result.best_case, result.worst_case) == (status, best, worst)
    assert not result.by_derogation


def test_limits_of_a_ratio_can_be_enough() -> None:
    at_least = IndicatorRatio("CO01", None, at_least=Decimal("0.9"))
    assert assess([at_least, *ratios(1)]).status == "achieved"
    at_most = IndicatorRatio("CO01", None, at_most=Decimal("0.6"))
    assert assess([at_most, *ratios(1)]).status == "serious_failure"


_RATIO = st.one_of(
    st.sampled_from([Decimal(text) for text in ("0", "0.64", "0.65", "0.7499", "0.75", "0.8499", "0.85", "1")]),
    st.decimals(min_value=0, max_value=3, places=4),
)
_INDICATOR = st.builds(
    IndicatorRatio,
    st.just("I"),
    _RATIO,
    st.sampled_from(["financial", "output", "result", "key_implementation_step"]),
)


@given(st.lists(_INDICATOR, min_size=1, max_size=8), st.data())
def test_raising_a_value_never_worsens_a_status(items: list[IndicatorRatio], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(items) - 1))
    rise = data.draw(st.decimals(min_value=0, max_value=2, places=4))
    before = items[index]
    assert before.ratio is not None
    raised = [*items]
    raised[index] = IndicatorRatio(before.name, Decimal(before.ratio) + rise, before.kind)
    for case in ("best_case", "worst_case"):
        assert ORDER[getattr(assess(raised), case)] >= ORDER[getattr(assess(items), case)]


@given(st.lists(_INDICATOR, min_size=1, max_size=8), st.sampled_from(["financial", "output", "result"]))
def test_one_more_indicator_at_100_never_takes_achievement_away(items: list[IndicatorRatio], kind: str) -> None:
    before, after = assess(items), assess([*items, IndicatorRatio("new", 1, kind)])
    for case in ("best_case", "worst_case"):
        assert ORDER[getattr(after, case)] >= ORDER[getattr(before, case)]


def test_one_more_indicator_at_100_can_lift_a_serious_failure() -> None:
    assert outcome(0.64, 1)[0] == "serious_failure"
    assert outcome(0.64, 1, 1)[0] == "not_achieved"


@given(st.lists(_INDICATOR, min_size=1, max_size=6), st.integers(1, 3))
def test_best_and_worst_case_enclose_whatever_the_missing_values_turn_out_to_be(
    items: list[IndicatorRatio], missing: int
) -> None:
    unknown = [
        IndicatorRatio(item.name, None if index < missing else item.ratio, item.kind)
        for index, item in enumerate(items)
    ]
    result, truth = assess(unknown), assess(items)
    assert ORDER[result.worst_case] <= ORDER[truth.worst_case]
    assert ORDER[truth.best_case] <= ORDER[result.best_case]


# from the tables


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A table of schema as the loader gives it: dates from ISO text, everything else as it comes."""
    if not rows:
        return schema.empty(name)
    frame = pd.DataFrame(rows)
    for column in schema.TABLES[name].columns:
        if column.kind == "date" and column.name in frame:
            frame[column.name] = pd.to_datetime(frame[column.name])
    frame = schema.conform(name, frame, programme=CCI)
    faults = find_faults(name, frame)
    assert not faults, faults
    return frame


def certified(amount: float | None, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return {
        "axis": axis,
        "cutoff": "2018-12-31",
        "stage": "certified",
        "fund": "ESF",
        "region_category": "MD",
        "source": "ma",
        "amount_eur": amount,
        **rest,
    }


def allocation(amount: float, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return certified(amount, axis, cutoff="2014-12-31", stage="allocation", **{"eu_amount_eur": amount / 2, **rest})


def achieved(code: str, value: float | None, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return {
        "axis": axis,
        "fund": "ESF",
        "investment_priority": "8i",
        "region_category": "MD",
        "indicator_type": "OESF",
        "indicator_code": code,
        "cutoff": "2018-12-31",
        "source": "ma",
        "value": value,
        "unit": "Number",
        **rest,
    }


def target(code: str, milestone: float | None, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return {
        "axis": axis,
        "fund": "ESF",
        "investment_priority": "",
        "region_category": "MD",
        "indicator_type": "OESF",
        "indicator_code": code,
        "plan_version": "1",
        "source": "plan",
        "valid_from": "2014-12-31",
        "milestone": milestone,
        "target": 100_000,
        "unit": "Number",
        "kind": "output",
        "in_performance_framework": True,
        **rest,
    }


def money_target(milestone: float | None, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return target(f"F{axis}", milestone, axis, **{"indicator_type": "", "kind": "financial", "unit": "EUR", **rest})


class Framework(NamedTuple):
    """The verdicts and the indicators behind them."""

    axes: pd.DataFrame
    indicators: pd.DataFrame


def both(*frames: pd.DataFrame, **options: Any) -> Framework:
    """The verdicts, with the words a reader sees beside them, and the indicators."""
    axes, indicators = performance_framework(*frames, **options), framework_indicators(*frames, **options)
    rules = options.get("rules", RULES_2014)
    words = {f"reason_{lang}": word_framework(axes, indicators, lang, rules=rules) for lang in ("it", "en")}
    return Framework(axes.assign(**words), indicators)


def framework(
    achievements: list[dict[str, Any]],
    finance: list[dict[str, Any]],
    targets: list[dict[str, Any]],
    **options: Any,
) -> Framework:
    return both(table("achievements", achievements), table("finance", finance), table("targets", targets), **options)


def only(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1, frame
    return frame.iloc[0]


def named(result: Framework, code: str) -> pd.Series:
    return only(result.indicators[result.indicators["indicator_code"] == code])


def test_ratios_values_and_reasons() -> None:
    result = framework(
        [achieved("CO01", 900)],
        [certified(5_000_000), allocation(40_000_000)],
        [money_target(6_250_000), target("CO01", 1000)],
    )
    money, people = named(result, "F1"), named(result, "CO01")
    assert (money["value"], money["target"], money["ratio"], money["unit"]) == (
        5_000_000,
        6_250_000,
        0.8,
        "EUR",
    )
    assert (people["value"], people["target"], people["ratio"]) == (900, 1000, 0.9)
    assert set(result.indicators["state"]) == {"evaluable"}
    axis = only(result.axes)
    assert (axis["status"], axis["n"], axis["m"]) == ("not_achieved", 2, 2)
    assert (axis["best_case"], axis["worst_case"]) == ("not_achieved", "not_achieved")
    # 6% of an EU allocation of 20 million
    assert (axis["reserve_eur"], axis["reserve_source"]) == (1_200_000, "estimate")
    assert axis["reason_en"] == (
        "Below 85% of the 2018 milestone: F1. The derogation holds from 3 indicators on; here there are 2. "
        "Not a serious failure: 0 below 65%, of 2 indicators that count; it takes 1. "
        "Indicators: F1 80% (€5,000,000.00 of €6,250,000.00); CO01 90% (900 of 1,000). "
        "Reserve at stake, an estimate: €1,200,000.00 of EU support (6% of the programme, with the part of technical "
        "assistance; the plan sets it between 5% and 7% of the axis)."
    )
    assert axis["reason_it"].startswith("Sotto 85% del target intermedio 2018: F1. ")
    assert "F1 80% (5.000.000,00 € su 6.250.000,00 €)" in axis["reason_it"]
    assert (axis["below"], axis["failing"], axis["failures_needed"]) == ("F1", "", 1)
    assert {"achieved_from", "serious_counts", "reserve_share"} <= set(axis["rules"].split(";"))


def test_columns_in_order_and_typed_with_and_without_rows() -> None:
    full = framework([achieved("CO01", 900)], [certified(1.0)], [target("CO01", 1000)])
    none = framework([], [], [])
    assert list(full.indicators)[:15] == [
        "programme",
        "axis",
        "fund",
        "region_category",
        "indicator_type",
        "indicator_code",
        "investment_priority",
        "kind",
        "value",
        "target",
        "ratio",
        "data_date",
        "unit",
        "state",
        "note",
    ]
    for one, other in ((full.indicators, none.indicators), (full.axes, none.axes)):
        assert list(one) == list(other)
        assert one.dtypes.tolist() == other.dtypes.tolist()
    assert none.axes.empty
    assert (full.axes["programme"] == CCI).all()


def test_a_target_without_priority_takes_the_sum_over_priorities() -> None:
    result = framework(
        [achieved("CO01", 300), achieved("CO01", 550, investment_priority="8ii")], [], [target("CO01", 1000)]
    )
    row = named(result, "CO01")
    assert (row["value"], row["ratio"], row["investment_priority"]) == (850, 0.85, "")
    assert only(result.axes)["status"] == "achieved"


def test_targets_by_priority_are_one_indicator_of_the_axis() -> None:
    result = framework(
        [
            achieved("CO01", 300),
            achieved("CO01", 550, investment_priority="8ii"),
            achieved("CO01", 9000, investment_priority="8iv"),  # the framework does not count this one
        ],
        [],
        [target("CO01", 400, investment_priority="8i"), target("CO01", 600, investment_priority="8ii")],
    )
    row = named(result, "CO01")
    assert (row["value"], row["target"], row["ratio"], row["investment_priority"]) == (
        850,
        1000,
        0.85,
        "8i+8ii",
    )
    assert only(result.axes)["n"] == 1


def test_a_figure_for_the_whole_axis_is_not_added_to_its_priorities() -> None:
    result = framework(
        [achieved("CO01", 850, investment_priority=""), achieved("CO01", 850)], [], [target("CO01", 1000)]
    )
    assert named(result, "CO01")["value"] == 850
    assert named(result, "CO01")["note"] == "published_total"


def test_exact_threshold_from_the_tables() -> None:
    # 0.85 x 70 = 59.5; one cent less does not do
    kept = framework([], [certified(59.50)], [money_target(70)])
    missed = framework([], [certified(59.49)], [money_target(70)])
    assert only(kept.axes)["status"] == "achieved"
    assert only(missed.axes)["status"] == "not_achieved"
    # 59.49 / 70 = 0.849857...
    assert "F1 84.99% (€59.49 of €70.00)" in only(missed.axes)["reason_en"]


def test_values_far_above_are_kept_as_they_are() -> None:
    assert named(framework([achieved("CO01", 7300)], [], [target("CO01", 1000)]), "CO01")["ratio"] == 7.3


def test_milestone_zero_with_a_positive_target_counts_as_reached() -> None:
    result = framework([achieved("CO01", 0)], [certified(10)], [target("CO01", 0), money_target(10)])
    row = named(result, "CO01")
    assert (row["state"], row["ratio"], row["note"]) == ("milestone_zero", 1.0, "milestone_zero")
    axis = only(result.axes)
    assert axis["status"] == "achieved"
    assert "CO01: milestone zero and positive final target, counts as reached" in axis["reason_en"]
    assert "zero_milestone_reached" in axis["rules"].split(";")
    # nothing is expected, so no value is needed
    assert only(framework([], [], [target("CO01", 0)]).axes)["status"] == "achieved"


def test_milestone_zero_can_be_read_otherwise() -> None:
    strict = RULES_2014.replace(zero_milestone_reached=False)
    assert (
        only(framework([achieved("CO01", 5)], [], [target("CO01", 0)], rules=strict).axes)["status"] == "undetermined"
    )


def test_zero_target_without_anything_later_has_no_ratio() -> None:
    result = framework([achieved("CO01", 5)], [], [target("CO01", 0, target=0)])
    assert (named(result, "CO01")["state"], named(result, "CO01")["note"]) == ("not_evaluable", "target_zero")
    assert only(result.axes)["status"] == "undetermined"


def test_milestone_missing() -> None:
    result = framework([achieved("CO01", 500)], [certified(100)], [target("CO01", None), money_target(100)])
    row = named(result, "CO01")
    assert (row["state"], row["note"], row["value"]) == ("not_evaluable", "target_missing", 500)
    assert pd.isna(row["ratio"])
    assert (row["ratio_at_least"], row["ratio_at_most"]) == (0, float("inf"))
    axis = only(result.axes)
    assert (axis["status"], axis["best_case"], axis["worst_case"]) == (
        "undetermined",
        "achieved",
        "serious_failure",
    )
    assert "CO01: the target is missing" in axis["reason_en"]


def test_milestone_missing_where_the_others_decide() -> None:
    result = framework(
        [achieved("CO01", 500), achieved("CO02", 640), achieved("CO03", 640)],
        [],
        [target("CO01", None), target("CO02", 1000), target("CO03", 1000)],
    )
    axis = only(result.axes)
    assert (axis["status"], axis["n"]) == ("serious_failure", 3)
    assert "What is known settles the status." in axis["reason_en"]
    assert "Quanto è noto basta a decidere lo stato." in axis["reason_it"]


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ([], "no_series"),
        ([achieved("CO03", 700)], "no_series"),
        ([achieved("CO01", 700, axis="2")], "no_series"),
        ([achieved("CO01", None)], "value_missing"),
        ([achieved("CO01", 700, cutoff="2019-12-31")], "no_series"),
    ],
)
def test_value_missing_is_never_zero(rows: list[dict[str, Any]], note: str) -> None:
    result = framework(rows, [certified(100)], [target("CO01", 1000), money_target(100)])
    row = named(result, "CO01")
    assert (row["state"], row["note"]) == ("not_evaluable", note)
    axis = only(result.axes[result.axes["axis"] == "1"])
    assert (axis["status"], axis["best_case"], axis["worst_case"]) == (
        "undetermined",
        "achieved",
        "serious_failure",
    )
    for lang in wording.LANGUAGES:
        assert f"CO01: {wording.text(f'framework_note.{note}', lang)}" in axis[f"reason_{lang}"]


def test_a_null_is_skipped_for_the_last_published_value_which_is_dated() -> None:
    result = framework([achieved("CO01", None), achieved("CO01", 900, cutoff="2017-12-31")], [], [target("CO01", 1000)])
    row = named(result, "CO01")
    assert (row["value"], row["note"], row["data_date"]) == (900, "older_figure", pd.Timestamp("2017-12-31"))
    assert "CO01 at least 90% (900 of 1,000; figure of 31 December 2017)" in only(result.axes)["reason_en"]
    assert "unless they were corrected downwards since" in only(result.axes)["reason_en"]
    assert "salvo rettifiche al ribasso" in only(result.axes)["reason_it"]


def test_one_priority_missing_makes_a_lower_limit() -> None:
    rows = [achieved("CO01", 700), achieved("CO01", None, investment_priority="8ii")]
    open_case = framework(rows, [], [target("CO01", 1000)])
    row = named(open_case, "CO01")
    assert (row["state"], row["note"], row["ratio_at_least"]) == ("bounded", "partial", 0.7)
    axis = only(open_case.axes)
    # at 70% already: it can only be not achieved or achieved, never a serious failure
    assert (axis["status"], axis["best_case"], axis["worst_case"]) == (
        "undetermined",
        "achieved",
        "not_achieved",
    )
    assert "CO01 at least 70% (700 of 1,000; the value of a part is missing" in axis["reason_en"]
    # the part that is known is enough
    assert only(framework(rows, [], [target("CO01", 800)]).axes)["status"] == "achieved"


@pytest.mark.parametrize(
    ("qualifier", "status"),
    [("more_than", "achieved"), ("less_than", "undetermined"), ("about", "achieved"), ("exact", "achieved")],
)
def test_how_a_figure_was_published_counts(qualifier: str, status: str) -> None:
    result = framework([achieved("CO01", 900, qualifier=qualifier)], [], [target("CO01", 1000)])
    assert only(result.axes)["status"] == status


def test_certified_expenditure_in_millions_is_rounded() -> None:
    # 8 million may be from 7.5 to 9: with a milestone of 10 that is 75% to 90%
    result = framework([], [certified(8_000_000, precision=1_000_000)], [money_target(10_000_000)])
    row = named(result, "F1")
    assert (row["state"], row["note"], row["ratio_at_least"], row["ratio_at_most"]) == (
        "bounded",
        "rounded",
        0.75,
        0.9,
    )
    axis = only(result.axes)
    assert axis["status"] == "undetermined"
    assert "F1 between 75% and 90% (€8,000,000.00 of €10,000,000.00; published in rounded units)" in axis["reason_en"]


def test_only_certified_expenditure_counts() -> None:
    result = framework([], [certified(100, stage="declared"), certified(100, stage="paid")], [money_target(100)])
    row = named(result, "F1")
    assert (row["state"], row["note"]) == ("not_evaluable", "not_certified")
    assert only(result.axes)["status"] == "undetermined"


def test_a_figure_of_the_whole_programme_is_not_that_of_an_axis() -> None:
    result = framework([], [certified(100, axis="ALL")], [money_target(100)])
    assert named(result, "F1")["note"] == "not_certified"
    assert result.axes["axis"].tolist() == ["1"]


def test_units_that_differ_are_named() -> None:
    result = framework([achieved("CO01", 900, unit="Persons")], [], [target("CO01", 1000, unit="Projects")])
    row = named(result, "CO01")
    assert (row["state"], row["note"]) == ("not_evaluable", "unit_differs")
    axis = only(result.axes)
    assert axis["status"] == "undetermined"
    assert "CO01: units differ: target in projects, value in persons" in axis["reason_en"]
    assert "CO01: unità diverse: target in progetti, valore in persone" in axis["reason_it"]
    money = framework([], [certified(900)], [money_target(1, unit="Meuro")])
    assert named(money, "F1")["note"] == "unit_differs"


def test_spellings_of_a_unit_do_not_differ() -> None:
    result = framework(
        [achieved("CO01", 900, unit="Numero")],
        [certified(9)],
        [target("CO01", 1000), money_target(9, unit="euro")],
    )
    assert only(result.axes)["status"] == "achieved"


def test_a_unit_not_stated_is_noted() -> None:
    result = framework([achieved("CO01", 900, unit="")], [], [target("CO01", 1000)])
    assert (named(result, "CO01")["state"], named(result, "CO01")["note"]) == ("evaluable", "unit_not_stated")


def test_percentages() -> None:
    share = {"unit": "%", "indicator_type": "RESF"}
    goal = {"unit": "%", "indicator_type": "RESF", "kind": "result"}
    one = framework([achieved("CR03", 36, **share)], [], [target("CR03", 40, **goal)])
    assert named(one, "CR03")["ratio"] == 0.9
    two = framework(
        [achieved("CR03", 36, **share), achieved("CR03", 20, investment_priority="8ii", **share)],
        [],
        [target("CR03", 40, **goal)],
    )
    assert (named(two, "CR03")["state"], named(two, "CR03")["note"]) == ("not_evaluable", "percentage_sum")


@pytest.mark.parametrize("unit", ["%", "per cent", "Percent", " percentage ", "percentuale", "per  cento"])
def test_percentages_are_never_added_however_their_unit_is_written(unit: str) -> None:
    # 48 of 50 and 44 of 40 per cent are not 92 of 90
    share = {"unit": unit, "indicator_type": "RESF"}
    goal = {"unit": unit, "indicator_type": "RESF", "kind": "result"}
    result = framework(
        [achieved("CR03", 48, **share), achieved("CR03", 44, investment_priority="8ii", **share)],
        [],
        [target("CR03", 50, investment_priority="8i", **goal), target("CR03", 40, investment_priority="8ii", **goal)],
    )
    row = named(result, "CR03")
    assert (row["state"], row["note"]) == ("not_evaluable", "percentage_sum")
    assert pd.isna(row["ratio"])


def test_a_percentage_in_disguise_in_one_priority_refuses_the_indicator() -> None:
    # 50 and 60 together are above 100, but 900 people are no 50
    share = {"indicator_type": "RESF"}
    goal = {"indicator_type": "RESF", "kind": "result"}
    result = framework(
        [achieved("CR05", 900, **share), achieved("CR05", 55, investment_priority="8ii", **share)],
        [],
        [target("CR05", 50, investment_priority="8i", **goal), target("CR05", 60, investment_priority="8ii", **goal)],
    )
    assert (named(result, "CR05")["state"], named(result, "CR05")["note"]) == ("not_evaluable", "percentage_target")


@pytest.mark.parametrize("cutoff", ["2018-12-31", pd.Timestamp("2018-12-31"), datetime.date(2018, 12, 31)])
def test_a_date_of_any_kind_is_taken(cutoff: object) -> None:
    result = framework([achieved("CO01", 900)], [], [target("CO01", 1000)], cutoff=cutoff)
    assert only(result.axes)["cutoff"] == pd.Timestamp("2018-12-31")


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_two_sources_at_one_date_give_one_answer_whatever_the_order_of_rows(order: list[str]) -> None:
    amounts = {"a": 10.0, "b": 40.0}
    rows = [certified(amounts[name], source=name) for name in order]
    # without a table of sources, the first in the alphabet: 10 of 30 is 0.33
    row = named(framework([], rows, [money_target(30)]), "F1")
    assert (row["value"], row["source"]) == (10, "a")


def test_a_percentage_in_disguise_has_no_ratio() -> None:
    goal = {"indicator_type": "RESF", "kind": "result"}
    result = framework([achieved("CR05", 4866, indicator_type="RESF")], [], [target("CR05", 80, **goal)])
    assert (named(result, "CR05")["state"], named(result, "CR05")["note"]) == (
        "not_evaluable",
        "percentage_target",
    )


def test_kind_is_taken_from_the_code_of_the_commission_or_not_at_all() -> None:
    known = framework([achieved("CO01", 900)], [], [target("CO01", 1000, kind="")])
    assert (named(known, "CO01")["kind"], named(known, "CO01")["note"]) == ("output", "kind_from_type")
    unknown = framework(
        [achieved("X1", 900, indicator_type="own")], [], [target("X1", 1000, kind="", indicator_type="own")]
    )
    assert (named(unknown, "X1")["state"], named(unknown, "X1")["note"]) == ("not_evaluable", "kind_missing")


def test_two_funds_in_one_axis_are_two_verdicts() -> None:
    youth = {"fund": "YEI", "indicator_type": "OYEI"}
    result = framework(
        [achieved("CO06", 900), achieved("CO06", 100, **youth)],
        [certified(100), certified(50, fund="YEI"), allocation(1000), allocation(600, fund="YEI")],
        [
            target("CO06", 1000),
            target("CO06", 1000, **youth),
            money_target(100),
            money_target(100, fund="YEI"),
        ],
    )
    verdicts = result.axes.set_index("fund")
    assert verdicts["status"].to_dict() == {"ESF": "achieved", "YEI": "serious_failure"}
    # the youth initiative has no reserve, nor have 300 of the ESF that match it: 6% of 500 - 300
    assert verdicts["reserve_eur"].to_dict() == {"ESF": 12, "YEI": 0}
    assert verdicts.loc["YEI", "reserve_source"] == "no_reserve"
    assert "No reserve at stake." in verdicts.loc["YEI", "reason_en"]


def test_funds_can_be_assessed_together_by_rule() -> None:
    youth = {"fund": "YEI", "indicator_type": "OYEI"}
    result = framework(
        [achieved("CO06", 900), achieved("CO06", 760, **youth)],
        [certified(100)],
        [target("CO06", 1000), target("CO06", 1000, **youth), money_target(100)],
        rules=RULES_2014.replace(assessed_by=("axis", "region_category")),
    )
    axis = only(result.axes)
    assert (axis["status"], axis["by_derogation"], axis["n"], axis["fund"]) == ("achieved", True, 3, "")


def test_a_mixed_set_with_a_result_indicator() -> None:
    goal = {"indicator_type": "RESF", "kind": "result"}
    result = framework(
        [achieved("CO01", 1000), achieved("CR03", 100, indicator_type="RESF")],
        [certified(100)],
        [target("CO01", 1000), target("CR03", 1000, **goal), money_target(100)],
    )
    axis = only(result.axes)
    assert (axis["status"], axis["n"], axis["m"]) == ("not_achieved", 3, 2)
    counted = result.indicators.set_index("indicator_code")["in_serious_test"]
    assert counted.to_dict() == {"CO01": True, "CR03": False, "F1": True}
    assert "CR03 10% (100 of 1,000; result, outside the serious failure test)" in axis["reason_en"]


def test_key_implementation_steps() -> None:
    step = {"kind": "key_implementation_step", "indicator_type": "", "target": None, "unit": ""}
    rows = [achieved("K1", 1, indicator_type="", unit=""), achieved("CO01", 900)]
    goals = [target("K1", 1, **step), target("CO01", 1000, target=1000)]
    milestone = framework(rows, [], goals)
    assert (only(milestone.axes)["status"], only(milestone.axes)["n"]) == ("achieved", 2)
    final = framework(rows, [], goals, against="target")
    # no final target: the step leaves the set
    assert (named(final, "K1")["state"], named(final, "K1")["note"]) == ("left_out", "step_left_out")
    assert (only(final.axes)["status"], only(final.axes)["n"]) == ("achieved", 1)
    kept = framework(rows, [], goals, against="target", rules=RULES_2014.replace(step_without_target_left_out=False))
    assert only(kept.axes)["status"] == "undetermined"


def test_only_steps_left_out_is_not_assessed() -> None:
    step = {"kind": "key_implementation_step", "indicator_type": "", "target": None, "unit": ""}
    result = framework([], [], [target("K1", 1, **step)], against="target")
    axis = only(result.axes)
    assert axis["status"] == "not_assessed"
    assert "key implementation steps have no final target" in axis["reason_en"]


def test_final_targets_are_assessed_at_the_end_of_2023() -> None:
    result = framework(
        [achieved("CO01", 10, cutoff="2018-12-31"), achieved("CO01", 90, cutoff="2023-12-31")],
        [allocation(1000)],
        [target("CO01", 10, target=100)],
        against="target",
    )
    axis = only(result.axes)
    assert (axis["status"], axis["assessed_at"]) == ("achieved", pd.Timestamp("2023-12-31"))
    assert named(result, "CO01")["ratio"] == 0.9
    # the reserve was decided in 2019
    assert pd.isna(axis["reserve_eur"])
    assert axis["reserve_source"] == "not_at_stake"


def test_state_at_an_earlier_date_says_so() -> None:
    rows = [achieved("CO01", 500, cutoff="2018-06-30"), achieved("CO01", 1000)]
    result = framework(rows, [], [target("CO01", 1000)], cutoff="2018-09-30")
    axis = only(result.axes)
    # 500 of 1,000 in June: what comes by December is not known
    assert (axis["status"], axis["best_case"], axis["worst_case"]) == ("undetermined", "achieved", "serious_failure")
    assert axis["cutoff"] == pd.Timestamp("2018-09-30")
    assert "State known at 30 September 2018, before the assessment of 31 December 2018." in axis["reason_en"]
    assert "Stato noto al 30 settembre 2018, prima della verifica del 31 dicembre 2018." in axis["reason_it"]
    assert axis["note"] == "preview;older_figure"
    # a later date changes nothing
    after = framework(rows, [], [target("CO01", 1000)], cutoff="2022-12-31")
    assert (only(after.axes)["status"], only(after.axes)["cutoff"]) == (
        "achieved",
        pd.Timestamp("2018-12-31"),
    )


@pytest.mark.parametrize("dated", ["2018-09-30", "2017-12-31"])
def test_a_value_older_than_the_assessment_is_the_least_there_can_be(dated: str) -> None:
    # 600 of 1,000 then: in December it can be 600, or 1,000
    result = framework([achieved("CO01", 600, cutoff=dated)], [], [target("CO01", 1000)])
    axis, row = only(result.axes), named(result, "CO01")
    assert (axis["status"], axis["best_case"], axis["worst_case"]) == ("undetermined", "achieved", "serious_failure")
    assert (axis["note"], row["note"], row["state"]) == ("older_figure", "older_figure", "bounded")
    assert (row["ratio"], row["ratio_at_least"], row["ratio_at_most"]) == (0.6, 0.6, float("inf"))
    assert "are the least that was reached by then, unless corrected downwards since" in axis["reason_en"]
    # 850 of 1,000 is enough already
    reached = framework([achieved("CO01", 850, cutoff=dated)], [], [target("CO01", 1000)])
    assert (only(reached.axes)["status"], only(reached.axes)["note"]) == ("achieved", "older_figure")
    assert "unless they were corrected downwards since" in only(reached.axes)["reason_en"]


def test_the_date_of_the_figures_decides_and_not_the_cutoff_they_were_sent_for() -> None:
    stale = achieved("CO01", 600, data_date="2018-06-30")
    result = framework([stale], [], [target("CO01", 1000)])
    assert (only(result.axes)["status"], only(result.axes)["note"]) == ("undetermined", "older_figure")


def test_an_older_percentage_says_nothing_of_the_date() -> None:
    share = {"unit": "%", "indicator_type": "RESF", "cutoff": "2017-12-31"}
    goal = {"unit": "%", "indicator_type": "RESF", "kind": "result"}
    result = framework([achieved("CR03", 90, **share)], [], [target("CR03", 50, **goal)])
    row = named(result, "CR03")
    assert (row["ratio"], row["ratio_at_least"], row["ratio_at_most"]) == (1.8, 0, float("inf"))
    assert row["note"] == "older_figure;older_share"
    # results alone can never be a serious failure
    assert (only(result.axes)["status"], only(result.axes)["worst_case"]) == ("undetermined", "not_achieved")
    assert "CR03 180% (90 % of 50 %; figure of 31 December 2017: a percentage" in only(result.axes)["reason_en"]


@given(
    st.lists(st.tuples(st.integers(0, 1200), st.sampled_from(["2016-12-31", "2017-12-31", "2018-06-30"])), max_size=4),
    st.sampled_from(["2017-12-31", "2018-09-30", "2018-12-30"]),
)
@settings(deadline=None, max_examples=15)
def test_a_state_before_the_assessment_is_achieved_or_undetermined(rows: list[tuple[int, str]], asked: str) -> None:
    values = [achieved(f"CO0{place}", value, cutoff=date) for place, (value, date) in enumerate(rows, 1)]
    goals = [target(f"CO0{place}", 1000) for place in range(1, 4)]
    result = performance_framework(
        table("achievements", values), schema.empty("finance"), table("targets", goals), cutoff=asked
    )
    assert only(result)["status"] in ("achieved", "undetermined")


def test_what_other_reading_of_an_unconfirmed_rule_would_change_a_verdict() -> None:
    zero = framework([], [], [target("CO01", 0)])
    assert only(zero.axes)["would_change"] == "zero_milestone_reached=undetermined"
    settled = framework([], [], [target("CO01", 0)], rules=RULES_2014.replace(zero_milestone_reached=False))
    assert only(settled.axes)["would_change"] == ""
    # two outputs reached and a weak result: achieved if results did not count
    goal = {"indicator_type": "RESF", "kind": "result"}
    mixed = framework(
        [achieved("CO01", 1000), achieved("CO03", 1000), achieved("CR03", 100, indicator_type="RESF")],
        [],
        [target("CO01", 1000), target("CO03", 1000), target("CR03", 1000, **goal)],
    )
    assert only(mixed.axes)["would_change"] == "achievement_excludes=achieved"
    assert word_would_change(mixed.axes, ["axis 1"], "en") == [
        "If result indicators did not count for achievement, these verdicts would be others: axis 1 achieved."
    ]
    assert only(framework([achieved("CO01", 900)], [], [target("CO01", 1000)]).axes)["would_change"] == ""


def test_two_readings_that_differ_are_both_named() -> None:
    goal = {"indicator_type": "RESF", "kind": "result"}
    tables = (
        [achieved("CO01", 1000), achieved("CO03", 640), achieved("CR03", 1000, indicator_type="RESF")],
        [],
        [target("CO01", 1000), target("CO03", 1000), target("CR03", 1000, **goal)],
    )
    axis = only(framework(*tables).axes)
    assert (axis["status"], axis["best_case"], axis["worst_case"]) == (
        "undetermined",
        "not_achieved",
        "serious_failure",
    )
    assert axis["readings"] == "serious_set=serious_failure;achievement_set=not_achieved"
    assert "by those without results (2) serious failure, by all of the framework (3) not achieved" in axis["reason_en"]
    assert "con quelli senza i risultati (2) grave carenza" in axis["reason_it"]
    settled = framework(*tables, rules=RULES_2014.replace(serious_counts="achievement_set"))
    assert (only(settled.axes)["status"], only(settled.axes)["readings"]) == ("not_achieved", "")


def test_an_axis_of_two_funds_has_two_rows_though_only_one_has_targets_or_newer_money() -> None:
    result = framework(
        [achieved("CO01", 900)],
        # the youth part was last published by another source, two years before
        [certified(9), allocation(100), certified(5, fund="YEI", source="ec", cutoff="2016-12-31")],
        [target("CO01", 1000)],
    )
    assert result.axes.set_index("fund")["status"].to_dict() == {"ESF": "achieved", "YEI": "not_assessed"}


def test_two_categories_of_region_without_targets_are_two_rows() -> None:
    result = framework([], [allocation(100), allocation(50, region_category="TR")], [])
    assert result.axes[["region_category", "note"]].values.tolist() == [["MD", "no_framework"], ["TR", "no_framework"]]


def assisted(*objectives: str) -> pd.DataFrame:
    """Axes 1, 2 ... with these thematic objectives, and technical assistance."""
    rows = [
        {"axis": str(place), "title_en": "x", "thematic_objective": objective, "technical_assistance": False}
        for place, objective in enumerate(objectives, 1)
    ]
    return table("axes", [*rows, {"axis": "TA", "title_en": "x", "technical_assistance": True}])


def test_the_reserve_is_of_the_programme_and_technical_assistance_has_its_part_in_it() -> None:
    # EU support 300, 500 and 40 of assistance: 6% of 840 is 50.40, three eighths of it 18.90
    money = [allocation(600), allocation(1000, axis="2"), allocation(80, axis="TA")]
    result = framework([], money, [target("CO01", 1)], axes=assisted("08", "09"))
    verdicts = result.axes.set_index("axis")
    assert verdicts["reserve_eur"].to_dict() == {"1": 18.90, "2": 31.50, "TA": 0}
    assert verdicts["reserve_source"].to_dict() == {"1": "estimate", "2": "estimate", "TA": "no_reserve"}


def test_react_eu_has_no_reserve_and_no_part_in_it() -> None:
    money = [allocation(600), allocation(1000, axis="2"), allocation(80, axis="TA")]
    result = framework([], money, [target("CO01", 1)], axes=assisted("08", "13"))
    # 6% of 300 + 40, all of it axis 1's
    verdicts = result.axes.set_index("axis")
    assert verdicts["reserve_eur"].to_dict() == {"1": 20.40, "2": 0, "TA": 0}
    assert verdicts.loc["2", "reserve_source"] == "no_reserve"


@pytest.mark.parametrize(
    ("asked", "source"), [(None, "estimate"), ("2018-09-30", "estimate"), ("2019-08-31", "estimate")]
)
def test_the_reserve_is_at_stake_until_it_is_decided(asked: str | None, source: str) -> None:
    result = framework([], [allocation(600)], [target("CO01", 1)], cutoff=asked)
    assert (only(result.axes)["reserve_eur"], only(result.axes)["reserve_source"]) == (18, source)


def test_after_the_decision_of_2019_no_reserve_is_at_stake() -> None:
    result = framework([achieved("CO01", 9)], [allocation(600)], [target("CO01", 10)], cutoff="2019-09-30")
    axis = only(result.axes)
    assert (axis["status"], axis["reserve_source"]) == ("achieved", "decided")
    assert pd.isna(axis["reserve_eur"])
    assert axis["reason_en"].endswith("The reserve was decided in 2019 and is no longer at stake.")


def test_targets_of_the_plan_in_force_at_the_date() -> None:
    rows = [achieved("CO01", 500)]
    goals = [
        target("CO01", 1000),
        target("CO03", 1000),
        target("CO01", 500, plan_version="2", valid_from="2017-12-31"),  # the new plan drops CO03
        target("CO01", 100_000, plan_version="3", valid_from="2019-12-31"),  # too late for 2018
    ]
    result = framework(rows, [], goals)
    assert named(result, "CO01")["target"] == 500
    assert named(result, "CO01")["plan_version"] == "2"
    assert len(result.indicators) == 1
    earlier = framework(rows, [], goals, cutoff="2017-06-30")
    assert earlier.indicators["target"].tolist() == [1000, 1000]


def test_another_source_of_ordinary_targets_does_not_replace_the_framework() -> None:
    ordinary = target(
        "CO01", None, source="ec", plan_version="2", valid_from="2018-12-31", in_performance_framework=False
    )
    result = framework([achieved("CO01", 900)], [], [target("CO01", 1000), ordinary])
    assert named(result, "CO01")["target_source"] == "plan"
    assert only(result.axes)["status"] == "achieved"


def test_the_newest_position_of_one_source_wins() -> None:
    rows = [
        achieved("CO01", 100, source="a", cutoff="2017-12-31"),
        achieved("CO01", 600, source="b"),
        achieved("CO01", 300, source="b", investment_priority="8ii"),
        achieved("CO01", 999, source="c"),
    ]
    frame = table("achievements", rows)
    # the table of sources prefers b
    frame["source"] = frame["source"].astype(pd.CategoricalDtype(["b", "c", "a"], ordered=True))
    result = both(frame, schema.empty("finance"), table("targets", [target("CO01", 1000)]))
    assert (named(result, "CO01")["value"], named(result, "CO01")["source"]) == (900, "b")


def test_technical_assistance_and_axes_without_a_framework() -> None:
    axes = table(
        "axes",
        [
            {"axis": "1", "title_en": "One", "technical_assistance": False},
            {"axis": "2", "title_en": "Two", "technical_assistance": False},
            {"axis": "TA", "title_en": "Assistance", "technical_assistance": True},
        ],
    )
    result = framework(
        [achieved("CO01", 900)],
        [allocation(100), allocation(100, axis="2"), allocation(100, axis="TA"), certified(5, axis="TA")],
        [target("CO01", 1000), money_target(10, axis="TA")],
        axes=axes,
    )
    verdicts = result.axes.set_index("axis")
    assert verdicts["status"].to_dict() == {"1": "achieved", "2": "not_assessed", "TA": "not_assessed"}
    assert verdicts["note"].to_dict() == {"1": "", "2": "no_framework", "TA": "technical_assistance"}
    assert verdicts["n"].to_dict() == {"1": 1, "2": 0, "TA": 0}
    assert "in_performance_framework" in verdicts.loc["2", "reason_en"]
    assert verdicts.loc["TA", "reason_en"] == "Technical assistance is outside the performance framework."
    assert verdicts.loc["TA", "reserve_eur"] == 0
    assert verdicts.loc["2", "best_case"] == ""


def test_a_fund_without_framework_in_an_axis_that_has_one_is_shown() -> None:
    result = framework([achieved("CO01", 900)], [allocation(100), allocation(50, fund="YEI")], [target("CO01", 1000)])
    assert result.axes.set_index("fund")["status"].to_dict() == {"ESF": "achieved", "YEI": "not_assessed"}


def test_an_empty_fund_is_filled_only_where_one_can_be_meant() -> None:
    blank = {"fund": "", "region_category": ""}
    clear = framework([achieved("CO01", 900)], [allocation(100)], [target("CO01", 1000, **blank)])
    axis = only(clear.axes)
    assert (axis["fund"], axis["region_category"], axis["status"]) == ("ESF", "MD", "achieved")
    unclear = framework([achieved("CO01", 900), achieved("CO01", 100, fund="YEI")], [], [target("CO01", 1000, **blank)])
    assert (named(unclear, "CO01")["state"], named(unclear, "CO01")["note"]) == ("not_evaluable", "ambiguous")
    # the other way round: values that tell nothing apart serve the only fund of the axis
    blank_values = framework(
        [achieved("CO01", 900, **blank)], [certified(9, **blank)], [target("CO01", 1000), money_target(9)]
    )
    assert only(blank_values.axes)["status"] == "achieved"


def test_what_is_published_for_the_categories_together_is_not_said_to_be_unpublished() -> None:
    parts = [money_target(9, region_category=name) for name in ("MD", "LD")]
    result = framework([], [certified(20, region_category="")], parts)
    assert result.indicators["note"].tolist() == ["not_told_apart"] * 2
    assert set(result.axes["status"]) == {"undetermined"}


def test_one_indicator_with_a_target_for_the_axis_and_one_by_priority_is_refused() -> None:
    result = framework(
        [achieved("CO01", 900)], [], [target("CO01", 1000), target("CO01", 400, investment_priority="8i")]
    )
    assert (named(result, "CO01")["state"], named(result, "CO01")["note"]) == (
        "not_evaluable",
        "priorities_mixed",
    )


def test_a_framework_for_the_whole_programme_is_not_assessed() -> None:
    result = framework([], [], [target("CO01", 1000, axis="ALL")])
    axis = only(result.axes)
    assert (axis["axis"], axis["status"], axis["note"]) == ("ALL", "not_assessed", "whole_programme")


def test_the_reserve_of_the_plan_comes_before_the_estimate() -> None:
    plan = pd.DataFrame({"axis": ["1", "2"], "fund": ["ESF", "ESF"], "reserve_eur": [1234.56, 7.0]})
    result = framework([achieved("CO01", 900)], [allocation(1000)], [target("CO01", 1000)], reserve=plan)
    axis = only(result.axes)
    assert (axis["reserve_eur"], axis["reserve_source"]) == (1234.56, "plan")
    assert "Reserve at stake: €1,234.56 of EU support (amount of the plan)." in axis["reason_en"]


def test_the_reserve_is_not_known_without_the_eu_allocation() -> None:
    result = framework([achieved("CO01", 900)], [allocation(1000, eu_amount_eur=None)], [target("CO01", 1000)])
    axis = only(result.axes)
    assert pd.isna(axis["reserve_eur"])
    assert axis["reserve_source"] == "not_available"


def test_a_changed_threshold_changes_the_verdict() -> None:
    result = framework([achieved("CO01", 860)], [], [target("CO01", 1000)], rules=RULES_2014.replace(achieved_from=0.9))
    axis = only(result.axes)
    assert axis["status"] == "not_achieved"
    assert "Below 90% of the 2018 milestone: CO01" in axis["reason_en"]


def test_several_programmes_at_once() -> None:
    frames = []
    for cci in ("2014XX05SFOP001", "2014XX05SFOP002"):
        value = 900 if cci.endswith("1") else 600
        frames.append((table("achievements", [achieved("CO01", value)]), table("targets", [target("CO01", 1000)])))
        for frame in frames[-1]:
            frame["programme"] = cci
    result = both(pd.concat([one for one, _ in frames]), schema.empty("finance"), pd.concat([two for _, two in frames]))
    assert result.axes.set_index("programme")["status"].to_dict() == {
        "2014XX05SFOP001": "achieved",
        "2014XX05SFOP002": "serious_failure",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"against": "target_2025"}, "against='target_2025': use one of target, milestone"),
        ({"cutoff": "30/09/2018"}, "cutoff '30/09/2018' is not a date written YYYY-MM-DD"),
        ({"cutoff": "2018-9-30"}, "written YYYY-MM-DD"),
        ({"cutoff": 20180930}, "written YYYY-MM-DD"),
        ({"axes": pd.DataFrame({"programme": [], "axis": []})}, "axes has no column technical_assistance"),
        ({"reserve": pd.DataFrame({"axis": []})}, "reserve has no column reserve_eur"),
    ],
)
def test_parameters_that_cannot_be_used(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        framework([], [], [], **options)


def test_a_frame_that_is_not_the_table() -> None:
    with pytest.raises(ParameterError, match="finance has no column source"):
        performance_framework(
            schema.empty("achievements"),
            schema.empty("finance").drop(columns="source"),
            schema.empty("targets"),
        )


def test_every_code_has_its_words_in_every_language() -> None:
    for lang in wording.LANGUAGES:
        groups = wording.catalogue(lang)
        assert set(NOTES) - set(groups["framework_note"]) == {
            "technical_assistance",
            "no_framework",
            "whole_programme",
            "no_rules",
            "no_test",
            "preview",
        }
        assert set(SOURCES) == set(groups["framework_reserve"])


def test_the_frames_given_are_left_as_they_were() -> None:
    frames = [
        table("achievements", [achieved("CO01", 900)]),
        table("finance", [certified(9), allocation(10)]),
        table("targets", [target("CO01", 1000, fund="")]),
    ]
    copies = [frame.copy(deep=True) for frame in frames]
    both(*frames)
    for frame, kept in zip(frames, copies, strict=True):
        pd.testing.assert_frame_equal(frame, kept)


def test_targets_by_priority_in_different_units_are_refused() -> None:
    result = framework(
        [achieved("CO01", 900)],
        [],
        [
            target("CO01", 500, investment_priority="8i"),
            target("CO01", 500, investment_priority="8ii", unit="Projects"),
        ],
    )
    row = named(result, "CO01")
    assert (row["state"], row["note"], row["unit"]) == ("not_evaluable", "unit_differs;partial", "Number / Projects")
    assert "target in number / projects, value in number" in only(result.axes)["reason_en"]


def test_a_priority_with_a_target_and_no_row_is_not_none() -> None:
    """As where its row is there with an empty cell: the axis may have reached it."""
    aims = [target("CO01", 500, investment_priority=priority) for priority in ("8i", "8ii")]
    half = achieved("CO01", 500) | {"investment_priority": "8i"}
    empty = achieved("CO01", None) | {"investment_priority": "8ii"}
    for values in ([half], [half, empty]):
        row = named(framework(values, [], aims), "CO01")
        assert (row["value"], row["note"], row["ratio_at_least"]) == (500, "partial", 0.5)
        assert row["ratio_at_most"] == float("inf")
        assert only(framework(values, [], aims).axes)["status"] == "undetermined"


def test_the_reserve_of_the_plan_belongs_to_its_programme_and_fund() -> None:
    plan = pd.DataFrame(
        {
            "programme": [CCI, CCI, "other"],
            "axis": ["1"] * 3,
            "fund": ["ESF", "ERDF", "ESF"],
            "reserve_eur": [5.0, 7, 9],
        }
    )
    result = framework([achieved("CO01", 900)], [allocation(1000)], [target("CO01", 1000)], reserve=plan)
    assert only(result.axes)["reserve_eur"] == 5


def test_an_axis_of_the_youth_initiative_alone_has_no_reserve_whatever_it_is_assessed_by() -> None:
    youth = {"fund": "YEI", "indicator_type": "OYEI"}
    result = framework(
        [achieved("CO06", 900, **youth)],
        [allocation(1000, fund="YEI")],
        [target("CO06", 1000, **youth)],
        rules=RULES_2014.replace(assessed_by=("axis",)),
    )
    assert (only(result.axes)["reserve_eur"], only(result.axes)["reserve_source"]) == (0, "no_reserve")


# what must hold whatever the figures

_CELLS = st.lists(
    st.tuples(
        st.sampled_from(["CO01", "CO03"]),
        st.sampled_from(["8i", "8ii"]),
        st.sampled_from(["2017-12-31", "2018-12-31", "2019-12-31"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 1500),
    ),
    max_size=10,
    unique_by=lambda cell: cell[:4],
)
_MONEY = st.lists(
    st.tuples(
        st.sampled_from(["ESF", "YEI"]),
        st.sampled_from(["2017-12-31", "2018-12-31", "2019-12-31"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 150),
    ),
    max_size=6,
    unique_by=lambda cell: cell[:3],
)


def _frames(cells: list[tuple], money: list[tuple]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    values = [
        achieved(code, value, investment_priority=priority, cutoff=date, source=source)
        for code, priority, date, source, value in cells
    ]
    amounts = [certified(amount, fund=fund, cutoff=date, source=source) for fund, date, source, amount in money]
    goals = [target("CO01", 1000), target("CO03", 800), money_target(100), money_target(50, fund="YEI")]
    return table("achievements", values), table("finance", [*amounts, allocation(1000)]), table("targets", goals)


@given(_CELLS, _MONEY, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=15)
def test_the_order_of_the_rows_does_not_matter(cells: list[tuple], money: list[tuple], random: Any) -> None:
    frames = _frames(cells, money)
    shuffled = []
    for frame in frames:
        order = list(range(len(frame)))
        random.shuffle(order)
        shuffled.append(frame.iloc[order])
    for function in (performance_framework, framework_indicators):
        pd.testing.assert_frame_equal(function(*frames), function(*shuffled))


@given(_CELLS, _MONEY)
@settings(deadline=None, max_examples=15)
def test_rows_of_a_later_date_change_nothing(cells: list[tuple], money: list[tuple]) -> None:
    frames = _frames(cells, money)
    before = [frame[frame["cutoff"] <= "2018-12-31"] for frame in frames[:2]]
    for function in (performance_framework, framework_indicators):
        pd.testing.assert_frame_equal(function(*frames), function(*before, frames[2]))


@given(_CELLS.filter(bool), _MONEY, st.integers(1, 99))
@settings(deadline=None, max_examples=15)
def test_a_row_split_between_two_priorities_changes_nothing(cells: list[tuple], money: list[tuple], part: int) -> None:
    achievements, finance, targets = _frames(cells, money)
    first = achievements.iloc[[0]]
    less = first["value"] * part // 100
    split = [
        achievements.iloc[1:],
        first.assign(value=less, investment_priority="9i"),
        first.assign(value=first["value"] - less),
    ]
    for function in (performance_framework, framework_indicators):
        pd.testing.assert_frame_equal(
            function(achievements, finance, targets), function(pd.concat(split), finance, targets)
        )


@pytest.mark.parametrize(
    ("cci", "note", "shown"),
    [("2021IT05SFPR003", "no_test", 1), ("2007IT052PO006", "no_rules", 0), ("X", "no_rules", 0)],
)
def test_a_programme_of_another_period_is_not_judged_by_these_rules(cci, note, shown) -> None:
    own = (
        table("achievements", [achieved("CO01", 900)]),
        table("finance", [allocation(1000)]),
        table("targets", [target("CO01", 1000)]),
    )
    tables = [frame.assign(programme=cci) for frame in own]
    verdict = performance_framework(*tables).iloc[0]
    assert (verdict["status"], verdict["note"], verdict["n"]) == ("not_assessed", note, 0)
    assert pd.isna(verdict["reserve_eur"])
    assert len(framework_indicators(*tables)) == shown
    assert performance_framework(*own).iloc[0]["status"] == "achieved"
