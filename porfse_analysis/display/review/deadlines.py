"""The tables of the decommitment rule: its deadlines, why each is as it is, the payment applications behind them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.report import Report
from porfse_analysis.display.review.tables import place
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.decommitment import (
    changes_line,
    needs_line,
    told_apart,
    word_application_notes,
    word_decommitment,
)

__all__ = ["calendar", "calendar_reasons", "next_deadline", "not_assessed", "payment_applications"]


def not_assessed(report: Report) -> str:
    """The one line that says why no deadline can be assessed and what would allow it; empty when one can be."""
    if not report.rules.period:
        return report.text("decommitment.no_rules")
    return needs_line(report.deadlines, report.lang)


def next_deadline(report: Report) -> int:
    """The year of the first deadline not before the cutoff, within the period; 0 without rules for it."""
    deadlines = report.rules.deadlines
    return min(max(report.cutoff.year, deadlines[0]), deadlines[-1]) if deadlines else 0


def _parts_column(report: Report) -> list[Column]:
    """The column that tells the funds apart, where there are several."""
    return [Column("part", report.text("column.fund"))] if told_apart(report.deadlines) else []


def calendar(report: Report) -> Table:
    """The deadlines of the decommitment rule, what is to be covered and what covers it."""
    worded = word_decommitment(report.deadlines, report.payment_applications, report.lang)
    # nothing is lost or spared where the last commitment is settled at closure
    rows = report.deadlines.assign(
        gap_eu=lambda frame: frame["surplus_eu"] - frame["risk_eu"],
        part=worded["part"],
        said=worded["status"],
        # where nothing falls due there is nothing to be covered
        target_eu=lambda frame: frame["target_eu"].where(frame["status"] != "no_deadline"),
    )
    missing = not_assessed(report)
    rows = rows.iloc[:0] if missing else rows

    amounts = ("commitments_eu", "prefinancing_eu", "target_eu")
    applied = cells.million(report, "payment_applications_eu")
    finance, plan = report.programme.finance, report.programme.eu_commitments
    used = [*finance["source"].astype("str").unique(), *plan["source"].astype("str").unique(), *rows["paid_source"]]
    notes = [
        report.text("table.calendar_note", mode=report.text(f"decommitment_mode.{report.rules.prefinancing_mode}")),
        report.text("closure.calendar") if report.rules.closure_flexibility else "",
        changes_line(rows, report.lang),
    ]
    if (rows["note"].str.split(";").map(lambda codes: "older_figure" in codes)).any():
        notes.insert(1, report.text("table.calendar_older"))
    return Table(
        "calendar",
        report.text("table.calendar", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("year", report.text("column.deadline"), "head", write=cells.date(report, "deadline")),
            *_parts_column(report),
            *(
                Column(name, report.text(f"column.{name}"), "figure", write=cells.million(report, name))
                for name in amounts
            ),
            Column(
                "payment_applications_eu",
                report.text("column.payment_applications_eu"),
                "figure",
                write=_at_least(applied, report),
            ),
            Column(
                "gap_eu",
                report.text("column.gap_eu"),
                "figure",
                write=cells.signed_million(report, "gap_eu"),
            ),
            Column("said", report.text("column.status")),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
        ],
        [*filter(None, notes), *cells.missing_note(report, *(rows[name] for name in amounts))],
        source=source_line(used, report),
        empty=missing or report.text("empty.calendar"),
        lang=report.lang,
    )


def _at_least(applied: Typed, report: Report) -> Typed:
    """An amount, said to be the least there can be where it is older than the deadline."""

    def write(row: pd.Series) -> str:
        if "older_figure" not in row["note"].split(";") or pd.isna(row["payment_applications_eu"]):
            return applied.write(row)
        least = wording.million(row["payment_applications_at_least_eu"], report.lang)
        return report.text("figure.at_least", figure=least)

    return replace(applied, write=write)


def calendar_reasons(report: Report) -> Table:
    """Why each deadline is as it is, and what to supply."""
    rows = report.deadlines
    rows = rows[rows["target_eu"].notna()]
    worded = word_decommitment(rows, report.payment_applications, report.lang).reset_index(drop=True)
    used = report.programme.finance["source"].astype("str").unique()
    return Table(
        "calendar_reasons",
        report.text("table.calendar_reasons"),
        worded,
        [
            Column("deadline", report.text("column.deadline"), "head"),
            *_parts_column(report),
            Column("why", report.text("column.why")),
            *([Column("needs", report.text("column.needs"))] if worded["needs"].any() else []),
        ],
        source=source_line(used, report),
        empty=not_assessed(report) or report.text("empty.calendar"),
        lang=report.lang,
    )


def payment_applications(report: Report) -> Table:
    """What each axis has applied for by the next deadline."""
    year = next_deadline(report)
    rows = report.payment_applications
    rows = rows[rows["year"] == year].reset_index(drop=True)
    uncertified = len(rows) > 0 and rows["certified_eur"].isna().all()
    rows = rows.iloc[:0] if uncertified else rows  # one sentence, not an axis after the other of which nothing is known
    dates = {"year": year, "date": wording.date(report.cutoff, report.lang)}
    whole = report.programme.axes.empty
    caption = report.text("table.payment_applications", **dates)

    return Table(
        "payment_applications",
        report.text("table.payment_applications_whole", **dates) if whole else caption,
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: place(row, report, rows)),
            Column(
                "certified_eur",
                report.text("column.certified_eur"),
                "figure",
                write=cells.euro(report, "certified_eur"),
            ),
            Column("rate", report.text("column.eu_rate"), "figure", write=cells.rate(report, "rate")),
            Column(
                "eu_allocation_eur",
                report.text("column.eu_allocation"),
                "figure",
                write=cells.euro(report, "eu_allocation_eur"),
            ),
            Column(
                "payment_applications_eu",
                report.text("column.payment_applications_eu"),
                "figure",
                write=cells.euro(report, "payment_applications_eu"),
            ),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
            Column(
                "note",
                report.text("column.note"),
                write=lambda row: word_application_notes(row["note"], report.lang),
            ),
            Column("source", report.text("column.source"), write=cells.reference(report)),
        ],
        cells.missing_note(report, rows["certified_eur"], rows["payment_applications_eu"]),
        source=source_line([*rows["source"], *rows["allocation_source"]], report),
        empty=report.text("empty.nothing_certified" if uncertified else "empty.payment_applications"),
        lang=report.lang,
    )
