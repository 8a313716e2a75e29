"""The payments of every programme in files of OpenCoesione, at any days: one look at four columns, by DuckDB.

Which projects count is asked of the same rule as for an import, once for each different set of cells it looks at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import DataError, Fault, ParameterError
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.loaders.opencoesione import scan
from porfse_analysis.loaders.opencoesione.cells import days
from porfse_analysis.loaders.opencoesione.layout import PAYMENTS, PROJECTS
from porfse_analysis.loaders.opencoesione.reading import choose_projects
from porfse_analysis.loaders.opencoesione.source import Part, parts_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["payments_by_axis"]

_LOOKED_AT = ("programme", "axis", "fund", "shown", "aggregate")
_AMOUNT = r"[+-]?[0-9]*[.,]?[0-9]{1,2}|[+-]?[0-9]+"
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
                sums = _sums(link, payments, Path(folder))
        except scan.Refused as error:
            names = ", ".join(part.name for part in [*projects, *payments])
            raise DataError(names, [Fault("is not CSV as it should be", remedy=_IMPORT)]) from error
    return _at(groups, sums, ends)


def _projects(link: DuckDBPyConnection, parts: Sequence[Part], folder: Path) -> pd.DataFrame:
    """Programme and axis; leaves the table `own` in `link`: the projects that count, with the place of theirs here."""
    cells = " UNION ALL ".join(
        f"SELECT {scan.cell(part, 'project')} AS project, "
        + ", ".join(f"{scan.cell(part, name)} AS {name}" for name in _LOOKED_AT)
        + f" FROM {scan.table_of(part, folder)}"
        for part in parts
    )
    told = ", ".join(_LOOKED_AT)
    link.execute(f"CREATE TABLE looked AS {cells}")
    kinds = link.execute(f"SELECT DISTINCT {told} FROM looked WHERE project <> '' ORDER BY ALL").df().astype(object)
    programmes = kinds["programme"].str.upper()
    counted = pd.Series(data=False, index=kinds.index)
    for programme in programmes.unique():
        own = kinds[programmes == programme]
        # what has a code is not set aside for want of it
        counted[own.index] = choose_projects(own.assign(project="-"), programme) == ""
    kinds = kinds[counted].assign(of=programmes)
    groups = kinds[["of", "axis"]].drop_duplicates().sort_values(["of", "axis"], ignore_index=True)
    kinds = kinds.merge(groups.reset_index(names="place"), on=["of", "axis"])
    link.register("kinds", kinds)
    link.execute(f"CREATE TABLE own AS SELECT project, place FROM looked JOIN kinds USING ({told})")
    link.execute("DROP TABLE looked")
    again = link.execute("SELECT count(*) - count(DISTINCT project) FROM own").fetchall()[0][0]
    if again:
        problem = f"{again:,} projects stand in the files twice"
        raise DataError(", ".join(part.name for part in parts), [Fault(problem, remedy="Give each file once")])
    return groups.rename(columns={"of": "programme"})


def _sums(link: DuckDBPyConnection, parts: Sequence[Part], folder: Path) -> pd.DataFrame:
    """Cents by place and day, as the file writes the day."""
    rows = " UNION ALL ".join(
        f"SELECT {scan.cell(part, 'project')} AS project, upper({scan.cell(part, 'programme')}) AS programme, "
        f"{scan.cell(part, 'paid_on')} AS day, {scan.cell(part, 'paid')} AS paid FROM {scan.table_of(part, folder)}"
        for part in parts
    )
    value = "TRY_CAST(replace(paid, ',', '.') AS DECIMAL(18, 2))"
    found: pd.DataFrame = link.execute(
        f"SELECT place, programme, day, CAST(100 * sum({value}) AS BIGINT) AS cents, "
        f"count(*) FILTER (WHERE paid <> '' AND NOT regexp_full_match(paid, '{_AMOUNT}')) AS wrong, "
        "count(*) FILTER (WHERE contains(paid, ',')) AS commas, count(*) FILTER (WHERE contains(paid, '.')) AS points "
        f"FROM ({rows}) JOIN own USING (project) WHERE day <> '' GROUP BY ALL"
    ).df()
    wrong, commas, points = (int(found[name].sum()) for name in ("wrong", "commas", "points"))
    values, problems = days(found["day"].astype(object))
    faults = []
    if wrong or (commas and points):
        count = wrong or min(commas, points)
        faults.append(Fault(f"{count:,} amounts are not of two decimals, with one decimal sign", remedy=_IMPORT))
    if problems:
        faults.append(Fault(f"{len(problems):,} days are none", remedy=_IMPORT))
    if faults:
        raise DataError(", ".join(part.name for part in parts), faults)
    return found.assign(day=values)


def _at(groups: pd.DataFrame, sums: pd.DataFrame, ends: Sequence[pd.Timestamp]) -> pd.DataFrame:
    of = groups["programme"].to_numpy()[sums["place"].to_numpy()]
    sums = sums[(sums["programme"] == "") | (sums["programme"] == of)]
    cents = np.zeros((len(groups), len(ends) + 1), dtype="int64")
    place = np.searchsorted(np.array(ends, dtype=schema.DATE_DTYPE), sums["day"].to_numpy(), side="left")
    np.add.at(cents, (sums["place"].to_numpy(), place), sums["cents"].fillna(0).to_numpy("int64"))
    paid = cents[:, :-1].cumsum(axis=1)
    rows = groups.loc[groups.index.repeat(len(ends))].reset_index(drop=True)
    return rows.assign(cutoff=list(ends) * len(groups), paid_eur=paid.ravel() / 100)
