"""The payments of every programme in files of OpenCoesione, at any days: one look at four columns, by DuckDB.

Which projects count is asked of the same rule as for an import, once for each different set of cells it looks at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from porfse_analysis.errors import DataError, Fault, ParameterError
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.loaders.opencoesione import scan
from porfse_analysis.loaders.opencoesione.cells import YEARS, each, stripped
from porfse_analysis.loaders.opencoesione.layout import PAYMENTS, PROJECTS
from porfse_analysis.loaders.opencoesione.reading import choose_projects
from porfse_analysis.loaders.opencoesione.source import Part, parts_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["payments_by_axis"]

_LOOKED_AT = ("programme", "axis", "fund", "shown", "aggregate")
_UNIT = "\x1f"
_BLANK = "' \t\r\n'"
# whether a day, a number here, is none that a payment can be of; an empty cell is not wrong. The first 28 days of each
# month are in every calendar: that is most of them, and told fast
_NO_DAY = f"""CASE WHEN day IS NULL THEN trim(CAST(given AS VARCHAR), {_BLANK}) <> ''
    WHEN day NOT BETWEEN {YEARS[0]}0101 AND $today THEN true
    WHEN day % 100 BETWEEN 1 AND 28 AND day // 100 % 100 BETWEEN 1 AND 12 THEN false
    ELSE try_strptime(CAST(day AS VARCHAR), '%Y%m%d') IS NULL END"""
_IMPORT = "`porfse import opencoesione` names each row of it"


def payments_by_axis(files: Sequence[str | Path], cutoffs: Sequence[object]) -> pd.DataFrame:
    """The payments of every programme by axis, up to each of some days: programme, axis, cutoff, paid_eur.

    Single payments of `pagamenti` are added up, exact to the cent; those of projects that an import would set aside are
    left out. An axis without payments yet has 0. Files as for `read_records`, or the records.zip of an import.

    Raises `ParameterError` without files of projects and of single payments, `DataError` for cells that cannot be read;
    `MissingExtraError` without DuckDB.
    """
    ends = sorted({as_cutoff(day) for day in cutoffs})
    if not ends:
        raise ParameterError("cutoffs: name a day")
    with tempfile.TemporaryDirectory(prefix="porfse-") as folder:
        parts = [part for file in files for part in parts_of(file, Path(folder))]
        projects = [part for part in parts if part.layout.name == PROJECTS]
        payments = [part for part in parts if part.layout.name == PAYMENTS]
        if not projects or not payments:
            raise ParameterError("give progetti_esteso and pagamenti: the axis is in one, the payments in the other")
        total = next((part.name for part in payments if "paid_on" not in part.at), "")
        if total:
            raise ParameterError(f"{total} has cumulative totals, which count otherwise: import it")
        try:
            with scan.connection() as link:
                groups = _projects(link, projects, Path(folder))
                programmes = groups["programme"]
                found = [_sums(link, part, scan.table_of(part, Path(folder)), ends, programmes) for part in payments]
        except scan.Refused as error:
            names = ", ".join(part.name for part in [*projects, *payments])
            raise DataError(names, [Fault("is not CSV as it should be", remedy=_IMPORT)]) from error
    return _at(groups, pd.concat(found, ignore_index=True), ends)


def _projects(link: DuckDBPyConnection, parts: Sequence[Part], folder: Path) -> pd.DataFrame:
    """Programme and axis; leaves the table `own` in `link`: the projects that count, with the place of theirs here.

    It is what is held in memory while the payments go by, and has no more columns than that needs.
    """
    told = f" || '{_UNIT}' || "
    link.execute(
        "CREATE TABLE looked AS "
        + " UNION ALL ".join(
            f"SELECT {scan.cell(part, 'project')} AS project, {told.join(scan.raw(part, name) for name in _LOOKED_AT)} "
            f"AS kind FROM {scan.table_of(part, folder)}"
            for part in parts
        )
    )
    found = link.execute("SELECT DISTINCT kind FROM looked WHERE project <> '' ORDER BY 1").df()
    kinds = found["kind"].str.split(_UNIT, expand=True).set_axis(list(_LOOKED_AT), axis=1).astype(object)
    kinds = kinds.apply(lambda column: column.str.strip(" \t\r\n")).assign(kind=found["kind"])
    programmes, counted = kinds["programme"].str.upper(), pd.Series(data=False, index=kinds.index)
    for programme in programmes.unique():
        own = kinds[programmes == programme]
        # what has a code is not set aside for want of it
        counted[own.index] = choose_projects(own.assign(project="-"), programme) == ""
    kinds = kinds[counted].assign(programme=programmes)
    groups: pd.DataFrame = (
        kinds[["programme", "axis"]].drop_duplicates().sort_values(["programme", "axis"], ignore_index=True)
    )
    kinds = kinds.merge(groups.reset_index(names="place"), on=["programme", "axis"])
    link.register("kinds", kinds[["kind", "place"]].astype({"place": "int32"}))
    link.execute("CREATE TABLE own AS SELECT project, place FROM looked JOIN kinds USING (kind) WHERE project <> ''")
    link.execute("DROP TABLE looked")
    again = link.execute("SELECT count(*) - count(DISTINCT hash(project)) FROM own").fetchall()[0][0]
    if again:
        problem = f"{again:,} projects stand in the files twice"
        raise DataError(", ".join(part.name for part in parts), [Fault(problem, remedy="Give each file once")])
    return groups


def _sums(
    link: DuckDBPyConnection, part: Part, table: str, ends: Sequence[pd.Timestamp], programmes: pd.Series
) -> pd.DataFrame:
    """One file's cents by place and step: 0 up to the first end, 1 from there to the second ...

    `programmes`: that of each place.
    """
    given, paid = f"c{part.at['paid_on']}", f"c{part.at['paid']}"
    if scan.is_typed(link, part, table):
        day, value, wrong = f"CAST(strftime({given}, '%Y%m%d') AS INTEGER)", "paid", "false"
    else:
        head = link.execute(f"SELECT {paid} FROM {table} LIMIT 1000").fetchall()
        sign = "," if any("," in (row[0] or "") for row in head) else "."
        amount, cut = f"'[+-]?[0-9]*[{sign}][0-9]{{1,2}}|[+-]?[0-9]+'", f"trim(paid, {_BLANK})"
        day, value = f"TRY_CAST({given} AS INTEGER)", f"TRY_CAST(replace(paid, '{sign}', '.') AS DECIMAL(18, 2))"
        wrong = f"CASE WHEN regexp_full_match(paid, {amount}) THEN false "
        wrong += f"ELSE {cut} <> '' AND NOT regexp_full_match({cut}, {amount}) END"
    # the day in a query of its own: in each branch of a CASE it would be made again
    rows = f"SELECT place, {scan.raw(part, 'programme')} AS programme, {day} AS day, {given} AS given, {paid} AS paid"
    rows += f" FROM {table} JOIN own ON {scan.cell(part, 'project')} = project"
    found = link.execute(
        f"SELECT place, programme, {_step('day', ends)} AS step, CAST(100 * sum({value}) AS BIGINT) AS cents, "
        f"count(*) FILTER ({wrong}) AS wrong, count(*) FILTER ({_NO_DAY}) AS no_day FROM ({rows}) GROUP BY 1, 2, 3",
        {"today": int(f"{date.today():%Y%m%d}")},
    ).df()
    programme = each(found["programme"], lambda text: stripped(text).upper())
    found = found[(programme == "") | (programme == programmes.loc[found["place"]].to_numpy())]
    faults = []
    if count := int(found["no_day"].sum()):
        faults.append(
            Fault(f"{count:,} days are none of the calendar up to today, written YYYYMMDD", part.name, remedy=_IMPORT)
        )
    if count := int(found["wrong"].sum()):
        problem = f"{count:,} amounts are not of two decimals, or not with one decimal sign"
        faults.append(Fault(problem, part.name, remedy=_IMPORT))
    if faults:
        raise DataError(part.name, faults)
    return found[found["step"] >= 0]


def _step(day: str, ends: Sequence[pd.Timestamp]) -> str:
    """How many of some days, in order, are before a day, as SQL that halves them; -1 where there is no day."""

    def half(low: int, high: int) -> str:
        if low == high:
            return str(low)
        middle = (low + high) // 2
        upto = f"{ends[middle]:%Y%m%d}"
        return f"CASE WHEN {day} <= {upto} THEN {half(low, middle)} ELSE {half(middle + 1, high)} END"

    return f"CASE WHEN {day} IS NULL THEN -1 ELSE {half(0, len(ends))} END"


def _at(groups: pd.DataFrame, sums: pd.DataFrame, ends: Sequence[pd.Timestamp]) -> pd.DataFrame:
    cents = np.zeros((len(groups), len(ends) + 1), dtype="int64")
    where = sums["place"].to_numpy("int64"), sums["step"].to_numpy("int64")
    np.add.at(cents, where, sums["cents"].fillna(0).to_numpy("int64"))
    paid = cents[:, :-1].cumsum(axis=1)
    rows = groups.loc[groups.index.repeat(len(ends))].reset_index(drop=True)
    return rows.assign(cutoff=list(ends) * len(groups), paid_eur=paid.ravel() / 100)
