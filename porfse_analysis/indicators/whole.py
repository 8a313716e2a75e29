"""What is the whole of what: which figures are added, and which sums stand for the programme.

A cell is what tells the figures of one place apart (axis, fund, category of region; investment priority). Along each of
these a figure is of one part or of the whole: axis `ALL`, the others empty.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import product

import numpy as np
import pandas as pd

from porfse_analysis.indicators.keys import Key, has_key, keys_of
from porfse_analysis.schema import ALL

__all__ = [
    "Cells",
    "added_once",
    "apart",
    "cells_of",
    "chosen_of",
    "covered",
    "has_both",
    "is_whole",
    "lacks_any",
    "part_columns",
    "parts_of",
    "people_once",
    "shared",
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


def shared(cell: Key, other: Key) -> Key | None:
    """What two cells have in common, along each column the narrower of both; None: nothing."""
    both = zip(cell, other, strict=True)
    return tuple(b if a in _WHOLE else a for a, b in both) if _meet(cell, other) else None


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
    programmes = looked_at["programme"].tolist()
    different = rows[["programme", *told_by]].drop_duplicates().groupby("programme", observed=True)
    parts = {programme: parts_of(keys_of(own, told_by)) for programme, own in different}
    kept, short = [False] * len(looked_at), [False] * len(looked_at)
    for numbers in groups.values():
        told = [(cells[number], figures[number]) for number in numbers]
        chosen, lacks = chosen_of(told, parts[programmes[numbers[0]]])
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

Parts = list[list[str]]
"""What is told along each column."""


def parts_of(cells: Iterable[Key]) -> Parts:
    """The parts that cells tell along each of their columns, without the whole."""
    return [[part for part in dict.fromkeys(column) if part not in _WHOLE] for column in zip(*cells, strict=True)]


def chosen_of(figures: list[_Figure], parts: Parts) -> tuple[list[bool], bool]:
    """Which figures of one place are added; and whether others have something that these lack.

    The widest come first (a figure of all parts, then of all axes, ...); where figures that lie across them have more
    than they do, the first kind with which nothing is lacking: of a total of one category beside each axis the axes.
    """
    kinds = [tuple(part in _WHOLE for part in cell) for cell, _ in figures]
    known = [figure == figure for _, figure in figures]  # NaN alone is not itself
    order = sorted(range(len(figures)), key=lambda n: (known[n], sum(kinds[n]), kinds[n]), reverse=True)
    widest: list[bool] = []
    for kind in dict.fromkeys(kinds[number] for number in order if known[number]):
        first = sorted(order, key=lambda n: (known[n], kinds[n] == kind), reverse=True)
        chosen, lacks = _taken(figures, first, parts)
        if not lacks:
            return chosen, False
        widest = widest or chosen
    return widest or [True] * len(figures), bool(widest)


def _taken(figures: list[_Figure], order: list[int], parts: Parts) -> tuple[list[bool], bool]:
    """`chosen_of` with the figures taken one after the other, each that has nothing in common with those before it."""
    chosen, across, taken = [False] * len(figures), [], list[_Figure]()
    for number in order:
        cell, figure = figures[number]
        common = [other for other, _ in taken if other != cell and _meet(cell, other)]
        if figure == figure:
            if not common:
                taken.append(figures[number])
                chosen[number] = True
            elif not any(within(cell, other) for other in common):
                across.append(figures[number])
        else:
            # not told of the whole of what is told: there may be more than its parts
            wider = [other for other in common if not within(other, cell)]
            chosen[number] = not (common if ALL in cell else covered(cell, wider, parts))
    return chosen, _are_more(across, taken, parts)


def _are_more(figures: list[_Figure], others: list[_Figure], parts: Parts) -> bool:
    """Whether figures have something that is in none of the others: a part, or an amount above theirs."""
    if not all(covered(cell, [other for other, _ in others], parts) for cell, _ in figures):
        return True
    met = sum(amount for other, amount in others if any(_meet(cell, other) for cell, _ in figures))
    total = sum(amount for _, amount in figures)
    return total > met and not math.isclose(total, met)


def covered(cell: Key, others: Collection[Key], parts: Parts) -> bool:
    """Whether every part of a cell is in one of the others."""
    if any(within(cell, other) for other in others):
        return True
    pieces = product(*((part in _WHOLE and told) or [part] for part, told in zip(cell, parts, strict=True)))
    return bool(others) and all(any(within(piece, other) for other in others) for piece in pieces)


def within(cell: Key, other: Key) -> bool:
    """Whether all of a cell is in another one."""
    return all(a == b or b in _WHOLE for a, b in zip(cell, other, strict=True))


def people_once(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows of people that are added for each of `keys`, at each position of each source (`added_once`)."""
    told_by = [name for name in ("axis", "investment_priority", "fund", "region_category") if name not in keys]
    return added_once(rows, [*keys, "source", "position", "indicator_code"], told_by, "value")


def lacks_any(before: Iterable[Key], now: Collection[Key]) -> bool:
    """Whether one of the cells there were before is not in any there is now."""
    return any(not any(within(cell, other) for other in now) for cell in set(before))


def is_whole(totals: pd.DataFrame, rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Whether each of `totals` (of `positions.every_total`) stands for the whole of its key.

    A figure published for the whole does. A sum of parts does not when it lacks a part (an axis, a fund, a category of
    region) that an earlier position of its source had, or a figure of the whole, which has them all, while the plan in
    force still gives it money: it would be less than the sum before without anything having fallen. A plan may drop a
    part; but one in another document than the plan before that is silent on it is taken for a plan of some parts: what
    is dropped has zero in it, or the document a total. `rows` are the rows with an amount.
    """
    whole = pd.Series(data=True, index=totals.index)
    changing = _changing(rows, keys)
    rows = rows[has_key(rows, [*keys, "source"], changing)] if changing else rows[:0]
    if rows.empty:
        return whole
    looked_at = has_key(totals, [*keys, "source"], changing)
    whole[looked_at] = np.array(_stand_for_all(totals[looked_at], rows, keys))
    return whole


def _changing(rows: pd.DataFrame, keys: list[str]) -> set[Key]:
    """The keys and sources that do not tell the same cells at each of their positions, for one stage at least."""
    if rows.empty:
        return set()
    stage = [*keys, "source", "stage"]
    place, series, cell = (
        rows.groupby(names, sort=False, observed=True).ngroup().to_numpy()
        for names in ([*stage, "cutoff"], stage, part_columns)
    )
    at_place, of_series = (np.unique(np.column_stack([number, cell]), axis=0)[:, 0] for number in (place, series))
    fewer = np.bincount(at_place)[place] < np.bincount(of_series)[series]
    return set(keys_of(rows[fewer], [*keys, "source"]))


def _stand_for_all(totals: pd.DataFrame, rows: pd.DataFrame, keys: list[str]) -> list[bool]:
    """`is_whole`, one position after the other."""
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
    return whole


def _in_bare_totals(cells: set[Key], told: set[Key]) -> set[Key]:
    """Those of the cells that a figure of all axes has in it which is told without its axes."""
    totals = {cell for cell in told if cell[0] == ALL}
    totals = apart(totals, told - totals)
    return cells - apart(cells, totals) if totals else set()
