"""Achievements against targets: which targets are in force, which are percentages in disguise, and the ratio."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.positions import newest, source_rank
from porfse_analysis.indicators.result import as_cutoff, join_notes, make_result
from porfse_analysis.schema import FORMER_NAMES

__all__ = [
    "AGAINST",
    "PERCENTAGE_UNITS",
    "RESULT_TYPES",
    "check_against",
    "in_disguise",
    "is_percentage",
    "percentage_targets",
    "plan_versions",
    "reported_late",
    "target_achievement_ratio",
    "targets_in_force",
]

AGAINST = {"target": "target_achievement_ratio", "milestone": "milestone_achievement_ratio"}
"""Column of the targets -> name of the ratio."""

RESULT_TYPES = ("RESF", "RYEI")
PERCENTAGE_UNITS = ("%", "percent", "per cent", "percentage", "percentuale", "per cento")
"""How sources write the unit of a percentage."""

# a result target up to 100 that the value exceeds tenfold cannot be a number of people
_PERCENTAGE_CEILING = 100
_PERCENTAGE_EXCESS = 10

_GROUP = ["programme", "fund", "axis", "investment_priority", "indicator_type", "indicator_code"]
_KEY = [*_GROUP, "region_category"]


def check_against(against: object) -> str:
    """`against` if it is one of `AGAINST`; raises `ParameterError` otherwise, naming what a former value is called."""
    if against in AGAINST:
        return str(against)
    former = FORMER_NAMES["targets"].get(str(against))
    raise ParameterError(
        f"against={against!r}: " + (f"it is now called {former!r}" if former else f"use one of {', '.join(AGAINST)}")
    )


def is_percentage(unit: str) -> bool:
    """Whether a unit is that of a percentage, however it is written: percentages do not add up."""
    return " ".join(unit.split()).casefold() in PERCENTAGE_UNITS


def in_disguise(values: pd.Series, target: pd.Series | float) -> pd.Series:
    """Whether a target can only be a percentage: above 0 and at most 100, while the value exceeds ten times that."""
    aims = pd.Series(target, index=values.index)
    found: pd.Series = aims.gt(0) & aims.le(_PERCENTAGE_CEILING) & (values > _PERCENTAGE_EXCESS * aims)
    return found


def plan_versions(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The plan version in force for each programme and date.

    `dates` has columns programme and date; returned with `plan_version` added, "" where none was in force yet: the
    version with the latest `valid_from` not after the date. Two versions valid from one day are in force together.
    """
    starts = targets[["programme", "valid_from", "plan_version"]].drop_duplicates()
    # the first day a version is valid from, when its rows give several
    starts = starts.groupby(["programme", "plan_version"])["valid_from"].min().reset_index()
    merged = pd.merge_asof(
        dates[["programme", "date"]].drop_duplicates().sort_values("date", kind="stable"),
        starts[["programme", "valid_from"]].drop_duplicates().sort_values("valid_from", kind="stable"),
        left_on="date",
        right_on="valid_from",
        by="programme",
        direction="backward",
    )
    merged = merged.merge(starts, on=["programme", "valid_from"], how="left")
    return merged.assign(plan_version=merged["plan_version"].fillna(""))[["programme", "date", "plan_version"]]


def targets_in_force(targets: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The targets in force at each of `dates` (columns programme, date): those of the plan version, whole.

    Returns the rows of `targets` with `date` added. A target that the version in force does not have is gone.
    """
    versions = plan_versions(targets, dates)
    return targets.merge(versions, on=["programme", "plan_version"], how="inner")


def target_achievement_ratio(
    achievements: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    cutoff: object,
    against: str = "target",
    by: str = "indicator",
) -> pd.DataFrame:
    """Achievement of each indicator against its target for 2023 (or its milestone for 2018).

    Formula: sum of the values / sum of the targets, over the categories of region that have a value and a target
    above 0. The value is the newest not after the cutoff (of two sources at one date the preferred one); the target is
    that of the plan in force at the date of the value, and still there in the plan in force at the last position the
    programme reported. Different indicators are never added; above 1 is not clipped.

    Parameters: `achievements` and `targets` as in `porfse_analysis.schema`; `against` target or milestone;
    `by` indicator (categories of region summed) or region_category (kept apart).

    Returns the result columns, one row per fund, axis, investment priority, indicator type and indicator; unit 1;
    numerator and denominator in the unit of the indicator. Notes: stale, partial (a category is left out), restated
    (taken from a later report), no_target, zero_denominator, not_reported, percentage_target (the target is listed as
    a percentage, or a result target in (0, 100] has been exceeded tenfold: no ratio).

    Source of the definition: achievement ratio of the annual implementation reports (Reg. 2015/207, Annex V).
    """
    check_against(against)
    if by not in ("indicator", "region_category"):
        raise ParameterError(f"by={by!r}: use indicator or region_category")
    at = as_cutoff(cutoff)
    keys = _GROUP if by == "indicator" else _KEY
    values = _newest_values(achievements, at, keys)
    aims = _aims(targets, values, at, keys, against)
    rows = values.merge(aims, on=_KEY, how="outer")
    rows = rows.merge(percentage_targets(achievements, targets, at, against), on=_KEY, how="left")
    return _ratios(rows, keys, at, AGAINST[against])


def _newest_values(achievements: pd.DataFrame, cutoff: pd.Timestamp, keys: list[str]) -> pd.DataFrame:
    """The rows of each group's newest position with a value, and the last position its programme reported at all."""
    known = achievements[achievements["cutoff"] <= cutoff].rename(columns={"cutoff": "position"})
    known = known.assign(rank=source_rank(known["source"]), source=known["source"].astype("str"))
    known["data_date"] = known["data_date"].fillna(known["position"])
    published = known[known["value"].notna()]
    picked = newest(published, keys)[[*keys, "source", "position"]]
    last = published.groupby("programme")["data_date"].max().reset_index()
    rows = known.merge(picked, on=[*keys, "source", "position"])
    return rows.merge(last.rename(columns={"data_date": "last_reported"}), on="programme", how="left")


def _aims(
    targets: pd.DataFrame,
    values: pd.DataFrame,
    cutoff: pd.Timestamp,
    keys: list[str],
    against: str,
) -> pd.DataFrame:
    """The target of each key in force at the date of its group's value.

    A group without any value is asked for at the last position its programme reported. Of several sources the
    preferred one that has the figure counts. Columns: key, target, target_source.
    """
    dates = values.groupby(keys)["data_date"].min().reset_index().rename(columns={"data_date": "date"})
    groups = targets[keys].drop_duplicates().merge(dates, on=keys, how="outer")
    reported = values[["programme", "last_reported"]].drop_duplicates()
    groups = groups.merge(reported, on="programme", how="left")
    groups["last_reported"] = groups["last_reported"].fillna(cutoff)
    groups["date"] = groups["date"].fillna(groups["last_reported"])
    aims = targets_in_force(targets, groups[["programme", "date"]].drop_duplicates())
    aims = aims.merge(groups, on=[*keys, "date"])
    # a target that the plan has dropped since the value was taken is gone
    now = groups[["programme", "last_reported"]].drop_duplicates().rename(columns={"last_reported": "date"})
    still = targets_in_force(targets, now)
    aims = aims.merge(still.loc[still[against].notna(), _KEY].drop_duplicates(), on=_KEY)
    aims = aims.assign(rank=source_rank(aims["source"]), lacks=aims[against].isna())
    aims = aims.sort_values(["lacks", "rank"], kind="stable").drop_duplicates(_KEY)
    aims = aims.assign(target=aims[against], target_source=aims["source"].astype("str"))
    return aims[[*_KEY, "target", "target_source"]]


def percentage_targets(
    achievements: pd.DataFrame, targets: pd.DataFrame, cutoff: pd.Timestamp, against: str = "target"
) -> pd.DataFrame:
    """The keys whose target is a percentage in disguise.

    Listed as one (unit %), or a result target above 0 and at most 100 that the value exceeded tenfold at a position
    not after the cutoff. Columns: programme, fund, axis, investment_priority, indicator_type, indicator_code,
    region_category, percentage (True).
    """
    units = {unit for unit in targets["unit"].unique() if is_percentage(unit)}
    listed = targets[targets["unit"].isin(units)]
    results = achievements[
        (achievements["cutoff"] <= cutoff)
        & achievements["indicator_type"].isin(RESULT_TYPES)
        & achievements["value"].gt(0)
    ]
    results = results.assign(date=results["data_date"].fillna(results["cutoff"]))
    aims = targets_in_force(
        targets[targets["indicator_type"].isin(RESULT_TYPES)], results[["programme", "date"]].drop_duplicates()
    )
    met = results[[*_KEY, "date", "value"]].merge(aims[[*_KEY, "date", against]], on=[*_KEY, "date"])
    disguised = met[in_disguise(met["value"], met[against])]
    return pd.concat([listed[_KEY], disguised[_KEY]]).drop_duplicates().assign(percentage=True)


def _ratios(rows: pd.DataFrame, keys: list[str], cutoff: pd.Timestamp, name: str) -> pd.DataFrame:
    """One row per group out of its categories of region."""
    has_value, has_target = rows["value"].notna(), rows["target"].gt(0)
    used = has_value & has_target
    rows = rows.assign(
        has_value=has_value,
        has_target=has_target,
        targeted=rows["target"].notna(),
        used=used,
        left_out=~used,
        used_value=rows["value"].where(used),
        used_target=rows["target"].where(used),
        percentage=rows["percentage"].eq(True),
        used_date=rows["data_date"].where(has_value),
        late=reported_late(rows) & has_value,
        source=rows["source"].fillna(rows["target_source"]),
    ).sort_values([*_KEY, "source"], kind="stable")
    groups = rows.groupby(keys, sort=True, dropna=False)
    table = groups.agg(
        numerator=("used_value", "sum"),
        denominator=("used_target", "sum"),
        all_values=("value", "sum"),
        has_value=("has_value", "any"),
        has_target=("has_target", "any"),
        targeted=("targeted", "any"),
        any_used=("used", "any"),
        left_out=("left_out", "any"),
        data_date=("used_date", "min"),
        percentage=("percentage", "any"),
        late=("late", "any"),
        source=("source", "first"),
    ).reset_index()
    value_only = ~table["any_used"]
    table["numerator"] = table["numerator"].where(~value_only, table["all_values"].where(table["has_value"]))
    zero = table["targeted"] & ~table["has_target"]
    table["denominator"] = table["denominator"].where(table["any_used"]).mask(zero, 0.0)
    waiting = ~table["has_value"] & table["has_target"]
    table.loc[waiting, "denominator"] = groups["target"].sum().reset_index(drop=True)[waiting]
    ratio = table["numerator"] / table["denominator"].where(table["denominator"] != 0)
    table["value"] = ratio.mask(table["percentage"])
    table["note"] = join_notes(
        table.index,
        {
            "stale": table["data_date"] < cutoff,
            "partial": table["any_used"] & table["left_out"],
            "restated": table["late"],
            "no_target": ~table["targeted"],
            "zero_denominator": zero,
            "not_reported": ~table["has_value"],
            "percentage_target": table["percentage"] & table["targeted"],
        },
    )
    table["cutoff"], table["indicator"], table["unit"] = cutoff, name, "1"
    order = ["programme", "axis", "fund", "investment_priority", "indicator_type", "indicator_code"]
    return make_result(table.sort_values(order, kind="stable"))


def reported_late(rows: pd.DataFrame) -> pd.Series:
    """Whether the report a value was taken from (2020.0: of 2020) is later than the year of the value."""
    report = pd.to_numeric(rows["reported_in"].str.extract(r"^(\d{4})")[0], errors="coerce")
    late: pd.Series = report > rows["data_date"].dt.year
    return late
