"""Tables as one workbook, out of their descriptions (`Table.typed`): a text is a text as it is, never a formula.

One that begins like a formula (`formulas`) is marked as a text, so that it stays one when its cell is edited.
"""

from __future__ import annotations

import datetime
import io
import math
import re
from collections.abc import Mapping
from typing import Any

import porfse_analysis
from porfse_analysis.display.table import DATE
from porfse_analysis.display.words import wording
from porfse_analysis.errors import extra_needed
from porfse_analysis.reports.csv_file import labels
from porfse_analysis.reports.formulas import is_formula

__all__ = ["unique_name", "workbook"]

_LINE_HEIGHT, _MOST_LINES = 15, 25
"""Points; a row of a sheet is at most some 400 points high."""

_LONGEST = 32_767


def workbook(
    filled: list[Mapping[str, Any]], tables: list[Mapping[str, Any]], lang: str, facts: list[tuple[str, str]]
) -> bytes:
    """The workbook: a sheet for each table of `filled`, then one of the facts and of the `tables` that are empty."""
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


def _sheet(sheet: Any, table: Mapping[str, Any], lang: str, style: Any) -> None:
    """One table: its caption, the headers, a row for each of its rows, notes and source below."""
    columns, top = table["columns"], 2
    last = top + max((len(column["values"]) for column in columns), default=0)
    sheet.write_string(0, 0, _clean(table["caption"]), style(bold=True, font_size=13))
    widths: list[int] = []
    lines: dict[int, int] = {}
    for place, (column, label) in enumerate(zip(columns, labels(table, lang), strict=True)):
        longest, written = _column(sheet, top, place, column, label, style)
        widths.append(min(longest, 50))
        sheet.set_column(place, place, widths[-1])
        for row, text in written:
            lines[row] = max(lines.get(row, 1), _lines(text, widths[-1]))
    for row, count in lines.items():
        sheet.set_row(row, _LINE_HEIGHT * count)
    sheet.freeze_panes(top + 1, int(columns[0]["kind"] == "head"))
    sheet.autofilter(top, 0, last, len(columns) - 1)
    for row, text in enumerate(_said_below(table, lang), start=last + 2):
        line = style(text_wrap=True, font_color="#52606D")
        if len(columns) > 1:
            sheet.merge_range(row, 0, row, len(columns) - 1, "", line)
        sheet.write_string(row, 0, _clean(text), line)
        sheet.set_row(row, _LINE_HEIGHT * _lines(text, sum(widths)))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _column(
    sheet: Any, top: int, place: int, column: Mapping[str, Any], label: str, style: Any
) -> tuple[int, list[tuple[int, str]]]:
    """Write a column below its header. Returns how wide it would like to be, and its texts with their rows."""
    right = any(pattern not in ("", DATE) for pattern in column["patterns"])
    head = style(bold=True, text_wrap=True, bg_color="#E3EBF3", bottom=1, align="right" if right else "left")
    sheet.write_string(top, place, _clean(label), head)
    bold = column["kind"] == "head"
    longest = max(len(word) for word in [*label.split(), " "]) + 4
    written = [(top, label)]
    for row, (value, pattern) in enumerate(zip(column["values"], column["patterns"], strict=True), start=top + 1):
        if value is None:
            continue
        if isinstance(value, str) and pattern != DATE:
            text = _clean(value)
            marked = {"quote_prefix": True} if is_formula(text) else {}
            sheet.write_string(row, place, text, style(text_wrap=True, bold=bold, **marked))
            longest = max(longest, math.ceil(1.1 * len(text)) + 2)
            written.append((row, text))
        elif pattern == DATE:
            day = datetime.date.fromisoformat(value)
            sheet.write_datetime(row, place, day, style(num_format=DATE, align="left", bold=bold))
            longest = max(longest, 12)
        else:
            sheet.write_number(row, place, value, style(num_format=pattern, bold=bold))
            longest = max(longest, len(f"{value:,.2f}") + 3)
    return longest, written


def _said_below(table: Mapping[str, Any], lang: str) -> list[str]:
    """What an empty cell means, where there is one, the notes and the source."""
    numbers = [column for column in table["columns"] if any(column["patterns"])]
    empty = any(value is None for column in numbers for value in column["values"])
    said = [*([wording.text("download.empty_cells", lang)] if empty else []), *table["notes"], table["source"]]
    return [text for text in said if text]


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


def _sheet_name(title: str, taken: set[str]) -> str:
    name = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)).strip(" '")[:31].strip(" '")
    # Excel keeps "History" for itself
    return unique_name("Table" if name.lower() in ("", "history") else name, taken, 31)


def unique_name(name: str, taken: set[str], longest: int = 64) -> str:
    """`name`, numbered where it is taken already; upper and lower case are one."""
    unique, place = name, 1
    while unique.lower() in taken:
        place += 1
        ending = f"-{place}"
        unique = name[: longest - len(ending)] + ending
    taken.add(unique.lower())
    return unique


def _clean(text: str) -> str:
    """A text a cell can hold: no control characters, not longer than Excel allows (in UTF-16)."""
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    units = kept.encode("utf-16-le")
    return kept if len(units) <= 2 * _LONGEST else units[: 2 * (_LONGEST - 1)].decode("utf-16-le", "ignore") + "…"


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a cell so many digits wide; a little more rather than less."""
    return min(_MOST_LINES, sum(max(1, math.ceil(1.1 * len(part) / width)) for part in text.split("\n")))
