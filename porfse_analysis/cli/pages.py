"""Commands that make pages: report, explore."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from porfse_analysis.cli.command import LANGUAGES_SHOWN, Cutoffs, Folder, app, guarded, load, place
from porfse_analysis.cli.process import open_files
from porfse_analysis.errors import ReportError
from porfse_analysis.languages import LANGUAGES, check_language

if TYPE_CHECKING:
    from porfse_analysis.reports.request import Request

__all__ = ["explore", "report"]


class Engine(StrEnum):
    """Ways of running a notebook."""

    warm = "warm"
    kernel = "kernel"


class Backend(StrEnum):
    """Where notebooks are run."""

    local = "local"
    dask = "dask"


_FILES_NEEDED = 128

Folders = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FOLDER]...",
        help="Folder of the programme; of several, each gets a folder of its own, but for a notebook that compares "
        "them: compare_programmes. Default: both bundled programmes; with --cutoff, --notebook or -p the one of "
        "2014-2020 alone.",
        show_default=False,
    ),
]
Notebooks = Annotated[
    list[str] | None,
    typer.Option("--notebook", metavar="NAME", help="Notebook to run, by name or path (default: every report)."),
]
Languages = Annotated[
    list[str] | None,
    typer.Option("--lang", metavar=LANGUAGES_SHOWN, help=f"Language; repeat for several (default: {LANGUAGES[0]})."),
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
Out = Annotated[Path, typer.Option("--out", metavar="DIR", parser=place, help="Where the reports go.")]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=-1, help="Processes at a time; -1: one per core.")]
EngineOption = Annotated[
    Engine,
    typer.Option("--engine", help="warm: kernels forked from a process that is ready; kernel: one started each time."),
]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="S", min=1, help="Seconds a run may take (default: no limit).")
]
Force = Annotated[bool, typer.Option("--force", help="Make every report, also those that are up to date.")]
Docx = Annotated[bool, typer.Option("--docx", help="Every page as a document for Word too, beside it.")]
Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle",
        metavar="FILE",
        parser=place,
        help="Pack all pages of DIR and what they link to into one .zip, to send: unpacked, index.html opens it.",
    ),
]
ListSections = Annotated[
    bool, typer.Option("--list-sections", help="Print the sections that can have a comment; make nothing.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be made and why; write nothing.")]
BackendOption = Annotated[
    Backend, typer.Option("--backend", help="Where: on this machine, or on a Dask cluster (with --scheduler).")
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Scheduler of the Dask cluster, as tcp://host:8786."),
]


@app.command(epilog="Example: porfse report --cutoff 2018-09-30 --lang it --lang en --out reports")
@guarded
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
    docx: Docx = False,
    bundle: Bundle = None,
    dry_run: DryRun = False,
    list_sections: ListSections = False,
    backend: BackendOption = Backend.local,
    scheduler: Scheduler = None,
) -> None:
    """Bring a folder of report pages up to date: run the notebooks of the reports that have changed, and render them.

    A report is made again when its notebook, the programme's data up to its date, the evaluator's comments on it
    (comments/DATE.md and comments/DATE/SECTION.md in the programme's folder), this package or a library has changed. A
    report that fails leaves the one there was; the others go on. Beside each page lie its tables as a workbook and as
    CSV, and the page as PDF.
    """
    from porfse_analysis.errors import ParameterError
    from porfse_analysis.reports.bundle import check_bundle
    from porfse_analysis.reports.comparison import is_comparison
    from porfse_analysis.reports.request import Request

    if list_sections:
        _say_sections(lang or LANGUAGES[:1])
        return
    if (files := open_files()) < _FILES_NEEDED:
        raise ParameterError(f"this shell allows {files} open files, and reports need {_FILES_NEEDED}: ulimit -n 1024")
    if (backend is Backend.dask) != (scheduler is not None):
        raise ParameterError("--backend dask and --scheduler ADDRESS go together")
    comparing = is_comparison(notebook or ())
    if bundle is not None:
        if comparing:
            raise ParameterError("--bundle packs the pages of a folder of reports; a comparison is a page of its own")
        check_bundle(bundle)
    folders = _without_previous(_expanded(folders or []))
    request = Request(
        folders=("",) if comparing else tuple(folders or _bundled(cutoff, notebook, parameter)),
        cutoffs=tuple(cutoff or ()),
        notebooks=tuple(notebook or ()),
        languages=tuple(lang or [LANGUAGES[0]]),
        parameters=tuple(_pair(text) for text in parameter or ()),
        out=out,
        jobs=jobs or -1,
        engine=engine.value,
        timeout=timeout,
        force=force,
        docx=docx,
        scheduler=scheduler,
    )
    if comparing:
        _compare(request, folders, dry_run=dry_run)
    elif dry_run:
        _say_what_is_due(request)
    else:
        _make(request, bundle)


def _expanded(folders: list[str]) -> list[str]:
    """The folders that patterns as `country/*` stand for, which the shell of Windows leaves as they are."""
    found: list[str] = []
    for folder in folders:
        path = Path(folder)
        there = path.exists() or not path.name
        meant = [] if there else sorted(str(other) for other in path.parent.glob(path.name) if other.is_dir())
        found += meant or [folder]
    return found


def _without_previous(folders: list[str]) -> list[str]:
    """Of several folders, as `country/*` names them, not those that are another one before its last addition."""
    from porfse_analysis.resources import is_previous

    left_out = [folder for folder in folders if is_previous(folder)] if len(folders) > 1 else []
    for folder in left_out:
        print(f"{folder}: left out, it is a folder as it was before the last addition (porfse add)", file=sys.stderr)
    return [folder for folder in folders if folder not in left_out]


def _bundled(*asked: object) -> Sequence[str]:
    """The bundled programmes; the one meant by default where dates, notebooks or parameters are asked for."""
    from porfse_analysis.resources import BUNDLED_PROGRAMMES

    return ("",) if any(asked) else ("", *BUNDLED_PROGRAMMES[1:])


def _pair(text: str) -> tuple[str, str]:
    from porfse_analysis.errors import ParameterError

    name, given, value = text.partition("=")
    if not given or not name:
        raise ParameterError(f"-p {text!r}: give a parameter and its value, as -p compare_to 2017-12-31")
    return name, value


def _say_sections(languages: Sequence[str]) -> None:
    from porfse_analysis.display.words.wording import text
    from porfse_analysis.reports.sections import comment_sections

    for lang in languages:
        check_language(lang)
    for section, notebook in comment_sections().items():
        titles = "; ".join(text(f"section.{section}", lang) for lang in languages)
        print(f"{notebook:<18} {section:<15} {titles}")


def _say_what_is_due(request: Request) -> None:
    from porfse_analysis.reports.batch import plan_batch

    batch = plan_batch(request)
    why = {due.run: due.why for due in batch.due}
    for run in batch.planned:
        print(f"{run.page}: {_WHY[why.get(run, '')]}")
    print(f"{len(why)} of {len(batch.planned)} reports would be made", file=sys.stderr)


def _compare(request: Request, folders: list[str], *, dry_run: bool) -> None:
    """Comparisons are made each time they are asked for."""
    from porfse_analysis.reports.comparison import plan_comparison
    from porfse_analysis.reports.places import check_comparison

    runs = plan_comparison(request, folders)
    check_comparison(request.out, runs)
    outcomes = [] if dry_run else list(_executed(request, runs))
    for run in runs if dry_run else [outcome.run for outcome in outcomes if outcome.ok]:
        print(run.page)
    _tell_failed({outcome.run.label: outcome.reason for outcome in outcomes if not outcome.ok})


def _executed(request: Request, runs: Any, warm: Any = None) -> Any:
    from porfse_analysis.reports.run import run_all, run_on_cluster

    if request.scheduler is not None:
        return _with_bar(runs, run_on_cluster(runs, request.scheduler, timeout=request.timeout))
    outcomes = run_all(runs, jobs=request.jobs, engine=request.engine, timeout=request.timeout, warm=warm)
    return _with_bar(runs, outcomes)


def _tell_failed(failures: dict[str, str]) -> None:
    if failures:
        lines = [f"  {label}: {reason}" for label, reason in sorted(failures.items())]
        raise ReportError("\n".join(["These reports failed:", *lines]), failures)


def _make(request: Request, bundle: Path | None) -> None:
    from functools import partial

    from porfse_analysis.reports.batch import make_batch
    from porfse_analysis.reports.bundle import write_bundle

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    batch = make_batch(request, partial(_executed, request), say=say)
    failures = {outcome.run.label: outcome.reason for outcome in batch.outcomes if not outcome.ok}
    made, current = len(batch.outcomes) - len(failures), len(batch.planned) - len(batch.outcomes)
    up_to_date = f", {current} up to date" if current else ""
    index = request.out / "index.html"
    print(f"{made} of {len(batch.planned)} reports made{up_to_date}: {index}", file=sys.stderr)
    if bundle is not None:
        say(f"{write_bundle(bundle, batch, say)} files packed: {bundle}")
    _tell_failed(failures)


_WHY = {
    "": "up to date",
    "new": "new",
    "forced": "up to date or not, as asked",
    "data": "the data have changed",
    "notebook": "the notebook has changed",
    "parameters": "the parameters have changed",
    "comments": "the evaluator's comments have changed",
    "formats": "other kinds of documents are asked for",
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


@app.command(epilog="Example: porfse explore my-programme --to my-notebooks")
@guarded
def explore(
    folder: Folder = "",
    to: Annotated[
        Path,
        typer.Option(
            "--to", metavar="DIR", parser=place, help="Your working folder, where the notebooks are copied to."
        ),
    ] = Path("porfse-notebooks"),
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address of JupyterLab; open no browser.")
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=1, max=65535, help="Port JupyterLab listens on.")
    ] = None,
    ip: Annotated[
        str, typer.Option("--ip", metavar="ADDRESS", help="Address it listens on, 0.0.0.0 for all.", show_default=False)
    ] = "",
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Let it run as root.")] = False,
) -> None:
    """Open JupyterLab on your own copies of the notebooks, with the programme's folder filled in.

    A notebook you have changed is never overwritten; the others are brought up to date. Ctrl-C ends JupyterLab.
    """
    from porfse_analysis.explore.jupyterlab import EXPLORE, copy_notebooks, require_jupyterlab, start_jupyterlab

    require_jupyterlab()
    load(folder)
    copies = copy_notebooks(to, str(Path(folder).resolve()) if folder else "")
    print(f"written to {copies.folder}: {', '.join(copies.written) or 'nothing new'}", file=sys.stderr)
    for name in copies.kept:
        print(f"{name}: you have changed it, so it stays as it is", file=sys.stderr)
        if name == EXPLORE:
            print(f"  what it opens is what its first cell says; for a new copy, move {name} away", file=sys.stderr)
    print("JupyterLab runs until Ctrl-C", file=sys.stderr)
    options = [f"--ServerApp.port={port}"] if port is not None else []
    options += [f"--ServerApp.ip={ip}"] if ip else []
    options += ["--allow-root"] if allow_root else []
    start_jupyterlab(copies.folder / EXPLORE, browser=not no_browser, options=options)
