"""The performance framework of one programme after another: what is measured, and the verdict on each axis."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.codes import reading_order
from porfse_analysis.indicators.positions import of_series
from porfse_analysis.indicators.result import as_cutoff, split_note
from porfse_analysis.indicators.targets import check_against
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import Assessment, assess
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.framework_ratios import GROUP, NOTES, Framework, Measured, framework_in_force, measured
from porfse_analysis.verdicts.reserve import reserves
from porfse_analysis.verdicts.rules import NO_RULES, UNCONFIRMED, Rules, rules_of

__all__ = ["Judged", "add_readings", "add_reserves", "group_of", "judged", "place_of"]

_DATE_RULES = {"milestone": "milestone_date", "target": "target_date"}


# what an unconfirmed rule may mean otherwise, and the note or kind of indicator that makes it count
_OTHER_READINGS: dict[str, tuple[tuple[Any, ...], str]] = {
    "achievement_excludes": ((("result",),), "result"),
    "zero_milestone_reached": ((False,), "milestone_zero"),
    "step_without_target_left_out": ((False,), "step_left_out"),
}


@dataclass(frozen=True)
class Judged:
    """One programme and all that its verdicts stand on: its frames by then, its indicators, a row a group."""

    programme: str
    data: Framework
    found: Sequence[Measured]
    rows: list[dict[str, Any]]

    def own(self, row: Any) -> list[Measured]:
        """The indicators of the group that a row of the verdicts is of."""
        return [item for item in self.found if group_of(item.row, self.data.rules) == place_of(row)]


def judged(
    achievements: pd.DataFrame,
    finance: pd.DataFrame,
    targets: pd.DataFrame,
    axes: pd.DataFrame | None,
    *,
    against: str,
    cutoff: object,
    reserve: pd.DataFrame | None = None,
    rules: Rules | None,
) -> Iterator[Judged]:
    """Each programme of the tables with its verdicts; those of a period without a test are not judged."""
    check_against(against)
    for frame, table in ((achievements, "achievements"), (finance, "finance"), (targets, "targets")):
        v.require(frame, table)
    if axes is not None:
        v.require(axes, "axes", ("programme", "axis", "technical_assistance"))
    if reserve is not None:
        v.require(reserve, "reserve", ("axis", "reserve_eur"))
    asked = None if cutoff is None else as_cutoff(cutoff)
    for programme in sorted(v.programmes_of(axes, finance, targets)):
        own = rules_of(programme, rules) or NO_RULES
        tables = (table[table["programme"] == programme] for table in (achievements, finance, targets))
        data = _framework(*tables, against=against, asked=asked, rules=own)
        data = dataclasses.replace(
            data,
            axes=None if axes is None else Cells.of(axes[axes["programme"] == programme]),
            reserve=_reserve_of(reserve, programme),
        )
        found = measured(data)
        rows = _verdicts(found, data)
        if not own.tested:
            rows = [_unjudged(row, own) for row in rows]
        yield Judged(programme, data, found, rows)


def _framework(
    achievements: pd.DataFrame,
    finance: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    against: str,
    asked: pd.Timestamp | None,
    rules: Rules,
) -> Framework:
    """What is known of one programme when it is asked, at the latest when it is assessed."""
    needed = pd.Timestamp(getattr(rules, _DATE_RULES[against]) or "NaT")
    asked_at = needed if asked is None else asked
    if pd.isna(asked_at):  # a period that says no date, and a caller who says none
        asked_at = pd.concat([finance["cutoff"], achievements["cutoff"]]).max()
    # what was published later is not looked at, not even to say why something is missing
    date = asked_at if pd.isna(needed) else min(asked_at, needed)
    # along a series of documents, as the rates
    money = of_series(finance[finance["cutoff"] <= date])
    return Framework(
        achievements=Cells.of(achievements[achievements["cutoff"] <= date]),
        finance=Cells.of(money[money["axis"] != ALL]),
        framework=Cells.of(framework_in_force(targets, date)),
        axes=None,
        reserve=None,
        against=against,
        asked_at=asked_at,
        needed=asked_at if pd.isna(needed) else needed,
        rules=rules,
    )


def _unjudged(row: dict[str, Any], rules: Rules) -> dict[str, Any]:
    """The row of a programme whose period has no test: nothing is said by that of another one."""
    unknown: dict[str, Any] = dict.fromkeys(("status", "best_case", "worst_case"), "not_assessed")
    unknown |= {"n": 0, "m": 0, "by_derogation": False, "failures_needed": 0, "rules": ""}
    unknown |= dict.fromkeys(("below", "failing", "readings"), "")
    unknown |= {"note": "no_test"} if rules.followed else {"note": "no_rules", "assessed_at": pd.NaT}
    return row | unknown


def _reserve_of(reserve: pd.DataFrame | None, programme: str) -> Cells | None:
    if reserve is None:
        return None
    return Cells.of(reserve[reserve["programme"] == programme] if "programme" in reserve else reserve)


def place_of(row: Any) -> tuple[str, str, str]:
    """The axis, fund and category of region a row of the verdicts is of."""
    return str(row["axis"]), str(row["fund"]), str(row["region_category"])


def group_of(row: Any, rules: Rules) -> tuple[str, str, str]:
    """The axis, fund and category of region in which an indicator is assessed."""
    fund, region = (str(row[column]) if column in rules.assessed_by else "" for column in GROUP[1:])
    return str(row["axis"]), fund, region


def _groups(data: Framework, found: Sequence[Measured]) -> list[tuple[str, str, str]]:
    """What is assessed on its own: the groups of each axis, from its framework and from its money."""
    axes = [] if data.axes is None else data.axes["axis"].tolist()
    rest = {*data.finance["axis"], *data.framework["axis"]} - set(axes)
    framed = {group_of(item.row, data.rules) for item in found}
    every = framed | {group_of(dict(zip(GROUP, part, strict=True)), data.rules) for part in _parts(data)}
    groups: list[tuple[str, str, str]] = []
    for axis in [*dict.fromkeys(axes), *sorted(rest, key=reading_order({*axes, *rest}))]:
        known = {group for group in every if group[0] == axis}
        # money that does not say its fund or category is that of the others, not another group
        told = [index for index in (1, 2) if any(group[index] for group in known)]
        kept = {group for group in known if group in framed or all(group[index] for index in told)}
        groups += sorted(kept) or [(axis, "", "")]
    return groups


def _parts(data: Framework) -> set[tuple[Any, ...]]:
    """The axes, funds and categories of the newest position of each axis, stage and source by then."""
    rows = data.finance.where(data.finance.known("amount_eur"))
    cells = list(zip(*(rows[name] for name in ("stage", "source", "cutoff", *GROUP)), strict=True))
    newest: dict[tuple[Any, ...], Any] = {}
    for stage, source, cutoff, axis, *_ in cells:
        newest[axis, stage, source] = max(cutoff, newest.get((axis, stage, source), cutoff))
    return {tuple(place) for stage, source, cutoff, *place in cells if newest[place[0], stage, source] == cutoff}


def _verdicts(found: Sequence[Measured], data: Framework) -> list[dict[str, Any]]:
    """One row per group."""
    own = defaultdict(list)
    for item in found:
        own[group_of(item.row, data.rules)].append(item)
    return [_verdict(group, own[group], data) for group in _groups(data, found)]


def _verdict(group: tuple[str, str, str], own: Sequence[Measured], data: Framework) -> dict[str, Any]:
    """The row of one group."""
    axis, fund, region = group
    notes: set[str] = set()
    if axis == ALL:
        notes.add("whole_programme")
    elif data.axes is not None and data.axes.only(axis=axis)["technical_assistance"].any():
        notes.add("technical_assistance")
    elif not own:
        notes.add("no_framework")
    counted = [] if notes else own
    result = assess([item.ratio for item in counted if item.ratio is not None], data.rules)
    if data.date < data.needed and result.status != "not_assessed":
        notes.add("preview")
    for item in counted:
        notes |= set(split_note(item.row["note"]))
    return {
        "axis": axis,
        "fund": fund,
        "region_category": region,
        "against": data.against,
        "assessed_at": data.needed,
        "cutoff": data.date,
        "status": result.status,
        "by_derogation": result.by_derogation,
        "n": result.n,
        "m": result.m,
        "best_case": result.best_case,
        "worst_case": result.worst_case,
        "below": ";".join(result.below),
        "failing": ";".join(result.failing),
        "failures_needed": result.failures_needed,
        "readings": ";".join(f"{reading}={status}" for reading, status in result.readings),
        "would_change": "",
        "note": v.join_notes(notes, NOTES),
        "rules": _in_order(_rules_used(result, notes, data), data),
    }


_RULES_OF_RESERVE = {
    "estimate": ("reserve_share", "reserve_share_min", "reserve_share_max"),
    "no_reserve": ("reserve_excluded_funds", "reserve_excluded_objectives"),
    "decided": ("reserve_decided_by",),
}


def add_reserves(rows: Sequence[dict[str, Any]], data: Framework) -> None:
    """Says in each verdict which reserve it decides on; where there is no test, none is known."""
    if not data.rules.tested:
        found = [(np.nan, "not_available")] * len(rows)
    else:
        found = reserves([place_of(row) for row in rows], data)
    for row, (amount, source) in zip(rows, found, strict=True):
        row |= {"reserve_eur": amount, "reserve_source": source}
        row["rules"] = _in_order([*row["rules"].split(";"), *_RULES_OF_RESERVE.get(source, ())], data)


def add_readings(rows: Sequence[dict[str, Any]], found: Sequence[Measured], data: Framework) -> None:
    """Says in each verdict which other reading of an unconfirmed rule would give another status."""
    seen = {item.row["kind"] for item in found} | {code for row in rows for code in split_note(row["note"])}
    for name, (values, needs) in _OTHER_READINGS.items():
        if needs not in seen or data.rules.rule(name).status != UNCONFIRMED:
            continue
        for value in values:
            other = dataclasses.replace(data, rules=data.rules.replace(**{name: value}))
            statuses = {place_of(row): row["status"] for row in _verdicts(measured(other), other)}
            for row in rows:
                if statuses[place_of(row)] != row["status"]:
                    change = f"{name}={statuses[place_of(row)]}"
                    row["would_change"] = ";".join(part for part in (row["would_change"], change) if part)


def _rules_used(result: Assessment, notes: set[str], data: Framework) -> list[str]:
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
    return used


def _in_order(used: Sequence[str], data: Framework) -> str:
    return ";".join(rule.name for rule in data.rules.rows if rule.name in used)
