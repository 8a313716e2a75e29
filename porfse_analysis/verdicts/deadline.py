"""One programme at one deadline of the decommitment rule: what is covered on its own, and whether it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.commitments import Target, at_closure, target_of
from porfse_analysis.verdicts.counting import Counted, count, together
from porfse_analysis.verdicts.known_money import told_once
from porfse_analysis.verdicts.payment_applications import (
    Line,
    Rates,
    allocations,
    application_lines,
    single_rate,
)
from porfse_analysis.verdicts.payments_evidence import Paid, payments_evidence
from porfse_analysis.verdicts.rules import Rules

__all__ = ["NEEDS", "NOTES", "STATUSES", "Case", "Published"]

STATUSES = ("covered", "at_risk", "undetermined", "settled_at_closure", "no_deadline", "not_available")
"""What can come out at a deadline; `undetermined`: it has not come yet, and what is known does not cover it.

`no_deadline`: no commitment falls due at it.
"""

NOTES = (
    "no_rules",
    "open",
    "covered_by_payments",
    "commitments_not_by_fund",
    "commitments_not_by_category",
    "no_commitments",
    "commitment_gap",
    "reserve_missing",
    "flexibility_missing",
    "base_missing",
    "received_not_split",
    "received_incomplete",
    "received_gap",
    "no_allocation",  # no axis of the fund has an allocation by then
    "partial_applications",  # what was applied for in all is not known, at most within limits
    "certified_missing",
    "partial",
    "certified_not_told_apart",
    "rate_missing",
    "rates_differ",
    "published_total",
    "total_not_usable",
    "published_for_axis",
    "above_allocation",
    "capped",
    "not_capped",
    "rate_given",
    "rate_of_year",
    "year_rate_needs_position",
    "rate_of_other_source",
    "more_than",
    "less_than",
    "about",
    "rounded",
    "older_figure",
)
"""The codes of `note`, in the order they are joined."""

NEEDS = (
    "by_fund",
    "by_category",
    "no_commitments",
    "commitment_gap",
    "reserve_missing",
    "flexibility_missing",
    "base_missing",
    "received_gap",
    "certified",
    "at_deadline",
    "exact",
    "rate",
    "split",
    "axes",
    "june",
)
"""The codes of `needs`: what to supply so that a verdict can be given."""

_RULES_READ = (
    "decommitted_by",
    "claims_counted_share",
    "claims_capped_at_allocation",
    "prefinancing_mode",
    "annual_prefinancing_lacks",
    "first_commitment_spread",
    "flexibility_counted",
)
"""The rules whose other readings are tried, beside the shares of pre-financing."""


@dataclass(frozen=True, eq=False)
class _Part:
    """What is covered on its own: a fund, a fund and category of region, or the whole programme.

    `untold`: the column by which its commitments are not told apart although finance is; `hidden`: whether finance has
    certified figures that do not say which part they are of.
    """

    fund: str
    region_category: str
    commitments: Cells
    finance: Cells
    untold: str = ""
    hidden: bool = False

    @cached_property
    def told(self) -> set[tuple[str, str]]:
        """The funds and categories of region that its money is told of."""
        return set(zip(self.finance["fund"], self.finance["region_category"], strict=True))


@dataclass(frozen=True, eq=False)
class Published:
    """What is known of one programme at a date, at whatever deadline it is looked at; each answer is found once."""

    commitments: Cells
    finance: Cells
    payments: Cells
    rates: Rates
    _parts: dict[str, list[_Part]] = field(default_factory=dict, init=False)
    _lines: dict[tuple[_Part, pd.Timestamp], tuple[list[Line], Decimal | None]] = field(
        default_factory=dict, init=False
    )
    _paid: dict[tuple[_Part, pd.Timestamp, pd.Timestamp], Paid | None] = field(default_factory=dict, init=False)

    def parts(self, decommitted_by: str) -> list[_Part]:
        """What is covered on its own by the rule."""
        if decommitted_by not in self._parts:
            columns = {"programme": (), "fund": ("fund",), "category": ("fund", "region_category")}[decommitted_by]
            found = [_Part("", "", self.commitments, self.finance)]
            for column in columns:
                found = [piece for part in found for piece in _told_apart(part, column)]
            self._parts[decommitted_by] = [replace(part, finance=told_once(part.finance)) for part in found]
        return self._parts[decommitted_by]

    def lines(self, part: _Part, deadline: pd.Timestamp) -> tuple[list[Line], Decimal | None]:
        """The payment applications of a part by a deadline, and the rate all its axes share."""
        # to every deadline after the last figure all of them are older, by a day as by years
        dates = np.append(part.finance["cutoff"], part.finance["data_date"])
        dates = dates[~np.isnat(dates)]
        at = min(deadline, pd.Timestamp(dates.max()) + pd.Timedelta(days=1)) if len(dates) else deadline
        if (part, at) not in self._lines:
            self._lines[part, at] = _lines(part, at, self.rates)
        return self._lines[part, at]

    def _single(self, column: str) -> bool:
        """Whether the programme has one fund or category of region at most."""
        return len({*self.commitments[column], *self.finance[column]} - {""}) <= 1

    def paid(self, part: _Part, deadline: pd.Timestamp, date: pd.Timestamp) -> Paid | None:
        """What the Commission had paid of a part by a deadline, as known at a date."""
        if (part, deadline, date) not in self._paid:
            of = {"fund": part.fund, "region_category": part.region_category}
            alone = [name for name in of if self._single(name)]
            self._paid[part, deadline, date] = payments_evidence(self.payments, deadline, date, **of, alone=alone)
        return self._paid[part, deadline, date]


def _lines(part: _Part, deadline: pd.Timestamp, rates: Rates) -> tuple[list[Line], Decimal | None]:
    in_force = allocations(part.finance, deadline, rates)
    lines = application_lines(part.finance, deadline, in_force, rates)
    if part.hidden:
        untold = {"certified_not_told_apart"}
        lines = [replace(x, notes=x.notes | untold) if "certified_missing" in x.notes else x for x in lines]
    return lines, single_rate(in_force, rates)


@dataclass(frozen=True)
class Case:
    """One programme at one deadline, as known at `date`."""

    known: Published
    deadline: pd.Timestamp
    date: pd.Timestamp
    exceptions: Decimal

    def rows(self, rules: Rules) -> Iterator[tuple[dict[str, Any], list[Counted]]]:
        """What comes out for each part, with what stands behind it.

        Raises `ParameterError` when exceptions are given and there are several parts: whose they are is not said.
        """
        parts = self.known.parts(rules.decommitted_by)
        if self.exceptions and len(parts) > 1:
            named = ", ".join(" ".join(filter(None, (part.fund, part.region_category))) for part in parts)
            raise ParameterError(f"exceptions_eur belongs to one of {named}: call once for each, with its rows alone")
        for part in parts:
            lines, rate = self.known.lines(part, self.deadline)
            status, target, counted = self.verdict(part, lines, rules)
            row = _row(status, target, counted, rate, self, rules) | _paid_row(self.paid(part), rules)
            notes = set(row.pop("notes")) | set(_part_notes(part, counted))
            row |= {
                "fund": part.fund,
                "region_category": part.region_category,
                "prefinancing": rules.prefinancing_mode,
                "note": v.join_notes(notes, NOTES),
                "needs": ";".join(_needs(part, target, counted, status)),
                "other_readings": ";".join(self._other_readings(part, lines, status, rules)),
                "rules": ";".join(rule.name for rule in rules.rows if rule.name in {*target.rules, *_RULES_USED}),
            }
            yield row, counted

    def verdict(self, part: _Part, lines: Sequence[Line], rules: Rules) -> tuple[str, Target, list[Counted]]:
        """The status of a part, and the target and the applications it comes from."""
        target = target_of(part.commitments, self.deadline.year, self.date, self.exceptions, rules, part.told)
        closing = at_closure(self.deadline.year, rules)
        counted = [count(line, rules, closing=closing) for line in lines]
        low, high = _limits(counted, closing=closing)
        goal = target.amount
        if part.untold:
            target = replace(target, commitments=None, reserve=None, prefinancing=None, missing={})
            status = "not_available"
        elif closing:
            status = "settled_at_closure"
        elif target.nothing_due:
            status = "no_deadline"
        elif lines and low >= target.most:
            status = "covered"
        elif target.commitments is not None and target.commitments - target.exceptions <= self._paid(part, rules):
            status = "covered"
            target = replace(target, notes=target.notes | {"covered_by_payments"})
        elif goal is None or not lines:
            status = "not_available"
        elif self.date < self.deadline:
            status = "undetermined"
        else:
            status = "at_risk" if high < goal else "not_available"
        return status, target, counted

    def paid(self, part: _Part) -> Paid | None:
        """What the Commission had paid of a part by then."""
        return self.known.paid(part, self.deadline, self.date)

    def _paid(self, part: _Part, rules: Rules) -> Decimal:
        return _least_paid(self.paid(part), rules)

    def _other_readings(self, part: _Part, lines: Sequence[Line], status: str, rules: Rules) -> Iterator[str]:
        """The readings of the rules to be confirmed under which the status would be another."""
        for name, value, other in rules.other_readings([*_RULES_READ, *dict(rules.prefinancing)]):
            if name == "decommitted_by":
                pieces = [piece for piece in self.known.parts(other.decommitted_by) if _overlaps(piece, part)]
                if len(pieces) == 1 and len(pieces[0].finance) == len(part.finance) and not pieces[0].untold:
                    continue  # the same by another name
                lined = [(piece, self.known.lines(piece, self.deadline)[0]) for piece in pieces]
                found = [self.verdict(piece, its, other)[0] for piece, its in lined]
            else:
                found = [self.verdict(part, lines, other)[0]]
            yield from (f"{name}={value}:{each}" for each in dict.fromkeys(found) if each != status)


_RULES_USED = (
    "decommitted_by",
    "prefinancing_mode",
    "eligible_basis",
    "claims_counted_share",
    "claims_capped_at_allocation",
)


def _least_paid(paid: Paid | None, rules: Rules) -> Decimal:
    """The least that was applied for or paid in advance by the deadline, as far as the Commission's payments tell.

    Net pre-financing is initial and annual together: where the initial one alone counts it is left out.
    """
    if paid is None:
        return v.ZERO
    both = rules.prefinancing_mode == "initial_plus_annual"
    return paid.applications.low + (paid.prefinancing.low if both else v.ZERO)


def _paid_row(paid: Paid | None, rules: Rules) -> dict[str, Any]:
    """What of the payments stands in the deadline's row."""
    if paid is None:
        return {"paid_eu": None, "paid_date": pd.NaT, "paid_source": ""}
    known = paid.applications
    return {"paid_eu": _least_paid(paid, rules), "paid_date": known.date, "paid_source": known.source}


def _told_apart(part: _Part, column: str) -> list[_Part]:
    """A part by fund or by category of region, as its commitments and its money name them."""
    if part.untold:
        return [part]
    money = part.finance
    certified = money["stage"] == "certified"
    with_money = (certified | (money["stage"] == "allocation")) & (money["amount_eur"] > 0)
    of_money = set(money[column][with_money]) - {""}
    planned = set(part.commitments[column])
    named = sorted(of_money | planned - {""})
    if "" in planned and len(named) > 1:
        # commitments of none in particular beside several: whose they are cannot be told
        return [replace(part, untold=column)]
    if len(named) < 2:
        return [_named(part, column, named[0] if named else "")]
    blank = (money[column] == "") & certified & money.known("amount_eur")
    pieces = []
    for name in named:
        own = {column: name}
        piece = replace(part, commitments=part.commitments.only(**own), finance=money.only(**own))
        pieces.append(_named(replace(piece, hidden=part.hidden or bool(blank.any())), column, name))
    return pieces


def _named(part: _Part, column: str, name: str) -> _Part:
    return replace(part, fund=name) if column == "fund" else replace(part, region_category=name)


def _overlaps(one: _Part, other: _Part) -> bool:
    return all(
        "" in (mine, yours) or mine == yours
        for mine, yours in ((one.fund, other.fund), (one.region_category, other.region_category))
    )


def _limits(counted: Sequence[Counted], *, closing: bool) -> tuple[Decimal, Decimal]:
    if not counted:
        return v.ZERO, v.INFINITE
    whole = together(counted, closing=closing)
    return whole.low, whole.high


def _row(
    status: str, target: Target, counted: Sequence[Counted], rate: Decimal | None, case: Case, rules: Rules
) -> dict[str, Any]:
    """Everything of the deadline's row that follows from the target and the payment applications."""
    closing = at_closure(case.deadline.year, rules)
    low, high = _limits(counted, closing=closing)
    applied = together(counted, closing=closing).value if counted else None
    notes = set(target.notes) | set(target.missing) | {code for item in counted for code in item.notes}
    notes |= {"no_allocation"} if not counted else set()
    notes |= {"partial_applications"} if applied is None else set()
    notes |= {"rates_differ"} if counted and rate is None else set()
    notes |= {"open"} if case.date < case.deadline else set()
    goal = target.amount
    # an older figure decides as a limit, and a limit has no distance to the target
    firm = applied is not None and not {"older_figure", "covered_by_payments", "received_gap"} & notes
    risk = surplus = None
    if goal is not None and status in ("covered", "at_risk", "not_available"):
        risk = v.ZERO if status == "covered" else max(v.ZERO, goal - applied) if firm and applied is not None else None
        surplus = max(v.ZERO, applied - goal) if firm and applied is not None else None
    dates = [item.line.row["data_date"] for item in counted if not pd.isna(item.line.row["data_date"])]
    return {
        "commitments_to": target.commitments_to,
        "commitments_eu": target.commitments,
        "reserve_excluded_eu": target.reserve,
        "prefinancing_eu": target.prefinancing,
        "prefinancing_origin": target.origin,
        "exceptions_eu": target.exceptions,
        "target_eu": goal,
        "target_total": _in_total(goal, rate),
        "payment_applications_eu": applied,
        "payment_applications_at_least_eu": low,
        "payment_applications_at_most_eu": high,
        "risk_eu": risk,
        "risk_total": _in_total(risk, rate),
        "surplus_eu": surplus,
        "surplus_total": _in_total(surplus, rate),
        "single_rate": rate,
        # the oldest: what is certain is certain at that date
        "data_date": min(dates) if dates else pd.NaT,
        "status": status,
        "notes": notes,
    }


def _in_total(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    """EU support as total expenditure, at the rate all axes share."""
    return None if amount is None or rate is None else amount / rate


def _part_notes(part: _Part, counted: Sequence[Counted]) -> Iterator[str]:
    if part.untold:
        yield {"fund": "commitments_not_by_fund", "region_category": "commitments_not_by_category"}[part.untold]
    if part.hidden and not counted:
        yield "certified_not_told_apart"


_NEEDED_FOR = {
    "certified": {"certified_missing", "partial"},
    "rate": {"rate_missing"},
    "split": {"rates_differ", "certified_not_told_apart"},
    "axes": {"total_not_usable"},
    "june": {"year_rate_needs_position"},
}
"""What to supply -> the notes of a line that ask for it."""


def _needs(part: _Part, target: Target, counted: Sequence[Counted], status: str) -> Iterator[str]:
    """What to supply so that the verdict can be given, in the order of `NEEDS`."""
    if part.untold:
        yield {"fund": "by_fund", "region_category": "by_category"}[part.untold]
        return
    for code in NEEDS:
        # what is doubtful is asked for where it may decide
        if code in target.missing and (code != "received_gap" or status == "not_available"):
            yield f"{code}:{','.join(str(year) for year in target.missing[code])}"
    # what makes a figure that there is more telling is asked for where it leaves the verdict open
    asked = dict(_NEEDED_FOR)
    if status == "not_available" and target.amount is not None:
        asked["at_deadline"] = {"older_figure"}
        asked["exact"] = {"rounded", "more_than", "less_than", "about"}
    for code in NEEDS:
        # an axis without money has nothing to supply, and of an old figure the newer one is asked for
        concerned = [item.notes for item in counted if item.high > 0]
        concerned = [notes for notes in concerned if code != "exact" or "older_figure" not in notes]
        if any(asked.get(code, set()) & notes for notes in concerned):
            yield code
