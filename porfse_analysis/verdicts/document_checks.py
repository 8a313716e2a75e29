"""Documents and their series: figures a later one replaces, and what the newest lacks."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from porfse_analysis.codes import is_percentage
from porfse_analysis.indicators.keys import TARGET_KEY, Key, has_key, keys_of
from porfse_analysis.indicators.people import counts_participants
from porfse_analysis.indicators.positions import source_rank, superseded
from porfse_analysis.indicators.whole import chosen_of, has_both, part_columns, told_of, within
from porfse_analysis.schema import ALL, STAGES
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.finding import finding
from porfse_analysis.verdicts.indicator_checks import label

__all__ = [
    "axes_left_out",
    "axes_without_allocation",
    "beside_parts",
    "lacking",
    "replaced",
    "some_axes",
    "without_plan",
]


def beside_parts(finance: pd.DataFrame, achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Figures told apart (by priority, fund, category of region) that do not add up to that of all of them together.

    Of one source and date; the sums have the whole alone (`whole.added_once`).
    """
    yield from _beside(finance, ["axis", "stage"], ["fund", "region_category"], "amount_eur")
    values = achievements[~achievements["unit"].map(is_percentage).astype(bool)]
    of_value = ["axis", "indicator_type", "indicator_code"]
    people = counts_participants(values)
    yield from _beside(values[people], of_value, ["investment_priority", "fund", "region_category"], "value")
    of_value += ["investment_priority", "fund"]
    yield from _beside(values[~people], of_value, ["region_category"], "value")


def _beside(rows: pd.DataFrame, place: list[str], told_by: list[str], column: str) -> Iterable[dict[str, object]]:
    rows = rows[rows[column].notna()].reset_index(drop=True)
    rows = rows.assign(source=rows["source"].astype("str"))
    at = ["programme", *place, "source", "cutoff"]
    rows = rows[has_both(rows, at, told_by)]
    figure = [name for name in (column, "qualifier", "precision") if name in rows]
    for _, group in rows.groupby(at, sort=False):
        figures = list(zip(keys_of(group, told_by), group[column].tolist(), strict=True))
        limits = [v.bounds(*one) for one in group[figure].itertuples(index=False)]
        for number, (cell, _) in enumerate(figures):
            inside = [other for other, (its, _) in enumerate(figures) if its != cell and within(its, cell)]
            if not inside:
                continue
            its_own = [figures[other] for other in inside]
            chosen, lacks = chosen_of(its_own, told_of(cell for cell, _ in its_own))
            parts = [other for other, is_chosen in zip(inside, chosen, strict=True) if is_chosen]
            low, high = limits[number]
            least, most = (sum((limits[part][end] for part in parts), v.ZERO) for end in (0, 1))
            if least <= high and (lacks or most >= low):
                continue
            row, told = group.iloc[number], group.iloc[parts]
            by = next(name for name in told_by if row[name] == "" and told[name].ne("").any())
            of = {} if column == "amount_eur" else {"figure": label(row), "unit": "unit"}
            yield finding(
                "warning", "beside_its_parts", row, reason=by, expected=told[column].sum(), found=row[column], **of
            )


def replaced(finance: pd.DataFrame, achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Figures of a document that a later one of its series, an erratum, has for the same date."""
    if "series" in finance:
        yield from _replaced_amounts(finance)
    if "series" in achievements:
        yield from _replaced_values(achievements)


def _replaced_values(achievements: pd.DataFrame) -> Iterable[dict[str, object]]:
    rows = achievements[achievements["value"].notna()]
    if rows["series"].nunique() == rows["source"].nunique():
        return
    rows = rows.assign(rank=source_rank(rows["source"]), source=rows["source"].astype("str"))
    rows = rows.sort_values("rank", kind="stable")
    at = [*TARGET_KEY, "cutoff", "series"]
    again = rows.duplicated(at)
    pairs = rows[again].merge(rows.loc[~again, [*at, "source", "value"]], on=at, suffixes=("", "_kept"))
    for _, row in pairs[pairs["value"] != pairs["value_kept"]].iterrows():
        told = {"other_source": row["source_kept"], "found": row["value"], "expected": row["value_kept"]}
        yield finding("info", "superseded", row, figure=label(row), unit="unit", **told)


def _replaced_amounts(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    rows = finance.assign(gone=superseded(finance), source=finance["source"].astype("str"))
    rows = rows[rows["amount_eur"].notna()]
    if not rows["gone"].any():
        return
    at = ["programme", "stage", "series", "cutoff"]
    gone, kept = rows[rows["gone"]], rows[~rows["gone"]]
    # of which of several figures of an axis it is said
    several = gone.duplicated([*at, "axis"], keep=False)
    told: defaultdict[Key, list[tuple[Key, float, str]]] = defaultdict(list)
    cells = zip(keys_of(kept, part_columns), kept["amount_eur"].tolist(), kept["source"], strict=True)
    for place, one in zip(keys_of(kept, at), cells, strict=True):
        told[place].append(one)
    for place, cell, (_, row), apart in zip(
        keys_of(gone, at), keys_of(gone, part_columns), gone.iterrows(), several, strict=True
    ):
        # the same figure, or those of its parts
        inside = [one for one in told[place] if within(one[0], cell)]
        inside = [one for one in inside if one[0] == cell] or inside
        chosen, _ = chosen_of([one[:2] for one in inside], told_of(one[0] for one in inside))
        added = [one for one, is_chosen in zip(inside, chosen, strict=True) if is_chosen]
        amount = sum(amount for _, amount, _ in added)
        if row["amount_eur"] != amount:
            documents = ";".join(dict.fromkeys(source for *_, source in added))
            figure = ", ".join([row["stage"], *(part for part in cell[1:] if part and apart)])
            more = {"other_source": documents, "found": row["amount_eur"], "expected": amount}
            yield finding("info", "superseded", row, figure=figure, **more)


def some_axes(by_axis: pd.DataFrame, whole: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Positions of a stage that lack a part, of which the figure before them stands (`indicators.whole`).

    `by_axis` and `whole` (axis `ALL`): `every_total` of the axes and of the programme. What is said of the programme is
    said of its axes only where they lack a part themselves.
    """
    at = ["programme", "stage", "source", "position"]
    axes: defaultdict[Key, list[str]] = defaultdict(list)
    for place, axis in zip(keys_of(by_axis, at), by_axis["axis"], strict=True):
        axes[place].append(axis)
    # of a plan without an axis `axes_left_out` tells
    for totals in (by_axis, whole[whole["stage"] != "allocation"]):
        for _, row in totals[~totals["entire"]].iterrows():
            own = totals[totals["entire"] & (totals["axis"] == row["axis"])]
            own = own[has_key(own, at[:3], [tuple(row[at[:3]])]) & (own["position"] < row["position"])]
            last = own.sort_values("position").iloc[-1]
            told = ALL if row["published_total"] else ", ".join(axes[tuple(row[at])])
            yield finding(
                "info",
                "some_axes",
                row,
                reason=told if row["axis"] == ALL else "part",
                compared_with=last["data_date"],
                other_source=last["document"],
                expected=last["amount"],
                found=row["amount"],
            )


def lacking(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Stages that the document before had and the newest of its series has not."""
    if "series" not in finance:
        return
    known = finance[finance["amount_eur"].notna()].assign(source=lambda rows: rows["source"].astype("str"))
    for _, rows in known.groupby(["programme", "series"], observed=True):
        dates = sorted(rows["cutoff"].unique())
        if len(dates) < 2 or rows["source"].nunique() < 2:
            continue
        newest, before = (rows[rows["cutoff"] == date] for date in (dates[-1], dates[-2]))
        told = set(newest["stage"])
        for stage in (stage for stage in STAGES if stage in set(before["stage"]) - told):
            row = newest.iloc[0].copy()
            row["axis"], row["stage"] = "ALL", stage
            last = before[before["stage"] == stage].iloc[0]
            yield finding("info", "document_lacks", row, other_source=last["source"], compared_with=last["cutoff"])


def axes_left_out(by_axis: pd.DataFrame) -> Iterable[dict[str, object]]:
    """An axis with an allocation that the source's next position of allocations does not have any more."""
    rows = by_axis[by_axis["stage"] == "allocation"]
    told = keys_of(rows, ["programme", "source", "position", "axis", "amount", "document"])
    plans: defaultdict[object, defaultdict[pd.Timestamp, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, (programme, source, position, *_) in enumerate(told):
        plans[programme, source][position].append(number)
    for positions in plans.values():
        for before, after in itertools.pairwise(sorted(positions)):
            here = {told[number][3] for number in positions[after]}
            later = told[positions[after][0]][-1]
            for number in positions[before]:
                axis, amount, document = told[number][3:]
                if axis in here or not amount > 0:
                    continue
                other = {"reason": "other_document", "other_source": document} if later != document else {}
                more = {"cutoff": after, "compared_with": before, "expected": amount, **other}
                yield finding("warning", "axis_left_out", rows.iloc[number], source=later, **more)


def axes_without_allocation(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Axes with money that no plan by axis has: the sums of the plan, and the rates over them, are without these.

    Each once, at its last amount.
    """
    known = finance[finance["amount_eur"] > 0].astype({"source": "str"})
    plans, spent = (known[mark] for mark in (known["stage"] == "allocation", known["stage"] != "allocation"))
    totals = set(plans.loc[plans["axis"] == ALL, "programme"])
    planned = plans[plans["axis"] != ALL]
    asked = set(planned["programme"]) - totals
    spent = spent[(spent["axis"] != ALL) & spent["programme"].isin(asked)]
    # a plan of 0 is a plan
    told = finance[finance["stage"] == "allocation"]
    bare = spent[~has_key(spent, ["programme", "axis"], set(keys_of(told, ["programme", "axis"])))]
    last = bare.sort_values("cutoff", kind="stable").drop_duplicates(["programme", "axis"], keep="last")
    for _, row in last.iterrows():
        yield finding("warning", "no_allocation", row, unit="")


def without_plan(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Sources, or series of them, that publish amounts and never an allocation, which are set against another's."""
    known = finance[finance["amount_eur"].notna()].assign(source=lambda rows: rows["source"].astype("str"))
    along = known["series"] if "series" in known else known["source"]
    planned = set(known.loc[known["stage"] == "allocation", "programme"])
    for _, rows in known.groupby(["programme", along], observed=True):
        if rows["programme"].iloc[0] in planned and not (rows["stage"] == "allocation").any():
            row = rows.sort_values("cutoff", kind="stable").iloc[-1].copy()
            row["axis"], row["stage"] = "ALL", ""
            yield finding("info", "without_plan", row, unit="")
