"""The figures of a performance review. Each function takes a `Report` and gives a figure ready for the page."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from porfse_analysis.display.figure import COLOURS, Figure, new_figure, number_ticks, on_page
from porfse_analysis.display.html import Html, paragraphs, tiles
from porfse_analysis.display.report import Report
from porfse_analysis.display.review.tables import framework_rows, indicator_rows, place, short_place, status
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.framework import indicator_label, word_ratio

__all__ = ["framework", "scorecard"]

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
        items.append((place(row, report, rows), status(row, report), report.text(f"tile.{key}", amount=amount)))
    return tiles(items) if items else paragraphs([report.text("empty.framework")], "pf-empty")


def framework(report: Report, against: Literal["milestone", "target"] = "milestone") -> Figure | Html:
    """The ratio of each indicator of the framework, beside the thresholds."""
    everything = indicator_rows(report, against)
    rows = everything[everything["ratio"].notna()].reset_index(drop=True)
    if rows.empty:
        return paragraphs([report.text("empty.framework_figure")], "pf-empty")
    figure, ax = new_figure(height=0.3 * len(rows) + 1.1)
    said = []
    for position, (_, row) in enumerate(rows.iterrows()):
        enough = row["ratio"] >= report.rules.achieved_from
        ax.barh(
            position,
            min(row["ratio"], _RATIO_SHOWN) * 100,
            height=0.7,
            color=COLOURS["good"] if enough else COLOURS["short"],
            edgecolor="white",
            linewidth=0,
        )
        label = word_ratio(row, report.lang, rules=report.rules)
        shown = report.text("figure.cut_short", label=label) if row["ratio"] > _RATIO_SHOWN else label
        ax.annotate(
            shown,
            (min(row["ratio"], _RATIO_SHOWN) * 100, position),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
        said.append(report.text("alt.value", name=_name(row, everything, report.lang), value=label))
    for threshold, style in ((report.rules.achieved_from, "-"), (report.rules.serious_below, "--")):
        ax.axvline(threshold * 100, color=COLOURS["text"], linewidth=1, linestyle=style)
        label = report.text("figure.threshold", rate=wording.rate(threshold, report.lang, decimals=0))
        ax.annotate(
            label,
            (threshold * 100, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="left" if style == "-" else "right",
            fontsize=8,
        )
    ax.set_yticks(range(len(rows)), [_name(row, everything, report.lang) for _, row in rows.iterrows()], fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, min(_RATIO_SHOWN, max(1.0, rows["ratio"].max())) * 115)
    ax.set_xlabel(report.text(f"figure.percent_of_{against}"))
    ax.xaxis.set_major_formatter(number_ticks(report.lang))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    unknown = [_name(row, everything, report.lang) for _, row in everything[everything["ratio"].isna()].iterrows()]
    names = report.text("caption.framework_unknown", names=wording.list_of(unknown, report.lang)) if unknown else ""
    day = wording.date(report.cutoff, report.lang)
    return on_page(
        figure,
        name=f"framework-{against}",
        alt=report.text("alt.framework", values="; ".join(said)),
        caption=report.text("caption.framework", date=day, unknown=names).strip(),
        source=source_line([*rows["source"], *rows["target_source"]], report),
    )


def _name(row: pd.Series, among: pd.DataFrame, lang: str) -> str:
    return f"{short_place(row, lang, among)} {indicator_label(row, lang)}"
