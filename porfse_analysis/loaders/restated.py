"""What a new vintage of figures changes in those that were there: how many, and the largest change of each table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.programme import Programme

__all__ = ["Restated", "restated"]

_NO_FIGURES = ("precision",)
_DATES = ("cutoff", "year", "valid_from")
_CENT = 0.005


@dataclass(frozen=True)
class Restated:
    """The figures of one table that were known and are now another, or not there any more.

    `key` (without date and source), `date` (or year), `column`, `before` and `after` are those of the largest change;
    empty where none changed.
    """

    table: str
    changed: int
    gone: int
    key: str = ""
    date: str = ""
    column: str = ""
    before: float = float("nan")
    after: float = float("nan")

    def __str__(self) -> str:
        told = [f"{count:,} {word}" for count, word in ((self.changed, "changed"), (self.gone, "gone")) if count]
        line = f"{self.table}: figures of dates that were there: {', '.join(told)}"
        if not self.changed:
            return line
        place = ", ".join(filter(None, (self.key, self.date, self.column)))
        return f"{line}; the largest change: {place}: {_written(self.before)} -> {_written(self.after)}"


def restated(before: Programme, after: Programme) -> list[Restated]:
    """What of the figures of `before` is another in `after`, table by table; tables where nothing is are left out.

    A figure that was empty is no restatement, nor is a new row; a table that `after` does not have is left as it was.
    """
    found = (_of_table(table, getattr(before, name), getattr(after, name)) for name, table in schema.TABLES.items())
    return [one for one in found if one is not None]


def _of_table(table: schema.Table, before: pd.DataFrame, after: pd.DataFrame) -> Restated | None:
    figures = [
        column.name
        for column in table.columns
        if column.kind in ("amount", "number") and column.name not in (*_NO_FIGURES, *table.key)
    ]
    if not figures or before.empty or after.empty:
        return None
    key = list(table.key)
    both = _keyed(before, key).merge(_keyed(after, key), on=key, how="left", suffixes=("_before", ""), indicator=True)
    changed, gone = [], 0
    for name in figures:
        was, now = both[f"{name}_before"], both[name]
        gone += int((was.notna() & now.isna()).sum())
        cells = both.assign(column=name, before=was, after=now, moved=(now - was).abs().round(2))
        changed.append(cells.loc[cells["moved"] > _CENT, [*key, "column", "before", "after", "moved"]])
    cells = pd.concat(changed, ignore_index=True)
    if cells.empty:
        return Restated(table.name, 0, gone) if gone else None
    largest = cells.iloc[int(cells["moved"].to_numpy().argmax())]
    return Restated(
        table.name,
        len(cells),
        gone,
        ", ".join(_named(largest, key)),
        next((str(largest[name])[:10] for name in _DATES if name in key), ""),
        str(largest["column"]),
        float(largest["before"]),
        float(largest["after"]),
    )


def _keyed(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The frame with its source as text, which may be another category in another programme."""
    return frame.assign(source=frame["source"].astype("str")) if "source" in key else frame


def _named(row: pd.Series, key: list[str]) -> Iterator[str]:
    for name in key:
        if name not in ("source", *_DATES) and row[name] != "":
            yield f"axis {row[name]}" if name == "axis" else str(row[name])


def _written(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00")
