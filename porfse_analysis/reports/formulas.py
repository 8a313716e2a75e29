"""Texts that a spreadsheet would take for a formula: the one rule of every file a page links to.

In a CSV file (`csv_text`) such a text has an apostrophe before it (`harmless`), which `original` takes away again:
what is read back is what was written. In a workbook it is a text as it is, marked as one. Numbers, negative ones too,
stay numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

__all__ = ["csv_text", "harmless", "is_formula", "original"]

_BEGINS = re.compile(r" *[=+\-@\t\r\n]")
_SIGNED_NUMBER = re.compile(r" *[+-]\d[\d.,]*%?", re.ASCII)
_MARK = "'"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula; a number with its sign is none.

    >>> is_formula("=1+1"), is_formula("-1+1"), is_formula("-1,5"), is_formula("a=1")
    (True, True, False, False)
    """
    return bool(_BEGINS.match(text)) and not _SIGNED_NUMBER.fullmatch(text)


def harmless(value: Any) -> Any:
    """A value as it stands in a CSV file: a text that begins like a formula with an apostrophe before it.

    A text that already begins with apostrophes before such a one gets another, so that `original` gives it back.
    """
    return f"{_MARK}{value}" if isinstance(value, str) and is_formula(value.lstrip(_MARK)) else value


def original(value: Any) -> Any:
    """What `harmless` was given.

    >>> original(harmless("=1")), original(harmless("'=1")), original("'s-Hertogenbosch")
    ('=1', "'=1", "'s-Hertogenbosch")
    """
    marked = isinstance(value, str) and value.startswith(_MARK) and is_formula(value.lstrip(_MARK))
    return value[1:] if marked else value


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV: comma, every digit, missing values empty, lines ended by a line feed, texts made harmless."""
    lines = []
    for row in rows:
        line = io.StringIO(newline="")
        # the writer quotes what its own line ends are made of: a lone carriage return too would end a line
        csv.writer(line, lineterminator="\r\n").writerow([harmless(value) for value in row])
        lines.append(line.getvalue().removesuffix("\r\n"))
    return "".join(f"{line}\n" for line in lines)
