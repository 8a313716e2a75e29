"""What the Commission's payments tell of the decommitment rule: the least that payment applications can be.

An interim payment follows an application, later and less than it (a tenth is retained until the accounts are accepted,
one of December is paid in the new year): net interim payments are a lower bound of the applications, and say nothing of
how much more there is. Pre-financing counts as its net column: the gross ones stand beside interim payments that hold
the cleared part of them too (Veneto, 2023: 73.6 and 345.7 million, together more than the plan of 382.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from porfse_analysis.indicators.eu_payments import dated
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.evidence import Evidence

__all__ = ["Paid", "payments_evidence"]

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


def payments_evidence(
    eu_payments: pd.DataFrame,
    deadline: pd.Timestamp,
    date: pd.Timestamp,
    *,
    fund: str = "",
    region_category: str = "",
) -> Paid | None:
    """What the Commission had paid to one programme by a deadline, as known at a date; None where nothing is known.

    The newest date of figures that is neither after `date` nor after `deadline` counts, of all rows of the fund and
    category ("": of all of them); figures of which no day is told do not. Notes: `more_than` (interim payments lag),
    `older_figure` (before the deadline), `partial` (a fund or category that had figures before lacks one).
    """
    rows = _of(eu_payments, "fund", _YEI if fund == "YEI" else (fund,))
    rows = _of(rows, "region_category", (region_category,))
    rows = rows.assign(date=dated(rows), source=rows["source"].astype("str"))
    known = rows[(rows["date"] <= min(date, deadline)) & rows["net_interim_eur"].notna()]
    if known.empty:
        return None
    newest = known[known["year"] == known["year"].max()]
    day = newest["date"].min()
    notes = {"older_figure"} if day < deadline else set()
    parts = ["fund", "region_category"]
    if len(newest[parts].drop_duplicates()) < len(known[parts].drop_duplicates()):
        notes.add("partial")
    interim = sum(map(v.exact, newest["net_interim_eur"]), v.ZERO)
    source = ";".join(dict.fromkeys(newest["source"]))
    applications = Evidence(newest, interim, interim, v.INFINITE, day, source, frozenset(notes | {"more_than"}))
    return Paid(applications, _prefinancing(newest, day, source, notes))


def _of(rows: pd.DataFrame, column: str, wanted: tuple[str, ...]) -> pd.DataFrame:
    """The rows of a fund or category ("": all); those that tell none apart are of the only one there is."""
    if wanted == ("",) or set(rows[column]) == {""}:
        return rows
    return rows[rows[column].isin(wanted)]


def _prefinancing(rows: pd.DataFrame, day: pd.Timestamp, source: str, notes: set[str]) -> Evidence:
    amounts = rows["net_prefinancing_eur"]
    if amounts.isna().any():
        return Evidence(rows, None, v.ZERO, v.INFINITE, day, source, frozenset(notes | {"partial"}))
    net = sum(map(v.exact, amounts), v.ZERO)
    low, high = (v.ZERO, v.INFINITE) if notes else (net, net)
    return Evidence(rows, net, low, high, day, source, frozenset(notes))
