"""The command that makes a programme folder out of monitoring records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from porfse_analysis.cli.command import Every, counted_rows, guarded, place
from porfse_analysis.cli.programmes import Overwrite, imports, say_kept

if TYPE_CHECKING:
    from porfse_analysis.loaders.opencoesione_data import Records
    from porfse_analysis.programme import Programme

__all__ = ["import_opencoesione"]


@imports.command(
    "opencoesione",
    epilog="Example: porfse import opencoesione progetti_esteso_LOM_2014-2020.zip pagamenti_LOM_2014-2020.zip "
    "--cci 2014IT05SFOP007 --to lombardia --every quarter --plan finance.csv.gz --axes 1=I,2=II",
)
@guarded
def import_opencoesione(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files of OpenCoesione: progetti_esteso, and pagamenti, impegni, indicatori, localizzazioni where "
            "there are (zip, CSV, gzip, Parquet); or the records.zip of an earlier import."
        ),
    ],
    cci: Annotated[str, typer.Option("--cci", help="Code of the programme, as 2014IT05SFOP007.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", parser=place, help="Programme folder to write.")],
    cutoff: Annotated[
        list[str] | None,
        typer.Option(
            "--cutoff",
            metavar="DATE",
            help="A date, YYYY-MM-DD, beside the newest one of the records; repeat for several. Needs pagamenti.",
        ),
    ] = None,
    step: Annotated[
        str, typer.Option("--every", metavar="STEP", help="Every month, quarter or year from the first payment on.")
    ] = "",
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="Where the allocation is: the Commission's table 99js-gm52 or e4v6-qrrq, or OpenCoesione's dotazioni.",
        ),
    ] = None,
    axes: Annotated[
        str, typer.Option("--axes", metavar="PAIRS", help="Axis of the records = axis of the plan, as 1=I,2=II.")
    ] = "",
    overwrite: Overwrite = False,
    every: Every = False,
) -> None:
    """Keep a programme of OpenCoesione's monitoring records as a programme folder, at any date.

    Titles, summaries and persons are never read into it. Beside the tables it has records.zip, a copy of the records
    kept, and set_aside.csv, what was not kept and why.
    """
    from porfse_analysis.loaders.opencoesione_data import import_records

    with counted_rows() as progress:
        programme, records = import_records(
            files,
            cci,
            to,
            cutoffs=cutoff or (),
            every=step,
            plan=plan,
            axes=axes,
            overwrite=overwrite,
            progress=progress,
        )
    if overwrite:
        say_kept(programme, to)
    for line in (*summary(records), *_outcome(programme, to, planned=plan is not None)):
        print(line, file=sys.stderr)


def _outcome(programme: Programme, to: Path, *, planned: bool) -> Iterator[str]:
    """The folder that was made, and what to do with it."""
    if not planned:
        yield "no allocation: the records have none, so there are amounts and no rates (--plan FILE)"
    dates = programme.cutoffs
    counted = f"{len(dates)} dates, {dates[0]} to {dates[-1]}" if len(dates) > 1 else dates[0]
    yield f"{programme.cci} {programme.title('en')}: {counted}"
    yield f"now: porfse report {to} --out {to}-reports"


def summary(records: Records) -> Iterator[str]:
    """What was read, kept and set aside, and what a reader must know of it, line by line."""
    from porfse_analysis.languages import text
    from porfse_analysis.loaders.opencoesione_data import lines_of

    out = list(lines_of(records.aside))
    for file, read in records.read.items():
        yield f"{file}: {read:,} rows read, {records.kept[file]:,} kept, {read - records.kept[file]:,} set aside"
        for name, reason, count in out:
            if name == file:
                yield f"  {count:,} {text(f'set_aside.{reason}', 'en')}"
    for code, values in records.notices:
        yield text(f"records_notice.{code}", "en", **values)
