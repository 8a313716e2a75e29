"""Programmes out of the Commission's open data on cohesion policy.

`programme_from_cohesion_data` makes one programme, `tables_from_cohesion_data` the same tables for
all of them in one pass; `import_cohesion_data` and `import_downloaded` keep a programme as a
folder. What the tables of the portal say is kept as it is: nothing is estimated, a missing figure
stays missing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import ParameterError
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.languages import IN_TABLES, text
from porfse_analysis.loaders.cohesion.forms import STRUCTURAL_FUNDS
from porfse_analysis.loaders.cohesion.given import READERS_2014, needed_tables, programme_of_2021, tables_given
from porfse_analysis.loaders.cohesion.payments import PAYMENTS, payments_of, read_payments
from porfse_analysis.loaders.cohesion.tables import (
    read_finance,
    read_indicators,
    read_planned,
)
from porfse_analysis.loaders.cohesion.tidy import (
    FINANCE,
    INDICATORS,
    tidy_tables,
    with_cutoffs,
)
from porfse_analysis.loaders.save import check_target, save_programme
from porfse_analysis.programme import Programme, make_programme

__all__ = [
    "import_cohesion_data",
    "import_downloaded",
    "import_files",
    "needed_tables",
    "open_tables",
    "programme_from_cohesion_data",
    "programmes_in",
    "read_finance",
    "read_indicators",
    "read_payments",
    "read_planned",
    "tables_from_cohesion_data",
]

_LOG = logging.getLogger(__name__)

_SOURCES = {
    name: {
        **{f"title_{lang}": text(f"published_source.{name}", lang) for lang in IN_TABLES},
        "address": f"cohesiondata.ec.europa.eu/d/{name.removeprefix('ec-')}",
    }
    for name in (FINANCE, INDICATORS, PAYMENTS)
}
_PUBLISHER = "European Commission, Cohesion Open Data Platform"
_LICENCE = "CC0 1.0"


def programme_from_cohesion_data(
    finance: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    cci: str,
    payments: pd.DataFrame | None = None,
    last_cutoff: Mapping[str, object] | None = None,
    retrieved: object = None,
) -> Programme:
    """The programme `cci` out of the tables that `read_finance`, `read_indicators` and `read_payments` gave.

    Its tables are those of `tables_from_cohesion_data` and `eu_payments`, its titles the one the portal has, its
    sources the tables. Rows of EAFRD, EMFF and IPAE are left out: the page column of the source
    says so, and a warning is logged. `retrieved` is the day the tables were downloaded, kept with
    the sources.

    Raises `ParameterError` when the tables do not have the programme (the three nearest codes are
    named) or have it with other funds alone; `DataError` when its figures break the rules of
    `porfse_analysis.schema`.
    """
    code = cci.strip().upper()
    dated = with_cutoffs(finance, last_cutoff)
    own = dated[dated["programme"] == code]
    if own.empty:
        _refuse(finance, code)
    left_out = sorted(set(finance.loc[finance["programme"] == code, "fund"]) - set(own["fund"]))
    if left_out:
        _LOG.warning("%s: the rows of %s are left out", code, ", ".join(left_out))
    tables = tidy_tables(own, indicators)
    reported = [name for name in ("achievements", "targets") if not tables[name].empty]
    tables = {name: tables[name] for name in ("axes", "finance", *reported)}
    day = None if retrieved is None else as_cutoff(retrieved, "retrieved")
    paid = schema.empty("eu_payments") if payments is None else payments_of(payments, code, day)
    if len(paid):
        tables["eu_payments"] = paid
    elif payments is not None:
        _LOG.warning("%s: the table of payments has no rows of it", code)
    used = [FINANCE, *([INDICATORS] if reported else []), *([PAYMENTS] if len(paid) else [])]
    tables["sources"] = _sources(code, used, left_out)
    if day is not None:
        tables["sources"]["date"] = day
    title = str(own["title"].iloc[int(own["year"].argmax())]) or code
    return make_programme(
        code,
        dict.fromkeys(IN_TABLES, title),
        tables,
        where=f"cohesion data of {code}",
        published_fractions=True,  # the portal's own figures: a finding, not an error
    )


def tables_from_cohesion_data(
    finance: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    last_cutoff: Mapping[str, object] | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables `axes`, `finance`, `achievements` and `targets` of every programme with ERDF, ESF,
    YEI or CF.

    Columns as in `porfse_analysis.schema`, `programme` first; one pass over the rows, however many
    programmes. Only indicators of programmes that `finance` has are used.

    finance: amounts in euro, exact to the cent. Thematic objectives of one axis, fund and category
    are summed; a sum is empty only when every part is. The cutoff of a row is 31 December of its
    `year`; in the last year of the table it is the commonest reference date of that fund within
    that year (30 June 2022 in the tables of October 2022), or the date `last_cutoff` gives for the
    fund. A table of one programme cannot show what is common: the portal can be asked
    (`cohesion_download`). Figures newer than that have their own date as cutoff. `data_date` is the
    earliest reference date of the rows summed; none, when the portal has none.

    achievements: cumulative values at 31 December of the year. A row without value is kept, empty,
    when its programme and fund reported other values that year (it is what makes a sum partial); a
    year without any value was not reported and has no rows.

    targets: one row per key and plan version, valid from the first year published with that
    version. The portal gives a version per programme and year; where it changes targets without a
    new version, the later set is a version of its own, labelled with its first year ("1.2 (2017)"),
    so that a value meets the target of its own year. Rows with an empty target are kept where
    another version sets one, and where a version would otherwise be unknown. A negative target (a
    saving written with its sign) is left empty. Percentages are not marked here: the portal does
    not tell.
    """
    return tidy_tables(with_cutoffs(finance, last_cutoff), indicators)


def open_tables(
    finance: str | Path, indicators: str | Path | None = None, *, last_cutoff: Mapping[str, object] | None = None
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Two downloaded tables as `tables_from_cohesion_data` gives them, with `sources`, and the
    programmes in them (`programmes_in`).

    `indicators` may be left out ("" or None). Raises `ParameterError` without a finance table,
    saying where to get it; `DataError` for a file that is not the table.
    """
    if not str(finance).strip():
        raise ParameterError(
            "finance: give the path of the Commission's finance table (CSV or JSON, gzip or not). To get it: open "
            f"{_SOURCES[FINANCE]['address']} in a browser and export it as CSV; the indicators are "
            f"{_SOURCES[INDICATORS]['address']}"
        )
    read = read_finance(finance)
    reported = read_indicators(indicators) if indicators and str(indicators).strip() else None
    tables = tables_from_cohesion_data(read, reported, last_cutoff=last_cutoff)
    used = [FINANCE, *([INDICATORS] if reported is not None else [])]
    common = {"publisher": _PUBLISHER, "page": "rows of all programmes", "licence": _LICENCE}
    rows = [{"source": name, **_SOURCES[name], **common} for name in used]
    tables["sources"] = schema.conform("sources", pd.DataFrame(rows), programme="")
    return tables, programmes_in(read)


def programmes_in(finance: pd.DataFrame) -> pd.DataFrame:
    """The programmes of a table with ERDF, ESF, YEI or CF: programme, title, ms (member state),
    funds ("ESF, YEI").
    """
    used = finance[finance["fund"].isin(STRUCTURAL_FUNDS)]
    used = used[["programme", "title", "ms", "fund"]].drop_duplicates().astype("str")
    found = used.sort_values(["programme", "fund"]).groupby("programme", as_index=False)
    return found.agg(
        title=("title", "first"),
        ms=("ms", "first"),
        funds=("fund", lambda of: ", ".join(dict.fromkeys(of))),
    )


def import_cohesion_data(
    finance: str | Path,
    indicators: str | Path | None,
    cci: str,
    to: str | Path,
    overwrite: bool = False,
    *,
    payments: str | Path | None = None,
    last_cutoff: Mapping[str, object] | None = None,
    retrieved: object = None,
    whole: bool = False,
) -> Programme:
    """Keep programme `cci` out of downloaded tables as the folder `to`; returns the programme.

    Nothing is written before everything has been read and checked. `whole`: as for `read_finance`. Raises `DataError`,
    `ParameterError`.
    """
    files = [finance, *(file for file in (indicators, payments) if file is not None)]
    return import_files(files, cci, to, overwrite, last_cutoff=last_cutoff, retrieved=retrieved, whole=whole)


def import_files(
    files: Sequence[str | Path],
    cci: str,
    to: str | Path,
    overwrite: bool = False,
    *,
    last_cutoff: Mapping[str, object] | None = None,
    retrieved: object = None,
    whole: bool = False,
) -> Programme:
    """Keep programme `cci` out of tables of the portal, in any order, as the folder `to`; returns the programme.

    What table a file is its header tells, which ones are needed the CCI. For a programme of 2021-2027 what in the
    tables does not agree is logged as a warning and kept in the column page of their sources. Nothing is written before
    everything has been read and checked. `whole`: as for `read_finance`. Raises `DataError`, `ParameterError`.
    """
    check_target(to, overwrite=overwrite)
    code = cci.strip().upper()
    tables = tables_given(files, code)
    if "finance" in tables:
        read = {kind: READERS_2014[kind](raw, whole=whole) for kind, raw in tables.items()}
        programme = programme_from_cohesion_data(
            read["finance"],
            read.get("indicators"),
            cci=code,
            payments=read.get("payments"),
            last_cutoff=last_cutoff,
            retrieved=retrieved,
        )
    else:
        programme, told = programme_of_2021(tables, cci=code, whole=whole, retrieved=retrieved)
        for said in told:
            _LOG.warning("%s: %s", code, said)
    save_programme(programme, to, overwrite=overwrite)
    return programme


def import_downloaded(cci: str, to: str | Path, overwrite: bool = False, **options: Any) -> Programme:
    """Ask the portal for programme `cci` and keep it as the folder `to`; returns the programme.

    `options` go to `cohesion.download.download_tables`. Raises as it and `import_files` do.
    """
    # the only part that needs the library for requests
    from porfse_analysis.loaders.cohesion.download import download_tables

    check_target(to, overwrite=overwrite)
    got = download_tables(cci, **options)
    return import_files(
        list(got.files.values()),
        cci,
        to,
        overwrite,
        last_cutoff=got.last_cutoff,
        retrieved=got.retrieved,
        whole=True,  # the download has counted
    )


def _refuse(finance: pd.DataFrame, code: str) -> None:
    funds = sorted(set(finance.loc[finance["programme"] == code, "fund"]))
    if funds:
        raise ParameterError(
            f"{code} has rows of {', '.join(funds)} alone, which are not read: their keys differ and their dates stand "
            f"still. Programmes with {', '.join(STRUCTURAL_FUNDS)} are."
        )
    known = sorted(set(finance.loc[finance["fund"].isin(STRUCTURAL_FUNDS), "programme"]))
    near = get_close_matches(code, known, n=3, cutoff=0.0)
    hint = f"Nearest: {', '.join(near)}" if near else f"No programme in it has {', '.join(STRUCTURAL_FUNDS)}"
    raise ParameterError(f"The finance table has no programme {code!r}. {hint}.")


def _sources(code: str, used: list[str], left_out: list[str]) -> pd.DataFrame:
    page = f"rows of {code}" + (f" without those of {', '.join(left_out)}" if left_out else "")
    rows = [
        {
            "source": name,
            **_SOURCES[name],
            "publisher": _PUBLISHER,
            "page": page,
            "licence": _LICENCE,
        }
        for name in used
    ]
    return schema.conform("sources", pd.DataFrame(rows), programme=code)
