"""The figures of a comparison of programmes. Each function takes a `Comparison` and gives a figure for the page.

Every figure carries its values in the text alternative, its units on the axes and its sources below.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from porfse_analysis.display.figure import COLOURS, OLD, Figure, new_figure, number_ticks, on_page, with_defaults
from porfse_analysis.display.html import Html, paragraphs
from porfse_analysis.display.lettering import beside, make_room
from porfse_analysis.display.programmes.comparison import Comparison
from porfse_analysis.display.programmes.tables import scope, target_counts
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.result import has_note, value_bound
from porfse_analysis.indicators.targets import REACHED, counted_ratios

__all__ = ["over_time", "ranking_figure", "targets_figure"]

_FEW = 8
"""So many programmes are told apart by line and marker; of more only the ends and the median are."""

_RATIO_SHOWN = 2.5
"""Target ratios beyond are drawn at the edge, and counted there."""

# Okabe-Ito colours, each with a marker and a line of its own
_LINES = (
    ("#0072b2", "o", "-"),
    ("#d55e00", "s", "--"),
    ("#005b46", "^", "-."),
    ("#a03c78", "D", ":"),
    ("#1f2933", "v", "-"),
    ("#b07800", "P", "--"),
    ("#2b83ba", "X", "-."),
    ("#7f4a1e", "*", ":"),
)


@with_defaults
def ranking_figure(comparison: Comparison) -> Figure | Html:
    """The programmes by declaration rate, with the median."""
    rows, text, lang = comparison.ranking, comparison.text, comparison.lang
    if rows["declaration_rate"].isna().all():
        return paragraphs([text("compare.empty_ranking")], "pf-empty")
    figure, ax = new_figure(height=0.24 * len(rows) + 1.1)
    said, labels = [], []
    for place, (_, row) in enumerate(rows.iterrows()):
        if pd.isna(row["declaration_rate"]):
            beside(ax, 0, place, text("missing.not_published"), fontsize=9, color=COLOURS["quiet"])
            said.append(text("alt.missing", name=row["label"]))
            continue
        stale = has_note(row["note"], "stale")
        label = wording.rate(row["declaration_rate"], lang, bound=value_bound(row["note"]))
        label = wording.partly(label, row["note"], lang)
        if stale:
            label = text("figure.of_date", label=label, date=wording.date(row["data_date"], lang))
        ax.barh(
            place,
            row["declaration_rate"] * 100,
            height=0.7,
            color=COLOURS["certified" if row["programme"] == comparison.own else "declared"],
            hatch=OLD if stale else "",
            edgecolor="white",
            linewidth=0,
        )
        labels.append((row["declaration_rate"] * 100, place, label))
        said.append(text("alt.value", name=row["label"], value=label))
    median = text("compare.median_of", rate=wording.rate(comparison.median, lang))
    ax.axvline(comparison.median * 100, color=COLOURS["text"], linewidth=1.2, linestyle="--", zorder=3)
    ax.annotate(
        median,
        (comparison.median * 100, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=9,
        fontweight="bold",
    )
    _rows_of(ax, rows["label"], rows["programme"] == comparison.own)
    make_room(ax, [(1.0, ""), *((end, label) for end, _, label in labels)], 9)
    for end, place, label in labels:
        beside(ax, end, place, label, lines=(comparison.median * 100,), fontsize=9)
    ax.set_xlabel(text("figure.percent_of_allocation"))
    ax.xaxis.set_major_formatter(number_ticks(comparison.lang))
    return on_page(
        figure,
        name="ranking",
        alt=text("compare.alt_ranking", median=median, values="; ".join(said)),
        caption=text("compare.caption_ranking", date=wording.date(comparison.cutoff, lang), scope=scope(comparison)),
        source=source_line(rows["source"], comparison),
    )


@with_defaults
def over_time(comparison: Comparison) -> Figure | Html:
    """The declaration rate of each programme over time; of many, the median and the ends stand out."""
    history, text, lang = comparison.history, comparison.text, comparison.lang
    if history.empty:
        return paragraphs([text("empty.over_time")], "pf-empty")
    ranked = comparison.ranking[comparison.ranking["declaration_rate"].notna()]
    # a figure of an earlier date is the point of that date, not a new one
    points = history.drop_duplicates(["programme", "data_date"])
    series = {code: rows.sort_values("data_date") for code, rows in points.groupby("programme")}
    # a point is no line
    alone = ranked["programme"].map(lambda code: len(series[code]) == 1)
    told = [
        text("alt.value", name=row["label"], value=_said(own["data_date"], own["value"], comparison))
        for _, row in ranked[alone].iterrows()
        for own in (series[row["programme"]],)
    ]
    ranked = ranked[~alone]
    if ranked.empty:
        return paragraphs([text("empty.over_time_alone", values="; ".join(told))], "pf-empty")
    few = len(ranked) <= _FEW
    figure, ax = new_figure(height=4.2 if few else 4.6)
    ends = {} if few else {ranked["programme"].iloc[0]: "highest", ranked["programme"].iloc[-1]: "lowest"}
    said = []
    for place, (_, row) in enumerate(ranked.iterrows()):
        own = series[row["programme"]]
        name = row["label"]
        if row["programme"] in ends:
            name = text(f"compare.line_{ends[row['programme']]}", name=name)
        if few or row["programme"] in ends:
            style = _LINES[place if few else list(ends).index(row["programme"])]
            label = text("alt.value", name=name, value=wording.rate(own["value"].iloc[-1], lang))
            _line(ax, own["data_date"], own["value"], style, _plain(label), zorder=3)
        else:
            ax.plot(own["data_date"], own["value"] * 100, color=COLOURS["line"], linewidth=0.8, alpha=0.75)
        said.append(text("alt.value", name=name, value=_said(own["data_date"], own["value"], comparison)))
    middle = history.groupby("cutoff")["value"].median()
    if not few:
        label = text("compare.median_of", rate=wording.rate(middle.iloc[-1], lang))
        ax.plot(middle.index, middle * 100, color=COLOURS["text"], linewidth=2.6, marker="D", label=label, zorder=4)
        ax.plot([], [], color=COLOURS["line"], linewidth=0.8, label=text("compare.line_others"))
        said.insert(0, text("compare.median_over_time", values=_said(middle.index, middle, comparison)))
    ax.set_ylim(bottom=0, top=max(100.0, history["value"].max() * 105))
    ax.set_ylabel(text("figure.percent_of_allocation"))
    ax.yaxis.set_major_formatter(number_ticks(comparison.lang))
    ticks = list(middle.index)
    ax.set_xticks(ticks, [wording.date(tick, lang)[3:] for tick in ticks], rotation=30)
    ax.grid(axis="y", color=COLOURS["allocation"], linewidth=0.6)
    figure.legend(frameon=False, loc="outside lower center", ncols=2, fontsize=9, handlelength=3.5)
    many = "" if few else text("compare.caption_many")
    caption = text("compare.caption_over_time", date=wording.date(comparison.cutoff, lang), scope=scope(comparison))
    one = text("caption.over_time_one", values="; ".join(told)) if told else ""
    return on_page(
        figure,
        name="over-time",
        alt=text("compare.alt_over_time", values="; ".join(said)),
        caption=" ".join(filter(None, (caption, many, one))),
        source=source_line(history["source"], comparison),
    )


@with_defaults
def targets_figure(comparison: Comparison) -> Figure | Html:
    """How the target ratios of each programme are spread: every ratio, the middle half and the median."""
    ratios = counted_ratios(comparison.results)
    text, lang = comparison.text, comparison.lang
    if ratios.empty:
        return paragraphs([text("compare.empty_targets")], "pf-empty")
    rows = target_counts(comparison)
    end = max(1.1, min(_RATIO_SHOWN, ratios["value"].max()))
    figure, ax = new_figure(height=0.29 * len(rows) + 1.2)
    said = []
    for place, (_, row) in enumerate(rows.iterrows()):
        own = ratios.loc[ratios["programme"] == row["programme"], "value"]
        if own.empty:
            beside(ax, 0, place, text("compare.no_ratio"), fontsize=9, color=COLOURS["quiet"])
            said.append(text("compare.alt_no_ratio", name=row["label"]))
            continue
        _spread(ax, place, own, end)
        beyond = int((own > end).sum())
        counted = text("compare.reached_of", reached=row["reached"], count=len(own))
        shown = text("compare.beyond", counted=counted, number=beyond) if beyond else counted
        ax.annotate(
            shown,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
        said.append(
            text(
                "compare.alt_targets_of",
                name=row["label"],
                counted=counted,
                median=wording.rate(row["median"], lang),
                lowest=wording.rate(own.min(), lang),
                highest=wording.rate(own.max(), lang),
            )
        )
    ax.axvline(REACHED * 100, color=COLOURS["text"], linewidth=1, linestyle="--", zorder=1)
    _rows_of(ax, rows["label"], rows["programme"] == comparison.own)
    ax.set_xlim(0, end * 103)
    ax.set_xlabel(text("figure.percent_of_targets"))
    ax.xaxis.set_major_formatter(number_ticks(comparison.lang))
    limit = wording.rate(end, lang, decimals=0)
    refused = int(rows["percentage_target"].sum())
    caption = [
        text("compare.caption_targets", date=wording.date(comparison.cutoff, lang), scope=scope(comparison)),
        text("compare.caption_beyond", limit=limit) if (ratios["value"] > end).any() else "",
        text("compare.refused", count=refused) if refused else "",
    ]
    return on_page(
        figure,
        name="targets",
        alt=text("compare.alt_targets", values="; ".join(said)),
        caption=" ".join(part for part in caption if part),
        source=source_line(ratios["source"], comparison),
    )


def _spread(ax: Axes, place: int, ratios: pd.Series, end: float) -> None:
    """One row of the figure of targets."""
    low, middle, high = (min(float(ratios.quantile(part)), end) * 100 for part in (0.25, 0.5, 0.75))
    within, beyond = ratios[ratios <= end] * 100, ratios[ratios > end]
    colour = COLOURS["declared"]
    ax.barh(place, high - low, left=low, height=0.62, color=COLOURS["allocation"], zorder=0)
    # a dot on the edge is a whole dot
    ax.plot(within, [place] * len(within), "o", color=colour, markersize=4.5, alpha=0.55, zorder=2.5, clip_on=False)
    ax.plot([end * 100] * len(beyond), [place] * len(beyond), ">", color=colour, markersize=5.5, zorder=2)
    ax.plot([middle, middle], [place - 0.38, place + 0.38], color=COLOURS["text"], linewidth=2.4, zorder=3)


def _line(
    ax: Axes, dates: pd.Series, values: pd.Series, style: tuple[str, str, str], label: str, *, zorder: float
) -> None:
    colour, marker, line = style
    ax.plot(
        dates,
        values * 100,
        color=colour,
        marker=marker,
        linestyle=line,
        linewidth=1.8,
        markersize=6,
        label=label,
        zorder=zorder,
    )


def _said(dates: pd.Series | pd.Index, values: pd.Series, comparison: Comparison) -> str:
    lang = comparison.lang
    return wording.list_of(
        (
            comparison.text("alt.at", value=wording.rate(value, lang), date=wording.date(day, lang))
            for day, value in zip(dates, values, strict=True)
        ),
        lang,
    )


def _rows_of(ax: Axes, labels: pd.Series, own: pd.Series) -> None:
    """One row per programme, the first at the top; the label of the one highlighted is bold."""
    ax.set_yticks(range(len(labels)), [_plain(label) for label in labels], fontsize=9)
    for label, bold in zip(ax.get_yticklabels(), own, strict=True):
        label.set_fontweight("bold" if bold else "normal")
    ax.set_ylim(len(labels) - 0.5, -0.6)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0, pad=7)


def _plain(label: str) -> str:
    """A title as it is: a dollar sign in it begins no formula."""
    return label.replace("$", r"\$")
