"""Performance framework 2014-2020: did each axis reach its milestones of 2018, or its targets of 2023?

`assess` is the law in a few lines: ratios in, status out. `performance_framework` finds the ratios in the
tables of a programme, asks `assess`, and says why in words. Every threshold is a row of
`porfse_analysis.verdicts.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from porfse_analysis.indicators.positions import newest, source_rank
from porfse_analysis.indicators.targets import check_against
from porfse_analysis.schema import ALL, DATE_DTYPE
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import Assessment, IndicatorRatio, assess, counts_in_serious
from porfse_analysis.verdicts.framework_words import NOTES, reason
from porfse_analysis.verdicts.rules import RULES, Rules

__all__ = [
    "NOTES",
    "STATUSES",
    "Assessment",
    "IndicatorRatio",
    "assess",
    "framework_indicators",
    "performance_framework",
]

STATUSES = ("achieved", "not_achieved", "serious_failure", "undetermined", "not_assessed")
"""What can come out for an axis."""

_FAULTS = (
    "target_missing",
    "target_zero",
    "kind_missing",
    "priorities_mixed",
    "ambiguous",
    "no_series",
    "not_certified",
    "value_missing",
    "unit_differs",
    "percentage_sum",
    "percentage_target",
)

_DATE_RULES = {"milestone": "milestone_date", "target": "target_date"}

# types of indicator as the Commission codes them: outputs and results of the ESF and of the youth initiative
_KIND_OF_TYPE = {"OESF": "output", "OYEI": "output", "RESF": "result", "RYEI": "result"}

_GROUP = ("axis", "fund", "region_category")

_INDICATOR_COLUMNS = {
    "programme": "str",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "indicator_type": "str",
    "indicator_code": "str",
    "investment_priority": "str",
    "kind": "str",
    "value": "float64",
    "target": "float64",
    "ratio": "float64",
    "data_date": DATE_DTYPE,
    "unit": "str",
    "state": "str",
    "note": "str",
    "ratio_at_least": "float64",
    "ratio_at_most": "float64",
    "in_serious_test": "bool",
    "cutoff": DATE_DTYPE,
    "source": "str",
    "plan_version": "str",
    "target_source": "str",
    "detail_it": "str",
    "detail_en": "str",
}
_AXIS_COLUMNS = {
    "programme": "str",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "against": "str",
    "assessed_at": DATE_DTYPE,
    "cutoff": DATE_DTYPE,
    "status": "str",
    "by_derogation": "bool",
    "n": "int64",
    "m": "int64",
    "best_case": "str",
    "worst_case": "str",
    "reserve_eur": "float64",
    "reserve_source": "str",
    "note": "str",
    "reason_it": "str",
    "reason_en": "str",
    "rules": "str",
}


def performance_framework(
    achievements: pd.DataFrame,
    finance: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    against: Literal["milestone", "target"] = "milestone",
    cutoff: str | None = None,
    axes: pd.DataFrame | None = None,
    reserve: pd.DataFrame | None = None,
    rules: Rules = RULES["2014-2020"],
) -> pd.DataFrame:
    """The performance framework of each axis, fund and category of region.

    Meaning: whether the axis reached its milestones (decides the performance reserve) or its final targets
    (serious failure at closure can mean a correction). Formula: ratio = achieved / milestone or target of
    every indicator of the framework; status by `assess`.

    Takes the tables achievements, finance and targets. `cutoff` (ISO date) shows the state before the
    assessment, with the plan and the figures of then; after it, nothing changes. `axes` (table axes) tells
    which axes are technical assistance and lists axes without indicators. `reserve` gives the amounts of the
    plan: columns axis, reserve_eur and, where needed, programme, fund, region_category; without it the
    reserve is `reserve_share` of the EU allocation.

    - Framework: the rows of `targets` with in_performance_framework, of the latest plan version in force at
      the date. They come from one source: of those that mark a framework, the one with the newest version by
      then.
    - An indicator counts once per axis, fund and category of region. Without investment priority on its
      target the achievements of all priorities are added (a figure published for the axis comes first); with
      priorities, their targets and their achievements are added.
    - Achieved: the newest position not after the date, one source. Financial: certified expenditure, in EUR.
    - A milestone of zero with a positive final target counts as reached. Missing values, missing targets,
      differing units and missing series leave a ratio unknown: nothing is put in its place.
    - A result whose target is at most 100 while its values exceed ten times that is a percentage in disguise:
      no ratio.

    Returns one row per axis, fund and category of region: `status` (see `STATUSES`), `by_derogation`, best and worst
    case, `reserve_eur` in EUR of EU support, reasons in Italian and English, names of the rules. What stands behind
    each row: `framework_indicators`. Raises `ParameterError`. Sources: Reg. (EU) 1303/2013 art. 20-22 and Annex II,
    Impl. Reg. (EU) 215/2014 art. 5-7; see `rules_table`.
    """
    verdicts, _ = _assess_programmes(
        achievements, finance, targets, against=against, cutoff=cutoff, axes=axes, reserve=reserve, rules=rules
    )
    return v.typed_frame(verdicts, _AXIS_COLUMNS)


def framework_indicators(
    achievements: pd.DataFrame,
    finance: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    against: Literal["milestone", "target"] = "milestone",
    cutoff: str | None = None,
    axes: pd.DataFrame | None = None,
    reserve: pd.DataFrame | None = None,
    rules: Rules = RULES["2014-2020"],
) -> pd.DataFrame:
    """The indicators behind `performance_framework`, which takes the same arguments.

    Meaning: how far each indicator of the framework is from its milestone or target. Formula: ratio = achieved /
    milestone or target.

    Returns one row per axis, fund, category of region and indicator: `ratio` (1 for 100%; empty where it is not
    known, with its limits in ratio_at_least and ratio_at_most), `value` and `target` in `unit`, `state`
    (`evaluable`, `milestone_zero`, `bounded`: only limits are known, `not_evaluable`, `left_out`), what stands in
    the way (`note` in codes, `detail_it`, `detail_en`). Raises `ParameterError`. Sources: as `performance_framework`.
    """
    _, indicators = _assess_programmes(
        achievements, finance, targets, against=against, cutoff=cutoff, axes=axes, reserve=reserve, rules=rules
    )
    return v.typed_frame(indicators, _INDICATOR_COLUMNS)


def _assess_programmes(
    achievements: pd.DataFrame,
    finance: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    against: str,
    cutoff: str | None,
    axes: pd.DataFrame | None,
    reserve: pd.DataFrame | None,
    rules: Rules,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of the verdicts and those of the indicators behind them."""
    check_against(against)
    for frame, table in ((achievements, "achievements"), (finance, "finance"), (targets, "targets")):
        v.require(frame, table)
    if axes is not None:
        v.require(axes, "axes", ("programme", "axis", "technical_assistance"))
    if reserve is not None:
        v.require(reserve, "reserve", ("axis", "reserve_eur"))
    assessed_at = pd.Timestamp(getattr(rules, _DATE_RULES[against]))
    date = assessed_at if cutoff is None else min(v.as_date(cutoff, "cutoff"), assessed_at)
    indicators: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for programme in v.programmes_of(axes, finance, targets):
        data = _Data(
            achievements=achievements[achievements["programme"] == programme],
            finance=finance[(finance["programme"] == programme) & (finance["axis"] != ALL)],
            framework=_framework(targets[targets["programme"] == programme], date),
            axes=None if axes is None else axes[axes["programme"] == programme],
            reserve=_reserve_of(reserve, programme),
            against=against,
            date=date,
            assessed_at=assessed_at,
            rules=rules,
        )
        measured = [_measure(key, rows, data) for key, rows in _by_indicator(data)]
        for group in _groups(data, measured):
            own = [item for item in measured if _group_of(item.row, rules) == group]
            verdict = _verdict(group, own, data)
            verdicts.append({"programme": programme, **verdict})
            assessed = verdict["status"] != "not_assessed"
            for item in own:
                counted = assessed and item.ratio is not None and counts_in_serious(item.ratio, rules)
                indicators.append({"programme": programme, **item.row, "in_serious_test": counted})
    return verdicts, indicators


@dataclass(frozen=True)
class _Data:
    """The tables of one programme and what is asked of them."""

    achievements: pd.DataFrame
    finance: pd.DataFrame
    framework: pd.DataFrame
    axes: pd.DataFrame | None
    reserve: pd.DataFrame | None
    against: str
    date: pd.Timestamp
    assessed_at: pd.Timestamp
    rules: Rules


@dataclass(frozen=True)
class _Measured:
    """One indicator of the framework: its row of the result and what `assess` needs (None: left out)."""

    row: dict[str, Any]
    ratio: IndicatorRatio | None


def _framework(targets: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    """The targets of the framework in force at a date: one source, its latest plan version by then."""
    flagged = targets.loc[targets["in_performance_framework"], "source"].astype("str").unique()
    # another source may publish ordinary targets of the same plan: it does not replace the framework
    known = targets[targets["source"].astype("str").isin(flagged) & (targets["valid_from"] <= date)]
    if known.empty:
        return targets.iloc[:0]
    # the first day a version is valid from, when its rows give several; two of one day are in force together
    ranked = known.assign(rank=source_rank(known["source"])).rename(columns={"valid_from": "position"})
    first_day = ranked.groupby(["programme", "source", "rank", "plan_version"], observed=True)["position"].min()
    starts = first_day.reset_index()
    latest = newest(starts, ["programme"]).iloc[0]
    versions = starts[(starts["source"] == latest["source"]) & (starts["position"] == latest["position"])]
    in_force = known["plan_version"].isin(versions["plan_version"]) & (known["source"] == latest["source"])
    framework: pd.DataFrame = known[in_force & known["in_performance_framework"]]
    return framework


def _by_indicator(data: _Data) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """The rows of each indicator; an empty fund or category is filled where only one can be meant."""
    framework = data.framework[data.framework["axis"] != ALL].copy()
    for column in ("fund", "region_category"):
        for axis in framework["axis"].unique():
            mine = framework["axis"] == axis
            known = {
                name
                for frame in (framework[mine], data.finance, data.achievements)
                for name in frame.loc[frame["axis"] == axis, column].unique()
                if name
            }
            if len(known) == 1:
                framework.loc[mine & (framework[column] == ""), column] = known.pop()
    key = [*_GROUP, "indicator_type", "indicator_code"]
    for values, rows in framework.groupby(key, sort=False):
        yield dict(zip(key, map(str, values), strict=True)), rows


def _measure(key: dict[str, str], targets: pd.DataFrame, data: _Data) -> _Measured:
    """The value, the target and the ratio of one indicator, and what stands in the way."""
    notes: set[str] = set()
    details: dict[str, tuple[str, str]] = {}
    kind = _kind(targets, key["indicator_type"], notes)
    target, target_unit = _target(targets, kind, data, notes)
    figures = _financial_rows(key, data, notes) if kind == "financial" else _achievement_rows(key, targets, data, notes)
    value_column = "amount_eur" if kind == "financial" else "value"
    unit = target_unit
    value, low, high = np.nan, v.ZERO, v.INFINITE
    if not figures.empty:
        value, low, high = _value(figures, value_column, notes)
        value_unit = "EUR" if kind == "financial" else _one_unit(figures)
        unit = target_unit or value_unit
        if kind != "key_implementation_step" or target_unit or value_unit:  # a step is done or not, without unit
            _compare_units(target_unit, value_unit, notes, details)
        if v.data_date(figures) < data.date:
            notes.add("stale")
    if unit == "%" and max(len(targets), len(figures)) > 1:
        notes.add("percentage_sum")
    if kind == "result" and _looks_like_percentage(figures, target, unit, key, data):
        notes.add("percentage_target")
    name = key["indicator_code"] or key["indicator_type"] or kind
    limits: tuple[Decimal, Decimal] = (v.ZERO, v.INFINITE)
    ratio = np.nan
    if "step_left_out" in notes:
        state, item = "left_out", None
    elif "milestone_zero" in notes and "kind_missing" not in notes:
        # nothing was expected by then, so no value is needed either
        notes -= {"no_series", "not_certified", "value_missing"}
        state, ratio, limits = "milestone_zero", 1.0, (Decimal(1), Decimal(1))
        item = IndicatorRatio(name, Decimal(1), kind)
    elif notes & set(_FAULTS):
        state, item = "not_evaluable", IndicatorRatio(name, None, kind)
    else:
        goal = v.exact(target)
        limits = (low / goal, high / goal)
        ratio = float(v.exact(value) / goal)
        known = low == high
        state = "evaluable" if known else "bounded"
        item = IndicatorRatio(name, limits[0] if known else None, kind, limits[0], limits[1])
    row = {
        "name": name,
        **key,
        "investment_priority": "+".join(p for p in targets["investment_priority"] if p),
        "kind": kind,
        "value": float(value),
        "target": float(target),
        "ratio": ratio,
        "data_date": pd.NaT if figures.empty else v.data_date(figures),
        "unit": unit.replace("\n", " / "),
        "state": state,
        "note": v.join_notes(notes, NOTES),
        "ratio_at_least": float(limits[0]),
        "ratio_at_most": float(limits[1]),
        "cutoff": pd.NaT if figures.empty else figures["cutoff"].iloc[0],
        "source": "" if figures.empty else str(figures["source"].iloc[0]),
        "plan_version": str(targets["plan_version"].iloc[0]),
        "target_source": str(targets["source"].iloc[0]),
    }
    for index, lang in enumerate(v.LANGUAGES):
        row[f"detail_{lang}"] = "; ".join(
            details.get(code, NOTES[code])[index] for code in NOTES if code in notes and code != "stale"
        )
    return _Measured(row, item)


def _kind(targets: pd.DataFrame, indicator_type: str, notes: set[str]) -> str:
    kinds = {kind for kind in targets["kind"] if kind}
    if len(kinds) == 1:
        return str(kinds.pop())
    if not kinds and indicator_type in _KIND_OF_TYPE:
        notes.add("kind_from_type")
        return _KIND_OF_TYPE[indicator_type]
    notes.add("kind_missing")
    return ""


def _target(targets: pd.DataFrame, kind: str, data: _Data, notes: set[str]) -> tuple[float, str]:
    """The milestone or target, added over the priorities it is given for, and its unit."""
    if len(targets) > 1 and (targets["investment_priority"] == "").any():
        notes.add("priorities_mixed")
    unit = _one_unit(targets)
    if "\n" in unit:
        notes.add("unit_differs")
    if targets[data.against].isna().any():
        final_step = kind == "key_implementation_step" and data.against == "target"
        notes.add("step_left_out" if final_step and data.rules.step_without_target_left_out else "target_missing")
        return np.nan, unit
    target = sum((v.exact(value) for value in targets[data.against]), v.ZERO)
    if target == 0:
        expected_later = data.against == "milestone" and (targets["target"].fillna(0) > 0).any()
        notes.add("milestone_zero" if expected_later and data.rules.zero_milestone_reached else "target_zero")
    return float(target), unit


def _one_unit(rows: pd.DataFrame) -> str:
    """The unit of the rows as it is written: one per line when they differ, empty when none says."""
    written = {v.canonical_unit(unit): unit for unit in rows["unit"] if unit}
    return "\n".join(written.values())


def _compare_units(target: str, value: str, notes: set[str], details: dict[str, tuple[str, str]]) -> None:
    if not target or not value:
        notes.add("unit_not_stated")
    if "\n" in target + value or (target and value and v.canonical_unit(target) != v.canonical_unit(value)):
        notes.add("unit_differs")
        shown = [unit.replace("\n", " / ") or "?" for unit in (target, value)]
        details["unit_differs"] = (
            f"unità diverse: target in {shown[0]}, valore in {shown[1]}",
            f"units differ: target in {shown[0]}, value in {shown[1]}",
        )


def _alone(key: Mapping[str, str], column: str, data: _Data) -> bool:
    """Whether the framework of the axis knows one fund or category only, or one type of the indicator."""
    rows = data.framework[data.framework["axis"] == key["axis"]]
    if column == "indicator_type":
        rows = rows[rows["indicator_code"] == key["indicator_code"]]
    return int(rows[column].nunique()) == 1


def _narrowed(
    rows: pd.DataFrame, key: Mapping[str, str], columns: Sequence[str], data: _Data, notes: set[str]
) -> pd.DataFrame:
    for column in columns:
        found = v.matching(rows, column, key[column], alone=_alone(key, column, data))
        if found is None:
            notes.add("ambiguous")
            return rows.iloc[:0]
        rows = found
    return rows


def _financial_rows(key: Mapping[str, str], data: _Data, notes: set[str]) -> pd.DataFrame:
    rows = data.finance[(data.finance["stage"] == data.rules.financial_stage) & (data.finance["axis"] == key["axis"])]
    rows = v.position(_narrowed(rows, key, ("fund", "region_category"), data, notes), "amount_eur", data.date)
    if rows.empty and "ambiguous" not in notes:
        notes.add("not_certified")
    return rows


def _achievement_rows(key: Mapping[str, str], targets: pd.DataFrame, data: _Data, notes: set[str]) -> pd.DataFrame:
    table = data.achievements
    rows = table[(table["axis"] == key["axis"]) & (table["indicator_code"] == key["indicator_code"])]
    rows = _narrowed(rows, key, ("indicator_type", "fund", "region_category"), data, notes)
    priorities = {priority for priority in targets["investment_priority"] if priority}
    if priorities:
        rows = rows[rows["investment_priority"].isin(priorities)]
    if rows.empty:
        if "ambiguous" not in notes:
            notes.add("no_series")
        return rows
    rows = v.position(rows, "value", data.date)
    if rows.empty:
        notes.add("value_missing")
        return rows
    total = rows[(rows["investment_priority"] == "") & rows["value"].notna()]
    if len(total) and len(total) < len(rows):
        # the axis and its priorities are the same people: one or the other
        notes.add("published_total")
        return total
    return rows


def _value(rows: pd.DataFrame, column: str, notes: set[str]) -> tuple[float, Decimal, Decimal]:
    """The figure of a position (the sum of its rows), and the least and the most it can stand for."""
    low = high = point = v.ZERO
    precisions = rows["precision"] if "precision" in rows else [None] * len(rows)
    for value, qualifier, precision in zip(rows[column], rows["qualifier"], precisions, strict=True):
        if pd.isna(value):
            notes.add("partial")
            high = v.INFINITE
            continue
        least, most = v.bounds(value, qualifier, precision)
        low, high, point = low + least, high + most, point + v.exact(value)
        if qualifier not in ("exact", ""):
            notes.add(qualifier)
        elif least != most:
            notes.add("rounded")
    return float(point), low, high


def _looks_like_percentage(
    figures: pd.DataFrame, target: float, unit: str, key: Mapping[str, str], data: _Data
) -> bool:
    """Whether a target up to 100 can only be a share: the series was above ten times it at some position."""
    if figures.empty or unit == "%" or not 0 < target <= 100:
        return False
    table = data.achievements
    series = table[(table["cutoff"] <= data.date) & (table["source"] == figures["source"].iloc[0])]
    for column in (*_GROUP, "indicator_type", "indicator_code"):
        series = series[series[column] == figures[column].iloc[0]]
    series = series[series["investment_priority"].isin(figures["investment_priority"])]
    return bool((series.groupby("cutoff")["value"].sum() > 10 * target).any())


def _group_of(row: Any, rules: Rules) -> tuple[str, str, str]:
    fund, region = (str(row[column]) if column in rules.assessed_by else "" for column in _GROUP[1:])
    return str(row["axis"]), fund, region


def _groups(data: _Data, measured: Sequence[_Measured]) -> list[tuple[str, str, str]]:
    """What is assessed on its own: the groups of each axis, from its framework and from its allocations."""
    axes = [] if data.axes is None else data.axes["axis"].tolist()
    axes = list(dict.fromkeys([*axes, *data.finance["axis"], *data.framework["axis"]]))
    groups: list[tuple[str, str, str]] = []
    for axis in axes:
        framed = dict.fromkeys(_group_of(item.row, data.rules) for item in measured if item.row["axis"] == axis)
        allocation = data.finance[(data.finance["axis"] == axis) & (data.finance["stage"] == "allocation")]
        rows = v.position(allocation, "amount_eur", data.date)
        endowed = dict.fromkeys(_group_of(row, data.rules) for _, row in rows.iterrows())
        if framed:
            # an allocation that does not say its fund or category is that of the framework, not another group
            told = [index for index in (1, 2) if any(group[index] for group in framed)]
            endowed = {group: None for group in endowed if all(group[index] for index in told)}
        found = list(framed | endowed) or [(axis, "", "")]
        groups += found
    return groups


def _verdict(group: tuple[str, str, str], measured: Sequence[_Measured], data: _Data) -> dict[str, Any]:
    """The row of one group."""
    axis, fund, region = group
    notes: set[str] = set()
    assistance = data.axes is not None and bool(data.axes.loc[data.axes["axis"] == axis, "technical_assistance"].any())
    if axis == ALL:
        notes.add("whole_programme")
    elif assistance:
        notes.add("technical_assistance")
    elif not measured:
        notes.add("no_framework")
    counted = [] if notes else measured
    ratios = [item.ratio for item in counted if item.ratio is not None]
    result = assess(ratios, data.rules)
    if data.date < data.assessed_at and result.status != "not_assessed":
        notes.add("preview")
    for item in counted:
        notes |= set(item.row["note"].split(";")) - {""}
    reserve, reserve_source = _reserve(group, assistance, data)
    row: dict[str, Any] = {
        "axis": axis,
        "fund": fund,
        "region_category": region,
        "against": data.against,
        "assessed_at": data.assessed_at,
        "cutoff": data.date,
        "status": result.status,
        "by_derogation": result.by_derogation,
        "n": result.n,
        "m": result.m,
        "best_case": result.best_case,
        "worst_case": result.worst_case,
        "reserve_eur": reserve,
        "reserve_source": reserve_source,
        "note": v.join_notes(notes, NOTES),
        "rules": _rules_used(result, notes, reserve_source, data),
    }
    rows = [item.row for item in measured]
    for lang in v.LANGUAGES:
        row[f"reason_{lang}"] = reason(lang, result, rows, notes, row, data.rules)
    return row


def _reserve_of(reserve: pd.DataFrame | None, programme: str) -> pd.DataFrame | None:
    if reserve is None or "programme" not in reserve:
        return reserve
    return reserve[reserve["programme"] == programme]


def _reserve(group: tuple[str, str, str], assistance: bool, data: _Data) -> tuple[float, str]:
    """The performance reserve the verdict decides on, in EUR of EU support, and where it comes from."""
    if data.against != "milestone":
        return np.nan, "not_at_stake"
    excluded = data.rules.reserve_excluded_funds
    if assistance or group[0] == ALL or group[1] in excluded:
        return 0.0, "no_reserve"
    wanted = dict(zip(_GROUP, group, strict=True))
    if data.reserve is not None:
        rows = data.reserve[data.reserve["axis"] == group[0]]
        rows = _of_group(rows, [column for column in _GROUP[1:] if column in rows], wanted, data)
        if len(rows) and rows["reserve_eur"].notna().all():
            return float(sum((v.exact(value) for value in rows["reserve_eur"]), v.ZERO)), "plan"
    allocation = data.finance[(data.finance["axis"] == group[0]) & (data.finance["stage"] == "allocation")]
    rows = v.position(_of_group(allocation, _GROUP[1:], wanted, data), "eu_amount_eur", data.date)
    if len(rows) and rows["fund"].isin(excluded).all():
        return 0.0, "no_reserve"
    rows = rows[~rows["fund"].isin(excluded)]
    if rows.empty or rows["eu_amount_eur"].isna().any():
        return np.nan, "not_available"
    total = sum((v.exact(value) for value in rows["eu_amount_eur"]), v.ZERO)
    return float(total * v.exact(data.rules.reserve_share)), "estimate"


def _of_group(rows: pd.DataFrame, columns: Sequence[str], wanted: Mapping[str, str], data: _Data) -> pd.DataFrame:
    for column in columns:
        if column in data.rules.assessed_by:
            matched = v.matching(rows, column, wanted[column])
            rows = rows.iloc[:0] if matched is None else matched
    return rows


def _rules_used(result: Assessment, notes: set[str], reserve_source: str, data: _Data) -> str:
    used = [_DATE_RULES[data.against], "assessed_by"]
    if result.n:
        used += ["financial_stage", "achievement_excludes", "achieved_from"]
        used += ["derogation_from", "derogation_min_indicators", "derogation_max_below"]
        if {result.best_case, result.worst_case} != {"achieved"}:
            used += ["serious_below", "serious_excludes", "serious_counts", "serious_few_up_to"]
            used += ["serious_few_failures", "serious_many_failures"]
    if "milestone_zero" in notes:
        used.append("zero_milestone_reached")
    if "step_left_out" in notes:
        used.append("step_without_target_left_out")
    if reserve_source == "estimate":
        used += ["reserve_share", "reserve_share_min", "reserve_share_max"]
    elif reserve_source == "no_reserve":
        used.append("reserve_excluded_funds")
    return ";".join(rule.name for rule in data.rules.rows if rule.name in used)
