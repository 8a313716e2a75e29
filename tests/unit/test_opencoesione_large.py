"""Large files of OpenCoesione, gone through with DuckDB: the same records, to the cent those that were invented."""

import importlib.util
import sys
from pathlib import Path

import opencoesione_samples as samples
import pandas as pd
import pytest
from opencoesione_samples import CCI, payment, project

from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.loaders.opencoesione import scan
from porfse_analysis.loaders.opencoesione.source import parts_of
from porfse_analysis.loaders.opencoesione_data import (
    import_records,
    open_records,
    payments_by_axis,
    programme_from_records,
    read_records,
)

pytest.importorskip("duckdb")

OWN = "2014IT05SFOP003"


@pytest.fixture(scope="module")
def invented():
    """The generator of the benchmarks."""
    path = Path(__file__).parents[2] / "benchmarks" / "_opencoesione_records.py"
    spec = importlib.util.spec_from_file_location("_opencoesione_records", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("_opencoesione_records", None)


@pytest.fixture(scope="module")
def made(invented, tmp_path_factory):
    folder = tmp_path_factory.mktemp("invented")
    known = invented.write(folder, 6_000, 40_000, seed=7, programmes=invented.PROGRAMMES[:4])
    return [folder / "progetti_esteso.csv", folder / "pagamenti.csv"], known


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(scan, "_LARGE", 0)


def of(programme, cutoff, stage):
    rows = programme.finance
    rows = rows[(rows["cutoff"] == cutoff) & (rows["stage"] == stage)]
    return {axis: round(amount * 100) for axis, amount in zip(rows["axis"], rows["amount_eur"], strict=True)}


def test_the_sums_are_those_that_were_invented_at_any_date(made, large):
    files, known = made
    records = read_records(files, OWN)
    days = ["2015-02-01", "2018-12-31", "2021-03-17"]
    programme = programme_from_records(records, cutoffs=days)
    for stage in ("selected", "committed", "paid"):
        assert of(programme, "2024-08-31", stage) == known["totals"].loc[OWN, stage].to_dict()
    for day in days:
        assert of(programme, day, "paid") == known["by_day"].loc[OWN, : pd.Timestamp(day)].sum(axis=1).to_dict()
    assert set(records.aside["reason"]) == {
        *("other_programme", "two_programmes", "not_shown", "aggregate", "no_axis", "other_project", "no_day")
    }
    out = records.aside.groupby("file")["rows"].sum()
    assert {file: records.kept[file] + out[file] for file in records.read} == records.read
    assert records.read == {"progetti_esteso.csv": 6_000, "pagamenti.csv": 40_000}
    for frame in (*records.texts.values(), records.aside):
        assert "COGNOME" not in frame.to_csv().upper()


def test_both_ways_of_reading_give_the_same_records(made, monkeypatch):
    files, _ = made
    small = read_records(files, OWN)
    monkeypatch.setattr(scan, "_LARGE", 0)
    monkeypatch.setattr("porfse_analysis.loaders.opencoesione.source.Part.pieces", None)  # not read row by row
    large = read_records(files, OWN)
    for kind, frame in small.values.items():
        pd.testing.assert_frame_equal(large.values[kind], frame, obj=kind)
        pd.testing.assert_frame_equal(large.texts[kind], small.texts[kind], obj=kind)
    key = ["file", "reason", "project"]
    first, second = (found.aside.sort_values(key, ignore_index=True) for found in (small, large))
    pd.testing.assert_frame_equal(first, second)
    assert (small.read, small.kept, small.notices) == (large.read, large.kept, large.notices)


@pytest.mark.parametrize("programme", [True, False], ids=["told by the programme", "told by the project"])
def test_rows_stay_in_the_order_of_the_file(invented, tmp_path, large, programme):
    invented.write(tmp_path, 6_000, 200_000, seed=7, programmes=invented.PROGRAMMES[:4])
    files = [tmp_path / "progetti_esteso.csv", tmp_path / "pagamenti.csv"]
    payments = pd.read_csv(files[1], sep=";", dtype=str, na_filter=False)
    if not programme:
        payments.drop(columns="OC_CODICE_PROGRAMMA").to_csv(files[1], sep=";", index=False)
    records = read_records(files, OWN)
    kept = payments["COD_LOCALE_PROGETTO"].isin(records.projects["project"]) & (payments["OC_DATA_PAGAMENTI"] != "")
    expected = payments.loc[kept, ["COD_LOCALE_PROGETTO", "OC_DATA_PAGAMENTI", "OC_TOT_PAGAMENTI_RENDICONTAB_UE"]]
    found = records.texts["pagamenti"][["project", "paid_on", "paid"]]
    assert len(found) > 40_000
    assert found.to_numpy().tolist() == expected.to_numpy().tolist()
    # of another programme where that is told, else of a project that is not kept
    aside = records.aside[records.aside["file"] == "pagamenti.csv"].set_index("reason")["rows"]
    assert aside.sum() == 200_000 - len(found)
    assert ("other_programme" in aside.index) is programme


@pytest.mark.parametrize("size", ["small", "large"])
def test_a_payment_is_told_by_its_programme_or_its_project(tmp_path, monkeypatch, size):
    if size == "large":
        monkeypatch.setattr(scan, "_LARGE", 0)
    person = "CGNNMO70A01F205X"
    rows = [project("A"), project(" B"), project("C", OC_FLAG_VISUALIZZAZIONE="1"), project(f"P-{person}")]
    paid = [
        payment(code, "20200101", f"{place},00", OC_CODICE_PROGRAMMA=programme)
        for place, (code, programme) in enumerate(
            [
                ("A", CCI),
                (" A", f"\t{CCI.lower()} "),
                ("A", ""),
                ("B\t", " "),
                (f"P-{person}", ""),
                ("A", "2014IT05SFOP007"),
                ("A", f"{CCI}:::2014IT05SFOP007"),
                ("C", CCI),
                ("C", ""),
                ("UNKNOWN", " \t"),
                ("UNKNOWN", "2014IT05SFOP007"),
            ]
        )
    ]
    records = read_records(small(tmp_path, rows, paid), CCI)
    assert records.values["pagamenti"]["paid"].tolist() == [0, 1, 2, 3, 4]
    codes = records.projects["project"].tolist()
    assert codes[:2] == ["A", "B"]
    assert codes[2].startswith("withheld-")
    assert records.texts["pagamenti"]["project"].tolist() == ["A", "A", "A", "B", codes[2]]
    aside = records.aside[records.aside["file"] == "q.csv"].set_index("reason")["rows"].to_dict()
    assert aside == {"other_programme": 3, "other_project": 3}
    by_axis = payments_by_axis([tmp_path / "p.csv", tmp_path / "q.csv"], ["2020-12-31"])
    assert by_axis["paid_eur"].tolist() == [10]


def test_a_machine_of_many_cores_does_not_need_more_memory(monkeypatch):
    import duckdb

    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda: connect(config={"threads": 64}))
    with scan.connection() as link:
        assert link.execute("SELECT current_setting('threads')").fetchall() == [(4,)]
    monkeypatch.setattr(duckdb, "connect", lambda: connect(config={"threads": 1}))
    with scan.connection() as link:
        assert link.execute("SELECT current_setting('threads')").fetchall() == [(1,)]


def test_what_payments_are_joined_to_is_what_is_held_in_memory(made, tmp_path):
    files, _ = made
    with scan.connection() as link:
        link.execute("CREATE TABLE own AS SELECT 'P' || range AS project FROM range(100_000)")
        table = scan.table_of(parts_of(files[1], tmp_path)[0], tmp_path)
        plan = link.execute(f"EXPLAIN (FORMAT json) SELECT count(*) FROM {table} JOIN own ON c0 = project").fetchall()
    text = plan[0][1]
    # the side that a hash table is built of is named second
    assert text.index("READ_CSV") < text.index("memory.main.own")


@pytest.mark.long
def test_the_copy_has_the_same_figures_and_the_same_bytes(made, tmp_path):
    files, _ = made
    programme, records = import_records(files, OWN, tmp_path / "one", every="year")
    again, _ = import_records([tmp_path / "one" / "records.zip"], OWN, tmp_path / "two", every="year")
    pd.testing.assert_frame_equal(again.finance, programme.finance)
    opened = open_records(tmp_path / "two")
    for kind, frame in records.values.items():
        pd.testing.assert_frame_equal(opened.values[kind], frame, obj=kind)
    third, _ = import_records(files, OWN, tmp_path / "three", every="year")
    assert (tmp_path / "one" / "records.zip").read_bytes() == (tmp_path / "three" / "records.zip").read_bytes()
    assert len(third.finance) == len(programme.finance)


def test_without_duckdb_it_is_read_and_kept_all_the_same(made, tmp_path, monkeypatch):
    files, _ = made
    with_it, _ = import_records(files, OWN, tmp_path / "with", every="year")
    monkeypatch.setattr(scan, "can_be", lambda: False)
    monkeypatch.setattr(scan, "_LARGE", 0)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    import_records(files, OWN, tmp_path / "one", every="year")
    without, _ = import_records([tmp_path / "one" / "records.zip"], OWN, tmp_path / "two", every="year")
    pd.testing.assert_frame_equal(without.finance, with_it.finance)


def test_the_payments_of_every_programme_in_any_order_of_rows(made, tmp_path):
    files, known = made
    days = ["2016-06-30", "2019-12-31", "2030-12-31"]
    found = payments_by_axis(files, days)
    assert len(found) == 4 * 5 * 3
    for row in found.itertuples():
        upto = known["by_day"].loc[(row.programme, row.axis), : row.cutoff].sum()
        assert round(row.paid_eur * 100) == upto, (row.programme, row.axis, row.cutoff)
    turned = []
    for path in files:
        head, *rows = path.read_text().splitlines(keepends=True)
        turned.append(tmp_path / path.name)
        turned[-1].write_text(head + "".join(reversed(rows)))
    pd.testing.assert_frame_equal(payments_by_axis(turned, days), found)


def test_the_payments_of_a_copy_are_those_of_its_programme(made, tmp_path):
    files, _ = made
    import_records(files, OWN, tmp_path / "one")
    found = payments_by_axis(files, ["2019-12-31"])
    copied = payments_by_axis([tmp_path / "one" / "records.zip"], ["2019-12-31"])
    pd.testing.assert_frame_equal(copied, found[found["programme"] == OWN].reset_index(drop=True), check_dtype=False)


def small(folder, rows, paid):
    return [
        samples.written(folder, "p.csv", rows),
        samples.written(folder, "q.csv", paid, samples.PAYMENT_COLUMNS),
    ]


def test_payments_that_would_be_set_aside_are_in_no_sum(tmp_path):
    rows = [
        project("A"),
        project(" B\t"),
        project("C", OC_FLAG_VISUALIZZAZIONE="1"),
        project("D", FONDO_COMUNITARIO="?"),
        project(""),
        project(" "),
    ]
    paid = [payment("A ", "20200101", "0,10"), payment("A", "20200101 ", " 0,20 "), payment("A", " ", "5,00")]
    paid += [payment("B", "20200102", "-0,05"), payment("C", "20200101", "7,00"), payment("D", "20200101", "7,00")]
    paid += [payment("A", "20200101", ""), payment("A", "20200101", "9,00", OC_CODICE_PROGRAMMA="2014IT05SFOP007")]
    found = payments_by_axis(small(tmp_path, rows, paid), ["2020-01-01", "2020-01-02"])
    assert found["paid_eur"].tolist() == [0.30, 0.25]
    by_import = programme_from_records(
        read_records([tmp_path / "p.csv", tmp_path / "q.csv"], CCI), cutoffs=["2020-01-02"]
    )
    assert of(by_import, "2020-01-02", "paid") == {"1": 25}


@pytest.mark.parametrize(
    ("day", "amount", "said"),
    [
        ("20160132", "1,00", "1 days are none of the calendar"),
        ("21070101", "1,00", "1 days are none of the calendar"),
        ("soon", "1,00", "1 days are none of the calendar"),
        ("20200101", "1,123", "1 amounts are not of two decimals"),
        ("20200101", "1e3", "1 amounts are not of two decimals"),
        ("20200101", "1.50", "1 amounts are not of two decimals"),
    ],
)
def test_a_sum_of_cells_that_are_wrong_is_refused(tmp_path, day, amount, said):
    files = small(tmp_path, [project("A")], [payment("A", "20200101", "1,00"), payment("A", day, amount)])
    with pytest.raises(DataError, match=said):
        payments_by_axis(files, ["2020-12-31"])


def test_payments_of_every_programme_need_their_files(tmp_path):
    files = small(tmp_path, [project("A"), project("A")], [payment("A", "20200101", "1,00")])
    with pytest.raises(DataError, match="1 projects stand in the files twice"):
        payments_by_axis(files, ["2020-12-31"])
    with pytest.raises(ParameterError, match="progetti_esteso and pagamenti"):
        payments_by_axis(files[:1], ["2020-12-31"])
    with pytest.raises(ParameterError, match="name a day"):
        payments_by_axis(files, [])
    totals = samples.written(tmp_path, "t.csv", [samples.total("A", "20200101", "1,00")], samples.TOTAL_COLUMNS)
    with pytest.raises(ParameterError, match="cumulative"):
        payments_by_axis([files[0], totals], ["2020-12-31"])


def test_what_is_wrong_in_a_large_file_is_named_with_its_row(tmp_path, large):
    rows = [project("X", OC_CODICE_PROGRAMMA="2014IT05SFOP007")] * 5 + [project("A", COSTO_RENDICONTABILE_UE="1,234")]
    with pytest.raises(DataError, match="row 7, column COSTO_RENDICONTABILE_UE: '1,234' has more than two decimals"):
        read_records([samples.written(tmp_path, "p.csv", rows)], CCI)
