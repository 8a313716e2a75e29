"""A figure of the whole beside those of its parts counts once; one without a part does not pass for the whole."""

import pandas as pd
import pytest
from frames import CCI, achievements, claims, finance, only, small_programme, targets

import porfse_analysis as pf
from porfse_analysis import check, check_claims
from porfse_analysis.schema import conform
from porfse_analysis.verdicts.payments_evidence import payments_evidence

DATE = "2019-12-31"
BEFORE = "2018-12-31"
ESF, YEI, NONE = {"fund": "ESF"}, {"fund": "YEI"}, {"fund": ""}
MORE, LESS, ANY = ({"region_category": name} for name in ("More developed", "Less developed", ""))
PLAN = (("1", BEFORE, "allocation", 600, ESF), ("1", BEFORE, "allocation", 400, YEI))


def certified(*figures, by="programme", plan=PLAN, cutoff=DATE):
    rows = [(axis, DATE, "certified", amount, place) for axis, amount, place in figures]
    return only(pf.certification_rate(finance(*plan, *rows), cutoff=cutoff, by=by))


@pytest.mark.parametrize(
    ("figures", "numerator", "note"),
    [
        ([("ALL", 300, NONE), ("ALL", 200, ESF), ("ALL", 100, YEI)], 300, "published_total"),
        ([("ALL", 300, NONE), ("1", 200, ESF), ("1", 100, YEI)], 300, "published_total"),
        ([("1", 300, NONE), ("1", 200, ESF), ("1", 100, YEI)], 300, ""),
        ([("1", 300, NONE | ANY), ("1", 300, NONE | MORE), ("1", 300, ESF | MORE)], 300, ""),
        # of one fund the total, of the other the axis
        ([("ALL", 200, ESF), ("1", 180, ESF), ("1", 100, YEI)], 300, ""),
        ([("ALL", 200, ESF), ("ALL", 100, YEI)], 300, "published_total"),
        # a total that is not published, and one of which a part is not
        ([("ALL", None, NONE), ("1", 200, ESF), ("1", 100, YEI)], 300, ""),
        ([("1", 300, NONE), ("1", 200, ESF), ("1", None, YEI)], 300, ""),
        # what is not told is missing
        ([("1", None, NONE), ("1", 200, ESF), ("1", 100, YEI)], 300, "partial"),
        ([("ALL", None, ESF), ("1", 100, YEI)], 100, "partial"),
        ([("ALL", 200, ESF)], 200, "published_total;partial"),
        # the only axis is partly in the total of a fund: what has all of the other is the whole
        ([("ALL", 200, ESF), ("1", 300, NONE)], 300, ""),
        ([("ALL", 200, ESF), ("1", 150, NONE)], 200, "published_total;partial"),
        ([("ALL", 200, ESF), ("ALL", 100, YEI), ("1", 300, NONE)], 300, "published_total"),
        # an axis that is not told is in the totals of all funds
        ([("ALL", 200, ESF), ("ALL", 100, YEI), ("1", None, NONE)], 300, "published_total"),
        ([("ALL", 200, ESF), ("1", None, NONE)], 200, "partial"),
        ([("ALL", 100, YEI), ("1", 300, NONE), ("1", 200, ESF)], 300, ""),
    ],
)
def test_amounts_are_added_once(figures, numerator, note):
    rate = certified(*figures)
    assert (rate["numerator"], rate["denominator"], rate["note"]) == (numerator, 1000, note)
    assert rate["value"] == numerator / 1000
    again = certified(*reversed(figures))
    assert (again["numerator"], again["note"]) == (numerator, note)


@pytest.mark.parametrize(
    ("figures", "numerator", "note"),
    [
        # each axis has less than the total of a fund, which has less than they have together
        ([("ALL", 200, ESF), ("1", 150, NONE), ("2", 150, NONE)], 300, ""),
        ([("ALL", 40, MORE), ("1", 70, NONE | ANY), ("2", 70, NONE | ANY)], 140, ""),
        ([("ALL", 40, ESF), ("1", 70, NONE), ("2", 20, ESF), ("2", 50, YEI)], 140, ""),
        # none of them has all
        ([("ALL", 200, ESF), ("1", 90, NONE), ("2", 80, NONE)], 200, "published_total;partial"),
        ([("ALL", 200, ESF), ("1", 90, NONE), ("2", 10, YEI)], 210, "partial"),
    ],
)
def test_of_figures_that_cross_those_that_are_all_are_added(figures, numerator, note):
    plan = [(axis, BEFORE, "allocation", 250, fund) for axis in ("1", "2") for fund in (ESF, YEI)]
    for told in (figures, figures[::-1]):
        rate = certified(*told, plan=plan)
        assert (rate["numerator"], rate["denominator"], rate["note"]) == (numerator, 1000, note)


BY_ALL = [(axis, BEFORE, "allocation", 100, fund | of) for axis in "12" for fund in (ESF, YEI) for of in (MORE, LESS)]


@pytest.mark.parametrize(
    ("figures", "numerator", "note"),
    [
        # three ways to tell the same 60, and each of them is all
        (
            [
                *(("ALL", 40, ESF | ANY), ("ALL", 20, YEI | ANY), ("ALL", 35, NONE | MORE), ("ALL", 25, NONE | LESS)),
                *(("1", 30, NONE | ANY), ("2", 30, NONE | ANY)),
            ],
            60,
            "published_total",
        ),
        # axis 1 by fund, axis 2 by category of region
        (
            [
                *(("1", 10, ESF | ANY), ("1", 10, YEI | ANY), ("1", 11, NONE | MORE)),
                *(("2", 12, NONE | MORE), ("2", 8, NONE | LESS), ("2", 9, ESF | ANY)),
            ],
            40,
            "",
        ),
        # what is more of one axis is not made up for by another
        (
            [("1", 100, ESF | ANY), ("1", 150, NONE | MORE), ("2", 200, ESF | ANY), ("2", 100, NONE | MORE)],
            350,
            "partial",
        ),
    ],
)
def test_each_axis_is_told_as_it_is(figures, numerator, note):
    for told in (figures, figures[::-1]):
        rate = certified(*told, plan=BY_ALL)
        assert (rate["numerator"], rate["denominator"], rate["note"]) == (numerator, 800, note)


def test_another_axis_does_not_say_what_an_axis_has():
    """8 of the only fund and of the only category of axis 1, whatever axis 2 has."""
    plan = [("1", BEFORE, "allocation", 100, ESF | LESS), ("2", BEFORE, "allocation", 100, YEI | MORE)]
    figures = [("1", DATE, "certified", 8, ESF | ANY), ("1", DATE, "certified", 8, NONE | LESS)]
    rate = only(pf.certification_rate(finance(*plan, *figures), cutoff=DATE), axis="1")
    assert (rate["numerator"], rate["note"]) == (8, "")
    rows = [("1", "", 14, NONE | MORE), ("1", "8i", 12, NONE | ANY), ("1", "8ii", 10, NONE | ANY)]
    assert people(*rows, by="axis") == [[22, ""]]
    assert people(*rows, ("2", "9i", 5, YEI | ANY), by="axis") == [[22, ""], [5, ""]]
    assert people(*rows, ("2", "9i", 5, YEI | ANY)) == [[27, ""]]


def test_what_was_told_as_one_is_not_one_of_its_parts():
    """230 of axis 1, and then 150 of the ESF: that it has no other fund nobody says."""
    rows = [("1", BEFORE, "allocation", 400, NONE), ("2", BEFORE, "allocation", 400, YEI)]
    rows += [("1", BEFORE, "certified", 230, NONE), ("2", BEFORE, "certified", 10, YEI)]
    rows += [("1", DATE, "certified", 150, ESF), ("2", DATE, "certified", 10, YEI)]
    rates = pf.certification_rate(finance(*rows), cutoff=DATE).set_index("axis")
    assert rates["numerator"].to_dict() == {"1": 230, "2": 10}
    assert rates["note"].to_dict() == {"1": "stale", "2": ""}
    for axis, stated in (("1", 240), ("ALL", 250)):
        told = claims(("certified", axis, DATE, stated), source="sheet")
        programme = small_programme(finance=finance(*rows, source="ec"), claims=told)
        assert only(check_claims(programme, cutoff=DATE))["verdict"] == "not_verifiable"
    # where the plan knows the ESF alone the axis has its new figure
    planned = [("1", BEFORE, "allocation", 400, ESF), *rows[1:]]
    assert only(pf.certification_rate(finance(*planned), cutoff=DATE), axis="1")["numerator"] == 150
    reached = achievements(
        *(("1", "8i", "CO01", BEFORE, 300, NONE), ("2", "9i", "CO01", BEFORE, 5, YEI)),
        *(("1", "8i", "CO01", DATE, 210, ESF), ("2", "9i", "CO01", DATE, 5, YEI)),
    )
    counted = pf.participants(reached, cutoff=DATE).set_index("axis")
    assert counted["note"].to_dict() == {"1": "partial", "2": ""}


def test_a_plan_that_is_a_total_alone_drops_no_axis():
    """100 and 80, and then 110 of the first axis alone."""
    rows = [("ALL", "2017-12-31", "allocation", 800, NONE), ("1", BEFORE, "certified", 100, ESF)]
    rows += [("2", BEFORE, "certified", 80, ESF), ("1", DATE, "certified", 110, ESF)]
    rate = only(pf.certification_rate(finance(*rows), cutoff=DATE, by="programme"))
    assert (rate["numerator"], rate["denominator"], rate["note"]) == (180, 800, "stale")


def test_without_funds_the_total_is_that_of_the_empty_fund():
    rows = [(axis, BEFORE, "allocation", 100) for axis in "12"]
    rows += [("ALL", DATE, "certified", 30), ("1", DATE, "certified", 14)]
    rate = only(pf.certification_rate(finance(*rows, fund=""), cutoff=DATE, by="fund"))
    assert (rate["numerator"], rate["denominator"], rate["note"]) == (30, 200, "published_total")


def test_an_indicator_that_had_people_and_has_none_now_is_lacking():
    """The unemployed and the inactive, and then the unemployed alone."""
    rows = [("1", "8i", "CO01", BEFORE, 5000), ("1", "8i", "CO03", BEFORE, 1200), ("1", "", "CO01", DATE, 6100)]
    for by in ("axis", "programme"):
        counted = only(pf.participants(achievements(*rows), cutoff=DATE, by=by))
        assert (counted["value"], counted["note"]) == (6100, "partial")
    more = achievements(*rows, ("1", "", "CO03", DATE, 1300))
    assert only(pf.participants(more, cutoff=DATE))[["value", "note"]].tolist() == [7400, ""]


def test_a_priority_that_had_people_and_has_none_now_is_lacking():
    """2,560 people with 440 of one priority, and then 4,100 without it."""
    rows = [("1", "8i", "CO01", BEFORE, 2120), ("1", "8ii", "CO01", BEFORE, 440), ("1", "8i", "CO01", DATE, 4100)]
    for by in ("axis", "programme"):
        counted = only(pf.participants(achievements(*rows), cutoff=DATE, by=by))
        assert (counted["value"], counted["note"]) == (4100, "partial")
        assert only(pf.participants(achievements(*rows), cutoff=BEFORE, by=by))["note"] == ""
    entire = achievements(*rows[:2], ("1", "", "CO01", DATE, 4100))
    assert only(pf.participants(entire, cutoff=DATE))["note"] == ""


def test_amounts_of_an_axis_and_of_a_fund_are_added_once():
    figures = [("1", 300, NONE), ("1", 200, ESF), ("1", 100, YEI)]
    assert certified(*figures, by="axis")["numerator"] == 300
    by_category = [("1", 200, ESF | ANY), ("1", 120, ESF | MORE), ("1", 80, ESF | LESS), ("1", 100, YEI | MORE)]
    rows = [(axis, DATE, "certified", amount, place) for axis, amount, place in by_category]
    rates = pf.certification_rate(finance(*PLAN, *rows), cutoff=DATE, by="fund").set_index("fund")
    assert rates["numerator"].to_dict() == {"ESF": 200, "YEI": 100}


def test_a_later_total_of_one_fund_is_not_the_whole():
    """Both funds at the end of 2018; of 2019 the total of one: 150 of ESF are not the programme's, which had 230."""
    rows = finance(
        *PLAN,
        *(("1", BEFORE, "certified", 130, ESF), ("1", BEFORE, "certified", 100, YEI)),
        ("ALL", DATE, "certified", 150, ESF),
    )
    rate = only(pf.certification_rate(rows, cutoff=DATE, by="programme"))
    assert (rate["numerator"], rate["note"]) == (230, "stale")
    assert pf.certification_rate(rows, cutoff=DATE, by="fund").set_index("fund")["numerator"].to_dict() == {
        "ESF": 150,
        "YEI": 100,
    }
    found = check(small_programme(finance=rows.assign(source="sheet"))).query("check == 'some_axes'")
    assert found[["reason", "expected", "found"]].values.tolist() == [["ALL", 230, 150]]


def test_one_fund_of_an_axis_is_not_the_axis():
    """130 of the ESF and 100 of the YEI; later 150 of the ESF alone, and 20 of another axis, which has one fund."""
    plan = [*PLAN, ("2", BEFORE, "allocation", 100, ESF), ("3", BEFORE, "allocation", 100, NONE)]
    rows = finance(
        *plan,
        *(
            ("1", BEFORE, "certified", 130, ESF),
            ("1", BEFORE, "certified", 100, YEI),
            ("2", BEFORE, "certified", 10, ESF),
        ),
        *(("3", BEFORE, "certified", 60, ESF | MORE), ("3", BEFORE, "certified", 30, ESF | LESS)),
        *(("1", DATE, "certified", 150, ESF), ("2", DATE, "certified", 20, ESF)),
        ("3", DATE, "certified", 70, ESF | MORE),
    )
    rates = pf.certification_rate(rows, cutoff=DATE, by="axis").set_index("axis")
    assert rates["numerator"].to_dict() == {"1": 230, "2": 20, "3": 90}
    assert rates["note"].to_dict() == {"1": "stale", "2": "", "3": "stale"}
    assert only(pf.certification_rate(rows, cutoff=DATE, by="programme"))["numerator"] == 330
    found = check(small_programme(finance=rows.assign(source="sheet"))).query("check == 'some_axes'")
    assert found[["axis", "reason", "expected", "found"]].values.tolist() == [
        ["ALL", "1, 2, 3", 330, 240],
        ["1", "part", 230, 150],
        ["3", "part", 90, 70],
    ]


def test_a_figure_of_several_parts_together_is_of_all_of_them():
    """230 of the axis, and then 150 of one of its funds."""
    for axis in ("1", "ALL"):
        rows = finance(*PLAN, (axis, BEFORE, "certified", 230, NONE), ("1", DATE, "certified", 150, ESF))
        rate = only(pf.certification_rate(rows, cutoff=DATE, by="programme"))
        assert (rate["numerator"], "stale" in rate["note"]) == (230, True)


def paid_at_last(*plan):
    """What counts as paid where 230 of two funds are followed by 150 of the ESF alone, after these rows of a plan."""
    rows = finance(
        *PLAN,
        *(("1", BEFORE, "paid", 130, ESF), ("1", BEFORE, "paid", 100, YEI)),
        *((axis, "2019-06-30", "allocation", amount, place) for axis, amount, place in plan),
        ("1", DATE, "paid", 150, ESF),
    )
    return only(pf.financial_progress(rows, cutoff=DATE, by="programme"), indicator="payment_rate")["numerator"]


def test_what_the_plan_gives_no_money_to_any_more_is_not_lacking():
    assert paid_at_last() == 230
    assert paid_at_last(("1", 600, ESF)) == 150
    assert paid_at_last(("ALL", 600, ESF)) == 150
    # a total has in it what the plan before told apart
    assert paid_at_last(("ALL", 1000, NONE)) == 230
    assert paid_at_last(("ALL", 400, YEI), ("1", 600, ESF)) == 230
    # one beside its axes has no more than they tell
    assert paid_at_last(("ALL", 600, NONE), ("1", 600, ESF)) == 150


def people(*rows, by="programme"):
    """Rows (axis, priority, people, place), of one indicator."""
    table = achievements(*((axis, priority, "CO01", DATE, value, place) for axis, priority, value, place in rows))
    return pf.participants(table, cutoff=DATE, by=by).set_index("axis")[["value", "note"]].values.tolist()


@pytest.mark.parametrize(
    ("rows", "counted", "note"),
    [
        ([("1", "", 200, {}), ("1", "8i", 150, {}), ("1", "8ii", 50, {})], 200, ""),
        ([("ALL", "", 200, NONE), ("ALL", "", 120, ESF), ("ALL", "", 80, YEI)], 200, "published_total"),
        ([("1", "8i", 200, NONE), ("1", "8i", 120, ESF), ("1", "8i", 80, YEI)], 200, ""),
        ([("1", "8i", 200, ANY), ("1", "8i", 120, MORE), ("1", "8i", 80, LESS)], 200, ""),
        # the priorities of the programme are those of its axes
        ([("ALL", "8i", 150, {}), ("ALL", "8ii", 50, {}), ("1", "", 200, {})], 200, ""),
        ([("ALL", "8i", 150, {}), ("1", "", 200, {})], 200, ""),
        ([("ALL", "8i", 150, {}), ("1", "", 100, {})], 150, ""),
        # of one fund the total, of the other the axis
        ([("ALL", "", 120, ESF), ("1", "8i", 110, ESF), ("1", "8i", 80, YEI)], 200, ""),
        # a row without a value: of the axis it says that the priorities are not all, of a part nothing
        ([("1", "", None, {}), ("1", "8i", 150, {})], 150, "partial"),
        ([("1", "", 200, {}), ("1", "8i", 150, {}), ("1", "8ii", None, {})], 200, ""),
    ],
)
def test_people_are_added_once(rows, counted, note):
    assert people(*rows) == [[counted, note]]
    assert people(*reversed(rows)) == [[counted, note]]


def test_people_of_an_axis_and_of_categories_are_added_once():
    rows = [("1", "", 200, MORE), ("1", "8i", 150, MORE), ("1", "8ii", 50, MORE), ("1", "8i", 30, LESS)]
    assert people(*rows, by="axis") == [[230, ""]]
    by_category = achievements(*((axis, priority, "CO01", DATE, value, of) for axis, priority, value, of in rows))
    reached = pf.participants(by_category, cutoff=DATE, by="region_category").set_index("region_category")["value"]
    assert reached.to_dict() == {"More developed": 200, "Less developed": 30}


@pytest.mark.parametrize("parts", [(ESF, YEI), (MORE, LESS)])
def test_people_of_one_part_of_an_axis_are_not_all_of_it(parts):
    """210 and 90 people, and then 210 of the first part alone: not 90 people less."""
    one, other = parts
    rows = [("1", "8i", "CO01", BEFORE, 210, one), ("1", "8i", "CO01", BEFORE, 90, other)]
    table = achievements(*rows, ("1", "8i", "CO01", DATE, 210, one), ("2", "8i", "CO01", DATE, 5, one))
    for by, counted in (("axis", 210), ("programme", 215)):
        reached = pf.participants(table, cutoff=DATE, by=by).iloc[0]
        assert (reached["value"], reached["note"]) == (counted, "partial")
    moved = only(pf.participant_changes(table, cutoff=DATE, compare_to=BEFORE, by="axis"), axis="1")
    assert (moved["status"], pd.isna(moved["change"])) == ("partial", True)
    later = table.assign(region_category="", fund="").drop_duplicates(["axis", "cutoff"])
    assert set(pf.participants(later, cutoff=DATE)["note"]) == {""}


def test_spend_per_participant_without_the_money_of_an_axis_is_partial():
    """60 euro of axis 1 for the 12 people of both axes, whose plan gives money to both."""
    money = finance(*(("1", BEFORE, "allocation", 100), ("2", BEFORE, "allocation", 50)), ("1", DATE, "certified", 60))
    reached = achievements(("1", "8i", "CO01", DATE, 10), ("2", "9i", "CO01", DATE, 2))
    heads = pf.participants(reached, cutoff=DATE, by="programme")
    spend = only(pf.per_capita_spend(money, heads, cutoff=DATE, by="programme", stage="certified"))
    assert (spend["value"], spend["numerator"], spend["denominator"]) == (5, 60, 12)
    assert "partial" in spend["note"].split(";")
    entire = money.assign(axis=money["axis"].mask(money["stage"] == "certified", "ALL"))
    spend = only(pf.per_capita_spend(entire, heads, cutoff=DATE, by="programme", stage="certified"))
    assert "partial" not in spend["note"].split(";")


def test_the_ratio_of_an_indicator_adds_its_categories_or_takes_their_whole():
    values = achievements(*(("1", "8i", "CO01", DATE, value, of) for value, of in ((100, ANY), (60, MORE), (30, LESS))))
    aims = targets(*(("1", "8i", "CO01", "1", BEFORE, aim, of) for aim, of in ((200, ANY), (120, MORE), (80, LESS))))
    ratio = only(pf.target_achievement_ratio(values, aims, cutoff=DATE))
    assert (ratio["numerator"], ratio["denominator"], ratio["value"], ratio["note"]) == (100, 200, 0.5, "")
    of_categories = [frame[frame["region_category"] != ""] for frame in (values, aims)]
    ratio = only(pf.target_achievement_ratio(*of_categories, cutoff=DATE))
    assert (ratio["numerator"], ratio["denominator"]) == (90, 200)
    # a value of the whole without a target of the whole: the categories have both
    ratio = only(pf.target_achievement_ratio(values, of_categories[1], cutoff=DATE))
    assert (ratio["numerator"], ratio["denominator"]) == (90, 200)


def test_what_a_document_states_is_held_against_the_figure_counted_once():
    rows = [("1", DATE, "certified", 300, NONE), ("1", DATE, "certified", 200, ESF), ("1", DATE, "certified", 100, YEI)]
    stated = claims(("certified", "ALL", DATE, 300), ("certified", "1", DATE, 300), source="sheet")
    programme = small_programme(finance=finance(*PLAN, *rows, source="ec"), claims=stated)
    verdicts = check_claims(programme, cutoff=DATE)
    assert verdicts[["verdict", "found"]].values.tolist() == [["confirmed", 300], ["confirmed", 300]]


def test_a_statement_on_an_axis_is_not_held_against_one_of_its_funds():
    """230 of the axis at the end of 2018, both funds; later the ESF alone has 150: 240 is not contradicted by it."""
    rows = [
        ("1", BEFORE, "certified", 130, ESF),
        ("1", BEFORE, "certified", 100, YEI),
        ("1", DATE, "certified", 150, ESF),
    ]

    def verdict(date, amount, *told):
        stated = claims(("certified", "1", date, amount), source="sheet")
        programme = small_programme(finance=finance(*PLAN, *told, source="ec"), claims=stated)
        return only(check_claims(programme, cutoff=DATE))[["verdict", "found"]].tolist()

    assert verdict(DATE, 240, *rows) == ["not_verifiable", 230]
    assert verdict(BEFORE, 230, *rows) == ["confirmed", 230]
    # with a fund of the plan of which nothing is told there may be more
    assert verdict(DATE, 240, rows[2]) == ["compatible", 150]
    assert verdict(DATE, 100, rows[2]) == ["contradicted", 150]


def test_parts_that_do_not_add_up_to_the_whole_are_found():
    money = finance(
        *(("1", DATE, "certified", 300, NONE), ("1", DATE, "certified", 150, ESF), ("1", DATE, "certified", 100, YEI)),
        # the same, and within rounding
        *(
            ("1", BEFORE, "certified", 250, NONE),
            ("1", BEFORE, "certified", 150, ESF),
            ("1", BEFORE, "certified", 100, YEI),
        ),
        ("2", DATE, "certified", 3_000_000, NONE | {"precision": 1_000_000.0}),
        ("2", DATE, "certified", 3_400_000, ESF),
        source="sheet",
    )
    reached = achievements(
        *(("1", "", "CO01", DATE, 200), ("1", "8i", "CO01", DATE, 150), ("1", "8ii", "CO01", DATE, 40)),
        # an indicator that is not added up over the priorities
        *(("1", "", "CO20", DATE, 7), ("1", "8i", "CO20", DATE, 3)),
        # shares are not added up
        *(("1", "8i", "CR03", DATE, 50, ANY | {"unit": "%"}), ("1", "8i", "CR03", DATE, 40, MORE | {"unit": "%"})),
        source="sheet",
    )
    found = check(small_programme(finance=money, achievements=reached)).query("check == 'beside_its_parts'")
    assert sorted(found[["reason", "axis", "figure", "expected", "found"]].values.tolist()) == [
        ["fund", "1", "certified", 250, 300],
        ["investment_priority", "1", "CO01", 190, 200],
    ]
    assert set(found["severity"]) == {"warning"}


def against_totals(*rows):
    rows = [(axis, DATE, "certified", amount, place) for axis, amount, place in rows]
    told = finance(*PLAN, *rows, source="sheet")
    found = check(small_programme(finance=told)).query("check == 'axes_against_total'")
    return found[["figure", "reason", "expected", "found"]].values.tolist()


def test_axes_are_held_against_the_total_of_their_own_fund():
    """100 and 80 of the ESF make its total of 180, beside 60 of the YEI; 170 they do not make."""
    rows = [("1", 100, ESF), ("2", 80, ESF), ("2", 60, YEI)]
    assert against_totals(("ALL", 180, ESF), *rows) == []
    assert against_totals(("ALL", 170, ESF), *rows) == [["certified", "unexplained", 170, 180]]
    # two that are wrong the one way and the other, though right together, and which of them is said
    assert against_totals(("ALL", 170, ESF), ("ALL", 70, YEI), *rows) == [
        ["certified, ESF", "unexplained", 170, 180],
        ["certified, YEI", "incomplete", 70, 60],
    ]
    assert against_totals(("ALL", 240, NONE), ("ALL", 170, ESF), *rows) == [["certified, ESF", "unexplained", 170, 180]]
    assert against_totals(("ALL", 30, ESF), ("ALL", 20, YEI), ("1", 50, NONE)) == []
    # an axis without fund says nothing of the total of one, and all of it of that of all
    assert against_totals(("ALL", 170, ESF), ("1", 100, ESF), ("2", 140, NONE)) == []
    assert against_totals(("ALL", 200, NONE), ("ALL", 170, ESF), ("1", 100, ESF), ("2", 140, NONE)) == [
        ["certified", "unexplained", 200, 240]
    ]
    # unless its funds are told beside it
    assert against_totals(("ALL", 170, ESF), *rows, ("2", 140, NONE)) == [["certified", "unexplained", 170, 180]]


def test_an_axis_with_money_that_no_plan_has_is_a_finding():
    """60 of axis 2, which no plan has: the rate is over the allocation of axis 1 alone."""
    rows = [("1", BEFORE, "allocation", 100), ("1", DATE, "certified", 40), ("2", DATE, "certified", 60)]

    def found(*more):
        findings = check(small_programme(finance=finance(*rows, *more, source="sheet")))
        return findings.query("check == 'no_allocation'")[["axis", "figure", "cutoff"]].values.tolist()

    assert found() == [["2", "certified", pd.Timestamp(DATE)]]
    assert found(("2", BEFORE, "allocation", 0)) == []
    # a plan of the whole has them all
    assert found(("ALL", BEFORE, "allocation", 200)) == []


def test_payments_beside_their_parts_are_counted_once():
    """Of all funds 50 of 100, of which 30 of the ESF and 15 of the YEI: 0.5, and neither 95 of 200 nor 45 of 100."""
    paid = [("", 50.0, 100.0), ("ESF", 30.0, 60.0), ("YEI", 15.0, 40.0)]
    rows = [
        {"fund": fund, "year": 2018, "planned_eu_eur": planned, "net_total_eur": net, "net_interim_eur": net}
        for fund, net, planned in paid
    ]
    frame = pd.DataFrame(rows).assign(source="ec", net_prefinancing_eur=0.0, data_date=pd.Timestamp("2018-12-31"))
    payments = conform("eu_payments", frame, programme=CCI)
    rate = only(pf.eu_payment_rate(payments, cutoff="2018-12-31"))
    assert (rate["numerator"], rate["denominator"], rate["note"]) == (50, 100, "")
    by_fund = pf.eu_payment_rate(payments, cutoff="2018-12-31", by="fund").set_index("fund")["numerator"]
    assert by_fund.to_dict() == {"": 50, "ESF": 30, "YEI": 15}
    at = pd.Timestamp("2018-12-31")
    assert payments_evidence(payments, at, at).applications.value == 50
    assert payments_evidence(payments, at, at, fund="ESF").applications.value == 30
    # the parts have a plan, the whole has none
    without = payments.assign(planned_eu_eur=payments["planned_eu_eur"].where(payments["fund"] != ""))
    rate = only(pf.eu_payment_rate(without, cutoff="2018-12-31"))
    assert (rate["numerator"], rate["denominator"], rate["note"]) == (45, 100, "partial")
    # later one fund alone
    later = payments[payments["fund"] == "ESF"].assign(year=2019, data_date=pd.Timestamp("2019-12-31"))
    both = pd.concat([payments[payments["fund"] == ""], later])
    assert only(pf.eu_payment_rate(both, cutoff=DATE))["note"] == "partial"
    assert "partial" in payments_evidence(both, pd.Timestamp(DATE), pd.Timestamp(DATE)).applications.notes


def by_fund_and_by_category(**amounts):
    """Each year told twice: 100 of the ESF, and 60 and 40 of its categories of region; and with these changes."""
    told = {("ESF", ""): 100, ("", "More developed"): 60, ("", "Less developed"): 40}
    rows = [
        {
            "fund": fund,
            "region_category": category,
            "year": year,
            "amount": float(amounts.get(category or fund, amount)),
        }
        for year in range(2014, 2021)
        for (fund, category), amount in told.items()
    ]
    return pd.DataFrame(rows).assign(source="report")


def test_payments_told_by_fund_and_by_category_are_counted_once():
    def rate(**amounts):
        rows = by_fund_and_by_category(**amounts)
        rows = rows.assign(net_total_eur=rows["amount"], net_interim_eur=rows["amount"], planned_eu_eur=200.0)
        rows["planned_eu_eur"] *= rows["fund"].map({"ESF": 1.0, "": 0.5})
        payments = conform("eu_payments", rows, programme=CCI)
        at = pd.Timestamp("2020-12-31")
        one = only(pf.eu_payment_rate(payments, cutoff=at))
        return one["numerator"], one["denominator"], one["note"], payments_evidence(payments, at, at).applications.value

    assert rate() == (100, 200, "", 100)
    # the fund has more than is told of the categories
    assert rate(ESF=110) == (110, 200, "", 110)


def test_commitments_told_by_fund_and_by_category_are_counted_once():
    """Of 2014 and 2015 100 each, less 6 of reserve: 188."""

    def settled(rows):
        rows = rows.rename(columns={"amount": "eu_commitment_eur"})
        rows["performance_reserve_eur"] = rows["eu_commitment_eur"] * 0.06
        plan = conform("eu_commitments", rows, programme=CCI)
        told = ("allocation", 1400, NONE | {"eu_amount_eur": 700.0}), ("certified", 300, NONE)
        money = finance(*(("1", "2018-12-31", stage, amount, place) for stage, amount, place in told))
        return only(pf.decommitment(plan, money, year=2018))

    once = settled(by_fund_and_by_category())
    alone = settled(by_fund_and_by_category().query("fund == 'ESF'"))
    assert once["commitments_eu"] == 188
    assert once[["target_eu", "status"]].tolist() == alone[["target_eu", "status"]].tolist()
    # a year of one category of which the money has two has one too
    rows = by_fund_and_by_category().query("fund == 'ESF'").rename(columns={"amount": "eu_commitment_eur"})
    rows = rows.assign(performance_reserve_eur=6.0)
    rows.loc[rows["year"] == 2015, ["region_category", "eu_commitment_eur"]] = "More developed", 60.0
    told = [("1", BEFORE, "allocation", 700, of | {"eu_amount_eur": 350.0}) for of in (MORE, LESS)]
    told += [("1", BEFORE, "certified", 90, of) for of in (MORE, LESS)]
    due = only(pf.decommitment(conform("eu_commitments", rows, programme=CCI), finance(*told), year=2018))
    assert (due["status"], due["needs"]) == ("not_available", "commitment_gap:2015")
    # a year of one category alone has a gap
    rows = by_fund_and_by_category()
    gap = settled(rows[~((rows["year"] == 2015) & (rows["region_category"] != "More developed"))])
    assert pd.isna(gap["commitments_eu"])
    assert "commitment_gap:2015" in gap["needs"]


def test_of_two_kinds_of_which_none_is_all_the_most_is_the_least_there_is():
    """200 of a fund, 600 of one of two categories, half of it from the Union: at least 300 of the 145.5 due."""
    years = [{"fund": "", "year": year, "eu_commitment_eur": 100.0, "source": "x"} for year in range(2021, 2028)]
    cci, date = "2021IT05SFPR008", "2025-12-31"
    plan = conform("eu_commitments", pd.DataFrame(years).assign(flexibility_amount_eur=0.0), programme=cci)
    rows = [("1", date, "allocation", 840, NONE | MORE | {"eu_amount_eur": 420.0})]
    rows += [("1", date, "allocation", 560, NONE | LESS | {"eu_amount_eur": 280.0})]
    rows += [("1", date, "certified", 200, {"fund": "ESF+"} | ANY), ("1", date, "certified", 600, NONE | MORE)]
    row = only(pf.decommitment(plan, finance(*rows, programme=cci), year=2025))
    assert (row["status"], row["payment_applications_at_least_eu"]) == ("covered", 300)
    few = [*rows[:2], ("1", date, "certified", 200, {"fund": "ESF+"} | ANY), ("1", date, "certified", 100, NONE | MORE)]
    row = only(pf.decommitment(plan, finance(*few, programme=cci), year=2025))
    # the fund is all there is, and has the category in it
    assert (row["target_eu"], row["payment_applications_eu"], row["status"]) == (145.5, 100, "at_risk")


@pytest.mark.parametrize(
    ("certified", "at_least", "at_most", "status"),
    [
        (250, 150, 175, "covered"),
        (150, 90, 105, "at_risk"),
        (200, 120, 140, "not_available"),
        (900, 300, 630, "covered"),
    ],
)
def test_of_one_figure_of_two_rates_the_lowest_and_the_highest_count(certified, at_least, at_most, status):
    """Of the Union 70% in the one category, 60% in the other, of which 300 at most; 130 are due."""
    date = "2018-12-31"
    rows = [("1", date, "allocation", 1000, MORE | {"eu_amount_eur": 700.0})]
    rows += [("1", date, "allocation", 500, LESS | {"eu_amount_eur": 300.0}), ("1", date, "certified", certified, ANY)]
    years = [{"fund": "ESF", "year": year, "eu_commitment_eur": 65.0, "source": "x"} for year in range(2014, 2021)]
    plan = conform(
        "eu_commitments",
        pd.DataFrame(years).assign(performance_reserve_eur=0.0, prefinancing_received_eur=0.0),
        programme=CCI,
    )
    row = only(pf.decommitment(plan, finance(*rows), year=2018))
    bounds = row[["target_eu", "payment_applications_at_least_eu", "payment_applications_at_most_eu"]].tolist()
    assert (bounds, row["status"]) == ([130, at_least, at_most], status)


BY_FUND, BY_CATEGORY = ((ESF | ANY, 1.0),), ((NONE | MORE, 0.6), (NONE | LESS, 0.4))


@pytest.mark.parametrize("planned", [BY_FUND, BY_CATEGORY, BY_FUND + BY_CATEGORY])
@pytest.mark.parametrize("told", [BY_FUND, BY_FUND + BY_CATEGORY, (*BY_FUND, BY_CATEGORY[0])])
def test_certified_by_fund_and_by_category_covers_once(planned, told):
    """200 certified at one half are 100 of the 119.7 that are due in 2018, and 200 would be enough."""
    plan = by_fund_and_by_category().query("fund == 'ESF'").rename(columns={"amount": "eu_commitment_eur"})
    plan = conform("eu_commitments", plan.assign(performance_reserve_eur=6.0), programme=CCI)
    rows = [("1", BEFORE, "allocation", 1400 * part, of | {"eu_amount_eur": 700 * part}) for of, part in planned]
    rows += [("1", BEFORE, "certified", 200 * part, of) for of, part in told]
    row = only(pf.decommitment(plan, finance(*rows), year=2018))
    assert (row["payment_applications_eu"], row["status"]) == (100, "at_risk")
    assert row["target_eu"] == pytest.approx(119.7325)
    balance = pf.closure_balance(finance(*rows), cutoff=BEFORE).query("axis == 'ALL'")
    assert balance["counted_eu"].sum() == 100


@pytest.mark.parametrize("kind", ["object", "category"])
@pytest.mark.parametrize("by", ["programme", "axis", ["fund", "region_category"]])
def test_texts_of_another_type_give_the_same(kind, by):
    rows = finance(*PLAN, ("1", DATE, "certified", 300, NONE), ("1", DATE, "certified", 200, ESF))
    texts = ["programme", "axis", "fund", "region_category", "stage", "qualifier"]
    other = pf.certification_rate(rows.astype(dict.fromkeys(texts, kind)), cutoff=DATE, by=by)
    pd.testing.assert_frame_equal(other, pf.certification_rate(rows, cutoff=DATE, by=by))
