"""What a result has cost, worked out by hand: whose money, whose people, of which dates."""

import pandas as pd
import pytest
from frames import achievements, finance, only, targets

import porfse_analysis as pf
from porfse_analysis.errors import ParameterError

DAY = "2020-12-31"

MONEY = finance(
    ("I", DAY, "certified", 1_000_000.0),
    ("II", DAY, "certified", 600_000.0),
    ("V", DAY, "certified", 50_000.0),
)
PEOPLE = achievements(
    ("I", "8i", "CR06", DAY, 400.0),
    ("I", "8ii", "CR06", DAY, 100.0),
    ("I", "8i", "CR03", DAY, 4.0),
    ("II", "9i", "CR06", DAY, 30.0),
    ("II", "9i", "CR03", DAY, 200.0),
)
AIMS = targets(("I", "8i", "CR06", "1", "2014-12-31", 500.0), ("II", "9i", "CR03", "1", "2014-12-31", 300.0))

IN_WORK, QUALIFIED = "certified_spend_per_person_in_work", "certified_spend_per_qualification"


def cost(money=MONEY, people=PEOPLE, aims=AIMS, **options) -> pd.DataFrame:
    return pf.cost_per_result(money, people, aims, **{"cutoff": DAY} | options)


def test_spend_of_an_axis_over_the_people_who_got_there():
    # 1,000,000 over 400 + 100; 600,000 over 200
    row = only(cost(), indicator=IN_WORK, axis="I")
    assert (row["value"], row["numerator"], row["denominator"]) == (2000.0, 1_000_000.0, 500.0)
    assert (row["unit"], row["data_date"]) == ("EUR/person_in_work", pd.Timestamp(DAY))
    row = only(cost(), indicator=QUALIFIED, axis="II")
    assert (row["value"], row["unit"]) == (3000.0, "EUR/qualification")


def test_an_axis_that_does_not_aim_at_the_result_has_no_cost():
    # four qualifications in axis I would have "cost" 250,000 each
    row = only(cost(), indicator=QUALIFIED, axis="I")
    assert pd.isna(row["value"])
    assert (row["numerator"], row["denominator"], row["note"]) == (1_000_000.0, 4.0, "no_target")
    # technical assistance has no results at all, and no row
    assert "V" not in set(cost()["axis"])


def test_the_programme_is_the_axes_that_aim_at_it():
    rows = cost(by="programme")
    row = only(rows, indicator=IN_WORK)
    assert (row["axis"], row["value"], row["numerator"], row["denominator"]) == ("ALL", 2000.0, 1_000_000.0, 500.0)
    assert row["note"] == "of_aiming_axes"


def test_without_any_target_the_axes_that_report_it():
    # 1,600,000 over 530: technical assistance reports nothing and its money stays out
    row = only(cost(aims=None, by="programme"), indicator=IN_WORK)
    assert (row["numerator"], row["denominator"], row["note"]) == (1_600_000.0, 530.0, "of_reporting_axes")
    assert only(cost(aims=None), indicator=IN_WORK, axis="II")["value"] == 20_000.0


def test_a_target_that_the_plan_dropped_is_none():
    dropped = pd.concat([AIMS, targets(("II", "9i", "CR03", "2", "2019-12-31", 300.0))], ignore_index=True)
    # of the two results only the qualification is still aimed at
    assert only(cost(aims=dropped), indicator=QUALIFIED, axis="II")["value"] == 3000.0
    row = only(cost(aims=dropped, by="programme"), indicator=IN_WORK)
    assert row["note"] == "of_reporting_axes"


def test_money_and_people_are_a_pair():
    # people of 2019 and money of 2021 are 731 days apart: the money of 2020 is the newest that has people
    money = finance(("I", DAY, "certified", 900_000.0), ("I", "2021-12-31", "certified", 2_000_000.0))
    people = achievements(("I", "8i", "CR06", "2019-12-31", 300.0))
    row = only(cost(money, people, None, cutoff="2021-12-31"), indicator=IN_WORK)
    assert (row["value"], row["data_date"]) == (3000.0, pd.Timestamp(DAY))
    assert row["note"] == "stale;other_date"
    # and with the money of 2021 alone there is none
    row = only(cost(money.iloc[1:], people, None, cutoff="2021-12-31"), indicator=IN_WORK)
    assert pd.isna(row["value"])
    assert row["note"] == "no_pair"


def test_nobody_yet_is_no_cost():
    people = achievements(("I", "8i", "CR06", DAY, 0.0))
    row = only(cost(people=people, aims=None), indicator=IN_WORK)
    assert pd.isna(row["value"])
    assert row["note"] == "zero_denominator"


def test_results_of_the_youth_initiative_are_others_under_the_same_code():
    people = achievements(
        ("I", "8ii", "CR06", DAY, 100.0, {"fund": "YEI"}),
        ("I", "8ii", "CR06", DAY, 40.0, {"fund": "YEI", "indicator_type": "RYEI"}),
    )
    assert only(cost(people=people, aims=None), indicator=IN_WORK)["denominator"] == 100.0


def test_a_result_whose_type_is_not_said_is_one_of_the_common_ones():
    people = achievements(("I", "8i", "CR06", DAY, 100.0, {"indicator_type": ""}))
    assert only(cost(people=people, aims=None), indicator=IN_WORK)["denominator"] == 100.0


def test_a_result_of_the_whole_programme_has_no_money_of_its_own():
    cci = "2021XX05SFPR001"
    money = finance(("1", DAY, "certified", 900.0), ("2", DAY, "certified", 100.0), programme=cci, fund="ESF+")
    people = achievements(
        ("ALL", "ESO4.1", "EECR05", DAY, 10.0, {"indicator_type": "RESF"}), programme=cci, fund="ESF+"
    )
    row = only(cost(money, people, None, by="programme"), indicator=IN_WORK)
    assert pd.isna(row["value"])
    assert (row["numerator"], row["denominator"], row["note"]) == (1000.0, 10.0, "axes_not_told")
    assert cost(money, people, None).empty


def test_lombardia(bundled):
    # 163,933,048.88 declared over 95,325 in work; 202,364,659.68 over 42,373 qualified
    rows = pf.cost_per_result(bundled, cutoff=DAY, stage="declared")
    known = rows[rows["value"].notna()]
    assert known[["axis", "indicator", "numerator", "denominator"]].to_numpy().tolist() == [
        ["I", "declared_spend_per_person_in_work", 163_933_048.88, 95_325.0],
        ["III", "declared_spend_per_qualification", 202_364_659.68, 42_373.0],
    ]
    assert known["value"].round(2).tolist() == [1719.73, 4775.79]
    collected = pf.all_indicators(bundled, cutoff=DAY, names="declared_spend_per_qualification", by="axis")
    assert collected["value"].round(2).dropna().tolist() == [4775.79]


def test_stages_that_are_spending():
    with pytest.raises(ParameterError, match="stage='allocation': use one of paid, declared, certified"):
        cost(stage="allocation")


def test_no_results_no_rows():
    assert cost(people=achievements(("I", "8i", "CO01", DAY, 5.0))).empty
    assert list(cost(people=achievements(("I", "8i", "CO01", DAY, 5.0)))) == list(cost())
