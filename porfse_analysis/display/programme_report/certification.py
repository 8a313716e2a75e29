"""What was certified against the certification targets, beside what the decommitment rule asks of an even programme."""

from __future__ import annotations

import math

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.certification_targets import targets_over_time
from porfse_analysis.verdicts.certification_profile import EVEN_GROWTH, certification_profile

__all__ = ["certification_targets"]


def certification_targets(report: Report) -> tuple[Table, ...]:
    """The targets due by the reporting date, each with what was certified by its day; nothing where there are none."""
    data = report.programme
    rows = targets_over_time(data.finance, data.certification_targets, cutoff=report.cutoff)
    if rows.empty:
        return ()
    profile = certification_profile(report.rules)
    rows = rows.assign(profile=rows["cutoff"].map(profile).astype("float64"))
    two_decimals = cells.figure(report, "profile", lambda row: wording.Form(2, percent=True))
    by_rule = [Column("profile", report.text("column.profile"), "figure", write=two_decimals)]
    growth = report.text("table.certification_profile_note", growth=wording.percentage(EVEN_GROWTH, report.lang))
    # a programme with commitments of its own has its deadlines, and needs no even one
    known = rows["profile"].notna().any() and data.eu_commitments["eu_commitment_eur"].isna().all()
    return (
        Table(
            "certification-targets",
            report.text("table.certification_targets", date=wording.date(report.cutoff, report.lang)),
            rows,
            [
                Column("cutoff", report.text("column.due"), "head", write=cells.date(report, "cutoff")),
                Column("denominator", report.text("column.certification_target"), "figure", write=_target(report)),
                Column(
                    "numerator",
                    report.text("column.certified_share"),
                    "figure",
                    write=cells.figure(report, "numerator", lambda row: wording.Form(2, percent=True)),
                ),
                Column("value", report.text("column.target_achieved"), "figure", write=cells.rate(report, note="note")),
                Column("data_date", report.text("column.data_date"), write=cells.date(report)),
                *(by_rule if known else []),
            ],
            notes=[
                report.text("table.certification_targets_note"),
                *([growth] if known else []),
                *cells.missing_note(report, rows["numerator"]),
            ],
            source=source_line(rows["source"], report),
            lang=report.lang,
        ),
    )


def _target(report: Report) -> cells.Write:
    """A target with the decimals it was published with."""

    def form(row: pd.Series) -> wording.Form:
        decimals = 2 if math.isnan(row["precision"]) else wording.rate_decimals(row["precision"])
        return wording.Form(decimals, percent=True)

    return cells.figure(report, "denominator", form)
