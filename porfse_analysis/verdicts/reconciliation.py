"""Figures that should agree: axes with their total, one source with another, a document with the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from porfse_analysis.indicators.financial import RATES, financial_progress
from porfse_analysis.indicators.keys import Key, has_key, keys_of
from porfse_analysis.indicators.people import people_at
from porfse_analysis.indicators.positions import group_keys
from porfse_analysis.indicators.result import figure_bound, value_bound
from porfse_analysis.indicators.whole import chosen_of, covered, part_columns, shared, told_of, within
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.finding import finding

__all__ = ["axes_against_total", "between_sources", "claims_against_data", "published_rates"]

_CENT = 0.005


def _difference(expected: float, found: float, expected_precision: float, found_precision: float) -> str:
    """Why two figures for one thing differ, as far as the unit of their last published digit explains it.

    `rounded`: each may be off by half its unit; `truncated`: each may be short of the true figure by up to its unit.
    """
    if abs(expected - found) <= (expected_precision + found_precision) / 2:
        return "rounded"
    if found < expected + expected_precision and expected < found + found_precision:
        return "truncated"
    return "unexplained"


def _severity(reason: str) -> str:
    return "warning" if reason == "unexplained" else "info"


def axes_against_total(finance: pd.DataFrame, axes: pd.DataFrame, by_axis: pd.DataFrame) -> Iterable[dict[str, object]]:
    """What the axes of a series sum to, against each total it publishes at the same date; `finance` of `of_series`.

    A total of one fund or category of region is held against what its axes have of it. `by_axis`: `every_total` of the
    axes. One axis alone that is told in part is no sum of axes, and `some_axes` tells it.
    """
    in_part = set(keys_of(by_axis[~by_axis["entire"]], ["programme", "source", "position", "stage", "axis"]))
    rows = finance[finance["amount_eur"].notna()]
    at = ["programme", "source", "cutoff", "stage"]
    rows = rows.assign(source=rows["source"].astype("str"), precision=rows["precision"].fillna(0.0))
    totals = set(keys_of(rows[rows["axis"] == ALL], at))
    rows = rows[has_key(rows, at, totals)]
    all_axes = axes.groupby("programme")["axis"].nunique()
    for place, own in rows.groupby(at, sort=False, observed=True):
        cells = keys_of(own, part_columns)
        told = [number for number, cell in enumerate(cells) if cell[0] == ALL]
        for number in told:
            total = own.iloc[number]
            parts = _axes_of(own, cells, number)
            if parts is None:
                continue
            expected, added = float(total["amount_eur"]), float(parts["amount_eur"].sum())
            if abs(expected - added) <= _CENT:
                continue
            units = float(total["precision"]), float(parts["precision"].sum())
            reason = _difference(expected, added, *units)
            some = parts["axis"].nunique() < all_axes.get(total["programme"], 0)
            if reason == "unexplained" and some and added < expected:
                reason = "incomplete"
                if {(*place, axis) for axis in parts["axis"]} == {(*place, parts["axis"].iloc[0])} & in_part:
                    continue
            yield finding(
                _severity(reason),
                "axes_against_total",
                total,
                # of which of several totals it is said
                figure=", ".join([total["stage"], *(part for part in cells[number][1:] if part and len(told) > 1)]),
                # every document that the two figures are of
                source=";".join(dict.fromkeys([total["document"], *parts["document"]])),
                reason=reason,
                expected=expected,
                found=added,
                reference=sum(units) / 2,
            )


def _axes_of(rows: pd.DataFrame, cells: list[Key], total: int) -> pd.DataFrame | None:
    """The rows of axes that a total has in it, each amount once; None where they cannot be told from others.

    An axis that tells only what is partly in the total (all of its funds, to the total of one) says nothing of it.
    """
    axes = [number for number, cell in enumerate(cells) if cell[0] != ALL]
    inside = [number for number in axes if within(cells[number], cells[total])]
    told, known = [cells[number] for number in inside], told_of(cells[number] for number in axes)
    for cell in (cells[number] for number in axes if number not in inside):
        common = shared(cell, cells[total])
        if common is not None and not covered(common, told, known):
            return None
    figures = [(cells[number], float(rows["amount_eur"].iloc[number])) for number in inside]
    chosen, lacks = chosen_of(figures, known)
    if not inside or lacks:
        return None
    return rows.iloc[[number for number, is_chosen in zip(inside, chosen, strict=True) if is_chosen]]


def between_sources(finance: pd.DataFrame, both: pd.DataFrame) -> Iterable[dict[str, object]]:
    """The same figure in two sources: each against the preferred source's last position not after it."""
    published: defaultdict[object, list[int]] = defaultdict(list)
    for number, thing in enumerate(keys_of(both, ["programme", "axis", "stage"])):
        published[thing].append(number)
    told = keys_of(both, ["position", "rank", "amount"])
    pairs = []
    for same in published.values():
        for number in same:
            position, rank, amount = told[number]
            others = [at for at in same if told[at][1] < rank and told[at][0] <= position]
            last = max(others, key=lambda at: (told[at][0], -told[at][1]), default=None)
            if last is not None and abs(told[last][2] - amount) > _CENT:
                pairs.append((number, last))
    if not pairs:
        return
    precision = _precisions(finance)
    for number, at in sorted(pairs):
        row, other = both.iloc[number], both.iloc[at]
        units = [
            float(precision[r["programme"], r["axis"], r["stage"], r["source"], r["position"]]) for r in (other, row)
        ]
        reason = _difference(other["amount"], row["amount"], *units)
        if reason == "unexplained" and other["data_date"] != row["data_date"]:
            reason = "other_date"
        yield finding(
            _severity(reason),
            "between_sources",
            row,
            reason=reason,
            expected=other["amount"],
            found=row["amount"],
            compared_with=other["data_date"],
            other_source=other["document"],
        )


def published_rates(claims: pd.DataFrame, finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Rates that a document prints, against those of the amounts of the same day: off by more than the last digit.

    `reference` is the unit of that digit. What another document gives as amounts counts, as for the rates themselves;
    a rate published as a limit is left to the verdicts on claims.
    """
    printed = claims[claims["quantity"].isin(list(RATES.values())) & claims["value"].notna()]
    for _, claim in printed[printed["qualifier"] == "exact"].iterrows():
        by = "programme" if claim["axis"] == ALL else "axis"
        own = finance[finance["programme"] == claim["programme"]]
        rates = financial_progress(own, cutoff=claim["cutoff"], by=by)
        rates = rates[(rates["axis"] == claim["axis"]) & (rates["indicator"] == claim["quantity"])]
        rates = rates[rates["value"].notna() & (rates["data_date"] == claim["cutoff"])]
        unit = 0.0 if pd.isna(claim["precision"]) else float(claim["precision"])
        for _, rate in rates.iterrows():
            # beyond half the last digit, and beyond what binary fractions add
            if value_bound(rate["note"]) or abs(rate["value"] - claim["value"]) <= unit / 2 + 1e-12:
                continue
            yield finding(
                "warning",
                "published_rate",
                claim,
                figure=claim["quantity"],
                expected=rate["value"],
                found=claim["value"],
                reference=unit,
                compared_with=rate["data_date"],
                source=str(claim["source"]),
                other_source=rate["source"],
                unit="1",
            )


def _precisions(finance: pd.DataFrame) -> pd.Series:
    """The unit of the last published digit by programme, axis, stage, source and cutoff; of a sum, the sum of units.

    Under `ALL` is that of the total where one is published, else of the sum of the axes.
    """
    key = ["programme", "axis", "stage", "source", "cutoff"]
    rows = finance[finance["amount_eur"].notna()]
    rows = rows.assign(source=rows["source"].astype("str"), precision=rows["precision"].fillna(0.0))
    published = rows.groupby(key)["precision"].sum()
    added = rows[rows["axis"] != ALL].assign(axis=ALL).groupby(key)["precision"].sum()
    precisions: pd.Series = pd.concat([published, added[~added.index.isin(published.index)]])
    return precisions


def claims_against_data(
    claims: pd.DataFrame, achievements: pd.DataFrame, both: pd.DataFrame
) -> Iterable[dict[str, object]]:
    """Claims about people against the participants of the data, at the last position not after the claim."""
    for _, claim in claims[(claims["quantity"] == "participants") & claims["value"].notna()].iterrows():
        by = "programme" if claim["axis"] == ALL else "axis"
        people = people_at(achievements, claim["cutoff"], group_keys(by))
        people = people[(people["axis"] == claim["axis"]) & (people["programme"] == claim["programme"])]
        if people.empty or people["value"].isna().all():
            continue
        known = people.iloc[0]
        if known["value"] == claim["value"]:
            continue
        agrees = {
            "more_than": known["value"] >= claim["value"],
            "less_than": known["value"] <= claim["value"],
        }.get(claim["qualifier"], False)
        reason = "other_date" if known["data_date"] != claim["cutoff"] else ("qualifier" if agrees else "unexplained")
        yield finding(
            _severity(reason),
            "claim_against_data",
            claim,
            reason=reason,
            figure="participants",
            expected=known["value"],
            found=claim["value"],
            compared_with=known["data_date"],
            other_source=known["source"],
            unit="participant",
            expected_bound=figure_bound(known["note"]),
            found_bound="" if claim["qualifier"] == "exact" else claim["qualifier"],
        )
