"""What the Commission has paid, year by year."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.eu_payments import payments_over_time

__all__ = ["eu_payments"]


def eu_payments(report: Report) -> Table:
    """Pre-financing and interim payments of the Commission at the end of each year, against the planned EU support."""
    rows = payments_over_time(report.programme.eu_payments, cutoff=report.cutoff)

    def year(row: pd.Series) -> str:
        if pd.notna(row["data_date"]):
            return wording.date(row["data_date"], report.lang)
        return report.text("table.year_not_over", year=row["year"])

    def amount(name: str, label: str) -> Column:
        return Column(name, report.text(f"column.{label}"), "figure", write=cells.million(report, name))

    return Table(
        "eu-payments",
        report.text("table.eu_payments", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("year", report.text("column.data_date"), "head", write=year),
            amount("net_prefinancing_eur", "net_prefinancing"),
            amount("net_interim_eur", "net_interim"),
            amount("numerator", "net_total"),
            amount("denominator", "planned_eu"),
            Column("value", report.text("column.of_planned"), "figure", write=cells.rate(report, note="note")),
            *(
                [Column("note", report.text("column.note"), write=cells.notes(report, said_below=("partial",)))]
                if rows["note"].any()
                else []
            ),
        ],
        notes=[
            report.text("table.eu_payments_note"),
            *cells.missing_note(report, *(rows[name] for name in ("net_prefinancing_eur", "net_interim_eur", "value"))),
        ],
        source=source_line(rows["source"], report),
        empty=report.text("empty.eu_payments"),
        lang=report.lang,
    )
