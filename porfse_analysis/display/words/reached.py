"""How many targets are reached, in words: of which date, and what the plan did to those reached since."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.indicators.gained import gained_targets
from porfse_analysis.indicators.targets import counted_ratios, is_reached

__all__ = ["word_gained", "word_reached"]


def word_reached(results: pd.DataFrame, lang: str) -> list[str]:
    """How many of the targets that have a ratio are reached, and at which date; nothing when none has a ratio."""
    counted = counted_ratios(results)
    if counted.empty:
        return []
    reached = wording.count(int(is_reached(counted["value"], counted["note"]).sum()), lang)
    return [
        wording.text("reached.now", lang, reached=reached, count=len(counted), dates=_days(counted["data_date"], lang))
    ]


def word_gained(changes: pd.DataFrame, lang: str) -> list[str]:
    """Of the targets reached that were not at the date before: how many would be against the target of before.

    `changes`: of `target_ratio_changes` or `all_changes`. Nothing when there are none.
    """
    gained = gained_targets(changes) if len(changes) else changes
    if gained.empty:
        return []
    met = gained["against_before"].value_counts()
    reached, lowered, unknown = (int(met.get(name, 0)) for name in ("reached", "lowered", "unknown"))
    days = {"date": _days(gained["data_date"], lang), "previous": _days(gained["data_date_before"], lang)}
    key = "gained" if days["previous"] else "gained_first"
    said = [wording.text(f"reached.{key}", lang, count=len(gained), **days)]
    if reached and lowered:
        said.append(wording.text("reached.some", lang, count=reached, lowered=wording.count(lowered, lang)))
    elif reached or lowered:
        said.append(wording.text("reached.all" if reached else "reached.none", lang, count=reached or lowered))
    if unknown:
        said.append(wording.text("reached.unknown", lang, count=unknown))
    return [" ".join(said)]


def _days(days: pd.Series, lang: str) -> str:
    known = sorted(days.dropna().unique())
    return wording.list_of((wording.date(pd.Timestamp(day), lang) for day in known), lang)
