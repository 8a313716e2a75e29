"""What a notebook shows: results with their values first, frames for a page and its files, nothing ever changed."""

import datetime

import nbformat
import numpy as np
import pandas as pd
import pytest

import porfse_analysis as pf
from porfse_analysis.display import notebook
from porfse_analysis.display.frames import for_reading, is_result, own_table, table_of
from porfse_analysis.display.table import DATE, TABLE_MIME
from porfse_analysis.reports.render import render


@pytest.fixture
def rates():
    return pf.financial_progress(pf.load_programme(), cutoff="2018-12-31")


@pytest.fixture
def shell(monkeypatch):
    """An IPython of its own, in which what is shown carries nothing unless a test says so."""
    formatters = pytest.importorskip("IPython.core.formatters")
    monkeypatch.setitem(notebook._state, "carries", False)

    class Shell:
        display_formatter = formatters.DisplayFormatter()

    return Shell()


def test_a_result_has_its_values_first_and_no_empty_key(rates):
    assert list(for_reading(rates)) == [
        *("value", "unit", "indicator", "axis", "cutoff", "data_date", "note", "programme", "numerator"),
        *("denominator", "source"),
    ]
    # by fund the fund says something
    funds = pf.financial_progress(pf.load_programme(), cutoff="2018-12-31", by="fund")
    assert "fund" in for_reading(funds)
    assert "region_category" not in for_reading(funds)
    changes = pf.financial_changes(pf.load_programme(), cutoff="2020-12-31", compare_to="2018-12-31")
    assert list(for_reading(changes))[:2] == ["value", "unit"]
    assert {"change", "status"} <= set(for_reading(changes))


def test_in_a_notebook_it_is_shown_so_and_not_changed(rates, shell):
    plain = rates[["axis", "value"]]
    before = rates.copy(), shell.display_formatter.format(plain)
    notebook.register(shell)
    data, _ = shell.display_formatter.format(rates)
    html = data["text/html"]
    heads = [part.partition("</th>")[0] for part in html.partition("</thead>")[0].split("<th>")[1:]]
    assert heads[:5] == ["", "value", "unit", "indicator", "axis"]
    assert "region_category" not in html
    assert TABLE_MIME not in data
    pd.testing.assert_frame_equal(rates, before[0])
    # any other frame, and any other object, as ever
    assert shell.display_formatter.format(plain) == before[1]
    assert not is_result(plain)
    assert shell.display_formatter.format(rates["value"])[0].keys() == {"text/plain"}


def test_where_a_page_is_made_it_carries_its_values(rates, shell):
    notebook.load_ipython_extension(shell)
    carried = shell.display_formatter.format(rates)[0][TABLE_MIME]
    assert carried["own"] is True
    assert carried["rows"] == len(rates)
    assert [column["label"] for column in carried["columns"]] == list(rates)
    assert [column["shown"] for column in carried["columns"] if column["label"] in ("value", "fund")] == [None, 0]
    mean = shell.display_formatter.format(rates.groupby("axis")["value"].mean())[0][TABLE_MIME]
    assert [column["label"] for column in mean["columns"]] == ["axis", "value"]


def test_what_was_drawn_goes_with_its_picture(shell):
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    notebook.register(shell)
    ax = pf.plot.funnel(pf.financial_progress(pf.load_programme(), cutoff="2018-09-30", by="programme"), lang="en")
    about = shell.display_formatter.format(ax.figure)[1]
    assert about["image/png"]["alt"].startswith("Bars in million euro. Allocation 970.47; Activated resources 614.00")
    other, _ = pyplot.subplots()
    assert shell.display_formatter.format(other)[1] == {}
    pyplot.close("all")


@pytest.mark.parametrize(
    ("values", "kept", "patterns", "shown"),
    [
        ([2017, 2018], [2017, 2018], ["General"] * 2, ["2017", "2018"]),
        ([2017.0, np.nan], [2017, None], ["General", ""], ["2017", "n.d."]),
        ([12345, -7], [12345, -7], ["General"] * 2, ["12.345", "-7"]),
        ([0.5, 1.25], [0.5, 1.25], ["General"] * 2, ["0,50", "1,25"]),
        ([1 / 3, 2.0], [1 / 3, 2], ["General"] * 2, ["0,333333", "2,000000"]),
        ([1234567.891], [1234567.891], ["General"], ["1.234.567,891"]),
        ([2e-9], [2e-9], ["General"], ["2E-9"]),
        ([np.inf], ["inf"], [""], ["inf"]),
        ([True, False], ["True", "False"], ["", ""], ["True", "False"]),
        (["a<b", None], ["a<b", None], ["", ""], ["a&lt;b", "n.d."]),
        (pd.to_datetime(["2018-01-31", None]), ["2018-01-31", None], [DATE, ""], ["31/01/2018", "n.d."]),
        (pd.to_datetime(["2018-01-31 10:30"]), ["2018-01-31 10:30:00"], [""], ["2018-01-31 10:30:00"]),
        ([datetime.date(2018, 1, 31)], ["2018-01-31"], [""], ["2018-01-31"]),
        (pd.array([1, None], dtype="Int64"), [1, None], ["General", ""], ["1", "n.d."]),
        (pd.Categorical(["b", "a"]), ["b", "a"], ["", ""], ["b", "a"]),
    ],
)
def test_a_column_keeps_its_values_and_is_written_in_the_language(values, kept, patterns, shown):
    table = table_of(pd.DataFrame({"x": values}))
    (found,) = table["columns"]
    assert found["values"] == kept
    assert found["patterns"] == patterns
    html = own_table({**table, "caption": "T"}, "t", "it")
    cells = [part.partition("</td>")[0].rpartition(">")[2] for part in html.split("<td")[1:]]
    assert cells == shown


def test_rows_and_columns_have_their_names():
    days = pd.DataFrame(
        [[1, 2]], columns=pd.to_datetime(["2018-09-30", "2018-12-31"]), index=pd.Index(["I"], name="axis")
    )
    table = table_of(days)
    # in a file as everywhere else, on a page as its readers write it
    assert [column["label"] for column in table["columns"]] == ["axis", "2018-09-30", "2018-12-31"]
    html = own_table({**table, "caption": "T"}, "t", "en")
    assert '<th scope="row">I</th>' in html
    assert '<th scope="col" class="pf-number">30/09/2018</th>' in html
    two = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    assert [column["label"] for column in table_of(two)["columns"]] == ["a · x", "a · y"]
    doubled = pd.DataFrame([[1, "b"]], columns=["a", "a"])
    assert [column["values"] for column in table_of(doubled)["columns"]] == [[1], ["b"]]
    assert [column["label"] for column in table_of(pd.DataFrame({"x": [1]}, index=["row"]))["columns"]] == ["", "x"]


def test_a_long_frame_says_how_much_of_it_is_shown():
    def shown(rows, columns=1):
        table = table_of(pd.DataFrame(np.zeros((rows, columns), dtype=int)))
        html = own_table({**table, "caption": "T"}, "t", "en")
        return len(table["columns"][0]["values"]), html.count("<tr>") - 1 - html.count("<tfoot>"), html

    assert shown(60)[:2] == (60, 60)
    assert shown(61)[:2] == (61, 30)
    assert "The first 30 of 61 rows; all of them are in the files below." in shown(61)[2]
    assert shown(100_001, 2)[:2] == (30, 30)
    assert "The first 30 of 100,001 rows; the table is too large for the files." in shown(100_001, 2)[2]


def test_a_widget_is_named_and_no_script_is_left(tmp_path):
    """What can only be used in JupyterLab is said; its state, which would be a script, does not come along."""
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "IntSlider(value=7)"}
    output = nbformat.v4.new_output("display_data", data)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("slider", outputs=[output])])
    book.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}
    nbformat.write(book, tmp_path / "mine.ipynb")
    page = render(tmp_path / "mine.ipynb", "en", "mine")["mine.html"].decode()
    assert "IntSlider(value=7): to be used in the notebook, in JupyterLab." in page
    assert "<script" not in page
