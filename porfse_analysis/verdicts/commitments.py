"""What the decommitment rule asks for at a deadline: the annual commitments of the Union, less pre-financing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pandas as pd

from porfse_analysis.indicators.keys import Key
from porfse_analysis.indicators.whole import chosen_of, covered, told_of
from porfse_analysis.periods import PERIODS
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.rules import Rules

__all__ = ["Target", "at_closure", "covered_to", "target_of"]

_SET_APART = {"reserve": "performance_reserve_eur", "flexibility": "flexibility_amount_eur"}
"""The part of a commitment that a period sets apart -> its column."""

_KINDS = ("initial", "annual", "additional")
_COUNTED = {
    "none": (),
    "initial_only": ("initial",),
    "initial_plus_annual": ("initial", "annual"),
    "annual": ("annual", "additional"),
}
"""Which pre-financing each reading of the rule `prefinancing_mode` takes off the target."""


@dataclass(frozen=True)
class Target:
    """What is to be covered at a deadline, in EUR of EU support; None: cannot be said.

    `reserve` is the part of the commitments that is set apart and does not count. `nothing_due`: no commitment falls
    due at this deadline. `origin` of the pre-financing: received, rates, received_and_rates, or not_deducted;
    `doubtful` is the part of it that may have been counted twice. `missing`: code -> the years concerned. `rules`:
    names of the rules that made it.
    """

    commitments_to: int
    commitments: Decimal | None = None
    reserve: Decimal | None = None
    prefinancing: Decimal | None = None
    doubtful: Decimal = v.ZERO
    origin: str = ""
    exceptions: Decimal = v.ZERO
    notes: frozenset[str] = frozenset()
    missing: dict[str, list[int]] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    nothing_due: bool = False

    @property
    def amount(self) -> Decimal | None:
        """The target."""
        if self.commitments is None or self.prefinancing is None:
            return None
        return max(v.ZERO, self.commitments - self.prefinancing - self.exceptions)

    @property
    def most(self) -> Decimal:
        """What is surely enough: the target without the pre-financing that is doubtful."""
        if self.commitments is None or self.prefinancing is None:
            return v.INFINITE
        return max(v.ZERO, self.commitments - self.prefinancing + self.doubtful - self.exceptions)


class _Commitments:
    """The annual amounts of one fund by year; a year whose rows do not all give one has none."""

    def __init__(self, table: Cells, rules: Rules, parts: Iterable[Key]) -> None:
        self.rules = rules
        self.parts = set(parts)
        self.total = self._by_year(table, "eu_commitment_eur")
        self.received = self._by_year(table, "prefinancing_received_eur")
        column = _SET_APART.get(PERIODS[rules.period].set_apart)
        self.apart = self._by_year(table, column) if column else {}

    def _by_year(self, table: Cells, column: str) -> dict[int, Decimal]:
        cells = list(zip(table["fund"], table["region_category"], strict=True))
        years: defaultdict[int, list[tuple[tuple[str, str], float]]] = defaultdict(list)
        for year, cell, amount in zip(table["year"], cells, table[column], strict=True):
            years[int(year)].append((cell, amount))
        known = told_of([*cells, *self.parts])
        sums = {}
        for year, figures in years.items():
            chosen, lacks = chosen_of(figures, known)
            added = [figure for figure, is_chosen in zip(figures, chosen, strict=True) if is_chosen]
            told = [cell for cell, _ in added]
            # a year that lacks a fund or a category of region that others have is not known
            lacks = lacks or not all(covered(cell, told, known) for cell in set(cells))
            if not lacks and not any(pd.isna(amount) for _, amount in added):
                sums[year] = sum((v.exact(amount) for _, amount in added), v.ZERO)
        return sums

    def missing(self, years: Iterable[int], *, whole: bool) -> tuple[list[int], list[int]]:
        """The years without commitment, and those whose part set apart is not known, where it is to be left out."""
        asked = list(years)
        absent = [year for year in asked if year not in self.total]
        return absent, [] if whole else [year for year in asked if year in self.total and year not in self.apart]

    def sum(self, years: Iterable[int], *, whole: bool) -> Decimal:
        """The commitments of the years, with or without the part set apart."""
        return sum((self._amount(year, whole=whole) for year in years), v.ZERO)

    def due(self, until: int, *, whole: bool) -> Decimal:
        """The commitments that are to be covered with that of a year: the first one is spread over those after it."""
        first, parts = self.rules.first_commitment_year, self.rules.first_commitment_spread
        counted = sum(parts[: max(0, until - first + 1)])
        spread = self._amount(first, whole=whole) * counted / sum(parts) if counted else v.ZERO
        return spread + self.sum(range(first + 1, until + 1), whole=whole)

    def _amount(self, year: int, *, whole: bool) -> Decimal:
        return self.total[year] if whole else self.total[year] - self.apart[year]


def covered_to(year: int, rules: Rules) -> int:
    """The last year whose commitment is to be covered on 31 December `year`."""
    if rules.last_deadline is not None and year >= rules.last_deadline:
        return rules.last_commitment_year
    return min(year - rules.years_to_cover, rules.last_commitment_year)


def at_closure(year: int, rules: Rules) -> bool:
    """Whether what a deadline asks for is settled at closure: the last commitment has no deadline of its own."""
    return rules.last_deadline is None and year - rules.years_to_cover >= rules.last_commitment_year


def target_of(
    table: Cells, year: int, known_at: pd.Timestamp, exceptions: Decimal, rules: Rules, parts: Iterable[Key]
) -> Target:
    """What the commitments of one fund ask for on 31 December `year`.

    `known_at`: pre-financing received in years that had not ended by then is not known yet. `parts`: the funds and
    categories of region that its money is told of.
    """
    amounts = _Commitments(table, rules, parts)
    until = covered_to(year, rules)
    if at_closure(year, rules):
        return _at_closure(amounts, until, rules)
    counted, whole = range(rules.first_commitment_year, until + 1), _counted_whole(year, rules)
    missing: dict[str, list[int]] = {}
    absent, without_part = amounts.missing(counted, whole=whole)
    if not amounts.total:
        missing["no_commitments"] = list(rules.commitment_years)
    elif absent:
        missing["commitment_gap"] = absent
    if without_part:
        missing[f"{PERIODS[rules.period].set_apart}_missing"] = without_part
    commitments = reserve = None
    nothing_due = False
    if not missing:
        commitments = amounts.due(until, whole=whole)
        reserve = amounts.due(until, whole=True) - commitments
        before = v.ZERO if year == rules.deadlines[0] else amounts.due(covered_to(year - 1, rules), whole=whole)
        nothing_due = commitments == before
    advance = _prefinancing(amounts, year, known_at, rules)
    missing["received_gap"] = list(advance.doubtful)
    if advance.gaps:
        absent, without_part = advance.gaps
        if absent and amounts.total:
            missing["base_missing"] = [each for each in absent if each not in missing.get("commitment_gap", [])]
        if without_part:
            missing["reserve_missing"] = without_part
    return Target(
        commitments_to=until,
        commitments=commitments,
        reserve=reserve,
        prefinancing=advance.amount,
        doubtful=sum(advance.doubtful.values(), v.ZERO),
        origin=advance.origin,
        exceptions=exceptions,
        notes=frozenset(advance.notes),
        missing={code: years for code, years in missing.items() if years},
        rules=(*_USED, "reserve_counted_from_deadline", "flexibility_counted", *advance.names),
        nothing_due=nothing_due,
    )


_USED = (
    "first_commitment_year",
    "last_commitment_year",
    "years_to_cover",
    "last_deadline",
    "first_commitment_spread",
)


def _counted_whole(year: int, rules: Rules) -> bool:
    """Whether a deadline counts the part of the commitments that the period sets apart."""
    apart = PERIODS[rules.period].set_apart
    if apart == "reserve":
        return rules.reserve_counted_from_deadline is not None and year >= rules.reserve_counted_from_deadline
    return apart == "none" or rules.flexibility_counted


def _at_closure(amounts: _Commitments, until: int, rules: Rules) -> Target:
    """The whole support is due: the reserve counts and nothing is deducted."""
    years = rules.commitment_years
    absent, _ = amounts.missing(years, whole=True)
    code = "commitment_gap" if amounts.total else "no_commitments"
    return Target(
        commitments_to=until,
        commitments=None if absent else amounts.sum(years, whole=True),
        reserve=None if absent else v.ZERO,
        prefinancing=v.ZERO,
        origin="not_deducted",
        missing={code: absent} if absent else {},
        rules=(*_USED, "closure_flexibility"),
    )


_Gaps = tuple[list[int], list[int]]


@dataclass
class _Advance:
    """Pre-financing up to a year: the amount, its origin, notes, the names of the shares it is made of.

    `doubtful`: year -> what is computed of a year that tells no receipt, while a later one does, which may have it in
    it. `gaps`: where the support that shares are of is not known, the years without commitment and without the part set
    apart; the amount is None then.
    """

    amount: Decimal | None = v.ZERO
    origin: str = ""
    doubtful: dict[int, Decimal] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    gaps: _Gaps | None = None


def _prefinancing(amounts: _Commitments, year: int, known_at: pd.Timestamp, rules: Rules) -> _Advance:
    """Pre-financing up to a year: what was received, and by the shares of the rules for the years that lack it.

    What is paid in a year is received together: in a year that had a kind which does not count, the share is taken.
    """
    kinds = _COUNTED[rules.prefinancing_mode]
    years, whole_from = rules.commitment_years, rules.prefinancing_base_with_reserve_from
    found = _Advance()
    found.names += ["annual_prefinancing_lacks", "prefinancing_base_with_reserve_from"] if "annual" in kinds else []
    gaps: _Gaps = amounts.missing(years, whole=whole_from is None)
    received: dict[int, Decimal] = {}
    computed: dict[int, Decimal] = {}
    untold = []
    for each in range(rules.first_commitment_year, year + 1 if kinds else 0):
        paid = {kind: _share(rules, kind, each) for kind in _KINDS}
        share = sum((paid[kind] for kind in kinds), v.ZERO)
        told = amounts.received.get(each) if pd.Timestamp(each, 12, 31) <= known_at else None
        if told is not None and sum(paid.values()) == share:
            received[each] = told
        elif share:
            found.notes |= set() if told is None else {"received_not_split"}
            untold += [each] if told is None else []
            found.names += [f"{kind}_prefinancing_{each}" for kind in kinds if paid[kind]]
            support = v.ZERO if any(gaps) else amounts.sum(years, whole=whole_from is None or each >= whole_from)
            computed[each] = support * share
    if received and computed:
        found.notes.add("received_incomplete")
    if computed and any(gaps):
        return replace(found, amount=None, gaps=gaps)
    found.amount = sum([*received.values(), *computed.values()], v.ZERO)
    found.origin = (
        "_and_".join([*(["received"] if received else []), *(["rates"] if computed else [])]) or "not_deducted"
    )
    last = max((each for each, amount in received.items() if amount), default=0)
    found.doubtful = {each: computed[each] for each in untold if each < last}
    return found


def _share(rules: Rules, kind: str, year: int) -> Decimal:
    if kind == "annual" and year == rules.annual_prefinancing_lacks:
        return v.ZERO
    return v.exact(getattr(rules, f"{kind}_prefinancing_{year}", 0.0))
