"""The rate of the Commission's payments: one year, both figures of it, nothing clipped."""

from pathlib import Path

import pandas as pd
import pytest

from porfse_analysis import all_indicators, eu_payment_rate, load_programme, open_report
from porfse_analysis.display import blocks, tables
from porfse_analysis.errors import ParameterError
from porfse_analysis.schema import conform

FOLDER = Path(__file__).parents[1] / "data" / "invented-programme"
CCI = "2014IT05SFOP012"
MORE, LESS = "More developed", "Less developed"


@pytest.fixture(scope="module")
def invented():
    return load_programme(FOLDER)


def payments(*rows, **more):
    """Rows of (year, fund, category, planned, net pre-financing, net interim payments, net total)."""
    columns = ["year", "fund", "region_category", "planned_eu_eur"]
    columns += ["net_prefinancing_eur", "net_interim_eur", "net_total_eur"]
    return conform("eu_payments", pd.DataFrame(rows, columns=columns).assign(source="ec", **more), programme=CCI)


VENETO = (2023, "ESF", MORE, 382_015_911.0, 15_860_570.35, 362_984_780.94, 378_845_351.29)


def only(frame):
    assert len(frame) == 1
    return frame.iloc[0]


def test_the_published_rates():
    # the portal publishes 99.1700451162622 and, above the plan, 101.027699593453 per cent
    row = only(eu_payment_rate(payments(VENETO), cutoff="2023-12-31"))
    assert row["value"] == pytest.approx(0.991700451162622, abs=1e-15)
    assert (row["numerator"], row["denominator"], row["unit"]) == (378_845_351.29, 382_015_911.0, "1")
    assert (row["axis"], row["fund"], row["region_category"], row["note"]) == ("ALL", "", "", "")
    assert (row["data_date"], row["source"]) == (pd.Timestamp("2023-12-31"), "ec")
    poland = payments(
        (2022, "YEI ESF Matching Component", "", 269_675_041.0, 2_771_449.3, 269_675_041.0, 272_446_490.3)
    )
    assert only(eu_payment_rate(poland, cutoff="2022-12-31"))["value"] == pytest.approx(1.01027699593453, abs=1e-14)


def test_the_programme_is_the_sum_of_its_funds(invented):
    # 2018: ESF 3.00 + 9.42 of 82.8, YEI 0.3 + 0.2 of 2.0: 12.92 of 84.8
    row = only(eu_payment_rate(invented, cutoff="2018-12-31"))
    assert (row["numerator"], row["denominator"]) == (12_920_000.0, 84_800_000.0)
    assert row["value"] == 12.92e6 / 84.8e6
    funds = eu_payment_rate(invented, cutoff="2018-12-31", by="fund").set_index("fund")
    assert funds["value"].to_dict() == {"ESF": pytest.approx(0.15), "YEI Specific Allocation": 0.25}
    both = eu_payment_rate(invented, cutoff="2018-12-31", by=["fund", "region_category"])
    assert both[["fund", "region_category", "note"]].to_numpy().tolist() == [
        *(["ESF", MORE, ""], ["YEI Specific Allocation", "", ""])
    ]


@pytest.mark.parametrize(
    ("cutoff", "date", "note"),
    [("2016-12-31", "2016-12-31", ""), ("2017-12-30", "2016-12-31", "stale"), ("2021-06-30", "2019-12-31", "stale")],
)
def test_the_newest_year_end_not_after_the_date(invented, cutoff, date, note):
    row = only(eu_payment_rate(invented, cutoff=cutoff))
    assert (row["data_date"], row["note"]) == (pd.Timestamp(date), note)


def test_before_the_first_year_there_is_nothing(invented):
    assert eu_payment_rate(invented, cutoff="2016-12-30").empty


def test_the_newest_year_has_the_date_it_says_or_none():
    told = payments(VENETO, latest_period=True, data_date="2023-10-05")
    assert eu_payment_rate(told, cutoff="2023-10-04").empty
    row = only(eu_payment_rate(told, cutoff="2023-10-31"))
    assert (row["data_date"], row["note"]) == (pd.Timestamp("2023-10-05"), "stale")
    untold = payments(VENETO, latest_period=True)
    assert eu_payment_rate(untold, cutoff="2023-12-30").empty
    row = only(eu_payment_rate(untold, cutoff="2023-12-31"))
    assert pd.isna(row["data_date"])
    assert row["note"] == ""
    assert only(eu_payment_rate(untold, cutoff="2024-06-30"))["note"] == "stale"


def test_a_part_that_lacks_is_partial_and_the_rest_is_of_both_figures():
    before = [(2019, "ESF", MORE, 100.0, 10.0, 20.0, 30.0), (2019, "ESF", LESS, 300.0, 0.0, 60.0, 60.0)]
    row = only(eu_payment_rate(payments(*before), cutoff="2019-12-31"))
    assert (row["value"], row["note"]) == (90 / 400, "")
    # in 2020 one category has no row, no total, or no plan
    for other in ([], [(2020, "ESF", LESS, 300.0, 0.0, None, None)], [(2020, "ESF", LESS, None, 0.0, 90.0, 90.0)]):
        table = payments(*before, (2020, "ESF", MORE, 100.0, 10.0, 40.0, 50.0), *other)
        row = only(eu_payment_rate(table, cutoff="2020-12-31"))
        assert (row["numerator"], row["denominator"], row["value"], row["note"]) == (50.0, 100.0, 0.5, "partial")


def test_no_plan_and_a_plan_of_zero():
    row = only(eu_payment_rate(payments((2019, "ESF", MORE, None, 1.0, 2.0, 3.0)), cutoff="2019-12-31"))
    assert (row["numerator"], row["note"]) == (3.0, "partial;not_reported")
    assert pd.isna(row["value"])
    row = only(eu_payment_rate(payments((2019, "ESF", MORE, 0.0, 1.0, 2.0, 3.0)), cutoff="2019-12-31"))
    assert row["note"] == "zero_denominator"
    assert pd.isna(row["value"])


def test_there_is_none_by_axis(invented):
    for by in ("axis", ["fund", "axis"], []):
        with pytest.raises(ParameterError, match="use programme, fund, region_category, or several of them"):
            eu_payment_rate(invented, cutoff="2018-12-31", by=by)
    with pytest.raises(ParameterError, match="by='axis': eu_payment_rate takes programme, fund, region_category"):
        all_indicators(invented, names="eu_payment_rate", by="axis")


def test_it_is_among_all_indicators(invented):
    rows = all_indicators(invented, cutoff="2018-12-31").query("indicator == 'eu_payment_rate'")
    assert only(rows)["value"] == 12.92e6 / 84.8e6
    by_fund = all_indicators(invented, cutoff="2018-12-31", names="eu_payment_rate", by=["fund", "region_category"])
    assert len(by_fund) == 2
    assert "eu_payment_rate" not in set(all_indicators(load_programme(), cutoff="2018-12-31")["indicator"])


def test_the_table_of_the_report(invented):
    table = tables.eu_payments(open_report(invented, cutoff="2018-12-31", lang="it"))
    assert table.written().to_numpy().tolist() == [
        ["31/12/2016", "2,30", "0,20", "2,50", "84,80", "2,9%"],
        ["31/12/2017", "2,80", "3,10", "5,90", "84,80", "7,0%"],
        ["31/12/2018", "3,30", "9,62", "12,92", "84,80", "15,2%"],
    ]
    assert [column.label for column in table.columns] == [
        *("Dato al", "Prefinanziamento, Mln €", "Pagamenti intermedi, Mln €", "Pagato, Mln €"),
        *("Sostegno UE programmato, Mln €", "Sul programmato"),
    ]
    assert table.source == "Fonte: [4] nobody: invented, Pagamenti UE inventati per le prove."
    english = tables.eu_payments(open_report(invented, cutoff="2017-12-31", lang="en"))
    assert english.caption == "Payments of the Commission up to 31/12/2017: EU support, cumulative"
    assert len(english.frame) == 2


def test_the_report_shows_nothing_where_there_is_nothing():
    assert blocks.eu_payments(open_report(load_programme(), cutoff="2018-12-31")) == ()
