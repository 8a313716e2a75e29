"""Target ratios: figures of the Commission's table 2q3n-nr7n, and each rule on a few rows."""

import math

import pandas as pd
import pytest
from frames import achievements, only, targets

from porfse_analysis import ParameterError, target_achievement_ratio


@pytest.fixture(scope="module")
def lombardia(bundled):
    return bundled


def ratio(lombardia, cutoff, priority, code):
    result = target_achievement_ratio(lombardia.achievements, lombardia.targets, cutoff=cutoff)
    return only(result, investment_priority=priority, indicator_code=code)


@pytest.mark.parametrize(
    ("cutoff", "priority", "code", "value", "target"),
    [
        ("2018-12-31", "8i", "CO01", 157_769, 69_038),
        ("2019-12-31", "8i", "CO01", 157_846, 216_887),
        ("2020-12-31", "8i", "CO01", 157_891, 131_480),
        ("2020-12-31", "10iv", "CO05", 455, 192),
        ("2018-12-31", "11i", "CO22", 6, 1),
        ("2018-12-31", "8i", "CR06", 94_926, 20_711.4),
    ],
)
def test_against_the_target_of_that_plan(lombardia, cutoff, priority, code, value, target):
    row = ratio(lombardia, cutoff, priority, code)
    assert (row["numerator"], row["denominator"], row["value"]) == (value, target, value / target)
    assert row["fund"] == "ESF"


def test_the_plan_of_the_data_not_of_the_cutoff(lombardia):
    row = ratio(lombardia, "2022-06-30", "8i", "CO01")  # last reported at the end of 2020, plan 6
    assert (row["value"], row["data_date"]) == (157_891 / 131_480, pd.Timestamp("2020-12-31"))
    assert row["note"] == "stale"


def test_restated_series_is_said(lombardia):
    assert ratio(lombardia, "2018-12-31", "8i", "CO01")["note"] == "restated"
    assert ratio(lombardia, "2020-12-31", "8i", "CO01")["note"] == ""


def test_a_dropped_target_is_gone(lombardia):
    kept = ratio(lombardia, "2020-12-31", "9iv", "CO18")  # 80 until plan 5, dropped by plan 6, value 15
    assert (kept["numerator"], kept["note"]) == (15, "no_target")
    assert math.isnan(kept["value"])
    assert math.isnan(kept["denominator"])
    gone = ratio(lombardia, "2020-12-31", "8iv", "CO01")  # neither value nor target in 2020
    assert math.isnan(gone["value"])
    assert gone["note"] == "stale;restated;no_target"


def test_zero_target(lombardia):
    row = ratio(lombardia, "2020-12-31", "11i", "CO22")
    assert (row["numerator"], row["denominator"], row["note"]) == (12, 0, "zero_denominator")
    assert math.isnan(row["value"])


@pytest.mark.parametrize("cutoff", ["2015-12-31", "2018-12-31", "2022-06-30"])
@pytest.mark.parametrize(("priority", "code"), [("8ii", "CR06"), ("8v", "CR06"), ("9i", "CR05")])
def test_percentages_in_disguise_are_refused_at_every_date(lombardia, cutoff, priority, code):
    row = ratio(lombardia, cutoff, priority, code)
    assert math.isnan(row["value"])
    assert "percentage_target" in row["note"].split(";")


def test_number_of_ratios_at_the_end_of_2020(lombardia):
    result = target_achievement_ratio(lombardia.achievements, lombardia.targets, cutoff="2020-12-31")
    # the table has 18 targets for 2020; 3 are percentages and one is zero
    assert result["value"].notna().sum() == 14


# the rules, one by one


def test_categories_of_region_are_summed_and_kept_apart_when_asked():
    values = achievements(
        ("1", "10i", "CO03", "2017-12-31", 6_740, {"region_category": "Less developed"}),
        ("1", "10i", "CO03", "2017-12-31", 678, {"region_category": "Transition"}),
    )
    aims = targets(
        ("1", "10i", "CO03", "1", "2015-12-31", 10_000, {"region_category": "Less developed"}),
        ("1", "10i", "CO03", "1", "2015-12-31", 1_000, {"region_category": "Transition"}),
    )
    row = only(target_achievement_ratio(values, aims, cutoff="2017-12-31"))
    assert (row["numerator"], row["denominator"], row["value"]) == (7_418, 11_000, 7_418 / 11_000)
    assert row["region_category"] == ""
    apart = target_achievement_ratio(values, aims, cutoff="2017-12-31", by="region_category")
    assert only(apart, region_category="Transition")["value"] == 0.678


@pytest.mark.parametrize(
    ("value", "target"),
    [(math.nan, 500), (50, math.nan), (50, 0)],
    ids=["no value", "no target", "target zero"],
)
def test_a_category_without_value_or_target_is_left_out_and_said(value, target):
    values = achievements(
        ("1", "10i", "CO03", "2017-12-31", 100, {"region_category": "A"}),
        ("1", "10i", "CO03", "2017-12-31", value, {"region_category": "B"}),
    )
    aims = targets(
        ("1", "10i", "CO03", "1", "2015-12-31", 400, {"region_category": "A"}),
        ("1", "10i", "CO03", "1", "2015-12-31", target, {"region_category": "B"}),
    )
    row = only(target_achievement_ratio(values, aims, cutoff="2017-12-31"))
    assert (row["numerator"], row["denominator"], row["value"], row["note"]) == (100, 400, 0.25, "partial")


def test_types_and_funds_are_different_indicators():
    values = achievements(
        ("1", "8ii", "CR06", "2018-12-31", 165_190, {"indicator_type": "RESF"}),
        ("1", "8ii", "CR06", "2018-12-31", 62_571, {"indicator_type": "RYEI", "fund": "YEI"}),
    )
    aims = targets(
        ("1", "8ii", "CR06", "1", "2015-12-31", 200_000, {"indicator_type": "RESF"}),
        ("1", "8ii", "CR06", "1", "2015-12-31", 100_000, {"indicator_type": "RYEI", "fund": "YEI"}),
    )
    result = target_achievement_ratio(values, aims, cutoff="2018-12-31")
    assert only(result, indicator_type="RESF")["value"] == 165_190 / 200_000
    assert only(result, indicator_type="RYEI", fund="YEI")["value"] == 62_571 / 100_000


def test_a_new_plan_replaces_the_whole_set():
    values = achievements(("1", "8i", "CO01", "2019-12-31", 30), ("1", "8i", "CO05", "2019-12-31", 40))
    aims = targets(
        ("1", "8i", "CO01", "1", "2015-12-31", 100),
        ("1", "8i", "CO05", "1", "2015-12-31", 100),
        ("1", "8i", "CO01", "2", "2019-12-31", 60),
    )
    result = target_achievement_ratio(values, aims, cutoff="2019-12-31")
    assert only(result, indicator_code="CO01")["value"] == 0.5
    assert only(result, indicator_code="CO05")["note"] == "no_target"


def test_a_target_without_any_value_is_not_reported():
    values = achievements(("1", "8i", "CO01", "2019-12-31", 30))
    aims = targets(("1", "8i", "CO01", "1", "2015-12-31", 60), ("1", "8i", "CO05", "1", "2015-12-31", 100))
    row = only(target_achievement_ratio(values, aims, cutoff="2019-12-31"), indicator_code="CO05")
    assert (row["denominator"], row["note"]) == (100, "not_reported")
    assert math.isnan(row["value"])


@pytest.mark.parametrize(
    ("code", "target", "value", "refused"),
    [
        ("CR06", 35, 351, True),
        ("CR06", 35, 350, False),  # ten times, not above
        ("CR06", 100, 1_001, True),
        ("CR06", 101, 5_000, False),
        ("CO16", 35, 5_000, False),  # an output counts people
    ],
)
def test_the_rule_for_percentages_in_disguise(code, target, value, refused):
    values = achievements(("1", "8ii", code, "2018-12-31", value))
    aims = targets(("1", "8ii", code, "1", "2015-12-31", target))
    row = only(target_achievement_ratio(values, aims, cutoff="2018-12-31"))
    assert math.isnan(row["value"]) is refused
    assert (row["note"] == "percentage_target") is refused


def test_once_a_percentage_always_one_and_never_before():
    values = achievements(
        ("1", "8ii", "CR06", "2016-12-31", 5),
        ("1", "8ii", "CR06", "2017-12-31", 900),
        ("1", "8ii", "CR06", "2018-12-31", 20),
    )
    aims = targets(("1", "8ii", "CR06", "1", "2015-12-31", 35))
    notes = [
        only(target_achievement_ratio(values, aims, cutoff=f"{year}-12-31"))["note"] for year in (2016, 2017, 2018)
    ]
    assert notes == ["", "percentage_target", "percentage_target"]


def test_one_percentage_refuses_its_whole_group():
    values = achievements(
        ("1", "8ii", "CR06", "2018-12-31", 9_000, {"region_category": "A"}),
        ("1", "8ii", "CR06", "2018-12-31", 10, {"region_category": "B"}),
    )
    aims = targets(
        ("1", "8ii", "CR06", "1", "2015-12-31", 40, {"region_category": "A"}),
        ("1", "8ii", "CR06", "1", "2015-12-31", 5_000, {"region_category": "B"}),
    )
    assert math.isnan(only(target_achievement_ratio(values, aims, cutoff="2018-12-31"))["value"])


def test_milestones():
    values = achievements(("1", "8i", "CO01", "2018-12-31", 30))
    aims = targets(("1", "8i", "CO01", "1", "2015-12-31", 60, {"milestone": 20}))
    row = only(target_achievement_ratio(values, aims, cutoff="2018-12-31", against="milestone"))
    assert (row["indicator"], row["value"]) == ("milestone_achievement_ratio", 1.5)


def test_unknown_against_and_by_are_refused(lombardia):
    with pytest.raises(ParameterError, match="target, milestone"):
        target_achievement_ratio(lombardia.achievements, lombardia.targets, cutoff="2018-12-31", against="final")
    with pytest.raises(ParameterError, match="indicator or region_category"):
        target_achievement_ratio(lombardia.achievements, lombardia.targets, cutoff="2018-12-31", by="axis")


@pytest.mark.parametrize(("former", "now"), [("target_2023", "target"), ("milestone_2018", "milestone")])
def test_a_former_value_of_against_is_refused_with_its_name_now(lombardia, former, now):
    with pytest.raises(ParameterError, match=f"against='{former}': it is now called '{now}'"):
        target_achievement_ratio(lombardia.achievements, lombardia.targets, cutoff="2018-12-31", against=former)


def test_a_financial_indicator_of_the_framework_has_no_ratio_of_values():
    """Its value is the certified expenditure: it is not "not published" for want of a row among the achievements."""
    money = {"kind": "financial", "indicator_type": "", "unit": "EUR"}
    plan = targets(("I", "", "F01", "1", "2015-12-31", 90.0, money), ("I", "8i", "CO01", "1", "2015-12-31", 100.0))
    reached = achievements(("I", "8i", "CO01", "2018-12-31", 50.0))
    rows = target_achievement_ratio(reached, plan, cutoff="2018-12-31")
    assert rows[["indicator_code", "value"]].to_numpy().tolist() == [["CO01", 0.5]]
    # unless a document counts it among the values
    both = achievements(
        ("I", "8i", "CO01", "2018-12-31", 50.0), ("I", "", "F01", "2018-12-31", 45.0, {"indicator_type": ""})
    )
    rows = target_achievement_ratio(both, plan, cutoff="2018-12-31")
    assert rows.set_index("indicator_code")["value"].to_dict() == {"CO01": 0.5, "F01": 0.5}


def test_the_date_of_an_empty_cell_chooses_no_plan():
    more, less = {"region_category": "More developed"}, {"region_category": "Less developed"}
    plans = [("1", "2014-12-31", 100.0), ("2", "2018-06-30", 200.0)]
    plan = targets(*(("1", "8i", "CO01", *version, region) for version in plans for region in (more, less)))
    reached = achievements(
        ("1", "8i", "CO01", "2018-12-31", 150.0, more),
        ("1", "8i", "CO01", "2018-12-31", None, less | {"data_date": "2017-12-31"}),
    )
    row = only(target_achievement_ratio(reached, plan, cutoff="2018-12-31"))
    assert (row["numerator"], row["denominator"], row["value"]) == (150, 200, 0.75)
