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
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.changes import participant_changes
from porfse_analysis.indicators.result import (
    BOUNDS,
    NOTES,
    bound_of,
    figure_bound,
    ratio_bound,
    split_note,
    value_bound,
)
from porfse_analysis.indicators.targets import is_reached

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
        (["about", "exact"], "about"),
        (["more_than", "less_than"], "bound_unknown"),
        (["more_than", "about"], "bound_unknown"),
        (["about", "less_than"], "bound_unknown"),
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
        ("more_than;base_less_than", "more_than", "more_than"),
        ("less_than;base_more_than", "less_than", "less_than"),
        ("about;base_about", "about", "about"),
        # over more than 100, more than 50 may be any share
        ("at_least;base_more_than", "at_least", "bound_unknown"),
        ("less_than;base_less_than", "less_than", "bound_unknown"),
        ("about;base_more_than", "about", "bound_unknown"),
        ("at_most;base_about", "at_most", "bound_unknown"),
        ("bound_unknown", "bound_unknown", "bound_unknown"),
        ("base_bound_unknown", "", "bound_unknown"),
        ("more_than;base_bound_unknown", "more_than", "bound_unknown"),
    ],
)
def test_the_bound_of_a_ratio(note, figure, value):
    assert (figure_bound(note), value_bound(note)) == (figure, value)


@pytest.mark.parametrize(
    ("above", "below", "ratio"),
    [
        # over at most 100, 50 is at least a half; over at least 100 at most
        ("", "at_most", "at_least"),
        ("", "at_least", "at_most"),
        ("at_least", "at_most", "at_least"),
        ("at_most", "at_least", "at_most"),
        ("at_most", "at_most", "bound_unknown"),
    ],
)
def test_a_ratio_over_a_sum_that_is_a_bound(above, below, ratio):
    assert ratio_bound(above, below) == ratio


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


def test_a_sum_of_opposite_bounds_has_no_bound_that_can_be_told():
    money = finance(
        ("I", DATE, "allocation", 1000),
        ("II", DATE, "allocation", 1000),
        ("I", DATE, "certified", 400, MORE),
        ("II", DATE, "certified", 100, LESS),
    )
    rate = only(financial_progress(money, cutoff=DATE, by="programme"), indicator="certification_rate")
    assert (rate["value"], rate["note"]) == (0.25, "bound_unknown")


def test_the_people_of_the_axes_are_added_with_their_bounds():
    """The programme's people out of those of its axes: more than 100 and 100 are at least 200."""
    spent = finance(("I", DATE, "certified", 400), ("II", DATE, "certified", 400))
    for other, bound in (({}, "base_more_than"), (MORE, "base_more_than"), (LESS, "base_bound_unknown")):
        reached = achievements(("I", "8i", "CO01", DATE, 100, MORE), ("II", "8i", "CO01", DATE, 100, other))
        people = participants(reached, cutoff=DATE)
        spend = only(per_capita_spend(spent, people, cutoff=DATE, by="programme"))
        assert (spend["value"], split_note(spend["note"])) == (4, ["includes_technical_assistance", bound])


def test_a_target_is_not_reached_by_what_may_be_less():
    notes = ["", "more_than", "about", "less_than", "at_most", "bound_unknown"]
    reached = is_reached(pd.Series([1.2] * 6), pd.Series(notes))
    assert reached.tolist() == [True, True, True, False, False, False]


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


@pytest.mark.parametrize(("lang", "said"), [("it", "50,0% (limite non noto)"), ("en", "50.0% (bound unknown)")])
def test_a_bound_that_cannot_be_told_is_said(lang, said):
    assert wording.rate(0.5, lang, bound=value_bound("more_than;base_more_than")) == said


@pytest.mark.parametrize(
    ("bounds", "total", "shares"),
    [
        # a sum of its axes: axis I is as much more as axis II is less, whatever the total
        ((MORE, {}), None, ["more than 40.0%", "less than 60.0%", "100.0%"]),
        ((MORE, LESS), None, ["more than 40.0%", "less than 60.0%", "100.0%"]),
        ((MORE, MORE), None, ["40.0% (bound unknown)", "60.0% (bound unknown)", "100.0%"]),
        # a total of its own, which is exact or a bound
        ((MORE, {}), {}, ["more than 40.0%", "60.0%", "100.0%"]),
        ((MORE, {}), MORE, ["40.0% (bound unknown)", "less than 60.0%", "100.0%"]),
        ((ABOUT, {}), None, ["about 40.0%", "about 60.0%", "100.0%"]),
    ],
)
def test_the_share_of_the_endowment_has_the_bounds_of_its_amounts(bounds, total, shares):
    rows = [("I", DATE, "allocation", 4e6, bounds[0]), ("II", DATE, "allocation", 6e6, bounds[1])]
    rows += [] if total is None else [("ALL", DATE, "allocation", 1e7, total)]
    report = open_report(small_programme(finance=finance(*rows, source="ec")), cutoff=DATE, lang="en")
    assert tables.endowment(report).written()["share"].tolist() == shares
    assert [item.remark for item in sheet_content(report).endowment] == shares[:2]


@pytest.mark.parametrize(("bound", "share"), [({}, "30.0%"), (ABOUT, "about 30.0%"), (MORE, "30.0% (bound unknown)")])
def test_the_share_of_women_has_the_bounds_of_its_counts(bound, share):
    reached = achievements(("I", "8i", "CO01", DATE, 100, bound | {"women": 30}), source="ec")
    report = open_report(small_programme(achievements=reached), cutoff=DATE, lang="en")
    (item,) = [item for item in sheet_content(report).people if "omen" in item.name]
    assert item.figure == share
