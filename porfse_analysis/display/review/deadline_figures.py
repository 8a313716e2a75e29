"""The N+3 deadlines as a figure."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display.figure import COLOURS, Figure, new_figure, number_ticks, on_page
from porfse_analysis.display.html import Html, paragraphs
from porfse_analysis.display.report import Report
from porfse_analysis.display.review.deadlines import not_assessed, parts_column
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.decommitment import word_decommitment

__all__ = ["calendar"]

_WIDTH = 0.4


def calendar(report: Report) -> Figure | Html:
    """What is to be covered at each N+3 deadline, what covers it, and the gap."""
    rows = report.deadlines
    missing = not_assessed(report)
    if missing or rows.empty:
        return paragraphs([missing or report.text("empty.calendar")], "pf-empty")
    rows = rows.assign(part=word_decommitment(rows, report.payment_applications, report.lang)["part"])
    figure, ax = new_figure(height=3.8)
    series = (
        ("target_eu", report.text("figure.target"), COLOURS["allocation"]),
        ("payment_applications_eu", report.text("figure.payment_applications"), COLOURS["certified"]),
    )
    for step, (name, label, colour) in enumerate(series):
        ax.bar(
            [place + (step - 0.5) * _WIDTH for place in range(len(rows))],
            (rows[name] / wording.MILLION).fillna(0),
            width=_WIDTH * 0.92,
            color=colour,
            edgecolor="white",
            linewidth=0,
            label=label,
        )
    names = [name for name, *_ in series]
    told = bool(parts_column(rows, report))
    said = []
    for position, (_, row) in enumerate(rows.iterrows()):
        gap = _signed(row, report)
        if gap:
            ax.annotate(
                gap,
                (position, max(row[names].fillna(0)) / wording.MILLION),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        target, applied = (_amount(row[name], report) for name in names)
        label = _deadline(row, told, report).replace("\n", " ")
        said.append(report.text("alt.calendar_year", year=label, target=target, applied=applied))
    ax.set_xticks(range(len(rows)), [_deadline(row, told, report) for _, row in rows.iterrows()], fontsize=9)
    ax.set_ylim(0, (float(rows[names].fillna(0).to_numpy().max()) / wording.MILLION or 1.0) * 1.2)
    ax.set_ylabel(report.text("figure.eu_million"))
    ax.yaxis.set_major_formatter(number_ticks(report.lang))
    ax.grid(axis="y", color=COLOURS["allocation"], linewidth=0.6)
    ax.set_axisbelow(True)
    figure.legend(frameon=False, loc="outside upper center", ncols=1)
    used = [*report.programme.finance["source"].astype("str").unique()]
    used += [*report.programme.eu_commitments["source"].astype("str").unique()]
    return on_page(
        figure,
        name="calendar",
        alt=report.text("alt.calendar", values="; ".join(said)),
        caption=report.text("caption.calendar", date=wording.date(report.cutoff, report.lang)),
        source=source_line(used, report),
    )


def _deadline(row: pd.Series, told: bool, report: Report) -> str:
    """The deadline under its bars, with its fund where there are several."""
    if row["status"] == "settled_at_closure":
        year = report.text("figure.closure_year", year=row["year"])
    else:
        year = report.text("figure.open_year", year=row["year"]) if row["deadline"] > report.cutoff else row["year"]
    return f"{year}\n{row['part']}" if told else str(year)


def _amount(value: float, report: Report) -> str:
    return report.text("missing.short") if pd.isna(value) else wording.million(value, report.lang)


def _signed(row: pd.Series, report: Report) -> str:
    if pd.isna(row["surplus_eu"]) or pd.isna(row["risk_eu"]):
        return ""
    return wording.signed_million(row["surplus_eu"] - row["risk_eu"], report.lang)
