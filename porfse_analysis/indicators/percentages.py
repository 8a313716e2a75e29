"""Percentages in disguise: result targets that are a share while their values are numbers of people.

Two levels, both decided at a cutoff from what was known by then. `percentage_targets` are refused: no ratio has a
meaning. `suspected_percentages` are doubtful: the ratio stands in the results and in nothing made from them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import pandas as pd

from porfse_analysis.codes import counts_people, is_percentage, is_result
from porfse_analysis.indicators.keys import TARGET_KEY, Key, keys_of
from porfse_analysis.indicators.plans import are_in_force
from porfse_analysis.indicators.positions import source_rank
from porfse_analysis.periods import PERIODS

__all__ = [
    "exceeded_tenfold",
    "in_disguise",
    "percentage_targets",
    "suspected_percentages",
]

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
_SIBLINGS = [*_PRIORITY, "indicator_type", "plan_version"]


def in_disguise(values: pd.Series, target: pd.Series | float) -> pd.Series:
    """Whether a target can only be a percentage: above 0 and at most 100, while the value exceeds ten times that."""
    aims = pd.Series(target, index=values.index)
    found: pd.Series = aims.gt(0) & aims.le(_CEILING) & (values > _EXCESS * aims)
    return found


def percentage_targets(targets: pd.DataFrame, exceeded: pd.DataFrame, against: str = "target") -> set[Key]:
    """The keys (`TARGET_KEY`) whose target is a percentage: no ratio.

    Listed as one (unit %), or a result target above 0 and at most 100 that the value exceeded tenfold at a position
    not after the cutoff (`exceeded`: of `exceeded_tenfold`).
    """
    units = [unit for unit in targets["unit"].unique() if is_percentage(unit)]
    listed = targets[targets["unit"].isin(units)]
    disguised = exceeded[exceeded[against].le(_CEILING)]
    return {*keys_of(listed, TARGET_KEY), *keys_of(disguised, TARGET_KEY)}


def suspected_percentages(
    aims: pd.DataFrame,
    refused: set[Key],
    exceeded: pd.DataFrame,
    achievements: pd.DataFrame,
    cutoff: pd.Timestamp,
    against: str = "target",
) -> set[Key]:
    """The keys (`TARGET_KEY`) of result targets that are not refused and yet look like a percentage.

    `aims`: the targets in force (the key, target, plan_version); `refused`: those of `percentage_targets`; `exceeded`:
    those of `exceeded_tenfold`. A target
    up to 100 is suspected when a target of the same fund, axis, priority, type and plan is refused; when it is at
    most 5% of the participants of a priority with 1,000 or more; when it is of the Youth Employment Initiative and
    the priority has 500 or more. A target of 101 to 200 when its values exceeded it tenfold and such a sibling is
    refused. None is suspected beside a sibling above 100 and at most ten times as large that nothing speaks against:
    there small numbers of people are what the plan sets.
    """
    rows = aims[is_result(aims) & aims["target"].gt(0)]
    if not rows["target"].le(_DOUBTFUL_CEILING).any():
        return set()
    above = set(keys_of(exceeded[exceeded[against].gt(_CEILING)], TARGET_KEY))
    people = _reached(achievements, cutoff)
    told = list(zip(keys_of(rows, TARGET_KEY), keys_of(rows, _SIBLINGS), rows["target"].tolist(), strict=True))
    beside_refused = {siblings for place, siblings, _ in told if place in refused}
    in_doubt, counts = {}, dict[Key, float]()
    for place, siblings, target in told:
        if place in refused:
            continue
        sibling, reached = siblings in beside_refused, people.get(place[:4], 0.0)
        if target <= _CEILING:
            of_many = reached >= _LARGE_GROUP and target <= _SMALL_SHARE * reached
            doubtful = sibling or of_many or (siblings[4] == "RYEI" and reached >= _LARGE_YEI_GROUP)
        else:
            doubtful = sibling and target <= _DOUBTFUL_CEILING and place in above
        if doubtful:
            in_doubt[place] = siblings, target
        elif target > _CEILING:
            counts[siblings] = min(target, counts.get(siblings, target))
    return {
        place
        for place, (siblings, target) in in_doubt.items()
        if siblings not in counts or counts[siblings] > _COMPARABLE * target
    }


def exceeded_tenfold(
    achievements: pd.DataFrame, targets: pd.DataFrame, cutoff: pd.Timestamp, against: str
) -> pd.DataFrame:
    """Result targets (the key, `against`) that a value exceeded tenfold at a position, as far as it may matter."""
    aims = targets[is_result(targets) & targets[against].gt(0) & targets[against].le(_DOUBTFUL_CEILING)]
    # few values are so high, and of few indicators: the texts of the others need not be compared
    high = (achievements["value"] > _EXCESS * aims[against].min()) & (achievements["cutoff"] <= cutoff)
    results = achievements.loc[high, [*TARGET_KEY, "cutoff", "data_date", "value"]]
    of_aims = results["indicator_code"].isin(aims["indicator_code"].unique())
    results = results[of_aims & is_result(results)]
    met = results.merge(aims[[*TARGET_KEY, "plan_version", against]], on=TARGET_KEY)
    met = met[met["value"] > _EXCESS * met[against]]
    dates = met["data_date"].fillna(met["cutoff"]).tolist()
    exceeded: pd.DataFrame = met.loc[are_in_force(met, dates, targets), [*TARGET_KEY, against]]
    return exceeded


_COUNTING = {code for period in PERIODS.values() for code in period.participants}
"""The participants of any period: here they only tell whether a target can be a count."""


def _reached(achievements: pd.DataFrame, cutoff: pd.Timestamp) -> dict[Key, float]:
    """The participants of each priority (`_PRIORITY`) at its newest position not after the cutoff."""
    rows = achievements[achievements["indicator_code"].isin(_COUNTING) & (achievements["cutoff"] <= cutoff)]
    rows = rows[counts_people(rows) & rows["value"].notna()]
    values: defaultdict[Key, defaultdict[Any, list[float]]] = defaultdict(lambda: defaultdict(list))
    positions = zip(rows["cutoff"], -source_rank(rows["source"]), strict=True)
    for place, position, value in zip(keys_of(rows, _PRIORITY), positions, rows["value"], strict=True):
        values[place][position].append(value)
    return {place: math.fsum(of_place[max(of_place)]) for place, of_place in values.items()}
