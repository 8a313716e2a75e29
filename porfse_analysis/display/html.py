"""Pieces of a page: what a notebook cell shows, as HTML with every text escaped."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

__all__ = ["RESULTS_MIME", "Html", "heading", "paragraphs", "picture", "record", "show", "tiles"]

RESULTS_MIME = "application/vnd.porfse.results+json"
"""The type under which an executed notebook carries its results."""


@dataclass(frozen=True, repr=False)
class Html:
    """A piece of a page that a notebook can show."""

    html: str

    def __repr__(self) -> str:
        # a notebook keeps it beside the HTML
        return f"<Html, {len(self.html)} characters>"

    def _repr_html_(self) -> str:
        return self.html


def heading(text: str, anchor: str, level: int = 2) -> Html:
    """A heading that can be linked to."""
    return Html(f'<h{level} id="{html.escape(anchor)}">{html.escape(text)}</h{level}>')


def paragraphs(texts: Iterable[str], css: str = "pf-text") -> Html:
    """One paragraph per text."""
    return Html("".join(f'<p class="{css}">{html.escape(text)}</p>' for text in texts))


def tiles(items: Sequence[tuple[str, str, str]]) -> Html:
    """Figures in large: label, figure, and a line that says what it is and of which date."""
    rows = "".join(
        f'<div class="pf-tile"><dt>{html.escape(label)}</dt><dd><strong>{html.escape(figure)}</strong>'
        f"<span>{html.escape(remark)}</span></dd></div>"
        for label, figure, remark in items
    )
    return Html(f'<dl class="pf-tiles">{rows}</dl>')


def picture(svg: bytes, alt: str, caption: str, source: str, css: str = "pf-figure") -> Html:
    """A figure with its text alternative, caption and source line."""
    data = base64.b64encode(svg).decode("ascii")
    label = html.escape(caption)
    return Html(
        # on a narrow screen it scrolls, for its words to be read: the keyboard must get there
        f'<figure class="{css}"><div class="pf-drawing" role="group" aria-label="{label}" tabindex="0">'
        f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(alt)}"></div>'
        f'<figcaption>{label}<br><span class="pf-source">{html.escape(source)}</span></figcaption>'
        "</figure>"
    )


def show(*items: object) -> None:
    """Show each item as an output of the cell.

    Parameters
    ----------
    items
        What a notebook can show: tables and figures of a report, frames.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> pf.show(pf.open_report(pf.load_programme(), cutoff="2018-09-30"))
    <Report 2014IT05SFOP007 at 2018-09-30, it>
    """
    from IPython.display import display

    for item in items:
        display(item)  # type: ignore[no-untyped-call]


def record(results: pd.DataFrame) -> None:
    """Keep `results` in the executed notebook, for the runner to collect.

    The frame travels as JSON under a type of its own; numbers keep every digit, dates are ISO text.

    Parameters
    ----------
    results
        A frame in the result columns, as `report.results`.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> report = pf.open_report(pf.load_programme(), cutoff="2018-09-30")
    >>> pf.record(report.results.head(1))  # doctest: +ELLIPSIS
    {'application/vnd.porfse.results+json': {'columns': ['programme', ...}, 'text/plain': '1 results recorded'}
    """
    from IPython.display import display

    dates = results.select_dtypes("datetime").columns
    rows = results.assign(**{name: results[name].dt.strftime("%Y-%m-%d").fillna("") for name in dates})
    values = rows.astype(object).where(rows.notna(), None)
    bundle: dict[str, Any] = {
        RESULTS_MIME: {"columns": list(values), "rows": values.values.tolist()},
        "text/plain": f"{len(values)} results recorded",
    }
    json.dumps(bundle, allow_nan=False)  # refuse what a notebook file cannot hold
    display(bundle, raw=True)  # type: ignore[no-untyped-call]
