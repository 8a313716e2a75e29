"""What moved between two reporting dates, and how much of it is progress and how much a change of the plan.

The rates of each date are those of `financial` and `targets`; here they are set side by side, refused where the two
figures do not compare, and split where they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.codes import in_reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.financial import RATES, rate_rows
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.per_capita import counts_participants, people_at_dates
from porfse_analysis.indicators.positions import (
    Positions,
    group_keys,
    newest,
    positions_at,
    published_totals,
    source_rank,
)
from porfse_analysis.indicators.result import RESULT_COLUMNS, has_note, make_result
from porfse_analysis.indicators.targets import AGAINST, target_achievement_ratio
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.programme import Programme, require_programme
from porfse_analysis.schema import ALL, DATE_DTYPE

__all__ = [
    "CHANGE_COLUMNS",
    "STATUSES",
    "all_changes",
    "compare_results",
    "decompose_change",
    "financial_changes",
    "participant_changes",
    "target_ratio_changes",
    "two_dates",
]

STATUSES = (
    "compared",  # both figures are there and of one source; the later one is newer
    "only_now",  # axis or indicator not there at the date compared with
    "only_before",  # axis or indicator no longer there at the cutoff
    "not_reported",  # no figure at either date
    "missing_before",  # no figure at the date compared with
    "missing_now",  # no figure at the cutoff
    "target_new",  # the plan of the date compared with had no target for it
    "target_dropped",  # the plan of the cutoff has no target for it any more
    "other_source",  # the two figures are of two sources
    "not_updated",  # the figure at the later date is the one of the earlier date
    "revised",  # both figures are of one day, and differ: a correction, not progress
    "out_of_order",  # the figure at the later date is of an earlier day
    "partial",  # at a date a part of the sum is not published
    "bound",  # a figure is "more than" or "less than": how far it moved is not known
    "no_target",  # no target at either date
    "percentage_target",  # the target is a percentage, the value a count
    "percentage_suspected",  # the target may be one: how far the ratio moved says nothing
    "zero_denominator",  # at a date the allocation or the target is zero
    "missing_base",  # at a date the allocation is not published
)
"""Why a rate has a change or has none; the first that holds, in the order of `_status`."""

CHANGE_COLUMNS = (
    *RESULT_COLUMNS,
    "compare_to",
    "data_date_before",
    "value_before",
    "numerator_before",
    "denominator_before",
    "source_before",
    "note_before",
    "status",
    "change",
    "progress_effect",
    "plan_effect",
    "numerator_change",
    "denominator_change",
    "rank",
    "rank_before",
    "rank_change",
    "tied",
    "tied_before",
    "ranked",
    "qualifier",
    "precision",
)

_KEY = [*RESULT_COLUMNS[:7], "indicator", "unit"]
_FIGURES = ["data_date", "value", "numerator", "denominator", "source", "note", "qualifier", "precision", "series"]
_QUALIFIER_CODES = {"exact": 0.0, "about": 1.0, "more_than": 1e6, "less_than": 1e6}
# equal rates of amounts in cents may differ in the last bit
_DIGITS = 12


def decompose_change(
    numerator_before: pd.Series, denominator_before: pd.Series, numerator: pd.Series, denominator: pd.Series
) -> pd.DataFrame:
    """The change of a ratio N/D from (N0, D0) to (N1, D1), split into what N and what D contribute.

    Formula::

        progress_effect = (N1 - N0) * (1/D0 + 1/D1) / 2
        plan_effect     = (1/D1 - 1/D0) * (N0 + N1) / 2

    Each is the mean of its contribution when it moves first and when it moves second, so neither order is preferred
    and no mixed term is left: the two add up to N1/D1 - N0/D0, and change their sign, digit by digit, when the dates
    are swapped. With one D the plan effect is exactly 0; with one N the progress effect is.

    Returns progress_effect and plan_effect in the unit of the ratio; NaN where a figure is missing or a denominator
    is 0.

    Source: the Shapley value of two factors (A. F. Shorrocks, "Decomposition procedures for distributional analysis",
    Journal of Economic Inequality 11, 2013); for two factors the same as the components of a difference between two
    rates of E. M. Kitagawa (Journal of the American Statistical Association 50, 1955).
    """
    product = (denominator_before * denominator).where((denominator_before != 0) & (denominator != 0))
    # (1/D0 + 1/D1)/2 and (1/D1 - 1/D0)/2 over one denominator: small changes of D lose no digits
    progress = (numerator - numerator_before) * ((denominator_before + denominator) / (2 * product))
    plan = (denominator_before - denominator) * ((numerator_before + numerator) / (2 * product))
    return pd.DataFrame({"progress_effect": progress, "plan_effect": plan})


def financial_changes(
    finance: Programme | pd.DataFrame, *, cutoff: object, compare_to: object, by: str | Sequence[str] = "axis"
) -> pd.DataFrame:
    """How each financial rate moved between two reporting dates, and through what.

    Formula: `decompose_change` of the rates of `financial_progress` at the two dates; numerator the amount of the
    stage, denominator the allocation in force at that amount. A change is computed only when both figures are of one
    source, complete, not bounds, and the later one is newer; else `status` says why there is none.

    Axes are ranked by each rate at both dates, 1 the highest, among the axes whose figures are of the same source and
    days (`ranked` of them, at least two). Equal rates (to 12 digits) share the best place of theirs and are `tied`;
    `rank_change` is the places gained.

    Parameters
    ----------
    finance, by
        As in `financial_progress`.
    cutoff, compare_to
        Two different dates (ISO text), in either order.

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`, one row per key and rate: the result columns at `cutoff`; the figures at `compare_to`
        (`..._before`); status (`STATUSES`); change, progress_effect and plan_effect in the unit of the rate (times 100:
        percentage points); numerator_change and denominator_change in euro; the ranks; qualifier (the weakest of the
        figures) and precision (of the amounts). An axis that a later position of its source leaves out is not there any
        more.

    Raises
    ------
    ParameterError
        For dates that are none or the same, and as in `financial_progress`.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> moved = pf.financial_changes(pf.load_programme(), cutoff="2020-12-31", compare_to="2019-12-31", by="programme")
    >>> moved.set_index("indicator").loc[["declaration_rate", "payment_rate"], "status"].tolist()
    ['compared', 'not_updated']
    >>> moved.set_index("indicator").loc["declaration_rate", "change"].round(4)
    np.float64(0.0499)
    """
    at, then = two_dates(cutoff, compare_to)
    (table,) = tables_of(finance=finance)
    require(table, "finance")
    codes = table["qualifier"].map(_QUALIFIER_CODES).fillna(0.0)
    table = table.assign(code=codes, digits=table["precision"].fillna(0.0))
    now, before = (_financial(table, date, by) for date in (at, then))
    return with_names(_ranked(compare_results(now, before, cutoff=at, compare_to=then)), finance)


def target_ratio_changes(
    achievements: Programme | pd.DataFrame,
    targets: pd.DataFrame | None = None,
    *,
    cutoff: object,
    compare_to: object,
    against: str = "target",
) -> pd.DataFrame:
    """How each target ratio moved between two reporting dates: through the value, or through the target.

    Formula and statuses as in `financial_changes`, of the ratios of `target_achievement_ratio`; numerator the value of
    the indicator, denominator its target. Where a ratio is refused (percentage target) or the plan has no target,
    numerator_change still says how the value moved.

    Parameters
    ----------
    achievements, targets, against
        As in `target_achievement_ratio`.
    cutoff, compare_to
        Two different dates (ISO text).

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`.

    Raises
    ------
    ParameterError
        For dates that are none or the same, and as in `target_achievement_ratio`.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> moved = pf.target_ratio_changes(pf.load_programme(), cutoff="2020-12-31", compare_to="2019-12-31")
    >>> moved["status"].value_counts()[["compared", "target_dropped"]].to_dict()
    {'compared': 14, 'target_dropped': 3}
    """
    values, plans = tables_of(achievements=achievements, targets=targets)
    at, then = two_dates(cutoff, compare_to)
    keys = _KEY[:4] + _KEY[5:7]

    def ratios(date: pd.Timestamp) -> pd.DataFrame:
        result = target_achievement_ratio(values, plans, cutoff=date, against=against)
        return result.merge(_weakest(values, date, keys), on=keys, how="left")

    return with_names(compare_results(ratios(at), ratios(then), cutoff=at, compare_to=then), achievements)


def participant_changes(
    achievements: Programme | pd.DataFrame, *, cutoff: object, compare_to: object, by: str | Sequence[str] = "axis"
) -> pd.DataFrame:
    """How the number of participants moved between two reporting dates.

    Parameters
    ----------
    achievements, by
        As in `participants`.
    cutoff, compare_to
        Two different dates (ISO text).

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`; change in participants, no effects: there is no denominator.

    Raises
    ------
    ParameterError
        For dates that are none or the same, and as in `participants`.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> moved = pf.participant_changes(pf.load_programme(), cutoff="2020-12-31", compare_to="2019-12-31")
    >>> moved.set_index("axis")["change"].to_dict()
    {'I': 4678.0, 'II': 13236.0, 'III': 3353.0, 'IV': 249.0}
    """
    (table,) = tables_of(achievements=achievements)
    require(table, "achievements")
    at, then = two_dates(cutoff, compare_to)
    counts = table[counts_participants(table)]
    everyone = people_at_dates(table, sorted((at, then)), group_keys(by))

    def people(date: pd.Timestamp) -> pd.DataFrame:
        result = everyone[everyone["cutoff"] == date]
        keys = ["programme", "axis"] if (result["axis"] != ALL).all() else ["programme"]
        return result.merge(_weakest(counts, date, keys), on=keys, how="left")

    return with_names(compare_results(people(at), people(then), cutoff=at, compare_to=then), achievements)


def all_changes(programme: Programme, *, cutoff: object, compare_to: object) -> pd.DataFrame:
    """What moved in a programme: financial rates and participants, whole and by axis, and every target ratio.

    Formula: that of `financial_changes`, `participant_changes` and `target_ratio_changes`.

    Parameters
    ----------
    programme
        As `load_programme` gives it.
    cutoff, compare_to
        Two different dates (ISO text).

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`. Milestone ratios are there when the programme has milestones.

    Raises
    ------
    ParameterError
        For dates that are none or the same.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> moved = pf.all_changes(pf.load_programme(), cutoff="2020-12-31", compare_to="2019-12-31")
    >>> int((moved["status"] == "compared").sum())
    31
    """
    require_programme(programme)
    dates = {"cutoff": cutoff, "compare_to": compare_to}
    frames = [
        change
        for by in ("programme", "axis")
        for change in (
            financial_changes(programme.finance, by=by, **dates),
            participant_changes(programme.achievements, by=by, **dates),
        )
    ]
    frames += [
        target_ratio_changes(programme.achievements, programme.targets, against=against, **dates)
        for against in AGAINST
        if programme.targets[against].notna().any()
    ]
    filled = [frame for frame in frames if len(frame)]
    return with_names(pd.concat(filled, ignore_index=True) if filled else frames[0], programme)


def two_dates(cutoff: object, compare_to: object) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The two dates; raises `ParameterError` when one is no date or both are the same."""
    at, then = as_cutoff(cutoff), as_cutoff(compare_to, "compare_to")
    if at == then:
        raise ParameterError(f"compare_to {then.date().isoformat()}: is the cutoff itself; give another date")
    return at, then


def compare_results(
    now: pd.DataFrame, before: pd.DataFrame, *, cutoff: pd.Timestamp, compare_to: pd.Timestamp | None
) -> pd.DataFrame:
    """Two frames of results side by side, one row per key that either has: `CHANGE_COLUMNS`.

    The frames have the result columns and may have qualifier and precision. Without a date to compare with
    (`compare_to` None) every row is `only_now`.
    """
    rows = (
        _figures(now)
        .merge(_figures(before), on=_KEY, how="outer", suffixes=("", "_before"), indicator=True)
        .sort_values(_KEY, key=in_reading_order, kind="stable")
        .reset_index(drop=True)
    )
    later = pd.Timestamp.max if compare_to is None else compare_to
    moved = rows["data_date"] - rows["data_date_before"]
    in_order = moved.gt(pd.Timedelta(0)) if cutoff > later else moved.lt(pd.Timedelta(0))
    weakest = rows[["qualifier", "qualifier_before"]].max(axis=1)
    rows["status"] = "only_now" if compare_to is None else _status(rows, moved, in_order, weakest)
    both = rows["numerator"].notna() & rows["numerator_before"].notna() & in_order
    both &= ~(rows["status"].isin(["other_source", "partial", "bound"]))
    both &= (rows["series"] == rows["series_before"]) & weakest.lt(_QUALIFIER_CODES["more_than"])
    both &= ~(_noted(rows, "partial") | _noted(rows, "partial", "_before"))
    rows["numerator_change"] = (rows["numerator"] - rows["numerator_before"]).where(both)
    rows["denominator_change"] = (rows["denominator"] - rows["denominator_before"]).where(both)
    compared = rows["status"] == "compared"
    rows["change"] = (rows["value"] - rows["value_before"]).where(compared)
    effects = decompose_change(
        rows["numerator_before"], rows["denominator_before"], rows["numerator"], rows["denominator"]
    )
    for name, effect in effects.items():
        rows[name] = effect.where(compared)
    rows["qualifier"] = np.select([weakest >= _QUALIFIER_CODES["more_than"], weakest >= 1], ["bound", "about"], "exact")
    rows["precision"] = rows[["precision", "precision_before"]].max(axis=1)
    gone = rows["_merge"] == "right_only"
    rows["note"] = rows["note"].mask(gone, "not_reported")
    rows["cutoff"] = cutoff
    rows["compare_to"] = pd.Series(compare_to, index=rows.index, dtype=DATE_DTYPE)
    for name in ("rank", "rank_before", "rank_change", "ranked"):
        rows[name] = np.nan
    for name in ("tied", "tied_before"):
        rows[name] = False
    for name in ("note", "note_before", "source", "source_before", "status", "qualifier"):
        rows[name] = rows[name].astype("object").where(rows[name].notna(), "").astype("str")
    return rows[list(CHANGE_COLUMNS)]


def _figures(results: pd.DataFrame) -> pd.DataFrame:
    """The key and the figures of results; without a word on it a figure is exact and of unknown precision.

    `series` is what a figure is followed along: of money the series of documents, else the source.
    """
    extra = {
        name: results[name].astype("float64") if name in results else pd.Series(np.nan, index=results.index)
        for name in ("qualifier", "precision")
    }
    extra["qualifier"] = extra["qualifier"].fillna(_QUALIFIER_CODES["exact"])
    series = results.get("source", pd.Series("", index=results.index)).astype("object").fillna("").astype("str")
    figures = make_result(results).assign(**{name: column.to_numpy() for name, column in extra.items()})
    return figures.assign(series=series.to_numpy())[[*_KEY, *_FIGURES]]


def _status(rows: pd.DataFrame, moved: pd.Series, in_order: pd.Series, weakest: pd.Series) -> np.ndarray:
    """The first of the reasons that holds."""
    there = {"": rows["numerator"].notna(), "_before": rows["numerator_before"].notna()}
    no_target = {side: _noted(rows, "no_target", side) for side in there}
    same = (rows["numerator"] == rows["numerator_before"]) & (
        (rows["denominator"] == rows["denominator_before"])
        | (rows["denominator"].isna() & rows["denominator_before"].isna())
    )

    def either(code: str) -> pd.Series:
        return _noted(rows, code) | _noted(rows, code, "_before")

    is_ratio = rows["unit"] == "1"
    # a target without any value comes and goes with the plan
    aim_alone = rows["indicator"].isin(AGAINST.values()) & ~there[""] & ~there["_before"]
    only_now, only_before = rows["_merge"] == "left_only", rows["_merge"] == "right_only"
    no_target[""] |= aim_alone & only_before
    no_target["_before"] |= aim_alone & only_now
    reasons = {
        "only_now": only_now & ~aim_alone,
        "only_before": only_before & ~aim_alone,
        "not_reported": ~there[""] & ~there["_before"] & ~(aim_alone & (only_now | only_before)),
        "missing_before": ~there["_before"] & there[""],
        "missing_now": ~there[""] & there["_before"],
        "target_new": no_target["_before"] & ~no_target[""],
        "target_dropped": no_target[""] & ~no_target["_before"],
        "other_source": rows["series"] != rows["series_before"],
        "not_updated": moved.eq(pd.Timedelta(0)) & same,
        "revised": moved.eq(pd.Timedelta(0)),
        "out_of_order": ~in_order,
        "partial": either("partial"),
        "bound": weakest >= _QUALIFIER_CODES["more_than"],
        "no_target": no_target[""],
        "percentage_target": either("percentage_target"),
        "percentage_suspected": either("percentage_suspected"),
        "zero_denominator": is_ratio & (rows["denominator"].eq(0) | rows["denominator_before"].eq(0)),
        "missing_base": is_ratio & (rows["denominator"].isna() | rows["denominator_before"].isna()),
    }
    return np.select(list(reasons.values()), list(reasons), "compared")


def _noted(rows: pd.DataFrame, code: str, side: str = "") -> pd.Series:
    """Whether the note of a row at one of the dates has a code."""
    return has_note(rows[f"note{side}"], code)


def _financial(finance: pd.DataFrame, date: pd.Timestamp, by: str | Sequence[str]) -> pd.DataFrame:
    """The rates at a date, the weakest qualifier and the precision of their figures; axes that are gone left out."""
    positions = positions_at(finance, date, by, "code", "digits")
    rows = rate_rows(positions, tuple(RATES), "allocation", RATES, "code", "digits")
    # the precision of an amount is its own; a bound below the line makes a bound of the rate
    rows["qualifier"] = np.fmax(rows["code"], rows["base_code"])
    rows["precision"] = rows["digits"].replace(0.0, np.nan)
    return rows if "axis" not in positions.keys else _still_there(rows, positions)


def _still_there(result: pd.DataFrame, positions: Positions) -> pd.DataFrame:
    """Without the axes that the last plan of their source leaves out."""
    rows = positions.rows[positions.rows["axis"] != ALL].assign(source=lambda frame: frame["source"].astype("str"))
    last: dict[Any, pd.Timestamp] = rows.groupby(["programme", "source", "axis"])["cutoff"].max().to_dict()
    # the last plan of the whole: a document about some axes drops none
    whole = published_totals(positions.rows[positions.rows["stage"] == "allocation"], ["programme"])
    plans: dict[Any, pd.Timestamp] = whole.groupby(["programme", "source"])["position"].max().to_dict()
    gone = {key for key, day in last.items() if key[:2] in plans and plans[key[:2]] > day}
    # an axis without a figure has no source in the result: it is gone when every source that knew it has dropped it
    kept = {(programme, axis) for programme, _, axis in last.keys() - gone}
    gone_everywhere = {(programme, axis) for programme, _, axis in gone} - kept
    there = [
        (programme, source, axis) not in gone and (programme, axis) not in gone_everywhere
        for programme, source, axis in zip(result["programme"], result["source"], result["axis"], strict=True)
    ]
    return result[there]


def _weakest(achievements: pd.DataFrame, date: pd.Timestamp, keys: list[str]) -> pd.DataFrame:
    """The weakest qualifier of the values that a result of a date is made of, as a code. Columns: keys, qualifier."""
    known = achievements[(achievements["cutoff"] <= date) & achievements["value"].notna()]
    known = known.assign(rank=source_rank(known["source"]), source=known["source"].astype("str"))
    known = known.assign(position=known["cutoff"], qualifier=known["qualifier"].map(_QUALIFIER_CODES).fillna(0.0))
    picked = newest(known, keys)[[*keys, "source", "position"]]
    return known.merge(picked, on=[*keys, "source", "position"]).groupby(keys)["qualifier"].max().reset_index()


def _ranked(changes: pd.DataFrame) -> pd.DataFrame:
    """The changes with the place of each axis among those that compare with it."""
    rows = changes.copy()
    axes = rows[(rows["status"] == "compared") & (rows["axis"] != ALL)]
    peers = [name for name in _KEY if name != "axis"] + ["source", "data_date", "data_date_before"]
    groups = axes.groupby(peers, dropna=False)
    count = groups["axis"].transform("size").where(lambda size: size > 1)
    rows["ranked"] = count
    for side in ("", "_before"):
        rates = _significant(axes[f"value{side}"])
        of_peers = rates.groupby([axes[name] for name in peers], dropna=False)
        rows[f"rank{side}"] = of_peers.rank(method="min", ascending=False).where(count.notna())
        alike = rates.groupby([*(axes[name] for name in peers), rates], dropna=False).transform("size")
        rows[f"tied{side}"] = alike.gt(1).reindex(rows.index, fill_value=False)
    rows["rank_change"] = rows["rank_before"] - rows["rank"]
    return rows


def _significant(values: pd.Series) -> pd.Series:
    """Values to the digits that count."""
    return values.map(lambda value: float(f"{value:.{_DIGITS}g}"))
