"""Texts that begin like a formula do no harm in any file, and are read back as they were; numbers stay numbers."""

import csv
import io
import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from typer.testing import CliRunner

from porfse_analysis import all_indicators, load_programme
from porfse_analysis.cli import app
from porfse_analysis.display.table import Column, Table
from porfse_analysis.indicators.result import make_result
from porfse_analysis.reports.csv_file import csv_file
from porfse_analysis.reports.formulas import harmless, original
from porfse_analysis.reports.ledger import RUN_COLUMNS, runs_csv
from porfse_analysis.reports.results import read_results, results_csv, results_json
from porfse_analysis.reports.workbook import workbook

HARMFUL = ["=1+1", "+cmd", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "-", "-1,5+A1"]
PLAIN = ["", "a=1", "-1", "-1,5", "+16.00", "-12.3%", "'s-Hertogenbosch", "I", "1 bis"]


@pytest.mark.parametrize("text", HARMFUL)
def test_a_formula_has_an_apostrophe_before_it(text):
    assert harmless(text) == f"'{text}"
    assert original(harmless(text)) == text
    assert original(harmless(f"'{text}")) == f"'{text}"


@pytest.mark.parametrize("value", [*PLAIN, -1.5, 3, None])
def test_numbers_and_other_texts_stay(value):
    assert harmless(value) == value
    assert original(value) == value


@given(st.text(st.sampled_from("'=+-@\t\r\n 1,a%"), max_size=6))
def test_what_is_written_is_read_back(text):
    assert original(harmless(text)) == text


def test_every_file_has_the_one_rule():
    frame = pd.DataFrame({"text": HARMFUL, "number": [-1.5] * len(HARMFUL)})
    table = Table("t", "T", frame, [Column("text", "A"), Column("number", "B", "figure")]).typed()
    rows = list(csv.reader(io.StringIO(csv_file(table, "en").decode("utf-8-sig"), newline="")))
    assert rows[1:] == [[f"'{text}", "-1.5"] for text in HARMFUL]
    runs = runs_csv([dict.fromkeys(RUN_COLUMNS, "=1+1")])
    assert runs.splitlines()[1] == ",".join(["'=1+1"] * len(RUN_COLUMNS))
    cells = load_workbook(io.BytesIO(workbook([table], [], "en", []))).worksheets[0]
    for row, text in enumerate(["=1+1", "+cmd"], start=4):
        assert (cells.cell(row, 1).value, cells.cell(row, 1).data_type) == (text, "s")
        assert cells.cell(row, 1).quotePrefix
        assert cells.cell(row, 2).value == -1.5


def test_results_come_back_as_they_were_written(tmp_path):
    rows = make_result(
        pd.DataFrame(
            {
                "programme": "=1",
                "axis": ["-1", "'=2", "NA"],
                "cutoff": pd.to_datetime(["2018-12-31"] * 3),
                "data_date": pd.to_datetime(["2018-12-31", None, "2017-12-31"]),
                "value": [-0.1, math.nan, 1 / 3],
                "numerator": [-1.0, 2.0, 144_000_000.0],
            }
        )
    ).assign(notebook="@n", lang="it")
    path = tmp_path / "results.csv"
    path.write_text(results_csv(rows), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[1].startswith("'=1,,-1,")
    assert ",-0.1," in text
    pd.testing.assert_frame_equal(read_results(path), rows)


def test_results_as_json_keep_every_digit():
    rows = make_result(
        pd.DataFrame(
            {
                "axis": ["I", "=2"],
                "cutoff": pd.to_datetime(["2018-12-31"] * 2),
                "data_date": pd.to_datetime(["2018-09-30", None]),
                "value": [0.1 + 0.2, math.nan],
                "numerator": [1e-17, 144_000_000.0],
            }
        )
    )
    text = results_json(rows)
    first, second = json.loads(text)
    assert "0.30000000000000004" in text
    assert (first["value"], first["numerator"], first["cutoff"], first["data_date"]) == (
        *(0.30000000000000004, 1e-17),
        *("2018-12-31", "2018-09-30"),
    )
    assert (second["value"], second["data_date"], second["axis"]) == (None, None, "=2")
    assert json.loads(results_json(rows.iloc[:0])) == []


@pytest.mark.long
def test_the_command_prints_every_digit_in_both_forms():
    results = all_indicators(load_programme(), cutoff="2018-09-30")
    printed = {}
    for form in ("json", "csv"):
        run = CliRunner().invoke(app, ["indicators", "--cutoff", "2018-09-30", "--format", form])
        assert run.exit_code == 0
        printed[form] = run.stdout
    rows = json.loads(printed["json"])
    values = [None if math.isnan(value) else value for value in results["value"]]
    assert [row["value"] for row in rows] == values
    assert {row["cutoff"] for row in rows} == {"2018-09-30"}
    taken = csv.DictReader(io.StringIO(printed["csv"]))
    assert [float(row["value"]) if row["value"] else None for row in taken] == values
