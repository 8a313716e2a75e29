"""New figures for a programme folder: a file's rows merged by key, checked with all the others, the folder kept.

What a row does not say stays as it was: an empty cell never erases a figure. Nothing is written unless every row can
be taken; the folder as it was is kept beside it, and `undo` brings it back.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import DataError, Fault, ParameterError
from porfse_analysis.files import bring_back, folder_aside, set_aside
from porfse_analysis.loaders.descriptor import DESCRIPTOR, PUBLISHED_FRACTIONS, declared_tables, read_descriptor
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.loaders.restated import Restated, restated
from porfse_analysis.loaders.save import table_descriptor, write_table
from porfse_analysis.loaders.table import DELIMITERS, read_table
from porfse_analysis.programme import Programme, make_programme, only_categories
from porfse_analysis.resources import PREVIOUS

__all__ = ["Addition", "Change", "add_file", "previous", "undo"]


@dataclass(frozen=True)
class Change:
    """A cell that a row of the file gives another value: its table and key, the column, the value before and after."""

    table: str
    key: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Addition:
    """What a file brings to a programme: the keys of new rows by table, the cells it changes, the rows known before.

    `restated`: of the changed cells those that were a figure, counted.
    """

    added: Mapping[str, list[str]]
    changed: list[Change]
    known: int = 0
    restated: list[Restated] = field(default_factory=list)


@dataclass
class _Incoming:
    """The rows of one table of the file, with the place of each for messages."""

    frame: pd.DataFrame
    rows: Sequence[int]
    file: str


@dataclass
class _Merged:
    frame: pd.DataFrame
    rows: list[int]
    added: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    known: int = 0


def add_file(folder: str | Path, file: str | Path, *, table: str = "", dry_run: bool = False) -> Addition:
    """Add the rows of a workbook or a CSV file to a programme folder.

    Rows are matched by the key of their table (`porfse_analysis.schema`): a new key is a new row; of a known one each
    cell that is not empty counts, and a flag that is set. The folder as it was becomes `FOLDER.previous`.

    Parameters
    ----------
    folder
        The programme folder.
    file
        A workbook (.xlsx) with a sheet per table, or a CSV file whose header tells its table.
    table
        The table of a CSV file whose header does not.
    dry_run
        Say what would be added and changed; write nothing.

    Raises
    ------
    DataError
        With every row and cell that cannot be taken; nothing is written then.
    ParameterError
        For a file that is neither, or whose table cannot be told.
    """
    path, source = Path(folder).resolve(), Path(file)
    _after_a_kill(path)
    if not path.exists() and (previous(path) / DESCRIPTOR).is_file():
        raise ParameterError(f"{folder}: is not there, but {previous(path).name} is: bring it back with --undo")
    programme, descriptor = load_programme(path), read_descriptor(path)
    declared = declared_tables(path, descriptor, [])
    if not source.is_file():
        raise ParameterError(f"{file}: there is no such file")
    incoming = _of_workbook(source, programme) if source.suffix.lower() == ".xlsx" else _of_csv(source, table, declared)
    if source.suffix.lower() == ".xlsx" and table:
        raise ParameterError("--table goes with a CSV file: a workbook names its tables")
    merged = {name: _merge(programme, name, rows) for name, rows in incoming.items()}
    tables = {name: getattr(programme, name).drop(columns="programme") for name in schema.TABLES}
    tables |= {name: one.frame for name, one in merged.items()}
    try:
        whole = make_programme(
            programme.cci,
            programme.titles,
            {name: _plain(frame) for name, frame in tables.items() if len(frame)},
            rows={name: one.rows for name, one in merged.items()},
            files={name: incoming[name].file for name in merged},
            where=source.name,
            published_fractions=bool(descriptor.get(PUBLISHED_FRACTIONS)),
        )
    except DataError as error:
        raise DataError(source, error.faults) from error
    found = Addition(
        {name: one.added for name, one in merged.items() if one.added},
        [change for one in merged.values() for change in one.changed],
        sum(one.known for one in merged.values()),
        restated(programme, whole),
    )
    written = [name for name, one in merged.items() if one.added or one.changed]
    if written and not dry_run:
        _write(path, whole, written, descriptor, declared)
    return found


def previous(folder: str | Path) -> Path:
    """Where the folder as it was before the last addition is kept."""
    path = Path(folder).resolve()
    return path.with_name(path.name + PREVIOUS)


def undo(folder: str | Path) -> Path:
    """Bring back the folder as it was before the last addition, and keep the one it replaces in its place."""
    path, before = Path(folder).resolve(), previous(folder)
    _after_a_kill(path)
    if not (before / DESCRIPTOR).is_file():
        raise ParameterError(f"{folder}: there is no {before.name} beside it to bring back")
    if not path.exists():
        before.rename(path)
        _after_a_kill(path)
        return path
    waiting = set_aside(path)
    before.rename(path)
    waiting.rename(before)
    return path


def _after_a_kill(path: Path) -> None:
    """Bring back what a call that was killed had set aside: the folder, the one before it, the one undone."""
    bring_back(path)
    bring_back(previous(path))
    bring_back(previous(path), of=path)


# --- reading ---


def _of_workbook(path: Path, programme: Programme) -> dict[str, _Incoming]:
    from porfse_analysis.loaders.workbook.reading import read_sheets

    sheets = read_sheets(path, whole=False)
    cci = sheets.metadata.get("cci", "")
    if cci and cci != programme.cci:
        raise ParameterError(f"{path.name} is of programme {cci}, the folder of {programme.cci}")
    if sheets.faults:
        raise DataError(path, [sheets.placed(fault) for fault in sheets.faults])
    return {
        name: _Incoming(frame, sheets.rows[name], f"{path.name}, sheet {name}")
        for name, frame in sheets.tables.items()
        if len(frame)
    }


def _of_csv(path: Path, table: str, declared: Mapping[str, Mapping[str, Any]]) -> dict[str, _Incoming]:
    delimiter, header = _header(path)
    name = table or _table_of(path, header)
    if name not in schema.TABLES:
        raise ParameterError(f"--table {name}: the tables are {', '.join(schema.TABLES)}")
    # numbers and dates as the folder's own table has them
    own = {**declared.get(name, {}), "encoding": "utf-8", "dialect": {"delimiter": delimiter}}
    content = read_table(path, name, own, whole=False)
    if content.faults or content.frame is None:
        raise DataError(path, content.faults)
    return {name: _Incoming(content.frame, content.rows, path.name)}


def _header(path: Path) -> tuple[str, list[str]]:
    """The sign that separates the columns of a CSV file, and their names."""
    try:
        first = next((line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()), "")
    except UnicodeDecodeError as error:
        fault = Fault(f"is not UTF-8 text ({error.reason})", path.name, remedy="Save it as CSV UTF-8")
        raise DataError(path, [fault]) from error
    delimiter = max(DELIMITERS, key=first.count)
    return delimiter, [label.strip() for label in next(csv.reader([first], delimiter=delimiter), [])]


def _table_of(path: Path, header: list[str]) -> str:
    """The one table that has all these columns, and whose required ones are among them."""
    fitting = []
    for name, table in schema.TABLES.items():
        names = [schema.FORMER_NAMES.get(name, {}).get(label, label) for label in header]
        needed = {column.name for column in table.columns if column.required}
        if set(names) <= set(table.names) and needed <= set(names):
            fitting.append(name)
    if len(fitting) != 1:
        what = f"fits the tables {', '.join(fitting)}" if fitting else "is not that of a table"
        raise ParameterError(
            f"{path.name}: the header ({', '.join(header)}) {what}: name the table with --table, or correct the "
            f"header; tables: {', '.join(schema.TABLES)}"
        )
    return fitting[0]


# --- merging ---


def _merge(programme: Programme, name: str, incoming: _Incoming) -> _Merged:
    """The rows of the programme with those of the file: of a known key each cell that says something counts."""
    table = schema.TABLES[name]
    known = _plain(getattr(programme, name).drop(columns="programme"))
    new = _completed(incoming, table, known)
    lines = dict(zip(new.index, incoming.rows, strict=True))
    places = {key: place for place, key in enumerate(known[list(table.key)].itertuples(index=False, name=None))}
    merged = _Merged(known, [place + 2 for place in range(len(known))])
    held, brought, fresh = known.to_dict("records"), new.to_dict("index"), []
    told = [column for column in table.columns if column.name in incoming.frame and column.name not in table.key]
    for at, key in zip(new.index, new[list(table.key)].itertuples(index=False, name=None), strict=True):
        said = " ".join(
            filter(None, (_text(value, table.column(c).kind) for c, value in zip(table.key, key, strict=True)))
        )
        if key not in places:
            fresh.append(at)
            merged.added.append(said)
            continue
        place = places[key]
        merged.known += 1
        merged.rows[place] = lines[at]
        for column in told:
            before, after = held[place][column.name], brought[at][column.name]
            # an empty flag reads as one that is not set: only a set one says something
            silent = pd.isna(after) or after == "" or (column.kind == "flag" and not after)
            if silent or (not pd.isna(before) and before == after):
                continue
            held[place][column.name] = after
            texts = _text(before, column.kind), _text(after, column.kind)
            merged.changed.append(Change(name, said, column.name, *texts))
    rows = schema.conform(name, new.loc[fresh], programme=programme.cci).drop(columns="programme")
    kept = pd.DataFrame(held, columns=known.columns).astype(known.dtypes.to_dict())
    merged.frame = pd.concat([kept, rows], ignore_index=True) if fresh else kept
    merged.rows += [lines[at] for at in fresh]
    return merged


def _completed(incoming: _Incoming, table: schema.Table, known: pd.DataFrame) -> pd.DataFrame:
    """The rows of the file with their whole key: a fund or category left empty is the only one there is.

    That of the programme (a category: of its fund), else that of the axis; a row that the programme has with the empty
    cell is that row. Raises `DataError` for a key that is in the file twice.
    """
    new = incoming.frame.copy()
    for name in table.key:
        if name not in new:
            new[name] = ""
    key = list(table.key)
    there = set(known[key].itertuples(index=False, name=None))
    # the fund first: what categories there are depends on it
    for name, within in (("fund", ["axis"]), ("region_category", ["axis", "fund"])):
        if name not in key:
            continue
        own = [column for column in within if column in key]
        told: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for cells in known.loc[known[name] != "", [*own, name]].itertuples(index=False, name=None):
            told[cells[:-1]].add(cells[-1])
        by_fund = "fund" in own
        of_fund = only_categories(known) if by_fund else {}
        everywhere = set() if by_fund else set().union(*told.values())
        filled = []
        for place, value in zip(new[key].itertuples(index=False, name=None), new[name], strict=True):
            part = tuple(place[key.index(column)] for column in own)
            whole = {of_fund[part[-1]]} if by_fund and part[-1] in of_fund else everywhere
            only = next((names for names in (whole, told[part]) if len(names) == 1), set())
            filled.append(value if value or place in there else "".join(only))
        new[name] = pd.Series(filled, index=new.index, dtype="str")
    twice = new.duplicated(list(table.key))
    if twice.any():
        lines = [line for line, again in zip(incoming.rows, twice, strict=True) if again]
        raise DataError(
            incoming.file,
            [
                Fault(f"has the key of a row above ({', '.join(key)})", incoming.file, line, remedy="Keep one")
                for line in lines
            ],
        )
    return new


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its sources as text, in which missing ones are empty."""
    if "source" not in frame:
        return frame
    return frame.assign(source=frame["source"].astype("object").where(frame["source"].notna(), "").astype("str"))


def _text(value: Any, kind: str) -> str:
    if pd.isna(value):
        return ""
    if kind == "date":
        return str(value.date().isoformat())
    if kind == "flag":
        return "yes" if value else "no"
    if kind == "amount":
        return f"{value:,.2f}"
    return f"{value:,.15g}" if kind == "number" else str(value)


# --- writing ---


def _write(
    path: Path,
    whole: Programme,
    written: list[str],
    descriptor: dict[str, Any],
    declared: Mapping[str, Mapping[str, Any]],
) -> None:
    """The folder with these tables written again; everything else in it stays, and the folder as it was is kept."""
    before = previous(path)
    if before.exists() and not (before / DESCRIPTOR).is_file():
        raise ParameterError(f"{before} is not a programme folder: move it away, the former state is kept there")
    resources = {str(item.get("name")): item for item in descriptor["resources"] if isinstance(item, dict)}
    for name in written:
        file = str(declared[name]["path"]) if name in declared else f"{name}.csv"
        resources[name] = table_descriptor(schema.TABLES[name]) | {"path": file}
    changed = {**descriptor, "resources": list(resources.values())}
    with folder_aside(path, keep=before) as aside:
        shutil.copytree(path, aside, dirs_exist_ok=True)
        for name in written:
            write_table(getattr(whole, name), schema.TABLES[name], aside / resources[name]["path"])
        text = json.dumps(changed, ensure_ascii=False, indent=1) + "\n"
        (aside / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")
        load_programme(aside)  # what is kept can be read again
