"""Rates: published figures of the bundled programme, and each rule on a few rows."""

import math

import pandas as pd
import pytest
from frames import finance, only, prefer

from porfse_analysis import ParameterError, certification_rate, financial_progress
from porfse_analysis.indicators.result import RESULT_COLUMNS


@pytest.fixture(scope="module")
def lombardia(bundled):
    return bundled


# figures of the information sheet of 30 September 2018 and of the Commission's table 99js-gm52


def test_certification_rate_of_the_programme(lombardia):
    row = only(certification_rate(lombardia.finance, cutoff="2018-09-30", by="programme"))
    assert row["value"] == 144_000_000 / 970_470_000
    assert row["value"] == pytest.approx(0.148381711954, abs=1e-12)
    assert (row["numerator"], row["denominator"], row["unit"]) == (144e6, 970.47e6, "1")
    assert (row["axis"], row["note"], row["source"]) == ("ALL", "published_total", "sheet-2018-09-30")
    assert row["data_date"] == row["cutoff"] == pd.Timestamp("2018-09-30")


def test_certification_rate_of_paid(lombardia):
    row = only(certification_rate(lombardia.finance, cutoff="2018-09-30", by="programme", base="paid"))
    assert row["indicator"] == "certification_rate_of_paid"
    assert row["value"] == 144 / 281
    assert row["value"] == pytest.approx(0.512455516, abs=1e-9)


def test_certification_by_axis_is_not_reported(lombardia):
    rows = certification_rate(lombardia.finance, cutoff="2018-09-30")
    assert list(rows["axis"]) == ["I", "II", "III", "IV", "V"]
    assert set(rows["note"]) == {"not_reported"}
    assert rows["value"].isna().all()
    assert rows["numerator"].isna().all()


@pytest.mark.parametrize(
    ("axis", "activated", "allocation"), [("I", 216, 358), ("II", 162, 227.1), ("III", 220, 332.5), ("IV", 15, 20)]
)
def test_activation_by_axis(lombardia, axis, activated, allocation):
    rows = financial_progress(lombardia.finance, cutoff="2018-09-30")
    row = only(rows, axis=axis, indicator="activation_rate")
    assert row["value"] == pytest.approx(activated / allocation, rel=1e-15)
    # the sheet says "216 million for employment": neither the stage nor the axis
    assert row["note"] == "own_reading"


@pytest.mark.parametrize(
    ("indicator", "cutoff", "amount", "allocation"),
    [
        ("declaration_rate", "2018-12-31", 122_136_070.10, 358_000_000),
        ("declaration_rate", "2022-06-30", 230_560_017.70, 236_700_000),
        ("selection_rate", "2022-06-30", 290_131_389.75, 236_700_000),
        ("selection_rate", "2021-12-31", 280_044_606.82, 236_700_000),
    ],
)
def test_axis_one(lombardia, indicator, cutoff, amount, allocation):
    row = only(financial_progress(lombardia.finance, cutoff=cutoff), axis="I", indicator=indicator)
    assert (row["numerator"], row["denominator"]) == (amount, allocation)
    assert row["value"] == amount / allocation


def test_above_one_is_not_clipped(lombardia):
    row = only(financial_progress(lombardia.finance, cutoff="2022-06-30"), axis="I", indicator="selection_rate")
    assert row["value"] == pytest.approx(1.2257, abs=5e-5)


@pytest.mark.parametrize(
    ("cutoff", "selected", "declared"),
    [
        ("2015-12-31", 15_077_195.67, 132_281.69),
        ("2018-12-31", 405_067_552.08, 317_267_096.26),
        ("2022-06-30", 897_593_540.90, 761_561_401.65),
    ],
)
def test_totals_of_the_commission(lombardia, cutoff, selected, declared):
    rows = financial_progress(lombardia.finance, cutoff=cutoff, by="programme")
    for indicator, amount in (("selection_rate", selected), ("declaration_rate", declared)):
        row = only(rows, indicator=indicator)
        assert row["numerator"] == pytest.approx(amount, abs=0.001)
        assert row["denominator"] == 970_474_516
        assert row["note"] == ""


def test_a_date_between_two_positions_uses_the_last_one_and_says_so(lombardia):
    row = only(financial_progress(lombardia.finance, cutoff="2018-09-30", by="programme"), indicator="declaration_rate")
    assert row["numerator"] == pytest.approx(146_872_244.50, abs=0.001)  # end of 2017
    assert row["data_date"] == pd.Timestamp("2017-12-31")
    assert row["note"] == "stale"


def test_zero_is_a_figure(lombardia):
    row = only(financial_progress(lombardia.finance, cutoff="2014-12-31", by="programme"), indicator="selection_rate")
    assert (row["value"], row["numerator"], row["note"]) == (0, 0, "")


# the rules, one by one


def test_result_columns():
    rows = financial_progress(finance(("I", "2020-12-31", "allocation", 100.0)), cutoff="2020-12-31")
    assert tuple(rows.columns) == RESULT_COLUMNS
    assert len(rows) == 6  # one per stage besides the allocation


def test_a_source_with_a_plan_is_set_against_its_own_alone():
    rows = pd.concat(
        [
            finance(("I", "2018-12-31", "allocation", 200.0), source="a"),
            finance(("I", "2018-12-31", "paid", 50.0), ("II", "2018-12-31", "allocation", 80.0), source="b"),
        ]
    )
    row = only(financial_progress(rows, cutoff="2018-12-31"), indicator="payment_rate", axis="I")
    assert math.isnan(row["value"])
    assert row["numerator"] == 50
    assert math.isnan(row["denominator"])
    assert row["note"] == "not_reported"


def test_a_source_without_any_plan_is_set_against_that_of_the_preferred_one():
    rows = pd.concat(
        [
            finance(("I", "2018-12-31", "paid", 50.0), ("II", "2018-12-31", "paid", 9.0), source="c"),
            finance(("I", "2017-12-31", "allocation", 200.0), ("I", "2019-12-31", "allocation", 100.0), source="b"),
            finance(("I", "2018-12-31", "allocation", 400.0), source="d"),
        ]
    )
    rows = prefer(rows, "d", "b", "c")
    result = financial_progress(rows, cutoff="2018-12-31")
    row = only(result, indicator="payment_rate", axis="I")
    assert (row["value"], row["numerator"], row["denominator"]) == (50 / 400, 50, 400)
    assert (row["note"], row["source"]) == ("plan_of_other_source", "c;d")
    # that one has no plan for axis II
    assert only(result, indicator="payment_rate", axis="II")["note"] == "not_reported"
    before = only(
        financial_progress(prefer(rows, "b", "d", "c"), cutoff="2018-12-31"), indicator="payment_rate", axis="I"
    )
    assert (before["value"], before["source"]) == (50 / 200, "c;b")  # in force: the plan of 2019 is to come


def test_newest_source_wins_and_ties_go_by_preference():
    rows = pd.concat(
        [
            finance(("I", "2018-12-31", "allocation", 100.0), ("I", "2018-12-31", "paid", 10.0), source="zeta"),
            finance(("I", "2018-12-31", "allocation", 100.0), ("I", "2018-12-31", "paid", 12.0), source="alpha"),
            finance(("I", "2017-12-31", "paid", 9.0), source="old"),
        ]
    )
    preferred = prefer(rows, "old", "zeta", "alpha")
    row = only(financial_progress(preferred, cutoff="2019-12-31"), indicator="payment_rate")
    assert (row["source"], row["value"], row["note"]) == ("zeta", 0.10, "stale")
    other = prefer(rows, "alpha", "zeta", "old")
    assert only(financial_progress(other, cutoff="2019-12-31"), indicator="payment_rate")["source"] == "alpha"


def test_the_allocation_of_the_time_not_the_latest_plan():
    rows = finance(
        ("I", "2018-12-31", "allocation", 400.0),
        ("I", "2019-06-30", "paid", 100.0),
        ("I", "2020-12-31", "allocation", 200.0),
    )
    early = only(financial_progress(rows, cutoff="2019-12-31"), indicator="payment_rate")
    assert (early["value"], early["denominator"]) == (0.25, 400)
    # at 2020 the payments are still those of 2019, and so is their allocation
    late = only(financial_progress(rows, cutoff="2020-12-31"), indicator="payment_rate")
    assert (late["value"], late["note"]) == (0.25, "stale")


def test_null_is_skipped_and_zero_is_not():
    rows = finance(
        ("I", "2018-12-31", "allocation", 100.0),
        ("I", "2018-12-31", "paid", 40.0),
        ("I", "2019-12-31", "allocation", 100.0),
        ("I", "2019-12-31", "paid", math.nan),
    )
    row = only(financial_progress(rows, cutoff="2019-12-31"), indicator="payment_rate")
    assert (row["value"], row["note"], row["data_date"]) == (0.4, "stale", pd.Timestamp("2018-12-31"))


def test_published_total_instead_of_the_sum():
    rows = finance(
        ("I", "2018-12-31", "allocation", 60.0),
        ("II", "2018-12-31", "allocation", 40.0),
        ("ALL", "2018-12-31", "allocation", 101.0),
        ("I", "2018-12-31", "paid", 10.0),
        ("II", "2018-12-31", "paid", 10.0),
        ("ALL", "2018-12-31", "paid", 21.0),
        ("I", "2018-12-31", "declared", 5.0),
        ("II", "2018-12-31", "declared", 6.0),
    )
    result = financial_progress(rows, cutoff="2018-12-31", by="programme")
    paid = only(result, indicator="payment_rate")
    assert (paid["numerator"], paid["denominator"], paid["note"]) == (21, 101, "published_total")
    declared = only(result, indicator="declaration_rate")
    assert (declared["numerator"], declared["denominator"], declared["note"]) == (11, 101, "")


def test_ratio_of_sums_not_mean_of_ratios():
    rows = finance(
        ("I", "2018-12-31", "allocation", 900.0),
        ("I", "2018-12-31", "paid", 90.0),
        ("II", "2018-12-31", "allocation", 100.0),
        ("II", "2018-12-31", "paid", 90.0),
    )
    row = only(financial_progress(rows, cutoff="2018-12-31", by="programme"), indicator="payment_rate")
    assert row["value"] == 0.18  # 180 / 1000, where the mean of 0.1 and 0.9 would be 0.5


def test_rows_of_one_axis_are_summed_and_kept_apart_when_asked():
    rows = finance(
        ("I", "2018-12-31", "allocation", 100.0, {"fund": "ESF"}),
        ("I", "2018-12-31", "allocation", 300.0, {"fund": "ERDF"}),
        ("I", "2018-12-31", "paid", 50.0, {"fund": "ESF"}),
        ("I", "2018-12-31", "paid", 30.0, {"fund": "ERDF"}),
    )
    whole = only(financial_progress(rows, cutoff="2018-12-31"), indicator="payment_rate")
    assert (whole["value"], whole["fund"]) == (0.2, "")
    apart = financial_progress(rows, cutoff="2018-12-31", by="fund")
    assert only(apart, indicator="payment_rate", fund="ESF")["value"] == 0.5
    assert only(apart, indicator="payment_rate", fund="ERDF")["value"] == 0.1
    both = financial_progress(rows, cutoff="2018-12-31", by=["axis", "fund"])
    assert only(both, indicator="payment_rate", fund="ESF")["axis"] == "I"


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_missing_part_is_partial(missing):
    rows = [
        ("I", "2018-12-31", "allocation", 100.0),
        ("II", "2018-12-31", "allocation", 100.0),
        ("I", "2018-12-31", "paid", 50.0),
    ]
    if missing is not None:  # once as a row without a figure, once as no row at all
        rows.append(("II", "2018-12-31", "paid", missing))
    row = only(financial_progress(finance(*rows), cutoff="2018-12-31", by="programme"), indicator="payment_rate")
    assert (row["numerator"], row["denominator"], row["note"]) == (50, 200, "partial")


def test_an_amount_without_its_base_is_partial():
    rows = finance(
        ("I", "2018-12-31", "allocation", 100.0),
        ("I", "2018-12-31", "declared", 50.0),
        ("II", "2018-12-31", "declared", 50.0),
    )
    row = only(financial_progress(rows, cutoff="2018-12-31", by="programme"), indicator="declaration_rate")
    assert (row["numerator"], row["denominator"], row["note"]) == (100, 100, "partial;partial_base")


def test_a_figure_of_all_funds_together_is_not_one_of_a_fund():
    rows = finance(
        ("ALL", "2018-12-31", "allocation", 200.0, {"fund": ""}),
        ("ALL", "2018-12-31", "paid", 60.0, {"fund": ""}),
        ("I", "2018-12-31", "allocation", 100.0),
        ("I", "2018-12-31", "paid", 50.0),
    )
    result = financial_progress(rows, cutoff="2018-12-31", by="fund")
    assert only(result, indicator="payment_rate", fund="ESF")["value"] == 0.5
    assert result.loc[result["fund"] == "", "value"].isna().all()


def test_zero_and_absent_allocation():
    rows = finance(
        ("I", "2018-12-31", "allocation", 0.0),
        ("I", "2018-12-31", "paid", 5.0),
        ("II", "2018-12-31", "paid", 5.0),
    )
    result = financial_progress(rows, cutoff="2018-12-31")
    zero = only(result, axis="I", indicator="payment_rate")
    assert math.isnan(zero["value"])
    assert (zero["numerator"], zero["denominator"], zero["note"]) == (5, 0, "zero_denominator")
    absent = only(result, axis="II", indicator="payment_rate")
    assert math.isnan(absent["value"])
    assert absent["note"] == "not_reported"


def test_a_position_that_carries_older_figures_is_stale():
    rows = finance(
        ("I", "2022-06-30", "allocation", 100.0),
        ("I", "2022-06-30", "paid", 50.0, {"data_date": "2021-09-30"}),
    )
    row = only(financial_progress(rows, cutoff="2022-06-30"), indicator="payment_rate")
    assert (row["value"], row["data_date"], row["note"]) == (0.5, pd.Timestamp("2021-09-30"), "stale")


def test_a_base_of_an_earlier_date_is_said():
    rows = finance(("ALL", "2018-06-30", "paid", 200.0), ("ALL", "2018-12-31", "certified", 100.0))
    row = only(certification_rate(rows, cutoff="2018-12-31", by="programme", base="paid"))
    assert (row["value"], row["note"]) == (0.5, "published_total;other_date")


def test_axis_codes_are_text():
    rows = finance(
        *[
            (axis, "2018-12-31", stage, amount)
            for axis in ("1", "01", "1 bis")
            for stage, amount in (("allocation", 10.0), ("paid", 1.0))
        ]
    )
    assert list(certification_rate(rows, cutoff="2018-12-31")["axis"]) == ["01", "1", "1 bis"]


@pytest.mark.parametrize("cutoff", ["30/09/2018", "2018-9-30", "2018-13-01", "2018", 2018, None, float("nan"), pd.NaT])
def test_a_cutoff_that_is_no_iso_date_is_refused(lombardia, cutoff):
    with pytest.raises(ParameterError, match="YYYY-MM-DD"):
        financial_progress(lombardia.finance, cutoff=cutoff)


def test_unknown_by_and_base_are_refused(lombardia):
    with pytest.raises(ParameterError, match="axis, programme, fund, region_category"):
        financial_progress(lombardia.finance, cutoff="2018-09-30", by="asse")
    with pytest.raises(ParameterError, match="allocation, committed, paid, declared"):
        certification_rate(lombardia.finance, cutoff="2018-09-30", base="selected")


def test_no_rows_give_no_result_and_no_crash():
    assert financial_progress(finance(("I", "2020-12-31", "paid", 1.0)), cutoff="2019-12-31").empty
