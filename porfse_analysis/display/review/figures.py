"""The figures of a performance review. Each function takes a `Report` and gives a figure ready for the page."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from matplotlib.ticker import FuncFormatter

from porfse_analysis.display.figure import COLOURS, new_figure, on_page
from porfse_analysis.display.html import Html, paragraphs, tiles
from porfse_analysis.display.report import PREFINANCING_MODES, Report
from porfse_analysis.display.review.tables import framework_rows, indicator_rows, place, short_place, status
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.framework import indicator_label, word_ratio
from porfse_analysis.verdicts.rules import RULES

__all__ = ["calendar", "framework", "scorecard"]

_MILLION = 1_000_000
_RULES = RULES["2014-2020"]
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


def framework(report: Report, against: Literal["milestone", "target"] = "milestone") -> Html:
    """The ratio of each indicator of the framework, beside the thresholds."""
    everything = indicator_rows(report, against)
    rows = everything[everything["ratio"].notna()].reset_index(drop=True)
    if rows.empty:
        return paragraphs([report.text("empty.framework_figure")], "pf-empty")
    figure, ax = new_figure(height=0.3 * len(rows) + 1.1)
    said = []
    for position, (_, row) in enumerate(rows.iterrows()):
        enough = row["ratio"] >= _RULES.achieved_from
        ax.barh(
            position,
            min(row["ratio"], _RATIO_SHOWN) * 100,
            height=0.7,
            color=COLOURS["good"] if enough else COLOURS["short"],
            hatch="" if enough else "///",
            edgecolor="white",
            linewidth=0,
        )
        label = word_ratio(row, report.lang)
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
    for threshold, style in ((_RULES.achieved_from, "-"), (_RULES.serious_below, "--")):
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
    ax.xaxis.set_major_formatter(_numbers(report))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    unknown = [_name(row, everything, report.lang) for _, row in everything[everything["ratio"].isna()].iterrows()]
    names = report.text("caption.framework_unknown", names=wording.list_of(unknown, report.lang)) if unknown else ""
    day = wording.date(report.cutoff, report.lang)
    return on_page(
        figure,
        alt=report.text("alt.framework", values="; ".join(said)),
        caption=report.text("caption.framework", date=day, unknown=names).strip(),
        source=source_line([*rows["source"], *rows["target_source"]], report),
    )


def _name(row: pd.Series, among: pd.DataFrame, lang: str) -> str:
    return f"{short_place(row, among)} {indicator_label(row, lang)}"


def calendar(report: Report) -> Html:
    """What is to be covered at each N+3 deadline, what covers it, and the gap."""
    rows = report.deadlines
    if rows.empty or rows["target_eu"].isna().all():
        needs = rows[f"needs_{report.lang}"].iloc[0] if len(rows) else ""
        key = "calendar_figure" if needs else "calendar"
        return paragraphs([report.text(f"empty.{key}", needs=needs)], "pf-empty")
    years = sorted(rows["year"].unique())
    figure, ax = new_figure(height=3.8)
    by_mode = {mode: rows[rows["prefinancing"] == mode].set_index("year") for mode in PREFINANCING_MODES}
    first = by_mode[PREFINANCING_MODES[0]]
    series = [
        (report.text("figure.target_mode", mode=report.text(f"prefinancing.{mode}")), by_mode[mode]["target_eu"])
        for mode in PREFINANCING_MODES
    ]
    series.append((report.text("figure.claims"), first["claims_eu"]))
    looks = ((COLOURS["line"], ""), (COLOURS["allocation"], "///"), (COLOURS["certified"], ""))
    width = 0.27
    for step, ((label, values), (colour, hatch)) in enumerate(zip(series, looks, strict=True)):
        ax.bar(
            [place + (step - 1) * width for place in range(len(years))],
            (values.loc[years] / _MILLION).fillna(0),
            width=width * 0.92,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0,
            label=label,
        )
    said = []
    top = max(rows["target_eu"].max(), rows["claims_eu"].fillna(0).max()) / _MILLION or 1.0
    for position, year in enumerate(years):
        gaps = [
            _signed(by_mode[mode].loc[year, "surplus_eu"], by_mode[mode].loc[year, "risk_eu"], report)
            for mode in PREFINANCING_MODES
        ]
        height = max(
            value / _MILLION for value in (*(values.loc[year] for _, values in series), 0.0) if pd.notna(value)
        )
        if any(gaps):
            missing = report.text("missing.short")
            ax.annotate(
                "\n".join(gap or missing for gap in gaps),
                (position, height),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        amounts = [_amount(values.loc[year], report) for _, values in series]
        said.append(report.text("alt.calendar_year", year=year, first=amounts[0], second=amounts[1], claims=amounts[2]))
    ax.set_xticks(range(len(years)), [_year(first.loc[year], year, report) for year in years], fontsize=9)
    ax.set_ylim(0, top * 1.2)
    ax.set_ylabel(report.text("figure.eu_million"))
    ax.yaxis.set_major_formatter(_numbers(report))
    ax.grid(axis="y", color=COLOURS["allocation"], linewidth=0.6)
    ax.set_axisbelow(True)
    figure.legend(frameon=False, loc="outside upper center", ncols=1)
    used = [*report.programme.finance["source"].astype("str").unique()]
    used += [*report.programme.eu_commitments["source"].astype("str").unique()]
    return on_page(
        figure,
        alt=report.text("alt.calendar", values="; ".join(said)),
        caption=report.text("caption.calendar", date=wording.date(report.cutoff, report.lang)),
        source=source_line(used, report),
    )


def _year(row: pd.Series, year: int, report: Report) -> str:
    if row["status"] == "settled_at_closure":
        return report.text("figure.closure_year", year=year)
    return report.text("figure.open_year", year=year) if row["deadline"] > report.cutoff else str(year)


def _amount(value: float, report: Report) -> str:
    return report.text("missing.short") if pd.isna(value) else wording.million(value, report.lang)


def _signed(surplus: float, risk: float, report: Report) -> str:
    if pd.isna(surplus) or pd.isna(risk):
        return ""
    sign = "-" if risk > 0 else "+"
    return report.text("change.signed", sign=sign, figure=wording.million(max(surplus, risk), report.lang))


def _numbers(report: Report) -> FuncFormatter:
    return FuncFormatter(lambda value, _: wording.count(value, report.lang))
