"""The allocation, which OpenCoesione's records do not have: out of the Commission's tables or of its `dotazioni`.

The Commission's finance table (99js-gm52) has it by axis and year, its planned finances (e4v6-qrrq) by axis and of no
date: they count at the newest day of the records alone. `dotazioni` has it for whole programmes, at its own dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import DataError, Fault, ParameterError, extra_needed
from porfse_analysis.languages import IN_TABLES, text
from porfse_analysis.loaders.cohesion.forms import STRUCTURAL_FUNDS
from porfse_analysis.loaders.cohesion.tables import read_finance, read_planned
from porfse_analysis.loaders.cohesion.tidy import FINANCE, tidy_tables, with_cutoffs
from porfse_analysis.loaders.opencoesione.layout import words

__all__ = ["axis_pairs", "read_plan"]

PLANNED, ALLOCATIONS = "ec-e4v6-qrrq", "opencoesione-dotazioni"


def axis_pairs(said: str) -> dict[str, str]:
    """Axis of the records -> axis of the plan, out of `1=I,2=II`; `ParameterError` for anything else."""
    pairs: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in said.split(","))):
        own, sign, other = (part.strip() for part in pair.partition("="))
        if not (own and sign and other) or own in pairs or other in pairs.values():
            raise ParameterError(f"--axes {said!r}: write each axis of the records with that of the plan, as 1=I,2=II")
        pairs[own] = other
    return pairs


def read_plan(
    file: str | Path, cci: str, axes: pd.DataFrame, *, newest: pd.Timestamp, pairs: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rows of `finance` with the allocation of programme `cci`, further `axes` that only the plan has, its `sources`.

    Axes are joined where they are called the same, or as `pairs` says (axis of the records -> of the plan). Raises
    `ParameterError` where no axis of the records is one of the plan, or the plan does not have the programme.
    """
    if _is_allocations(file):
        if pairs:
            raise ParameterError("--axes: the plan is of whole programmes, it has no axes")
        return _allocations(file, cci), schema.empty("axes"), _source(ALLOCATIONS)
    kind, frame = _commission(file)
    own = frame[frame["programme"] == cci]
    if own.empty:
        raise ParameterError(f"--plan {file}: it does not have the programme {cci}")
    if kind == PLANNED:
        dates = pd.Series(newest, index=own.index, dtype=schema.DATE_DTYPE)
        own = own[own["fund"].isin(STRUCTURAL_FUNDS)]
        none = float("nan")
        dated = own.assign(cutoff=dates, data_date=dates, year=newest.year, selected_eur=none, declared_eur=none)
    else:
        dated = with_cutoffs(own, None)
    planned = tidy_tables(dated, None)
    finance = planned["finance"]
    finance = finance[finance["stage"] == "allocation"].assign(source=kind)
    names = _names(list(axes["axis"]), list(planned["axes"]["axis"]), pairs)
    finance = finance.assign(axis=finance["axis"].replace(names))
    more = planned["axes"].assign(axis=planned["axes"]["axis"].replace(names), source=kind)
    return finance, more[~more["axis"].isin(axes["axis"])], _source(kind)


def _names(own: Sequence[str], others: Sequence[str], pairs: Mapping[str, str]) -> dict[str, str]:
    """Axis of the plan -> what it is called in the records."""
    unknown = [axis for axis in pairs if axis not in own] + [axis for axis in pairs.values() if axis not in others]
    both = f"axes of the records: {', '.join(own)}; of the plan: {', '.join(others)}"
    if unknown:
        raise ParameterError(f"--axes: {', '.join(unknown)} is not there; {both}")
    names = {other: axis for axis, other in pairs.items()}
    apart = [axis for axis in own if axis not in pairs and axis not in others]
    # an axis of the plan that keeps its name must not take that of another
    clash = [axis for axis in others if axis not in names and axis in pairs]
    if apart or clash:
        listed = ", ".join([*apart, *clash])
        raise ParameterError(f"--plan: which axis is which is not known ({listed}); {both}. Say it: --axes 1=I,2=II")
    return names


def _commission(file: str | Path) -> tuple[str, pd.DataFrame]:
    """Which of the Commission's two tables a file is, and its rows."""
    try:
        return FINANCE, read_finance(file, whole=True)
    except DataError as error:
        try:
            return PLANNED, read_planned(file)
        except DataError:
            raise error from None


def _source(name: str) -> pd.DataFrame:
    ours = name == ALLOCATIONS
    row = {
        "source": name,
        **{f"title_{lang}": text(f"published_source.{name}", lang) for lang in IN_TABLES},
        "publisher": "OpenCoesione" if ours else "European Commission, Cohesion Open Data Platform",
        "address": "opencoesione.gov.it" if ours else f"cohesiondata.ec.europa.eu/d/{name.removeprefix('ec-')}",
        "licence": "CC BY 4.0" if ours else "CC0 1.0",
    }
    return pd.DataFrame([row])


# --- dotazioni ---


def _is_allocations(file: str | Path) -> bool:
    path = Path(file)
    if not path.is_file():
        raise ParameterError(f"--plan {file}: there is no such file")
    if path.read_bytes()[:4] == b"PK\x03\x04":
        return True
    with path.open("rb") as raw:
        head = raw.read(1 << 14).decode("utf-8", "replace").upper()
    return re.search(words("allocation_total"), head) is not None


def _allocations(file: str | Path, cci: str) -> pd.DataFrame:
    """The allocation of the whole programme at each date of `dotazioni`, by fund and category of region."""
    table = _workbook(file)
    table.columns = pd.Index([str(label).strip().upper() for label in table.columns])
    total, part_of_eu = (re.compile(words(f"allocation_{name}")) for name in ("total", "eu"))
    totals = {found[1]: label for label in table.columns if (found := total.fullmatch(label))}
    parts = {found[1]: label for label in table.columns if (found := part_of_eu.fullmatch(label))}
    named = words("allocation_labels")
    if named["programme"] not in table or not totals:
        fault = Fault("has no column of programmes, or none of their allocation", str(file), 1)
        raise DataError(file, [fault])
    codes = table[named["programme"]].str.upper().str.removeprefix("CCI").str.strip()
    # 2014IT05M90P001: a zero for the O of OP
    own = table[codes.str.replace(r"0P(?=\d{3}$)", "OP", regex=True) == cci].copy()
    if own.empty:
        raise ParameterError(f"--plan {file}: it does not have the programme {cci}")
    for name, label in (pair for pair in named.items() if pair[0] != "programme"):
        cells = own[label] if label in own else pd.Series("", index=own.index)
        # a cell is empty where it is as the one above
        own[name] = cells.where(cells != "").ffill().fillna("").replace(words(name))
    faults: list[Fault] = []
    rows = []
    for day, label in totals.items():
        for index, row in own.iterrows():
            amount = _amount(row[label], file, int(str(index)) + 2, label, faults)
            part = _amount(row[parts[day]], file, int(str(index)) + 2, parts[day], faults) if day in parts else None
            if amount is not None:
                rows.append(
                    {name: row[name] for name in ("fund", "region_category")}
                    | {"cutoff": pd.Timestamp(day), "amount_eur": amount, "eu_amount_eur": part}
                )
    if faults:
        raise DataError(file, faults)
    if not rows:
        raise ParameterError(f"--plan {file}: it has no amount for the programme {cci}")
    sums = pd.DataFrame(rows).groupby(["fund", "region_category", "cutoff"], as_index=False).sum(min_count=1)
    sums = sums.assign(axis=schema.ALL, stage="allocation", source=ALLOCATIONS, precision=1.0)
    return schema.conform("finance", sums.assign(data_date=sums["cutoff"]), programme=cci)


def _workbook(file: str | Path) -> pd.DataFrame:
    """The cells of `dotazioni`, a workbook or CSV, as texts."""
    path = Path(file)
    if path.read_bytes()[:4] == b"PK\x03\x04":
        with extra_needed():
            import openpyxl  # noqa: F401  what pandas reads a workbook with
        table = pd.read_excel(path, dtype=str)
    else:
        table = pd.read_csv(path, dtype=str, sep=None, engine="python", encoding="utf-8-sig")
    cells: pd.DataFrame = table.fillna("").apply(lambda column: column.str.strip())
    return cells


def _amount(cell: str, file: str | Path, row: int, column: str, faults: list[Fault]) -> float | None:
    """A whole amount, with or without commas between thousands; none where the cell is empty."""
    if not cell or cell == "-":
        return None
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d+)?", cell, re.ASCII):
        return round(float(cell.replace(",", "")), 2)
    faults.append(Fault("is not an amount", str(file), row, column, cell, "Use the file as OpenCoesione gives it"))
    return None
