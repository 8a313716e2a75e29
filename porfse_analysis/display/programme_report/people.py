"""People and results: spend per head, targets, measures."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from porfse_analysis.codes import axis_places
from porfse_analysis.display import cells
from porfse_analysis.display.cut import both_ends
from porfse_analysis.display.page import Page
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.indicators import labelled
from porfse_analysis.display.words.reached import word_gained, word_reached
from porfse_analysis.indicators.overview import SPEND_STAGES
from porfse_analysis.indicators.per_capita import PEOPLE_FUNDS
from porfse_analysis.indicators.result import has_note
from porfse_analysis.schema import ALL

__all__ = ["measures", "measures_in_force", "per_capita", "target_rows", "targets"]


def per_capita(report: Report) -> Table:
    """Spend per participant and per resident, by axis and for the programme."""
    results = report.results
    frame = pd.DataFrame({"axis": [*report.programme.axes["axis"], ALL]})
    people = results[results["indicator"] == "participants"].set_index("axis")
    frame["participants"] = frame["axis"].map(people["value"])
    frame["participants_note"] = frame["axis"].map(people["note"])
    columns = [
        Column("axis", report.text("column.axis"), "head", write=cells.axis_label(report)),
        Column(
            "participants",
            report.text("column.participants"),
            "figure",
            write=cells.count(report, "participants", note="participants_note"),
        ),
    ]
    used = [people["source"]]
    dates: list[str] = []
    shown: list[str] = []
    for person in ("participant", "resident"):
        for stage in SPEND_STAGES:
            name = f"{stage}_spend_per_{person}"
            rows = results[results["indicator"] == name].set_index("axis")
            if rows["value"].isna().all():
                continue
            frame[name] = frame["axis"].map(rows["value"])
            frame[f"{name}_note"] = frame["axis"].map(rows["note"])
            columns.append(
                Column(
                    name,
                    report.text("column.euro_per", stage=report.text(f"stage.{stage}")),
                    "figure",
                    report.text(f"column.per_{person}"),
                    cells.euro(report, name, note=f"{name}_note"),
                )
            )
            shown.append(person)
            used.append(rows["source"])
            day = rows["data_date"].dropna().max()
            dates.append(
                report.text("per_capita.date", stage=report.text(f"stage.{stage}"), date=wording.date(day, report.lang))
            )
    if len(columns) == 2:
        frame = frame.iloc[:0]
    frame, without = _with_figures(frame, [column.name for column in columns[1:]])
    notes = _per_capita_notes(report, people, dates, shown, without, frame)
    title = f"per_{shown[0]}" if len(set(shown)) == 1 else "per_capita"
    return Table(
        "per-capita",
        report.text(f"table.{title}", date=wording.date(report.cutoff, report.lang)),
        frame,
        columns,
        notes=[*notes, *cells.missing_note(report, *(frame[column.name] for column in columns[1:]))],
        source=source_line(pd.concat(used), report),
        empty=report.text("empty.per_capita"),
        lang=report.lang,
    )


def _per_capita_notes(
    report: Report,
    people: pd.DataFrame,
    dates: list[str],
    shown: list[str],
    without: list[str],
    frame: pd.DataFrame,
) -> list[str]:
    """The dates of money and people, the axes without a row, and what the figures are made of."""
    results = report.results
    notes = [report.text("per_capita.dates", dates=wording.list_of(dict.fromkeys(dates), report.lang))] if dates else []
    if people["data_date"].notna().any():
        day = wording.date(people["data_date"].max(), report.lang)
        notes.append(report.text("per_capita.participants", date=day))
    if without:
        axes = wording.list_of([report.text("axis.code", axis=axis) for axis in without], report.lang)
        notes.append(report.text("per_capita.without", axes=axes))
    if "participant" in shown:
        notes += funds_note(report, "per_head")
    if has_note(people["note"], "restated").any():
        notes.append(report.text("note_long.restated"))
    for code in ("other_date", "no_pair", "includes_technical_assistance"):
        if has_note(results.loc[results["indicator"].isin(frame.columns), "note"], code).any():
            notes.append(report.text(f"note_long.{code}"))
    return notes


def _with_figures(frame: pd.DataFrame, columns: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """The rows with a figure, and the axes of those that have none: an axis nobody takes part in says nothing."""
    empty = frame[columns].isna().all(axis=1) & (frame["axis"] != ALL)
    return frame[~empty].reset_index(drop=True), frame.loc[empty, "axis"].tolist()


def funds_note(report: Report, spend: Literal["per_head", "per_result"]) -> list[str]:
    """That money beside people is that of some funds alone, where the programme has others."""
    funds = set(report.programme.finance["fund"]) - {""}
    of_people = [fund for fund in PEOPLE_FUNDS if fund in funds]
    if not of_people or funds <= set(of_people):
        return []
    return [report.text(f"funds_note.{spend}", funds=wording.list_of(of_people, report.lang))]


def target_rows(report: Page) -> pd.DataFrame:
    """The target ratios of the cutoff that have a target, with the name of each indicator."""
    rows = report.results[report.results["indicator"] == "target_achievement_ratio"]
    rows = rows[~has_note(rows["note"], "no_target")]
    return rows.sort_values("axis", key=axis_places, kind="stable").reset_index(drop=True)


def targets(report: Report) -> Table:
    """Achievement of every indicator that has a target."""
    rows = target_rows(report)

    def indicator(row: pd.Series) -> str:
        return labelled(row["indicator_code"], row["indicator_type"], report.lang)

    return Table(
        "targets",
        report.text("table.targets", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("indicator_code", report.text("column.indicator"), "head", write=indicator),
            Column("axis", report.text("column.axis"), write=lambda row: _code(row, report)),
            Column("investment_priority", report.text("column.priority")),
            Column(
                "numerator", report.text("column.value"), "figure", write=cells.count(report, "numerator", note="note")
            ),
            Column("denominator", report.text("column.target"), "figure", write=cells.count(report, "denominator")),
            Column("value", report.text("column.ratio"), "figure", write=cells.rate(report, note="note")),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
            Column(
                "note",
                report.text("column.note"),
                write=cells.notes(report, said_below=("stale", "partial", "restated")),
            ),
        ],
        notes=[
            *word_reached(report.results, report.lang),
            *word_gained(report.target_changes, report.lang),
            *cells.missing_note(report, rows["value"]),
            *(
                report.text(f"note_long.{code}")
                for code in ("stale", "restated", "percentage_target", "percentage_suspected")
                if has_note(rows["note"], code).any()
            ),
        ],
        source=source_line(rows["source"], report),
        empty=report.text("empty.targets"),
        matters=both_ends(rows["value"]),
        lang=report.lang,
    )


def _code(row: pd.Series, report: Report) -> str:
    return report.text("axis.programme") if row["axis"] == ALL else str(row["axis"])


def measures_in_force(report: Report) -> pd.DataFrame:
    """The measures of the cutoff: of each the last row that holds, in the order of the table."""
    rows = report.programme.measures
    rows = rows[rows["valid_from"] <= report.cutoff]
    return rows.sort_values("valid_from", kind="stable").drop_duplicates("measure", keep="last").reset_index(drop=True)


def measures(report: Report) -> Table:
    """The measures in force and whom they had reached."""
    rows = measures_in_force(report)

    def title(row: pd.Series) -> str:
        return wording.in_language(row, "title", report.lang)

    def axis(row: pd.Series) -> str:
        return str(row["axis"] or report.text("missing.axis"))

    def reached(row: pd.Series) -> str:
        if pd.isna(row["value"]):
            return report.text("missing.short")
        figure = wording.published(row["value"], report.lang, qualifier=row["qualifier"])
        who = wording.in_language(row, "recipients", report.lang)
        return report.text("measure.reached", figure=figure, who=who)

    label = report.text("column.recipients")
    number_label = report.text("download.as_number", label=label)
    recipients = Typed(
        reached, lambda row: row["value"], lambda row: wording.COUNT.pattern(row["value"], report.lang), number_label
    )

    return Table(
        "measures",
        report.text("table.measures"),
        rows,
        [
            Column("measure", report.text("column.measure"), "head", write=title),
            Column("axis", report.text("column.axis"), write=axis),
            Column("value", label, write=recipients),
            Column("cutoff", report.text("column.data_date"), write=cells.date(report, "cutoff")),
            Column("source", report.text("column.source"), write=cells.reference(report)),
            Column("axis_source", report.text("column.axis_source"), write=cells.reference(report, "axis_source")),
        ],
        notes=cells.missing_note(report, rows["value"]),
        source=source_line([*rows["source"].astype("str"), *rows["axis_source"].astype("str")], report),
        empty=report.text("empty.measures"),
        lang=report.lang,
    )
