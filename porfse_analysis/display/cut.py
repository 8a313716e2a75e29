"""What of a long table stands on a page, and which bars of many a figure draws: those that matter, and how many not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.verdicts.finding import SEVERITIES

__all__ = ["MOST", "Matters", "bars_left_out", "both_ends", "gravest_newest", "largest", "mattering", "rows_left_out"]

MOST = 50
"""Rows of a table and bars of a figure that a reader of a page looks through."""


@dataclass(frozen=True, eq=False)
class Matters:
    """Which rows matter: their `ranks`, the first is 1 and matters most; `told` names them (group `cut`)."""

    told: str
    ranks: pd.Series


def both_ends(values: pd.Series) -> Matters:
    """The lowest and the highest, in turns from both ends; what has no value comes last."""
    low = values.rank(method="first")
    high = values.count() + 1 - low
    return Matters("both_ends", _last((2 * low - 1).where(low <= high, 2 * high)))


def largest(values: pd.Series, told: str) -> Matters:
    """The largest, whatever their sign; what has no value comes last."""
    return Matters(told, _last(values.abs().rank(method="first", ascending=False)))


def gravest_newest(severities: pd.Series, dates: pd.Series) -> Matters:
    """Errors, warnings, the rest; of each the newest first."""
    places = severities.map({name: place for place, name in enumerate(SEVERITIES)})
    order = pd.DataFrame({"place": places, "date": dates}).sort_values(
        ["place", "date"], ascending=[True, False], kind="stable"
    )
    return Matters("gravest_newest", pd.Series(range(1, len(order) + 1), index=order.index).reindex(severities.index))


def _last(ranks: pd.Series) -> pd.Series:
    return ranks.fillna(float("inf")).rank(method="first")


def mattering(rows: pd.DataFrame, matters: Matters | None, most: int = MOST) -> pd.DataFrame:
    """At most so many rows, those that matter, in the order they stand in; without `matters` the first ones."""
    if len(rows) <= most:
        return rows
    if matters is None:
        return rows.iloc[:most]
    return rows[(matters.ranks.rank(method="first") <= most).to_numpy()]


def rows_left_out(shown: int, every: int, matters: Matters | None, lang: str) -> str:
    """The line under a table of which not every row is shown; empty where all are."""
    return _left_out("rows", shown, every, matters, lang)


def bars_left_out(shown: int, every: int, matters: Matters, lang: str) -> str:
    """The line under a figure in which not every bar is drawn; empty where all are."""
    return _left_out("bars", shown, every, matters, lang)


def _left_out(what: str, shown: int, every: int, matters: Matters | None, lang: str) -> str:
    if shown == every:
        return ""
    which = wording.text(f"cut.{matters.told if matters else 'first'}", lang)
    counts = {"shown": shown, "every": every, "rest": every - shown}
    said = {name: wording.count(count, lang) for name, count in counts.items()}
    return wording.text(f"cut.{what}", lang, which=which, **said)
