"""A programme in and out of a workbook: nothing is lost, nothing is guessed, every fault is named by its cell."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import workbooks
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from test_save import assert_same, everything
from typer.testing import CliRunner

from porfse_analysis import load_programme
from porfse_analysis.cli import app
from porfse_analysis.errors import DataError
from porfse_analysis.languages import catalogue
from porfse_analysis.loaders.save import save_programme
from porfse_analysis.loaders.template import new_folder
from porfse_analysis.loaders.workbook import file as workbook_file
from porfse_analysis.loaders.workbook.reading import import_workbook, read_workbook
from porfse_analysis.loaders.workbook.template import HELP, TEMPLATE, write_template
from porfse_analysis.loaders.workbook.words import meaning
from porfse_analysis.schema import STAGES, TABLES


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A small workbook without a fault, to copy and damage."""
    return workbooks.fill(tmp_path_factory.mktemp("good") / "good.xlsx", workbooks.small())


@pytest.fixture
def damaged(good, tmp_path):
    """Damage a copy: `damaged(change)` gives its path."""

    def make(change):
        return workbooks.damage(shutil.copy(good, tmp_path / "mine.xlsx"), change)

    return make


def faults_of(path):
    with pytest.raises(DataError) as caught:
        read_workbook(path)
    assert all(fault.file == path.name for fault in caught.value.faults)
    return caught.value.faults


def told(path):
    """Every fault as cell -> what a person reads."""
    return {fault.cell: str(fault) for fault in faults_of(path)}


# --- round trips ---


def test_the_bundled_programme_comes_back_exactly(bundled, tmp_path):
    path = workbooks.fill(tmp_path / "bundled.xlsx", bundled, licence="CC BY 4.0")
    assert_same(read_workbook(path), bundled)
    import_workbook(path, tmp_path / "folder")
    assert_same(load_programme(tmp_path / "folder"), bundled)
    descriptor = json.loads((tmp_path / "folder" / "datapackage.json").read_text(encoding="utf-8"))
    assert {"name": "CC-BY-4.0", "title": "CC BY 4.0"} in descriptor["licenses"]


def test_imported_tables_are_those_saved_without_a_workbook(bundled, tmp_path):
    import_workbook(workbooks.fill(tmp_path / "b.xlsx", bundled), tmp_path / "workbook" / "same")
    save_programme(bundled, tmp_path / "direct" / "same")
    assert everything(tmp_path / "workbook") == everything(tmp_path / "direct")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_comes_back_exactly(bundled, tmp_path):
    path = workbooks.fill(tmp_path / "bundled.xlsx", bundled)
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "saved", path]
    subprocess.run(command, check=True, capture_output=True)
    assert_same(read_workbook(tmp_path / "saved" / "bundled.xlsx"), bundled)


def test_columns_in_another_order_and_optional_ones_left_out(damaged):
    def change(book):
        sheet = book["population"]
        book.move_sheet("sources", -5)
        sheet.delete_rows(1, 2)
        for row in (("source", "residents", "year", "area"), ("monitoring", 10_036_258, 2018, "ITC4")):
            sheet.append(row)
        book["axes"].delete_cols(4)  # thematic_objective
        del book["claims"]
        del book[HELP]

    assert_same(read_workbook(damaged(change)), workbooks.small())


HOSTILE = ['=HYPERLINK("http://x.invalid","y")', "+cmd|' /C calc'!A0", "@SUM(1)", "-1+1", "<script>alert(1)</script>"]


def test_hostile_text_stays_text(tmp_path):
    programme = workbooks.small()
    texts = [*HOSTILE, "x" * 10_000, "due\nrighe", "à è; ò, \"ù'", "&amp;", "NaN"]
    finance = pd.concat([programme.finance.iloc[:1]] * len(texts), ignore_index=True)
    finance["region_category"] = texts
    path = workbooks.fill(tmp_path / "hostile.xlsx", replace(programme, finance=finance))
    import_workbook(path, tmp_path / "folder")
    assert load_programme(tmp_path / "folder").finance["region_category"].tolist() == texts


def test_an_identifier_never_becomes_a_path(tmp_path):
    finance = workbooks.small().finance.assign(source="../../x")
    tables = {"source": ["../../x"], "title_it": ["../../y"]}
    sources = workbooks.small().sources.iloc[:1].assign(**tables)
    population = workbooks.small().population.assign(source="../../x")
    programme = replace(
        workbooks.small(), finance=finance, sources=sources, population=population, titles={"it": "../z"}
    )
    home = tmp_path / "a" / "b"
    home.mkdir(parents=True)
    path = workbooks.fill(home / "paths.xlsx", programme)
    import_workbook(path, home / "folder")
    assert load_programme(home / "folder").sources["source"].tolist() == ["../../x"]
    with pytest.raises(DataError, match="has signs that no code has"):  # a code becomes part of names of files
        import_workbook(workbooks.fill(path, replace(programme, cci="../../x")), home / "other")
    written = {str(item.relative_to(tmp_path)) for item in tmp_path.rglob("*") if item.is_file()}
    names = ("axes.csv", "datapackage.json", "finance.csv", "population.csv", "sources.csv")
    assert written == {"a/b/paths.xlsx", *(f"a/b/folder/{name}" for name in names)}


# --- faults of cells ---


def setter(cell, value, number_format=None):
    sheet, _, at = cell.partition("!")

    def change(book):
        target = book[sheet][at]
        target.value = value
        if number_format:
            target.number_format = number_format

    return change


CELLS = [
    ("finance!G3", "122136070.10", None, "'122136070.10' is a number kept as text"),
    ("finance!G3", "122.136.070,10 €", None, "is a number kept as text. Give the cell a number format"),
    ("finance!G3", "122136070,1O", None, "'122136070,1O' is a text, not a number"),
    ("finance!G3", "n.d.", None, "'n.d.' is a text, not a number. Correct it; leave the cell empty"),
    ("finance!G3", " ", None, "' ' is a text, not a number"),
    ("finance!G3", True, None, "'TRUE' is a logical value"),
    ("finance!G3", 0.47, "0%", "'0.47' is shown as 47%"),
    ("finance!G3", 0.47, "0.00%;[Red]-0.00%", "is shown as 47%"),
    ("finance!G3", 1.005, "0.00", "'1.005' has more than two decimals"),
    ("finance!G3", 1e15, "0", "has more than 15 digits"),
    ("finance!G3", -1, "0.00", "'-1' is negative"),
    ("finance!G3", datetime.datetime(2018, 12, 31), "yyyy-mm-dd", "'2018-12-31' is a date or a time, not a number"),
    ("finance!G3", "#DIV/0!", None, "'#DIV/0!' is an error value"),
    ("finance!A3", 1, "General", "'1' is a number where a text is due. Give the cell the format Text"),
    ("finance!A3", "1", "@", "'1' is not in the table axes. Known: 01, 1 bis"),
    ("finance!A3", "01 ", "@", "'01 ' begins or ends with a blank"),
    ("finance!A3", "1\u00a0bis", "@", r"'1\xa0bis' has a non-breaking or other special space"),
    ("finance!A3", "\u00a001", "@", r"'\xa001' begins or ends with a blank"),
    ("finance!A3", "0\u200b1", "@", r"'0\u200b1' has a character that cannot be seen"),
    ("finance!A3", None, "@", "is empty. Fill it in"),
    ("finance!A3", datetime.datetime(2018, 1, 8), "d-mmm", "'2018-01-08' is a date or a time where a text is due"),
    ("finance!B3", "2018-12-31", "@", "'2018-12-31' is a date kept as text"),
    ("finance!B3", "31/12/2018", "@", "'31/12/2018' is a date kept as text"),
    ("finance!B3", "31 dic 2018", "@", "is a date kept as text"),
    ("finance!B3", "fine 2018", "@", "'fine 2018' is a text, not a date"),
    ("finance!B3", datetime.datetime(2018, 12, 31, 10, 30), "yyyy-mm-dd", "'2018-12-31 10:30:00' has a time of day"),
    ("finance!B3", 43465, "General", "'43465' is a number, not a date"),
    ("finance!B3", datetime.time(10, 30), "h:mm", "is a time, not a date"),
    ("finance!B3", 2018, "yyyy-mm-dd", "'1905-07-10' is a date before 1990"),
    ("finance!B3", -5, "yyyy-mm-dd", "is a date before 1990"),
    ("finance!B3", 10**9, "yyyy-mm-dd", "is an error value"),
    ("finance!B3", datetime.datetime(2999, 1, 1), "yyyy-mm-dd", "'2999-01-01' is in the future"),
    ("finance!C3", "spent", "@", "'spent' is not a stage this table knows. Use one of: allocation"),
    ("finance!F3", "istat", "@", "'istat' is not in the table sources. Known: monitoring"),
    ("axes!E2", "sì", "@", "'sì' is neither yes nor no"),
    ("axes!E2", False, None, "'FALSE' is a logical value (TRUE, FALSE). Write yes or no"),
    ("axes!E2", None, None, "is empty. Write yes or no"),
    ("population!B2", 18, "0", "'18' is not a year"),
    ("population!B2", "2018", "@", "is a number kept as text"),
    ("programme!B2", None, None, "is empty. Write the code of the programme"),
    ("programme!B2", 2014, None, "'2014' is a number where a text is due"),
    ("programme!A3", "title", None, "'title' is not a field. Fields: cci, title_it, title_en, licence"),
    ("programme!A3", "cci", None, "'cci' is in row 2 too"),
]


@pytest.mark.parametrize(("cell", "value", "number_format", "message"), CELLS, ids=lambda item: repr(item)[:30])
def test_a_cell_that_is_refused(damaged, cell, value, number_format, message):
    said = told(damaged(setter(cell, value, number_format)))
    assert list(said) == [cell]
    assert said[cell].startswith(cell)
    assert message in said[cell]


def test_what_looks_odd_but_is_right(damaged):
    def change(book):
        setter("finance!G3", 122136070.1, '#,##0.00 "% of what"')(book)
        setter("finance!B3", datetime.date(2018, 12, 31), "dddd d mmmm yyyy")(book)
        book["finance"]["G4"].value = ""
        book["finance"]["M40"].number_format = "0%"  # formatted, and empty
        book["finance"].row_dimensions[40].hidden = True
        book["finance"].column_dimensions["P"].hidden = True

    assert_same(read_workbook(damaged(change)), workbooks.small())


def test_dates_counted_from_1904(damaged):
    def change(book):
        book.epoch = datetime.datetime(1904, 1, 1)

    assert read_workbook(damaged(change)).cutoffs == ["2018-12-31"]


@pytest.mark.parametrize(
    ("formula", "shown"),
    [("=1+1", "'=1+1'"), ("=SUM(G2:G2)", "'=SUM(G2:G2)'"), (ArrayFormula("G3", "=G2*2"), "'=G2*2'")],
)
def test_a_formula_is_refused(damaged, formula, shown):
    said = told(damaged(setter("finance!G3", formula)))
    assert said == {
        "finance!G3": f"finance!G3, column amount_eur: {shown} is a formula. Copy it and paste it as a value"
    }


def with_xml(path, part, old, new):
    """A workbook with one piece of one part changed."""
    with zipfile.ZipFile(path) as parts:
        held = {info.filename: parts.read(info) for info in parts.infolist()}
    text = held[part].decode("utf-8")
    assert len(re.findall(old, text)) == 1, f"{old} is not once in {part}"
    held[part] = re.sub(old, lambda _: new, text).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in held.items():
            parts.writestr(name, content)
    return path


def part_of(path, sheet):
    return f"xl/worksheets/sheet{load_workbook(path).sheetnames.index(sheet) + 1}.xml"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ('<c r="G3" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "'=1/0' is a formula that gives #DIV/0!. Correct it"),
        ('<c r="G3" t="e"><f>#REF!</f><v>#REF!</v></c>', "'=#REF!' is a formula that gives #REF!"),
        ('<c r="G3"><f>1+1</f><v>2</v></c>', "'=1+1' is a formula. Copy it"),  # even with the value it had last
    ],
)
def test_a_formula_with_the_value_it_left(good, tmp_path, cell, message):
    path = shutil.copy(good, tmp_path / "mine.xlsx")
    said = told(with_xml(path, part_of(path, "finance"), r'<c r="G3".*?</c>', cell))
    assert list(said) == ["finance!G3"]
    assert message in said["finance!G3"]


@pytest.mark.parametrize("number", ["0.30000000000000004", "12345678901234567", "9" * 30, "1e400"])
def test_a_number_with_more_digits_than_a_workbook_keeps(good, tmp_path, number):
    path = shutil.copy(good, tmp_path / "mine.xlsx")
    said = told(with_xml(path, part_of(path, "finance"), r"<v>122136070.1</v>", f"<v>{number}</v>"))
    assert list(said) == ["finance!G3"]
    assert "has more than 15 digits" in said["finance!G3"]


@pytest.mark.parametrize("flat", ['ht="0" customHeight="1"', 'hidden="true"'])
def test_a_row_nobody_can_see(good, tmp_path, flat):
    path = shutil.copy(good, tmp_path / "mine.xlsx")
    said = told(with_xml(path, part_of(path, "finance"), r'<row r="3"', f'<row r="3" {flat}'))
    assert list(said) == ["finance!3:3"]
    assert "is a hidden row" in said["finance!3:3"]


# --- faults of sheets ---


def merge(book):
    book["finance"].merge_cells("A2:A3")


def hide_row(book):
    book["finance"].row_dimensions[3].hidden = True


def hide_column(book):
    book["finance"].column_dimensions["G"].hidden = True


def hide_sheet(book):
    book["claims"].sheet_state = "hidden"


def hide_sheet_well(book):
    book[HELP].sheet_state = "veryHidden"


def rename_sheet(book):
    book["population"].title = "populations"


def drop_sheet(book):
    del book["sources"]


def drop_metadata(book):
    del book["programme"]


def empty_row(book):
    book["finance"].insert_rows(3)


def repeat_key(book):
    book["finance"]["C3"].value = "allocation"


def no_header(book):
    book["finance"].delete_rows(1)


def header_lower(book):
    book["finance"].insert_rows(1)


def no_rows(book):
    book["axes"].delete_rows(2, 2)


@pytest.mark.parametrize(
    ("change", "cell", "message"),
    [
        (merge, "finance!A2:A3", "finance!A2:A3: is a merged cell. Unmerge it"),
        (hide_row, "finance!3:3", "is a hidden row"),
        (hide_column, "finance!G:G", "column amount_eur: is a hidden column"),
        (hide_sheet, "claims", "claims: is a hidden sheet"),
        (hide_sheet_well, HELP, "is a hidden sheet"),
        (rename_sheet, "populations", "is not a sheet of a programme. Did you mean 'population'?"),
        (drop_sheet, "sources", "table sources is missing"),
        (drop_metadata, "programme", "sheet programme is missing"),
        (empty_row, "finance!3:3", "is an empty row, and row 4 follows"),
        (repeat_key, "finance!A3", "is the key of row 2 too"),
        (header_lower, "finance!1:1", "row 1 is not the header"),
        (no_rows, "axes", "table axes has no rows"),
        (
            setter("finance!G1", "amount"),
            "finance!G1",
            "is not a column of finance. Did you mean 'amount_eur'?",
        ),
        (setter("finance!G1", "amount_eur "), "finance!G1", "'amount_eur ' is not a column of finance"),
        (setter("finance!G1", "source"), "finance!G1", "'source' is in F1 too"),
        (setter("finance!G1", None), "finance!1:1", "column amount_eur is missing"),
        (setter("finance!G1", "=1"), "finance!G1", "is a formula"),
        (setter("finance!P3", "nota"), "finance!P3", "'nota' lies in a column without a name"),
        (no_header, "finance!A1", "'01' is not a column of finance"),
    ],
    ids=lambda item: getattr(item, "__name__", None),
)
def test_a_sheet_that_is_refused(damaged, change, cell, message):
    said = told(damaged(change))
    assert message in said[cell]


def test_every_fault_is_listed_at_once(damaged):
    def change(book):
        merge(book)
        hide_sheet(book)
        setter("finance!G3", "x")(book)
        setter("axes!A2", 1)(book)
        setter("population!C2", -3)(book)

    said = told(damaged(change))
    assert {"finance!A2:A3", "claims", "finance!G3", "axes!A2", "population!C2"} <= set(said)


def test_a_column_too_many_hides_no_other_fault(damaged):
    def change(book):
        setter("finance!O1", "note")(book)
        setter("finance!O2", "x")(book)
        setter("finance!O3", "y")(book)
        setter("finance!G3", "x")(book)

    said = told(damaged(change))
    assert set(said) == {"finance!O1", "finance!G3"}
    assert "'note' is not a column of finance" in said["finance!O1"]


def test_a_column_twice_hides_no_other_fault(damaged):
    def change(book):
        setter("finance!G1", "source")(book)
        setter("finance!B3", "x")(book)

    assert {"finance!G1", "finance!B3"} <= set(told(damaged(change)))


def test_a_row_of_totals_is_named_as_one(damaged):
    def change(book):
        book["finance"].append(["Totale", None, None, None, None, None, "=SUM(G2:G9)"])

    (fault,) = faults_of(damaged(change))
    assert fault.cell.startswith("finance!A")
    assert (fault.value, fault.problem) == ("Totale", "is a row of totals")


def test_rows_without_anything_below_a_table_are_passed_over(damaged):
    def change(book):
        book["finance"].append([" ", "", "  "])
        book["finance"].append([None, "\t"])

    assert len(read_workbook(damaged(change)).finance) == len(read_workbook(damaged(lambda book: None)).finance)


def test_the_command_says_a_cause_in_a_line_and_all_of_it_when_asked(damaged, tmp_path):
    def change(book):
        for row in range(2, 5):
            setter(f"finance!B{row}", "31/12/2018")(book)

    path = damaged(change)
    said = porfse("import", "workbook", path, "--to", tmp_path / "out").stderr
    assert "  finance: 3 cells of cutoff: '31/12/2018' is a date kept as text. Give the cell a date format" in said
    assert "(B2, B3, B4)" in said
    in_full = porfse("import", "workbook", path, "--to", tmp_path / "out", "--all").stderr
    assert [line.split(",")[0] for line in in_full.splitlines()[1:]] == ["  finance!B2", "  finance!B3", "  finance!B4"]


# --- files that are no workbook ---


def zipped(path, **parts):
    with zipfile.ZipFile(path, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"axis,cutoff\nI,2018-12-31\n", "is not a workbook (.xlsx)"),
        (b"", "is not a workbook (.xlsx)"),
        (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "is a workbook of the old format (.xls)"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (b"PK\x03\x04 and then nothing", "is damaged"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "is an OpenDocument file (.ods)"),
        ({"xl/workbook.bin": ""}, "is a binary workbook (.xlsb)"),
        ({"word/document.xml": ""}, "is a zip file but not a workbook"),
    ],
)
def test_another_file_instead(tmp_path, content, message):
    path = tmp_path / "mine.xlsx"
    if isinstance(content, dict):
        zipped(path, **content)
    else:
        path.write_bytes(content)
    (fault,) = faults_of(path)
    assert message in str(fault)
    assert fault.remedy


def test_a_missing_file_and_a_folder(tmp_path):
    assert "is missing" in str(faults_of(tmp_path / "none.xlsx")[0])
    assert "is a folder" in str(faults_of(tmp_path)[0])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_cut_short(good, tmp_path, share):
    path = tmp_path / "cut.xlsx"
    path.write_bytes(good.read_bytes()[: int(good.stat().st_size * share)])
    (fault,) = faults_of(path)
    assert "is damaged" in str(fault)


@pytest.mark.parametrize("part", ["workbook.xml", "styles.xml", "sharedStrings.xml", "worksheets/sheet4.xml"])
def test_a_workbook_with_a_broken_part(template, tmp_path, part):
    path = shutil.copy(template, tmp_path / "broken.xlsx")
    (fault,) = faults_of(with_xml(path, f"xl/{part}", r"(?s)\A.*\Z", "<worksheet><"))
    assert "is damaged" in str(fault)


def test_a_workbook_that_unpacks_to_too_much(good, tmp_path, monkeypatch):
    path = shutil.copy(good, tmp_path / "bomb.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/picture.png", b"\0" * 3 * 2**20)
    monkeypatch.setattr(workbook_file, "_MAX_BYTES", 2 * 2**20)
    (fault,) = faults_of(path)
    assert "MB unpacked, more than the 2 MB that are read" in str(fault)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_that_declares_entities(good, tmp_path, encoding):
    path = shutil.copy(good, tmp_path / "entities.xlsx")
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr("xl/more.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(encoding))
    (fault,) = faults_of(path)
    assert "declares entities in 'xl/more.xml'" in str(fault)


# --- the command ---


def porfse(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_the_command_writes_a_folder_that_checks(good, tmp_path):
    run = porfse("import", "workbook", good, "--to", tmp_path / "p")
    assert run.exit_code == 0, run.stderr
    assert "2014XX05SFOP001 Programme: 1 reporting dates" in run.stderr
    assert_same(load_programme(tmp_path / "p"), workbooks.small())
    assert porfse("check", tmp_path / "p").exit_code == 0
    again = porfse("import", "workbook", good, "--to", tmp_path / "p")
    assert again.exit_code == 2
    assert again.stderr.endswith("p exists and is not empty: name another folder, or allow it with --overwrite\n")
    assert porfse("import", "workbook", good, "--to", tmp_path / "p", "--overwrite").exit_code == 0


def test_the_command_writes_nothing_on_a_fault(damaged, bundled, tmp_path):
    save_programme(bundled, tmp_path / "p")
    before = everything(tmp_path / "p")
    path = damaged(setter("finance!G3", "1,0O"))
    for target in ("p", "new"):
        run = porfse("import", "workbook", path, "--to", tmp_path / target, "--overwrite")
        assert run.exit_code == 2
        assert "finance!G3, column amount_eur: '1,0O' is a text, not a number" in run.stderr
    assert everything(tmp_path / "p") == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["mine.xlsx", "p"]


def test_the_filled_in_workbook_of_a_new_folder_fills_that_folder(tmp_path):
    folder = new_folder(tmp_path / "p")
    workbooks.fill(folder / TEMPLATE, workbooks.small())
    workbook = (folder / TEMPLATE).read_bytes()
    said = porfse("import", "workbook", folder / TEMPLATE, "--to", folder, "--overwrite")
    assert said.exit_code == 0, said.stderr
    filled, known = read_workbook(folder / TEMPLATE), load_programme(folder)
    assert (known.cci, dict(known.titles)) == (filled.cci, dict(filled.titles))
    pd.testing.assert_frame_equal(known.finance, filled.finance)
    assert (folder / TEMPLATE).read_bytes() == workbook
    kept = next(line for line in said.stderr.splitlines() if line.startswith("kept, since"))
    assert TEMPLATE in kept
    assert "finance.csv" not in kept


def test_the_command_says_which_tables_were_kept(good, bundled, tmp_path):
    small = workbooks.small()
    save_programme(replace(bundled, cci=small.cci), tmp_path / "p")
    said = porfse("import", "workbook", good, "--to", tmp_path / "p", "--overwrite")
    # those of the bundled programme know other axes and sources: they are not dropped, so the two do not fit
    assert said.exit_code == 2
    assert "is not in the table axes" in said.stderr


@pytest.mark.long
def test_progress_is_told(tmp_path):
    programme = workbooks.small()
    finance = pd.concat([programme.finance.iloc[:1]] * 2500, ignore_index=True)
    finance["region_category"] = np.arange(2500).astype(str)
    path = workbooks.fill(tmp_path / "long.xlsx", replace(programme, finance=finance))
    calls = []
    import_workbook(path, tmp_path / "p", progress=lambda sheet, rows: calls.append((sheet, rows)))
    assert calls == [("finance", 1000), ("finance", 1000)]


# --- the template ---


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / TEMPLATE
    write_template(path)
    return path


def test_the_template_is_the_same_bytes_every_time(template, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    folder = new_folder(tmp_path / "p")
    assert (folder / TEMPLATE).read_bytes() == template.read_bytes()


def test_the_template_has_every_table_and_column(template):
    book = load_workbook(template)
    # the sources first: every other sheet names them
    assert book.sheetnames == [HELP, "programme", "sources", *(name for name in TABLES if name != "sources")]
    for table in TABLES.values():
        sheet = book[table.name]
        assert [cell.value for cell in sheet[1]] == list(table.names)
        assert sheet.max_row == 1
        for cell, column in zip(sheet[1], table.columns, strict=True):
            assert column.meaning in cell.comment.text
            assert all(text in cell.comment.text for text in meaning(table.name, column).values())
    explained = {(row[0], row[1]): row[2:] for row in book[HELP].iter_rows(min_row=8, values_only=True)}
    assert set(explained) == {(table.name, column.name) for table in TABLES.values() for column in table.columns}
    assert explained["finance", "stage"] == (
        "stadio finanziario",
        "financial stage",
        ", ".join(STAGES),
        ", ".join(STAGES),
        "obbligatoria",
        "required",
    )


def test_the_template_offers_lists_and_messages(template):
    book = load_workbook(template)
    rules = {
        (sheet.title, str(rule.sqref).split(":")[0].rstrip("2")): rule
        for sheet in book.worksheets
        for rule in sheet.data_validations.dataValidation
    }
    assert rules["finance", "C"].formula1 == f'"{",".join(STAGES)}"'
    assert rules["finance", "C"].errorStyle in (None, "stop")
    assert rules["axes", "E"].formula1 == '"yes,no"'
    assert rules["finance", "J"].formula1 == '"exact,about,more_than,less_than"'
    assert "axes!$A$2" in rules["finance", "A"].formula1
    assert not rules["finance", "A"].showErrorMessage  # ALL is not among the cells of axes
    assert "sources!$A$2" in rules["finance", "F"].formula1
    # the axis of a measure is one of the axes, never the whole programme
    assert "axes!$A$2" in rules["measures", "C"].formula1
    assert rules["measures", "C"].showErrorMessage
    for table in TABLES.values():
        for place, column in enumerate(table.columns):
            rule = rules[table.name, chr(ord("A") + place)]
            assert rule.promptTitle == column.name[:32]  # as much as Excel takes
            assert rule.prompt
    widths = book["finance"].column_dimensions
    assert [widths[letter].number_format for letter in "ABG"] == ["@", "yyyy-mm-dd", "#,##0.00"]


def test_an_empty_template_says_what_it_lacks(template):
    said = told(template)
    assert set(said) == {"programme!B2", "axes", "finance", "sources"}


def test_every_column_has_its_meaning_and_no_other_is_kept():
    columns = [(table.name, column) for table in TABLES.values() for column in table.columns]
    assert {(name, column.name): meaning(name, column)["en"] for name, column in columns} == {
        (name, column.name): column.meaning for name, column in columns
    }
    names = {column.name for _, column in columns} | {f"{name}.{column.name}" for name, column in columns}
    assert set(catalogue("it")["meaning"]) <= names
