"""Text for a terminal: tables and lines that fit its width; whole lines where the output goes elsewhere."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

__all__ = ["block", "table", "width"]

_NARROWEST = 9
"""No column of text is made narrower than this: below it words fall apart."""


def width() -> int | None:
    """Columns of the terminal; None where the output is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def block(head: str, text: str, columns: int | None) -> str:
    """A line that begins with `head`; what does not fit goes on below, indented."""
    if columns is None:
        return f"{head}{text}".rstrip()
    indent = " " * min(len(head), columns // 3)
    return textwrap.fill(f"{head}{text}".rstrip(), columns, subsequent_indent=indent, break_on_hyphens=False)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool], columns: int | None) -> str:
    """A table, figures to the right. Where it is too wide texts go on below in their column, figures never.

    Where it does not fit so either each row is a block of lines, one for each cell that holds something.
    """
    wide = [max(len(head), *(len(row[at]) for row in rows), 0) for at, head in enumerate(heads)] if rows else []
    sizes = _fitted(wide or [len(head) for head in heads], numbers, columns)
    if sizes is None:
        return "\n\n".join("\n".join(_listed(heads, row, columns or 0)) for row in rows)
    return "\n".join(line for row in (heads, *rows) for line in _lines(row, sizes, numbers))


def _fitted(wide: Sequence[int], numbers: Sequence[bool], columns: int | None) -> list[int] | None:
    """The width of each column, the widest texts narrowed first; None where they cannot be narrow enough."""
    sizes = list(wide)
    if columns is None:
        return sizes
    while sum(sizes) + 2 * (len(sizes) - 1) > columns:
        texts = [at for at, number in enumerate(numbers) if not number and sizes[at] > _NARROWEST]
        if not texts:
            return None
        sizes[max(texts, key=lambda at: sizes[at])] -= 1
    return sizes


def _lines(row: Sequence[str], sizes: Sequence[int], numbers: Sequence[bool]) -> list[str]:
    cells = [
        [text.rjust(size)] if number and len(text) <= size else _wrapped(text, size)
        for text, size, number in zip(row, sizes, numbers, strict=True)
    ]
    height = max(len(cell) for cell in cells)
    return [
        "  ".join(
            (cell[at] if at < len(cell) else "").ljust(size) for cell, size in zip(cells, sizes, strict=True)
        ).rstrip()
        for at in range(height)
    ]


def _wrapped(text: str, size: int) -> list[str]:
    return textwrap.wrap(text.replace(";", "; "), size, break_on_hyphens=True) if len(text) > size else [text]


def _listed(heads: Sequence[str], row: Sequence[str], columns: int) -> list[str]:
    named = max(map(len, heads)) + 2
    return [
        block(head.ljust(named), text, max(columns, 2 * named)) for head, text in zip(heads, row, strict=True) if text
    ]
