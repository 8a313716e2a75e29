"""One table of a programme folder: a CSV file read strictly as its descriptor declares it."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import itertools
import json
import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis import codes, schema
from porfse_analysis.amounts import number_fault, parse_number
from porfse_analysis.errors import Fault
from porfse_analysis.loaders.descriptor import (
    DESCRIPTOR,
    declared_fields,
)
from porfse_analysis.table_faults import TOTALS, is_total, totals_row

__all__ = ["DELIMITERS", "Content", "read_table"]

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass
class Content:
    """What one file gave: its frame (None when nothing could be read), the line of each row, faults, former names."""

    frame: pd.DataFrame | None = None
    rows: array[int] = field(default_factory=lambda: array("q"))
    faults: list[Fault] = field(default_factory=list)
    former: list[tuple[str, str, str]] = field(default_factory=list)


def read_table(
    path: Path, name: str, declared: Mapping[str, Any], *, whole: bool = True, fractions: bool = False
) -> Content:
    """A CSV file as table `name`, read strictly as its resource in the descriptor declares; faults are collected.

    Where it is not the `whole` table only the required columns must be there; `fractions`: counts of people may have
    them, as their publisher has.
    """
    content = Content()
    table = schema.TABLES[name]
    delimiter = (declared.get("dialect") or {}).get("delimiter") or ","
    lines = _read_text(path, declared.get("encoding") or "utf-8", content.faults)
    if lines is None:
        return content
    records = _records(lines, delimiter, path.name, content.faults)
    first, header = next(records, (0, []))
    if not any(cell.strip() for cell in header):
        if not content.faults:
            content.faults.append(Fault("is empty", path.name, remedy="It needs a header row and the rows below it"))
        return content
    names = schema.FORMER_NAMES.get(name, {})
    header = [label.strip() for label in header]
    content.former = [(path.name, label, names[label]) for label in header if label in names]
    header = [names.get(label, label) for label in header]
    needed = [column.name for column in table.columns if (not column.optional if whole else column.required)]
    usable = _check_header(header, first, table, needed, delimiter, path.name, content.faults)
    places = {label: header.index(label) for label in header if label in table.names}
    if not places:
        return content
    texts = _columns(records, header, places, table, delimiter, path.name, content)
    fields = {names.get(item["name"], item["name"]): item for item in declared_fields(declared)}
    notations = {label: _reader(table.column(label), fields.get(label, {})) for label in places}
    columns = {
        label: _read_column(texts[label], table.column(label), notations[label], content, path.name) for label in places
    }
    if not usable:  # what its cells have is told all the same
        return content
    content.frame = pd.DataFrame({label: column.array for label, column in columns.items()})
    if not fractions:
        content.faults += _like_thousands(name, content, texts, notations, path.name)
    return content


_AT_ONCE = 500
"""Records that are looked at together: few, for the collector of garbage not to walk through them again and again."""


def _columns(
    records: Iterator[tuple[int, list[str]]],
    header: list[str],
    places: Mapping[str, int],
    table: schema.Table,
    delimiter: str,
    file: str,
    content: Content,
) -> dict[str, list[str]]:
    """The cells of the rows of figures by column; `content` gets their lines, and what rows there are that are none.

    Of cells of a column that are alike there is one text.
    """
    columns: dict[str, list[str]] = {label: [] for label in places}
    known: dict[str, dict[str, str]] = {label: {} for label in places}
    while chunk := list(itertools.islice(records, _AT_ONCE)):
        lines, rows = [line for line, _ in chunk], [record for _, record in chunk]
        cells = _cells(rows, header, places, known)
        if not cells or _needs_a_look(cells, table):
            lines, rows = _rows(chunk, header, places, table, delimiter, file, content)
            cells = _cells(rows, header, places, known)
        content.rows.extend(lines)
        for label, texts in cells.items():
            columns[label] += texts
    return columns


def _cells(
    rows: Sequence[list[str]], header: list[str], places: Mapping[str, int], known: Mapping[str, dict[str, str]]
) -> dict[str, list[str]]:
    """The cells of the rows by column, alike ones as one text; nothing where a row is not as wide as the header."""
    if set(map(len, rows)) != {len(header)}:
        return {}
    by_place = list(zip(*rows, strict=True))
    return {label: list(map(known[label].setdefault, by_place[at], by_place[at])) for label, at in places.items()}


def _needs_a_look(cells: Mapping[str, list[str]], table: schema.Table) -> bool:
    """Whether among the rows there may be one that is not of figures: without a key, or of totals."""
    keys = [set(cells[name]) for name in table.key if name in cells]
    if not keys or not any(all(text.strip() for text in texts) for texts in keys):
        return True  # a row that is blank has no text in any of them
    return any(is_total(text) for texts in keys for text in texts)


def _rows(
    records: Sequence[tuple[int, list[str]]],
    header: list[str],
    places: Mapping[str, int],
    table: schema.Table,
    delimiter: str,
    file: str,
    content: Content,
) -> tuple[list[int], list[list[str]]]:
    """The rows of figures with their lines; `content` gets what rows there are that are none."""
    cells: list[list[str]] = []
    lines: list[int] = []
    for line, record in records:
        if not any(cell.strip() for cell in record):
            continue  # as a spreadsheet leaves them below a table
        if len(record) != len(header):
            problem = f"has {len(record)} cells where the header has {len(header)}"
            remedy = f"Check the {DELIMITERS.get(delimiter, delimiter)}s and the quotes of the row"
            content.faults.append(Fault(problem, file, line, remedy=remedy))
            continue
        written = {label: record[at] for label, at in places.items()}
        if total := totals_row(table, written):
            content.faults.append(Fault(TOTALS[0], file, line, total, written[total].strip(), TOTALS[1]))
            continue
        cells.append(record)
        lines.append(line)
    return lines, cells


def _like_thousands(
    table: str, content: Content, texts: Mapping[str, list[str]], notations: Mapping[str, _Notation], file: str
) -> Iterator[Fault]:
    """Counts of people written as 1.005 or 30.000: the number alone no longer shows that 30 may be thirty thousand."""
    assert content.frame is not None
    people = codes.whole_counts(table, content.frame) | codes.people_targets(table, content.frame)
    told = codes.doubtful_target if table == "targets" else codes.uncountable
    for column, counted in people.items():
        decimal = notations[column].decimal
        doubtful = {text for text in set(texts[column]) if codes.thousands(text.strip(), decimal)}
        for place in content.frame.index[counted] if doubtful else ():
            if (text := texts[column][place]) in doubtful:
                problem, remedy = told(text.strip(), decimal)
                yield Fault(problem, file, content.rows[place], column, text.strip(), remedy)


def _read_text(path: Path, encoding: str, faults: list[Fault]) -> io.TextIOWrapper | None:
    """The lines of a file that is text in that encoding from its first to its last character."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        faults.append(
            Fault("is declared in datapackage.json but missing", path.name, remedy="Add the file or drop its entry")
        )
        return None
    except OSError as error:
        faults.append(Fault(f"cannot be read: {error.strerror}", path.name, remedy="Check that it is a file of yours"))
        return None
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        encoding = "utf-8-sig"  # a byte order mark is what some spreadsheets write; it means nothing here
    try:
        text = raw.decode(encoding)
        if found := _CONTROL.search(text):
            row = text.count("\n", 0, found.start()) + 1
            around = text[max(0, found.start() - 20) : found.start() + 10].splitlines()[-1]
            remedy = "Take it away: a spreadsheet does not show it"
            faults.append(Fault("has a control character", path.name, row, value=around, remedy=remedy))
            return None
        # a large file as bytes takes a fifth of what it takes as lines of text
        return io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")
    except LookupError:
        faults.append(Fault("is not an encoding", DESCRIPTOR, column="encoding", value=encoding, remedy="Use utf-8"))
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        start = raw.rfind(b"\n", 0, error.start) + 1
        around = raw[max(start, error.start - 20) : error.start + 10].decode("cp1252", "replace").splitlines()[0]
        faults.append(
            Fault(
                f"is not {encoding.removesuffix('-sig')} text: byte 0x{raw[error.start]:02X}",
                path.name,
                row,
                value=around,
                remedy='Save the file as UTF-8, or declare its "encoding" in datapackage.json (cp1252 for Windows)',
            )
        )
    except (ValueError, AssertionError):  # codecs for something else than text
        faults.append(Fault("is not an encoding", DESCRIPTOR, column="encoding", value=encoding, remedy="Use utf-8"))
    return None


def _records(text: io.TextIOWrapper, delimiter: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV text, each with the line it starts at; blank lines are passed over."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            if record:
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(f"is not CSV here: {error}", file, start, remedy="Check the quotes from this row on"))


def _check_header(
    header: list[str],
    row: int,
    table: schema.Table,
    needed: list[str],
    delimiter: str,
    file: str,
    faults: list[Fault],
) -> bool:
    names = header
    if len(names) == 1:
        for other, word in DELIMITERS.items():
            if other != delimiter and other in names[0]:
                faults.append(
                    Fault(
                        f"looks separated by {word}s, but {DELIMITERS.get(delimiter, delimiter)}s are declared",
                        file,
                        row,
                        value=names[0],
                        remedy=f'Declare "dialect": {{"delimiter": {json.dumps(other)}}} in datapackage.json',
                    )
                )
                return False
    known = set(table.names)
    missing = [name for name in needed if name not in names]
    for name in missing:
        faults.append(Fault(f"column {name} is missing", file, row, name, remedy=f"The header has: {', '.join(names)}"))
    for position, name in enumerate(names):
        if not name:
            faults.append(Fault(f"column {position + 1} has no name", file, row, remedy="Name it, or take it away"))
        elif names.index(name) != position:
            faults.append(Fault("is in the header twice", file, row, name, remedy="Keep one"))
        elif name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            faults.append(
                Fault(
                    f"is not a column of {table.name}",
                    file,
                    row,
                    name,
                    remedy=f"{hint}Columns: {', '.join(table.names)}",
                )
            )
    there = [name for name in names if name in known]
    return not missing and len(set(there)) == len(there)


@dataclass(frozen=True)
class _Notation:
    decimal: str
    group: str
    date_format: str


def _reader(column: schema.Column, declared: Mapping[str, Any]) -> _Notation:
    date_format = declared.get("format") or "default"
    return _Notation(
        decimal=declared.get("decimalChar") or ".",
        group=declared.get("groupChar") or "",
        date_format="%Y-%m-%d" if date_format in ("default", "any") else date_format,
    )


def _read_column(
    texts: list[str], column: schema.Column, notation: _Notation, content: Content, file: str
) -> pd.Series:
    if column.kind == "text":
        plain = {text: text.strip() for text in set(texts)}
        return pd.Series(list(map(plain.__getitem__, texts)), dtype="str")
    read = {text: _read_cell(text.strip(), column, notation) for text in set(texts)}
    if any(problem for _, problem, _ in read.values()):
        for line, text in zip(content.rows, texts, strict=True):
            _, problem, remedy = read[text]
            if problem:
                content.faults.append(Fault(problem, file, line, column.name, text or None, remedy))
    found = {text: value for text, (value, _, _) in read.items()}
    values = list(map(found.__getitem__, texts))
    if column.kind == "date":
        return pd.Series(values, dtype=schema.DATE_DTYPE)
    if column.kind == "year":
        return pd.Series(values, dtype="Int64")
    if column.kind == "flag":
        return pd.Series(values, dtype="bool")
    return pd.Series(values, dtype="float64")


def _meant(text: str, notation: _Notation) -> str:
    """The date as it is to be written, where only one can be meant; else "it so"."""
    found = set()
    for form in ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d"):
        with contextlib.suppress(ValueError):
            found.add(datetime.datetime.strptime(text, form).strftime(notation.date_format))
    return found.pop() if len(found) == 1 else "it so"


def _read_cell(text: str, column: schema.Column, notation: _Notation) -> tuple[Any, str, str]:
    """The value of a cell, or what is wrong with it and what to do."""
    if column.kind == "flag":
        if text in (*schema.TRUE, *schema.FALSE) or (text == "" and not column.required):
            return text in schema.TRUE, "", ""
        return False, "is neither yes nor no" if text else "is empty", "Write yes or no"
    if text == "":
        return None, "", ""
    if column.kind == "date":
        try:
            date = datetime.datetime.strptime(text, notation.date_format)
            # strptime takes 2018-9-30 for 2018-09-30; as declared means as declared
            if date.strftime(notation.date_format) != text:
                raise ValueError(text)
            return date, "", ""
        except ValueError:
            written = notation.date_format
            for code, word in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD")):
                written = written.replace(code, word)
            return (
                None,
                f"is not a date written {written}, as declared",
                f'Write {_meant(text, notation)}, or declare another "format" for {column.name} in datapackage.json',
            )
    if column.kind == "year":
        return (int(text), "", "") if len(text) == 4 and text.isdecimal() else (None, "is not a year", "Write YYYY")
    fault = number_fault(text, decimal=notation.decimal, group=notation.group)
    if fault:
        remedy = "Correct the cell; leave it empty when the figure is not published"
        if "declared" in fault:
            remedy = f'Correct it, or declare "decimalChar" and "groupChar" of {column.name} in datapackage.json'
        return None, fault, remedy
    number = parse_number(text, decimal=notation.decimal, group=notation.group)
    digits, exponent = number.as_tuple()[1:]
    # rounding a long number would round it to the digits of the decimal context first, or fail
    if column.kind == "amount" and isinstance(exponent, int) and exponent < -2 and any(digits[exponent + 2 :]):
        return None, "has more than two decimals", "An amount in euro has two"
    if column.kind == "amount" and codes.thousands(text, notation.decimal):
        plain = text.replace(notation.decimal, "")
        return None, "has three decimals: it may be thousands", f"Write {plain} or {text[:-1]}, whichever is meant"
    if math.isinf(float(number)):
        return None, "is too large a number", "Correct the cell"
    return float(number), "", ""
