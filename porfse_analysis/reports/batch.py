"""A batch of reports: what is planned, what of it must be made, made and kept. What `porfse report` does.

Nothing heavy is imported here: a call with nothing to do must end before anything is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from porfse_analysis import resources
from porfse_analysis.errors import ReportError
from porfse_analysis.files import remove_left_aside
from porfse_analysis.reports import fingerprint
from porfse_analysis.reports.comments import Comment, comment_of, read_comments
from porfse_analysis.reports.kernels.isolated import import_matplotlib
from porfse_analysis.reports.kernels.warm import CAN_FORK, ChildEndedError, WarmProcess
from porfse_analysis.reports.ledger import check_folder
from porfse_analysis.reports.places import check_country, check_site
from porfse_analysis.reports.plan import Run, make_plan
from porfse_analysis.reports.request import Request
from porfse_analysis.reports.sharing import frames_folder, sharing
from porfse_analysis.reports.state import STATE_FILE, State, described, read_state, unchanged, write_state

if TYPE_CHECKING:
    from porfse_analysis.reports.run import Outcome

__all__ = ["Batch", "Due", "Executor", "Site", "make_batch", "plan_batch"]

_LOCK = ".porfse.lock"

STOPPED = "stopped before it had ended (Ctrl-C)"


@dataclass(frozen=True)
class Due:
    """A run that must be made: why (`State.why`, "forced", or "site"), and what it is made from."""

    run: Run
    why: str
    made_from: dict[str, str]


@dataclass
class Site:
    """One programme's reports: its folder as the user named it, where they go, what is planned and what is due."""

    folder: str
    out: Path
    state: State
    comments: list[Comment] = field(default_factory=list)
    stamps: frozenset[tuple[str, int, int]] = frozenset()
    planned: list[Run] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def source(self) -> Path:
        """The folder of the programme."""
        return resources.programme_folder(self.folder)

    def changed_meanwhile(self) -> bool:
        """Whether the programme's folder is no longer what it was when it was read."""
        return fingerprint.stamps(self.source) != self.stamps

    def distrust(self) -> None:
        """What was made now may be of the folder before or after a change, or of both: it is due again."""
        self.state.distrust(outcome.run.key for outcome in self.outcomes if outcome.ok)
        write_state(self.out, self.state)

    def site_due(self) -> bool:
        """Whether the pages above the reports are not of these reports."""
        known = self.state.site
        return known.get("from") != self._site_from() or not unchanged(known["files"], self.out)

    def _site_from(self) -> str:
        made = [f"{key} {sorted(run['from'].items())}" for key, run in sorted(self.state.runs.items())]
        said = fingerprint.of_comments(self._on_front_pages())
        return fingerprint.digest([fingerprint.environment(), self.state.inputs, said, *made])

    def _on_front_pages(self) -> list[Comment]:
        """The comments of the last date of each language."""
        latest: dict[str, str] = {}
        for key in self.state.runs:
            lang, cutoff, _ = key.split("/")
            latest[lang] = max(cutoff, latest.get(lang, ""))
        found = (comment_of(self.comments, cutoff, lang) for lang, cutoff in sorted(latest.items()))
        return [comment for comment in found if comment is not None]

    def keep(self, outcome: Outcome, made_from: dict[str, str]) -> None:
        """Take in how a run ended."""
        self.outcomes.append(outcome)
        self.state.end(outcome.run.key, outcome.reason, outcome.seconds)
        if outcome.ok:
            made = {path.relative_to(self.out).as_posix() for path in outcome.files}
            for name in set(self.state.runs.get(outcome.run.key, {}).get("files", ())) - made:
                (self.out / name).unlink(missing_ok=True)  # a table it no longer has
            self.state.keep(outcome.run.key, made_from, outcome.files, self.out)
        else:
            self.state.runs.pop(outcome.run.key, None)
        with contextlib.suppress(OSError):  # what cannot be kept is made again
            write_state(self.out, self.state)

    def close(self, rewritten: Sequence[Path], files: Sequence[Path]) -> None:
        """Keep the state after the pages above the reports were written."""
        self.state.rewritten(rewritten, self.out)
        self.state.site = {"from": self._site_from(), "files": described(files, self.out)}
        write_state(self.out, self.state)


Executor = Callable[[Sequence[Run], "WarmProcess | None"], "Iterator[Outcome]"]
"""Executes runs, giving each outcome as it comes."""


@dataclass
class Batch:
    """The sites of one call."""

    out: Path
    sites: list[Site]
    members: dict[str, str] = field(default_factory=dict)
    """Where `out` is the folder above those of several programmes, what each is called there (`State.members`)."""

    @property
    def outs(self) -> list[Path]:
        """The folder of the reports of each programme, of those not asked for this time too."""
        return [self.out / name for name in self.members] or [site.out for site in self.sites]

    @property
    def planned(self) -> list[Run]:
        """All runs asked for."""
        return [run for site in self.sites for run in site.planned]

    @property
    def due(self) -> list[Due]:
        """Those that must be made."""
        return [due for site in self.sites for due in site.due]

    def index_due(self) -> bool:
        """Whether a page above the reports is missing or of other reports."""
        if self.members:
            known = read_state(self.out)
            if not known.above or known.members != self.members or not unchanged(known.above, self.out):
                return True
        return any(site.site_due() for site in self.sites)

    @property
    def outcomes(self) -> list[Outcome]:
        """How the runs that were made ended."""
        return [outcome for site in self.sites for outcome in site.outcomes]


def plan_batch(request: Request, *, warm: Callable[[], WarmProcess | None] = lambda: None) -> Batch:
    """What is asked for and what of it must be made. Nothing is written.

    `warm` is called before a programme must be read, for the process to read it; none: it is read here.

    Raises `ParameterError` and `DataError` as `make_plan` and `load_programme` do.
    """
    sites = []
    places, members = _placed(request)
    for folder, place in places:
        site = Site(folder, place, read_state(place))
        known = site.state
        held = known.cci if known.ended else ""
        site.stamps = fingerprint.stamps(site.source)  # before anything is read
        site.comments = read_comments(folder)
        _survey(site, warm)
        check_folder(place, held, known.cci)
        site.planned = make_plan(
            known,
            folder=folder,
            cutoffs=request.cutoffs,
            notebooks=request.notebooks,
            languages=request.languages,
            out=place,
            parameters=request.parameters,
            docx=request.docx,
        )
        check_site(place, site.planned)
        for run in site.planned:
            made_from = fingerprint.of_run(run, known.seen, site.comments)
            why = "forced" if request.force else known.why(run.key, made_from, place)
            if why:
                site.due.append(Due(run, why, made_from))
        sites.append(site)
    batch = Batch(request.out, sites, members)
    if members:
        check_country(request.out, batch.planned)
    return batch


def _placed(request: Request) -> tuple[list[tuple[str, Path]], dict[str, str]]:
    """Where the reports of each programme go, and the members of the folder above them (none: it is of one programme).

    Members that are not asked for this time stay, unless their reports were taken away.
    """
    above = read_state(request.out)
    places = request.places(below=bool(above.members))
    if len(places) == 1 and not above.members:
        return places, {}
    check_folder(request.out, above.cci, "")
    asked = {place.name: resources.kept_folder(folder, request.out) for folder, place in places}
    known = above.members | asked
    return places, {name: known[name] for name in known if name in asked or read_state(request.out / name).cci}


def _survey(site: Site, warm: Callable[[], WarmProcess | None]) -> None:
    """Bring what is known of the programme up to date; its tables are read only when a file has changed."""
    files = resources.programme_files(site.source)
    inputs = fingerprint.digest([fingerprint.of_files(files), fingerprint.environment()])
    if inputs != site.state.inputs:
        # a folder that is not there, or lacks a file, is told of at once
        process = warm() if all(path.is_file() for path in files) else None
        known = _in_fork(process, _surveyed, site.folder, about=site.folder)
        site.state.inputs = inputs
        site.state.cci, site.state.titles, site.state.cutoffs, site.state.seen = known


def _surveyed(folder: str) -> tuple[str, dict[str, str], list[str], dict[str, str]]:
    """Code, titles and reporting dates of a programme, and `fingerprint.of_programme` of it."""
    from porfse_analysis.loaders.folder import load_programme

    programme = load_programme(folder or None)
    return programme.cci, dict(programme.titles), programme.cutoffs, fingerprint.of_programme(programme)


def _in_fork(warm: WarmProcess | None, function: Callable[..., Any], *args: Any, about: str | None = None) -> Any:
    """What a function gives in a fork of the warm process, `about` which see there; here where that is lost."""
    if warm is not None:
        with contextlib.suppress(ChildEndedError, ConnectionError):
            return warm.call(_called_at, Path.cwd(), function, args, about=about)
    return function(*args)


def _called_at(folder: Path, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """In a fork: the warm process may have been started elsewhere, and paths are as the caller has them."""
    os.chdir(folder)
    return function(*args)


@contextlib.contextmanager
def locked(out: Path, waited: Callable[[Path], object], say: Callable[[str], None]) -> Iterator[None]:
    """Keep a folder of reports to ourselves; waits while another process has it, and tells `waited`.

    Raises `ReportError` when nothing can be written there.
    """
    from filelock import FileLock, Timeout

    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / _LOCK)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waited(out)
            say(f"another porfse report is writing to {out}; waiting for it to end (Ctrl-C gives up)")
            lock.acquire()
    except OSError as error:
        raise ReportError(f"{out}: cannot be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def make_batch(request: Request, execute: Executor, *, say: Callable[[str], None] = lambda text: None) -> Batch:
    """Make what `plan_batch` says is due, and bring the pages above the reports up to date.

    `execute` runs them; it is given a warm process where the request is for one. Every report is complete when it
    appears. A folder that was changed meanwhile is told of by `say`, and what was made of it is due again. On Ctrl-C
    what has been made is kept and listed, and KeyboardInterrupt is raised again.

    Raises `ReportError` when the output folder cannot be written to, and as `plan_batch` does.
    """
    # a wrong call must not leave a folder behind
    with contextlib.ExitStack() as stack:
        started: list[WarmProcess] = []

        def start() -> WarmProcess | None:
            """The warm process, which reads a programme for all that is made of it: what is due is found out there."""
            if request.warm and CAN_FORK and not started:
                started.append(stack.enter_context(WarmProcess()))
            return started[0] if started else None

        batch = plan_batch(request, warm=start)
        if not batch.due and not batch.index_due():
            return batch
        waited: list[Path] = []
        # always in one order: two calls must not wait for each other
        for site in sorted(batch.sites, key=lambda site: site.out.resolve()):
            stack.enter_context(locked(site.out, waited.append, say))
        if waited:  # the other has changed what is due
            batch = plan_batch(request, warm=start)
        if batch.due:
            start()
        _make(batch, execute, started[0] if started else None, say)
    return batch


def _make(batch: Batch, execute: Executor, warm: WarmProcess | None, say: Callable[[str], None]) -> None:
    sites = {due.run: site for site in batch.sites for due in site.due}
    waiting = {due.run: due for due in batch.due}
    folders = {run.folder for run in waiting}
    for folder in folders:
        remove_left_aside(folder)
    for site in batch.sites:
        _claim(site.out)
    stopped: KeyboardInterrupt | None = None
    try:
        for outcome in execute(list(waiting), warm) if waiting else ():
            sites[outcome.run].keep(outcome, waiting.pop(outcome.run).made_from)
    except KeyboardInterrupt as error:
        from porfse_analysis.reports.run import Outcome

        stopped, warm = error, None
        for run, due in waiting.items():
            sites[run].keep(Outcome(run, 0.0, STOPPED), due.made_from)
    for folder in folders:  # what a killed run was writing
        remove_left_aside(folder)
    _write_sites(batch, warm)
    for site in batch.sites:
        if site.changed_meanwhile():
            site.distrust()
            say(f"{site.source}: changed while its reports were being made; what was made is due again: call once more")
    if stopped is not None:
        raise stopped  # it says what stopped us


def _claim(out: Path) -> None:
    """Say that a folder is ours before anything is written to it: the next call goes on where this one is ended."""
    if not (out / STATE_FILE).exists():
        with contextlib.suppress(OSError):  # what cannot be kept is asked for again
            write_state(out, State())


def _write_folder(
    folder: str, out: Path, runs: list[dict[str, str]], frames: Path | None
) -> tuple[list[Path], list[Path]]:
    """`site.write_folder`, imported where it is called, with the frames that the runs of the last date have shared."""
    import_matplotlib()
    from porfse_analysis.reports import site

    with sharing(frames):
        return site.write_folder(folder, out, runs)


def _write_sites(batch: Batch, warm: WarmProcess | None) -> None:
    for site in batch.sites:
        if not site.outcomes and not site.site_due():
            continue
        try:
            remove_left_aside(site.out)
            # here where the process is lost: the reports are made, their index must not be lost
            frames = frames_folder(warm.folder.path) if warm else None
            rewritten, files = _in_fork(
                warm, _write_folder, site.folder, site.out, site.state.listed(), frames, about=site.folder
            )
            site.close(rewritten, files)
        except OSError as error:
            raise ReportError(f"{site.out}: the index cannot be written: {error.strerror or error}") from error
    if batch.members:
        import_matplotlib()
        from porfse_analysis.reports.country import Member, write_country

        try:
            asked = {site.out.name: site for site in batch.sites}
            members = []
            for name, kept in batch.members.items():
                known = asked[name].state if name in asked else read_state(batch.out / name)
                folder = asked[name].folder if name in asked else resources.folder_kept(kept, batch.out)
                members.append(Member(known.cci, known.titles, batch.out / name, known.listed(), folder))
            state = read_state(batch.out)
            state.above, state.members = described(write_country(batch.out, members), batch.out), batch.members
            write_state(batch.out, state)
        except OSError as error:
            raise ReportError(f"{batch.out}: the index cannot be written: {error.strerror or error}") from error
