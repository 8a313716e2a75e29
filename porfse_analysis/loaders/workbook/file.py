"""Opening a workbook (.xlsx) safely, and what its cells do not say: merged ranges, hidden rows and columns.

openpyxl reads the cells row by row, in a quarter of the memory of a whole sheet. In that mode it does not tell what is
merged or hidden; that is read from the part of the sheet itself.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from porfse_analysis.errors import DataError, Fault

__all__ = ["Layout", "check_workbook", "sheet_layouts"]

_MAX_BYTES = 400 * 2**20
"""What the parts of a workbook may take unpacked: a sheet of 200,000 finance rows takes about 140 MB."""

_SAVE_AS = "Save it as an Excel workbook (.xlsx)"
_BLOCK = 2**20

_LAST_ROW, _LAST_COLUMN = 2**20, 2**14
"""Of a sheet: no spreadsheet program makes a longer one."""

_MOST_MERGED = 10_000


@dataclass
class Layout:
    """What is merged or hidden in one sheet, and the error values its formulas left."""

    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    beyond: list[str] = field(default_factory=list)
    """Rows, columns and ranges beyond the end of a sheet, of which nothing is read."""


def check_workbook(path: Path) -> None:
    """Raise `DataError` when the file is missing, is no workbook, or is one that could not be read safely."""
    problem, remedy = _refusal(path)
    if problem:
        raise DataError(path, [Fault(problem, path.name, remedy=remedy)])


def _refusal(path: Path) -> tuple[str, str]:
    """What is wrong with the file and what to do; empty when it can be read."""
    if path.is_dir():
        return "is a folder, not a workbook", "Name the workbook (.xlsx)"
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
            if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
                return _old_or_encrypted(stream)
            if start[:2] != b"PK":
                return "is not a workbook (.xlsx)", f"Open it in a spreadsheet program, then: {_SAVE_AS}"
            with zipfile.ZipFile(stream) as parts:
                return _unsafe(parts)
    except FileNotFoundError:
        return "is missing", "Check its name"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}", "Check that it is a file of yours"
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        return f"is damaged: {error}", "Open it in a spreadsheet program and save it again, or ask for another copy"
    except Exception as error:  # zlib.error and others of the codecs, which have no common base
        return f"is damaged: {error}", "Open it in a spreadsheet program and save it again, or ask for another copy"


def _old_or_encrypted(stream: IO[bytes]) -> tuple[str, str]:
    stream.seek(0)
    mark = "EncryptedPackage".encode("utf-16-le")
    kept = b""
    while block := stream.read(_BLOCK):
        if mark in kept + block:
            return "is protected by a password", "Save a copy without the password"
        kept = block[-len(mark) :]
    return "is a workbook of the old format (.xls)", _SAVE_AS


def _unsafe(parts: zipfile.ZipFile) -> tuple[str, str]:
    names = set(parts.namelist())
    if "mimetype" in names:
        return "is an OpenDocument file (.ods)", _SAVE_AS
    if "xl/workbook.bin" in names:
        return "is a binary workbook (.xlsb)", _SAVE_AS
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        return "is a zip file but not a workbook (.xlsx)", _SAVE_AS
    if len(names) != len(parts.namelist()):
        return "is damaged: it holds a part twice", "Open it in a spreadsheet program and save it again"
    # zipfile unpacks no more of a part than it declares here, so the sum is a true bound
    size = sum(part.file_size for part in parts.infolist())
    if size > _MAX_BYTES:
        return (
            f"takes {size // 2**20} MB unpacked, more than the {_MAX_BYTES // 2**20} MB that are read",
            "Keep only the sheets of the programme, without pictures and formatted empty rows",
        )
    for part in parts.infolist():
        if part.filename.endswith((".xml", ".rels", ".vml")) and _declares(parts, part):
            return f"declares entities in {part.filename!r}, which no workbook does", "Do not open it; ask for another"
    if b"purl.oclc.org/ooxml" in parts.read("xl/workbook.xml"):
        return "is a Strict Open XML workbook", _SAVE_AS
    return "", ""


def _declares(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether an XML part has a document type, or hides one in an encoding other than UTF-8."""
    kept = b""
    with parts.open(part) as stream:
        while block := stream.read(_BLOCK):
            if b"<!DOCTYPE" in kept + block or b"<!ENTITY" in kept + block or b"\0" in block:
                return True
            kept = block[-9:]
    return False


def sheet_layouts(path: Path) -> Iterator[tuple[str, Layout]]:
    """The layout of every sheet, one after another. The file has passed `check_workbook`."""
    with zipfile.ZipFile(path) as parts:
        targets = {}
        with parts.open("xl/_rels/workbook.xml.rels") as stream:
            for _, element in ElementTree.iterparse(stream):
                if _name(element) == "Relationship":
                    target = posixpath.normpath(posixpath.join("/xl", element.get("Target", "")))
                    targets[element.get("Id", "")] = target.lstrip("/")
        with parts.open("xl/workbook.xml") as stream:
            sheets = [element for _, element in ElementTree.iterparse(stream) if _name(element) == "sheet"]
        for sheet in sheets:
            identifier = next((value for key, value in sheet.items() if key.endswith("}id")), "")
            part = targets.get(identifier, "")
            if part.startswith("xl/worksheets/"):
                with parts.open(part) as stream:
                    yield sheet.get("name", ""), _layout(stream)


def _layout(stream: IO[bytes]) -> Layout:
    layout = Layout()
    rows: Any = None
    number = 0
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        name = _name(element)
        if event == "start":
            if name == "sheetData":
                rows = element
            continue
        if name == "row":
            number = int(element.get("r") or number + 1)
            if not 1 <= number <= _LAST_ROW:
                layout.beyond.append(f"{number}:{number}")
            elif _hidden(element, "ht"):
                layout.hidden_rows.add(number)
            rows.clear()  # what has been read is not kept
        elif name == "c" and element.get("t") == "e" and any(_name(child) == "f" for child in element):
            shown = next((child.text for child in element if _name(child) == "v"), None)
            layout.errors[element.get("r", "")] = shown or ""
        elif name == "col":
            first, last = int(element.get("min", 1)), int(element.get("max", 1))
            if not 1 <= first <= last <= _LAST_COLUMN:
                layout.beyond.append(f"columns {first} to {last}")
            elif _hidden(element, "width"):
                layout.hidden_columns.update(range(first, last + 1))
        elif name == "mergeCell" and len(layout.merged) < _MOST_MERGED:
            layout.merged.append(element.get("ref", ""))
    return layout


def _hidden(element: Any, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or float(element.get(size) or 1) == 0


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
