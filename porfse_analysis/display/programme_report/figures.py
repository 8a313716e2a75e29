"""The figures of a report. Each function takes a `Report` and gives a figure ready for the page.

Every figure carries its values in the text alternative, its units on the axes and its sources below; what is drawn is
of `display.drawings`.
"""

from __future__ import annotations

from porfse_analysis.display.age import is_old
from porfse_analysis.display.cut import bars_left_out, both_ends, largest, mattering
from porfse_analysis.display.drawings import (
    draw_funnel,
    draw_over_time,
    draw_rates,
    draw_targets,
    legend_height,
    rates_height,
    rates_legend,
    several_dates,
    target_names,
    targets_end,
    targets_height,
)
from porfse_analysis.display.figure import Figure, new_figure, on_page, with_defaults
from porfse_analysis.display.html import Html, paragraphs
from porfse_analysis.display.programme_report.money import allocation_in_force, funnel_rows
from porfse_analysis.display.programme_report.people import target_rows
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES, progress_over_time
from porfse_analysis.indicators.result import has_note
from porfse_analysis.indicators.targets import counted_ratios
from porfse_analysis.schema import ALL

__all__ = ["axes_progress", "funnel", "over_time", "target_ratios"]

_AXES_STAGES = ("activated", "selected", "declared")


@with_defaults
def funnel(report: Report) -> Figure | Html:
    """The programme's money from the allocation to certified expenditure."""
    rows = funnel_rows(report)
    if rows["amount"].isna().all():
        return paragraphs([report.text("empty.funnel")], "pf-empty")
    figure, ax = new_figure(height=0.45 * len(rows) + 0.7, left=1.7)
    said = draw_funnel(ax, rows, report.lang)
    old = report.text("caption.old") if has_note(rows["note"], "stale").any() else ""
    return on_page(
        figure,
        name="funnel",
        alt=report.text("alt.funnel", values="; ".join(said)),
        caption=report.text("caption.funnel", date=wording.date(report.cutoff, report.lang), old=old).strip(),
        source=source_line(rows.loc[rows["amount"].notna(), "source"], report),
    )


@with_defaults
def over_time(report: Report) -> Figure | Html:
    """The rates of the programme at every position up to the cutoff."""
    results = progress_over_time(report.programme.finance, cutoff=report.cutoff)
    own = results[results["value"].notna() & (results["data_date"] == results["cutoff"])]
    if own.empty:
        return paragraphs([report.text("empty.over_time")], "pf-empty")
    lines, alone = several_dates(own, report.lang)
    if lines.empty:
        return paragraphs([report.text("empty.over_time_one", values="; ".join(alone))], "pf-empty")
    above = legend_height(lines)
    figure, ax = new_figure(height=2.7 + above, left=0.65, right=0.65, bottom=0.6, top=above)
    said = draw_over_time(ax, lines, report.lang)
    more = report.text("caption.over_time_one", values="; ".join(alone)) if alone else ""
    return on_page(
        figure,
        name="over-time",
        alt=report.text("alt.over_time", values="; ".join(said)),
        caption=report.text("caption.over_time", date=wording.date(report.cutoff, report.lang), more=more).strip(),
        source=source_line(own["source"], report),
    )


@with_defaults
def axes_progress(report: Report) -> Figure | Html:
    """Activated, selected and declared against the allocation of each axis."""
    if report.programme.axes.empty:
        return Html("")  # the table says so
    allocation = allocation_in_force(report)
    every = allocation[allocation["axis"] != ALL].set_index("axis")
    most = largest(every["amount"], "allocations")
    allocation = mattering(every, most)
    results = report.figures[report.figures["axis"].isin(allocation.index)]
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
        by_axis = report.figures[(report.figures["axis"] != ALL) & report.figures["indicator"].isin(RATES.values())]
        amounts = allocation.empty and by_axis["numerator"].notna().any()
        return paragraphs([report.text("empty.no_plan") if amounts else report.text("empty.axes")], "pf-empty")
    stages = [stage for stage in _AXES_STAGES if (known["indicator"] == RATES[stage]).any()]
    titles = {
        str(axis): report.text("axis.titled", axis=axis, title=row["title"]) for axis, row in allocation.iterrows()
    }
    figure, ax = new_figure(height=rates_height(stages, titles) + 1.0, left=2.6, top=0.4)
    said = draw_rates(ax, allocation, known, report.lang, stages=stages, names=titles)
    figure.legend(**rates_legend(stages, report.lang), frameon=False, loc="upper center", ncols=len(stages) + 1)
    dates = [wording.date(day, report.lang) for day in sorted(known["data_date"].unique())]
    names = [report.text(f"stage.{stage}") for stage in left_out]
    said_of = [report.text("caption.axes_left_out", stages=wording.list_of(names, report.lang))] if names else []
    if is_old(known["data_date"], report.cutoff).any():
        said_of.insert(0, report.text("caption.old"))
    said_of += filter(None, [bars_left_out(len(allocation), len(every), most, report.lang)])
    return on_page(
        figure,
        name="axes-progress",
        alt=report.text("alt.axes", values="; ".join(said)),
        caption=report.text(
            "caption.axes", dates=wording.list_of(dates, report.lang), omitted=" ".join(said_of)
        ).strip(),
        source=source_line([*known["source"], *allocation["source"]], report),
    )


@with_defaults
def target_ratios(report: Report) -> Figure | Html:
    """The achievement of each target, against the whole of it, the highest first."""
    rows = counted_ratios(report.figures)
    if rows.empty:
        # where there is no target at all the table says so
        return Html("") if target_rows(report).empty else paragraphs([report.text("empty.target_ratios")], "pf-empty")
    every, most = len(rows), both_ends(rows["value"])
    rows = mattering(rows, most)
    figure, ax = new_figure(height=targets_height(target_names(rows, report.lang)) + 0.8, left=3.5)
    said = draw_targets(ax, rows, report.lang)
    dates = [wording.date(day, report.lang) for day in sorted(rows["data_date"].unique())]
    end = targets_end(rows)
    cut = wording.rate(end, report.lang, decimals=0)
    broken = report.text("caption.targets_cut", limit=cut) if (rows["value"] > end).any() else ""
    said_of = [broken, bars_left_out(len(rows), every, most, report.lang)]
    return on_page(
        figure,
        name="target-ratios",
        alt=report.text("alt.targets", values="; ".join(said)),
        caption=report.text(
            "caption.targets", dates=wording.list_of(dates, report.lang), broken=" ".join(filter(None, said_of))
        ).strip(),
        source=source_line(rows["source"], report),
    )
