"""Where the words of a drawing stand: wrapped and never cut, beside what they name, on no line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes

__all__ = ["ON_WHITE", "apart", "beside", "lines_of", "make_room", "rows_of", "wrapped"]

ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
"""The box of a text that a line of the grid would run through."""

_POINTS = 72
_LETTER = 0.62
"""Width of a figure or letter in heights of the type: of the widest type a reader may see, for room enough."""

_NARROWEST = 0.6
"""What axes keep of their width whose margins are found while drawing."""

_OFFSET = 5.0
_SIZE = 10.0


def wrapped(label: str, width: int) -> str:
    """A label in as many lines as its words need."""
    return "\n".join(textwrap.wrap(label, width=width, break_on_hyphens=False)) or label


def lines_of(labels: Iterable[str]) -> list[int]:
    """How many lines each label has."""
    return [label.count("\n") + 1 for label in labels]


def rows_of(labels: Sequence[str], *, line: float = 0.62) -> tuple[list[float], float]:
    """The middle of each row of a drawing, and where the last row ends; a row of a label of one line is 1 high.

    Every further line makes its row higher by `line`.
    """
    middles, end = [], 0.0
    for lines in lines_of(labels):
        height = 1 + line * (lines - 1)
        middles.append(end + height / 2)
        end += height
    return middles, end


def beside(ax: Axes, x: float, y: float, text: str, *, lines: Iterable[float] = (), **style: Any) -> None:
    """Text to the right of the end of a bar, past every upright line of `lines` (in data) that would run through it.

    Where there are lines the limits of the axes are set before.
    """
    start, size = x, float(style.get("fontsize", _SIZE))
    for line in sorted(lines):
        low, high = ax.get_xlim()
        if start < line < start + _length(text, size) / _width(ax) * (high - low):
            start = line
    ax.annotate(text, (start, y), xytext=(_OFFSET, 0), textcoords="offset points", va="center", **style)


def make_room(ax: Axes, ends: Iterable[tuple[float, str]], size: float = _SIZE) -> None:
    """Bars from 0 on that leave room for the text beside the end of each."""
    width = _width(ax)
    ax.set_xlim(0, max(end / (1 - min(_length(text, size) / width, 0.8)) for end, text in ends) or 1)


def apart(places: Sequence[float], gap: float) -> list[float]:
    """The places in their order; those nearer to one another than `gap` are moved as far apart, about their mean."""
    groups: list[list[int]] = []
    for index in sorted(range(len(places)), key=lambda index: places[index]):
        groups.append([index])
        while len(groups) > 1 and _spread(groups[-2], places, gap)[-1] + gap > _spread(groups[-1], places, gap)[0]:
            last = groups.pop()
            groups[-1] += last
    moved = list(places)
    for group in groups:
        for index, place in zip(group, _spread(group, places, gap), strict=True):
            moved[index] = place
    return moved


def _spread(group: Sequence[int], places: Sequence[float], gap: float) -> list[float]:
    middle = sum(places[index] for index in group) / len(group)
    return [middle + (place - (len(group) - 1) / 2) * gap for place in range(len(group))]


def _length(text: str, size: float) -> float:
    """How much of a line, in points, a text beside a bar takes."""
    return len(text) * size * _LETTER + 2 * _OFFSET


def _width(ax: Axes) -> float:
    """The width of axes in points."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    share = ax.get_position().width
    if figure.get_layout_engine() is not None:
        share *= _NARROWEST
    return float(figure.get_figwidth() * share * _POINTS)
