"""The figures of a report. Each function takes a `Report` and gives a figure ready for the page.

Every figure carries its values in the text alternative, its units on the axes and its sources below.
"""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from porfse_analysis.display.figure import COLOURS, HATCHES, Figure, new_figure, number_ticks, on_page
from porfse_analysis.display.html import Html, paragraphs
from porfse_analysis.display.programme_report.money import allocation_in_force, funnel_rows
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES, progress_over_time
from porfse_analysis.indicators.result import figure_bound, has_note, value_bound
from porfse_analysis.indicators.targets import REACHED, counted_ratios, is_reached
from porfse_analysis.schema import ALL

__all__ = ["axes_progress", "funnel", "over_time", "target_ratios"]

_MILLION = 1_000_000
_AXES_STAGES = ("activated", "selected", "declared")
_RATIO_SHOWN = 2.5
"""Bars of target ratios end here; the figure beside them gives the true value."""


def funnel(report: Report) -> Figure | Html:
    """The programme's money from the allocation to certified expenditure."""
    rows = funnel_rows(report)
    if rows["amount"].isna().all():
        return paragraphs([report.text("empty.funnel")], "pf-empty")
    known = rows["amount"].notna()
    figure, ax = new_figure(height=0.45 * len(rows) + 0.7, left=1.7)
    top = rows["amount"].max() / _MILLION or 1.0
    said = []
    for place, (_, row) in enumerate(rows.iterrows()):
        name = report.text(f"stage.{row['stage']}")
        if pd.isna(row["amount"]):
            _label(ax, 0, place, report.text("missing.not_published"), color=COLOURS["quiet"])
            said.append(report.text("alt.missing", name=name))
            continue
        stale = has_note(row["note"], "stale")
        ax.barh(
            place,
            row["amount"] / _MILLION,
            height=0.66,
            facecolor=COLOURS[row["stage"]],
            hatch=HATCHES["stale"] if stale else "",
            edgecolor=COLOURS["edge"] if row["stage"] == "allocation" else "white",
            linewidth=0.8 if row["stage"] == "allocation" else 0,
        )
        label = wording.million(row["amount"], report.lang, precision=row["precision"], bound=figure_bound(row["note"]))
        if row["stage"] != "allocation" and pd.notna(row["value"]):
            label = report.text("figure.amount_and_rate", amount=label, rate=_rate(row, report))
        if stale:
            label = report.text("figure.of_date", label=label, date=wording.date(row["data_date"], report.lang))
        _label(ax, row["amount"] / _MILLION, place, label)
        said.append(report.text("alt.value", name=name, value=label))
    ax.set_yticks(range(len(rows)), [report.text(f"stage.{stage}") for stage in rows["stage"]])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, top * 1.42)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(report.text("figure.million_euro"))
    ax.xaxis.set_major_formatter(number_ticks(report.lang))
    return on_page(
        figure,
        name="funnel",
        alt=report.text("alt.funnel", values="; ".join(said)),
        caption=report.text("caption.funnel", date=wording.date(report.cutoff, report.lang)),
        source=source_line(rows.loc[known, "source"], report),
    )


def over_time(report: Report) -> Figure | Html:
    """The rates of the programme at every position up to the cutoff."""
    results = progress_over_time(report.programme.finance, cutoff=report.cutoff)
    own = results[results["value"].notna() & (results["data_date"] == results["cutoff"])]
    lines = {stage: own[own["indicator"] == RATES[stage]] for stage in RATES}
    lines = {stage: rows for stage, rows in lines.items() if len(rows)}
    if not lines:
        return paragraphs([report.text("empty.over_time")], "pf-empty")
    figure, ax = new_figure(height=3.3, left=0.65, bottom=0.6)
    said = []
    markers = dict(zip(RATES, "^sDvoP", strict=True))
    for stage, rows in lines.items():
        name = report.text(f"stage.{stage}")
        ax.plot(rows["data_date"], rows["value"] * 100, marker=markers[stage], color=COLOURS[stage], label=name)
        last = rows.iloc[-1]
        alone = len(rows) == 1 and last["data_date"] < own["data_date"].max()
        ax.annotate(
            _rate(last, report),
            (last["data_date"], last["value"] * 100),
            textcoords="offset points",
            # right of a single early date the lines of other stages go on
            xytext=(-6, 4) if alone else (6, 4),
            ha="right" if alone else "left",
            color=COLOURS["text"],
        )
        values = [
            report.text(
                "alt.at",
                value=_rate(row, report),
                date=wording.date(row["data_date"], report.lang),
            )
            for _, row in rows.iterrows()
        ]
        said.append(report.text("alt.value", name=name, value=wording.list_of(values, report.lang)))
    ax.set_ylim(bottom=0, top=max(100.0, own["value"].max() * 110))
    ax.set_ylabel(report.text("figure.percent_of_allocation"))
    ax.yaxis.set_major_formatter(number_ticks(report.lang))
    ticks: list[Any] = []
    for day in map(pd.Timestamp, sorted(own["data_date"].unique())):
        # the label of a date close after another would lie on it
        if not ticks or day - ticks[-1] > pd.Timedelta(days=120):
            ticks.append(day)
    ax.set_xticks(ticks, [wording.date(tick, report.lang)[3:] for tick in ticks], rotation=30)
    ax.set_xlim(own["data_date"].min() - pd.Timedelta(days=60), own["data_date"].max() + pd.Timedelta(days=200))
    ax.grid(axis="y", color=COLOURS["allocation"], linewidth=0.6)
    ax.legend(frameon=False, loc="upper left")
    return on_page(
        figure,
        name="over-time",
        alt=report.text("alt.over_time", values="; ".join(said)),
        caption=report.text("caption.over_time", date=wording.date(report.cutoff, report.lang)),
        source=source_line(own["source"], report),
    )


def axes_progress(report: Report) -> Figure | Html:
    """Activated, selected and declared against the allocation of each axis."""
    allocation = allocation_in_force(report)
    allocation = allocation[allocation["axis"] != ALL].set_index("axis")
    results = report.results[report.results["axis"].isin(allocation.index)]
    known = results[results["indicator"].isin([RATES[s] for s in _AXES_STAGES]) & results["numerator"].notna()]
    # a rate of an earlier plan beside the bar of today's allocation would mislead: such a stage stays in the table
    bars = known["axis"].map(allocation["amount"])
    slack = known["axis"].map(allocation["precision"]).fillna(0).clip(lower=1)
    of_another_plan = known["indicator"].isin(
        known.loc[known["denominator"].notna() & ((known["denominator"] - bars).abs() > slack), "indicator"]
    )
    left_out = [stage for stage in _AXES_STAGES if (known.loc[of_another_plan, "indicator"] == RATES[stage]).any()]
    known = known[~of_another_plan]
    if allocation.empty or known.empty:
        return paragraphs([report.text("empty.axes")], "pf-empty")
    stages = [stage for stage in _AXES_STAGES if (known["indicator"] == RATES[stage]).any()]
    height = 0.8 / len(stages)
    figure, ax = new_figure(height=0.32 * max(len(stages) + 0.9, 2.9) * len(allocation) + 1.0, left=2.0, top=0.4)
    said = []
    for place, (axis, row) in enumerate(allocation.iterrows()):
        ax.barh(
            place,
            row["amount"] / _MILLION,
            height=0.92,
            facecolor=COLOURS["allocation"],
            edgecolor=COLOURS["edge"],
            linewidth=0.8,
            label=report.text("stage.allocation") if place == 0 else None,
        )
        parts = [
            report.text(
                "alt.value",
                name=report.text("stage.allocation"),
                value=wording.million(
                    row["amount"], report.lang, precision=row["precision"], bound=figure_bound(row["note"])
                ),
            )
        ]
        for step, stage in enumerate(stages):
            rows = known[(known["axis"] == axis) & (known["indicator"] == RATES[stage])]
            if rows.empty:
                continue
            value = rows.iloc[0]
            middle = place - 0.4 + height * (step + 0.5)
            ax.barh(
                middle,
                value["numerator"] / _MILLION,
                height=height * 0.78,
                color=COLOURS[stage],
                hatch=HATCHES[stage],
                edgecolor="white",
                linewidth=0,
                label=report.text(f"stage.{stage}") if place == 0 or not _labelled(ax, report, stage) else None,
            )
            label = _rate(value, report) if pd.notna(value["value"]) else ""
            # outside both the bar and the allocation behind it, so that it is read on white
            end = max(value["numerator"], row["amount"]) / _MILLION
            _label(ax, end, middle, label, fontsize=9)
            parts.append(report.text("alt.value", name=report.text(f"stage.{stage}"), value=label))
        said.append(report.text("alt.axis", axis=axis, values=", ".join(parts)))
    ax.set_yticks(
        range(len(allocation)),
        [_wrapped(report.text("axis.titled", axis=axis, title=row["title"])) for axis, row in allocation.iterrows()],
    )
    ax.set_ylim(len(allocation) - 0.5, -0.5)
    ax.set_xlim(right=max(allocation["amount"].max(), known["numerator"].max()) / _MILLION * 1.12)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(report.text("figure.million_euro"))
    ax.xaxis.set_major_formatter(number_ticks(report.lang))
    figure.legend(frameon=False, loc="upper center", ncols=len(stages) + 1)
    dates = [wording.date(day, report.lang) for day in sorted(known["data_date"].unique())]
    names = [report.text(f"stage.{stage}") for stage in left_out]
    omitted = report.text("caption.axes_left_out", stages=wording.list_of(names, report.lang)) if names else ""
    return on_page(
        figure,
        name="axes-progress",
        alt=report.text("alt.axes", values="; ".join(said)),
        caption=report.text("caption.axes", dates=wording.list_of(dates, report.lang), omitted=omitted).strip(),
        source=source_line([*known["source"], *allocation["source"]], report),
    )


def _label(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Text to the right of the end of a bar."""
    ax.annotate(text, (x, y), xytext=(5, 0), textcoords="offset points", va="center", **style)


def _labelled(ax: Axes, report: Report, stage: str) -> bool:
    return report.text(f"stage.{stage}") in ax.get_legend_handles_labels()[1]


def _wrapped(label: str) -> str:
    """A label in three lines at most; the tables have the whole title."""
    return "\n".join(textwrap.wrap(label, width=24, max_lines=3, placeholder=" …"))


def target_ratios(report: Report) -> Figure | Html:
    """The achievement of each target, against the whole of it."""
    rows = counted_ratios(report.results)
    if rows.empty:
        return paragraphs([report.text("empty.targets")], "pf-empty")
    figure, ax = new_figure(height=0.27 * len(rows) + 0.8, left=1.4)
    said = []
    end = max(1.1, min(_RATIO_SHOWN, rows["value"].max()))
    surely = is_reached(rows["value"], rows["note"])
    for place, ((_, row), reached) in enumerate(zip(rows.iterrows(), surely, strict=True)):
        beyond = row["value"] > end
        ax.barh(
            place,
            min(row["value"], end) * 100,
            height=0.7,
            color=COLOURS["good"] if reached else COLOURS["short"],
            hatch="" if reached else "///",
            edgecolor="white",
            linewidth=0,
        )
        label = _rate(row, report)
        shown = report.text("figure.cut_short", label=label) if beyond else label
        _label(ax, min(row["value"], end) * 100, place, shown, fontsize=9)
        said.append(report.text("alt.value", name=_indicator(row), value=label))
    ax.axvline(REACHED * 100, color=COLOURS["text"], linewidth=1, linestyle="--")
    ax.set_yticks(range(len(rows)), [_indicator(row) for _, row in rows.iterrows()], fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, end * 118)
    ax.set_xlabel(report.text("figure.percent_of_targets"))
    ax.xaxis.set_major_formatter(number_ticks(report.lang))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    dates = [wording.date(day, report.lang) for day in sorted(rows["data_date"].unique())]
    cut = wording.rate(end, report.lang, decimals=0)
    broken = report.text("caption.targets_cut", limit=cut) if (rows["value"] > end).any() else ""
    return on_page(
        figure,
        name="target-ratios",
        alt=report.text("alt.targets", values="; ".join(said)),
        caption=report.text("caption.targets", dates=wording.list_of(dates, report.lang), broken=broken).strip(),
        source=source_line(rows["source"], report),
    )


def _indicator(row: pd.Series) -> str:
    return " ".join(part for part in (row["axis"], row["investment_priority"], row["indicator_code"]) if part)


def _rate(row: pd.Series, report: Report) -> str:
    """The value of a result as a percentage, with its bound."""
    return wording.rate(row["value"], report.lang, bound=value_bound(row["note"]))
