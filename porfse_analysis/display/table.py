"""`Table`: the one description of a table, out of which its HTML, a sheet of the workbook and its CSV are written."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from porfse_analysis.display.cut import Matters, mattering, rows_left_out
from porfse_analysis.display.html import Link, paragraphs, written

__all__ = ["DATE", "TABLE_MIME", "Column", "Table", "Typed"]

TABLE_MIME = "application/vnd.porfse.table+json"
"""The type under which an executed notebook carries the values of a table."""

_SENTENCE = 40
"""Texts of more letters are sentences: their column keeps room for some words in a line."""

DATE = "dd/mm/yyyy"
"""The pattern of a date; every other pattern is that of a number."""


@dataclass(frozen=True)
class Typed:
    """How a cell is written, and the value behind what is written, for whoever takes the table away.

    `value` gives a number, a date, a text or what is missing (None, NaN, NaT), in the unit the label of the column
    names. `pattern` is the number's, as in a spreadsheet (#,##0.0%), or DATE. With `number_label` the written text
    says more than its number (more than 144 million): both are taken away, the number in a column of this label.
    """

    write: Callable[[pd.Series], str]
    value: Callable[[pd.Series], object]
    pattern: Callable[[pd.Series], str]
    number_label: str = ""

    def __call__(self, row: pd.Series) -> str:
        """The cell as text."""
        return self.write(row)


@dataclass(frozen=True)
class Column:
    """One column of a table: its name in the frame, its label, and how a row's cell is written.

    `kind`: `head` (the row's header), `text`, or `figure` (set to the right). `group` is a label above neighbouring
    columns. A `Typed` writer tells the value too; without one a number or date of the frame is taken as it is, and
    anything else as it is written. On a page the links of `links`, where a row has any, stand in place of the text, and
    a cell that `old` finds to be of an earlier date than the page (`display.age`) is set lighter.
    """

    name: str
    label: str
    kind: str = "text"
    group: str = ""
    write: Callable[[pd.Series], str] | None = None
    links: Callable[[pd.Series], Sequence[Link]] | None = None
    old: Callable[[pd.Series], bool] | None = None


@dataclass(frozen=True, repr=False)
class Table:
    """A table for a reader: `frame` holds the values, `columns` how they are written.

    `name` identifies it on the page; `notes` stand under it, `source` last. Of a table longer than `cut.MOST` rows a
    page shows those that matter (`matters`; None: the first ones) and says in `lang` how many it leaves out; with
    `whole` it shows all, as where other tables refer to the rows. What is taken away has every row in any case.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    columns: Sequence[Column]
    notes: Sequence[str] = field(default_factory=tuple)
    source: str = ""
    empty: str = ""
    lang: str = "it"
    matters: Matters | None = None
    whole: bool = False

    def __repr__(self) -> str:
        # a notebook keeps it beside the HTML, and the same table must read the same each time
        return f"<Table {self.name}, {len(self.frame)} rows>"

    def written(self) -> pd.DataFrame:
        """The cells as text."""
        rows = _rows_of(self.frame)
        return pd.DataFrame({column.name: _texts(column, rows) for column in self.columns}, dtype="str")

    def typed(self) -> dict[str, Any]:
        """The table as JSON: name, caption, notes, source, empty, and its columns.

        Each column: label, group, kind, values (numbers with every digit, dates as ISO text, null where missing) and
        patterns (one per value; "" for a text).
        """
        columns: list[dict[str, Any]] = []
        rows = _rows_of(self.frame)
        for column in self.columns:
            head = {"label": column.label, "group": column.group, "kind": column.kind}
            write = column.write
            if write is None and _has_values(self.frame[column.name]):
                write = _as_it_is(column.name, self.frame[column.name])
            if not isinstance(write, Typed) or write.number_label:
                columns.append({**head, "values": _texts(column, rows), "patterns": [""] * len(rows)})
            if isinstance(write, Typed):
                cells = [_cell(write, row) for row in rows]
                label = write.number_label or column.label
                values, patterns = [value for value, _ in cells], [pattern for _, pattern in cells]
                columns.append({**head, "label": label, "values": values, "patterns": patterns})
        return {
            "name": self.name,
            "caption": self.caption,
            "columns": columns,
            "notes": list(self.notes),
            "source": self.source,
            "empty": self.empty if self.frame.empty else "",
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, Any]:
        return {"text/html": self._repr_html_(), "text/plain": repr(self), TABLE_MIME: self.typed()}

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return paragraphs([self.empty], "pf-empty").html
        shown = self.frame if self.whole else mattering(self.frame, self.matters)
        left_out = rows_left_out(len(shown), len(self.frame), self.matters, self.lang)
        foot = [(note, "pf-note") for note in [left_out, *self.notes] if note]
        return written(
            "table",
            name=self.name,
            caption=self.caption,
            heads=_heads(self.columns),
            rows=self._cells(_rows_of(shown)),
            foot=[*foot, (self.source, "pf-source")] if self.source else foot,
            width=len(self.columns),
        )

    def _cells(self, rows: Sequence[pd.Series]) -> list[list[tuple[str, Sequence[Link], bool, str]]]:
        """Each of the rows, each cell: text, links, whether it is the row's header, its class."""
        columns = [
            [
                (text, column.links(row) if column.links else (), column.kind == "head", _css(column, row, text))
                for text, row in zip(_texts(column, rows), rows, strict=True)
            ]
            for column in self.columns
        ]
        return [list(row) for row in zip(*columns, strict=True)]


def _rows_of(frame: pd.DataFrame) -> list[Any]:
    """The rows, whose cells are asked for by the names of columns as in a Series, which costs ten times as much."""
    return frame.to_dict("records")


def _texts(column: Column, rows: Sequence[pd.Series]) -> list[str]:
    return [column.write(row) if column.write else str(row[column.name]) for row in rows]


def _css(column: Column, row: pd.Series | None = None, text: str = "") -> str:
    kinds = {
        "pf-number": column.kind == "figure",
        "pf-prose": column.kind == "text" and len(text) > _SENTENCE,
        "pf-old": row is not None and column.old is not None and column.old(row),
    }
    return " ".join(name for name, holds in kinds.items() if holds)


def _heads(columns: Sequence[Column]) -> list[list[tuple[str, str, str, int, int]]]:
    """The rows of headers, one or two, each cell: label, scope, class, columns and rows it spans."""
    if not any(column.group for column in columns):
        return [[(column.label, "col", _css(column), 1, 1) for column in columns]]
    above: list[tuple[str, str, str, int, int]] = []
    for group, members in itertools.groupby(columns, lambda column: column.group):
        if group:
            above.append((group, "colgroup", "", len(list(members)), 1))
        else:
            above += [(column.label, "col", _css(column), 1, 2) for column in members]
    return [above, [(column.label, "col", _css(column), 1, 1) for column in columns if column.group]]


def _has_values(column: pd.Series) -> bool:
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return bool(numeric or pd.api.types.is_datetime64_dtype(column))


def _as_it_is(name: str, column: pd.Series) -> Typed:
    pattern = DATE if pd.api.types.is_datetime64_dtype(column) else "General"
    return Typed(lambda row: str(row[name]), lambda row: row[name], lambda row: pattern)


def _cell(write: Typed, row: pd.Series) -> tuple[object, str]:
    """The value of a cell and its pattern, fit for JSON."""
    value = write.value(row)
    if isinstance(value, str):
        return value, ""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None, ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat(), DATE
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return write(row), ""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number, write.pattern(row)
