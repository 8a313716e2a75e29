"""Pieces of a page: what a notebook cell shows, as HTML with every text escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from porfse_analysis.errors import extra_needed
from porfse_analysis.languages import LANGUAGES, texts

__all__ = [
    "RESULTS_MIME",
    "Html",
    "Link",
    "bullets",
    "heading",
    "kept_together",
    "link_list",
    "more",
    "paragraphs",
    "record",
    "show",
    "tiles",
    "written",
]

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


@dataclass(frozen=True)
class Link:
    """A way to another page. `before` is read out before the label and not seen: what the label leaves to its place."""

    label: str
    address: str
    before: str = ""


def heading(text: str, anchor: str, level: int = 2) -> Html:
    """A heading that can be linked to."""
    return Html(written("heading", text=text, anchor=anchor, level=level))


def paragraphs(texts: Iterable[str], css: str = "pf-text") -> Html:
    """One paragraph per text."""
    return Html(written("paragraphs", texts=list(texts), css=css))


def bullets(texts: Iterable[str], css: str = "") -> Html:
    """A list, one item per text."""
    return Html(written("bullets", texts=list(texts), css=css))


def link_list(links: Iterable[Link]) -> Html:
    """Links to other pages, in a row."""
    return Html(written("link_list", links=list(links)))


def more(link: Link) -> Html:
    """The way to where there is more of something."""
    return Html(written("more", item=link))


def tiles(items: Sequence[tuple[str, str, str]], *, old: bool = False) -> Html:
    """Figures in large: label, figure, and a line that says what it is and of which date; `old` ones lighter."""
    return Html(written("tiles", items=items, css="pf-tiles pf-old" if old else "pf-tiles"))


def written(macro: str, **values: object) -> str:
    """A piece of a page by the macro of that name in `templates/blocks.html.j2`; every value is escaped."""
    return str(getattr(_macros(), macro)(**values))


def kept_together(value: Any) -> Any:
    """A text in which a number and its unit stay on one line; HTML made before is left as it is."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return _with_units().sub(lambda found: found.group().replace(" ", "\N{NO-BREAK SPACE}"), value)


@cache
def _with_units() -> re.Pattern[str]:
    """A unit of several words, and a number with the unit after it, of whichever language."""
    units = {unit for lang in LANGUAGES for unit in texts("line", lang)["after_number"]}
    longest = sorted(units, key=lambda unit: (-len(unit), unit))
    return re.compile(rf"(?:(?<=\d) |(?<!\w))(?:{'|'.join(map(re.escape, longest))})(?!\w)")


@cache
def _macros() -> Any:
    # only whoever writes HTML needs it
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("porfse_analysis.display"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=kept_together,
    )
    return environment.get_template("blocks.html.j2").module


def show(*items: object) -> None:
    """Show each item as an output of the cell.

    Parameters
    ----------
    *items
        What a notebook can show: tables and figures of a report, frames.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> pf.show(pf.open_report(pf.load_programme(), cutoff="2018-09-30"))
    <Report 2014IT05SFOP007 at 2018-09-30, it>
    """
    with extra_needed():
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
    with extra_needed():
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
