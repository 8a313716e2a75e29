"""What can be taken away beside a page: its tables as one workbook and as CSV, and files that figures carry."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from porfse_analysis.display.table import TABLE_MIME
from porfse_analysis.display.words import wording
from porfse_analysis.reports.csv_file import csv_file
from porfse_analysis.reports.workbook import unique_name, workbook

__all__ = ["Download", "downloads"]

_CARRIED = {"application/pdf": "pdf", "image/png": "png"}


@dataclass(frozen=True)
class Download:
    """A file beside a page: its name, what it is in words, and its content."""

    name: str
    label: str
    content: bytes


def downloads(
    outputs: Iterable[Mapping[str, Any]], lang: str, name: str, facts: list[tuple[str, str]]
) -> list[Download]:
    """The files of a report, the workbook first, out of the outputs of its executed notebook.

    `name` is the notebook's; `facts` (label, text) stand on the last sheet of the workbook.
    """
    tables, carried, taken = [], [], set[str]()
    for output in outputs:
        data = output.get("data", {})
        if TABLE_MIME in data:
            tables.append(data[TABLE_MIME])
        about = output.get("metadata", {}).get("porfse", {})
        if "file" in about:
            kinds = [kind for kind in _CARRIED if kind in data]
            stem = unique_name(_slug(str(about["file"]), "file"), taken) if kinds else ""
            for kind in kinds:
                content = base64.b64decode("".join(data[kind]))
                carried.append(Download(f"{stem}.{_CARRIED[kind]}", str(about.get("label", about["file"])), content))
    filled = [table for table in tables if not table["empty"] and _rows(table)]
    files = []
    if filled:
        book = _slug(name, "report")
        taken.add(book)
        label = wording.text("download.all_tables", lang)
        files.append(Download(f"{book}.xlsx", label, workbook(filled, tables, lang, facts)))
    for table in filled:
        stem = unique_name(_slug(table["name"], "table"), taken)
        files.append(Download(f"{stem}.csv", table["caption"], csv_file(table, lang)))
    return files[:1] + carried + files[1:] if filled else carried


def _slug(text: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or otherwise


def _rows(table: Mapping[str, Any]) -> int:
    return max((len(column["values"]) for column in table["columns"]), default=0)
