"""What lies beside a page: the values of its tables as they are, texts never as formulas, the same bytes each time."""

import csv
import datetime
import io
import json
import re

import hostile
import pandas as pd
import pytest
from openpyxl import load_workbook

from porfse_analysis.display import tables
from porfse_analysis.display.table import TABLE_MIME, Column, Table
from porfse_analysis.reports.downloads import downloads


def made(*shown, lang="it"):
    outputs = [{"data": json.loads(json.dumps(table._repr_mimebundle_(), allow_nan=False))} for table in shown]
    return {file.name: file.content for file in downloads(outputs, lang, "programme_report", [("CCI", "x")])}


def sheets(files):
    book = load_workbook(io.BytesIO(files["programme-report.xlsx"]))

    def plain(value):
        """An empty cell as "", a date as one: a workbook has only moments."""
        return "" if value is None else value.date() if isinstance(value, datetime.datetime) else value

    return {sheet.title: [[plain(cell.value) for cell in row] for row in sheet.iter_rows()] for sheet in book}


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def sheet(bundled, reports):
    return reports(bundled, cutoff="2018-09-30", lang="it")


def test_published_figures_are_numbers(sheet):
    files = made(tables.key_figures(sheet), tables.claims(sheet), tables.measures(sheet))
    figures = {row[0]: row for row in sheets(files)["Avanzamento"] if row}
    assert figures["Spesa certificata"][1] == 144
    assert figures["Spesa certificata"][2] == pytest.approx(144 / 970.47, rel=1e-15)
    assert str(figures["Spesa certificata"][3]) == "2018-09-30"
    taken = {row[0]: row for row in rows(files["key-figures.csv"])}
    assert taken["Spesa certificata"][1:4] == ["144", repr(144e6 / 970.47e6), "2018-09-30"]
    claims = rows(files["claims.csv"])
    assert ["più di 144 Mln €", "144000000"] in [row[1:3] for row in claims]


@pytest.mark.parametrize("cutoff", ["2018-09-30", "2022-06-30"])
@pytest.mark.parametrize("lang", ["it", "en"])
def test_every_table_has_the_numbers_it_was_given(bundled, reports, cutoff, lang):
    report = reports(bundled, cutoff=cutoff, lang=lang)
    shown = [getattr(tables, name)(report) for name in tables.__all__]
    names = [table.typed() for table in shown if not table.frame.empty]
    pages = list(sheets(made(*shown, lang=lang)).values())
    assert len(pages) == len(names) + 1
    for table, page in zip(names, pages, strict=False):
        for place, column in enumerate(table["columns"]):
            for row, (value, pattern) in enumerate(zip(column["values"], column["patterns"], strict=True), start=3):
                found = page[row][place] if place < len(page[row]) else ""
                if value is None:
                    assert found == ""
                elif isinstance(value, str):
                    assert str(found) == value
                else:
                    assert pattern
                    assert found == pytest.approx(value, rel=1e-15, abs=0)


def test_results_stand_in_the_tables(sheet):
    results = sheet.results
    expected = results[results["indicator"] == "target_achievement_ratio"]
    expected = expected[~expected["note"].str.contains("no_target")]["value"].dropna().tolist()
    column = next(item for item in tables.targets(sheet).typed()["columns"] if item["label"] == "Conseguito")
    assert [value for value in column["values"] if value is not None] == expected


HOSTILE = [
    '=HYPERLINK("http://x")',
    "+cmd|x",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "<script>",
    "../../x",
    "\u200fabc",
    "x" * 10_000,
]


def test_texts_stay_texts():
    frame = pd.DataFrame({"a": HOSTILE, "b": [-1.5] * len(HOSTILE)})
    hostile = Table("../=x", "=1+1", frame, [Column("a", "=A", "head"), Column("b", "B", "figure")], ["@n"], "=s")
    files = made(hostile)
    assert set(files) == {"programme-report.xlsx", "x.csv"}
    page = next(iter(sheets(files).values()))
    assert [row[0] for row in page[3 : 3 + len(HOSTILE)]] == HOSTILE
    assert b"<f>" not in files["programme-report.xlsx"]
    taken = rows(files["x.csv"])
    assert [row[0][:1] for row in taken[:6]] == ["'"] * 6
    assert [row[0] for row in taken[6:]] == HOSTILE[5:]
    assert {row[1] for row in taken[1:]} == {"-1.5"}


def test_the_same_tables_give_the_same_bytes(sheet):
    assert made(tables.endowment(sheet)) == made(tables.endowment(sheet))


def test_a_bundle_with_a_file_becomes_one():
    output = {
        "data": {"image/png": "iVBO", "text/html": "<p>"},
        "metadata": {"porfse": {"file": "../Info", "label": "I"}},
    }
    (file,) = downloads([output], "it", "n", [])
    assert (file.name, file.label, file.content) == ("info.png", "I", b"\x89PN")
    assert TABLE_MIME not in output["data"]


@pytest.fixture(scope="module")
def hostile_files(hostile_site):
    """What lies beside the reports of a programme whose every text tries to be something else."""
    return sorted(path for path in hostile_site.rglob("*_files/*") if path.is_file())


@pytest.mark.long
def test_names_on_disk_are_the_packages_own(hostile_files):
    assert len(hostile_files) > 20
    assert [path.name for path in hostile_files if not re.fullmatch(r"[a-z0-9-]+\.(xlsx|csv|pdf|png)", path.name)] == []


@pytest.mark.long
def test_hostile_texts_are_texts_in_workbooks_and_csv(hostile_files):
    met = set()
    for path in (path for path in hostile_files if path.suffix == ".xlsx"):
        for cell in (cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f", (path.name, cell.coordinate, cell.value)
            assert cell.hyperlink is None
            met.add(cell.value)
    for text in (hostile.FORMULA, hostile.SCRIPT, hostile.IMAGE, hostile.LONG, hostile.BREAKOUT, hostile.COMMAND):
        assert any(isinstance(value, str) and text in value for value in met), text[:40]
    for path in (path for path in hostile_files if path.suffix == ".csv"):
        # a number may begin with a sign, a text may not
        risky = [cell for row in rows(path.read_bytes()) for cell in row if re.match(r"[=+@\t\r-]", cell)]
        assert [cell for cell in risky if not re.fullmatch(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?|-", cell)] == []


def test_a_text_too_long_for_a_cell_is_cut_and_shows_it():
    files = made(Table("long", "C", pd.DataFrame({"a": ["x" * 40_000]}), [Column("a", "A", "head")]))
    (cell,) = [row[0] for row in sheets(files)["C"] if row and str(row[0]).startswith("xx")]
    assert len(cell) == 32_767
    assert cell.endswith("…")
    assert "x" * 40_000 in files["long.csv"].decode("utf-8-sig")


def test_two_tables_of_one_name_have_a_sheet_each():
    table = Table("one", "Same [name]: of/two?", pd.DataFrame({"a": ["x"]}), [Column("a", "A", "head")])
    names = list(sheets(made(table, table)))
    assert len(set(names)) == 3
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
