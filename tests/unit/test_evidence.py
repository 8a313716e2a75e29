"""What a published figure says at the date it is needed for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from frames import finance, prefer

from porfse_analysis.verdicts.evidence import Evidence, evidence
from porfse_analysis.verdicts.exact import INFINITE, position

NEEDED = pd.Timestamp("2018-12-31")


def certified(*cells: tuple[str, float | None] | tuple[str, float | None, dict[str, Any]], **more: Any) -> pd.DataFrame:
    """Certified amounts: cutoff, amount and further cells."""
    rows = [("1", cell[0], "certified", cell[1], cell[2] if len(cell) > 2 else {}) for cell in cells]
    return finance(*rows, **more)


def of(frame: pd.DataFrame, **options: Any) -> Evidence:
    return evidence(frame, "amount_eur", NEEDED, **options)


def test_a_figure_of_the_very_date_is_itself() -> None:
    found = of(certified(("2018-12-31", 600.0), ("2017-12-31", 400.0)))
    assert (found.value, found.low, found.high, found.known) == (600, 600, 600, True)
    assert (found.date, found.source, found.notes) == (NEEDED, "s", frozenset())


def test_an_older_figure_is_the_least_it_can_be() -> None:
    found = of(certified(("2018-09-30", 600.0), ("2017-12-31", 400.0)))
    assert (found.value, found.low, found.high, found.known) == (600, 600, INFINITE, False)
    assert (found.date, found.notes) == (pd.Timestamp("2018-09-30"), {"older_figure"})


def test_a_figure_of_a_later_date_is_never_used() -> None:
    assert of(certified(("2019-06-30", 600.0))).value is None
    later = of(certified(("2019-06-30", 600.0), ("2018-06-30", 100.0)))
    assert (later.low, later.high) == (100, INFINITE)


def test_the_date_of_the_figures_decides_and_not_the_cutoff_they_were_sent_for() -> None:
    stale = certified(("2018-12-31", 600.0, {"data_date": pd.Timestamp("2018-09-30")}))
    assert (of(stale).low, of(stale).high, of(stale).notes) == (600, INFINITE, {"older_figure"})
    # the other source of that cutoff is really of the date
    both = pd.concat([stale, certified(("2018-12-31", 700.0), source="z")], ignore_index=True)
    assert (of(both).value, of(both).source, of(both).known) == (700, "z", True)


def test_what_was_not_known_yet_is_not_looked_at() -> None:
    rows = certified(("2018-12-31", 900.0), ("2018-06-30", 600.0))
    found = of(rows, known_at=pd.Timestamp("2018-09-30"))
    assert (found.low, found.high, found.date) == (600, INFINITE, pd.Timestamp("2018-06-30"))


@pytest.mark.parametrize(
    ("cell", "low", "high", "notes"),
    [
        ({"qualifier": "more_than"}, 8_000_000, INFINITE, {"more_than"}),
        ({"qualifier": "less_than"}, 0, 8_000_000, {"less_than"}),
        ({"qualifier": "about", "precision": 1e6}, 7_000_000, 9_000_000, {"about"}),
        # rounded or cut
        ({"precision": 1e6}, 7_500_000, 9_000_000, {"rounded"}),
        ({"precision": 0.01}, 8_000_000, 8_000_000, set()),
    ],
)
def test_how_it_was_published_counts(cell: dict[str, Any], low: int, high: Decimal | int, notes: set[str]) -> None:
    found = of(certified(("2018-12-31", 8e6, cell)))
    assert (found.low, found.high, found.notes) == (low, high, notes)
    older = of(certified(("2018-06-30", 8e6, cell)))
    assert (older.low, older.high, older.notes) == (low, INFINITE, notes | {"older_figure"})


def test_a_part_that_is_missing_leaves_the_sum_open() -> None:
    rows = certified(("2018-12-31", 5.0), ("2018-12-31", None, {"fund": "YEI"}))
    found = of(rows)
    assert (found.value, found.low, found.high, found.notes) == (5, 5, INFINITE, {"partial"})
    assert len(found.rows) == 2


def test_a_share_can_fall_as_well() -> None:
    found = of(certified(("2018-06-30", 36.0)), cumulative=False)
    assert (found.low, found.high, found.notes) == (0, INFINITE, {"older_figure"})
    assert of(certified(("2018-12-31", 36.0)), cumulative=False).known


def test_nothing_published_is_nothing_known() -> None:
    found = of(certified(("2018-12-31", None)))
    assert (found.value, found.low, found.high) == (None, 0, INFINITE)
    assert pd.isna(found.date)


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_two_sources_at_one_date_give_one_answer(order: list[str]) -> None:
    amounts = {"a": 10.0, "b": 40.0}
    rows = pd.concat([certified(("2018-12-31", amounts[name]), source=name) for name in order], ignore_index=True)
    # in the alphabet where the frame says no preference
    assert of(rows).value == 10
    assert of(prefer(rows, "b", "a")).value == 40
    assert of(prefer(rows, "a", "b")).value == 10


def test_of_one_source_the_position_sent_last_counts() -> None:
    first = certified(("2018-09-30", 600.0), ("2018-12-31", 610.0, {"data_date": pd.Timestamp("2018-09-30")}))
    for rows in (first, first.iloc[::-1]):
        assert position(rows, "amount_eur", NEEDED)["amount_eur"].tolist() == [610]
