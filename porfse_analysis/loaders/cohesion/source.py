"""Opening a table of the Commission's portal, in whatever form it was saved: CSV or JSON, packed
with gzip or not.

The form is told from the content, never from the name. A table is read as text, each column as a
category: a text that occurs a thousand times is kept, checked and translated once. What is not a
whole table is refused here: a page of the web site, an error of the portal, a download cut short,
rows with more or fewer cells than the header.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol, cast

import numpy as np
import pandas as pd

from porfse_analysis.errors import DataError, Fault
from porfse_analysis.loaders.cohesion.signs import told_by_its_bytes, told_by_its_separator

__all__ = ["CheckedStream", "CsvTable", "JsonTable", "RawTable", "TableSource", "open_table"]

TableSource = str | Path | IO[str] | IO[bytes]

_BLOCK = 1 << 20
_HEAD = 1 << 16
_ROWS = 1 << 14
_QUOTE, _NEWLINE = b'"\n'
_CUT_SHORT = "Download it again: the download was cut short"


class RawTable(Protocol):
    """A table as the portal wrote it: its labels, its cells as text, and where a record stands."""

    name: str
    header: list[str]

    def read(self, positions: Sequence[int]) -> list[pd.Categorical]:
        """The columns at these positions of the header, each as a category of texts; "" for what is
        missing.
        """
        ...

    def fault(
        self,
        record: int,
        problem: str,
        column: str = "",
        value: str | None = None,
        remedy: str = "",
    ) -> Fault:
        """A fault of record `record` (0 is the first below the header)."""
        ...


def open_table(source: TableSource) -> CsvTable | JsonTable:
    """The table in `source`: a path, or a file open as text or binary, packed with gzip or not.

    Raises `DataError` when it holds no table: no file, an empty one, a web page, a workbook, an
    error of the portal.
    """
    if isinstance(source, str | Path):
        name, content = str(source), Path(source)
        if not content.is_file():
            problem = "is a folder, not a file" if content.is_dir() else "is not there"
            raise DataError(name, [Fault(problem, remedy="Name a table downloaded from the portal")])
        return _told_apart(_Input(name, content))
    # an open file may be one that cannot be read twice: a pipe, a download
    held = source.read()
    raw = held.encode("utf-8") if isinstance(held, str) else held
    return _told_apart(_Input(str(getattr(source, "name", "the open file")), raw))


@dataclass(frozen=True)
class _Input:
    """Where the bytes of a table come from; `open` gives them unpacked, from the start, as often as
    needed.
    """

    name: str
    content: Path | bytes

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        held = self.content
        with held.open("rb") if isinstance(held, Path) else io.BytesIO(held) as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not packed:
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast("IO[bytes]", unpacked)

    def refuse(self, problem: str, remedy: str = "", **place: Any) -> DataError:
        return DataError(self.name, [Fault(problem, self.name, remedy=remedy, **place)])

    def unreadable(self, error: Exception) -> DataError:
        if isinstance(error, EOFError):
            return self.refuse("ends in the middle of its gzip data", _CUT_SHORT)
        return self.refuse(f"cannot be unpacked ({error})", "Download it again: the file is damaged")


# what the unpacking of a damaged file raises
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)


def _told_apart(source: _Input) -> CsvTable | JsonTable:
    with source.open() as stream:
        try:
            head = stream.read(_HEAD)
        except _DAMAGE as error:
            raise source.unreadable(error) from error
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise source.refuse("is empty", "Download it again")
    if told := told_by_its_bytes(head):
        raise source.refuse(*told)
    if start.startswith(b"<"):
        shown = " ".join(start[:200].decode("utf-8", "replace").split())[:60]
        raise source.refuse(
            "is a web page, not a table",
            "Use the CSV export of the portal, or its address ending in .csv",
            value=shown,
        )
    if start[:1] in b"[{":
        return _json_table(source)
    return _csv_table(source, head)


# --- CSV ---


@dataclass
class CsvTable:
    """A table in CSV, read in one pass without ever being held whole."""

    name: str
    header: list[str]
    source: _Input
    _lines: list[int] = field(default_factory=list)

    def read(self, positions: Sequence[int]) -> list[pd.Categorical]:
        """See `RawTable.read`."""
        wanted = sorted(positions)
        with self.source.open() as unpacked:
            checked = CheckedStream(unpacked, len(self.header))
            columns = [_Texts() for _ in wanted]
            try:
                # not dtype="category": pandas turns the categories '01' and '1' into one number
                chunks = pd.read_csv(
                    io.BufferedReader(checked, _BLOCK),
                    usecols=wanted,
                    index_col=False,
                    dtype=object,
                    na_filter=False,
                    encoding="utf-8-sig",
                    chunksize=_ROWS,
                )
                for chunk in chunks:
                    for index, texts in enumerate(columns):
                        texts.add(chunk.iloc[:, index].to_numpy())
            except _DAMAGE as error:
                raise self.source.unreadable(error) from error
            except (ValueError, UnicodeDecodeError) as error:
                raise self._refused(checked, error) from error
        if checked.records <= 0 and not checked.pending:
            raise self.source.refuse("has a header and no rows", "Download it again: nothing matched its filter")
        read = dict(zip(wanted, columns, strict=True))
        return [read[position].column() for position in positions]

    def _refused(self, checked: CheckedStream, error: Exception) -> DataError:
        if isinstance(checked.damage, Exception):
            return self.source.unreadable(checked.damage)
        if checked.undecodable is not None:
            row, text = checked.undecodable
            return self.source.refuse(
                "is not UTF-8 text",
                "Use the file as the portal gives it, not saved anew elsewhere",
                row=row,
                value=text,
            )
        if checked.open_quote:
            return self.source.refuse("ends inside a quoted cell", _CUT_SHORT)
        if checked.misshapen is not None:
            record, cells = checked.misshapen
            problem = f"has {cells} cell{'s' if cells != 1 else ''} where the header has {len(self.header)}"
            remedy = _CUT_SHORT if checked.at_end else "Use the file as the portal gives it"
            return DataError(self.name, [self.fault(record, problem, remedy=remedy)])
        return self.source.refuse(f"is not CSV ({' '.join(str(error).split())})", "Download it again")

    def fault(
        self,
        record: int,
        problem: str,
        column: str = "",
        value: str | None = None,
        remedy: str = "",
    ) -> Fault:
        """See `RawTable.fault`."""
        if not self._lines:
            # records and lines differ: cells hold line breaks; only a message needs to know
            self._lines = list(self._starts())
        row = 1 if record < 0 else self._lines[record] if record < len(self._lines) else None
        return Fault(problem, self.name, row, column, value, remedy)

    def _starts(self) -> Iterator[int]:
        with self.source.open() as unpacked:
            reader = csv.reader(io.TextIOWrapper(unpacked, encoding="utf-8-sig", errors="replace", newline=""))
            start, header = 1, True
            for record in reader:
                blank = len(record) <= 1 and not "".join(record).strip()
                if not blank and not header:
                    yield start
                header = header and blank
                start = reader.line_num + 1


class _Texts:
    """A column in the making: each different text once, and per row the number of its text."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.rows: list[np.ndarray] = []

    def add(self, texts: np.ndarray) -> None:
        codes, found = pd.factorize(texts)
        numbers = [self.numbers.setdefault(text, len(self.numbers)) for text in found]
        self.rows.append(np.array(numbers, dtype=np.int32)[codes])

    def column(self) -> pd.Categorical:
        categories = pd.Index(list(self.numbers), dtype="str")
        return pd.Categorical.from_codes(np.concatenate(self.rows), categories=categories)


class CheckedStream(io.RawIOBase):
    """Bytes on their way to pandas, which itself lets rows pass that are too long or too short for
    the header.

    Looks at every byte once: is it UTF-8, has each record as many cells as the header, is every
    quote closed.
    """

    def __init__(self, source: IO[bytes], cells: int, separator: bytes = b",") -> None:
        self.source, self.cells, self.separator = source, cells, separator[0]
        self.block = memoryview(b"")
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.quoted = 0  # 1: the block ends inside a quoted cell
        self.carried = 0  # cells of the unfinished record that earlier blocks brought
        self.pending = False  # the unfinished record has at least one byte
        self.records = -1  # finished records; the header is not counted
        self.lines = 0
        self.damage: Exception | None = None
        self.undecodable: tuple[int, str] | None = None
        self.misshapen: tuple[int, int] | None = None
        self.open_quote = False
        self.at_end = False

    def readable(self) -> bool:
        """It is read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, looked at."""
        if not self.block:
            self.block = memoryview(self._next_block())
        count = min(len(buffer), len(self.block))
        buffer[:count] = self.block[:count]
        self.block = self.block[count:]
        return count

    def _next_block(self) -> bytes:
        try:
            block = self.source.read(_BLOCK)
        except _DAMAGE as error:
            self.damage = error
            raise
        try:
            self.decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            row = self.lines + block.count(b"\n", 0, error.start) + 1
            around = error.object[max(0, error.start - 20) : error.start + 10]
            self.undecodable = row, around.decode("cp1252", "replace").replace("\n", " ")
            raise
        if block:
            self._count_cells(block)
        else:
            self._check_end()
        return block

    def _count_cells(self, block: bytes) -> None:
        octets = np.frombuffer(block, dtype=np.uint8)
        # the parity of the quotes so far; a doubled quote inside a cell changes nothing
        inside = np.cumsum(octets == _QUOTE, dtype=np.uint8) + np.uint8(self.quoted) & 1
        breaks = octets == _NEWLINE
        separators = np.flatnonzero((breaks | (octets == self.separator)) & (inside == 0))
        ends = np.flatnonzero(breaks[separators])
        cells = np.diff(ends, prepend=-1)
        if len(cells):
            cells[0] += self.carried
            wrong = np.flatnonzero(cells != self.cells)
            blank = cells[wrong] == 1  # a blank line is no record
            if blank.any():
                texts = (self._line_before(block, separators, int(ends[index])) for index in wrong)
                blank &= np.fromiter((not text.strip() for text in texts), dtype=bool, count=len(wrong))
            if not blank.all():
                first = int(np.argmin(blank))
                before = int(wrong[first]) - first  # blank lines before it are not records
                self.misshapen = self.records + before, int(cells[wrong[first]])
                raise ValueError("misshapen")
            self.records += len(cells) - len(wrong)
            self.carried = len(separators) - int(ends[-1]) - 1
            self.pending = bool(block[int(separators[ends[-1]]) + 1 :].strip())
        else:
            self.carried += len(separators)
            self.pending = self.pending or bool(block.strip())
        self.quoted = int(inside[-1])
        self.lines += int(breaks.sum())

    def _line_before(self, block: bytes, separators: np.ndarray, end: int) -> bytes:
        start = int(separators[end - 1]) + 1 if end else 0
        text = block[start : int(separators[end])]
        return text + b"x" if not end and self.pending else text

    def _check_end(self) -> None:
        if self.quoted:
            self.open_quote = True
            raise ValueError("open quote")
        if self.pending and self.carried + 1 != self.cells:
            self.misshapen, self.at_end = (self.records, self.carried + 1), True
            raise ValueError("misshapen")


def _csv_table(source: _Input, head: bytes) -> CsvTable:
    text = head.decode("utf-8-sig", "replace")
    header = [label.strip() for label in next(filter(None, csv.reader(io.StringIO(text, newline=""))), [])]
    if len(header) == 1 and (told := told_by_its_separator(header[0])):
        raise source.refuse(*told, row=1, value=header[0])
    return CsvTable(source.name, header, source)


# --- JSON ---


@dataclass
class JsonTable:
    """A table as the portal's interface answers in JSON: a list of objects, keys without a value
    left out.
    """

    name: str
    header: list[str]
    records: list[Mapping[str, str | bool | None]]

    def read(self, positions: Sequence[int]) -> list[pd.Categorical]:
        """See `RawTable.read`."""
        columns = []
        for position in positions:
            label, texts = self.header[position], _Texts()
            # the interface writes some flags as true and false
            cells = (record.get(label) for record in self.records)
            texts.add(np.array(["" if cell is None else str(cell) for cell in cells], dtype=object))
            columns.append(texts.column())
        return columns

    def fault(
        self,
        record: int,
        problem: str,
        column: str = "",
        value: str | None = None,
        remedy: str = "",
    ) -> Fault:
        """See `RawTable.fault`; the record is counted, for the lines of such a file are nobody's."""
        return Fault(f"{problem} (record {record + 1})", self.name, None, column, value, remedy, cause=problem)


def _json_table(source: _Input) -> JsonTable:
    with source.open() as stream:
        try:
            text = stream.read().decode("utf-8-sig")
        except _DAMAGE as error:
            raise source.unreadable(error) from error
        except UnicodeDecodeError as error:
            raise source.refuse(f"is not UTF-8 text ({error.reason})", "Download it again") from error
    try:
        # numbers stay the text they are: no digit is lost on the way
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError as error:
        raise source.refuse("is nested too deeply to be a table", "Download it again") from error
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        raise source.refuse(
            f"is not JSON: {error.msg}",
            _CUT_SHORT if at_end else "Download it again",
            row=error.lineno,
        ) from error
    if isinstance(content, dict):
        raise _portal_error(source, content)
    if not content:
        raise source.refuse("has no rows", "Nothing matched the filter of the download: check it")
    for number, record in enumerate(content, start=1):
        nested = _nested(record)
        if nested:
            raise source.refuse(
                f"{nested} (record {number})",
                "Use the address of the table that ends in .json, without $select",
            )
    header: dict[str, None] = {}
    for record in content:
        header |= dict.fromkeys(record)
    return JsonTable(source.name, list(header), content)


def _portal_error(source: _Input, content: Mapping[str, Any]) -> DataError:
    message = content.get("message") or content.get("errorMessage")
    if message or content.get("error"):
        code = content.get("code") or content.get("errorCode")
        said = " ".join(str(message or content["error"]).split())
        return source.refuse(
            f"is an error of the portal, not a table: {said}" + (f" [{code}]" if code else ""),
            "Correct the request, or try again later",
        )
    return source.refuse(
        f"is one JSON object, not a list of rows; its keys: {', '.join(list(content)[:8])}",
        "Use the address of the table that ends in .json",
    )


def _nested(record: object) -> str:
    """Why a record is not a row of plain cells; empty when it is one."""
    if not isinstance(record, dict):
        return "is not an object"
    held: Iterable[str] = (key for key, value in record.items() if not isinstance(value, str | bool | None))
    key = next(iter(held), None)
    return f"key {key!r} holds no plain value" if key is not None else ""
