"""What the Commission's payments tell of a deadline: a lower bound of payment applications, and net pre-financing."""

from decimal import Decimal

import pandas as pd
import pytest

from porfse_analysis.schema import conform
from porfse_analysis.verdicts.exact import INFINITE, ZERO
from porfse_analysis.verdicts.payments_evidence import payments_evidence

CCI = "2014IT05SFOP012"
MORE, LESS = "More developed", "Less developed"


def payments(*rows, **more):
    """Rows of (year, fund, category, net pre-financing, net interim payments)."""
    columns = ["year", "fund", "region_category", "net_prefinancing_eur", "net_interim_eur"]
    return conform("eu_payments", pd.DataFrame(rows, columns=columns).assign(source="ec", **more), programme=CCI)


def day(text):
    return pd.Timestamp(text)


def paid(table, deadline="2023-12-31", date="2023-12-31", **part):
    return payments_evidence(table, day(deadline), day(date), **part)


VENETO = payments(
    (2022, "ESF", MORE, 20e6, 300e6),
    (2023, "ESF", MORE, 15_860_570.35, 362_984_780.94),
    initial_prefinancing_eur=10_772_848.68,
    annual_prefinancing_eur=62_860_718.12,
    interim_payments_eur=345_691_287.19,
)


def test_interim_payments_are_a_lower_bound():
    found = paid(VENETO).applications
    assert (found.value, found.low, found.high) == (Decimal("362984780.94"), Decimal("362984780.94"), INFINITE)
    assert not found.known
    assert (found.date, found.source, found.notes) == (day("2023-12-31"), "ec", {"more_than"})


def test_prefinancing_is_the_net_column():
    found = paid(VENETO)
    # gross it is 10.77 + 62.86 = 73.63 million, which the interim payments hold a part of
    assert found.prefinancing.value == Decimal("15860570.35")
    assert (found.prefinancing.low, found.prefinancing.high) == (Decimal("15860570.35"),) * 2
    assert found.total == Decimal("378845351.29")
    assert found.total < Decimal("382015911")


@pytest.mark.parametrize(
    ("deadline", "date", "year", "notes"),
    [
        ("2023-12-31", "2024-06-30", 2023, set()),
        ("2023-12-31", "2023-12-30", 2022, {"older_figure"}),
        ("2022-12-31", "2023-12-31", 2022, set()),
        ("2024-12-31", "2024-12-31", 2023, {"older_figure"}),
    ],
)
def test_the_newest_year_end_not_after_the_date(deadline, date, year, notes):
    found = paid(VENETO, deadline, date)
    assert (found.applications.date, found.applications.notes) == (day(f"{year}-12-31"), notes | {"more_than"})
    assert found.prefinancing.notes == notes
    # what falls as it is cleared says nothing of a later day
    assert (found.prefinancing.low == ZERO) == bool(notes)
    assert (found.prefinancing.high == INFINITE) == bool(notes)


def test_nothing_is_known_before_the_first_year():
    assert paid(VENETO, date="2022-12-30") is None


def test_a_newest_year_without_a_day_does_not_count():
    table = payments((2022, "ESF", MORE, 20.0, 300.0), (2023, "ESF", MORE, 15.0, 360.0))
    table["latest_period"] = [False, True]
    assert paid(table).applications.value == 300
    table["data_date"] = pd.Series([pd.NaT, day("2023-10-05")], dtype=table["data_date"].dtype)
    found = paid(table).applications
    assert (found.value, found.date, found.notes) == (360, day("2023-10-05"), {"more_than", "older_figure"})
    assert paid(table, date="2023-10-04").applications.value == 300


FUNDS = payments(
    (2023, "ESF", MORE, 1.0, 10.0),
    (2023, "ESF", LESS, 2.0, 20.0),
    (2023, "YEI Specific Allocation", "", 4.0, 40.0),
    (2023, "YEI ESF Matching Component", "", 8.0, 80.0),
)


@pytest.mark.parametrize(
    ("part", "interim", "advance"),
    [
        ({}, 150, 15),
        ({"fund": "ESF"}, 30, 3),
        ({"fund": "ESF", "region_category": LESS}, 20, 2),
        ({"fund": "YEI"}, 40, 4),
        ({"fund": "YEI Specific Allocation"}, 40, 4),
    ],
)
def test_of_a_fund_and_category(part, interim, advance):
    found = paid(FUNDS, **part)
    assert (found.applications.value, found.prefinancing.value, found.total) == (interim, advance, interim + advance)
    assert paid(FUNDS, fund="ERDF") is None


def test_rows_that_name_no_fund_are_of_the_only_one():
    alone = payments((2023, "", "", 1.0, 10.0))
    assert paid(alone, fund="ESF", region_category=MORE).applications.value == 10
    # beside rows that name one, whose they are is not told
    beside = payments((2023, "", "", 1.0, 10.0), (2023, "YEI Specific Allocation", "", 1.0, 5.0))
    assert paid(beside, fund="ESF") is None
    assert paid(beside, fund="YEI").applications.value == 5


def test_a_part_that_lacks_leaves_a_lower_bound():
    table = payments((2022, "ESF", MORE, 1.0, 10.0), (2022, "ESF", LESS, 2.0, 20.0), (2023, "ESF", MORE, 1.5, 15.0))
    found = paid(table)
    assert (found.applications.low, found.applications.notes) == (15, {"more_than", "partial"})
    assert (found.prefinancing.low, found.prefinancing.high) == (ZERO, INFINITE)
    table = payments((2023, "ESF", MORE, None, 15.0))
    found = paid(table)
    assert (found.applications.low, found.prefinancing.value, found.total) == (15, None, None)


def test_payments_that_tell_no_fund_are_of_none_of_several():
    untold = payments((2023, "", "", 0.0, 205.0))
    assert paid(untold, fund="ESF").applications.value == 205
    assert paid(untold, fund="ESF", alone=["region_category"]) is None
    assert paid(untold, fund="ESF", region_category=MORE, alone=["fund"]) is None
    assert paid(untold, alone=[]).applications.value == 205  # asked of the programme as one
