"""Performance framework: did each axis reach its milestones, or its final targets?

Their dates and the test are the period's: 2014-2020 has a test, 2021-2027 sets milestones and targets without one.

`assess` is the law in a few lines: ratios in, status out. `performance_framework` finds the ratios in the
tables of a programme and asks `assess`. Every threshold is a row of `porfse_analysis.verdicts.rules`; the words are
those of `porfse_analysis.display.words.framework`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from porfse_analysis.codes import reading_order
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.positions import of_series
from porfse_analysis.indicators.result import as_cutoff, split_note
from porfse_analysis.indicators.targets import check_against
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL, DATE_DTYPE
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import Assessment, IndicatorRatio, assess, counts_in_serious
from porfse_analysis.verdicts.framework_ratios import GROUP, NOTES, Framework, Measured, framework_in_force, measured
from porfse_analysis.verdicts.own_rules import rules_for
from porfse_analysis.verdicts.reserve import reserves
from porfse_analysis.verdicts.rules import NO_RULES, UNCONFIRMED, Rules, rules_of

__all__ = [
    "NOTES",
    "STATUSES",
    "Assessment",
    "IndicatorRatio",
    "Judged",
    "assess",
    "framework_indicators",
    "group_of",
    "judged",
    "performance_framework",
    "place_of",
]

STATUSES = ("achieved", "not_achieved", "serious_failure", "undetermined", "not_assessed")
"""What can come out for an axis."""

_DATE_RULES = {"milestone": "milestone_date", "target": "target_date"}

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
    "target_unit": "str",
    "value_unit": "str",
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
    "below": "str",
    "failing": "str",
    "failures_needed": "int64",
    "readings": "str",
    "would_change": "str",
    "reserve_eur": "float64",
    "reserve_source": "str",
    "note": "str",
    "rules": "str",
}

# what an unconfirmed rule may mean otherwise, and the note or kind of indicator that makes it count
_OTHER_READINGS: dict[str, tuple[tuple[Any, ...], str]] = {
    "achievement_excludes": ((("result",),), "result"),
    "zero_milestone_reached": ((False,), "milestone_zero"),
    "step_without_target_left_out": ((False,), "step_left_out"),
}


def performance_framework(
    achievements: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    *,
    against: Literal["milestone", "target"] = "milestone",
    cutoff: object = None,
    axes: pd.DataFrame | None = None,
    reserve: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """The performance framework of each axis, fund and category of region.

    Meaning: whether the axis reached its milestones (decides the performance reserve) or its final targets
    (serious failure at closure can mean a correction). Formula: ratio = achieved / milestone or target of
    every indicator of the framework; status by `assess`.

    - Framework: the rows of `targets` with in_performance_framework, of the latest plan version in force at the date.
      They come from one source: of those that mark a framework, the one with the newest version by then.
    - An indicator counts once per axis, fund and category of region. Without investment priority on its target the
      achievements of all priorities are added (a figure published for the axis comes first); with priorities, their
      targets and their achievements are added.
    - Achieved: the newest position not after the date, one source. Financial: certified expenditure, in EUR. A value
      dated before the assessment is the least there can be (note `older_figure`), so that a state before it is
      `achieved` or `undetermined`, never worse.
    - A milestone of zero with a positive final target counts as reached. Missing values, missing targets, differing
      units and missing series leave a ratio unknown: nothing is put in its place.
    - A period without a test (2021-2027) or without rules gets no status: `not_assessed`, note `no_test` or `no_rules`.
    - A result whose target is at most 100 while its values exceed ten times that is a percentage in disguise: no ratio.

    Parameters
    ----------
    achievements, finance, targets
        A `Programme` alone, or its tables of these names (columns: `porfse_analysis.schema`).
    against
        milestone or target.
    cutoff
        ISO date: shows the state before the assessment, with the plan and the figures of then. After the assessment
        nothing changes but that the reserve is at stake no more once it is decided.
    axes
        Table axes: tells which axes are technical assistance or REACT-EU, lists axes without indicators. Of a
        `Programme`: its own.
    reserve
        The amounts of the plan: columns axis, reserve_eur and, where needed, programme, fund, region_category. None: an
        estimate, `reserve_share` of the EU support of the programme, technical assistance included, spread over the
        other axes.
    rules
        None: those of the period of each programme, with what the folder of a `Programme` changes.

    Returns
    -------
    DataFrame
        One row per axis, fund and category of region: `status` (see `STATUSES`), `by_derogation`, best and worst case,
        the indicators `below` the thresholds, `reserve_eur` in EUR of EU support, what the readings of an unconfirmed
        rule give where they differ (`readings`), which other reading would change the status (`would_change`), names of
        the rules. What stands behind each row: `framework_indicators`; in words:
        `porfse_analysis.display.words.framework`.

    Raises
    ------
    ParameterError
        For another `against`, a date that is none, rules of another period, a frame without the columns.

    References
    ----------
    Reg. (EU) 1303/2013 art. 20-22 and Annex II, Impl. Reg. (EU) 215/2014 art. 5-7; see `rules_table`.

    Examples
    --------
    An axis that has reached 90 of 100 participants and certified 800 of 1,000 euro: one of its two indicators is below
    85%.

    >>> import pandas as pd
    >>> import porfse_analysis as pf
    >>> from porfse_analysis.schema import conform
    >>> key = {"axis": "I", "fund": "ESF", "source": "report"}
    >>> people = {"indicator_code": "CO01", "indicator_type": "output", "unit": "number"}
    >>> euro = {"indicator_code": "F1", "indicator_type": "financial", "unit": "EUR"}
    >>> plan = {"plan_version": "1", "valid_from": "2014-12-31", "in_performance_framework": "yes"}
    >>> rows = {
    ...     "achievements": [key | people | {"cutoff": "2018-12-31", "value": 90.0}],
    ...     "finance": [key | {"cutoff": "2018-12-31", "stage": "certified", "amount_eur": 800.0}],
    ...     "targets": [
    ...         key | people | plan | {"kind": "output", "milestone": 100.0},
    ...         key | euro | plan | {"kind": "financial", "milestone": 1000.0},
    ...     ],
    ... }
    >>> tables = [conform(name, pd.DataFrame(some), programme="2014IT05SFOP007") for name, some in rows.items()]
    >>> pf.performance_framework(*tables)[["axis", "status", "below"]].values.tolist()
    [['I', 'not_achieved', 'F1']]
    """
    tables = tables_of(achievements=achievements, finance=finance, targets=targets, axes=axes)
    applied = rules_for(achievements, rules)
    verdicts = []
    for each in judged(*tables, against=against, cutoff=cutoff, reserve=reserve, rules=applied):
        if each.data.rules.tested:
            _add_readings(each.rows, each.found, each.data)
        verdicts += [{"programme": each.programme, **row} for row in each.rows]
    return with_names(v.typed_frame(verdicts, _AXIS_COLUMNS), achievements)


def framework_indicators(
    achievements: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    *,
    against: Literal["milestone", "target"] = "milestone",
    cutoff: object = None,
    axes: pd.DataFrame | None = None,
    reserve: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """The indicators behind `performance_framework`, which takes the same arguments.

    Meaning: how far each indicator of the framework is from its milestone or target. Formula: ratio = achieved /
    milestone or target.

    Parameters
    ----------
    achievements, finance, targets, against, cutoff, axes, reserve, rules
        As in `performance_framework`.

    Returns
    -------
    DataFrame
        One row per axis, fund, category of region and indicator: `ratio` (1 for 100%; empty where it is not known, with
        its limits in ratio_at_least and ratio_at_most), `value` and `target` in `unit`, `state` (`evaluable`,
        `milestone_zero`, `bounded`: only limits are known, `not_evaluable`, `left_out`), what stands in the way
        (`note`, in codes).

    Raises
    ------
    ParameterError
        As in `performance_framework`.

    References
    ----------
    As `performance_framework`.

    Examples
    --------
    No source of the bundled programme says which indicators its framework has.

    >>> import porfse_analysis as pf
    >>> len(pf.framework_indicators(pf.load_programme(), against="target", cutoff="2022-06-30"))
    0
    """
    tables = tables_of(achievements=achievements, finance=finance, targets=targets, axes=axes)
    applied = rules_for(achievements, rules)
    programmes = judged(*tables, against=against, cutoff=cutoff, reserve=reserve, rules=applied)
    indicators = [row for each in programmes for row in _indicator_rows(each)]
    return with_names(v.typed_frame(indicators, _INDICATOR_COLUMNS), achievements)


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


def _indicator_rows(each: Judged) -> list[dict[str, Any]]:
    """The indicators of a programme, by axis as the verdicts are."""
    rules = each.data.rules
    if not (rules.tested or rules.followed):
        return []
    assessed = {place_of(row) for row in each.rows if row["status"] != "not_assessed"}
    rows = []
    for item in each.found:
        counted = item.ratio is not None and counts_in_serious(item.ratio, rules)
        counted = counted and group_of(item.row, rules) in assessed
        rows.append({"programme": each.programme, **item.row, "in_serious_test": counted})
    order = {place_of(row): place for place, row in enumerate(each.rows)}
    return sorted(rows, key=lambda row: order[group_of(row, rules)])


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


def _add_readings(rows: Sequence[dict[str, Any]], found: Sequence[Measured], data: Framework) -> None:
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
