"""One rule of rounding: what a page shows of a number is what its own workbook shows."""

import io
import math
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from frames import finance, small_programme
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from porfse_analysis import check
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.display.words.numbers import Form
from porfse_analysis.languages import rounded
from porfse_analysis.reports.workbook import workbook
from porfse_analysis.verdicts.rules import RULES


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (33.25, 1, "33.3"),
        (-33.25, 1, "-33.3"),
        (2.5, 0, "3"),
        (1.005, 2, "1.01"),  # the binary fraction is a little less; what is written is not
        (0.07 * 100 + 0.05, 1, "7.1"),  # 7.050000000000001
        (1e15, 2, "1000000000000000.00"),
    ],
)
def test_half_is_rounded_away_from_zero(value, decimals, shown):
    assert str(rounded(value, decimals)) == shown


@pytest.mark.parametrize(
    ("value", "it", "en"),
    [
        (0.3325, "33,3%", "33.3%"),
        (-0.3325, "-33,3%", "-33.3%"),
        (0.000136, "< 0,1%", "< 0.1%"),
        (-0.000136, "> -0,1%", "> -0.1%"),
        (0.0005, "0,1%", "0.1%"),
        (0.0, "0,0%", "0.0%"),
        (-0.0, "0,0%", "0.0%"),
    ],
)
def test_a_rate_reads_zero_only_when_it_is(value, it, en):
    assert (wording.rate(value, "it"), wording.rate(value, "en")) == (it, en)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0,0"), (-0.0, "0,0"), (0.0003, "< +0,1"), (-0.0003, "> -0,1"), (0.0325, "+3,3"), (-0.0325, "-3,3")],
)
def test_a_change_has_a_sign_unless_it_is_none(value, shown):
    assert wording.points(value, "it") == shown


def test_small_amounts_keep_their_unit():
    assert wording.amount(0.004, "en") == "< €0.01"
    assert wording.million_euro(1_200, "it") == "< 0,01 Mln €"
    assert wording.million(300_000, "en", precision=1e6) == "< 1"
    assert wording.million_euro(-2_505_000, "en", signed=True) == "-€2.51 million"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.9997, "99.97%"),
        (0.99996, "99.996%"),
        (1.0, "100.0%"),
        (1.0004, "100.04%"),
        (1.0003, "100.03%"),
        (1.0006, "100.1%"),
        (1 + 2e-13, "100.0%"),  # noise of the arithmetic
        (0.8496, "84.96%"),
        (0.8504, "85.04%"),
        (0.85, "85.0%"),
        (0.7501, "75.01%"),
        (0.7499, "74.99%"),
        (0.6497, "64.97%"),
        (0.8444, "84.4%"),
    ],
)
def test_near_a_threshold_a_ratio_reads_on_its_side(value, shown):
    thresholds = RULES["2014-2020"].thresholds
    assert thresholds == (0.85, 0.75, 0.65)
    assert wording.rate(value, "en", thresholds=thresholds) == shown


@pytest.mark.parametrize(("value", "shown"), [(1.0003, "100.03%"), (0.99996, "99.996%"), (0.8504, "85.0%")])
def test_every_percentage_is_on_its_side_of_the_whole(value, shown):
    assert (wording.rate(value, "en"), Form(1, percent=True).text(value, "en")) == (shown, shown)


def test_an_overbooking_that_is_found_does_not_read_as_all_of_it():
    money = finance(("1", "2018-12-31", "allocation", 10_000.0), ("1", "2018-12-31", "selected", 10_003.0))
    found = check(small_programme(finance=money, sources=["s"]))
    message = word_findings(found[found["check"] == "above_allocation"], "en")["message"].iloc[0]
    assert "100.03%" in message


def test_the_threshold_is_that_of_the_rules():
    changed = RULES["2014-2020"].replace(achieved_from=0.9)
    assert wording.rate(0.8996, "en", thresholds=changed.thresholds) == "89.96%"
    assert wording.rate(0.8496, "en", thresholds=changed.thresholds) == "85.0%"


def test_a_bound_is_said_on_the_page_and_in_the_workbook():
    form = Form(1, percent=True, bound="more_than")
    assert (form.text(0.3325, "it"), form.pattern(0.3325, "it")) == ("più di 33,3%", '"più di "#,##0.0%')
    # "more than < 0.1%" says nothing
    assert form.text(0.0004, "en") == "more than 0.04%"


def in_excel(value: float, pattern: str) -> str:
    """What a spreadsheet shows: half away from zero, out of the 15 digits it knows."""
    sections = pattern.split(";")
    part = sections[0] if value > 0 or len(sections) == 1 else sections[1] if value < 0 else sections[-1]
    if part.startswith('"') and part.count('"') == 2 and "#" not in part:
        return part.strip('"')
    sign = "-" if value < 0 and len(sections) == 1 else ""
    start, end = part.index("#"), max(part.rindex("0"), part.rindex("#")) + 1
    head, body, tail = part[:start], part[start:end], part[end:]
    number = abs(Decimal(f"{Decimal(repr(value)):.15g}")) * (100 if "%" in tail else 1)
    fraction = body.partition(".")[2]
    shown = f"{number.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP):,f}"
    if "#" in fraction:
        shown = shown.rstrip("0")
    # the sign stands before the words around the number
    return sign + (head + shown + tail).replace('"', "")


FORMS = [
    Form(1, percent=True),
    Form(1, percent=True, thresholds=(0.65, 0.75, 0.85)),
    Form(2, optional=True, percent=True, thresholds=(0.65, 0.75, 0.85)),
    Form(1, percent=True, signed=True),
    Form(2, power=-6),
    Form(0, power=-6),
    Form(2, power=-6, signed=True),
    Form(2),
    Form(2, optional=True),
    Form(2, optional=True, signed=True),
    Form(1, power=2, signed=True),
    Form(1, percent=True, bound="at_least"),
    Form(2, unit="euro"),
]

ratios = st.builds(lambda above, below: above / below, st.integers(0, 10**6), st.integers(1, 10**6))
differences = st.builds(lambda one, other: one - other, ratios, ratios)
cents = st.integers(-(10**13), 10**13).map(lambda amount: amount / 100)
ties = st.integers(-(10**6), 10**6).map(lambda half: half / 2000)
figures = st.one_of(ratios, differences, cents, ties, st.integers(-(10**9), 10**9).map(float))


def column(place, form):
    name = f"x{place}"
    cell = Typed(
        lambda row: form.text(row[name], "en"),
        lambda row: form.value(row[name]),
        lambda row: form.pattern(row[name], "en"),
    )
    return Column(name, name, "figure", write=cell)


@given(st.lists(figures, min_size=1, max_size=20))
@settings(deadline=None, max_examples=25)
def test_the_page_shows_what_its_workbook_shows(values):
    # no bound is published of less than nothing
    frame = pd.DataFrame({f"x{place}": [*map(abs, values)] if f.bound else values for place, f in enumerate(FORMS)})
    table = Table("t", "T", frame, [column(place, form) for place, form in enumerate(FORMS)])
    book = load_workbook(io.BytesIO(workbook([table.typed()], [], "en", [])))
    rows = book.worksheets[0].iter_rows(min_row=4, max_row=3 + len(values))
    shown = [[in_excel(float(one.value), one.number_format) for one in row] for row in rows]
    assert shown == table.written().to_numpy().tolist()


@given(figures)
@settings(deadline=None)
def test_no_number_reads_zero_or_plus_zero_but_zero(value):
    for form in FORMS:
        text = form.text(value, "en")
        nothing = not any(digit in text for digit in "123456789")
        assert nothing == (value == 0)
        assert not (nothing and ("+" in text or "-" in text))


@given(ratios.filter(lambda ratio: abs(ratio - 1) > 1e-11))
def test_a_ratio_never_reads_as_the_whole_that_it_is_not(ratio):
    shown = Decimal(wording.rate(ratio, "en").strip("%< ").replace(",", ""))
    assert (shown < 100) == (ratio < 1)
    assert shown != 100
    assert math.isclose(float(shown) / 100, ratio, abs_tol=0.001)
