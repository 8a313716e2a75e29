"""A document as PDF/UA: set by Typst out of one template, to which everything comes as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from porfse_analysis.display.typesetting import FONT, as_json, typeset
from porfse_analysis.display.words import wording
from porfse_analysis.reports.document.measures import INSET, UPRIGHT, Placed, breakable, is_torn, lines_of, placed
from porfse_analysis.reports.document.parts import (
    Cell,
    Code,
    Document,
    Enclosed,
    Heading,
    Items,
    Paragraph,
    Part,
    Picture,
    Run,
    Table,
    Terms,
    Tiles,
)
from porfse_analysis.reports.document.pictures import UnreadableError, as_drawing, described
from porfse_analysis.reports.document.sheets import Laid, sheets

__all__ = ["pdf"]

_FONTS = (FONT, "STIXGeneral", "Last Resort High-Efficiency")
"""Of matplotlib's fonts; the last has a sign for every letter, so that no text is lost whatever it is written in."""

_BODY, _CODE, _HEADING, _LARGE = 9.5, 7.5, 19.0, 14.0
"""Points, as the template has them."""

_GUTTER, _TILE_INSET = 8.0, 9.0
_LONG_TILE = 200
"""Letters of a text in a tile; tiles of longer ones may go on on the next page."""

_INDENT = 40.0
"""Points a part within others may lack of the width of the page."""

_HIGHEST_HEAD = 15
"""Lines of the head of a table that is repeated on every page."""

_CONTENTS_FROM = 4
"""Sections of a document that has a table of contents."""


def pdf(document: Document) -> bytes:
    """The document on A4, tagged, with bookmarks: the same document is the same bytes.

    A picture that cannot be read is what it says in words.
    """
    try:
        return _set(document, {})
    except RuntimeError:
        unreadable = {part for part in _pictures(document.parts) if not _can_be_set(part)}
        if not unreadable:
            raise
        return _set(document, dict.fromkeys(unreadable, True))


def _set(document: Document, unreadable: Mapping[Picture, bool]) -> bytes:
    writer = _Writer(document.lang, unreadable)
    sections = sum(isinstance(part, Heading) and part.level <= 2 for part in document.parts)
    content = {
        "lang": document.lang,
        "fonts": _FONTS,
        "title": document.title,
        "heading": writer.line(document.title, bold=True, size=_HEADING),
        "subtitle": writer.line(document.subtitle, size=11.0),
        "description": document.subtitle,
        "author": [document.author] if document.author else [],
        "head": document.head,
        "foot": document.foot,
        "about": writer.line("\n".join(filter(None, [document.signed, document.made]))),
        "contents": sections >= _CONTENTS_FROM,
        "words": {
            # the numbers are known when the pages are
            "page": wording.text("document.page", document.lang, page="{page}", pages="{pages}"),
            "contents": wording.text("document.contents", document.lang),
        },
        "sheets": [
            {
                "across": sheet.across,
                "parts": [written for part in sheet.parts for written in writer.part(part, UPRIGHT)],
            }
            for sheet in sheets(document.parts, document.lang)
        ],
    }
    return typeset(_template(), {"document.json": as_json(content), **writer.files}, format="pdf")


@cache
def _template() -> str:
    return files("porfse_analysis.reports.document").joinpath("report.typ").read_text(encoding="utf-8")


def _pictures(parts: Iterable[Part]) -> Iterator[Picture]:
    for part in parts:
        if isinstance(part, Picture):
            yield part
        elif isinstance(part, Enclosed):
            yield from _pictures(part.parts)
        elif isinstance(part, Items):
            for item in part.items:
                yield from _pictures(item)


def _can_be_set(picture: Picture) -> bool:
    source = '#set document(title: "-"); #image("picture.svg", alt: "-")'
    try:
        typeset(source, {"picture.svg": as_drawing(picture)[0]}, format="pdf")
    except (RuntimeError, UnreadableError):
        return False
    return True


Written = dict[str, Any]


class _Writer:
    """The parts of a document as the template reads them, and the pictures it reads beside."""

    def __init__(self, lang: str, unreadable: Mapping[Picture, bool]) -> None:
        self.files: dict[str, bytes] = {}
        self._lang, self._unreadable = lang, unreadable

    def line(self, text: str, room: float = UPRIGHT, size: float = _BODY, *, bold: bool = False) -> list[Written]:
        """A text as the template reads runs."""
        return self._runs((Run(text, bold=bold),), room, size)

    def _runs(self, runs: Iterable[Run], room: float, size: float) -> list[Written]:
        return [
            {
                "text": breakable(run.text, run.bold, room / size),
                "bold": run.bold,
                "italic": run.italic,
                "code": run.code,
                "link": run.link,
            }
            for run in runs
        ]

    def part(self, part: Laid, room: float) -> list[Written]:
        """A part, `room` points wide."""
        if isinstance(part, Heading):
            return [{"kind": "heading", "level": part.level, "runs": self._runs(part.runs, room, _HEADING)}]
        if isinstance(part, Paragraph):
            return [{"kind": "paragraph", "style": part.style, "runs": self._runs(part.runs, room, _BODY)}]
        if isinstance(part, Table):
            return [self._table(found) for found in placed(part, self._lang, room, 0.0)]
        if isinstance(part, Placed):
            return [self._table(part)]
        if isinstance(part, Picture):
            return [self._picture(part, room)]
        if isinstance(part, Tiles):
            third = (room - 2 * _GUTTER) / 3 - 2 * _TILE_INSET
            items = [
                [
                    self.line(text, third, size, bold=size == _LARGE)
                    for text, size in zip(item, (8.0, _LARGE, 8.0), strict=True)
                ]
                for item in part.items
            ]
            longest = max(len(text) for item in part.items for text in item)
            return [{"kind": "tiles", "old": part.old, "items": items, "breaks": longest > _LONG_TILE}]
        if isinstance(part, Terms):
            items = [
                [
                    self._runs([replace(run, bold=True) for run in term], room - _INDENT, _BODY),
                    self._runs(meaning, room - _INDENT, _BODY),
                ]
                for term, meaning in part.items
            ]
            return [{"kind": "terms", "items": items}]
        if isinstance(part, Code):
            return [{"kind": "code", "runs": self._runs((Run(part.text, code=True),), room - _INDENT, _CODE)}]
        if isinstance(part, Items):
            nested = [[found for inner in item for found in self.part(inner, room - _INDENT)] for item in part.items]
            return [{"kind": "items", "start": part.start, "items": nested}]
        inside = [found for inner in part.parts for found in self.part(inner, room - _INDENT)]
        return [
            {"kind": "enclosed", "signed": self.line(part.signed, bold=True) if part.signed else [], "parts": inside}
        ]

    def _picture(self, picture: Picture, room: float) -> Written:
        said = described(picture, self._lang)
        try:
            if picture in self._unreadable:
                raise UnreadableError
            drawing, width = as_drawing(picture)
        except UnreadableError:
            return {"kind": "paragraph", "style": "note", "runs": self.line(said, room)}
        name = f"picture-{len(self.files) + 1}.svg"
        self.files[name] = drawing
        return {
            "kind": "picture",
            "file": name,
            "alt": said,
            "width": width,
            "caption": self.line(picture.caption, room) if picture.caption else [],
            "source": self.line(picture.source, room) if picture.source else [],
        }

    def _table(self, found: Placed) -> Written:
        table = found.table
        heads = [self._cell(cell, at, found, len(table.heads)) for at, row in enumerate(table.heads) for cell in row]
        below = list(enumerate(table.rows, start=len(table.heads)))
        return {
            "kind": "table",
            "caption": self.line(table.caption, bold=True) if table.caption else [],
            "widths": found.widths,
            "size": found.size,
            "inset": INSET,
            "repeats": len(heads) > 0 and _height(found) < _HIGHEST_HEAD,
            "heads": [{**head, "breaks": True} for head in heads],
            "rows": [
                {**self._cell(cell, at, found, 0), "breaks": _breaks(row, found)} for at, row in below for cell in row
            ],
            "notes": [self.line(note, size=8.0) for note in table.notes],
        }

    def _cell(self, cell: Cell, row: int, found: Placed, heads: int) -> Written:
        """A cell; `heads` is how many rows the head has that it is in, 0 for one below it."""
        points = sum(found.widths[cell.column : cell.column + cell.columns]) - 2 * INSET
        runs = [replace(run, bold=True) for run in cell.runs] if cell.head else cell.runs
        return {
            "column": cell.column,
            "row": row,
            "columns": cell.columns,
            "rows": cell.rows,
            "right": cell.right,
            "centre": heads > 0 and cell.columns > 1,
            "top": heads > 0,
            "last": row + cell.rows == heads,
            "old": cell.old,
            "runs": self._runs(runs, points, found.size),
        }


def _breaks(row: Sequence[Cell], found: Placed) -> bool:
    """Whether a row may go on on the next page; one that goes on in the row below must."""
    return is_torn(row, found) or any(cell.rows > 1 for cell in row)


def _height(found: Placed) -> float:
    """About how many lines the head of a table has."""
    return sum(max((lines_of(cell, found) for cell in row), default=0.0) for row in found.table.heads)
