"""The programme beside the one of the period before, at the same month of their lives: for every page that shows it."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.page import ProgrammePage
from porfse_analysis.display.sources import source_line, titled
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.predecessor import beside_predecessor
from porfse_analysis.periods import period_of
from porfse_analysis.schema import ALL

__all__ = ["beside"]


def beside(page: ProgrammePage) -> tuple[Table, ...]:
    """The rates that both programmes have; nothing where no predecessor can be set beside, or none has any."""
    before = page.programme.before
    if before is None:
        return ()
    rows = beside_predecessor(page.programme, cutoff=page.cutoff)
    if rows.empty:
        return ()
    rows["precision"], rows["allocation_precision"] = _precisions(page, rows)
    names = {"programme": page.programme.title(page.lang), "predecessor": before.title(page.lang)}
    return (
        Table(
            "beside_predecessor",
            page.text("beside.table", **names),
            _one_below_the_other(rows),
            [
                Column("indicator", page.text("column.rate"), "head", write=_title(page)),
                Column("period", page.text("beside.period")),
                Column("value", page.text("column.of_allocation"), "figure", write=cells.rate(page, note="note")),
                Column(
                    "numerator",
                    page.text("column.amount_million"),
                    "figure",
                    write=cells.million(page, "numerator", note="note"),
                ),
                Column(
                    "denominator",
                    page.text("column.allocation_million"),
                    "figure",
                    write=cells.million(page, "denominator", "allocation_precision"),
                ),
                Column("data_date", page.text("column.data_date"), write=cells.date(page)),
                Column("month", page.text("beside.month_column"), "figure", write=_month(page, "month")),
            ],
            notes=[
                page.text("beside.month"),
                *_months_of_old_figures(page, rows),
                *_next_positions(page, rows),
                page.text("beside.caution"),
                page.text("beside.sources", predecessor=names["predecessor"], sources=_titles(page, rows)),
                *cells.missing_note(page, rows["predecessor_value"]),
            ],
            source=source_line(rows["source"], page),
            lang=page.lang,
        ),
    )


def _one_below_the_other(rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each programme and rate, the predecessor below its successor: the table stays as narrow as a page."""
    figures = ["value", "numerator", "denominator", "data_date", "month", "note"]
    digits = ["precision", "allocation_precision"]
    its = {f"predecessor_{name}": name for name in figures}
    both = [
        rows[["indicator", "programme", *figures, *digits]],
        rows[["indicator", "predecessor", *its]].rename(columns={"predecessor": "programme", **its}),
    ]
    one = pd.concat(both).sort_index(kind="stable").reset_index(drop=True)
    periods = one["programme"].map(period_of)
    names = [cci if period is None else period.name for cci, period in zip(one["programme"], periods, strict=True)]
    return one.assign(period=names)


def _precisions(page: ProgrammePage, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The unit of the last published digit of the programme's amounts, and of the allocations they are set against.

    Each has its own: an amount in whole millions says nothing of the allocation. The predecessor's have their cents.
    """
    stages = {rate: stage for stage, rate in RATES.items()}
    placed = rows.assign(axis=ALL, position=rows["data_date"])
    plan = placed.assign(stage="allocation", source=rows["source"].str.rpartition(";")[2])
    amount = placed.assign(stage=rows["indicator"].map(stages))
    return cells.precision_of(amount, page), cells.precision_of(plan, page)


def _title(page: ProgrammePage) -> Typed:
    def write(row: pd.Series) -> str:
        return wording.indicator_title(row["indicator"], page.lang)

    return Typed(write, write, lambda row: "")


def _month(page: ProgrammePage, name: str) -> Typed:
    return cells.figure(page, name, lambda row: wording.COUNT)


def _months_of_old_figures(page: ProgrammePage, rows: pd.DataFrame) -> list[str]:
    """That a figure is of an earlier month than the page, so that the predecessor is taken at the earlier one."""
    old = rows[rows["month"] < rows["cutoff_month"]]
    return [
        page.text(
            "beside.old",
            rate=wording.indicator_title(row["indicator"], page.lang),
            month=row["month"],
            date=wording.date(row["data_date"], page.lang),
            cutoff=wording.date(row["cutoff"], page.lang),
            cutoff_month=row["cutoff_month"],
        )
        for _, row in old.iterrows()
    ]


def _next_positions(page: ProgrammePage, rows: pd.DataFrame) -> list[str]:
    """The predecessor's position after the one shown, where the one shown is of an earlier month than the figure."""
    later = rows[rows["predecessor_next_month"].notna() & ~(rows["predecessor_month"] == rows["month"]).fillna(False)]
    return [
        page.text(
            "beside.next",
            rate=wording.indicator_title(row["indicator"], page.lang),
            value=wording.rate(row["predecessor_next_value"], page.lang),
            month=row["predecessor_next_month"],
            date=wording.date(row["predecessor_next_data_date"], page.lang),
        )
        for _, row in later.iterrows()
    ]


def _titles(page: ProgrammePage, rows: pd.DataFrame) -> str:
    """What the predecessor's figures are from: its sources are not among those of the page."""
    before = page.programme.before
    assert before is not None
    used = {name for cell in rows["predecessor_source"] for name in cell.split(";")}
    named = [titled(row, page.lang) for _, row in before.sources.iterrows() if not used or row["source"] in used]
    return wording.list_of(named, page.lang)
