"""The tidy tables of a programme of 2021-2027 out of the frames of the Commission's tables.

What the tables say is kept as it is, and what in them does not agree is told: `Told` has the sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import is_percentage, reading_order
from porfse_analysis.errors import DataError, Fault
from porfse_analysis.loaders.cohesion.forms_2021 import COMMITMENT_YEARS
from porfse_analysis.loaders.cohesion.registry import FORMS
from porfse_analysis.loaders.cohesion.tables_2021 import BASE_DIMENSION, REPEATED

__all__ = ["SOURCES_2021", "Told", "tidy_2021"]

SOURCES_2021 = {
    "plan_2021": "ec-hgyj-gyin",
    "timeseries_2021": "ec-finances-detailed",
    "transmissions_2021": "ec-7twf-r3rc",
    "achievements_2021": "ec-xi3a-zddk",
    "commitments_2021": "ec-9qee-iv7c",
}
"""Kind of a table -> the name of its source, in the order of preference."""

Told = dict[str, list[str]]
"""Kind of a table -> what is to be known of its figures, a sentence each."""

_AMOUNTS = ("eu_amount_eur", "allocation_eur", "selected_eur", "declared_eur", "eu_selected_eur", "eu_declared_eur")
_CENT = 0.01
_EURO = 1.0
_PLACE = ["axis", "fund", "region_category", "cutoff"]
_INDICATOR = ["axis", "fund", "investment_priority", "region_category", "indicator_type", "indicator_code"]


def tidy_2021(frames: Mapping[str, pd.DataFrame], told: Told) -> dict[str, pd.DataFrame]:
    """The tables axes, finance, achievements, targets and eu_commitments of one programme.

    `frames`: kind of a table -> its rows, as `tables_2021.read_2021` gives them for the programme. Sentences about what
    does not agree are added to `told`.
    """
    texts = {kind: _plain(frame) for kind, frame in frames.items()}
    money = [_finance(kind, texts[kind], told) for kind in SOURCES_2021 if kind in texts and kind in _MONEY]
    finance = pd.concat(money, ignore_index=True) if money else schema.empty("finance")
    axes = _axes(texts, told)
    order = {axis: place for place, axis in enumerate([*axes["axis"], schema.ALL])}
    _without_plan(finance, told)
    finance = _sorted(finance, order, ["cutoff", "axis", "number", "fund", "region_category"])
    tables = {"axes": axes, "finance": finance}
    if "achievements_2021" in texts:
        placed = _placed(texts, told)
        tables["achievements"] = _sorted(_achievements(placed), order, ["cutoff", *_INDICATOR])
        tables["targets"] = _sorted(_targets(placed), order, ["valid_from", *_INDICATOR])
    if "commitments_2021" in texts:
        tables["eu_commitments"] = _commitments(texts["commitments_2021"], told)
    return tables


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """With texts instead of categories: a programme has few rows."""
    kinds = {name: "str" for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)}
    return frame.astype(kinds)


def _sorted(table: pd.DataFrame, order: Mapping[str, int], by: list[str]) -> pd.DataFrame:
    ranked = table.assign(rank=table["axis"].map(order))
    return ranked.sort_values(["rank" if name == "axis" else name for name in by], kind="stable", ignore_index=True)


# --- money ---


def _finance(kind: str, rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    rows = _MONEY[kind](rows, told)
    stages = []
    for number, (stage, total, eu) in enumerate(
        (
            ("allocation", "allocation_eur", "eu_amount_eur"),
            ("selected", "selected_eur", "eu_selected_eur"),
            ("declared", "declared_eur", "eu_declared_eur"),
        )
    ):
        amounts = [name for name in (total, eu) if name in rows and rows[name].notna().any()]
        if not amounts:
            continue
        groups = rows.groupby(_PLACE, sort=False)
        # the sum of cents, without what binary fractions add; empty when every part is
        table = groups[amounts].sum(min_count=1).round(2)
        table = table.rename(columns={total: "amount_eur", eu: "eu_amount_eur"})
        if "plan_version" in rows:
            table["plan_version"] = groups["plan_version"].first()
        stages.append(table.reset_index().assign(stage=stage, number=number))
    if not stages:
        return pd.DataFrame(columns=[*_PLACE, "stage", "number", "amount_eur", "source"])
    return pd.concat(stages, ignore_index=True).assign(
        source=SOURCES_2021[kind], precision=_CENT, data_date=lambda table: table["cutoff"]
    )


def _without_plan(finance: pd.DataFrame, told: Told) -> None:
    """Tells how many positions are of days on which the version of the plan was not in force yet."""
    plan = finance.loc[finance["source"] == SOURCES_2021["plan_2021"], "cutoff"]
    sent = finance.loc[finance["source"] == SOURCES_2021["transmissions_2021"], "cutoff"]
    early = sent[sent < plan.min()].nunique() if len(plan) else 0
    if early:
        told.setdefault("plan_2021", []).append(
            f"this version was adopted on {plan.min():%Y-%m-%d}: {early} of {sent.nunique()} transmissions are of "
            "earlier days and have no plan"
        )


def _of_plan(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The rows of the plan, of one dimension, from the day its version was adopted."""
    undated = rows[rows["adopted"].isna()]
    if len(undated):
        fault = Fault(
            f"gives no date of adoption for version {undated['plan_version'].iloc[0]}: nobody can say from when the "
            "plan is in force",
            column="last_adoption_date_ecms",
            remedy="Download the table with this column, of a programme that has been adopted",
        )
        raise DataError(FORMS["plan_2021"].called, [fault])
    return _one_dimension("plan_2021", rows, told).assign(cutoff=rows["adopted"])


def _one_dimension(kind: str, rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The rows of one dimension: each euro stands once in every one of them."""
    base = rows[rows["dimension"] == BASE_DIMENSION]
    if base.empty:
        others = ", ".join(rows["dimension"].unique())
        fault = Fault(
            f"has no rows of the dimension {BASE_DIMENSION} for the programme, only of {others}",
            column="dimension_type",
            remedy="Download the table without a filter on this column",
        )
        raise DataError(FORMS[kind].called, [fault])
    _one_sum(kind, rows, told)
    return base


def _one_sum(kind: str, rows: pd.DataFrame, told: Told) -> None:
    """Tells where the dimensions of a fund do not give the same sum; of several transmissions, in the last one."""
    if "cycle" in rows:
        rows = rows[rows["cycle"].isna() | (rows["cycle"] == rows["cycle"].max())]
    column = next((name for name in _AMOUNTS if name in rows and rows[name].notna().any()), _AMOUNTS[0])
    sums = rows.groupby(["fund", "dimension"])[column].sum().round(2)
    for fund in sums.index.unique("fund"):
        amounts = sums[fund]
        own = amounts.get(BASE_DIMENSION, 0.0)
        differ = [f"{name} {amount:,.2f}" for name, amount in amounts.items() if abs(amount - own) >= _EURO]
        if differ:
            told.setdefault(kind, []).append(
                f"the dimensions of {fund} do not give one sum: {BASE_DIMENSION} {own:,.2f} EUR (used), "
                f"{', '.join(differ)}"
            )


def _of_timeseries(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The rows by transmission: of one dimension where there are several, of the latest where they cannot be told."""
    kind = "timeseries_2021"
    rows = _latest_of_year(rows) if rows["cycle"].isna().any() else rows.assign(cutoff=rows["cycle"])
    if (rows["dimension"] != "").any():
        rows = _one_dimension(kind, rows, told)
    elif rows.duplicated([*_PLACE, "specific_objective", "category"]).any():
        fault = Fault(
            "has several rows of one position and no column dimension_type: each euro may stand in several of them",
            remedy="Download the table with this column, or give 7twf-r3rc",
        )
        raise DataError(FORMS[kind].called, [fault])
    rows = rows.assign(axis=rows["axis"].where(rows["axis"] != "", schema.ALL))
    if not rows[["allocation_eur", "selected_eur", "declared_eur"]].notna().any(axis=None):
        told.setdefault(kind, []).append("it gives the EU share alone: the amounts of its rows are empty")
    return rows


def _latest_of_year(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the latest transmission, of which the year is known: 31 December of it."""
    called = FORMS["timeseries_2021"].called
    latest = rows[rows["is_latest"]]
    if latest.empty or (latest["year"] == 0).any() or latest["year"].nunique() > 1:
        fault = Fault(
            "does not tell its transmissions apart: no column tod_cycle, and none that is_latest_tod_cycle marks as "
            "the latest one, of one year",
            remedy="Download the table with tod_cycle, or give 7twf-r3rc",
        )
        raise DataError(called, [fault])
    cutoff = pd.Timestamp(int(latest["year"].iloc[0]), 12, 31)
    if cutoff > pd.Timestamp.now():
        fault = Fault(
            f"gives {cutoff.year} and no month as the date of its latest transmission, and the year has not ended",
            remedy="Download the table with tod_cycle, or give 7twf-r3rc",
        )
        raise DataError(called, [fault])
    return latest.assign(cutoff=cutoff)


def _of_transmissions(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    again = int(rows[REPEATED].sum())
    if again:
        told.setdefault("transmissions_2021", []).append(
            f"{again} rows are there more than once, alike in every column, and are counted each time: if the file was "
            "put together of pages, download it whole"
        )
    return rows.assign(cutoff=rows["cycle"])


_MONEY = {
    "plan_2021": _of_plan,
    "timeseries_2021": _of_timeseries,
    "transmissions_2021": _of_transmissions,
}


# --- axes ---


def _axes(texts: Mapping[str, pd.DataFrame], told: Told) -> pd.DataFrame:
    """One row per priority, with the title the programme gives it in its own language."""
    found: dict[str, dict[str, str]] = {}
    objectives: dict[str, set[str]] = {}
    for kind in [kind for kind in _MONEY if kind in texts]:
        rows = texts[kind][["programme", "axis", "axis_title", "specific_objective"]].drop_duplicates()
        new = set()
        for programme, axis, title, objective in rows[rows["axis"] != ""].itertuples(index=False, name=None):
            lang = "it" if programme[4:6] == "IT" else "en"
            if axis not in found:
                new.add(axis)
                found[axis] = {"programme": programme, "axis": axis, "source": SOURCES_2021[kind]}
            if title:
                found[axis].setdefault(f"title_{lang}", title)
            if objective:
                objectives.setdefault(axis, set()).add(objective)
        if new and new != set(found):
            told.setdefault(kind, []).append(f"the plan has no priority {', '.join(sorted(new))}")
    rows_of_axes: list[dict[str, object]] = []
    for axis in sorted(found, key=reading_order(found)):
        own = objectives.get(axis, set())
        assistance = bool(own) and all(objective.startswith("TA") for objective in own)
        rows_of_axes.append(
            {**found[axis], "technical_assistance": assistance, "thematic_objective": "TA" if assistance else ""}
        )
    return schema.conform("axes", pd.DataFrame(rows_of_axes)) if rows_of_axes else schema.empty("axes")


# --- indicators ---


def _placed(texts: Mapping[str, pd.DataFrame], told: Told) -> pd.DataFrame:
    """The rows of the indicators, each with its axis, one per key and transmission.

    The table has no priorities: an objective is of the one that the plan has it in (`_places`), any other figure is of
    the whole programme. Rows of one key are of several priorities and are added, but for percentages and for rows
    that are alike.
    """
    kind = "achievements_2021"
    rows = texts[kind].rename(columns={"specific_objective": "investment_priority", "cycle": "cutoff"})
    pairs = [
        texts[plan].loc[texts[plan]["axis"] != "", ["fund", "specific_objective", "axis"]]
        for plan in ("plan_2021", "timeseries_2021")
        if plan in texts
    ]
    axis = pd.Series(schema.ALL, index=rows.index)
    if pairs:
        places = _places(pd.concat(pairs).drop_duplicates())
        keys = pd.MultiIndex.from_frame(rows[["fund", "investment_priority"]])
        axis = pd.Series(places.reindex(keys).to_numpy(), index=rows.index).fillna(schema.ALL)
    rows = rows.assign(axis=axis)
    figures = ["value", "milestone", "target"]
    # a saving written with its sign is not an aim that a count can be measured against
    rows[["milestone", "target"]] = rows[["milestone", "target"]].where(rows[["milestone", "target"]].ge(0))
    key = ["programme", *_INDICATOR, "cutoff"]
    several = rows.duplicated(key, keep=False)
    # two priorities with the same figures, or one row twice: nobody can say
    alike = rows[REPEATED] & rows[figures].fillna(0).ne(0).any(axis=1)
    empty = alike | (several & rows["unit"].map(is_percentage))
    notes = told.setdefault(kind, [])
    if several.any():
        notes.append(f"{_figures(rows, several, key)} with several rows, of several priorities: added")
    if empty.any():
        notes.append(
            f"{_figures(rows, empty, key)} left empty: percentages of several rows, or rows alike in every column"
        )
    rows.loc[empty, figures] = np.nan
    groups = rows.groupby(key, sort=False)
    table = groups[figures].sum(min_count=1)
    # of several rows a figure that one of them lacks is not known
    table = table.mask(rows[figures].isna().groupby([rows[name] for name in key], sort=False).any())
    return table.join(groups["unit"].first()).reset_index()


def _places(plan: pd.DataFrame) -> pd.Series:
    """Fund and objective -> the priority that has all there is of it, of priorities that share no objective.

    The others are left out: figures of some of its objectives alone would pass for those of the priority.
    """
    objective = ["fund", "specific_objective"]
    shared = plan.duplicated(objective, keep=False)
    # technical assistance has no indicators
    unclear = plan.loc[shared & ~plan["specific_objective"].str.startswith("TA"), "axis"]
    return plan[~shared & ~plan["axis"].isin(unclear)].set_index(objective)["axis"]


def _figures(rows: pd.DataFrame, chosen: pd.Series, key: list[str]) -> str:
    count = len(rows.loc[chosen, key].drop_duplicates())
    return f"{count} figure{'s' if count != 1 else ''}"


def _achievements(rows: pd.DataFrame) -> pd.DataFrame:
    """The values, of the transmissions in which the programme reported any for the fund."""
    reported = rows["value"].notna().groupby([rows["fund"], rows["cutoff"]]).transform("any")
    kept = rows[reported]
    return kept.assign(source=SOURCES_2021["achievements_2021"], data_date=kept["cutoff"])


def _targets(rows: pd.DataFrame) -> pd.DataFrame:
    """The targets of each transmission that has others than the one before.

    The table has no versions of the programme: a set of targets is labelled with its first transmission.
    """
    aims = ["milestone", "target"]
    marks = pd.util.hash_pandas_object(rows[[*_INDICATOR, *aims]], index=False)
    sets = marks.groupby(rows["cutoff"]).sum().sort_index()
    changed = sets.index[sets.ne(sets.shift())]
    rows = rows[rows["cutoff"].isin(changed) & rows[aims].notna().any(axis=1)]
    kinds = rows["indicator_type"].str[:1].map({"O": "output", "R": "result"})
    by_code = rows["indicator_code"].str.extract(r"^(?:EEC|RC)([OR])", expand=False).map({"O": "output", "R": "result"})
    return rows.assign(
        plan_version=rows["cutoff"].dt.strftime("%Y%m"),
        valid_from=rows["cutoff"],
        source=SOURCES_2021["achievements_2021"],
        kind=kinds.fillna(by_code).fillna(""),
        # Reg. (EU) 2021/1060, art. 16: every indicator of the period is in it
        in_performance_framework=True,
    )


# --- commitments ---


def _commitments(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """The commitments of each year, of the latest version that was adopted."""
    kind = "commitments_2021"
    adopted = rows[rows["status"].str.casefold().str.startswith("adopted")]
    if adopted.empty:
        statuses = ", ".join(rows["status"].unique())
        told.setdefault(kind, []).append(f"no version of the programme is adopted ({statuses}): no commitments")
        return schema.empty("eu_commitments")
    versions = adopted.sort_values("status_date", kind="stable", na_position="first")
    last = versions["status_date"].iloc[-1]
    newest = versions if pd.isna(last) else versions[versions["status_date"] == last]
    version = max(newest["plan_version"], key=_version_order)
    chosen = adopted[adopted["plan_version"] == version]
    if adopted["plan_version"].nunique() > 1:
        told.setdefault(kind, []).append(f"version {version}, the latest that is adopted")
    years = [f"y{year}" for year in COMMITMENT_YEARS]
    table = []
    for row in chosen.to_dict("records"):
        flexible = _flexible(row, told)
        for year, column in zip(COMMITMENT_YEARS, years, strict=True):
            table.append(
                {
                    "programme": row["programme"],
                    "year": year,
                    "fund": row["fund"],
                    "region_category": row["region_category"],
                    "eu_commitment_eur": row[column],
                    "flexibility_amount_eur": flexible.get(year, 0.0) if flexible else np.nan,
                    "source": SOURCES_2021[kind],
                }
            )
        total = sum(row[column] for column in years)
        if abs(total - row["total"]) >= _EURO:  # never of a figure that is missing
            told.setdefault(kind, []).append(
                f"{row['fund']} {row['region_category']}: the years add up to {total:,.2f}, the total is "
                f"{row['total']:,.2f} EUR"
            )
    frame = schema.conform("eu_commitments", pd.DataFrame(table))
    return frame.sort_values(["year", "fund", "region_category"], kind="stable", ignore_index=True)


def _flexible(row: Mapping[str, object], told: Told) -> dict[int, float]:
    """The flexibility amount by year, where it is half of the last two; empty where the row does not hold that."""
    amounts = {year: _number(row[f"y{year}"]) for year in COMMITMENT_YEARS[-2:]}
    half = sum(amounts.values()) / 2
    said = _number(row["flexible"])
    # each year in whole euro may be half a euro off
    if abs(said - half) <= _EURO:
        return {year: round(amount / 2, 2) for year, amount in amounts.items()}
    if not np.isnan(said - half):
        told.setdefault("commitments_2021", []).append(
            f"{row['fund']} {row['region_category']}: the flexible amount is {said:,.2f} EUR, half of 2026 and 2027 "
            f"{half:,.2f}: how it is spread is not known, and it is left empty"
        )
    return {}


def _number(value: object) -> float:
    return float(str(value))


def _version_order(version: str) -> tuple[Iterable[int], str]:
    """The numbers of a version, so that 1.10 comes after 1.9."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal()), version
