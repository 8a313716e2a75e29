"""Automatic decommitment (N+3): is the commitment of a year covered three years later?

The target of a deadline is what the Union had committed by then, less pre-financing and notified exceptions;
against it stand the payment applications, that is certified expenditure at the EU rate of each axis. Every
parameter is a row of `porfse_analysis.verdicts.rules`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.result import as_cutoff
from porfse_analysis.schema import DATE_DTYPE
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.decommitment_words import NOTES, needs, reason
from porfse_analysis.verdicts.payment_applications import Line, allocations, claim_lines, read_rates, single_rate
from porfse_analysis.verdicts.rules import RULES, Rules

__all__ = ["NOTES", "STATUSES", "decommitment", "decommitment_claims"]

STATUSES = ("covered", "at_risk", "settled_at_closure", "not_available")
"""What can come out for a programme at a deadline."""

_DEADLINE_COLUMNS = {
    "programme": "str",
    "year": "int64",
    "deadline": DATE_DTYPE,
    "cutoff": DATE_DTYPE,
    "prefinancing": "str",
    "commitments_to": "int64",
    "commitments_eu": "float64",
    "reserve_excluded_eu": "float64",
    "prefinancing_eu": "float64",
    "prefinancing_origin": "str",
    "exceptions_eu": "float64",
    "target_eu": "float64",
    "target_total": "float64",
    "claims_eu": "float64",
    "claims_at_least_eu": "float64",
    "claims_at_most_eu": "float64",
    "risk_eu": "float64",
    "risk_total": "float64",
    "surplus_eu": "float64",
    "surplus_total": "float64",
    "single_rate": "float64",
    "data_date": DATE_DTYPE,
    "status": "str",
    "note": "str",
    "reason_it": "str",
    "reason_en": "str",
    "needs_it": "str",
    "needs_en": "str",
    "rules": "str",
}
_CLAIM_COLUMNS = {
    "programme": "str",
    "year": "int64",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "cutoff": DATE_DTYPE,
    "data_date": DATE_DTYPE,
    "source": "str",
    "certified_eur": "float64",
    "rate": "float64",
    "allocation_eur": "float64",
    "eu_allocation_eur": "float64",
    "allocation_cutoff": DATE_DTYPE,
    "allocation_source": "str",
    "claims_before_cap_eu": "float64",
    "claims_eu": "float64",
    "claims_at_least_eu": "float64",
    "claims_at_most_eu": "float64",
    "note": "str",
}


def decommitment(
    eu_commitments: pd.DataFrame,
    finance: pd.DataFrame,
    *,
    year: int,
    cutoff: object = None,
    prefinancing: Literal["initial_only", "initial_plus_annual"] | None = None,
    exceptions_eur: float = 0.0,
    rates: Mapping[str, float] | pd.DataFrame | None = None,
    rules: Rules = RULES["2014-2020"],
) -> pd.DataFrame:
    """The N+3 target of 31 December `year`, the claims against it, and the risk or the surplus.

    Meaning: the part of the EU commitments up to `year` - 3 that neither pre-financing nor payment
    applications cover by the deadline is lost. Formula, in EUR of EU support: target = max(0, commitments -
    reserve - pre-financing - exceptions); claims = sum over axes of min(certified x EU rate, EU allocation);
    risk = max(0, target - claims); surplus = max(0, claims - target). Totals (EU and national) = EU / rate,
    where all axes have one rate.

    - Commitments: table eu_commitments, every year from the first one; none is filled in. A year without
      commitment or without reserve says 0.
    - Pre-financing, `initial_only` (default by rule) or `initial_plus_annual`: shares of the total support.
      Amounts received (prefinancing_received_eur) take the place of the shares when every year up to the
      deadline has one, and only in the second mode: initial and annual are received together and cannot be
      told apart.
    - Claims: certified expenditure alone, newest position not after the deadline, at the EU part / total of
      the allocation of the same axis, fund and category in force then (of the same source where it gives the
      EU part).
    - `cutoff` (ISO date) shows what was known then. `exceptions_eur`: amounts notified under art. 87.
    - `rates` replaces EU rates: axis -> rate, or columns axis, rate and, where needed, programme, fund,
      region_category, accounting_year (2020-2021: the rate of what was certified in that year alone).

    Returns one row per programme; the claims behind it by axis: `decommitment_claims`. Status: `covered`,
    `at_risk`, `settled_at_closure` (the last commitment has no deadline: target and claims are shown, no risk) or
    `not_available`, with what to supply in needs_it and needs_en. A figure that is not known leaves the others
    empty unless its lowest and highest value decide alike. Raises `ParameterError`. Sources: Reg. (EU) 1303/2013
    art. 86-87, 120, 130, 134, 136; see `rules_table`.
    """
    deadlines, _ = _settle_programmes(
        eu_commitments,
        finance,
        year=year,
        cutoff=cutoff,
        prefinancing=prefinancing,
        exceptions_eur=exceptions_eur,
        rates=rates,
        rules=rules,
    )
    return v.typed_frame(deadlines, _DEADLINE_COLUMNS)


def decommitment_claims(
    eu_commitments: pd.DataFrame,
    finance: pd.DataFrame,
    *,
    year: int,
    cutoff: object = None,
    prefinancing: Literal["initial_only", "initial_plus_annual"] | None = None,
    exceptions_eur: float = 0.0,
    rates: Mapping[str, float] | pd.DataFrame | None = None,
    rules: Rules = RULES["2014-2020"],
) -> pd.DataFrame:
    """The claims behind `decommitment`, which takes the same arguments.

    Meaning: what each axis has claimed from the Union by the deadline. Formula, in EUR of EU support: claims =
    min(certified x EU rate, EU allocation).

    Returns one row per axis, fund and category of region: the certified amount, its date and source, the rate and
    the allocation it comes from, the claims before and after the limit of the EU allocation, their lowest and
    highest value. Raises `ParameterError`. Sources: as `decommitment`.
    """
    _, claims = _settle_programmes(
        eu_commitments,
        finance,
        year=year,
        cutoff=cutoff,
        prefinancing=prefinancing,
        exceptions_eur=exceptions_eur,
        rates=rates,
        rules=rules,
    )
    return v.typed_frame(claims, _CLAIM_COLUMNS)


def _settle_programmes(
    eu_commitments: pd.DataFrame,
    finance: pd.DataFrame,
    *,
    year: int,
    cutoff: object,
    prefinancing: str | None,
    exceptions_eur: float,
    rates: Mapping[str, float] | pd.DataFrame | None,
    rules: Rules,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of the deadline, one per programme, and those of the claims behind them."""
    v.require(eu_commitments, "eu_commitments")
    v.require(finance, "finance")
    mode = str(rules.replace(prefinancing_mode=prefinancing or rules.prefinancing_mode).prefinancing_mode)
    deadline = _deadline(year, rules)
    date = deadline if cutoff is None else min(as_cutoff(cutoff), deadline)
    programmes = v.programmes_of(finance, eu_commitments)
    exceptions = _exceptions(exceptions_eur, programmes)
    deadlines: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    for programme in programmes:
        money = finance[finance["programme"] == programme]
        given = read_rates(rates, programme, money)
        in_force = allocations(money, date, given)
        lines = claim_lines(money, date, in_force, given, rules)
        rate = single_rate(in_force, given)
        target = _target(eu_commitments[eu_commitments["programme"] == programme], year, mode, exceptions, rules)
        row = {"year": year, "deadline": deadline, "cutoff": date} | _outcome(target, lines, rate, year, date, rules)
        deadlines.append({"programme": programme, **row})
        for line in lines:
            note = v.join_notes(line.notes, NOTES)
            claims.append({"programme": programme, "year": year, **line.row, "note": note})
    return deadlines, claims


def _deadline(year: Any, rules: Rules) -> pd.Timestamp:
    first = rules.first_commitment_year + rules.years_to_cover
    last = rules.last_commitment_year + rules.years_to_cover
    if isinstance(year, bool) or not isinstance(year, int | np.integer) or not first <= year <= last:
        raise ParameterError(f"year is {year!r}: the deadlines of {rules.period} are {first} to {last}")
    return pd.Timestamp(int(year), 12, 31)


def _exceptions(amount: float, programmes: Sequence[str]) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount) or amount < 0:
        raise ParameterError(f"exceptions_eur is {amount!r}: give an amount in euro, zero or more")
    if amount and len(programmes) > 1:
        raise ParameterError("exceptions_eur belongs to one programme: call once for each")
    return v.exact(amount)


@dataclass(frozen=True)
class _Target:
    """What is to be covered at a deadline; None: cannot be said. `missing`: code -> the years concerned."""

    mode: str
    commitments_to: int
    commitments: Decimal | None
    reserve: Decimal | None
    prefinancing: Decimal | None
    origin: str
    exceptions: Decimal
    notes: frozenset[str]
    missing: dict[str, list[int]]
    rules: tuple[str, ...]

    @property
    def amount(self) -> Decimal | None:
        """The target in EUR of EU support."""
        if self.commitments is None or self.prefinancing is None:
            return None
        return max(v.ZERO, self.commitments - self.prefinancing - self.exceptions)


class _Commitments:
    """The annual amounts of one programme by year, each None where the table does not give it."""

    def __init__(self, table: pd.DataFrame) -> None:
        columns = ("eu_commitment_eur", "performance_reserve_eur", "prefinancing_received_eur")
        self.by_column = {
            column: {
                int(year): v.exact(value)
                for year, value in zip(table["year"], table[column], strict=True)
                if not pd.isna(value)
            }
            for column in columns
        }
        self.total = self.by_column["eu_commitment_eur"]
        self.reserve = self.by_column["performance_reserve_eur"]
        self.received = self.by_column["prefinancing_received_eur"]

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


def _target(table: pd.DataFrame, year: int, mode: str, exceptions: Decimal, rules: Rules) -> _Target:
    amounts = _Commitments(table)
    until = year - rules.years_to_cover
    counted = range(rules.first_commitment_year, until + 1)
    whole = range(rules.first_commitment_year, rules.last_commitment_year + 1)
    used = [
        "first_commitment_year",
        "last_commitment_year",
        "years_to_cover",
        "reserve_counted_from_deadline",
    ]
    notes: set[str] = set()
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
        with_reserve = from_deadline is not None and year >= from_deadline
        commitments = amounts.sum(counted, with_reserve=with_reserve)
        reserve = amounts.sum(counted, with_reserve=True) - commitments
    advance: Decimal | None = None
    origin = ""
    received_until = range(rules.first_commitment_year, year + 1)
    given = [each for each in received_until if each in amounts.received]
    if mode == "initial_plus_annual" and len(given) == len(received_until):
        advance, origin = sum((amounts.received[each] for each in received_until), v.ZERO), "received"
    else:
        if given:
            notes.add("received_incomplete" if mode == "initial_plus_annual" else "received_not_split")
        absent, without_reserve = amounts.missing(whole)
        if absent and amounts.total:
            missing["base_missing"] = [each for each in absent if each not in missing.get("commitment_gap", [])]
        if without_reserve:
            missing["reserve_missing"] = without_reserve
        if not absent and not without_reserve:
            advance, names = _prefinancing(amounts, whole, year, mode, rules)
            origin = "rates"
            used += names
    return _Target(
        mode=mode,
        commitments_to=until,
        commitments=commitments,
        reserve=reserve,
        prefinancing=advance,
        origin=origin,
        exceptions=exceptions,
        notes=frozenset(notes),
        missing={code: years for code, years in missing.items() if years},
        rules=tuple(used),
    )


def _prefinancing(amounts: _Commitments, whole: range, year: int, mode: str, rules: Rules) -> tuple[Decimal, list[str]]:
    """Pre-financing up to a year by the shares of the rules, and the names of the shares."""
    kinds = ("initial", "annual") if mode == "initial_plus_annual" else ("initial",)
    starts = tuple(f"{kind}_prefinancing_" for kind in kinds)
    shares = [rule for rule in rules.rows if rule.name.startswith(starts) and int(rule.name[-4:]) <= year]
    advance = v.ZERO
    for rule in shares:
        later = int(rule.name[-4:]) >= rules.prefinancing_base_with_reserve_from
        advance += amounts.sum(whole, with_reserve=later) * v.exact(rule.value)
    base = ["prefinancing_base_with_reserve_from"] if "annual" in kinds else []
    return advance, base + [rule.name for rule in shares]


def _outcome(
    target: _Target, lines: Sequence[Line], rate: Decimal | None, year: int, date: pd.Timestamp, rules: Rules
) -> dict[str, Any]:
    """Everything of the deadline's row that follows from the target and the claims."""
    low, high = sum((line.low for line in lines), v.ZERO), sum((line.high for line in lines), v.ZERO)
    if not lines:
        high = v.INFINITE
    claims = sum((v.exact(line.row["claims_eu"]) for line in lines), v.ZERO) if _all_known(lines) else None
    goal = target.amount
    closure = year - rules.years_to_cover >= rules.last_commitment_year
    if closure:
        status = "settled_at_closure"
    elif goal is None or low < goal <= high:
        status = "not_available"
    else:
        status = "covered" if low >= goal else "at_risk"
    risk = surplus = None
    if goal is not None and not closure:
        risk = max(v.ZERO, goal - claims) if claims is not None else v.ZERO if status == "covered" else None
        surplus = max(v.ZERO, claims - goal) if claims is not None else None
    notes = set(target.notes) | set(target.missing) | {code for line in lines for code in line.notes}
    if not lines:
        notes.add("no_allocation")
    if claims is None:
        notes.add("claims_partial")
    if lines and rate is None:
        notes.add("rates_differ")
    if date < pd.Timestamp(year, 12, 31):
        notes.add("open")
    dates = [line.row["data_date"] for line in lines if not pd.isna(line.row["data_date"])]
    row: dict[str, Any] = {
        "prefinancing": target.mode,
        "commitments_to": target.commitments_to,
        "commitments_eu": target.commitments,
        "reserve_excluded_eu": target.reserve,
        "prefinancing_eu": target.prefinancing,
        "prefinancing_origin": target.origin,
        "exceptions_eu": target.exceptions,
        "target_eu": goal,
        "target_total": _total(goal, rate),
        "claims_eu": claims,
        "claims_at_least_eu": low,
        "claims_at_most_eu": high,
        "risk_eu": risk,
        "risk_total": _total(risk, rate),
        "surplus_eu": surplus,
        "surplus_total": _total(surplus, rate),
        "single_rate": rate,
        # the oldest: what is certain is certain at that date
        "data_date": min(dates) if dates else pd.NaT,
        "status": status,
        "note": v.join_notes(notes, NOTES),
    }
    used = [
        *target.rules,
        "prefinancing_mode",
        "eligible_basis",
        "claims_counted_share",
        "claims_capped_at_allocation",
    ]
    row["rules"] = ";".join(rule.name for rule in rules.rows if rule.name in used)
    for lang in v.LANGUAGES:
        row[f"reason_{lang}"] = reason(lang, row, lines, notes, year, date, rules)
        undecided = status == "not_available" and goal is not None
        row[f"needs_{lang}"] = needs(lang, target.missing, lines, undecided=undecided)
    return row


def _all_known(lines: Sequence[Line]) -> bool:
    return bool(lines) and all(line.known for line in lines)


def _total(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    """EU support as total expenditure, at the rate all axes share."""
    return None if amount is None or rate is None else amount / rate
