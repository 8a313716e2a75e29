"""`runs.csv`: which reports a folder holds and how their last run ended."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from porfse_analysis.errors import ParameterError
from porfse_analysis.languages import LANGUAGES

__all__ = ["RUN_COLUMNS", "check_folder", "known_runs", "runs_csv"]

RUN_COLUMNS = ("programme", "notebook", "cutoff", "lang", "status", "seconds", "reason")


def known_runs(out: Path) -> list[dict[str, str]]:
    """The runs listed in a folder of reports; lines that name no page of it are left out."""
    path = out / "runs.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [row for row in rows if set(RUN_COLUMNS) <= set(row) and _stays_inside(row)]


def _stays_inside(run: dict[str, str]) -> bool:
    """Whether a line of runs.csv, which anybody may have edited, names a page of this folder."""
    return (
        run["lang"] in LANGUAGES
        and re.fullmatch(r"\d{4}-\d{2}-\d{2}", run["cutoff"]) is not None
        and re.search(r"[/\\\0]", run["notebook"]) is None
    )


def runs_csv(runs: Iterable[dict[str, str]]) -> str:
    """The runs as CSV text."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, RUN_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(runs)
    return buffer.getvalue()


def check_folder(out: Path, cci: str) -> None:
    """Refuse an output folder that is a file, or holds the reports of another programme.

    Raises `ParameterError`.
    """
    if out.exists() and not out.is_dir():
        raise ParameterError(f"{out} is a file; name a folder for the reports")
    others = {run["programme"] for run in known_runs(out)} - {cci}
    if others:
        raise ParameterError(
            f"{out} holds the reports of {', '.join(sorted(others))}; name another folder for those of {cci}"
        )
