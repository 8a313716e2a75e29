"""How a cell of a table is written: each function gives a writer that takes the row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

import pandas as pd

from porfse_analysis import languages
from porfse_analysis.display.page import Page, ProgrammePage
from porfse_analysis.display.sources import reference as numbered
from porfse_analysis.display.table import DATE, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.result import BOUNDS, figure_bound, partial_of, split_note, value_bound
from porfse_analysis.schema import ALL, DATE_DTYPE

__all__ = [
    "Write",
    "axis_label",
    "axis_title",
    "count",
    "date",
    "euro",
    "figure",
    "million",
    "missing_note",
    "notes",
    "points",
    "precision_of",
    "rate",
    "reference",
    "signed_million",
]

Write = Callable[[pd.Series], str]


class _Told(TypedDict, total=False):
    """What is said with a figure."""

    bound: str
    partial: str


def axis_title(row: pd.Series, lang: str) -> str:
    """The title of an axis in the reader's language (`languages.axis_title`)."""
    if row["axis"] == ALL:
        return wording.text("axis.programme", lang)
    return languages.axis_title(row, lang)


def axis_label(report: ProgrammePage) -> Write:
    """Code and title of the axis."""
    titles = {row["axis"]: axis_title(row, report.lang) for _, row in report.programme.axes.iterrows()}

    def write(row: pd.Series) -> str:
        if row["axis"] == ALL:
            return report.text("axis.programme")
        return report.text("axis.titled", axis=row["axis"], title=titles.get(row["axis"], "")).rstrip(" ·")

    return write


def precision_of(rows: pd.DataFrame, report: ProgrammePage) -> pd.Series:
    """The coarsest unit of the last published digit among the figures of each row (axis, stage, source, position)."""
    finance = report.programme.finance.assign(source=report.programme.finance["source"].astype("str"))
    key = ["axis", "stage", "source", "cutoff"]
    units = finance.groupby(key)["precision"].max().reset_index().rename(columns={"cutoff": "position"})
    # the amount is of the first document cited; what it is set against may be of another
    of_amount = rows.assign(
        source=rows["source"].astype("str").str.partition(";")[0],
        position=rows["position"].astype(DATE_DTYPE),  # a column without any date has no type of its own
    )
    merged = of_amount.merge(units, on=["axis", "stage", "source", "position"], how="left", suffixes=("_", ""))
    return pd.Series(merged["precision"].to_numpy(), index=rows.index)


def figure(report: Page, name: str, form: Callable[[pd.Series], wording.Form], *, missing: str = "") -> Typed:
    """A number in the form its row asks for, on the page and in the workbook; `missing` is written for none."""

    def write(row: pd.Series) -> str:
        if pd.isna(row[name]):
            return missing or report.text("missing.short")
        return form(row).text(row[name], report.lang)

    def value(row: pd.Series) -> object:
        return None if pd.isna(row[name]) else form(row).value(row[name])

    return Typed(write, value, lambda row: form(row).pattern(row[name], report.lang))


def million(report: Page, name: str = "amount", precision: str = "precision", *, note: str = "") -> Typed:
    """Million euro, with the decimals that were published; `note`: the column that tells a bound, or a part."""
    return figure(report, name, lambda row: _million(row, precision, **_figure_told(row, note)))


def signed_million(report: Page, name: str, precision: str = "") -> Typed:
    """Million euro with a sign, with the decimals that were published where a column says so."""
    return figure(report, name, lambda row: _million(row, precision, signed=True))


def _million(row: pd.Series, precision: str, *, signed: bool = False, **told: Unpack[_Told]) -> wording.Form:
    decimals = wording.million_decimals(row.get(precision, math.nan))
    return wording.Form(decimals, power=-6, signed=signed, **told)


def rate(report: Page, name: str = "value", *, note: str = "") -> Typed:
    """A ratio as a percentage; `note`: the column that tells a bound, or a part."""
    return figure(
        report,
        name,
        lambda row: wording.Form(1, percent=True, **_value_told(row, note)),
    )


def points(report: Page, name: str) -> Typed:
    """A difference of two ratios in percentage points, with its sign."""
    return figure(report, name, lambda row: wording.POINTS)


def count(report: Page, name: str, *, missing: str = "", note: str = "") -> Typed:
    """A number with the decimals it has; `missing` is written for none, `note`: as of `million`."""

    def form(row: pd.Series) -> wording.Form:
        return replace(wording.COUNT, **_figure_told(row, note))

    return figure(report, name, form, missing=missing)


def euro(report: Page, name: str, *, note: str = "") -> Typed:
    """Euro and cents; `note`: the column that tells a bound, or a part."""
    return figure(report, name, lambda row: wording.Form(2, **_value_told(row, note)))


def _figure_told(row: pd.Series, name: str) -> _Told:
    """What is said with a numerator, by the note in a column; nothing without a column."""
    note = _note(row, name)
    partial = partial_of(note)
    return {"bound": figure_bound(note), "partial": "" if partial == "partial_base" else partial}


def _value_told(row: pd.Series, name: str) -> _Told:
    """What is said with a ratio, by the note in a column; nothing without a column."""
    note = _note(row, name)
    return {"bound": value_bound(note), "partial": partial_of(note)}


def _note(row: pd.Series, name: str) -> str:
    return str(row[name]) if name and pd.notna(row[name]) else ""


def date(report: Page, name: str = "data_date") -> Typed:
    """A date in figures."""

    def write(row: pd.Series) -> str:
        return "" if pd.isna(row[name]) else wording.date(row[name], report.lang)

    return Typed(write, lambda row: row[name], lambda row: DATE)


def reference(report: Page, name: str = "source") -> Write:
    """The numbers of the sources, as [1][2]."""
    return lambda row: numbered(row[name], report)


def notes(report: Page, said_below: Sequence[str] = ()) -> Write:
    """The notes in words, but for those a line below the table says for all rows."""
    return lambda row: "; ".join(
        word
        for code in split_note(row["note"])
        if code not in said_below and code not in BOUNDS  # the figure says its own bound
        for word in wording.word_notes(code, report.lang)
    )


def missing_note(report: Page, *columns: pd.Series) -> list[str]:
    """The line that explains what is missing, where something is."""
    return [report.text("missing.explained")] if any(column.isna().any() for column in columns) else []
