"""Closure of 2014-2020, worked out by hand: the final balance with its flexibility, and the financial correction."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_performance_framework import CCI, RULES_2014, achieved, money_target, table, target

import porfse_analysis as pf
from porfse_analysis import schema
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.correction import correction_rate

ROOT = Path(__file__).parents[2]
END = "2023-12-31"


def money(stage: str, amount: float | None, axis: str = "1", **rest: Any) -> dict[str, Any]:
    row = {"axis": axis, "cutoff": END, "stage": stage, "fund": "ESF", "region_category": "More developed"}
    return row | {"source": "ma", "amount_eur": amount} | rest


def plan(total: float, eu: float, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return money("allocation", total, axis, **{"cutoff": "2020-12-31", "eu_amount_eur": eu, **rest})


def certified(amount: float | None, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return money("certified", amount, axis, **rest)


def paid(net: float, *, year: int = 2023, prefinancing: float = 0.0, **rest: Any) -> pd.DataFrame:
    row = {"year": year, "fund": "ESF", "region_category": "More developed", "planned_eu_eur": 100.0}
    row |= {"net_prefinancing_eur": prefinancing, "net_interim_eur": net - prefinancing, "net_total_eur": net}
    return table("eu_payments", [{**row, "source": "ec", **rest}])


def balance(*rows: dict[str, Any], payments: pd.DataFrame | None = None, **options: Any) -> pd.DataFrame:
    options = {"cutoff": END} | options
    found = pf.closure_balance(table("finance", list(rows)), payments, **options)
    return found.set_index(["axis", "region_category"])


def whole(found: pd.DataFrame, category: str = "More developed") -> pd.Series:
    return found.loc[(ALL, category)]


TWO = (plan(100.0, 50.0, "1"), plan(100.0, 50.0, "2"))


def test_an_axis_is_paid_up_to_15_per_cent_beyond_its_allocation():
    found = balance(*TWO, certified(130.0, "1"), certified(60.0, "2"))
    first, second, everything = found.iloc[0], found.iloc[1], whole(found)
    # 130 at 50% is 65; 50 and 15% of it is 57.50
    assert (first["contribution_eu"], first["limit_eu"], first["counted_eu"]) == (65.0, 57.5, 57.5)
    assert (first["above_allocation_eu"], first["not_counted_eu"], first["unused_eu"]) == (7.5, 7.5, 0.0)
    assert (second["contribution_eu"], second["counted_eu"], second["unused_eu"]) == (30.0, 30.0, 20.0)
    # 57.50 + 30 = 87.50 of 100
    assert (everything["counted_eu"], everything["unused_eu"]) == (87.5, 12.5)
    assert (everything["contribution_eu"], everything["not_counted_eu"]) == (95.0, 7.5)
    assert everything["above_allocation_eu"] == 7.5
    assert everything["status"] == "at_closure"
    assert "beyond_flexibility" in first["note"].split(";")
    assert "beyond_fund" not in everything["note"]
    assert first["rules"] == "eligible_basis;eligibility_end;last_application;closure_flexibility"


def test_the_fund_keeps_to_its_allocation():
    everything = whole(balance(*TWO, certified(130.0, "1"), certified(100.0, "2")))
    # 57.50 + 50 = 107.50, paid 100; due 65 + 50 = 115
    assert (everything["counted_eu"], everything["not_counted_eu"], everything["unused_eu"]) == (100.0, 15.0, 0.0)
    assert "beyond_fund" in everything["note"].split(";")


def test_the_flexibility_read_otherwise():
    rules = RULES_2014.replace(closure_flexibility=0.1)
    found = balance(*TWO, certified(130.0, "1"), certified(60.0, "2"), rules=rules)
    assert (found.iloc[0]["limit_eu"], whole(found)["counted_eu"]) == (55.0, 85.0)
    [(name, value, other)] = RULES_2014.other_readings(["closure_flexibility"])
    assert (name, value, other.closure_flexibility) == ("closure_flexibility", 0.1, 0.1)


def test_each_category_of_region_keeps_to_its_own_allocation():
    less = {"region_category": "Less developed"}
    found = balance(plan(100.0, 50.0), plan(100.0, 80.0, "2", **less), certified(200.0), certified(50.0, "2", **less))
    # the more developed have 50, whatever the less developed leave
    assert whole(found)["counted_eu"] == 50.0
    assert whole(found, "Less developed")["counted_eu"] == 40.0
    assert whole(found, "Less developed")["unused_eu"] == 40.0


@pytest.mark.parametrize(
    ("day", "status"), [("2023-12-30", "provisional"), ("2023-12-31", "at_closure"), ("2025-07-31", "at_closure")]
)
def test_figures_before_the_end_of_eligibility_are_provisional(day: str, status: str):
    found = balance(*TWO, certified(130.0, "1", cutoff=day), certified(60.0, "2"), cutoff="2025-12-31")
    assert found.iloc[0]["status"] == status
    assert found.iloc[0]["data_date"] == pd.Timestamp(day)
    # the sum is as old as its oldest part
    assert whole(found)["status"] == ("provisional" if status == "provisional" else "at_closure")
    assert whole(found)["data_date"] == min(pd.Timestamp(day), pd.Timestamp(END))
    # on 31 July 2025 the last application was sent
    assert ("applications_open" in found.iloc[0]["note"]) == (day != "2025-07-31")


def test_the_balance_is_what_counts_less_what_was_paid_at_the_same_date():
    everything = whole(
        balance(*TWO, certified(130.0, "1"), certified(60.0, "2"), payments=paid(70.0, prefinancing=5.0))
    )
    assert (everything["paid_eu"], everything["balance_eu"]) == (70.0, 17.5)
    assert everything["paid_date"] == pd.Timestamp(END)
    # more paid than counts: to be recovered
    everything = whole(balance(*TWO, certified(100.0, "1"), certified(60.0, "2"), payments=paid(90.0)))
    assert everything["balance_eu"] == -10.0


def test_paid_at_another_date_gives_no_balance():
    everything = whole(balance(*TWO, certified(130.0, "1"), certified(60.0, "2"), payments=paid(70.0, year=2022)))
    assert everything["paid_date"] == pd.Timestamp("2022-12-31")
    assert pd.isna(everything["balance_eu"])
    assert "paid_of_other_date" in everything["note"].split(";")


def test_what_is_missing_is_not_nothing():
    found = balance(*TWO, certified(130.0, "1"))
    assert found.loc[("2", "More developed"), "status"] == "not_available"
    everything = whole(found)
    assert everything["status"] == "not_available"
    assert pd.isna(everything["counted_eu"])
    # the other axis alone is the least there can be
    assert everything["counted_at_least_eu"] == 57.5
    # a limit is no figure either
    found = balance(*TWO, certified(100.0, "1", qualifier="more_than"), certified(60.0, "2"))
    assert pd.isna(found.iloc[0]["counted_eu"])
    assert found.iloc[0]["counted_at_least_eu"] == 50.0


def test_declared_expenditure_does_not_stand_for_certified():
    found = balance(*TWO, money("declared", 100.0, "1"), money("declared", 100.0, "2"))
    assert set(found["status"]) == {"not_available"}


def test_the_invented_programme():
    programme = pf.load_programme(ROOT / "tests/data/invented-programme")
    found = pf.closure_balance(programme, cutoff=END)
    totals = found[found["axis"] == ALL].set_index("fund")
    # half of 141 million certified; half of 3 million
    assert totals["counted_eu"].to_dict() == {"ESF": 70_500_000.0, "YEI": 1_500_000.0}
    assert totals["unused_eu"].to_dict() == {"ESF": 12_300_000.0, "YEI": 500_000.0}
    # what was paid is known for 2019 alone
    assert totals["balance_eu"].isna().all()


@pytest.mark.parametrize("folder", ["tests/data/invented-programme-2021", "data/por-fse-lombardia-2007-2013"])
def test_other_periods_have_no_rows(folder: str):
    programme = pf.load_programme(ROOT / folder)
    assert pf.closure_balance(programme).empty
    assert pf.financial_correction(programme).empty


def test_the_deadline_settled_at_closure_counts_as_the_balance():
    finance = table("finance", [*TWO, certified(130.0, "1"), certified(60.0, "2")])
    years = [{"year": year, "fund": "ESF", "source": "plan", "eu_commitment_eur": 10.0} for year in range(2014, 2021)]
    found = pf.decommitment(table("eu_commitments", years), finance, year=2023).iloc[0]
    assert found["status"] == "settled_at_closure"
    assert found["payment_applications_eu"] == 87.5
    # before closure an axis counts up to its allocation
    at_deadline = pf.decommitment(
        table("eu_commitments", years),
        finance.assign(cutoff=pd.Timestamp("2022-12-31"), data_date=pd.Timestamp("2022-12-31")),
        year=2022,
    ).iloc[0]
    assert at_deadline["payment_applications_eu"] == 80.0


# the financial correction


@pytest.mark.parametrize(
    ("coefficient", "rate"),
    [
        ("1.2", 0.0),
        ("0.65", 0.0),
        ("0.6499", 0.05),
        ("0.60", 0.05),
        ("0.5999", 0.1),
        ("0.50", 0.1),
        ("0.4999", 0.25),
        ("0", 0.25),
    ],
)
def test_steps_of_the_correction(coefficient: str, rate: float):
    assert correction_rate(Decimal(coefficient), RULES_2014) == rate
    assert correction_rate(float(coefficient), RULES_2014) == rate


def final(code: str, goal: float | None, **rest: Any) -> dict[str, Any]:
    return target(code, 1, **{"target": goal, "region_category": "More developed", **rest})


def reached(code: str, value: float | None, **rest: Any) -> dict[str, Any]:
    return achieved(code, value, **{"cutoff": END, "region_category": "More developed", **rest})


def correction(values: dict[str, float | None], spent: float | None, day: str = END, **options: Any) -> pd.Series:
    """One axis with targets of 100 and money of 1000, at 50%."""
    finance = [plan(1000.0, 500.0), *([] if spent is None else [certified(spent, cutoff=day)])]
    goals = [final(code, 100) for code in values]
    tables = (
        table("achievements", [reached(code, value, cutoff=day) for code, value in values.items()]),
        table("finance", finance),
        table("targets", [money_target(1, target=1000, region_category="More developed"), *goals]),
    )
    found = pf.financial_correction(*tables, **options)
    assert len(found) == 1
    return found.iloc[0]


def test_each_indicator_counts_up_to_its_target():
    # outputs 55%; money 130%, which counts as 100%: coefficient 55%
    row = correction({"CO01": 55}, 1300.0)
    assert (row["output_rate"], row["financial_rate"], row["coefficient"]) == (0.55, 1.0, 0.55)
    assert (row["status"], row["correction_rate"]) == ("correction", 0.1)
    assert row[["axis", "fund", "region_category"]].tolist() == ["1", "ESF", "More developed"]
    # 10% of what closure counts: 1300 at 50% is 650, at most 500 and 15% of it
    assert (row["contribution_eu"], row["correction_eu"]) == (575.0, 57.5)
    # outputs 200% (as 100%), 30% and 20%: 50%; money 100%
    row = correction({"CO01": 200, "CO03": 30, "CO05": 20}, 1000.0)
    assert row["coefficient"] == 0.5
    assert (row["outputs"], row["status"], row["correction_rate"]) == (3, "correction", 0.1)


def test_money_that_lags_as_well_asks_for_no_correction():
    # a serious failure of both, and a coefficient of 0.6 / 0.6
    row = correction({"CO01": 60}, 600.0)
    assert (row["framework_on_figures"], row["coefficient"]) == ("serious_failure", 1.0)
    assert (row["status"], row["correction_rate"], row["note"]) == ("no_correction", 0.0, "coefficient_high")


def test_two_financial_indicators_make_no_coefficient():
    # outputs 10%, and which of the two rates of money to set them against no rule says
    money = money_target(1, target=1000, region_category="More developed")
    row = pf.financial_correction(
        table("achievements", [reached(code, 10) for code in ("CO01", "CO03")]),
        table("finance", [plan(1000.0, 500.0), certified(1000.0)]),
        table("targets", [money, money | {"indicator_code": "F2"}, *(final(code, 100) for code in ("CO01", "CO03"))]),
    ).iloc[0]
    assert row["framework_on_figures"] == "serious_failure"
    assert "several_financial" in row["note"].split(";")
    assert pd.isna(row["coefficient"])
    assert pd.isna(row["correction_rate"])


def test_without_a_serious_failure_there_is_no_correction():
    # of four indicators one is below 65%
    row = correction({"CO01": 100, "CO03": 100, "CO05": 10}, 1000.0)
    assert row["framework_on_figures"] == "not_achieved"
    assert (row["status"], row["correction_rate"], row["note"]) == ("no_correction", 0.0, "no_serious_failure")


def test_older_figures_give_no_verdict():
    row = correction({"CO01": 40}, 1000.0, day="2022-12-31")
    assert row["status"] == "provisional"
    assert pd.isna(row["correction_rate"])
    assert pd.isna(row["correction_eu"])
    assert (row["coefficient"], row["rate_on_figures"]) == (0.4, 0.25)
    assert row["data_date"] == pd.Timestamp("2022-12-31")


def test_a_missing_value_leaves_it_open():
    row = correction({"CO01": 40, "CO03": None}, 1000.0)
    # 40 alone is below 65%; of three indicators it takes two: open
    assert row["framework_on_figures"] == "undetermined"
    assert row["status"] == "undetermined"
    assert pd.isna(row["coefficient"])
    assert (row["coefficient_at_least"], row["coefficient_at_most"]) == (0.2, 0.7)
    assert (row["rate_at_least"], row["rate_at_most"]) == (0.0, 0.25)
    # whatever it is, the average is at most (10 + 100) / 2 = 55%, and two of three are below 65% in any case
    row = correction({"CO01": 10, "CO03": 0, "CO05": None}, 1000.0)
    assert row["framework_on_figures"] == "serious_failure"
    assert row["coefficient_at_most"] == pytest.approx(110 / 300)
    assert (row["status"], row["correction_rate"]) == ("correction", 0.25)


def test_money_that_is_a_limit_leaves_the_coefficient_between_two():
    # about 600, to the hundred: 50 to 70% of the target; outputs 60%
    found = pf.financial_correction(
        table("achievements", [reached("CO01", 60)]),
        table("finance", [plan(1000.0, 500.0), certified(600.0, qualifier="about", precision=100.0)]),
        table("targets", [money_target(1, target=1000, region_category="More developed"), final("CO01", 100)]),
    ).iloc[0]
    assert pd.isna(found["coefficient"])
    assert found["coefficient_at_least"] == pytest.approx(0.6 / 0.7)
    assert found["coefficient_at_most"] == pytest.approx(0.6 / 0.5)


def test_nothing_certified_is_nothing_to_correct():
    row = correction({"CO01": 10}, 0.0)
    assert (row["status"], row["correction_rate"], row["note"]) == ("no_correction", 0.0, "nothing_certified")
    row = correction({"CO01": 10}, None)
    assert row["status"] == "undetermined"
    assert pd.isna(row["correction_rate"])


def test_results_do_not_count_in_the_average():
    finance = table("finance", [plan(1000.0, 500.0), certified(1000.0)])
    goals = [final("CO01", 100), final("CR04", 100, indicator_type="RESF", kind="result")]
    found = pf.financial_correction(
        table("achievements", [reached("CO01", 60), reached("CR04", 10, indicator_type="RESF")]),
        finance,
        table("targets", [money_target(1, target=1000, region_category="More developed"), *goals]),
        rules=RULES_2014.replace(serious_counts="serious_set"),
    ).iloc[0]
    assert (found["outputs"], found["coefficient"], found["correction_rate"]) == (1, 0.6, 0.05)


def test_the_tables_have_their_columns_without_rows():
    frames = [schema.empty(name) for name in ("achievements", "finance", "targets")]
    assert list(pf.financial_correction(*frames)) == list(correction({"CO01": 1}, 1.0).index)
    assert pf.closure_balance(schema.empty("finance")).empty
    assert CCI.startswith("2014")
