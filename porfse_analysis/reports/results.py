"""Results recorded in executed notebooks, collected into one table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from porfse_analysis.display.html import RESULTS_MIME
from porfse_analysis.indicators.result import RESULT_COLUMNS, make_result
from porfse_analysis.reports.formulas import csv_text, original

__all__ = ["RESULTS_FILE_COLUMNS", "collect_results", "read_results", "recorded", "results_csv", "results_json"]

_DATES, _NUMBERS = ("cutoff", "data_date"), ("value", "numerator", "denominator")

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
            for name in _DATES:
                frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d", errors="coerce")
            frames.append(make_result(frame).assign(notebook=path.stem, lang=lang))
    if not frames:
        return pd.DataFrame(columns=list(RESULTS_FILE_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(RESULTS_FILE_COLUMNS)]


def results_csv(results: pd.DataFrame) -> str:
    """Results as CSV text: every digit, ISO dates, missing figures empty; texts never as formulas (`formulas`)."""
    return csv_text([results.columns, *_plain(results).to_numpy().tolist()])


def read_results(path: Path) -> pd.DataFrame:
    """`results.csv` as it was written: the result columns with their types, notebook and lang; every text as it was."""
    rows = pd.read_csv(path, dtype="str", keep_default_na=False)
    rows = rows.map(original)
    for name in RESULT_COLUMNS:
        if name in _NUMBERS:
            rows[name] = pd.to_numeric(rows[name].where(rows[name] != "", None))
        elif name in _DATES:
            rows[name] = pd.to_datetime(rows[name], format="%Y-%m-%d", errors="coerce")
    return make_result(rows).assign(notebook=rows["notebook"], lang=rows["lang"])


def results_json(results: pd.DataFrame) -> str:
    """Results as JSON text: a list of rows, every digit of each number, ISO dates, null where something is missing."""
    return json.dumps(_plain(results).to_dict("records"), indent=1, allow_nan=False)


def _plain(results: pd.DataFrame) -> pd.DataFrame:
    """Numbers, texts, dates as ISO text; None where something is missing."""
    dates = results.select_dtypes("datetime").columns
    rows = results.assign(**{name: results[name].dt.strftime("%Y-%m-%d") for name in dates})
    return rows.astype(object).where(rows.notna(), None)
