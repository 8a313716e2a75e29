"""Running the plan: papermill executes each notebook in a process of its own, and its page is rendered there."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from porfse_analysis import files
from porfse_analysis.errors import ReportError
from porfse_analysis.files import aside
from porfse_analysis.reports.kernels.isolated import import_matplotlib, started_isolated
from porfse_analysis.reports.kernels.temporary import clear_left
from porfse_analysis.reports.kernels.warm import CAN_FORK, ChildEndedError, WarmProcess
from porfse_analysis.reports.plan import Run
from porfse_analysis.reports.sharing import SharedFrames, sharing
from porfse_analysis.resources import programme_folder

__all__ = ["Outcome", "cpu_count", "execute", "load_papermill", "run_all", "run_on_cluster"]

_GRACE_SECONDS = 60.0
"""What a run may take beyond its time limit to be stopped and to say so; then its process is killed."""


_LONGEST_REASON = 2000
_LONGEST_LINE = 100

_LOST = "the warm process was lost"


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `reason` is empty when all went well, `files` are those it has written."""

    run: Run
    seconds: float
    reason: str = ""
    files: tuple[Path, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the page was made."""
        return not self.reason


def run_all(
    runs: Sequence[Run],
    *,
    jobs: int = -1,
    engine: str = "warm",
    timeout: float | None = None,
    warm: WarmProcess | None = None,
) -> Iterator[Outcome]:
    """Execute the runs, `jobs` at a time (-1: one per core), giving each outcome as it comes.

    `engine`: warm (each run in a fork of a process that has imported the libraries; `warm` is that process, started
    for this call when there is none) or kernel (in processes of joblib's, with a kernel started each time), also where
    processes cannot be forked. `timeout` in seconds for each run. A run that fails does not stop the others and leaves
    no file. When the process a run depends on is lost, the run is submitted once more.
    """
    if not runs:
        return
    workers = min(jobs if jobs > 0 else cpu_count(), len(runs))
    if engine == "warm" and CAN_FORK:
        with contextlib.ExitStack() as stack:
            yield from _in_forks(runs, workers, timeout, warm or stack.enter_context(WarmProcess()))
    else:
        yield from _in_workers(runs, workers, timeout)


def _in_forks(runs: Sequence[Run], workers: int, timeout: float | None, warm: WarmProcess) -> Iterator[Outcome]:
    from joblib import Parallel, delayed

    # a thread waits for each fork: there is nothing to do in it, so a process would be one too many
    parallel = Parallel(
        n_jobs=workers, backend="threading", return_as="generator_unordered", batch_size=1, pre_dispatch="all"
    )
    frames = SharedFrames(warm.folder.path, runs)
    try:
        for outcome in parallel(delayed(_in_fork)(warm, run, timeout, frames.of(run)) for run in frames.in_order()):
            frames.ended(outcome.run)
            yield outcome
    except BaseException:
        # Ctrl-C, or nobody wants the rest: what still runs must not go on alone
        warm.close()
        raise


def _in_fork(warm: WarmProcess, run: Run, timeout: float | None, frames: Path | None) -> Outcome:
    """The outcome of a run in a fork of the warm process; tried again once when that process is lost."""
    start = time.monotonic()
    limit = None if timeout is None else timeout + _GRACE_SECONDS
    for about in (run.programme if run.folders is None else None, None):
        try:
            outcome: Outcome = warm.call(_execute_sharing, run, timeout, frames, limit=limit, about=about)
            if outcome.reason != _LOST:
                return outcome
            warm.revive()
        except ChildEndedError as error:
            return Outcome(run, time.monotonic() - start, f"its process {_ended(error.code)}")
        except TimeoutError:
            return Outcome(run, time.monotonic() - start, f"stopped after {limit:g} seconds: it did not end")
        except OSError:
            with contextlib.suppress(OSError):
                warm.revive()
    why = warm.last_words()
    return Outcome(run, time.monotonic() - start, f"{_LOST}, twice{': ' if why else ''}{why}")


def _execute_sharing(run: Run, timeout: float | None, frames: Path | None) -> Outcome:
    """In a fork: `execute`, with a kernel that shares its frames."""
    with sharing(frames):
        return execute(run, "warm", timeout)


def _in_workers(runs: Sequence[Run], workers: int, timeout: float | None) -> Iterator[Outcome]:
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    waiting = list(runs)
    clear_left()
    try:
        if workers == 1:  # joblib would run them in this process
            yield from _one_by_one(runs, timeout, tries=2)
            return
        parallel = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1, pre_dispatch="all")
        try:
            with started_isolated():
                for outcome in parallel(delayed(_in_worker)(run, timeout) for run in runs):
                    waiting.remove(outcome.run)
                    yield outcome
        except TerminatedWorkerError:
            # so that the run that takes its worker along takes no other with it
            yield from _one_by_one(waiting, timeout, tries=1)
    except BaseException:
        # as it is: another size would wait for what still runs
        get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)
        raise


def _in_worker(run: Run, timeout: float | None) -> Outcome:
    # Ctrl-C is for the command; it ends its workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.pop("PYTHONSAFEPATH", None)  # what a notebook starts is its own affair
    return execute(run, "kernel", timeout)


def _one_by_one(runs: Sequence[Run], timeout: float | None, tries: int) -> Iterator[Outcome]:
    from joblib.externals.loky import get_reusable_executor

    for run in runs:
        yield _alone(run, timeout, tries)
    # joblib's Parallel cannot take over an executor that it has not made
    get_reusable_executor(reuse=True).shutdown()


def _alone(run: Run, timeout: float | None, tries: int) -> Outcome:
    """A run in a worker that has no other to lose."""
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    for _ in range(tries):
        with contextlib.suppress(TerminatedWorkerError), started_isolated():
            outcome: Outcome = get_reusable_executor(max_workers=1).submit(_in_worker, run, timeout).result()
            return outcome
    return Outcome(run, 0.0, "its worker process was lost twice")


def run_on_cluster(runs: Sequence[Run], scheduler: str, *, timeout: float | None = None) -> Iterator[Outcome]:
    """Execute the runs on an existing Dask cluster, giving each outcome as it comes.

    `scheduler` is its address (`tcp://host:8786`). The workers need this package and must see the same files under
    the same paths. They have threads, so each run has a kernel started for it. The scheduler gives the runs of a lost
    worker to another; a run that takes several workers along fails alone.

    Raises `ReportError` when there is no such cluster.
    """
    if not runs:
        return
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise ReportError("--backend dask needs Dask: install porfse_analysis[cluster]") from error
    here = Path.cwd()
    try:
        client = Client(scheduler, timeout="20s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ReportError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        futures = {client.submit(execute, run, "kernel", timeout, here, pure=False): run for run in runs}
        try:
            for future in as_completed(list(futures), loop=client.loop):  # type: ignore[no-untyped-call]
                run = futures.pop(future)
                lost = future.exception()
                yield future.result() if lost is None else Outcome(run, 0.0, f"{type(lost).__name__}: {lost}")
        except BaseException:
            client.cancel(list(futures))  # type: ignore[no-untyped-call]
            raise


def cpu_count() -> int:
    """The cores this process may use."""
    import joblib

    return int(joblib.cpu_count())


def execute(run: Run, engine: str = "warm", timeout: float | None = None, base: Path | None = None) -> Outcome:
    """Execute one notebook and render its page; the files appear only when all are complete.

    `base` is the folder that relative paths of the run start from, when it is not the one this process works in.
    """
    start = time.monotonic()
    try:
        import_matplotlib()
        made = _execute(run, engine, timeout, base or Path())
    except ReportError as error:
        reason = str(error)
    except OSError as error:
        # the path would be one of this machine, and of a file written aside
        reason = f"its files cannot be written: {error.strerror or error}"
    except Exception as error:  # whatever happens to one report is told, and the others go on
        reason = f"{type(error).__name__}: {error}"
    else:
        return Outcome(run, time.monotonic() - start, files=made)
    return Outcome(run, time.monotonic() - start, _short(reason))


def _short(reason: str) -> str:
    if len(reason) <= _LONGEST_REASON:
        return reason
    return f"{reason[:_LONGEST_REASON]}... ({len(reason):,} characters; run the notebook by hand to see them all)"


def _execute(run: Run, engine: str, timeout: float | None, base: Path) -> tuple[Path, ...]:
    from porfse_analysis.reports.comments import comments_on, read_comments
    from porfse_analysis.reports.render import render

    placed = replace(run, notebook=base / run.notebook, folder=base / run.folder)
    with aside(placed.executed) as temporary:
        notebook = _papermill(placed, temporary, engine, timeout, base)
        said = comments_on(placed, read_comments(programme_folder(run.programme, base)))
        made = render(
            notebook, run.lang, run.name, home=run.home, comments=said, author=_author(run, base), docx=run.docx
        )
        # the page last: its links never lead nowhere
        refused = [why for name in reversed(made) if (why := _written(placed.folder / name, made[name]))]
        if refused:
            raise ReportError("; ".join(refused))
    return (*(run.folder / name for name in made), run.executed)


def _written(path: Path, content: bytes) -> str:
    """Write a file of a report; what to close where another program has it open, so that the others are written."""
    try:
        with aside(path) as file:
            file.write_bytes(content)
    except PermissionError as error:
        if not files.LOCKED:
            raise
        return str(error.strerror)
    return ""


def _author(run: Run, base: Path) -> str:
    """Who signs the page: as the folder of its programme says, or those of several."""
    from porfse_analysis.loaders.descriptor import authors

    named = [run.programme] if run.folders is None else run.folders
    return authors(programme_folder(folder, base) for folder in named)


def load_papermill() -> None:
    """Import papermill, without what takes two thirds of the time and is of no use here."""
    # jsonschema's check of international addresses builds a grammar when imported; no notebook has such an address
    name = "rfc3987_syntax"
    absent = name not in sys.modules
    if absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about papermill's own dependencies, nothing a user can act on
            import_module("papermill.execute")
            import_module("porfse_analysis.reports.kernels.engine")
    finally:
        if absent:
            del sys.modules[name]


def _papermill(run: Run, output: Path, engine: str, timeout: float | None, base: Path) -> Any:
    """Execute the notebook of a run; written to `output`, and given."""
    load_papermill()
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from porfse_analysis.display.notebook import computed_with
    from porfse_analysis.reports.kernels.engine import ENGINES, OwnKernelManager

    logging.getLogger("traitlets").setLevel(logging.ERROR)
    # a worker of a cluster has several threads, each with a run of its own
    thread = threading.get_ident()
    OwnKernelManager.latest.pop(thread, None)
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        if manager := OwnKernelManager.latest.get(thread):
            manager.kill_now()

    deadline = threading.Timer(timeout or 0, stop)
    if timeout:
        deadline.start()
    try:
        executed = papermill.execute_notebook(
            _as_it_is(run.notebook),
            _as_it_is(output),
            parameters=run.parameters,
            engine_name=ENGINES[engine],
            # also where the notebook says nothing of its kernel or language
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            cwd=str(base),
            # the file is written once, at the end: until then it lies aside
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            finish=partial(_settle, run=run),
        )
    except PapermillExecutionError as error:
        first = next((line for line in error.source.splitlines() if line.strip()), "")
        first = textwrap.shorten(first, _LONGEST_LINE, placeholder="...")
        raise ReportError(f"cell {error.cell_index} ({first!r}) failed: {error.ename}: {error.evalue}") from error
    except (DeadKernelError, RuntimeError) as error:
        if stopped.is_set():
            raise ReportError(f"stopped after {timeout:g} seconds (--timeout)") from error
        manager = OwnKernelManager.latest.get(thread)
        if manager and manager.lost():
            raise ReportError(_LOST) from error
        why = (manager.last_words if manager else "") or error
        raise ReportError(f"its process {_ended(manager.exit_code() if manager else None)}: {why}") from error
    finally:
        deadline.cancel()
    if (said := OwnKernelManager.latest[thread].said) != computed_with():
        raise ReportError(f"its kernel computed with {said or 'another package'}, and this is {computed_with()}")
    # lines end as they do everywhere, the last one too
    output.write_text(output.read_text(encoding="utf-8") + "\n", encoding="utf-8", newline="\n")
    return executed


def _as_it_is(path: Path) -> str:
    """A path as papermill takes it: it fills in what stands in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _ended(code: int | None) -> str:
    if code is None:
        return "did not answer"
    if code < 0:
        return f"was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"ended with code {code}"


def _settle(notebook: Any, run: Run) -> None:
    """Take chance and this machine's folders out of an executed notebook: the same input gives the same notebook."""
    made = notebook.metadata.get("papermill", {})
    made["input_path"], made["output_path"] = run.notebook.name, run.executed.name
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = "injected-parameters"
