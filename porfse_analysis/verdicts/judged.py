"""The performance framework of one programme after another: what is measured, and the verdict on each axis."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from porfse_analysis.codes import reading_order
from porfse_analysis.indicators.positions import of_series
from porfse_analysis.indicators.result import as_cutoff, split_note
from porfse_analysis.indicators.targets import check_against
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import Assessment, assess
from porfse_analysis.verdicts.framework_ratios import GROUP, NOTES, Framework, Measured, framework_in_force, measured
from porfse_analysis.verdicts.reserve import reserves
from porfse_analysis.verdicts.rules import NO_RULES, UNCONFIRMED, Rules, rules_of

__all__ = ["Judged", "add_readings", "group_of", "judged", "place_of"]

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
            axes=None if axes is None else axes[axes["programme"] == programme],
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
        achievements=achievements[achievements["cutoff"] <= date],
        finance=money[money["axis"] != ALL],
        framework=framework_in_force(targets, date),
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
    return row | unknown | {"reserve_eur": float("nan"), "reserve_source": "not_available"}


def _reserve_of(reserve: pd.DataFrame | None, programme: str) -> pd.DataFrame | None:
    if reserve is None or "programme" not in reserve:
        return reserve
    return reserve[reserve["programme"] == programme]


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
    groups: list[tuple[str, str, str]] = []
    for axis in [*dict.fromkeys(axes), *sorted(rest, key=reading_order({*axes, *rest}))]:
        known = {group_of(item.row, data.rules) for item in found if item.row["axis"] == axis}
        known |= {group_of(row, data.rules) for row in _parts(axis, data)}
        # money that does not say its fund or category is that of the others, not another group
        framed = {group_of(item.row, data.rules) for item in found if item.row["axis"] == axis}
        told = [index for index in (1, 2) if any(group[index] for group in known)]
        kept = {group for group in known if group in framed or all(group[index] for index in told)}
        groups += sorted(kept) or [(axis, "", "")]
    return groups


def _parts(axis: str, data: Framework) -> Iterator[Any]:
    """The funds and categories of an axis: those of the newest position of each stage and source by then."""
    rows = data.finance[(data.finance["axis"] == axis) & data.finance["amount_eur"].notna()]
    for _, own in rows.groupby(["stage", "source"], observed=True):
        newest_rows = own[own["cutoff"] == own["cutoff"].max()]
        yield from newest_rows.to_dict("records")


def _verdicts(found: Sequence[Measured], data: Framework) -> list[dict[str, Any]]:
    """One row per group."""
    groups = _groups(data, found)
    return [
        _verdict(group, [item for item in found if group_of(item.row, data.rules) == group], reserve, data)
        for group, reserve in zip(groups, reserves(groups, data), strict=True)
    ]


def _verdict(
    group: tuple[str, str, str], own: Sequence[Measured], reserve: tuple[float, str], data: Framework
) -> dict[str, Any]:
    """The row of one group, with its reserve."""
    (axis, fund, region), (reserve_eur, reserve_source) = group, reserve
    notes: set[str] = set()
    if axis == ALL:
        notes.add("whole_programme")
    elif data.axes is not None and data.axes.loc[data.axes["axis"] == axis, "technical_assistance"].any():
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
        "reserve_eur": reserve_eur,
        "reserve_source": reserve_source,
        "note": v.join_notes(notes, NOTES),
        "rules": _rules_used(result, notes, reserve_source, data),
    }


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


def _rules_used(result: Assessment, notes: set[str], reserve_source: str, data: Framework) -> str:
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
        used += ["reserve_excluded_funds", "reserve_excluded_objectives"]
    elif reserve_source == "decided":
        used.append("reserve_decided_by")
    return ";".join(rule.name for rule in data.rules.rows if rule.name in used)
