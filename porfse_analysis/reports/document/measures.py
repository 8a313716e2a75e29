"""How wide the columns of a table are on paper, and what paper it takes: nothing is cut off at the margin."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from porfse_analysis.display.words import wording
from porfse_analysis.reports.document.grid import cut
from porfse_analysis.reports.document.parts import Cell, Table, plain, shortened

__all__ = ["ACROSS", "INSET", "UPRIGHT", "Placed", "breakable", "is_torn", "lines_of", "placed"]

UPRIGHT, ACROSS = 493.0, 740.0
"""Points between the margins of A4, upright and across."""

INSET = 3.5
"""Points between the text of a cell and the edge of its column."""

_SIZES = (8.5, 8.0, 7.5, 7.0)
_SMALLEST = 6.5
_ROOM = 0.4
"""Points a column has beyond its widest word, so that rounding breaks none."""

_TALL = 5
"""Lines a row has, one with another, of a table that is better turned than set close."""

_TORN = 12
"""Lines of a row that stands on one page: a higher one goes on on the next."""

_BLOCK = 1.25
"""How many square roots of its length a long text is wide."""

_RAGGED = 1.1
"""How much more room lines take than their letters: they end between words."""

_LONGEST_WORD = 16.0
"""Heights of the type: a longer word is broken rather than the column made wider."""

_BETWEEN_WORDS = re.compile(r"[ \n]|(?<=-)(?=[^\W\d_])")
_BIT = 0.1
"""Of the width of a column: so wide are the bits of a word that is wider than it."""

_BREAK = "\N{ZERO WIDTH SPACE}"
_WORDS = re.compile(r"[ \n]+|[^ \n]+")
_PARTS = re.compile(
    "[^/?&=_.,;:@#%\N{NO-BREAK SPACE}-]*[/?&=_.,;:@#%\N{NO-BREAK SPACE}-]+|[^/?&=_.,;:@#%\N{NO-BREAK SPACE}-]+"
)
"""Of a long word, as an address is: where it is broken first."""


@dataclass(frozen=True)
class Placed:
    """A table on paper: points of each column, size of the type, whether the paper lies across."""

    table: Table
    widths: tuple[float, ...]
    size: float
    across: bool


@dataclass(frozen=True)
class _Column:
    """Heights of the type: the longest word, what reads well, the longest text in one line."""

    least: float
    good: float
    most: float


def placed(table: Table, lang: str, room: float = UPRIGHT, wider: float = ACROSS) -> list[Placed]:
    """The table as it stands on paper: upright if its columns read well there, else across, in a smaller type.

    `room` and `wider` are the points between the margins, upright and across; where `wider` is no more than `room` the
    paper does not turn. A table too wide for any of it is several, each with the columns that name the rows; a caption
    in `lang` says which part each is, and the notes are below the last.
    """
    found = _placed(table, [(room, False), (wider, True)] if wider > room else [(room, False)])
    if len(found) == 1:
        return found
    return [
        replace(
            piece,
            table=replace(
                piece.table,
                caption=wording.text(
                    "document.piece", lang, caption=shortened(table.caption), part=part, parts=len(found)
                ).strip(),
                notes=table.notes if part == len(found) else (),
            ),
        )
        for part, piece in enumerate(found, start=1)
    ]


def _placed(table: Table, rooms: Sequence[tuple[float, bool]]) -> list[Placed]:
    columns = [_measured(table, column) for column in range(table.columns)]
    good, least = [column.good for column in columns], [column.least for column in columns]
    upright = [(size, *rooms[0], good) for size in _SIZES]
    # turned paper leaves the pages beside it half empty
    close = [(size, *rooms[0], least) for size in _SIZES[-2:]]
    across = [(size, *paper, good) for paper in rooms[1:] for size in _SIZES]
    for size, points, turned, wanted in [*upright, *close, *across, (_SMALLEST, *rooms[-1], least)]:
        free = (points - (2 * INSET + _ROOM) * len(columns)) / size
        if sum(wanted) <= free:
            widths = _shared(table, wanted, columns, free)
            if (size, points, turned, wanted) in close and _lines(table, widths) > _TALL * len(table.rows):
                continue
            return [Placed(table, tuple(width * size + 2 * INSET + _ROOM for width in widths), size, turned)]
    pieces = list(_pieces(table, columns, rooms[-1][0]))
    if len(pieces) == 1:  # one column besides those that name the rows: as wide as the paper
        widths = [rooms[-1][0] * width / sum(least) for width in least]
        return [Placed(table, tuple(widths), _SMALLEST, rooms[-1][1])]
    return [part for piece in pieces for part in _placed(piece, rooms)]


def _pieces(table: Table, columns: Sequence[_Column], points: float) -> Iterator[Table]:
    """The table as several, each as many of its columns as the paper has room for."""
    heads = _naming(table)
    room = points / _SMALLEST
    inset = (2 * INSET + _ROOM) / _SMALLEST
    start = sum(columns[column].least + inset for column in heads)
    own: list[int] = []
    taken = start
    for column in range(table.columns):
        if column in heads:
            continue
        need = columns[column].least + inset
        if own and taken + need > room:
            yield cut(table, [*heads, *own])
            own, taken = [], start
        own.append(column)
        taken += need
    yield cut(table, [*heads, *own])


def _naming(table: Table) -> list[int]:
    """The first columns, whose cells name the rows: no more than leave room for the others."""
    naming = []
    for column in range(min(table.columns - 1, 3)):
        cells = [cell for row in table.rows for cell in row if cell.column == column]
        if not cells or not all(cell.head for cell in cells):
            break
        naming.append(column)
    return naming


def _measured(table: Table, column: int) -> _Column:
    """What a column needs; a cell that spans several asks for nothing."""
    cells = [cell for row in (*table.heads, *table.rows) for cell in row if (cell.column, cell.columns) == (column, 1)]
    heads = {cell for row in table.heads for cell in row}
    least = good = most = 1.0
    for cell in cells:
        lines = plain(cell.runs).split("\n")
        whole = max(_width(line, cell.head) for line in lines)
        word = max(_unbroken(word, cell.head) for line in lines for word in _BETWEEN_WORDS.split(line))
        if cell in heads:  # a head is wrapped as far as its words allow
            good = max(good, min(word, _LONGEST_WORD))
        elif cell.right and whole <= _LONGEST_WORD:  # a figure stays in one line
            word = whole
            good = max(good, whole)
        else:  # a long text stands in a block neither narrow nor wide
            good = max(good, min(word, _LONGEST_WORD), min(whole, _BLOCK * math.sqrt(whole)))
        least, most = max(least, min(word, _LONGEST_WORD)), max(most, whole)
    return _Column(least, good, most)


def _unbroken(word: str, bold: bool) -> float:
    """How wide a word is, or of one as long as an address the parts it is broken into."""
    whole = _width(word, bold)
    return whole if whole <= _LONGEST_WORD else max(_width(part, bold) for part in _PARTS.findall(word))


def _shared(table: Table, wanted: Sequence[float], columns: Sequence[_Column], free: float) -> list[float]:
    """The widths with the room that is left, so that the table has the fewest lines.

    Either short texts come into one line first, or all columns have as many lines, or something between the two.
    """
    first = _filled(lambda level: [max(want, min(each.most, level)) for want, each in _with(wanted, columns)], free)
    alike = _filled(lambda level: [max(want, each.most * level / free) for want, each in _with(wanted, columns)], free)
    tried = [[a + (b - a) * part / 4 for a, b in zip(first, alike, strict=True)] for part in range(5)]
    return min(tried, key=lambda widths: _lines(table, widths))


def _with(wanted: Sequence[float], columns: Sequence[_Column]) -> Iterable[tuple[float, _Column]]:
    return zip(wanted, columns, strict=True)


def _filled(widths_at: Callable[[float], list[float]], free: float) -> list[float]:
    """The widths at the highest level there is room for; what is left is for all alike."""
    low, high = 0.0, free
    for _ in range(30):
        level = (low + high) / 2
        low, high = (low, level) if sum(widths_at(level)) > free else (level, high)
    widths = widths_at(low)
    left = (free - sum(widths)) / len(widths)
    return [width + left for width in widths]


def _lines(table: Table, widths: Sequence[float]) -> int:
    """About how many lines the rows of a table have."""
    return sum(
        max(math.ceil(_RAGGED * _whole(cell) / sum(widths[cell.column : cell.column + cell.columns])) for cell in row)
        for row in table.rows
        if row
    )


def _whole(cell: Cell) -> float:
    return _width(plain(cell.runs), cell.head)


def lines_of(cell: Cell, found: Placed) -> float:
    """About how many lines a cell has."""
    points = sum(found.widths[cell.column : cell.column + cell.columns]) - 2 * INSET
    return math.ceil(_RAGGED * _whole(cell) * found.size / points)


def is_torn(cells: Iterable[Cell], found: Placed) -> bool:
    """Whether a row of these cells may go on on the next page: a short one would only be torn."""
    return any(lines_of(cell, found) > _TORN for cell in cells)


def breakable(text: str, bold: bool, width: float) -> str:
    """A text in which no word is wider than `width` (in heights of the type): a line may end where one is divided."""
    return "".join(
        word if _width(word, bold) <= width else _BREAK.join(_divided(word, bold, width))
        for word in _WORDS.findall(text)
    )


def _divided(word: str, bold: bool, width: float) -> Iterator[str]:
    for part in _PARTS.findall(word):
        yield from [part] if _width(part, bold) <= width else _bits(part, bold, width * _BIT)


def _bits(text: str, bold: bool, width: float) -> list[str]:
    """A word in bits about as wide, an accent never without its letter."""
    found: list[str] = []
    have = width
    for letter in text:
        if found and (have < width or unicodedata.category(letter) in ("Mn", "Me", "Cf")):
            found[-1] += letter
        else:
            found.append(letter)
            have = 0.0
        have += _advance(letter, bold)
    return found


# --- letters ---


@lru_cache(maxsize=10_000)
def _width(text: str, bold: bool) -> float:
    return sum(_advance(letter, bold) for letter in text)


@cache
def _advance(letter: str, bold: bool) -> float:
    """How wide a letter is, in heights of the type; one that the font lacks is as wide as the widest."""
    from matplotlib.ft2font import LoadFlags

    face = _face(bold)
    index = face.get_char_index(ord(letter))
    if not index:
        return _WIDEST
    return float(face.load_glyph(index, LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / _UNITS


_WIDEST = 1.2
_UNITS = 72.0


@cache
def _face(bold: bool) -> Any:
    import matplotlib
    from matplotlib.ft2font import FT2Font

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    face = FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", name)))
    face.set_size(_UNITS, 72)
    return face
