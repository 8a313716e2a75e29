"""Percentages in disguise: result targets that are a share while their values are numbers of people.

Two levels, both decided at a cutoff from what was known by then. `percentage_targets` are refused: no ratio has a
meaning. `suspected_percentages` are doubtful: the ratio stands in the results and in nothing made from them.
"""

from __future__ import annotations

import pandas as pd

from porfse_analysis.codes import ESF_TYPES, is_percentage
from porfse_analysis.indicators.plans import targets_in_force
from porfse_analysis.indicators.positions import at_newest, source_rank
from porfse_analysis.periods import PERIODS

__all__ = [
    "RESULT_TYPES",
    "exceeded_tenfold",
    "in_disguise",
    "percentage_targets",
    "suspected_percentages",
]

RESULT_TYPES = ("RESF", "RYEI")
"""Types of the indicators of results, ESF and Youth Employment Initiative."""

# a result target up to 100 that the value exceeds tenfold cannot be a number of people
_CEILING = 100
_EXCESS = 10

# suspicion: what is known of the group of the target
_DOUBTFUL_CEILING = 200
_SMALL_SHARE = 0.05
_LARGE_GROUP = 1000
_LARGE_YEI_GROUP = 500
_COMPARABLE = 10

_PRIORITY = ["programme", "fund", "axis", "investment_priority"]
_KEY = [*_PRIORITY, "indicator_type", "indicator_code", "region_category"]
_SIBLINGS = [*_PRIORITY, "indicator_type", "plan_version"]


def in_disguise(values: pd.Series, target: pd.Series | float) -> pd.Series:
    """Whether a target can only be a percentage: above 0 and at most 100, while the value exceeds ten times that."""
    aims = pd.Series(target, index=values.index)
    found: pd.Series = aims.gt(0) & aims.le(_CEILING) & (values > _EXCESS * aims)
    return found


def percentage_targets(targets: pd.DataFrame, exceeded: pd.DataFrame, against: str = "target") -> pd.DataFrame:
    """The keys whose target is a percentage: no ratio.

    Listed as one (unit %), or a result target above 0 and at most 100 that the value exceeded tenfold at a position
    not after the cutoff (`exceeded`: of `exceeded_tenfold`). Columns: programme, fund, axis, investment_priority,
    indicator_type, indicator_code, region_category, percentage (True).
    """
    disguised = exceeded[exceeded[against].le(_CEILING)]
    units = {unit for unit in targets["unit"].unique() if is_percentage(unit)}
    listed = targets[targets["unit"].isin(units)]
    return pd.concat([listed[_KEY], disguised[_KEY]]).drop_duplicates().assign(percentage=True)


def suspected_percentages(
    aims: pd.DataFrame,
    refused: pd.DataFrame,
    exceeded: pd.DataFrame,
    achievements: pd.DataFrame,
    cutoff: pd.Timestamp,
    against: str = "target",
) -> pd.DataFrame:
    """The keys of result targets that are not refused and yet look like a percentage.

    `aims`: the targets in force (the key, target, plan_version); `refused`: those of `percentage_targets`; `exceeded`:
    those of `exceeded_tenfold`. A target
    up to 100 is suspected when a target of the same fund, axis, priority, type and plan is refused; when it is at
    most 5% of the participants of a priority with 1,000 or more; when it is of the Youth Employment Initiative and
    the priority has 500 or more. A target of 101 to 200 when its values exceeded it tenfold and such a sibling is
    refused. None is suspected beside a sibling above 100 and at most ten times as large that nothing speaks against:
    there small numbers of people are what the plan sets.

    Columns: as `percentage_targets`, with suspected (True) for percentage.
    """
    rows = aims[aims["indicator_type"].isin(RESULT_TYPES) & aims["target"].gt(0)]
    rows = rows.merge(refused, on=_KEY, how="left").reset_index(drop=True)
    rows["refused"] = rows["percentage"].eq(True)
    exceeded = exceeded.loc[exceeded[against].gt(_CEILING), _KEY].drop_duplicates().assign(exceeded=True)
    rows = rows.merge(exceeded, on=_KEY, how="left")
    rows = rows.merge(_reached(achievements, cutoff), on=_PRIORITY, how="left")
    sibling = rows.groupby(_SIBLINGS, sort=False)["refused"].transform("any") & ~rows["refused"]
    small = rows["target"].le(_CEILING)
    of_many = rows["people"].ge(_LARGE_GROUP) & rows["target"].le(_SMALL_SHARE * rows["people"])
    of_youth = rows["indicator_type"].eq("RYEI") & rows["people"].ge(_LARGE_YEI_GROUP)
    in_doubt = small & (sibling | of_many | of_youth)
    in_doubt |= ~small & rows["target"].le(_DOUBTFUL_CEILING) & rows["exceeded"].eq(True) & sibling
    in_doubt &= ~rows["refused"]
    counts = rows.loc[~small & ~rows["refused"] & ~in_doubt, [*_SIBLINGS, "target"]]
    beside = rows.loc[in_doubt, [*_SIBLINGS, "target"]].reset_index()
    beside = beside.merge(counts, on=_SIBLINGS, suffixes=("", "_beside"))
    cleared = beside.loc[beside["target_beside"] <= _COMPARABLE * beside["target"], "index"]
    return rows.loc[in_doubt & ~rows.index.isin(cleared), _KEY].assign(suspected=True)


def exceeded_tenfold(
    achievements: pd.DataFrame, targets: pd.DataFrame, cutoff: pd.Timestamp, against: str
) -> pd.DataFrame:
    """Result targets (the key, `against`) that a value exceeded tenfold at a position, as far as it may matter."""
    of_results = achievements["indicator_type"].isin(RESULT_TYPES)
    results = achievements[(achievements["cutoff"] <= cutoff) & of_results & achievements["value"].gt(0)]
    results = results.assign(date=results["data_date"].fillna(results["cutoff"]))
    of_results = targets["indicator_type"].isin(RESULT_TYPES)
    aims = targets_in_force(targets[of_results], results[["programme", "date"]].drop_duplicates())
    aims = aims[aims[against].gt(0) & aims[against].le(_DOUBTFUL_CEILING)]
    # of few indicators, and few of their values: the texts of the others need not be compared
    results = results[results["indicator_code"].isin(aims["indicator_code"].unique())]
    results = results[results["value"] > _EXCESS * aims[against].min()]
    met = results[[*_KEY, "date", "value"]].merge(aims[[*_KEY, "date", against]], on=[*_KEY, "date"])
    exceeded: pd.DataFrame = met.loc[met["value"] > _EXCESS * met[against], [*_KEY, against]]
    return exceeded


_COUNTING = {code for period in PERIODS.values() for code in period.participants}
"""The participants of any period: here they only tell whether a target can be a count."""


def _reached(achievements: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The participants of each priority at its newest position not after the cutoff: _PRIORITY, people."""
    counted = achievements["indicator_code"].isin(_COUNTING) & achievements["indicator_type"].isin(ESF_TYPES)
    rows = achievements[counted & (achievements["cutoff"] <= cutoff) & achievements["value"].notna()]
    rows = rows.rename(columns={"cutoff": "position"})
    rows = rows.assign(rank=source_rank(rows["source"]), source=rows["source"].astype("str"))
    return at_newest(rows, _PRIORITY).groupby(_PRIORITY, sort=False)["value"].sum().rename("people").reset_index()
