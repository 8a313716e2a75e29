"""A document for Word: built-in styles, real tables, nothing that is worked out when it is opened but page numbers."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from porfse_analysis.display.words import wording
from porfse_analysis.errors import extra_needed
from porfse_analysis.reports.document.measures import ACROSS, UPRIGHT, Placed, placed
from porfse_analysis.reports.document.parts import (
    Code,
    Document,
    Enclosed,
    Heading,
    Items,
    Paragraph,
    Picture,
    Run,
    Table,
    Terms,
    Tiles,
)
from porfse_analysis.reports.document.pictures import UnreadableError, as_image, described
from porfse_analysis.reports.document.sheets import Laid, sheets
from porfse_analysis.reports.document.word_styles import NOTE, add_page_numbers, restarted, set_up, turn
from porfse_analysis.reports.document.word_table import add_table, fill

__all__ = ["word"]

_PIXEL = 0.75
"""Points of a pixel of a screen."""

_TALLEST = 600.0
_ADDED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_ZIPPED = (2000, 1, 1, 0, 0, 0)
"""The time of making it would make every file another one."""

_LONGEST_PROPERTY = 255


def word(document: Document) -> bytes:
    """The document as a .docx file: the same document is the same bytes."""
    with extra_needed():
        import docx

    book = docx.Document()
    set_up(book, wording.text("document.language", document.lang))
    _say_about(book.core_properties, document)
    page = wording.text("document.page", document.lang, page="\0", pages="\0")
    add_page_numbers(book, document.head, document.foot, page)
    writer = _Writer(book, document.lang)
    writer.heading((Run(document.title),), 1)
    for text, style in ((document.subtitle, "Subtitle"), (document.signed, NOTE), (document.made, NOTE)):
        if text:
            writer.paragraph((Run(text),), style)
    for place, sheet in enumerate(sheets(document.parts, document.lang)):
        if place or sheet.across:
            turn(book, sheet.across)
        writer.room = ACROSS if sheet.across else UPRIGHT
        for part in sheet.parts:
            writer.add(part)
    buffer = io.BytesIO()
    book.save(buffer)
    return _undated(buffer)


def _say_about(properties: Any, document: Document) -> None:
    properties.title = document.title[:_LONGEST_PROPERTY]
    properties.subject = document.subtitle[:_LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = document.author[:_LONGEST_PROPERTY]
    properties.comments = ""
    properties.language = wording.text("document.language", document.lang)
    properties.created = properties.modified = _ADDED


def _undated(buffer: io.BytesIO) -> bytes:
    """The same parts of the file, without the time each was written at."""
    made = io.BytesIO()
    with zipfile.ZipFile(buffer) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as taken:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, _ZIPPED)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            taken.writestr(entry, given.read(name))
    return made.getvalue()


class _Writer:
    """Adds parts to the end of a file of Word; `room` is how many points its lines are wide."""

    def __init__(self, book: Any, lang: str) -> None:
        self._book, self._lang = book, lang
        self.room = UPRIGHT

    def heading(self, runs: Sequence[Run], level: int) -> None:
        """A heading of a level."""
        fill(self._book.add_paragraph(style=f"Heading {level}"), runs)

    def paragraph(self, runs: Sequence[Run], style: str = "Normal", *, before: bool = False) -> None:
        """A paragraph; one that stands `before` something is on its page."""
        added = self._book.add_paragraph(style=style)
        fill(added, runs)
        if before:
            added.paragraph_format.keep_with_next = True

    def add(self, part: Laid) -> None:
        """A part."""
        if isinstance(part, Heading):
            self.heading(part.runs, part.level)
        elif isinstance(part, Paragraph):
            self.paragraph(part.runs, NOTE if part.style == "note" else "Normal")
        elif isinstance(part, Placed):
            self._table(part)
        elif isinstance(part, Table):
            for piece in placed(part, self._lang, self.room, 0.0):
                self._table(piece)
        elif isinstance(part, Picture):
            self._picture(part)
        elif isinstance(part, Tiles):
            for label, figure, remark in part.items:
                self.paragraph((Run(f"{label}: "), Run(figure, bold=not part.old), Run(f" ({remark})")), "List Bullet")
        elif isinstance(part, Terms):
            for term, meaning in part.items:
                self.paragraph((*(replace(run, bold=True) for run in term), Run(": "), *meaning))
        elif isinstance(part, Code):
            self.paragraph((Run(part.text, code=True),), "No Spacing")
        elif isinstance(part, Items):
            self._items(part, 1)
        else:
            self._enclosed(part)

    def _items(self, items: Items, depth: int) -> None:
        """A list; what an item holds beside its first paragraph and lists comes below it."""
        kind = "List Bullet" if items.start is None else "List Number"
        style = kind if depth == 1 else f"{kind} {min(depth, 3)}"
        number = None if items.start is None else restarted(self._book, style, items.start)
        for item in items.items:
            first = isinstance(item[0], Paragraph)
            added = self._book.add_paragraph(style=style)
            if isinstance(item[0], Paragraph):
                fill(added, item[0].runs)
            if number is not None:
                added.paragraph_format.element.get_or_add_pPr()._add_numPr().get_or_add_numId().val = number
            for part in item[1:] if first else item:
                if isinstance(part, Items):
                    self._items(part, depth + 1)
                else:
                    self.add(part)

    def _enclosed(self, part: Enclosed) -> None:
        if part.signed:
            self.paragraph((Run(part.signed, bold=True, italic=True),), before=True)
        for inner in part.parts:
            if isinstance(inner, Paragraph):
                self.paragraph(inner.runs, "Quote")
            else:
                self.add(inner)

    def _table(self, found: Placed) -> None:
        if found.table.caption:
            self.paragraph((Run(found.table.caption),), "Caption", before=True)
        add_table(self._book, found)
        for note in found.table.notes or ("",):  # two tables with nothing between them would be one
            self.paragraph((Run(note),) if note else (), NOTE)

    def _picture(self, picture: Picture) -> None:
        said = described(picture, self._lang)
        from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError

        paragraph = self._book.add_paragraph()
        try:
            shown = paragraph.add_run().add_picture(io.BytesIO(as_image(picture)))
        except (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError, UnreadableError):
            fill(paragraph, (Run(said, italic=True),))
        else:
            wide, high = shown.width.pt, shown.height.pt
            wanted = picture.width * _PIXEL or wide
            scale = min(wanted / wide, self.room / wide, _TALLEST / high)
            shown.width, shown.height = int(shown.width * scale), int(shown.height * scale)
            properties = shown._inline.docPr
            properties.set("descr", said)
            paragraph.paragraph_format.keep_with_next = bool(picture.caption or picture.source)
        self._lines((picture.caption, "Caption"), (picture.source, NOTE))

    def _lines(self, *lines: tuple[str, str]) -> None:
        said: Iterable[tuple[str, str]] = [line for line in lines if line[0]]
        for text, style in said:
            self.paragraph((Run(text),), style)
