"""Reading the tables of the Commission's open data on cohesion policy, strictly and quickly.

`read_finance` (portal table 99js-gm52), `read_planned` (e4v6-qrrq) and `read_indicators`
(2q3n-nr7n) take any form the tables are met in and give one frame with our names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import NamedTuple, cast

import numpy as np
import pandas as pd

from porfse_analysis import schema
from porfse_analysis.amounts import number_pattern
from porfse_analysis.errors import DataError, Fault
from porfse_analysis.loaders.cohesion.cells_2021 import TEXTS_2021, cycles
from porfse_analysis.loaders.cohesion.checks import mixed_downloads, unclear_axes
from porfse_analysis.loaders.cohesion.dates import cure, empty_elsewhere, read_dates
from porfse_analysis.loaders.cohesion.forms import Field, Form
from porfse_analysis.loaders.cohesion.registry import FORMS, Kind, plain_label, recognise
from porfse_analysis.loaders.cohesion.source import CsvTable, JsonTable, RawTable, TableSource, open_table

__all__ = [
    "Columns",
    "another_table",
    "find_columns",
    "nearest_kind",
    "opened",
    "read_columns",
    "read_finance",
    "read_indicators",
    "read_planned",
    "read_table",
    "unknown_table",
]

_DEFAULT_LIMIT = 1000
# with less than this share of its columns a file is not the table, and hints at other spellings help nobody
_KNOWN_SHARE = 0.5
_SHOWN_LABELS, _SHOWN_LABEL = 12, 40
_ASK_FOR_ALL = (
    "Add $limit=5000000 to the address, or use the CSV export of the portal; if these are all there are, say so: "
    "--whole, in Python whole=True"
)


def read_finance(source: TableSource | RawTable, *, whole: bool = False) -> pd.DataFrame:
    """The table "finance implementation" (99js-gm52): one row per programme, fund, axis, objective,
    region and year.

    `source`: a path or an open file (text or binary), CSV as the portal exports it, CSV or JSON of
    its interface, packed with gzip or not. Amounts are cumulative euro, Union and national part
    together. A file of exactly 1,000 records, where the interface stops unless it is asked for
    more, is refused, but for one said to be the `whole` table.

    Columns: programme (CCI), title, ms (member state), fund, axis (as written), thematic_objective
    (two digits, TA, MULTI; "" for VOID), objective_title, region_category, measure, focus_area
    (EAFRD), year, plan_version (in force that year), allocation_eur, eu_amount_eur (the Union's
    part of it), selected_eur, declared_eur, data_date (of the figures; NaT where the portal gives
    none), reported_in. Texts are categories, "" where there is none; amounts float euro, NaN where
    there is none.

    Raises `DataError` with every fault: another table, not a whole one, cells that are not what the
    column holds, and two downloads mixed in one file. These show in two ways: one key twice (with
    other figures, or the same: a file added to itself), and one programme and year under two plan
    versions, of which the portal gives one. Rows of funds outside `STRUCTURAL_FUNDS` are read but
    not compared so.
    """
    return read_table(source, "finance", whole)


def read_planned(source: TableSource | RawTable, *, whole: bool = False) -> pd.DataFrame:
    """The table "finances planned" (e4v6-qrrq): the plan in force at the download, without years.

    `source`, types and errors as for `read_finance`. Columns: programme, title, ms, fund, axis,
    thematic_objective, objective_title, region_category, measure, focus_area, plan_version,
    allocation_eur, eu_amount_eur.
    """
    return read_table(source, "planned", whole)


def read_indicators(source: TableSource | RawTable, *, whole: bool = False) -> pd.DataFrame:
    """The table "achievements" (2q3n-nr7n): one row per indicator of a programme and year, with
    value and target.

    `source`, types and errors as for `read_finance`. Columns: programme, title, ms, fund, axis,
    investment_priority, region_category, indicator_type (OESF, RESF, RYEI ...), indicator_code,
    indicator_name, thematic_objective, measure, focus_area, year, plan_version (in force that
    year), target (in the plan of that year), value (cumulative; NaN where none is reported),
    unit, reported_in (the report the value is from), is_division (a quotient, EAFRD alone).
    """
    return read_table(source, "indicators", whole)


def opened(source: TableSource | RawTable) -> RawTable:
    """The table in `source`, or that table itself: a file is opened once to see what it is, and read then."""
    return source if isinstance(source, CsvTable | JsonTable) else open_table(cast("TableSource", source))


def read_table(
    source: TableSource | RawTable,
    asked: str,
    whole: bool,
    check: Callable[[pd.DataFrame, RawTable], list[Fault]] = lambda frame, raw: [],
) -> pd.DataFrame:
    """The table `asked` of `FORMS` in `source`: one column a field, in their order; `check` is one of its own."""
    raw = opened(source)
    frame, found, faults = read_columns(raw, asked, whole=whole)
    if not faults:
        faults = unclear_axes(frame, raw, raw.header[found["axis"]]) if "axis" in found else []
        faults += mixed_downloads(frame, FORMS[asked], raw) + check(frame, raw)
    if faults:
        raise DataError(raw.name, faults)
    return frame


class Columns(NamedTuple):
    """What `read_columns` gives: the frame, where in the header each column stands, and the faults of its cells."""

    frame: pd.DataFrame
    found: dict[str, int]
    faults: list[Fault]


def read_columns(raw: RawTable, asked: str, *, whole: bool, programme: str = "") -> Columns:
    """The columns of a table of the kind `asked`, of all its rows or of those of one programme alone.

    The rows keep their numbers as index: those of one programme are where they stand among all. Cells of rows that are
    not given may hold what they like. Raises `DataError` for a table that is another one, or cut short.
    """
    form = FORMS[asked]
    found = find_columns(raw, asked)
    cells = dict(zip(found, raw.read(list(found.values())), strict=True))
    count = len(next(iter(cells.values())))
    if count == _DEFAULT_LIMIT and not whole:
        problem = f"has exactly {count:,} records, where the portal's interface stops unless it is asked for more"
        raise DataError(raw.name, [Fault(problem, raw.name, remedy=_ASK_FOR_ALL)])
    used = np.ones(count, dtype=bool)
    if programme:
        codes = cells["programme"]
        used = np.array([text.strip() == programme for text in codes.categories], dtype=bool)[codes.codes]
    faults: list[Fault] = []
    columns = {
        field.name: _parse(cells.pop(field.name), field, raw.header[found[field.name]], raw, used, faults)
        if field.name in cells
        else _absent(field, count)
        for field in form.fields
    }
    frame = pd.DataFrame(columns)
    return Columns(frame[used] if programme else frame, found, faults)


# --- columns ---


def find_columns(raw: RawTable, asked: str) -> dict[str, int]:
    """Where in the header each of our columns stands; refuses a header that is not that of the
    table asked for.
    """
    form = FORMS[asked]
    found = _matched(raw.header, form)
    recognised = recognise(raw.header)
    if recognised is not None and recognised.name != asked:
        raise DataError(raw.name, [another_table(recognised, asked)])
    in_json = isinstance(raw, JsonTable)
    missing = [f for f in form.fields if f.name not in found and f.needed and not (in_json and f.sparse)]
    needed = sum(field.needed for field in form.fields)
    if len(missing) > needed * (1 - _KNOWN_SHARE):
        raise DataError(raw.name, [unknown_table(raw.header, form.called)])
    taken = {position for positions in found.values() for position in positions}
    free = {plain_label(label): label for position, label in enumerate(raw.header) if position not in taken}
    faults = []
    for name, positions in found.items():
        if len(positions) > 1:
            labels = " and ".join(repr(raw.header[position]) for position in positions)
            faults.append(Fault(f"{labels} are both {name}", row=1, remedy="Keep one of the columns"))
    for field in missing:
        close = get_close_matches(field.aliases[0], free, n=1)
        hint = f"Is it {free[close[0]]!r}? " if close else ""
        # the header once, however many columns it lacks
        shown = f"Found: {_shortened(raw.header)}" if field is missing[0] else ""
        faults.append(
            Fault(
                f"column {field.name} is missing; the portal calls it {' or '.join(field.aliases)}",
                row=None if in_json else 1,
                remedy=f"{hint}{shown}".strip(),
            )
        )
    if faults:
        raise DataError(raw.name, faults)
    return {name: positions[0] for name, positions in found.items()}


def another_table(found: Kind, asked: str) -> Fault:
    """That a file is another table than the one asked for, and what to give instead."""
    this = FORMS[asked]
    remedy = found.instead or f"Download table {this.identifier} of the portal, or give this one in its place"
    return Fault(f"is the table {found.called}, not {this.called}", remedy=remedy)


def unknown_table(header: Sequence[str], called: str) -> Fault:
    """That a header is of no table that is known."""
    remedy = f"Give the table as the portal exports it. Its header: {_shortened(header)}"
    return Fault(f"is not the table {called}, nor another one that is known", remedy=remedy)


def nearest_kind(header: Sequence[str], names: Sequence[str]) -> str:
    """The one of several kinds of tables that a header has most of the columns of; "" where it has too few of each."""
    counts = {}
    for name in names:
        needed = {field.name for field in FORMS[name].fields if field.needed}
        found = _matched(header, FORMS[name]).keys()
        counts[name] = len(found) if len(needed & found) >= len(needed) * _KNOWN_SHARE else 0
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def _shortened(header: Sequence[str]) -> str:
    shown = ", ".join(repr(label[:_SHOWN_LABEL]) for label in header[:_SHOWN_LABELS])
    more = len(header) - _SHOWN_LABELS
    return f"{shown} and {more} more" if more > 0 else shown


def _matched(header: Sequence[str], form: Form) -> dict[str, list[int]]:
    named = {alias: field.name for field in form.fields for alias in field.aliases}
    found: dict[str, list[int]] = {}
    for position, label in enumerate(header):
        name = named.get(plain_label(label))
        if name is not None:
            found.setdefault(name, []).append(position)
    return found


def _absent(field: Field, count: int) -> pd.Series:
    if field.kind in ("amount", "number"):
        return pd.Series(np.full(count, np.nan))
    if field.kind in ("date", "cycle"):
        return pd.Series(np.full(count, "NaT", dtype=schema.DATE_DTYPE))
    if field.kind == "flag":
        return pd.Series(np.zeros(count, dtype=bool))
    if field.kind == "year":
        return pd.Series(np.zeros(count, dtype=np.int64))
    return pd.Series(pd.Categorical.from_codes(np.zeros(count, dtype=np.int8), categories=pd.Index([""], dtype="str")))


# --- cells ---


def _parse(
    cells: pd.Categorical, field: Field, label: str, raw: RawTable, used: np.ndarray, faults: list[Fault]
) -> pd.Series:
    """One column, its texts read as what the field holds; each text is looked at once, however
    often it occurs. Faults are told of the rows `used`.
    """
    texts = [text.strip() for text in cells.categories]
    codes = np.asarray(cells.codes)
    problems: dict[int, str] = {}
    values: np.ndarray | pd.Categorical
    if field.kind in ("amount", "number"):
        values = _numbers(texts, problems)[codes]
        _mixed_notation(texts, codes, label, raw, used, faults)
    elif field.kind == "date":
        values = read_dates(texts, problems)[codes]
    elif field.kind == "cycle":
        values = cycles(texts, problems)[codes]
    elif field.kind == "year":
        values = _years(texts, problems)[codes]
    elif field.kind == "flag":
        values = np.array([text.upper() in ("Y", "YES", "TRUE", "1") for text in texts], dtype=bool)[codes]
    else:
        names, kept = pd.factorize(np.array([_TEXTS[field.kind](text) for text in texts], dtype=object))
        values = pd.Categorical.from_codes(names[codes], categories=pd.Index(kept, dtype="str"))
        texts = [str(kept[name]) for name in names]
    if field.filled:
        problems |= {index: "is empty" for index, text in enumerate(texts) if not text}
    if problems:
        for record in np.flatnonzero(np.isin(codes, list(problems)) & used):
            text = str(cells.categories[int(codes[record])])
            faults.append(_cell_fault(raw, int(record), label, text, problems[int(codes[record])]))
    return pd.Series(values)


def _cell_fault(raw: RawTable, record: int, label: str, text: str, problem: str) -> Fault:
    if plain_label(text) == plain_label(label):
        remedy = "Give one download at a time"
        return raw.fault(record, "is the header once more: two files were joined", label, text, remedy)
    remedy = cure(problem) or ("Download the table again" if not text else "Use the figures as the portal gives them")
    return raw.fault(record, problem, label, text, remedy)


_PLAIN = number_pattern(".", "")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)


def _numbers(texts: Sequence[str], problems: dict[int, str]) -> np.ndarray:
    numbers = np.full(len(texts), np.nan)
    for index, text in enumerate(texts):
        if not text:
            continue
        if _PLAIN.fullmatch(text):
            numbers[index] = float(text)
        elif _GROUPED.fullmatch(text):
            numbers[index] = float(text.replace(",", ""))
        else:
            problems[index] = empty_elsewhere(text, "is not a number")
    return numbers


def _mixed_notation(
    texts: Sequence[str], codes: np.ndarray, label: str, raw: RawTable, used: np.ndarray, faults: list[Fault]
) -> None:
    """Commas between thousands are taken as such only where every number of the column has them."""
    grouped = [index for index, text in enumerate(texts) if "," in text and _GROUPED.fullmatch(text)]
    if not grouped:
        return
    bare = [index for index, text in enumerate(texts) if re.match(r"[+-]?\d{4}", text)]
    for record in np.flatnonzero(np.isin(codes, grouped) & used) if bare else ():
        without = texts[bare[0]]
        faults.append(
            raw.fault(
                int(record),
                f"has a comma between thousands where others of its column have none ({without}), "
                "so the comma may stand for decimals",
                label,
                texts[codes[record]],
                "Use the file as the portal gives it",
            )
        )


def _years(texts: Sequence[str], problems: dict[int, str]) -> np.ndarray:
    years = np.zeros(len(texts), dtype=np.int64)
    for index, text in enumerate(texts):
        if re.fullmatch(r"20\d\d", text, re.ASCII):
            years[index] = int(text)
        elif text:
            problems[index] = empty_elsewhere(text, "is not a year")
    return years


def _code(text: str) -> str:
    return "" if text.upper() == "VOID" else text


def _objective(text: str) -> str:
    code = _code(text)
    return f"0{code}" if len(code) == 1 and code.isdecimal() else code


def _title(text: str) -> str:
    return " ".join(_code(text).split())


def _version(text: str) -> str:
    """'4.0' and '4' are one version; '1.10' is not '1.1'."""
    return re.sub(r"(\d)\.0", r"\1", text) if re.fullmatch(r"\d+\.0", text, re.ASCII) else text


_TEXTS: dict[str, Callable[[str], str]] = {
    "code": _code,
    "label": str,  # '1', '01' and '1 bis' are three axes
    "objective": _objective,
    "title": _title,
    "version": _version,
    **TEXTS_2021,
}
