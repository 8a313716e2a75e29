"""Where reports go, looked at before anything is written: nothing that is not ours is replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from porfse_analysis.errors import ParameterError
from porfse_analysis.files import no_place
from porfse_analysis.languages import LANGUAGES
from porfse_analysis.reports.plan import Run
from porfse_analysis.reports.state import STATE_FILE

__all__ = ["check_comparison", "check_country", "check_site"]

_FRONTS = ("index.html", "glossary.html")
_LISTS = ("results.csv", "runs.csv")

_OWN = b'class="pf-skip"'
"""Stands on every page we make."""


def check_site(out: Path, runs: Sequence[Run]) -> None:
    """Refuse a folder where the reports of a programme would replace what we have not made, or a folder.

    It is ours once it has a state (`STATE_FILE`). Raises `ParameterError`.
    """
    above = [*_fronts(out, (run.lang for run in runs)), *(out / name for name in _LISTS)]
    _check(out, [*above, *_of_runs(runs)], ours=(out / STATE_FILE).is_file())


def check_country(out: Path, runs: Sequence[Run]) -> None:
    """The same for the folder above those of several programmes."""
    _check(out, _fronts(out, (run.lang for run in runs)), ours=(out / STATE_FILE).is_file())


def check_comparison(out: Path, runs: Sequence[Run]) -> None:
    """The same for pages that are made each time they are asked for, of which nothing keeps a state."""
    pages = [run.page for run in runs]
    ours = all(_made_by_us(page) for page in pages if page.is_file())
    _check(out, _of_runs(runs) if not any(page.is_file() for page in pages) else pages, ours=ours)


def _made_by_us(page: Path) -> bool:
    try:
        return _OWN in page.read_bytes()
    except OSError:
        return False


def _fronts(out: Path, languages: Iterable[str]) -> list[Path]:
    folders = {out, *(out / lang for lang in languages if lang != LANGUAGES[0])}
    return [folder / name for folder in sorted(folders) for name in _FRONTS]


def _of_runs(runs: Sequence[Run]) -> list[Path]:
    return [path for run in runs for path in (run.page, *run.documents, run.executed)]


def _check(out: Path, files: Sequence[Path], *, ours: bool) -> None:
    if reason := no_place(str(out)):
        raise ParameterError(f"{out}: {reason}")
    for folder in dict.fromkeys(path.parent for path in files):
        for part in (folder, *folder.parents):
            if part.exists() and not part.is_dir():
                raise ParameterError(f"{part} is a file, where a folder of the reports must be: name another folder")
    for path in files:
        if path.is_dir():
            raise ParameterError(f"{path} is a folder, and a file of that name must be written: move it away")
        if path.exists() and not ours:
            raise ParameterError(
                f"{path} is there and is not of these reports: name another folder (--out), or move it away"
            )
