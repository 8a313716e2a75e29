"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from porfse_analysis.errors import PorfseError, ReportError, missing_extra

try:
    import typer
except ModuleNotFoundError as error:  # the core alone is installed
    print(missing_extra(error) or error, file=sys.stderr)
    raise SystemExit(2) from error
from porfse_analysis.languages import LANGUAGES, check_language, rounded

if TYPE_CHECKING:
    from porfse_analysis.programme import Programme
    from porfse_analysis.reports.request import Request

__all__ = ["app", "main"]

app = typer.Typer(
    name="porfse",
    help="Indicators and reports for programmes of the European Social Fund.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

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

FAILED, WRONG_CALL, INTERRUPTED = 1, 2, 130

_LANGUAGES = f"[{'|'.join(LANGUAGES)}]"


class Format(StrEnum):
    """Forms in which indicators are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Engine(StrEnum):
    """Ways of running a notebook."""

    warm = "warm"
    kernel = "kernel"


class Backend(StrEnum):
    """Where notebooks are run."""

    local = "local"
    dask = "dask"


Folder = Annotated[str, typer.Argument(help="Folder of the programme (default: the bundled one).", show_default=False)]
Cutoffs = Annotated[
    list[str] | None,
    typer.Option("--cutoff", metavar="DATE", help="Reporting date, YYYY-MM-DD; repeat for several (default: all)."),
]


def _guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Errors the package raises on purpose become one message and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ReportError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(FAILED) from error
        except PorfseError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(WRONG_CALL) from error
        except ModuleNotFoundError as error:
            if not missing_extra(error):
                raise
            print(missing_extra(error), file=sys.stderr)
            raise typer.Exit(WRONG_CALL) from error
        except KeyboardInterrupt as error:
            print("stopped", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from error

    return run


def _load(folder: str) -> Programme:
    from porfse_analysis.loaders.folder import load_programme

    return load_programme(folder or None)


Folders = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FOLDER]...",
        help="Folder of the programme (default: the bundled one); of several, each gets a folder of its own.",
        show_default=False,
    ),
]
Notebooks = Annotated[
    list[str] | None,
    typer.Option("--notebook", metavar="NAME", help="Notebook to run, by name or path (default: every report)."),
]
Languages = Annotated[
    list[str] | None,
    typer.Option("--lang", metavar=_LANGUAGES, help=f"Language; repeat for several (default: {LANGUAGES[0]})."),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--parameter",
        metavar="NAME VALUE",
        help="A parameter of the notebook's own, also NAME=VALUE; repeat for several.",
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the reports go.")]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=-1, help="Processes at a time; -1: one per core.")]
EngineOption = Annotated[
    Engine,
    typer.Option("--engine", help="warm: kernels forked from a process that is ready; kernel: one started each time."),
]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="S", min=1, help="Seconds a run may take (default: no limit).")
]
Force = Annotated[bool, typer.Option("--force", help="Make every report, also those that are up to date.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be made and why; write nothing.")]
BackendOption = Annotated[
    Backend, typer.Option("--backend", help="Where: on this machine, or on a Dask cluster (with --scheduler).")
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Scheduler of the Dask cluster, as tcp://host:8786."),
]


@app.command(epilog="Example: porfse report --cutoff 2018-09-30 --lang it --lang en --out reports")
@_guarded
def report(
    folders: Folders = None,
    cutoff: Cutoffs = None,
    notebook: Notebooks = None,
    lang: Languages = None,
    parameter: Parameters = None,
    out: Out = Path("reports"),
    jobs: Jobs = -1,
    engine: EngineOption = Engine.warm,
    timeout: Timeout = None,
    force: Force = False,
    dry_run: DryRun = False,
    backend: BackendOption = Backend.local,
    scheduler: Scheduler = None,
) -> None:
    """Bring a folder of report pages up to date: run the notebooks of the reports that have changed, and render them.

    A report is made again when its notebook, the programme's data up to its date, this package or a library has
    changed. A report that fails leaves the one there was; the others go on.
    """
    from porfse_analysis.errors import ParameterError
    from porfse_analysis.reports.request import Request

    if (backend is Backend.dask) != (scheduler is not None):
        raise ParameterError("--backend dask and --scheduler ADDRESS go together")
    request = Request(
        folders=tuple(folders or ("",)),
        cutoffs=tuple(cutoff or ()),
        notebooks=tuple(notebook or ()),
        languages=tuple(lang or [LANGUAGES[0]]),
        parameters=tuple(_pair(text) for text in parameter or ()),
        out=out,
        jobs=jobs or -1,
        engine=engine.value,
        timeout=timeout,
        force=force,
        scheduler=scheduler,
    )
    if dry_run:
        _say_what_is_due(request)
    else:
        _make(request)


def _pair(text: str) -> tuple[str, str]:
    from porfse_analysis.errors import ParameterError

    name, given, value = text.partition("=")
    if not given or not name:
        raise ParameterError(f"-p {text!r}: give a parameter and its value, as -p compare_to 2017-12-31")
    return name, value


def _say_what_is_due(request: Request) -> None:
    from porfse_analysis.reports.batch import plan_batch

    batch = plan_batch(request)
    why = {due.run: due.why for due in batch.due}
    for run in batch.planned:
        print(f"{run.page}: {_WHY[why.get(run, '')]}")
    print(f"{len(why)} of {len(batch.planned)} reports would be made", file=sys.stderr)


def _make(request: Request) -> None:
    from porfse_analysis.reports.batch import make_batch

    def execute(runs: Any, warm: Any) -> Any:
        from porfse_analysis.reports.run import run_all, run_on_cluster

        if request.scheduler is not None:
            return _with_bar(runs, run_on_cluster(runs, request.scheduler, timeout=request.timeout))
        outcomes = run_all(runs, jobs=request.jobs, engine=request.engine, timeout=request.timeout, warm=warm)
        return _with_bar(runs, outcomes)

    batch = make_batch(request, execute, say=lambda text: print(text, file=sys.stderr))
    failures = {outcome.run.label: outcome.reason for outcome in batch.outcomes if not outcome.ok}
    made, current = len(batch.outcomes) - len(failures), len(batch.planned) - len(batch.outcomes)
    up_to_date = f", {current} up to date" if current else ""
    index = request.out / "index.html"
    print(f"{made} of {len(batch.planned)} reports made{up_to_date}: {index}", file=sys.stderr)
    if failures:
        lines = [f"  {label}: {reason}" for label, reason in sorted(failures.items())]
        raise ReportError("\n".join(["These reports failed:", *lines]), failures)


_WHY = {
    "": "up to date",
    "new": "new",
    "forced": "up to date or not, as asked",
    "data": "the data have changed",
    "notebook": "the notebook has changed",
    "parameters": "the parameters have changed",
    "package": "the package or a library has changed",
    "files": "a file of it is missing or was changed",
}


def _with_bar(runs: Any, outcomes: Any) -> Any:
    from tqdm import tqdm

    with tqdm(total=len(runs), unit="report", file=sys.stderr, dynamic_ncols=True) as bar:
        for outcome in outcomes:
            bar.set_postfix_str(f"{outcome.run.label}{'' if outcome.ok else ' FAILED'}")
            bar.update()
            yield outcome


@app.command(epilog="Example: porfse indicators --cutoff 2018-09-30 --format csv > indicators.csv")
@_guarded
def indicators(
    folder: Folder = "",
    cutoff: Cutoffs = None,
    form: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.table,
) -> None:
    """Print every indicator, for the programme (ALL) and by axis, in full precision."""
    from porfse_analysis.display.report import known_cutoff
    from porfse_analysis.indicators.overview import all_indicators
    from porfse_analysis.indicators.result import collect
    from porfse_analysis.reports.results import results_csv, results_json

    programme = _load(folder)
    dates = [known_cutoff(programme, date).date().isoformat() for date in cutoff or ()] or programme.cutoffs
    results = collect(all_indicators(programme, cutoff=date) for date in _bar(dates, "dates"))
    if form is Format.csv:
        print(results_csv(results), end="")
    elif form is Format.json:
        print(results_json(results))
    else:
        shown = results.drop(columns=["programme", "region_category"])
        print(
            shown.to_string(
                index=False, na_rep="", max_colwidth=48, float_format=lambda value: f"{rounded(value, 6):,f}"
            )
        )


def _bar(items: list[str], unit: str) -> Any:
    from tqdm import tqdm

    return tqdm(items, unit=f" {unit}", file=sys.stderr, delay=1.5, leave=False)


@app.command(epilog="Example: porfse check my-programme --lang en")
@_guarded
def check(
    folder: Folder = "",
    lang: Annotated[str, typer.Option("--lang", metavar=_LANGUAGES, help="Language of the findings.")] = LANGUAGES[0],
) -> None:
    """Print what the checks find and the verdict on every claim. Exit 1 when a figure is impossible, else 0."""
    from porfse_analysis.display.words.claims import word_claims
    from porfse_analysis.display.words.findings import word_findings
    from porfse_analysis.display.words.wording import text
    from porfse_analysis.verdicts.checks import SEVERITIES
    from porfse_analysis.verdicts.checks import check as find
    from porfse_analysis.verdicts.claims import VERDICTS, check_claims

    check_language(lang)
    programme = _load(folder)
    found = find(programme)
    worded = word_findings(found, lang)
    for _, row in worded.iterrows():
        print(f"{row['severity']:<12} {row['cutoff']}  {row['axis']}: {row['message']}")
    verdicts = check_claims(programme)
    claims = word_claims(verdicts, programme.claims, lang)
    for _, row in claims.iterrows():
        needs = text("claim.needs", lang, needs=row["needs"]) if row["needs"] else ""
        print(f"{row['verdict']:<16} {row['cutoff']}  {row['claim']}. {row['why']} {needs}".rstrip())
    counts = ", ".join(f"{severity} {int((found['severity'] == severity).sum())}" for severity in SEVERITIES)
    decided = ", ".join(f"{verdict} {int((verdicts['verdict'] == verdict).sum())}" for verdict in VERDICTS)
    print(f"{programme.cci}: {counts}; claims: {decided}", file=sys.stderr)
    if (found["severity"] == "error").any():
        raise typer.Exit(FAILED)


@imports.command(
    "cohesion-data",
    epilog="Example: porfse import cohesion-data finance.csv.gz --indicators indicators.csv.gz "
    "--cci 2014IT05SFOP005 --to lazio",
)
@_guarded
def import_cohesion_data(
    cci: Annotated[str, typer.Option("--cci", help="Code of the programme, as 2014IT05SFOP007.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Programme folder to write.")],
    finance: Annotated[
        Path | None,
        typer.Argument(help="The Commission's finance table 99js-gm52: CSV or JSON, gzip or not.", show_default=False),
    ] = None,
    indicators: Annotated[
        Path | None, typer.Option("--indicators", metavar="FILE", help="Its table of indicators, 2q3n-nr7n.")
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Ask the Commission's portal instead of a file.")
    ] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask the portal even for what is in the cache.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the programme in the folder.")] = False,
) -> None:
    """Keep a programme of the European Commission's open data as a programme folder."""
    from porfse_analysis.errors import ParameterError
    from porfse_analysis.loaders import cohesion_data

    if download == (finance is not None) or (download and indicators is not None):
        raise ParameterError("give either the finance table (and its indicators) or --download")
    if refresh and not download:
        raise ParameterError("--refresh goes with --download")
    if download:
        programme = _downloaded(cci, to, overwrite, refresh)
    else:
        assert finance is not None
        programme = cohesion_data.import_cohesion_data(finance, indicators, cci, to, overwrite)
    dates = programme.cutoffs
    print(f"{programme.cci} {programme.title('en')}: {len(dates)} dates, {dates[0]} to {dates[-1]}", file=sys.stderr)
    print(f"now: porfse report {to} --out {to}-reports", file=sys.stderr)


def _downloaded(cci: str, to: Path, overwrite: bool, refresh: bool) -> Programme:
    from tqdm import tqdm

    from porfse_analysis.loaders.cohesion_data import import_downloaded

    with tqdm(unit=" rows", file=sys.stderr, delay=1.0) as bar:

        def progress(table: str, rows: int, total: int) -> None:
            bar.set_description(table)
            bar.total = total
            bar.n = rows
            bar.refresh()

        return import_downloaded(cci, to, overwrite, refresh=refresh, progress=progress)


@imports.command("workbook", epilog="Example: porfse import workbook programme.xlsx --to my-programme")
@_guarded
def import_workbook(
    file: Annotated[Path, typer.Argument(help="Workbook (.xlsx) with a sheet per table, as `porfse new` makes it.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Programme folder to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the programme in the folder.")] = False,
) -> None:
    """Keep a filled-in workbook as a programme folder; on a fault, named by sheet and cell, nothing is written."""
    from tqdm import tqdm

    from porfse_analysis.loaders.workbook import reading as workbook

    with tqdm(unit=" rows", file=sys.stderr, delay=1.5, leave=False) as bar:

        def progress(sheet: str, rows: int) -> None:
            bar.set_description(sheet, refresh=False)
            bar.update(rows)

        programme = workbook.import_workbook(file, to, overwrite=overwrite, progress=progress)
    print(f"{programme.cci} {programme.title('en')}: {len(programme.cutoffs)} reporting dates", file=sys.stderr)
    print(f"now: porfse check {to}", file=sys.stderr)


@exports.command("workbook", epilog="Example: porfse export workbook my-programme --to my-programme.xlsx")
@_guarded
def export_workbook(
    folder: Folder = "",
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Workbook to write.")] = Path("programme.xlsx"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the workbook.")] = False,
) -> None:
    """Write a programme folder as the workbook that `porfse import workbook` reads back to the same tables."""
    from porfse_analysis.errors import ParameterError
    from porfse_analysis.files import aside
    from porfse_analysis.loaders.save import licence_of
    from porfse_analysis.loaders.workbook.template import write_workbook

    programme = _load(folder)
    if to.exists() and not overwrite:
        raise ParameterError(f"{to} exists: name another file, or allow it with --overwrite")
    with aside(to) as temporary:
        write_workbook(programme, temporary, licence=licence_of(folder))
    print(to)


@app.command(epilog="Example: porfse add my-programme sheet-2019-03-31.xlsx")
@_guarded
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
        print(f"{folder} is what it was; what it had become is {adding.previous(folder).name}", file=sys.stderr)
        return
    found = adding.add_file(folder, file, table=table, dry_run=dry_run)
    for name, keys in found.added.items():
        for key in keys:
            print(f"{name}: + {key}")
    for change in found.changed:
        print(f"{change.table}: {change.key}: {change.column} {change.before or '(empty)'} -> {change.after}")
    rows, cells = sum(map(len, found.added.values())), len(found.changed)
    would = "would be " if dry_run and rows + cells else ""
    print(f"{rows} rows {would}added, {cells} cells {would}changed, {found.known} rows known", file=sys.stderr)
    if rows + cells and not dry_run:
        print(f"as it was: {adding.previous(folder).name}; now: porfse check {folder}", file=sys.stderr)


@app.command(epilog="Example: porfse new my-programme")
@_guarded
def new(
    folder: Annotated[str, typer.Argument(help="Folder to make; it must not exist yet, or be empty.")],
) -> None:
    """Make an empty programme folder to fill in: CSV tables, a workbook, and a page that explains each column."""
    from porfse_analysis.loaders.template import PAGE, new_folder

    made = new_folder(folder)
    print(made / PAGE)


@app.command(epilog="Example: porfse explore my-programme --to my-notebooks")
@_guarded
def explore(
    folder: Folder = "",
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Your working folder, where the notebooks are copied to.")
    ] = Path("porfse-notebooks"),
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address of JupyterLab; open no browser.")
    ] = False,
) -> None:
    """Open JupyterLab on your own copies of the notebooks, with the programme's folder filled in.

    A notebook you have changed is never overwritten; the others are brought up to date. Ctrl-C ends JupyterLab.
    """
    from porfse_analysis.explore.jupyterlab import EXPLORE, copy_notebooks, require_jupyterlab, start_jupyterlab

    require_jupyterlab()
    _load(folder)
    copies = copy_notebooks(to, str(Path(folder).resolve()) if folder else "")
    print(f"written to {copies.folder}: {', '.join(copies.written) or 'nothing new'}", file=sys.stderr)
    for name in copies.kept:
        print(f"{name}: you have changed it, so it stays as it is", file=sys.stderr)
        if name == EXPLORE:
            print(f"  what it opens is what its first cell says; for a new copy, move {name} away", file=sys.stderr)
    print("JupyterLab runs until Ctrl-C", file=sys.stderr)
    start_jupyterlab(copies.folder / EXPLORE, browser=not no_browser)


def _paired(words: Sequence[str]) -> list[str]:
    """`-p NAME VALUE`, as papermill writes it, made `-p NAME=VALUE`: an option here takes one value."""
    waiting, paired = list(words), []
    while waiting:
        word = waiting.pop(0)
        paired.append(word)
        if word in ("-p", "--parameter") and waiting:
            name = waiting.pop(0)
            alone = "=" in name or not waiting or waiting[0].startswith("--")
            paired.append(name if alone else f"{name}={waiting.pop(0)}")
    return paired


def main() -> None:
    """Entry point of the command `porfse`."""
    app(_paired(sys.argv[1:]))


if __name__ == "__main__":
    main()
