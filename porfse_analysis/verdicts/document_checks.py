"""Documents and their series: figures a later one replaces, and what the newest lacks."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from porfse_analysis.indicators.positions import superseded
from porfse_analysis.schema import STAGES
from porfse_analysis.verdicts.finding import finding

__all__ = ["lacking", "replaced", "without_plan"]

_CELL = ["programme", "axis", "stage", "fund", "region_category", "series", "cutoff"]


def replaced(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Figures of a document that a later one of its series, an erratum, has for the same date."""
    if "series" not in finance:
        return
    rows = finance.assign(gone=superseded(finance), source=finance["source"].astype("str"))
    rows = rows[rows["amount_eur"].notna()]
    kept = rows.loc[~rows["gone"], [*_CELL, "source", "amount_eur"]]
    pairs = rows[rows["gone"]].merge(kept, on=_CELL, suffixes=("", "_kept"))
    for _, row in pairs[pairs["amount_eur"] != pairs["amount_eur_kept"]].iterrows():
        yield finding(
            "info",
            "superseded",
            row,
            other_source=row["source_kept"],
            found=row["amount_eur"],
            expected=row["amount_eur_kept"],
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


def without_plan(finance: pd.DataFrame) -> Iterable[dict[str, object]]:
    """Sources, or series of them, that publish amounts and never an allocation to set them against."""
    known = finance[finance["amount_eur"].notna()].assign(source=lambda rows: rows["source"].astype("str"))
    along = known["series"] if "series" in known else known["source"]
    for _, rows in known.groupby(["programme", along], observed=True):
        if not (rows["stage"] == "allocation").any():
            row = rows.sort_values("cutoff", kind="stable").iloc[-1].copy()
            row["axis"], row["stage"] = "ALL", ""
            yield finding("info", "without_plan", row, unit="")
