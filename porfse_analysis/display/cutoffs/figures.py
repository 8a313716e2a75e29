"""The figures of a comparison of two reporting dates. Each takes a `CutoffComparison`.

A move is an arrow from the earlier figure (hollow) to the later one (full); progress is a dark bar, a change of the
plan a light one, which differ in grey too. Every value is in the text alternative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from porfse_analysis.display.cells import axis_label
from porfse_analysis.display.cutoffs.comparison import CutoffComparison
from porfse_analysis.display.cutoffs.tables import target_rows
from porfse_analysis.display.drawings import target_names
from porfse_analysis.display.figure import (
    COLOURS,
    Figure,
    house_style,
    new_figure,
    number_ticks,
    on_page,
    with_defaults,
)
from porfse_analysis.display.html import Html, paragraphs
from porfse_analysis.display.lettering import ON_WHITE, lines_of, rows_of, wrapped
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.schema import ALL

__all__ = ["effects", "rates", "target_effects"]

_IN_A_ROW = 2
_AXIS_WIDTH, _TARGET_WIDTH = 28, 44
"""Letters in a line of the name of an axis and of a target."""

_EFFECTS = (("progress_effect", "good"), ("plan_effect", "short"))


@with_defaults
def rates(comparison: CutoffComparison) -> Figure | Html:
    """Each rate of each axis at the two dates: an arrow from the earlier to the later."""
    names, text, lang = comparison.moved_rates, comparison.text, comparison.lang
    if not names:
        return paragraphs([text("cutoffs.empty_rates")], "pf-empty")
    frames = {name: _compared(comparison, name) for name in names}
    axes_shown = _axes_of(frames.values(), comparison)
    figure, panels = _panels(len(names), _height(axes_shown, comparison))
    said = []
    for panel, (name, rows) in zip(panels, frames.items(), strict=False):
        values = pd.concat([rows["value_before"], rows["value"]]) * 100
        spread = max(float(values.max() - min(values.min(), 0)), 1.0)
        told = []
        for _, row in rows.iterrows():
            place = axes_shown.index(row["axis"])
            _arrow(panel, place, row["value_before"] * 100, row["value"] * 100, comparison)
            told.append(
                text(
                    "cutoffs.alt_move",
                    name=_said_axis(comparison, row["axis"]),
                    before=wording.rate(row["value_before"], lang),
                    now=wording.rate(row["value"], lang),
                )
            )
        said.append(text("cutoffs.alt_panel", name=wording.indicator_title(name, lang), values="; ".join(told)))
        panel.set_xlim(min(float(values.min()), 0) - 0.16 * spread, float(values.max()) + 0.2 * spread)
        _finish(panel, comparison, wording.indicator_title(name, lang), text("figure.percent_of_allocation"))
    _label_rows(panels[: len(names)], comparison, axes_shown)
    _legend_of_arrows(figure, comparison)
    every = pd.concat(frames.values())
    whole = "_whole" if comparison.programme.axes.empty else ""
    return on_page(
        figure,
        name="rates",
        alt=text(f"cutoffs.alt_rates{whole}", values=" ".join(said)),
        caption=text(f"cutoffs.caption_rates{whole}", **_days(comparison, every)),
        source=source_line(every["source"], comparison),
    )


@with_defaults
def effects(comparison: CutoffComparison) -> Figure | Html:
    """What the move of each rate is made of, axis by axis: progress and plan."""
    names, text, lang = comparison.moved_rates, comparison.text, comparison.lang
    if not names:
        return Html("")
    frames = {name: _compared(comparison, name) for name in names}
    axes_shown = _axes_of(frames.values(), comparison)
    figure, panels = _panels(len(names), _height(axes_shown, comparison))
    said = []
    for panel, (name, rows) in zip(panels, frames.items(), strict=False):
        places = [axes_shown.index(axis) for axis in rows["axis"]]
        _stacked(panel, places, rows, comparison)
        told = [_said_effects(comparison, _said_axis(comparison, row["axis"]), row) for _, row in rows.iterrows()]
        said.append(text("cutoffs.alt_panel", name=wording.indicator_title(name, lang), values="; ".join(told)))
        _finish(panel, comparison, wording.indicator_title(name, lang), text("cutoffs.points"))
    _label_rows(panels[: len(names)], comparison, axes_shown)
    _legend_of_effects(figure, panels[0], comparison)
    every = pd.concat(frames.values())
    return on_page(
        figure,
        name="effects",
        alt=text("cutoffs.alt_effects", values=" ".join(said)),
        caption=text("cutoffs.caption_effects", **_days(comparison, every)),
        source=source_line(every["source"], comparison),
    )


@with_defaults
def target_effects(comparison: CutoffComparison) -> Figure | Html:
    """What the move of each target ratio is made of: the value reached and the target."""
    text = comparison.text
    rows = target_rows(comparison)
    rows = rows[rows["change"].notna()].reset_index(drop=True)
    if rows.empty:
        return Html("")
    rows = rows.sort_values("change", ascending=False, kind="stable").reset_index(drop=True)
    names = target_names(rows, comparison.lang)
    labels = [wrapped(name, _TARGET_WIDTH) for name in names]
    places, bottom = rows_of(labels)
    figure, panels = _panels(1, 0.3 * bottom + 0.75)
    _stacked(panels[0], places, rows, comparison)
    _finish(panels[0], comparison, "", text("cutoffs.points"))
    panels[0].set_yticks(places, labels, fontsize=9)
    panels[0].set_ylim(bottom, 0)
    _legend_of_effects(figure, panels[0], comparison)
    told = [_said_effects(comparison, label, row) for label, (_, row) in zip(names, rows.iterrows(), strict=True)]
    return on_page(
        figure,
        name="target-effects",
        alt=text("cutoffs.alt_target_effects", values="; ".join(told)),
        caption=text("cutoffs.caption_target_effects", **_days(comparison, rows)),
        source=source_line(rows["source"], comparison),
    )


def _compared(comparison: CutoffComparison, name: str) -> pd.DataFrame:
    rows = comparison.rate_rows(name)
    return rows[rows["status"] == "compared"].reset_index(drop=True)


def _axes_of(frames: Iterable[pd.DataFrame], comparison: CutoffComparison) -> list[str]:
    """The axes that any panel has, in the order of the programme, the whole last."""
    known = {axis for rows in frames for axis in rows["axis"]}
    return [axis for axis in [*comparison.programme.axes["axis"], ALL] if axis in known]


def _panels(count: int, height: float) -> tuple[Drawing, list[Axes]]:
    """As many panels as asked for, two in a row, sharing their rows."""
    lines = -(-count // _IN_A_ROW)
    figure, only = new_figure(height=height * lines + 0.35)
    if count == 1:
        return figure, [only]
    only.remove()
    with house_style():
        grid = figure.subplots(lines, _IN_A_ROW, sharey=True)
    panels = list(np.ravel(grid))
    for spare in panels[count:]:
        spare.remove()
    return figure, panels


def _arrow(ax: Axes, place: int, before: float, now: float, comparison: CutoffComparison) -> None:
    """The move of one rate, with both values beside its ends."""
    ax.plot([before, now], [place, place], color=COLOURS["line"], linewidth=2.4, zorder=1, solid_capstyle="butt")
    ax.plot(before, place, "o", color="white", markeredgecolor=COLOURS["declared"], markeredgewidth=1.6, zorder=3)
    ax.plot(now, place, "o", color=COLOURS["declared"], markersize=7, zorder=4)
    ends = [(before, "quiet", "normal"), (now, "text", "bold")]
    ends.sort(key=lambda end: end[0])
    for (value, colour, weight), (offset, side) in zip(ends, ((-7, "right"), (7, "left")), strict=True):
        ax.annotate(
            wording.rate(value / 100, comparison.lang),
            (value, place),
            xytext=(offset, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8.5,
            color=COLOURS[colour],
            fontweight=weight,
            bbox=ON_WHITE,
            zorder=2,
        )


def _stacked(ax: Axes, places: Sequence[float], rows: pd.DataFrame, comparison: CutoffComparison) -> None:
    """Bars of progress and plan, to either side of nothing, and the sum of both."""
    for place, (_, row) in zip(places, rows.iterrows(), strict=True):
        ends = {-1: 0.0, 1: 0.0}
        for name, colour in _EFFECTS:
            length = row[name] * 100
            side = 1 if length >= 0 else -1
            ax.barh(
                place,
                length,
                left=ends[side],
                height=0.56,
                color=COLOURS[colour],
                edgecolor="white",
                linewidth=0,
            )
            ends[side] += length
        ax.plot(row["change"] * 100, place, "D", color=COLOURS["text"], markeredgecolor="white", markersize=6, zorder=4)
        ax.annotate(
            wording.points(row["change"], comparison.lang),
            (max(ends[1], 0.0), place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            bbox=ON_WHITE,
        )
    ax.axvline(0, color=COLOURS["text"], linewidth=1, zorder=2)
    low, high = ax.get_xlim()
    ax.set_xlim(low, high + 0.16 * (high - low))


def _finish(ax: Axes, comparison: CutoffComparison, title: str, unit: str) -> None:
    ax.set_title(title, fontsize=10, fontweight="bold", loc="left")
    ax.set_xlabel(unit)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(number_ticks(comparison.lang))
    ax.grid(axis="x", color=COLOURS["allocation"], linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _axis_names(axes_shown: Sequence[str], comparison: CutoffComparison) -> list[str]:
    label = axis_label(comparison)
    return [wrapped(label(pd.Series({"axis": axis})), _AXIS_WIDTH) for axis in axes_shown]


def _height(axes_shown: Sequence[str], comparison: CutoffComparison) -> float:
    """The height of a panel in inches: every row as high as the longest name asks for."""
    longest = max(lines_of(_axis_names(axes_shown, comparison)))
    return max(0.46, 0.15 * longest + 0.1) * len(axes_shown) + 0.75


def _label_rows(panels: Sequence[Axes], comparison: CutoffComparison, axes_shown: Sequence[str]) -> None:
    """Axes at the left of the first panel of each row, the first at the top, the programme under a line."""
    names = _axis_names(axes_shown, comparison)
    for panel in panels:
        panel.set_yticks(range(len(names)), names, fontsize=9)
        panel.set_ylim(len(names) - 0.4, -0.6)
        if ALL in axes_shown and len(axes_shown) > 1:
            panel.axhline(len(names) - 1.5, color=COLOURS["line"], linewidth=0.8)


def _legend_of_arrows(figure: Drawing, comparison: CutoffComparison) -> None:
    from matplotlib.lines import Line2D

    marks = {
        "before": Line2D([], [], marker="o", linestyle="", color="white", markeredgecolor=COLOURS["declared"]),
        "now": Line2D([], [], marker="o", linestyle="", color=COLOURS["declared"]),
    }
    labels = [comparison.text(f"column.{name}") for name in marks]
    figure.legend(list(marks.values()), labels, frameon=False, loc="outside upper center", ncols=2, fontsize=9)


def _legend_of_effects(figure: Drawing, ax: Axes, comparison: CutoffComparison) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = [Patch(facecolor=COLOURS[colour], edgecolor="white", linewidth=0) for _, colour in _EFFECTS]
    labels = [comparison.text(f"cutoffs.{name}") for name in ("progress", "plan", "change")]
    net = Line2D([], [], marker="D", linestyle="", color=COLOURS["text"], markeredgecolor="white")
    figure.legend([*marks, net], labels, frameon=False, loc="outside upper center", ncols=3, fontsize=9)


def _said_axis(comparison: CutoffComparison, axis: str) -> str:
    return comparison.text("axis.all") if axis == ALL else comparison.text("axis.code", axis=axis)


def _said_effects(comparison: CutoffComparison, name: str, row: pd.Series) -> str:
    figures = {
        key: wording.points(row[column], comparison.lang)
        for key, column in (("change", "change"), ("progress", "progress_effect"), ("plan", "plan_effect"))
    }
    return comparison.text("cutoffs.alt_effect", name=name, **figures)


def _days(comparison: CutoffComparison, rows: pd.DataFrame) -> dict[str, str]:
    """The days of the figures, earlier and later."""
    return {
        name: wording.list_of(
            (wording.date(day, comparison.lang) for day in sorted(rows[column].dropna().unique())), comparison.lang
        )
        for name, column in (("previous", "data_date_before"), ("date", "data_date"))
    }
