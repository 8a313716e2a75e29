"""The ratio of each indicator of a performance framework: its value, its milestone or target, what is in the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.codes import is_percentage, reading_order
from porfse_analysis.indicators.percentages import in_disguise
from porfse_analysis.indicators.positions import newest, source_rank
from porfse_analysis.indicators.result import split_note
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import IndicatorRatio
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.evidence import Evidence, cited, evidence
from porfse_analysis.verdicts.rules import Rules

__all__ = ["GROUP", "NOTES", "UNPUBLISHED", "Framework", "Measured", "framework_in_force", "measured"]

GROUP = ("axis", "fund", "region_category")

NOTES = (
    "no_rules",  # of an axis: the period of the programme has no rules, and no other period's are applied
    "no_test",  # of an axis: the period sets milestones and targets without a test
    "technical_assistance",  # of an axis: outside the framework
    "no_framework",  # of an axis: no indicator in the plan in force
    "whole_programme",  # of the row ALL: the framework is set by axis
    "preview",  # the state before the assessment
    "milestone_zero",  # milestone zero and a positive final target: reached
    "step_left_out",  # key implementation step without a final target
    "target_missing",
    "target_zero",
    "kind_missing",  # and it does not follow from the type of the indicator
    "no_series",  # no value of this indicator at all
    "not_certified",  # no certified expenditure; no other stage stands for it
    "value_missing",
    "not_told_apart",  # published for several funds, categories or types together
    "ambiguous",  # several funds, categories or types, and the target does not say which
    "priorities_mixed",  # one target for the axis and one by priority, or two plans at once
    "unit_differs",
    "percentage_sum",  # percentages of several priorities
    "percentage_target",  # the target looks like a percentage, the value like a count
    "partial",  # a priority without a value: the total is at least this
    "more_than",
    "less_than",
    "about",
    "rounded",
    "published_total",  # the figure published for the axis, not a sum of its priorities
    "kind_from_type",
    "unit_not_stated",
    "older_figure",  # dated before the assessment: the least it can be
    "older_share",  # an older percentage: it can have fallen as well
)
"""The codes of `note`, in the order in which they are joined."""

_FAULTS = frozenset(NOTES[NOTES.index("target_missing") : NOTES.index("partial")])

UNPUBLISHED = frozenset(("no_series", "not_certified", "value_missing", "not_told_apart"))
"""Notes of an indicator that has no published value."""

# types of indicator as the Commission codes them: outputs and results of the ESF and of the youth initiative
_KIND_OF_TYPE = {"OESF": "output", "OYEI": "output", "RESF": "result", "RYEI": "result"}


@dataclass(frozen=True)
class Framework:
    """The tables of one programme up to `date`, and what is asked of them.

    `asked_at` is the day the question is asked, `needed` the date of the assessment, `date` the earlier of the two:
    nothing published after it is looked at.
    """

    achievements: Cells
    finance: Cells
    framework: Cells
    axes: Cells | None
    reserve: Cells | None
    against: str
    asked_at: pd.Timestamp
    needed: pd.Timestamp
    rules: Rules

    @property
    def date(self) -> pd.Timestamp:
        """The last day of which figures count."""
        return min(self.asked_at, self.needed)

    @cached_property
    def framework_of(self) -> dict[tuple[str, ...], Cells]:
        """The framework of each axis."""
        return self.framework.split("axis")

    @cached_property
    def series(self) -> dict[tuple[str, ...], Cells]:
        """The achievements of each axis and indicator."""
        return self.achievements.split("axis", "indicator_code")


@dataclass(frozen=True)
class Measured:
    """One indicator of the framework: its row of the result, what `assess` needs (None: left out), and its figure."""

    row: dict[str, Any]
    ratio: IndicatorRatio | None
    figure: Evidence

    @property
    def comparable(self) -> bool:
        """Whether a value of it can be set against its target; that it has none published does not stand in the way."""
        return self.ratio is not None and not set(split_note(self.row["note"])) & (_FAULTS - UNPUBLISHED)


def framework_in_force(targets: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
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


def measured(data: Framework) -> list[Measured]:
    """Every indicator of the framework, by kind and code: the order of the rows of a file says nothing."""
    found = [_measure(key, rows, data) for key, rows in _by_indicator(data)]
    kinds = ("financial", "output", "result", "key_implementation_step", "")
    order = (*GROUP, "indicator_code", "indicator_type")
    place = reading_order({item.row["axis"] for item in found})

    def at(item: Measured) -> tuple[object, ...]:
        return kinds.index(item.row["kind"]), place(item.row["axis"]), *(item.row[name] for name in order)

    return sorted(found, key=at)


def _by_indicator(data: Framework) -> Iterator[tuple[dict[str, str], Cells]]:
    """The rows of each indicator; an empty fund or category is filled where only one can be meant.

    Where nothing is tested the objectives are followed on their own, for the whole programme too.
    """
    tested = data.rules.tested
    framework = data.framework.where(data.framework["axis"] != ALL) if tested else data.framework
    if not len(framework):
        return
    names = [*GROUP, "indicator_type", "indicator_code", *(() if tested else ("investment_priority",))]
    columns = [framework[name].tolist() for name in names]
    tables = (framework, data.finance, data.achievements)
    told = {row for table in tables for row in zip(*(table[name] for name in GROUP), strict=True)}

    def alone(name: str, place: int, *around: str) -> str:
        # the youth initiative has no category of region, whatever the others of its axis have
        known = {row[place] for row in told if all(its in ("", own) for own, its in zip(row, around, strict=False))}
        return name or (min(known - {""}) if len(known - {""}) == 1 else "")

    columns[1] = [alone(fund, 1, axis) for axis, fund in zip(*columns[:2], strict=True)]
    columns[2] = [alone(name, 2, axis, fund) for axis, fund, name in zip(*columns[:3], strict=True)]
    of_key = defaultdict(list)
    priorities = framework["investment_priority"].tolist()
    for place in sorted(range(len(framework)), key=priorities.__getitem__):
        of_key[tuple(values[place] for values in columns)].append(place)
    for key in sorted(of_key):
        yield dict(zip(names, key, strict=True)), framework.where(np.array(of_key[key]))


def _measure(key: dict[str, str], targets: Cells, data: Framework) -> Measured:
    """The value, the target and the ratio of one indicator, and what stands in the way."""
    notes: set[str] = set()
    kind = _kind(targets, key["indicator_type"], notes)
    target, target_unit = _target(targets, kind, data, notes)
    money = kind == "financial"
    rows = _financial_rows(key, data, notes) if money else _achievement_rows(key, targets, data, notes)
    units = (target_unit, "" if not len(rows) else "EUR" if money else _one_unit(rows))
    share = any(map(is_percentage, units))
    found = _evidence(rows, "amount_eur" if money else "value", _asked(targets), data, cumulative=not share)
    if found.value is None:
        notes.add("not_certified" if money else "no_series" if not len(rows) else "value_missing")
        notes -= {"no_series", "not_certified"} if notes & {"ambiguous", "not_told_apart"} else set()
    else:
        _compare_units(*units, kind, notes)
        notes |= found.notes | ({"older_share"} if share and "older_figure" in found.notes else set())
        total = (found.rows["investment_priority"] == "").any() if not money else False
        notes |= {"published_total"} if total and len(found.rows) < len(_at(rows, found)) else set()
    if share and max(len(targets), len(found.rows)) > 1:
        notes.add("percentage_sum")
    if kind == "result" and not share and _disguised(found.rows, targets, key, data):
        notes.add("percentage_target")
    state, item, ratio = _ratio(key["indicator_code"] or key["indicator_type"] or kind, kind, target, found, notes)
    at_least, at_most = item.limits if item else (v.ZERO, v.INFINITE)
    row = {
        **key,
        "investment_priority": "+".join(p for p in targets["investment_priority"] if p),
        "kind": kind,
        "value": np.nan if found.value is None else float(found.value),
        "target": float(target),
        "ratio": ratio,
        "data_date": found.date,
        "unit": (target_unit or units[1]).replace("\n", " / "),
        "state": state,
        "note": v.join_notes(notes, NOTES),
        "ratio_at_least": float(at_least),
        "ratio_at_most": float(at_most),
        "cutoff": found.rows.first_date("cutoff"),
        "source": cited(found.rows, "amount_eur" if money else "value"),
        "plan_version": "+".join(sorted(set(targets["plan_version"]))),
        "target_source": str(targets["source"][0]),
        "target_unit": target_unit.replace("\n", " / "),
        "value_unit": units[1].replace("\n", " / "),
    }
    return Measured(row, item, found)


def _ratio(
    name: str, kind: str, target: float, found: Evidence, notes: set[str]
) -> tuple[str, IndicatorRatio | None, float]:
    """The state of an indicator, what `assess` needs of it, and its ratio as published."""
    if "step_left_out" in notes:
        notes -= {"older_figure"}
        return "left_out", None, np.nan
    if "milestone_zero" in notes and "kind_missing" not in notes:
        # nothing was expected by then, so no value is needed either
        notes -= UNPUBLISHED | {"older_figure", "older_share"}
        return "milestone_zero", IndicatorRatio(name, Decimal(1), kind), 1.0
    if notes & _FAULTS or found.value is None:
        return "not_evaluable", IndicatorRatio(name, None, kind), np.nan
    goal = v.exact(target)
    low, high = found.low / goal, found.high / goal
    state = "evaluable" if found.known else "bounded"
    item = IndicatorRatio(name, low if found.known else None, kind, low, high)
    return state, item, float(found.value / goal)


def _kind(targets: Cells, indicator_type: str, notes: set[str]) -> str:
    kinds = {kind for kind in targets["kind"] if kind}
    if len(kinds) == 1:
        return str(kinds.pop())
    if not kinds and indicator_type in _KIND_OF_TYPE:
        notes.add("kind_from_type")
        return _KIND_OF_TYPE[indicator_type]
    notes.add("kind_missing")
    return ""


def _target(targets: Cells, kind: str, data: Framework, notes: set[str]) -> tuple[float, str]:
    """The milestone or target, added over the priorities it is given for, and its unit."""
    priorities = set(targets["investment_priority"])
    if len(targets) > 1 and ("" in priorities or len(priorities) < len(targets)):
        notes.add("priorities_mixed")
    unit = _one_unit(targets)
    if "\n" in unit:
        notes.add("unit_differs")
    if not targets.known(data.against).all():
        final_step = kind == "key_implementation_step" and data.against == "target"
        notes.add("step_left_out" if final_step and data.rules.step_without_target_left_out else "target_missing")
        return np.nan, unit
    target = sum((v.exact(value) for value in targets[data.against]), v.ZERO)
    if target == 0:
        expected_later = data.against == "milestone" and (targets["target"] > 0).any()
        notes.add("milestone_zero" if expected_later and data.rules.zero_milestone_reached else "target_zero")
    return float(target), unit


def _one_unit(rows: Cells) -> str:
    """The unit of the rows as it is written: one per line when they differ, empty when none says."""
    written = {v.canonical_unit(unit): unit for unit in sorted(set(rows["unit"]), reverse=True) if unit}
    return "\n".join(written[unit] for unit in sorted(written))


def _compare_units(target: str, value: str, kind: str, notes: set[str]) -> None:
    if kind == "key_implementation_step" and not target and not value:
        return  # a step is done or not, without unit
    if not target or not value:
        notes.add("unit_not_stated")
    if "\n" in target + value or (target and value and v.canonical_unit(target) != v.canonical_unit(value)):
        notes.add("unit_differs")


def _alone(key: Mapping[str, str], column: str, data: Framework) -> bool:
    """Whether the framework of the axis knows one fund only, one category of a fund, or one type of the indicator."""
    rows = data.framework_of[key["axis"],]
    if column == "region_category":
        rows = rows.among("fund", {key["fund"], ""})
    if column == "indicator_type":
        rows = rows.only(indicator_code=key["indicator_code"])
    return len(set(rows[column])) == 1


def _narrowed(rows: Cells, key: Mapping[str, str], columns: Sequence[str], data: Framework, notes: set[str]) -> Cells:
    for column in columns:
        found = v.matching(rows, column, key[column], alone=_alone(key, column, data))
        if found is None:
            notes.add("ambiguous")
            return rows.none()
        if len(rows) and not len(found) and "" in rows[column]:
            notes.add("not_told_apart")
        rows = found
    return rows


def _asked(targets: Cells) -> set[str]:
    """The priorities that have a target of their own."""
    return {priority for priority in targets["investment_priority"] if priority}


def _financial_rows(key: Mapping[str, str], data: Framework, notes: set[str]) -> Cells:
    rows = data.finance.only(stage=data.rules.financial_stage, axis=key["axis"])
    return _narrowed(rows, key, ("fund", "region_category"), data, notes)


def _achievement_rows(key: Mapping[str, str], targets: Cells, data: Framework, notes: set[str]) -> Cells:
    rows = data.series.get((key["axis"], key["indicator_code"]), data.achievements.none())
    rows = _narrowed(rows, key, ("indicator_type", "fund", "region_category"), data, notes)
    priorities = _asked(targets)
    return rows.among("investment_priority", priorities) if priorities else rows


def _evidence(rows: Cells, column: str, asked: set[str], data: Framework, *, cumulative: bool) -> Evidence:
    """What the figures say at the assessment; the figure of the axis comes before those of its priorities."""
    found = evidence(rows, column, data.needed, known_at=data.date, cumulative=cumulative)
    if column == "value" and found.value is not None:
        total = found.rows.where((found.rows["investment_priority"] == "") & found.rows.known("value"))
        if 0 < len(total) < len(found.rows):
            # the axis and its priorities are the same people: one or the other
            return evidence(total, column, data.needed, known_at=data.date, cumulative=cumulative)
        if not len(total) and asked - set(found.rows["investment_priority"]):
            # a priority with a target of its own and no row at all: that is not none
            least, _ = found.at_its_date
            return replace(found, high=v.INFINITE, notes=found.notes | {"partial"}, then=(least, v.INFINITE))
    return found


def _at(rows: Cells, found: Evidence) -> Cells:
    """All rows of the position a figure was taken from."""
    return rows.where((rows["cutoff"] == found.rows["cutoff"][0]) & (rows["source"] == found.rows["source"][0]))


def _disguised(figures: Cells, targets: Cells, key: Mapping[str, str], data: Framework) -> bool:
    """Whether a target can only be a share: its series was ten times above it at some position known by then.

    Each target is held against the values of its own priority, or of all where it names none.
    """
    if not len(figures):
        return False
    same = ("source", "fund", "region_category", "indicator_type")
    series = data.series[key["axis"], key["indicator_code"]].only(**{name: figures[name][0] for name in same})
    for priority, target in zip(targets["investment_priority"], targets[data.against], strict=True):
        own = series.among("investment_priority", [priority] if priority else figures["investment_priority"].tolist())
        if in_disguise(pd.Series(own["value"]).groupby(own["cutoff"]).sum(), target).any():
            return True
    return False
