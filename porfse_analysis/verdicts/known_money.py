"""The money a verdict rests on: what was published by a date, each euro told once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from porfse_analysis.indicators.keys import keys_of
from porfse_analysis.indicators.positions import of_series
from porfse_analysis.indicators.whole import chosen_of, has_both, told_of, within
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells

__all__ = ["money_by", "told_once"]

_PLACE = ["axis", "stage", "source", "cutoff"]
_TOLD_BY = ["fund", "region_category"]
_FIGURE = ["amount_eur", "qualifier", "precision"]
_EURO = v.exact(1)
"""What rounding may add to a difference for each figure in it: plans are published in whole euro."""


def money_by(finance: pd.DataFrame, date: pd.Timestamp) -> Cells:
    """The finance of one programme by a date, along its series: of each position the whole or its parts.

    The parts (funds, categories of region) stand where they add up to the whole, but for rounding, because each has a
    rate of its own. Else the whole stands, of a plan and of all axes; certified parts of an axis are left beside it:
    what is not told of one of them is missing.
    """
    rows = of_series(finance[finance["cutoff"] <= date]).reset_index(drop=True)
    both = has_both(rows, _PLACE, _TOLD_BY) & rows["amount_eur"].notna()
    gone: list[int] = []
    for _, group in rows[both].groupby(_PLACE, sort=False, observed=True):
        cells = dict(zip(group.index, keys_of(group, _TOLD_BY), strict=True))
        # the least whole first: what it is made of is told by then
        for index in sorted(cells, key=lambda one: cells[one].count("")):
            others = [other for other in cells if other not in gone and cells[other] != cells[index]]
            parts = [other for other in others if within(cells[other], cells[index])]
            if parts:
                if _add_up(group.loc[parts, _FIGURE], group.loc[index, _FIGURE]):
                    gone.append(index)
                elif group["stage"].iloc[0] == "allocation" or group["axis"].iloc[0] == ALL:
                    gone += parts
    return Cells.of(rows.drop(index=gone).reset_index(drop=True) if gone else rows)


def told_once(rows: Cells) -> Cells:
    """The rows without those of funds, or of categories of region, where a position tells an axis by each of the two.

    The other kind has the same money in it; of the two that which has all of it (`whole.chosen_of`).
    """
    of_fund, of_category = (rows[name] != "" for name in _TOLD_BY)
    either = (of_fund != of_category) & rows.known("amount_eur")
    if not (either & of_fund).any() or not (either & of_category).any():
        return rows
    gone = np.zeros(len(rows), dtype=bool)
    open_end = gone.copy()
    places = list(zip(*(rows[name] for name in _PLACE), strict=True))
    # the funds first, which are decommitted each on its own
    cells = list(zip(*(rows[name] for name in reversed(_TOLD_BY)), strict=True))
    amounts = rows["amount_eur"]
    for place in {places[number] for number in np.flatnonzero(either)}:
        numbers = [number for number in np.flatnonzero(either) if places[number] == place]
        chosen, lacks = chosen_of([(cells[number], amounts[number]) for number in numbers], told_of(cells))
        gone[numbers] = [not one for one in chosen]
        open_end[numbers] = lacks
    kept = rows.where(~gone)
    # what the others have more is not known: those kept are the least there is
    at_least = open_end[~gone] & (kept["stage"] != "allocation")
    if not at_least.any():
        return kept
    frame = kept.frame
    return Cells.of(frame.assign(qualifier=frame["qualifier"].astype("object").mask(at_least, "more_than")))


def _add_up(parts: pd.DataFrame, whole: pd.Series) -> bool:
    """Whether figures that all have an upper end may add up to the whole, each rounded or cut as it is published."""
    low, high = v.bounds(*whole)
    limits = [v.bounds(*part) for part in parts.itertuples(index=False)]
    least, most = (sum((limit[end] for limit in limits), v.ZERO) for end in (0, 1))
    slack = _EURO * len(limits)
    return most < v.INFINITE and least <= high + slack and most >= low - slack
