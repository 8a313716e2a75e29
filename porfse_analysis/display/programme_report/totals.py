"""Where the axes of a table do not add up to its total: said under that table, with what is known of why."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import identifiers
from porfse_analysis.display.words import wording
from porfse_analysis.schema import ALL

__all__ = ["axes_and_total"]


def axes_and_total(report: Report, stage: str, rows: pd.DataFrame, names: Mapping[str, str] | None = None) -> list[str]:
    """The line on a stage whose published axes do not sum to its published total, as the checks found; none else.

    `rows` are those of the table: axis (ALL is the total), amount, precision, data_date, source; `names` maps these to
    what they are called there.
    """
    own = {column: (names or {}).get(column, column) for column in ("amount", "precision", "data_date", "source")}
    total = rows[rows["axis"] == ALL]
    if total.empty or total[own["amount"]].isna().all():
        return []
    whole = total.iloc[0]
    found = report.findings
    found = found[(found["check"] == "axes_against_total") & (found["figure"] == stage)]
    found = found[found["cutoff"] == whole[own["data_date"]]]
    documents = set(identifiers([whole[own["source"]]]))
    found = found[[bool(documents & set(identifiers([source]))) for source in found["source"]]]
    if found.empty:
        return []
    lang, row, unit = report.lang, found.iloc[0], whole[own["precision"]]
    axes = rows[rows["axis"] != ALL]
    parts = {
        "coarser": axes.loc[axes[own["precision"]] > unit, "axis"],
        "missing": axes.loc[axes[own["amount"]].isna(), "axis"],
    }
    said = [
        report.text(f"totals.{name}", axes=wording.list_of((report.text("axis.code", axis=axis) for axis in of), lang))
        for name, of in parts.items()
        if len(of)
    ]
    return [
        report.text(
            f"totals.{row['reason']}",
            stage=report.text(f"stage.{stage}"),
            found=wording.million(row["found"], lang, precision=unit),
            expected=wording.million(row["expected"], lang, precision=unit),
            details=" ".join(said),
        ).strip()
    ]
