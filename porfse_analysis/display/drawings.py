"""What the figures of a report draw, on whatever axes they are given: `pf.plot` and the reports draw by these alone.

Each takes the axes, the rows and a language, and gives what it has drawn in words, piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from porfse_analysis.codes import axis_places
from porfse_analysis.display.figure import COLOURS, OLD, number_ticks
from porfse_analysis.display.lettering import apart, beside, lines_of, make_room, rows_of, wrapped
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.indicators import labelled
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.result import figure_bound, has_note, value_bound
from porfse_analysis.indicators.targets import REACHED, is_reached

__all__ = [
    "draw_funnel",
    "draw_over_time",
    "draw_rates",
    "draw_targets",
    "legend_height",
    "rates_height",
    "rates_legend",
    "several_dates",
    "target_names",
    "targets_end",
    "targets_height",
]

_MILLION = 1_000_000
_SMALL = 9
_LEGEND_COLUMNS = 2
_AXIS_WIDTH = 30
_TARGET_WIDTH = 44
"""Letters in a line of the name of an axis and of an indicator."""

_RATIO_SHOWN = 2.5
"""Bars of target ratios end here; the figure beside them gives the true value."""


def draw_funnel(ax: Axes, rows: pd.DataFrame, lang: str) -> list[str]:
    """The programme's money stage by stage: stage, amount, value (rate), data_date, note, precision."""
    said, ends = [], [(0.0, "")]
    for place, (_, row) in enumerate(rows.iterrows()):
        name = wording.text(f"stage.{row['stage']}", lang)
        if pd.isna(row["amount"]):
            beside(ax, 0, place, wording.text("missing.not_published", lang), color=COLOURS["quiet"])
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
            label = wording.text("figure.amount_and_rate", lang, amount=label, rate=_shown(row, lang))
        label = wording.partly(label, row["note"], lang)
        if stale:
            label = wording.text("figure.of_date", lang, label=label, date=wording.date(row["data_date"], lang))
        beside(ax, row["amount"] / _MILLION, place, label)
        ends.append((row["amount"] / _MILLION, label))
        said.append(wording.text("alt.value", lang, name=name, value=label))
    ax.set_yticks(range(len(rows)), [wording.text(f"stage.{stage}", lang) for stage in rows["stage"]])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    make_room(ax, ends)
    _bars_of(ax, wording.text("figure.million_euro", lang), lang)
    return said


def several_dates(own: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, list[str]]:
    """The rates that have more than one date, and in words those that have one: a point is no line."""
    dates = own.groupby("indicator")["data_date"].transform("nunique")
    alone = own[dates == 1].drop_duplicates("indicator", keep="last")
    stages = {name: stage for stage, name in RATES.items()}
    ordered = alone.sort_values("indicator", key=lambda name: name.map(list(stages).index))
    said = [_stage_at(stages[row["indicator"]], row, lang) for _, row in ordered.iterrows()]
    return own[dates > 1], said


def draw_over_time(ax: Axes, own: pd.DataFrame, lang: str) -> list[str]:
    """One line per rate of `own`, whose rows are results of their own date each: indicator, value, data_date, note.

    Beside a line that goes on to the last date stands its last value; that of one that ends before is in the legend,
    where no other line can run through it.
    """
    lines = {stage: own[own["indicator"] == name] for stage, name in RATES.items()}
    lines = {stage: rows for stage, rows in lines.items() if len(rows)}
    markers = dict(zip(RATES, "^sDvoP", strict=True))
    last_day, top = own["data_date"].max(), max(100.0, own["value"].max() * 110)
    said, ends = [], []
    for stage, rows in lines.items():
        name, last = wording.text(f"stage.{stage}", lang), rows.iloc[-1]
        goes_on = last["data_date"] == last_day
        label = name if goes_on else _stage_at(stage, last, lang)
        ax.plot(rows["data_date"], rows["value"] * 100, marker=markers[stage], color=COLOURS[stage], label=label)
        if goes_on:
            ends.append(last)
        values = [_value_at(row, lang) for _, row in rows.iterrows()]
        said.append(wording.text("alt.value", lang, name=name, value=wording.list_of(values, lang)))
    ax.set_ylim(bottom=0, top=top)
    _values_at_the_end(ax, ends, top, lang)
    ax.set_ylabel(wording.text("figure.percent_of_allocation", lang))
    ax.yaxis.set_major_formatter(number_ticks(lang))
    days = [pd.Timestamp(day) for day in sorted(own["data_date"].unique(), reverse=True)]
    near = max(pd.Timedelta(days=120), (days[0] - days[-1]) * 0.06)
    ticks: list[Any] = []
    for day in days:
        # the label of a date close before another would lie on it
        if not ticks or ticks[-1] - day > near:
            ticks.append(day)
    ax.set_xticks(ticks, [wording.date(tick, lang)[3:] for tick in ticks], rotation=30)
    margin: Any = near / 3
    ax.set_xlim(days[-1] - margin, days[0] + margin)
    ax.grid(axis="y", color=COLOURS["allocation"], linewidth=0.6)
    # above the lines, not on them
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=_LEGEND_COLUMNS)
    return said


def legend_height(own: pd.DataFrame) -> float:
    """The height in inches of the legend above `draw_over_time`."""
    return 0.1 + 0.24 * -(-own["indicator"].nunique() // _LEGEND_COLUMNS)


def _values_at_the_end(ax: Axes, ends: Sequence[pd.Series], top: float, lang: str) -> None:
    """The last values to the right of the axes, one above the other where they are close."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    size, height = 10, figure.get_figheight() * ax.get_position().height * 72
    places = apart([row["value"] * 100 for row in ends], 1.2 * size / height * top)
    for row, place in zip(ends, places, strict=True):
        ax.annotate(
            _rate(row, lang),
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=size,
            color=COLOURS["text"],
            annotation_clip=False,
        )


def _stage_at(stage: str, row: pd.Series, lang: str) -> str:
    """A stage with one of its rates and the date of it."""
    return wording.text("alt.value", lang, name=wording.text(f"stage.{stage}", lang), value=_value_at(row, lang))


def _value_at(row: pd.Series, lang: str) -> str:
    return wording.text("alt.at", lang, value=_rate(row, lang), date=wording.date(row["data_date"], lang))


def rates_height(stages: Sequence[str], names: Mapping[str, str]) -> float:
    """The height in inches of the rows of `draw_rates`, all alike: of the bars, or of the longest name."""
    longest = max(lines_of(wrapped(name, _AXIS_WIDTH) for name in names.values()))
    return max(0.32 * max(len(stages) + 0.9, 2.9), 0.17 * longest + 0.1) * len(names)


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
    said, ends = [], []
    for place, (axis, row) in enumerate(allocation.iterrows()):
        ax.barh(
            place,
            row["amount"] / _MILLION,
            height=0.92,
            facecolor=COLOURS["allocation"],
            edgecolor=COLOURS["edge"],
            linewidth=0.8,
        )
        amount = wording.million(row["amount"], lang, precision=row["precision"], bound=figure_bound(row["note"]))
        parts = [wording.text("alt.value", lang, name=wording.text("stage.allocation", lang), value=amount)]
        for step, stage in enumerate(stages):
            rows = known[(known["axis"] == axis) & (known["indicator"] == RATES[stage])]
            if rows.empty:
                continue
            middle = place - 0.4 + height * (step + 0.5)
            label = _rate_bar(ax, rows.iloc[0], (middle, height * 0.78), stage, lang)
            # outside both the bar and the allocation behind it, so that it is read on white
            end = max(rows.iloc[0]["numerator"], row["amount"]) / _MILLION
            beside(ax, end, middle, label, fontsize=_SMALL)
            ends.append((end, label))
            parts.append(wording.text("alt.value", lang, name=wording.text(f"stage.{stage}", lang), value=label))
        said.append(wording.text("alt.axis", lang, axis=axis, values=", ".join(parts)))
    ax.set_yticks(range(len(allocation)), [wrapped(names[str(axis)], _AXIS_WIDTH) for axis in allocation.index])
    ax.set_ylim(len(allocation) - 0.5, -0.5)
    make_room(ax, ends or [(allocation["amount"].max() / _MILLION, "")], _SMALL)
    _bars_of(ax, wording.text("figure.million_euro", lang), lang)
    return said


def _rate_bar(ax: Axes, value: pd.Series, place: tuple[float, float], stage: str, lang: str) -> str:
    """One stage of an axis: its bar at a place (middle, height); what is to stand beside it."""
    middle, height = place
    stale = has_note(value["note"], "stale")
    ax.barh(
        middle,
        value["numerator"] / _MILLION,
        height=height,
        color=COLOURS[stage],
        hatch=OLD if stale else "",
        edgecolor="white",
        linewidth=0,
    )
    label = _rate(value, lang) if pd.notna(value["value"]) else ""
    if stale and label:
        label = wording.text("figure.of_date", lang, label=label, date=wording.date(value["data_date"], lang))
    return label


def rates_legend(stages: Sequence[str], lang: str) -> dict[str, Any]:
    """The handles and labels of the legend of `draw_rates`: a stage has its colour, and no hatch of an old figure."""
    ground = Patch(facecolor=COLOURS["allocation"], edgecolor=COLOURS["edge"], linewidth=0.8)
    handles = [ground, *(Patch(facecolor=COLOURS[stage], edgecolor="white", linewidth=0) for stage in stages)]
    return {"handles": handles, "labels": [wording.text(f"stage.{stage}", lang) for stage in ("allocation", *stages)]}


def targets_end(rows: pd.DataFrame) -> float:
    """The ratio at which the bars of `draw_targets` end."""
    return max(1.1, min(_RATIO_SHOWN, float(rows["value"].max())))


def target_names(rows: pd.DataFrame, lang: str) -> list[str]:
    """What the target of each row is called: axis, investment priority, code and name of the indicator.

    Its fund is told where one more row has the same.
    """

    def name(row: pd.Series, fund: str = "") -> str:
        indicator = labelled(row["indicator_code"], row.get("indicator_type", ""), lang)
        return " ".join(part for part in (row["axis"], fund, row["investment_priority"], indicator) if part)

    names = pd.Series([name(row) for _, row in rows.iterrows()])
    if names.duplicated().any():
        told = [name(row, row["fund"]) for _, row in rows.iterrows()]
        names = names.mask(names.duplicated(keep=False), pd.Series(told))
    return list(names)


def targets_height(names: Sequence[str]) -> float:
    """The height in inches of the rows of `draw_targets`."""
    return 0.27 * rows_of([wrapped(name, _TARGET_WIDTH) for name in names])[1]


def draw_targets(ax: Axes, rows: pd.DataFrame, lang: str) -> list[str]:
    """The achievement of each target, the highest first, against the whole of it."""
    rows = rows.sort_values("axis", key=axis_places, kind="stable")
    rows = rows.sort_values("value", ascending=False, kind="stable")
    names, end = target_names(rows, lang), targets_end(rows)
    labels = [wrapped(name, _TARGET_WIDTH) for name in names]
    places, bottom = rows_of(labels)
    whole = REACHED * 100
    ax.set_ylim(bottom, 0)
    shown = [_cut(row, end, lang) for _, row in rows.iterrows()]
    lengths = [min(value, end) * 100 for value in rows["value"]]
    make_room(ax, [(end * 100, ""), *zip(lengths, shown, strict=True)], _SMALL)
    said = []
    surely = is_reached(rows["value"], rows["note"])
    for index, (place, name, reached) in enumerate(zip(places, names, surely, strict=True)):
        ax.barh(
            place,
            lengths[index],
            height=0.7,
            color=COLOURS["good"] if reached else COLOURS["short"],
            edgecolor="white",
            linewidth=0,
        )
        beside(ax, lengths[index], place, shown[index], lines=(whole,), fontsize=_SMALL)
        said.append(wording.text("alt.value", lang, name=name, value=_rate(rows.iloc[index], lang)))
    ax.axvline(whole, color=COLOURS["text"], linewidth=1, linestyle="--")
    ax.set_yticks(places, labels, fontsize=_SMALL)
    _bars_of(ax, wording.text("figure.percent_of_targets", lang), lang)
    return said


def _cut(row: pd.Series, end: float, lang: str) -> str:
    """The ratio beside its bar, with a mark where the bar ends before it."""
    label = _rate(row, lang)
    return wording.text("figure.cut_short", lang, label=label) if row["value"] > end else label


def _bars_of(ax: Axes, unit: str, lang: str) -> None:
    """The axes of bars that lie: the unit below, numbers in the reader's language, no line at the left."""
    ax.set_xlabel(unit)
    ax.xaxis.set_major_formatter(number_ticks(lang))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _rate(row: pd.Series, lang: str) -> str:
    """The value of a result as a percentage, with its bound and, of a part, the word for it."""
    return wording.partly(_shown(row, lang), row["note"], lang)


def _shown(row: pd.Series, lang: str) -> str:
    return wording.rate(row["value"], lang, bound=value_bound(row["note"]))
