"""OpenCoesione's monitoring records: every form of its files, and every trap that its real files hold."""

import gzip
import zipfile

import opencoesione_samples as samples
import pandas as pd
import pytest
from opencoesione_samples import CCI, project

from porfse_analysis import participants
from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.loaders.opencoesione import source
from porfse_analysis.loaders.opencoesione.cells import days, numbers, repaired
from porfse_analysis.loaders.opencoesione.layout import layouts, told
from porfse_analysis.loaders.opencoesione_data import import_records, programme_from_records, read_records

AUGUST = "2024-08-31"


def records_of(folder, rows, *others, **options):
    return read_records([samples.written(folder, "progetti_esteso.csv", rows, **options), *others], CCI)


def amounts(programme, stage, cutoff=AUGUST):
    rows = programme.finance
    rows = rows[(rows["cutoff"] == cutoff) & (rows["stage"] == stage)]
    return dict(zip(rows["axis"], rows["amount_eur"], strict=True))


def set_aside(records):
    return dict(records.aside.groupby("reason")["rows"].sum())


def notices(records, code):
    return [values for name, values in records.notices if name == code]


# --- what the figures are ---


def test_amounts_by_axis_are_of_the_three_columns_and_of_no_other(tmp_path):
    rows = [
        project("A"),
        project("B", COSTO_RENDICONTABILE_UE="0,10", OC_IMPEGNI_GIURID_VINCOLANTI="0,20"),
        project("C", COSTO_RENDICONTABILE_UE="0,20", OC_TOT_PAGAMENTI_RENDICONTAB_UE=" "),
        project("D", OC_COD_ARTICOLAZ_PROGRAMMA="3", OC_DESCR_ARTICOLAZ_PROGRAMMA="ISTRUZIONE", COD_OB_TEMATICO="10"),
    ]
    programme = programme_from_records(records_of(tmp_path, rows))
    assert amounts(programme, "selected") == {"1": 1000.30, "3": 1000.00}
    assert amounts(programme, "committed") == {"1": 1600.20, "3": 800.00}
    assert amounts(programme, "paid") == {"1": 1000.00, "3": 500.00}
    assert set(programme.finance["stage"]) == {"selected", "committed", "paid"}  # nothing certified, no allocation
    assert programme.cutoffs == [AUGUST]
    assert programme.title("it") == "POR FSE SICILIA"
    assert programme.axes["thematic_objective"].tolist() == ["08", "10"]
    assert programme.sources["licence"].tolist() == ["CC BY 4.0"]


def test_a_fund_and_a_category_of_region_of_their_own(tmp_path):
    rows = [
        project("A", OC_AREA_OBIETTIVO_UE="Regioni più sviluppate"),
        project("B", OC_AREA_OBIETTIVO_UE="Regioni in transizione", FONDO_COMUNITARIO="IOG"),
    ]
    finance = programme_from_records(records_of(tmp_path, rows)).finance
    selected = finance[finance["stage"] == "selected"]
    found = set(selected[["fund", "region_category", "amount_eur"]].itertuples(index=False, name=None))
    assert found == {("ESF", "More developed", 1000.0), ("YEI", "Transition", 1000.0)}


def test_the_real_sample_gives_its_sums_to_the_cent(shared_data):
    path = shared_data / "opencoesione" / "samples" / "progetti_esteso_100_2014-2020_20240831.csv"
    if not path.is_file():
        pytest.skip("the sample of OpenCoesione is not in shared/data")
    records = read_records([path], CCI)
    programme = programme_from_records(records)
    at = "2024-06-30"
    assert amounts(programme, "paid", at) == {"1": 235_633.97, "3": 67_592.89, "5": 5_629_029.00}
    assert amounts(programme, "selected", at) == {"1": 235_633.97, "3": 85_324.40, "5": 5_838_438.50}
    assert amounts(programme, "committed", at) == {"1": 235_633.97, "3": 85_324.40, "5": 5_838_438.50}
    assert records.kept == {path.name: 98}
    assert set_aside(records) == {"other_programme": 2}
    assert programme.axes["technical_assistance"].tolist() == [False, False, True]
    # it went through 32-bit numbers: a half euro is the digit that an amount of millions is exact to
    paid = programme.finance[programme.finance["stage"] == "paid"].set_index("axis")
    assert paid["qualifier"].to_dict() == {"1": "exact", "3": "exact", "5": "about"}
    assert paid["precision"].to_dict() == {"1": 0.01, "3": 0.01, "5": 0.5}


# --- the forms of a file ---


def test_every_form_gives_the_same_records(tmp_path):
    rows = [project("A"), project("B", OC_FLAG_VISUALIZZAZIONE="1")]
    plain = samples.table(rows)
    commas = samples.table(rows, separator=",")
    shuffled = samples.table(rows, columns=samples.PROJECT_COLUMNS[::-1])
    lower = plain.replace(plain.split(b"\n")[0], plain.split(b"\n")[0].lower(), 1)
    former = plain.replace(b'"OC_COD_ARTICOLAZ', b'"DPS_COD_ARTICOLAZ').replace(b'"OC_FLAG', b'"DPS_FLAG')
    forms = {
        "plain.csv": plain,
        "commas.csv": commas,
        "order.csv": shuffled,
        "lower.csv": lower,
        "former.csv": former,
        "bom.csv": b"\xef\xbb\xbf" + plain,
        "windows.csv": plain.replace(b"\n", b"\r\n"),
        "packed.csv.gz": gzip.compress(plain),
        "more.csv": samples.table([{**row, "OC_AMBITO": "x", "FINANZ_UE_ALTRO": "1"} for row in rows]),
    }
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("progetti_esteso_SIC_2014-2020.csv", plain)
    for name, content in forms.items():
        (tmp_path / name).write_bytes(content)
    first = read_records([tmp_path / "plain.csv"], CCI)
    for name in [*forms, "archive.zip"]:
        records = read_records([tmp_path / name], CCI)
        pd.testing.assert_frame_equal(
            records.projects.sort_index(axis=1), first.projects.sort_index(axis=1), obj=name, check_dtype=False
        )
        assert set_aside(records) == {"not_shown": 1}, name


def test_files_are_told_by_their_columns():
    for name, columns in {
        "progetti_esteso": samples.PROJECT_COLUMNS,
        "pagamenti": samples.PAYMENT_COLUMNS,
        "impegni": samples.COMMITMENT_COLUMNS,
        "indicatori": samples.INDICATOR_COLUMNS,
        "localizzazioni": samples.PLACE_COLUMNS,
        "soggetti": ["COD_LOCALE_PROGETTO", "SOGG_COD_RUOLO", "OC_DENOMINAZIONE_SOGG"],
        "fasi": ["COD_LOCALE_PROGETTO", "OC_COD_FASE"],
    }.items():
        assert told(columns).name == name
    assert told(samples.TOTAL_COLUMNS).name == "pagamenti"
    # the short file of projects has totals and a date too: never payments
    assert told(["COD_LOCALE_PROGETTO", "CUP", "TOT_PAGAMENTI", "DATA_AGGIORNAMENTO"]) is None
    assert told(["a", "b"]) is None


@pytest.mark.parametrize("name", [name for name, layout in layouts().items() if layout.fields])
def test_the_copy_of_a_file_is_told_as_the_file(name):
    layout = layouts()[name]
    assert told([field.labels[0] for field in layout.fields]) is layout


def test_parquet_of_32_bit_numbers_is_refused(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "progetti.parquet"
    cells = dict.fromkeys(samples.PROJECT_COLUMNS, "''")
    cells |= {"COSTO_RENDICONTABILE_UE": "0.1::FLOAT", "DATA_AGGIORNAMENTO": "20240831::FLOAT"}
    columns = ", ".join(f'{value} AS "{name}"' for name, value in cells.items())
    duckdb.execute(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet)")
    with pytest.raises(DataError, match=r"2 columns .* are 32-bit floating-point numbers.*Take the CSV"):
        read_records([path], CCI)


def test_parquet_of_texts_is_read_as_csv_is(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    rows = [project("A"), project("B", OC_COD_ARTICOLAZ_PROGRAMMA="3")]
    csv = samples.written(tmp_path, "a.csv", rows)
    path = tmp_path / "a.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{csv}', delim=';', all_varchar=true)) TO '{path}' (FORMAT parquet)")
    pd.testing.assert_frame_equal(
        read_records([path], CCI).projects.sort_index(axis=1),
        read_records([csv], CCI).projects.sort_index(axis=1),
        check_dtype=False,
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><p>", "is a web page"),
        (b"a;b\n1;2\n", "is none of the files that are read"),
        (b"COD_LOCALE_PROGETTO;OC_CODICE_PROGRAMMA;CUP\na;b;c\n", "take progetti_esteso"),
        (b"COSTO_RENDICONTABILE_UE;DATA_AGGIORNAMENTO\n1;2\n", "column COD_LOCALE_PROGETTO is missing"),
        (gzip.compress(samples.table([project("A")]), mtime=0)[:-20], "damaged"),
    ],
)
def test_what_is_no_file_of_opencoesione_is_refused(tmp_path, content, said):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_records([path], CCI)


def test_a_row_of_another_length_is_named_and_nothing_of_it_is_shown(tmp_path):
    path = samples.written(tmp_path, "p.csv", [project("A"), project("B", OC_TITOLO_PROGETTO="ROSSI MARIO")])
    path.write_bytes(path.read_bytes().replace(b'"ROSSI MARIO"', b'"ROSSI";"MARIO"'))
    with pytest.raises(DataError) as refused:
        read_records([path], CCI)
    assert "row 3" in str(refused.value)
    assert "has 200 cells where the header has 199" in str(refused.value)
    assert "ROSSI" not in str(refused.value)


# --- the fifteen traps (titles and names: test_opencoesione_persons) ---


def test_2_the_data_date_is_the_projects_own(tmp_path):
    rows = [
        project("A", DATA_AGGIORNAMENTO="20240630"),
        project("B"),
        project("C", OC_COD_ARTICOLAZ_PROGRAMMA="3"),
    ]
    programme = programme_from_records(records_of(tmp_path, rows))
    paid = programme.finance[programme.finance["stage"] == "paid"].set_index("axis")
    assert paid["cutoff"].unique().tolist() == [pd.Timestamp(AUGUST)]
    assert paid["data_date"].to_dict() == {"1": pd.Timestamp("2024-06-30"), "3": pd.Timestamp(AUGUST)}


def with_indicators(code, *pairs, total, **cells):
    listed = {}
    for place, (number, value) in enumerate(pairs, start=1):
        listed |= {f"COD_INDICATORE_{place}": number, f"REALIZZATO_INDICATORE_{place}": value}
    return project(code, OC_TOTALE_INDICATORI=total, **listed, **cells)


def test_3_participants_are_of_the_file_of_indicators(tmp_path):
    rows = [with_indicators("A", ("201F", "1"), ("201M", "1"), ("203F", "1"), ("203M", "1"), total="6"), project("B")]
    listed = [
        *(samples.indicator("A", number, "2") for number in ("201F", "201M", "203F", "203M", "205F", "205M")),
        *(samples.indicator("B", number, value) for number, value in (("201F", "3,00"), ("205M", "4,00"))),
        samples.indicator("B", "222", "9"),
        samples.indicator("B", "101", "50"),  # of the ERDF
        samples.indicator("OTHER", "201F", "700"),
    ]
    for row in listed[:6]:
        row["VALORE_REALIZZATO"] = "2,00"
    others = samples.written(tmp_path, "indicatori.csv", listed, samples.INDICATOR_COLUMNS)
    records = records_of(tmp_path, rows, others)
    programme = programme_from_records(records)
    found = programme.achievements.set_index("indicator_code")
    assert found["value"].to_dict() == {"CO01": 7, "CO03": 4, "CO05": 8, "CO22": 9}
    assert found["women"].dropna().to_dict() == {"CO01": 5, "CO03": 2, "CO05": 2}
    assert found["investment_priority"].unique().tolist() == ["8ii"]
    people = participants(programme.achievements, cutoff=AUGUST).iloc[0]
    assert (people["value"], people["note"]) == (19, "")
    assert set_aside(records) == {"other_project": 1}


def test_3_without_that_file_participants_are_partial(tmp_path):
    rows = [
        with_indicators("A", ("201F", "10"), ("201M", "20"), total="6"),
        with_indicators("B", ("205F", "3"), ("205M", "4"), total="2", OC_COD_ARTICOLAZ_PROGRAMMA="3"),
    ]
    programme = programme_from_records(records_of(tmp_path, rows))
    people = participants(programme.achievements, cutoff=AUGUST).set_index("axis")
    assert people["value"].to_dict() == {"1": 30, "3": 7}
    assert "partial" in people.at["1", "note"].split(";")
    assert "partial" not in people.at["3", "note"].split(";")  # its projects have no more than the file shows
    known = programme.achievements[programme.achievements["value"].notna()].set_index("axis")
    assert known["qualifier"].to_dict() == {"1": "more_than", "3": "exact"}


def test_3_a_total_beside_men_and_women_does_not_count_again(tmp_path):
    rows = [with_indicators("A", ("201", "30"), ("201F", "10"), ("201M", "20"), total="3")]
    programme = programme_from_records(records_of(tmp_path, rows))
    assert programme.achievements["value"].tolist() == [30]


def test_4_lists_and_leading_zeros_stay_as_they_are(tmp_path):
    rows = [project("A", COD_PROVINCIA="019082:::019086", DEN_PROVINCIA="PALERMO:::ENNA")]
    places = [
        {"COD_LOCALE_PROGETTO": "A", "COD_REGIONE": "7", "COD_PROVINCIA": "10", "DEN_PROVINCIA": "GENOVA"},
        {"COD_LOCALE_PROGETTO": "A", "COD_REGIONE": "07", "COD_PROVINCIA": "009", "DEN_PROVINCIA": "SAVONA"},
    ]
    other = samples.written(tmp_path, "localizzazioni.csv", places, samples.PLACE_COLUMNS)
    records = records_of(tmp_path, rows, other)
    assert records.projects["province"].tolist() == ["019082:::019086"]
    assert records.get("localizzazioni")["province"].tolist() == ["10", "009"]
    assert amounts(programme_from_records(records), "selected") == {"1": 1000.0}  # two places, once


def test_5_axes_are_as_written_and_a_project_without_one_is_set_aside(tmp_path):
    technical = {"COD_OB_TEMATICO": "", "COD_PRIORITA_INVEST": ""}
    rows = [
        project("A", OC_COD_ARTICOLAZ_PROGRAMMA="V", OC_DESCR_ARTICOLAZ_PROGRAMMA="Assistenza Tecnica", **technical),
        project("B", OC_COD_ARTICOLAZ_PROGRAMMA="I"),
        project("C", OC_COD_ARTICOLAZ_PROGRAMMA="0", OC_DESCR_ARTICOLAZ_PROGRAMMA="(assente)"),
        project("D", OC_COD_ARTICOLAZ_PROGRAMMA="(assente)"),
    ]
    records = records_of(tmp_path, rows)
    axes = programme_from_records(records).axes.set_index("axis")
    assert axes["technical_assistance"].to_dict() == {"I": False, "V": True}
    assert axes["thematic_objective"].to_dict() == {"I": "08", "V": "TA"}
    assert set_aside(records) == {"no_axis": 2}
    out = records.aside.set_index("project")
    assert out.loc["C", ["selected_eur", "committed_eur", "paid_eur"]].tolist() == [1000.0, 800.0, 500.0]


def test_6_no_part_of_the_union_is_made_of_the_financing_of_projects(tmp_path):
    rows = [project("A", FINANZ_UE_FSE="1000,00", FINANZ_TOTALE_PUBBLICO="1000,00")]
    finance = programme_from_records(records_of(tmp_path, rows)).finance
    assert finance["eu_amount_eur"].isna().all()
    read = {label for layout in layouts().values() for field in layout.fields for label in field.labels}
    assert not {label for label in read if "FINANZ_" in label}


def test_7_missing_is_empty_or_a_blank_and_not_zero(tmp_path):
    rows = [project("A", OC_TOT_PAGAMENTI_RENDICONTAB_UE=""), project("B", OC_TOT_PAGAMENTI_RENDICONTAB_UE=" ")]
    rows += [project("C", OC_TOT_PAGAMENTI_RENDICONTAB_UE="0,00", OC_COD_ARTICOLAZ_PROGRAMMA="3")]
    paid = amounts(programme_from_records(records_of(tmp_path, rows)), "paid")
    assert pd.isna(paid["1"])
    assert paid["3"] == 0


def test_8_accents_are_put_right_where_the_whole_column_can_be(tmp_path):
    wrong = {"OC_DESCR_ARTICOLAZ_PROGRAMMA": "CAPACITÃ\x80 qualitÃ\xa0", "OC_DESCR_CATEGORIA_SPESA": "qualitÃ\xa0"}
    rows = [project("A", **wrong), project("B", OC_DESCR_CATEGORIA_SPESA="qualità", OC_COD_ARTICOLAZ_PROGRAMMA="3")]
    records = records_of(tmp_path, rows)
    assert records.projects["axis_title"].tolist() == ["CAPACITÀ qualità", "ASSE 1 - OCCUPAZIONE"]
    assert records.projects["field_title"].tolist() == ["qualitÃ\xa0", "qualità"]
    assert [values["column"] for values in notices(records, "accents")] == ["OC_DESCR_CATEGORIA_SPESA"]
    right, mixed = repaired(pd.Series(["perchÃ©", "abc"]))
    assert (right.tolist(), mixed) == (["perché", "abc"], False)


def test_9_codes_with_blanks_and_slashes_are_whole_and_a_cup_may_repeat(tmp_path):
    rows = [project("1MISEBS 2021 - 10"), project("A/1"), project("A 1")]
    paid = [samples.payment(code, "20200101", "1,00") for code in ("1MISEBS 2021 - 10", "A/1", "A", "A  1")]
    other = samples.written(tmp_path, "pagamenti.csv", paid, samples.PAYMENT_COLUMNS)
    records = records_of(tmp_path, rows, other)
    assert records.projects["project"].tolist() == ["1MISEBS 2021 - 10", "A/1", "A 1"]
    assert records.get("pagamenti")["project"].tolist() == ["1MISEBS 2021 - 10", "A/1"]


def test_9_a_project_twice_is_refused(tmp_path):
    first = samples.written(tmp_path, "a.csv", [project("A"), project("B")])
    second = samples.written(tmp_path, "b.csv", [project("B")])
    with pytest.raises(DataError) as refused:
        read_records([first, second], CCI)
    assert "row 2, column COD_LOCALE_PROGETTO: 'B' stands in the files already" in str(refused.value)
    assert refused.value.file == str(second)


def test_10_excluded_and_aggregated_projects_are_set_aside(tmp_path):
    rows = [project(f"V{flag}", OC_FLAG_VISUALIZZAZIONE=flag) for flag in ("0", "10", "0.0", "1", "2", "9")]
    rows += [project(f"A{flag}", OC_FLAG_AGGREGATO=flag) for flag in ("0", "1", "2")]
    records = records_of(tmp_path, rows)
    assert records.projects["project"].tolist() == ["V0", "V10", "V0.0", "A0"]
    assert set_aside(records) == {"not_shown": 3, "aggregate": 2}
    assert amounts(programme_from_records(records), "selected") == {"1": 4000.0}


def test_11_projects_of_two_programmes_are_set_aside_with_their_payments(tmp_path):
    rows = [project("A"), project("B", OC_CODICE_PROGRAMMA=f"{CCI}:::2014IT05SFOP007"), project("C")]
    rows[2]["OC_CODICE_PROGRAMMA"] = f"{CCI}:::{CCI}"
    paid = [samples.payment("A", "20200101", "500,00"), samples.payment("B", "20200101", "500,00")]
    paid.append(samples.payment("A", "20200101", "7,00", OC_CODICE_PROGRAMMA="2014IT05SFOP007"))
    other = samples.written(tmp_path, "pagamenti.csv", paid, samples.PAYMENT_COLUMNS)
    records = records_of(tmp_path, rows, other)
    assert set_aside(records) == {"two_programmes": 1, "other_project": 1, "other_programme": 1}
    assert amounts(programme_from_records(records, cutoffs=["2020-01-01"]), "paid", "2020-01-01") == {"1": 500.0}


def test_11_of_financial_instruments_never_what_their_manager_was_given(tmp_path):
    fund = project("F", CUP_COD_NATURA="08", TOT_PAGAMENTI="9000,00", OC_TOT_PAGAMENTI_RENDICONTAB_UE="100,00")
    other_axis = project("A", OC_COD_ARTICOLAZ_PROGRAMMA="3")
    given = [{"COD_LOCALE_PROGETTO": code, "OC_DATA_IMPEGNI": "20200101", "IMPEGNI": "9000,00"} for code in "FA"]
    other = samples.written(tmp_path, "impegni.csv", given, samples.COMMITMENT_COLUMNS)
    records = records_of(tmp_path, [fund, other_axis], other)
    programme = programme_from_records(records, cutoffs=["2020-12-31"])
    assert amounts(programme, "paid") == {"1": 100.0, "3": 500.0}
    assert amounts(programme, "committed") == {"1": 800.0, "3": 800.0}
    before = amounts(programme, "committed", "2020-12-31")
    assert pd.isna(before["1"])
    assert before["3"] == 9000.0


def test_12_the_decimal_sign_is_of_the_column(tmp_path):
    rows = [with_indicators("A", ("222", "1.50"), total="1", COSTO_RENDICONTABILE_UE="75884160,52")]
    records = records_of(tmp_path, rows)
    assert records.projects[["selected", "value_1"]].to_numpy().tolist() == [[75_884_160.52, 1.5]]
    rows += [project("B", COSTO_RENDICONTABILE_UE="10,00"), project("C", COSTO_RENDICONTABILE_UE="10.50")]
    with pytest.raises(DataError) as refused:
        records_of(tmp_path, rows)
    assert str(refused.value).count("\n") == 1  # the cause, once
    assert "row 4, column COSTO_RENDICONTABILE_UE: '10.50' has '.' before its decimals" in str(refused.value)


def test_12_numbers_that_are_none_are_refused():
    values, problems = numbers(
        pd.Series(["193811766.27999997", "", "-5.5", "1e6", "1.234.567", "75.884"]), amounts=True
    )
    assert values[0] == 193_811_766.28
    assert values[2] == -5.5
    assert pd.isna(values[1])
    assert set(problems) == {"1e6", "1.234.567", "75.884"}


def test_13_single_payments_are_added_up_to_the_day(tmp_path):
    paid = [
        ("A", "20190331", "100,00"),
        ("A", "20190630", "450,25"),
        ("A", "20200101", "-50,25"),
        ("B", "20200101", "1,00"),
    ]
    other = samples.written(tmp_path, "pagamenti.csv", [samples.payment(*row) for row in paid], samples.PAYMENT_COLUMNS)
    rows = [project("A"), project("B", OC_COD_ARTICOLAZ_PROGRAMMA="3", OC_TOT_PAGAMENTI_RENDICONTAB_UE="1,00")]
    records = records_of(tmp_path, rows, other)
    programme = programme_from_records(records, cutoffs=["2019-03-31", "2019-12-31", "2020-06-30"])
    found = {day: amounts(programme, "paid", day) for day in programme.cutoffs}
    assert found == {
        "2019-03-31": {"1": 100.0, "3": 0.0},
        "2019-12-31": {"1": 550.25, "3": 0.0},
        "2020-06-30": {"1": 500.0, "3": 1.0},
        AUGUST: {"1": 500.0, "3": 1.0},
    }
    # what a project costs has no date: at an earlier one it is not known
    assert amounts(programme, "selected", "2019-12-31") == {}


def test_13_cumulative_totals_are_never_added(tmp_path):
    paid = [("A", "20190331", "100,00"), ("A", "20190630", "550,00"), ("B", "20190331", "30,00")]
    other = samples.written(tmp_path, "pagamenti.csv", [samples.total(*row) for row in paid], samples.TOTAL_COLUMNS)
    records = records_of(tmp_path, [project("A"), project("B")], other)
    programme = programme_from_records(records, cutoffs=["2019-03-31", "2019-12-31"])
    assert amounts(programme, "paid", "2019-03-31") == {"1": 130.0}
    assert amounts(programme, "paid", "2019-12-31") == {"1": 580.0}
    rows = programme.finance[(programme.finance["cutoff"] == "2019-12-31")]
    assert rows["data_date"].tolist() == [pd.Timestamp("2019-03-31")]  # the total of B is that old


def test_13_both_kinds_of_payments_together_are_refused(tmp_path):
    single = samples.written(tmp_path, "a.csv", [samples.payment("A", "20190331", "1,00")], samples.PAYMENT_COLUMNS)
    totals = samples.written(tmp_path, "b.csv", [samples.total("A", "20190331", "1,00")], samples.TOTAL_COLUMNS)
    with pytest.raises(ParameterError, match="cumulative totals"):
        records_of(tmp_path, [project("A")], single, totals)


def test_14_files_of_before_and_after_have_other_columns(tmp_path):
    older = [name for name in samples.PROJECT_COLUMNS if not name.startswith(("OC_IMPEGNI", "CUP_"))]
    rows = [{name: value for name, value in project("A").items() if name in older}]
    first = samples.table(rows, older).replace(
        b'"OC_TOT_PAGAMENTI_RENDICONTAB_UE"', b'"Tot_Pagamenti_Rendicontabili_UE"'
    )
    path = tmp_path / "old.csv"
    path.write_bytes(first)
    programme = programme_from_records(read_records([path], CCI))
    assert set(programme.finance["stage"]) == {"selected", "paid"}  # a stage without a column is not zero
    assert amounts(programme, "paid") == {"1": 500.0}


def test_15_days_that_are_none_are_refused_once_for_each_cause(tmp_path):
    rows = [project(f"P{place}", DATA_AGGIORNAMENTO="20240832") for place in range(7)]
    with pytest.raises(DataError) as refused:
        records_of(tmp_path, rows)
    said = str(refused.value)
    assert "7 cells of DATA_AGGIORNAMENTO: '20240832' is no day of the calendar" in said
    assert "the CSV" in said
    assert said.count("20240832") == 1


def test_15_days_that_only_describe_are_left_empty_and_counted(tmp_path):
    starts = ["20160120", "20160120.0", "20160132", "20160132.0", "2016-01-20", "soon", ""]
    rows = [project(f"P{place}", OC_DATA_INIZIO_PROGETTO=day) for place, day in enumerate(starts)]
    records = records_of(tmp_path, rows)
    known = records.projects["start"]
    assert known.notna().tolist() == [True, True, False, False, True, False, False]
    assert set(known.dropna()) == {pd.Timestamp("2016-01-20")}
    told_of = notices(records, "dates")
    assert [(values["count"], values["floats"]) for values in told_of] == [(3, 2)]
    assert days(pd.Series(["20230229"]))[1].keys() == {"20230229"}


# --- dates asked for ---


def dated(folder):
    paid = [samples.payment("A", "20231110", "200,00"), samples.payment("A", "20240215", "300,00")]
    return samples.written(folder, "pagamenti.csv", paid, samples.PAYMENT_COLUMNS)


def test_every_quarter_begins_with_the_first_payment(tmp_path):
    records = records_of(tmp_path, [project("A")], dated(tmp_path))
    programme = programme_from_records(records, every="quarter")
    assert programme.cutoffs == ["2023-12-31", "2024-03-31", "2024-06-30", AUGUST]
    assert [amounts(programme, "paid", day)["1"] for day in programme.cutoffs] == [200, 500, 500, 500]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cutoffs": ["2025-01-01"]}, "go to 2024-08-31"),
        ({"cutoffs": ["31/12/2023"]}, "YYYY-MM-DD"),
        ({"every": "week"}, "month, quarter, year"),
        ({"every": "year", "cutoffs": ["2023-12-31"]}, "not both"),
        ({"axes": "1=I"}, "no plan"),
    ],
)
def test_what_cannot_be_asked(tmp_path, options, said):
    records = records_of(tmp_path, [project("A")], dated(tmp_path))
    with pytest.raises(ParameterError, match=said):
        programme_from_records(records, **options)


def test_an_earlier_date_needs_payments_by_day(tmp_path):
    records = records_of(tmp_path, [project("A")])
    for options in ({"cutoffs": ["2023-12-31"]}, {"every": "quarter"}):
        with pytest.raises(ParameterError, match="pagamenti"):
            programme_from_records(records, **options)


def test_the_programme_that_is_not_there_and_the_file_that_is_missing(tmp_path):
    with pytest.raises(ParameterError, match="No project of 2014IT05SFOP007 is kept out of 1 rows"):
        read_records([samples.written(tmp_path, "p.csv", [project("A")])], "2014IT05SFOP007")
    with pytest.raises(ParameterError, match="progetti_esteso is missing"):
        read_records([dated(tmp_path)], CCI)


# --- the folder ---


def test_the_folder_reads_back_and_its_copy_goes_on_without_the_source(tmp_path):
    rows = [
        project("A"),
        project("B", OC_FLAG_VISUALIZZAZIONE="1"),
        project("X", OC_CODICE_PROGRAMMA="2014IT05SFOP007"),
    ]
    files = [samples.written(tmp_path, "progetti_esteso.csv", rows), dated(tmp_path)]
    programme, records = import_records(files, CCI, tmp_path / "one", cutoffs=["2023-12-31"])
    assert {path.name for path in (tmp_path / "one").iterdir()} >= {"finance.csv", "records.zip", "set_aside.csv"}
    pd.testing.assert_frame_equal(load_programme(tmp_path / "one").finance, programme.finance, check_categorical=False)
    again, more = import_records([tmp_path / "one" / "records.zip"], CCI, tmp_path / "two", cutoffs=["2023-12-31"])
    pd.testing.assert_frame_equal(again.finance, programme.finance)
    third, _ = import_records([tmp_path / "two" / "records.zip"], CCI, tmp_path / "two", every="month", overwrite=True)
    assert len(third.cutoffs) == 10  # November 2023 to August 2024
    for found in (records, more):
        assert sum(found.read.values()) == 5
        assert sum(found.kept.values()) + found.aside["rows"].sum() == 5
    listed = pd.read_csv(tmp_path / "two" / "set_aside.csv", keep_default_na=False, dtype=str)
    assert listed["reason"].tolist() == ["not_shown", "other_programme"]
    assert set(listed["file"]) == {"progetti_esteso.csv"}  # without the folders of the machine it was read on
    assert listed["reason_it"].iloc[0].startswith("escluso")
    assert listed["selected_eur"].tolist() == ["1000.00", ""]


def test_nothing_is_written_when_a_file_is_at_fault(tmp_path):
    path = samples.written(tmp_path, "p.csv", [project("A", COSTO_RENDICONTABILE_UE="many")])
    with pytest.raises(DataError):
        import_records([path], CCI, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_payments_and_commitments_that_are_another_sum_are_told(tmp_path):
    given = [{"COD_LOCALE_PROGETTO": "A", "OC_DATA_IMPEGNI": "20230101", "IMPEGNI": "790,00"}]
    files = [
        samples.written(tmp_path, "p.csv", [project("A", OC_TOT_PAGAMENTI_RENDICONTAB_UE="600,00")]),
        samples.written(tmp_path, "i.csv", given, samples.COMMITMENT_COLUMNS),
        dated(tmp_path),
    ]
    _, records = import_records(files, CCI, tmp_path / "new")
    assert notices(records, "otherwise") == [
        {"axis": "1", "stage": "committed", "projects": 800.0, "by_day": 790.0},
        {"axis": "1", "stage": "paid", "projects": 600.0, "by_day": 500.0},
    ]
    _, same = import_records([samples.written(tmp_path, "q.csv", [project("A")]), files[2]], CCI, tmp_path / "same")
    assert notices(same, "otherwise") == []


def test_rows_in_pieces_are_the_rows_at_once(tmp_path, monkeypatch):
    rows = [project(f"P{place}", OC_COD_ARTICOLAZ_PROGRAMMA=str(1 + place % 3)) for place in range(23)]
    whole = records_of(tmp_path, rows).projects
    monkeypatch.setattr(source, "_ROWS", 5)
    seen = []
    records = read_records(
        [tmp_path / "progetti_esteso.csv"], CCI, progress=lambda name, count: seen.append((name, count))
    )
    pd.testing.assert_frame_equal(records.projects, whole)
    assert seen == [("progetti_esteso.csv", 5)] * 4 + [("progetti_esteso.csv", 3)]


def test_a_file_of_which_nothing_is_kept_does_not_stand_in_the_copy(tmp_path):
    places = [{"COD_LOCALE_PROGETTO": "OTHER", "COD_REGIONE": "003", "COD_PROVINCIA": "015"}]
    files = [
        samples.written(tmp_path, "progetti_esteso.csv", [project("A")]),
        samples.written(tmp_path, "localizzazioni.csv", places, samples.PLACE_COLUMNS),
    ]
    first, records = import_records(files, CCI, tmp_path / "one")
    assert records.aside["reason"].tolist() == ["other_project"]
    again, more = import_records([tmp_path / "one" / "records.zip"], CCI, tmp_path / "two")
    pd.testing.assert_frame_equal(again.finance, first.finance)
    assert sum(more.read.values()) == sum(records.read.values()) == 2


def test_why_nothing_is_kept_is_told(tmp_path):
    rows = [project("A"), project("B")]
    with pytest.raises(ParameterError, match=r"out of 2 rows \(set aside: 2 of another programme\)"):
        read_records([samples.written(tmp_path, "p.csv", rows)], "2014IT05SFOP007")
