"""The ways between the pages of a folder: dates before and after, other reports of a date, the other language.

A page is rendered before it is known what will lie beside it, with an empty place between two marks; `fill` writes the
links into it once all pages are there.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import quote

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.files import write_aside
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS

__all__ = ["END", "START", "Page", "address", "fill", "front_links", "in_order", "notebook_title"]

START, END = "<!-- navigation -->", "<!-- /navigation -->"
"""The marks in a page; a text of the data cannot be one, being escaped."""


@dataclass(frozen=True)
class Page:
    """A rendered report in the folder; `good` when its last run went well: only then other pages lead to it."""

    notebook: str
    cutoff: str
    lang: str
    path: Path
    good: bool = True


def address(origin: Path, target: Path) -> str:
    """The address of one file of the folder as seen from another, whatever their names are."""
    return quote(PurePath(os.path.relpath(target, origin.parent)).as_posix())


def notebook_title(name: str, lang: str) -> str:
    """How a report is called; by the name of its notebook when the catalogue does not know it."""
    key = f"notebook.{name}"
    return wording.text(key, lang) if wording.has_text(key) else str(wording.isolated(name))


def in_order(pages: Iterable[Page]) -> list[Page]:
    """The reports of the package in their own order, others after them."""

    def place(page: Page) -> tuple[int, str]:
        known = page.notebook in REPORT_NOTEBOOKS
        return REPORT_NOTEBOOKS.index(page.notebook) if known else len(REPORT_NOTEBOOKS), page.notebook

    return sorted(pages, key=place)


def fill(pages: Sequence[Page]) -> list[Path]:
    """Write the links of each page into its place; a page that has them already is left alone.

    Returns the pages it has changed.
    """
    changed = []
    linked = [page for page in pages if page.good]
    for page in pages:
        written = page.path.read_text(encoding="utf-8")
        before, start, rest = written.partition(START)
        _, end, after = rest.partition(END)
        if not (start and end):
            continue  # a page made by hand, or by an older version
        filled = f"{before}{START}\n{_links(page, linked)}\n{END}{after}"
        if filled != written:
            write_aside(page.path, filled)
            changed.append(page.path)
    return changed


def front_links(front: Path, others: Iterable[tuple[str, Path]]) -> str:
    """The links of a front page: the same page in other languages."""
    return "\n".join(_twin(front, path, lang) for lang, path in others)


def _links(page: Page, linked: Sequence[Page]) -> str:
    lang = page.lang
    same = sorted(
        (other for other in linked if (other.notebook, other.lang) == (page.notebook, lang)),
        key=lambda other: other.cutoff,
    )
    earlier = [other for other in same if other.cutoff < page.cutoff][-1:]
    later = [other for other in same if other.cutoff > page.cutoff][:1]
    beside = [
        other
        for other in linked
        if (other.cutoff, other.lang) == (page.cutoff, lang) and other.notebook != page.notebook
    ]
    twins = [
        other
        for other in linked
        if (other.notebook, other.cutoff) == (page.notebook, page.cutoff) and other.lang != lang
    ]
    links = [
        _link(page.path, other.path, wording.text("navigation.previous", lang, date=_day(other, lang)), ' rel="prev"')
        for other in earlier
    ]
    links += [
        _link(page.path, other.path, wording.text("navigation.next", lang, date=_day(other, lang)), ' rel="next"')
        for other in later
    ]
    links += [
        _link(
            page.path,
            other.path,
            wording.text("index.link", lang, date=_day(other, lang), notebook=notebook_title(other.notebook, lang)),
        )
        for other in in_order(beside)
    ]
    links += [_twin(page.path, other.path, other.lang) for other in twins]
    return "\n".join(links)


def _day(page: Page, lang: str) -> str:
    return wording.long_date(pd.Timestamp(page.cutoff), lang)


def _link(origin: Path, target: Path, label: str, more: str = "") -> str:
    return f'<li><a href="{address(origin, target)}"{more}>{html.escape(label)}</a></li>'


def _twin(origin: Path, target: Path, lang: str) -> str:
    return _link(
        origin, target, wording.text("navigation.language", lang), f' rel="alternate" hreflang="{lang}" lang="{lang}"'
    )
