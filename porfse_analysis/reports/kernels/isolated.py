"""Nothing of the user's own settings has a say in a report: what starts a kernel, and what imports matplotlib.

matplotlib looks for its settings in the working folder, in the environment and in the user's home; IPython for files
to run and to configure it in the working folder, in the user's home and for the whole machine; a module of the working
folder could stand in for one of a library. A kernel and the warm process see none of them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from porfse_analysis.reports.kernels.temporary import WITHIN, TemporaryFolder

__all__ = ["ISOLATED", "KERNEL_COMMAND", "draw_as_told", "import_matplotlib", "serve_kernel", "started_isolated"]

ISOLATED = "-P"
"""Python's own option: the working folder is not among the places modules come from."""

_SETTINGS = Path(__file__).parent / "settings"

# without frozen modules, so that a debugger can see them; jupyter_client fills in the name of the file
KERNEL_COMMAND = (
    sys.executable,
    ISOLATED,
    "-Xfrozen_modules=off",
    "-m",
    "porfse_analysis.reports.kernels.launcher",
    "-f",
    "{connection_file}",
)


def import_matplotlib() -> None:
    """Import matplotlib with its own settings; those of the user, whatever they are, are not read."""
    if "matplotlib" in sys.modules:
        return
    before = {name: os.environ.get(name) for name in ("MATPLOTLIBRC", "MPLBACKEND")}
    here = None
    with contextlib.suppress(OSError):
        here = Path.cwd()
    told = logging.getLogger("matplotlib")
    level = told.level
    try:
        # the settings file of the working folder would come first; the folder of ours has an empty one
        os.chdir(_SETTINGS)
        os.environ["MATPLOTLIBRC"] = str(_SETTINGS / "matplotlibrc")
        os.environ.pop("MPLBACKEND", None)
        told.setLevel(logging.ERROR)  # where its cache may not be, of which the reader of a report knows nothing
        import_module("matplotlib")
    finally:
        told.setLevel(level)
        _restore(before)
        if here is not None:
            os.chdir(here)


def draw_as_told() -> None:
    """Figures go where the runner of this kernel says; matplotlib looks there on its import alone."""
    if backend := os.environ.get("MPLBACKEND"):
        sys.modules["matplotlib"].rcParams["backend"] = backend


@contextlib.contextmanager
def started_isolated() -> Iterator[None]:
    """Python processes started meanwhile do not look for modules in the working folder; what is theirs goes with us."""
    folder = TemporaryFolder()
    given = {"PYTHONSAFEPATH": "1", WITHIN: str(folder.path)}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        _restore(before)
        folder.close()


def _restore(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def serve_kernel(argv: list[str], parent: int | None = None) -> None:
    """Be an ordinary kernel of ipykernel that reads no file of the user's before the notebook is run."""
    from ipykernel.kernelapp import IPKernelApp

    class OwnKernel(IPKernelApp):
        name = "ipython-kernel"

        def load_config_file(self, *_: Any, **__: Any) -> None:
            """Nothing: a file would be of the working folder, of the user or of the machine."""

        def _run_startup_files(self) -> None:
            """Nothing, as well."""

        def init_path(self) -> None:
            """What lies beside the caller can be imported by a notebook, but comes after everything else."""
            here = str(Path.cwd())
            sys.path[:] = [path for path in sys.path if path not in ("", here)] + [here]

    app = OwnKernel.instance(**({} if parent is None else {"parent_handle": parent}))
    app.initialize(argv)  # type: ignore[no-untyped-call]
    app.start()  # type: ignore[no-untyped-call]
