"""Commands that make, fill and write programme folders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from porfse_analysis.cli.command import Every, Folder, app, counted_rows, guarded, load, place

if TYPE_CHECKING:
    from porfse_analysis.programme import Programme

__all__ = [
    "Overwrite",
    "add",
    "export_workbook",
    "import_cohesion_data",
    "import_workbook",
    "imports",
    "new",
    "say_kept",
]

Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace the tables in the folder that the import has; all else in it is kept."),
]

exports = typer.Typer(
    name="export",
    help="Write a programme in another form.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(exports)
imports = typer.Typer(
    name="import",
    help="Make a programme folder out of a published source.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(imports)


@imports.command(
    "cohesion-data",
    epilog="Example: porfse import cohesion-data finance.csv.gz indicators.csv.gz --cci 2014IT05SFOP005 --to lazio",
)
@guarded
def import_cohesion_data(
    cci: Annotated[str, typer.Option("--cci", help="Code of the programme, as 2014IT05SFOP007.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", parser=place, help="Programme folder to write.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="The Commission's tables, CSV or JSON, gzip or not; what a file is its header tells. Of 2014-2020 "
            "99js-gm52 (finance), 2q3n-nr7n (indicators) and gayr-92qh (EU payments), of 2021-2027 hgyj-gyin (plan), "
            "7twf-r3rc (transmissions), 9qee-iv7c (commitments by year) and xi3a-zddk (indicators).",
            show_default=False,
        ),
    ] = None,
    indicators: Annotated[
        Path | None, typer.Option("--indicators", metavar="FILE", help="One more file: that of the indicators.")
    ] = None,
    payments: Annotated[
        Path | None, typer.Option("--payments", metavar="FILE", help="One more file: that of the EU payments.")
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Ask the Commission's portal instead of a file.")
    ] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask the portal even for what is in the cache.")] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="A file of exactly 1,000 records has all there are; else it is refused.")
    ] = False,
    overwrite: Overwrite = False,
    every: Every = False,
) -> None:
    """Keep a programme of the European Commission's open data as a programme folder."""
    from porfse_analysis.errors import ParameterError
    from porfse_analysis.loaders import cohesion_data

    given = [*(files or ()), *(file for file in (indicators, payments) if file is not None)]
    if download == bool(given):
        raise ParameterError(f"give either the tables or --download. {cohesion_data.needed_tables(cci)}")
    if refresh and not download:
        raise ParameterError("--refresh goes with --download")
    before = _before(to) if overwrite else None
    if download:
        programme = _downloaded(cci, to, overwrite, refresh)
    else:
        programme = cohesion_data.import_files(given, cci, to, overwrite, whole=whole)
    if overwrite:
        say_kept(programme, to)
        _say_restated(before, programme)
    dates = programme.cutoffs
    print(f"{programme.cci} {programme.title('en')}: {len(dates)} dates, {dates[0]} to {dates[-1]}", file=sys.stderr)
    print(f"now: porfse report {to} --out {to}-reports", file=sys.stderr)


def say_kept(programme: Programme, folder: Path) -> None:
    """What an import has left in a folder that was there."""
    from porfse_analysis.loaders.save import kept_beside

    if kept := kept_beside(programme, folder):
        print(f"kept, since what was imported has none: {', '.join(kept)}", file=sys.stderr)


def _before(folder: Path) -> Programme | None:
    """What a folder holds already; None where that is nothing that can be read."""
    from porfse_analysis.errors import PorfseError
    from porfse_analysis.loaders.folder import load_programme

    try:
        return load_programme(folder)
    except PorfseError:
        return None


def _say_restated(before: Programme | None, after: Programme) -> None:
    """How many figures an import has made others, and the largest change of each table."""
    from porfse_analysis.loaders.restated import restated

    for found in restated(before, after) if before is not None else ():
        print(found, file=sys.stderr)


def _downloaded(cci: str, to: Path, overwrite: bool, refresh: bool) -> Programme:
    from tqdm import tqdm

    from porfse_analysis.loaders.cohesion_data import import_downloaded

    with tqdm(unit=" rows", file=sys.stderr, delay=1.0) as bar:

        def progress(table: str, rows: int, total: int) -> None:
            bar.set_description_str(table)
            bar.total = total
            bar.n = rows
            bar.refresh()

        return import_downloaded(cci, to, overwrite, refresh=refresh, progress=progress)


@imports.command("workbook", epilog="Example: porfse import workbook programme.xlsx --to my-programme")
@guarded
def import_workbook(
    file: Annotated[Path, typer.Argument(help="Workbook (.xlsx) with a sheet per table, as `porfse new` makes it.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", parser=place, help="Programme folder to write.")],
    overwrite: Overwrite = False,
    every: Every = False,
) -> None:
    """Keep a filled-in workbook as a programme folder; on a fault, named by sheet and cell, nothing is written."""
    from porfse_analysis.loaders.workbook import reading as workbook

    before = _before(to) if overwrite else None
    with counted_rows() as progress:
        programme = workbook.import_workbook(file, to, overwrite=overwrite, progress=progress)
    if overwrite:
        say_kept(programme, to)
        _say_restated(before, programme)
    print(f"{programme.cci} {programme.title('en')}: {len(programme.cutoffs)} reporting dates", file=sys.stderr)
    print(f"now: porfse check {to}", file=sys.stderr)


@exports.command("workbook", epilog="Example: porfse export workbook my-programme --to my-programme.xlsx")
@guarded
def export_workbook(
    folder: Folder = "",
    to: Annotated[Path, typer.Option("--to", metavar="FILE", parser=place, help="Workbook to write.")] = Path(
        "programme.xlsx"
    ),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the workbook.")] = False,
) -> None:
    """Write a programme folder as the workbook that `porfse import workbook` reads back to the same tables."""
    from porfse_analysis.errors import OverwriteError
    from porfse_analysis.files import aside
    from porfse_analysis.loaders.save import licence_of
    from porfse_analysis.loaders.workbook.template import write_workbook

    programme = load(folder)
    if to.exists() and not overwrite:
        raise OverwriteError(f"{to} exists: name another file")
    with aside(to) as temporary:
        write_workbook(programme, temporary, licence=licence_of(folder))
    print(to)


@app.command(epilog="Example: porfse add my-programme sheet-2019-03-31.xlsx")
@guarded
def add(
    folder: Annotated[str, typer.Argument(help="Folder of the programme.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="Workbook with a sheet a table, or CSV whose header tells its table.", show_default=False),
    ] = None,
    table: Annotated[
        str, typer.Option("--table", metavar="NAME", help="Table of a CSV file.", show_default=False)
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Bring back the folder before the last addition.")] = False,
    every: Every = False,
) -> None:
    """Add the rows of a file to a programme folder, by key: new rows, and other values of known ones.

    An empty cell never erases a figure. When one row cannot be taken nothing is written. The folder as it was is kept
    as FOLDER.previous.
    """
    from porfse_analysis.errors import ParameterError
    from porfse_analysis.loaders import adding

    if undo == (file is not None):
        raise ParameterError("give a file to add, or --undo")
    if file is None:
        adding.undo(folder)
        print(f"{folder} and {adding.previous(folder).name} have changed places", file=sys.stderr)
        return
    found = adding.add_file(folder, file, table=table, dry_run=dry_run)
    for name, keys in found.added.items():
        for key in keys:
            print(f"{name}: + {key}")
    for change in found.changed:
        print(f"{change.table}: {change.key}: {change.column} {change.before or '(empty)'} -> {change.after}")
    rows, cells = sum(map(len, found.added.values())), len(found.changed)
    would = "would be " if dry_run and rows + cells else ""
    told = (f"{_count(rows, 'row')} {would}added", f"{_count(cells, 'cell')} {would}changed")
    print(*told, f"{_count(found.known, 'row')} known", sep=", ", file=sys.stderr)
    for restated in found.restated:
        print(restated, file=sys.stderr)
    if rows + cells and not dry_run:
        print(f"as it was: {adding.previous(folder).name}; now: porfse check {folder}", file=sys.stderr)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@app.command(epilog="Example: porfse new my-programme")
@guarded
def new(
    folder: Annotated[
        Path,
        typer.Argument(parser=place, metavar="FOLDER", help="Folder to make; it must not exist yet, or be empty."),
    ],
) -> None:
    """Make an empty programme folder to fill in: CSV tables, a workbook, and a page that explains each column."""
    from porfse_analysis.loaders.template import PAGE, new_folder

    made = new_folder(folder)
    print(made / PAGE)
