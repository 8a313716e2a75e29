"""A programme out of the monitoring records of OpenCoesione, at any day.

`read_records` takes the files that OpenCoesione publishes (`progetti_esteso` and, where there are, `pagamenti`,
`impegni`, `indicatori`, `localizzazioni`), `programme_from_records` makes the programme, `import_records` keeps it as a
folder; `payments_by_axis` only sums the payments of all programmes. There is no certified amount in the records, and
none is made up; the allocation comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.codes import reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.languages import IN_TABLES, text
from porfse_analysis.loaders.descriptor import read_descriptor
from porfse_analysis.loaders.opencoesione.copy import COPY, LIST, copy_of, list_of
from porfse_analysis.loaders.opencoesione.payments import payments_by_axis
from porfse_analysis.loaders.opencoesione.plan import axis_pairs, read_plan
from porfse_analysis.loaders.opencoesione.reading import Progress, Records, lines_of, read_records
from porfse_analysis.loaders.opencoesione.tidy import SOURCE, cutoffs_every, tidy_tables, what_to_know
from porfse_analysis.loaders.save import check_target, save_programme
from porfse_analysis.programme import Programme, make_programme

__all__ = [
    "Records",
    "import_records",
    "lines_of",
    "open_records",
    "payments_by_axis",
    "programme_from_records",
    "read_records",
]


def programme_from_records(
    records: Records,
    *,
    cutoffs: Sequence[object] = (),
    every: str = "",
    plan: str | Path | None = None,
    axes: str = "",
) -> Programme:
    """The programme of some records at its newest day, and at `cutoffs`, or `every` month, quarter or year before it.

    selected is COSTO_RENDICONTABILE_UE, committed OC_IMPEGNI_GIURID_VINCOLANTI, paid OC_TOT_PAGAMENTI_RENDICONTAB_UE.
    Before the newest day there are payments, and commitments, up to each day, as the files of that newest day have
    them. Participants are of the file `indicatori`; without it those of the four indicators that stand beside each
    project, marked `partial` where a project has more. `plan`: a file with the allocation (the Commission's tables
    99js-gm52 or e4v6-qrrq, or OpenCoesione's `dotazioni`), `axes` which axis of it is which (`1=I,2=II`).

    Raises `ParameterError` for what cannot be made of the records, `DataError` where the figures break the rules of
    `porfse_analysis.schema`.
    """
    if cutoffs and every:
        raise ParameterError("give dates or a step (every), not both")
    if axes and plan is None:
        raise ParameterError("axes: there is no plan whose axes they could be")
    days = cutoffs_every(records, every) if every else [as_cutoff(day) for day in cutoffs]
    tables = tidy_tables(records, days)
    sources = [_source(records)]
    if plan is not None:
        allocation, more, source = read_plan(
            plan, records.cci, tables["axes"], newest=records.newest, pairs=axis_pairs(axes)
        )
        planned = _in_force(allocation, tables["finance"]["cutoff"])
        tables["finance"] = pd.concat([tables["finance"], planned], ignore_index=True)
        both = pd.concat([tables["axes"], more], ignore_index=True)
        order = reading_order(list(both["axis"]))
        tables["axes"] = both.sort_values("axis", key=lambda names: names.map(order), ignore_index=True)
        sources.append(source)
    tables["sources"] = schema.conform("sources", pd.concat(sources, ignore_index=True), programme=records.cci)
    return make_programme(
        records.cci,
        dict.fromkeys(IN_TABLES, _title(records)),
        tables,
        where=f"records of {records.cci}",
        published_fractions=True,  # OpenCoesione's own figures: a finding, not an error
    )


def _in_force(allocation: pd.DataFrame, cutoffs: pd.Series) -> pd.DataFrame:
    """The plan in force at each date of the records, with the date it was published for as `data_date`.

    Its own dates are none of the programme's: at them nothing else is known.
    """
    found = []
    for day in sorted(cutoffs.unique()):
        before = allocation[allocation["cutoff"] <= day]
        last = before[before["cutoff"] == before["cutoff"].max()]
        found.append(last.assign(cutoff=pd.Timestamp(day), data_date=last["data_date"].fillna(last["cutoff"])))
    dated: pd.DataFrame = pd.concat(found)
    return dated.astype({"cutoff": schema.DATE_DTYPE})


def import_records(
    files: Sequence[str | Path],
    cci: str,
    to: str | Path,
    *,
    cutoffs: Sequence[object] = (),
    every: str = "",
    plan: str | Path | None = None,
    axes: str = "",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> tuple[Programme, Records]:
    """Keep programme `cci` out of files of OpenCoesione as the folder `to`; returns the programme and its records.

    Beside the tables stand `records.zip`, a copy of what was kept that can be given in place of the files, and
    `set_aside.csv`, what was not and why. Nothing is written before everything has been read and checked. Raises
    `DataError`, `ParameterError`.
    """
    check_target(to, overwrite=overwrite)
    records = read_records(files, cci, progress=progress)
    programme = programme_from_records(records, cutoffs=cutoffs, every=every, plan=plan, axes=axes)
    records.notices += what_to_know(records)
    beside = {COPY: copy_of(records, progress), LIST: list_of(records)}
    save_programme(programme, to, overwrite=overwrite, beside=beside)
    return programme, records


def open_records(folder: str | Path, *, cutoff: object = None) -> Records:
    """The records that an import has left in a programme folder.

    Raises `ParameterError` where the folder has none, and where they are of a later day than `cutoff`: what they were
    at that day is not known.
    """
    copy = Path(folder) / COPY
    if not str(folder) or not copy.is_file():
        raise ParameterError(f"{folder or 'the bundled programme'} has no records: see `porfse import opencoesione`")
    records = read_records([copy], read_descriptor(Path(folder))["cci"])
    if cutoff is not None and as_cutoff(cutoff) < records.newest:
        raise ParameterError(
            f"cutoff {as_cutoff(cutoff).date()}: the records are of {records.newest.date()}; ask for that date or later"
        )
    return records


def _title(records: Records) -> str:
    titles = records.projects.get("programme_title", pd.Series(dtype="str"))
    known = titles[titles != ""].value_counts()
    return " ".join(str(known.index[0]).split()) if len(known) else records.cci


def _source(records: Records) -> pd.DataFrame:
    row = {
        "source": SOURCE,
        **{f"title_{lang}": text(f"published_source.{SOURCE}", lang) for lang in IN_TABLES},
        "publisher": "OpenCoesione",
        "date": records.newest,
        "page": f"{', '.join(records.texts)}: rows of {records.cci}",
        "address": "opencoesione.gov.it",
        "licence": "CC BY 4.0",
    }
    return pd.DataFrame([row])
