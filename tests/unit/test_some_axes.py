"""Documents about some of the axes, and errata by axis: no figure of the programme falls for them."""

import pandas as pd
import pytest
from frames import CCI, achievements, finance, only, targets

from porfse_analysis import (
    allocation_changes,
    check,
    financial_changes,
    financial_progress,
    open_report,
    performance_framework,
)
from porfse_analysis.display.programme_report.money import allocation_in_force
from porfse_analysis.indicators.financial import progress_over_time
from porfse_analysis.programme import make_programme

SEPTEMBER, MARCH = "2018-09-30", "2019-03-31"


def programme(*rows, undated=False):
    """Axes I, II, III; sheets of one series, the later ones after the earlier ones."""
    names = list(dict.fromkeys(name for frame in rows for name in frame["source"].astype("str")))
    days = pd.to_datetime([f"2019-{month:02d}-01" for month in range(1, len(names) + 1)])
    sources = pd.DataFrame({"source": names, "title_it": names, "series": "s", "date": pd.NaT if undated else days})
    tables = {
        "axes": pd.DataFrame({"axis": ["I", "II", "III"], "technical_assistance": [False, False, True]}),
        "sources": sources,
        "finance": pd.concat(rows, ignore_index=True).astype({"source": "str"}),
    }
    return make_programme(CCI, {"it": "x"}, tables)


def sheet(date, stage, *amounts, source, axes=("I", "II", "III")):
    return finance(*((axis, date, stage, amount) for axis, amount in zip(axes, amounts, strict=False)), source=source)


PLAN = sheet(SEPTEMBER, "allocation", 300.0, 200.0, 100.0, source="september")
PAID = sheet(SEPTEMBER, "paid", 90.0, 60.0, 30.0, source="september")


def whole(data, cutoff, indicator="payment_rate"):
    return only(financial_progress(data.finance, cutoff=cutoff, by="programme"), indicator=indicator)


def test_amounts_of_some_axes_are_no_figure_of_the_programme():
    """180 of 600 stands, 100 of 600 would be a fall of what rose; the axis has its new figure."""
    data = programme(PLAN, PAID, sheet(MARCH, "paid", 100.0, source="march"))
    row = whole(data, MARCH)
    assert (row["numerator"], row["denominator"], row["data_date"]) == (180, 600, pd.Timestamp(SEPTEMBER))
    assert row["note"] == "stale"
    axis = only(financial_progress(data.finance, cutoff=MARCH), indicator="payment_rate", axis="I")
    assert (axis["numerator"], axis["denominator"], axis["note"]) == (100, 300, "")
    over_time = progress_over_time(data.finance, cutoff=MARCH).query("indicator == 'payment_rate'")
    assert over_time["numerator"].tolist() == [180]
    moved = financial_changes(data.finance, cutoff=MARCH, compare_to=SEPTEMBER, by="programme")
    assert only(moved, indicator="payment_rate")["status"] == "not_updated"
    told = only(check(data), check="some_axes")
    assert (told["reason"], told["found"], told["expected"], told["source"]) == ("I", 100, 180, "march")


def test_of_one_source_too():
    """It is not the name of the document that tells: an axis with money does not lose its amount."""
    data = programme(PLAN, PAID, sheet(MARCH, "paid", 100.0, 70.0, source="september"))
    assert whole(data, MARCH)["numerator"] == 180


def test_after_a_total_the_axes_must_be_all():
    """What stood for the whole was a total: 50 of one axis does not replace 180, 195 of all does."""
    total = finance(("ALL", SEPTEMBER, "paid", 180.0), source="september")
    assert whole(programme(PLAN, total, sheet(MARCH, "paid", 50.0, source="march")), MARCH)["numerator"] == 180
    row = whole(programme(PLAN, total, sheet(MARCH, "paid", 95.0, 65.0, 35.0, source="march")), MARCH)
    assert (row["numerator"], row["note"]) == (195, "")


def test_an_axis_the_plan_has_dropped_is_not_waited_for():
    later = sheet(MARCH, "allocation", 350.0, 250.0, 0.0, source="march")
    row = whole(programme(PLAN, PAID, later, sheet(MARCH, "paid", 100.0, 70.0, source="march")), MARCH)
    assert (row["numerator"], row["denominator"], row["note"]) == (170, 600, "")


def test_a_first_sum_without_an_axis_stays_partial():
    """There is no fuller one to show: what is missing is said."""
    row = whole(programme(PLAN, sheet(SEPTEMBER, "paid", 90.0, source="september")), SEPTEMBER)
    assert (row["numerator"], row["note"]) == (90, "partial")


@pytest.mark.parametrize("undated", [True, False])
def test_a_plan_of_one_axis_cuts_nothing(undated):
    """400 for axis I: its rate is of 400, the programme's of the plan before, and no plan is said to be cut."""
    new = [sheet(MARCH, "allocation", 400.0, source="march"), sheet(MARCH, "paid", 100.0, 70.0, 35.0, source="march")]
    data = programme(PLAN, PAID, *new, undated=undated)
    row = whole(data, MARCH)
    assert (row["numerator"], row["denominator"], row["note"]) == (205, 600, "")
    axes = financial_progress(data.finance, cutoff=MARCH).query("indicator == 'payment_rate'")
    assert axes["denominator"].tolist() == [400, 200, 100]
    plans = allocation_changes(data.finance, cutoff=MARCH, compare_to=SEPTEMBER).set_index("axis")
    assert plans["status"].to_dict() == {
        "I": "changed",
        "II": "not_updated",
        "III": "not_updated",
        "ALL": "not_updated",
    }
    assert plans.loc["I", ["amount", "amount_before", "change"]].tolist() == [400, 300, 100]
    shown = allocation_in_force(open_report(data, cutoff=MARCH)).set_index("axis")
    assert shown["amount"].to_dict() == {"I": 400, "II": 200, "III": 100, "ALL": 600}
    assert shown["source"].to_dict() == {"I": "march", "II": "september", "III": "september", "ALL": "september"}
    left_out = check(data).query("check == 'axis_left_out'")
    assert left_out[["axis", "reason", "source", "other_source"]].values.tolist() == [
        ["II", "other_document", "march", "september"],
        ["III", "other_document", "march", "september"],
    ]
    # axes without any row of the new document are still there
    moved = financial_changes(programme(PLAN, PAID, new[0]).finance, cutoff=MARCH, compare_to=SEPTEMBER)
    paid = moved[moved["indicator"] == "payment_rate"].set_index("axis")
    assert paid["status"].to_dict() == {"I": "not_updated", "II": "not_updated", "III": "not_updated"}


def test_a_later_plan_of_one_category_leaves_the_axis_its_allocation():
    """50 and 30, later 40 of the second alone: 80 stands, and that is said."""
    less, transition = {"region_category": "Less developed"}, {"region_category": "Transition"}
    rows = [("I", SEPTEMBER, "allocation", 50.0, less), ("I", SEPTEMBER, "allocation", 30.0, transition)]
    later = [("I", MARCH, "allocation", 40.0, transition), ("I", MARCH, "paid", 20.0, less)]
    later.append(("I", MARCH, "paid", 10.0, transition))
    data = programme(finance(*rows, source="september"), finance(*later, source="march"))
    row = only(financial_progress(data.finance, cutoff=MARCH), indicator="payment_rate")
    assert (row["numerator"], row["denominator"], row["note"]) == (30, 80, "")
    told = only(check(data), check="some_axes")
    assert told[["axis", "figure", "expected", "found", "source"]].tolist() == ["I", "allocation", 80, 40, "march"]
    assert "plan_change" not in set(check(data)["check"])


def test_in_one_table_a_plan_may_drop_an_axis():
    """Two positions of one source: the second plan is the whole plan."""
    data = programme(PLAN, sheet(MARCH, "allocation", 400.0, 200.0, source="september"))
    plans = allocation_changes(data.finance, cutoff=MARCH, compare_to=SEPTEMBER).set_index("axis")
    assert plans["status"].to_dict() == {"I": "changed", "II": "same", "III": "only_before", "ALL": "same"}
    assert plans.loc["ALL", "amount"] == 600


def test_a_plan_that_says_only_the_total_leaves_the_axes_as_they_were():
    data = programme(PLAN, finance(("ALL", MARCH, "allocation", 660.0), source="march"))
    plans = allocation_changes(data.finance, cutoff=MARCH, compare_to=SEPTEMBER).set_index("axis")
    assert plans["status"].to_dict() == {
        "I": "not_updated",
        "II": "not_updated",
        "III": "not_updated",
        "ALL": "changed",
    }
    assert plans.loc["ALL", "change"] == 60


TOTAL = finance(("ALL", SEPTEMBER, "paid", 180.0), source="september")


def test_an_erratum_by_axis_replaces_the_total():
    """200 by the axes of the later document, not the 180 of the sheet."""
    data = programme(PLAN, TOTAL, sheet(SEPTEMBER, "paid", 100.0, 65.0, 35.0, source="zz-erratum"))
    row = whole(data, SEPTEMBER)
    assert (row["numerator"], row["note"], row["source"]) == (200, "", "zz-erratum;september")
    told = only(check(data), check="superseded")
    assert (told["axis"], told["found"], told["expected"], told["other_source"]) == ("ALL", 180, 200, "zz-erratum")


def test_an_erratum_of_one_axis_goes_into_the_sum():
    """The sheet has total and axes, the erratum corrects one axis by 10: 190, of both documents."""
    data = programme(PLAN, TOTAL, PAID, sheet(SEPTEMBER, "paid", 100.0, source="zz-erratum"))
    row = whole(data, SEPTEMBER)
    assert (row["numerator"], row["note"]) == (190, "")
    assert set(row["source"].split(";")) == {"zz-erratum", "september"}


@pytest.mark.parametrize("column", ["fund", "region_category"])
@pytest.mark.parametrize("axis", ["I", "ALL"])
def test_an_erratum_by_fund_or_category_replaces_the_figure_of_all_of_them(axis, column):
    """90 as one, and in the later document 65 and 40: 105. With one of the two alone the 90 stands."""
    parts = {"fund": ("ESF", "YEI"), "region_category": ("More developed", "Less developed")}[column]
    either = ({column: part} for part in parts)
    plan = finance(*(("I", SEPTEMBER, "allocation", 150.0, part) for part in either), source="september")
    entire = finance((axis, SEPTEMBER, "paid", 90.0), source="september", **{column: ""})
    told = [
        finance((axis, SEPTEMBER, "paid", amount, {column: part}), source="zz-erratum")
        for part, amount in zip(parts, (65.0, 40.0), strict=True)
    ]
    data = programme(plan, entire, *told)
    assert whole(data, SEPTEMBER)["numerator"] == 105
    found = only(check(data), check="superseded")
    assert (found["axis"], found["found"], found["expected"], found["other_source"]) == (axis, 90, 105, "zz-erratum")
    data = programme(plan, entire, told[0])
    assert whole(data, SEPTEMBER)["numerator"] == 90
    assert "superseded" not in set(check(data)["check"])
    # the sheet tells the other part too
    sheets = finance((axis, SEPTEMBER, "paid", 30.0, {column: parts[1]}), source="september")
    assert whole(programme(plan, entire, sheets, told[0]), SEPTEMBER)["numerator"] == 95
    twice = finance((axis, SEPTEMBER, "paid", 55.0, {column: parts[0]}), source="september")
    assert whole(programme(plan, entire, twice, sheets, told[0]), SEPTEMBER)["numerator"] == 95


@pytest.mark.parametrize("by_category", [True, False])
def test_an_erratum_of_one_fund_leaves_the_axis_where_another_fund_is_told(by_category):
    """The plan says nothing of funds, what is committed does: 90 stands, 65 is of one of two."""
    of_plan = [{"region_category": name} for name in ("More developed", "Less developed")] if by_category else [{}]
    told = [
        *(finance(("I", SEPTEMBER, "allocation", 300.0, part), fund="", source="september") for part in of_plan),
        finance(("I", SEPTEMBER, "paid", 90.0), fund="", region_category="", source="september"),
        *(finance(("I", SEPTEMBER, "committed", 50.0), fund=fund, source="september") for fund in ("ESF", "YEI")),
        finance(("I", SEPTEMBER, "paid", 65.0), fund="ESF", region_category="", source="zz-erratum"),
    ]
    data = programme(*told)
    assert whole(data, SEPTEMBER)["numerator"] == 90
    assert "superseded" not in set(check(data)["check"])


def test_an_erratum_of_one_axis_alone_leaves_the_total():
    """What the other axes have is not known: the total stands."""
    row = whole(programme(PLAN, TOTAL, sheet(SEPTEMBER, "paid", 100.0, source="zz-erratum")), SEPTEMBER)
    assert (row["numerator"], row["note"]) == (180, "published_total")


def test_an_earlier_document_by_axis_does_not_replace_a_later_total():
    later = finance(("ALL", SEPTEMBER, "paid", 210.0), source="zz-erratum")
    row = whole(programme(PLAN, PAID, later), SEPTEMBER)
    assert (row["numerator"], row["note"]) == (210, "published_total")


def test_the_reserve_follows_the_series():
    """EU support of 100 and 100 by category of region, the first corrected to 120: 6% of 220 is 13.2."""

    def plan(category, amount, source):
        return finance(
            ("I", SEPTEMBER, "allocation", 2 * amount, {"eu_amount_eur": amount}),
            source=source,
            region_category=category,
        )

    told = [plan("Less developed", 100.0, "september"), plan("Transition", 100.0, "september")]
    data = programme(*told, plan("Less developed", 120.0, "zz-erratum"))
    aims = targets(
        *(
            ("I", "", f"CO0{number}", "1", "2014-01-01", 200.0, {"region_category": category, "milestone": 100.0})
            for number, category in enumerate(("Less developed", "Transition"), start=1)
        ),
        in_performance_framework=True,
    )
    rows = performance_framework(achievements(), data.finance, aims)
    assert rows["reserve_source"].tolist() == ["estimate", "estimate"]
    assert rows["reserve_eur"].tolist() == pytest.approx([7.2, 6.0])


def test_an_erratum_of_one_axis_beside_a_total_is_told_of_both_documents():
    """The sheet has 180 and axes I and II (90, 60), the erratum 100 for I: 160 of 180, of two documents; 180 stands."""
    told = [PLAN, TOTAL, sheet(SEPTEMBER, "paid", 90.0, 60.0, source="september")]
    data = programme(*told, sheet(SEPTEMBER, "paid", 100.0, source="zz-erratum"))
    row = only(check(data), check="axes_against_total")
    assert (row["found"], row["expected"], row["reason"]) == (160, 180, "incomplete")
    assert set(row["source"].split(";")) == {"september", "zz-erratum"}
    assert whole(data, SEPTEMBER)["numerator"] == 180


def test_without_any_plan_a_total_is_replaced_by_all_axes_alone():
    told = [sheet(SEPTEMBER, "committed", 200.0, 150.0, 80.0, source="september"), TOTAL]
    one = programme(*told, sheet(SEPTEMBER, "paid", 100.0, source="zz-erratum"))
    amounts = financial_progress(one.finance, cutoff=SEPTEMBER, by="programme")
    assert only(amounts, indicator="payment_rate")["numerator"] == 180
    every = programme(*told, sheet(SEPTEMBER, "paid", 100.0, 65.0, 35.0, source="zz-erratum"))
    amounts = financial_progress(every.finance, cutoff=SEPTEMBER, by="programme")
    assert only(amounts, indicator="payment_rate")["numerator"] == 200


def test_a_sum_that_lacks_an_axis_of_the_plan_of_another_source_is_partial():
    plan = finance(*((axis, "2016-12-31", "allocation", 100.0) for axis in ("I", "II", "III")), source="plan")
    years = [("2017-12-31", 40.0), ("2018-12-31", 80.0)]
    sheet = finance(
        *((axis, date, "certified", amount) for date, amount in years for axis in ("I", "II")), source="sheet"
    )
    both = pd.concat([plan, sheet], ignore_index=True)
    row = only(financial_progress(both, cutoff="2018-12-31", by="programme"), indicator="certification_rate")
    assert (row["numerator"], row["denominator"]) == (160, 300)
    assert row["note"].split(";") == ["partial", "plan_of_other_source"]
    moved = financial_changes(both, cutoff="2018-12-31", compare_to="2017-12-31", by="programme")
    assert only(moved, indicator="certification_rate")["status"] == "partial"
