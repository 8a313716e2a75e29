"""A table as CSV, out of its description (`Table.typed`).

The files are for programs and read like results.csv: comma, decimal point, ISO dates, every digit. They begin with a
byte order mark, by which Excel knows UTF-8. An Italian Excel opens them in one column, which is seen at once; with
semicolons it would take 12.05 for a date. For Excel there is the workbook. Texts that a spreadsheet would take for a
formula: `formulas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from porfse_analysis.display.words import wording
from porfse_analysis.reports.formulas import csv_text

__all__ = ["csv_file", "labels"]


def csv_file(table: Mapping[str, Any], lang: str) -> bytes:
    """The file of one table."""
    rows = zip(*(column["values"] for column in table["columns"]), strict=True)
    return b"\xef\xbb\xbf" + csv_text([labels(table, lang), *rows]).encode()


def labels(table: Mapping[str, Any], lang: str) -> list[str]:
    """What stands above each column, with the label above its group."""
    return [
        wording.text("download.grouped", lang, group=column["group"], label=column["label"])
        if column["group"]
        else column["label"]
        for column in table["columns"]
    ]
