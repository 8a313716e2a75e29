"""Reading a programme folder: what is accepted as declared, and the message for everything else."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from porfse_analysis import DataError, check, load_programme, schema
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.loaders import folder as folder_loader
from porfse_analysis.loaders.folder import read_ahead
from porfse_analysis.table_faults import TOTALS

FINANCE_KEY = "axis, cutoff, stage, fund, region_category, source"


def refusal(folder: Path) -> DataError:
    """The error that reading the folder gives."""
    with pytest.raises(DataError) as caught:
        load_programme(folder)
    return caught.value


def only_fault(folder: Path):
    """The one fault of a folder; the message a user reads names its file, row, column and value."""
    error = refusal(folder)
    assert len(error.faults) == 1, str(error)
    (fault,) = error.faults
    message = str(error)
    assert message.startswith(f"{fault.file}: 1 problem.")
    assert error.file == fault.file
    assert fault.row is None or f"row {fault.row}" in message
    assert fault.column in message
    assert fault.value is None or repr(fault.value)[:60] in message  # a long one is cut
    assert fault.problem in message
    assert fault.remedy
    assert message.endswith(fault.remedy)
    return fault


def place(fault) -> tuple[str, int | None, str, str | None]:
    """Where a fault is, and the text found there."""
    return fault.file, fault.row, fault.column, fault.value


def replace(file: Path, old: str, new: str) -> None:
    """Put `new` where the file has `old` first."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def write_folder(folder: Path, tables: dict[str, str], *, delimiter: str = ",", **descriptor: object) -> Path:
    """A programme folder out of the texts of its tables."""
    folder.mkdir(exist_ok=True)
    resources = [{"name": name, "path": f"{name}.csv", "dialect": {"delimiter": delimiter}} for name in tables]
    content = {"cci": "2014XX05SFOP001", "title": "Invented", "resources": resources} | descriptor
    (folder / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


SMALL = {
    "axes": "axis,title_it,title_en,technical_assistance\n1,Uno,One,no\n",
    "finance": "axis,cutoff,stage,fund,region_category,source,amount_eur\n1,2018-12-31,allocation,ESF,,book,100.00\n",
    "sources": "source,title_it,title_en,publisher\nbook,Libro,Book,Us\n",
}


# -- cells ------------------------------------------------------------------------------------------------------------

# Row 2 of finance.csv is the allocation of axis I at 2014-12-31, 358000000.00 with 179000000.00 of the Union.
DECLARED_PLAIN = "is not a number with '.' before the decimals and nothing between thousands, as declared"
DECLARE_NOTATION = 'Correct it, or declare "decimalChar" and "groupChar" of amount_eur in datapackage.json'
CORRECT = "Correct the cell; leave it empty when the figure is not published"
ISO = "is not a date written YYYY-MM-DD, as declared"


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "problem", "remedy"),
    [
        # numbers
        ("finance.csv", 2, "amount_eur", "332.500.000,0O", "is not a number", CORRECT),
        ("finance.csv", 2, "amount_eur", "1.234,56", DECLARED_PLAIN, DECLARE_NOTATION),
        ("finance.csv", 2, "amount_eur", "1,234.56", DECLARED_PLAIN, DECLARE_NOTATION),
        ("finance.csv", 5, "amount_eur", "358 000 000", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "358000000 €", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "3.58e8", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "n.d.", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "NaN", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "nan", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "NA", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "inf", "is not a number", CORRECT),
        ("finance.csv", 5, "amount_eur", "-Infinity", "is not a number", CORRECT),
        ("finance.csv", 150, "amount_eur", "0.001", "has more than two decimals", "An amount in euro has two"),
        ("finance.csv", 2, "eu_amount_eur", "100.005", "has more than two decimals", "An amount in euro has two"),
        ("finance.csv", 2, "amount_eur", f"{10**30}.123", "has more than two decimals", "An amount in euro has two"),
        ("finance.csv", 2, "amount_eur", "9" * 400, "is too large a number", "Correct the cell"),
        ("finance.csv", 3, "amount_eur", "-5", "is negative", "never below zero"),
        ("finance.csv", 3, "precision", "-1", "is negative", "never below zero"),
        ("achievements.csv", 2, "value", "-1", "is negative", "never below zero"),
        ("achievements.csv", 2, "value", "dodici", "is not a number", CORRECT),
        ("finance.csv", 2, "eu_amount_eur", "358000000.01", "is above amount_eur, of which", "Correct one of the two"),
        ("achievements.csv", 19, "women", "356", "is above value, of which", "Correct one of the two"),
        # dates and years
        ("finance.csv", 2, "cutoff", "30/09/2018", ISO, 'declare another "format" for cutoff in datapackage.json'),
        ("finance.csv", 2, "cutoff", "2018-9-30", ISO, "Write 2018-09-30"),
        ("finance.csv", 2, "cutoff", "2018-02-30", ISO, "Write it so"),
        ("finance.csv", 2, "cutoff", "20180930", ISO, "Write it so"),
        ("finance.csv", 2, "cutoff", "2018-09-30 00:00", ISO, "Write it so"),
        ("targets.csv", 2, "valid_from", "dal 2015", ISO, 'declare another "format" for valid_from'),
        ("finance.csv", 2, "cutoff", "2999-12-31", "is in the future", "Give the date the figures are of"),
        ("sources.csv", 2, "date", "2999-12-31", "is in the future", "Give the date"),
        ("finance.csv", 2, "data_date", "2015-01-01", "is after the cutoff of its row", "of a later date"),
        ("population.csv", 2, "year", "16", "is not a year", "Write YYYY"),
        ("population.csv", 2, "year", "2016.0", "is not a year", "Write YYYY"),
        # words
        ("finance.csv", 2, "stage", "spent", "is not a stage this table knows", "Use one of: allocation, activated"),
        ("finance.csv", 2, "stage", "Allocation", "is not a stage this table knows", "Use one of: allocation"),
        ("finance.csv", 2, "qualifier", "circa", "is not a qualifier this table knows", "exact, about, more_than"),
        ("targets.csv", 2, "kind", "esito", "is not a kind this table knows", "financial, output, result"),
        ("axes.csv", 2, "technical_assistance", "forse", "is neither yes nor no", "Write yes or no"),
        ("targets.csv", 2, "in_performance_framework", "x", "is neither yes nor no", "Write yes or no"),
        ("axes.csv", 6, "technical_assistance", "", "is empty", "Write yes or no"),
        # references to other tables
        ("finance.csv", 2, "axis", "VI", "is not in the table axes", "Known: I, II, III, IV, V"),
        ("finance.csv", 2, "axis", "i", "is not in the table axes", "Known: I, II, III, IV, V"),
        ("achievements.csv", 2, "axis", "1", "is not in the table axes", "Known: I, II, III, IV, V"),
        ("finance.csv", 2, "source", "hearsay", "is not in the table sources", "Known: ec-99js-gm52, ec-2q3n"),
        ("finance.csv", 2, "source", "ALL", "is not in the table sources", "Known: ec-99js-gm52"),
        ("axes.csv", 2, "source", "hearsay", "is not in the table sources", "Known: ec-99js-gm52"),
        ("measures.csv", 2, "axis", "ALL", "is not in the table axes", "Known: I, II, III, IV, V"),
        ("measures.csv", 2, "axis_source", "hearsay", "is not in the table sources", "Known: ec-99js-gm52"),
        # empty where something is needed
        ("finance.csv", 2, "axis", "", "is empty", "Fill it in"),
        ("finance.csv", 2, "cutoff", "", "is empty", "Fill it in"),
        ("finance.csv", 2, "stage", " ", "is empty", "Fill it in"),
        ("population.csv", 3, "residents", "", "is empty", "Fill it in"),
        ("population.csv", 3, "year", "", "is empty", "Fill it in"),
        ("claims.csv", 3, "text_it", "", "is empty", "Fill it in"),
    ],
)
def test_a_cell_is_refused_with_its_place(copy_of_bundled, edit_cell, file, row, column, value, problem, remedy):
    edit_cell(copy_of_bundled / file, row, column, value)
    fault = only_fault(copy_of_bundled)
    assert place(fault) == (file, row, column, value.strip() or None)
    assert fault.problem.startswith(problem)
    assert remedy in fault.remedy


def test_a_repeated_key_names_both_rows(copy_of_bundled, edit_cell):
    edit_cell(copy_of_bundled / "finance.csv", 7, "stage", "allocation")
    fault = only_fault(copy_of_bundled)
    named = (
        "axis=II, cutoff=2014-12-31, stage=allocation, fund=ESF, region_category=More developed, source=ec-99js-gm52"
    )
    assert place(fault) == ("finance.csv", 7, FINANCE_KEY, named)
    assert fault.problem == "is the key of row 5 too"
    assert fault.remedy == "Keep one of the rows, or tell them apart"


def test_no_axis_is_called_as_the_whole_programme_is(tmp_path):
    folder = write_folder(tmp_path, SMALL | {"axes": SMALL["axes"] + "ALL,Tutto,All,no\n"})
    fault = only_fault(folder)
    assert place(fault) == ("axes.csv", 3, "axis", "ALL")
    assert fault.problem == "stands for the whole programme"
    assert fault.remedy == "Give the axis another code"


def test_a_figure_of_two_categories_of_region_is_not_a_repeated_key(copy_of_bundled, edit_cell):
    edit_cell(copy_of_bundled / "finance.csv", 7, "stage", "allocation")
    edit_cell(copy_of_bundled / "finance.csv", 7, "region_category", "Transition")
    assert len(load_programme(copy_of_bundled).finance) == 149


# -- headers and rows -------------------------------------------------------------------------------------------------


def test_a_missing_column(copy_of_bundled):
    replace(copy_of_bundled / "population.csv", "area,year,residents,source", "area,year,source")
    file = copy_of_bundled / "population.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [",".join(line.split(",")[:2] + line.split(",")[3:]) for line in lines[1:]]
    file.write_text("\n".join([lines[0], *rows]), encoding="utf-8")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("population.csv", 1, "residents", None)
    assert fault.problem == "column residents is missing"
    assert fault.remedy == "The header has: area, year, source"


def test_a_misspelt_column_is_suggested(copy_of_bundled):
    replace(copy_of_bundled / "finance.csv", "amount_eur", "ammount_eur")
    error = refusal(copy_of_bundled)
    missing, unknown = error.faults
    assert place(missing) == ("finance.csv", 1, "amount_eur", None)
    assert place(unknown) == ("finance.csv", 1, "ammount_eur", None)
    assert unknown.problem == "is not a column of finance"
    assert unknown.remedy.startswith("Did you mean 'amount_eur'? Columns: axis, cutoff, stage")
    assert "row 1, column ammount_eur: is not a column of finance. Did you mean 'amount_eur'?" in str(error)


def test_a_column_of_ones_own_is_refused(copy_of_bundled):
    file = copy_of_bundled / "population.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("source\n", "source,note\n").replace("r-d2jan\n", "r-d2jan,x\n"), encoding="utf-8")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("population.csv", 1, "note", None)
    assert fault.problem == "is not a column of population"
    assert fault.remedy == "Columns: area, year, residents, source"


def test_a_column_twice(copy_of_bundled):
    replace(copy_of_bundled / "finance.csv", "data_date", "amount_eur")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("finance.csv", 1, "amount_eur", None)
    assert fault.problem == "is in the header twice"
    assert fault.remedy == "Keep one"


def test_columns_without_a_name(copy_of_bundled):
    # as a spreadsheet writes them where a cell beside the table was once used
    file = copy_of_bundled / "population.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("\n", ",,\n"), encoding="utf-8")
    error = refusal(copy_of_bundled)
    assert [place(fault) for fault in error.faults] == [("population.csv", 1, "", None)] * 2
    assert [fault.problem for fault in error.faults] == ["column 5 has no name", "column 6 has no name"]
    assert "  row 1: column 6 has no name. Name it, or take it away" in str(error).splitlines()


def test_a_header_below_blank_lines_is_found_and_numbered(copy_of_bundled, bundled):
    file = copy_of_bundled / "population.csv"
    file.write_text("\n\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert_frame_equal(load_programme(copy_of_bundled).population, bundled.population)
    replace(file, "residents", "year")
    assert [place(fault)[1:3] for fault in refusal(copy_of_bundled).faults] == [(3, "residents"), (3, "year")]


def test_a_ragged_row(copy_of_bundled):
    replace(copy_of_bundled / "population.csv", "ITC4,2017,9970419,", "ITC4,2017,9.970,419,")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("population.csv", 3, "", None)
    assert fault.problem == "has 5 cells where the header has 4"
    assert fault.remedy == "Check the commas and the quotes of the row"


def test_an_unclosed_quote(copy_of_bundled):
    replace(copy_of_bundled / "population.csv", "ITC4,2024,", '"ITC4,2024,')
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("population.csv", 10, "", None)
    assert fault.problem.startswith("is not CSV here: ")
    assert fault.remedy == "Check the quotes from this row on"


def test_an_unclosed_quote_in_the_header(copy_of_bundled):
    replace(copy_of_bundled / "population.csv", "area,", '"area,')
    fault = only_fault(copy_of_bundled)  # and not an empty file besides
    assert place(fault) == ("population.csv", 1, "", None)
    assert fault.problem.startswith("is not CSV here: ")


def test_rows_are_numbered_as_an_editor_does(copy_of_bundled):
    # a cell over two lines and a blank line come before the fault
    replace(copy_of_bundled / "axes.csv", "I,Occupazione,", '\nI,"Occupa\nzione",')
    replace(copy_of_bundled / "axes.csv", "11,no", "11,boh")
    fault = only_fault(copy_of_bundled)
    lines = (copy_of_bundled / "axes.csv").read_text(encoding="utf-8").splitlines()
    line = next(place for place, text in enumerate(lines) if text.startswith("IV,") and ",11,boh," in text)
    assert place(fault) == ("axes.csv", line + 1, "technical_assistance", "boh")
    assert line + 1 == 7


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" \n"], ids=["nothing", "blank", "bom", "space"])
def test_an_empty_file(copy_of_bundled, content):
    (copy_of_bundled / "targets.csv").write_bytes(content)
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("targets.csv", None, "", None)
    assert fault.problem == "is empty"
    assert fault.remedy == "It needs a header row and the rows below it"


def test_a_header_without_rows(copy_of_bundled, bundled):
    for name in ("finance", "targets"):
        file = copy_of_bundled / f"{name}.csv"
        file.write_text(file.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    fault = only_fault(copy_of_bundled)  # a table one can do without may be empty
    assert place(fault) == ("finance.csv", None, "", None)
    assert fault.problem == "table finance has no rows"
    assert "every programme needs it" in fault.remedy.lower()
    replace(
        copy_of_bundled / "finance.csv",
        ",reading_en",
        ",reading_en\nI,2014-12-31,paid,ESF,,ec-99js-gm52,1.00,,,exact,,,,",
    )
    assert_frame_equal(load_programme(copy_of_bundled).targets, bundled.targets[:0], check_categorical=False)


# -- files and the descriptor -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["axes", "finance", "sources", "population"])
def test_a_declared_file_that_is_missing(copy_of_bundled, table):
    (copy_of_bundled / f"{table}.csv").unlink()
    fault = only_fault(copy_of_bundled)
    assert place(fault) == (f"{table}.csv", None, "", None)
    assert fault.problem == "is declared in datapackage.json but missing"
    assert fault.remedy == "Add the file or drop its entry"


def test_a_folder_in_the_place_of_a_file(copy_of_bundled):
    (copy_of_bundled / "population.csv").unlink()
    (copy_of_bundled / "population.csv").mkdir()
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("population.csv", None, "", None)
    assert fault.problem.startswith("cannot be read: ")  # the rest is the words of the system
    assert fault.remedy == "Check that it is a file of yours"


@pytest.mark.parametrize("table", ["axes", "finance", "sources"])
def test_a_table_every_programme_needs(tmp_path, table):
    folder = write_folder(tmp_path, {name: text for name, text in SMALL.items() if name != table})
    fault = only_fault(folder)
    assert place(fault) == (f"{table}.csv", None, "", None)
    assert fault.problem == f"table {table} is missing"
    assert "every programme needs it" in fault.remedy.lower()


def test_a_table_that_lies_there_undeclared(tmp_path):
    folder = write_folder(tmp_path, SMALL)
    (folder / "targets.csv").write_text("axis\n", encoding="utf-8")
    fault = only_fault(folder)
    assert place(fault) == ("targets.csv", None, "", None)
    assert fault.problem == "lies in the folder but datapackage.json does not declare it"
    assert fault.remedy == "Declare it among the resources, or take it away"


def test_another_file_may_lie_in_the_folder(tmp_path):
    folder = write_folder(tmp_path, SMALL)
    (folder / "notes.csv").write_text("anything", encoding="utf-8")
    assert load_programme(folder).cutoffs == ["2018-12-31"]


def test_a_folder_that_is_not_there(tmp_path):
    error = refusal(tmp_path / "nowhere")
    assert error.file == error.faults[0].file == str(tmp_path / "nowhere")
    assert str(error) == f"{tmp_path / 'nowhere'}: 1 problem.\n  is not a folder. Name the folder of a programme"


def test_a_folder_without_a_descriptor(tmp_path):
    error = refusal(tmp_path)
    assert error.file == str(tmp_path / "datapackage.json")
    (fault,) = error.faults
    assert fault.file == "datapackage.json"
    assert fault.problem == "is missing"
    assert "porfse new" in fault.remedy
    assert f"{tmp_path / 'datapackage.json'}: 1 problem." in str(error)


@pytest.mark.parametrize(
    ("content", "row", "problem", "remedy"),
    [
        (b'{"cci": "x",\n "resources": [}', 2, "is not JSON: ", "Correct it there"),
        (b"", 1, "is not JSON: ", "Correct it there"),
        (b'{"cci": "citt\xe0"}', None, "is not UTF-8 text", "Save it as UTF-8"),
        (b"[]", None, "is not a JSON object", "Start it with { and end it with }"),
        (b'{"resources": []}', None, 'has no "cci"', '"cci": "2014IT05SFOP007"'),
        (b'{"cci": " ", "resources": []}', None, 'has no "cci"', '"cci": "2014IT05SFOP007"'),
        (b'{"cci": "x"}', None, 'has no list "resources"', "Declare each table there"),
        (b'{"cci": "x", "resources": {}}', None, 'has no list "resources"', "Declare each table there"),
        (b'{"cci": "x", "resources": [], "titles": "T"}', None, '"titles" is not an object', '{"it": "...", "en"'),
    ],
)
def test_a_descriptor_that_cannot_be_used(tmp_path, content, row, problem, remedy):
    (tmp_path / "datapackage.json").write_bytes(content)
    error = refusal(tmp_path)
    assert error.file == str(tmp_path / "datapackage.json")
    (fault,) = error.faults
    assert (fault.file, fault.row) == ("datapackage.json", row)
    assert fault.problem.startswith(problem)
    assert remedy in fault.remedy
    assert str(error) == f"{error.file}: 1 problem.\n  {fault}"


def test_a_descriptor_says_all_that_it_lacks(tmp_path):
    (tmp_path / "datapackage.json").write_text('{"titles": "T"}', encoding="utf-8")
    error = refusal(tmp_path)
    problems = ['has no "cci"', '"titles" is not an object of texts', 'has no list "resources"']
    assert [fault.problem for fault in error.faults] == problems
    assert all(problem in str(error) for problem in problems)


@pytest.mark.parametrize(
    ("name", "value", "suggestion"),
    [
        ("finances", "finances", "Did you mean 'finance'? Tables: axes, finance, achievements"),
        ("projects", "projects", "Tables: axes, finance, achievements"),
        (None, "None", "Tables: axes, finance, achievements"),
        (["axes"], "['axes']", "Did you mean 'axes'? Tables: axes, finance, achievements"),
    ],
)
def test_an_unknown_resource(copy_of_bundled, edit_descriptor, name, value, suggestion):
    edit_descriptor(copy_of_bundled, "population", name=name, path="other.csv")
    (copy_of_bundled / "population.csv").rename(copy_of_bundled / "other.csv")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("datapackage.json", None, "resources", value)
    assert fault.problem == "is not a table of a programme"
    assert fault.remedy.startswith(suggestion)


@pytest.mark.parametrize(
    "path", ["../x.csv", "/etc/hostname", "sub/x.csv", "..", ".", "", None, ["a.csv", "b.csv"], "x\0.csv", "\ud800.csv"]
)
def test_a_path_may_not_leave_the_folder(copy_of_bundled, edit_descriptor, path):
    (copy_of_bundled.parent / "x.csv").write_bytes((copy_of_bundled / "population.csv").read_bytes())
    (copy_of_bundled / "population.csv").unlink()
    edit_descriptor(copy_of_bundled, "population", path=path)
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("datapackage.json", None, "path", str(path))
    assert fault.problem == "is not a file name (table population)"
    assert fault.remedy == "Keep the tables beside datapackage.json and give their names alone"


def test_a_table_declared_twice(copy_of_bundled):
    file = copy_of_bundled / "datapackage.json"
    descriptor = json.loads(file.read_text(encoding="utf-8"))
    descriptor["resources"].append({"name": "population", "path": "population.csv"})
    file.write_text(json.dumps(descriptor), encoding="utf-8")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("datapackage.json", None, "", None)
    assert fault.problem == "declares table population twice"
    assert fault.remedy == "Keep one"


RESOURCE = "table population"


@pytest.mark.parametrize(
    ("keys", "column", "value", "problem", "remedy"),
    [
        ({"encoding": 8}, "encoding", "8", f"is not the name of an encoding ({RESOURCE})", 'Write "utf-8"'),
        ({"dialect": "csv"}, "dialect", '"csv"', f"is not an object ({RESOURCE})", '{"delimiter": ","}'),
        ({"dialect": {"delimiter": ";;"}}, "delimiter", '";;"', f"is not one sign ({RESOURCE})", 'Write ",", ";"'),
        ({"dialect": {"delimiter": "x"}}, "delimiter", '"x"', f"is not one sign ({RESOURCE})", 'Write ",", ";"'),
        ({"dialect": {"delimiter": 9}}, "delimiter", "9", f"is not one sign ({RESOURCE})", 'Write ",", ";"'),
        (
            {"schema": "population.json"},
            "schema",
            '"population.json"',
            f"is not an object with a list of fields ({RESOURCE})",
            'Write it here, as {"fields": [{"name"',
        ),
        (
            {"schema": {"fields": ["area"]}},
            "schema",
            '{"fields": ["area"]}',
            f"is not an object with a list of fields ({RESOURCE})",
            'Write it here, as {"fields": [{"name"',
        ),
        (
            # a notation declared for a misspelt column would be the notation of none
            {"schema": {"fields": [{"name": "resident", "groupChar": ","}]}},
            "fields",
            '"resident"',
            f"is not a column ({RESOURCE})",
            "Columns: area, year, residents, source",
        ),
    ],
)
def test_a_declaration_that_is_none(copy_of_bundled, edit_descriptor, keys, column, value, problem, remedy):
    edit_descriptor(copy_of_bundled, "population", **keys)
    assert_declaration_refused(copy_of_bundled, (column, value, problem, remedy))


@pytest.mark.parametrize(
    ("keys", "column", "value", "problem", "remedy"),
    [
        ({"decimalChar": "comma"}, "decimalChar", '"comma"', "is not one sign, in residents", 'Write "," or "."'),
        ({"decimalChar": 1}, "decimalChar", "1", "is not one sign, in residents", 'Write "," or "."'),
        ({"decimalChar": "0"}, "decimalChar", '"0"', "is not one sign, in residents", 'Write "," or "."'),
        (
            {"decimalChar": ",", "groupChar": ","},
            "groupChar",
            '","',
            "is not one sign other than decimalChar, in residents",
            'Write "." or ","',
        ),
        ({"groupChar": "."}, "groupChar", '"."', "is not one sign other than decimalChar", 'Write "." or ","'),
        ({"format": 5}, "format", "5", "is not a text, in residents", 'Write it as "%d/%m/%Y"'),
    ],
)
def test_a_notation_that_is_none(copy_of_bundled, edit_descriptor, keys, column, value, problem, remedy):
    edit_descriptor(copy_of_bundled, "population", column="residents", **keys)
    assert_declaration_refused(copy_of_bundled, (column, value, problem, remedy))


def assert_declaration_refused(folder: Path, expected: tuple[str, str, str, str]) -> None:
    """That datapackage.json is refused for one entry, with its place."""
    column, value, problem, remedy = expected
    error = refusal(folder)
    assert error.file == str(folder / "datapackage.json")
    (fault,) = error.faults
    assert place(fault) == ("datapackage.json", None, column, value)
    assert fault.problem.startswith(problem)
    assert fault.problem.endswith("(table population)")
    assert remedy in fault.remedy
    assert str(error) == f"{error.file}: 1 problem.\n  {fault}"


@pytest.mark.parametrize(
    "keys", [{"encoding": None, "dialect": None}, {"schema": None}, {"dialect": {}}, {"schema": {}}]
)
def test_a_null_declares_nothing(copy_of_bundled, edit_descriptor, bundled, keys):
    edit_descriptor(copy_of_bundled, "population", **keys)
    assert_frame_equal(load_programme(copy_of_bundled).population, bundled.population)


# -- encodings, separators, notations ---------------------------------------------------------------------------------


def test_cp1252_bytes_are_refused_and_accepted_when_declared(copy_of_bundled, edit_descriptor, bundled):
    file = copy_of_bundled / "axes.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("cp1252"))
    fault = only_fault(copy_of_bundled)
    assert (fault.file, fault.row) == ("axes.csv", 3)
    assert fault.value is not None
    assert "povertà" in fault.value
    assert fault.problem == "is not utf-8 text: byte 0xE0"
    assert 'declare its "encoding" in datapackage.json (cp1252 for Windows)' in fault.remedy
    edit_descriptor(copy_of_bundled, "axes", encoding="cp1252")
    assert_frame_equal(load_programme(copy_of_bundled).axes, bundled.axes)


def test_an_encoding_that_does_not_exist(copy_of_bundled, edit_descriptor):
    edit_descriptor(copy_of_bundled, "population", encoding="utf-9")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("datapackage.json", None, "encoding", "utf-9")
    assert fault.problem == "is not an encoding"
    assert fault.remedy == "Use utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "utf_8", "utf-8-sig"])
def test_a_byte_order_mark_is_accepted(copy_of_bundled, edit_descriptor, bundled, encoding):
    file = copy_of_bundled / "axes.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    edit_descriptor(copy_of_bundled, "axes", encoding=encoding)
    assert_frame_equal(load_programme(copy_of_bundled).axes, bundled.axes)


def test_line_ends_of_windows_are_accepted(copy_of_bundled, bundled):
    for file in copy_of_bundled.glob("*.csv"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert_frame_equal(load_programme(copy_of_bundled).finance, bundled.finance)
    assert_frame_equal(load_programme(copy_of_bundled).axes, bundled.axes)


@pytest.mark.parametrize(
    ("sign", "word", "declare"),
    [
        (";", "semicolons", '{"delimiter": ";"}'),
        ("\t", "tabs", '{"delimiter": "\\t"}'),
        ("|", "bars", '{"delimiter": "|"}'),
    ],
)
def test_another_separator_says_what_to_declare(copy_of_bundled, edit_descriptor, bundled, sign, word, declare):
    file = copy_of_bundled / "population.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",", sign), encoding="utf-8")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("population.csv", 1, "", sign.join(["area", "year", "residents", "source"]))
    assert fault.problem == f"looks separated by {word}, but commas are declared"
    assert fault.remedy == f'Declare "dialect": {declare} in datapackage.json'
    edit_descriptor(copy_of_bundled, "population", dialect={"delimiter": sign})
    assert_frame_equal(load_programme(copy_of_bundled).population, bundled.population)


def test_commas_where_semicolons_are_declared(copy_of_bundled, edit_descriptor):
    edit_descriptor(copy_of_bundled, "population", dialect={"delimiter": ";"})
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("population.csv", 1, "", "area,year,residents,source")
    assert fault.problem == "looks separated by commas, but semicolons are declared"
    assert fault.remedy == 'Declare "dialect": {"delimiter": ","} in datapackage.json'


@pytest.fixture
def italian_folder(tmp_path, edit_descriptor) -> Path:
    """A folder as an Italian spreadsheet writes it, declared as such."""
    tables = {
        "axes": "axis;title_it;title_en;technical_assistance\n1;Uno;One;no\n",
        "finance": (
            "axis;cutoff;stage;fund;region_category;source;amount_eur\n"
            "1;31/12/2018;allocation;ESF;;book;358.000.000,00\n"
            "1;31/12/2018;paid;ESF;;book;1234567,8\n"
            "1;31/12/2018;declared;ESF;;book;\n"
        ),
        "sources": "source;title_it;title_en;publisher\nbook;Libro;Book;Us\n",
    }
    folder = write_folder(tmp_path, tables, delimiter=";")
    fields = [
        {"name": "cutoff", "type": "date", "format": "%d/%m/%Y"},
        {"name": "amount_eur", "type": "number", "decimalChar": ",", "groupChar": "."},
    ]
    edit_descriptor(folder, "finance", schema={"fields": fields})
    return folder


def test_italian_notation_is_read_when_declared(italian_folder):
    finance = load_programme(italian_folder).finance
    assert finance["amount_eur"].tolist()[:2] == [358000000.00, 1234567.80]
    assert finance["amount_eur"].isna().tolist() == [False, False, True]
    assert finance["cutoff"].tolist() == [pd.Timestamp(2018, 12, 31)] * 3


@pytest.mark.parametrize(
    ("old", "new", "column", "problem"),
    [
        ("31/12/2018", "2018-12-31", "cutoff", "is not a date written DD/MM/YYYY, as declared"),
        ("31/12/2018", "12/31/2018", "cutoff", "is not a date written DD/MM/YYYY, as declared"),
        ("31/12/2018", "1/12/2018", "cutoff", "is not a date written DD/MM/YYYY, as declared"),
        (
            "1234567,8",
            "1234567.8",
            "amount_eur",
            "is not a number with ',' before the decimals and '.' between thousands, as declared",
        ),
    ],
)
def test_what_is_declared_is_asked_of_every_cell(italian_folder, old, new, column, problem):
    text = (italian_folder / "finance.csv").read_text(encoding="utf-8")
    row = next(number for number, line in enumerate(text.splitlines(), 1) if old in line)
    replace(italian_folder / "finance.csv", old, new)
    fault = only_fault(italian_folder)
    assert place(fault) == ("finance.csv", row, column, new)
    assert fault.problem == problem


# -- everything at once -----------------------------------------------------------------------------------------------


def test_all_faults_of_all_files_are_told_at_once(copy_of_bundled, edit_cell):
    edits = [
        ("axes.csv", 6, "technical_assistance", "forse"),
        ("finance.csv", 2, "amount_eur", "332.500.000,0O"),
        ("finance.csv", 2, "cutoff", "30/09/2018"),
        ("finance.csv", 9, "axis", "VI"),
        ("finance.csv", 100, "stage", "spent"),
        ("achievements.csv", 204, "value", "-3"),
        ("targets.csv", 3, "target", "1.234,56"),
        ("population.csv", 11, "year", "25"),
    ]
    for file, row, column, value in edits:
        edit_cell(copy_of_bundled / file, row, column, value)
    (copy_of_bundled / "claims.csv").unlink()
    error = refusal(copy_of_bundled)
    assert {place(fault) for fault in error.faults} == {*edits, ("claims.csv", None, "", None)}
    assert len(error.faults) == 9
    assert error.file == str(copy_of_bundled)
    lines = str(error).splitlines()
    assert lines[0] == f"{copy_of_bundled}: 9 problems."
    for file, row, column, value in edits:
        assert any(line.startswith(f"  {file}: row {row}, column {column}: {value!r} ") for line in lines), file
    assert "  claims.csv: is declared in datapackage.json but missing. Add the file or drop its entry" in lines


def test_a_cell_that_cannot_be_read_is_told_once(copy_of_bundled, edit_cell):
    # a required date that is not one is missing in the frame, and still one fault
    edit_cell(copy_of_bundled / "targets.csv", 2, "valid_from", "ieri")
    assert place(only_fault(copy_of_bundled)) == ("targets.csv", 2, "valid_from", "ieri")


def test_a_long_list_is_cut_in_the_message_and_whole_in_the_attribute(copy_of_bundled):
    file = copy_of_bundled / "finance.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",exact,", ",exactly,"), encoding="utf-8")
    error = refusal(copy_of_bundled)
    assert len(error.faults) == 149
    assert [fault.row for fault in error.faults] == list(range(2, 151))
    assert str(error).splitlines() == [
        "finance.csv: 149 problems of 1 cause.",
        "  149 cells of qualifier: 'exactly' is not a qualifier this table knows. "
        "Use one of: exact, about, more_than, less_than (rows 2, 3, 4, 5, 6 and 144 more)",
        "  (all of them: --all of `porfse check`, `import` and `add`; .faults in Python)",
    ]
    lines = error.in_full().splitlines()
    assert lines[0] == "finance.csv: 149 problems."
    assert len(lines) == 1 + 149
    assert lines[149].startswith("  row 150, column qualifier: 'exactly' is not a qualifier this table knows. Use one")


def test_causes_are_cut_too(copy_of_bundled):
    """Thirty columns of one's own: a cause each, of which the first 25 are told."""
    file = copy_of_bundled / "population.csv"
    more = ",".join(f"own_{place}" for place in range(30))
    first, *rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([f"{first},{more}", *(row + "," * 30 for row in rows)]), encoding="utf-8")
    lines = str(refusal(copy_of_bundled)).splitlines()
    assert lines[0] == "population.csv: 30 problems."
    assert len(lines) == 1 + 25 + 2
    assert lines[25].startswith("  row 1, column own_24: is not a column of population")
    assert lines[26] == "  ... and 5 more causes"


def test_a_column_too_many_hides_no_other_fault(copy_of_bundled, edit_cell):
    file = copy_of_bundled / "population.csv"
    edit_cell(file, 3, "residents", "many")
    first, *rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([f"{first},note", *(f"{row},x" for row in rows)]), encoding="utf-8")
    edit_cell(copy_of_bundled / "targets.csv", 2, "axis", "IX")
    faults = refusal(copy_of_bundled).faults
    assert [place(fault) for fault in faults] == [
        ("population.csv", 1, "note", None),
        ("population.csv", 3, "residents", "many"),
        ("targets.csv", 2, "axis", "IX"),
    ]


def test_a_missing_column_hides_no_other_fault_either(copy_of_bundled, edit_cell):
    edit_cell(copy_of_bundled / "population.csv", 3, "residents", "many")
    replace(copy_of_bundled / "population.csv", "year,", "anno,")
    assert {place(fault) for fault in refusal(copy_of_bundled).faults} == {
        ("population.csv", 1, "year", None),
        ("population.csv", 1, "anno", None),
        ("population.csv", 3, "residents", "many"),
    }


@pytest.mark.parametrize("word", ["Totale", "TOTAL", " totale: ", "Totale generale", "grand total"])
def test_a_row_of_totals_is_named_as_one(copy_of_bundled, word):
    file = copy_of_bundled / "finance.csv"
    file.write_text(file.read_text(encoding="utf-8") + f"{word}{',' * 13}\n", encoding="utf-8")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("finance.csv", 151, "axis", word.strip())
    assert (fault.problem, fault.remedy) == TOTALS


def test_rows_of_delimiters_alone_are_passed_over(copy_of_bundled, bundled):
    file = copy_of_bundled / "finance.csv"
    file.write_text(file.read_text(encoding="utf-8") + f"{',' * 13}\n, ,,\n{',' * 20}\n\n", encoding="utf-8")
    assert_frame_equal(load_programme(copy_of_bundled).finance, bundled.finance)


def test_a_source_that_is_not_declared_is_named_once(copy_of_bundled, edit_cell):
    for file, row in (("finance.csv", 3), ("finance.csv", 5), ("achievements.csv", 4)):
        edit_cell(copy_of_bundled / file, row, "source", "nowhere")
    fault = only_fault(copy_of_bundled)
    assert place(fault) == ("finance.csv", 3, "source", "nowhere")
    assert fault.problem == (
        "is not in the table sources (2 rows of finance.csv, 1 row of achievements.csv, this is the first)"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("31/12/2018", "2018-12-31"),
        ("31.12.2018", "2018-12-31"),
        ("2018/12/31", "2018-12-31"),
        ("2018-9-30", "2018-09-30"),
        ("03/04/2018", "it so"),  # in March or in April
        ("04/04/2018", "2018-04-04"),
        ("fine 2018", "it so"),
    ],
)
def test_a_date_written_otherwise_is_told_as_it_is_to_be_written(copy_of_bundled, edit_cell, written, meant):
    edit_cell(copy_of_bundled / "finance.csv", 2, "cutoff", written)
    fault = only_fault(copy_of_bundled)
    assert fault.remedy == f'Write {meant}, or declare another "format" for cutoff in datapackage.json'


def test_a_long_cell_is_cut_in_the_message(copy_of_bundled, edit_cell):
    edit_cell(copy_of_bundled / "finance.csv", 2, "stage", "x" * 200)
    error = refusal(copy_of_bundled)
    assert error.faults[0].value == "x" * 200
    assert "'" + "x" * 60 + "...'" in str(error)
    assert "x" * 61 not in str(error)


# -- what a folder gives ----------------------------------------------------------------------------------------------


def test_three_tables_are_enough(tmp_path):
    programme = load_programme(write_folder(tmp_path, SMALL))
    assert programme.cutoffs == ["2018-12-31"]
    assert programme.finance["amount_eur"].tolist() == [100.0]
    assert programme.finance["programme"].tolist() == ["2014XX05SFOP001"]
    assert programme.title("it") == programme.title("en") == "Invented"
    assert repr(programme) == "<Programme 2014XX05SFOP001: 1 cutoffs; rows: axes 1, finance 1, sources 1>"


@pytest.mark.parametrize(
    ("descriptor", "italian", "english"),
    [
        ({"titles": {"it": "Programma", "en": "Programme"}}, "Programma", "Programme"),
        ({"titles": {"it": "Programma", "en": ""}}, "Programma", "Programma"),
        ({"titles": {"en": "Programme"}}, "Programme", "Programme"),
        ({"titles": {}, "title": "Either"}, "Either", "Either"),
        ({"title": ""}, "2014XX05SFOP001", "2014XX05SFOP001"),
    ],
)
def test_a_programme_always_has_a_title(tmp_path, descriptor, italian, english):
    programme = load_programme(write_folder(tmp_path, SMALL, **descriptor))
    assert (programme.title("it"), programme.title("en")) == (italian, english)


@pytest.mark.parametrize("table", ["achievements", "targets", "measures", "eu_commitments", "population", "claims"])
def test_a_table_left_out_is_there_without_rows(tmp_path, table):
    frame = getattr(load_programme(write_folder(tmp_path, SMALL)), table)
    kinds = {"text": "str", "date": "datetime64[us]", "amount": "float64", "number": "float64"}
    kinds |= {"year": "Int64", "flag": "bool"}
    expected = {"programme": "str"} | {column.name: kinds[column.kind] for column in schema.TABLES[table].columns}
    assert frame.empty
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == expected


def test_columns_one_may_leave_out_get_their_default(tmp_path):
    finance = load_programme(write_folder(tmp_path, SMALL)).finance
    assert finance.columns.tolist() == list(schema.frame_columns("finance"))
    (row,) = finance.to_dict("records")
    assert row["qualifier"] == "exact"
    assert row["plan_version"] == ""
    assert pd.isna(row["eu_amount_eur"])
    assert pd.isna(row["precision"])
    assert row["data_date"] is pd.NaT


def test_a_part_may_be_the_whole_and_an_empty_qualifier_is_exact(copy_of_bundled, edit_cell):
    edit_cell(copy_of_bundled / "finance.csv", 2, "eu_amount_eur", "358000000.00")
    edit_cell(copy_of_bundled / "finance.csv", 2, "qualifier", "")
    edit_cell(copy_of_bundled / "achievements.csv", 19, "women", "355")
    programme = load_programme(copy_of_bundled)
    first = programme.finance.iloc[0]
    assert (first["amount_eur"], first["eu_amount_eur"], first["qualifier"]) == (358_000_000, 358_000_000, "exact")
    people = programme.achievements.iloc[17]
    assert (people["value"], people["women"]) == (355, 355)


def test_codes_stay_text(tmp_path):
    codes = ["01", "1", "1 bis", "NA", "null", "I", "1.0", "nan", "TRUE"]
    tables = dict(SMALL)
    tables["axes"] = SMALL["axes"].splitlines()[0] + "".join(f"\n{code},a,b,no" for code in codes)
    lines = "".join(f"\n{code},2018-12-31,allocation,ESF,,book,100.00" for code in codes)
    tables["finance"] = SMALL["finance"].splitlines()[0] + lines
    programme = load_programme(write_folder(tmp_path, tables))
    assert programme.axes["axis"].tolist() == codes
    assert programme.finance["axis"].tolist() == codes
    assert programme.finance["axis"].notna().all()


def test_the_order_of_sources_is_the_order_of_preference(copy_of_bundled):
    file = copy_of_bundled / "sources.csv"
    header, *rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([header, *reversed(rows)]), encoding="utf-8")
    source = load_programme(copy_of_bundled).finance["source"]
    assert source.cat.ordered
    assert source.cat.categories.tolist() == [
        "call-ifts-2017-2018",
        "regione-nidi-gratis",
        "dgr-xi-959-2018",
        "opencoesione-programmes",
        "eurostat-demo-r-d2jan",
        "sheet-2018-09-30",
        "ec-2q3n-nr7n",
        "ec-99js-gm52",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.00", 0.0), ("5", 5.0), ("5.1", 5.1), ("0.010", 0.01), ("1.5000", 1.5), ("1000.000", 1000.0), ("+7.25", 7.25)],
)
def test_noughts_at_the_end_are_no_decimals(tmp_path, text, value):
    tables = SMALL | {"finance": SMALL["finance"].replace("100.00", text)}
    assert load_programme(write_folder(tmp_path, tables)).finance["amount_eur"].tolist() == [value]


def test_a_figure_left_empty_is_missing_and_gives_no_cutoff(tmp_path):
    tables = dict(SMALL)
    tables["finance"] += "1,2019-12-31,allocation,ESF,,book,\n"
    programme = load_programme(write_folder(tmp_path, tables))
    assert programme.finance["amount_eur"].isna().tolist() == [False, True]
    assert programme.cutoffs == ["2018-12-31"]


@pytest.mark.parametrize("folder", [None, ""])
def test_without_a_folder_the_bundled_programme_is_read(folder):
    assert load_programme(folder).cci == "2014IT05SFOP007"


def test_a_folder_may_be_given_as_text(copy_of_bundled):
    assert load_programme(str(copy_of_bundled)).cci == "2014IT05SFOP007"


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ("dialect", "quoteChar", "'"),
        ("dialect", "header", False),
        ("schema", "missingValues", ["", "n.d."]),
        ("field", "trueValues", ["si"]),
    ],
)
def test_a_declaration_that_is_not_read_is_refused_not_ignored(copy_of_bundled, where, key, value):
    path = copy_of_bundled / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    axes = next(item for item in descriptor["resources"] if item["name"] == "axes")
    flag = next(item for item in axes["schema"]["fields"] if item["name"] == "technical_assistance")
    {"dialect": axes["dialect"], "schema": axes["schema"], "field": flag}[where][key] = value
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_programme(copy_of_bundled)
    (fault,) = caught.value.faults
    assert (fault.file, fault.column) == ("datapackage.json", key)
    assert fault.remedy


def test_former_names_of_columns_are_read_and_said(copy_of_bundled):
    targets = copy_of_bundled / "targets.csv"
    descriptor = copy_of_bundled / "datapackage.json"
    header, rows = targets.read_text(encoding="utf-8").split("\n", 1)
    former = header.replace("milestone", "milestone_2018").replace("target,", "target_2023,")
    targets.write_text(f"{former}\n{rows}", encoding="utf-8")
    declared = descriptor.read_text(encoding="utf-8").replace('"name": "milestone"', '"name": "milestone_2018"')
    descriptor.write_text(declared.replace('"name": "target"', '"name": "target_2023"'), encoding="utf-8")
    assert '"milestone_2018"' in descriptor.read_text(encoding="utf-8")
    read = load_programme(copy_of_bundled)
    pd.testing.assert_frame_equal(read.targets, load_programme().targets)
    said = check(read).query("check == 'former_name'")
    assert said[["severity", "source", "figure", "reason"]].to_numpy().tolist() == [
        ["info", "targets.csv", "milestone_2018", "milestone"],
        ["info", "targets.csv", "target_2023", "target"],
    ]
    assert word_findings(said, "en")["message"].tolist()[0].startswith("milestone_2018 is now called milestone: ")
    assert not len(check(load_programme()).query("check == 'former_name'"))


def test_what_was_read_ahead_is_given_once(tmp_path, monkeypatch):
    folder = write_folder(tmp_path, SMALL)
    read_ahead(folder)
    read = []
    monkeypatch.setattr("porfse_analysis.loaders.folder.read_table", lambda *_, **__: read.append("") or 1 / 0)
    monkeypatch.chdir(tmp_path.parent)
    first = load_programme(tmp_path.name)  # under another name of the same folder
    assert (first.cci, read) == ("2014XX05SFOP001", [])
    first.finance["amount_eur"] = 0.0
    monkeypatch.undo()
    second = load_programme(folder)
    assert second.finance is not first.finance
    assert second.finance["amount_eur"].sum() > 0


def test_of_what_is_read_ahead_no_more_than_so_much_is_kept(tmp_path, monkeypatch):
    """Each is read once, the oldest left out first; the last one stays however large it is."""
    folders = {name: write_folder(tmp_path / name, SMALL) for name in "abcd"}
    read = []
    find = folder_loader.read_descriptor
    monkeypatch.setattr(folder_loader, "_ahead", {})
    monkeypatch.setattr(folder_loader, "read_descriptor", lambda path: read.append(path.name) or find(path))
    # three rows each: one of axes, of finance, of sources
    monkeypatch.setattr(folder_loader, "_MOST_ROWS", 9)
    for name in "abcabc":
        read_ahead(folders[name])
    assert read == ["a", "b", "c"]
    read_ahead(folders["d"])
    for name in "bcda":
        read_ahead(folders[name])
    assert read == ["a", "b", "c", "d", "a"]
    monkeypatch.setattr(folder_loader, "_MOST_ROWS", 2)
    for name in "bb":
        read_ahead(folders[name])
    assert load_programme(folders["b"]).cci == "2014XX05SFOP001"
    assert read == ["a", "b", "c", "d", "a", "b"]


def test_why_a_folder_cannot_be_read_is_found_out_once(tmp_path, monkeypatch):
    folder = write_folder(tmp_path, SMALL | {"finance": SMALL["finance"] + "1,2\n"})
    monkeypatch.setattr(folder_loader, "_ahead", {})
    read_ahead(folder)
    monkeypatch.setattr(folder_loader, "read_table", lambda *_, **__: 1 / 0)
    with pytest.raises(DataError, match="2 cells where the header has"):
        load_programme(folder)
    with pytest.raises(ZeroDivisionError):
        load_programme(folder)


def test_a_folder_that_has_changed_is_read_again(tmp_path):
    folder = write_folder(tmp_path, SMALL)
    read_ahead(folder)
    kept = load_programme(folder).finance["amount_eur"].sum()
    read_ahead(folder)
    changed = SMALL["finance"].rstrip("\n").rsplit(",", 1)[0] + ",7.25\n"
    (folder / "finance.csv").write_text(changed, encoding="utf-8")
    assert load_programme(folder).finance["amount_eur"].iloc[-1] == 7.25
    assert kept != load_programme(folder).finance["amount_eur"].sum()
