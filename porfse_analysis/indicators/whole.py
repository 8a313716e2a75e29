"""What is the whole of what: which figures are added, and which sums stand for the programme.

A cell is what tells the figures of one place apart (axis, fund, category of region; investment priority). Along each of
these a figure is of one part or of the whole: axis `ALL`, the others empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import product

import pandas as pd

from porfse_analysis.indicators.keys import Key, keys_of
from porfse_analysis.schema import ALL

__all__ = [
    "Cells",
    "added_once",
    "apart",
    "cells_of",
    "chosen_of",
    "has_both",
    "in_no_other",
    "is_whole",
    "lacks_any",
    "part_columns",
    "people_once",
    "within",
]

part_columns = ["axis", "fund", "region_category"]
"""What tells the parts of a sum of money apart."""

_WHOLE = ("", ALL)


Cells = defaultdict[Key, set[Key]]
"""Place -> the cells that are told there."""

_MANY = 10_000
"""From so many rows on, telling the places apart in the frame takes less time than it saves."""


def cells_of(rows: pd.DataFrame, place: list[str]) -> Cells:
    """The cells (axis, fund, category of region) that are told at each place."""
    cells: Cells = defaultdict(set)
    told = keys_of(rows, part_columns)
    if len(rows) < _MANY:
        places = keys_of(rows, place)
    else:
        number = rows.groupby(place, sort=False, observed=True).ngroup()
        first = ~number.duplicated()
        named = dict(zip(number[first].tolist(), keys_of(rows[first], place), strict=True))
        places = [named[each] for each in number.tolist()]
    for at, cell in zip(places, told, strict=True):
        cells[at].add(cell)
    return cells


def apart(cells: Iterable[Key], others: Collection[Key]) -> set[Key]:
    """The cells that have nothing in common with any of the others."""
    left = set(cells).difference(others)  # nearly always none
    return {cell for cell in left if not any(_meet(cell, other) for other in others)} if left else left


def _meet(cell: Key, other: Key) -> bool:
    """Whether two cells have something in common: along each column the same part, or one of them the whole."""
    return all(a == b or a in _WHOLE or b in _WHOLE for a, b in zip(cell, other, strict=True))


def added_once(rows: pd.DataFrame, place: list[str], told_by: list[str], figure: str) -> pd.DataFrame:
    """Of each place the rows to be added, so that no figure is counted beside another that has it in it.

    A figure of the whole has those of its parts in it, and comes before them. What is only partly in another is left
    out too: where the others do not have all of it, the sum lacks something, and the rows of its place are `short`. A
    row without a figure stays (the sum is not complete), unless it is a part of what is told, or of all axes where any
    of them is.

    `place` tells the sums apart, `told_by` the rows of one sum; `figure` is the column that is added.
    """
    rows = rows.assign(short=False)
    several = has_both(rows, place, told_by)
    if not several.any():
        return rows
    looked_at = rows[several].reset_index(drop=True)
    cells = keys_of(looked_at, told_by)
    figures = looked_at[figure].tolist()
    groups: defaultdict[Key, list[int]] = defaultdict(list)
    for number, at in enumerate(keys_of(looked_at, place)):
        groups[at].append(number)
    kept, short = [False] * len(looked_at), [False] * len(looked_at)
    for numbers in groups.values():
        told = [(cells[number], figures[number]) for number in numbers]
        chosen, across = chosen_of(told)
        others = [one for one, is_chosen in zip(told, chosen, strict=True) if is_chosen]
        programme = looked_at["programme"].iloc[numbers[0]]
        lacks = bool(across) and _are_more(across, others, _parts(rows, told_by, programme))
        for number, is_chosen in zip(numbers, chosen, strict=True):
            kept[number], short[number] = is_chosen, lacks
    rows.loc[several, "short"] = short
    left_out = several.copy()
    left_out[several] = [not one for one in kept]
    return rows[~left_out]


def has_both(rows: pd.DataFrame, place: list[str], told_by: list[str]) -> pd.Series:
    """Whether the place of a row has both figures of the whole and of parts, along one of `told_by`."""
    both = pd.Series(data=False, index=rows.index)
    of_place = [rows[name] for name in place]
    for name in told_by:
        whole = rows[name].isin(_WHOLE)
        if whole.any() and not whole.all():
            kinds = whole.groupby(of_place, observed=True)
            both |= kinds.transform("any") & ~kinds.transform("all")
    return both


_Figure = tuple[Key, float]


def chosen_of(figures: list[_Figure]) -> tuple[list[bool], list[_Figure]]:
    """Which figures of one place are added; and those that are not and are only partly in any that is."""
    wholeness = [tuple(part in _WHOLE for part in cell) for cell, _ in figures]
    known = [figure == figure for _, figure in figures]  # NaN alone is not itself
    order = sorted(range(len(figures)), key=lambda n: (known[n], sum(wholeness[n]), wholeness[n]), reverse=True)
    chosen, across = [False] * len(figures), []
    for number in order:
        cell, _ = figures[number]
        others = [other for other in order if chosen[other] and known[other] and wholeness[other] != wholeness[number]]
        common = [figures[other][0] for other in others if _meet(cell, figures[other][0])]
        inside = any(within(cell, other) for other in common)
        chosen[number] = not (common if known[number] or ALL in cell else inside)
        if known[number] and common and not inside:
            across.append(figures[number])
    return chosen, across


def _parts(rows: pd.DataFrame, told_by: list[str], programme: str) -> list[list[str]]:
    """What of a programme is told along each column."""
    own = rows[rows["programme"] == programme]
    return [[part for part in own[name].unique() if part not in _WHOLE] for name in told_by]


def _are_more(figures: list[_Figure], others: list[_Figure], parts: list[list[str]]) -> bool:
    """Whether figures have something that is in none of the others: a part, or an amount above theirs."""
    for cell, _ in figures:
        pieces = product(*((part in _WHOLE and told) or [part] for part, told in zip(cell, parts, strict=True)))
        if not all(any(within(piece, other) for other, _ in others) for piece in pieces):
            return True
    met = [amount for other, amount in others if amount == amount and any(_meet(cell, other) for cell, _ in figures)]
    return sum(amount for _, amount in figures) > sum(met)


def within(cell: Key, other: Key) -> bool:
    """Whether all of a cell is in another one."""
    return all(a == b or b in _WHOLE for a, b in zip(cell, other, strict=True))


def people_once(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows of people that are added for each of `keys`, at each position of each source (`added_once`)."""
    told_by = [name for name in ("axis", "investment_priority", "fund", "region_category") if name not in keys]
    return added_once(rows, [*keys, "source", "position", "indicator_code"], told_by, "value")


def in_no_other(cells: Collection[Key]) -> list[bool]:
    """Which of the cells are within none of the others: of amounts that are all known, those to be added."""
    different = set(cells)
    outer = {cell for cell in different if not any(cell != other and within(cell, other) for other in different)}
    return [cell in outer for cell in cells]


def lacks_any(before: Iterable[Key], now: Collection[Key]) -> bool:
    """Whether one of the cells there were before is not in any there is now."""
    return any(not any(within(cell, other) for other in now) for cell in set(before))


def is_whole(totals: pd.DataFrame, rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Whether each of `totals` (of `positions.published_totals`, without axis) stands for the whole of its key.

    A figure published for the whole does. A sum of parts does not when it lacks a part (an axis, a fund, a category of
    region) that an earlier position of its source had, or a figure of the whole, which has them all, while the plan in
    force still gives it money: it would be less than the sum before without anything having fallen. A plan may drop a
    part; but one in another document than the plan before that is silent on it is taken for a plan of some parts: what
    is dropped has zero in it, or the document a total. `rows` are the rows with an amount.
    """
    at = [*keys, "stage", "source", "cutoff"]
    told = cells_of(rows, at)
    funded = cells_of(rows[(rows["amount_eur"] > 0) & (rows["axis"] != ALL)], at)
    plans: dict[Key, list[tuple[pd.Timestamp, set[Key]]]] = defaultdict(list)
    last_plan: dict[Key, tuple[str, set[Key]]] = {}
    seen: defaultdict[Key, set[Key]] = defaultdict(set)
    whole: list[bool] = [True] * len(totals)
    places = keys_of(totals, [*at[:-1], "position"])
    rows_of = keys_of(totals, ["position", "document"])
    of_plan = [place[-3] == "allocation" for place in places]
    # the plans first: what an amount must cover is what they give money to
    order = sorted(range(len(totals)), key=lambda number: (not of_plan[number], rows_of[number][0]))
    for number in order:
        place, (position, document) = places[number], rows_of[number]
        series = (*place[: len(keys)], place[-2])
        here = told[place]
        if of_plan[number]:
            last, before = last_plan.get(series, (document, set()))
            whole[number] = last == document or not apart(before, here)
            if whole[number]:
                now = funded[place] | _in_bare_totals(before, here) or before
                last_plan[series] = document, now
                plans[series].append((position, now))
        else:
            in_force = [cells for since, cells in plans[series] if since <= position]
            expected = in_force[-1] if in_force else None
            missing = apart(seen[place[:-1]], here)
            whole[number] = not (missing if expected is None else missing - apart(missing, expected))
            # with a figure of several parts together all of them are seen
            seen[place[:-1]] |= here | ((expected or set()) - apart(expected or set(), here))
    return pd.Series(whole, index=totals.index, dtype=bool)


def _in_bare_totals(cells: set[Key], told: set[Key]) -> set[Key]:
    """Those of the cells that a figure of all axes has in it which is told without its axes."""
    totals = {cell for cell in told if cell[0] == ALL}
    totals = apart(totals, told - totals)
    return cells - apart(cells, totals) if totals else set()
