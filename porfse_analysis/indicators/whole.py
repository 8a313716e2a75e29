"""Which sums of axes stand for the whole: a document about some of the axes makes no figure of the programme fall."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from porfse_analysis.indicators.keys import Key, keys_of
from porfse_analysis.schema import ALL

__all__ = ["is_whole", "whole_or_parts"]


def is_whole(totals: pd.DataFrame, rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Whether each of `totals` (of `positions.published_totals`, without axis) stands for the whole of its key.

    A figure published for the whole does. A sum of axes does not when it lacks an axis that an earlier position of its
    source had (or a figure of the whole, which has them all) while the plan in force still gives it money: it would
    be less than the sum before without anything having fallen. A plan may drop an axis; but one in another document
    than the plan before that is silent on an axis is taken for a plan of some axes: a dropped axis has zero in it, or
    the document a total. `rows` are the rows with an amount.
    """
    axes = rows[rows["axis"] != ALL]
    at = [*keys, "stage", "source", "cutoff"]
    told: defaultdict[Key, set[str]] = defaultdict(set)
    funded: defaultdict[Key, set[str]] = defaultdict(set)
    for place, axis, amount in zip(keys_of(axes, at), axes["axis"], axes["amount_eur"], strict=True):
        told[place].add(axis)
        if amount > 0:
            funded[place].add(axis)
    plans: dict[Key, list[tuple[pd.Timestamp, set[str]]]] = defaultdict(list)
    last_plan: dict[Key, tuple[str, set[str]]] = {}
    seen: defaultdict[Key, set[str]] = defaultdict(set)
    whole: list[bool] = [True] * len(totals)
    places = keys_of(totals, [*at[:-1], "position"])
    rows_of = keys_of(totals, ["position", "document", "published_total"])
    of_plan = [place[-3] == "allocation" for place in places]
    # the plans first: what an amount must cover is what they give money to
    order = sorted(range(len(totals)), key=lambda number: (not of_plan[number], rows_of[number][0]))
    for number in order:
        place, (position, document, published) = places[number], rows_of[number]
        series = (*place[: len(keys)], place[-2])
        if of_plan[number]:
            last, before = last_plan.get(series, (document, set()))
            whole[number] = published or last == document or before <= told[place]
            if whole[number]:
                now = funded[place] or before
                last_plan[series] = document, now
                plans[series].append((position, now))
        else:
            in_force = [axes for since, axes in plans[series] if since <= position]
            expected = in_force[-1] if in_force else None
            missing = seen[place[:-1]] - told[place]
            whole[number] = published or not (missing if expected is None else missing & expected)
            seen[place[:-1]] |= (expected or set()) | told[place] if published else told[place]
    return pd.Series(whole, index=totals.index, dtype=bool)


def whole_or_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each position of an indicator the rows of the whole programme, else those of its parts: never both.

    A row of axis `ALL` with an investment priority is a part: of that priority, in whatever axes it is. It comes before
    the rows of the axes of its own priority alone, and is missing where it has no value and they are not there.
    """
    of = [rows[name] for name in ("programme", "source", "position", "indicator_code")]
    of_priority = [*of, rows["investment_priority"]]
    known, whole = rows["value"].notna(), rows["axis"].eq(ALL)
    entire = whole & rows["investment_priority"].eq("")
    summed = _somewhere(whole & known, of_priority)
    parts = (whole & (summed | ~_somewhere(~whole, of_priority))) | (~whole & ~summed)
    parts &= ~(entire & _somewhere(~entire, of))
    chosen: pd.DataFrame = rows[entire.where(_somewhere(entire & known, of), parts)]
    return chosen


def _somewhere(marked: pd.Series, keys: list[pd.Series]) -> pd.Series:
    """Whether a row of the same group is marked."""
    if not marked.any() or marked.all():
        return marked  # whatever the groups, which take long to tell apart
    return marked.groupby(keys).transform("any")
