"""What in the cells of a table breaks its rules: every fault with file, row, column, value and what to do."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import pandas as pd

from porfse_analysis import codes
from porfse_analysis.errors import Fault
from porfse_analysis.languages import in_every_language
from porfse_analysis.schema import ALL, TABLES, Table

__all__ = ["TOTALS", "as_text", "find_faults", "is_total", "totals_row"]


def find_faults(
    name: str,
    frame: pd.DataFrame,
    *,
    rows: Sequence[int] | None = None,
    file: str = "",
    published_fractions: bool = False,
) -> list[Fault]:
    """Every cell of a conformed frame that breaks the rules of table `name`.

    `rows` gives, per row of the frame, its line in the file (default: the header is line 1). Checked: cells that may
    not be empty, allowed words, other spellings of known codes, negative numbers, counts of people that are not whole
    (not with `published_fractions`), repeated keys, dates after today, figures dated after their own cutoff or
    outside their own year, a part above its whole, an axis called `ALL`.
    """
    table = TABLES[name]
    frame = frame.reset_index(drop=True)
    lines = rows if rows is not None else range(2, len(frame) + 2)
    today = pd.Timestamp(datetime.date.today())
    faults: list[Fault] = []

    def report(bad: pd.Series, column: str, problem: str, remedy: str, *, show: bool = True) -> None:
        for index in frame.index[bad.fillna(False).astype(bool)] if bad.any() else ():
            value = as_text(frame.at[index, column]) if show else None
            faults.append(Fault(problem, file, lines[index], column, value, remedy))

    for column in table.columns:
        values = frame[column.name]
        if column.required:
            blank = values == "" if column.kind == "text" else values.isna()
            report(blank, column.name, "is empty", "Fill it in", show=False)
        if column.allowed:
            report(
                ~values.isin([*column.allowed, ""]),
                column.name,
                f"is not a {column.name} this table knows",
                f"Use one of: {', '.join(column.allowed)}",
            )
        if column.kind in ("amount", "number"):
            report(values < 0, column.name, "is negative", "Amounts and counts are cumulative, never below zero")
        past = column.kind == "date" and column.name not in ("valid_from", "due")
        if column.kind in ("date", "year"):
            year = values.dt.year if column.kind == "date" else values
            known = year.ge(_FIRST_YEAR) & (past | year.le(today.year + _YEARS_AHEAD))
            report(~known & values.notna(), column.name, *_NO_YEAR)
        if past:
            report(values > today, column.name, "is in the future", "Give the date the figures are of")
    faults += _misspelt(table, frame, lines, file)
    faults += [] if published_fractions else _uncountable(table, frame, lines, file)
    if name == "axes":
        report(frame["axis"] == ALL, "axis", "stands for the whole programme", "Give the axis another code")
    if {"data_date", "cutoff"} <= set(table.names):
        report(
            frame["data_date"] > frame["cutoff"],
            "data_date",
            "is after the cutoff of its row",
            "A position cannot hold figures of a later date",
        )
    if name == "eu_payments":
        outside = frame["data_date"].notna() & (frame["data_date"].dt.year != frame["year"])
        report(outside, "data_date", "is not in the year of its row", "Amounts are of the end of a year, or before it")
    if name == "certification_targets":
        report(frame["share"] > 1, "share", "is above 1", "It is a share of the allocation: write 8.5% as 0.085")
    for part, whole in _PARTS.get(name, ()):
        report(frame[part] > frame[whole], part, f"is above {whole}, of which it is a part", "Correct one of the two")
    return faults + _repeated_keys(table, frame, lines, file)


def _misspelt(table: Table, frame: pd.DataFrame, lines: Sequence[int], file: str) -> list[Fault]:
    """Codes written otherwise than the known code they are meant for: their figures would meet nothing."""
    faults = []
    for column in table.columns:
        if not column.code:
            continue
        wrong = {text: codes.misspelt(column.code, text) for text in frame[column.name].unique()}
        wrong = {text: said for text, said in wrong.items() if said[0]}
        for index in frame.index[frame[column.name].isin(list(wrong))] if wrong else ():
            text = str(frame.at[index, column.name])
            faults.append(Fault(wrong[text][0], file, lines[index], column.name, text, wrong[text][1]))
    return faults


def _uncountable(table: Table, frame: pd.DataFrame, lines: Sequence[int], file: str) -> list[Fault]:
    """Counts of people that are not whole, and targets like them: 1.005 may be a thousand and five."""
    faults = []
    told = codes.doubtful_target if table.name == "targets" else codes.uncountable
    for column, wrong in codes.impossible_counts(table.name, frame).items():
        for index in frame.index[wrong]:
            text = as_text(frame.at[index, column])
            problem, remedy = told(text)
            faults.append(Fault(problem, file, lines[index], column, text, remedy))
    return faults


_FIRST_YEAR, _YEARS_AHEAD = 1957, 30
"""The European Social Fund is of 1957; what is planned ahead ends long before thirty years."""

_NO_YEAR = "is of a year that no programme has", "Correct the year"

# table -> columns that are parts, each with the one it is a part of
_PARTS = {"finance": (("eu_amount_eur", "amount_eur"),), "achievements": (("women", "value"), ("men", "value"))}


def totals_row(table: Table, cells: Mapping[str, object]) -> str:
    """The column of the key in which a row says that it is one of totals; empty for a row of figures.

    `cells` are what the row holds, by column, as it was written.
    """
    return next((name for name in table.key if is_total(str(cells.get(name) or ""))), "")


@lru_cache(maxsize=100_000)
def is_total(text: str) -> bool:
    """Whether the text of a cell is the name of a total."""
    return text.strip().lower().rstrip(":.") in _totals()


TOTALS = ("is a row of totals", "Delete it: sums are computed; what is published for the whole programme has axis ALL")
"""Problem and remedy of a row that `totals_row` finds."""


@cache
def _totals() -> frozenset[str]:
    listed = in_every_language("folder.totals").values()
    return frozenset(word.strip() for words in listed for word in words.split(","))


def as_text(value: Any) -> str:
    """A cell as a person would write it in a message: dates in ISO, whole numbers without decimals."""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _repeated_keys(table: Table, frame: pd.DataFrame, lines: Sequence[int], file: str) -> list[Fault]:
    key = list(table.key)
    faults: list[Fault] = []
    if not frame.duplicated(key).any():
        return faults
    # rows whose key is incomplete have been named already
    complete = frame[frame[key].notna().all(axis=1)]
    for _, group in complete[complete.duplicated(key, keep=False)].groupby(key, sort=False):
        first = group.index[0]
        named = ", ".join(f"{column}={as_text(frame.at[first, column])}" for column in key)
        for index in group.index[1:]:
            faults.append(
                Fault(
                    f"is the key of row {lines[first]} too",
                    file,
                    lines[index],
                    ", ".join(key),
                    named,
                    "Keep one of the rows, or tell them apart",
                    cause="is the key of another row too",
                )
            )
    return faults
