"""Plausibility and reconciliation: what looks wrong in the tables of a programme, as a frame of findings.

Oddities are warnings, differences that have an explanation are information; only a figure that cannot be, whatever
the programme, is an error. Values are compared only within one source and one data date, unless a finding says
otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import ESF_TYPES, axis_places
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.percentages import TARGET_KEY, are_of, exceeded_tenfold, percentage_targets
from porfse_analysis.indicators.positions import in_force, newest, of_series, published_totals, source_rank
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.periods import PERIODS
from porfse_analysis.programme import Programme, known_from, require_programme
from porfse_analysis.schema import ALL, DATE_DTYPE
from porfse_analysis.verdicts.document_checks import lacking, replaced, some_axes, without_plan
from porfse_analysis.verdicts.finding import FINDING_COLUMNS, SEVERITIES, finding
from porfse_analysis.verdicts.folder_checks import of_the_folder
from porfse_analysis.verdicts.indicator_checks import (
    doubtful_percentages,
    fractional_counts,
    grand_totals,
    label,
    neighbouring_keys,
    partitions,
    sexes,
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
    by_axis = published_totals(along, ["programme", "axis"])
    whole = published_totals(along, ["programme"])
    whole["axis"] = ALL
    both = pd.concat([by_axis, whole], ignore_index=True)
    # what is wrong with a sum of axes is said of its axes
    published = pd.concat([by_axis, whole[whole["published_total"].eq(True)]], ignore_index=True)
    # what nothing is reported of is not gone through: most of the time of a small programme
    values, aims = len(achievements) > 0, len(targets) > 0
    exceeded = exceeded_tenfold(achievements, targets, at, "target")
    return itertools.chain(
        _eu_part(finance),
        payment_sums(paid),
        _subsets(achievements) if values else (),
        partitions(achievements) if values else (),
        sexes(achievements) if values else (),
        grand_totals(achievements) if values else (),
        fractional_counts(achievements, population) if values or len(population) else (),
        neighbouring_keys(achievements, targets, at) if values or aims else (),
        lacking_years(achievements, paid) if values or len(paid) else (),
        axes_against_total(along, tables["axes"]),
        between_sources(along, both),
        replaced(finance),
        lacking(finance),
        without_plan(finance),
        some_axes(by_axis, whole),
        claims_against_data(claims, achievements, both),
        published_rates(claims, finance),
        _order(both),
        _falls(published),
        _achievement_falls(achievements) if values else (),
        _above_allocation(published, both[both["stage"] == "allocation"]),
        _axes_left_out(by_axis),
        _selected_equals_declared(whole),
        _plan_changes(published),
        _target_changes(targets) if aims else (),
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
    "payments_sum",
    "subset_above_whole",
    "partition",
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
    "percentage_target",
    "percentage_suspected",
    "stale_position",
    "stale",
    "former_name",
    "to_supply",
)
"""Names of the checks, in the order in which their findings are listed within one severity."""


def _frame(found: Iterable[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(list(found), columns=list(FINDING_COLUMNS))
    for name in FINDING_COLUMNS:
        if name in ("cutoff", "compared_with"):
            table[name] = pd.Series(pd.to_datetime(table[name])).astype(DATE_DTYPE)
        elif name in ("expected", "found", "reference"):
            table[name] = table[name].astype("float64")
        else:
            table[name] = table[name].astype(object).where(table[name].notna(), "").astype(str)
    place = table["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    order = table["check"].map({name: place for place, name in enumerate(CHECKS)})
    at = table.groupby("programme")["axis"].transform(axis_places)
    table = table.assign(place=place, order=order, at=at).sort_values(
        ["programme", "place", "order", "cutoff", "at", "figure", "source"], kind="stable"
    )
    return table[list(FINDING_COLUMNS)].reset_index(drop=True)


def _eu_part(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    for _, row in finance[finance["eu_amount_eur"] > finance["amount_eur"]].iterrows():
        yield finding("error", "eu_part_above_total", row, expected=row["amount_eur"], found=row["eu_amount_eur"])


def _subsets(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    key = ["programme", "axis", "fund", "investment_priority", "region_category", "indicator_type", "cutoff", "source"]
    # the ERDF has indicators of its own under the same codes
    people = achievements[achievements["indicator_type"].isin(ESF_TYPES)]
    rows = people.assign(source=people["source"].astype("str"))
    for part, whole in (pair for period in PERIODS.values() for pair in period.subsets):
        parts, wholes = (rows[rows["indicator_code"] == code] for code in (part, whole))
        if parts.empty or wholes.empty:
            continue
        met = parts.merge(wholes[[*key, "value"]], on=key, suffixes=("", "_whole"))
        for _, row in met[met["value"] > met["value_whole"]].iterrows():
            yield finding(
                "error",
                "subset_above_whole",
                row,
                figure=f"{row['investment_priority']} {part}",
                reason=whole,
                expected=row["value_whole"],
                found=row["value"],
                unit="participant",
            )


def _order(both: pd.DataFrame) -> Iterable[dict[str, object]]:
    at = ["programme", "axis", "source", "position", "data_date"]
    for lower, upper in _ORDER:
        lows, highs = (both[both["stage"] == stage] for stage in (lower, upper))
        if lows.empty or highs.empty:
            continue
        met = lows.merge(highs[[*at, "amount"]], on=at, suffixes=("", "_upper"))
        for _, row in met[met["amount"] > met["amount_upper"] + _CENT].iterrows():
            yield finding(
                "warning",
                "order_of_stages",
                row,
                reason=f"{lower}_above_{upper}",
                expected=row["amount_upper"],
                found=row["amount"],
            )


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
    rows = rows.assign(source=rows["source"].astype("str"))
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


def _axes_left_out(by_axis: pd.DataFrame) -> Iterable[dict[str, object]]:
    """An axis with an allocation that the source's next position of allocations does not have any more."""
    allocations = by_axis[by_axis["stage"] == "allocation"]
    for _, rows in allocations.groupby(["programme", "source"], sort=False):
        positions = sorted(rows["position"].unique())
        for before, after in itertools.pairwise(positions):
            here = set(rows.loc[rows["position"] == after, "axis"])
            gone = rows[(rows["position"] == before) & ~rows["axis"].isin(here) & (rows["amount"] > 0)]
            later = rows.loc[rows["position"] == after, "document"].iloc[0]
            for _, row in gone.iterrows():
                other = {"reason": "other_document", "other_source": row["document"]}
                yield finding(
                    "warning",
                    "axis_left_out",
                    row,
                    source=later,
                    **(other if later != row["document"] else {}),
                    cutoff=after,
                    compared_with=before,
                    expected=row["amount"],
                )


def _selected_equals_declared(whole: pd.DataFrame) -> Iterable[dict[str, object]]:
    at = ["programme", "source", "position"]
    selected, declared = (whole[whole["stage"] == stage] for stage in ("selected", "declared"))
    met = selected.merge(declared[[*at, "amount"]], on=at, suffixes=("", "_declared"))
    for _, row in met[(met["amount"] == met["amount_declared"]) & (met["amount"] > 0)].iterrows():
        yield finding("warning", "selected_equals_declared", row, expected=row["amount"], found=row["amount_declared"])


def _plan_changes(published: pd.DataFrame) -> Iterable[dict[str, object]]:
    steps = _steps(published[published["stage"] == "allocation"], ["programme", "axis", "source"], "amount")
    for _, row in steps[(steps["amount"] - steps["before"]).abs() > _CENT].iterrows():
        yield finding(
            "info", "plan_change", row, expected=row["before"], found=row["amount"], compared_with=row["before_date"]
        )


def _target_changes(targets: pd.DataFrame) -> Iterable[dict[str, object]]:
    """How many targets each plan version changed, dropped or added, by axis."""
    key = ["axis", *_INDICATOR]
    set_targets = targets[targets["target"].notna()]
    # of several sources the preferred one
    set_targets = set_targets.assign(rank=source_rank(set_targets["source"])).sort_values("rank", kind="stable")
    set_targets = set_targets.drop_duplicates(["programme", "plan_version", *key])
    for programme, rows in targets.groupby("programme", sort=False):
        starts = rows.groupby("plan_version")["valid_from"].min().sort_values()
        for (old, old_start), (new, start) in itertools.pairwise(starts.items()):
            versions = [
                set_targets[(set_targets["programme"] == programme) & (set_targets["plan_version"] == version)]
                for version in (old, new)
            ]
            met = versions[0][[*key, "target"]].merge(
                versions[1][[*key, "target"]], on=key, how="outer", indicator=True
            )
            moved = {
                "changed": met[(met["_merge"] == "both") & (met["target_x"] != met["target_y"])],
                "dropped": met[met["_merge"] == "left_only"],
                "added": met[met["_merge"] == "right_only"],
            }
            source = str(rows.loc[rows["plan_version"] == new, "source"].iloc[0])
            for reason, changed in moved.items():
                for axis, group in changed.groupby("axis", sort=True):
                    yield {
                        "programme": programme,
                        "severity": "info",
                        "check": "target_change",
                        "reason": reason,
                        "axis": axis,
                        "figure": ", ".join(sorted(label(row) for _, row in group.iterrows())),
                        "cutoff": start,
                        "compared_with": old_start,
                        "source": source,
                        "found": float(len(group)),
                        "unit": "target",
                    }


def _percentages(targets: pd.DataFrame, exceeded: pd.DataFrame) -> Iterable[dict[str, object]]:
    refused = percentage_targets(targets, exceeded)
    rows = targets[are_of(targets, refused)]
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
    reported = achievements[achievements["value"].notna()]
    for programme, rows in reported.groupby("programme", sort=False):
        newest_row = rows.sort_values("cutoff", kind="stable").iloc[-1]
        if newest_row["cutoff"] < cutoff:
            yield {
                "programme": programme,
                "severity": "info",
                "check": "stale",
                "axis": ALL,
                "figure": "achievements",
                "cutoff": cutoff,
                "compared_with": newest_row["cutoff"],
                "source": newest_row["source"],
            }
