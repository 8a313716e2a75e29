"""What a result has cost: spend per person in work, per qualification, beside the spend per participant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from porfse_analysis.codes import counts_people
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.keys import keys_of
from porfse_analysis.indicators.people import Counts, is_of_period, people_known
from porfse_analysis.indicators.per_capita import head_rows
from porfse_analysis.indicators.plans import targets_in_force
from porfse_analysis.indicators.positions import Positions, positions_at, published_totals
from porfse_analysis.indicators.registry import SPEND_STAGES
from porfse_analysis.indicators.result import make_result, note_of, split_note
from porfse_analysis.inputs import as_cutoff, require
from porfse_analysis.periods import PERIODS
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL, empty

__all__ = ["RESULTS", "cost_per_result", "cost_rows", "counts_result"]

RESULTS = tuple(dict.fromkeys(name for period in PERIODS.values() for name in period.results))
"""The results that spending is set against: what one person who got there is."""

_NO_RESULTS = ("OESF", "OYEI", "RYEI")
"""Types that count people and not the common results; the results of the YEI are others under the same codes."""


def cost_per_result(
    finance: Programme | pd.DataFrame,
    achievements: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    *,
    cutoff: object,
    by: str | Sequence[str] = "axis",
    stage: str = "certified",
) -> pd.DataFrame:
    """Cumulative spend per person in work six months after leaving, and per person who gained a qualification.

    Formula: amount of the stage / people, those of the common result indicator of the programme's period: in 2014-2020
    CR06 (in work) and CR03 (qualification), in 2021-2027 EECR05 and EECR03. Money and people are a pair as in
    `per_capita_spend`: the newest amount, not after the cutoff, at whose date the people of at most 366 days before
    were known, of the funds that pay for people. All the spend of an axis counts, whatever else it was for: so there is
    a value only where the plan in force sets a target on that very result for the axis (of a programme without any such
    target, where the result is reported), and that of the programme is the spend of these axes over their people.

    Parameters
    ----------
    finance, achievements, targets
        A `Programme` alone, or its tables of these names (columns: `porfse_analysis.schema`); `targets` tells the axes
        that aim at a result.
    cutoff
        The reporting date: ISO text, date or Timestamp.
    by
        One or more of axis, programme, fund, region_category.
    stage
        paid, declared or certified.

    Returns
    -------
    DataFrame
        The result columns; indicator `<stage>_spend_per_person_in_work` or `<stage>_spend_per_qualification`, unit
        EUR/person_in_work or EUR/qualification, numerator in euro, denominator people, `data_date` that of the money.
        Notes: those of `per_capita_spend`, and no_target (the axis does not aim at it: numerator and denominator, no
        value), of_aiming_axes, of_reporting_axes (what a figure of the programme is made of), axes_not_told (the result
        is published for the whole programme alone: no value).

    Raises
    ------
    ParameterError
        For another stage, a date that is none, another `by`, a frame without the columns.

    References
    ----------
    A convention of this package; results as in Reg. (EU) 1304/2013 and 2021/1057, Annex I.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> cost = pf.cost_per_result(pf.load_programme(), cutoff="2020-12-31", stage="declared")
    >>> work = cost[cost["indicator"] == "declared_spend_per_person_in_work"].set_index("axis")
    >>> work.loc["I", ["numerator", "denominator"]].tolist(), work.loc["I", "value"].round(2)
    ([163933048.88, 95325.0], np.float64(1719.73))
    """
    if stage not in SPEND_STAGES:
        raise ParameterError(f"stage={stage!r}: use one of {', '.join(SPEND_STAGES)}")
    money, people, aims = tables_of(finance=finance, achievements=achievements, targets=targets)
    if aims is None:
        aims = empty("targets")
    require(people, "achievements")
    require(aims, "targets")
    rows = cost_rows(positions_at(money, as_cutoff(cutoff), by), people, aims, dict.fromkeys(RESULTS, (stage,)))
    return with_names(make_result(rows), finance)


def counts_result(name: str) -> Counts:
    """Which rows of achievements count a result of `RESULTS`."""

    def counted(achievements: pd.DataFrame) -> pd.Series:
        of_result = is_of_period(achievements, lambda period: filter(None, [period.results.get(name)]))
        return of_result & counts_people(achievements) & ~achievements["indicator_type"].isin(_NO_RESULTS)

    return counted


def cost_rows(
    positions: Positions, achievements: pd.DataFrame, targets: pd.DataFrame, stages: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """`cost_per_result` of several stages by result, with the date of the people (`people_date`)."""
    dates = pd.DataFrame({"programme": targets["programme"].unique(), "date": positions.cutoff})
    aims = targets_in_force(targets, dates) if len(targets) else targets
    aims = aims[aims["target"] > 0]
    found = [_of_result(positions, achievements, aims, name, stages[name]) for name in RESULTS if stages.get(name)]
    filled = [rows for rows in found if len(rows)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame({"programme": pd.Series(dtype="str")})


def _of_result(
    positions: Positions, achievements: pd.DataFrame, aims: pd.DataFrame, name: str, stages: Sequence[str]
) -> pd.DataFrame:
    """What one result has cost; `aims`: the targets in force."""
    counts = counts_result(name)
    # nothing of a result follows from the rows of other indicators, which are nearly all
    achievements = achievements[counts(achievements)]
    reported = achievements[(achievements["cutoff"] <= positions.cutoff) & achievements["value"].notna()]
    if reported.empty:
        return reported
    aimed = set(keys_of(aims[counts(aims)], ["programme", "axis"]))
    pairs = set(keys_of(reported, ["programme", "axis"]))
    whole = {programme for programme, axis in pairs if axis == ALL}
    aiming = {programme for programme, axis in aimed & pairs}
    own = {pair for pair in pairs if pair[0] not in aiming or pair in aimed}
    if "axis" not in positions.keys:
        positions = _of_axes(positions, own, whole)
        achievements = achievements[_among(achievements, own, whole)]
    people = people_known(achievements, positions.cutoff, positions.keys, counts, name)
    people = _known(people)
    if people.empty:
        return people
    rows = head_rows(positions, people, stages)
    if "axis" in positions.keys:
        rows = rows[_among(rows, pairs, set())]
    return _noted(rows, own, whole, aiming, by_axis="axis" in positions.keys)


def _among(rows: pd.DataFrame, own: set[tuple[Any, Any]], whole: set[Any]) -> pd.Series:
    pairs = keys_of(rows, ["programme", "axis"])
    flags = [programme in whole or (programme, axis) in own for programme, axis in pairs]
    return pd.Series(flags, index=rows.index, dtype="bool")


def _of_axes(positions: Positions, own: set[tuple[Any, Any]], whole: set[Any]) -> Positions:
    """The money of the axes that the results are of; all the money where the results are not told by axis."""
    rows = positions.rows[_among(positions.rows, own, whole)]
    return replace(positions, rows=rows, totals=published_totals(rows, positions.keys))


def _known(people: pd.DataFrame) -> pd.DataFrame:
    """People without the keys that never reported any."""
    attrs = people.attrs
    kept = people[people["value"].notna()].reset_index(drop=True)
    kept.attrs = attrs
    return kept


def _noted(
    rows: pd.DataFrame, own: set[tuple[Any, Any]], whole: set[Any], aiming: set[Any], *, by_axis: bool
) -> pd.DataFrame:
    """The rows with what is to be said of their axes; an axis that does not aim at the result has no value."""
    rows = rows.reset_index(drop=True)
    notes, values = [], []
    for note, programme, axis, value in keys_of(rows, ["note", "programme", "axis", "value"]):
        told = set(split_note(note))
        if by_axis:
            told |= set() if (programme, axis) in own else {"no_target"}
        elif pd.notna(value):
            of = "of_aiming_axes" if programme in aiming else "of_reporting_axes"
            told.add("axes_not_told" if programme in whole else of)
        notes.append(note_of(told))
        values.append(float("nan") if {"no_target", "axes_not_told"} & told else value)
    return rows.assign(note=pd.Series(notes, dtype="str"), value=pd.Series(values, dtype="float64"))
