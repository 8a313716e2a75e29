"""`Table`: rows with captions and units, shown by great-tables."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Column", "Table"]

_NUMERIC = ("figure",)


@dataclass(frozen=True)
class Column:
    """One column of a table: its name in the frame, its label, and how a row's cell is written.

    `kind`: `head` (the row's header), `text`, or `figure` (set to the right). `group` is a label above neighbouring
    columns.
    """

    name: str
    label: str
    kind: str = "text"
    group: str = ""
    write: Callable[[pd.Series], str] | None = None


@dataclass(frozen=True, repr=False)
class Table:
    """A table for a reader: `frame` holds the values, `columns` how they are written.

    `name` identifies it on the page; `notes` stand under it, `source` last.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    columns: Sequence[Column]
    notes: Sequence[str] = field(default_factory=tuple)
    source: str = ""
    empty: str = ""

    def __repr__(self) -> str:
        # a notebook keeps it beside the HTML, and the same table must read the same each time
        return f"<Table {self.name}, {len(self.frame)} rows>"

    def written(self) -> pd.DataFrame:
        """The cells as text."""
        cells = {
            column.name: [
                column.write(row) if column.write else str(row[column.name]) for _, row in self.frame.iterrows()
            ]
            for column in self.columns
        }
        return pd.DataFrame(cells, dtype="str")

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return f'<p class="pf-empty">{html.escape(self.empty)}</p>'
        # great-tables takes most of a second to import, and only rendering needs it
        from great_tables import GT

        head = next((column.name for column in self.columns if column.kind == "head"), None)
        grid = GT(self.written(), id=self.name, rowname_col=head)
        grid = grid.cols_label({column.name: column.label for column in self.columns if column.name != head})
        if head:
            grid = grid.tab_stubhead(next(column.label for column in self.columns if column.name == head))
        grid = grid.cols_align("left")
        figures = [column.name for column in self.columns if column.kind == "figure"]
        if figures:
            grid = grid.cols_align("right", columns=figures)
        for group in dict.fromkeys(column.group for column in self.columns if column.group):
            members = [column.name for column in self.columns if column.group == group]
            grid = grid.tab_spanner(group, columns=members)
        for note in (*self.notes, self.source):
            if note:
                grid = grid.tab_source_note(note)
        return _on_our_page(grid.as_raw_html(), self.name, self.caption)


def _on_our_page(raw: str, name: str, caption: str) -> str:
    """The table alone, with a caption: the page styles all tables once, great-tables styles each."""
    table = raw[raw.index("<table") : raw.index("</table>") + len("</table>")]
    label = html.escape(caption)
    opening, rest = table.split(">", 1)
    opening = re.sub(r' data-quarto-[a-z-]+="[^"]*"', "", opening)
    return (
        f'<div class="pf-table" role="region" aria-labelledby="{name}-caption" tabindex="0">'
        f'{opening} id="{name}"><caption id="{name}-caption">{label}</caption>{rest}</div>'
    )
