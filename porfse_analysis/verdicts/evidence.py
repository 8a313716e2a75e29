"""How far a published figure carries at the date it is needed for: the one notion of evidence of all verdicts.

Cumulative figures grow. One dated exactly at the date a verdict needs is itself; one dated before it is the least
the true one can be (unless it was corrected downwards since); one dated after it is never used.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells

__all__ = ["Evidence", "cited", "evidence"]


@dataclass(frozen=True)
class Evidence:
    """What a quantity is known to be at a date.

    `rows` are those of the one position it comes from, `value` their sum as published (None: not a single cell),
    `low` and `high` the least and the most the quantity can be at the date (infinite: open), `date` the date of the
    figure, `notes` why low and high differ: `more_than`, `less_than`, `about`, `rounded`, `partial` (a cell of the
    position is empty), `older_figure` (dated before the date it is needed for). `then` is what the figure is known to
    be at its own date, where it is not the date it is needed for (None: `low` and `high`).
    """

    rows: Cells
    value: Decimal | None
    low: Decimal
    high: Decimal
    date: pd.Timestamp
    source: str
    notes: frozenset[str]
    then: tuple[Decimal, Decimal] | None = None

    @property
    def at_its_date(self) -> tuple[Decimal, Decimal]:
        """The least and the most the quantity can be at the date of the figure itself."""
        return self.then or (self.low, self.high)

    @property
    def known(self) -> bool:
        """Whether the quantity is one figure."""
        return self.low == self.high


def cited(found: Cells, column: str) -> str:
    """The documents of the figures of a position, which may be an erratum and what it corrects."""
    name = "document" if "document" in found else "source"
    return ";".join(dict.fromkeys(map(str, found.where(found.known(column))[name])))


def evidence(
    rows: pd.DataFrame | Cells,
    column: str,
    needed: pd.Timestamp,
    *,
    known_at: pd.Timestamp | None = None,
    cumulative: bool = True,
) -> Evidence:
    """What the rows of one quantity say of it at the date `needed`.

    The newest position not after that date counts, one source (see `exact.position`); its own date (`data_date`, not
    its cutoff) says whether it is the figure asked for or an older one. `known_at`: nothing published after that day
    is looked at. `cumulative`: False for a share, which can fall as well as rise: an older one says nothing.
    """
    last = needed if known_at is None else min(needed, known_at)
    found = v.position(rows, column, last)
    published = found.where(found.known(column))
    if not len(published):
        return Evidence(found, None, v.ZERO, v.INFINITE, pd.Timestamp("NaT"), "", frozenset())
    precisions = published["precision"] if "precision" in published else [None] * len(published)
    cells = list(zip(published[column], published["qualifier"], precisions, strict=True))
    limits = [v.bounds(*cell) for cell in cells]
    low, high = sum((least for least, _ in limits), v.ZERO), sum((most for _, most in limits), v.ZERO)
    notes = {qualifier for _, qualifier, _ in cells} - {"exact", ""}
    if any(least != most and cell[1] in ("exact", "") for cell, (least, most) in zip(cells, limits, strict=True)):
        notes.add("rounded")
    if len(published) < len(found):
        notes.add("partial")
        high = v.INFINITE
    date, then = v.data_date(published), (low, high)
    if date < needed:
        notes.add("older_figure")
        low, high = low if cumulative else v.ZERO, v.INFINITE
    value = sum((v.exact(cell[0]) for cell in cells), v.ZERO)
    return Evidence(found, value, low, high, date, str(published["source"][0]), frozenset(notes), then)
