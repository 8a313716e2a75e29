"""The tidy tables of programmes out of the frames of the Commission's open data.

One pass over the rows, however many programmes; what the rules are, `tables_from_cohesion_data`
says.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import reading_order
from porfse_analysis.errors import DataError, Fault
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.loaders.cohesion.checks import group_ids
from porfse_analysis.loaders.cohesion.forms import STRUCTURAL_FUNDS

__all__ = ["FINANCE", "INDICATORS", "tidy_tables", "with_cutoffs"]

FINANCE, INDICATORS = "ec-99js-gm52", "ec-2q3n-nr7n"
_SOURCE = pd.CategoricalDtype([FINANCE, INDICATORS], ordered=True)
_STAGES = {"allocation": "allocation_eur", "selected": "selected_eur", "declared": "declared_eur"}
_KINDS = {"O": "output", "R": "result"}
# what an amount of the portal is exact to
_CENT = 0.01
_INDICATOR_KEY = [
    "programme",
    "axis",
    "fund",
    "investment_priority",
    "region_category",
    "indicator_type",
    "indicator_code",
]


def with_cutoffs(finance: pd.DataFrame, last_cutoff: Mapping[str, object] | None) -> pd.DataFrame:
    """The rows of the structural funds with their column `cutoff`: the nominal date of their year."""
    used = finance[finance["fund"].isin(STRUCTURAL_FUNDS)]
    cutoffs = _year_end(used["year"])
    if used.empty:
        return used.assign(cutoff=cutoffs)
    last = int(used["year"].max())
    in_last = used["year"] == last
    given = {fund: as_cutoff(day, f"last_cutoff of {fund}") for fund, day in (last_cutoff or {}).items()}
    for fund in used.loc[in_last, "fund"].unique():
        common = given.get(fund) or _common_date(used[in_last], fund, last)
        if common is not None:
            cutoffs = cutoffs.mask(in_last & (used["fund"] == fund), common)
    # figures of a later day cannot stand in a position of an earlier one
    later = used["data_date"] > cutoffs
    return used.assign(cutoff=cutoffs.mask(later, used["data_date"]))


def _common_date(rows: pd.DataFrame, fund: str, year: int) -> pd.Timestamp | None:
    """The commonest reference date of a fund within the year, else that of all funds, else none."""
    dates = rows.loc[rows["data_date"].dt.year == year, ["fund", "data_date"]]
    own = dates.loc[dates["fund"] == fund, "data_date"]
    counts = (own if len(own) else dates["data_date"]).value_counts()
    # of two equally common the later: the other rows are the late ones
    return counts.index[counts == counts.max()].max() if len(counts) else None


def _year_end(years: pd.Series) -> pd.Series:
    next_year = (years.to_numpy() - 1969).astype("datetime64[Y]")
    days = next_year.astype("datetime64[D]") - np.timedelta64(1, "D")
    return pd.Series(days.astype(schema.DATE_DTYPE), index=years.index)


# --- tables ---


def tidy_tables(finance: pd.DataFrame, indicators: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """The tables axes, finance, achievements and targets of the programmes in `finance`.

    `finance` comes from `with_cutoffs`, `indicators` from `read_indicators`. Columns as in
    `porfse_analysis.schema`.
    """
    reported = indicators
    if reported is not None:
        reported = reported[
            reported["programme"].isin(finance["programme"].unique())
            & reported["fund"].isin(STRUCTURAL_FUNDS)
            & ~reported["is_division"]
        ]
    axes = _axes(finance, reported)
    tables = {"axes": axes, "finance": _finance(finance, axes)}
    if reported is not None and len(reported):
        reported = reported.assign(cutoff=_year_end(reported["year"]), order=_axis_order(reported, axes))
        tables["achievements"] = _achievements(reported)
        tables["targets"] = _targets(reported)
    else:
        tables |= {name: schema.empty(name) for name in ("achievements", "targets")}
    for name, frame in tables.items():
        if name != "axes":
            frame["source"] = frame["source"].astype(_SOURCE)
    return tables


def _summed(frame: pd.DataFrame, key: list[str], sums: list[str], firsts: Mapping[str, str]) -> pd.DataFrame:
    """One row per key: `sums` added (empty when every part is), the others by the way `firsts`
    names.
    """
    ids = group_ids(frame, key)
    if len(np.unique(ids)) == len(frame):
        return frame[[*key, *sums, *firsts]]
    groups = frame.groupby(ids, sort=False)
    added = groups[sums].sum(min_count=1)
    others = groups.agg({**dict.fromkeys(key, "first"), **firsts})
    return pd.concat([added, others], axis=1)[[*key, *sums, *firsts]]


def _finance(rows: pd.DataFrame, axes: pd.DataFrame) -> pd.DataFrame:
    key = ["programme", "axis", "cutoff", "fund", "region_category", "year"]
    sums = ["eu_amount_eur", *_STAGES.values()]
    rows = rows.assign(order=_axis_order(rows, axes))
    table = _summed(rows, key, sums, {"data_date": "min", "plan_version": "first", "order": "first"})
    table[sums] = table[sums].round(2)  # the sum of cents, without what binary fractions add
    taken = group_ids(table, ["programme", "axis", "cutoff", "fund", "region_category"])
    twice = table[pd.Series(taken, index=table.index).duplicated()]
    if len(twice):
        raise DataError("finance", [_one_date_two_years(row) for row in twice.to_dict("records")])
    stages = []
    for number, (stage, column) in enumerate(_STAGES.items()):
        part = table.assign(stage=stage, number=number, amount_eur=table[column])
        if stage != "allocation":
            part["eu_amount_eur"] = np.nan
        stages.append(part)
    order = ["programme", "cutoff", "order", "number", "fund", "region_category"]
    table = pd.concat(stages).astype({"programme": "str", "fund": "str", "region_category": "str"})
    table = table.sort_values(order, kind="stable", ignore_index=True)
    return schema.conform("finance", table.assign(source=FINANCE, precision=_CENT))


def _one_date_two_years(row: Mapping[Hashable, Any]) -> Fault:
    return Fault(
        f"{row['programme']}, axis {row['axis']}: the rows of {row['year']} and of another year are both of "
        f"{row['cutoff'].date().isoformat()}",
        column="reference_date",
        remedy="Give one download at a time",
    )


def _achievements(rows: pd.DataFrame) -> pd.DataFrame:
    key = [*_INDICATOR_KEY, "cutoff"]
    table = _summed(rows, key, ["value"], {"unit": "first", "reported_in": "first", "order": "first"})
    position = pd.Series(group_ids(table, ["programme", "fund", "cutoff"]), index=table.index)
    table = table[position.isin(position[table["value"].notna()].unique())]
    table = _sorted(table, ["programme", "cutoff", "order", *_INDICATOR_KEY[2:]])
    return schema.conform("achievements", table.assign(source=INDICATORS, data_date=table["cutoff"]))


def _targets(rows: pd.DataFrame) -> pd.DataFrame:
    key = [*_INDICATOR_KEY, "cutoff"]
    firsts = {"plan_version": "first", "unit": "first", "order": "first", "year": "first"}
    # a saving written with its sign is not an aim that a count can be measured against
    rows = rows.assign(target=rows["target"].where(~rows["target"].lt(0)))
    table = _summed(rows, key, ["target"], firsts)
    identity = group_ids(table, _INDICATOR_KEY)
    table = table.merge(_versions(table, identity), on=["programme", "cutoff"], how="left")
    table = table.assign(identity=identity).sort_values("cutoff", kind="stable")
    table = table.drop_duplicates(["identity", "version"])
    has_target = table["target"].notna()
    elsewhere = table["identity"].isin(table.loc[has_target, "identity"])
    kept = table[has_target | elsewhere]
    # a version that dropped every target and every row of it: one empty row per axis keeps it known
    aiming = table["programme"].isin(kept["programme"])
    version = ["programme", "fund", "version"]
    known = pd.MultiIndex.from_frame(kept[version].astype("str"))
    unknown = ~pd.MultiIndex.from_frame(table[version].astype("str")).isin(known)
    kept = pd.concat([kept, table[aiming & unknown].drop_duplicates([*version, "axis"])])
    kept = _sorted(kept, ["programme", "valid_from", "order", *_INDICATOR_KEY[2:]])
    kinds = kept["indicator_type"].str[:1].map(_KINDS)
    return schema.conform("targets", kept.assign(source=INDICATORS, kind=kinds, plan_version=kept["version"]))


def _versions(table: pd.DataFrame, identity: np.ndarray) -> pd.DataFrame:
    """The plan version in force in each year of a programme: programme, cutoff, version,
    valid_from.

    A new one begins where the portal's version changes, and where it does not but the set of
    targets does.
    """
    aims = pd.DataFrame({"key": identity, "target": table["target"].to_numpy()})
    # one number for a set of targets, whatever the order of its rows
    marks = pd.util.hash_pandas_object(aims, index=False).to_numpy().copy()
    marks[aims["target"].isna()] = 0
    positions = table.assign(mark=marks).groupby(["programme", "cutoff"], observed=True)
    years = positions.agg({"plan_version": "first", "year": "first", "mark": "sum"}).reset_index()
    years = years.astype({"programme": "str", "plan_version": "str"})
    state = pd.Series(group_ids(years, ["programme", "plan_version", "mark"]), index=years.index)
    run = (state != state.shift(fill_value=-1)).cumsum()
    years["valid_from"] = years.groupby(run)["cutoff"].transform("first")
    first = years.groupby(run)[["programme", "plan_version", "year"]].first()
    again = first.duplicated(["programme", "plan_version"])
    labels = first["plan_version"].mask(again, first["plan_version"] + " (" + first["year"].astype("str") + ")")
    years["version"] = run.map(labels)
    return years[["programme", "cutoff", "version", "valid_from"]]


def _sorted(table: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    texts = {column: "str" for column in order if isinstance(table[column].dtype, pd.CategoricalDtype)}
    return table.astype(texts).sort_values(order, kind="stable", ignore_index=True)


# --- axes ---


def _axes(finance: pd.DataFrame, reported: pd.DataFrame | None) -> pd.DataFrame:
    """One row per axis, in the order a reader expects (I, II ... X; 1, 2 ... 10).

    The portal has no titles of axes: they are called by their thematic objective (`languages.axis_title`).
    """
    columns = ["programme", "axis", "thematic_objective"]
    seen = finance[columns].drop_duplicates().astype("str")
    if reported is not None:
        # an axis that has indicators and no money yet
        more = reported[columns].drop_duplicates().astype("str")
        known = pd.MultiIndex.from_frame(seen[columns[:2]])
        seen = pd.concat([seen, more[~pd.MultiIndex.from_frame(more[columns[:2]]).isin(known)]])
    named: dict[str, dict[str, dict[str, None]]] = {}
    for programme, axis, objective in seen.sort_values("programme").itertuples(index=False, name=None):
        objectives = named.setdefault(programme, {}).setdefault(axis, {})
        if objective:
            objectives[objective] = None
    rows = []
    for programme, axes in named.items():
        for axis in sorted(axes, key=reading_order(axes)):
            one = next(iter(axes[axis])) if len(axes[axis]) == 1 else ""
            rows.append(
                {
                    "programme": programme,
                    "axis": axis,
                    "thematic_objective": one or ("MULTI" if axes[axis] else ""),
                    "technical_assistance": one == "TA",
                    "source": FINANCE,
                }
            )
    return schema.conform("axes", pd.DataFrame(rows)) if rows else schema.empty("axes")


def _axis_order(rows: pd.DataFrame, axes: pd.DataFrame) -> np.ndarray:
    """The place of each row's axis in the table of axes."""
    places = {pair: place for place, pair in enumerate(zip(axes["programme"], axes["axis"], strict=True))}
    ids = group_ids(rows, ["programme", "axis"])
    codes, _ = pd.factorize(ids)
    first = rows[["programme", "axis"]].astype("str").iloc[np.unique(codes, return_index=True)[1]]
    return np.array([places[pair] for pair in first.itertuples(index=False, name=None)])[codes]
