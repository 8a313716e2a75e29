"""`runs.csv`: which reports a folder holds and how their last run ended, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from porfse_analysis.errors import ParameterError
from porfse_analysis.reports.formulas import csv_text

__all__ = ["RUN_COLUMNS", "check_folder", "runs_csv"]

RUN_COLUMNS = ("programme", "notebook", "cutoff", "lang", "status", "seconds", "reason")


def runs_csv(runs: Iterable[Mapping[str, str]]) -> str:
    """The runs as CSV text."""
    return csv_text([RUN_COLUMNS, *([run.get(name, "") for name in RUN_COLUMNS] for run in runs)])


def check_folder(out: Path, held: str, cci: str) -> None:
    """Refuse an output folder that is a file, or holds the reports of another programme than `cci` (`held`).

    `cci` is "" for the folder above those of several programmes.

    Raises `ParameterError`.
    """
    if out.exists() and not out.is_dir():
        raise ParameterError(f"{out} is a file; name a folder for the reports")
    if held not in ("", cci):
        theirs = cci or "several programmes"
        raise ParameterError(f"{out} holds the reports of {held}; name another folder for those of {theirs}")
