"""Targets reached since the date before: how many would be against the target of before."""

import functools

import pandas as pd
import pytest
from frames import achievements, only, targets

from porfse_analysis import open_report
from porfse_analysis.display import blocks, tables
from porfse_analysis.display.cutoffs import tables as cutoff_tables
from porfse_analysis.display.cutoffs.comparison import open_cutoff_comparison
from porfse_analysis.display.programmes import tables as programme_tables
from porfse_analysis.display.programmes.comparison import open_comparison
from porfse_analysis.display.programmes.tables import target_counts
from porfse_analysis.display.words.reached import word_gained
from porfse_analysis.indicators.changes import target_ratio_changes
from porfse_analysis.indicators.gained import gained_targets
from porfse_analysis.indicators.targets import counted_ratios, is_reached

THEN, NOW = "2018-12-31", "2019-12-31"
CODES = ("CO01", "CO02", "CO03", "CO04", "CO05", "CO06")
#           lowered and reached; reached anyhow; not reached; reached before; no value before; new target
VALUES = {THEN: (50, 50, 50, 120, None, 90), NOW: (80, 110, 60, 130, 100, 90)}
AIMS = {"1": (100, 100, 100, 100, 100, None), "2": (70, 100, 100, 100, 100, 80)}


def changes(codes=CODES):
    values = [
        ("I", "8i", code, date, value) for date, row in VALUES.items() for code, value in zip(CODES, row, strict=True)
    ]
    starts = {"1": "2014-12-31", "2": NOW}
    aims = [
        ("I", "8i", code, plan, starts[plan], aim)
        for plan, row in AIMS.items()
        for code, aim in zip(CODES, row, strict=True)
        if aim is not None
    ]
    got, due = achievements(*values), targets(*aims)
    found = target_ratio_changes(got, due, cutoff=NOW, compare_to=THEN)
    return found[found["indicator_code"].isin(codes)]


def test_each_target_gained_meets_the_target_before():
    gained = gained_targets(changes())
    assert gained["indicator_code"].tolist() == ["CO01", "CO02", "CO05", "CO06"]
    assert gained["against_before"].tolist() == ["lowered", "reached", "reached", "unknown"]
    # 80 over 100
    assert only(gained, indicator_code="CO01")["value_against_before"] == 0.8


@pytest.mark.parametrize(
    ("codes", "en", "it"),
    [
        (["CO03", "CO04"], [], []),
        (
            ["CO01"],
            [
                "1 target reached at 31/12/2019 was not at 31/12/2018. Against the target in force then it would not "
                "have been reached: the plan has lowered it since."
            ],
            [
                "1 target raggiunto al 31/12/2019 non lo era al 31/12/2018. Rispetto al target in vigore allora non "
                "sarebbe stato raggiunto: da allora il piano lo ha abbassato."
            ],
        ),
        (
            ["CO01", "CO02"],
            [
                "2 targets reached at 31/12/2019 were not at 31/12/2018. 1 would have been reached against the target "
                "in force then too, 1 only against targets that the plan has lowered since."
            ],
            [
                "2 target raggiunti al 31/12/2019 non lo erano al 31/12/2018. 1 sarebbe stato raggiunto anche rispetto "
                "al target in vigore allora, 1 solo rispetto a target che da allora il piano ha abbassato."
            ],
        ),
    ],
)
def test_it_is_said_in_both_languages(codes, en, it):
    found = changes(codes)
    assert (word_gained(found, "en"), word_gained(found, "it")) == (en, it)


ALL_FIVE = {
    "en": "5 targets reached at 31/12/2020 were not at 31/12/2019. Against the targets in force then none of the 5 "
    "would have been reached: the plan has lowered them since.",
    "it": "5 target raggiunti al 31/12/2020 non lo erano al 31/12/2019. Rispetto ai target in vigore allora nessuno "
    "dei 5 sarebbe stato raggiunto: da allora il piano li ha abbassati.",
}


@pytest.fixture(scope="module")
def report_at(bundled):
    """Date -> the report of the bundled programme, opened once."""
    return functools.cache(lambda cutoff: open_report(bundled, cutoff=cutoff))


@pytest.mark.parametrize("lang", ["it", "en"])
@pytest.mark.parametrize("cutoff", ["2020-12-31", "2022-06-30"])
def test_all_five_gained_in_2020_met_a_lowered_target(report_at, cutoff, lang):
    report = report_at(cutoff).in_language(lang)
    gained = gained_targets(report.target_changes)
    assert gained[["investment_priority", "indicator_code", "against_before"]].to_numpy().tolist() == [
        ["8i", "CO01", "lowered"],
        ["8ii", "CO06", "lowered"],
        ["9i", "CO17", "lowered"],
        ["9iv", "CO17", "lowered"],
        ["10iv", "CO05", "lowered"],
    ]
    assert ALL_FIVE[lang] in tables.targets(report).notes
    dated = {
        "it": "su 14 con un rapporto calcolabile, al 31/12/2020",
        "en": "of 14 that have a ratio, at 31/12/2020",
    }
    assert dated[lang] in blocks.key_numbers(report).html


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_comparison_of_dates_says_it_too(bundled, lang):
    comparison = open_cutoff_comparison(bundled, cutoff="2020-12-31", lang=lang)
    assert ALL_FIVE[lang] in cutoff_tables.targets(comparison).notes


@pytest.mark.parametrize("unit", ["as listed", "Number"])
@pytest.mark.parametrize("cutoff", ["2014-12-31", "2018-12-31", "2020-12-31", "2022-06-30"])
def test_report_and_comparison_of_programmes_count_alike(bundled, report_at, cutoff, unit):
    """The portal calls every target a number: a percentage among them is suspected, and counted by nobody either."""
    ratios = counted_ratios(report_at(cutoff).results)
    aims = bundled.targets if unit == "as listed" else bundled.targets.assign(unit=unit)
    names = ("axes", "finance", "achievements", "sources")
    pool = {name: getattr(bundled, name) for name in names} | {"targets": aims}
    titles = pd.DataFrame([{"programme": bundled.cci, "title": "Lombardia", "ms": "IT", "funds": "ESF"}])
    comparison = open_comparison(pool, titles, programmes=[bundled.cci], cutoff=cutoff)
    counted = target_counts(comparison).iloc[0]
    said = comparison.text("compare.units_unknown") in programme_tables.targets(comparison).notes
    assert said == (unit == "Number" and counted["targets"] > 0)
    if cutoff == "2018-12-31" and said:
        # 8ii CR06: 35 per cent in the programme's own table, not yet exceeded tenfold
        assert (counted["reached"], counted["computable"]) == (6, len(ratios) + 1)
        return
    assert (counted["reached"], counted["computable"]) == (int(is_reached(ratios["value"]).sum()), len(ratios))
    if cutoff >= "2020-12-31":
        assert (counted["reached"], counted["computable"]) == (9, 14)
