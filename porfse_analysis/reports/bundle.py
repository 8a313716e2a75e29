"""The pages of a folder of reports as one file to send: whoever unpacks it opens `index.html`."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from porfse_analysis.errors import ParameterError, ReportError
from porfse_analysis.files import aside
from porfse_analysis.reports.batch import Batch, locked
from porfse_analysis.reports.state import Files, read_state, unchanged

__all__ = ["check_bundle", "write_bundle"]

_MARK = b"pages of porfse report"
"""The comment of the file: a file that has it is a bundle of ours."""

_DATE = (2000, 1, 1, 0, 0, 0)
"""The same pages are the same bytes, whenever they were packed."""

_READABLE = 0o100644 << 16
_LEFT_OUT = ".ipynb"
"""Executed notebooks: no page leads to one, and each names the folders of this machine."""


def check_bundle(path: Path) -> None:
    """Refuse a path where a bundle would replace what is none. Raises `ParameterError`."""
    if path.suffix.lower() != ".zip":
        raise ParameterError(f"--bundle {path}: the name of a bundle ends in .zip")
    if path.is_dir():
        raise ParameterError(f"--bundle {path}: is a folder; name a file in it")
    for part in path.parents:
        if part.exists() and not part.is_dir():
            raise ParameterError(f"--bundle {path}: {part} is a file, where a folder must be; name another place")
    if path.exists() and not _is_bundle(path):
        raise ParameterError(
            f"--bundle {path}: is there and is no bundle of reports; name another file, or move it away"
        )


def _is_bundle(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return packed.comment == _MARK
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def write_bundle(path: Path, batch: Batch, say: Callable[[str], None]) -> int:
    """Pack what the folders of a batch hold that porfse has made, and nothing else; returns how many files.

    Raises `ReportError` where a file is no longer as it was made, and where the bundle cannot be written.
    """
    with ExitStack() as stack:
        for out in sorted(batch.outs, key=lambda out: out.resolve()):
            stack.enter_context(locked(out, lambda out: None, say))
        files = _packed(batch)
        try:
            with aside(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as packed:
                packed.comment = _MARK
                for name in sorted(files):
                    entry = zipfile.ZipInfo(name, _DATE)
                    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
                    entry.external_attr = _READABLE
                    packed.writestr(entry, files[name].read_bytes())
        except OSError as error:
            raise ReportError(f"{path}: cannot be written: {error.strerror or error}") from error
    return len(files)


def _packed(batch: Batch) -> dict[str, Path]:
    """Name in the bundle -> file."""
    known: list[tuple[Path, Files]] = []
    for out in batch.outs:
        state = read_state(out)
        if not state.site:
            raise ReportError(f"{out}: its pages are not up to date, so there is no bundle of them: call once more")
        known += [(out, state.site["files"]), *((out, run["files"]) for run in state.runs.values())]
    if batch.members:
        known.append((batch.out, read_state(batch.out).above))
    found: dict[str, Path] = {}
    for out, files in known:
        shown = {name: files[name] for name in files if not name.endswith(_LEFT_OUT)}
        changed = [name for name in shown if not unchanged({name: shown[name]}, out)]
        if changed:
            raise ReportError(
                f"{out / changed[0]}: is missing or is not what porfse report has made; make it again (--force), then "
                "there is a bundle"
            )
        found |= {(out / name).relative_to(batch.out).as_posix(): out / name for name in shown}
    return found
