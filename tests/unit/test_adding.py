"""New figures in a programme folder: merged by key, all or nothing, and the folder before kept."""

import dataclasses
import datetime
import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from frames import only
from pandas.testing import assert_frame_equal

from porfse_analysis import DataError, ParameterError, financial_progress, load_programme, resources, schema
from porfse_analysis.loaders.adding import Change, add_file, previous, undo
from porfse_analysis.loaders.workbook.reading import import_workbook, read_workbook
from porfse_analysis.loaders.workbook.template import write_workbook

NEW = "sheet-2019-03-31"
SOURCE = f"source,title_it\n{NEW},Scheda al 31 marzo 2019\n"
MARCH = "\n".join(
    [
        "axis,cutoff,stage,source,amount_eur,precision",
        f"ALL,2019-03-31,certified,{NEW},170000000,1000000",
        f"I,2019-03-31,certified,{NEW},70000000,1000000",
    ]
)


@pytest.fixture
def folder(copy_of_bundled):
    return copy_of_bundled


@pytest.fixture
def csv_file(tmp_path):
    def write(text, name="new.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_sheet_in_two_files(folder, csv_file):
    before = contents(folder)
    assert add_file(folder, csv_file(SOURCE)).added == {"sources": [NEW]}
    found = add_file(folder, csv_file(MARCH))
    assert found.added == {
        "finance": [f"{axis} 2019-03-31 certified ESF More developed {NEW}" for axis in ("ALL", "I")],
    }
    assert (found.changed, found.known) == ([], 0)
    rows = load_programme(folder).finance.query("source == @NEW")
    assert rows["amount_eur"].tolist() == [170e6, 70e6]
    # what the file does not have takes its default; fund and category are the programme's only ones
    assert set(rows["qualifier"]) == {"exact"}
    assert set(rows["fund"] + " " + rows["region_category"]) == {"ESF More developed"}
    # every other table stays byte for byte, and so does the rest of the descriptor
    after = contents(folder)
    assert {name for name in after if after[name] != before[name]} == {"finance.csv", "sources.csv"}
    # a second time there is nothing to do, and nothing is written
    kept = contents(previous(folder))
    assert add_file(folder, csv_file(MARCH)).known == 2
    assert contents(previous(folder)) == kept


def test_a_category_left_empty_is_the_only_one_of_the_axis(folder, csv_file):
    """The programme has two, axis I one of them, axis II both: there an empty cell stays one."""
    path = folder / "finance.csv"
    text = path.read_text(encoding="utf-8")
    (second,) = (line for line in text.splitlines() if line.startswith("II,2017-12-31,declared,"))
    other = second.replace("More developed", "Transition")
    assert other != second
    path.write_text(text + other + "\n", encoding="utf-8")
    add_file(folder, csv_file(SOURCE))
    row = "{},2019-03-31,paid," + NEW + ",1000000"
    header = "axis,cutoff,stage,source,amount_eur"
    assert add_file(folder, csv_file("\n".join([header, row.format("I"), row.format("II")]))).added == {
        "finance": [f"I 2019-03-31 paid ESF More developed {NEW}", f"II 2019-03-31 paid ESF {NEW}"]
    }


def test_a_figure_without_category_is_corrected_as_it_is(folder, csv_file):
    path = folder / "finance.csv"
    text = path.read_text(encoding="utf-8")
    (told,) = (line for line in text.splitlines() if line.startswith("II,2017-12-31,declared,"))
    of_another = told.replace("II,", "I,", 1).replace("More developed", "Transition")
    changed = text.replace(told, told.replace(",More developed,", ",,"))
    path.write_text(f"{changed}{of_another}\n", encoding="utf-8")
    new = "axis,cutoff,stage,fund,source,amount_eur\nII,2017-12-31,declared,ESF,ec-99js-gm52,8206838.22"
    found = add_file(folder, csv_file(new))
    assert (found.added, found.known) == ({}, 1)
    assert found.changed == [
        Change("finance", "II 2017-12-31 declared ESF ec-99js-gm52", "amount_eur", "8,206,838.21", "8,206,838.22")
    ]


def test_commitments_of_a_year_have_no_axis(tmp_path, csv_file):
    """Of two funds none is the only one; the category is that of the row there is, which has none."""
    folder = Path(shutil.copytree(Path(__file__).parents[1] / "data" / "invented-programme", tmp_path / "invented"))
    rows = ["2014,ESF,invented-plan,9600001.00", "2014,,invented-plan,1.00"]
    found = add_file(folder, csv_file("\n".join(["year,fund,source,eu_commitment_eur", *rows])))
    assert found.changed == [Change("eu_commitments", "2014 ESF", "eu_commitment_eur", "9,600,000.00", "9,600,001.00")]
    assert found.added == {"eu_commitments": ["2014"]}


def test_people_of_a_file_without_fund_and_type(folder, csv_file):
    """The columns that are the same in every row may be left out of figures of people too."""
    header = "axis,investment_priority,indicator_type,indicator_code,cutoff,source"
    known = load_programme(folder).achievements.query("indicator_code == 'CO01' and value > 0").iloc[0]
    cells = [str(known[name]) for name in ("axis", "investment_priority", "indicator_type", "indicator_code")]
    row = ",".join([*cells, "2021-12-31", str(known["source"])])
    (added,) = add_file(folder, csv_file(f"{header},value\n{row},11000")).added["achievements"]
    assert "ESF" in added
    with pytest.raises(DataError, match=r"'12\.5' is not a whole number"):
        add_file(folder, csv_file(f"{header},value\n{row},12.5"))


def test_a_changed_figure_is_told_and_an_empty_cell_erases_nothing(folder, csv_file):
    key = "I,2018-12-31,declared,ESF,More developed,ec-99js-gm52"
    head = "axis,cutoff,stage,fund,region_category,source,amount_eur,plan_version\n"
    # 122,136,070.10 stands there, of plan version 4
    found = add_file(folder, csv_file(f"{head}{key},,\n"))
    assert (found.added, found.changed, found.known) == ({}, [], 1)
    found = add_file(folder, csv_file(f"{head}{key},122136070.99,\n"))
    said = "I 2018-12-31 declared ESF More developed ec-99js-gm52"
    assert found.changed == [Change("finance", said, "amount_eur", "122,136,070.10", "122,136,070.99")]
    row = only(load_programme(folder).finance, axis="I", cutoff=pd.Timestamp("2018-12-31"), stage="declared")
    assert (row["amount_eur"], row["plan_version"]) == (122_136_070.99, "4")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MARCH, "'sheet-2019-03-31' is not in the table sources (2 rows, this is the first)"),
        ("axis,cutoff,stage,source,amount_eur\nI,31/03/2019,certified,sheet-2018-09-30,1\n", "not a date written"),
        ("axis,cutoff,stage,source,amount_eur\nI,2019-03-31,certified,sheet-2018-09-30,1.005\n", "two decimals"),
        ("axis,cutoff,stage,source,amount_eur\nVI,2019-03-31,certified,sheet-2018-09-30,1\n", "not in the table axes"),
        (
            "axis,cutoff,stage,source,amount_eur\n" + "I,2019-03-31,certified,sheet-2018-09-30,1\n" * 2,
            "row 3: has the key of a row above",
        ),
    ],
)
def test_one_row_that_cannot_be_taken_and_nothing_is_written(folder, csv_file, text, problem):
    before = contents(folder)
    good = "II,2019-03-31,certified,sheet-2018-09-30,5\n" if "amount_eur\n" in text else ""
    with pytest.raises(DataError) as caught:
        add_file(folder, csv_file(text + good))
    assert problem in str(caught.value)
    assert "new.csv" in str(caught.value)
    assert contents(folder) == before
    assert not previous(folder).exists()


def test_a_dry_run_writes_nothing(folder, csv_file):
    before = contents(folder)
    assert add_file(folder, csv_file(SOURCE), dry_run=True).added == {"sources": [NEW]}
    assert contents(folder) == before
    assert not previous(folder).exists()


def test_undo_brings_back_what_was(folder, csv_file):
    (folder / "notes.txt").write_text("of the user")
    before = contents(folder)
    add_file(folder, csv_file(SOURCE))
    after = contents(folder)
    assert after["notes.txt"] == b"of the user"
    undo(folder)
    assert contents(folder) == before
    undo(folder)  # and back
    assert contents(folder) == after
    shutil.rmtree(folder)  # killed between two moves
    undo(folder)
    assert contents(folder) == before
    with pytest.raises(ParameterError, match=r"there is no programme\.previous beside it"):
        undo(folder)


@pytest.mark.parametrize("job", ["add", "undo"])
def test_a_kill_between_two_moves_hides_nothing(folder, csv_file, monkeypatch, tmp_path_factory, job):
    """At whatever move the process ends, the next call has the folder as it was, and one of its neighbours."""
    file = csv_file(SOURCE)
    oldest = contents(folder)
    add_file(folder, csv_file("source,title_it\nearlier,Prima\n", "earlier.csv"))
    as_it_was, moments = contents(folder), []
    move = Path.rename

    def moved(path, target):
        result = move(path, target)
        if path.parent == folder.parent:
            killed = tmp_path_factory.mktemp("killed")
            shutil.copytree(folder.parent, killed, dirs_exist_ok=True)
            moments.append(killed / folder.name)
        return result

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", moved)
        add_file(folder, file) if job == "add" else undo(folder)
    assert len(moments) == 3
    newest = contents(folder)
    for killed in moments:
        if killed.exists() or job == "undo":
            add_file(killed, file, dry_run=True)
        else:
            with pytest.raises(ParameterError, match="bring it back with --undo"):
                add_file(killed, file, dry_run=True)
            undo(killed)
        found = [contents(killed), contents(previous(killed))]
        assert as_it_was in found
        assert oldest in found or newest in found


def test_the_header_tells_the_table(folder, csv_file):
    semicolons = csv_file("area;year;residents;source\nITC4;2026;10000000;eurostat-demo-r-d2jan\n")
    assert add_file(folder, semicolons).added == {"population": ["ITC4 2026"]}
    with pytest.raises(
        ParameterError, match=r"the header \(a, b\) is not that of a table: name the table with --table"
    ):
        add_file(folder, csv_file("a,b\n1,2\n"))
    with pytest.raises(ParameterError, match="there is no such file"):
        add_file(folder, folder / "none.csv")
    with pytest.raises(ParameterError, match="--table money: the tables are axes, finance"):
        add_file(folder, csv_file(SOURCE), table="money")


def test_a_folder_of_its_own_writing_keeps_its_files(folder, csv_file):
    """A table under another name stays there; its figures are written as this package writes them."""
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    resource = next(item for item in descriptor["resources"] if item["name"] == "population")
    resource["path"] = "residenti.csv"
    (folder / "population.csv").rename(folder / "residenti.csv")
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    add_file(folder, csv_file("area,year,residents,source\nITC4,2026,10000000,eurostat-demo-r-d2jan\n"))
    assert "ITC4,2026,10000000," in (folder / "residenti.csv").read_text(encoding="utf-8")
    assert not (folder / "population.csv").exists()


def test_the_workbook_of_a_programme_reads_back_to_the_same_tables(tmp_path, bundled, folder):
    path = tmp_path / "programme.xlsx"
    write_workbook(bundled, path)
    read = read_workbook(path)
    for name in schema.TABLES:
        assert_frame_equal(getattr(read, name), getattr(bundled, name))
    assert (read.cci, dict(read.titles)) == (bundled.cci, dict(bundled.titles))
    import_workbook(path, tmp_path / "again")
    for name in (f"{table}.csv" for table in schema.TABLES):
        ours = resources.bundled() / name
        if ours.exists():
            assert (tmp_path / "again" / name).read_bytes() == ours.read_bytes(), name
    # added to its own folder it changes nothing
    found = add_file(folder, path)
    assert (found.added, found.changed) == ({}, [])


def test_the_workbook_of_another_programme_is_refused(tmp_path, folder, bundled):
    path = tmp_path / "other.xlsx"
    write_workbook(dataclasses.replace(bundled, cci="2014IT05SFOP005"), path)
    with pytest.raises(ParameterError, match="is of programme 2014IT05SFOP005, the folder of 2014IT05SFOP007"):
        add_file(folder, path)


@pytest.mark.parametrize("written", ["358.000", '"15.500"'])
def test_thousands_with_a_point_are_no_amount(folder, csv_file, written):
    text = f"axis,cutoff,stage,source,amount_eur\nI,2019-03-31,certified,sheet-2018-09-30,{written}\n"
    with pytest.raises(DataError, match="has three decimals: it may be thousands"):
        add_file(folder, csv_file(text))


def test_an_empty_flag_takes_nothing_back(folder, csv_file):
    key = "I,ESF,8i,More developed,OESF,CO01,1.2,ec-2q3n-nr7n"
    names = "axis,fund,investment_priority,region_category,indicator_type,indicator_code,plan_version,source"
    head = f"{names},valid_from,in_performance_framework"
    assert add_file(folder, csv_file(f"{head}\n{key},2015-12-31,yes\n")).changed[0].after == "yes"
    assert add_file(folder, csv_file(f"{head}\n{key},2015-12-31,\n")).changed == []


def test_a_folder_that_went_away_is_brought_back(folder, csv_file):
    add_file(folder, csv_file(SOURCE))
    shutil.rmtree(folder)
    with pytest.raises(ParameterError, match=r"is not there, but programme\.previous is: bring it back with --undo"):
        add_file(folder, csv_file(SOURCE))


def test_a_sheet_in_one_workbook_with_the_columns_it_has(folder, tmp_path):
    """What a CSV file may leave out a sheet of a workbook may: one file, one command."""
    book = openpyxl.Workbook()
    sources, money = book.active, book.create_sheet("finance")
    sources.title = "sources"
    sources.append(["source", "title_it", "series"])
    sources.append([NEW, "Scheda al 31 marzo 2019", "sheet"])
    money.append(["axis", "cutoff", "stage", "source", "amount_eur"])
    for axis, amount in (("ALL", 170e6), ("I", 70e6)):
        money.append([axis, datetime.date(2019, 3, 31), "certified", NEW, amount])
    book.save(tmp_path / "march.xlsx")
    found = add_file(folder, tmp_path / "march.xlsx")
    assert {name: len(keys) for name, keys in found.added.items()} == {"sources": 1, "finance": 2}
    rates = financial_progress(load_programme(folder).finance, cutoff="2019-03-31", by="programme")
    row = only(rates, indicator="certification_rate")
    assert (row["numerator"], row["denominator"]) == (170e6, 970.47e6)
    # the whole programme still needs its whole tables
    with pytest.raises(DataError, match=r"column fund is missing"):
        read_workbook(tmp_path / "march.xlsx")
