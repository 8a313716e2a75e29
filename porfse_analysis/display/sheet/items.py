"""The pieces of an information sheet: a figure with its name, date and source, an axis, the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

__all__ = ["AxisCard", "Content", "Item"]


@dataclass(frozen=True)
class Item:
    """One figure: what it is, how it is written, of which date and source.

    `name` and `figure` are whole, never cut; `remark` stands beside them, `detail` in the table alone. `drawn` is what
    is drawn instead where the sheet says the rest: an amount without its unit, a measure without whom it reached.
    `note` is that of its result: what lacks a part says so after its name where it is drawn, else beside its figures.
    `share` is the length of its bar (NaN: none); `code` the code of its axis; `under` the part of the sheet.
    """

    name: str
    figure: str = ""
    remark: str = ""
    detail: str = ""
    date: Any = pd.NaT
    source: str = ""
    share: float = math.nan
    code: str = ""
    under: str = ""
    drawn: str = ""
    note: str = ""


@dataclass(frozen=True)
class AxisCard:
    """An axis in the system of measures: its amounts and what it pays for."""

    code: str
    title: str
    strand: str
    amounts: list[Item]
    measures: list[Item]


@dataclass(frozen=True)
class Content:
    """A whole sheet; an empty list is what was not published at the date."""

    total: Item | None
    endowment: list[Item]
    stages: list[Item]
    unpublished: list[str]
    spend: list[Item]
    targets: list[Item]
    people: list[Item]
    reached: list[Item]
    attention: list[Item]
    axes: list[AxisCard]
    unsettled: list[Item]
    restated: bool = False
    items: list[Item] = field(default_factory=list)

    @property
    def sources(self) -> list[str]:
        """The sources of every figure of the sheet."""
        return [item.source for item in self.items]
