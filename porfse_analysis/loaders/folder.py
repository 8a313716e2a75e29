"""A programme folder: CSV tables and the `datapackage.json` that declares how they are written.

Everything is read strictly as declared. What cannot be read so is refused, with every fault of every file at once.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis import resources, schema
from porfse_analysis.amounts import number_fault, parse_number
from porfse_analysis.errors import DataError, Fault
from porfse_analysis.programme import Programme, make_programme

__all__ = ["DESCRIPTOR", "load_programme"]

DESCRIPTOR = "datapackage.json"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_TRUE, _FALSE = ("yes", "true", "True", "TRUE", "1"), ("no", "false", "False", "FALSE", "0")


def load_programme(folder: str | Path | None = None) -> Programme:
    """The programme kept in `folder`; the bundled one when none is named.

    Returns a `Programme` with one frame per table (columns: `porfse_analysis.schema`). Tables other than axes, finance
    and sources may be missing. Raises `DataError` with every fault found.
    """
    path = Path(folder) if folder not in (None, "") else resources.bundled()
    descriptor = _read_descriptor(path)
    tables: dict[str, pd.DataFrame] = {}
    rows: dict[str, list[int]] = {}
    files: dict[str, str] = {}
    faults: list[Fault] = []
    for name, declared in _resources(path, descriptor, faults).items():
        files[name] = declared["path"]
        content = _read_table(path / declared["path"], name, declared)
        faults += content.faults
        if content.frame is not None:
            tables[name], rows[name] = content.frame, content.rows
    titles = descriptor.get("titles") or {"it": descriptor.get("title", ""), "en": descriptor.get("title", "")}
    files |= {name: f"{name}.csv" for name in schema.TABLES if name not in files}
    return make_programme(str(descriptor["cci"]), titles, tables, rows=rows, files=files, where=str(path), known=faults)


def _read_descriptor(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTOR
    if not folder.is_dir():
        raise DataError(folder, [Fault("is not a folder", str(folder), remedy="Name the folder of a programme")])
    if not path.is_file():
        remedy = "A programme folder declares its tables in it; `porfse new` makes an example"
        raise DataError(path, [Fault("is missing", DESCRIPTOR, remedy=remedy)])
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        fault = Fault(f"is not UTF-8 text ({error.reason})", DESCRIPTOR, remedy="Save it as UTF-8")
        raise DataError(path, [fault]) from error
    except json.JSONDecodeError as error:
        fault = Fault(f"is not JSON: {error.msg}", DESCRIPTOR, error.lineno, remedy="Correct it there")
        raise DataError(path, [fault]) from error
    faults = []
    if not isinstance(descriptor, dict):
        raise DataError(path, [Fault("is not a JSON object", DESCRIPTOR, remedy="Start it with { and end it with }")])
    if not str(descriptor.get("cci") or "").strip():
        remedy = 'Add the code of the programme, as "cci": "2014IT05SFOP007"'
        faults.append(Fault('has no "cci"', DESCRIPTOR, remedy=remedy))
    if not isinstance(descriptor.get("titles") or {}, dict):
        faults.append(Fault('"titles" is not an object', DESCRIPTOR, remedy='Write it as {"it": "...", "en": "..."}'))
    if not isinstance(descriptor.get("resources"), list):
        faults.append(Fault('has no list "resources"', DESCRIPTOR, remedy="Declare each table there"))
    else:
        for resource in descriptor["resources"]:
            if isinstance(resource, dict) and _name(resource) in schema.TABLES:
                faults += _malformed(resource)
    if faults:
        raise DataError(path, faults)
    return descriptor


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource.get("name"))


def _malformed(resource: Mapping[str, Any]) -> Iterator[Fault]:
    """What in the declaration of a table cannot be read as how it is written; null or "" declares nothing."""
    table = schema.TABLES[_name(resource)]

    def fault(key: str, value: object, problem: str, remedy: str) -> Fault:
        text = json.dumps(value, ensure_ascii=False)
        return Fault(f"{problem} (table {table.name})", DESCRIPTOR, column=key, value=text, remedy=remedy)

    encoding = resource.get("encoding") or "utf-8"
    if not isinstance(encoding, str):
        yield fault("encoding", encoding, "is not the name of an encoding", 'Write "utf-8"')
    dialect = resource.get("dialect") or {}
    if not isinstance(dialect, dict):
        yield fault("dialect", dialect, "is not an object", 'Write it here, as {"delimiter": ","}')
    elif not _one_sign(dialect.get("delimiter") or ","):
        yield fault("delimiter", dialect["delimiter"], "is not one sign", 'Write ",", ";", "|" or "\\t"')
    fields = _fields(resource)
    if not isinstance(fields, list) or not all(isinstance(field, dict) for field in fields):
        remedy = 'Write it here, as {"fields": [{"name": "...", ...}, ...]}'
        yield fault("schema", resource["schema"], "is not an object with a list of fields", remedy)
        return
    for item in fields:
        name = item.get("name")
        if name not in table.names:
            yield fault("fields", name, "is not a column", f"Columns: {', '.join(table.names)}")
        decimal, group = (item.get(key) or sign for key, sign in (("decimalChar", "."), ("groupChar", "")))
        if not _one_sign(decimal):
            yield fault("decimalChar", decimal, f"is not one sign, in {name}", 'Write "," or "."')
        elif group and (not _one_sign(group) or group == decimal):
            yield fault("groupChar", group, f"is not one sign other than decimalChar, in {name}", 'Write "." or ","')
        if not isinstance(item.get("format") or "", str):
            yield fault("format", item["format"], f"is not a text, in {name}", 'Write it as "%d/%m/%Y"')


def _one_sign(value: object) -> bool:
    """Whether it can separate: one character that is no part of a number, a word or a quoted cell."""
    return isinstance(value, str) and len(value) == 1 and not value.isalnum() and value not in '+-"\r\n'


def _fields(resource: Mapping[str, Any]) -> Any:
    declared = resource.get("schema") or {}
    return (declared.get("fields") or []) if isinstance(declared, dict) else None


def _resources(folder: Path, descriptor: Mapping[str, Any], faults: list[Fault]) -> dict[str, dict[str, Any]]:
    """The declared tables by name; what is wrong with the declarations goes to `faults`."""
    declared: dict[str, dict[str, Any]] = {}
    for resource in descriptor["resources"]:
        name = _name(resource) if isinstance(resource, dict) else str(resource)
        if name not in schema.TABLES:
            close = get_close_matches(name, schema.TABLES, n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            faults.append(
                Fault(
                    "is not a table of a programme",
                    DESCRIPTOR,
                    column="resources",
                    value=name,
                    remedy=f"{hint}Tables: {', '.join(schema.TABLES)}",
                )
            )
            continue
        path = resource.get("path")
        # a path of the descriptor may only lead to a file of the folder itself
        if not isinstance(path, str) or Path(path).name != path or path in ("", ".", ".."):
            faults.append(
                Fault(
                    f"is not a file name (table {name})",
                    DESCRIPTOR,
                    column="path",
                    value=str(path),
                    remedy="Keep the tables beside datapackage.json and give their names alone",
                )
            )
            continue
        if name in declared:
            faults.append(Fault(f"declares table {name} twice", DESCRIPTOR, remedy="Keep one"))
            continue
        declared[name] = resource
    listed = {resource["path"] for resource in declared.values()}
    for name in schema.TABLES:
        if f"{name}.csv" not in listed and (folder / f"{name}.csv").exists():
            faults.append(
                Fault(
                    "lies in the folder but datapackage.json does not declare it",
                    f"{name}.csv",
                    remedy="Declare it among the resources, or take it away",
                )
            )
    return declared


@dataclass
class _Content:
    """What one file gave: its frame (None when nothing could be read), the line of each row, its faults."""

    frame: pd.DataFrame | None = None
    rows: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def _read_table(path: Path, name: str, declared: Mapping[str, Any]) -> _Content:
    content = _Content()
    table = schema.TABLES[name]
    delimiter = (declared.get("dialect") or {}).get("delimiter") or ","
    text = _read_text(path, declared.get("encoding") or "utf-8", content.faults)
    if text is None:
        return content
    records = _records(text, delimiter, path.name, content.faults)
    first, header = next(records, (0, []))
    if not any(cell.strip() for cell in header):
        if not content.faults:
            content.faults.append(Fault("is empty", path.name, remedy="It needs a header row and the rows below it"))
        return content
    if not _check_header(header, first, table, delimiter, path.name, content.faults):
        return content
    cells: list[list[str]] = []
    for line, record in records:
        if len(record) != len(header):
            content.faults.append(
                Fault(
                    f"has {len(record)} cells where the header has {len(header)}",
                    path.name,
                    line,
                    remedy=f"Check the {_DELIMITERS.get(delimiter, delimiter)}s and the quotes of the row",
                )
            )
            continue
        cells.append(record)
        content.rows.append(line)
    fields = {item["name"]: item for item in _fields(declared)}
    columns = {}
    for position, label in enumerate(header):
        column = table.column(label)
        read = _reader(column, fields.get(label, {}))
        columns[label] = _read_column([row[position] for row in cells], column, read, content, path.name)
    content.frame = pd.DataFrame(columns)
    return content


def _read_text(path: Path, encoding: str, faults: list[Fault]) -> str | None:
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
        return raw.decode(encoding)
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
    return None


def _records(text: str, delimiter: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV text, each with the line it starts at; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            if record:
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(f"is not CSV here: {error}", file, start, remedy="Check the quotes from this row on"))


def _check_header(
    header: list[str], row: int, table: schema.Table, delimiter: str, file: str, faults: list[Fault]
) -> bool:
    names = [name.strip() for name in header]
    header[:] = names
    if len(names) == 1:
        for other, word in _DELIMITERS.items():
            if other != delimiter and other in names[0]:
                faults.append(
                    Fault(
                        f"looks separated by {word}s, but {_DELIMITERS.get(delimiter, delimiter)}s are declared",
                        file,
                        row,
                        value=names[0],
                        remedy=f'Declare "dialect": {{"delimiter": {json.dumps(other)}}} in datapackage.json',
                    )
                )
                return False
    known = set(table.names)
    missing = [c.name for c in table.columns if c.name not in names and not c.optional]
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
    return not missing and set(names) <= known and len(set(names)) == len(names)


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
    texts: list[str], column: schema.Column, notation: _Notation, content: _Content, file: str
) -> pd.Series:
    if column.kind == "text":
        return pd.Series([text.strip() for text in texts], dtype="str")
    values: list[Any] = []
    cache: dict[str, tuple[Any, str, str]] = {}
    for line, text in zip(content.rows, texts, strict=True):
        if text not in cache:
            cache[text] = _read_cell(text.strip(), column, notation)
        value, problem, remedy = cache[text]
        if problem:
            content.faults.append(Fault(problem, file, line, column.name, text or None, remedy))
        values.append(value)
    if column.kind == "date":
        return pd.Series(values, dtype=schema.DATE_DTYPE)
    if column.kind == "year":
        return pd.Series(values, dtype="Int64")
    if column.kind == "flag":
        return pd.Series(values, dtype="bool")
    return pd.Series(values, dtype="float64")


def _read_cell(text: str, column: schema.Column, notation: _Notation) -> tuple[Any, str, str]:
    """The value of a cell, or what is wrong with it and what to do."""
    if column.kind == "flag":
        if text in _TRUE or text in _FALSE or (text == "" and not column.required):
            return text in _TRUE, "", ""
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
                f'Write it so, or declare another "format" for {column.name} in datapackage.json',
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
    if math.isinf(float(number)):
        return None, "is too large a number", "Correct the cell"
    return float(number), "", ""
