"""How a cell of a table is written: each function gives a writer that takes the row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from porfse_analysis.display.page import Page, ProgrammePage
from porfse_analysis.display.sources import reference as numbered
from porfse_analysis.display.table import DATE, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.result import split_note
from porfse_analysis.schema import ALL

__all__ = [
    "Write",
    "axis_label",
    "axis_title",
    "count",
    "count_pattern",
    "date",
    "euro",
    "million",
    "missing_note",
    "notes",
    "precision_of",
    "rate",
    "reference",
    "signed_million",
]

Write = Callable[[pd.Series], str]


def axis_title(row: pd.Series, lang: str) -> str:
    """The title of an axis in the reader's language, or in the one there is."""
    if row["axis"] == ALL:
        return wording.text("axis.programme", lang)
    return wording.in_language(row, "title", lang)


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
    merged = rows.merge(units, on=["axis", "stage", "source", "position"], how="left", suffixes=("_", ""))
    return pd.Series(merged["precision"].to_numpy(), index=rows.index)


def million(report: Page, name: str = "amount", precision: str = "precision") -> Typed:
    """Million euro, with the decimals that were published."""

    def write(row: pd.Series) -> str:
        if pd.isna(row[name]):
            return report.text("missing.short")
        return wording.million(row[name], report.lang, precision=row.get(precision, math.nan))

    def pattern(row: pd.Series) -> str:
        return wording.number_pattern(wording.million_decimals(row.get(precision, math.nan)))

    return Typed(write, lambda row: row[name] / wording.MILLION, pattern)


def signed_million(report: Page, name: str, precision: str = "") -> Typed:
    """Million euro with a sign, with the decimals that were published where a column says so."""

    def decimals(row: pd.Series) -> float:
        return float(row[precision]) if precision else math.nan

    def write(row: pd.Series) -> str:
        if pd.isna(row[name]):
            return report.text("missing.short")
        sign = "+" if row[name] > 0 else ""
        figure = wording.million(row[name], report.lang, precision=decimals(row))
        return report.text("change.signed", sign=sign, figure=figure)

    def pattern(row: pd.Series) -> str:
        plain = wording.number_pattern(wording.million_decimals(decimals(row)))
        return f"+{plain};-{plain};{plain.replace('#,##', '')}"

    return Typed(write, lambda row: row[name] / wording.MILLION, pattern)


def rate(report: Page, name: str = "value") -> Typed:
    """A ratio as a percentage."""

    def write(row: pd.Series) -> str:
        return report.text("missing.short") if pd.isna(row[name]) else wording.rate(row[name], report.lang)

    return Typed(write, lambda row: row[name], lambda row: "#,##0.0%")


def count(report: Page, name: str, *, missing: str = "") -> Typed:
    """A number with the decimals it has; `missing` is written for none."""

    def write(row: pd.Series) -> str:
        return (
            (missing or report.text("missing.short")) if pd.isna(row[name]) else wording.count(row[name], report.lang)
        )

    return Typed(write, lambda row: row[name], lambda row: count_pattern(row[name]))


def count_pattern(value: float) -> str:
    """The pattern of a number with the decimals it has: a spreadsheet would leave a lone point after a whole one."""
    return "#,##0" if round(float(value), 2).is_integer() else "#,##0.##"


def euro(report: Page, name: str) -> Typed:
    """Euro and cents."""

    def write(row: pd.Series) -> str:
        return (
            report.text("missing.short") if pd.isna(row[name]) else wording.number(row[name], report.lang, decimals=2)
        )

    return Typed(write, lambda row: row[name], lambda row: "#,##0.00")


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
        if code not in said_below
        for word in wording.word_notes(code, report.lang)
    )


def missing_note(report: Page, *columns: pd.Series) -> list[str]:
    """The line that explains what is missing, where something is."""
    return [report.text("missing.explained")] if any(column.isna().any() for column in columns) else []
