"""What is told of a programme's folder as a whole: its code, its predecessor, former names, tables to supply."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pandas as pd

from porfse_analysis.periods import PERIODS, period_of
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.finding import finding
from porfse_analysis.verdicts.rules import rules_of

__all__ = ["of_the_folder"]


def of_the_folder(programme: Programme, at: pd.Timestamp) -> Iterable[dict[str, object]]:
    """The findings at a date that are of no table alone."""
    checks = (_former_names, _to_supply, _no_period, _no_predecessor)
    return itertools.chain.from_iterable(check(programme, at) for check in checks)


def _former_names(programme: Programme, at: pd.Timestamp) -> Iterable[dict[str, object]]:
    for file, former, name in programme.former_names:
        row = pd.Series({"programme": programme.cci, "cutoff": at, "source": file})
        yield finding("info", "former_name", row, figure=former, reason=name, unit="")


def _no_period(programme: Programme, at: pd.Timestamp) -> Iterable[dict[str, object]]:
    """A code that is of no known period: no rules are applied, and nobody is counted."""
    if period_of(programme.cci) is None:
        row = pd.Series({"programme": programme.cci, "axis": ALL, "cutoff": at, "source": ""})
        yield finding("warning", "no_period", row, figure=programme.cci, reason=", ".join(PERIODS), unit="")


def _no_predecessor(programme: Programme, at: pd.Timestamp) -> Iterable[dict[str, object]]:
    """A programme before this one that is named and cannot be set beside it."""
    code, detail = programme.no_predecessor
    if code:
        row = pd.Series({"programme": programme.cci, "axis": ALL, "cutoff": at, "source": ""})
        named = {"figure": programme.predecessor, "other_source": detail}
        yield finding("warning", "no_predecessor", row, reason=code, unit="", **named)


def _to_supply(programme: Programme, at: pd.Timestamp) -> Iterable[dict[str, object]]:
    """The tables without which a verdict cannot be given: what whoever keeps the data should fill in."""
    rules = rules_of(programme.cci)
    if rules is None or not (programme.finance["cutoff"] <= at).any():
        return
    known = programme.eu_commitments.loc[programme.eu_commitments["eu_commitment_eur"].notna(), "year"]
    years = set(rules.commitment_years) - set(known)
    if years:
        row = pd.Series({"programme": programme.cci, "axis": ALL, "cutoff": at, "source": ""})
        yield finding("info", "to_supply", row, figure="eu_commitments", reason="eu_commitments", unit="")
