"""Targets reached since an earlier date, and what the plan did to them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from porfse_analysis.indicators.result import has_note, make_result
from porfse_analysis.indicators.targets import AGAINST, counted_ratios, is_reached
from porfse_analysis.schema import DATE_DTYPE

__all__ = ["AGAINST_BEFORE", "GAINED_COLUMNS", "gained_targets"]

AGAINST_BEFORE = (
    "reached",  # the value reaches the target before as well
    "lowered",  # the value reaches only the target now, which is lower
    "unknown",  # there was no target before, or the two are of other categories of region
)
"""What the value now is worth against the target of the date before."""

GAINED_COLUMNS = (
    *("programme", "fund", "axis", "investment_priority", "indicator_type", "indicator_code", "region_category"),
    *("numerator", "denominator", "denominator_before", "value", "value_before", "data_date", "data_date_before"),
    *("against_before", "value_against_before"),
)

_KEY = list(GAINED_COLUMNS[:7])


def gained_targets(changes: pd.DataFrame, against: str = "target") -> pd.DataFrame:
    """The targets reached at a date and not at the date before, each against the target of the date before.

    Formula: of the ratios that are counted (`counted_ratios`) and are 1 or more at the cutoff, those that at the date
    compared with were less, or were not counted; value_against_before = value of the cutoff / target of the date
    before.

    Parameters: `changes` of `target_ratio_changes` or `all_changes`; `against` target or milestone.

    Returns `GAINED_COLUMNS`, one row per target gained: the figures of the two dates, against_before
    (`AGAINST_BEFORE`) and value_against_before, a ratio (unit 1; missing where unknown).
    """
    rows = changes[changes["indicator"] == AGAINST[against]]
    now = _reached(rows, against)
    earlier = rows.assign(value=rows["value_before"], note=rows["note_before"])
    rows = rows.merge(now, on=_KEY).merge(_reached(earlier, against), on=_KEY, how="left", indicator="before")
    rows = rows[rows["before"] == "left_only"].reset_index(drop=True)
    ratio = rows["numerator"] / rows["denominator_before"].where(rows["denominator_before"] > 0)
    partial = has_note(rows["note"], "partial") | has_note(rows["note_before"], "partial")
    ratio = ratio.mask(partial | has_note(rows["note_before"], "percentage_target"))
    met = np.select([ratio.isna(), is_reached(ratio)], ["unknown", "reached"], "lowered")
    rows["data_date_before"] = rows["data_date_before"].astype(DATE_DTYPE)
    return rows.assign(against_before=met, value_against_before=ratio)[list(GAINED_COLUMNS)]


def _reached(rows: pd.DataFrame, against: str) -> pd.DataFrame:
    counted = counted_ratios(make_result(rows), against)
    return counted.loc[is_reached(counted["value"], counted["note"]), _KEY]
