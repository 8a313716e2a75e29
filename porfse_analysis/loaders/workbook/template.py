"""The workbook of a programme, empty or filled: a sheet per table with formats, drop-down lists and help texts."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import DataError, Fault, extra_needed
from porfse_analysis.languages import LANGUAGES, has_text, in_every_language
from porfse_analysis.loaders.save import LICENCES
from porfse_analysis.loaders.workbook import words
from porfse_analysis.programme import Programme
from porfse_analysis.schema import Column

__all__ = ["DIGITS", "FIRST_DATE", "HELP", "METADATA", "NUMBER_FORMATS", "TEMPLATE", "write_template", "write_workbook"]

TEMPLATE = "programme.xlsx"
HELP: Final = "LEGGIMI-README"
"""The sheet that explains the others; it is never read."""
METADATA: Final = "programme"
"""The sheet of the programme's own code, titles and licence."""

FIRST_DATE: Final = datetime.date(1990, 1, 1)
"""No figure of a programme is older; a year typed into a date cell becomes a day of 1905."""

# A count keeps the decimals it has: a format that hid them would show another figure.
NUMBER_FORMATS = {
    "text": "@",
    "date": "yyyy-mm-dd",
    "amount": "#,##0.00",
    "number": "General",
    "year": "0",
    "flag": "@",
}
"""How the cells of a column are formatted, by kind."""

DIGITS = 15
"""A workbook keeps that many, and silently writes zeros for the others."""

_ROWS = 1_048_576  # of a sheet
_WIDTHS = {"text": 18, "date": 12, "amount": 20, "number": 14, "year": 8, "flag": 12}
# common values that are offered; others are taken too
_OFFERED = {
    "fund": ("ESF", "YEI", "ESF+", "ERDF", "CF"),
    "region_category": ("Less developed", "Transition", "More developed"),
    "indicator_type": ("OESF", "RESF", "OYEI", "RYEI", "COMMON"),
    "quantity": (*schema.STAGES, "participants", "women_share"),
    "licence": tuple(LICENCES),
}


def write_template(path: Path) -> None:
    """Write the empty workbook to `path`; the same bytes every time."""
    _write(path, {}, {})


def write_workbook(programme: Programme, path: Path, *, licence: str = "") -> None:
    """Write a programme to `path` as the workbook that `read_workbook` reads back to the same tables.

    Raises `DataError` for a number of more digits than a workbook keeps.
    """
    tables = {name: getattr(programme, name) for name in schema.TABLES}
    faults = [fault for name, frame in tables.items() for fault in _too_long(frame, schema.TABLES[name])]
    if faults:
        raise DataError(path, faults)
    titles = {f"title_{lang}": programme.titles.get(lang, "") for lang in LANGUAGES}
    before = "" if programme.no_predecessor[0] == "no_text" else programme.predecessor
    named = {"licence": licence, "author": programme.author, "predecessor": before}
    _write(path, tables, {"cci": programme.cci, **named, **titles})


def _too_long(frame: pd.DataFrame, table: schema.Table) -> Iterator[Fault]:
    for column in table.columns:
        if column.kind in ("amount", "number"):
            for place, value in enumerate(frame[column.name]):
                if not math.isnan(value) and float(f"{value:.{DIGITS}g}") != value:
                    remedy = "Round it as published, or keep the programme as a folder"
                    yield Fault(
                        f"has more than {DIGITS} digits",
                        f"{table.name}.csv",
                        place + 2,
                        column.name,
                        repr(value),
                        remedy,
                    )


def _write(path: Path, tables: Mapping[str, pd.DataFrame], metadata: Mapping[str, str]) -> None:
    with extra_needed():
        import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        # a fixed date: without one the time of writing would be kept
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})
        help_sheet, metadata_sheet = book.add_worksheet(HELP), book.add_worksheet(METADATA)
        header = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "num_format": "@"})
        required = book.add_format({"bold": True, "bg_color": "#B8CCE4", "border": 1, "num_format": "@"})
        formats = {kind: book.add_format({"num_format": form}) for kind, form in NUMBER_FORMATS.items()}
        _write_help(book, help_sheet, header)
        _write_metadata(book, metadata_sheet, header, formats["text"], metadata)
        # the sources first: every other row names one
        for table in sorted(schema.TABLES.values(), key=lambda table: table.name != "sources"):
            sheet = book.add_worksheet(table.name)
            sheet.freeze_panes(1, 0)
            for index, column in enumerate(table.columns):
                width = max(_WIDTHS[column.kind], len(column.name) + 3)
                sheet.set_column(index, index, width, formats[column.kind])
                sheet.write_string(0, index, column.name, required if column.required else header)
                sheet.write_comment(0, index, _comment(table.name, column), {"x_scale": 2, "y_scale": 1.4})
                sheet.data_validation(1, index, _ROWS - 1, index, _validation(column))
                if table.name in tables:
                    _write_cells(sheet, index, tables[table.name][column.name], column)
        for sheet in book.worksheets():  # printed, a sheet is as wide as the page
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)


def _write_cells(sheet: Any, index: int, values: pd.Series, column: Column) -> None:
    """The cells of a column, below its name."""
    for row, (value, missing) in enumerate(zip(values, values.isna(), strict=True), start=1):
        if column.kind == "flag":
            if value or not column.optional:
                sheet.write_string(row, index, "yes" if value else "no")
        elif missing or value == "":
            continue
        elif column.kind == "date":
            sheet.write_datetime(row, index, value.to_pydatetime())
        elif column.kind == "text":
            sheet.write_string(row, index, str(value))
        else:
            sheet.write_number(row, index, value)


def _comment(table: str, column: Column) -> str:
    meaning, accepted, need = words.meaning(table, column), words.accepted(column), words.need(column)
    return "\n\n".join(f"{meaning[lang]}\n{accepted[lang]}; {need[lang]}" for lang in LANGUAGES)


def _validation(column: Column) -> dict[str, Any]:
    """The input message of a column and what it accepts, as xlsxwriter takes it."""
    message = "\n".join(dict.fromkeys(words.accepted(column).values()))  # said once where languages agree
    rule: dict[str, Any] = {"input_title": column.name[:32], "input_message": message[:255]}
    # a stop where only the values listed are read, else a hint
    strict = {"error_type": "stop", "error_title": column.name[:32], "error_message": message[:255]}
    offered = {"error_type": "information", "show_error": False}
    if column.allowed:
        return rule | strict | {"validate": "list", "source": list(column.allowed)}
    if column.kind == "flag":
        return rule | strict | {"validate": "list", "source": ["yes", "no"]}
    if column.refers_to:
        # ALL is not among the cells of the sheet that lists the axes
        known = offered if column.may_be_all else strict
        return rule | known | {"validate": "list", "source": _cells(column.refers_to)}
    if column.name in _OFFERED:
        return rule | offered | {"validate": "list", "source": list(_OFFERED[column.name])}
    if column.kind == "date":
        return rule | strict | {"validate": "date", "criteria": ">=", "value": FIRST_DATE}
    if column.kind in ("amount", "number"):
        return rule | strict | {"validate": "decimal", "criteria": ">=", "value": 0}
    if column.kind == "year":
        return rule | strict | {"validate": "integer", "criteria": "between", "minimum": 1900, "maximum": 2100}
    return rule | {"validate": "any"}


def _cells(table: str) -> str:
    """The filled cells of the key of a table, which is the first column of its sheet."""
    return f"=OFFSET({table}!$A$2,0,0,MAX(1,COUNTA({table}!$A$2:$A$5000)),1)"


def _write_metadata(book: Any, sheet: Any, header: Any, text: Any, values: Mapping[str, str]) -> None:
    sheet.set_column(0, 0, 14, text)
    sheet.set_column(1, 1, 70, text)
    sheet.set_column(2, 1 + len(LANGUAGES), 60, text)
    for index, label in enumerate(("field", "value", *in_every_language("workbook.meaning").values())):
        sheet.write_string(0, index, label, header)
    for row, (name, meanings) in enumerate(words.fields().items(), start=1):
        sheet.write_string(row, 0, name, text)
        for index, written in enumerate(meanings.values(), start=2):
            sheet.write_string(row, index, written, text)
        if values.get(name):
            sheet.write_string(row, 1, values[name], text)
        else:
            sheet.write_blank(row, 1, None, text)
        if name in _OFFERED:
            sheet.data_validation(
                row, 1, row, 1, {"validate": "list", "source": list(_OFFERED[name]), "show_error": False}
            )
    sheet.freeze_panes(1, 0)


def _write_help(book: Any, sheet: Any, header: Any) -> None:
    """Sheet and column, then what it means, what it may hold and whether it is needed, each in every language."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    widths = [16, 25, *(width for width in (62, 42, 20) for _ in LANGUAGES)]
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    sheet.write_string(0, 0, HELP.replace("-", " / "), book.add_format({"bold": True, "font_size": 14}))
    top = _write_intro(sheet, wrapped)
    labels = [" / ".join(in_every_language(f"workbook.{key}").values()) for key in ("sheet", "column")]
    for key in ("meaning", "values", "cell"):
        labels += in_every_language(f"workbook.{key}").values()
    for index, label in enumerate(labels):
        sheet.write_string(top, index, label, header)
    row = top
    for table in schema.TABLES.values():
        for column in table.columns:
            row += 1
            parts = (words.meaning(table.name, column), words.accepted(column), words.need(column))
            cells = [table.name, column.name, *(written for texts in parts for written in texts.values())]
            lines = max(math.ceil(len(written) / (width * 1.05)) for written, width in zip(cells, widths, strict=True))
            sheet.set_row(row, 15 * lines)  # a height of its own: not every program fits it to wrapped text
            for index, written in enumerate(cells):
                sheet.write_string(row, index, written, wrapped)


def _write_intro(sheet: Any, wrapped: Any) -> int:
    """How the workbook is filled in, a block of columns a language; returns the row below."""
    row = 0
    while has_text(f"workbook.intro_{row + 1}"):
        row += 1
        sheet.set_row(row, 32)
        for place, written in enumerate(in_every_language(f"workbook.intro_{row}").values()):
            # the first has the narrow columns beside it, each other one two wide ones
            first, last = (0, 2) if place == 0 else (2 * place + 1, 2 * place + 2)
            sheet.merge_range(row, first, row, last, "", wrapped)
            sheet.write_string(row, first, written, wrapped)
    return row + 2
