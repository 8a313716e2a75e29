"""The notebooks in a working folder of the user's, and JupyterLab on them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from porfse_analysis import resources
from porfse_analysis.errors import ParameterError, ReportError
from porfse_analysis.files import write_aside

__all__ = ["EXPLORE", "RECORD", "Copies", "copy_notebooks", "require_jupyterlab", "start_jupyterlab"]

EXPLORE: Final = "explore.ipynb"

RECORD: Final = ".porfse-notebooks.json"
"""What was copied: file name -> digest of its cells. By it a copy the user has changed is known."""

_SECONDS_TO_END = 5


@dataclass(frozen=True)
class Copies:
    """The notebooks of a working folder by what was done: `written`, `kept` since the user has changed them."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]


def require_jupyterlab() -> None:
    """Raises `ParameterError` that says what to install when JupyterLab or its widgets are missing."""
    missing = [name for name in ("jupyterlab", "ipywidgets") if importlib.util.find_spec(name) is None]
    if missing:
        raise ParameterError(
            f"{' and '.join(missing)} not installed. Install the extra: pip install 'porfse_analysis[explore]'"
        )


def copy_notebooks(to: Path, programme: str = "") -> Copies:
    """Copy the notebooks of the package into the folder `to`; the explorer's opens the folder `programme`.

    A copy is renewed while its cells are those that were copied; one the user has changed is kept. A copy that was
    run, and is current, keeps its outputs. Raises `ParameterError` when the folder cannot be written.
    """
    shipped = resources.notebooks_folder()
    if to.resolve() == shipped.resolve():
        raise ParameterError(f"{to}: the notebooks of the package lie here; name another folder with --to")
    written, kept = [], []
    try:
        to.mkdir(parents=True, exist_ok=True)
        record = _record(to)
        for source in sorted(shipped.glob("*.ipynb")):
            target = to / source.name
            notebook = json.loads(source.read_text(encoding="utf-8"))
            if source.name == EXPLORE and programme:
                _set_parameter(notebook, "programme", programme)
            new, there = _digest(notebook), _digest_of(target)
            if there == new:
                record[source.name] = new
            elif there is None or there in (record.get(source.name), _digest_of(source)):
                write_aside(target, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
                record[source.name] = new
                written.append(source.name)
            else:
                kept.append(source.name)
        write_aside(to / RECORD, json.dumps(record, indent=1) + "\n")
    except OSError as error:
        reason = error.strerror or error
        raise ParameterError(f"{to} cannot be written: {reason}. Name another folder with --to") from error
    return Copies(to.resolve(), tuple(written), tuple(kept))


class _Terminated(KeyboardInterrupt):
    """A signal that ends the process, raised as Ctrl-C is."""


def start_jupyterlab(notebook: Path, *, browser: bool = True, options: Sequence[str] = ()) -> None:
    """Run JupyterLab on a notebook, in this terminal, until it ends or this process is told to end.

    `options` go to JupyterLab. The address it prints opens the notebook. Ctrl-C is raised again as KeyboardInterrupt,
    SIGTERM and SIGHUP end with 128 and the signal's number; JupyterLab and its kernels are ended first.

    Raises `ReportError` when JupyterLab ends with an error.
    """
    # Ctrl-C shall end it, not make it ask
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.answer_yes=True", *options]
    command.append(f"--LabApp.default_url=/lab/tree/{notebook.name}")
    if not browser:
        command.append("--no-browser")
    with _told_to_end():
        process = subprocess.Popen(command, cwd=notebook.parent)
        try:
            code = process.wait()
        except _Terminated as told:
            process.terminate()
            _end(process)
            raise SystemExit(128 + int(told.args[0])) from told
        except KeyboardInterrupt:
            # a terminal has told it too
            _end(process)
            raise
    if code:
        raise ReportError(f"JupyterLab ended with exit code {code}; what it said stands above")


@contextlib.contextmanager
def _told_to_end() -> Iterator[None]:
    """Inside, the signals that would end this process alone raise `_Terminated`."""

    def tell(number: int, frame: object) -> None:
        raise _Terminated(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        before = {number: signal.signal(number, tell) for number in numbers}
        # a shell that starts it in the background has it ignore Ctrl-C
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for it to end as it was told, then insist."""
    for insist in (None, process.terminate, process.kill):
        if insist:
            insist()
        try:
            process.wait(_SECONDS_TO_END)
            return
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            continue


def _record(folder: Path) -> dict[str, str]:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _digest_of(path: Path) -> str | None:
    """The digest of a notebook file; None when there is no file, "" for what is no notebook."""
    try:
        return _digest(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _digest(notebook: dict[str, Any]) -> str:
    """What its cells say; running it, or opening it in another version of JupyterLab, changes nothing here."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _set_parameter(notebook: dict[str, Any], name: str, value: str) -> None:
    """Set a text in the cell tagged `parameters`; its comment stays."""
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            for place, line in enumerate(cell["source"]):
                if line.startswith(f"{name}: "):
                    comment = line.partition("  # ")[2]
                    cell["source"][place] = f"{name}: str = {value!r}  # {comment}"
                    return
    raise KeyError(name)
