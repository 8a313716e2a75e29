"""N+3: the worked example of the rules, claims by axis, and everything that is not known."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porfse_analysis import schema
from porfse_analysis.errors import ParameterError
from porfse_analysis.verdicts import decommitment_words
from porfse_analysis.verdicts.decommitment import NOTES, STATUSES, decommitment, decommitment_claims
from porfse_analysis.verdicts.rules import RULES

RULES_2014 = RULES["2014-2020"]
CCI = "2014XX05SFOP998"

# the worked example: EU commitments without reserve, 800 in all
EXAMPLE = {2014: 100, 2015: 110, 2016: 112, 2017: 115, 2018: 118, 2019: 121, 2020: 124}


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return schema.empty(name)
    frame = pd.DataFrame(rows)
    for column in schema.TABLES[name].columns:
        if column.kind == "date" and column.name in frame:
            frame[column.name] = pd.to_datetime(frame[column.name])
    frame = schema.conform(name, frame, programme=CCI)
    faults = schema.find_faults(name, frame)
    assert not faults, faults
    return frame


def commitments(amounts: dict[int, float | None] | None = None, **columns: Any) -> pd.DataFrame:
    """The table of annual commitments; the reserve is 0 unless given."""
    amounts = dict(EXAMPLE) if amounts is None else amounts
    rows = [
        {
            "year": year,
            "eu_commitment_eur": amount,
            "performance_reserve_eur": 0.0,
            **{name: values.get(year) for name, values in columns.items()},
            "source": "plan",
        }
        for year, amount in amounts.items()
    ]
    return table("eu_commitments", rows)


def certified(amount: float | None, axis: str = "1", cutoff: str = "2018-12-31", **rest: Any) -> dict[str, Any]:
    return {
        "axis": axis,
        "cutoff": cutoff,
        "stage": "certified",
        "fund": "ESF",
        "region_category": "MD",
        "source": "ma",
        "amount_eur": amount,
        **rest,
    }


def allocation(total: float, eu: float | None, axis: str = "1", **rest: Any) -> dict[str, Any]:
    return certified(total, axis, **{"cutoff": "2014-12-31", "stage": "allocation", "eu_amount_eur": eu, **rest})


class Settled(NamedTuple):
    """The deadline and the claims behind it."""

    deadlines: pd.DataFrame
    claims: pd.DataFrame


def both(*frames: pd.DataFrame, **options: Any) -> Settled:
    return Settled(decommitment(*frames, **options), decommitment_claims(*frames, **options))


def verdict(finance: list[dict[str, Any]], year: int = 2018, eu: pd.DataFrame | None = None, **options: Any) -> Settled:
    return both(commitments() if eu is None else eu, table("finance", finance), year=year, **options)


def row_of(result: Settled) -> pd.Series:
    assert len(result.deadlines) == 1
    return result.deadlines.iloc[0]


ONE_AXIS = [allocation(1600, 800), certified(300)]


# the worked example


@pytest.mark.parametrize(
    ("year", "mode", "prefinancing", "target", "total"),
    [
        (2017, "initial_only", 24, 76, 152),
        (2017, "initial_plus_annual", 61, 39, 78),
        (2018, "initial_only", 24, 186, 372),
        (2018, "initial_plus_annual", 83, 127, 254),
    ],
)
def test_targets_of_the_worked_example(year: int, mode: Any, prefinancing: float, target: float, total: float) -> None:
    row = row_of(verdict(ONE_AXIS, year, prefinancing=mode))
    assert row["prefinancing_eu"] == prefinancing
    assert (row["target_eu"], row["target_total"]) == (target, total)
    assert row["single_rate"] == 0.5
    assert row["deadline"] == pd.Timestamp(year, 12, 31)
    assert row["commitments_to"] == year - 3


def test_risk_of_the_worked_example() -> None:
    row = row_of(verdict(ONE_AXIS, 2018, prefinancing="initial_only"))
    assert row["commitments_eu"] == 210
    assert (row["claims_eu"], row["risk_eu"], row["risk_total"]) == (150, 36, 72)
    assert (row["surplus_eu"], row["surplus_total"], row["status"]) == (0, 0, "at_risk")
    assert row["reason_en"] == (
        "At risk: payment applications 150 EUR against a target of 186 EUR; 36 EUR missing. "
        "Target: 210 EUR of EU commitments up to 2015 (without 0 EUR of reserve), less 24 EUR of initial "
        "pre-financing (computed from the shares), less 0 EUR of exceptions. "
        "In total expenditure, at the EU rate of 50%: target 372 EUR."
    )
    assert row["reason_it"].startswith("A rischio: domande di pagamento 150 EUR contro un obiettivo di 186 EUR;")


def test_surplus_of_the_worked_example() -> None:
    row = row_of(verdict(ONE_AXIS, 2018, prefinancing="initial_plus_annual"))
    assert (row["claims_eu"], row["risk_eu"], row["surplus_eu"], row["status"]) == (150, 0, 23, "covered")
    assert row["surplus_total"] == 46


def test_each_axis_counts_at_its_own_rate() -> None:
    result = verdict(
        [
            allocation(1000, 500, "1"),
            allocation(375, 300, "2"),
            certified(100, "1"),
            certified(50, "2"),
        ]
    )
    # 100 x 50% + 50 x 80%
    assert result.claims.set_index("axis")["claims_eu"].to_dict() == {"1": 50, "2": 40}
    row = row_of(result)
    assert (row["claims_eu"], row["target_eu"], row["risk_eu"]) == (90, 186, 96)
    # no one rate turns EU support into total expenditure
    assert pd.isna(row[["target_total", "risk_total", "surplus_total", "single_rate"]]).all()
    assert "rates_differ" in row["note"].split(";")


# commitments


@pytest.mark.parametrize(
    ("year", "only_initial", "with_annual"),
    [
        # commitments so far less 24; less 24 and 16, 21, 22, 23, 24, 16, 16 as the years go by
        (2017, 100 - 24, 100 - 61),
        (2018, 210 - 24, 210 - 83),
        (2019, 322 - 24, 322 - 106),
        (2020, 437 - 24, 437 - 130),
        (2021, 555 - 24, 555 - 146),
        (2022, 676 - 24, 676 - 162),
    ],
)
def test_every_deadline(year: int, only_initial: float, with_annual: float) -> None:
    assert row_of(verdict(ONE_AXIS, year, prefinancing="initial_only"))["target_eu"] == only_initial
    assert row_of(verdict(ONE_AXIS, year, prefinancing="initial_plus_annual"))["target_eu"] == with_annual


def test_the_last_commitment_is_settled_at_closure() -> None:
    row = row_of(verdict(ONE_AXIS, 2023))
    assert row["status"] == "settled_at_closure"
    # 800 - 24 is what closure has to cover; nothing is lost at this date
    assert (row["target_eu"], row["claims_eu"]) == (776, 150)
    assert pd.isna(row[["risk_eu", "surplus_eu", "risk_total", "surplus_total"]]).all()
    assert row["reason_en"].startswith("Settled at closure: the commitment of 2020 has no N+3 deadline.")
    empty = row_of(verdict(ONE_AXIS, 2023, schema.empty("eu_commitments")))
    assert empty["status"] == "settled_at_closure"
    assert "annual EU commitments 2014-2020" in empty["needs_en"]


def test_the_performance_reserve_is_left_out_and_pre_financing_follows() -> None:
    reserve = dict.fromkeys(EXAMPLE, 10.0)
    eu = commitments({year: amount + 10 for year, amount in EXAMPLE.items()}, performance_reserve_eur=reserve)
    row = row_of(verdict(ONE_AXIS, 2018, eu))
    assert (row["commitments_eu"], row["reserve_excluded_eu"], row["target_eu"]) == (210, 20, 186)
    # from 2021 on the annual pre-financing is computed on 870: 24+16+21+22+23+24 = 130, then 17.4
    later = row_of(verdict(ONE_AXIS, 2021, eu, prefinancing="initial_plus_annual"))
    assert later["prefinancing_eu"] == 147.4


def test_the_reserve_can_be_counted_by_rule() -> None:
    eu = commitments(performance_reserve_eur=dict.fromkeys(EXAMPLE, 10.0))
    assert row_of(verdict(ONE_AXIS, 2020, eu))["commitments_eu"] == 437 - 40
    counted = RULES_2014.replace(reserve_counted_from_deadline=2020)
    assert row_of(verdict(ONE_AXIS, 2020, eu, rules=counted))["commitments_eu"] == 437
    assert row_of(verdict(ONE_AXIS, 2019, eu, rules=counted))["commitments_eu"] == 322 - 30


def test_no_commitments_no_estimate() -> None:
    row = row_of(verdict(ONE_AXIS, 2018, schema.empty("eu_commitments")))
    assert row["status"] == "not_available"
    assert pd.isna(row[["target_eu", "target_total", "risk_eu", "surplus_eu", "commitments_eu"]]).all()
    assert row["claims_eu"] == 150
    assert row["note"] == "no_commitments"
    assert row["needs_en"] == (
        "the annual EU commitments 2014-2020 of the financial plan, with the performance reserve (table eu_commitments)"
    )
    assert row["needs_it"].startswith("gli impegni annuali UE 2014-2020 del piano finanziario")
    assert row["reason_en"].startswith("Not available")


def test_a_gap_year_is_named() -> None:
    without = {year: amount for year, amount in EXAMPLE.items() if year != 2015}
    row = row_of(verdict(ONE_AXIS, 2018, commitments(without)))
    assert (row["status"], row["needs_en"]) == (
        "not_available",
        "the EU commitment of 2015 (table eu_commitments; 0 where there is none)",
    )
    assert "commitment_gap" in row["note"].split(";")
    empty_cell = row_of(verdict(ONE_AXIS, 2018, commitments({**EXAMPLE, 2014: None})))
    assert "the EU commitment of 2014" in empty_cell["needs_en"]


def test_a_year_without_commitment_says_zero() -> None:
    row = row_of(verdict(ONE_AXIS, 2018, commitments({**EXAMPLE, 2014: 0, 2015: 210})))
    assert row["target_eu"] == 186


def test_later_years_are_needed_for_the_base_of_pre_financing() -> None:
    so_far = {year: amount for year, amount in EXAMPLE.items() if year < 2018}
    row = row_of(verdict(ONE_AXIS, 2018, commitments(so_far)))
    assert row["status"] == "not_available"
    assert row["needs_en"] == "the EU commitment of 2018-2020: pre-financing is computed on the total support"
    assert row["commitments_eu"] == 210


def test_the_reserve_is_not_taken_for_zero() -> None:
    row = row_of(verdict(ONE_AXIS, 2018, commitments(performance_reserve_eur={2014: 0.0})))
    assert row["status"] == "not_available"
    assert row["needs_en"] == ("the performance reserve within the commitment of 2015-2020 (0 where there is none)")


# pre-financing received


def test_pre_financing_received_takes_the_place_of_the_shares_where_it_is_complete() -> None:
    received = {2014: 8.0, 2015: 8.0, 2016: 20.0, 2017: 20.0, 2018: 20.0}
    eu = commitments(prefinancing_received_eur=received)
    row = row_of(verdict(ONE_AXIS, 2018, eu, prefinancing="initial_plus_annual"))
    # 8 + 8 + 20 + 20 + 20 = 76
    assert (row["prefinancing_eu"], row["prefinancing_origin"], row["target_eu"]) == (76, "received", 134)
    assert row["status"] == "covered"


def test_pre_financing_received_for_some_years_only_is_not_mixed() -> None:
    eu = commitments(prefinancing_received_eur={2014: 8.0, 2015: 8.0, 2016: 20.0})
    row = row_of(verdict(ONE_AXIS, 2018, eu, prefinancing="initial_plus_annual"))
    assert (row["prefinancing_eu"], row["prefinancing_origin"]) == (83, "rates")
    assert "received_incomplete" in row["note"].split(";")
    assert "all of it is computed from the shares" in row["reason_en"].lower()


def test_initial_pre_financing_cannot_be_told_from_what_was_received() -> None:
    eu = commitments(prefinancing_received_eur=dict.fromkeys(EXAMPLE, 20.0))
    row = row_of(verdict(ONE_AXIS, 2018, eu, prefinancing="initial_only"))
    assert (row["prefinancing_eu"], row["prefinancing_origin"]) == (24, "rates")
    assert "received_not_split" in row["note"].split(";")


def test_received_pre_financing_of_later_years_needs_no_commitment() -> None:
    received = dict.fromkeys(range(2014, 2023), 10.0)
    eu = commitments({**EXAMPLE, 2021: 0, 2022: 0}, prefinancing_received_eur=received)
    row = row_of(verdict(ONE_AXIS, 2022, eu, prefinancing="initial_plus_annual"))
    assert (row["prefinancing_eu"], row["target_eu"]) == (90, 676 - 90)


def test_the_mode_is_a_rule_and_an_argument() -> None:
    assert row_of(verdict(ONE_AXIS))["prefinancing"] == "initial_only"
    changed = RULES_2014.replace(prefinancing_mode="initial_plus_annual")
    assert row_of(verdict(ONE_AXIS, rules=changed))["target_eu"] == 127
    assert row_of(verdict(ONE_AXIS, rules=changed, prefinancing="initial_only"))["target_eu"] == 186


def test_exceptions_lower_the_target_but_not_below_zero() -> None:
    row = row_of(verdict(ONE_AXIS, exceptions_eur=36))
    assert (row["target_eu"], row["risk_eu"], row["status"]) == (150, 0, "covered")
    assert row_of(verdict(ONE_AXIS, exceptions_eur=1000))["target_eu"] == 0


# claims


def test_the_newest_position_not_after_the_deadline() -> None:
    result = verdict(
        [
            allocation(1600, 800),
            certified(100, cutoff="2017-12-31"),
            certified(200, cutoff="2018-10-31"),
            certified(None),
            certified(999, cutoff="2019-01-31"),
        ]
    )
    claim = result.claims.iloc[0]
    assert (claim["certified_eur"], claim["cutoff"]) == (200, pd.Timestamp("2018-10-31"))
    assert claim["note"] == "stale"
    assert row_of(result)["data_date"] == pd.Timestamp("2018-10-31")


def test_no_other_stage_is_a_claim() -> None:
    result = verdict([allocation(1600, 800), certified(900, stage="declared"), certified(900, stage="paid")])
    row = row_of(result)
    assert (row["status"], row["claims_at_least_eu"], row["claims_at_most_eu"]) == ("not_available", 0, 800)
    assert pd.isna(row["claims_eu"])
    assert "certified_missing" in row["note"].split(";")
    assert row["needs_en"] == (
        "the certified expenditure at the date, by axis (table finance, stage certified): axis 1 (ESF MD)"
    )
    assert "no other stage stands for it" in row["reason_en"]


def test_the_rate_is_that_of_the_allocation_in_force_then() -> None:
    plans = [
        allocation(1000, 500),
        allocation(1000, 600, cutoff="2017-12-31"),
        allocation(1000, 900, cutoff="2019-12-31"),
    ]
    claim = verdict([*plans, certified(300)]).claims.iloc[0]
    assert (claim["rate"], claim["claims_eu"], claim["allocation_cutoff"]) == (
        0.6,
        180,
        pd.Timestamp("2017-12-31"),
    )
    before = verdict([*plans, certified(300, cutoff="2016-12-31")]).claims.iloc[0]
    assert (before["rate"], before["claims_eu"]) == (0.5, 150)


def test_the_rate_comes_from_the_same_source_where_it_gives_the_eu_part() -> None:
    other = allocation(1000, 700, source="ec", cutoff="2018-12-31")
    own = verdict([allocation(1000, 500), other, certified(300)]).claims.iloc[0]
    assert (own["rate"], own["allocation_source"], own["note"]) == (0.5, "ma", "")
    borrowed = verdict([allocation(1000, None), other, certified(300)]).claims.iloc[0]
    assert (borrowed["rate"], borrowed["allocation_source"]) == (0.7, "ec")
    assert borrowed["note"] == "rate_of_other_source"


def test_funds_and_categories_of_an_axis_have_their_own_rates() -> None:
    result = verdict(
        [
            allocation(1000, 500),
            allocation(400, 360, fund="YEI"),
            allocation(100, 85, region_category="LD"),
            certified(100),
            certified(100, fund="YEI"),
            certified(100, region_category="LD"),
        ]
    )
    # 50 + 90 + 85
    assert result.claims["claims_eu"].tolist() == [50, 90, 85]
    assert row_of(result)["claims_eu"] == 225


def test_claims_are_capped_at_the_eu_allocation_of_each_axis() -> None:
    finance = [allocation(100, 50), certified(140), allocation(1000, 500, "2"), certified(100, "2")]
    result = verdict(finance)
    first = result.claims.iloc[0]
    # 140 x 50% = 70, counted 50
    assert (first["claims_before_cap_eu"], first["claims_eu"]) == (70, 50)
    assert first["note"] == "above_allocation;capped"
    row = row_of(result)
    assert row["claims_eu"] == 100
    assert (
        "axis 1 (ESF MD): certified above the allocation of the axis, counted up to the EU allocation"
        in row["reason_en"]
    )
    free = verdict(finance, rules=RULES_2014.replace(claims_capped_at_allocation=False))
    assert row_of(free)["claims_eu"] == 120


def test_the_retained_tenth_can_be_left_out_by_rule() -> None:
    row = row_of(verdict(ONE_AXIS, rules=RULES_2014.replace(claims_counted_share=0.9)))
    assert row["claims_eu"] == 135


def test_an_axis_rate_missing_is_named() -> None:
    finance = [allocation(1000, None), certified(100), allocation(1000, 500, "2"), certified(100, "2")]
    result = verdict(finance)
    assert result.claims.set_index("axis")["note"].to_dict() == {"1": "rate_missing;not_capped", "2": ""}
    row = row_of(result)
    assert (row["status"], row["claims_at_least_eu"], row["claims_at_most_eu"]) == (
        "not_available",
        50,
        float("inf"),
    )
    assert pd.isna(row["claims_eu"])
    assert row["needs_en"] == (
        "the total allocation and its EU part in force at the date (table finance, stage allocation): axis 1 (ESF MD)"
    )
    assert "axis 1 (ESF MD): the EU rate is missing" in row["reason_en"]


def test_what_is_known_can_be_enough() -> None:
    finance = [allocation(1000, None), certified(100), allocation(1000, 500, "2"), certified(400, "2")]
    row = row_of(verdict(finance))
    # axis 2 alone: 200 against 186
    assert (row["status"], row["risk_eu"]) == ("covered", 0)
    assert pd.isna(row["surplus_eu"])
    assert row["reason_en"].startswith("Covered: payment applications at least 200 EUR against a target of 186 EUR.")


def test_what_can_still_be_missing_can_be_too_little() -> None:
    # axis 1 has not published, but its EU allocation of 30 would not do: 100 + 30 < 186
    row = row_of(verdict([allocation(60, 30), allocation(1000, 500, "2"), certified(200, "2")]))
    assert (row["status"], row["claims_at_most_eu"]) == ("at_risk", 130)
    assert pd.isna(row["risk_eu"])
    assert row["reason_en"].startswith("At risk: payment applications at most 130 EUR against a target of 186 EUR.")


def test_an_axis_certified_without_any_allocation() -> None:
    result = verdict([*ONE_AXIS, certified(50, "9")])
    assert result.claims.set_index("axis").loc["9", "note"] == "rate_missing;not_capped"
    assert row_of(result)["claims_at_least_eu"] == 150


def test_a_fund_certified_that_the_allocation_does_not_have() -> None:
    result = verdict([*ONE_AXIS, certified(50, fund="YEI")])
    assert result.claims.set_index("fund")["note"].to_dict() == {"ESF": "", "YEI": "rate_missing;not_capped"}


def test_an_axis_without_money_needs_no_claims() -> None:
    row = row_of(verdict([*ONE_AXIS, allocation(0, 0, "2")]))
    assert (row["claims_eu"], row["target_total"], row["needs_en"]) == (150, 372, "")


def test_certified_for_the_axis_with_two_funds_at_one_rate() -> None:
    blank = {"fund": "", "region_category": ""}
    same = [allocation(100, 50), allocation(60, 30, fund="YEI"), certified(120, **blank)]
    result = verdict(same)
    assert result.claims["claims_eu"].tolist() == [60]
    assert result.claims["note"].tolist() == ["published_for_axis"]
    other = verdict([allocation(100, 50), allocation(60, 54, fund="YEI"), certified(120, **blank)])
    assert other.claims["note"].tolist() == ["rate_missing;rates_differ;published_for_axis"]
    assert "by fund and category of region: axis 1" in row_of(other)["needs_en"]


# certified for the whole programme


def test_a_figure_of_the_whole_programme_at_one_rate() -> None:
    result = verdict([allocation(1000, 500), allocation(600, 300, "2"), certified(300, "ALL")])
    claim = result.claims.iloc[0]
    assert (claim["axis"], claim["claims_eu"], claim["note"]) == ("ALL", 150, "published_total")
    row = row_of(result)
    assert (row["claims_eu"], row["risk_eu"], row["status"]) == (150, 36, "at_risk")
    assert "published for the whole programme only, at the one rate of the axes" in row["reason_en"]


def test_a_figure_of_the_whole_programme_is_no_use_when_rates_differ() -> None:
    result = verdict([allocation(1000, 500), allocation(375, 300, "2"), certified(300, "ALL")])
    row = row_of(result)
    assert (row["status"], row["claims_at_most_eu"]) == ("not_available", 800)
    assert set(result.claims["note"]) == {"certified_missing;total_not_usable"}
    assert "the certified expenditure by axis: the axes do not share one rate" in row["needs_en"]


def test_axes_come_before_the_whole_programme_unless_they_lack_or_are_older() -> None:
    plan = [allocation(1000, 500), allocation(600, 300, "2")]
    total = certified(310, "ALL")
    complete = verdict([*plan, certified(200), certified(100, "2"), total])
    assert row_of(complete)["claims_eu"] == 150
    lacking = verdict([*plan, certified(200), total])
    assert row_of(lacking)["claims_eu"] == 155
    older = verdict([*plan, certified(200, cutoff="2018-06-30"), certified(100, "2"), total])
    assert row_of(older)["claims_eu"] == 155


def test_whole_euro_amounts_still_make_one_rate() -> None:
    plan = [allocation(1_000_001, 500_000), allocation(3_000_000, 1_500_000, "2")]
    row = row_of(verdict([*plan, certified(100), certified(100, "2")]))
    # 2,000,000 / 4,000,001
    assert row["single_rate"] == pytest.approx(2_000_000 / 4_000_001, abs=1e-15)


def test_figures_rounded_to_the_million_decide_only_what_they_can() -> None:
    plan = allocation(4_000_000_000, 2_000_000_000)
    eu = commitments({year: amount * 1_000_000 for year, amount in EXAMPLE.items()})
    # 372 million are needed; 372 may be from 371.5 to 373
    near = row_of(verdict([plan, certified(372_000_000, precision=1_000_000)], eu=eu))
    assert (near["status"], near["claims_eu"]) == ("not_available", 186_000_000)
    assert "exact certified expenditure" in near["needs_en"]
    far = row_of(verdict([plan, certified(380_000_000, precision=1_000_000)], eu=eu))
    assert (far["status"], far["surplus_eu"]) == ("covered", 4_000_000)
    more = row_of(verdict([plan, certified(380_000_000, qualifier="more_than")], eu=eu))
    assert more["status"] == "covered"
    assert pd.isna(more["claims_eu"])
    less = row_of(verdict([plan, certified(380_000_000, qualifier="less_than")], eu=eu))
    assert less["status"] == "not_available"


# cutoff and rates


def test_before_the_deadline_the_state_says_so() -> None:
    result = verdict([allocation(1600, 800), certified(200, cutoff="2018-06-30"), certified(999)], cutoff="2018-09-30")
    row = row_of(result)
    assert (row["claims_eu"], row["risk_eu"], row["status"]) == (100, 86, "at_risk")
    assert row["note"] == "open;stale"
    assert "State at 30 September 2018, before the deadline of 31 December 2018." in row["reason_en"]
    assert row["cutoff"] == pd.Timestamp("2018-09-30")


def test_a_rate_given_for_an_axis() -> None:
    result = verdict(ONE_AXIS, rates={"1": 1.0})
    assert result.claims.iloc[0]["claims_eu"] == 300
    assert result.claims.iloc[0]["note"] == "rate_given"
    supplied = verdict([allocation(1600, None), certified(300)], rates={"1": 0.5})
    assert row_of(supplied)["risk_eu"] == 36


def test_a_rate_given_for_an_accounting_year() -> None:
    plan = [
        allocation(1600, 800),
        certified(100, cutoff="2020-06-30"),
        certified(180, cutoff="2021-06-30"),
        certified(300, cutoff="2021-12-31"),
    ]
    rates = pd.DataFrame({"axis": ["1"], "accounting_year": ["2020-2021"], "rate": [1.0]})
    result = verdict(plan, 2021, rates=rates)
    # 300 x 50% and 50% more on the 80 certified from July 2020 to June 2021
    assert result.claims.iloc[0]["claims_eu"] == 190
    assert "rate_of_year" in result.claims.iloc[0]["note"]
    # two years at 100%: 100 x 50% + 200
    both = pd.DataFrame({"axis": ["1"] * 2, "accounting_year": ["2020-2021", "2021-2022"], "rate": [1.0, 1.0]})
    assert verdict(plan, 2021, rates=both).claims.iloc[0]["claims_eu"] == 250
    # before the year begins it changes nothing
    assert verdict(plan[:2], 2020, rates=rates).claims.iloc[0]["claims_eu"] == 50


def test_the_rate_of_an_accounting_year_needs_its_first_and_last_day() -> None:
    plan = [allocation(1600, 800), certified(100, cutoff="2020-03-31"), certified(300, cutoff="2021-12-31")]
    rates = pd.DataFrame({"axis": ["1"], "accounting_year": ["2020-2021"], "rate": [1.0]})
    result = verdict(plan, 2021, rates=rates)
    assert pd.isna(result.claims.iloc[0]["claims_eu"])
    assert "year_rate_needs_position" in result.claims.iloc[0]["note"]
    assert "at the 30 June that begins and ends the accounting year: axis 1" in row_of(result)["needs_en"]


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({"7": 0.5}, r"rates names axis '7'; finance has 1"),
        ({"1": 50}, "The rate of axis 1 is 50: give the EU share, above 0 and at most 1"),
        ({"1": 0.0}, "above 0 and at most 1"),
        ({"1": float("nan")}, "above 0 and at most 1"),
        ({"1": "50%"}, "above 0 and at most 1"),
        (pd.DataFrame({"axis": ["1"]}), "rates has no column rate"),
        (pd.DataFrame({"axis": ["1", "1"], "rate": [0.5, 0.6]}), "gives axis 1 two rates"),
        (
            pd.DataFrame({"axis": ["1"], "rate": [1.0], "accounting_year": ["2020"]}),
            "accounting_year is '2020': write the two years",
        ),
        (
            pd.DataFrame({"axis": ["1"], "rate": [1.0], "accounting_year": ["2020-2022"]}),
            "accounting_year is '2020-2022'",
        ),
    ],
)
def test_rates_that_cannot_be_used(rates: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        verdict(ONE_AXIS, rates=rates)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"year": 2016}, "year is 2016: the deadlines of 2014-2020 are 2017 to 2023"),
        ({"year": 2024}, "2017 to 2023"),
        ({"year": "2018"}, "year is '2018'"),
        ({"year": True}, "year is True"),
        ({"prefinancing": "all"}, "cannot be 'all': it is one of initial_only, initial_plus_annual"),
        ({"exceptions_eur": -1}, "exceptions_eur is -1: give an amount in euro, zero or more"),
        ({"exceptions_eur": float("nan")}, "exceptions_eur is nan"),
        ({"cutoff": "2018"}, "cutoff '2018' is not a date written YYYY-MM-DD"),
    ],
)
def test_parameters_that_cannot_be_used(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        verdict(ONE_AXIS, **{"year": 2018, **options})


def test_a_frame_that_is_not_the_table() -> None:
    with pytest.raises(ParameterError, match="eu_commitments has no column performance_reserve_eur"):
        decommitment(commitments().drop(columns="performance_reserve_eur"), table("finance", ONE_AXIS), year=2018)


# shape


def test_columns_with_and_without_rows() -> None:
    full = verdict(ONE_AXIS)
    none = both(schema.empty("eu_commitments"), schema.empty("finance"), year=2018)
    for one, other in ((full.deadlines, none.deadlines), (full.claims, none.claims)):
        assert list(one) == list(other)
        assert one.dtypes.tolist() == other.dtypes.tolist()
        assert next(iter(one)) == "programme"
    assert none.deadlines.empty
    assert full.deadlines["status"].isin(STATUSES).all()


def test_commitments_without_any_finance() -> None:
    row = row_of(both(commitments(), schema.empty("finance"), year=2018))
    assert (row["status"], row["target_eu"], row["note"]) == (
        "not_available",
        186,
        "no_allocation;claims_partial",
    )
    assert pd.isna(row["claims_eu"])


def test_a_calendar_is_one_call_per_deadline() -> None:
    calendar = pd.concat([verdict(ONE_AXIS, year).deadlines for year in range(2017, 2024)])
    assert calendar["year"].tolist() == list(range(2017, 2024))
    assert calendar["status"].iloc[-1] == "settled_at_closure"


def test_several_programmes_at_once() -> None:
    eu, finance = commitments(), table("finance", ONE_AXIS)
    other_eu, other_finance = (
        eu.assign(programme="2014XX05SFOP997"),
        finance.assign(programme="2014XX05SFOP997"),
    )
    other_finance.loc[other_finance["stage"] == "certified", "amount_eur"] = 400
    result = both(pd.concat([eu, other_eu]), pd.concat([finance, other_finance]), year=2018)
    assert result.deadlines["status"].tolist() == ["at_risk", "covered"]
    with pytest.raises(ParameterError, match="belongs to one programme"):
        decommitment(pd.concat([eu, other_eu]), pd.concat([finance, other_finance]), year=2018, exceptions_eur=1)


def test_rules_used_are_named() -> None:
    used = row_of(verdict(ONE_AXIS, 2018, prefinancing="initial_plus_annual"))["rules"].split(";")
    assert {
        "years_to_cover",
        "claims_counted_share",
        "annual_prefinancing_2018",
        "initial_prefinancing_2014",
    } <= set(used)
    assert "annual_prefinancing_2019" not in used
    assert set(used) <= {rule.name for rule in RULES_2014.rows}


def test_both_languages_say_the_same_things() -> None:
    words = decommitment_words._WORDS
    assert words["it"].keys() == words["en"].keys()
    for key, text in words["it"].items():
        fields = {part.split("}")[0] for part in text.split("{")[1:]}
        assert fields == {part.split("}")[0] for part in words["en"][key].split("{")[1:]}, key
    assert all(len(pair) == 2 and all(pair) for pair in NOTES.values())


def test_the_frames_given_are_left_as_they_were() -> None:
    eu, finance = commitments(), table("finance", ONE_AXIS)
    kept_eu, kept_finance = eu.copy(deep=True), finance.copy(deep=True)
    both(eu, finance, year=2018)
    pd.testing.assert_frame_equal(eu, kept_eu)
    pd.testing.assert_frame_equal(finance, kept_finance)


# properties

_AMOUNT = st.integers(0, 10_000_000).map(lambda cents: cents / 100)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(_AMOUNT, min_size=7, max_size=7),
    st.lists(st.tuples(_AMOUNT, st.sampled_from([0.5, 0.6, 0.8, 1.0])), min_size=1, max_size=3),
    _AMOUNT,
    st.integers(2017, 2022),
    st.sampled_from(["initial_only", "initial_plus_annual"]),
)
def test_risk_claims_pre_financing_and_exceptions_never_fall_short_of_the_commitment(
    amounts: list[float], axes: list[tuple[float, float]], exceptions: float, year: int, mode: Any
) -> None:
    finance = []
    for index, (amount, rate) in enumerate(axes, 1):
        finance += [
            allocation(100_000, 100_000 * rate, str(index)),
            certified(amount, str(index), "2016-12-31"),
        ]
    eu = commitments(dict(zip(EXAMPLE, amounts, strict=True)))
    row = row_of(verdict(finance, year, eu, prefinancing=mode, exceptions_eur=exceptions))
    covered = row["risk_eu"] + row["claims_eu"] + row["prefinancing_eu"] + row["exceptions_eu"]
    assert covered >= row["commitments_eu"] - 1e-6
    assert row["risk_eu"] == 0 or row["surplus_eu"] == 0
    assert row["status"] == ("at_risk" if row["risk_eu"] > 0 else "covered")


@settings(max_examples=40, deadline=None)
@given(_AMOUNT, _AMOUNT)
def test_certifying_more_never_raises_the_risk(amount: float, more: float) -> None:
    before = row_of(verdict([allocation(200_000, 100_000), certified(amount)]))
    after = row_of(verdict([allocation(200_000, 100_000), certified(amount + more)]))
    assert after["risk_eu"] <= before["risk_eu"]
    assert after["surplus_eu"] >= before["surplus_eu"]


def test_rates_of_another_programme_are_passed_over() -> None:
    rates = pd.DataFrame({"programme": [CCI, "other"], "axis": ["1", "1"], "rate": [0.6, 0.9]})
    assert row_of(verdict(ONE_AXIS, rates=rates))["claims_eu"] == 180


def test_a_rate_for_an_accounting_year_leaves_a_missing_figure_missing() -> None:
    rates = pd.DataFrame({"axis": ["1"], "accounting_year": ["2020-2021"], "rate": [1.0]})
    result = verdict([allocation(1600, None), certified(300)], rates=rates)
    assert pd.isna(result.claims.iloc[0]["claims_eu"])
    # from the first accounting year on, nothing had been certified before
    first = rates.assign(accounting_year="2014-2015")
    plan = [allocation(1600, 800), certified(20, cutoff="2015-06-30"), certified(300)]
    # 300 x 50% and 50% more on 20
    assert verdict(plan, rates=first).claims.iloc[0]["claims_eu"] == 160
