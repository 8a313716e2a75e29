"""The allocation of a programme out of records: from the Commission's tables, or from OpenCoesione's `dotazioni`."""

import cohesion_samples
import opencoesione_samples as samples
import pandas as pd
import pytest
from opencoesione_samples import project
from typer.testing import CliRunner

from porfse_analysis import financial_progress
from porfse_analysis.cli import app
from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.loaders.opencoesione.plan import axis_pairs
from porfse_analysis.loaders.opencoesione_data import programme_from_records, read_records
from porfse_analysis.verdicts.checks import check

LOMBARDIA = "2014IT05SFOP007"
AT = "2024-08-31"


def records_of(folder, axes=("I",), cci=LOMBARDIA, paid="3580000,00"):
    rows = [
        project(
            f"P{axis}", OC_CODICE_PROGRAMMA=cci, OC_COD_ARTICOLAZ_PROGRAMMA=axis, OC_TOT_PAGAMENTI_RENDICONTAB_UE=paid
        )
        for axis in axes
    ]
    days = [samples.payment(f"P{axis}", "20180601", paid, OC_CODICE_PROGRAMMA=cci) for axis in axes]
    files = [
        samples.written(folder, "progetti_esteso.csv", rows),
        samples.written(folder, "pagamenti.csv", days, samples.PAYMENT_COLUMNS),
    ]
    return read_records(files, cci)


def finance_table(folder):
    rows = [row for row in cohesion_samples.PUBLISHED if row[0] == LOMBARDIA]
    content = cohesion_samples.soda_csv(cohesion_samples.finance_records(rows))
    return cohesion_samples.written(folder, "finance.csv", content)


def rates(programme, cutoff):
    found = financial_progress(programme.finance, cutoff=cutoff)
    found = found[(found["indicator"] == "payment_rate") & found["value"].notna()]
    return {row["axis"]: (row["numerator"], row["denominator"]) for row in found.to_dict("records")}


def test_without_a_plan_there_are_amounts_and_no_rate(tmp_path):
    programme = programme_from_records(records_of(tmp_path))
    found = financial_progress(programme.finance, cutoff=AT).set_index("indicator")
    assert found.at["payment_rate", "numerator"] == 3_580_000
    assert pd.isna(found.at["payment_rate", "value"])
    assert "allocation" not in set(programme.finance["stage"])


def test_axes_called_the_same_are_joined_and_each_date_has_the_plan_of_its_time(tmp_path):
    programme = programme_from_records(
        records_of(tmp_path), cutoffs=["2018-06-30", "2018-12-31"], plan=finance_table(tmp_path)
    )
    assert programme.cutoffs == ["2018-06-30", "2018-12-31", AT]  # no dates of the plan's own
    assert rates(programme, "2018-12-31")["I"] == (3_580_000, 358_000_000)
    assert rates(programme, AT)["I"] == (3_580_000, 236_700_000)  # version 7, published for June 2022
    # the plan of the end of 2018 is none of June 2018
    assert rates(programme, "2018-06-30") == {}
    plan = programme.finance[programme.finance["stage"] == "allocation"]
    assert set(plan.loc[plan["cutoff"] == AT, "data_date"]) == {pd.Timestamp("2022-06-30")}
    assert set(plan["source"]) == {"ec-99js-gm52"}
    assert programme.axes["axis"].tolist() == ["I", "II", "III", "IV", "V"]
    assert programme.axes.loc[0, "title_it"] == "ASSE 1 - OCCUPAZIONE"


def test_axes_called_otherwise_are_told(tmp_path):
    table = finance_table(tmp_path)
    records = records_of(tmp_path, axes=("1", "5"))
    with pytest.raises(ParameterError, match=r"\(1, 5\); axes of the records: 1, 5; of the plan: I, II, III, IV, V"):
        programme_from_records(records, plan=table)
    programme = programme_from_records(records, plan=table, axes="1=I,5=V")
    found = rates(programme, AT)
    assert found["1"] == (3_580_000, 236_700_000)
    assert found["5"] == (3_580_000, 33_760_516)
    assert programme.axes["axis"].tolist() == ["1", "5", "II", "III", "IV"]
    with pytest.raises(ParameterError, match="VI is not there"):
        programme_from_records(records, plan=table, axes="1=I,5=VI")


@pytest.mark.parametrize("said", ["1", "1=", "=I", "1=I,1=II", "1=I,2=I"])
def test_pairs_of_axes_that_are_none(said):
    with pytest.raises(ParameterError, match="as 1=I,2=II"):
        axis_pairs(said)


def test_pairs_of_axes():
    assert axis_pairs(" 1 = I, 2=II ,") == {"1": "I", "2": "II"}
    assert axis_pairs("") == {}


def test_the_plan_without_a_date_is_of_the_newest_date_alone(tmp_path):
    content = cohesion_samples.soda_csv(cohesion_samples.planned_records())
    table = cohesion_samples.written(tmp_path, "planned.csv", content)
    programme = programme_from_records(records_of(tmp_path), cutoffs=["2018-12-31"], plan=table)
    assert rates(programme, AT)["I"] == (3_580_000, 236_700_000)
    assert rates(programme, "2018-12-31") == {}
    assert set(programme.finance["source"]) == {"opencoesione", "ec-e4v6-qrrq"}


HEAD = (
    "OC_CODICE_PROGRAMMA,OC_DESCRIZIONE_PROGRAMMA,FONDO,OC_AREA_OBIETTIVO_UE, DOTAZIONE TOTALE PROGRAMMA 20151231 ,"
    " DOTAZIONE UE PROGRAMMA 20151231 , DOTAZIONE TOTALE PROGRAMMA 20160930 , DOTAZIONE UE PROGRAMMA 20160930 \n"
)
ALLOCATIONS = HEAD + (
    'CCI 2014IT05SFOP007,POR FSE LOMBARDIA,FSE,Regioni più sviluppate,"970,474,516","485,237,258",'
    '"970,474,516","485,237,258"\n'
    'CCI 2014IT05M90P001,PON IOG,FSE,Regioni meno sviluppate,,,"385,312,562","231,187,537"\n'
    'CCI 2014IT05M90P001,PON IOG,,Regioni in transizione,,,"62,247,587","37,348,552"\n'
)


def test_dotazioni_have_the_whole_programme_at_their_dates(tmp_path):
    table = tmp_path / "dotazioni.csv"
    table.write_text(ALLOCATIONS, encoding="utf-8")
    programme = programme_from_records(records_of(tmp_path), cutoffs=["2018-12-31"], plan=table)
    found = financial_progress(programme.finance, cutoff=AT, by="programme").set_index("indicator")
    assert found.at["payment_rate", "denominator"] == 970_474_516
    assert found.at["payment_rate", "value"] == 3_580_000 / 970_474_516
    assert rates(programme, AT) == {}  # it has no axes
    plan = programme.finance[programme.finance["stage"] == "allocation"]
    assert set(plan["axis"]) == {"ALL"}
    assert plan["eu_amount_eur"].tolist() == [485_237_258.0] * 2
    with pytest.raises(ParameterError, match="it has no axes"):
        programme_from_records(records_of(tmp_path), plan=table, axes="I=I")


def test_dotazioni_are_as_the_cell_above_where_empty_and_a_zero_is_the_letter(tmp_path):
    table = tmp_path / "dotazioni.csv"
    table.write_text(ALLOCATIONS, encoding="utf-8")
    records = records_of(tmp_path, cci="2014IT05M9OP001")
    plan = programme_from_records(records, plan=table).finance
    plan = plan[plan["stage"] == "allocation"]
    found = plan[["fund", "region_category", "amount_eur"]].to_numpy().tolist()
    assert found == [["ESF", "Less developed", 385_312_562.0], ["ESF", "Transition", 62_247_587.0]]


def test_dotazioni_as_a_workbook(tmp_path):
    pytest.importorskip("openpyxl")
    csv, book = tmp_path / "dotazioni.csv", tmp_path / "dotazioni.xlsx"
    csv.write_text(ALLOCATIONS, encoding="utf-8")
    pd.read_csv(csv, thousands=",").to_excel(book, index=False)
    first = programme_from_records(records_of(tmp_path), plan=csv)
    second = programme_from_records(records_of(tmp_path), plan=book)
    pd.testing.assert_frame_equal(first.finance, second.finance)


def test_a_plan_that_is_none(tmp_path):
    records = records_of(tmp_path)
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(DataError):
        programme_from_records(records, plan=other)
    with pytest.raises(ParameterError, match="no such file"):
        programme_from_records(records, plan=tmp_path / "none.csv")
    table = tmp_path / "dotazioni.csv"
    table.write_text(HEAD + 'CCI 2014IT05SFOP014,POR FSE SICILIA,FSE,x,"1,000","500","1,000","500"\n', encoding="utf-8")
    with pytest.raises(ParameterError, match="does not have the programme"):
        programme_from_records(records, plan=table)
    table.write_text(HEAD + 'CCI 2014IT05SFOP007,POR,FSE,x,"1,0000","500","1,000","500"\n', encoding="utf-8")
    with pytest.raises(
        DataError, match=r"row 2, column DOTAZIONE TOTALE PROGRAMMA 20151231: '1,0000' is not an amount"
    ):
        programme_from_records(records, plan=table)


def test_the_command_says_what_it_did_and_what_there_is_not(tmp_path):
    rows = [
        project("A"),
        project("B", OC_FLAG_VISUALIZZAZIONE="1"),
        project("C", OC_CODICE_PROGRAMMA="2014IT05SFOP001"),
    ]
    path = samples.written(tmp_path, "progetti_esteso.csv", rows)
    command = ["import", "opencoesione", str(path), "--cci", samples.CCI, "--to", str(tmp_path / "folder")]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, run.output
    assert "progetti_esteso.csv: 3 rows read, 1 kept, 2 set aside" in run.output
    assert "  1 of another programme" in run.output
    assert "  1 excluded by OpenCoesione" in run.output
    assert "no allocation: the records have none" in run.output
    assert "POR FSE SICILIA: 2024-08-31" in run.output
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 2
    assert "folder exists and is not empty: name another folder, or allow it with --overwrite\n" in again.output
    assert CliRunner().invoke(app, [*command, "--overwrite"]).exit_code == 0
    wrong = CliRunner().invoke(app, [*command, "--overwrite", "--cutoff", "2023-12-31"])
    assert wrong.exit_code == 2
    assert "pagamenti" in wrong.output


def test_a_plan_in_force_is_no_stale_position(tmp_path):
    programme = programme_from_records(records_of(tmp_path), plan=finance_table(tmp_path))
    assert "stale_position" not in set(check(programme)["check"])
