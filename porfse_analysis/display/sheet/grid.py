"""What the sheet is drawn with: text fitted to its place, blocks and bars, on a grid of millimetres.

Lengths are millimetres from the upper left corner, sizes points.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

__all__ = [
    "ACCENT",
    "COLOURS",
    "INK",
    "LINE",
    "OLD",
    "QUIET",
    "SIGNAL",
    "bar",
    "block",
    "figure",
    "fit",
    "fitting_size",
    "heading",
    "leading",
    "paragraph",
    "text_width",
    "write",
]

COLOURS = ("#1d2b36", "#56646f", "#14507a", "#9a4a12", "#8fa3b3", "#c8d0d7", "#e6ebef")
"""Every colour of the sheet: far enough apart in lightness to be told in grey print."""

INK, QUIET, ACCENT, SIGNAL, OLD, LINE, TINT = COLOURS

_POINT = 25.4 / 72
_LEADING = 1.3
_LONGEST = 1500
"""Characters of a text that are looked at: more never fits on the page."""


@cache
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is on one line."""
    points, _, _ = text_to_path.get_text_width_height_descent(text, _font(size, bold), ismath=False)
    return float(points) * _POINT


def fit(text: str, width: float, size: float, *, bold: bool = False, lines: int = 1) -> list[str]:
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
    return text_width(text, size, bold) <= width


def fitting_size(text: str, width: float, size: float, *, bold: bool = False, least: float = 5.0) -> float:
    """The size at which a text fits into its place: a figure is set smaller, never cut."""
    wide = text_width(text[:_LONGEST], size, bold)
    return size if wide <= width else max(least, math.floor(size * width / wide * 10) / 10)


def figure(ax: Axes, x: float, y: float, text: str, width: float, size: float, **style: Any) -> float:
    """A figure in bold on one line. Returns the size it was set in."""
    size = fitting_size(text, width, size, bold=True)
    write(ax, x, y, fit(text, width, size, bold=True)[0], size, bold=True, **style)
    return size


def write(
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


def leading(size: float) -> float:
    """From one baseline to the next."""
    return size * _POINT * _LEADING


def paragraph(ax: Axes, x: float, y: float, fitted: Sequence[str], size: float, **style: Any) -> float:
    """Lines below one another; y is the first baseline. Returns the baseline after the last."""
    for line in fitted:
        write(ax, x, y, line, size, **style)
        y += leading(size)
    return y


def block(ax: Axes, x: float, y: float, width: float, height: float, colour: str) -> None:
    """A filled rectangle."""
    ax.add_patch(Rectangle((x, y), width, height, facecolor=colour, edgecolor="none", linewidth=0, clip_on=False))


def bar(ax: Axes, x: float, y: float, width: float, height: float, share: float, *, colour: str, top: float) -> None:
    """A bar on its track; the track is 100%, `top` the greatest share of the group."""
    block(ax, x, y, width / top, height, TINT)
    if not math.isnan(share) and share > 0:
        block(ax, x, y, width * share / top, height, colour)
    if top > 1:
        block(ax, x + width / top, y - 0.4, 0.3, height + 0.8, INK)


def heading(ax: Axes, x: float, y: float, width: float, text: str) -> float:
    """The name of a part under a rule. Returns where the part begins."""
    block(ax, x, y, width, 0.5, ACCENT)
    write(ax, x, y + 5.2, fit(text, width, 9.5, bold=True)[0], 9.5, bold=True, colour=ACCENT)
    return y + 8.2
