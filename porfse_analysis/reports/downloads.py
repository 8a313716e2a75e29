"""What can be taken away beside a page: its tables as one workbook and as CSV, and files that figures carry.

The CSV files are for programs and read like results.csv: comma, decimal point, ISO dates, every digit. They begin with
a byte order mark, by which Excel knows UTF-8. An Italian Excel opens them in one column, which is seen at once; with
semicolons it would take 12.05 for a date. For Excel there is the workbook. A text that a spreadsheet would take for a
formula has an apostrophe before it in the CSV; numbers stay numbers. In the workbook it is a text as it is.
"""

from __future__ import annotations

import base64
import csv
import datetime
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import porfse_analysis
from porfse_analysis.display.table import DATE, TABLE_MIME
from porfse_analysis.display.words import wording
from porfse_analysis.errors import extra_needed

__all__ = ["Download", "downloads"]

_LINE_HEIGHT, _MOST_LINES = 15, 25
"""Points; a row of a sheet is at most some 400 points high."""

_LONGEST = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
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
            stem = _unique(_slug(str(about["file"]), "file"), taken) if kinds else ""
            for kind in kinds:
                content = base64.b64decode("".join(data[kind]))
                carried.append(Download(f"{stem}.{_CARRIED[kind]}", str(about.get("label", about["file"])), content))
    filled = [table for table in tables if not table["empty"] and _rows(table)]
    files = []
    if filled:
        book = _slug(name, "report")
        taken.add(book)
        label = wording.text("download.all_tables", lang)
        files.append(Download(f"{book}.xlsx", label, _workbook(filled, tables, lang, facts)))
    for table in filled:
        stem = _unique(_slug(table["name"], "table"), taken)
        files.append(Download(f"{stem}.csv", table["caption"], _csv(table, lang)))
    return files[:1] + carried + files[1:] if filled else carried


def _slug(text: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or otherwise


def _unique(name: str, taken: set[str], longest: int = 64) -> str:
    """`name`, numbered where it is taken already; upper and lower case are one."""
    unique, place = name, 1
    while unique.lower() in taken:
        place += 1
        ending = f"-{place}"
        unique = name[: longest - len(ending)] + ending
    taken.add(unique.lower())
    return unique


def _rows(table: Mapping[str, Any]) -> int:
    return max((len(column["values"]) for column in table["columns"]), default=0)


def _labels(table: Mapping[str, Any], lang: str) -> list[str]:
    return [
        wording.text("download.grouped", lang, group=column["group"], label=column["label"])
        if column["group"]
        else column["label"]
        for column in table["columns"]
    ]


def _csv(table: Mapping[str, Any], lang: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_harmless(label) for label in _labels(table, lang)])
    for row in zip(*(column["values"] for column in table["columns"]), strict=True):
        writer.writerow(["" if value is None else _harmless(value) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA) else value


def _workbook(
    filled: list[Mapping[str, Any]], tables: list[Mapping[str, Any]], lang: str, facts: list[tuple[str, str]]
) -> bytes:
    with extra_needed():
        import xlsxwriter

    buffer = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(buffer, plain)
    # the time of making it would make every workbook another one
    book.set_properties({"created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)})
    formats: dict[tuple[Any, ...], Any] = {}

    def style(**values: Any) -> Any:
        key = tuple(sorted(values.items()))
        if key not in formats:
            formats[key] = book.add_format({"valign": "top", **values})
        return formats[key]

    taken: set[str] = set()
    for table in filled:
        key = table["name"].replace("-", "_")
        title = wording.text(f"worksheet.{key}", lang) if wording.has_text(f"worksheet.{key}") else table["caption"]
        _sheet(book.add_worksheet(_sheet_name(title, taken)), table, lang, style)
    _last_sheet(
        book.add_worksheet(_sheet_name(wording.text("download.about", lang), taken)), tables, lang, facts, style
    )
    book.close()
    return buffer.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    name = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)).strip(" '")[:31].strip(" '")
    # Excel keeps "History" for itself
    return _unique("Table" if name.lower() in ("", "history") else name, taken, 31)


def _clean(text: str) -> str:
    """A text a cell can hold: no control characters, not longer than Excel allows (in UTF-16)."""
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    units = kept.encode("utf-16-le")
    return kept if len(units) <= 2 * _LONGEST else units[: 2 * (_LONGEST - 1)].decode("utf-16-le", "ignore") + "…"


def _sheet(sheet: Any, table: Mapping[str, Any], lang: str, style: Any) -> None:
    columns, rows, top = table["columns"], _rows(table), 2
    sheet.write_string(0, 0, _clean(table["caption"]), style(bold=True, font_size=13))
    widths: list[int] = []
    lines: dict[int, int] = {}
    for place, (column, label) in enumerate(zip(columns, _labels(table, lang), strict=True)):
        patterns = column["patterns"]
        right = any(pattern not in ("", DATE) for pattern in patterns)
        head = style(bold=True, text_wrap=True, bg_color="#E3EBF3", bottom=1, align="right" if right else "left")
        sheet.write_string(top, place, _clean(label), head)
        bold = column["kind"] == "head"
        longest = max(len(word) for word in [*label.split(), " "]) + 4
        written = [(top, label)]
        for row, (value, pattern) in enumerate(zip(column["values"], patterns, strict=True), start=top + 1):
            if value is None:
                continue
            if isinstance(value, str) and pattern != DATE:
                text = _clean(value)
                sheet.write_string(row, place, text, style(text_wrap=True, bold=bold))
                longest = max(longest, math.ceil(1.1 * len(text)) + 2)
                written.append((row, text))
            elif pattern == DATE:
                day = datetime.date.fromisoformat(value)
                sheet.write_datetime(row, place, day, style(num_format=DATE, align="left", bold=bold))
                longest = max(longest, 12)
            else:
                sheet.write_number(row, place, value, style(num_format=pattern, bold=bold))
                longest = max(longest, len(f"{value:,.2f}") + 3)
        widths.append(min(longest, 50))
        sheet.set_column(place, place, widths[-1])
        for row, text in written:
            lines[row] = max(lines.get(row, 1), _lines(text, widths[-1]))
    for row, count in lines.items():
        sheet.set_row(row, _LINE_HEIGHT * count)
    head_first = int(columns[0]["kind"] == "head")
    sheet.freeze_panes(top + 1, head_first)
    sheet.autofilter(top, 0, top + rows, len(columns) - 1)
    numbers = [column for column in columns if any(column["patterns"])]
    empty = any(value is None for column in numbers for value in column["values"])
    said = [*([wording.text("download.empty_cells", lang)] if empty else []), *table["notes"], table["source"]]
    for row, text in enumerate((text for text in said if text), start=top + rows + 2):
        line = style(text_wrap=True, font_color="#52606D")
        if len(columns) > 1:
            sheet.merge_range(row, 0, row, len(columns) - 1, "", line)
        sheet.write_string(row, 0, _clean(text), line)
        sheet.set_row(row, _LINE_HEIGHT * _lines(text, sum(widths)))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a cell so many digits wide; a little more rather than less."""
    return min(_MOST_LINES, sum(max(1, math.ceil(1.1 * len(part) / width)) for part in text.split("\n")))


def _last_sheet(
    sheet: Any, tables: list[Mapping[str, Any]], lang: str, facts: list[tuple[str, str]], style: Any
) -> None:
    lines = [*facts, (wording.text("download.version", lang), f"porfse_analysis {porfse_analysis.__version__}")]
    # a table that is not here says why
    lines += [(table["caption"], table["empty"]) for table in tables if table["empty"]]
    for row, (label, text) in enumerate(lines):
        sheet.set_row(row, _LINE_HEIGHT * max(_lines(label, 40), _lines(text, 90)))
        sheet.write_string(row, 0, _clean(label), style(bold=True, text_wrap=True))
        sheet.write_string(row, 1, _clean(text), style(text_wrap=True))
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 90)
