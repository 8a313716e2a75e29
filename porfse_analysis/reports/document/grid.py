"""A table of a page as a grid: every place in one cell, whatever its markup says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from porfse_analysis.reports.document.parts import Cell, Run, Table, plain

__all__ = ["cut", "read_table"]

_MOST_SPANNED = 1000
"""Columns or rows, as in a browser."""


def read_table(element: Any, text: Callable[[Any], tuple[Run, ...]]) -> Table | None:
    """A table of HTML; `text` reads the runs of a cell. None where it has no cell.

    The rows of its foot that are one cell are its notes. Without a head of its own its first rows are one as far as
    they are of header cells alone.
    """
    caption = element.find("caption")
    heads = [row for part in element.findall("thead") for row in part.findall("tr")]
    rows = [row for part in element if part.tag in ("tr", "tbody") for row in _rows(part)]
    notes = []
    for row in element.findall("tfoot/tr"):
        if len(_cells(row)) == 1:
            notes.append(plain(text(_cells(row)[0])))
        else:
            rows.append(row)
    while not heads and len(rows) > 1 and all(cell.tag == "th" for cell in _cells(rows[0])):
        heads.append(rows.pop(0))
    # what is read first is the widest: a grid has the columns of all its rows
    above, below = _placed(heads, text), _placed(rows, text)
    columns = max((cell.column + cell.columns for row in (*above, *below) for cell in row), default=0)
    if not columns:
        return None
    return Table(
        columns,
        tuple(tuple(replace(cell, head=True) for cell in row) for row in _filled(above, columns)),
        tuple(_filled(below, columns)),
        "" if caption is None else plain(text(caption)),
        tuple(filter(None, notes)),
    )


def _rows(part: Any) -> list[Any]:
    return [part] if part.tag == "tr" else part.findall("tr")


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _placed(rows: Sequence[Any], text: Callable[[Any], tuple[Run, ...]]) -> list[list[Cell]]:
    """The cells of each row at their columns; a cell never goes on below the last row, nor into another."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for at, row in enumerate(rows):
        line, column = [], 0
        for cell in _cells(row):
            while (at, column) in taken:
                column += 1
            wide, high = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - at)
            wide = next((free for free in range(1, wide) if (at, column + free) in taken), wide)
            taken |= {(at + below, column + beside) for below in range(high) for beside in range(wide)}
            line.append(_cell(cell, text(cell), column, wide, high))
            column += wide
        placed.append(line)
    return placed


def _span(cell: Any, name: str) -> int:
    given = cell.get(name) or ""
    return min(max(int(given), 1), _MOST_SPANNED) if given.isascii() and given.isdigit() and len(given) < 9 else 1


def _cell(element: Any, runs: tuple[Run, ...], column: int, columns: int, rows: int) -> Cell:
    classes = (element.get("class") or "").split()
    style = (element.get("style") or "").replace(" ", "")
    right = "pf-number" in classes or "text-align:right" in style or element.get("align") == "right"
    return Cell(runs, column, columns, rows, element.tag == "th", right, "pf-old" in classes)


def _filled(rows: Sequence[Sequence[Cell]], columns: int) -> Iterator[tuple[Cell, ...]]:
    """The rows with an empty cell in every place that has none."""
    until: dict[int, int] = {}
    for at, row in enumerate(rows):
        own = {cell.column: cell for cell in row}
        line, column = [], 0
        while column < columns:
            if until.get(column, 0) > at:
                column += 1
                continue
            cell = own.get(column) or Cell((), column)
            until |= dict.fromkeys(range(column, column + cell.columns), at + cell.rows)
            line.append(cell)
            column += cell.columns
        yield tuple(line)


def cut(table: Table, columns: Sequence[int]) -> Table:
    """The table with these of its columns, in their order; a cell that spans several spans those that are left."""
    place = {column: at for at, column in enumerate(columns)}

    def kept(row: Sequence[Cell]) -> tuple[Cell, ...]:
        found = []
        for cell in row:
            left = [column for column in range(cell.column, cell.column + cell.columns) if column in place]
            if left:
                found.append(replace(cell, column=place[left[0]], columns=len(left)))
        return tuple(found)

    heads, rows = (tuple(kept(row) for row in part) for part in (table.heads, table.rows))
    return replace(table, columns=len(columns), heads=heads, rows=rows)
