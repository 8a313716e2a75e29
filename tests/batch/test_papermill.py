"""The notebook runs as it is, with plain papermill."""

import subprocess
import sys

from porfse_analysis import resources
from porfse_analysis.reports.results import recorded


def test_plain_papermill(tmp_path):
    out = tmp_path / "out.ipynb"
    subprocess.run(
        [
            *(sys.executable, "-m", "papermill", resources.notebooks_folder() / "programme_report.ipynb", out),
            *("-p", "cutoff", "2018-12-31", "-p", "lang", "en", "--no-progress-bar"),
        ],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )
    (block,) = recorded(out)
    rows = [dict(zip(block["columns"], row, strict=True)) for row in block["rows"]]
    (row,) = [r for r in rows if r["axis"] == "I" and r["indicator"] == "declared_spend_per_participant"]
    assert (row["numerator"], row["denominator"]) == (122_136_070.10, 202_708)
