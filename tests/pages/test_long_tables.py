"""Long tables and figures of many bars: the page has the fifty that matter, the files to take away have all."""

import csv
import io
import math
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from porfse_analysis.display import figures, tables
from porfse_analysis.display.cut import MOST, both_ends, gravest_newest, largest, mattering
from porfse_analysis.display.report import open_report
from porfse_analysis.display.table import TABLE_MIME, Column, Table
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.reports.downloads import downloads

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.large_programme import dates, make_programme


def rows_of(page):
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.S)]


def long_table(count, **more):
    frame = pd.DataFrame({"name": [f"r{place}" for place in range(count)], "value": range(count)})
    return Table("long", "Long", frame, [Column("name", "Name", "head"), Column("value", "Value", "figure")], **more)


def body_of(page):
    return rows_of(page[page.index("<tbody>") : page.index("</tbody>")])


def test_a_table_of_fifty_rows_is_whole():
    page = long_table(50)._repr_html_()
    assert len(body_of(page)) == 50
    assert "XLSX" not in page


def test_of_a_longer_table_the_first_rows_stand_on_the_page_and_all_in_the_file():
    table = long_table(1_234, lang="en")
    assert [row[0] for row in body_of(table._repr_html_())] == [f"r{place}" for place in range(50)]
    assert (
        '<td colspan="2" class="pf-note">On this page: 50 rows of 1,234, the first ones. '
        "The other 1,184 are in the XLSX workbook and in the CSV file of this table, beside the page.</td>"
    ) in table._repr_html_()
    assert len(table.typed()["columns"][0]["values"]) == 1_234


def test_the_same_in_italian():
    assert (
        "In questa pagina: 50 righe su 1.234, le prime. "
        "Le altre 1.184 sono nella cartella di lavoro XLSX e nel file CSV di questa tabella, accanto alla pagina."
    ) in long_table(1_234)._repr_html_()


def test_a_table_others_refer_to_is_whole():
    page = long_table(80, whole=True)._repr_html_()
    assert len(body_of(page)) == 80
    assert "XLSX" not in page


def test_the_lowest_and_the_highest_in_turns():
    values = pd.Series([0.5, math.nan, 0.1, 0.9, 0.7, 0.3, 0.5])
    assert both_ends(values).ranks.tolist() == [5, 7, 1, 2, 4, 3, 6]
    rows = pd.DataFrame({"value": values})
    assert mattering(rows, both_ends(values), most=3).index.tolist() == [2, 3, 5]
    assert mattering(rows, both_ends(values), most=6).index.tolist() == [0, 2, 3, 4, 5, 6]


def test_the_largest_whatever_their_sign():
    values = pd.Series([1.0, -9.0, math.nan, 3.0])
    assert largest(values, "changes").ranks.tolist() == [3, 1, 4, 2]


def test_errors_before_warnings_and_the_newest_first():
    severities = pd.Series(["warning", "info", "warning", "error"])
    days = pd.Series(pd.to_datetime(["2018-12-31", "2022-12-31", "2020-12-31", "2015-12-31"]))
    assert gravest_newest(severities, days).ranks.tolist() == [3, 4, 2, 1]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Three axes, four dates, forty indicators an axis: 120 targets, 12 of them of the framework."""
    folder = make_programme(tmp_path_factory.mktemp("large") / "p", indicators=40, axes=3, cutoffs=4)
    return load_programme(folder)


@pytest.fixture(scope="module")
def report(large):
    return open_report(large, cutoff=dates(4)[-1], lang="en")


def test_the_targets_on_the_page_are_the_lowest_and_the_highest(report):
    table = tables.targets(report)
    values = table.frame["value"]
    assert len(values) == 120
    ends = {*values.nsmallest(25).index, *values.nlargest(25).index}
    shown = [row[0].split(" ")[0] for row in body_of(table._repr_html_())]
    assert shown == [code for place, code in enumerate(table.frame["indicator_code"]) if place in ends]
    assert "On this page: 50 rows of 120, the lowest and the highest ratios. The other 70 are in" in table._repr_html_()


def test_the_files_of_a_long_table_have_every_row(report):
    table = tables.targets(report)
    made = downloads([{"data": {TABLE_MIME: table.typed()}}], "en", "programme_report", [])
    assert [file.name for file in made] == ["programme_report.xlsx".replace("_", "-"), "targets.csv"]
    rows = list(csv.reader(io.StringIO(made[1].content.decode("utf-8-sig"))))
    assert len(rows) == 121
    assert sorted(float(row[5]) for row in rows[1:]) == sorted(table.frame["value"])


def test_the_figure_has_the_bars_of_the_same_rows(report):
    page = figures.target_ratios(report).html
    assert "In the figure: 50 bars of 120, the lowest and the highest ratios; the other 70 are in" in page
    alt = re.search(r'alt="([^"]*)"', page)[1]
    assert alt.count("%") == 50


def test_a_figure_of_few_bars_says_nothing(reports):
    assert "XLSX" not in figures.axes_progress(reports(load_programme(), cutoff="2018-09-30", lang="it")).html


def test_the_sources_are_all_on_the_page(report):
    assert tables.sources(report).whole
    assert tables.definitions(report).whole


def test_the_generator_makes_the_same_twice(tmp_path):
    first, second = (
        {
            path.name: path.read_bytes()
            for path in make_programme(tmp_path / name, indicators=2, axes=2, cutoffs=2).iterdir()
        }
        for name in ("a", "b")
    )
    assert first == second


def test_as_many_rows_as_a_reader_looks_through():
    assert MOST == 50
