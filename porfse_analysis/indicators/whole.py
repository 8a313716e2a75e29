"""What is the whole of what: which figures are added, and which sums stand for the programme.

A cell is what tells the figures of one place apart (axis, fund, category of region; investment priority). Along each of
these a figure is of one part or of the whole: axis `ALL`, the others empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from porfse_analysis.indicators.keys import Key, has_key, keys_of
from porfse_analysis.schema import ALL

__all__ = [
    "Cells",
    "Told",
    "added_once",
    "apart",
    "cells_of",
    "chosen_of",
    "covered",
    "has_both",
    "is_whole",
    "part_columns",
    "people_once",
    "shared",
    "told_of",
    "within",
]

part_columns = ["axis", "fund", "region_category"]
"""What tells the parts of a sum of money apart."""

_TOLD_APART = ("axis", "investment_priority", "fund", "region_category")

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
    # what is told of the same programme (axis, ...) tells of what a figure is
    around = ["programme", *(name for name in place if name in _TOLD_APART)]
    known = _known(rows, around, told_by, figure)
    of_row = keys_of(looked_at, around)
    kept, short = [False] * len(looked_at), [False] * len(looked_at)
    for numbers in groups.values():
        told = [(cells[number], figures[number]) for number in numbers]
        chosen, lacks = chosen_of(told, known[of_row[numbers[0]]])
        for number, is_chosen in zip(numbers, chosen, strict=True):
            kept[number], short[number] = is_chosen, lacks
    rows.loc[several, "short"] = short
    left_out = several.copy()
    left_out[several] = [not one for one in kept]
    return rows[~left_out]


def _known(rows: pd.DataFrame, around: list[str], told_by: list[str], figure: str) -> dict[Key, Told]:
    """What is told of each programme, or of each axis, fund, ... of it (`around`, the programme first)."""
    cells: defaultdict[Key, set[Key]] = defaultdict(set)
    planned: defaultdict[Key, set[Key]] = defaultdict(set)
    of_programme: defaultdict[str, set[Key]] = defaultdict(set)
    is_plan = (rows["stage"] == "allocation") & (rows[figure] > 0) if "stage" in rows else False
    different = rows[list(dict.fromkeys([*around, *told_by]))].assign(is_plan=is_plan).drop_duplicates()
    told = zip(keys_of(different, around), keys_of(different, told_by), different["is_plan"].tolist(), strict=True)
    for at, cell, plan in told:
        cells[at].add(cell)
        of_programme[at[0]].add(cell)
        if plan:
            planned[at].add(cell)
    several = {programme: told_of(its).several for programme, its in of_programme.items()}
    return {at: Told(sorted(own), several[at[0]], sorted(planned[at])) for at, own in cells.items()}


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


class Told(NamedTuple):
    """The cells that are told of something; `several`: along which columns there are several parts, here or elsewhere.

    `planned`: the cells that a plan gives money to.
    """

    cells: list[Key]
    several: tuple[bool, ...]
    planned: Sequence[Key] = ()


def told_of(cells: Iterable[Key], *, alone: bool = True) -> Told:
    """What is told. The only part there is along a column is the whole of it, unless not `alone`."""
    different = list(dict.fromkeys(cells))
    several = (len({part for part in column if part not in _WHOLE}) > 1 for column in zip(*different, strict=True))
    return Told(different, tuple(not alone or more for more in several))


def covered(cell: Key, others: Collection[Key], told: Told) -> bool:
    """Whether every part of a cell that is told is in one of the others.

    Where several parts are told of all there is, and one of the cell, that one is not taken for all of it, unless the
    plan gives money to no other.
    """
    if any(within(cell, other) for other in others):
        return True
    others = [other for other in others if _meet(cell, other)]
    if not others:
        return False
    cells, planned = ([each for each in own if _meet(cell, each)] for own in (told.cells, told.planned))
    for column, part in enumerate(cell):
        if part not in _WHOLE:
            continue
        parts = {each[column] for each in cells} - {*_WHOLE}
        by_plan = bool(planned) and not any(each[column] in _WHOLE for each in planned)
        if len(parts) > 1 or (parts and (by_plan or not told.several[column])):
            known = Told(cells, told.several, planned)
            pieces = ((*cell[:column], one, *cell[column + 1 :]) for one in sorted(parts))
            return all(covered(piece, others, known) for piece in pieces)
    return False


def chosen_of(figures: list[_Figure], told: Told) -> tuple[list[bool], bool]:
    """Which figures of one place are added; and whether others have something that these lack.

    None of those added has anything in common with another. The widest come first (a figure of all parts, then of all
    axes, ...); where figures that lie across them have more than they do, the next with which nothing is lacking: of a
    total of one category beside each axis the axes. If there are none, those that are most.
    """
    known = [number for number, (_, figure) in enumerate(figures) if figure == figure]  # NaN alone is not itself
    kinds = [tuple(part in _WHOLE for part in cell) for cell, _ in figures]
    known.sort(key=lambda number: (sum(kinds[number]), kinds[number]), reverse=True)
    taken: list[int] = []
    lacks = False
    for together in _together(figures, known):
        added, lacking = _of_those(figures, together, told)
        taken += added
        lacks |= lacking
    cells = [figures[number][0] for number in taken]
    chosen = set(taken)
    for number, (cell, figure) in enumerate(figures):
        if figure != figure:
            common = [other for other in cells if cell != other and _meet(cell, other)]
            # not told of the whole of what is told: there may be more than its parts
            wider = [other for other in common if not within(other, cell)]
            if not (common if ALL in cell else covered(cell, wider, told)):
                chosen.add(number)
    return [number in chosen for number in range(len(figures))], lacks


def _together(figures: list[_Figure], numbers: list[int]) -> list[list[int]]:
    """The figures in groups that have nothing in common with one another, each in the order of `numbers`."""
    groups: list[list[int]] = []
    for place, number in enumerate(numbers):
        cell = figures[number][0]
        met = [group for group in groups if any(_meet(cell, figures[numbers[other]][0]) for other in group)]
        groups = [group for group in groups if group not in met] if met else groups
        groups.append([*(other for group in met for other in group), place])
    return [[numbers[place] for place in sorted(group)] for group in groups]


_STEPS, _AT_MOST = 500, 200
"""How many steps are made in search of figures that have everything, and of how many figures."""


def _of_those(figures: list[_Figure], numbers: list[int], told: Told) -> tuple[list[int], bool]:
    """`chosen_of` for figures that have something in common, the widest first."""
    if len(numbers) == 1:
        return numbers, False
    best: list[int] = []
    ways = _ways(figures, numbers, [], iter(range(_STEPS))) if len(numbers) <= _AT_MOST else ()
    for taken in chain([_widest(figures, numbers)], ways):
        left = [figures[number] for number in numbers if number not in taken]
        if not _are_more(left, [figures[number] for number in taken], told):
            return taken, False
        if not best or _sum(figures, taken) > _sum(figures, best) * (1 + _LAST_DIGIT):
            best = taken
    return best, True


def _widest(figures: list[_Figure], numbers: list[int]) -> list[int]:
    """One after the other the figures that have nothing in common with those before."""
    taken: list[int] = []
    for number in numbers:
        cell = figures[number][0]
        if not any(cell != figures[other][0] and _meet(cell, figures[other][0]) for other in taken):
            taken.append(number)
    return taken


def _ways(figures: list[_Figure], numbers: list[int], taken: list[int], steps: Iterator[int]) -> Iterator[list[int]]:
    """The figures that can be added to those taken, so that none is left out which has nothing in common with them."""
    for place, number in enumerate(numbers):
        cell, rest = figures[number][0], numbers[place + 1 :]
        apart_from = [other for other in rest if cell == figures[other][0] or not _meet(cell, figures[other][0])]
        if len(apart_from) == len(rest):
            taken = [*taken, number]
            continue
        yield from _ways(figures, apart_from, [*taken, number], steps)
        if next(steps, None) is not None:
            for way in _ways(figures, rest, taken, steps):
                if any(cell != figures[other][0] and _meet(cell, figures[other][0]) for other in way):
                    yield way
        return
    yield taken


def _sum(figures: list[_Figure], numbers: list[int]) -> float:
    return sum(figures[number][1] for number in numbers)


_LAST_DIGIT = 1e-9
"""What the sum of amounts in cents may be off by, as a share of it."""


def _are_more(left: list[_Figure], taken: list[_Figure], told: Told) -> bool:
    """Whether figures that are left have something that is in none of those taken: a part, or an amount above theirs.

    What is within one of those taken has not. Figures of one kind are held against them alone and together: two funds
    may each have less than a total which has less than both.
    """
    cells = [cell for cell, _ in taken]
    across = [one for one in left if not any(within(one[0], cell) for cell in cells)]
    if not all(covered(cell, cells, told) for cell, _ in across):
        return True
    kinds: defaultdict[tuple[bool, ...], list[_Figure]] = defaultdict(list)
    for one in across:
        kinds[tuple(part in _WHOLE for part in one[0])].append(one)
    for own in kinds.values():
        near = [[one for one in own if _meet(one[0], cell)] for cell in cells]
        for some in (*([one] for one in own), *near, own):
            met = sum(amount for cell, amount in taken if any(_meet(cell, other) for other, _ in some))
            if sum(amount for _, amount in some) > met * (1 + _LAST_DIGIT) + _LAST_DIGIT:
                return True
    return False


def within(cell: Key, other: Key) -> bool:
    """Whether all of a cell is in another one."""
    return all(a == b or b in _WHOLE for a, b in zip(cell, other, strict=True))


def people_once(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows of people that are added for each of `keys`, at each position of each source (`added_once`)."""
    told_by = [name for name in _TOLD_APART if name not in keys]
    return added_once(rows, [*keys, "source", "position", "indicator_code"], told_by, "value")


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
    known = _known(rows, keys, part_columns, "amount_eur") if changing else {}
    rows = rows[has_key(rows, [*keys, "source"], changing)] if changing else rows[:0]
    if rows.empty:
        return whole
    looked_at = has_key(totals, [*keys, "source"], changing)
    whole[looked_at] = np.array(_stand_for_all(totals[looked_at], rows, keys, known))
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


def _stand_for_all(totals: pd.DataFrame, rows: pd.DataFrame, keys: list[str], known: dict[Key, Told]) -> list[bool]:
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
        key = place[: len(keys)]
        series, here = (*key, place[-2]), told[place]
        # what a plan of another date says is not asked
        known_here = known[key]._replace(planned=())
        if of_plan[number]:
            last, before = last_plan.get(series, (document, set()))
            whole[number] = last == document or all(covered(cell, here, known_here) for cell in before - here)
            if whole[number]:
                now = funded[place] | _in_bare_totals(before, here) or before
                last_plan[series] = document, now
                plans[series].append((position, now))
        else:
            in_force = [cells for since, cells in plans[series] if since <= position]
            # a plan that tells the total alone says nothing of the parts
            expected = in_force[-1] if in_force else set()
            missing = {cell for cell in seen[place[:-1]] - here if not covered(cell, here, known_here)}
            if expected:
                pieces = (shared(cell, part) for cell in missing for part in expected)
                missing = {piece for piece in pieces if piece and not covered(piece, here, known_here)}
            whole[number] = not missing
            # with a figure of several parts together all of them are seen
            seen[place[:-1]] |= here | {part for part in expected - here if covered(part, here, known_here)}
    return whole


def _in_bare_totals(cells: set[Key], told: set[Key]) -> set[Key]:
    """Those of the cells that a figure of all axes has in it which is told without its axes."""
    totals = {cell for cell in told if cell[0] == ALL}
    totals = apart(totals, told - totals)
    return cells - apart(cells, totals) if totals else set()
