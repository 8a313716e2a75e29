"""The files somebody gives for a programme, each told for the table it is and held against the period of its CCI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import DataError, Fault, ParameterError
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.languages import IN_TABLES, text
from porfse_analysis.loaders.cohesion.forms import FIRST, SECOND
from porfse_analysis.loaders.cohesion.forms_2021 import USED_FUNDS
from porfse_analysis.loaders.cohesion.payments import read_payments
from porfse_analysis.loaders.cohesion.registry import FORMS, Kind, kinds_of, recognise
from porfse_analysis.loaders.cohesion.source import RawTable, open_table
from porfse_analysis.loaders.cohesion.tables import (
    find_columns,
    nearest_kind,
    read_finance,
    read_indicators,
    unknown_table,
)
from porfse_analysis.loaders.cohesion.tables_2021 import read_2021
from porfse_analysis.loaders.cohesion.tidy_2021 import SOURCES_2021, Told, tidy_2021
from porfse_analysis.periods import PERIODS
from porfse_analysis.programme import Programme, make_programme

__all__ = ["READERS_2014", "needed_tables", "programme_of_2021", "tables_given", "tables_of_period"]

_NEEDED = {FIRST: ("finance",), SECOND: ("plan_2021", "transmissions_2021")}
"""Period -> the tables to ask for: those that have the axes."""
_WITH_AXES = ("finance", *_NEEDED[SECOND], "timeseries_2021")
"""The tables of which one at least must be there."""

READERS_2014 = {"finance": read_finance, "indicators": read_indicators, "payments": read_payments}
"""Kind of a table that a programme of 2014-2020 is made of -> what reads it."""

_PUBLISHER = "European Commission, Cohesion Open Data Platform"
_LICENCE = "CC0 1.0"
_SERIES = "ec-2021-2027"
_POSITIONS = "positions: the last day of the month of the transmission (to be confirmed)"
_PAGES = {
    "plan_2021": "one dimension alone, from the day the version was adopted",
    "timeseries_2021": f"one dimension alone; {_POSITIONS}",
    "transmissions_2021": _POSITIONS,
    "achievements_2021": f"{_POSITIONS}; no priorities",
    "commitments_2021": "commitments of the Union by year",
}


def tables_of_period(cci: str) -> str:
    """The period whose tables have a programme."""
    return _of_year(cci) or FIRST


def _of_year(cci: str) -> str:
    """The period that has the year a code begins with: what was added for REACT-EU begins with 2020."""
    year = int(cci[:4]) if cci[:4].isdecimal() else 0
    return next((name for name, period in PERIODS.items() if period.portal and year in period.years), "")


def needed_tables(cci: str) -> str:
    """Which tables to give for a programme, as messages say it."""
    if not _of_year(cci):
        return f"{cci} is not the code of a programme (CCI) of {FIRST} or {SECOND}, whose tables are read"
    period = tables_of_period(cci)
    needed = [FORMS[name].called for name in _NEEDED[period]]
    more = [kind.called for kind in kinds_of(period) if kind.name not in (*_NEEDED[period], "planned")]
    asked = f"{cci} is of {period}: give {' or '.join(needed)}"
    return f"{asked}, and what there is of {', '.join(more)}" if more else asked


def tables_given(files: Sequence[str | Path], cci: str) -> dict[str, RawTable]:
    """Kind of a table -> the file that is one, opened.

    Raises `DataError` for a file that is no table, one that is not read or one of another period than the programme;
    `ParameterError` for two of one kind, or when the table with the axes is not among them.
    """
    period = tables_of_period(cci)
    found: dict[str, RawTable] = {}
    for file in files:
        raw = open_table(file)
        kind = _kind(raw, cci, period)
        if kind.name in found:
            raise ParameterError(f"{found[kind.name].name} and {raw.name} are both {kind.called}: give one of them")
        found[kind.name] = raw
    if not found.keys() & set(_WITH_AXES):
        raise ParameterError(needed_tables(cci))
    return found


def _kind(raw: RawTable, cci: str, period: str) -> Kind:
    """What table a file is; `DataError` where it is none that serves the programme."""
    kind = recognise(raw.header)
    if kind is None:
        names = [each.name for each in kinds_of(period)]
        nearest = nearest_kind(raw.header, names)
        if nearest:
            find_columns(raw, nearest)  # names the columns that are missing
        raise DataError(raw.name, [unknown_table(raw.header, FORMS[_NEEDED[period][0]].called)])
    if not kind.read:
        remedy = kind.instead or needed_tables(cci)
        raise DataError(raw.name, [Fault(f"is the table {kind.called}, which is not read", remedy=remedy)])
    if kind.period != period:
        problem = f"is the table {kind.called} of {kind.period}"
        raise DataError(raw.name, [Fault(problem, remedy=needed_tables(cci))])
    if kind.name == "planned":
        finance = FORMS["finance"].called
        problem = f"is the table {kind.called}, which no programme is made of: it has the plan of one day alone"
        remedy = (
            f"Leave it out, and give {finance}, which has the allocations of every date beside the amounts; "
            "the plan alone is read by porfse import opencoesione, with --plan"
        )
        raise DataError(raw.name, [Fault(problem, remedy=remedy)])
    return kind


def programme_of_2021(
    tables: Mapping[str, RawTable], *, cci: str, whole: bool = False, retrieved: object = None
) -> tuple[Programme, list[str]]:
    """The programme `cci` of 2021-2027 out of the tables given, and what there is to be told of them.

    Raises `ParameterError` when no table has it; `DataError` for cells that are not what their column holds.
    """
    read = {kind: read_2021(raw, kind, whole=whole, programme=cci) for kind, raw in tables.items()}
    frames = {kind: rows.frame for kind, rows in read.items() if len(rows.frame)}
    left_out = {kind: rows.left_out for kind, rows in read.items() if rows.left_out}
    if not frames.keys() & set(_WITH_AXES):
        raise ParameterError(_without_rows(tables, frames, left_out, cci))
    told: Told = {kind: [f"the rows of {', '.join(funds)} are left out"] for kind, funds in left_out.items()}
    for kind in tables.keys() - frames.keys() - left_out.keys():
        told.setdefault(kind, []).append(f"it has no rows of {cci}")
    made = {name: table for name, table in tidy_2021(frames, told).items() if len(table)}
    if "axes" not in made or not made["finance"]["amount_eur"].notna().any():
        lacking = "its total cost (the EU share alone)" if "axes" in made else "its priorities"
        raise ParameterError(f"The tables given do not have {lacking}. {needed_tables(cci)}")
    made["sources"] = _sources(cci, [kind for kind in SOURCES_2021 if kind in frames], told, retrieved)
    titles = (str(title) for kind in SOURCES_2021 if kind in frames for title in frames[kind]["title"].unique())
    title = next(filter(None, titles), cci)
    programme = make_programme(
        cci,
        dict.fromkeys(IN_TABLES, title),
        made,
        where=f"cohesion data of {cci}",
        published_fractions=True,  # the portal's own figures: a finding, not an error
    )
    return programme, [f"{FORMS[kind].identifier}: {said}" for kind in SOURCES_2021 for said in told.get(kind, [])]


def _without_rows(
    tables: Mapping[str, RawTable],
    frames: Mapping[str, pd.DataFrame],
    left_out: Mapping[str, list[str]],
    cci: str,
) -> str:
    """Why there is no programme: not in the tables, with other funds alone, or not in those that have the axes."""
    funds = sorted({fund for names in left_out.values() for fund in names})
    if funds and not frames:
        used = ", ".join(USED_FUNDS)
        return f"{cci} has rows of {', '.join(funds)} alone, which are not read. Programmes with {used} are."
    kind = next(name for name in _WITH_AXES if name in tables)
    raw = tables[kind]
    (cells,) = raw.read([find_columns(raw, kind)["programme"]])
    near = get_close_matches(cci, sorted(map(str, cells.categories)), n=3, cutoff=0.0)
    return f"The table {FORMS[kind].called} has no programme {cci!r}. Nearest: {', '.join(near)}."


def _sources(cci: str, kinds: Sequence[str], told: Told, retrieved: object) -> pd.DataFrame:
    rows = []
    for kind in kinds:
        name = SOURCES_2021[kind]
        rows.append(
            {
                "source": name,
                **{f"title_{lang}": text(f"published_source.{name}", lang) for lang in IN_TABLES},
                # plan and transmissions are one series: the amounts go on from one to the other
                "series": _SERIES if kind in _NEEDED[SECOND] else "",
                "publisher": _PUBLISHER,
                "page": "; ".join([f"rows of {cci}", _PAGES[kind], *told.get(kind, [])]),
                "address": _address(kind),
                "licence": _LICENCE,
            }
        )
    sources = schema.conform("sources", pd.DataFrame(rows), programme=cci)
    return sources if retrieved is None else sources.assign(date=as_cutoff(retrieved, "retrieved"))


def _address(kind: str) -> str:
    identifier = FORMS[kind].identifier
    return f"cohesiondata.ec.europa.eu/d/{identifier}" if "_" not in identifier else "cohesiondata.ec.europa.eu"
