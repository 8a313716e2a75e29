"""The drawing of an information sheet: its parts on A4, each in its box.

Nothing here knows where a figure comes from. Lengths are millimetres from the upper left corner, sizes points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from porfse_analysis.display.report import Report
from porfse_analysis.display.sheet import grid
from porfse_analysis.display.sheet.grid import ACCENT, COLOURS, INK, LINE, OLD, QUIET, SIGNAL
from porfse_analysis.display.sheet.items import AxisCard, Content, Item
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.words import wording

__all__ = ["COLOURS", "PAGE", "draw_sheet"]

PAGE = (297.0, 210.0)
"""A4, landscape."""

_LEFT, _RIGHT = 12.0, 285.0
_GAP = 5.0
_CARDS_IN_A_ROW = 7


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
    room = _RIGHT - _LEFT - grid.text_width(date, 12, True) - 8
    above = report.text("sheet.above", cci=report.programme.cci)
    grid.write(ax, _LEFT, 11.5, grid.fit(above, room, 9, bold=True)[0], 9, colour=ACCENT, bold=True)
    grid.write(ax, _RIGHT, 11.5, date, 12, bold=True, right=True)
    title = " ".join(report.programme.title(report.lang).split())
    size = grid.fitting_size(title, _RIGHT - _LEFT, 20, bold=True, least=13)
    grid.write(ax, _LEFT, 21.0, grid.fit(title, _RIGHT - _LEFT, size, bold=True)[0], size, bold=True)


def _endowment(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    bottom = y + height
    y = grid.heading(ax, x, y, width, report.text("sheet.endowment"))
    grid.write(ax, x + width, y - 3, report.text("sheet.of_total"), 7, colour=QUIET, right=True)
    if content.total:
        size = grid.figure(ax, x, y + 6.6, content.total.figure, width * 0.62, 20)
        after = grid.text_width(content.total.figure, size, True) + 4
        label = grid.fit(content.total.name, width - after, 8.5, lines=2)
        grid.paragraph(ax, x + after, y + 6.6 - (len(label) - 1) * grid.leading(8.5), label, 8.5, colour=QUIET)
        y += 11.5
    if not content.endowment:
        # a total that is published is no missing endowment
        _nothing(ax, x, y, width, report.text("sheet.no_axes") if content.total else report.text("empty.endowment"))
        return
    shown, left_out = _as_many(content.endowment, int((bottom - y) // 4.2))
    step = min(9.4, (bottom - y) / (len(shown) + bool(left_out)))
    size = 8.5 if step > 6 else 7.2
    top = max(1.0, *(0.0 if math.isnan(item.share) else item.share for item in shown))
    badge = min(12.0, max(6.0, *(grid.text_width(item.code, size, True) + 2 for item in shown)))
    share, amount = x + width, x + width - 15
    for item in shown:
        base = y + step * 0.42
        grid.write(ax, x, base, grid.fit(item.code, badge, size, bold=True)[0], size, bold=True, colour=ACCENT)
        name = grid.fit(item.name, amount - 20 - x - badge, size)
        grid.paragraph(ax, x + badge, base, name[:1], size)
        grid.figure(ax, amount, base, item.drawn, 19, size + 1, right=True)
        small = grid.fitting_size(item.remark, 14, size - 0.5)  # a bound takes room
        grid.write(ax, share, base, item.remark, small, colour=QUIET, right=True)
        if step > 5.4:
            grid.bar(
                ax, x + badge, base + 1.5, width - badge, min(1.6, step * 0.22), item.share, colour=ACCENT, top=top
            )
        y += step
    if left_out:
        grid.write(ax, x + badge, y + step * 0.42, report.text("sheet.more_axes", count=left_out), size, colour=QUIET)


def _stages(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    bottom = y + height
    y = grid.heading(ax, x, y, width, report.text("sheet.stages"))
    grid.write(ax, x + width, y - 3, report.text("sheet.of_allocation"), 7, colour=QUIET, right=True)
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
        grid.write(
            ax,
            x,
            base,
            grid.fit(name, 77 - grid.text_width(item.drawn, size, True) - 3, label)[0],
            label,
            colour=colour,
        )
        size = grid.figure(ax, figures, base, item.drawn, 32, size, colour=colour, right=True)
        thick = min(4.2, row * 0.42)
        grid.bar(ax, bars, base - thick, width - 82 - 17, thick, item.share, colour=ACCENT if new else OLD, top=top)
        grid.write(ax, x + width, base, item.remark, max(7.0, size * 0.55), colour=colour, right=True)
        y += row
    if silent:
        text = report.text("sheet.unpublished", names=wording.list_of(content.unpublished, report.lang))
        grid.paragraph(ax, x, bottom - 0.8, grid.fit(text, width, 7.2), 7.2, colour=QUIET)


def _dated(item: Item, report: Report) -> str:
    """The name, with the date of its figure where that is not the sheet's."""
    if pd.isna(item.date) or item.date == report.cutoff:
        return item.name
    return report.text("sheet.dated", name=item.name, date=wording.date(item.date, report.lang))


def _nothing(ax: Axes, x: float, y: float, width: float, text: str) -> float:
    return grid.paragraph(ax, x, y + 2.2, grid.fit(text, width, 8, lines=4), 8, colour=QUIET)


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
    y = grid.heading(ax, x, y, width, report.text(f"sheet.{part}"))
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
            grid.write(ax, x, min(y + 1.6, bottom), report.text("sheet.more", count=rest), 7.2, colour=QUIET)
            return
        if item.figure:
            grid.figure(ax, x, y + row.head - 0.8, item.figure, width, row.size, colour=SIGNAL if warn else INK)
        lower = 3.2 if item.figure and not warn else 2.6
        end = grid.paragraph(ax, x, y + row.head + lower, row.name, 7.6, bold=not item.figure)
        end = grid.paragraph(ax, x, end, row.below, 6.8, colour=QUIET)
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
        return self.head + 2.8 + len(self.name) * grid.leading(7.6) + len(self.below) * grid.leading(6.8)


def _highlight(item: Item, report: Report, width: float, *, warn: bool, detail: str = "") -> _Highlight:
    # a statement without a figure is the news itself, in bold
    size = 8.5 if warn else 14.0
    head = grid.leading(size) * 0.9 if item.figure else 0.0
    name = grid.fit(_dated(item, report) if warn else item.name, width, 7.6, bold=not item.figure, lines=4)
    below = detail if warn else _dated_remark(item, report)
    return _Highlight(size, head, name, grid.fit(below, width, 6.8, lines=4 if warn else 2))


def _dated_remark(item: Item, report: Report) -> str:
    if pd.isna(item.date) or item.date == report.cutoff:
        return item.remark
    date = report.text("tile.at", date=wording.date(item.date, report.lang))
    return report.text("sheet.remarked_at", remark=item.remark, date=date) if item.remark else date


def _people(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    """The people reached in large, then whom the measures reached, figures in one column."""
    x, y, width, height = box
    bottom = y + height
    y = grid.heading(ax, x, y, width, report.text("sheet.people"))
    if not content.people and not content.reached:
        _nothing(ax, x, y, width, report.text("sheet.no_people"))
        return
    dates = {item.date for item in content.reached}
    old = len(dates) == 1 and report.cutoff not in dates and not dates & {pd.NaT}
    place, half = x, width * 0.54
    for item in content.people[:2]:
        size = 18.0 if place == x else 15.0
        room = half - 8 if place == x and len(content.people) > 1 else x + width - place - (26 if old else 0)
        grid.figure(ax, place, y + 5.2, item.figure, room, size)
        below = [(text, font) for text, font in ((item.name, 7.6), (_dated_remark(item, report), 6.8)) if text]
        base = y + 9.2
        for text, font in below:
            grid.write(ax, place, base, grid.fit(text, room, font)[0], font, colour=QUIET)
            base += 3.2
        place += half
    if content.people:
        y += 15.0
    if not content.reached:
        return
    grid.block(ax, x, y - 0.6, width, 0.2, LINE)
    shown, left_out = _as_many(content.reached, int((bottom - y) // 3.6))
    step = min(5.6, (bottom - y) / (len(shown) + bool(left_out)))
    size = 7.4
    figures = min(40.0, max(grid.text_width(item.figure, size + 0.8, True) for item in shown))
    column = x + figures + 3
    if old:  # one date for all, said once
        date = report.text("tile.at", date=wording.date(content.reached[0].date, report.lang))
        grid.write(ax, x + width, y - 2.2, date, 6.8, colour=QUIET, right=True)
    for item in shown:
        base, remark = y + step * 0.72, item.remark if old else _dated_remark(item, report)
        grid.write(
            ax,
            column - 3,
            base,
            grid.fit(item.figure, figures, size + 0.8, bold=True)[0],
            size + 0.8,
            bold=True,
            right=True,
        )
        room = x + width - column - (grid.text_width(remark, 6.8) + 3 if remark else 0)
        small = grid.fitting_size(item.name, room, size, least=6.4)
        grid.write(ax, column, base, grid.fit(item.name, room, small)[0], small)
        if remark:
            grid.write(ax, x + width, base, remark, 6.8, colour=QUIET, right=True)
        y += step
    if left_out:
        grid.write(ax, column, y + step * 0.72, report.text("sheet.more", count=left_out), 7.2, colour=QUIET)


def _system(ax: Axes, content: Content, report: Report, box: tuple[float, float, float, float]) -> None:
    """One column per axis: its strand, its amounts, its measures; at the end the measures without an axis."""
    x, y, width, height = box
    bottom = y + height
    y = grid.heading(ax, x, y, width, report.text("sheet.system"))
    grid.write(ax, x + width, y - 3, report.text("sheet.of_axis_allocation"), 7, colour=QUIET, right=True)
    wide = 2 if content.unsettled else 0
    cards, left_out = _as_many(content.axes, 2 * _CARDS_IN_A_ROW - wide)
    units = len(cards) + wide + bool(left_out)
    if not units:
        _nothing(ax, x, y, width, report.text("sheet.no_system"))
        return
    rows = 1 if units <= _CARDS_IN_A_ROW else 2
    in_row = math.ceil(units / rows)
    unit = (width - (in_row - 1) * _GAP) / in_row
    tall = (bottom - y - (rows - 1) * 2) / rows
    # in two rows of axes a second line of the titles leaves no room for a measure
    deep = 3 if rows == 1 else 1 if any(card.measures for card in cards) else 2
    titles = [grid.fit(_card_title(card, report), unit, 7.6, bold=True, lines=deep) for card in cards]
    head = max((len(title) for title in titles), default=1)
    for place, card in enumerate(cards):
        row, column = divmod(place, in_row)
        box = (x + column * (unit + _GAP), y + row * (tall + 2), unit, tall)
        grid.paragraph(ax, box[0], box[1] + 2.2, titles[place], 7.6, bold=True)
        _card(
            ax,
            card,
            report,
            (box[0], box[1] + head * grid.leading(7.6), unit, tall - head * grid.leading(7.6)),
            rows > 1,
        )
    last = x + width - (wide * unit + (wide - 1) * _GAP)
    top = y + (rows - 1) * (tall + 2)
    if left_out:
        row, column = divmod(len(cards), in_row)
        at = x + column * (unit + _GAP)
        grid.paragraph(
            ax, at, top + 2.2, grid.fit(report.text("sheet.more_axes", count=left_out), unit, 7.2, lines=2), 7.2
        )
    if wide:
        grid.write(ax, last, top + 2.2, report.text("sheet.unsettled"), 7.6, bold=True, colour=QUIET)
        _measures(ax, content.unsettled, report, (last, top + 4.6, wide * unit + _GAP, tall - 4.6))


def _card_title(card: AxisCard, report: Report) -> str:
    return report.text("sheet.axis", axis=card.code, title=card.strand or card.title)


def _card(ax: Axes, card: AxisCard, report: Report, box: tuple[float, float, float, float], brief: bool) -> None:
    """What stands below the title of an axis; `brief` where there are two rows of axes."""
    x, y, width, height = box
    bottom = y + height
    y += 2.2
    if not card.amounts:
        y = grid.paragraph(
            ax, x, y + 0.4, grid.fit(report.text("sheet.no_amount"), width, 7.2, lines=2), 7.2, colour=QUIET
        )
    narrow = brief and width < 46  # a name does not stand beside its amount
    for place, item in enumerate(card.amounts[: 1 if narrow else None]):
        if brief and y + 3 > bottom:
            break
        size = 12.0 if place == 0 and not brief else 8.5
        y += grid.leading(size) - grid.leading(7.6)
        size = grid.figure(ax, x, y, item.figure, width, size, colour=ACCENT)
        after = grid.text_width(item.figure, size, True) + 2
        label = report.text("sheet.amount", rate=item.remark, stage=item.name) if item.remark else item.name
        if brief and not narrow:
            small = grid.fitting_size(label, width - after, 6.6, least=5.6)
            grid.write(ax, x + after, y, grid.fit(label, width - after, small)[0], small, colour=QUIET)
            y += grid.leading(7.6)
        else:
            y += grid.leading(7.2)
            label = _dated(Item(label, date=item.date), report)
            small = grid.fitting_size(label, width, 6.8, least=5.6)
            grid.write(ax, x, y, grid.fit(label, width, small)[0], small, colour=QUIET)
            y += grid.leading(7.6)
    _measures(ax, card.measures, report, (x, y - 1.4, width, bottom - y + 1.4))


def _measures(ax: Axes, items: Sequence[Item], report: Report, box: tuple[float, float, float, float]) -> None:
    """The names of measures as a list: whom one had reached at an earlier date is in the table, with that date."""
    x, y, width, height = box
    bottom = y + height
    step = grid.leading(7.2)
    for place, item in enumerate(items):
        rest = len(items) - place
        room = int((bottom - y + 0.4) // step)
        if room < 1:
            return
        if room == 1 and rest > 1:
            grid.write(ax, x, y + step * 0.8, report.text("sheet.more", count=rest), 7.2, colour=QUIET)
            return
        lines = grid.fit(item.drawn or item.name, width - 2.6, 7.2, lines=min(3, room - rest + 1 if room > rest else 1))
        grid.block(ax, x, y + step * 0.8 - 1.4, 0.9, 0.9, ACCENT)
        y = grid.paragraph(ax, x + 2.6, y + step * 0.8, lines, 7.2) - step * 0.8


def _foot(ax: Axes, content: Content, report: Report) -> None:
    grid.block(ax, _LEFT, 194.6, _RIGHT - _LEFT, 0.2, LINE)
    texts = [report.text("sheet.foot", date=wording.date(report.cutoff, report.lang), cci=report.programme.cci)]
    if content.restated:
        texts.append(report.text("note_long.restated"))
    texts.append(source_line(content.sources, report))
    lines = grid.fit(" ".join(texts), _RIGHT - _LEFT, 6.0, lines=4)
    grid.paragraph(ax, _LEFT, 197.2, lines, 6.0, colour=QUIET)
