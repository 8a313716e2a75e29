"""What a document consists of, whatever it is written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = [
    "Cell",
    "Code",
    "Document",
    "Enclosed",
    "Heading",
    "Items",
    "Paragraph",
    "Part",
    "Picture",
    "Run",
    "Table",
    "Terms",
    "Tiles",
    "plain",
    "shortened",
]


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style; a line feed in it begins a new line. `link` is an address of the web, or ""."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""


Runs = tuple[Run, ...]


def plain(runs: Sequence[Run]) -> str:
    """The text of runs, without their style."""
    return "".join(run.text for run in runs)


@dataclass(frozen=True)
class Heading:
    """A heading; the sections of a document are of level 2, its title is no part of it."""

    level: int
    runs: Runs


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `style`: text, note (smaller, of a table, figure or tiles) or empty (why something is not there)."""

    runs: Runs
    style: str = "text"


@dataclass(frozen=True)
class Items:
    """A list; each item has parts of its own. `start` is the number of the first, None where they have none."""

    items: tuple[tuple[Part, ...], ...]
    start: int | None = None


@dataclass(frozen=True)
class Tiles:
    """Figures in large: label, figure, what it is and of which date; those of an earlier date are `old`."""

    items: tuple[tuple[str, str, str], ...]
    old: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of a table, at the `column` it begins in. `head`: it names its row or columns."""

    runs: Runs
    column: int
    columns: int = 1
    rows: int = 1
    head: bool = False
    right: bool = False
    old: bool = False


@dataclass(frozen=True)
class Table:
    """A table: every place of its grid is in one cell, and no cell is in `heads` and `rows` both."""

    columns: int
    heads: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture: `kind` is the ending of a file of its kind, `width` in pixels of a screen, 0 where it is its own."""

    kind: str
    content: bytes = field(repr=False)
    alt: str
    caption: str = ""
    source: str = ""
    width: int = 0


@dataclass(frozen=True)
class Terms:
    """Terms with what each means."""

    items: tuple[tuple[Runs, Runs], ...]


@dataclass(frozen=True)
class Code:
    """Text in which every blank and line counts."""

    text: str


@dataclass(frozen=True)
class Enclosed:
    """Parts set apart from the others: a quotation, or with `signed` the words of whom that names."""

    parts: tuple[Part, ...]
    signed: str = ""


Part = Heading | Paragraph | Items | Tiles | Table | Picture | Terms | Code | Enclosed


_EDGE = 120
"""Letters of the line at the edge of a page."""


def shortened(text: str) -> str:
    """A text for the edge of a page, which has one line."""
    return text if len(text) <= _EDGE else f"{text[: _EDGE - 1]}…"


@dataclass(frozen=True)
class Document:
    """A document: what stands on its first page and at the edges of each, and its parts in their order.

    `author` is who signs it, `signed` says so in words, `made` says when and with what it was made.
    """

    lang: str
    title: str
    subtitle: str
    author: str
    signed: str
    made: str
    parts: tuple[Part, ...]

    @property
    def head(self) -> str:
        """What the document is about, at the head of each page."""
        return shortened(" · ".join(filter(None, [self.title, self.subtitle.partition(" · ")[0]])))

    @property
    def foot(self) -> str:
        """When it was made, at the foot of each page."""
        return shortened(self.made)
