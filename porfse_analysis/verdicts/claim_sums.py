"""Documents whose endowments of axes do not add up to the total they state themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.claim_figures import Answer, Figure, Others, amounts, answer, around, compare, figures_of

__all__ = ["endowment_sums"]


def endowment_sums(claims: pd.DataFrame, of_source: Mapping[str, Others]) -> list[Answer]:
    """Documents with claims about endowments whose axes do not add up to their own total."""
    rows = []
    stated = claims[claims["quantity"] == "allocation"].drop_duplicates(["source", "cutoff"])
    for claim in stated.to_dict("records"):
        source, date = str(claim["source"]), claim["cutoff"]
        others = of_source[source]
        axes = list(others.axes["axis"])
        own = others.own_finance[others.own_finance["cutoff"] == date]
        parts = {
            axis: figure
            for axis in axes
            for figure in others.own_amounts.get(("allocation", axis), [])
            if figure.position == date
        }
        total = amounts(own[own["axis"] == ALL], others.axes).get(("allocation", ALL), [])
        if not total or len(parts) < len(axes):
            continue
        added = sum((figure.value for figure in parts.values()), v.ZERO)
        (least, most), (low, high) = _limits(own, axes), _limits(own, [ALL])
        exact = {"qualifier": "exact", "precision": float(_unit(own, ALL)), "claimed": float(total[0].value)}
        whole = Figure(date, date, added, added, added, source)
        if compare(exact, whole)[0] == "confirmed" or (low <= most and least <= high):
            continue
        row: Answer = {
            "programme": claim["programme"],
            "claim": "allocation-sum",
            "quantity": "allocation_sum",
            "axis": ALL,
            "cutoff": date,
            "source": source,
            "unit": "EUR",
            **exact,
        }
        row |= answer("contradicted", "sum_differs") | figures_of(whole, None, "allocation_sum")
        for axis, figure in parts.items():
            before, _ = around(others.amounts.get(("allocation", axis), []), date)
            if before is None or before.value == figure.value:
                continue
            corrected = added - figure.value + before.value
            if compare(exact, Figure(date, date, corrected, corrected, corrected, ""))[0] == "confirmed":
                row |= {"reason": "sum_truncated", "explained_by": axis, "data_source": before.source}
                row |= {"reference": before.value, "other_reference": figure.value}
        rows.append(row)
    return rows


def _limits(own: pd.DataFrame, axes: Sequence[str]) -> tuple[Decimal, Decimal]:
    """The least and the most that the endowments a document states for these axes add up to."""
    stated = own[own["axis"].isin(axes) & (own["stage"] == "allocation") & own["amount_eur"].notna()]
    least, most = zip(*(_ends(row) for _, row in stated.iterrows()), strict=True)
    return sum(least, v.ZERO), sum(most, v.ZERO)


def _ends(row: pd.Series) -> tuple[Decimal, Decimal]:
    """What a stated endowment can stand for when it is rounded, not cut, or has a bound."""
    if row["qualifier"] in ("more_than", "less_than", "about"):
        return v.bounds(row["amount_eur"], row["qualifier"], row["precision"])
    half = v.ZERO if pd.isna(row["precision"]) else v.exact(row["precision"]) / 2
    return v.exact(row["amount_eur"]) - half, v.exact(row["amount_eur"]) + half


def _unit(finance: pd.DataFrame, axis: str) -> float:
    units = finance.loc[(finance["axis"] == axis) & (finance["stage"] == "allocation"), "precision"]
    return float(units.fillna(0).max())
