"""How a comparison of two dates writes its cells and lines: signed changes, pairs of figures, days, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.cutoffs.comparison import CutoffComparison
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.indicators import labelled, region_category
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.result import figure_bound, value_bound
from porfse_analysis.schema import ALL

__all__ = [
    "STAGES",
    "both_values",
    "count_change",
    "dates_of",
    "days",
    "is_about",
    "other_dates",
    "pair",
    "pairs_of_dates",
    "ranks",
    "reason",
    "stage_of",
    "target_name",
    "where",
]

STAGES = {name: stage for stage, name in RATES.items()}
"""The stage above the line of each financial rate."""


def stage_of(comparison: CutoffComparison, indicator: str) -> str:
    """The name of the amount above the line of a financial rate."""
    return comparison.text(f"stage.{STAGES[indicator]}")


def target_name(comparison: CutoffComparison) -> cells.Write:
    """Code and name of an indicator."""

    def write(row: pd.Series) -> str:
        return labelled(row["indicator_code"], row["indicator_type"], comparison.lang)

    return write


def where(comparison: CutoffComparison, rows: pd.DataFrame) -> cells.Write:
    """Axis and priority, and the category of region where the rows have several."""
    several = rows["region_category"].nunique() > 1

    def write(row: pd.Series) -> str:
        region = region_category(row["region_category"], comparison.lang) if several else ""
        axis = comparison.text("axis.programme") if row["axis"] == ALL else row["axis"]
        return " ".join(part for part in (axis, row["investment_priority"], region) if part)

    return write


def count_change(comparison: CutoffComparison, missing: str = "missing.short") -> cells.Write:
    """A change of a number."""
    form = replace(wording.COUNT, signed=True)
    return cells.figure(comparison, "change", lambda row: form, missing=comparison.text(missing))


def pair(comparison: CutoffComparison, name: str) -> cells.Write:
    """Before and now in one cell."""

    def figure(value: float, note: str) -> str:
        if pd.isna(value):
            return comparison.text("missing.short")
        if name == "value":
            return wording.partly(wording.rate(value, comparison.lang, bound=value_bound(note)), note, comparison.lang)
        if name != "numerator":  # a target is as the plan has it
            return wording.count(value, comparison.lang)
        shown = wording.count(value, comparison.lang, bound=figure_bound(note))
        return wording.partly(shown, note, comparison.lang, value=False)

    def write(row: pd.Series) -> str:
        before, now = (figure(row[f"{name}{side}"], row[f"note{side}"]) for side in ("_before", ""))
        return comparison.text("cutoffs.pair", before=before, now=now)

    return write


def ranks(comparison: CutoffComparison) -> cells.Write:
    """The place at the two dates; a shared place says so."""

    def place(rank: float, tied: bool) -> str:
        shown = wording.count(rank, comparison.lang)
        return comparison.text("cutoffs.tied", rank=shown) if tied else shown

    def write(row: pd.Series) -> str:
        if pd.isna(row["rank"]):
            return comparison.text("cutoffs.none")
        before, now = place(row["rank_before"], row["tied_before"]), place(row["rank"], row["tied"])
        if row["rank_change"] == 0:
            return comparison.text("cutoffs.rank_kept", before=before, now=now)
        moved = wording.signed_count(row["rank_change"], comparison.lang)
        return comparison.text("cutoffs.rank_moved", before=before, now=now, places=moved)

    return write


def both_values(comparison: CutoffComparison, row: pd.Series) -> str:
    """The axis and its figures at the two dates, once when they are one figure."""
    figure = wording.rate if row["unit"] == "1" else wording.count
    name = comparison.text("axis.all") if row["axis"] == ALL else row["axis"]
    known = [
        wording.partly(
            figure(row[f"value{side}"], comparison.lang, bound=value_bound(row[f"note{side}"])),
            row[f"note{side}"],
            comparison.lang,
        )
        for side in ("_before", "")
        if pd.notna(row[f"value{side}"])
    ]
    if not known:
        return str(name)
    both = len(known) == 2 and row["status"] != "not_updated"
    shown = comparison.text("cutoffs.pair", before=known[0], now=known[1]) if both else known[-1]
    return comparison.text("alt.value", name=name, value=shown)


def reason(comparison: CutoffComparison) -> cells.Write:
    """Why a row has a change or has none."""
    return lambda row: comparison.text(f"change_status.{row['status']}")


def is_about(rows: pd.DataFrame) -> bool:
    """Whether a change is made of a figure that was published as about so much."""
    return bool((rows["qualifier"].eq("about") & rows["change"].notna()).any())


def pairs_of_dates(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    """The pairs of days that the changes are between."""
    moved = rows[rows["change"].notna()] if "change" in rows else rows
    return list(moved[["data_date_before", "data_date"]].drop_duplicates().itertuples(index=False, name=None))


def days(comparison: CutoffComparison, days: Iterable[object]) -> str:
    """Days in figures, each once, in order."""
    known = sorted({day for day in days if isinstance(day, pd.Timestamp) and not pd.isna(day)})
    return wording.list_of((wording.date(day, comparison.lang) for day in known), comparison.lang)


def dates_of(comparison: CutoffComparison, rows: pd.DataFrame) -> dict[str, str]:
    """The days of the figures that are compared, else the two reporting dates."""
    moved = rows[rows["change"].notna()]
    if moved.empty:
        return {
            "previous": days(comparison, [comparison.compare_to]),
            "date": days(comparison, [comparison.cutoff]),
        }
    return {
        "previous": days(comparison, moved["data_date_before"]),
        "date": days(comparison, moved["data_date"]),
    }


def other_dates(comparison: CutoffComparison, rows: pd.DataFrame) -> list[str]:
    """The line that says a change is not between the two reporting dates but between those of the data."""
    moved = rows[rows["change"].notna()]
    own = (moved["data_date_before"] == comparison.compare_to) & (moved["data_date"] == comparison.cutoff)
    if moved.empty or own.all():
        return []
    return [comparison.text("cutoffs.note_dates", **dates_of(comparison, moved[~own]))]
