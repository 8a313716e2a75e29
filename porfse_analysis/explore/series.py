"""What is chosen in the explorer, over time: every figure once, at its own date."""

from __future__ import annotations

from typing import Any

import pandas as pd

from porfse_analysis.display.figure import COLOURS, Figure, new_figure, number_ticks, on_page, with_defaults
from porfse_analysis.display.report import Report, made_once
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Table
from porfse_analysis.display.words import wording
from porfse_analysis.explore.rows import EVERY, axis_label, explored_rows, rows_table, stage_label
from porfse_analysis.indicators.financial import RATES, progress_over_time
from porfse_analysis.indicators.overview import all_indicators
from porfse_analysis.indicators.result import KEY, collect, value_bound

__all__ = ["series", "series_figure", "series_rows"]


def series_rows(report: Report, *, stage: str = EVERY, axis: str = EVERY) -> pd.DataFrame:
    """The results of a stage and an axis at every position up to the date; a figure that stays is there once.

    Of every stage the financial ones: achievements and participants when they are chosen.
    """
    known = _money(report) if stage == EVERY or stage in RATES else _every_indicator(report)
    rows = explored_rows(known, stage=stage, axis=axis)
    rows = rows[rows["value"].notna() & (rows["data_date"] == rows["cutoff"])]
    keys = [name for name in KEY if name not in ("cutoff", "data_date")]
    return rows.sort_values([*keys, "cutoff"], kind="stable").reset_index(drop=True)


@made_once(worded=False)
def _money(report: Report) -> pd.DataFrame:
    finance = report.programme.finance
    return collect(progress_over_time(finance, cutoff=report.cutoff, by=by) for by in ("programme", "axis"))


@made_once(worded=False)
def _every_indicator(report: Report) -> pd.DataFrame:
    return collect(all_indicators(report.programme, cutoff=date) for date in report.programme.cutoffs)


def _said(report: Report, stage: str, axis: str) -> dict[str, str]:
    return {
        "stage": stage_label(stage, report.lang),
        "axis": axis_label(report.programme, axis, report.lang),
        "date": wording.date(report.cutoff, report.lang),
    }


def series(report: Report, *, stage: str = EVERY, axis: str = EVERY) -> Table:
    """The table of `series_rows`, with the columns of `explored`."""
    rows = series_rows(report, stage=stage, axis=axis)
    return rows_table(report, "series", report.text("explorer.series", **_said(report, stage, axis)), rows)


@with_defaults
def series_figure(report: Report, *, stage: str, axis: str) -> Figure | None:
    """The rates of an axis, or of the programme, as lines; None where there is none, or for several axes."""
    rows = series_rows(report, stage=stage, axis=axis)
    shown = {name: rows[rows["indicator"] == rate] for name, rate in RATES.items()}
    shown = {name: line for name, line in shown.items() if len(line)}
    if axis == EVERY or not shown:
        return None
    figure, ax = new_figure(height=3.3, left=0.65, bottom=0.6)
    said = []
    for (name, line), marker in zip(shown.items(), "^sDvoP", strict=False):
        label = report.text(f"stage.{name}")
        ax.plot(line["data_date"], line["value"] * 100, marker=marker, color=COLOURS[name], label=label)
        values = [
            report.text("alt.at", value=_rate(row, report), date=wording.date(row["data_date"], report.lang))
            for _, row in line.iterrows()
        ]
        said.append(report.text("alt.value", name=label, value=wording.list_of(values, report.lang)))
    drawn = pd.concat(list(shown.values()))
    ax.set_ylim(bottom=0, top=max(100.0, drawn["value"].max() * 110))
    ax.set_ylabel(report.text("figure.percent_of_allocation"))
    ax.yaxis.set_major_formatter(number_ticks(report.lang))
    ticks: list[Any] = []
    for day in map(pd.Timestamp, sorted(drawn["data_date"].unique())):
        if not ticks or day - ticks[-1] > pd.Timedelta(days=120):
            ticks.append(day)
    ax.set_xticks(ticks, [wording.date(tick, report.lang)[3:] for tick in ticks], rotation=30)
    ax.grid(axis="y", color=COLOURS["allocation"], linewidth=0.6)
    ax.legend(frameon=False, loc="upper left")
    return on_page(
        figure,
        name="series",
        alt=report.text("alt.over_time", values="; ".join(said)),
        caption=report.text("explorer.series", **_said(report, stage, axis)),
        source=source_line(drawn["source"], report),
    )


def _rate(row: pd.Series, report: Report) -> str:
    return wording.rate(row["value"], report.lang, bound=value_bound(row["note"]))
