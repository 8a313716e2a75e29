"""Texts that a spreadsheet would take for a formula: the one rule of every file a page links to.

In a CSV file such a text has an apostrophe before it (`harmless`), which `original` takes away again: what is read back
is what was written. In a workbook it is a text as it is, marked as one. Numbers, negative ones too, stay numbers.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["harmless", "is_formula", "original"]

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
