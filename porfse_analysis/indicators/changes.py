"""What moved between two reporting dates, and how much of it is progress and how much a change of the plan.

The rates of each date are those of `financial` and `targets`; here they are set side by side, refused where the two
figures do not compare, and split where they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.indicators.compared import (
    CHANGE_KEY,
    compare_results,
    ranked_axes,
    two_dates,
)
from porfse_analysis.indicators.financial import PROGRESS, rate_rows
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.people import counts_participants, people_at_dates
from porfse_analysis.indicators.positions import (
    QUALIFIER_CODES,
    Positions,
    at_newest,
    group_keys,
    positions_at,
    published_totals,
    source_rank,
)
from porfse_analysis.indicators.targets import AGAINST, target_achievement_ratio
from porfse_analysis.inputs import require
from porfse_analysis.programme import Programme, require_programme
from porfse_analysis.schema import ALL

__all__ = [
    "all_changes",
    "compare_target_ratios",
    "financial_changes",
    "moved_rates",
    "participant_changes",
    "target_ratio_changes",
]


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
    now, before = (positions_at(table, date, by) for date in (at, then))
    return with_names(moved_rates(now, before, rate_rows(now, PROGRESS), rate_rows(before, PROGRESS)), finance)


def moved_rates(now: Positions, before: Positions, rates: pd.DataFrame, rates_before: pd.DataFrame) -> pd.DataFrame:
    """`financial_changes` of positions already looked up, and of their rates (`financial.rate_rows`)."""
    told = (_financial(rates, now), _financial(rates_before, before))
    return ranked_axes(compare_results(*told, cutoff=now.cutoff, compare_to=before.cutoff))


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
    now, before = (target_achievement_ratio(values, plans, cutoff=date, against=against) for date in (at, then))
    return with_names(compare_target_ratios(values, now, before, cutoff=at, compare_to=then), achievements)


def compare_target_ratios(
    achievements: pd.DataFrame,
    now: pd.DataFrame,
    before: pd.DataFrame,
    *,
    cutoff: pd.Timestamp,
    compare_to: pd.Timestamp,
) -> pd.DataFrame:
    """`target_ratio_changes` of ratios that are known: those of `target_achievement_ratio` at the two dates."""
    keys = CHANGE_KEY[:4] + CHANGE_KEY[5:7]
    told = (_qualified(ratios, achievements, date, keys) for ratios, date in ((now, cutoff), (before, compare_to)))
    return compare_results(*told, cutoff=cutoff, compare_to=compare_to)


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
        return _qualified(result, counts, date, keys)

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


def _financial(rates: pd.DataFrame, positions: Positions) -> pd.DataFrame:
    """The rates over the plan, the weakest qualifier and the precision of their figures; without axes that are gone."""
    rows = rates[rates["base"] == "allocation"]
    # the precision of an amount is its own; a bound below the line makes a bound of the rate
    rows = rows.assign(
        qualifier=np.fmax(rows["code"], rows["base_code"]), precision=rows["digits"].replace(0.0, np.nan)
    )
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


def _qualified(result: pd.DataFrame, achievements: pd.DataFrame, date: pd.Timestamp, keys: list[str]) -> pd.DataFrame:
    """The result with the series its documents are of, and the weakest qualifier of its values (`qualifier`, a code).

    The qualifier is missing where no value of its keys is ever vague.
    """
    result = result.assign(series=_series_of(result["source"], achievements))
    vague = achievements["qualifier"].isin([word for word, code in QUALIFIER_CODES.items() if code > 0])
    if not vague.any():  # as in nearly every table
        return result.assign(qualifier=float("nan"))
    known = achievements[(achievements["cutoff"] <= date) & achievements["value"].notna()]
    known = known.merge(achievements.loc[vague, keys].drop_duplicates(), on=keys)
    known = known.assign(rank=source_rank(known["source"]), source=known["source"].astype("str"))
    known = known.assign(position=known["cutoff"], qualifier=known["qualifier"].map(QUALIFIER_CODES).fillna(0.0))
    weakest = at_newest(known, keys).groupby(keys)["qualifier"].max().reset_index()
    return result.merge(weakest, on=keys, how="left")


def _series_of(documents: pd.Series, achievements: pd.DataFrame) -> pd.Series:
    """What figures are followed along: the series of the documents they are of, or the source."""
    if "series" not in achievements:
        return documents
    told = achievements[["source", "series"]].drop_duplicates().astype("object")
    series = dict(zip(told["source"], told["series"].fillna(told["source"]), strict=True))
    worded = {
        name: ";".join(dict.fromkeys(series.get(one, one) for one in name.split(";")))
        for name in documents.dropna().unique()
    }
    return documents.map(worded)
