"""The figures of a performance review. Each function takes a `Report` and gives a figure ready for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes

from porfse_analysis.display.cut import bars_left_out, both_ends, mattering
from porfse_analysis.display.figure import COLOURS, Figure, new_figure, number_ticks, on_page, with_defaults
from porfse_analysis.display.html import Html, paragraphs, tiles
from porfse_analysis.display.lettering import beside, make_room, rows_of, wrapped
from porfse_analysis.display.report import Report
from porfse_analysis.display.review.tables import framework_rows, indicator_rows, short_place, status, told_name
from porfse_analysis.display.review.tables import place as place_of
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.framework import indicator_label, word_ratio

__all__ = ["framework", "scorecard"]

_NAME_WIDTH = 44
_SMALL = 9
_RATIO_SHOWN = 1.5
"""Bars of ratios end here; the figure beside them gives the true value."""


def scorecard(report: Report) -> Html:
    """The status of each axis in large, with the reserve that depends on it."""
    items = []
    rows = framework_rows(report)
    for _, row in rows.iterrows():
        amount = "" if pd.isna(row["reserve_eur"]) else wording.amount(row["reserve_eur"], report.lang, decimals=0)
        key = {"plan": "reserve", "estimate": "reserve_estimate", "no_reserve": "no_reserve"}.get(row["reserve_source"])
        key = key or ("reserve_decided" if row["reserve_source"] == "decided" else "reserve_unknown")
        items.append((place_of(row, report, rows), status(row, report), report.text(f"tile.{key}", amount=amount)))
    return tiles(items) if items else paragraphs([report.text("empty.framework")], "pf-empty")


@with_defaults
def framework(report: Report, against: Literal["milestone", "target"] = "milestone") -> Figure | Html:
    """The ratio of each indicator of the framework, beside the thresholds."""
    everything = indicator_rows(report, against)
    rows = everything[everything["ratio"].notna()].reset_index(drop=True)
    if rows.empty:
        return paragraphs([report.text("empty.framework_figure")], "pf-empty")
    counted, most = len(rows), both_ends(rows["ratio"])
    rows = mattering(rows, most)
    thresholds = (report.rules.achieved_from, report.rules.serious_below)
    names = [_name(row, everything, report.lang) for _, row in rows.iterrows()]
    labels = [wrapped(name, _NAME_WIDTH) for name in names]
    places, bottom = rows_of(labels)
    figure, ax = new_figure(height=0.3 * bottom + 1.1, left=3.5, top=0.3)
    ratios = [word_ratio(row, report.lang, rules=report.rules) for _, row in rows.iterrows()]
    lengths = [min(ratio, _RATIO_SHOWN) * 100 for ratio in rows["ratio"]]
    shown = [
        report.text("figure.cut_short", label=label) if ratio > _RATIO_SHOWN else label
        for label, ratio in zip(ratios, rows["ratio"], strict=True)
    ]
    make_room(ax, [(100, ""), *zip(lengths, shown, strict=True)], _SMALL)
    said = []
    for index, (place, name) in enumerate(zip(places, names, strict=True)):
        enough = rows["ratio"].iloc[index] >= report.rules.achieved_from
        ax.barh(
            place,
            lengths[index],
            height=0.7,
            color=COLOURS["good"] if enough else COLOURS["short"],
            edgecolor="white",
            linewidth=0,
        )
        lines = [threshold * 100 for threshold in thresholds]
        beside(ax, lengths[index], place, shown[index], lines=lines, fontsize=_SMALL)
        said.append(report.text("alt.value", name=name, value=ratios[index]))
    _draw_thresholds(ax, thresholds, report)
    ax.set_yticks(places, labels, fontsize=_SMALL)
    ax.set_ylim(bottom, 0)
    ax.set_xlabel(report.text(f"figure.percent_of_{against}"))
    ax.xaxis.set_major_formatter(number_ticks(report.lang))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    unknown = [_name(row, everything, report.lang) for _, row in everything[everything["ratio"].isna()].iterrows()]
    left = report.text("caption.framework_unknown", names=wording.list_of(unknown, report.lang)) if unknown else ""
    left = f"{left} {bars_left_out(len(rows), counted, most, report.lang)}".strip()
    day = wording.date(report.cutoff, report.lang)
    return on_page(
        figure,
        name=f"framework-{against}",
        alt=report.text("alt.framework", values="; ".join(said)),
        caption=report.text("caption.framework", date=day, unknown=left).strip(),
        source=source_line([*rows["source"], *rows["target_source"]], report),
    )


def _draw_thresholds(ax: Axes, thresholds: Sequence[float], report: Report) -> None:
    """A line at each threshold, with its value above it: the first solid, the second dashed."""
    for threshold, style in zip(thresholds, ("-", "--"), strict=True):
        ax.axvline(threshold * 100, color=COLOURS["text"], linewidth=1, linestyle=style)
        ax.annotate(
            report.text("figure.threshold", rate=wording.rate(threshold, report.lang, decimals=0)),
            (threshold * 100, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="left" if style == "-" else "right",
            fontsize=8,
        )


def _name(row: pd.Series, among: pd.DataFrame, lang: str) -> str:
    code = row["indicator_code"] or row["indicator_type"]
    name = told_name(row, lang) if code else indicator_label(row, lang)
    return f"{short_place(row, lang, among)} {name}"
