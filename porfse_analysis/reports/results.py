"""Results recorded in executed notebooks, collected into one table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis.display.html import RESULTS_MIME
from porfse_analysis.indicators.result import RESULT_COLUMNS, make_result

__all__ = ["RESULTS_FILE_COLUMNS", "collect_results", "recorded", "results_csv"]

RESULTS_FILE_COLUMNS = (*RESULT_COLUMNS, "notebook", "lang")


def recorded(notebook: Path) -> list[dict[str, Any]]:
    """What the notebook recorded: one dict of columns and rows per call of `record`."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        output["data"][RESULTS_MIME]
        for cell in cells
        for output in cell.get("outputs", ())
        if RESULTS_MIME in output.get("data", ())
    ]


def collect_results(notebooks: Iterable[tuple[Path, str]]) -> pd.DataFrame:
    """The results of executed notebooks (path and language of each), as `results.csv` holds them."""
    frames = []
    for path, lang in notebooks:
        for block in recorded(path):
            frame = pd.DataFrame(block["rows"], columns=block["columns"])
            for name in ("cutoff", "data_date"):
                frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d", errors="coerce")
            frames.append(make_result(frame).assign(notebook=path.stem, lang=lang))
    if not frames:
        return pd.DataFrame(columns=list(RESULTS_FILE_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(RESULTS_FILE_COLUMNS)]


def results_csv(results: pd.DataFrame) -> str:
    """Results as CSV text: every digit, ISO dates, missing figures empty."""
    return str(results.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n"))
