"""The drawing of an information sheet: a grid of millimetres on A4, text fitted to its place, bars.

Nothing here knows where a figure comes from. Lengths are millimetres from the upper left corner, sizes points.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from porfse_analysis.display.report import Report
from porfse_analysis.display.sheet.content import AxisCard, Content, Item
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording

__all__ = ["COLOURS", "PAGE", "draw_sheet"]

PAGE = (297.0, 210.0)
"""A4, landscape."""

COLOURS = ("#1d2b36", "#56646f", "#14507a", "#9a4a12", "#8fa3b3", "#c8d0d7", "#e6ebef")
"""Every colour of the sheet: far enough apart in lightness to be told in grey print."""

INK, QUIET, ACCENT, SIGNAL, OLD, LINE, TINT = COLOURS

_LEFT, _RIGHT = 12.0, 285.0
_GAP = 5.0
_POINT = 25.4 / 72
_LEADING = 1.3
_LONGEST = 1500
"""Characters of a text that are looked at: more never fits on the page."""
_CARDS_IN_A_ROW = 7


# --- text ---


@cache
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")


@cache
def _width(text: str, size: float, bold: bool = False) -> float:
    points, _, _ = text_to_path.get_text_width_height_descent(text, _font(size, bold), ismath=False)
    return float(points) * _POINT


def _fit(text: str, width: float, size: float, *, bold: bool = False, lines: int = 1) -> list[str]:
    """The text in at most so many lines of this width, cut with an ellipsis where it is longer."""
    words = text[:_LONGEST].split()
    if len(text) > _LONGEST and words:
        words[-1] += "…"
    fits = partial(_fits, width=width, size=size, bold=bold)
    found: list[str] = []
    while words and len(found) < lines:
        line = words.pop(0)
        if not fits(line):
            # a word longer than the line is broken; the last line is cut below
            kept = max(1, bisect(range(1, len(line)), False, key=lambda end: not fits(line[:end])))
            head = line[:kept]
            words.insert(0, line[kept:])
            line = head
        else:
            while words and fits(f"{line} {words[0]}"):
                line = f"{line} {words.pop(0)}"
        found.append(line)
    if words and found:
        last = found[-1]
        while last and not fits(f"{last}…"):
            # between words, so that no figure is cut
            last = last.rpartition(" ")[0] if " " in last else last[:-1]
        found[-1] = f"{last.rstrip(' ,;:(')}…"
    return found


def _fits(text: str, *, width: float, size: float, bold: bool) -> bool:
    return _width(text, size, bold) <= width


def _size(text: str, width: float, size: float, *, bold: bool = False, least: float = 5.0) -> float:
    """The size at which a text fits into its place: a figure is set smaller, never cut."""
    wide = _width(text[:_LONGEST], size, bold)
    return size if wide <= width else max(least, math.floor(size * width / wide * 10) / 10)


def _figure(ax: Axes, x: float, y: float, text: str, width: float, size: float, **style: Any) -> float:
    """A figure in bold on one line. Returns the size it was set in."""
    size = _size(text, width, size, bold=True)
    _write(ax, x, y, _fit(text, width, size, bold=True)[0], size, bold=True, **style)
    return size


def _write(
    ax: Axes, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = INK, right: bool = False
) -> None:
    """One line; y is its baseline. What data say is never read as mathematics."""
    ax.text(
        x,
        y,
        text,
        fontproperties=_font(size, bold),
        color=colour,
        ha="right" if right else "left",
        va="baseline",
        parse_math=False,
    )


def _leading(size: float) -> float:
    return size * _POINT * _LEADING


def _paragraph(ax: Axes, x: float, y: float, fitted: Sequence[str], size: float, **style: Any) -> float:
    """Lines below one another; y is the first baseline. Returns the baseline after the last."""
    for line in fitted:
        _write(ax, x, y, line, size, **style)
        y += _leading(size)
    return y


def _block(ax: Axes, x: float, y: float, width: float, height: float, colour: str) -> None:
    ax.add_patch(Rectangle((x, y), width, height, facecolor=colour, edgecolor="none", linewidth=0, clip_on=False))


def _bar(ax: Axes, x: float, y: float, width: float, height: float, share: float, *, colour: str, top: float) -> None:
    """A bar on its track; the track is 100%, `top` the greatest share of the group."""
    _block(ax, x, y, width / top, height, TINT)
    if not math.isnan(share) and share > 0:
        _block(ax, x, y, width * share / top, height, colour)
    if top > 1:
        _block(ax, x + width / top, y - 0.4, 0.3, height + 0.8, INK)


def _heading(ax: Axes, x: float, y: float, width: float, text: str) -> float:
    """The name of a part under a rule. Returns where the part begins."""
    _block(ax, x, y, width, 0.5, ACCENT)
    _write(ax, x, y + 5.2, _fit(text, width, 9.5, bold=True)[0], 9.5, bold=True, colour=ACCENT)
    return y + 8.2


# --- the sheet ---


def draw_sheet(content: Content, report: Report) -> Figure:
    """The page as a figure."""
    figure = Figure(figsize=(PAGE[0] / 25.4, PAGE[1] / 25.4), facecolor="white")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, PAGE[0])
    ax.set_ylim(PAGE[1], 0)
    ax.set_axis_off()
    _title(ax, report)
    # where a date has nothing to highlight, the other parts take the room
    told = any((content.spend, content.targets, content.people, content.reached, content.attention))
    first, second = (58.0, 54.0) if told else (74.0, 26.0)
    third = 27.0 + first + 5.5 + second + 5.0
    _endowment(ax, content, report, box=(_LEFT, 27.0, 118, first))
    _stages(ax, content, report, box=(_LEFT + 118 + 8, 27.0, 147, first))
    columns = (47.0, 47.0, 122.0, 42.0)
    parts = (
        ("spend", content.spend),
        ("targets", content.targets),
        ("people", content.reached),
        ("attention", content.attention),
    )
    x = _LEFT
    for width, (name, items) in zip(columns, parts, strict=True):
        box = (x, 27.0 + first + 5.5, width, second)
        if name == "people":
            _people(ax, content, report, box)
        else:
            _highlights(ax, name, items, report, box)
        x += width + _GAP
    _system(ax, content, report, box=(_LEFT, third, _RIGHT - _LEFT, 193.0 - third))
    _foot(ax, content, report)
    return figure


def _title(ax: Axes, report: Report) -> None:
    date = report.text("sheet.at", date=wording.long_date(report.cutoff, report.lang))
    room = _RIGHT - _LEFT - _width(date, 12, True) - 8
    above = report.text("sheet.above", cci=report.programme.cci)
    _write(ax, _LEFT, 11.5, _fit(above, room, 9, bold=True)[0], 9, colour=ACCENT, bold=True)
    _write(ax, _RIGHT, 11.5, date, 12, bold=True, right=True)
    title = " ".join(report.programme.title(report.lang).split())
    size = _size(title, _RIGHT - _LEFT, 20, bold=True, least=13)
    _write(ax, _LEFT, 21.0, _fit(title, _RIGHT - _LEFT, size, bold=True)[0], size, bold=True)


def _endowment(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    bottom = y + height
    y = _heading(ax, x, y, width, report.text("sheet.endowment"))
    _write(ax, x + width, y - 3, report.text("sheet.of_total"), 7, colour=QUIET, right=True)
    if content.total:
        size = _figure(ax, x, y + 6.6, content.total.figure, width * 0.62, 20)
        after = _width(content.total.figure, size, True) + 4
        label = _fit(content.total.name, width - after, 8.5, lines=2)
        _paragraph(ax, x + after, y + 6.6 - (len(label) - 1) * _leading(8.5), label, 8.5, colour=QUIET)
        y += 11.5
    if not content.endowment:
        _nothing(ax, x, y, width, report.text("empty.endowment"))
        return
    shown, left_out = _as_many(content.endowment, int((bottom - y) // 4.2))
    step = min(9.4, (bottom - y) / (len(shown) + bool(left_out)))
    size = 8.5 if step > 6 else 7.2
    top = max(1.0, *(0.0 if math.isnan(item.share) else item.share for item in shown))
    badge = min(12.0, max(6.0, *(_width(item.code, size, True) + 2 for item in shown)))
    share, amount = x + width, x + width - 15
    for item in shown:
        base = y + step * 0.42
        _write(ax, x, base, _fit(item.code, badge, size, bold=True)[0], size, bold=True, colour=ACCENT)
        name = _fit(item.name, amount - 20 - x - badge, size)
        _paragraph(ax, x + badge, base, name[:1], size)
        _figure(ax, amount, base, item.drawn, 19, size + 1, right=True)
        _write(ax, share, base, item.remark, size - 0.5, colour=QUIET, right=True)
        if step > 5.4:
            _bar(ax, x + badge, base + 1.5, width - badge, min(1.6, step * 0.22), item.share, colour=ACCENT, top=top)
        y += step
    if left_out:
        _write(ax, x + badge, y + step * 0.42, report.text("sheet.more_axes", count=left_out), size, colour=QUIET)


def _stages(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    bottom = y + height
    y = _heading(ax, x, y, width, report.text("sheet.stages"))
    _write(ax, x + width, y - 3, report.text("sheet.of_allocation"), 7, colour=QUIET, right=True)
    now = [item for item in content.stages if item.date == report.cutoff]
    old = [item for item in content.stages if item.date != report.cutoff]
    silent = bool(content.unpublished)
    if not content.stages:
        y = _nothing(ax, x, y, width, report.text("sheet.no_stages"))
    step = min(11.0, (bottom - y - 4.5 * silent) / max(1.0, len(now) + 0.62 * len(old)))
    top = max(1.0, *(item.share for item in content.stages if not math.isnan(item.share)), 1.0)
    figures, bars = x + 77, x + 82
    for item in (*now, *old):
        new = item.date == report.cutoff
        row = step if new else step * 0.62
        base = y + row * 0.62
        size = min(19.0 if new else 10.0, row * 1.75)
        label = min(10.0 if new else 8.5, row * 1.3)
        colour = INK if new else QUIET
        name = _dated(item, report)
        _write(ax, x, base, _fit(name, 77 - _width(item.drawn, size, True) - 3, label)[0], label, colour=colour)
        size = _figure(ax, figures, base, item.drawn, 32, size, colour=colour, right=True)
        thick = min(4.2, row * 0.42)
        _bar(ax, bars, base - thick, width - 82 - 17, thick, item.share, colour=ACCENT if new else OLD, top=top)
        _write(ax, x + width, base, item.remark, max(7.0, size * 0.55), colour=colour, right=True)
        y += row
    if silent:
        text = report.text("sheet.unpublished", names=wording.list_of(content.unpublished, report.lang))
        _paragraph(ax, x, bottom - 0.8, _fit(text, width, 7.2), 7.2, colour=QUIET)


def _dated(item: Item, report: Report) -> str:
    """The name, with the date of its figure where that is not the sheet's."""
    if pd.isna(item.date) or item.date == report.cutoff:
        return item.name
    return report.text("sheet.dated", name=item.name, date=wording.date(item.date, report.lang))


def _nothing(ax: Axes, x: float, y: float, width: float, text: str) -> float:
    return _paragraph(ax, x, y + 2.2, _fit(text, width, 8, lines=4), 8, colour=QUIET)


def _as_many(items: Sequence[Any], room: int) -> tuple[Sequence[Any], int]:
    """As many as there is room for, and how many are left out; one place is kept to say so."""
    if len(items) <= room:
        return items, 0
    kept = max(1, room - 1)
    return items[:kept], len(items) - kept


def _highlights(
    ax: Axes, part: str, items: Sequence[Item], report: Report, box: tuple[float, float, float, float]
) -> None:
    """Figures in large with what they say below."""
    x, y, width, height = box
    bottom = y + height
    y = _heading(ax, x, y, width, report.text(f"sheet.{part}"))
    if not items:
        _nothing(ax, x, y, width, report.text(f"sheet.no_{part}"))
        return
    warn = part == "attention"
    rows = [_highlight(item, report, width, warn=warn) for item in items]
    for place, item in enumerate(items if warn else ()):
        # why something needs a look, as long as it takes no other's room; the table has all of them
        detailed = _highlight(item, report, width, warn=warn, detail=item.detail)
        if sum(row.height for row in rows) - rows[place].height + detailed.height <= bottom + 2.0 - y:
            rows[place] = detailed
    for place, (item, row) in enumerate(zip(items, rows, strict=True)):
        rest = len(items) - place
        if y + row.height > bottom + 2.0 - (3.6 if rest > 1 else 0.0):
            _write(ax, x, min(y + 1.6, bottom), report.text("sheet.more", count=rest), 7.2, colour=QUIET)
            return
        if item.figure:
            _figure(ax, x, y + row.head - 0.8, item.figure, width, row.size, colour=SIGNAL if warn else INK)
        lower = 3.2 if item.figure and not warn else 2.6
        end = _paragraph(ax, x, y + row.head + lower, row.name, 7.6, bold=not item.figure)
        end = _paragraph(ax, x, end, row.below, 6.8, colour=QUIET)
        y = end + (0.2 if warn else 0.8)


@dataclass(frozen=True)
class _Highlight:
    """How a highlight is set: the size of its figure and what that takes, the lines below, the height of all."""

    size: float
    head: float
    name: list[str]
    below: list[str]

    @property
    def height(self) -> float:
        return self.head + 2.8 + len(self.name) * _leading(7.6) + len(self.below) * _leading(6.8)


def _highlight(item: Item, report: Report, width: float, *, warn: bool, detail: str = "") -> _Highlight:
    # a statement without a figure is the news itself, in bold
    size = 8.5 if warn else 14.0
    head = _leading(size) * 0.9 if item.figure else 0.0
    name = _fit(_dated(item, report) if warn else item.name, width, 7.6, bold=not item.figure, lines=4)
    below = detail if warn else _dated_remark(item, report)
    return _Highlight(size, head, name, _fit(below, width, 6.8, lines=4 if warn else 2))


def _dated_remark(item: Item, report: Report) -> str:
    if pd.isna(item.date) or item.date == report.cutoff:
        return item.remark
    date = report.text("tile.at", date=wording.date(item.date, report.lang))
    return report.text("sheet.remarked_at", remark=item.remark, date=date) if item.remark else date


def _people(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    """The people reached in large, then whom the measures reached, figures in one column."""
    x, y, width, height = box
    bottom = y + height
    y = _heading(ax, x, y, width, report.text("sheet.people"))
    if not content.people and not content.reached:
        _nothing(ax, x, y, width, report.text("sheet.no_people"))
        return
    dates = {item.date for item in content.reached}
    old = len(dates) == 1 and report.cutoff not in dates and not dates & {pd.NaT}
    place, half = x, width * 0.54
    for item in content.people[:2]:
        size = 18.0 if place == x else 15.0
        room = half - 8 if place == x and len(content.people) > 1 else x + width - place - (26 if old else 0)
        _figure(ax, place, y + 5.2, item.figure, room, size)
        below = [(text, font) for text, font in ((item.name, 7.6), (_dated_remark(item, report), 6.8)) if text]
        base = y + 9.2
        for text, font in below:
            _write(ax, place, base, _fit(text, room, font)[0], font, colour=QUIET)
            base += 3.2
        place += half
    if content.people:
        y += 15.0
    if not content.reached:
        return
    _block(ax, x, y - 0.6, width, 0.2, LINE)
    shown, left_out = _as_many(content.reached, int((bottom - y) // 3.6))
    step = min(5.6, (bottom - y) / (len(shown) + bool(left_out)))
    size = 7.4
    figures = min(40.0, max(_width(item.figure, size + 0.8, True) for item in shown))
    column = x + figures + 3
    if old:  # one date for all, said once
        date = report.text("tile.at", date=wording.date(content.reached[0].date, report.lang))
        _write(ax, x + width, y - 2.2, date, 6.8, colour=QUIET, right=True)
    for item in shown:
        base, remark = y + step * 0.72, item.remark if old else _dated_remark(item, report)
        _write(
            ax,
            column - 3,
            base,
            _fit(item.figure, figures, size + 0.8, bold=True)[0],
            size + 0.8,
            bold=True,
            right=True,
        )
        room = x + width - column - (_width(remark, 6.8) + 3 if remark else 0)
        small = _size(item.name, room, size, least=6.4)
        _write(ax, column, base, _fit(item.name, room, small)[0], small)
        if remark:
            _write(ax, x + width, base, remark, 6.8, colour=QUIET, right=True)
        y += step
    if left_out:
        _write(ax, column, y + step * 0.72, report.text("sheet.more", count=left_out), 7.2, colour=QUIET)


def _system(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    """One column per axis: its strand, its amounts, its measures; at the end the measures without an axis."""
    x, y, width, height = box
    bottom = y + height
    y = _heading(ax, x, y, width, report.text("sheet.system"))
    _write(ax, x + width, y - 3, report.text("sheet.of_axis_allocation"), 7, colour=QUIET, right=True)
    wide = 2 if content.unsettled else 0
    cards, left_out = _as_many(content.axes, 2 * _CARDS_IN_A_ROW - wide)
    units = len(cards) + wide + bool(left_out)
    rows = 1 if units <= _CARDS_IN_A_ROW else 2
    in_row = math.ceil(units / rows)
    unit = (width - (in_row - 1) * _GAP) / in_row
    tall = (bottom - y - (rows - 1) * 2) / rows
    # in two rows of axes a second line of the titles leaves no room for a measure
    deep = 3 if rows == 1 else 1 if any(card.measures for card in cards) else 2
    titles = [_fit(_card_title(card, report), unit, 7.6, bold=True, lines=deep) for card in cards]
    head = max((len(title) for title in titles), default=1)
    for place, card in enumerate(cards):
        row, column = divmod(place, in_row)
        box = (x + column * (unit + _GAP), y + row * (tall + 2), unit, tall)
        _paragraph(ax, box[0], box[1] + 2.2, titles[place], 7.6, bold=True)
        _card(ax, card, report, (box[0], box[1] + head * _leading(7.6), unit, tall - head * _leading(7.6)), rows > 1)
    last = x + width - (wide * unit + (wide - 1) * _GAP)
    top = y + (rows - 1) * (tall + 2)
    if left_out:
        row, column = divmod(len(cards), in_row)
        at = x + column * (unit + _GAP)
        _paragraph(ax, at, top + 2.2, _fit(report.text("sheet.more_axes", count=left_out), unit, 7.2, lines=2), 7.2)
    if wide:
        _write(ax, last, top + 2.2, report.text("sheet.unsettled"), 7.6, bold=True, colour=QUIET)
        _measures(ax, content.unsettled, report, (last, top + 4.6, wide * unit + _GAP, tall - 4.6))


def _card_title(card: AxisCard, report: Report) -> str:
    return report.text("sheet.axis", axis=card.code, title=card.strand or card.title)


def _card(ax: Axes, card: AxisCard, report: Report, box: tuple[float, float, float, float], brief: bool) -> None:
    """What stands below the title of an axis; `brief` where there are two rows of axes."""
    x, y, width, height = box
    bottom = y + height
    y += 2.2
    if not card.amounts:
        y = _paragraph(ax, x, y + 0.4, _fit(report.text("sheet.no_amount"), width, 7.2, lines=2), 7.2, colour=QUIET)
    narrow = brief and width < 46  # a name does not stand beside its amount
    for place, item in enumerate(card.amounts[: 1 if narrow else None]):
        if brief and y + 3 > bottom:
            break
        size = 12.0 if place == 0 and not brief else 8.5
        y += _leading(size) - _leading(7.6)
        size = _figure(ax, x, y, item.figure, width, size, colour=ACCENT)
        after = _width(item.figure, size, True) + 2
        label = report.text("sheet.amount", rate=item.remark, stage=item.name) if item.remark else item.name
        if brief and not narrow:
            small = _size(label, width - after, 6.6, least=5.6)
            _write(ax, x + after, y, _fit(label, width - after, small)[0], small, colour=QUIET)
            y += _leading(7.6)
        else:
            y += _leading(7.2)
            label = _dated(Item(label, date=item.date), report)
            small = _size(label, width, 6.8, least=5.6)
            _write(ax, x, y, _fit(label, width, small)[0], small, colour=QUIET)
            y += _leading(7.6)
    _measures(ax, card.measures, report, (x, y - 1.4, width, bottom - y + 1.4))


def _measures(ax: Axes, items: Sequence[Item], report: Report, box: tuple[float, float, float, float]) -> None:
    """The names of measures as a list: whom one had reached at an earlier date is in the table, with that date."""
    x, y, width, height = box
    bottom = y + height
    step = _leading(7.2)
    for place, item in enumerate(items):
        rest = len(items) - place
        room = int((bottom - y + 0.4) // step)
        if room < 1:
            return
        if room == 1 and rest > 1:
            _write(ax, x, y + step * 0.8, report.text("sheet.more", count=rest), 7.2, colour=QUIET)
            return
        lines = _fit(item.drawn or item.name, width - 2.6, 7.2, lines=min(3, room - rest + 1 if room > rest else 1))
        _block(ax, x, y + step * 0.8 - 1.4, 0.9, 0.9, ACCENT)
        y = _paragraph(ax, x + 2.6, y + step * 0.8, lines, 7.2) - step * 0.8


def _foot(ax: Axes, content: Content, report: Report) -> None:
    _block(ax, _LEFT, 194.6, _RIGHT - _LEFT, 0.2, LINE)
    texts = [report.text("sheet.foot", date=wording.date(report.cutoff, report.lang), cci=report.programme.cci)]
    if content.restated:
        texts.append(report.text("note_long.restated"))
    texts.append(source_line(content.sources, report))
    lines = _fit(" ".join(texts), _RIGHT - _LEFT, 6.0, lines=4)
    _paragraph(ax, _LEFT, 197.2, lines, 6.0, colour=QUIET)
