"""A figure published as a bound is one in the results, in the ratios made of it and on the pages."""

import pandas as pd
import pytest
from frames import achievements, finance, only, small_programme, targets

from porfse_analysis import (
    financial_progress,
    open_report,
    participants,
    per_capita_spend,
    target_achievement_ratio,
)
from porfse_analysis.display import blocks, tables
from porfse_analysis.indicators.changes import participant_changes
from porfse_analysis.indicators.result import BOUNDS, NOTES, bound_of, figure_bound, split_note, value_bound

DATE = "2018-12-31"
MORE, LESS, ABOUT = ({"qualifier": name} for name in ("more_than", "less_than", "about"))


def test_the_codes_of_bounds_are_notes():
    assert set(BOUNDS) <= set(NOTES)


@pytest.mark.parametrize(
    ("qualifiers", "bound"),
    [
        (["exact"], ""),
        (["more_than"], "more_than"),
        (["less_than"], "less_than"),
        (["about"], "about"),
        (["exact", "more_than"], "at_least"),
        (["less_than", "exact"], "at_most"),
        (["more_than", "less_than"], "about"),
        (["more_than", "about"], "about"),
    ],
)
def test_the_bound_of_a_sum(qualifiers, bound):
    figures = pd.Series(qualifiers)
    assert bound_of(figures, [pd.Series("a", index=figures.index)]).to_dict() == {"a": bound}


@pytest.mark.parametrize(
    ("note", "figure", "value"),
    [
        ("", "", ""),
        ("stale;more_than", "more_than", "more_than"),
        ("base_more_than", "", "less_than"),
        ("base_less_than", "", "more_than"),
        ("base_about", "", "about"),
        ("at_least;base_less_than", "at_least", "at_least"),
        ("at_least;base_more_than", "at_least", "about"),
        ("less_than;base_more_than", "less_than", "less_than"),
        ("about;base_more_than", "about", "about"),
    ],
)
def test_the_bound_of_a_ratio(note, figure, value):
    assert (figure_bound(note), value_bound(note)) == (figure, value)


MONEY = finance(
    ("I", DATE, "allocation", 1000),
    ("I", DATE, "certified", 400, MORE),
    ("II", DATE, "allocation", 1000, LESS),
    ("II", DATE, "certified", 100),
)


def test_rates_carry_the_bounds_of_their_amounts():
    by_axis = financial_progress(MONEY, cutoff=DATE)
    rate = only(by_axis, axis="I", indicator="certification_rate")
    assert (rate["value"], split_note(rate["note"])) == (0.4, ["more_than"])
    rate = only(by_axis, axis="II", indicator="certification_rate")
    assert (rate["value"], split_note(rate["note"])) == (0.1, ["base_less_than"])
    whole = financial_progress(MONEY, cutoff=DATE, by="programme")
    # 500 at least over 2,000 at most
    rate = only(whole, indicator="certification_rate")
    assert (rate["value"], split_note(rate["note"])) == (0.25, ["at_least", "base_less_than"])


PEOPLE = achievements(("I", "8i", "CO01", DATE, 187_000, MORE), ("I", "8i", "CO03", DATE, 13_000))


def test_people_and_what_is_spent_on_them():
    people = participants(PEOPLE, cutoff=DATE)
    assert people[["value", "note"]].iloc[0].tolist() == [200_000, "at_least"]
    alone = participants(PEOPLE.iloc[:1], cutoff=DATE)
    assert alone[["value", "note"]].iloc[0].tolist() == [187_000, "more_than"]
    spend = only(per_capita_spend(MONEY, people, cutoff=DATE), axis="I")
    assert (spend["value"], spend["note"]) == (0.002, "more_than;base_more_than")


def test_target_ratios():
    ratio = only(target_achievement_ratio(PEOPLE, AIMS, cutoff=DATE), indicator_code="CO01")
    assert (ratio["value"], ratio["note"]) == (187_000 / 200_000, "more_than")


def test_a_change_of_a_bound_is_none():
    before = achievements(("I", "8i", "CO01", "2017-12-31", 100_000))
    moved = participant_changes(pd.concat([before, PEOPLE]), cutoff=DATE, compare_to="2017-12-31").iloc[0]
    assert (moved["status"], moved["note"]) == ("bound", "at_least")
    assert pd.isna(moved["change"])


AIMS = targets(("I", "8i", "CO01", "1", "2014-12-31", 200_000))


@pytest.mark.parametrize(
    ("lang", "people", "money", "rate", "ratio"),
    [
        ("it", "almeno 200.000", "più di 400,00", "più di 40,0%", "più di 93,5%"),
        ("en", "at least 200,000", "more than 400.00", "more than 40.0%", "more than 93.5%"),
    ],
)
def test_pages_say_the_bound_before_the_figure(lang, people, money, rate, ratio):
    figures = MONEY.assign(amount_eur=MONEY["amount_eur"] * 1e6, source="ec")
    programme = small_programme(
        finance=figures, achievements=PEOPLE.assign(source="ec"), targets=AIMS.assign(source="ec")
    )
    report = open_report(programme, cutoff=DATE, lang=lang)
    assert people in blocks.key_numbers(report).html
    axis = tables.progress_by_axis(report).written().iloc[0].tolist()
    assert axis[2:] == [money, rate]
    reached = tables.targets(report)
    assert reached.written()["value"].tolist() == [ratio]
    # the workbook has the number, and shows it as the page does
    (column,) = [one for one in reached.typed()["columns"] if one["values"] == [0.935]]
    assert column["patterns"] == [f'"{ratio.split("9")[0]}"#,##0.0%']
