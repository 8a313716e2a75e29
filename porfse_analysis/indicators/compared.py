"""Two results side by side: which figures compare, how far each moved and through what, and the ranks of the axes.

Figures that do not compare have a status that says why, and no change.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from porfse_analysis.codes import in_reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.positions import QUALIFIER_CODES
from porfse_analysis.indicators.result import RESULT_COLUMNS, has_note, make_result
from porfse_analysis.indicators.targets import AGAINST
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.schema import ALL, DATE_DTYPE

__all__ = [
    "CHANGE_COLUMNS",
    "CHANGE_KEY",
    "STATUSES",
    "compare_results",
    "decompose_change",
    "ranked_axes",
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


CHANGE_KEY = [*RESULT_COLUMNS[:7], "indicator", "unit"]


_FIGURES = ["data_date", "value", "numerator", "denominator", "source", "note", "qualifier", "precision", "series"]


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
        .merge(_figures(before), on=CHANGE_KEY, how="outer", suffixes=("", "_before"))
        # by the other keys a merge has them in order
        .sort_values(CHANGE_KEY[:3], key=in_reading_order, kind="stable")
        .reset_index(drop=True)
    )
    later = pd.Timestamp.max if compare_to is None else compare_to
    moved = rows["data_date"] - rows["data_date_before"]
    in_order = moved.gt(pd.Timedelta(0)) if cutoff > later else moved.lt(pd.Timedelta(0))
    weakest = rows[["qualifier", "qualifier_before"]].max(axis=1)
    rows["status"] = "only_now" if compare_to is None else _status(rows, moved, in_order, weakest)
    both = rows["numerator"].notna() & rows["numerator_before"].notna() & in_order
    both &= ~(rows["status"].isin(["other_source", "partial", "bound"]))
    both &= (rows["series"] == rows["series_before"]) & weakest.lt(QUALIFIER_CODES["more_than"])
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
    rows["qualifier"] = np.select([weakest >= QUALIFIER_CODES["more_than"], weakest >= 1], ["bound", "about"], "exact")
    rows["precision"] = rows[["precision", "precision_before"]].max(axis=1)
    rows["note"] = rows["note"].mask(rows["series"].isna(), "not_reported")
    rows["cutoff"] = cutoff
    rows["compare_to"] = pd.Series(compare_to, index=rows.index, dtype=DATE_DTYPE)
    for name in ("rank", "rank_before", "rank_change", "ranked"):
        rows[name] = np.nan
    for name in ("tied", "tied_before"):
        rows[name] = False
    for name in ("note", "note_before", "source", "source_before", "status", "qualifier"):
        rows[name] = rows[name].fillna("").astype("str")
    return rows[list(CHANGE_COLUMNS)]


def _figures(results: pd.DataFrame) -> pd.DataFrame:
    """The key and the figures of results; without a word on it a figure is exact and of unknown precision.

    `series` is what a figure is followed along, the series of documents or the source. It is never missing.
    """
    unsaid = pd.Series(np.nan, index=results.index)
    extra: dict[str, pd.Series] = {
        "qualifier": results.get("qualifier", unsaid).astype("float64").fillna(QUALIFIER_CODES["exact"]),
        "precision": results.get("precision", unsaid).astype("float64"),
        "series": results.get("series", results.get("source", unsaid)).astype("str").fillna(""),
    }
    figures = make_result(results).assign(**{name: column.to_numpy() for name, column in extra.items()})
    return figures[[*CHANGE_KEY, *_FIGURES]]


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
    only_now, only_before = rows["series_before"].isna(), rows["series"].isna()
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
        "bound": weakest >= QUALIFIER_CODES["more_than"],
        "no_target": no_target[""],
        "percentage_target": either("percentage_target"),
        "percentage_suspected": either("percentage_suspected"),
        "zero_denominator": is_ratio & (rows["denominator"].eq(0) | rows["denominator_before"].eq(0)),
        "missing_base": is_ratio & (rows["denominator"].isna() | rows["denominator_before"].isna()),
    }
    return np.select(list(reasons.values()), list(reasons), "compared")


def _noted(rows: pd.DataFrame, code: str, side: str = "") -> pd.Series:
    """Whether the note of a row at one of the dates has a code."""
    notes = rows[f"note{side}"].fillna("")
    return notes.isin([note for note in notes.unique() if has_note(note, code)])


def ranked_axes(changes: pd.DataFrame) -> pd.DataFrame:
    """The changes with the place of each axis among those that compare with it."""
    rows = changes.copy()
    axes = rows[(rows["status"] == "compared") & (rows["axis"] != ALL)]
    peers = [name for name in CHANGE_KEY if name != "axis"] + ["source", "data_date", "data_date_before"]
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
