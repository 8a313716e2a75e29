"""The cells of a workbook: what one holds, strictly, as the column it stands in needs it."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.loaders.workbook.template import DIGITS, FIRST_DATE

__all__ = ["shown", "take"]

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b-\x1f]|_x[0-9A-Fa-f]{4}_")
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_NUMBER = re.compile(r"[€\s]*[+-]?\d[\d.,'’\s]*(?:[eE][+-]?\d+)?[%€\s]*")
_DATE = re.compile(r"\d{1,4}[-/. ](?:\d{1,2}|\w{3,9})[-/. ]\d{1,4}(?:[T ]\d.*)?")


def shown(cell: Any) -> str:
    """What a cell holds, as a message shows it."""
    value = cell.value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**DIGITS:
        return str(int(value))
    return str(getattr(value, "text", value))


def take(cell: Any, column: schema.Column) -> tuple[Any, str, str]:
    """The value of a cell, or what is wrong with it and what to do."""
    value = cell.value
    if cell.data_type == "e":
        return None, "is an error value", "Correct it; leave the cell empty when the figure is not published"
    if isinstance(value, bool):
        word = "Write yes or no" if column.kind == "flag" else "Correct the cell"
        return None, "is a logical value (TRUE, FALSE)", word
    if column.kind in ("text", "flag"):
        return _take_text(value, column)
    if column.kind == "date":
        return _take_date(value)
    if isinstance(value, str):
        if _NUMBER.fullmatch(_BLANKS.sub(" ", value)):
            return None, "is a number kept as text", "Give the cell a number format and type it again"
        return None, "is a text, not a number", "Correct it; leave the cell empty when the figure is not published"
    if not isinstance(value, int | float):
        return None, "is a date or a time, not a number", "Give the cell a number format and type it again"
    if _percent(cell.number_format):
        shown = f"{value * 100:.10g}%"
        return None, f"is shown as {shown}", "Give the cell a number format without % and check the figure"
    return _take_number(value, column)


def _take_text(value: Any, column: schema.Column) -> tuple[Any, str, str]:
    if isinstance(value, int | float):
        remedy = "Give the cell the format Text and type it again: 1, 01 and 1.0 are different texts"
        return None, "is a number where a text is due", remedy
    if not isinstance(value, str):
        return None, "is a date or a time where a text is due", "Give the cell the format Text and type it again"
    if value != value.strip():
        return None, "begins or ends with a blank", "Take the blank away"
    if _BLANKS.search(value):
        return None, "has a non-breaking or other special space", "Type an ordinary space instead"
    if _INVISIBLE.search(value):
        return None, "has a character that cannot be seen", "Type the text again"
    if column.kind == "flag" and value not in ("yes", "no"):
        return None, "is neither yes nor no", "Write yes or no"
    return value, "", ""


def _take_date(value: Any) -> tuple[Any, str, str]:
    if isinstance(value, str):
        if _DATE.fullmatch(value.strip()):
            return None, "is a date kept as text", "Give the cell a date format and type it again"
        return None, "is a text, not a date", "Type a date"
    if isinstance(value, int | float):
        return None, "is a number, not a date", "Give the cell a date format and check the date"
    if isinstance(value, datetime.datetime):
        if value.time() != datetime.time():
            return None, "has a time of day", "Type the date alone"
        value = value.date()
    if isinstance(value, datetime.date):
        if value < FIRST_DATE:
            return None, f"is a date before {FIRST_DATE.year}", "Type the whole date: 2018 alone becomes a day of 1905"
        return pd.Timestamp(value), "", ""
    return None, "is a time, not a date", "Type a date"


def _take_number(value: float, column: schema.Column) -> tuple[Any, str, str]:
    if not math.isfinite(value) or abs(value) >= 10**DIGITS or float(f"{value:.{DIGITS}g}") != value:
        remedy = "A workbook keeps no more: round it as published, or write it in the CSV table"
        return None, f"has more than {DIGITS} digits", remedy
    if column.kind == "year":
        whole = int(value)
        return (whole, "", "") if whole == value and 1000 <= whole <= 9999 else (None, "is not a year", "Write YYYY")
    if column.kind == "amount" and round(value, 2) != value:
        return None, "has more than two decimals", "An amount in euro has two"
    return float(value), "", ""


def _percent(number_format: str | None) -> bool:
    """Whether a cell is shown multiplied by a hundred; a % in quotes is only a sign."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format or "")
