"""The page of the projects: what its tables say, worked out by hand, and that nobody is named on it."""

import math
import zipfile

import opencoesione_samples as samples
import pandas as pd
import pytest
from opencoesione_samples import CCI, project

import porfse_analysis as pf
from porfse_analysis.display.programme_report.figures import axes_progress
from porfse_analysis.display.programme_report.lead import first_sentences
from porfse_analysis.display.programme_report.money import progress_by_axis
from porfse_analysis.display.projects import rows, tables, territory
from porfse_analysis.errors import ParameterError
from porfse_analysis.loaders.opencoesione_data import import_records, open_records
from porfse_analysis.reports.plan import make_plan

AT = pd.Timestamp("2024-08-31")


def projects(**columns):
    size = len(next(iter(columns.values())))
    plain = {"project": [f"P{place}" for place in range(size)], "axis": ["1"] * size, "updated": [AT] * size}
    frame = pd.DataFrame({**plain, "selected": [math.nan] * size, "paid": [math.nan] * size, **columns})
    for name in ("start", "end", "call_start", "award_start"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name])
    return frame


def test_concentration_by_hand():
    paid = [100.0] * 19 + [2100.0, 0.0, math.nan]  # 4,000 in all, of 20 projects
    found = rows.concentration(projects(paid=paid)).set_index("group")
    assert found["projects"].to_dict() == {"ten": 10, "hundredth": 1, "tenth": 2, "half": 10, "all": 20}
    assert found["paid"].to_dict() == {"ten": 3000, "hundredth": 2100, "tenth": 2200, "half": 3000, "all": 4000}
    assert found.at["tenth", "share"] == 0.55
    assert "ten" not in set(rows.concentration(projects(paid=[1.0] * 10))["group"])
    assert rows.concentration(projects(paid=[0.0])).empty


def test_unpaid_commitments_by_hand():
    own = projects(
        committed=[100.0, 50.0, 10.0, 30.0, 5.0],
        paid=[40.0, math.nan, 10.0, 35.0, 0.0],
        start=["2024-01-01", "2022-06-01", "2020-01-01", "2020-01-01", None],
    )
    commitments = pd.DataFrame({"project": ["P0"], "committed": [100.0], "committed_on": [pd.Timestamp("2021-08-30")]})
    found = rows.unpaid(own, commitments, AT).set_index("age")
    assert found["amount"].to_dict() == {"2": 50, "3": 60, "none": 5}
    assert found["projects"].to_dict() == {"2": 1, "3": 1, "none": 1}
    assert found.at["3", "share"] == 60 / 115
    without = rows.unpaid(own, None, AT).set_index("age")
    assert without["amount"].to_dict() == {"0": 60, "2": 50, "none": 5}


def test_procedures_by_hand():
    own = projects(
        procedure=["A", "A", "B", ""],
        procedure_type=["Bando", "Bando", "Avviso", ""],
        call_start=["2019-01-10", "2019-01-01", None, "2019-01-01"],
        award_start=[None, "2019-02-01", None, None],
        paid=[10.0, 20.0, math.nan, 5.0],
    )
    days = pd.to_datetime(["2019-03-01", "2019-02-10", "2019-01-02", "2019-05-01"])
    payments = pd.DataFrame({"project": ["P0", "P1", "P1", "P2"], "paid_on": days, "paid": [10.0, 21.0, -1.0, 7.0]})
    found = rows.procedures(own, payments).set_index("procedure")
    assert list(found.index) == ["A", "B"]
    assert found.at["A", "projects"] == 2
    assert found.at["A", "days"] == 40  # 1 January to 10 February; the correction of 2 January is no payment
    assert found.at["A", "paid"] == 30
    assert pd.isna(found.at["B", "days"])
    assert pd.isna(found.at["B", "paid"])
    assert rows.procedures(own, None)["first_payment"].isna().all()
    assert rows.procedures(projects(paid=[1.0]), None).empty


def test_kinds_by_hand():
    own = projects(
        province_name=["ENNA", "PALERMO", "ENNA", "PALERMO:::ENNA", ""],
        province=["019086", "019082", "019086", "019082:::019086", ""],
        selected=[1.0, 2.0, 3.0, 4.0, 5.0],
        paid=[10.0, 20.0, 20.0, 40.0, 10.0],
    )
    found = rows.by_kind(own, "province_name", "province")
    assert found["kind"].tolist() == ["ENNA", "PALERMO", "several", "none"]
    assert found["code"].tolist() == ["019086", "019082", "", ""]
    assert found["paid"].tolist() == [30, 20, 40, 10]
    assert found["share"].tolist() == [0.3, 0.2, 0.4, 0.1]
    assert found["projects"].sum() == 5
    assert rows.by_kind(own, "legal_form_title").empty


def test_outliers_by_hand():
    own = projects(
        selected=[100.0, 100.0, 100.0, 100.0, 100.0],
        committed=[90.0, 90.0, 90.0, 90.0, 90.0],
        paid=[101.0, 95.0, 0.0, 90.0, math.nan],
        end=[None, None, "2023-01-01", "2020-01-01", "2024-01-01"],
    )
    found = rows.outliers(own, AT)
    assert found[["project", "reason"]].to_numpy().tolist() == [
        ["P2", "ended_unpaid"],
        ["P1", "paid_above_committed"],
        ["P0", "paid_above_selected"],
    ]


def placed(**cells):
    return pd.DataFrame(cells, dtype="str")


def test_provinces_by_hand_money_once_and_places_each():
    own = projects(
        selected=[10.0, 20.0, 30.0, 40.0, 50.0],
        paid=[1.0, 2.0, 4.0, 8.0, 16.0],
        province=["019082", "019082:::019087", "019087", "", "019086"],
        province_name=["PALERMO", "PALERMO:::CATANIA", "CATANIA", "", "ENNA"],
    )
    assert territory.by_province(own, None).to_numpy().tolist() == [
        ["ENNA", "019086", 1, 0, 50.0, 16.0, 16 / 31],
        ["CATANIA", "019087", 1, 1, 30.0, 4.0, 4 / 31],
        ["PALERMO", "019082", 1, 1, 10.0, 1.0, 1 / 31],
        ["none", "", 1, 0, 40.0, 8.0, 8 / 31],
        ["several", "", 1, 0, 20.0, 2.0, 2 / 31],
    ]
    # localizzazioni, its zeros lost, goes before: P3 has a place, P4 two, twice the same; P0 none that is known
    places = placed(
        project=["P3", "P4", "P4", "P4", "P0", "OTHER"],
        region=["19", "19", "019", "19", "19", "7"],
        province=["82", "86", "086", "88", "0", "10"],
        province_name=["PALERMO", "ENNA", "ENNA", "RAGUSA", "", "GENOVA"],
    )
    found = territory.by_province(own, places)
    assert found[["kind", "code", "projects", "also", "selected", "paid"]].to_numpy().tolist() == [
        ["PALERMO", "019082", 2, 1, 50.0, 9.0],
        ["CATANIA", "019087", 1, 1, 30.0, 4.0],
        ["ENNA", "019086", 0, 1, 0.0, 0.0],
        ["RAGUSA", "019088", 0, 1, 0.0, 0.0],
        ["several", "", 2, 0, 70.0, 18.0],
    ]
    assert found["projects"].sum() == len(own)
    assert found["paid"].sum() == own["paid"].sum()


def test_a_list_that_is_cut_keeps_what_is_of_several_or_none(folder):
    own = projects(
        paid=[float(place + 1) for place in range(32)],
        province=[f"0190{place:02d}" for place in range(30)] + ["019000:::019001", ""],
    )
    report = pf.open_report(pf.load_programme(folder), cutoff="2024-08-31", lang="en")
    shown = tables.provinces(report, own).frame
    assert shown["kind"].tolist()[-2:] == ["none", "several"]
    assert len(shown) == 27


def test_provinces_of_a_file_without_any():
    own = projects(selected=[10.0], paid=[1.0])
    assert territory.by_province(own, None).to_numpy().tolist() == [["none", "", 1, 0, 10.0, 1.0, 1.0]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    given = tmp_path_factory.mktemp("records")
    person = {"OC_TITOLO_PROGETTO": "ZAVATTINI PRUDENZIO", "OC_DENOM_BENEFICIARIO": "ZAVATTINI PRUDENZIO"}
    cells = {"COD_PROVINCIA": "019082", "DEN_PROVINCIA": "PALERMO <b>", "COD_PROCED_ATTIVAZIONE": "PRATT1", **person}
    listed = [project(f"P{place}", OC_DESCR_FORMA_GIU_BENEFICIARIO="Comune", **cells) for place in range(30)]
    paid = [samples.payment("P1", "20230331", "500,00")]
    files = [
        samples.written(given, "progetti_esteso.csv", listed),
        samples.written(given, "pagamenti.csv", paid, samples.PAYMENT_COLUMNS),
    ]
    import_records(files, CCI, given / "programme", cutoffs=["2023-12-31"])
    return given / "programme"


@pytest.mark.parametrize("lang", ["it", "en"])
def test_every_table_is_written_in_both_languages(folder, lang):
    records = open_records(folder, cutoff="2024-08-31")
    report = pf.open_report(pf.load_programme(folder), cutoff="2024-08-31", lang=lang)
    own, payments = records.projects, records.get("pagamenti")
    made = [
        tables.lead(report, own).html,
        tables.concentration(report, own)._repr_html_(),
        tables.unpaid(report, own, records.get("impegni"))._repr_html_(),
        tables.procedures(report, own, payments)._repr_html_(),
        tables.provinces_figure(report, own).html,
        tables.provinces(report, own)._repr_html_(),
        tables.beneficiaries(report, own)._repr_html_(),
        tables.fields(report, own)._repr_html_(),
        tables.outliers(report, own)._repr_html_(),
    ]
    text = "".join(made)
    assert "ZAVATTINI" not in text
    assert "PALERMO <b>" not in text, "text from data is not markup"
    assert "PALERMO &lt;b&gt;" in text
    assert ("15.000,00" if lang == "it" else "15,000.00") in text  # 30 projects of 500
    assert "[1]" in text


def test_a_folder_without_records_and_a_date_before_them(folder, bundled, tmp_path):
    with pytest.raises(ParameterError, match="has no records"):
        open_records(tmp_path)
    with pytest.raises(ParameterError, match="has no records"):
        open_records("")
    with pytest.raises(ParameterError, match="the records are of 2024-08-31"):
        open_records(folder, cutoff="2023-12-31")


def test_the_page_is_made_for_a_folder_with_records_at_its_last_date_alone(folder, bundled):
    def made(programme, name, **options):
        return {(run.name, run.cutoff) for run in make_plan(programme, folder=name, **options)}

    programme = pf.load_programme(folder)
    with_records = made(programme, str(folder))
    assert ("projects", "2024-08-31") in with_records
    assert ("projects", "2023-12-31") not in with_records
    assert ("programme_report", "2023-12-31") in with_records
    assert "projects" not in {name for name, _ in made(bundled, "")}
    assert made(programme, str(folder), notebooks=["programme_report"], cutoffs=["2024-08-31"]) == {
        ("programme_report", "2024-08-31")
    }


def test_the_copy_is_an_archive_of_columnar_tables(folder):
    with zipfile.ZipFile(folder / "records.zip") as archive:
        assert sorted(archive.namelist()) == ["pagamenti.parquet", "progetti_esteso.parquet", "set_aside.csv"]


def test_without_an_allocation_the_axes_have_amounts_and_the_page_says_why_there_is_no_rate(folder):
    report = pf.open_report(pf.load_programme(folder), cutoff="2024-08-31", lang="en")
    table = progress_by_axis(report)
    written = table.written()
    assert list(written) == ["axis", "selected_amount", "committed_amount", "paid_amount"]
    assert written.iloc[0].tolist() == ["1 · ASSE 1 - OCCUPAZIONE", "0.03", "0.02", "0.02"]
    said = "No source has an allocation at this date"
    assert said in table.notes[0]
    assert said in axes_progress(report).html
    assert first_sentences(report)[0].startswith("Commitments at 31/08/2024")
