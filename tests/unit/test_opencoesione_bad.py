"""Files of OpenCoesione that are damaged, forged or at odds: named with file and row, once per cause, or set aside.

Each one small, read row by row, and as a large file is, with DuckDB.
"""

import gzip
import re
import zipfile

import opencoesione_samples as samples
import pytest
from opencoesione_samples import CCI, project

from porfse_analysis.errors import DataError
from porfse_analysis.loaders.opencoesione import scan, source
from porfse_analysis.loaders.opencoesione_data import import_records, read_records


@pytest.fixture(params=["small", "large"], autouse=True)
def size(request, monkeypatch):
    if request.param == "large":
        pytest.importorskip("duckdb")
        monkeypatch.setattr(scan, "_LARGE", 0)
    return request.param


def refused(*files):
    with pytest.raises(DataError) as caught:
        read_records(files, CCI)
    return caught.value


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../progetti_esteso.csv", "/etc/p.csv", "a/../../p.csv", "..\\p.csv", "C:\\p.csv"])
def test_a_zip_with_names_that_lead_out_of_its_folder(tmp_path, name):
    content = samples.table([project("A")])
    path = archive(tmp_path / "in.zip", **{"good.csv": content, name: content})
    before = sorted(tmp_path.parent.iterdir())
    error = refused(path)
    assert "in.zip: is a zip archive with names that lead out" in str(error).replace("1 problem.\n  ", "")
    assert sorted(tmp_path.parent.iterdir()) == before
    assert [file.name for file in tmp_path.iterdir()] == ["in.zip"]


@pytest.mark.parametrize("form", ["zip", "gz"])
def test_a_bomb_is_left_packed(tmp_path, monkeypatch, form):
    monkeypatch.setattr(source, "_BOMB_FROM", 1 << 20)
    head = samples.table([project("A")])
    row = samples.table([project("B", OC_TITOLO_PROGETTO="0" * 100_000)]).split(b"\n", 1)[1]
    content = head + row * 60  # 6 MB of zeros, of which 20 KB are left
    path = tmp_path / f"bomb.{form}"
    if form == "zip":
        archive(path, **{"p.csv": content})
    else:
        path.write_bytes(gzip.compress(content))
    error = refused(path)
    assert "unpacks to more than 250 times its size" in str(error)
    assert len(error.faults) == 1
    assert str(path) in str(error)


def test_a_real_table_of_that_size_is_no_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "_BOMB_FROM", 1 << 10)
    path = archive(tmp_path / "p.zip", **{"p.csv": samples.table([project(f"P{place}") for place in range(300)])})
    assert len(read_records([path], CCI).projects) == 300


@pytest.mark.parametrize(
    ("cut", "said"),
    [(-2, "ends inside a quoted cell"), (-120, "has 1\\d\\d cells where the header has 199|ends inside a quoted cell")],
)
def test_a_file_cut_in_the_middle(tmp_path, cut, said):
    path = samples.written(tmp_path, "p.csv", [project("A"), project("B")])
    path.write_bytes(path.read_bytes()[:cut])
    error = refused(path)
    assert error.faults[0].file == str(path)
    assert re.search(said, str(error))


def test_a_zip_and_a_gzip_cut_in_the_middle(tmp_path):
    content = samples.table([project(f"P{place}", OC_TITOLO_PROGETTO=str(hash(place))) for place in range(200)])
    packed = archive(tmp_path / "p.zip", **{"p.csv": content})
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    assert "cannot be opened" in str(refused(packed))
    # whole to look at, with a piece that is another
    middle = len(whole) // 2
    packed.write_bytes(whole[:middle] + b"\xff" * 20 + whole[middle + 20 :])
    assert "damaged" in str(refused(packed))
    one = tmp_path / "p.csv.gz"
    one.write_bytes(gzip.compress(content)[:-200])
    assert "damaged" in str(refused(one))


def test_another_separator(tmp_path):
    path = samples.written(tmp_path, "p.csv", [project("A")], separator=":")
    assert "is none of the files that are read" in str(refused(path))
    path = samples.written(tmp_path, "tabs.csv", [project("A")], separator="\t")
    assert len(read_records([path], CCI).projects) == 1  # told by the header


def test_another_separator_below_the_header(tmp_path):
    path = samples.written(tmp_path, "p.csv", [project("A")])
    other = samples.table([project("B")], separator=",").split(b"\n", 1)[1]
    path.write_bytes(path.read_bytes() + other)
    error = refused(path)
    assert [(fault.row, fault.file) for fault in error.faults] == [(3, str(path))]
    assert "has 1 cell where the header has 199" in str(error)


def test_two_encodings_in_one_file(tmp_path):
    rows = [project("A", OC_DESCR_CATEGORIA_SPESA="mobilità"), project("B", OC_DESCR_CATEGORIA_SPESA="città")]
    path = samples.written(tmp_path, "p.csv", rows)
    path.write_bytes(path.read_bytes().replace("città".encode(), "città".encode("latin-1")))
    error = refused(path)
    assert [(fault.row, fault.problem) for fault in error.faults] == [(3, "is not UTF-8 text")]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("DATA_AGGIORNAMENTO", "20160132", "is no day of the calendar"),
        ("DATA_AGGIORNAMENTO", "21070831", "is a day that has not come yet"),
        ("COSTO_RENDICONTABILE_UE", "10,123", "has more than two decimals"),
    ],
)
def test_cells_that_a_figure_depends_on(tmp_path, column, value, said):
    rows = [project("A"), *(project(f"B{place}", **{column: value}) for place in range(3))]
    path = samples.written(tmp_path, "p.csv", rows)
    error = refused(path)
    assert [(fault.row, fault.column, fault.value) for fault in error.faults] == [
        (row, column, value) for row in (3, 4, 5)
    ]
    assert str(error).count(said) == 1  # the cause, once


def test_payments_of_other_days(tmp_path):
    path = samples.written(tmp_path, "p.csv", [project("A")])
    for day in ("21070101", "20160132"):
        paid = [samples.payment("A", "20200101", "1,00"), samples.payment("A", day, "1,00")]
        other = samples.written(tmp_path, "q.csv", paid, samples.PAYMENT_COLUMNS)
        error = refused(path, other)
        assert [(fault.row, fault.column, fault.value) for fault in error.faults] == [(3, "OC_DATA_PAGAMENTI", day)]


@pytest.mark.parametrize("column", ["COSTO_RENDICONTABILE_UE", "DATA_AGGIORNAMENTO"])
def test_parquet_with_an_amount_or_a_day_in_32_bits(tmp_path, column):
    duckdb = pytest.importorskip("duckdb")
    cells = {name: f"'{value}'" for name, value in project("A").items()} | {column: "20240831::FLOAT"}
    listed = ", ".join(f'{value} AS "{name}"' for name, value in cells.items())
    path = tmp_path / "p.parquet"
    duckdb.execute(f"COPY (SELECT {listed}) TO '{path}' (FORMAT parquet)")
    error = refused(path)
    assert column in str(error)
    assert "Take the CSV" in str(error)
    packed = tmp_path / "p.zip"
    archive(packed, **{"p.parquet": path.read_bytes()})
    assert "Take the CSV" in str(refused(packed))


def test_payments_of_a_project_that_is_not_there(tmp_path):
    path = samples.written(tmp_path, "p.csv", [project("A")])
    paid = [samples.payment(code, "20200101", "1,00") for code in ("A", "B", "C")]
    other = samples.written(tmp_path, "q.csv", paid, samples.PAYMENT_COLUMNS)
    records = read_records([path, other], CCI)
    out = records.aside[["file", "reason", "rows"]].to_numpy().tolist()
    assert out == [["q.csv", "other_project", 2]]
    assert (records.read["q.csv"], records.kept["q.csv"]) == (3, 1)


def test_keys_that_stand_in_a_file_twice(tmp_path):
    path = samples.written(tmp_path, "p.csv", [project("A"), project("B"), project("C"), project("B"), project("A")])
    error = refused(path)
    assert [(fault.file, fault.row) for fault in error.faults] == [(str(path), 5), (str(path), 6)]
    assert str(error).count("stands in the files already") == 1
    one = samples.written(tmp_path, "a.csv", [project("A"), project("B")])
    two = samples.written(tmp_path, "b.csv", [project("C"), project("B")])
    assert [(fault.file, fault.row) for fault in refused(one, two).faults] == [(str(two), 3)]


def test_what_is_kept_and_set_aside_is_what_was_read(tmp_path):
    rows = [
        project("A"),
        project("B", OC_FLAG_VISUALIZZAZIONE="1"),
        project("", OC_TITOLO_PROGETTO="x"),
        project("D", OC_COD_ARTICOLAZ_PROGRAMMA=""),
        project("E", OC_CODICE_PROGRAMMA="2014IT05SFOP007"),
        project("F", FONDO_COMUNITARIO="FSE:::FESR"),
    ]
    paid = [samples.payment("A", "20200101", "1,00"), samples.payment("A", " ", "1,00")]
    paid += [samples.payment("E", "20200101", "1,00", OC_CODICE_PROGRAMMA="2014IT05SFOP007")]
    files = [
        samples.written(tmp_path, "p.csv", rows),
        samples.written(tmp_path, "q.csv", paid, samples.PAYMENT_COLUMNS),
    ]
    _, records = import_records(files, CCI, tmp_path / "folder")
    assert records.read == {"p.csv": 6, "q.csv": 3}
    out = records.aside.groupby("file")["rows"].sum().to_dict()
    assert {file: records.kept[file] + out[file] for file in records.read} == records.read
    assert dict(records.aside.groupby("reason")["rows"].sum()) == {
        **{"not_shown": 1, "no_code": 1, "no_axis": 1, "two_funds": 1, "no_day": 1},
        "other_programme": 2,
    }
