"""The Commission's table of EU payments: reading it in every form, and what a programme keeps of it."""

import io

import cohesion_samples as samples
import pandas as pd
import payment_samples as payments
import pytest
from cohesion_samples import written
from pandas.testing import assert_frame_equal

from porfse_analysis import schema
from porfse_analysis.errors import DataError
from porfse_analysis.loaders.cohesion_data import (
    import_cohesion_data,
    programme_from_cohesion_data,
    read_finance,
    read_payments,
)
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.table_faults import find_faults

LOMBARDIA = "2014IT05SFOP007"

RECORDS = payments.payment_records()
FORMS = {
    "interface.csv": samples.soda_csv(RECORDS),
    "interface.json": samples.soda_json(RECORDS),
    "export.csv": samples.export_csv(
        [record | {"to": ""} for record in RECORDS], [*payments.export_labels(RECORDS), "TO"], thousands=True
    ),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_table(tmp_path, form, packed):
    frame = read_payments(written(tmp_path, form, FORMS[form], packed=packed))
    assert len(frame) == 8
    veneto = frame[frame["programme"] == "2014IT05SFOP012"].iloc[0]
    assert veneto[["title", "fund", "region_category", "year"]].tolist() == [
        *("Veneto - ESF", "ESF", "More developed", 2023)
    ]
    assert veneto["planned_eu_eur":"expenditure_recovered_eur"].tolist() == [
        *(382_015_911.0, 15_860_570.35, 362_984_780.94, 378_845_351.29, False),
        *(10_772_848.68, 0.0, 62_860_718.12, 345_691_287.19, 0.0, 37_549_705.03, 2_929_797.67),
    ]
    assert frame["latest_period"].tolist() == [*[False] * 7, True]
    assert frame.loc[[3, 4], "fund"].tolist() == ["YEI Specific Allocation", "YEI ESF Matching Component"]
    assert frame.loc[[3, 4], "region_category"].tolist() == ["", ""]


def test_the_form_of_before_has_the_plan_that_is_not_net(tmp_path):
    older = read_payments(written(tmp_path, "older.csv", samples.soda_csv(payments.older_records())))
    assert older["planned_eu_eur"].tolist()[:5] == [382015911, 27786275, 168300000, 160772169, 269675041]
    assert not older["latest_period"].any()
    assert older["additional_prefinancing_eur"].isna().all()
    # a form between both: the net plan counts
    both = [record | {"planned_eu_amount": "999"} for record in RECORDS]
    frame = read_payments(written(tmp_path, "both.csv", samples.soda_csv(both)))
    assert frame["planned_eu_eur"].tolist()[:2] == [382015911, 27786275]


def test_a_table_without_a_plan_is_refused(tmp_path):
    records = [{k: v for k, v in record.items() if k != "net_planned_eu_amount"} for record in RECORDS]
    with pytest.raises(DataError) as caught:
        read_payments(written(tmp_path, "p.csv", samples.soda_csv(records)))
    (fault,) = caught.value.faults
    assert fault.problem == "has no plan: net_planned_eu_amount or planned_eu_amount"


def test_other_tables_are_told_apart(tmp_path):
    paid = written(tmp_path, "p.csv", FORMS["interface.csv"])
    with pytest.raises(DataError, match=r'is the table "EU payments" \(gayr-92qh\), not "finance implementation"'):
        read_finance(paid)
    finance = written(tmp_path, "f.csv", samples.soda_csv(samples.finance_records()))
    with pytest.raises(DataError, match=r'"finance implementation" \(99js-gm52\), not "EU payments" \(gayr-92qh\)'):
        read_payments(finance)


def test_exactly_1000_records_are_refused(tmp_path):
    rows = [(f"2014IT05SFOP{place:03d}", *payments.PUBLISHED[0][1:]) for place in range(1000)]
    path = written(tmp_path, "p.csv", samples.soda_csv(payments.payment_records(rows)))
    with pytest.raises(DataError, match="has exactly 1,000 records"):
        read_payments(path)
    assert len(read_payments(path, whole=True)) == 1000


def test_one_year_twice_is_two_downloads(tmp_path):
    row = payments.PUBLISHED[4]
    again = (*row[:-7], *("100", *row[-6:]))
    records = payments.payment_records([*payments.PUBLISHED, row, again])
    with pytest.raises(DataError) as caught:
        read_payments(written(tmp_path, "p.csv", samples.soda_csv(records)))
    same, other = caught.value.faults
    assert (same.row, same.value) == (7, "2014PL05M9OP001 YEI ESF Matching Component 2022")
    assert same.problem == "is the key of row 6 too, with the same figures: a download is in the file twice"
    assert (
        other.problem == "is the key of row 6 too, with other figures (net_prefinancing_eur): two downloads are mixed"
    )


def test_a_latest_period_that_is_not_the_latest_is_two_downloads(tmp_path):
    rows = [(*row[:-1], "Y") if row[4] == "2018" else row for row in payments.LOMBARDIA]
    with pytest.raises(DataError) as caught:
        read_payments(written(tmp_path, "p.csv", samples.soda_csv(payments.payment_records(rows))))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (3, "is_latest_period", "2018")
    assert fault.problem == (
        "is the latest period here, other rows of 2014IT05SFOP007 ESF are of 2022: two downloads are mixed"
    )


# --- in a programme ---


@pytest.fixture
def files(tmp_path):
    finance = written(tmp_path, "f.csv", samples.soda_csv(samples.finance_records()))
    return finance, written(tmp_path, "p.csv", FORMS["interface.csv"])


def test_a_programme_keeps_its_payments(tmp_path, files):
    finance, paid = files
    import_cohesion_data(finance, None, LOMBARDIA, tmp_path / "lombardia", payments=paid)
    programme = load_programme(tmp_path / "lombardia")
    table = programme.eu_payments
    assert table["year"].tolist() == [2016, 2018, 2022]
    assert table["net_total_eur"].tolist() == [14_557_117.74, 84_852_373.08, 494_852_372.58]
    assert table["latest_period"].tolist() == [False, False, True]
    assert table["data_date"].isna().all()
    assert set(table["source"]) == {"ec-gayr-92qh"}
    source = programme.sources.set_index("source").loc["ec-gayr-92qh"]
    assert source["title_en"] == "ESIF 2014-2020 EU payments, table gayr-92qh"
    assert source["address"] == "cohesiondata.ec.europa.eu/d/gayr-92qh"


@pytest.mark.parametrize(
    ("retrieved", "date"), [("2022-10-28", pd.Timestamp("2022-10-28")), ("2023-02-01", pd.NaT), (None, pd.NaT)]
)
def test_the_newest_year_is_of_the_day_of_the_download(files, retrieved, date):
    finance, paid = read_finance(files[0]), read_payments(files[1])
    programme = programme_from_cohesion_data(finance, cci=LOMBARDIA, payments=paid, retrieved=retrieved)
    dates = programme.eu_payments["data_date"]
    assert dates[:2].isna().all()
    assert dates[2] == date or (pd.isna(date) and pd.isna(dates[2]))


@pytest.mark.parametrize(
    ("cutoff", "years"),
    [
        ("2016-12-30", []),
        ("2016-12-31", [2016]),
        ("2018-12-31", [2016, 2018]),
        ("2022-10-27", [2016, 2018]),
        ("2022-10-28", [2016, 2018, 2022]),
    ],
)
def test_a_year_is_known_from_its_date_on(files, cutoff, years):
    finance, paid = read_finance(files[0]), read_payments(files[1])
    programme = programme_from_cohesion_data(finance, cci=LOMBARDIA, payments=paid, retrieved="2022-10-28")
    assert programme.until(cutoff).eu_payments["year"].tolist() == years


def test_a_programme_without_payments_has_no_such_table(files, caplog):
    finance, paid = read_finance(files[0]), read_payments(files[1])
    programme = programme_from_cohesion_data(finance, cci="2014UK05SFOP005", payments=paid)
    assert programme.eu_payments.empty
    assert caplog.messages == ["2014UK05SFOP005: the table of payments has no rows of it"]
    assert programme.sources["source"].tolist() == ["ec-99js-gm52"]


def test_a_date_outside_its_year_is_refused(files):
    finance, paid = read_finance(files[0]), read_payments(files[1])
    programme = programme_from_cohesion_data(finance, cci=LOMBARDIA, payments=paid)
    table = programme.eu_payments.assign(data_date=pd.to_datetime(["2016-12-31", "2019-01-01", "2022-06-30"]))
    (fault,) = find_faults("eu_payments", schema.conform("eu_payments", table))
    assert (fault.row, fault.column, fault.value) == (3, "data_date", "2019-01-01")
    assert fault.problem == "is not in the year of its row"


def test_the_published_sample_is_read():
    path = samples.portal_tables() / "other" / "gayr-92qh_5rows_2026.csv"
    if not path.is_file():
        pytest.skip("the sample of the table is not here")
    frame = read_payments(path)
    assert frame["net_total_eur"].tolist() == [378845351.29, 522381.96, 161399690.33, 2411582.54, 272446490.3]
    made = io.BytesIO(samples.soda_csv(payments.payment_records(payments.PUBLISHED)))
    assert_frame_equal(frame, read_payments(made))
