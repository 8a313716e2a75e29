"""Figures that should agree: axes with their total, one source with another, a document with the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from porfse_analysis.indicators.financial import RATES, financial_progress
from porfse_analysis.indicators.keys import Key, has_key, keys_of
from porfse_analysis.indicators.people import people_at
from porfse_analysis.indicators.positions import group_keys
from porfse_analysis.indicators.result import figure_bound, value_bound
from porfse_analysis.indicators.whole import added_once, apart, cells_of, part_columns, within
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


def axes_against_total(finance: pd.DataFrame, axes: pd.DataFrame) -> Iterable[dict[str, object]]:
    """What the axes of a series sum to, against the total it publishes at the same date; `finance` of `of_series`."""
    rows = finance[finance["amount_eur"].notna()]
    whole = rows["axis"] == ALL
    if not whole.any():
        return
    rows = rows.assign(source=rows["source"].astype("str"), precision=rows["precision"].fillna(0.0))
    at = ["programme", "source", "cutoff", "stage"]
    of_totals, of_axes = (added_once(rows[mark], at, part_columns, "amount_eur") for mark in (whole, ~whole))
    of_axes = _of_totals(of_axes, of_totals, at)
    rows = pd.concat([of_totals, of_axes])
    totals, parts = (part.groupby(at)[["amount_eur", "precision"]].sum() for part in (of_totals, of_axes))
    met = totals.join(parts.add_suffix("_axes"), how="inner")
    met = met[(met["amount_eur"] - met["amount_eur_axes"]).abs() > _CENT]
    all_axes = axes.groupby("programme")["axis"].nunique()
    numbers: defaultdict[object, list[int]] = defaultdict(list)
    for number, place in enumerate(keys_of(rows, at)):
        numbers[place].append(number)
    for place, row in zip(keys_of(met.reset_index(), at), met.to_dict("records"), strict=True):
        own = rows.iloc[numbers[place]]
        of_axes = own[own["axis"] != ALL]
        total, added, *units = (row[name] for name in ("amount_eur", "amount_eur_axes", "precision", "precision_axes"))
        reason = _difference(total, added, *units)
        some = of_axes["axis"].nunique() < all_axes.get(place[0], 0)
        if reason == "unexplained" and some and added < total:
            reason = "incomplete"
        document = own.loc[own["axis"] == ALL, "document"].iloc[0]
        yield finding(
            _severity(reason),
            "axes_against_total",
            pd.Series(dict(zip(at, place, strict=True))),
            # every document that the two figures are of
            source=";".join(dict.fromkeys([document, *of_axes["document"]])),
            reason=reason,
            expected=total,
            found=added,
            reference=sum(units) / 2,
        )


def _of_totals(of_axes: pd.DataFrame, of_totals: pd.DataFrame, at: list[str]) -> pd.DataFrame:
    """The amounts of axes that the totals of their place have in them: a total of one fund has those of that fund.

    Without those of places where an amount is only partly in a total.
    """
    told = cells_of(of_totals, at)
    inside: list[bool] = []
    across: set[Key] = set()
    places = keys_of(of_axes, at)
    for place, cell in zip(places, keys_of(of_axes, part_columns), strict=True):
        inside.append(any(within(cell, total) for total in told[place]))
        if not inside[-1] and not apart([cell], told[place]):
            across.add(place)
    return of_axes[~has_key(of_axes, at, across) & np.array(inside, dtype=bool)]


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
