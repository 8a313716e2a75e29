"""`Figure`: the one description of a figure; the style of the figures, and their way from matplotlib to a page."""

from __future__ import annotations

import base64
import io
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from porfse_analysis.display.html import written
from porfse_analysis.display.words import wording
from porfse_analysis.errors import ParameterError
from porfse_analysis.languages import rounded

__all__ = [
    "COLOURS",
    "DRAWN",
    "OLD",
    "STYLE",
    "Figure",
    "figure",
    "house_style",
    "new_figure",
    "number_ticks",
    "on_page",
    "with_defaults",
]

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

DRAWN: WeakKeyDictionary[Drawing, list[str]] = WeakKeyDictionary()
"""What `pf.plot` has drawn on a figure, in words, for whoever shows it."""

# told apart by colour-blind readers and, stage by stage, in grey; each stands out from white (3:1) but the allocation,
# which is a ground for the others and has an edge where it stands alone
COLOURS: Mapping[str, str] = {
    "allocation": "#c9ced6",
    "activated": "#d17700",
    "selected": "#003a70",
    "committed": "#787878",
    "paid": "#7a3b00",
    "declared": "#2f7fd0",
    "certified": "#111111",
    "text": "#1f2933",
    "quiet": "#52606d",
    "line": "#9aa5b1",
    "edge": "#6b7785",
    "good": "#003a70",
    "short": "#d17700",
}

OLD = "\\\\\\"
"""The hatch of a figure of an earlier date than the page, in every drawing; it means nothing else."""

_TICK_DECIMALS = 9

_NOT_IN_XML = bytes(code for code in range(32) if code not in b"\t\n\r")
"""Control characters: one of them in a title and no browser draws the figure."""

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": COLOURS["line"],
    "axes.labelcolor": COLOURS["text"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": COLOURS["quiet"],
    "ytick.color": COLOURS["text"],
    "text.color": COLOURS["text"],
    "hatch.linewidth": 0.6,
    "hatch.color": "white",
    # a dollar in a title is a dollar, not the start of a formula
    "text.parse_math": False,
    # text stays text: a tenth of the size of outlines, and it can be searched
    "svg.fonttype": "none",
    # names inside the SVG come from this, not from chance: the same data give the same bytes
    "svg.hashsalt": "porfse",
}


_OF_THE_HOST = ("backend", "backend_fallback", "date.epoch", "interactive", "toolbar")
"""Settings of matplotlib's that say where it draws, not how; and one that cannot be changed once a date was drawn."""


@contextmanager
def house_style(style: Mapping[Any, Any] = STYLE) -> Iterator[None]:
    """While this lasts matplotlib draws with its own defaults and our style, whatever the user's settings are.

    What is drawn outside, on the same figure, is drawn with the user's.
    """
    defaults = mpl.rcParamsDefault
    with mpl.rc_context():
        now = mpl.rcParams
        changed = {
            name: defaults[name] for name in defaults if name not in _OF_THE_HOST and now[name] != defaults[name]
        }
        now.update({**changed, **style})
        yield


def with_defaults(draws: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """A function that draws, with matplotlib's own defaults wherever it does not draw in our style."""

    @wraps(draws)
    def drawn(*args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
        with house_style({}):
            return draws(*args, **kwargs)

    return drawn


@dataclass(frozen=True, repr=False)
class Figure:
    """A figure for a reader: the drawing as SVG, what it says in words, caption and source line.

    `name` identifies it on the page; `css` are the classes it has there.
    """

    name: str
    svg: bytes
    alt: str
    caption: str
    source: str
    css: str = "pf-figure"

    def __repr__(self) -> str:
        # a notebook keeps it beside the HTML
        return f"<Figure {self.name}>"

    @property
    def html(self) -> str:
        """The figure as it stands on a page."""
        data = base64.b64encode(self.svg).decode("ascii")
        return written(
            "figure",
            name=self.name,
            data=data,
            alt=self.alt,
            caption=self.caption,
            source=self.source,
            css=self.css,
        )

    def _repr_html_(self) -> str:
        return self.html


def new_figure(
    height: float, *, left: float | None = None, top: float = 0.1, bottom: float = 0.55, right: float = 0.15
) -> tuple[Drawing, Axes]:
    """A figure with one set of axes, 8 inches wide; height and margins in inches.

    Without `left` matplotlib searches for margins that hold every label, and draws everything once more for it.
    """
    width = 8.0
    with house_style():
        if left is None:
            figure = Drawing(figsize=(width, height), layout="constrained")
            return figure, figure.add_subplot()
        figure = Drawing(figsize=(width, height))
        box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
        return figure, figure.add_axes(box)


def number_ticks(lang: str) -> FuncFormatter:
    """The numbers along an axis, in the reader's language; matplotlib places zero a hair beside it."""
    return FuncFormatter(lambda value, _: wording.count(float(rounded(value, _TICK_DECIMALS)), lang))


def figure(fig: Drawing | Axes, *, alt: str, caption: str = "", source: str = "") -> Figure:
    """A figure of your own as a page shows it: in the style of the reports, with its text alternative.

    Give it as the last value of a cell, or to `pf.show`. The drawing is not shown a second time at the end of the cell.

    Parameters
    ----------
    fig
        A figure of matplotlib, or axes of one (`df.plot()` gives axes).
    alt
        What the figure says, in words, for who does not see it.
    caption, source
        The lines below it.

    Returns
    -------
    Figure
        What IPython shows as the figure with its lines.

    Raises
    ------
    ParameterError
        Without a figure or without `alt`.

    Examples
    --------
    >>> import pandas as pd
    >>> import porfse_analysis as pf
    >>> axes = pd.Series([1, 3, 2]).plot()
    >>> pf.figure(axes, alt="A line from 1 to 3 and back to 2.")
    <Figure own>
    """
    drawing = fig.figure if isinstance(fig, Axes) else fig
    if not isinstance(drawing, Drawing):
        raise ParameterError(f"fig is of type {type(fig).__name__}: give a figure of matplotlib, or axes of one")
    if not isinstance(alt, str) or not alt.strip():
        raise ParameterError("alt is empty: say in words what the figure shows, for who does not see it")
    for ax in drawing.axes:
        _in_style(ax)
    made = on_page(drawing, name="own", alt=alt.strip(), caption=caption, source=source)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(drawing)
    return made


def _in_style(ax: Axes) -> None:
    """Axes made outside the style, with its colours of lines and texts and without the frame."""
    for name, spine in ax.spines.items():
        spine.set_color(COLOURS["line"])
        if name in ("top", "right"):
            spine.set_visible(False)
    ax.tick_params(axis="x", colors=COLOURS["quiet"])
    ax.tick_params(axis="y", colors=COLOURS["text"])
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_color(COLOURS["text"])


def on_page(figure: Drawing, *, name: str, alt: str, caption: str, source: str) -> Figure:
    """A drawing in our style as the figure of a page."""
    buffer = io.BytesIO()
    for item in figure.findobj(Text):
        # what was written outside the style
        item.set_parse_math(False)
    with house_style(), warnings.catch_warnings():
        # letters that matplotlib's font lacks are drawn by the reader's
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return Figure(name, buffer.getvalue().translate(None, _NOT_IN_XML), alt, caption, source)
