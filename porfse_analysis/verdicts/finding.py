"""One finding of the checks: its columns, how grave it can be."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.schema import ALL

__all__ = ["FINDING_COLUMNS", "SEVERITIES", "finding"]

SEVERITIES = ("error", "warning", "info")

FINDING_COLUMNS = (
    "programme",
    "severity",
    "check",
    "reason",
    "axis",
    "figure",
    "cutoff",
    "compared_with",
    "source",
    "other_source",
    "expected",
    "found",
    "reference",
    "unit",
    "expected_bound",
    "found_bound",
)


def finding(severity: str, name: str, row: pd.Series, **more: object) -> dict[str, object]:
    """One finding on a row: what the row says of itself, and `more`."""
    known = {
        "programme": row["programme"],
        "axis": row.get("axis", ALL),
        "figure": row.get("stage", ""),
        "cutoff": row.get("position", row.get("cutoff")),
        # a total says which documents it is made of
        "source": row.get("document", row.get("source", "")),
        "unit": "EUR",
        "expected_bound": "",
        "found_bound": "",
    }
    return {**known, "severity": severity, "check": name, **more}
