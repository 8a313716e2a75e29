"""Achievements against targets: the target in force at the date of each value, and the ratio."""

from __future__ import annotations

from typing import Any

import pandas as pd

from porfse_analysis.codes import in_reading_order, is_result
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.keys import TARGET_KEY, Key, has_key, keys_of
from porfse_analysis.indicators.people import put_right
from porfse_analysis.indicators.percentages import (
    exceeded_tenfold,
    percentage_targets,
    suspected_percentages,
)
from porfse_analysis.indicators.plans import are_in_force
from porfse_analysis.indicators.positions import at_newest, reported_late, source_rank
from porfse_analysis.indicators.result import (
    BOUNDS,
    bound_flags,
    bound_of,
    collect,
    has_note,
    join_notes,
    make_result,
    may_be_less,
)
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.programme import Programme
from porfse_analysis.schema import FORMER_NAMES

__all__ = [
    "AGAINST",
    "REACHED",
    "TARGET_GROUPINGS",
    "check_against",
    "counted_ratios",
    "is_reached",
    "suspected_ratios",
    "target_achievement_ratio",
]

AGAINST = {"target": "target_achievement_ratio", "milestone": "milestone_achievement_ratio"}
"""Column of the targets -> name of the ratio."""

TARGET_GROUPINGS = ("indicator", "region_category")
"""What a ratio can be grouped by: categories of region added, or kept apart."""

REACHED = 1.0
"""The ratio from which a target is reached."""

_GROUP = TARGET_KEY[:-1]


def check_against(against: object) -> str:
    """`against` if it is one of `AGAINST`; raises `ParameterError` otherwise, naming what a former value is called."""
    if against in AGAINST:
        return str(against)
    former = FORMER_NAMES["targets"].get(str(against))
    raise ParameterError(
        f"against={against!r}: " + (f"it is now called {former!r}" if former else f"use one of {', '.join(AGAINST)}")
    )


def target_achievement_ratio(
    achievements: Programme | pd.DataFrame,
    targets: pd.DataFrame | None = None,
    *,
    cutoff: object,
    against: str = "target",
    by: str = "indicator",
) -> pd.DataFrame:
    """Achievement of each indicator against its target for 2023 (or its milestone for 2018).

    Formula: sum of the values / sum of the targets, over the categories of region that have a value and a target
    above 0. The value is the newest not after the cutoff (of two sources at one date the preferred one); the target is
    that of the plan in force at the date of the value, and still there in the plan in force at the last position the
    programme reported. Different indicators are never added; above 1 is not clipped. A financial indicator of the
    performance framework, whose value is the money certified, has no row (see `performance_framework`).

    Parameters
    ----------
    achievements, targets
        A `Programme` alone, or its tables achievements and targets (columns: `porfse_analysis.schema`).
    cutoff
        The reporting date: ISO text, date or Timestamp.
    against
        target or milestone.
    by
        indicator (categories of region summed) or region_category (kept apart).

    Returns
    -------
    DataFrame
        The result columns, one row per fund, axis, investment priority, indicator type and indicator; unit 1; numerator
        and denominator in the unit of the indicator. Notes: stale, partial (a category is left out), restated (taken
        from a later report), no_target, zero_denominator, not_reported, percentage_target (the target is listed as a
        percentage, or a result target in (0, 100] has been exceeded tenfold: no ratio), percentage_suspected (it may be
        one: the ratio is in no count, ranking or mean), the bounds (`result.BOUNDS`) of values that are not exact.
        Percentages are never added: a group of several categories of region has no denominator and, suspected, no ratio
        either.

    Raises
    ------
    ParameterError
        For a date that is none, another `against` or `by`, a frame without the columns.

    References
    ----------
    Achievement ratio of the annual implementation reports (Impl. Reg. (EU) 2015/207, Annex V).

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> ratios = pf.target_achievement_ratio(pf.load_programme(), cutoff="2020-12-31")
    >>> unemployed = ratios[(ratios["axis"] == "I") & (ratios["indicator_code"] == "CO01") & ratios["value"].notna()]
    >>> unemployed[["numerator", "denominator", "value"]].round(4).values.tolist()
    [[157891.0, 131480.0, 1.2009]]
    """
    reached, plans = tables_of(achievements=achievements, targets=targets)
    require(reached, "achievements")
    require(plans, "targets")
    check_against(against)
    if by not in TARGET_GROUPINGS:
        raise ParameterError(f"by={by!r}: use {' or '.join(TARGET_GROUPINGS)}")
    at = as_cutoff(cutoff)
    keys = _GROUP if by == "indicator" else TARGET_KEY
    values = _newest_values(reached, at, keys)
    counted = _not_of_money(plans, reached)
    aims = _aims(counted, plans, values, _last_reported(reached, counted, at), keys, against)
    exceeded = exceeded_tenfold(reached, plans, at, against)
    refused = percentage_targets(plans, exceeded, against)
    suspected = suspected_percentages(aims, refused, exceeded, reached, at, against)
    rows = values.merge(aims, on=TARGET_KEY, how="outer")
    rows = rows.assign(percentage=has_key(rows, TARGET_KEY, refused), suspected=has_key(rows, TARGET_KEY, suspected))
    return with_names(_ratios(rows, keys, at, AGAINST[against]), achievements)


def suspected_ratios(
    achievements: pd.DataFrame, targets: pd.DataFrame, exceeded: pd.DataFrame, cutoff: pd.Timestamp
) -> pd.DataFrame:
    """The ratios by category of region whose target may be a percentage (`percentages.suspected_percentages`).

    `exceeded`: of `percentages.exceeded_tenfold`.
    """
    aimed, reached = (rows[is_result(rows)] for rows in (targets, achievements))
    values = _newest_values(reached, cutoff, TARGET_KEY)
    aims = _aims(aimed, targets, values, _last_reported(achievements, aimed, cutoff), TARGET_KEY, "target")
    refused = percentage_targets(targets, exceeded)
    suspected = suspected_percentages(aims, refused, exceeded, achievements, cutoff)
    aims = aims[has_key(aims, TARGET_KEY, suspected)]
    if aims.empty:
        return collect([])
    rows = values.merge(aims, on=TARGET_KEY, how="right").assign(percentage=False, suspected=True)
    return _ratios(rows, TARGET_KEY, cutoff, AGAINST["target"])


def counted_ratios(results: pd.DataFrame, against: str = "target") -> pd.DataFrame:
    """The ratios that are counted, ranked and drawn: those there are of targets in force, but for the doubtful ones."""
    rows = results[(results["indicator"] == AGAINST[against]) & results["value"].notna()]
    left_out = has_note(rows["note"], "no_target") | has_note(rows["note"], "percentage_suspected")
    return rows[~left_out].reset_index(drop=True)


def is_reached(ratios: pd.Series, notes: pd.Series | None = None) -> pd.Series:
    """Whether each ratio surely reaches its target (or milestone): one that may be less may not."""
    reached = ratios >= REACHED
    return reached if notes is None else reached & ~notes.map(may_be_less).astype(bool)


def _newest_values(achievements: pd.DataFrame, cutoff: pd.Timestamp, keys: list[str]) -> pd.DataFrame:
    """The rows of each group's newest position with a value."""
    told = [*TARGET_KEY, "cutoff", "source", "value", "qualifier", "data_date", "reported_in"]
    told += ["series"] if "series" in achievements else []
    known = achievements.loc[achievements["cutoff"] <= cutoff, told].rename(columns={"cutoff": "position"})
    known = known.assign(
        rank=source_rank(known["source"]),
        source=known["source"].astype("str"),
        data_date=known["data_date"].fillna(known["position"]),
    )
    if "series" not in known or known["series"].nunique() == known["source"].nunique():
        return at_newest(known, keys, known[known["value"].notna()])
    # along a series of documents: an erratum of one figure leaves the others of its position standing
    known = put_right(known.assign(document=known["source"]))
    newest = at_newest(known, keys, known[known["value"].notna()])
    return newest.assign(source=newest["document"])


def _not_of_money(targets: pd.DataFrame, achievements: pd.DataFrame) -> pd.DataFrame:
    """Targets without those of money, which table finance has the values of, unless achievements has them too."""
    financial = targets["kind"] == "financial"
    if not financial.any():
        return targets
    return targets[~financial | has_key(targets, TARGET_KEY, set(keys_of(achievements, TARGET_KEY)))]


def _last_reported(achievements: pd.DataFrame, targets: pd.DataFrame, cutoff: pd.Timestamp) -> list[pd.Timestamp]:
    """Beside each target the last position its programme reported a value at, the cutoff where there is none."""
    published = achievements["value"].notna() & (achievements["cutoff"] <= cutoff)
    dates = achievements["data_date"].fillna(achievements["cutoff"])[published]
    last = dates.groupby(achievements["programme"][published]).max().to_dict()
    return [last.get(programme, cutoff) for programme in targets["programme"]]


def _aims(
    targets: pd.DataFrame,
    plans: pd.DataFrame,
    values: pd.DataFrame,
    now: list[pd.Timestamp],
    keys: list[str],
    against: str,
) -> pd.DataFrame:
    """The target of each key in force at the date of its group's value, by the versions that `plans` have.

    A group without any value is asked for `now` (`_last_reported`). Of several sources the preferred one that has the
    figure counts. Columns: key, target, target_source, plan_version.
    """
    dates: dict[Key, pd.Timestamp] = {}
    valued = values[values["value"].notna()]
    for group, date in zip(keys_of(valued, keys), valued["data_date"], strict=True):
        dates[group] = min(date, dates.get(group, date))
    then = [dates.get(group, last) for group, last in zip(keys_of(targets, keys), now, strict=True)]
    # a target that the plan has dropped since the value was taken is gone
    still = targets[targets[against].notna() & are_in_force(targets, now, plans)]
    aims = targets[are_in_force(targets, then, plans)]
    aims = aims[has_key(aims, TARGET_KEY, set(keys_of(still, TARGET_KEY)))]
    aims = aims.assign(rank=source_rank(aims["source"]), lacks=aims[against].isna())
    aims = aims.sort_values(["lacks", "rank"], kind="stable").drop_duplicates(TARGET_KEY)
    aims = aims.assign(target=aims[against], target_source=aims["source"].astype("str"))
    return aims[[*TARGET_KEY, "target", "target_source", "plan_version"]]


def _ratios(rows: pd.DataFrame, keys: list[str], cutoff: pd.Timestamp, name: str) -> pd.DataFrame:
    """One row per group out of its categories of region."""
    table = _summed(rows, keys)
    value_only = ~table["any_used"]
    table["numerator"] = table["numerator"].where(~value_only, table["all_values"].where(table["has_value"]))
    zero = table["targeted"] & ~table["has_target"]
    table["denominator"] = table["denominator"].where(table["any_used"]).mask(zero, 0.0)
    waiting = ~table["has_value"] & table["has_target"]
    table.loc[waiting, "denominator"] = table["all_targets"][waiting]
    # percentages of several categories of region are not added
    several = table["used"].where(table["any_used"], table["targets"]).gt(1)
    table["denominator"] = table["denominator"].mask((table["percentage"] | table["suspected"]) & several)
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
            "percentage_suspected": table["suspected"] & ~table["percentage"],
            **bound_flags(table["bound"]),
        },
    )
    table["cutoff"], table["indicator"], table["unit"] = cutoff, name, "1"
    # by the other keys the groups are in order
    return make_result(table.sort_values(["programme", "axis", "fund"], key=in_reading_order, kind="stable"))


def _summed(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Per group: its values and its targets added, what its categories of region have of both, the bound of the sum."""
    has_value, has_target = rows["value"].notna(), rows["target"].gt(0)
    both = has_value & has_target
    within = _within_whole(both, rows, keys)
    has_value &= ~_within_whole(has_value, rows, keys)
    has_target &= ~_within_whole(has_target, rows, keys)
    used = both & ~within
    rows = rows.assign(
        has_value=has_value,
        has_target=has_target,
        targeted=rows["target"].notna(),
        used=used,
        left_out=~(both | within),
        value=rows["value"].where(has_value),
        target=rows["target"].where(has_target),
        used_value=rows["value"].where(used),
        used_target=rows["target"].where(used),
        used_date=rows["data_date"].where(has_value),
        late=reported_late(rows) & has_value,
        source=rows["source"].fillna(rows["target_source"]),
    ).sort_values(["region_category", "source"], kind="stable")
    groups = rows.groupby(keys, sort=True, dropna=False)
    flags = ["has_value", "targeted", "left_out", "percentage", "suspected", "late"]
    table = groups[["used_value", "used_target", "value", "target", "used", "has_target", *flags]].sum()
    table.columns = ["numerator", "denominator", "all_values", "all_targets", "used", "targets", *flags]
    table = table.assign(
        **(table[flags] > 0),
        any_used=table["used"] > 0,
        has_target=table["targets"] > 0,
        data_date=groups["used_date"].min(),
        source=_cited(rows, groups),
        bound=_bounds(rows, keys, table.index),
    )
    return table.reset_index()


def _cited(rows: pd.DataFrame, groups: Any) -> pd.Series:
    """The documents of the values of each group; without any value, that of its target."""
    first: pd.Series = groups["source"].first()
    values = rows[rows["has_value"]]
    several = values.groupby(list(first.index.names), sort=False, dropna=False)["source"].nunique().gt(1)
    if several.any():
        of_group = values.groupby(list(first.index.names), sort=False, dropna=False)["source"]
        names = of_group.agg(lambda told: ";".join(dict.fromkeys(told)))
        first = first.mask(several.reindex(first.index, fill_value=False), names.reindex(first.index))
    return first


def _within_whole(told: pd.Series, rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Which rows are of a category of region in a group that has the figures of all of them together."""
    whole = told & rows["region_category"].eq("")
    if "region_category" in keys or not whole.any():
        return pd.Series(data=False, index=rows.index)
    groups = whole.groupby([rows[name] for name in keys], sort=False, dropna=False)
    return groups.transform("any") & rows["region_category"].ne("")


def _bounds(rows: pd.DataFrame, keys: list[str], index: pd.Index) -> pd.Series | str:
    """The bound of each group's value: of the values that its ratio is made of, or of those it has."""
    if not rows["qualifier"].isin(BOUNDS).any():
        return ""
    any_used = rows.groupby(keys, sort=False, dropna=False)["used"].transform("any")
    told = rows[rows["used"].where(any_used, rows["has_value"])]
    return bound_of(told["qualifier"], [told[name] for name in keys], index)
