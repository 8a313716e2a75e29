"""Opening the files of OpenCoesione: CSV, in a zip archive or packed with gzip or not, and Parquet.

The form is told from the content, the kind of file from its columns. Only the columns of `layouts.toml` are taken, a
piece at a time, as text; the rest of a row never becomes a value here. Nothing is unpacked under a name that an archive
gives, nor beyond what a file of this kind can be.
"""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, cast

import pandas as pd

from porfse_analysis.errors import DataError, Fault, extra_needed
from porfse_analysis.loaders.cohesion.source import CheckedStream
from porfse_analysis.loaders.opencoesione.layout import PROJECTS, Layout, layouts, plain, told

__all__ = ["PARQUET", "Part", "parts_of", "quoted"]

_HEAD = 1 << 16
_ROWS = 1 << 16
_BLOCK = 1 << 20
_SEPARATORS = (";", ",", "\t", "|")
_AGAIN = "Download it again from OpenCoesione"
_BOMB_FROM, _BOMB_TIMES = 64 << 20, 250  # a table of records packs to a twentieth; no text to a 250th
PARQUET = "parquet"
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


@dataclass(frozen=True)
class Part:
    """One table: a file, or a member of an archive. `at` has where each field of its layout stands in the header.

    `content` is where a Parquet table is, which is never read inside an archive.
    """

    name: str
    path: Path
    member: str
    packed: bool
    separator: str
    header: tuple[str, ...]
    layout: Layout
    at: dict[str, int]
    content: Path | None = None

    @property
    def label(self) -> str:
        """What the table is called in what is kept: without the folders of the machine it was read on."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    def pieces(self) -> Iterator[pd.DataFrame]:
        """The table in pieces: the columns of the layout that it has, as texts without blanks at their ends.

        The index numbers the rows of the whole table from 0.
        """
        if self.separator == PARQUET:
            yield from _parquet_pieces(self)
            return
        order = sorted(self.at, key=lambda name: self.at[name])
        with _opened(self.path, self.member, self.packed) as stream:
            checked = CheckedStream(stream, len(self.header), self.separator.encode())
            try:
                for piece in pd.read_csv(
                    io.BufferedReader(checked, _BLOCK),
                    sep=self.separator,
                    usecols=[self.at[name] for name in order],
                    index_col=False,
                    dtype=object,
                    na_filter=False,
                    encoding="utf-8-sig",
                    chunksize=_ROWS,
                ):
                    piece.columns = pd.Index(order)
                    yield piece
            except (*_DAMAGE, _TooLargeError, ValueError) as error:
                raise self._refused(checked, error) from error

    def unpacked(self, folder: Path) -> Path:
        """A file with the bytes of the table as they are: the file itself, or one in `folder`."""
        if self.content is not None:
            return self.content
        if not self.member and not self.packed:
            return self.path
        return _copied(self.path, self.member, self.packed, folder)

    def _refused(self, checked: CheckedStream, error: Exception) -> DataError:
        if isinstance(error, _TooLargeError) or isinstance(checked.damage, _TooLargeError):
            return _refusal(self.name, _TOO_LARGE, _AGAIN)
        if isinstance(checked.damage, Exception) or isinstance(error, _DAMAGE):
            return _refusal(self.name, "ends too early or is damaged", _AGAIN)
        if checked.undecodable is not None:
            return _refusal(self.name, "is not UTF-8 text", _AGAIN, row=checked.undecodable[0])
        if checked.open_quote:
            return _refusal(self.name, "ends inside a quoted cell", _AGAIN)
        if checked.misshapen is not None:
            record, cells = checked.misshapen
            problem = f"has {cells} cell{'s' if cells != 1 else ''} where the header has {len(self.header)}"
            return DataError(self.name, [Fault(problem, self.name, self.line(record), remedy=_AGAIN)])
        # what pandas says may hold a cell: only the kind of error is said
        return _refusal(self.name, f"is not CSV ({type(error).__name__})", _AGAIN)

    def line(self, record: int) -> int:
        """The line of the file that record `record` (0 is the first below the header) starts on."""
        return self.lines([record])[record]

    def lines(self, records: Sequence[int]) -> dict[int, int]:
        """The lines that some records start on; records and lines differ where cells hold line breaks."""
        if self.separator == PARQUET or not records:
            return {record: record + 1 for record in records}
        wanted, found, number, start = set(records), {}, -1, 1
        csv.field_size_limit(1 << 24)
        with _opened(self.path, self.member, self.packed) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
            reader = csv.reader(text, delimiter=self.separator)
            for cells in reader:
                if len(cells) > 1 or "".join(cells).strip():
                    if number in wanted:
                        found[number] = start
                    number += 1
                start = reader.line_num + 1
                if number > max(wanted):
                    break
        return {record: found.get(record, record + 2) for record in records}


def _refusal(name: str, problem: str, remedy: str, **place: Any) -> DataError:
    return DataError(name, [Fault(problem, name, remedy=remedy, **place)])


def parts_of(path: str | Path, folder: Path) -> list[Part]:
    """The tables in a file; `DataError` where it is not there, holds none, or one that lacks a column.

    What must be unpacked to be read is put into `folder`, which must last as long as the parts.
    """
    file = Path(path)
    name = str(path)
    if not file.is_file():
        problem = "is a folder, not a file" if file.is_dir() else "is not there"
        raise _refusal(name, problem, "Name files downloaded from OpenCoesione")
    with file.open("rb") as raw:
        start = raw.read(4)
    if start == b"PAR1":
        return [_parquet(name, file, "", file)]
    if start != b"PK\x03\x04":
        return [_csv_part(name, file, "", start[:2] == b"\x1f\x8b")]
    try:
        with zipfile.ZipFile(file) as archive:
            members = [info for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
    except zipfile.BadZipFile as error:
        raise _refusal(name, "is a zip archive that cannot be opened", _AGAIN) from error
    if any(info.flag_bits & 1 for info in members):
        raise _refusal(name, "is a zip archive with a password", "Unpack it and name the files")
    if any(info.filename.startswith(("xl/", "word/")) for info in members):
        raise _refusal(name, "is a workbook", "Name the CSV files of OpenCoesione, in their zip archives or unpacked")
    if any(_leads_out(info.filename) for info in members):
        problem = "is a zip archive with names that lead out of its folder (../): OpenCoesione makes none such"
        raise _refusal(name, problem, "Unpack nothing of it. " + _AGAIN)
    tables = [info.filename for info in members if info.filename.lower().endswith((".csv", ".txt", ".parquet"))]
    if not tables:
        raise _refusal(name, "is a zip archive without a CSV file", _AGAIN)
    parts = []
    for member in tables:
        if member.lower().endswith(".parquet"):
            content = _copied(file, member, packed=False, folder=folder)
            parts.append(_parquet(f"{name}/{member}", file, member, content))
        else:
            parts.append(_csv_part(f"{name}/{member}", file, member, packed=False))
    return parts


def _leads_out(name: str) -> bool:
    plain_name = name.replace("\\", "/")
    return plain_name.startswith("/") or ".." in plain_name.split("/") or plain_name[1:2] == ":"


def _copied(path: Path, member: str, packed: bool, folder: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=folder)
    label = f"{path}/{member}" if member else str(path)
    try:
        with open(handle, "wb") as out, _opened(path, member, packed) as stream:  # noqa: PTH123  it is open already
            shutil.copyfileobj(stream, out, _BLOCK)
    except _TooLargeError as error:
        raise _refusal(label, _TOO_LARGE, _AGAIN) from error
    except _DAMAGE as error:
        raise _refusal(label, "ends too early or is damaged", _AGAIN) from error
    return Path(name)


class _TooLargeError(Exception):
    """What a packed file unpacks to is no table of records."""


_TOO_LARGE = f"unpacks to more than {_BOMB_TIMES} times its size: it is made to fill the memory, and is no table"


class _Limited(io.RawIOBase):
    """The bytes of a stream, no more of them than the packed size allows."""

    def __init__(self, stream: IO[bytes], packed_size: int) -> None:
        self._stream, self._left = stream, max(_BOMB_FROM, _BOMB_TIMES * packed_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise _TooLargeError
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _opened(path: Path, member: str, packed: bool) -> Iterator[IO[bytes]]:
    """The bytes of a table, unpacked."""
    if member:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            size = archive.getinfo(member).compress_size
            yield cast("IO[bytes]", io.BufferedReader(_Limited(stream, size), _BLOCK))
    elif packed:
        with gzip.open(path) as unpacked:
            limited = _Limited(cast("IO[bytes]", unpacked), path.stat().st_size)
            yield cast("IO[bytes]", io.BufferedReader(limited, _BLOCK))
    else:
        with path.open("rb") as raw:
            yield raw


def _csv_part(name: str, path: Path, member: str, packed: bool) -> Part:
    try:
        with _opened(path, member, packed) as stream:
            head = stream.read(_HEAD)
    except _DAMAGE as error:
        raise _refusal(name, "cannot be unpacked: it is damaged", _AGAIN) from error
    text = head.decode("utf-8-sig", "replace")
    if not text.strip():
        raise _refusal(name, "is empty", _AGAIN)
    if text.lstrip().startswith("<"):
        raise _refusal(name, "is a web page, not a table", "Download the file itself")
    if b"\0" in head[:1000]:
        raise _refusal(name, "is no CSV in UTF-8", _AGAIN)
    headers = {sign: next(csv.reader(io.StringIO(text, newline=""), delimiter=sign), []) for sign in _SEPARATORS}
    separator = max(headers, key=lambda sign: len(headers[sign]))
    return _part(name, path, member, packed, separator, headers[separator])


def _part(name: str, path: Path, member: str, packed: bool, separator: str, header: Sequence[str]) -> Part:
    layout = told(header)
    labels = [plain(label) for label in header]
    if layout is None:
        known = "progetti_esteso, pagamenti, impegni, indicatori, localizzazioni"
        short = {"project", "programme"} <= layouts()[PROJECTS].places(header).keys()
        hint = "It is like `progetti`, which has no chargeable amounts: take progetti_esteso" if short else ""
        remedy = hint or f"Name files of OpenCoesione: {known}"
        raise _refusal(name, f"is none of the files that are read ({known}): its columns are others", remedy)
    found = layout.places(header)
    faults = []
    for field in layout.fields:
        places = found.get(field.name, [])
        if len(places) > 1:
            both = " and ".join(header[place] for place in places)
            faults.append(Fault(f"columns {both} are one", name, 1, remedy="Use the file as OpenCoesione gives it"))
        elif not places and field.name in layout.needed:
            close = get_close_matches(field.labels[0], labels, n=1)
            hint = f"; is it {close[0]}?" if close else ""
            problem = f"column {field.labels[0]} is missing{hint}"
            faults.append(Fault(problem, name, 1, remedy=f"Take the whole file {layout.name} of OpenCoesione"))
    if layout.name == "pagamenti" and not {"paid_on", "total_at"} & found.keys():
        problem = "has neither OC_DATA_PAGAMENTI nor DATA_AGGIORNAMENTO: its payments are of no date"
        faults.append(Fault(problem, name, 1, remedy="Take the whole file pagamenti of OpenCoesione"))
    if faults:
        raise DataError(name, faults)
    at = {field: places[0] for field, places in found.items()}
    return Part(name, path, member, packed, separator, tuple(header), layout, at)


# --- Parquet ---


def _parquet(name: str, path: Path, member: str, content: Path) -> Part:
    """A Parquet file; refused where what must be exact is kept in 32-bit floating-point numbers."""
    with extra_needed():
        import duckdb

    try:
        described = duckdb.read_parquet(str(content))
        types = dict(zip(described.columns, map(str, described.types), strict=True))
    except duckdb.Error as error:
        raise _refusal(name, "is a Parquet file that cannot be read", _AGAIN) from error
    part = _part(name, path, member, packed=False, separator=PARQUET, header=list(types))
    exact = {field.name for field in part.layout.fields if field.kind in ("amount", "day", "date")}
    floats = [part.header[place] for name, place in part.at.items() if name in exact and _is_float32(types, part, name)]
    if floats:
        problem = (
            f"{len(floats)} columns ({', '.join(floats[:3])} ...) are 32-bit floating-point numbers: days become other "
            "days and amounts lose their cents"
        )
        raise _refusal(part.name, problem, "Take the CSV of the same file from OpenCoesione")
    return replace(part, content=content)


def _is_float32(types: dict[str, str], part: Part, name: str) -> bool:
    return types[part.header[part.at[name]]] in ("FLOAT", "REAL")


def _parquet_pieces(part: Part) -> Iterator[pd.DataFrame]:
    import duckdb

    columns = ", ".join(
        f"coalesce(trim(CAST({quoted(part.header[place])} AS VARCHAR)), '')" for place in part.at.values()
    )
    rows = duckdb.connect().execute(f"SELECT {columns} FROM read_parquet(?)", [str(part.content)])
    start = 0
    while piece := rows.fetchmany(_ROWS):
        index = pd.RangeIndex(start, start + len(piece))
        yield pd.DataFrame(piece, columns=list(part.at), dtype=object, index=index)
        start += len(piece)


def quoted(label: str) -> str:
    """A name of a column as SQL writes it."""
    return '"' + label.replace('"', '""') + '"'
