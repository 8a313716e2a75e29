"""What the explorer shows of the results: the rows of a stage and an axis; what the choices are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import identifiers, source_line, titled
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.registry import INDICATORS
from porfse_analysis.indicators.result import figure_bound
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL

__all__ = ["EVERY", "SUBJECTS", "axis_label", "explored", "explored_rows", "rows_table", "stage_label", "subject"]

EVERY: Final = ""
"""The choice of every axis, or of every subject."""

SUBJECTS: Final = (*RATES, "achievements", "participants")
"""What can be chosen as stage: the financial ones, and the two kinds of physical figures."""

_UNITS: Final[Mapping[str, str]] = {
    "1": "ratio",
    "EUR/participant": "euro_participant",
    "EUR/resident": "euro_resident",
    "EUR/person_in_work": "euro_person_in_work",
    "EUR/qualification": "euro_qualification",
    "participant": "participant",
    "resident": "resident",
}


def subject(indicator: str) -> str:
    """Which of `SUBJECTS` an indicator is about: what stands above the line of its formula."""
    first = INDICATORS[indicator].formula.split(" / ")[0]
    if first in RATES:
        return first
    return "achievements" if first == "value" else "participants"


def explored_rows(results: pd.DataFrame, *, stage: str = EVERY, axis: str = EVERY) -> pd.DataFrame:
    """The rows of a result about a stage (or achievements, participants) and of an axis; `ALL` is the programme."""
    wanted = pd.Series(True, index=results.index)
    if stage != EVERY:
        wanted &= results["indicator"].map(subject) == stage
    if axis != EVERY:
        wanted &= results["axis"] == axis
    return results[wanted].reset_index(drop=True)


def explored(report: Report, *, stage: str = EVERY, axis: str = EVERY) -> Table:
    """The indicators of a stage and an axis: value, unit, numerator, denominator, date of the data, source, notes."""
    rows = explored_rows(report.results, stage=stage, axis=axis)
    caption = report.text(
        "explorer.rows",
        stage=stage_label(stage, report.lang),
        axis=axis_label(report.programme, axis, report.lang),
        date=wording.date(report.cutoff, report.lang),
    )
    return rows_table(report, "explored", caption, rows)


def rows_table(report: Report, name: str, caption: str, rows: pd.DataFrame) -> Table:
    """Rows of results as a table of the explorer, with what each figure is made of."""
    titles = {row["source"]: titled(row, report.lang) for _, row in report.sources.iterrows()}

    def indicator(row: pd.Series) -> str:
        title = wording.indicator_title(row["indicator"], report.lang)
        parts = [row["fund"], row["investment_priority"], row["indicator_type"], row["indicator_code"]]
        code = " ".join(part for part in parts if part)
        return report.text("explorer.indicator", title=title, code=code) if row["indicator_code"] else title

    def value(row: pd.Series) -> str:
        return _writer(report, row)(row)

    def source(row: pd.Series) -> str:
        return wording.list_of([titles.get(name, name) for name in identifiers([row["source"]])], report.lang)

    # away from the page the numbers of the sources lead nowhere: their titles are taken along
    sources = Typed(cells.reference(report), source, lambda row: "")
    return Table(
        name,
        caption,
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=_axis(report)),
            Column("indicator", report.text("column.indicator"), write=indicator),
            Column(
                "value",
                report.text("column.value"),
                "figure",
                write=Typed(value, lambda row: row["value"], lambda row: _writer(report, row).pattern(row)),
            ),
            Column(
                "unit", report.text("column.unit"), write=lambda row: report.text(f"explorer.{_UNITS[row['unit']]}")
            ),
            Column("numerator", report.text("explorer.numerator"), "figure", write=_plain(report, "numerator")),
            Column("denominator", report.text("explorer.denominator"), "figure", write=_plain(report, "denominator")),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
            Column("source", report.text("column.source"), write=sources),
            Column("note", report.text("column.note"), write=cells.notes(report, said_below=("partial",))),
        ],
        notes=cells.missing_note(report, rows["value"], rows["numerator"], rows["denominator"]),
        source=source_line(rows["source"], report),
        empty=report.text("explorer.no_rows"),
    )


def _writer(report: Report, row: pd.Series) -> Typed:
    """How the value of a result is written, by its unit."""
    if row["unit"] == "1":
        return cells.rate(report, note="note")
    if row["unit"].startswith("EUR"):
        return cells.euro(report, "value", note="note")
    return cells.count(report, "value", note="note")


def _plain(report: Report, name: str) -> Typed:
    """A part of a ratio: cents where there are any, none where there are not."""

    def form(row: pd.Series) -> wording.Form:
        bound = figure_bound(row["note"]) if name == "numerator" else ""
        return wording.Form(0 if float(row[name]).is_integer() else 2, bound=bound)

    return cells.figure(report, name, form)


def _axis(report: Report) -> Callable[[pd.Series], str]:
    def write(row: pd.Series) -> str:
        return axis_label(report.programme, row["axis"], report.lang, titled=False)

    return write


def stage_label(stage: str, lang: str) -> str:
    """A stage, or every one, in words."""
    return wording.text("explorer.every_stage", lang) if stage == EVERY else wording.text(f"stage.{stage}", lang)


def axis_label(programme: Programme, axis: str, lang: str, *, titled: bool = True) -> str:
    """An axis (with its title), the whole programme, or all of them, in words."""
    if axis == EVERY:
        return wording.text("explorer.every_axis", lang)
    if axis == ALL:
        return wording.text("axis.programme", lang)
    row = programme.axes[programme.axes["axis"] == axis]
    title = cells.axis_title(row.iloc[0], lang) if titled and len(row) else ""
    return wording.text("axis.titled", lang, axis=axis, title=title) if title else axis
