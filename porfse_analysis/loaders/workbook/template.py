"""An empty workbook of a programme: a sheet per table with formats, drop-down lists and a help text per column."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any, Final

from porfse_analysis import schema
from porfse_analysis.errors import extra_needed
from porfse_analysis.loaders.save import LICENCES
from porfse_analysis.loaders.workbook import words
from porfse_analysis.schema import Column

__all__ = ["FIRST_DATE", "HELP", "METADATA", "NUMBER_FORMATS", "TEMPLATE", "write_template"]

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

_ROWS = 1_048_576  # of a sheet
_WIDTHS = {"text": 18, "date": 12, "amount": 20, "number": 14, "year": 8, "flag": 12}
# common values that are offered; others are taken too
_OFFERED = {
    "fund": ("ESF", "YEI", "ERDF", "CF"),
    "region_category": ("Less developed", "Transition", "More developed"),
    "indicator_type": ("OESF", "RESF", "OYEI", "RYEI"),
    "quantity": (*schema.STAGES, "participants", "women_share"),
    "licence": tuple(LICENCES),
}


def write_template(path: Path) -> None:
    """Write the empty workbook to `path`; the same bytes every time."""
    with extra_needed():
        import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        # a fixed date: without one the time of writing would be kept
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})
        help_sheet, metadata = book.add_worksheet(HELP), book.add_worksheet(METADATA)
        header = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "num_format": "@"})
        required = book.add_format({"bold": True, "bg_color": "#B8CCE4", "border": 1, "num_format": "@"})
        formats = {kind: book.add_format({"num_format": form}) for kind, form in NUMBER_FORMATS.items()}
        _write_help(book, help_sheet, header)
        _write_metadata(book, metadata, header, formats["text"])
        for table in schema.TABLES.values():
            sheet = book.add_worksheet(table.name)
            sheet.freeze_panes(1, 0)
            for index, column in enumerate(table.columns):
                width = max(_WIDTHS[column.kind], len(column.name) + 3)
                sheet.set_column(index, index, width, formats[column.kind])
                sheet.write_string(0, index, column.name, required if column.required else header)
                sheet.write_comment(0, index, _comment(column), {"x_scale": 2, "y_scale": 1.4})
                sheet.data_validation(1, index, _ROWS - 1, index, _validation(column))
        for sheet in book.worksheets():  # printed, a sheet is as wide as the page
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)


def _comment(column: Column) -> str:
    both = zip(words.meaning(column), words.accepted(column), words.need(column), strict=True)
    return "\n\n".join(f"{meaning}\n{accepted}; {need}" for meaning, accepted, need in both)


def _validation(column: Column) -> dict[str, Any]:
    """The input message of a column and what it accepts, as xlsxwriter takes it."""
    it, en = words.accepted(column)
    message = it if it == en else f"{it}\n{en}"
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


def _write_metadata(book: Any, sheet: Any, header: Any, text: Any) -> None:
    sheet.set_column(0, 0, 14, text)
    sheet.set_column(1, 1, 70, text)
    sheet.set_column(2, 3, 60, text)
    for index, label in enumerate(("field", "value", "significato", "meaning")):
        sheet.write_string(0, index, label, header)
    for row, (name, meanings) in enumerate(words.METADATA.items(), start=1):
        for index, written in ((0, name), (2, meanings[0]), (3, meanings[1])):
            sheet.write_string(row, index, written, text)
        sheet.write_blank(row, 1, None, text)
        if name in _OFFERED:
            sheet.data_validation(
                row, 1, row, 1, {"validate": "list", "source": list(_OFFERED[name]), "show_error": False}
            )
    sheet.freeze_panes(1, 0)


def _write_help(book: Any, sheet: Any, header: Any) -> None:
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    widths = (16, 25, 62, 62, 42, 42, 20, 18)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    sheet.write_string(0, 0, "LEGGIMI / README", book.add_format({"bold": True, "font_size": 14}))
    for row, texts in enumerate(words.INTRO, start=1):
        sheet.set_row(row, 32)
        for (first, last), written in zip(((0, 2), (3, 4)), texts, strict=True):
            sheet.merge_range(row, first, row, last, "", wrapped)
            sheet.write_string(row, first, written, wrapped)
    top = len(words.INTRO) + 2
    labels = ("foglio / sheet", "colonna / column", "significato", "meaning", "valori", "values", "cella", "cell")
    for index, label in enumerate(labels):
        sheet.write_string(top, index, label, header)
    row = top
    for table in schema.TABLES.values():
        for column in table.columns:
            row += 1
            parts = (words.meaning(column), words.accepted(column), words.need(column))
            cells = [table.name, column.name, *(part for both in parts for part in both)]
            lines = max(math.ceil(len(written) / (width * 1.05)) for written, width in zip(cells, widths, strict=True))
            sheet.set_row(row, 15 * lines)  # a height of its own: not every program fits it to wrapped text
            for index, written in enumerate(cells):
                sheet.write_string(row, index, written, wrapped)
