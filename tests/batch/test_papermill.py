"""The notebook runs as it is, with plain papermill."""

import pytest
from click.testing import CliRunner
from papermill.__main__ import papermill

from porfse_analysis import resources
from porfse_analysis.reports.results import recorded

pytestmark = pytest.mark.long


def test_plain_papermill(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call = [resources.notebooks_folder() / "programme_report.ipynb", "out.ipynb"]
    call += ["-p", "cutoff", "2018-12-31", "-p", "lang", "en", "--no-progress-bar"]
    CliRunner().invoke(papermill, [str(part) for part in call], catch_exceptions=False)
    out = tmp_path / "out.ipynb"
    (block,) = recorded(out)
    rows = [dict(zip(block["columns"], row, strict=True)) for row in block["rows"]]
    (row,) = [r for r in rows if r["axis"] == "I" and r["indicator"] == "declared_spend_per_participant"]
    assert (row["numerator"], row["denominator"]) == (122_136_070.10, 202_708)
