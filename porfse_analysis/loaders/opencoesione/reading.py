"""From the files of OpenCoesione to the records of one programme: what is kept, what is set aside and why.

Every row of every file is counted: kept, or set aside for one reason. What is kept stays as the file writes it
(`Records.texts`), so that a copy of it reads as the source did; `Records.projects` and the others are the same, read.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from porfse_analysis.errors import DataError, Fault, ParameterError
from porfse_analysis.languages import text
from porfse_analysis.loaders.opencoesione import scan
from porfse_analysis.loaders.opencoesione.cells import days, each, number, numbers, repaired, stripped
from porfse_analysis.loaders.opencoesione.layout import (
    COMMITMENTS,
    INDICATORS,
    PAYMENTS,
    PLACES,
    PROJECTS,
    SET_ASIDE,
    Field,
    words,
)
from porfse_analysis.loaders.opencoesione.persons import safe_value, without_persons, without_tax_codes
from porfse_analysis.loaders.opencoesione.source import Part, parts_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["ASIDE", "REASONS", "Progress", "Records", "choose_projects", "lines_of", "read_records"]

Progress = Callable[[str, int], None]
"""Called with the name of a file and how many more rows of it were read."""

REASONS = (
    *("other_programme", "two_programmes", "not_shown", "aggregate", "no_code", "no_axis", "two_funds", "no_fund"),
    *("other_project", "no_day"),
)
"""Why a row is set aside, in the order in which the reasons are looked for; their words: group `set_aside`."""

_SEPARATOR = ":::"
ASIDE = ("file", "reason", "project", "axis", "rows", "selected_eur", "committed_eur", "paid_eur")


@dataclass
class Records:
    """The records of one programme: by kind of file the texts kept, and the same as values.

    `read` counts the rows of each file, `aside` has what was set aside (columns `ASIDE`), `notices` what else a reader
    must know, as (code, values).
    """

    cci: str
    texts: dict[str, pd.DataFrame] = field(default_factory=dict)
    values: dict[str, pd.DataFrame] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    aside: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ASIDE)))
    notices: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    @property
    def projects(self) -> pd.DataFrame:
        """The projects, one row each."""
        return self.values[PROJECTS]

    def get(self, kind: str) -> pd.DataFrame | None:
        """The values of one kind of file; None where no file of it was given."""
        return self.values.get(kind)

    @property
    def through_floats(self) -> bool:
        """Whether impossible days say that the files went through 32-bit numbers, which large amounts lose cents in."""
        return any(code == "dates" and values["floats"] for code, values in self.notices)

    @property
    def newest(self) -> pd.Timestamp:
        """The newest day that a project was brought up to date."""
        return pd.Timestamp(self.projects["updated"].max())


def read_records(files: Sequence[str | Path], cci: str, *, progress: Progress | None = None) -> Records:
    """The records of programme `cci` in files of OpenCoesione, in whatever order they are given.

    Raises `DataError` for a file that cannot be used, naming each cause once; `ParameterError` where there is no file
    of projects or none of the programme's.
    """
    with tempfile.TemporaryDirectory(prefix="porfse-") as folder:
        parts = [part for file in files for part in parts_of(file, Path(folder))]
        if any(map(scan.is_large, parts)) and scan.can_be():
            # what is at fault is read again, row by row: that says where it stands
            with contextlib.suppress(DataError, scan.Refused), scan.connection() as link:
                return _records_of(parts, cci, progress, _Scan(link, Path(folder)))
        return _records_of(parts, cci, progress, None)


@dataclass(frozen=True)
class _Scan:
    """DuckDB, and where it finds what is unpacked."""

    link: DuckDBPyConnection
    folder: Path


def _records_of(parts: Sequence[Part], cci: str, progress: Progress | None, scanned: _Scan | None) -> Records:
    code = cci.strip().upper()
    of_kind = {kind: [part for part in parts if part.layout.name == kind] for kind in _READ}
    if not of_kind[PROJECTS]:
        given = ", ".join(sorted({part.layout.name for part in parts})) or "no file"
        raise ParameterError(f"progetti_esteso is missing: the other files have no axis. Given: {given}")
    _one_kind_of_payments(of_kind[PAYMENTS])
    records = Records(code)
    aside: list[pd.DataFrame] = []
    for part in parts:
        if part.layout.name == SET_ASIDE:
            aside.append(_carried(part, records))
        elif not part.layout.fields:
            records.notices.append(("unused_file", {"file": part.label, "kind": part.layout.name}))
    for kind in _READ:
        if of_kind[kind]:
            found = [_read(part, records, aside, progress, scanned) for part in of_kind[kind]]
            _keep(kind, found, of_kind[kind], records)
        if kind == PROJECTS:
            _refuse_none(records, aside)
            if scanned is not None:
                scan.mark_kept(scanned.link, records.projects)
    records.aside = _together(aside)
    return records


_READ = (PROJECTS, PAYMENTS, COMMITMENTS, INDICATORS, PLACES)


def _one_kind_of_payments(parts: Sequence[Part]) -> None:
    if len({"paid_on" in part.at for part in parts}) > 1:
        total = next(part.name for part in parts if "paid_on" not in part.at)
        raise ParameterError(
            f"{total} has cumulative totals, another file of payments single payments: added, they would count twice. "
            "Give the newer one alone"
        )


# --- rows ---


def _pieces(part: Part, records: Records, scanned: _Scan | None) -> Iterator[tuple[pd.DataFrame, pd.Series]]:
    """The rows of one table in pieces, and how many rows each of them stands for."""
    if scanned is None or not scan.is_large(part):
        for piece in part.pieces():
            yield piece, pd.Series(1, index=piece.index)
        return
    table = scan.table_of(part, scanned.folder)
    rest, programmes = scan.told_apart(scanned.link, part, table, records.cci)
    yield rest, rest.pop("rows")
    for piece in scan.own_rows(scanned.link, part, table, programmes):
        yield piece, pd.Series(1, index=piece.index)


def _read(
    part: Part, records: Records, aside: list[pd.DataFrame], progress: Progress | None, scanned: _Scan | None
) -> pd.DataFrame:
    """The rows of one table that are kept, as texts; counts what it reads, adds what is set aside to `aside`."""
    kept, count = [], 0
    details = part.layout.name != PROJECTS
    known = pd.Index(records.projects["project"] if details else [], dtype=object)
    for piece, stands_for in _pieces(part, records, scanned):
        rows = int(stands_for.sum())
        count += rows
        piece["project"] = without_tax_codes(each(piece["project"], stripped), records.salt)
        reason = _choose_details(piece, records.cci, known) if details else choose_projects(piece, records.cci)
        kept.append(_plain(piece[reason == ""]))
        aside.append(_listed(piece, reason, part, stands_for))
        if progress is not None:
            progress(part.label, rows)
    records.read[part.label] = records.read.get(part.label, 0) + count
    if not count:
        problem = "has a header and no rows"
        raise DataError(part.name, [Fault(problem, part.name, remedy="Download it again from OpenCoesione")])
    found = pd.concat([rows for rows in kept if len(rows)] or kept[-1:])
    records.kept[part.label] = records.kept.get(part.label, 0) + len(found)
    return found


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """The texts without blanks at their ends: a cell that is missing may hold one."""
    return pd.DataFrame({name: each(rows[name], stripped) for name in rows}, index=rows.index)


def choose_projects(piece: pd.DataFrame, cci: str) -> pd.Series:
    """Why each project is set aside; empty for those that are kept."""
    codes, found = pd.factorize(piece["programme"])
    each = [[code.strip().upper() for code in text.split(_SEPARATOR)] for text in found]
    own = np.array([cci in listed for listed in each], dtype=bool)[codes]
    alone = np.array([set(listed) == {cci} for listed in each], dtype=bool)[codes]
    reason = pd.Series("other_programme", index=piece.index, dtype=object)
    rows = piece[own]
    known = words("fund")
    chosen = pd.Series("", index=rows.index, dtype=object)
    tests = {
        "two_programmes": ~alone[own],
        "not_shown": ~_flag(rows, "shown"),
        "aggregate": ~_flag(rows, "aggregate"),
        "no_code": _column(rows, "project") == "",
        "no_axis": _column(rows, "axis").isin(words("no_axis")),
        "two_funds": _column(rows, "fund").str.contains(_SEPARATOR, regex=False),
        "no_fund": ~_column(rows, "fund").isin([*known, *known.values(), ""]),
    }
    for name, true in tests.items():
        chosen[(chosen == "") & np.asarray(true, dtype=bool)] = name
    reason[rows.index] = chosen
    return reason


def _flag(rows: pd.DataFrame, name: str) -> pd.Series:
    """Whether a flag says that a project counts; a file without the flag leaves none out."""
    return each(_column(rows, name), lambda text: re.sub(r"[.,]0+$", "", text)).isin(words(name))


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    if name not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    return each(rows[name], stripped)


def _choose_details(piece: pd.DataFrame, cci: str, known: pd.Index) -> pd.Series:
    """Why each row of a file beside that of the projects is set aside; empty for those of a project that is kept.

    `known`: the codes of these, one table for all pieces.
    """
    kept = known.get_indexer(pd.Index(piece["project"], dtype=object)) >= 0
    reason = pd.Series("", index=piece.index, dtype=object)
    if "programme" in piece:
        programme = each(piece["programme"], lambda text: stripped(text).upper())
        reason[(programme != "") & (programme != cci)] = "other_programme"
    reason[(reason == "") & ~kept] = "other_project"
    day = next((name for name in ("paid_on", "total_at", "committed_on") if name in piece), "")
    if day:
        reason[(reason == "") & (each(piece[day], stripped) == "")] = "no_day"
    return reason


# --- values ---


def _keep(kind: str, found: Sequence[pd.DataFrame], parts: Sequence[Part], records: Records) -> None:
    """Read the texts of one kind of file as values; every fault of its files at once."""
    faults: list[Fault] = []
    texts, values = [], []
    for rows, part in zip(found, parts, strict=True):
        texts.append(rows)
        values.append(_values(rows, part, faults, records))
    if kind == PROJECTS:
        faults += _again(found, parts)
    if faults:
        one = {fault.file for fault in faults}
        raise DataError(one.pop() if len(one) == 1 else kind, faults)
    together = pd.concat(texts, ignore_index=True)
    worth = pd.concat(values, ignore_index=True)
    if kind == PROJECTS:
        # names and codes are decided on together, once, and stand in no frame after it
        together = together.fillna("")
        together, withheld = without_persons(together)
        if "beneficiary" in together:
            together["beneficiary"], _ = repaired(together["beneficiary"])
        for column in parts[0].layout.fields:
            if column.name in together and column.kind in ("code", "codes", "title", "person"):
                worth[column.name] = together[column.name].astype("str")
        if withheld:
            records.notices.append(("withheld", {"count": withheld}))
    records.texts[kind], records.values[kind] = together, worth


def _again(found: Sequence[pd.DataFrame], parts: Sequence[Part]) -> list[Fault]:
    """The rows of projects that stand in the files before: they would count twice."""
    codes = pd.concat([rows["project"] for rows in found], keys=range(len(found)))
    faults = []
    twice = codes[codes.duplicated()]
    for place, part in enumerate(parts):
        own = twice[twice.index.get_level_values(0) == place].droplevel(0)
        lines, label = part.lines([int(record) for record in own.index]), part.header[part.at["project"]]
        faults += [
            Fault(_TWICE, part.name, lines[int(str(record))], label, code[:40], "Give each file once, and of one date")
            for record, code in own.items()
        ]
    return faults


_TWICE = "stands in the files already: its project would count twice"


def _values(rows: pd.DataFrame, part: Part, faults: list[Fault], records: Records) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for column in part.layout.fields:
        if column.name not in rows:
            continue
        texts = rows[column.name]
        if column.kind in ("amount", "number", "day", "date"):
            columns[column.name] = _read_column(texts, column, part, faults, records)
            if column.kind == "date":
                # what is no date may be anything, a name too: only digits are kept as they were
                rows[column.name] = each(texts, lambda text: text if safe_value(text) is not None else "")
        elif column.kind == "title":
            right, mixed = repaired(texts)
            if mixed:
                label = part.header[part.at[column.name]]
                records.notices.append(("accents", {"file": part.label, "column": label}))
            rows[column.name] = right
            columns[column.name] = right.astype("str")
        else:
            columns[column.name] = texts.astype("str")
    return pd.DataFrame(columns, index=rows.index)


def _read_column(texts: pd.Series, column: Field, part: Part, faults: list[Fault], records: Records) -> pd.Series:
    """One column of numbers or days; what is wrong with a cell that a figure depends on is a fault."""
    values: np.ndarray
    if column.kind in ("amount", "number"):
        values, problems = numbers(texts, amounts=column.kind == "amount")
    else:
        values, problems = days(texts, past=column.kind == "day")
    wrong = texts[texts.isin(list(problems))] if problems else texts.iloc[:0]
    label = part.header[part.at[column.name]]
    if len(wrong) and column.kind == "date":
        floats = sum("32-bit" in problems[text] for text in wrong)
        records.notices.append(("dates", {"file": part.label, "column": label, "count": len(wrong), "floats": floats}))
    elif len(wrong):
        lines = part.lines([int(record) for record in wrong.index])
        remedy = "Take the file as OpenCoesione gives it: the CSV, not a copy through other numbers"
        for record, text in wrong.items():
            place = lines[int(str(record))]
            faults.append(Fault(problems[text], part.name, place, label, safe_value(text), remedy))
    return pd.Series(values, index=texts.index)


def _refuse_none(records: Records, aside: Sequence[pd.DataFrame]) -> None:
    """Refuses projects that are none, and projects of no date."""
    projects = records.projects
    if projects.empty:
        reasons = _together(aside).groupby("reason", sort=False)["rows"].sum()
        told = ", ".join(f"{int(rows):,} {text(f'set_aside.{reason}', 'en')}" for reason, rows in reasons.items())
        raise ParameterError(
            f"No project of {records.cci} is kept out of {sum(records.read.values()):,} rows (set aside: {told}). "
            "Check the code of the programme, and that the file is of its cycle"
        )
    if projects["updated"].isna().any():
        count = int(projects["updated"].isna().sum())
        remedy = "Without the day of a project its figures are of no date: take the file as OpenCoesione gives it"
        fault = Fault(f"is empty in {count:,} rows of the programme", column="DATA_AGGIORNAMENTO", remedy=remedy)
        raise DataError(", ".join(records.read), [fault])


# --- what was set aside ---


def _listed(piece: pd.DataFrame, reason: pd.Series, part: Part, stands_for: pd.Series) -> pd.DataFrame:
    """What of a piece is set aside: each project of the programme, of all else a row for each reason."""
    out = reason[reason != ""]
    one_by_one = (out != "other_programme") & (part.layout.name == PROJECTS)
    own = piece.loc[out.index[one_by_one], [name for name in _TOLD if name in piece]]
    rows: list[dict[str, object]] = [
        {
            "file": part.label,
            "reason": why,
            "project": row.get("project"),
            "axis": row.get("axis", "").strip(),
            "rows": 1,
        }
        | _amounts(row)
        for why, row in zip(out[one_by_one], own.to_dict("records"), strict=True)
    ]
    counted = stands_for[out.index[~one_by_one]].groupby(out[~one_by_one], sort=False).sum()
    rows += [
        {"file": part.label, "reason": why, "project": "", "axis": "", "rows": int(count)}
        for why, count in counted.items()
    ]
    return pd.DataFrame(rows, columns=list(ASIDE))


def _together(aside: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """What was set aside of every piece, the rows of one reason and no project added up."""
    table = pd.concat(aside, ignore_index=True)
    amounts = [name for name in ASIDE if name.endswith("_eur")]
    sums = {"rows": ("rows", "sum")} | {name: (name, lambda of: of.sum(min_count=1)) for name in amounts}
    grouped = table.groupby(list(_TEXTS), sort=False, as_index=False)
    return grouped.agg(**sums)[list(ASIDE)].astype({"rows": "int64"})


_TOLD = ("project", "axis", "selected", "committed", "paid")
_TEXTS = ("file", "reason", "project", "axis")


def _carried(part: Part, records: Records) -> pd.DataFrame:
    """What an earlier import had set aside, out of the copy it left."""
    with zipfile.ZipFile(part.path) as archive, archive.open(part.member) as stream:
        table = pd.read_csv(stream, dtype=dict.fromkeys(_TEXTS, "str"), keep_default_na=False, na_values={"": []})
    for name in ASIDE:
        if name not in _TEXTS:
            table[name] = pd.to_numeric(table[name], errors="coerce")
    for file, count in table.groupby("file", sort=False)["rows"].sum().items():
        records.read[str(file)] = records.read.get(str(file), 0) + int(count)
        records.kept.setdefault(str(file), 0)
    return table[list(ASIDE)]


def _amounts(row: Mapping[Hashable, object]) -> dict[str, object]:
    """The amounts of a project that is set aside, where they can be read."""
    found: dict[str, object] = {}
    for name in ("selected", "committed", "paid"):
        value, _, problem = number(stripped(str(row.get(name) or "")), amount=True)
        found[f"{name}_eur"] = float("nan") if problem else value
    return found


def lines_of(aside: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    """File, reason and how many rows of it were set aside for it."""
    counted = aside.groupby(["file", "reason"], sort=False, as_index=False)["rows"].sum()
    for file, reason, count in counted.itertuples(index=False, name=None):
        yield str(file), str(reason), int(count)
