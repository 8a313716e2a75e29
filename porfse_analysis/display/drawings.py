"""What the figures of a report draw, on whatever axes they are given: `pf.plot` and the reports draw by these alone.

Each takes the axes, the rows and a language, and gives what it has drawn in words, piece by piece.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from porfse_analysis.display.figure import COLOURS, OLD, number_ticks
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.result import figure_bound, has_note, value_bound
from porfse_analysis.indicators.targets import REACHED, is_reached

__all__ = ["draw_funnel", "draw_over_time", "draw_rates", "draw_targets", "targets_end"]

_MILLION = 1_000_000
_RATIO_SHOWN = 2.5
"""Bars of target ratios end here; the figure beside them gives the true value."""


def draw_funnel(ax: Axes, rows: pd.DataFrame, lang: str) -> list[str]:
    """The programme's money stage by stage: stage, amount, value (rate), data_date, note, precision."""
    top = rows["amount"].max() / _MILLION or 1.0
    said = []
    for place, (_, row) in enumerate(rows.iterrows()):
        name = wording.text(f"stage.{row['stage']}", lang)
        if pd.isna(row["amount"]):
            _label(ax, 0, place, wording.text("missing.not_published", lang), color=COLOURS["quiet"])
            said.append(wording.text("alt.missing", lang, name=name))
            continue
        stale = has_note(row["note"], "stale")
        ax.barh(
            place,
            row["amount"] / _MILLION,
            height=0.66,
            facecolor=COLOURS[row["stage"]],
            hatch=OLD if stale else "",
            edgecolor=COLOURS["edge"] if row["stage"] == "allocation" else "white",
            linewidth=0.8 if row["stage"] == "allocation" else 0,
        )
        label = wording.million(row["amount"], lang, precision=row["precision"], bound=figure_bound(row["note"]))
        if row["stage"] != "allocation" and pd.notna(row["value"]):
            label = wording.text("figure.amount_and_rate", lang, amount=label, rate=_rate(row, lang))
        if stale:
            label = wording.text("figure.of_date", lang, label=label, date=wording.date(row["data_date"], lang))
        _label(ax, row["amount"] / _MILLION, place, label)
        said.append(wording.text("alt.value", lang, name=name, value=label))
    ax.set_yticks(range(len(rows)), [wording.text(f"stage.{stage}", lang) for stage in rows["stage"]])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, top * 1.42)
    _bars_of(ax, wording.text("figure.million_euro", lang), lang)
    return said


def draw_over_time(ax: Axes, own: pd.DataFrame, lang: str) -> list[str]:
    """One line per rate of `own`, whose rows are results of their own date each: indicator, value, data_date, note."""
    lines = {stage: own[own["indicator"] == RATES[stage]] for stage in RATES}
    said = []
    markers = dict(zip(RATES, "^sDvoP", strict=True))
    for stage, rows in lines.items():
        if rows.empty:
            continue
        name = wording.text(f"stage.{stage}", lang)
        ax.plot(rows["data_date"], rows["value"] * 100, marker=markers[stage], color=COLOURS[stage], label=name)
        last = rows.iloc[-1]
        alone = len(rows) == 1 and last["data_date"] < own["data_date"].max()
        ax.annotate(
            _rate(last, lang),
            (last["data_date"], last["value"] * 100),
            textcoords="offset points",
            # right of a single early date the lines of other stages go on
            xytext=(-6, 4) if alone else (6, 4),
            ha="right" if alone else "left",
            color=COLOURS["text"],
            # no line goes through it
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
        values = [
            wording.text("alt.at", lang, value=_rate(row, lang), date=wording.date(row["data_date"], lang))
            for _, row in rows.iterrows()
        ]
        said.append(wording.text("alt.value", lang, name=name, value=wording.list_of(values, lang)))
    ax.set_ylim(bottom=0, top=max(100.0, own["value"].max() * 110))
    ax.set_ylabel(wording.text("figure.percent_of_allocation", lang))
    ax.yaxis.set_major_formatter(number_ticks(lang))
    ticks: list[Any] = []
    for day in map(pd.Timestamp, sorted(own["data_date"].unique())):
        # the label of a date close after another would lie on it
        if not ticks or day - ticks[-1] > pd.Timedelta(days=120):
            ticks.append(day)
    ax.set_xticks(ticks, [wording.date(tick, lang)[3:] for tick in ticks], rotation=30)
    ax.set_xlim(own["data_date"].min() - pd.Timedelta(days=60), own["data_date"].max() + pd.Timedelta(days=200))
    ax.grid(axis="y", color=COLOURS["allocation"], linewidth=0.6)
    ax.legend(frameon=False, loc="upper left")
    return said


def draw_rates(
    ax: Axes,
    allocation: pd.DataFrame,
    known: pd.DataFrame,
    lang: str,
    *,
    stages: Sequence[str],
    names: Mapping[str, str],
) -> list[str]:
    """The stages against the allocation of each axis, as bars with the rate beside them.

    `allocation`: axis (index), amount, precision, note; `known`: results with numerator and value; `names` what each
    axis is called.
    """
    height = 0.8 / len(stages)
    said = []
    for place, (axis, row) in enumerate(allocation.iterrows()):
        ax.barh(
            place,
            row["amount"] / _MILLION,
            height=0.92,
            facecolor=COLOURS["allocation"],
            edgecolor=COLOURS["edge"],
            linewidth=0.8,
            label=wording.text("stage.allocation", lang) if place == 0 else None,
        )
        amount = wording.million(row["amount"], lang, precision=row["precision"], bound=figure_bound(row["note"]))
        parts = [wording.text("alt.value", lang, name=wording.text("stage.allocation", lang), value=amount)]
        for step, stage in enumerate(stages):
            rows = known[(known["axis"] == axis) & (known["indicator"] == RATES[stage])]
            if rows.empty:
                continue
            value, name = rows.iloc[0], wording.text(f"stage.{stage}", lang)
            middle = place - 0.4 + height * (step + 0.5)
            stale = has_note(value["note"], "stale")
            ax.barh(
                middle,
                value["numerator"] / _MILLION,
                height=height * 0.78,
                color=COLOURS[stage],
                hatch=OLD if stale else "",
                edgecolor="white",
                linewidth=0,
                label=name if place == 0 or name not in ax.get_legend_handles_labels()[1] else None,
            )
            label = _rate(value, lang) if pd.notna(value["value"]) else ""
            if stale and label:
                label = wording.text("figure.of_date", lang, label=label, date=wording.date(value["data_date"], lang))
            # outside both the bar and the allocation behind it, so that it is read on white
            end = max(value["numerator"], row["amount"]) / _MILLION
            _label(ax, end, middle, label, fontsize=9)
            parts.append(wording.text("alt.value", lang, name=name, value=label))
        said.append(wording.text("alt.axis", lang, axis=axis, values=", ".join(parts)))
    ax.set_yticks(range(len(allocation)), [_wrapped(names[str(axis)]) for axis in allocation.index])
    ax.set_ylim(len(allocation) - 0.5, -0.5)
    # a rate with its date takes more room than one without
    room = 1.3 if has_note(known["note"], "stale").any() else 1.12
    ax.set_xlim(right=max(allocation["amount"].max(), known["numerator"].max()) / _MILLION * room)
    _bars_of(ax, wording.text("figure.million_euro", lang), lang)
    return said


def targets_end(rows: pd.DataFrame) -> float:
    """The ratio at which the bars of `draw_targets` end."""
    return max(1.1, min(_RATIO_SHOWN, float(rows["value"].max())))


def draw_targets(ax: Axes, rows: pd.DataFrame, lang: str) -> list[str]:
    """The achievement of each target, against the whole of it."""
    said = []
    end = targets_end(rows)
    surely = is_reached(rows["value"], rows["note"])
    for place, ((_, row), reached) in enumerate(zip(rows.iterrows(), surely, strict=True)):
        beyond = row["value"] > end
        ax.barh(
            place,
            min(row["value"], end) * 100,
            height=0.7,
            color=COLOURS["good"] if reached else COLOURS["short"],
            edgecolor="white",
            linewidth=0,
        )
        label = _rate(row, lang)
        shown = wording.text("figure.cut_short", lang, label=label) if beyond else label
        _label(ax, min(row["value"], end) * 100, place, shown, fontsize=9)
        said.append(wording.text("alt.value", lang, name=_indicator(row), value=label))
    ax.axvline(REACHED * 100, color=COLOURS["text"], linewidth=1, linestyle="--")
    ax.set_yticks(range(len(rows)), [_indicator(row) for _, row in rows.iterrows()], fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, end * 118)
    _bars_of(ax, wording.text("figure.percent_of_targets", lang), lang)
    return said


def _bars_of(ax: Axes, unit: str, lang: str) -> None:
    """The axes of bars that lie: the unit below, numbers in the reader's language, no line at the left."""
    ax.set_xlabel(unit)
    ax.xaxis.set_major_formatter(number_ticks(lang))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _label(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Text to the right of the end of a bar."""
    ax.annotate(text, (x, y), xytext=(5, 0), textcoords="offset points", va="center", **style)


def _wrapped(label: str) -> str:
    """A label in three lines at most; the tables have the whole title."""
    return "\n".join(textwrap.wrap(label, width=24, max_lines=3, placeholder=" …"))


def _indicator(row: pd.Series) -> str:
    return " ".join(part for part in (row["axis"], row["investment_priority"], row["indicator_code"]) if part)


def _rate(row: pd.Series, lang: str) -> str:
    """The value of a result as a percentage, with its bound."""
    return wording.rate(row["value"], lang, bound=value_bound(row["note"]))
