"""Documents whose endowments of axes do not add up to the total they state themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.claim_figures import Answer, Figure, Others, answer, around, compare, figures_of

__all__ = ["endowment_sums"]


def endowment_sums(claims: pd.DataFrame, of_source: Mapping[str, Others]) -> list[Answer]:
    """Documents with claims about endowments whose axes do not add up to their own total."""
    rows = []
    stated = claims[claims["quantity"] == "allocation"].drop_duplicates(["source", "cutoff"])
    for claim in stated.to_dict("records"):
        source, date = str(claim["source"]), claim["cutoff"]
        others = of_source[source]
        axes = list(others.axes["axis"])
        own = others.stated.only(stage="allocation")
        own = own.where(own["cutoff"] == date.to_datetime64())
        figures = {
            axis: figure
            for axis in (*axes, ALL)
            for figure in others.own_amounts.get(("allocation", axis), [])
            if figure.position == date
        }
        # without a total of its own the figure of the programme is the sum of its axes
        of_all = own.only(axis=ALL)
        if not axes or not of_all.known("amount_eur").any() or len(figures) <= len(axes):
            continue
        total = figures.pop(ALL)
        added = sum((figure.value for figure in figures.values()), v.ZERO)
        (least, most), (low, high) = _limits(own, axes), _limits(own, [ALL])
        exact = {"qualifier": "exact", "precision": _unit(of_all), "claimed": float(total.value)}
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
        for axis, figure in figures.items():
            before, _ = around(others.amounts.get(("allocation", axis), []), date)
            if before is None or before.value == figure.value:
                continue
            corrected = added - figure.value + before.value
            if compare(exact, Figure(date, date, corrected, corrected, corrected, ""))[0] == "confirmed":
                row |= {"reason": "sum_truncated", "explained_by": axis, "data_source": before.source}
                row |= {"reference": before.value, "other_reference": figure.value}
        rows.append(row)
    return rows


def _limits(own: Cells, axes: Sequence[str]) -> tuple[Decimal, Decimal]:
    """The least and the most that the endowments a document states for these axes add up to."""
    stated = own.where(own.known("amount_eur")).among("axis", axes)
    cells = (stated[name] for name in ("amount_eur", "qualifier", "precision"))
    least, most = zip(*(_ends(*cell) for cell in zip(*cells, strict=True)), strict=True)
    return sum(least, v.ZERO), sum(most, v.ZERO)


def _ends(amount: float, qualifier: str, precision: float) -> tuple[Decimal, Decimal]:
    """What a stated endowment can stand for when it is rounded, not cut, or has a bound."""
    if qualifier in ("more_than", "less_than", "about"):
        return v.bounds(amount, qualifier, precision)
    half = v.ZERO if pd.isna(precision) else v.exact(precision) / 2
    return v.exact(amount) - half, v.exact(amount) + half


def _unit(total: Cells) -> float:
    """The coarsest unit that a total is stated in."""
    return float(max(total["precision"][total.known("precision")], default=0.0))
