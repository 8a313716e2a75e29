"""Running the plan: papermill executes each notebook in a process of its own, and its page is rendered there."""

from __future__ import annotations

import json
import logging
import signal
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from porfse_analysis.errors import ReportError
from porfse_analysis.reports.files import aside
from porfse_analysis.reports.plan import Run

__all__ = ["Outcome", "execute", "run_all"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `reason` is empty when all went well."""

    run: Run
    seconds: float
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether the page was made."""
        return not self.reason


def run_all(
    runs: Sequence[Run], *, jobs: int = -1, engine: str = "warm", timeout: float | None = None
) -> Iterator[Outcome]:
    """Execute the runs in `jobs` processes (-1: one per core), giving each outcome as it comes.

    `engine`: warm (kernels forked from a process that has imported the libraries) or kernel (one started each time);
    `timeout` in seconds for each run. A run that fails does not stop the others and leaves no file. When a worker
    process is lost its runs are submitted once more.
    """
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    waiting = list(runs)
    if not waiting:
        return
    workers = min(jobs if jobs > 0 else cpu_count(), len(waiting))
    parallel = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1, pre_dispatch="all")
    try:
        try:
            for outcome in parallel(delayed(execute)(run, engine, timeout) for run in runs):
                waiting.remove(outcome.run)
                yield outcome
        except TerminatedWorkerError:
            # one by one, so that the run that takes its worker along takes no other with it
            for run in waiting:
                yield _again(run, engine, timeout)
    except BaseException:
        # Ctrl-C, or nobody wants the rest: what still runs must not go on alone
        get_reusable_executor().shutdown(wait=False, kill_workers=True)
        raise


def _again(run: Run, engine: str, timeout: float | None) -> Outcome:
    """The second and last try of a run whose worker was lost."""
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        outcome: Outcome = get_reusable_executor(max_workers=1).submit(execute, run, engine, timeout).result()
    except TerminatedWorkerError:
        return Outcome(run, 0.0, "its worker process was lost twice")
    return outcome


def cpu_count() -> int:
    """The cores this process may use."""
    import joblib

    return int(joblib.cpu_count())


def execute(run: Run, engine: str = "warm", timeout: float | None = None) -> Outcome:
    """Execute one notebook and render its page; both files appear only when both are complete."""
    start = time.monotonic()
    try:
        _execute(run, engine, timeout)
    except ReportError as error:
        return Outcome(run, time.monotonic() - start, str(error))
    except Exception as error:  # whatever happens to one report is told, and the others go on
        return Outcome(run, time.monotonic() - start, f"{type(error).__name__}: {error}")
    return Outcome(run, time.monotonic() - start)


def _execute(run: Run, engine: str, timeout: float | None) -> None:
    from porfse_analysis.reports.render import render

    with aside(run.executed) as temporary:
        _papermill(run, temporary, engine, timeout)
        _settle(temporary, run)
        if not _has_results(temporary):
            raise ReportError("the notebook recorded no results: its last cell should call record(report.results)")
        # the page last: its links never lead nowhere
        for name, content in reversed(render(temporary, run.lang, run.name, home="../index.html").items()):
            with aside(run.folder / name) as file:
                file.write_bytes(content)


def _papermill(run: Run, output: Path, engine: str, timeout: float | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about papermill's own dependencies, nothing a user can act on
        import papermill
        from nbclient.exceptions import DeadKernelError
        from papermill.exceptions import PapermillExecutionError

        from porfse_analysis.reports.engine import ENGINES, OwnKernelManager

    logging.getLogger("traitlets").setLevel(logging.ERROR)
    OwnKernelManager.last = None
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        _kill_last()

    deadline = threading.Timer(timeout or 0, stop)
    if timeout:
        deadline.start()
    try:
        papermill.execute_notebook(
            str(run.notebook),
            str(output),
            parameters=run.parameters,
            engine_name=ENGINES[engine],
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
        )
    except PapermillExecutionError as error:
        first = next((line for line in error.source.splitlines() if line.strip()), "")
        raise ReportError(
            f"cell {error.cell_index} ({first.strip()!r}) failed: {error.ename}: {error.evalue}"
        ) from error
    except (DeadKernelError, RuntimeError) as error:
        if stopped.is_set():
            raise ReportError(f"stopped after {timeout:g} seconds (--timeout)") from error
        manager = OwnKernelManager.last
        raise ReportError(f"its process {_ended(manager.exit_code() if manager else None)}: {error}") from error
    finally:
        deadline.cancel()


def _kill_last() -> None:
    from porfse_analysis.reports.engine import OwnKernelManager

    if OwnKernelManager.last is not None:
        OwnKernelManager.last.kill_now()


def _ended(code: int | None) -> str:
    if code is None:
        return "did not answer"
    if code < 0:
        return f"was ended by signal {-code} ({signal.Signals(-code).name})"
    return f"ended with code {code}"


def _settle(executed: Path, run: Run) -> None:
    """Take chance and this machine's folders out of an executed notebook: the same input gives the same notebook."""
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    made = notebook["metadata"].get("papermill", {})
    made["input_path"], made["output_path"] = run.notebook.name, run.executed.name
    for cell in notebook["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["id"] = "injected-parameters"
    executed.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _has_results(notebook: Path) -> bool:
    from porfse_analysis.reports.results import recorded

    return bool(recorded(notebook))
