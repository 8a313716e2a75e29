"""How far the indicators of a framework are from its thresholds, worked out by hand, and what would follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_performance_framework import achieved, certified, money_target, table, target

import porfse_analysis as pf
from porfse_analysis.verdicts.distances import framework_distances

ROOT = Path(__file__).parents[2]


def distances(
    achievements: list[dict[str, Any]], finance: list[dict[str, Any]], targets: list[dict[str, Any]], **options: Any
) -> pd.DataFrame:
    tables = (table("achievements", achievements), table("finance", finance), table("targets", targets))
    return framework_distances(*tables, **options)


def of(found: pd.DataFrame, code: str, column: str) -> list[Any]:
    """A column of an indicator at 85, 75 and 65%."""
    rows = found[found["indicator_code"] == code]
    assert rows["threshold"].tolist() == [0.85, 0.75, 0.65]
    return [None if pd.isna(value) else value for value in rows[column]]


def test_missing_is_threshold_times_target_less_the_value():
    # euro: 85% of 2,000,000 is 1,700,000; people: 85% of 10 is 8.5, so that 9 are needed
    found = distances(
        [achieved("CO01", 5)],
        [certified(1_200_000.0)],
        [money_target(2_000_000), target("CO01", 10)],
    )
    assert of(found, "F1", "needed") == [1_700_000, 1_500_000, 1_300_000]
    assert of(found, "F1", "missing") == [500_000, 300_000, 100_000]
    assert of(found, "F1", "unit") == ["EUR"] * 3
    assert of(found, "CO01", "needed") == [9, 8, 7]
    assert of(found, "CO01", "missing") == [4, 3, 2]
    assert found["data_date"].eq(pd.Timestamp("2018-12-31")).all()
    # two indicators: one below 65% is a serious failure, and both are
    assert found["verdict"].eq("serious_failure").all()
    assert of(found, "F1", "verdict_if_alone") == ["serious_failure"] * 3
    assert of(found, "F1", "verdict_if_all") == ["achieved", "not_achieved", "not_achieved"]
    assert of(found, "F1", "verdict_if_none") == ["serious_failure"] * 3


def test_a_cent_short_of_the_threshold_is_missing():
    found = distances([], [certified(850.00)], [money_target(1000.01)])
    # 850.0085 is needed, which no figure in cents is
    assert of(found, "F1", "needed")[0] == 850.01
    assert of(found, "F1", "missing") == [0.01, 0, 0]
    assert of(found, "F1", "distance") == ["missing", "reached", "reached"]


def test_with_three_indicators_one_may_stay_at_75():
    found = distances(
        [achieved("CO01", 100), achieved("CO03", 70)],
        [certified(100.0)],
        [money_target(100), target("CO01", 100), target("CO03", 100)],
    )
    assert of(found, "CO03", "missing") == [15, 5, 0]
    # 65% it has already; at 75% the derogation holds
    assert of(found, "CO03", "verdict_if_alone") == ["achieved", "achieved", ""]
    assert of(found, "CO01", "verdict_if_alone") == ["", "", ""]
    assert of(found, "CO01", "verdict_if_all") == ["achieved", "achieved", "not_achieved"]
    assert of(found, "CO01", "verdict") == ["not_achieved"] * 3


def test_without_a_published_value_all_that_is_needed_may_be_missing():
    # of two unknown ones each alone leaves the other at nothing
    found = distances(
        [achieved("CO01", None)],
        [certified(100.0)],
        [money_target(100), target("CO01", 200), target("CO03", 40)],
    )
    for code, most in (("CO01", [170, 150, 130]), ("CO03", [34, 30, 26])):
        assert of(found, code, "missing") == [None] * 3
        assert of(found, code, "value") == [None] * 3
        assert of(found, code, "missing_at_least") == [0] * 3
        assert of(found, code, "missing_at_most") == most
        assert of(found, code, "distance") == ["unpublished"] * 3
        # three indicators, one at nothing: not achieved and no serious failure (it takes two below 65%)
        assert of(found, code, "verdict_if_alone") == ["not_achieved"] * 3
        assert of(found, code, "verdict_if_unpublished") == ["achieved", "not_achieved", "not_achieved"]
    assert found["verdict"].eq("undetermined").all()
    assert found["verdict_if_none"].eq("serious_failure").all()


def test_an_old_figure_keeps_its_date_and_decides_nothing():
    old = {"cutoff": "2018-06-30"}
    found = distances([achieved("CO01", 40, **old)], [certified(90.0, **old)], [money_target(100), target("CO01", 100)])
    assert found["verdict"].eq("undetermined").all()
    assert found["data_date"].eq(pd.Timestamp("2018-06-30")).all()
    assert found["note"].str.contains("older_figure").all()
    # the distance is that of its date
    assert of(found, "CO01", "missing") == [45, 35, 25]
    assert of(found, "CO01", "verdict_if_alone") == ["achieved", "not_achieved", "not_achieved"]


@pytest.mark.parametrize(
    ("qualifier", "least", "most", "distance"),
    [
        ("more_than", 0, 25, "limits"),
        ("less_than", 25, 85, "limits"),
        ("exact", 25, 25, "missing"),
    ],
)
def test_a_limit_gives_limits(qualifier: str, least: float, most: float, distance: str):
    found = distances(
        [achieved("CO01", 60, qualifier=qualifier)], [certified(100.0)], [money_target(100), target("CO01", 100)]
    )
    row = found[(found["indicator_code"] == "CO01") & (found["threshold"] == 0.85)].iloc[0]
    assert (row["missing_at_least"], row["missing_at_most"], row["distance"]) == (least, most, distance)


def test_what_cannot_be_compared_has_no_distance():
    found = distances(
        [achieved("CO01", 60, unit="hours")], [certified(100.0)], [money_target(100), target("CO01", 100)]
    )
    assert of(found, "CO01", "distance") == ["not_comparable"] * 3
    for column in ("needed", "missing", "missing_at_least", "missing_at_most"):
        assert of(found, "CO01", column) == [None] * 3
    assert of(found, "CO01", "value") == [60] * 3


def test_a_milestone_of_zero_lacks_nothing():
    found = distances([], [certified(100.0)], [money_target(100), target("CO01", 0)])
    assert of(found, "CO01", "missing") == [0] * 3
    assert of(found, "CO01", "distance") == ["reached"] * 3
    assert of(found, "CO01", "verdict_if_unpublished") == [""] * 3


def test_thresholds_are_those_of_the_rules():
    rules = pf.RULES["2014-2020"].replace(achieved_from=0.9)
    found = distances([], [certified(80.0)], [money_target(100)], rules=rules)
    assert found["threshold"].tolist() == [0.9, 0.75, 0.65]
    assert found["missing"].tolist() == [10, 0, 0]


def test_the_invented_programme_at_its_milestones_and_targets():
    programme = pf.load_programme(ROOT / "tests/data/invented-programme")
    found = pf.framework_distances(programme)
    short = found[(found["distance"] == "missing") & (found["threshold"] == 0.85)]
    assert short[["axis", "fund", "indicator_code", "missing"]].to_numpy().tolist() == [
        ["2", "ESF", "CO17", 90],
        ["3", "ESF", "F3", 312_500],
        ["4", "ESF", "F4", 500_000],
        ["6", "YEI", "CR04", 105],
    ]
    # axis 2 is achieved with CO17 at 76% by derogation
    assert short["verdict"].tolist() == ["achieved", "not_achieved", "serious_failure", "not_achieved"]
    assert short["verdict_if_alone"].eq("achieved").all()
    final = pf.framework_distances(programme, against="target")
    short = final[(final["distance"] == "missing") & (final["threshold"] == 0.85)]
    assert short[["axis", "indicator_code", "missing"]].to_numpy().tolist() == [
        ["2", "F2", 1_000_000],
        ["4", "F4", 1_500_000],
        ["5", "CO23", 35],
        ["6", "F6Y", 400_000],
        ["6", "CR04", 315],
    ]
    # of three indicators two are below 85%: neither alone is enough for F6Y, CR04 alone leaves F6Y at exactly 75%
    assert short["verdict_if_alone"].tolist() == ["achieved", "achieved", "achieved", "not_achieved", "achieved"]


@pytest.mark.parametrize(
    "folder",
    ["tests/data/invented-programme-2021", "data/por-fse-lombardia-2007-2013", "data/por-fse-lombardia-2014-2020"],
)
def test_without_a_test_or_a_framework_there_are_no_distances(folder: str):
    found = pf.framework_distances(pf.load_programme(ROOT / folder), against="target")
    assert found.empty
    assert "verdict_if_all" in found
