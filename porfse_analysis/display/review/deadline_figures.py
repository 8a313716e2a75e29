"""The N+3 deadlines as a figure."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display.figure import COLOURS, Figure, new_figure, number_ticks, on_page, with_defaults
from porfse_analysis.display.html import Html, paragraphs
from porfse_analysis.display.lettering import beside, make_room
from porfse_analysis.display.report import Report
from porfse_analysis.display.review.deadlines import not_assessed
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.decommitment import told_apart, word_decommitment

__all__ = ["calendar"]

_WIDTH = 0.4


@with_defaults
def calendar(report: Report) -> Figure | Html:
    """What is to be covered at each N+3 deadline, what covers it, and the gap."""
    rows = report.deadlines
    rows = rows[rows["status"] != "no_deadline"]  # nothing is to be covered at it: a bar would say that something is
    missing = not_assessed(report)
    if missing or rows.empty:
        return paragraphs([missing or report.text("empty.calendar")], "pf-empty")
    rows = rows.assign(part=word_decommitment(rows, report.payment_applications, report.lang)["part"])
    told = told_apart(report.deadlines)
    labels = [_deadline(row, told, report) for _, row in rows.iterrows()]
    figure, ax = new_figure(height=0.46 * len(rows) + 1.1, left=2.2, top=0.4)
    series = (
        ("target_eu", report.text("figure.target"), COLOURS["allocation"], COLOURS["edge"]),
        ("payment_applications_eu", report.text("figure.payment_applications"), COLOURS["certified"], "white"),
    )
    for step, (name, label, colour, edge) in enumerate(series):
        ax.barh(
            [place + (step - 0.5) * _WIDTH for place in range(len(rows))],
            (rows[name] / wording.MILLION).fillna(0),
            height=_WIDTH * 0.92,
            facecolor=colour,
            edgecolor=edge,
            linewidth=0.8 if edge != "white" else 0,
            label=label,
        )
    names = [name for name, *_ in series]
    said, ends = [], []
    for position, (label, (_, row)) in enumerate(zip(labels, rows.iterrows(), strict=True)):
        end = max(row[names].fillna(0)) / wording.MILLION
        ends.append((end, _signed(row, report)))
        beside(ax, *(end, position), _signed(row, report), fontsize=9)
        target, applied = (_amount(row[name], report) for name in names)
        said.append(report.text("alt.calendar_year", year=label, target=target, applied=applied))
    make_room(ax, ends, 9)
    ax.set_yticks(range(len(rows)), labels, fontsize=9)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(report.text("figure.eu_million"))
    ax.xaxis.set_major_formatter(number_ticks(report.lang))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    figure.legend(frameon=False, loc="upper center", ncols=2)
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
    """The deadline beside its bars, with its fund where there are several."""
    if row["status"] == "settled_at_closure":
        year = report.text("figure.closure_year", year=row["year"])
    else:
        year = report.text("figure.open_year", year=row["year"]) if row["deadline"] > report.cutoff else row["year"]
    return f"{year} {row['part']}" if told else str(year)


def _amount(value: float, report: Report) -> str:
    return report.text("missing.short") if pd.isna(value) else wording.million(value, report.lang)


def _signed(row: pd.Series, report: Report) -> str:
    if pd.isna(row["surplus_eu"]) or pd.isna(row["risk_eu"]):
        return ""
    return wording.signed_million(row["surplus_eu"] - row["risk_eu"], report.lang)
