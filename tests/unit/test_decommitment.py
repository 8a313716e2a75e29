"""N+3: the worked example of the rules, claims by axis, and everything that is not known."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import porfse_analysis
from porfse_analysis import schema
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.decommitment import changes_line, word_decommitment
from porfse_analysis.errors import ParameterError
from porfse_analysis.programme import Programme
from porfse_analysis.table_faults import find_faults
from porfse_analysis.verdicts.decommitment import NEEDS, NOTES, STATUSES, decommitment, payment_applications
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
    faults = find_faults(name, frame)
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
    applications: pd.DataFrame


def both(*frames: pd.DataFrame, **options: Any) -> Settled:
    return Settled(decommitment(*frames, **options), payment_applications(*frames, **options))


def verdict(finance: list[dict[str, Any]], year: int = 2018, eu: pd.DataFrame | None = None, **options: Any) -> Settled:
    # most values of the worked example count initial pre-financing only
    options.setdefault("prefinancing", "initial_only")
    return both(commitments() if eu is None else eu, table("finance", finance), year=year, **options)


def row_of(result: Settled) -> pd.Series:
    assert len(result.deadlines) == 1
    worded = {lang: word_decommitment(*result, lang).iloc[0] for lang in ("it", "en")}
    row = result.deadlines.iloc[0]
    for lang, words in worded.items():
        row[f"why_{lang}"], row[f"needs_{lang}"] = words["why"], words["needs"]
    return row


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
    assert (row["payment_applications_eu"], row["risk_eu"], row["risk_total"]) == (150, 36, 72)
    assert (row["surplus_eu"], row["surplus_total"], row["status"]) == (0, 0, "at_risk")
    assert row["why_en"] == (
        "At risk: payment applications €150.00 against a target of €186.00; €36.00 missing. "
        "Target: €210.00 of EU commitments up to 2015, less €24.00 of initial pre-financing (computed from the "
        "shares). In total expenditure, at the EU rate of 50%: target €372.00."
    )
    assert row["why_it"].startswith("A rischio: domande di pagamento 150,00 € contro un obiettivo di 186,00 €;")


def test_surplus_of_the_worked_example() -> None:
    row = row_of(verdict(ONE_AXIS, 2018, prefinancing="initial_plus_annual"))
    assert (row["payment_applications_eu"], row["risk_eu"], row["surplus_eu"], row["status"]) == (150, 0, 23, "covered")
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
    by_axis = result.applications.set_index("axis")
    assert by_axis["payment_applications_eu"].to_dict() == {"1": 50, "2": 40}
    assert by_axis[["allocation_eur", "eu_allocation_eur"]].to_numpy().tolist() == [[1000, 500], [375, 300]]
    row = row_of(result)
    assert (row["payment_applications_eu"], row["target_eu"], row["risk_eu"]) == (90, 186, 96)
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
    # the whole support is due, nothing is deducted; nothing is lost at this date
    assert (row["target_eu"], row["prefinancing_eu"], row["payment_applications_eu"]) == (800, 0, 150)
    assert row["prefinancing_origin"] == "not_deducted"
    assert pd.isna(row[["risk_eu", "surplus_eu", "risk_total", "surplus_total"]]).all()
    assert row["why_en"].startswith("Settled at closure: the commitment of 2020 has no N+3 deadline.")
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
    assert row["payment_applications_eu"] == 150
    assert row["note"] == "no_commitments"
    assert row["needs_en"] == (
        "the annual EU commitments 2014-2020 with the performance reserve, from Table 17 (annual financial plan) of "
        "the programme document (table eu_commitments)"
    )
    assert row["needs_it"].startswith(
        "gli impegni annuali UE 2014-2020 con la riserva di efficacia (li dà la Tabella 17 (piano finanziario annuale)"
    )
    assert row["why_en"].startswith("Not available")


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


def test_a_year_of_one_category_alone_is_a_gap() -> None:
    both_parts = pd.concat([commitments().assign(region_category=name) for name in ("Transition", "Less developed")])
    without = both_parts[~(both_parts["year"].eq(2015) & both_parts["region_category"].eq("Less developed"))]
    money = [*BY_CATEGORY, certified(60, **TRANSITION), certified(40, **LESS)]
    together = RULES_2014.replace(decommitted_by="fund")
    whole = row_of(verdict(money, eu=both_parts, rules=together))
    assert whole["commitments_eu"] == 2 * row_of(verdict(ONE_AXIS))["commitments_eu"]
    row = row_of(verdict(money, eu=without, rules=together))
    assert (row["status"], pd.isna(row["commitments_eu"])) == ("not_available", True)
    assert "commitment_gap" in row["note"]
    assert "2015" in row["needs_en"]


def test_a_gap_year_is_named_at_closure_too() -> None:
    without = {year: amount for year, amount in EXAMPLE.items() if year != 2015}
    row = row_of(verdict(ONE_AXIS, 2023, commitments(without)))
    assert "commitment_gap" in row["note"].split(";")
    assert "the EU commitment of 2015" in row["needs_en"]


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


def test_pre_financing_received_takes_the_place_of_the_shares_in_its_own_years() -> None:
    eu = commitments(prefinancing_received_eur={2014: 8.0, 2015: 8.0, 2016: 20.0})
    row = row_of(verdict(ONE_AXIS, 2018, eu, prefinancing="initial_plus_annual"))
    # 8 + 8 + 20 received; 21 and 22 by the shares of 2017 and 2018
    assert (row["prefinancing_eu"], row["prefinancing_origin"]) == (79, "received_and_rates")
    assert "received_incomplete" in row["note"].split(";")
    assert "missing for some years: for those it is computed from the shares" in row["why_en"]


def test_initial_pre_financing_cannot_be_told_from_what_was_received_with_the_annual_one() -> None:
    eu = commitments(prefinancing_received_eur=dict.fromkeys(EXAMPLE, 20.0))
    row = row_of(verdict(ONE_AXIS, 2018, eu, prefinancing="initial_only"))
    # 20 + 20 received in the years that had the initial one alone; 8 by the share of 2016, which had both
    assert (row["prefinancing_eu"], row["prefinancing_origin"]) == (48, "received_and_rates")
    assert "received_not_split" in row["note"].split(";")


def test_what_is_received_after_the_date_is_not_known_at_it() -> None:
    eu = commitments(prefinancing_received_eur=dict.fromkeys(range(2014, 2019), 20.0))
    row = row_of(verdict(ONE_AXIS, 2018, eu, cutoff="2018-06-30", prefinancing="initial_plus_annual"))
    # 2014 to 2017 received, 2018 by the share of 2.75%
    assert row["prefinancing_eu"] == 80 + 22


def test_received_pre_financing_of_later_years_needs_no_commitment() -> None:
    received = dict.fromkeys(range(2014, 2023), 10.0)
    eu = commitments({**EXAMPLE, 2021: 0, 2022: 0}, prefinancing_received_eur=received)
    row = row_of(verdict(ONE_AXIS, 2022, eu, prefinancing="initial_plus_annual"))
    assert (row["prefinancing_eu"], row["target_eu"]) == (90, 676 - 90)


def test_the_mode_is_a_rule_and_an_argument() -> None:
    assert row_of(verdict(ONE_AXIS, prefinancing=None))["target_eu"] == 127
    changed = RULES_2014.replace(prefinancing_mode="initial_only")
    assert row_of(verdict(ONE_AXIS, rules=changed, prefinancing=None))["target_eu"] == 186
    assert row_of(verdict(ONE_AXIS, rules=changed, prefinancing="initial_plus_annual"))["target_eu"] == 127


@pytest.mark.parametrize(("lacks", "prefinancing"), [(2023, 162), (2022, 146), (2021, 146)])
def test_one_of_the_last_three_years_has_no_annual_pre_financing(lacks: int, prefinancing: float) -> None:
    # 130 up to 2020 and 2% of 800 for each of 2021 and 2022, unless one of them is the year that lacks it
    rules = RULES_2014.replace(annual_prefinancing_lacks=lacks)
    row = row_of(verdict(ONE_AXIS, 2022, prefinancing=None, rules=rules))
    assert (row["prefinancing_eu"], row["target_eu"]) == (prefinancing, 676 - prefinancing)


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
    claim = result.applications.iloc[0]
    assert (claim["certified_eur"], claim["cutoff"]) == (200, pd.Timestamp("2018-10-31"))
    assert claim["note"] == "older_figure"
    assert row_of(result)["data_date"] == pd.Timestamp("2018-10-31")


def test_no_other_stage_is_a_claim() -> None:
    result = verdict([allocation(1600, 800), certified(900, stage="declared"), certified(900, stage="paid")])
    row = row_of(result)
    assert (row["status"], row["payment_applications_at_least_eu"], row["payment_applications_at_most_eu"]) == (
        "not_available",
        0,
        800,
    )
    assert pd.isna(row["payment_applications_eu"])
    assert "certified_missing" in row["note"].split(";")
    assert row["needs_en"] == ("the certified expenditure at 31 December 2018 (table finance, stage certified): axis 1")
    assert "no other stage stands for it" in row["why_en"]


def test_the_rate_is_that_of_the_allocation_in_force_then() -> None:
    plans = [
        allocation(1000, 500),
        allocation(1000, 600, cutoff="2017-12-31"),
        allocation(1000, 900, cutoff="2019-12-31"),
    ]
    claim = verdict([*plans, certified(300)]).applications.iloc[0]
    assert (claim["rate"], claim["payment_applications_eu"], claim["allocation_cutoff"]) == (
        0.6,
        180,
        pd.Timestamp("2017-12-31"),
    )
    before = verdict([*plans, certified(300, cutoff="2016-12-31")]).applications.iloc[0]
    assert (before["rate"], before["payment_applications_eu"]) == (0.5, 150)


def test_the_rate_comes_from_the_same_source_where_it_gives_the_eu_part() -> None:
    other = allocation(1000, 700, source="ec", cutoff="2018-12-31")
    own = verdict([allocation(1000, 500), other, certified(300)]).applications.iloc[0]
    assert (own["rate"], own["allocation_source"], own["note"]) == (0.5, "ma", "")
    borrowed = verdict([allocation(1000, None), other, certified(300)]).applications.iloc[0]
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
        ],
        rules=RULES_2014.replace(decommitted_by="programme"),
    )
    # less developed 85, more developed 50, YEI 90
    assert result.applications["payment_applications_eu"].tolist() == [85, 50, 90]
    assert row_of(result)["payment_applications_eu"] == 225


def test_claims_are_capped_at_the_eu_allocation_of_each_axis() -> None:
    finance = [allocation(100, 50), certified(140), allocation(1000, 500, "2"), certified(100, "2")]
    result = verdict(finance)
    first = result.applications.iloc[0]
    # 140 x 50% = 70, counted 50
    assert (first["payment_applications_before_cap_eu"], first["payment_applications_eu"]) == (70, 50)
    assert first["note"] == "above_allocation;capped"
    row = row_of(result)
    assert row["payment_applications_eu"] == 100
    assert "axis 1: certified above the allocation of the axis, counted up to the EU allocation" in row["why_en"]
    free = verdict(finance, rules=RULES_2014.replace(claims_capped_at_allocation=False))
    assert row_of(free)["payment_applications_eu"] == 120


def test_the_retained_tenth_can_be_left_out_by_rule() -> None:
    result = verdict(ONE_AXIS, rules=RULES_2014.replace(claims_counted_share=0.9))
    assert row_of(result)["payment_applications_eu"] == 135
    assert result.applications["payment_applications_before_cap_eu"].tolist() == [135]


def test_an_axis_rate_missing_is_named() -> None:
    finance = [allocation(1000, None), certified(100), allocation(1000, 500, "2"), certified(100, "2")]
    result = verdict(finance)
    assert result.applications.set_index("axis")["note"].to_dict() == {"1": "rate_missing;not_capped", "2": ""}
    row = row_of(result)
    assert (row["status"], row["payment_applications_at_least_eu"], row["payment_applications_at_most_eu"]) == (
        "not_available",
        50,
        float("inf"),
    )
    assert pd.isna(row["payment_applications_eu"])
    assert row["needs_en"] == (
        "the total allocation and its EU part in force at the date (table finance, stage allocation): axis 1"
    )
    assert "axis 1: the EU rate is missing" in row["why_en"]


def test_what_is_known_can_be_enough() -> None:
    finance = [allocation(1000, None), certified(100), allocation(1000, 500, "2"), certified(400, "2")]
    row = row_of(verdict(finance))
    # axis 2 alone: 200 against 186
    assert (row["status"], row["risk_eu"]) == ("covered", 0)
    assert pd.isna(row["surplus_eu"])
    assert row["why_en"].startswith("Covered: payment applications at least €200.00 against a target of €186.00.")


def test_what_can_still_be_missing_can_be_too_little() -> None:
    # axis 1 has not published, but its EU allocation of 30 would not do: 100 + 30 < 186
    row = row_of(verdict([allocation(60, 30), allocation(1000, 500, "2"), certified(200, "2")]))
    assert (row["status"], row["payment_applications_at_most_eu"]) == ("at_risk", 130)
    assert pd.isna(row["risk_eu"])
    assert row["why_en"].startswith("At risk: payment applications at most €130.00 against a target of €186.00.")


def test_an_axis_certified_without_any_allocation() -> None:
    result = verdict([*ONE_AXIS, certified(50, "9")])
    assert result.applications.set_index("axis").loc["9", "note"] == "rate_missing;not_capped"
    assert row_of(result)["payment_applications_at_least_eu"] == 150


def test_a_fund_certified_that_the_allocation_does_not_have() -> None:
    result = verdict([*ONE_AXIS, certified(50, fund="YEI")])
    assert result.applications.set_index("fund")["note"].to_dict() == {"ESF": "", "YEI": "rate_missing;not_capped"}


def test_an_axis_without_money_needs_no_claims() -> None:
    row = row_of(verdict([*ONE_AXIS, allocation(0, 0, "2")]))
    assert (row["payment_applications_eu"], row["target_total"], row["needs_en"]) == (150, 372, "")


def test_certified_for_the_axis_with_two_funds_at_one_rate() -> None:
    blank = {"fund": "", "region_category": ""}
    together = RULES_2014.replace(decommitted_by="programme")
    same = [allocation(100, 50), allocation(60, 30, fund="YEI"), certified(120, **blank)]
    result = verdict(same, rules=together)
    assert result.applications["payment_applications_eu"].tolist() == [60]
    assert result.applications["note"].tolist() == ["published_for_axis"]
    other = verdict([allocation(100, 50), allocation(60, 54, fund="YEI"), certified(120, **blank)], rules=together)
    assert other.applications["note"].tolist() == ["rates_differ;published_for_axis"]
    assert "by fund and category of region: axis 1" in row_of(other)["needs_en"]


TRANSITION, LESS = {"region_category": "Transition"}, {"region_category": "Less developed"}
BY_CATEGORY = [allocation(60, 30, **TRANSITION), allocation(40, 20, **LESS)]


def applications(*finance: dict[str, Any]) -> list[Any]:
    rows = verdict([*BY_CATEGORY, *finance]).applications
    return rows[["region_category", "payment_applications_eu", "note"]].to_numpy().tolist()


def test_what_was_certified_before_it_was_told_by_category_is_not_counted_again() -> None:
    before = certified(10, cutoff="2017-12-31", region_category="")
    after = [certified(9, **TRANSITION), certified(5, **LESS)]
    assert applications(before, *after) == [["Less developed", 2.5, ""], ["Transition", 4.5, ""]]
    # of one of them alone nothing is known of the other
    told = applications(before, after[0])
    assert told[1] == ["Transition", 4.5, ""]
    assert [told[0][0], pd.isna(told[0][1]), told[0][2]] == ["Less developed", True, "certified_missing"]


def test_nor_what_was_certified_by_category_before_it_was_told_for_the_axis() -> None:
    before = [certified(amount, cutoff="2017-12-31", **part) for amount, part in [(6, TRANSITION), (4, LESS)]]
    assert applications(*before, certified(14, region_category="")) == [["", 7, "published_for_axis"]]


def test_nor_what_was_certified_before_its_fund_was_told() -> None:
    result = verdict([allocation(100, 50), certified(10, cutoff="2017-12-31", fund=""), certified(14)])
    assert result.applications["payment_applications_eu"].tolist() == [7]


def test_the_plan_in_force_may_not_have_told_the_categories_apart_yet() -> None:
    told_now = [row | {"cutoff": "2018-06-30"} for row in BY_CATEGORY]
    before = [allocation(80, 40, region_category=""), certified(10, cutoff="2017-12-31", region_category="")]
    (row,) = verdict([*told_now, *before]).applications.to_dict("records")
    assert (row["certified_eur"], row["rate"], row["note"]) == (10, 0.5, "published_for_axis;older_figure")


# certified for the whole programme


def test_a_figure_of_the_whole_programme_at_one_rate() -> None:
    result = verdict([allocation(1000, 500), allocation(600, 300, "2"), certified(300, "ALL")])
    claim = result.applications.iloc[0]
    assert (claim["axis"], claim["payment_applications_eu"], claim["note"]) == ("ALL", 150, "published_total")
    row = row_of(result)
    assert (row["payment_applications_eu"], row["risk_eu"], row["status"]) == (150, 36, "at_risk")
    assert "published for the whole programme only, at the one rate of the axes" in row["why_en"]


def test_a_figure_of_the_whole_programme_is_no_use_when_rates_differ() -> None:
    result = verdict([allocation(1000, 500), allocation(375, 300, "2"), certified(300, "ALL")])
    row = row_of(result)
    assert (row["status"], row["payment_applications_at_most_eu"]) == ("not_available", 800)
    assert set(result.applications["note"]) == {"certified_missing;total_not_usable"}
    assert "the certified expenditure by axis: the axes do not share one rate" in row["needs_en"]


def test_axes_come_before_the_whole_programme_unless_they_lack_or_are_older() -> None:
    plan = [allocation(1000, 500), allocation(600, 300, "2")]
    total = certified(310, "ALL")
    complete = verdict([*plan, certified(200), certified(100, "2"), total])
    assert row_of(complete)["payment_applications_eu"] == 150
    lacking = verdict([*plan, certified(200), total])
    assert row_of(lacking)["payment_applications_eu"] == 155
    older = verdict([*plan, certified(200, cutoff="2018-06-30"), certified(100, "2"), total])
    assert row_of(older)["payment_applications_eu"] == 155


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
    assert (near["status"], near["payment_applications_eu"]) == ("not_available", 186_000_000)
    assert "exact certified expenditure" in near["needs_en"]
    far = row_of(verdict([plan, certified(380_000_000, precision=1_000_000)], eu=eu))
    assert (far["status"], far["surplus_eu"]) == ("covered", 4_000_000)
    more = row_of(verdict([plan, certified(380_000_000, qualifier="more_than")], eu=eu))
    assert more["status"] == "covered"
    assert pd.isna(more["payment_applications_eu"])
    less = row_of(verdict([plan, certified(380_000_000, qualifier="less_than")], eu=eu))
    assert less["status"] == "not_available"


# cutoff and rates


def test_before_the_deadline_the_state_says_so() -> None:
    result = verdict([allocation(1600, 800), certified(200, cutoff="2018-06-30"), certified(999)], cutoff="2018-09-30")
    row = row_of(result)
    assert (row["payment_applications_eu"], row["status"]) == (100, "undetermined")
    assert pd.isna(row[["risk_eu", "surplus_eu"]]).all()
    assert row["note"] == "open;older_figure"
    assert row["needs"] == ""
    assert row["why_en"].startswith(
        "Not decided yet: payment applications of €100.00 are known at 30 September 2018, against a target of €186.00 "
        "at 31 December 2018."
    )
    assert row["cutoff"] == pd.Timestamp("2018-09-30")


def test_a_rate_given_for_an_axis() -> None:
    result = verdict(ONE_AXIS, rates={"1": 1.0})
    assert result.applications.iloc[0]["payment_applications_eu"] == 300
    assert result.applications.iloc[0]["note"] == "rate_given"
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
    assert result.applications.iloc[0]["payment_applications_eu"] == 190
    assert "rate_of_year" in result.applications.iloc[0]["note"]
    # two years at 100%: 100 x 50% + 200
    both = pd.DataFrame({"axis": ["1"] * 2, "accounting_year": ["2020-2021", "2021-2022"], "rate": [1.0, 1.0]})
    assert verdict(plan, 2021, rates=both).applications.iloc[0]["payment_applications_eu"] == 250
    # before the year begins it changes nothing
    assert verdict(plan[:2], 2020, rates=rates).applications.iloc[0]["payment_applications_eu"] == 50


def test_the_rate_of_an_accounting_year_needs_its_first_and_last_day() -> None:
    plan = [allocation(1600, 800), certified(100, cutoff="2020-03-31"), certified(300, cutoff="2021-12-31")]
    rates = pd.DataFrame({"axis": ["1"], "accounting_year": ["2020-2021"], "rate": [1.0]})
    result = verdict(plan, 2021, rates=rates)
    assert pd.isna(result.applications.iloc[0]["payment_applications_eu"])
    assert "year_rate_needs_position" in result.applications.iloc[0]["note"]
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
    for one, other in ((full.deadlines, none.deadlines), (full.applications, none.applications)):
        assert list(one) == list(other)
        assert one.dtypes.tolist() == other.dtypes.tolist()
        assert next(iter(one)) == "programme"
    assert none.deadlines.empty
    assert full.deadlines["status"].isin(STATUSES).all()


def test_commitments_without_any_finance() -> None:
    row = row_of(both(commitments(), schema.empty("finance"), year=2018))
    assert (row["status"], row["target_eu"], row["note"]) == (
        "not_available",
        127,
        "no_allocation;partial_applications",
    )
    assert pd.isna(row["payment_applications_eu"])


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
    other_finance.loc[other_finance["stage"] == "certified", "amount_eur"] = 200
    result = both(pd.concat([eu, other_eu]), pd.concat([finance, other_finance]), year=2018)
    # 100 and 150 against 127, in the order of the codes
    assert result.deadlines["programme"].tolist() == ["2014XX05SFOP997", CCI]
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


def test_the_frames_given_are_left_as_they_were() -> None:
    eu, finance = commitments(), table("finance", ONE_AXIS)
    kept_eu, kept_finance = eu.copy(deep=True), finance.copy(deep=True)
    both(eu, finance, year=2018)
    pd.testing.assert_frame_equal(eu, kept_eu)
    pd.testing.assert_frame_equal(finance, kept_finance)


# properties

_AMOUNT = st.integers(0, 10_000_000).map(lambda cents: cents / 100)


@settings(max_examples=15, deadline=None)
@given(
    # a year without commitment has no deadline
    st.lists(_AMOUNT.map(lambda amount: amount + 0.01), min_size=7, max_size=7),
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
            certified(amount, str(index), f"{year}-12-31"),
        ]
    eu = commitments(dict(zip(EXAMPLE, amounts, strict=True)))
    row = row_of(verdict(finance, year, eu, prefinancing=mode, exceptions_eur=exceptions))
    covered = row["risk_eu"] + row["payment_applications_eu"] + row["prefinancing_eu"] + row["exceptions_eu"]
    assert covered >= row["commitments_eu"] - 1e-6
    assert row["risk_eu"] == 0 or row["surplus_eu"] == 0
    assert row["status"] == ("at_risk" if row["risk_eu"] > 0 else "covered")


@settings(max_examples=15, deadline=None)
@given(_AMOUNT, _AMOUNT)
def test_certifying_more_never_raises_the_risk(amount: float, more: float) -> None:
    before = row_of(verdict([allocation(200_000, 100_000), certified(amount)]))
    after = row_of(verdict([allocation(200_000, 100_000), certified(amount + more)]))
    assert after["risk_eu"] <= before["risk_eu"]
    assert after["surplus_eu"] >= before["surplus_eu"]


def test_rates_of_another_programme_are_passed_over() -> None:
    rates = pd.DataFrame({"programme": [CCI, "other"], "axis": ["1", "1"], "rate": [0.6, 0.9]})
    assert row_of(verdict(ONE_AXIS, rates=rates))["payment_applications_eu"] == 180


def test_a_rate_for_an_accounting_year_leaves_a_missing_figure_missing() -> None:
    rates = pd.DataFrame({"axis": ["1"], "accounting_year": ["2020-2021"], "rate": [1.0]})
    result = verdict([allocation(1600, None), certified(300)], rates=rates)
    assert pd.isna(result.applications.iloc[0]["payment_applications_eu"])
    # from the first accounting year on, nothing had been certified before
    first = rates.assign(accounting_year="2014-2015")
    plan = [allocation(1600, 800), certified(20, cutoff="2015-06-30"), certified(300)]
    # 300 x 50% and 50% more on 20
    assert verdict(plan, rates=first).applications.iloc[0]["payment_applications_eu"] == 160


# how old the evidence is: the bundled programme with annual commitments by the profile of Annex VI at 2% a year

SHARES = {2014: 12.926, 2015: 13.399, 2016: 13.860, 2017: 14.291, 2018: 14.731, 2019: 15.178, 2020: 15.615}
SUPPORT = 485_237_258


def annual_plan(**columns: Any) -> pd.DataFrame:
    rows = [
        {
            "year": year,
            # the cent that rounding leaves over is in the last year
            "eu_commitment_eur": round(SUPPORT * share / 100, 2) - (0.01 if year == 2020 else 0),
            "performance_reserve_eur": round(SUPPORT * share / 100 * 0.06, 2),
            "source": "plan",
            **columns,
        }
        for year, share in SHARES.items()
    ]
    return table("eu_commitments", rows).assign(programme="2014IT05SFOP007")


def with_certified(programme: Programme, millions: float, date: str) -> pd.DataFrame:
    """Its finance with a figure certified for the whole programme."""
    row = table("finance", [certified(millions * 1_000_000, "ALL", date, fund="", region_category="")])
    row = row.assign(programme=programme.cci)
    return pd.concat([programme.finance.assign(source=programme.finance["source"].astype("str")), row])


def test_an_old_figure_does_not_decide_a_later_deadline(bundled: Programme) -> None:
    # 144 million of September 2018 are 72 of EU support; 2021 asks for 69.207% less 13% and 13.25% of 94%, less 2%
    plan = annual_plan()
    result = both(plan, bundled.finance, year=2021, cutoff="2022-06-30")
    row = row_of(result)
    assert (row["status"], row["payment_applications_eu"]) == ("not_available", 72_000_000)
    assert row["target_eu"] == pytest.approx(SUPPORT * (0.94 * (0.69207 - 0.1625) - 0.02), abs=0.05)
    assert pd.isna(row[["risk_eu", "surplus_eu"]]).all()
    assert {"older_figure", "rounded"} <= set(row["note"].split(";"))
    assert row["needs_en"] == (
        "the certified expenditure at 31 December 2021, no earlier one (table finance, stage certified): whole "
        "programme"
    )
    assert (
        "The certified expenditure is of 30 September 2018, before 31 December 2021: by then it is at "
        "least this much, unless corrected downwards since." in row["why_en"]
    )
    assert "salvo correzioni al ribasso successive" in row["why_it"]


@pytest.mark.parametrize(
    ("millions", "status", "risk", "surplus"),
    # target 2018: 94% of the support x (12.926 + 13.399 - 3 - 2 - 2.625 - 2.75)% = 72,751,622.09
    [(300, "covered", 0.0, 77_248_377.91), (100, "at_risk", 22_751_622.09, 0.0)],
)
def test_a_figure_of_the_deadline_decides_it(
    bundled: Programme, millions: float, status: str, risk: float, surplus: float
) -> None:
    row = row_of(both(annual_plan(), with_certified(bundled, millions, "2018-12-31"), year=2018))
    assert row["target_eu"] == pytest.approx(72_751_622.09, abs=0.02)
    assert (row["status"], row["single_rate"]) == (status, 0.5)
    assert row["risk_eu"] == pytest.approx(risk, abs=0.02)
    assert row["surplus_eu"] == pytest.approx(surplus, abs=0.02)
    assert "older_figure" not in row["note"].split(";")
    if risk:
        assert "€22,751,622.0" in row["why_en"]


def test_an_older_figure_that_is_enough_covers(bundled: Programme) -> None:
    row = row_of(both(annual_plan(), with_certified(bundled, 300, "2018-11-30"), year=2018))
    assert (row["status"], row["risk_eu"]) == ("covered", 0)
    # how much is left over cannot be said
    assert pd.isna(row["surplus_eu"])
    assert row["why_en"].startswith(
        "Covered: payment applications at least €150,000,000.00 against a target of €72,751,"
    )
    assert "unless corrected downwards since" in row["why_en"]


def test_a_figure_after_the_deadline_is_never_used(bundled: Programme) -> None:
    before = decommitment(annual_plan(), bundled.finance, year=2018)
    after = decommitment(annual_plan(), with_certified(bundled, 900, "2019-01-01"), year=2018)
    pd.testing.assert_frame_equal(before, after)
    assert before["status"].item() == "not_available"


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2022])
@pytest.mark.parametrize("millions", [0, 50, 140, 10_000])
def test_a_preview_is_covered_or_undetermined(bundled: Programme, year: int, millions: float) -> None:
    finance = with_certified(bundled, millions, "2018-09-30")
    row = row_of(both(annual_plan(), finance, year=year, cutoff="2018-10-31"))
    assert row["status"] in ("covered", "undetermined")
    assert row["risk_total"] == 0 or pd.isna(row["risk_eu"])


def test_closure_asks_for_the_whole_support(bundled: Programme) -> None:
    row = row_of(both(annual_plan(), bundled.finance, year=2023))
    assert row["target_eu"] == pytest.approx(485_237_258, abs=0.005)
    assert (row["reserve_excluded_eu"], row["prefinancing_eu"]) == (0, 0)
    # the reserve within it need not be known
    without = annual_plan(performance_reserve_eur=None)
    assert row_of(both(without, bundled.finance, year=2023))["target_eu"] == row["target_eu"]
    assert (
        "At closure the whole support is due, €485,237,258.00, reserve included and nothing deducted; payment "
        "applications known €72,000,000.00." in row["why_en"]
    )


# by fund

TWO_FUNDS = [
    allocation(4000, 2000),
    allocation(4000, 2000, "2", fund="YEI"),
    certified(0, cutoff="2017-12-31"),
    certified(400, "2", "2017-12-31", fund="YEI"),
]
HUNDRED = dict.fromkeys(EXAMPLE, 100)


def test_commitments_without_fund_beside_money_of_two_give_no_status() -> None:
    result = verdict(TWO_FUNDS, 2017, commitments(HUNDRED))
    row = row_of(result)
    assert (row["fund"], row["status"], row["needs"]) == ("", "not_available", "by_fund")
    assert pd.isna(row["target_eu"])
    assert "commitments_not_by_fund" in row["note"].split(";")
    assert row["why_en"] == (
        "No verdict: the programme has several funds, and the annual commitments do not say which they are of."
    )
    # of money of one fund they are
    assert row_of(verdict(TWO_FUNDS[::2], 2017, commitments(HUNDRED)))["fund"] == "ESF"


def test_the_surplus_of_one_fund_does_not_help_another() -> None:
    eu = pd.concat([commitments(HUNDRED).assign(fund="ESF"), commitments(HUNDRED).assign(fund="YEI")])
    result = verdict(TWO_FUNDS, 2017, eu)
    # each: 100 less 3% of 700; ESF certified nothing, YEI 400 at 50%
    got = result.deadlines.set_index("fund")[["target_eu", "payment_applications_eu", "status"]]
    assert got.loc["ESF"].tolist() == [79, 0, "at_risk"]
    assert got.loc["YEI"].tolist() == [79, 200, "covered"]
    # the whole programme together: 200 less 42 against 200
    assert result.deadlines["other_readings"].tolist() == ["decommitted_by=programme:covered", ""]
    together = row_of(verdict(TWO_FUNDS, 2017, eu, rules=RULES_2014.replace(decommitted_by="programme")))
    assert (together["target_eu"], together["payment_applications_eu"], together["status"]) == (158, 200, "covered")
    assert changes_line(result.deadlines, "en") == (
        "Verdicts that would change under the other reading of a rule to be confirmed: "
        "31/12/2017, ESF: covered for the whole programme."
    )


def test_categories_of_a_fund_are_told_apart_by_rule() -> None:
    money = [allocation(4000, 2000), allocation(4000, 2000, region_category="LD"), certified(0, cutoff="2017-12-31")]
    money.append(certified(400, cutoff="2017-12-31", region_category="LD"))
    eu = pd.concat([commitments(HUNDRED).assign(fund="ESF", region_category=name) for name in ("MD", "LD")])
    by_fund = row_of(verdict(money, 2017, eu))
    assert (by_fund["fund"], by_fund["region_category"], by_fund["status"]) == ("ESF", "", "covered")
    assert by_fund["other_readings"] == "decommitted_by=category:at_risk"
    rules = RULES_2014.replace(decommitted_by="category")
    apart = verdict(money, 2017, eu, rules=rules).deadlines
    assert apart[["region_category", "status"]].values.tolist() == [["LD", "covered"], ["MD", "at_risk"]]
    untold = row_of(verdict(money, 2017, commitments(HUNDRED).assign(fund="ESF"), rules=rules))
    assert (untold["status"], untold["needs"]) == ("not_available", "by_category")


def test_certified_without_fund_covers_neither_of_two() -> None:
    eu = pd.concat([commitments(HUNDRED).assign(fund="ESF"), commitments(HUNDRED).assign(fund="YEI")])
    money = [*TWO_FUNDS[:2], certified(900, "1", "2017-12-31", fund="", region_category=""), TWO_FUNDS[3]]
    rows = verdict(money, 2017, eu).deadlines.set_index("fund")
    assert rows.loc["ESF", ["status", "needs"]].tolist() == ["not_available", "certified;split"]
    assert rows.loc["YEI", "status"] == "covered"


def test_funds_are_named_where_an_axis_has_several() -> None:
    money = [allocation(100, 50), allocation(60, 30, fund="YEI"), certified(40)]
    row = row_of(verdict(money, rules=RULES_2014.replace(decommitted_by="programme")))
    assert "axis 1 (YEI MD): no certified expenditure published" in row["why_en"]


def test_exceptions_belong_to_one_fund() -> None:
    eu = pd.concat([commitments(HUNDRED).assign(fund="ESF"), commitments(HUNDRED).assign(fund="YEI")])
    with pytest.raises(ParameterError, match="exceptions_eur belongs to one of ESF, YEI: call once for each"):
        verdict(TWO_FUNDS, 2017, eu, exceptions_eur=10)


def test_a_table_without_the_columns_of_funds_is_read_as_before() -> None:
    old = commitments().drop(columns=["fund", "region_category"])
    pd.testing.assert_frame_equal(
        decommitment(old, table("finance", ONE_AXIS), year=2018),
        decommitment(commitments(), table("finance", ONE_AXIS), year=2018),
    )


# rules


def test_the_other_reading_that_would_change_a_verdict_is_named() -> None:
    row = row_of(verdict(ONE_AXIS, prefinancing=None))
    # 150 against 127; 186 with initial pre-financing only; 135 with a tenth left out
    assert (row["status"], row["other_readings"]) == ("covered", "prefinancing_mode=initial_only:at_risk")
    assert changes_line(verdict(ONE_AXIS, prefinancing=None).deadlines, "it") == (
        "Esiti che cambierebbero con l'altra lettura di una regola da confermare: "
        "31/12/2018: a rischio contando il solo prefinanziamento iniziale."
    )
    # what the caller sets is settled
    settled = verdict(ONE_AXIS, prefinancing="initial_only")
    assert row_of(settled)["other_readings"] == ""
    assert changes_line(settled.deadlines, "en") == (
        "No verdict would change under the other reading of a rule to be confirmed."
    )
    tenth = row_of(verdict([allocation(1600, 800), certified(270)], prefinancing=None))
    # 135 against 127, 121.5 with a tenth left out
    assert tenth["other_readings"] == "claims_counted_share=0.9:at_risk;prefinancing_mode=initial_only:at_risk"


@pytest.mark.parametrize("cci", ["2021XX05SFPR001", "2007XX052PO001", "unknown"])
def test_a_programme_of_a_period_without_rules_gets_no_verdict(cci: str) -> None:
    eu, finance = commitments().assign(programme=cci), table("finance", ONE_AXIS).assign(programme=cci)
    for rules in (None, RULES_2014) if cci == "unknown" else (RULES_2014,):
        row = row_of(both(eu, finance, year=2018, rules=rules))
        assert (row["status"], row["note"]) == ("not_available", "no_rules")
        assert pd.isna(row[["target_eu", "payment_applications_eu"]]).all()
        assert row["why_en"] == "No verdict: there are no rules on decommitment for the period of the programme."


@pytest.mark.parametrize(
    ("cci", "deadlines"),
    [("2021XX05SFPR001", "2021-2027 are 2024 to 2029"), ("2007XX052PO001", "2007-2013 are 2009 to 2015")],
)
def test_a_year_of_another_period_is_no_deadline_of_a_programme(cci: str, deadlines: str) -> None:
    eu, finance = commitments().assign(programme=cci), table("finance", ONE_AXIS).assign(programme=cci)
    with pytest.raises(ParameterError, match=f"year is 2018: the deadlines of {deadlines}$"):
        decommitment(eu, finance, year=2018)


def test_the_former_name_still_works() -> None:
    assert porfse_analysis.decommitment_claims is porfse_analysis.payment_applications


def test_every_code_has_its_words() -> None:
    keys = [f"decommitment_need.{code}" for code in NEEDS]
    told_in_sentences = {"open", "no_allocation", "partial_applications", *NEEDS}
    for code in set(NOTES) - told_in_sentences:
        keys += [key for key in (f"decommitment.{code}", f"decommitment_note.{code}") if wording.has_text(key)][:1] or [
            f"decommitment_note.{code}"
        ]
    assert not [key for key in keys if not wording.has_text(key)]


# whatever the rows


def _finance_cells() -> Any:
    keys = st.tuples(st.sampled_from(["1", "2", "ALL"]), st.sampled_from(["2017-12-31", "2018-09-30", "2018-12-31"]))
    return st.lists(
        st.tuples(keys, _AMOUNT, st.sampled_from(["ma", "ec"])), max_size=6, unique_by=lambda x: (x[0], x[2])
    )


@settings(max_examples=12, deadline=None)
@given(_finance_cells(), st.randoms(), st.sampled_from([2018, 2019]))
def test_neither_order_nor_later_rows_nor_splitting_change_anything(cells: Any, random: Any, year: int) -> None:
    plan = [allocation(100_000, 50_000, axis) for axis in ("1", "2")]
    rows = [*plan, *(certified(amount, axis, date, source=source) for (axis, date), amount, source in cells)]
    eu, finance = commitments(), table("finance", rows)
    before = both(eu, finance, year=year, cutoff="2018-12-31")
    order = list(range(len(finance)))
    random.shuffle(order)
    later = table("finance", [certified(99_999, "1", "2019-01-31"), allocation(9, 9, cutoff="2019-01-31")])
    other = pd.concat([finance.iloc[order], later], ignore_index=True)
    # the plan and the commitments of a year in two rows
    halves = eu.assign(**{name: eu[name] / 2 for name in ("eu_commitment_eur", "performance_reserve_eur")})
    split = other[other["stage"] == "allocation"]
    split = split.assign(amount_eur=split["amount_eur"] / 2, eu_amount_eur=split["eu_amount_eur"] / 2)
    other = pd.concat([split, other[other["stage"] != "allocation"], split], ignore_index=True)
    after = both(pd.concat([halves, halves]).iloc[::-1], other, year=year, cutoff="2018-12-31")
    pd.testing.assert_frame_equal(before.deadlines, after.deadlines)
    pd.testing.assert_frame_equal(before.applications, after.applications)


# a whole beside its own parts, at one date


WHOLE = {"region_category": ""}
PARTS = [certified(9, **TRANSITION), certified(5, **LESS)]
BOTH = [["Less developed", 2.5, ""], ["Transition", 4.5, ""]]


@pytest.mark.parametrize(
    ("finance", "lines"),
    [
        # parts that add up to the whole stand, each at its own rate
        ([*BY_CATEGORY, certified(14, **WHOLE), *PARTS], BOTH),
        ([*BY_CATEGORY, allocation(100, 50, **WHOLE), *PARTS], BOTH),
        # but for rounding to whole euro
        ([*BY_CATEGORY, allocation(101, 51, **WHOLE), *PARTS], BOTH),
        # or where one of them is a limit
        (
            [*BY_CATEGORY, certified(12, **WHOLE, qualifier="more_than"), *PARTS],
            [["Less developed", 2.5, ""], ["Transition", 4.5, ""]],
        ),
        # else of a plan and of all axes the whole
        ([*BY_CATEGORY, allocation(120, 60, **WHOLE), certified(14, **WHOLE)], [["", 7, ""]]),
        ([BY_CATEGORY[1], allocation(100, 50, **WHOLE), certified(14, **WHOLE)], [["", 7, ""]]),
        ([allocation(100, 50), certified(14, "ALL", fund=""), certified(9, "ALL")], [["", 7, "published_total"]]),
        ([allocation(100, 50), certified(14, fund=""), certified(14)], [["MD", 7, ""]]),
        ([allocation(100, 50), certified(14, "ALL", fund=""), certified(14, "ALL")], [["", 7, "published_total"]]),
    ],
)
def test_a_figure_beside_its_parts_is_applied_for_once(finance: list[Any], lines: list[Any]) -> None:
    for rows in (finance, finance[::-1]):
        result = verdict(rows)
        told = result.applications[["region_category", "payment_applications_eu", "note"]]
        assert told.to_numpy().tolist() == lines
        assert row_of(result)["payment_applications_eu"] == 7


def test_parts_that_do_not_add_up_to_the_whole_decide_by_themselves() -> None:
    """300 of one category at 80% cover 186, whatever the axis has; where its whole is below them nothing is at risk."""
    plan = [allocation(1000, 800, **TRANSITION), allocation(600, 30, **LESS)]
    row = row_of(verdict([*plan, certified(310, **WHOLE), certified(300, **TRANSITION)]))
    assert (row["status"], row["payment_applications_at_least_eu"]) == ("covered", 240)
    whole = [allocation(1600, 800, **WHOLE), certified(0, **WHOLE)]
    assert row_of(verdict([*whole, certified(400, **TRANSITION), certified(100, **LESS)]))["status"] == "not_available"
    # more than 450 of the axis or of all of them, 100 told apart: nothing says that this is all
    for axis, of_plan in (("1", WHOLE), ("ALL", {})):
        least = [certified(450, axis, fund="", region_category="", qualifier="more_than"), certified(100, axis)]
        row = row_of(verdict([allocation(1600, 800, **of_plan), *least]))
        assert row["status"] != "at_risk"
    funds = pd.concat([commitments().assign(fund="ESF"), commitments(dict.fromkeys(EXAMPLE, 10)).assign(fund="YEI")])
    blank = {"region_category": ""}
    money = [allocation(1600, 800, **blank), allocation(140, 70, fund="YEI", **blank)]
    money += [certified(500, fund="", **blank), certified(450, **blank)]
    found = verdict(money, eu=funds).deadlines.set_index("fund")["status"]
    assert found.to_dict() == {"ESF": "covered", "YEI": "not_available"}


def test_a_commitment_beside_its_parts_is_due_once() -> None:
    """Two halves of each year, and the whole: of 2016 with one half alone, which it has in it; of 2015 not."""
    halves = {year: amount / 2 for year, amount in EXAMPLE.items()}
    named = [commitments(halves).assign(region_category=name) for name in ("Transition", "Less developed")]
    told = pd.concat([commitments(), *named], ignore_index=True)
    lacking = {2015: "", 2016: "Less developed"}
    told = told[told["region_category"] != told["year"].map(lacking)]
    together = RULES_2014.replace(decommitted_by="fund")
    row = row_of(verdict([*BY_CATEGORY, *PARTS], eu=told, rules=together))
    assert (row["commitments_eu"], row["target_eu"]) == (210, 186)


# pre-financing of a year without a receipt before one with it


@pytest.mark.parametrize(
    ("amount", "status", "needs"),
    [
        # commitments of 210 to 2015; 8 + 20 + 21 + 22 of 2015 to 2018; 8 of 2014 by its share, or in what was received
        (280, "covered", ""),
        (270, "not_available", "the pre-financing received in 2014 (0 where none was)"),
        (260, "at_risk", ""),
    ],
)
def test_an_instalment_may_be_in_what_was_received_later(amount: float, status: str, needs: str) -> None:
    eu = commitments(prefinancing_received_eur={2015: 8.0, 2016: 20.0, 2017: 21.0, 2018: 22.0})
    row = row_of(verdict([allocation(1600, 800), certified(amount)], 2018, eu, prefinancing="initial_plus_annual"))
    # between 210 - 71 - 8 = 131 and 139, which are 262 and 278 of total expenditure
    assert (row["prefinancing_eu"], row["target_eu"], row["status"]) == (79, 131, status)
    assert row["needs_en"].startswith(needs)
    assert "received_gap" in row["note"].split(";")
    assert "The target is at least €131.00, and higher if that instalment is in both." in row["why_en"]
    assert pd.isna(row["surplus_eu"])
