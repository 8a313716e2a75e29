"""Automatic decommitment (N+3, in 2007-2013 N+2): is the commitment of a year covered as many years later?

The target of a deadline is what the Union had committed by then, less pre-financing and notified exceptions;
against it stand the payment applications, that is certified expenditure at the EU rate of each axis. Every
parameter is a field of `porfse_analysis.verdicts.rules`; results are codes and figures, worded by
`porfse_analysis.display.words.decommitment`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd

from porfse_analysis.codes import in_reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.given import tables_of
from porfse_analysis.indicators.result import as_cutoff
from porfse_analysis.programme import Programme
from porfse_analysis.schema import DATE_DTYPE, empty
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.counting import Counted
from porfse_analysis.verdicts.deadline import NEEDS, NOTES, STATUSES, Case, Published
from porfse_analysis.verdicts.known_money import money_by
from porfse_analysis.verdicts.own_rules import rules_for
from porfse_analysis.verdicts.payment_applications import read_rates
from porfse_analysis.verdicts.payments_evidence import dated_payments
from porfse_analysis.verdicts.rules import RULES, Rules, rules_of

__all__ = [
    "NEEDS",
    "NOTES",
    "STATUSES",
    "calendar",
    "decommitment",
    "decommitment_claims",
    "decommitment_readings",
    "payment_applications",
]

_DEADLINE_COLUMNS = {
    "programme": "str",
    "fund": "str",
    "region_category": "str",
    "year": "int64",
    "deadline": DATE_DTYPE,
    "cutoff": DATE_DTYPE,
    "prefinancing": "str",
    "commitments_to": "Int64",
    "commitments_eu": "float64",
    "reserve_excluded_eu": "float64",
    "prefinancing_eu": "float64",
    "prefinancing_origin": "str",
    "exceptions_eu": "float64",
    "target_eu": "float64",
    "target_total": "float64",
    "payment_applications_eu": "float64",
    "payment_applications_at_least_eu": "float64",
    "payment_applications_at_most_eu": "float64",
    "risk_eu": "float64",
    "risk_total": "float64",
    "surplus_eu": "float64",
    "surplus_total": "float64",
    "single_rate": "float64",
    "paid_eu": "float64",
    "paid_date": DATE_DTYPE,
    "paid_source": "str",
    "data_date": DATE_DTYPE,
    "status": "str",
    "note": "str",
    "needs": "str",
    "other_readings": "str",
    "rules": "str",
}
_APPLICATION_COLUMNS = {
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
    "payment_applications_before_cap_eu": "float64",
    "payment_applications_eu": "float64",
    "payment_applications_at_least_eu": "float64",
    "payment_applications_at_most_eu": "float64",
    "note": "str",
}

Mode = Literal["initial_only", "initial_plus_annual", "annual", "none"]


def decommitment(
    eu_commitments: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    *,
    year: int,
    cutoff: object = None,
    prefinancing: Mode | None = None,
    exceptions_eur: float = 0.0,
    rates: Mapping[str, float] | pd.DataFrame | None = None,
    rules: Rules | None = None,
    eu_payments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The decommitment target of 31 December `year`, the payment applications against it, the risk or the surplus.

    Meaning: the part of the EU commitments up to `year` - 3 (rule `years_to_cover`) that neither pre-financing nor
    payment applications cover by the deadline is lost. Each fund is covered on its own (rule `decommitted_by`).

    Formula, in EUR of EU support: target = max(0, commitments - reserve - pre-financing - exceptions), the first
    commitment spread as its period says (2021-2027: six tenths, then a tenth in each of the four years after);
    applications = sum over axes of min(certified x EU rate, EU allocation); risk = max(0, target - applications);
    surplus = max(0, applications - target). Totals (EU and national) = EU / rate, where all axes have one rate. At
    closure the whole support is due, the reserve counts and nothing is deducted.

    Parameters
    ----------
    eu_commitments
        Or a `Programme`, then without `finance` and by default with the rules of its folder. Every year from the first
        one; none is filled in. A year without commitment or without reserve says 0. Empty `fund`: the programme's only
        one; beside finance of two funds there is no verdict.
    finance
        Certified expenditure alone counts, at the EU part / total of the allocation of the same axis, fund and
        category in force then (of the same source where it gives the EU part). A figure dated before the deadline is
        the least there can be at it (note `older_figure`), one dated after it is never used.
    year, cutoff
        The deadline, and the date as known at which it is looked at (default: the deadline). Before the deadline a
        fund is `covered` or `undetermined`, nothing worse.
    prefinancing
        `initial_plus_annual` (2014-2020: default by rule), `initial_only`, `annual` (2021-2027) or `none`: amounts
        received (prefinancing_received_eur) by year, and for years without any the shares of the rules on the total
        support. Initial and annual are received together: with the initial one alone a year that had both takes the
        share.
    exceptions_eur
        Amounts notified under art. 87.
    rates
        In place of the EU rates of the plan: axis -> rate, or columns axis, rate and, where needed, programme, fund,
        region_category, accounting_year (2020-2021: the rate of what was certified in that year alone).
    rules
        Default: those of the programme's period. A programme of another period gets no verdict (note `no_rules`).
    eu_payments
        What the Commission had paid, which may show that a target is reached and never that it is not (`paid_eu`: net
        interim payments, and net pre-financing of that very day where both kinds count; note `covered_by_payments`).

    Returns
    -------
    DataFrame
        One row per programme and fund. Status: see `STATUSES`; `settled_at_closure`: the last commitment has no
        deadline. `needs`: what to supply (code, or code:years). `other_readings`: which rule to be confirmed would,
        read otherwise, change the status, as rule=value:status. What stands behind a row by axis:
        `payment_applications`. A figure that is not known leaves the others empty unless its lowest and highest value
        decide alike.

    Raises
    ------
    ParameterError
        For a year without deadline, a date that is none, rates or amounts that cannot be, a frame without the columns.

    References
    ----------
    Reg. (EU) 1303/2013 art. 86-87, 120, 130, 134, 136; see `rules_table`.

    Examples
    --------
    A support of 700 in equal parts of 100 a year, 6 of them reserve, and 300 certified at a rate of one half. By the
    end of 2018 the commitments of 2014 and 2015 are due, less their reserve and the pre-financing.

    >>> import pandas as pd
    >>> import porfse_analysis as pf
    >>> from porfse_analysis.schema import conform
    >>> due = {"fund": "ESF", "eu_commitment_eur": 100.0, "performance_reserve_eur": 6.0}
    >>> money = {"axis": "I", "fund": "ESF", "cutoff": "2018-12-31", "source": "report"}
    >>> years = pd.DataFrame([due | {"year": year} for year in range(2014, 2021)])
    >>> plan = conform("eu_commitments", years, programme="2014IT05SFOP007")
    >>> stages = [money | {"stage": "allocation", "amount_eur": 1400.0, "eu_amount_eur": 700.0}]
    >>> stages += [money | {"stage": "certified", "amount_eur": 300.0}]
    >>> finance = conform("finance", pd.DataFrame(stages), programme="2014IT05SFOP007")
    >>> reached = pf.decommitment(plan, finance, year=2018)
    >>> reached[["commitments_eu", "target_eu", "payment_applications_eu", "status"]].values.tolist()
    [[188.0, 119.7325, 150.0, 'covered']]
    """
    plan, money, paid = tables_of(eu_commitments=eu_commitments, finance=finance, eu_payments=eu_payments)
    applied = rules_for(eu_commitments, rules)
    settled = _settle_programmes(plan, money, [year], cutoff, [prefinancing], exceptions_eur, rates, applied, paid)
    return _deadline_frame(settled)


def decommitment_readings(
    eu_commitments: pd.DataFrame,
    finance: pd.DataFrame,
    *,
    year: int,
    cutoff: object,
    modes: Sequence[str],
    rules: Rules,
    eu_payments: pd.DataFrame,
) -> pd.DataFrame:
    """`decommitment` under each of these ways to count pre-financing (column prefinancing)."""
    return _deadline_frame(
        _settle_programmes(eu_commitments, finance, [year], cutoff, modes, 0.0, None, rules, eu_payments)
    )


def payment_applications(
    eu_commitments: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    *,
    year: int,
    cutoff: object = None,
    prefinancing: Mode | None = None,
    exceptions_eur: float = 0.0,
    rates: Mapping[str, float] | pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """The payment applications behind `decommitment`, which takes the same arguments.

    Meaning: what each axis has applied for to the Union by the deadline. Formula, in EUR of EU support:
    min(certified x EU rate, EU allocation).

    Parameters
    ----------
    eu_commitments, finance, year, cutoff, prefinancing, exceptions_eur, rates, rules
        As in `decommitment`.

    Returns
    -------
    DataFrame
        One row per axis, fund and category of region: the certified amount, its date and source, the rate and the
        allocation it comes from, the applications before and after the limit of the EU allocation, their lowest and
        highest value. Without rules for its period a programme has no rows.

    Raises
    ------
    ParameterError
        As in `decommitment`.

    References
    ----------
    As `decommitment`.

    Examples
    --------
    The 144 million certified at 30 September 2018, half of them to be paid by the Union:

    >>> import porfse_analysis as pf
    >>> asked = pf.payment_applications(pf.load_programme(), year=2018)
    >>> asked[["axis", "certified_eur", "rate", "payment_applications_eu"]].values.tolist()
    [['ALL', 144000000.0, 0.5, 72000000.0]]
    """
    plan, money = tables_of(eu_commitments=eu_commitments, finance=finance)
    applied = rules_for(eu_commitments, rules)
    settled = _settle_programmes(plan, money, [year], cutoff, [prefinancing], exceptions_eur, rates, applied)
    return _application_frame(settled)


decommitment_claims = payment_applications
"""The former name of `payment_applications`."""


def calendar(
    eu_commitments: pd.DataFrame,
    finance: pd.DataFrame,
    *,
    cutoff: object,
    rules: Rules,
    eu_payments: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every deadline of the period of the rules as known at `cutoff`: `decommitment` and `payment_applications`."""
    years = rules.deadlines
    settled = _settle_programmes(eu_commitments, finance, years, cutoff, [None], 0.0, None, rules, eu_payments)
    return _deadline_frame(settled), _application_frame(settled)


_Settled = list[tuple[dict[str, Any], list[Counted]]]


def _deadline_frame(settled: _Settled) -> pd.DataFrame:
    return v.typed_frame([row for row, _ in settled], _DEADLINE_COLUMNS)


def _application_frame(settled: _Settled) -> pd.DataFrame:
    rows = [
        {
            "programme": row["programme"],
            "year": row["year"],
            **item.line.row,
            "payment_applications_before_cap_eu": item.before_cap,
            "payment_applications_eu": item.value,
            "payment_applications_at_least_eu": item.low,
            "payment_applications_at_most_eu": item.high,
            "note": v.join_notes(item.notes, NOTES),
        }
        for row, counted in settled
        for item in counted
    ]
    key = ["programme", "year", "axis", "fund", "region_category"]
    frame = v.typed_frame(rows, _APPLICATION_COLUMNS)
    return frame.sort_values(key, key=in_reading_order, kind="stable", ignore_index=True)


def _settle_programmes(
    eu_commitments: pd.DataFrame,
    finance: pd.DataFrame,
    years: Sequence[int],
    cutoff: object,
    modes: Sequence[str | None],
    exceptions_eur: float,
    rates: Mapping[str, float] | pd.DataFrame | None,
    rules: Rules | None,
    eu_payments: pd.DataFrame | None = None,
) -> _Settled:
    """The rows of the deadlines, for each one per programme and part, with the payment applications behind each."""
    if isinstance(eu_commitments, pd.DataFrame):
        eu_commitments = _with_parts(eu_commitments)
    v.require(eu_commitments, "eu_commitments")
    v.require(finance, "finance")
    eu_payments = empty("eu_payments") if eu_payments is None else eu_payments
    v.require(eu_payments, "eu_payments")
    programmes = sorted(v.programmes_of(finance, eu_commitments))
    applied = {programme: rules_of(programme, rules) for programme in programmes}
    usable = list({own.period: own for own in applied.values() if own is not None}.values())
    usable = usable or ([rules] if rules is not None and rules.period else list(RULES.values()))
    for each, mode in product(usable, modes):
        _in_mode(each, mode)
    deadlines = [_deadline(year, usable) for year in years]
    exceptions = _exceptions(exceptions_eur, programmes)
    cutoffs = {name: finance.loc[finance["programme"] == name, "cutoff"].to_numpy() for name in programmes}
    known: dict[tuple[str, int], Published] = {}
    settled: _Settled = []
    for deadline, programme in product(deadlines, programmes):
        date = deadline if cutoff is None else min(as_cutoff(cutoff), deadline)
        about = {"programme": programme, "year": deadline.year, "deadline": deadline, "cutoff": date}
        own = applied[programme]
        if own is None:
            blank = {name: "" for name, kind in _DEADLINE_COLUMNS.items() if kind == "str"}
            settled.append((blank | about | {"status": "not_available", "note": "no_rules"}, []))
            continue
        # between two positions nothing else becomes known
        seen = programme, int((cutoffs[programme] <= date.to_datetime64()).sum())
        if seen not in known:
            known[seen] = _published(programme, date, eu_commitments, finance, eu_payments, rates)
        case = Case(known[seen], deadline, date, exceptions)
        settled += [(about | row, counted) for mode in modes for row, counted in case.rows(_in_mode(own, mode))]
    return settled


def _in_mode(rules: Rules, mode: str | None) -> Rules:
    """The rules with another way to count pre-financing, where one is asked for."""
    return rules if mode is None else rules.replace(prefinancing_mode=mode)


def _published(
    programme: str,
    date: pd.Timestamp,
    eu_commitments: pd.DataFrame,
    finance: pd.DataFrame,
    eu_payments: pd.DataFrame,
    rates: Mapping[str, float] | pd.DataFrame | None,
) -> Published:
    """What is known of a programme at a date."""
    plan, money, paid = (frame[frame["programme"] == programme] for frame in (eu_commitments, finance, eu_payments))
    # along a series of documents, as the rates: the plan of a sheet is that of the sheet before, and an erratum of
    # one part leaves the others
    return Published(Cells.of(plan), money_by(money, date), dated_payments(paid), read_rates(rates, programme, money))


def _with_parts(eu_commitments: pd.DataFrame) -> pd.DataFrame:
    """The table with what a caller's frame need not have: the columns that tell funds apart, the flexibility amount."""
    fillers: dict[str, Any] = {"fund": "", "region_category": "", "flexibility_amount_eur": np.nan}
    lacking = {column: filler for column, filler in fillers.items() if column not in eu_commitments}
    return eu_commitments.assign(**lacking) if lacking else eu_commitments


def _deadline(year: Any, known: Sequence[Rules]) -> pd.Timestamp:
    whole = isinstance(year, int | np.integer) and not isinstance(year, bool)
    if not whole or not any(year in rules.deadlines for rules in known):
        spans = [(rules.period, rules.deadlines[0], rules.deadlines[-1]) for rules in known if rules.deadlines]
        listed = "; ".join(f"the deadlines of {period} are {first} to {last}" for period, first, last in spans)
        raise ParameterError(f"year is {year!r}: {listed}")
    return pd.Timestamp(int(year), 12, 31)


def _exceptions(amount: float, programmes: Sequence[str]) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount) or amount < 0:
        raise ParameterError(f"exceptions_eur is {amount!r}: give an amount in euro, zero or more")
    if amount and len(programmes) > 1:
        raise ParameterError("exceptions_eur belongs to one programme: call once for each")
    return v.exact(amount)
