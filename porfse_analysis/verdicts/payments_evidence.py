"""What the Commission's payments tell of the decommitment rule: the least that payment applications can be.

An interim payment follows an application, later and less than it (a tenth is retained until the accounts are accepted,
one of December is paid in the new year): net interim payments are a lower bound of the applications, and say nothing of
how much more there is. Pre-financing counts as its net column: the gross ones stand beside interim payments that hold
the cleared part of them too (Veneto, 2023: 73.6 and 345.7 million, together more than the plan of 382.0).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from porfse_analysis.indicators.eu_payments import dated
from porfse_analysis.indicators.whole import chosen_of, covered, told_of
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.evidence import Evidence

__all__ = ["Paid", "dated_payments", "payments_evidence"]

_YEI = ("YEI", "YEI Specific Allocation")
"""What counts for the YEI. Its part of ESF money may stand among the commitments of either fund: it counts for none,
which leaves a lower bound of both.
"""


@dataclass(frozen=True)
class Paid:
    """What was paid for one programme, fund and category of region, at one date.

    `applications`: net interim payments, as [value, open) of payment applications. `prefinancing`: net pre-financing;
    it falls as it is cleared, so that an older figure says nothing of the deadline ([0, open)).
    """

    applications: Evidence
    prefinancing: Evidence

    @property
    def total(self) -> Decimal | None:
        """Both together at their date, which is the least that was paid or applied for by then; None: not all known."""
        parts = (self.applications.value, self.prefinancing.value)
        return None if None in parts else sum((part for part in parts if part is not None), v.ZERO)


def dated_payments(eu_payments: pd.DataFrame) -> Cells:
    """What the Commission paid, with the date of each row (`date`)."""
    return Cells.of(eu_payments.assign(date=dated(eu_payments)))


def payments_evidence(
    eu_payments: pd.DataFrame | Cells,
    deadline: pd.Timestamp,
    date: pd.Timestamp,
    *,
    fund: str = "",
    region_category: str = "",
    alone: Collection[str] = ("fund", "region_category"),
) -> Paid | None:
    """What the Commission had paid to one programme by a deadline, as known at a date; None where nothing is known.

    The newest date of figures that is neither after `date` nor after `deadline` counts, of all rows of the fund and
    category ("": of all of them); figures of which no day is told do not. Figures that tell no fund or no category
    apart are of the one asked for where the programme has no other (`alone`), and else of nobody knows which. Notes:
    `more_than` (interim payments lag), `older_figure` (before the deadline), `partial` (a fund or category that had
    figures before lacks one). Payments that are asked about several times are given as `dated_payments`.
    """
    rows = eu_payments if isinstance(eu_payments, Cells) else dated_payments(eu_payments)
    rows = _of(rows, "fund", _YEI if fund == "YEI" else (fund,), alone="fund" in alone)
    rows = _of(rows, "region_category", (region_category,), alone="region_category" in alone)
    known = rows.where((rows["date"] <= min(date, deadline).to_datetime64()) & rows.known("net_interim_eur"))
    if not len(known):
        return None
    newest = known.where(known["year"] == known["year"].max())
    day = pd.Timestamp(newest["date"].min())
    notes = {"older_figure"} if day < deadline else set()
    lately, ever = (list(zip(cells["fund"], cells["region_category"], strict=True)) for cells in (newest, known))
    figures = list(zip(lately, newest["net_interim_eur"].tolist(), strict=True))
    told = told_of(ever, alone=False)
    added, short = chosen_of(figures, told_of(ever))
    if short or not all(covered(cell, lately, told) for cell in told.cells):
        notes.add("partial")
    newest = newest.where(np.array(added))
    interim = sum(map(v.exact, newest["net_interim_eur"]), v.ZERO)
    source = ";".join(dict.fromkeys(map(str, newest["source"])))
    applications = Evidence(newest, interim, interim, v.INFINITE, day, source, frozenset(notes | {"more_than"}))
    return Paid(applications, _prefinancing(newest, day, source, notes))


def _of(rows: Cells, column: str, wanted: tuple[str, ...], *, alone: bool) -> Cells:
    """The rows of a fund or category ("": all); those that tell none apart are of the only one there is."""
    if wanted == ("",):
        return rows
    if set(rows[column]) == {""}:
        return rows if alone else rows.none()
    return rows.among(column, wanted)


def _prefinancing(rows: Cells, day: pd.Timestamp, source: str, notes: set[str]) -> Evidence:
    amounts = rows["net_prefinancing_eur"]
    if pd.isna(amounts).any():
        return Evidence(rows, None, v.ZERO, v.INFINITE, day, source, frozenset(notes | {"partial"}))
    net = sum(map(v.exact, amounts), v.ZERO)
    low, high = (v.ZERO, v.INFINITE) if notes else (net, net)
    return Evidence(rows, net, low, high, day, source, frozenset(notes))
