"""Running the plan: papermill executes each notebook in a process of its own, and its page is rendered there."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from porfse_analysis.errors import ReportError
from porfse_analysis.reports.files import aside, write_aside
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


def run_all(runs: Sequence[Run], *, jobs: int = -1) -> Iterator[Outcome]:
    """Execute the runs in `jobs` processes (-1: one per core), giving each outcome as it comes.

    A run that fails does not stop the others and leaves no file.
    """
    from joblib import Parallel, delayed

    jobs = min(jobs, len(runs)) if jobs > 0 else jobs
    parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="all")
    yield from parallel(delayed(execute)(run) for run in runs)


def execute(run: Run) -> Outcome:
    """Execute one notebook and render its page; both files appear only when both are complete."""
    start = time.monotonic()
    try:
        _execute(run)
    except ReportError as error:
        return Outcome(run, time.monotonic() - start, str(error))
    except Exception as error:  # whatever happens to one report is told, and the others go on
        return Outcome(run, time.monotonic() - start, f"{type(error).__name__}: {error}")
    return Outcome(run, time.monotonic() - start)


def _execute(run: Run) -> None:
    from porfse_analysis.reports.render import render_page

    with aside(run.executed) as temporary:
        _papermill(run, temporary)
        if not _has_results(temporary):
            raise ReportError("the notebook recorded no results: its last cell should call record(report.results)")
        write_aside(run.page, render_page(temporary, run.lang, run.name, home="../index.html"))


def _papermill(run: Run, output: Path) -> None:
    import logging
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about papermill's own dependencies, nothing a user can act on
        import papermill
        from papermill.exceptions import PapermillExecutionError

    logging.getLogger("traitlets").setLevel(logging.ERROR)
    try:
        with tempfile.TemporaryDirectory(prefix="porfse-") as sockets:
            papermill.execute_notebook(
                str(run.notebook),
                str(output),
                parameters=run.parameters,
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                config=_client_config(sockets),
            )
    except PapermillExecutionError as error:
        first = next((line for line in error.source.splitlines() if line.strip()), "")
        raise ReportError(
            f"cell {error.cell_index} ({first.strip()!r}) failed: {error.ename}: {error.evalue}"
        ) from error


def _client_config(sockets: str) -> Any:
    """Kernels talk over files of their own where the system can: no port that two runs at once could both take."""
    from traitlets.config import Config

    if os.name == "nt":
        return Config()
    return Config(KernelManager={"transport": "ipc", "ip": str(Path(sockets) / "kernel")})


def _has_results(notebook: Path) -> bool:
    from porfse_analysis.reports.results import recorded

    return bool(recorded(notebook))
