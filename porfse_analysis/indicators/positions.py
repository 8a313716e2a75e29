"""One rate, one source, one date: which published figures a result is made of.

`published_totals` adds the rows of each position (source and cutoff); `newest` picks, per key, the position to use;
`in_force` looks up what the same source had published by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.keys import Key, has_key, keys_of
from porfse_analysis.indicators.result import bound_of
from porfse_analysis.indicators.whole import added_once, covered, is_whole, part_columns, shared, told_of, within
from porfse_analysis.inputs import require
from porfse_analysis.schema import ALL

__all__ = [
    "FIRMNESS",
    "GROUPINGS",
    "QUALIFIER_CODES",
    "Positions",
    "added_rows",
    "at_newest",
    "every_total",
    "group_keys",
    "in_force",
    "newest",
    "of_series",
    "plan_at",
    "positions_at",
    "published_totals",
    "reported_late",
    "source_rank",
    "superseded",
]

GROUPINGS = ("axis", "programme", "fund", "region_category")

QUALIFIER_CODES = {"exact": 0.0, "about": 1.0, "more_than": 1e6, "less_than": 1e6}
"""Qualifier -> a number that a sum of figures is as firm as: from 1e6 on it is a bound."""

FIRMNESS = ("code", "digits")
"""What positions say of how firm their figures are."""


@dataclass(frozen=True)
class Positions:
    """What was published up to a cutoff: the rows, and their totals per key, stage, source and position."""

    cutoff: pd.Timestamp
    keys: list[str]
    rows: pd.DataFrame
    totals: pd.DataFrame

    @cached_property
    def groups(self) -> pd.DataFrame:
        """The keys that anything is published of, without the whole where there is a row for each axis."""
        rows = self.rows if "axis" not in self.keys else self.rows[self.rows["axis"] != ALL]
        return rows[self.keys].drop_duplicates()

    @cached_property
    def newest(self) -> pd.DataFrame:
        """Of each key and stage the newest of the totals (`newest`)."""
        return newest(self.totals, [*self.keys, "stage"])


def positions_at(finance: pd.DataFrame, cutoff: pd.Timestamp, by: str | Sequence[str]) -> Positions:
    """The positions published up to `cutoff`, totalled by what `by` asks for.

    With how firm they are: `code`, the sum of the `QUALIFIER_CODES` of the figures, and `digits`, of their precisions.
    """
    require(finance, "finance")
    keys = group_keys(by)
    rows = of_series(finance[finance["cutoff"] <= cutoff])
    codes = rows["qualifier"].map(QUALIFIER_CODES).fillna(0.0)
    rows = rows.assign(code=codes, digits=rows["precision"].fillna(0.0))
    return Positions(cutoff, keys, rows, published_totals(rows, keys, *FIRMNESS))


def group_keys(by: str | Sequence[str]) -> list[str]:
    """The key columns that `by` asks for; "programme" (or a grouping without axis) gives one row for the whole.

    `by` is one of `GROUPINGS` or several of them. Raises `ParameterError` naming what is allowed.
    """
    asked = [by] if isinstance(by, str) else list(by)
    unknown = [name for name in asked if name not in GROUPINGS]
    if unknown or not asked:
        raise ParameterError(f"by={by!r}: use {', '.join(GROUPINGS)}, or several of them")
    return ["programme", *(name for name in ("fund", "axis", "region_category") if name in asked)]


def of_series(finance: pd.DataFrame) -> pd.DataFrame:
    """The rows with the series of documents in `source`, as figures are followed, and in `document` what to cite.

    A programme's `finance` says the series of each row (column `series`, from its table of sources); of any other
    frame each source is its own. What another document of the series has put right (`superseded`) is left out.
    """
    rows = finance.assign(document=finance["source"].astype("str"))
    return rows if "series" not in finance else rows.assign(source=_along(finance))[~superseded(finance).to_numpy()]


def _along(finance: pd.DataFrame) -> pd.Categorical:
    """The series of each row, its source where it is of none, in the order of preference of their first sources."""
    series = finance["series"].astype("object")
    names = series.where(series.notna(), finance["source"].astype("object"))
    first = source_rank(finance["source"]).groupby(names.to_numpy()).min().sort_values(kind="stable")
    return pd.Categorical(names, categories=first.index, ordered=True)


def superseded(finance: pd.DataFrame) -> pd.Series:
    """Whether another document of its series, as an erratum, has what counts in place of a row, for the same date.

    That is the same cell of the preferred document; and for a figure of several parts together (axis `ALL`, no fund, no
    category of region) the parts of a preferred one, when with what the series says of the others no part is without a
    figure that the plan gives money to.
    """
    along = _along(finance)
    if finance["source"].nunique() == len(along.categories):
        return pd.Series(data=False, index=finance.index)
    place = ["programme", "stage", "along", "cutoff"]
    ranked = finance.assign(along=along, rank=source_rank(finance["source"]), known=finance["amount_eur"].notna())
    # by place: a frame put together of several may bear a label twice
    ranked = ranked.reset_index(drop=True).sort_values(["known", "rank"], ascending=[False, True], kind="stable")
    gone = ranked.duplicated([*place, *part_columns]).sort_index()
    ranked = ranked.sort_index()
    for index in _put_right_by_parts(ranked[~gone & ranked["known"]], place):
        gone[index] = True
    return pd.Series(gone.to_numpy(), index=finance.index)


def _put_right_by_parts(rows: pd.DataFrame, place: list[str]) -> list[int]:
    """The figures of several parts together that the parts of a preferred document of the series replace."""
    put_right = []
    several = rows.groupby(place, sort=False, observed=True)["rank"].transform("nunique") > 1
    for _, group in rows[several].groupby(place, sort=False, observed=True):
        told = list(zip(group.index, keys_of(group, part_columns), group["rank"], strict=True))
        own = rows[rows["programme"] == group["programme"].iloc[0]]
        known = told_of(keys_of(own, part_columns))
        for index, cell, rank in told:
            parts = [(part, its) for _, part, its in told if part != cell and within(part, cell)]
            if min((its for _, its in parts), default=rank) < rank:
                cells = [part for part, _ in parts]
                if all(covered(one, cells, known) for one in _funded(own, group.loc[index], cell)):
                    put_right.append(index)
    return put_right


def _funded(rows: pd.DataFrame, one: pd.Series, cell: Key) -> set[Key]:
    """What of a figure has money in the plan in force at its date: of its series, else of any source.

    `rows` are those of its programme.
    """
    own_programme = rows[rows["axis"] != ALL]
    plans = own_programme[(own_programme["stage"] == "allocation") & (own_programme["cutoff"] <= one["cutoff"])]
    own = plans[plans["along"] == one["along"]]
    plans = own if len(own) else plans
    # without a plan, everything that is known at all
    last = plans.sort_values("cutoff", kind="stable").drop_duplicates(["along", *part_columns], keep="last")
    told = own_programme if plans.empty else last[last["amount_eur"] > 0]
    common = (shared(part, cell) for part in set(keys_of(told, part_columns)))
    return {part for part in common if part is not None}


def source_rank(source: pd.Series) -> pd.Series:
    """The place of each row's source in the order of preference; alphabetical where the frame does not carry one."""
    if isinstance(source.dtype, pd.CategoricalDtype) and source.cat.ordered:
        return source.cat.codes
    return source.astype("object").rank(method="dense")


def published_totals(finance: pd.DataFrame, keys: list[str], *sums: str) -> pd.DataFrame:
    """What each source had published at each cutoff, per key and stage.

    Columns: keys, stage, source, position (the cutoff), amount (sum of the rows), missing (a row without a figure is
    in it), data_date (the oldest of the rows), published_total, rank, bound (`result.bound_of` the rows), document (the
    sources to cite, see `of_series`), reading (what a row stands for is a reading of its document), and `sums`: other
    columns, added up over the rows that the amount is made of. A figure of the whole (axis `ALL`, no fund, no category)
    is taken instead of the sum of its parts, never beside them. Positions without any figure are left out, and those
    that lack a part which their series had before (`whole.is_whole`).
    """
    totals = every_total(finance, keys, *sums)
    return totals[totals["entire"]].drop(columns="entire").reset_index(drop=True)


def every_total(finance: pd.DataFrame, keys: list[str], *sums: str) -> pd.DataFrame:
    """`published_totals` with those that lack a part: `entire` says which do not."""
    told, rows = added_rows(finance, keys, *sums)
    # sorted, so that the last digit of a sum does not depend on the order of the rows
    rows = rows.sort_values([*part_columns, "amount_eur"], kind="stable")
    at = [*keys, "stage", "source", "rank", "published_total", "cutoff"]
    positions = rows.groupby(at, sort=False)
    totals = pd.DataFrame(
        {
            "amount": positions["amount_eur"].sum(min_count=1),  # all missing stays missing
            "missing": ~positions["known"].all() | positions["short"].any(),
            "data_date": positions["dated"].min(),
            "reading": positions["reading"].any(),
            **{name: positions[name].sum() for name in sums},
            "document": positions["cited"].first(),
        }
    )
    published = rows[rows["known"]]
    if not (published["document"] == published["source"]).all():
        documents = published.groupby(at, sort=False)["document"]
        totals["document"] = documents.agg(lambda names: ";".join(dict.fromkeys(names)))
    totals["bound"] = bound_of(published["qualifier"], [published[name] for name in at], totals.index)
    totals = totals.reset_index().rename(columns={"cutoff": "position"})
    totals = totals[totals["amount"].notna()].reset_index(drop=True)
    return totals.assign(entire=is_whole(totals, told[told["known"]], keys))


def added_rows(finance: pd.DataFrame, keys: list[str], *sums: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that are of one key each, and those of them that are added up (`whole.added_once`).

    A figure of all axes, or of all axes and funds, is not one of any of them. With `known` (there is an amount),
    `short` (the sum lacks something), `published_total` (it is of all axes), and `sums` where there is an amount.
    """
    told = _told(finance, sums)
    whole = told["axis"] == ALL
    if "axis" in keys:
        told = told[~whole]
    elif whole.any():
        for name in ("fund", "region_category"):
            if name in keys:
                apart = told["programme"].isin(told.loc[told[name] != "", "programme"].unique())
                told = told[~(apart & (told["axis"] == ALL) & (told[name] == ""))]
    at = [*keys, "stage", "source", "cutoff"]
    rows = added_once(told, at, [name for name in part_columns if name not in keys], "amount_eur")
    whole = rows["axis"] == ALL
    if not whole.any():
        return told, rows.assign(published_total=False)
    of_axes = (~whole).groupby([rows[name] for name in at], sort=False, observed=True).transform("any")
    return told, rows.assign(published_total=~of_axes)


def _told(finance: pd.DataFrame, sums: Sequence[str]) -> pd.DataFrame:
    """What of the rows their totals are made of: what of a row without an amount is not to count is missing."""
    known, source = finance["amount_eur"].notna(), finance["source"].astype("str")
    document = finance.get("document", source)
    copied = ("programme", "axis", "fund", "region_category", "stage", "cutoff", "amount_eur", "qualifier")
    return pd.DataFrame(
        {
            **{name: finance[name] for name in copied},
            "source": source,
            "rank": source_rank(finance["source"]),
            "document": document,
            "cited": document.where(known),
            "known": known,
            "reading": (finance["reading_it"] != "") & known if "reading_it" in finance else False,
            "dated": finance["data_date"].fillna(finance["cutoff"]).where(known),
            **{name: finance[name].where(known) for name in sums},
        }
    )


def newest(totals: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Per key the row of the newest position; of two sources at one date the preferred one."""
    ordered = totals.sort_values(["position", "rank"], ascending=[False, True], kind="stable")
    return ordered.drop_duplicates(_telling(ordered, keys)).reset_index(drop=True)


_MANY = 10_000
"""From so many rows on, looking for keys that are the same in all of them takes less time than it saves."""


def _telling(rows: pd.DataFrame, keys: list[str]) -> list[str]:
    """The keys that tell rows apart: those that are the same in every row need not be told apart in each."""
    if len(rows) < _MANY:
        return keys
    # most keys that differ do so among the first rows
    few = [name for name in keys if (rows[name].iloc[:_MANY] == rows[name].iloc[0]).all()]
    same = {name for name in few if (rows[name] == rows[name].iloc[0]).all()}
    return [name for name in keys if name not in same] or keys[:1]


def at_newest(rows: pd.DataFrame, keys: list[str], published: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rows of the newest position of each key, of the preferred source there (`newest`).

    `rows`: with position, source (text) and rank; `published`: those of them that make a position count (None: all).
    """
    picked = newest(rows if published is None else published, keys)[[*keys, "source", "position"]]
    # few positions are the newest of any key, and the texts of the others need not be compared
    rows = rows[rows["position"].isin(picked["position"].unique())]
    return rows.merge(picked, on=[*keys, "source", "position"])


def in_force(
    numerators: pd.DataFrame, bases: pd.DataFrame, keys: list[str], *sums: str, elsewhere: bool = False
) -> pd.DataFrame:
    """`numerators` with what the same source had last published of the base, not after each numerator's position.

    Adds denominator, base_source, base_position, base_missing, base_bound, base_document and `base_...` of each of
    `sums`; NaN and NaT where the source published none by then. With `elsewhere` a source that never published the base
    is given that of the preferred source which has one (`base_elsewhere`).
    """
    of_base = ["missing", "bound", "document", *sums]
    right = bases[[*keys, "source", "rank", "position", "amount", *of_base]].rename(
        columns={"amount": "denominator"} | {name: f"base_{name}" for name in of_base}
    )
    right["base_position"] = right["position"]
    right = right.sort_values("position", kind="stable")
    left = numerators.reset_index(drop=True).sort_values("position", kind="stable")
    merged = pd.merge_asof(left, right.drop(columns="rank"), on="position", by=[*keys, "source"], direction="backward")
    merged["base_elsewhere"], merged["base_source"] = False, merged["source"]
    of_source = ["programme", "source"]
    published = set(keys_of(right, of_source)) if elsewhere else set()
    without = ~has_key(merged, of_source, published).to_numpy()
    if published and without.any():
        preferred = right[right["rank"] == right.groupby("programme")["rank"].transform("min")]
        lent = merged.loc[without, left.columns]
        lent = pd.merge_asof(
            lent,
            preferred.drop(columns="rank").rename(columns={"source": "base_source"}),
            on="position",
            by=keys,
            direction="backward",
        ).assign(base_elsewhere=lambda rows: rows["denominator"].notna())
        merged = pd.concat([merged[~without], lent], ignore_index=True)
        merged = merged.sort_values("position", kind="stable").reset_index(drop=True)
    merged["base_missing"] = np.where(merged["base_missing"].isna(), False, merged["base_missing"]).astype(bool)
    return merged


def plan_at(published: pd.DataFrame) -> pd.DataFrame:
    """The allocation of each axis and of the programme (`ALL`) in the last plan of the whole programme.

    With it the later figures of axes that have one, from documents about some axes only; a position that says only the
    total leaves the axes as they were. Where no position is of the whole, each axis has its last. `published`: totals
    by axis and of the programme, of one source.
    """
    whole = published.loc[published["axis"] == ALL, ["programme", "position"]]
    by_axis = published[published["axis"] != ALL]
    both = whole.merge(by_axis[["programme", "position"]])
    of_axes = both.groupby("programme")["position"].max().rename("plan").reset_index()
    since = by_axis.merge(of_axes, on="programme", how="left")
    since = since[~(since["position"] < since["plan"])].drop(columns="plan")
    return newest(pd.concat([since, published[published["axis"] == ALL]], ignore_index=True), ["programme", "axis"])


def reported_late(rows: pd.DataFrame) -> pd.Series:
    """Whether the report a value was taken from (2020.0: of 2020) is later than the year of the value."""
    report = pd.to_numeric(rows["reported_in"].str.extract(r"^(\d{4})")[0], errors="coerce")
    late: pd.Series = report > rows["data_date"].dt.year
    return late
