"""People and spend per head."""

import json
import math

import pandas as pd
import pytest
from frames import CCI, achievements, finance, only

from porfse_analysis import (
    ParameterError,
    participants,
    per_capita_spend,
    residents,
    schema,
)


@pytest.fixture(scope="module")
def lombardia(bundled):
    return bundled


@pytest.mark.parametrize(
    ("cutoff", "people"),
    [
        ("2016-12-31", 63_542),
        ("2017-12-31", 187_716),
        ("2018-12-31", 300_656),
        ("2019-12-31", 376_232),
        ("2020-12-31", 397_748),
    ],
)
def test_participants_of_the_programme(lombardia, cutoff, people):
    row = only(participants(lombardia.achievements, cutoff=cutoff, by="programme"))
    assert (row["value"], row["axis"], row["unit"]) == (people, "ALL", "participant")
    by_axis = participants(lombardia.achievements, cutoff=cutoff)
    assert by_axis["value"].sum() == people


def test_participants_by_axis_at_the_end_of_2020(lombardia):
    rows = participants(lombardia.achievements, cutoff="2020-12-31").set_index("axis")["value"]
    assert rows.to_dict() == {"I": 209_754, "II": 125_533, "III": 58_513, "IV": 3_948}


def test_between_two_positions(lombardia):
    row = only(participants(lombardia.achievements, cutoff="2018-09-30", by="programme"))
    assert (row["value"], row["data_date"]) == (187_716, pd.Timestamp("2017-12-31"))
    assert row["note"] == "stale;restated"


def test_before_the_first_report(lombardia):
    row = only(participants(lombardia.achievements, cutoff="2014-12-31", by="programme"))
    assert math.isnan(row["value"])
    assert row["note"] == "not_reported"
    assert participants(lombardia.achievements, cutoff="2014-12-31").empty


def test_absent_is_none_and_null_is_partial():
    """What was never told, or told as none, is none; 99 people of the year before are not gone."""
    absent = achievements(
        ("I", "8i", "CO01", "2018-12-31", 10),
        ("I", "8i", "CO03", "2017-12-31", 99),
        ("II", "9i", "CO01", "2018-12-31", 0),
        ("III", "9iv", "CO01", "2018-12-31", 4),
        ("III", "9iv", "CO03", "2017-12-31", 0),
    )
    rows = participants(absent, cutoff="2018-12-31").set_index("axis")
    assert rows["value"].to_dict() == {"I": 10, "II": 0, "III": 4}
    assert rows["note"].to_dict() == {"I": "partial", "II": "", "III": ""}
    null = achievements(("I", "8i", "CO01", "2018-12-31", 10), ("I", "8i", "CO05", "2018-12-31", math.nan))
    row = only(participants(null, cutoff="2018-12-31"))
    assert (row["value"], row["note"]) == (10, "partial")


def test_an_axis_that_never_reported_participants_is_not_reported_and_leaves_the_sum_whole():
    rows = achievements(
        ("I", "8i", "CO01", "2018-12-31", 10),
        ("II", "9i", "CO22", "2018-12-31", 4),
        ("II", "9i", "CO05", "2019-12-31", 7),
    )
    by_axis = participants(rows, cutoff="2018-12-31").set_index("axis")
    assert math.isnan(by_axis["value"]["II"])
    assert by_axis["note"].to_dict() == {"I": "", "II": "not_reported"}
    whole = only(participants(rows, cutoff="2018-12-31", by="programme"))
    assert (whole["value"], whole["note"]) == (10, "")
    assert participants(rows, cutoff="2019-12-31").set_index("axis")["value"].to_dict() == {"I": 10, "II": 7}


@pytest.mark.parametrize(
    ("cutoff", "people", "date"),
    [
        ("2018-09-30", 9_986_962, "2018-01-01"),
        ("2022-06-30", 9_943_004, "2022-01-01"),
        ("2016-12-31", 9_958_447, "2016-01-01"),
    ],
)
def test_residents(lombardia, cutoff, people, date):
    row = only(residents(lombardia.population, cutoff=cutoff))
    assert (row["value"], row["data_date"], row["note"]) == (people, pd.Timestamp(date), "")


def test_residents_of_years_without_a_figure(lombardia):
    row = only(residents(lombardia.population, cutoff="2015-12-31"))
    assert math.isnan(row["value"])
    assert row["note"] == "not_reported"
    late = only(residents(lombardia.population, cutoff="2026-03-31"))
    assert (late["value"], late["note"]) == (10_033_918, "stale")


def test_declared_spend_per_participant_of_axis_one(lombardia):
    people = participants(lombardia.achievements, cutoff="2018-12-31")
    rows = per_capita_spend(lombardia.finance, people, cutoff="2018-12-31", stage="declared")
    row = only(rows, axis="I")
    assert (row["indicator"], row["unit"]) == ("declared_spend_per_participant", "EUR/participant")
    assert (row["numerator"], row["denominator"]) == (122_136_070.10, 202_708)
    assert row["value"] == 122_136_070.10 / 202_708
    assert row["value"] == pytest.approx(602.5222, abs=5e-5)
    assert row["source"] == "ec-99js-gm52;ec-2q3n-nr7n"


def test_technical_assistance_has_no_participants_and_is_in_the_total(lombardia):
    people = participants(lombardia.achievements, cutoff="2018-12-31")
    row = only(per_capita_spend(lombardia.finance, people, cutoff="2018-12-31", stage="declared"), axis="V")
    assert math.isnan(row["value"])
    assert row["note"] == "no_participants"
    whole = participants(lombardia.achievements, cutoff="2018-12-31", by="programme")
    row = only(per_capita_spend(lombardia.finance, whole, cutoff="2018-12-31", by="programme", stage="declared"))
    assert row["numerator"] == pytest.approx(317_267_096.26, abs=0.001)
    assert row["value"] == pytest.approx(317_267_096.26 / 300_656)
    assert row["note"] == "restated;includes_technical_assistance"


def test_spend_per_resident_uses_the_whole_area_for_every_axis(lombardia):
    people = residents(lombardia.population, cutoff="2018-12-31")
    rows = per_capita_spend(lombardia.finance, people, cutoff="2018-12-31", stage="declared")
    assert set(rows["denominator"]) == {9_986_962}
    assert only(rows, axis="I")["value"] == 122_136_070.10 / 9_986_962
    whole = only(per_capita_spend(lombardia.finance, people, cutoff="2018-09-30", by="programme"))
    assert (whole["value"], whole["note"]) == (144e6 / 9_986_962, "published_total")


def test_spend_and_people_of_two_dates_are_said(lombardia):
    people = participants(lombardia.achievements, cutoff="2018-09-30", by="programme")
    row = only(per_capita_spend(lombardia.finance, people, cutoff="2018-09-30", by="programme"))
    assert row["value"] == 144e6 / 187_716
    assert row["note"] == "published_total;restated;other_date;includes_technical_assistance"


def test_no_participants_at_all_is_a_zero_denominator():
    money = finance(("IV", "2016-12-31", "declared", 0.0))
    people = participants(achievements(("IV", "11i", "CO01", "2016-12-31", 0)), cutoff="2016-12-31")
    row = only(per_capita_spend(money, people, cutoff="2016-12-31", stage="declared"))
    assert math.isnan(row["value"])
    assert (row["denominator"], row["note"]) == (0, "zero_denominator")


def test_people_by_axis_add_up_to_the_programme():
    money = finance(("I", "2018-12-31", "declared", 600.0), ("II", "2018-12-31", "declared", 400.0))
    people = participants(
        achievements(("I", "8i", "CO01", "2018-12-31", 30), ("II", "9i", "CO03", "2018-12-31", 10)), cutoff="2018-12-31"
    )
    row = only(per_capita_spend(money, people, cutoff="2018-12-31", by="programme", stage="declared"))
    assert (row["denominator"], row["value"]) == (40, 25)


def test_wrong_people_are_refused(lombardia):
    whole = participants(lombardia.achievements, cutoff="2018-12-31", by="programme")
    with pytest.raises(ParameterError, match="same `by`"):
        per_capita_spend(lombardia.finance, whole, cutoff="2018-12-31")
    both = pd.concat([whole, residents(lombardia.population, cutoff="2018-12-31")])
    with pytest.raises(ParameterError, match="one of them"):
        per_capita_spend(lombardia.finance, both, cutoff="2018-12-31", by="programme")
    with pytest.raises(ParameterError, match="certified"):
        per_capita_spend(lombardia.finance, whole, cutoff="2018-12-31", by="programme", stage="spent")


def test_an_area_without_the_year_makes_residents_partial():
    rows = pd.DataFrame({"area": ["A", "B", "A"], "year": [2018, 2017, 2017], "residents": [10.0, 5.0, 9.0]})
    population = schema.conform("population", rows.assign(source="s"), programme=CCI)
    row = only(residents(population, cutoff="2018-12-31"))
    assert (row["value"], row["note"]) == (10, "partial")


def test_firms_of_the_erdf_are_no_participants():
    rows = achievements(
        ("I", "3a", "CO01", "2020-12-31", 84, {"indicator_type": "OERDF", "fund": "ERDF"}),
        ("X", "10i", "CO01", "2020-12-31", 500),
    )
    assert participants(rows, cutoff="2020-12-31").set_index("axis")["value"].to_dict() == {"X": 500}
    assert only(participants(rows, cutoff="2020-12-31", by="programme"))["value"] == 500


def test_a_newer_row_of_another_indicator_does_not_empty_the_participants(lombardia):
    extra = achievements(("I", "8i", "CO22", "2021-12-31", 1)).assign(programme=lombardia.cci)
    rows = pd.concat([lombardia.achievements.assign(source="s"), extra], ignore_index=True)
    assert only(participants(rows, cutoff="2021-12-31", by="programme"))["value"] == 397_748


def test_an_axis_that_another_source_tells_is_missed_in_the_sum(lombardia):
    rows = lombardia.achievements.drop(columns="series")
    rows = rows.assign(source=rows["source"].astype("str").mask(rows["axis"] == "II", "other"))
    whole = only(participants(rows, cutoff="2020-12-31", by="programme"))
    assert "partial" in whole["note"].split(";")
    assert participants(rows, cutoff="2020-12-31")["value"].sum() == 397_748


def test_spend_per_participant_is_of_the_funds_that_pay_for_people():
    money = finance(
        ("IX", "2020-12-31", "declared", 300.0, {"fund": "ERDF"}),
        ("IX", "2020-12-31", "declared", 100.0, {"fund": "ESF"}),
        (
            "ALL",
            "2020-12-31",
            "declared",
            400.0,
            {"fund": ""},
        ),  # of both funds
        ("VI", "2020-12-31", "declared", 50.0, {"fund": "ERDF"}),
    )
    reached = achievements(("IX", "9i", "CO01", "2020-12-31", 10))
    rows = per_capita_spend(money, participants(reached, cutoff="2020-12-31"), cutoff="2020-12-31", stage="declared")
    row = only(rows, axis="IX")
    assert (row["numerator"], row["value"], row["note"]) == (100, 10, "")
    assert only(rows, axis="VI")["note"] == "no_participants"
    people = participants(reached, cutoff="2020-12-31", by="programme")
    row = only(per_capita_spend(money, people, cutoff="2020-12-31", by="programme", stage="declared"))
    assert (row["numerator"], row["value"], row["note"]) == (100, 10, "includes_technical_assistance")


@pytest.mark.parametrize("cutoff", ["2018-09-30", "2018-12-31", "2019-12-31", "2020-12-31", "2021-12-31", "2022-06-30"])
def test_money_that_stands_still_is_not_spread_over_later_people(lombardia, cutoff):
    people = participants(lombardia.achievements, cutoff=cutoff, by="programme")
    row = only(per_capita_spend(lombardia.finance, people, cutoff=cutoff, by="programme"))
    assert round(row["value"], 2) == 767.12  # 144 million over 187,716
    assert row["data_date"] == pd.Timestamp("2018-09-30")
    assert ("stale" in row["note"].split(";")) == (cutoff > "2018-09-30")
    declared = only(per_capita_spend(lombardia.finance, people, cutoff=cutoff, by="programme", stage="declared"))
    if cutoff == "2022-06-30":  # 546 days after the last people
        assert (declared["data_date"], declared["denominator"]) == (pd.Timestamp("2021-12-31"), 397_748)


def test_the_newest_pair_is_at_most_366_days_apart():
    reached = achievements(("I", "8i", "CO01", "2019-12-31", 10), ("I", "8i", "CO01", "2020-12-31", 20))
    money = [("I", "2020-12-31", "declared", 100.0), ("I", "2022-01-01", "declared", 200.0)]

    def spend(*more):
        people = participants(reached, cutoff="2022-12-31")
        return only(per_capita_spend(finance(*money, *more), people, cutoff="2022-12-31", stage="declared"))

    row = spend()  # 366 days
    assert (row["numerator"], row["denominator"], row["note"]) == (200, 20, "stale;other_date")
    row = spend(("I", "2022-01-02", "declared", 300.0))  # 367 days
    assert (row["numerator"], row["denominator"], row["data_date"]) == (200, 20, pd.Timestamp("2022-01-01"))


def test_money_older_than_any_people_has_no_pair():
    reached = achievements(("I", "8i", "CO01", "2019-12-31", 10))
    people = participants(reached, cutoff="2020-12-31")
    for date in ("2019-12-30", "2021-01-01"):
        money = finance(("I", date, "declared", 100.0))
        row = only(per_capita_spend(money, people, cutoff="2021-12-31", stage="declared"))
        assert math.isnan(row["value"])
        assert math.isnan(row["numerator"])
        assert row["note"] == "no_pair"


def test_people_can_be_kept_in_a_file(lombardia, tmp_path):
    people = participants(lombardia.achievements, cutoff="2022-06-30", by="programme")
    json.dumps(people.attrs)  # what formats that keep a frame's notes write
    people.to_pickle(tmp_path / "people.pkl")
    kept = pd.read_pickle(tmp_path / "people.pkl")
    spend = per_capita_spend(lombardia.finance, kept, cutoff="2022-06-30", by="programme")
    assert only(spend)["denominator"] == 187_716


def test_puglia_at_the_end_of_2021(portal):
    tables = portal[3]
    money, reached = (
        tables[name][tables[name]["programme"] == "2014IT16M2OP002"] for name in ("finance", "achievements")
    )
    people = participants(reached, cutoff="2022-06-30", by="programme")
    row = only(per_capita_spend(money, people, cutoff="2022-06-30", by="programme", stage="declared"))
    assert (round(row["value"], 2), row["data_date"]) == (3_099.48, pd.Timestamp("2021-12-31"))
