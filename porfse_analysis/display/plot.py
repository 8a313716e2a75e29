"""The drawings of the reports for whoever works in a notebook: a result in, matplotlib axes out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from porfse_analysis.display.drawings import (
    draw_funnel,
    draw_over_time,
    draw_rates,
    draw_targets,
    rates_height,
    rates_legend,
    several_dates,
    target_names,
    targets_height,
)
from porfse_analysis.display.figure import COLOURS, DRAWN, house_style
from porfse_analysis.display.label import axis_name
from porfse_analysis.display.sources import identifiers, titled
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.given import NAMES
from porfse_analysis.indicators.result import BOUNDS, note_of, split_note
from porfse_analysis.indicators.targets import counted_ratios
from porfse_analysis.inputs import require
from porfse_analysis.schema import ALL, STAGES

__all__ = ["funnel", "over_time", "rates", "targets"]

_WIDTH = 8.0
_CURE = "Give a result of pf.all_indicators or of another function of indicators, as it is"
_KINDS = {
    **dict.fromkeys(("programme", "axis", "indicator", "source", "note"), "text"),
    **dict.fromkeys(("cutoff", "data_date"), "date"),
    **dict.fromkeys(("value", "numerator", "denominator"), "number"),
}


def rates(frame: pd.DataFrame, ax: Axes | None = None, *, lang: str = "it") -> Axes:
    """The money of each stage against the allocation of its axis, with the rate beside each bar.

    The allocation of an axis is that of its newest rate; a rate over another one is left out and named below.

    Parameters
    ----------
    frame
        A result with rates over the allocation (`pf.financial_progress`, `pf.certification_rate`,
        `pf.all_indicators`) of one programme at one cutoff; of a frame without axes the programme is drawn. Stages
        without a figure at any axis have no bars.
    ax
        The matplotlib axes to draw on; None: new ones.
    lang
        "it" or "en".

    Returns
    -------
    Axes
        Million euro, sources below.

    Raises
    ------
    ParameterError
        For a frame that is no such result.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> programme = pf.load_programme()
    >>> ax = pf.plot.rates(pf.financial_progress(programme, cutoff="2018-12-31"), lang="en")
    >>> ax.get_xlabel()
    'Million euro'
    """
    rows = _money(frame, "rates", lang)
    axes = rows[rows["axis"] != ALL]
    rows = axes if len(axes) else rows
    rows = rows[rows["denominator"].notna()]
    if rows.empty:
        raise ParameterError("frame: no rate over an allocation to draw")
    newest = rows.sort_values("data_date", kind="stable").drop_duplicates("axis", keep="last").set_index("axis")
    allocation = newest.loc[list(dict.fromkeys(rows["axis"]))].rename(columns={"denominator": "amount"})
    allocation = allocation.assign(note=allocation["note"].map(_base_bound), precision=float("nan"))
    another = (rows["denominator"] - rows["axis"].map(allocation["amount"])).abs() > 1
    left_out, rows = rows[another], rows[~another]
    stages = [stage for stage, name in RATES.items() if (rows["indicator"] == name).any()]
    names = {axis: axis_name(axis, lang, _titles(rows)) for axis in allocation.index}
    with _styled():
        ax = _axes(ax, rates_height(stages, names) + 1.2)
        said = draw_rates(ax, allocation, rows, lang, stages=stages, names=names)
        legend = rates_legend(stages, lang)
        ax.legend(**legend, frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=min(len(stages) + 1, 4))
        below = []
        if len(left_out):
            kept = [stage for stage, name in RATES.items() if (left_out["indicator"] == name).any()]
            words = wording.list_of([wording.text(f"stage.{stage}", lang) for stage in kept], lang)
            below = [wording.text("plot.left_out", lang, stages=words)]
        _below(ax, frame, rows, lang, [_dates(rows, lang), *below])
    return _told(ax, wording.text("alt.axes", lang, values="; ".join(said)))


def targets(frame: pd.DataFrame, ax: Axes | None = None, *, lang: str = "it") -> Axes:
    """The target ratios that are counted, each as a bar in per cent of its target.

    Ratios without a target in force, and those of targets that may be percentages, are not drawn; long bars are cut
    short, with the true figure beside them.

    Parameters
    ----------
    frame
        A result with target ratios (`pf.target_achievement_ratio`, `pf.all_indicators`) of one programme at one
        cutoff.
    ax
        The matplotlib axes to draw on; None: new ones.
    lang
        "it" or "en".

    Returns
    -------
    Axes
        Per cent of the target, sources below.

    Raises
    ------
    ParameterError
        For a frame that is no such result.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> programme = pf.load_programme()
    >>> ax = pf.plot.targets(pf.target_achievement_ratio(programme, cutoff="2020-12-31"), lang="en")
    >>> ax.get_xlabel()
    '% of the final target'
    """
    rows = counted_ratios(_one(frame, lang))
    if rows.empty:
        raise ParameterError("frame: no target ratio to draw")
    with _styled():
        ax = _axes(ax, targets_height(target_names(rows, lang)) + 1.0)
        said = draw_targets(ax, rows, lang)
        _below(ax, frame, rows, lang, [_dates(rows, lang)])
    period = period_words(rows["programme"].unique(), lang)
    return _told(ax, wording.text("alt.targets", lang, **period, values="; ".join(said)))


def funnel(frame: pd.DataFrame, ax: Axes | None = None, *, lang: str = "it") -> Axes:
    """The money of a programme stage by stage, from the allocation to certified expenditure.

    The allocation is that of the newest rate. A stage of an earlier date than the cutoff is hatched and says its date,
    one without a figure says so.

    Parameters
    ----------
    frame
        A result with rates over the allocation of the whole programme (axis `ALL`; made with by="programme") at one
        cutoff.
    ax
        The matplotlib axes to draw on; None: new ones.
    lang
        "it" or "en".

    Returns
    -------
    Axes
        Million euro, sources below.

    Raises
    ------
    ParameterError
        For a frame that is no such result.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> programme = pf.load_programme()
    >>> ax = pf.plot.funnel(pf.financial_progress(programme, cutoff="2018-09-30", by="programme"), lang="en")
    >>> ax.get_xlabel()
    'Million euro'
    """
    rows = _whole(_money(frame, "funnel", lang, missing=True), "funnel")
    rows = rows.assign(
        stage=rows["indicator"].map({name: stage for stage, name in RATES.items()}), amount=rows["numerator"]
    )
    based = rows[rows["denominator"].notna()].sort_values("data_date", kind="stable").tail(1)
    first = based.assign(
        stage="allocation", amount=based["denominator"], value=float("nan"), note=based["note"].map(_base_bound)
    )
    order = {stage: place for place, stage in enumerate(STAGES)}
    drawn = pd.concat([first, rows], ignore_index=True).assign(precision=float("nan"))
    drawn = drawn.sort_values("stage", key=lambda stage: stage.map(order), kind="stable")
    if drawn["amount"].isna().all():
        raise ParameterError("frame: no amount of the programme to draw")
    with _styled():
        ax = _axes(ax, 0.45 * len(drawn) + 0.9)
        said = draw_funnel(ax, drawn, lang)
        known = drawn[drawn["amount"].notna()]
        _below(ax, frame, known, lang, [_dates(known, lang)])
    return _told(ax, wording.text("alt.funnel", lang, values="; ".join(said)))


def over_time(frame: pd.DataFrame, ax: Axes | None = None, *, lang: str = "it") -> Axes:
    """The rates of a programme over its reporting dates, one line per rate; a rate of one date is said below.

    A value stands at the date of its data; one carried forward to a later cutoff is not drawn again.

    Parameters
    ----------
    frame
        A result with rates over the allocation of the whole programme (axis `ALL`) at several cutoffs, as
        `pf.all_indicators(programme)`.
    ax
        The matplotlib axes to draw on; None: new ones.
    lang
        "it" or "en".

    Returns
    -------
    Axes
        Per cent of the allocation, sources below.

    Raises
    ------
    ParameterError
        For a frame that is no such result.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> programme = pf.load_programme()
    >>> rates = pf.all_indicators(programme, names="declaration_rate", by="programme")
    >>> ax = pf.plot.over_time(rates, lang="en")
    >>> ax.get_xlabel()
    ''
    """
    rows = _whole(_money(frame, "over_time", lang, several=True), "over_time")
    own = rows[rows["value"].notna() & (rows["data_date"] == rows["cutoff"])].sort_values("cutoff", kind="stable")
    if own.empty:
        raise ParameterError("frame: no rate at the very date of a cutoff to draw")
    lines, alone = several_dates(own, lang)
    if lines.empty:
        raise ParameterError("frame: every rate has one date alone, and a point is no line: give more cutoffs")
    with _styled():
        ax = _axes(ax, 3.6)
        said = draw_over_time(ax, lines, lang)
        below = [wording.text("caption.over_time_one", lang, values="; ".join(alone))] if alone else []
        _below(ax, frame, own, lang, below)
    return _told(ax, wording.text("alt.over_time", lang, values="; ".join(said)))


def _one(frame: pd.DataFrame, lang: str, *, several: bool = False) -> pd.DataFrame:
    """The frame, if it is a result of one programme at one cutoff, or at several."""
    wording.check_language(lang)
    require(frame, "frame", _KINDS, cure=_CURE)
    if frame["programme"].nunique() > 1:
        raise ParameterError("frame is of several programmes: keep the rows of one")
    dates = sorted(frame["cutoff"].dropna().unique())
    if len(dates) > 1 and not several:
        last = pd.Timestamp(dates[-1]).date()
        raise ParameterError(f"frame has {len(dates)} cutoffs: keep one, as frame[frame['cutoff'] == '{last}']")
    return frame


def _money(frame: pd.DataFrame, name: str, lang: str, *, several: bool = False, missing: bool = False) -> pd.DataFrame:
    """The rates over the allocation, each key once; with `missing` also those without a figure."""
    rows = _one(frame, lang, several=several)
    rows = rows[rows["indicator"].isin(RATES.values()) & (rows["numerator"].notna() | missing)]
    if rows.empty:
        raise ParameterError(f"frame has none of {', '.join(RATES.values())}: pf.plot.{name} draws these")
    if rows.duplicated(["axis", "cutoff", "indicator"]).any():
        raise ParameterError(
            "frame has parts of an axis apart (fund, category of region): make it by axis or programme"
        )
    return rows


def _whole(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    whole = rows[rows["axis"] == ALL]
    if whole.empty:
        raise ParameterError(f"frame has no row of the whole programme: for pf.plot.{name} make it with by='programme'")
    return whole


def _base_bound(note: str) -> str:
    """The bound of the allocation of a rate, as the note of a figure of its own."""
    told = [code.removeprefix("base_") for code in split_note(note) if code.startswith("base_")]
    return note_of(told, BOUNDS)


def _titles(rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = rows.attrs.get(NAMES, {}).get("axes", {}).get(rows["programme"].iloc[0], {})
    return found


@contextmanager
def _styled() -> Iterator[None]:
    """Our style for what is drawn. That a notebook shows figures by itself, which the first one turns on, stays so."""
    with house_style():
        try:
            yield
        finally:
            shown_at_once = mpl.is_interactive()
    mpl.interactive(shown_at_once)


def _axes(ax: Axes | None, height: float) -> Axes:
    """The axes given, or those of a new figure, which a notebook shows as it shows any other."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(_WIDTH, height), layout="constrained")[1]


def _dates(rows: pd.DataFrame, lang: str) -> str:
    """Which days the figures are of."""
    days = (wording.date(day, lang) for day in sorted(rows["data_date"].dropna().unique()))
    return wording.text("plot.dates", lang, dates=wording.list_of(days, lang))


def _below(ax: Axes, frame: pd.DataFrame, rows: pd.DataFrame, lang: str, lines: Iterable[str] = ()) -> None:
    """Lines, and the sources by title where the frame knows them, below the unit of the axis."""
    known = frame.attrs.get(NAMES, {}).get("sources", {})
    named = [_titled(source, known.get(source, {}), lang) for source in identifiers(rows["source"])]
    written = [*lines, wording.text("source.line", lang, sources="; ".join(named))] if named else [*lines]
    text = "\n".join(part for line in written for part in textwrap.wrap(line, 105))
    # from the label of the axis down: whatever the figure is made of, it makes room for both
    ax.annotate(
        text,
        (0, 0),
        xycoords=("axes fraction", ax.xaxis.label),
        xytext=(0, -6),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color=COLOURS["quiet"],
        annotation_clip=False,
    )


def _titled(source: str, about: Mapping[str, str], lang: str) -> str:
    """Title and publisher of a source as far as they are known, else its identifier."""
    named = {f"title_{name}": text for name, text in about.items() if name != "publisher"}
    return titled({"source": source, "publisher": about.get("publisher", ""), **named}, lang)


def _told(ax: Axes, alt: str) -> Axes:
    """Keep what was drawn, in words, with its figure."""
    figure = ax.get_figure(root=True)
    if figure is not None:
        DRAWN.setdefault(figure, []).append(alt)
    return ax
