"""What documents and checks say, and where everything comes from."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.cut import gravest_newest
from porfse_analysis.display.page import Page
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import numbered, source_line, source_title
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.display.words.indicators import formula
from porfse_analysis.indicators.registry import INDICATORS, indicators_of
from porfse_analysis.periods import period_of

__all__ = ["claims", "definitions", "findings", "findings_table", "sources"]


def claims(report: Report) -> Table:
    """What documents of this reporting date state."""
    rows = report.programme.claims
    rows = rows[rows["cutoff"] == report.cutoff].reset_index(drop=True)

    def stated(row: pd.Series) -> str:
        if pd.isna(row["value"]):
            return ""
        return wording.published(
            row["value"], report.lang, qualifier=row["qualifier"], unit=row["unit"], precision=row["precision"]
        )

    def pattern(row: pd.Series) -> str:
        if row["unit"] == "EUR":
            form = wording.Form(0 if float(row["value"]).is_integer() else 2, unit="euro")
        elif row["unit"] == "1":
            form = wording.Form(wording.rate_decimals(row["precision"]), percent=True)
        else:
            form = wording.COUNT
        return form.pattern(row["value"], report.lang)

    label = report.text("column.stated")
    as_published = Typed(stated, lambda row: row["value"], pattern, report.text("download.as_number", label=label))

    def claim(row: pd.Series) -> str:
        return wording.in_language(row, "text", report.lang)

    return Table(
        "claims",
        report.text("table.claims", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("claim", report.text("column.claim"), "head", write=claim),
            Column("value", label, "figure", write=as_published),
            Column("source", report.text("column.source"), write=cells.reference(report)),
        ],
        source=source_line(rows["source"].astype("str"), report),
        empty=report.text("empty.claims"),
        lang=report.lang,
    )


def findings(report: Report) -> Table:
    """What the checks found, worst first."""
    return findings_table(
        report, report.findings, report.text("table.findings", date=wording.date(report.cutoff, report.lang))
    )


def findings_table(report: Page, found: pd.DataFrame, caption: str) -> Table:
    """Findings of a report, or some of them, as a table."""
    rows = word_findings(found, report.lang, sources=numbered(report)).assign(day=found["cutoff"])
    names = {"severity": "head", "cutoff": "text", "axis": "text", "message": "text"}
    return Table(
        "findings",
        caption,
        rows,
        [
            Column(
                name,
                report.text(f"column.{name}"),
                kind,
                write=cells.date(report, "day") if name == "cutoff" else None,
            )
            for name, kind in names.items()
        ],
        source=source_line([*found["source"], *found["other_source"]], report),
        empty=report.text("empty.findings"),
        matters=gravest_newest(found["severity"], found["cutoff"]),
        lang=report.lang,
    )


def definitions(report: Page) -> Table:
    """Definition, formula and origin of every indicator on the page."""
    present = set(report.results["indicator"])
    programmes = report.results["programme"].unique()
    declared = indicators_of(programmes[0]) if len({period_of(cci) for cci in programmes}) == 1 else INDICATORS
    rows = pd.DataFrame(
        [
            {
                "title": indicator.title[report.lang],
                "definition": indicator.definition[report.lang],
                "formula": formula(indicator.formula, report.lang),
                "unit": report.text(f"unit_name.{indicator.unit}"),
                "origin": wording.citation(indicator.source, report.lang),
            }
            for name, indicator in declared.items()
            if name in present
        ],
        columns=["title", "definition", "formula", "unit", "origin"],
    )
    return Table(
        "definitions",
        report.text("table.definitions"),
        rows,
        [
            Column("title", report.text("column.indicator"), "head"),
            Column("definition", report.text("column.definition")),
            Column("formula", report.text("column.formula")),
            Column("unit", report.text("column.unit")),
            Column("origin", report.text("column.origin")),
        ],
        lang=report.lang,
        whole=True,
    )


def sources(report: Page) -> Table:
    """Every source of what the report shows, numbered as the tables refer to them."""
    rows = report.sources.reset_index(drop=True)
    rows["number"] = [f"[{place + 1}]" for place in range(len(rows))]

    def title(row: pd.Series) -> str:
        return source_title(row, report.lang)

    def known(name: str) -> cells.Write:
        return lambda row: wording.described(row[name], report.lang)

    return Table(
        "sources",
        report.text("table.sources"),
        rows,
        [
            Column("number", report.text("column.number"), "head"),
            Column("title", report.text("column.title"), write=title),
            Column("publisher", report.text("column.publisher"), write=known("publisher")),
            Column("page", report.text("column.page"), write=known("page")),
            Column("address", report.text("column.address")),
            Column("licence", report.text("column.licence"), write=known("licence")),
        ],
        lang=report.lang,
        whole=True,
    )
