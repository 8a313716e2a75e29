"""The closure of 2014-2020: what each axis, fund and category of region is paid in all, and the balance.

An axis may be paid more than its allocation, within the flexibility of the rules, as long as its fund and category of
region keeps to its own. Before the end of eligibility the figures are provisional, and so is all that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd

from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.result import as_cutoff, split_note
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL, DATE_DTYPE, empty
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.counting import Counted, count, part_of, together
from porfse_analysis.verdicts.deadline import NOTES as LINE_NOTES
from porfse_analysis.verdicts.known_money import money_by, told_once
from porfse_analysis.verdicts.own_rules import rules_for
from porfse_analysis.verdicts.payment_applications import Rates, allocations, application_lines, read_rates
from porfse_analysis.verdicts.payments_evidence import Paid, payments_evidence
from porfse_analysis.verdicts.rules import Rules, rules_of

__all__ = ["CLOSURE_NOTES", "CLOSURE_STATUSES", "closing_lines", "closure_balance"]

CLOSURE_STATUSES = (
    "at_closure",  # the figures are of the end of eligibility or later
    "provisional",  # the figures are older: this is what the balance would be on them
    "not_available",  # the balance cannot be told
)
"""Of what the figures of a balance are: the end of eligibility or later, an earlier date, or not known."""

CLOSURE_NOTES = (
    "applications_open",  # after the date of the figures applications could still be sent
    "beyond_flexibility",  # certified beyond the allocation of the axis and the flexibility
    "beyond_fund",  # the axes together beyond the allocation of the fund and category of region
    "paid_of_other_date",  # what the Commission had paid is not known at the date of the certified figures
    *(code for code in LINE_NOTES if code not in ("open", "older_figure", "capped", "not_capped")),
)
"""The codes of `note`, in the order they are joined."""

_COLUMNS = {
    "programme": "str",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "cutoff": DATE_DTYPE,
    "data_date": DATE_DTYPE,
    "status": "str",
    "certified_eur": "float64",
    "rate": "float64",
    "contribution_eu": "float64",
    "eu_allocation_eur": "float64",
    "limit_eu": "float64",
    "counted_eu": "float64",
    "counted_at_least_eu": "float64",
    "above_allocation_eu": "float64",
    "unused_eu": "float64",
    "not_counted_eu": "float64",
    "paid_eu": "float64",
    "paid_date": DATE_DTYPE,
    "balance_eu": "float64",
    "note": "str",
    "source": "str",
    "allocation_source": "str",
    "paid_source": "str",
    "rules": "str",
}
_RULES = ("eligible_basis", "eligibility_end", "last_application", "closure_flexibility")


def closure_balance(
    finance: Programme | pd.DataFrame,
    eu_payments: pd.DataFrame | None = None,
    *,
    cutoff: object = None,
    rates: Mapping[str, float] | pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """The final balance of a programme of 2014-2020, by axis and in all, on the figures known at a date.

    Meaning: what the Union pays in all for each axis, what it pays to the fund, and what of it is still to be paid.
    Formula, in EUR of EU support: contribution = certified expenditure x EU rate of the axis; counted = at most the EU
    allocation of the axis x (1 + `closure_flexibility`); of a fund and category of region (axis `ALL`) counted = the
    sum of the axes, at most its allocation; balance = counted - what the Commission had paid (pre-financing and interim
    payments, net), where that is known at the date of the certified figures. above_allocation = counted beyond the
    allocation of the axis, unused = allocation not reached, not_counted = contribution beyond what is counted. That EU
    support keeps within the public expenditure is not looked at, since no table has it.

    Parameters
    ----------
    finance, eu_payments
        A `Programme` alone, or its tables of these names (columns: `porfse_analysis.schema`).
    cutoff
        The date as known at which; None: the newest position. The plan in force then counts.
    rates
        In place of the EU rates of the plan: see `decommitment`.
    rules
        None: those of the programme's period.

    Returns
    -------
    DataFrame
        One row per axis, fund and category of region, then one with axis `ALL` for each fund and category; none for
        programmes of other periods. `status`: `at_closure` where the figures are of the end of eligibility or later,
        `provisional` where they are older (what the balance would be on them, and no more), `not_available` where
        nothing is certified or has no rate. `data_date`: the date of the certified figures, of a sum the oldest. A
        figure that is a limit ("more than 144 million") stands in `counted_at_least_eu` alone. Notes: see
        `CLOSURE_NOTES`.

    Raises
    ------
    ParameterError
        For a date that is none, rates that cannot be, rules of another period, a frame without the columns.

    References
    ----------
    Reg. (EU) 1303/2013 art. 65(2), 120, 130(3), 135, 139; see `rules_table`.

    Examples
    --------
    The last certified figure of the bundled programme is of 2018: no balance, and what it would be on it.

    >>> import porfse_analysis as pf
    >>> balance = pf.closure_balance(pf.load_programme(), cutoff="2022-06-30")
    >>> balance[["axis", "status", "data_date", "counted_eu"]].values.tolist()
    [['ALL', 'provisional', Timestamp('2018-09-30 00:00:00'), 72000000.0]]
    """
    money, paid = tables_of(finance=finance, eu_payments=eu_payments)
    v.require(money, "finance")
    paid = empty("eu_payments") if paid is None else paid
    v.require(paid, "eu_payments")
    applied = rules_for(finance, rules)
    rows = []
    for programme in sorted(v.programmes_of(money)):
        own = rules_of(programme, applied)
        if own is None or not own.eligibility_end:
            continue
        found = _Closing(money[money["programme"] == programme], cutoff, rates, own)
        payments = paid[paid["programme"] == programme]
        rows += [{"programme": programme, "cutoff": found.date, **row} for row in found.rows(payments)]
    return with_names(v.typed_frame(rows, _COLUMNS), finance)


def closing_lines(
    finance: pd.DataFrame, date: pd.Timestamp, rates: Mapping[str, float] | pd.DataFrame | None, rules: Rules
) -> list[Counted]:
    """What of the certified expenditure of one programme counts at closure, by axis, fund and category of region."""
    known = told_once(money_by(finance, date))
    given = read_rates(rates, str(finance["programme"].iloc[0]), finance) if len(finance) else Rates()
    in_force = allocations(known, date, given)
    return [count(line, rules, closing=True) for line in application_lines(known, date, in_force, given)]


_PART = ("fund", "region_category")

_PaidOf = Callable[..., Paid | None]
"""`payments_evidence` of the payments of a programme."""


@dataclass
class _Closing:
    """One programme at closure, as known at `date`."""

    finance: pd.DataFrame
    cutoff: object
    rates: Mapping[str, float] | pd.DataFrame | None
    rules: Rules

    def __post_init__(self) -> None:
        self.date = self.finance["cutoff"].max() if self.cutoff is None else as_cutoff(self.cutoff)

    def rows(self, payments: pd.DataFrame) -> Iterator[dict[str, Any]]:
        """The rows of the axes, then those of the funds and categories."""
        lines = closing_lines(self.finance, self.date, self.rates, self.rules)
        # an axis without money, of which nothing is published, has no balance
        counted = [item for item in lines if item.line.cap != 0 or item.line.row["certified_eur"] is not None]
        yield from (self._axis(item) for item in counted if item.line.row["axis"] != ALL)
        parts = sorted(set(map(part_of, counted)))
        alone = [name for name, told in zip(_PART, zip(*parts, strict=True), strict=False) if len(set(told)) == 1]
        paid = partial(payments_evidence, payments, alone=alone)
        for part in parts:
            yield self._whole([item for item in counted if part_of(item) == part], part, paid)

    def _axis(self, item: Counted) -> dict[str, Any]:
        row, cap = item.line.row, item.line.cap
        notes = {"beyond_flexibility"} if "capped" in item.notes else set()
        amounts = _amounts(item.before_cap, item.value, cap)
        limit = None if cap is None else cap * (1 + v.exact(self.rules.closure_flexibility))
        place = {name: row[name] for name in ("axis", "fund", "region_category", "certified_eur", "rate")}
        return {
            **place,
            **amounts,
            "limit_eu": limit,
            "counted_at_least_eu": item.low,
            "paid_source": "",
            **self._known([item], item.value, {*item.notes, *notes}),
        }

    def _whole(self, items: Sequence[Counted], part: tuple[str, str], paid_of: _PaidOf) -> dict[str, Any]:
        whole, uncut = together(items, closing=True), together(items)
        contributions = [item.before_cap for item in items if item.value is not None]
        known = whole.value is not None
        contribution = sum((value for value in contributions if value is not None), v.ZERO) if known else None
        above = [_above(item.value, item.line.cap) for item in items if item.line.row["axis"] != ALL]
        beyond = uncut.value is not None and whole.cap is not None and uncut.value > whole.cap
        notes = {code for item in items for code in item.notes} | ({"beyond_fund"} if beyond else set())
        certified = [item.line.row["certified_eur"] for item in items]
        known_row = self._known(items, whole.value, notes)
        paid = self._paid(paid_of, part, known_row["data_date"], whole.value)
        if not pd.isna(paid["paid_date"]) and paid["paid_date"] != known_row["data_date"]:
            known_row["note"] = v.join_notes({*split_note(known_row["note"]), "paid_of_other_date"}, CLOSURE_NOTES)
        return {
            "axis": ALL,
            "fund": part[0],
            "region_category": part[1],
            "certified_eur": sum(certified, v.ZERO) if known and None not in certified else None,
            **_amounts(contribution, whole.value, whole.cap),
            "above_allocation_eu": sum((each for each in above if each is not None), v.ZERO) if known else None,
            "limit_eu": whole.cap,
            "counted_at_least_eu": whole.low,
            **paid,
            **known_row,
        }

    def _paid(
        self, paid_of: _PaidOf, part: tuple[str, str], date: pd.Timestamp, value: Decimal | None
    ) -> dict[str, Any]:
        """What the Commission had paid to a fund and category, and what it still owed (less than nothing: was owed)."""
        last = self.date if pd.isna(date) else date
        paid = paid_of(last, self.date, fund=part[0], region_category=part[1])
        total = None if paid is None or "partial" in paid.applications.notes else paid.total
        if paid is None or total is None:
            return {"paid_eu": None, "paid_date": pd.NaT, "balance_eu": None, "paid_source": ""}
        known = paid.applications
        balance = None if value is None or known.date != date else value - total
        return {"paid_eu": total, "paid_date": known.date, "balance_eu": balance, "paid_source": known.source}

    def _known(self, items: Sequence[Counted], value: Decimal | None, notes: set[str]) -> dict[str, Any]:
        """The date, the status, the notes and the sources of a row."""
        dates = [item.line.row["data_date"] for item in items if not pd.isna(item.line.row["data_date"])]
        oldest = min(dates) if dates else pd.NaT
        late = value is not None and bool(dates) and oldest >= pd.Timestamp(self.rules.eligibility_end)
        if value is not None and dates and oldest < pd.Timestamp(self.rules.last_application):
            notes = notes | {"applications_open"}
        sources = {name: [item.line.row[name] for item in items] for name in ("source", "allocation_source")}
        return {
            "data_date": oldest,
            "status": "not_available" if value is None else "at_closure" if late else "provisional",
            "note": v.join_notes(notes, CLOSURE_NOTES),
            **{name: ";".join(dict.fromkeys(filter(None, found))) for name, found in sources.items()},
            "rules": ";".join(rule.name for rule in self.rules.rows if rule.name in _RULES),
        }


def _above(value: Decimal | None, cap: Decimal | None) -> Decimal | None:
    return None if value is None or cap is None else max(v.ZERO, value - cap)


def _amounts(contribution: Decimal | None, value: Decimal | None, cap: Decimal | None) -> dict[str, Any]:
    """What is counted beside the contribution and the allocation."""
    return {
        "contribution_eu": contribution,
        "eu_allocation_eur": cap,
        "counted_eu": value,
        "above_allocation_eu": _above(value, cap),
        "unused_eu": None if value is None or cap is None else max(v.ZERO, cap - value),
        "not_counted_eu": None if value is None or contribution is None else contribution - value,
    }
