"""What a new plan changed between two reporting dates: allocations and targets, apart from any progress."""

from __future__ import annotations

import numpy as np
import pandas as pd

from porfse_analysis.indicators.compared import two_dates
from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.plans import plan_versions, targets_in_force
from porfse_analysis.indicators.positions import newest, of_series, plan_at, published_totals, source_rank
from porfse_analysis.indicators.targets import check_against
from porfse_analysis.inputs import require
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL

__all__ = ["ALLOCATION_COLUMNS", "PLAN_STATUSES", "TARGET_COLUMNS", "allocation_changes", "target_changes"]

PLAN_STATUSES = (
    "same",  # in both plans, and the same
    "changed",
    "only_now",  # new in the plan of the cutoff
    "only_before",  # not in the plan of the cutoff any more
    "missing_before",  # this source has no plan that old
    "not_updated",  # this source has no later plan: the figure is of the earlier date
    "partial",  # at a date a part of the allocation is not published
    "bound",  # an allocation is published as "more than" or "less than"
)

ALLOCATION_COLUMNS = (
    *("programme", "axis", "cutoff", "compare_to", "amount", "amount_before", "change", "data_date"),
    *("data_date_before", "plan_version", "plan_version_before", "source", "precision", "status"),
)

_TARGET_KEY = [
    *("programme", "fund", "axis", "investment_priority", "region_category", "indicator_type", "indicator_code")
]
TARGET_COLUMNS = (
    *_TARGET_KEY,
    *("cutoff", "compare_to", "target", "target_before", "change", "unit", "plan_version", "plan_version_before"),
    *("source", "status"),
)


def allocation_changes(finance: Programme | pd.DataFrame, *, cutoff: object, compare_to: object) -> pd.DataFrame:
    """The allocation of each axis and of the programme (`ALL`) in the plans of two reporting dates.

    All figures are of one source, the one with the newest allocation at the later date; at each date its last position
    not after it counts, and for an axis that a document about some axes leaves out, its last figure. The programme: the
    figure published for it, else the sum of the axes.

    Parameters
    ----------
    finance
        A `Programme`, or its table finance (columns: `porfse_analysis.schema`).
    cutoff, compare_to
        Two different dates (ISO text).

    Returns
    -------
    DataFrame
        `ALLOCATION_COLUMNS`: amount, amount_before and change in euro, the date and the plan version of each, status
        (`PLAN_STATUSES`). A change is given for same and changed alone.

    Raises
    ------
    ParameterError
        For dates that are none or the same.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> moved = pf.allocation_changes(pf.load_programme(), cutoff="2020-12-31", compare_to="2018-12-31")
    >>> moved.set_index("axis")["change"].to_dict()
    {'ALL': 0.0, 'I': -121300000.0, 'II': 151900000.0, 'III': -30600000.0, 'IV': 0.0, 'V': 0.0}
    """
    (table,) = tables_of(finance=finance)
    require(table, "finance")
    at, then = two_dates(cutoff, compare_to)
    known = of_series(table[(table["cutoff"] <= max(at, then)) & (table["stage"] == "allocation")])
    axes = published_totals(known, ["programme", "axis"])
    totals = pd.concat([axes, published_totals(known, ["programme"]).assign(axis=ALL)], ignore_index=True)
    if totals.empty:
        return pd.DataFrame(columns=list(ALLOCATION_COLUMNS))
    source = newest(totals, ["programme"])[["programme", "source"]]
    own = totals.merge(source, on=["programme", "source"])
    facts = _plan_facts(known)
    sides = []
    for date in (at, then):
        # whether any part is a bound is among the facts
        side = plan_at(own[own["position"] <= date]).drop(columns="bound")
        side = side.merge(facts, on=["programme", "axis", "source", "position"], how="left")
        columns = ["amount", "missing", "data_date", "position", "plan_version", "precision", "bound", "document"]
        sides.append(side[["programme", "axis", "source", *columns]])
    now, before = sides
    rows = now.merge(
        before, on=["programme", "axis", "source"], how="outer", suffixes=("", "_before"), indicator=True
    ).reset_index(drop=True)
    dates = {
        name: pd.to_datetime(rows["programme"].map(side.groupby("programme")["position"].max().to_dict()))
        for side, name in ((now, "newest"), (before, "newest_before"))
    }
    both = rows["_merge"] == "both"
    rows["status"] = np.select(
        [
            dates["newest"].isna() | dates["newest_before"].isna(),
            (dates["newest"] == dates["newest_before"]) | (rows["position"] == rows["position_before"]),
            rows["_merge"] == "left_only",
            rows["_merge"] == "right_only",
            rows["missing"].eq(True) | rows["missing_before"].eq(True),
            rows["bound"].eq(True) | rows["bound_before"].eq(True),
            rows["amount"] != rows["amount_before"],
        ],
        ["missing_before", "not_updated", "only_now", "only_before", "partial", "bound", "changed"],
        "same",
    )
    rows["change"] = (rows["amount"] - rows["amount_before"]).where(both & rows["status"].isin(["same", "changed"]))
    rows["precision"] = rows[["precision", "precision_before"]].max(axis=1)
    for name in ("plan_version", "plan_version_before"):
        rows[name] = rows[name].astype("object").where(rows[name].notna(), "").astype("str")
    rows["source"] = rows["document"].fillna(rows["document_before"])
    return with_names(rows.assign(cutoff=at, compare_to=then)[list(ALLOCATION_COLUMNS)], finance)


def _plan_facts(allocations: pd.DataFrame) -> pd.DataFrame:
    """The plan version and the precision of each axis, and of the programme, per source and position."""
    rows = allocations[allocations["amount_eur"].notna()].assign(source=allocations["source"].astype("str"))
    # the programme is the figure published for it where there is one, else its axes
    published = (
        (rows["axis"] == ALL).groupby([rows[name] for name in ("programme", "source", "cutoff")]).transform("any")
    )
    whole = rows[published == (rows["axis"] == ALL)].assign(axis=ALL)
    both = pd.concat([rows[rows["axis"] != ALL], whole], ignore_index=True)
    groups = both.groupby(["programme", "axis", "source", "cutoff"])
    facts = groups.agg(
        plan_version=("plan_version", lambda versions: ", ".join(sorted({text for text in versions if text}))),
        precision=("precision", "max"),
        bound=("qualifier", lambda words: words.isin(["more_than", "less_than"]).any()),
    )
    return facts.reset_index().rename(columns={"cutoff": "position"})


def target_changes(
    targets: Programme | pd.DataFrame, *, cutoff: object, compare_to: object, against: str = "target"
) -> pd.DataFrame:
    """The target of each indicator in the plans in force at two reporting dates.

    Plans in force as in `targets_in_force`; of several sources the preferred one that has the target counts.
    Categories of region are kept apart: percentages cannot be added.

    Parameters
    ----------
    targets
        A `Programme`, or its table targets (columns: `porfse_analysis.schema`).
    cutoff, compare_to
        Two different dates (ISO text).
    against
        target or milestone.

    Returns
    -------
    DataFrame
        `TARGET_COLUMNS`: target, target_before and change in the unit of the target, status (`PLAN_STATUSES`, of the
        first five).

    Raises
    ------
    ParameterError
        For dates that are none or the same, or an unknown `against`.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> moved = pf.target_changes(pf.load_programme(), cutoff="2020-12-31", compare_to="2018-12-31")
    >>> moved["status"].value_counts().to_dict()
    {'changed': 15, 'same': 3, 'only_before': 3}
    """
    (table,) = tables_of(targets=targets)
    require(table, "targets")
    check_against(against)
    at, then = two_dates(cutoff, compare_to)
    programmes = table[["programme"]].drop_duplicates()
    sides, versions = [], []
    for date in (at, then):
        dates = programmes.assign(date=date)
        rows = targets_in_force(table[table[against].notna()], dates)
        rows = rows.assign(rank=source_rank(rows["source"]), source=rows["source"].astype("str"), target=rows[against])
        rows = rows.sort_values("rank", kind="stable").drop_duplicates(_TARGET_KEY)
        sides.append(rows[[*_TARGET_KEY, "target", "unit", "source"]])
        named = plan_versions(table, dates).sort_values("plan_version").groupby("programme")["plan_version"]
        versions.append(named.agg(", ".join))
    rows = sides[0].merge(sides[1], on=_TARGET_KEY, how="outer", suffixes=("", "_before"), indicator=True)
    rows["plan_version"], rows["plan_version_before"] = (rows["programme"].map(named).fillna("") for named in versions)
    rows["status"] = np.select(
        [
            (rows["plan_version"] == "") | (rows["plan_version_before"] == ""),
            rows["_merge"] == "left_only",
            rows["_merge"] == "right_only",
            rows["target"] != rows["target_before"],
        ],
        ["missing_before", "only_now", "only_before", "changed"],
        "same",
    )
    rows["change"] = (rows["target"] - rows["target_before"]).where(rows["unit"] == rows["unit_before"])
    for name in ("unit", "source"):
        rows[name] = rows[name].where(rows[name].notna(), rows[f"{name}_before"])
    rows = rows.assign(cutoff=at, compare_to=then)[list(TARGET_COLUMNS)]
    return with_names(rows.reset_index(drop=True), targets)
