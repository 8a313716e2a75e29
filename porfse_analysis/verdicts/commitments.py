"""What the decommitment rule asks for at a deadline: the annual commitments of the Union, less pre-financing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.rules import Rules

__all__ = ["Target", "target_of"]

_COLUMNS = ("eu_commitment_eur", "performance_reserve_eur", "prefinancing_received_eur")


@dataclass(frozen=True)
class Target:
    """What is to be covered at a deadline, in EUR of EU support; None: cannot be said.

    `origin` of the pre-financing: received, rates, received_and_rates, or not_deducted at closure. `missing`: code ->
    the years concerned. `rules`: names of the rules that made it.
    """

    commitments_to: int
    commitments: Decimal | None = None
    reserve: Decimal | None = None
    prefinancing: Decimal | None = None
    origin: str = ""
    exceptions: Decimal = v.ZERO
    notes: frozenset[str] = frozenset()
    missing: dict[str, list[int]] = field(default_factory=dict)
    rules: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """The target."""
        if self.commitments is None or self.prefinancing is None:
            return None
        return max(v.ZERO, self.commitments - self.prefinancing - self.exceptions)


class _Commitments:
    """The annual amounts of one fund by year; a year whose rows do not all give one has none."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.total, self.reserve, self.received = (self._by_year(table, column) for column in _COLUMNS)

    @staticmethod
    def _by_year(table: pd.DataFrame, column: str) -> dict[int, Decimal]:
        sums: dict[int, Decimal | None] = {}
        for year, value in zip(table["year"], table[column], strict=True):
            before = sums.get(int(year), v.ZERO)
            sums[int(year)] = None if before is None or pd.isna(value) else before + v.exact(value)
        return {year: amount for year, amount in sums.items() if amount is not None}

    def missing(self, years: Iterable[int]) -> tuple[list[int], list[int]]:
        """The years without commitment, and those with a commitment but without reserve."""
        asked = list(years)
        absent = [year for year in asked if year not in self.total]
        return absent, [year for year in asked if year in self.total and year not in self.reserve]

    def sum(self, years: Iterable[int], *, with_reserve: bool) -> Decimal:
        """The commitments of the years, with or without the performance reserve."""
        asked = list(years)
        whole = sum((self.total[year] for year in asked), v.ZERO)
        return whole if with_reserve else whole - sum((self.reserve[year] for year in asked), v.ZERO)


def target_of(table: pd.DataFrame, year: int, known_at: pd.Timestamp, exceptions: Decimal, rules: Rules) -> Target:
    """What the commitments of one fund ask for on 31 December `year`.

    `known_at`: pre-financing received in years that had not ended by then is not known yet.
    """
    amounts = _Commitments(table)
    until = min(year - rules.years_to_cover, rules.last_commitment_year)
    if year - rules.years_to_cover >= rules.last_commitment_year:
        return _at_closure(amounts, until, rules)
    counted, whole = range(rules.first_commitment_year, until + 1), _whole(rules)
    used = ["first_commitment_year", "last_commitment_year", "years_to_cover", "reserve_counted_from_deadline"]
    missing: dict[str, list[int]] = {}
    absent, without_reserve = amounts.missing(counted)
    if not amounts.total:
        missing["no_commitments"] = list(whole)
    elif absent:
        missing["commitment_gap"] = absent
    if without_reserve:
        missing["reserve_missing"] = without_reserve
    commitments = reserve = None
    if not missing:
        from_deadline = rules.reserve_counted_from_deadline
        commitments = amounts.sum(counted, with_reserve=from_deadline is not None and year >= from_deadline)
        reserve = amounts.sum(counted, with_reserve=True) - commitments
    advance, origin, notes, names, base = _prefinancing(amounts, year, known_at, rules)
    if base:
        absent, without_reserve = base
        if absent and amounts.total:
            missing["base_missing"] = [each for each in absent if each not in missing.get("commitment_gap", [])]
        if without_reserve:
            missing["reserve_missing"] = without_reserve
    return Target(
        commitments_to=until,
        commitments=commitments,
        reserve=reserve,
        prefinancing=advance,
        origin=origin,
        exceptions=exceptions,
        notes=frozenset(notes),
        missing={code: years for code, years in missing.items() if years},
        rules=(*used, *names),
    )


def _whole(rules: Rules) -> range:
    return range(rules.first_commitment_year, rules.last_commitment_year + 1)


def _at_closure(amounts: _Commitments, until: int, rules: Rules) -> Target:
    """The whole support is due: the reserve counts and nothing is deducted."""
    whole = _whole(rules)
    absent, _ = amounts.missing(whole)
    code = "commitment_gap" if amounts.total else "no_commitments"
    return Target(
        commitments_to=until,
        commitments=None if absent else amounts.sum(whole, with_reserve=True),
        reserve=None if absent else v.ZERO,
        prefinancing=v.ZERO,
        origin="not_deducted",
        missing={code: absent} if absent else {},
        rules=("first_commitment_year", "last_commitment_year", "years_to_cover"),
    )


_Base = tuple[list[int], list[int]]


def _prefinancing(
    amounts: _Commitments, year: int, known_at: pd.Timestamp, rules: Rules
) -> tuple[Decimal | None, str, set[str], list[str], _Base | None]:
    """Pre-financing up to a year: what was received, and by the shares of the rules for the years that lack it.

    Initial and annual pre-financing are received together: with the initial one alone counted, a year that had both
    takes the share. Gives the amount, its origin, notes, the names of the shares and, where the support they are
    computed on is not known, the years without commitment and without reserve.
    """
    both = rules.prefinancing_mode == "initial_plus_annual"
    whole = _whole(rules)
    advance, origins, notes = v.ZERO, set(), set()
    names = ["annual_prefinancing_lacks", "prefinancing_base_with_reserve_from"] if both else []
    gaps: _Base = amounts.missing(whole)
    short = False
    for each in range(rules.first_commitment_year, year + 1):
        initial, annual = _share(rules, "initial", each), _share(rules, "annual", each)
        received = amounts.received.get(each) if pd.Timestamp(each, 12, 31) <= known_at else None
        if received is not None and (both or not annual):
            advance += received
            origins.add("received")
            continue
        if received is not None and initial:
            notes.add("received_not_split")
        share = initial + annual if both else initial
        if not share:
            continue
        kinds = ("initial", "annual") if both else ("initial",)
        names += [f"{kind}_prefinancing_{each}" for kind in kinds if _share(rules, kind, each)]
        origins.add("rates")
        if any(gaps):
            short = True
            continue
        advance += amounts.sum(whole, with_reserve=each >= rules.prefinancing_base_with_reserve_from) * share
    if origins == {"received", "rates"}:
        notes.add("received_incomplete")
    origin = "_and_".join(sorted(origins))
    origin = {"rates_and_received": "received_and_rates"}.get(origin, origin)
    return (None, "", notes, names, gaps) if short else (advance, origin, notes, names, None)


def _share(rules: Rules, kind: str, year: int) -> Decimal:
    if kind == "annual" and year == rules.annual_prefinancing_lacks:
        return v.ZERO
    return v.exact(getattr(rules, f"{kind}_prefinancing_{year}", 0.0))
