"""Axes stand in the order of the programme, V before IX, wherever there are rows of them."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

import porfse_analysis as pf
from porfse_analysis.display import tables
from porfse_analysis.display.cutoffs import tables as cutoffs
from porfse_analysis.display.cutoffs.comparison import open_cutoff_comparison

INVENTED = Path(__file__).parents[1] / "data" / "invented-programme"
ROMAN = {"1": "I", "2": "II", "3": "III", "4": "V", "5": "VI", "6": "IX", "7": "X"}
PLACES = {axis: place for place, axis in enumerate(ROMAN.values())}

# those whose rows have another order first: gravity, verdict, result, the measure's own
OTHERWISE = {"findings", "claims", "claim_verdicts", "cost_per_result", "measures"}


@pytest.fixture(scope="module")
def roman():
    """The invented programme under roman numbers, of which the alphabet puts IX before V."""
    programme = pf.load_programme(INVENTED)
    named = {}
    for field in dataclasses.fields(programme):
        table = getattr(programme, field.name)
        if isinstance(table, pd.DataFrame) and "axis" in table:
            renamed = table["axis"].astype("str").replace(ROMAN).astype(table["axis"].dtype)
            named[field.name] = table.assign(axis=renamed).iloc[::-1].reset_index(drop=True)
    axes = named["axes"].iloc[::-1].reset_index(drop=True)
    return dataclasses.replace(programme, **{**named, "axes": axes})


@pytest.fixture(scope="module")
def report(roman):
    return pf.open_report(roman, cutoff="2019-12-31", lang="en")


def in_order(rows):
    places = rows.loc[rows["axis"].isin(PLACES), "axis"].map(PLACES)
    return places.is_monotonic_increasing


def test_the_alphabet_is_not_the_order():
    assert sorted(PLACES) != list(PLACES)


@pytest.mark.parametrize("name", sorted(set(tables.__all__) - OTHERWISE))
def test_tables_of_a_report(report, name):
    table = getattr(tables, name)(report)
    if "axis" in table.frame and table.frame["axis"].isin(PLACES).any():
        assert in_order(table.frame)


def test_tables_of_a_comparison(roman):
    compared = open_cutoff_comparison(roman, cutoff="2019-12-31", compare_to="2018-12-31", lang="en")
    shown = [*cutoffs.rates(compared), cutoffs.participants(compared), cutoffs.allocations(compared)]
    assert len(shown) > 3
    for table in shown:
        assert in_order(table.frame), table.name


def test_results_and_changes(roman, report):
    for rows in (
        report.results,
        pf.all_changes(roman, cutoff="2019-12-31", compare_to="2018-12-31"),
    ):
        by_indicator = dict(list(rows.groupby(["fund", "indicator"])))
        assert {"V", "IX"} <= set(rows["axis"])
        for key, own in by_indicator.items():
            assert in_order(own), key


def test_payment_applications_and_verdicts(roman):
    applied = pf.payment_applications(roman, year=2019)
    assert applied["axis"].drop_duplicates().tolist() == list(PLACES)
    judged = pf.performance_framework(
        roman.achievements, roman.finance, roman.targets, cutoff="2018-12-31", against="milestone"
    )
    assert judged["axis"].drop_duplicates().tolist() == list(PLACES)
