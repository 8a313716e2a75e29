"""A programme out of a workbook (.xlsx): a sheet per table, as `porfse new` makes it.

Everything is read strictly as the cell holds it: a text is a text, a number a number, a date a date. What cannot be
read so is refused, with every fault named by sheet and cell (`finance!G12`). Formulas are refused even where the file
keeps the value they last had: nothing tells whether that value is still the one they give.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import CCI_REMEDY, cci_problem
from porfse_analysis.errors import DataError, Fault, ParameterError, extra_needed
from porfse_analysis.languages import LANGUAGES
from porfse_analysis.loaders.save import check_target, save_programme
from porfse_analysis.loaders.workbook.cells import shown, take
from porfse_analysis.loaders.workbook.file import Layout, check_workbook, sheet_layouts
from porfse_analysis.loaders.workbook.template import HELP, METADATA
from porfse_analysis.loaders.workbook.words import fields
from porfse_analysis.programme import Programme, make_programme
from porfse_analysis.table_faults import TOTALS, totals_row

__all__ = ["Sheets", "import_workbook", "read_sheets", "read_workbook"]

Progress = Callable[[str, int], None]
"""Called with the name of the sheet being read and how many more of its rows have been read."""

_STEP = 1000
_SHOWN_BEYOND = 10
_AS_VALUES = "Copy it and paste it as a value"


def import_workbook(
    file: str | Path, folder: str | Path, *, overwrite: bool = False, progress: Progress | None = None
) -> Programme:
    """Read a workbook and keep it as a programme folder; returns the programme of the workbook.

    Nothing is written when there is a fault. Raises `DataError` with every fault of the workbook, `ParameterError` when
    the folder may not be written.
    """
    target = check_target(folder, overwrite=overwrite)
    programme, licence = _read(Path(file), progress)
    save_programme(programme, target, overwrite=overwrite, licence=licence)
    return programme


def read_workbook(file: str | Path) -> Programme:
    """The programme in a workbook; `DataError` with every fault, each named by sheet and cell."""
    return _read(Path(file), None)[0]


@dataclass
class _Sheet:
    """What one sheet gave: the cells under each column, the row of each record, the place of each column."""

    cells: dict[str, list[Any]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)


@dataclass
class _Reading:
    """What every step of reading one sheet needs; faults go to `faults`."""

    sheet: str
    layout: Layout
    faults: list[Fault]
    whole: bool

    def fault(
        self,
        problem: str,
        remedy: str,
        *,
        row: int | None = None,
        column: str = "",
        place: int | None = None,
        at: str = "",
        value: str | None = None,
    ) -> None:
        if not at and row is not None:
            at = f"{_letter(place)}{row}" if place is not None else f"{row}:{row}"
        cell = f"{self.sheet}!{at}" if at else self.sheet
        self.faults.append(Fault(problem, self.sheet, row, column, value, remedy, cell))


@dataclass
class Sheets:
    """What a workbook holds: the tables with a sheet, the fields of the sheet `programme`, and every fault.

    `tables` has the frames as they were read, `rows` the row of each record, `places` the place of each column.
    """

    path: Path
    tables: dict[str, pd.DataFrame]
    rows: dict[str, list[int]]
    places: dict[str, dict[str, int]]
    metadata: dict[str, str]
    has_metadata: bool
    faults: list[Fault]

    def placed(self, fault: Fault) -> Fault:
        """The fault of a table, named by sheet and cell."""
        if fault.cell:
            return replace(fault, file=self.path.name)
        place = self.places.get(fault.file, {}).get(fault.column.split(",")[0])
        at = "" if fault.row is None else f"!{_letter(place)}{fault.row}" if place else f"!{fault.row}:{fault.row}"
        return replace(fault, file=self.path.name, cell=f"{fault.file}{at}")


def _read(path: Path, progress: Progress | None) -> tuple[Programme, str]:
    sheets = read_sheets(path, progress)
    metadata, faults = sheets.metadata, list(sheets.faults)
    if not sheets.has_metadata:
        remedy = "It gives the code and the titles of the programme; `porfse new` makes an example"
        faults.append(Fault(f"sheet {METADATA} is missing", METADATA, remedy=remedy, cell=METADATA))
    try:
        programme = make_programme(
            metadata.get("cci", ""),
            {lang: metadata.get(f"title_{lang}", "") for lang in LANGUAGES},
            sheets.tables,
            rows=sheets.rows,
            where=str(path),
            known=faults,
            author=" ".join(metadata.get("author", "").split()),
        )
    except DataError as error:
        raise DataError(path, [sheets.placed(fault) for fault in error.faults]) from error
    # what it names is looked for from the folder the workbook is imported into
    return replace(programme, predecessor=metadata.get("predecessor", "")), metadata.get("licence", "")


def read_sheets(path: Path, progress: Progress | None = None, *, whole: bool = True) -> Sheets:
    """The sheets of a workbook, each strictly read; `DataError` when it cannot be opened at all.

    Where they are not the `whole` tables only their required columns must be there.
    """
    check_workbook(path)
    try:
        return _read_checked(path, progress, whole)
    except (DataError, ParameterError, MemoryError, ImportError):
        raise
    except Exception as error:  # a damaged part fails anywhere in the reader, with any exception
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        remedy = "Open it in a spreadsheet program and save it again, or ask for another copy"
        raise DataError(path, [Fault(f"is damaged: {reason}", path.name, remedy=remedy)]) from error


def _read_checked(path: Path, progress: Progress | None, whole: bool) -> Sheets:
    faults: list[Fault] = []
    sheets: dict[str, _Sheet] = {}
    metadata: dict[str, str] = {}
    with warnings.catch_warnings():
        # extensions that are not read (newer drop-down lists), dates out of range (refused below)
        warnings.simplefilter("ignore")
        layouts = dict(sheet_layouts(path))
        with extra_needed():
            from openpyxl import load_workbook

        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            for sheet in book.worksheets:
                reading = _Reading(sheet.title, layouts.get(sheet.title, Layout()), faults, whole)
                if not _known(sheet, reading) or _endless(reading):
                    continue
                lines = _lines(sheet, progress)
                if sheet.title == METADATA:
                    metadata = _read_metadata(lines, reading)
                else:
                    content = _read_table(lines, schema.TABLES[sheet.title], reading)
                    if content is not None:
                        sheets[sheet.title] = content
            titles = [sheet.title for sheet in book.worksheets]
        finally:
            book.close()
    tables = {name: pd.DataFrame(sheet.cells) for name, sheet in sheets.items()}
    return Sheets(
        path,
        # an optional table with its header alone is a table the programme does not have
        {name: frame for name, frame in tables.items() if len(frame) or schema.TABLES[name].required},
        {name: sheet.rows for name, sheet in sheets.items()},
        {name: sheet.places for name, sheet in sheets.items()},
        metadata,
        METADATA in titles,
        faults,
    )


def _known(sheet: Any, reading: _Reading) -> bool:
    """Whether the sheet is one to read."""
    if sheet.sheet_state != "visible":
        reading.fault("is a hidden sheet", "Show it and look at it, or delete it")
    if sheet.title in (*schema.TABLES, METADATA):
        return True
    if sheet.title != HELP:
        close = get_close_matches(sheet.title.strip().lower(), [*schema.TABLES, METADATA], n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        known = ", ".join((METADATA, *schema.TABLES))
        reading.fault("is not a sheet of a programme", f"{hint}Delete it or rename it; sheets: {known}")
    return False


def _endless(reading: _Reading) -> bool:
    """Whether the sheet goes on beyond the end of a sheet; it is not read then."""
    for place in reading.layout.beyond[:_SHOWN_BEYOND]:
        remedy = "Copy the figures into a new workbook: no spreadsheet program makes such a sheet"
        reading.fault("lies beyond the end of a sheet", remedy, at=place)
    return bool(reading.layout.beyond)


def _lines(sheet: Any, progress: Progress | None) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that hold something, each with its number and its cells; empty cells at its end are left out."""
    sheet.reset_dimensions()  # what the file says of its size need not be so
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if progress is not None and number % _STEP == 0:
            progress(sheet.title, _STEP)
        cells = list(row)
        while cells and cells[-1].value in (None, ""):
            cells.pop()
        if any(not isinstance(cell.value, str) or cell.value.strip() for cell in cells if cell.value is not None):
            yield number, cells


def _formula(cell: Any, place: int, row: int, column: str, reading: _Reading) -> None:
    written = getattr(cell.value, "text", cell.value)
    left = reading.layout.errors.get(f"{_letter(place)}{row}")
    if left:
        reading.fault(
            f"is a formula that gives {left}",
            "Correct it, then copy it and paste it as a value",
            row=row,
            column=column,
            place=place,
            value=str(written),
        )
    else:
        reading.fault("is a formula", _AS_VALUES, row=row, column=column, place=place, value=str(written))


# --- the sheet of the programme itself ---


def _read_metadata(lines: Iterator[tuple[int, Sequence[Any]]], reading: _Reading) -> dict[str, str]:
    """The fields of the sheet `programme`: name in column A, value in column B, the rest explains."""
    found: dict[str, str] = {}
    rows: dict[str, int] = {}
    for row, cells in lines:
        name = cells[0].value
        if row == 1:
            continue
        name = name.strip() if isinstance(name, str) else name
        if name not in fields():
            known = ", ".join(fields())
            reading.fault("is not a field", f"Fields: {known}", row=row, place=1, value=str(name or ""))
            continue
        if name in found:
            reading.fault(f"is in row {rows[name]} too", "Keep one", row=row, place=1, value=name)
            continue
        value = ""
        if len(cells) > 1 and cells[1].value not in (None, ""):
            value = _read_cell(cells[1], schema.Column(name, "text", ""), 2, row, reading) or ""
            rows[name] = row
        found[name] = value
        rows[name] = row
        if row in reading.layout.hidden_rows:
            reading.fault("is a hidden row", "Show it and look at it", row=row)
    _check_merged(reading)
    for place in sorted(reading.layout.hidden_columns & {1, 2}):
        reading.fault("is a hidden column", "Show it and look at it", at=f"{_letter(place)}:{_letter(place)}")
    filled = {(fault.row, fault.column) for fault in reading.faults if fault.file == reading.sheet}
    if found.get("cci") and (problem := cci_problem(found["cci"])):
        reading.fault(problem, CCI_REMEDY, row=rows["cci"], column="cci", place=2, value=found["cci"])
    if not found.get("cci") and (rows.get("cci"), "cci") not in filled:
        remedy = "Write the code of the programme in column B, as 2014IT05SFOP007"
        reading.fault("is empty", remedy, row=rows.get("cci"), column="cci", place=2)
    return found


# --- a sheet with a table ---


def _read_table(lines: Iterator[tuple[int, Sequence[Any]]], table: schema.Table, reading: _Reading) -> _Sheet | None:
    content = _Sheet(cells={}, rows=[])
    first, header = next(lines, (1, []))
    _check_merged(reading)
    if first != 1 or not header:
        # a sheet without anything is a table the programme does not have, unless it needs it
        if header or table.required:
            remedy = f"Write the header there: {', '.join(table.names)}"
            reading.fault("row 1 is not the header", remedy, at="1:1")
        return None
    names, passed_over, usable = _check_header(header, table, reading)
    content.places = {name: place for place, name in names.items()}
    content.cells = {name: [] for name in content.places}
    columns = {place: table.column(name) for place, name in names.items()}
    last = 1
    for row, cells in lines:
        if row != last + 1:
            gap = f"{last + 1}:{row - 1}"
            problem = "is an empty row" if row == last + 2 else "are empty rows"
            reading.fault(f"{problem}, and row {row} follows", "Delete what is empty, or what follows", at=gap)
        last = row
        if row in reading.layout.hidden_rows:
            reading.fault("is a hidden row", "Show it (take the filters off) and look at it, or delete it", row=row)
        written = {column.name: cells[place - 1].value for place, column in columns.items() if place <= len(cells)}
        if total := totals_row(table, written):
            value = str(written[total])
            reading.fault(*TOTALS, row=row, column=total, place=content.places[total], value=value)
            continue
        content.rows.append(row)
        _read_row(row, cells, columns, content, reading)
        for place, cell in enumerate(cells, start=1):
            if place not in columns and place not in passed_over and cell.value not in (None, ""):
                remedy = "Give the column a name of the table in row 1, or delete it"
                reading.fault("lies in a column without a name", remedy, row=row, place=place, value=shown(cell))
    for place in sorted(reading.layout.hidden_columns & set(columns)):
        at = f"{_letter(place)}:{_letter(place)}"
        remedy = "Show it and look at it, or delete it"
        reading.fault("is a hidden column", remedy, column=columns[place].name, at=at)
    content.cells = {name: _series(cells, table.column(name).kind) for name, cells in content.cells.items()}
    return content if usable else None  # what its cells have is told all the same


def _read_row(
    row: int, cells: Sequence[Any], columns: Mapping[int, schema.Column], content: _Sheet, reading: _Reading
) -> None:
    for place, column in columns.items():
        cell = cells[place - 1] if place <= len(cells) else None
        empty = cell is None or cell.value in (None, "")
        value = None if empty else _read_cell(cell, column, place, row, reading)
        if column.kind == "flag":
            if empty and column.required:
                reading.fault("is empty", "Write yes or no", row=row, column=column.name, place=place)
            value = value == "yes"
        content.cells[column.name].append(value)


def _series(values: list[Any], kind: str) -> Any:
    if kind == "text":
        return pd.Series([value or "" for value in values], dtype="str")
    dtype = {"date": schema.DATE_DTYPE, "year": "Int64", "flag": "bool"}.get(kind, "float64")
    return pd.Series(values, dtype=dtype)


def _check_merged(reading: _Reading) -> None:
    for merged in reading.layout.merged:
        reading.fault("is a merged cell", "Unmerge it and fill in each cell", at=merged)


def _check_header(
    header: Sequence[Any], table: schema.Table, reading: _Reading
) -> tuple[dict[int, str], set[int], bool]:
    """Place -> name of the columns, the places of columns that were refused, whether the table is there without them.

    A column too many hides no fault of the others.
    """
    names: dict[int, str] = {}
    refused: set[int] = set()
    usable = True
    for place, cell in enumerate(header, start=1):
        if cell.value in (None, ""):
            continue  # a column without a name is refused where it holds something
        written = cell.value
        if isinstance(written, str):
            written = schema.FORMER_NAMES.get(table.name, {}).get(written, written)
        if cell.data_type == "f":
            _formula(cell, place, 1, "", reading)
            refused.add(place)
        elif not isinstance(written, str) or written not in table.names:
            close = get_close_matches(str(written).strip().lower(), table.names, n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            remedy = f"{hint}Columns: {', '.join(table.names)}"
            reading.fault(f"is not a column of {table.name}", remedy, row=1, place=place, value=shown(cell))
            refused.add(place)
        elif written in names.values():
            first = next(_letter(other) for other, name in names.items() if name == written)
            reading.fault(f"is in {first}1 too", "Keep one of the columns", row=1, place=place, value=written)
            refused.add(place)
            usable = False  # which of the two is meant is not known
        else:
            names[place] = written
    for column in table.columns:
        needed = column.required if not reading.whole else not column.optional
        if column.name not in names.values() and needed:
            remedy = f"Add it to the header; it has: {', '.join(names.values())}"
            reading.fault(f"column {column.name} is missing", remedy, column=column.name, at="1:1")
            usable = False
    return names, refused, usable


def _read_cell(cell: Any, column: schema.Column, place: int, row: int, reading: _Reading) -> Any:
    """The value of a cell that is not empty; None and a fault when it is not what the column holds."""
    if cell.data_type == "f":
        _formula(cell, place, row, column.name, reading)
        return None
    value, problem, remedy = take(cell, column)
    if problem:
        reading.fault(problem, remedy, row=row, column=column.name, place=place, value=shown(cell))
    return value


def _letter(place: int) -> str:
    """The letters of a column by its place."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place))
