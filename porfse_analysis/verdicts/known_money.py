"""The money a verdict rests on: what was published by a date, each euro told once."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.indicators.keys import keys_of
from porfse_analysis.indicators.positions import of_series
from porfse_analysis.indicators.whole import has_both, within
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.cells import Cells

__all__ = ["money_by"]

_PLACE = ["axis", "stage", "source", "cutoff"]
_TOLD_BY = ["fund", "region_category"]
_EURO = 1.0
"""What rounding may add to a difference for each figure in it: plans are published in whole euro."""


def money_by(finance: pd.DataFrame, date: pd.Timestamp) -> Cells:
    """The finance of one programme by a date, along its series: of each position the whole or its parts.

    The parts (funds, categories of region) stand where they add up to the whole, but for rounding, because each has a
    rate of its own, and those of a plan always; of figures of all axes the whole stands. Certified parts that do not
    add up to the whole of their axis are left beside it: what is not told of one of them is missing.
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
                told = group.loc[[index, *parts]]
                apart = abs(told["amount_eur"].iloc[1:].sum() - told["amount_eur"].iloc[0])
                rounding = told["precision"].clip(lower=_EURO).fillna(_EURO).sum() / 2
                same = apart <= rounding or told["qualifier"].isin(["more_than", "less_than"]).any()
                if same or told["stage"].iloc[0] == "allocation":
                    gone.append(index)
                elif told["axis"].iloc[0] == ALL:
                    gone += parts
    return Cells.of(rows.drop(index=gone).reset_index(drop=True) if gone else rows)
