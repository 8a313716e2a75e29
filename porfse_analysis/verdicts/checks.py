"""Plausibility and reconciliation: what looks wrong in the tables of a programme, as a frame of findings.

Oddities are warnings, differences that have an explanation are information; only a figure that cannot be, whatever
the programme, is an error. Values are compared only within one source and one data date, unless a finding says
otherwise.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import counts_people, reading_order
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.keys import TARGET_KEY, has_key, keys_of
from porfse_analysis.indicators.people import put_right
from porfse_analysis.indicators.percentages import exceeded_tenfold, percentage_targets
from porfse_analysis.indicators.positions import every_total, in_force, newest, of_series, source_rank
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.periods import PERIODS
from porfse_analysis.programme import Programme, known_from, require_programme
from porfse_analysis.schema import ALL, DATE_DTYPE
from porfse_analysis.verdicts.document_checks import (
    axes_left_out,
    axes_without_allocation,
    beside_parts,
    lacking,
    replaced,
    some_axes,
    without_plan,
)
from porfse_analysis.verdicts.finding import FINDING_COLUMNS, SEVERITIES, finding
from porfse_analysis.verdicts.folder_checks import of_the_folder
from porfse_analysis.verdicts.indicator_checks import (
    doubtful_percentages,
    fractional_counts,
    grand_totals,
    label,
    milestones,
    neighbouring_keys,
    partitions,
    sexes,
    target_changes,
    uncounted_people,
)
from porfse_analysis.verdicts.reconciliation import (
    axes_against_total,
    between_sources,
    claims_against_data,
    published_rates,
)
from porfse_analysis.verdicts.yearly_checks import lacking_years, payment_sums

__all__ = ["CHECKS", "FINDING_COLUMNS", "SEVERITIES", "check", "check_tables", "for_readers"]

_TABLES = ("axes", "finance", "achievements", "targets", "eu_payments", "population", "claims")

_ORDER = (("certified", "declared"), ("declared", "selected"), ("paid", "committed"))
"""Stage that should not exceed the one it is named with."""

_INDICATOR = ["fund", "investment_priority", "region_category", "indicator_type", "indicator_code"]
_CENT = 0.005


def check(programme: Programme, *, cutoff: object = None) -> pd.DataFrame:
    """Everything that looks odd in a programme, up to `cutoff` (default: its last reporting date).

    Parameters
    ----------
    programme
        As `load_programme` gives it.
    cutoff
        What is dated after it changes nothing.

    Returns
    -------
    DataFrame
        One row per finding: programme, severity (error, warning, info), check, reason (why it is so, where that is
        known), axis, figure (stage or indicator), cutoff (the position it is found at), compared_with (the date of the
        other figure), source, other_source, expected, found, reference (a third figure that explains), unit,
        expected_bound, found_bound. `porfse_analysis.display.words.wording` puts it into words.

    Raises
    ------
    ParameterError
        For a date that is none.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> findings = pf.check(pf.load_programme())
    >>> findings["severity"].value_counts()[["warning"]].to_dict(), "error" in set(findings["severity"])
    ({'warning': 3}, False)
    """
    require_programme(programme)
    if cutoff is None:
        cutoff = programme.cutoffs[-1] if programme.cutoffs else None
    if cutoff is None:
        return _frame([])
    at = as_cutoff(cutoff)
    tables = {name: getattr(programme, name) for name in _TABLES}
    return _frame(itertools.chain(_of_tables(tables, at), of_the_folder(programme, at)))


def check_tables(tables: Mapping[str, pd.DataFrame], *, cutoff: object) -> pd.DataFrame:
    """What `check` finds in the tables of one or more programmes, all of them in one pass.

    `tables`: `axes`, `finance` and what else there is, one below the other; the sources in order of preference, as an
    ordered category (alphabetical otherwise). Returns as `check`, the programmes one
    after the other, without what is told of a folder alone (former names, tables to supply).
    """
    given = {name: tables.get(name, schema.empty(name)) for name in _TABLES}
    return _frame(_of_tables(given, as_cutoff(cutoff)))


def _of_tables(tables: Mapping[str, pd.DataFrame], at: pd.Timestamp) -> Iterable[dict[str, object]]:
    """The findings in the tables of programmes up to a date, of whatever programmes they are."""
    finance = tables["finance"][tables["finance"]["cutoff"] <= at]
    achievements = tables["achievements"][tables["achievements"]["cutoff"] <= at]
    targets = tables["targets"][tables["targets"]["valid_from"] <= at]
    population = tables["population"][tables["population"]["year"] <= at.year]
    claims = tables["claims"][tables["claims"]["cutoff"] <= at]
    paid = tables["eu_payments"][known_from(tables["eu_payments"]) <= at]
    # along a series of documents, as the rates
    along = of_series(finance)
    every = {by: every_total(along, keys) for by, keys in (("axis", ["programme", "axis"]), ("whole", ["programme"]))}
    every["whole"]["axis"] = ALL
    by_axis, whole = (totals[totals["entire"]].reset_index(drop=True) for totals in every.values())
    both = pd.concat([by_axis, whole], ignore_index=True)
    # what is wrong with a sum of axes is said of its axes
    published = pd.concat([by_axis, whole[whole["published_total"].eq(True)]], ignore_index=True)
    # what nothing is reported of is not gone through: most of the time of a small programme
    values, aims = len(achievements) > 0, len(targets) > 0
    exceeded = exceeded_tenfold(achievements, targets, at, "target")
    return itertools.chain(
        _eu_part(finance),
        beside_parts(finance, achievements),
        payment_sums(paid),
        _subsets(achievements) if values else (),
        partitions(achievements) if values else (),
        uncounted_people(achievements) if values else (),
        sexes(achievements) if values else (),
        grand_totals(achievements) if values else (),
        fractional_counts(achievements, population) if values or len(population) else (),
        neighbouring_keys(achievements, targets, at) if values or aims else (),
        lacking_years(achievements, paid) if values or len(paid) else (),
        axes_against_total(along, tables["axes"], every["axis"]),
        between_sources(along, both),
        replaced(finance, achievements),
        lacking(finance),
        without_plan(finance),
        axes_without_allocation(finance),
        some_axes(every["axis"], every["whole"]),
        claims_against_data(claims, achievements, both),
        published_rates(claims, finance),
        _order(both),
        _falls(published),
        _achievement_falls(achievements) if values else (),
        _above_allocation(published, both[both["stage"] == "allocation"]),
        axes_left_out(by_axis),
        _selected_equals_declared(whole),
        _plan_changes(published),
        target_changes(targets) if aims else (),
        milestones(targets) if aims else (),
        _percentages(targets, exceeded) if aims else (),
        doubtful_percentages(achievements, targets, exceeded, at) if values and aims else (),
        _stale_positions(both),
        _stale(whole, achievements, at),
    )


def for_readers(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings a reader of the pages is told: what is to be supplied is for whoever keeps the data."""
    return findings[findings["check"] != "to_supply"].reset_index(drop=True)


CHECKS = (
    "no_period",
    "no_predecessor",
    "eu_part_above_total",
    "beside_its_parts",
    "payments_sum",
    "subset_above_whole",
    "partition",
    "uncounted_people",
    "sexes",
    "grand_total",
    "fractional_count",
    "neighbouring_key",
    "lacking_year",
    "axes_against_total",
    "between_sources",
    "superseded",
    "document_lacks",
    "without_plan",
    "no_allocation",
    "some_axes",
    "claim_against_data",
    "published_rate",
    "order_of_stages",
    "fall",
    "above_allocation",
    "cost_without_allocation",
    "axis_left_out",
    "selected_equals_declared",
    "plan_change",
    "target_change",
    "milestone_above_target",
    "percentage_target",
    "percentage_suspected",
    "stale_position",
    "stale",
    "former_name",
    "to_supply",
)
"""Names of the checks, in the order in which their findings are listed within one severity."""


def _frame(found: Iterable[dict[str, object]]) -> pd.DataFrame:
    told = _in_order(found)
    columns: dict[str, Any] = {}
    for name in FINDING_COLUMNS:
        values: list[Any] = [row.get(name) for row in told]
        if name in ("cutoff", "compared_with"):
            columns[name] = pd.to_datetime(pd.Series(values, dtype="object")).astype(DATE_DTYPE).array
        elif name in ("expected", "found", "reference"):
            columns[name] = np.array(values, dtype="float64")
        else:
            columns[name] = pd.array(list(map(_text, values)), dtype="str")
    return pd.DataFrame(columns)


def _in_order(found: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """By programme, severity, check and date; the axes as a reader expects them, the whole first."""
    told = list(found)
    axes = defaultdict[object, set[str]](set)
    for row in told:
        axes[row["programme"]].add(str(row["axis"]))
    keys = {programme: reading_order(labels) for programme, labels in axes.items()}

    def place(row: dict[str, Any]) -> tuple[Any, ...]:
        axis, date = str(row["axis"]), row.get("cutoff")
        return (
            row["programme"],
            SEVERITIES.index(row["severity"]),
            CHECKS.index(row["check"]),
            (0, pd.Timestamp(date)) if pd.notna(date) else (1,),
            (axis != ALL, keys[row["programme"]](axis)),
            _text(row.get("figure")),
            _text(row.get("source")),
        )

    return sorted(told, key=place)


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _eu_part(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    for _, row in finance[finance["eu_amount_eur"] > finance["amount_eur"]].iterrows():
        yield finding("error", "eu_part_above_total", row, expected=row["amount_eur"], found=row["eu_amount_eur"])


def _subsets(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    key = ["programme", "axis", "fund", "investment_priority", "region_category", "indicator_type", "cutoff", "source"]
    pairs = {(part, whole) for period in PERIODS.values() for part, whole in period.subsets}
    rows = achievements[achievements["indicator_code"].isin({code for pair in pairs for code in pair})]
    # the ERDF has indicators of its own under the same codes
    rows = rows[counts_people(rows)]
    rows = rows.assign(source=rows["source"].astype("str"))
    parts = rows.merge(pd.DataFrame(sorted(pairs), columns=["indicator_code", "whole"]), on="indicator_code")
    wholes = rows[[*key, "indicator_code", "value"]].rename(columns={"indicator_code": "whole"})
    met = parts.merge(wholes, on=[*key, "whole"], suffixes=("", "_whole"))
    for _, row in met[met["value"] > met["value_whole"]].iterrows():
        yield finding(
            "error",
            "subset_above_whole",
            row,
            figure=f"{row['investment_priority']} {row['indicator_code']}",
            reason=row["whole"],
            expected=row["value_whole"],
            found=row["value"],
            unit="participant",
        )


def _beside(totals: pd.DataFrame, stage: str, other: str, at: list[str]) -> Iterable[tuple[int, float, float]]:
    """The rows of a stage with another stage at their place (`at`): their number, their amount and the other."""
    told = list(zip(totals["stage"], keys_of(totals, at), totals["amount"], strict=True))
    others = {place: amount for name, place, amount in told if name == other}
    for number, (name, place, amount) in enumerate(told):
        if name == stage and place in others:
            yield number, amount, others[place]


def _order(both: pd.DataFrame) -> Iterable[dict[str, object]]:
    at = ["programme", "axis", "source", "position", "data_date"]
    for lower, upper in _ORDER:
        for number, found, most in _beside(both, lower, upper, at):
            if found > most + _CENT:
                row, reason = both.iloc[number], f"{lower}_above_{upper}"
                yield finding("warning", "order_of_stages", row, reason=reason, expected=most, found=found)


def _steps(totals: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    """Each position beside the one before it in the same source."""
    ordered = totals.sort_values("position", kind="stable")
    groups = ordered.groupby(keys, sort=False)
    return ordered.assign(before=groups[value].shift(), before_date=groups["position"].shift())


def _falls(published: pd.DataFrame) -> Iterable[dict[str, object]]:
    steps = _steps(published[published["stage"] != "allocation"], ["programme", "axis", "stage", "source"], "amount")
    for _, row in steps[steps["amount"] < steps["before"] - _CENT].iterrows():
        yield finding(
            "warning", "fall", row, expected=row["before"], found=row["amount"], compared_with=row["before_date"]
        )


def _achievement_falls(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    rows = achievements[achievements["value"].notna()].rename(columns={"cutoff": "position"})
    rows = rows.assign(rank=source_rank(rows["source"]), source=rows["source"].astype("str"))
    if "series" in rows:
        rows = put_right(rows.assign(document=rows["source"]))
    steps = _steps(rows, ["programme", "axis", *_INDICATOR, "source"], "value")
    for _, row in steps[steps["value"] < steps["before"]].iterrows():
        yield finding(
            "warning",
            "fall",
            row,
            figure=label(row),
            expected=row["before"],
            found=row["value"],
            compared_with=row["before_date"],
            unit="unit",
        )


def _above_allocation(published: pd.DataFrame, allocations: pd.DataFrame) -> Iterable[dict[str, object]]:
    keys = ["programme", "axis"]
    rows = in_force(published[published["stage"].isin(RATES)], allocations, keys)
    rows = rows[rows["amount"] > rows["denominator"] + _CENT]
    for _, row in rows.sort_values("position", kind="stable").iterrows():
        earlier = allocations[
            (allocations["programme"] == row["programme"])
            & (allocations["axis"] == row["axis"])
            & (allocations["source"] == row["source"])
            & (allocations["position"] < row["base_position"])
            & (allocations["amount"] > row["denominator"] + _CENT)
        ].sort_values("position", kind="stable")
        zero = row["denominator"] == 0
        cut = not earlier.empty
        yield finding(
            "warning",
            "cost_without_allocation" if zero else "above_allocation",
            row,
            reason="plan_cut" if cut else "",
            expected=row["denominator"],
            found=row["amount"],
            reference=earlier["amount"].iloc[-1] if cut else None,
            compared_with=earlier["position"].iloc[-1] if cut else None,
        )


def _selected_equals_declared(whole: pd.DataFrame) -> Iterable[dict[str, object]]:
    for number, selected, declared in _beside(whole, "selected", "declared", ["programme", "source", "position"]):
        if selected == declared > 0:
            amounts = {"expected": selected, "found": declared}
            yield finding("warning", "selected_equals_declared", whole.iloc[number], **amounts)


def _plan_changes(published: pd.DataFrame) -> Iterable[dict[str, object]]:
    steps = _steps(published[published["stage"] == "allocation"], ["programme", "axis", "source"], "amount")
    for _, row in steps[(steps["amount"] - steps["before"]).abs() > _CENT].iterrows():
        yield finding(
            "info", "plan_change", row, expected=row["before"], found=row["amount"], compared_with=row["before_date"]
        )


def _percentages(targets: pd.DataFrame, exceeded: pd.DataFrame) -> Iterable[dict[str, object]]:
    refused = percentage_targets(targets, exceeded)
    rows = targets[has_key(targets, TARGET_KEY, refused)]
    rows = rows.sort_values("valid_from", kind="stable").drop_duplicates(TARGET_KEY, keep="last")
    for _, row in rows.iterrows():
        yield finding(
            "info",
            "percentage_target",
            row,
            figure=label(row),
            cutoff=row["valid_from"],
            source=str(row["source"]),
            found=row["target"],
            unit="%",
        )


def _stale_positions(both: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Positions that carry figures of an earlier date than their own; a plan alone is in force until the next one."""
    key = ["programme", "axis", "source", "position"]
    late = both[both["data_date"] < both["position"]]
    spent = late.loc[late["stage"] != "allocation", key].drop_duplicates()
    late = late.merge(spent, on=key)
    for _, row in late.drop_duplicates(key).iterrows():
        yield finding("warning", "stale_position", row, figure="", compared_with=row["data_date"], found=row["amount"])


def _stale(whole: pd.DataFrame, achievements: pd.DataFrame, cutoff: pd.Timestamp) -> Iterable[dict[str, object]]:
    """What the reporting date has no figures of its own for."""
    last = newest(whole[whole["stage"].isin(RATES)], ["programme", "stage"])
    for _, row in last[last["data_date"] < cutoff].iterrows():
        yield finding("info", "stale", row, cutoff=cutoff, compared_with=row["data_date"], found=row["amount"])
    reported = achievements[["programme", "cutoff", "source"]][achievements["value"].notna()]
    for programme, date in reported.groupby("programme", sort=False)["cutoff"].max().items():
        if date < cutoff:
            at_date = reported[(reported["programme"] == programme) & (reported["cutoff"] == date)]
            yield {
                "programme": programme,
                "severity": "info",
                "check": "stale",
                "axis": ALL,
                "figure": "achievements",
                "cutoff": cutoff,
                "compared_with": date,
                "source": at_date["source"].iloc[-1],
            }
