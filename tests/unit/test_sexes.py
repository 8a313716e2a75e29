"""Women and men among the people reached: the published total counts, and what does not add up to it is found."""

import pandas as pd
import pytest
from frames import achievements, only, small_programme

import porfse_analysis as pf
from porfse_analysis.display.programme_report.results import results_by_sex
from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.indicators.sexes import grand_total

DAY = "2020-12-31"

PEOPLE = achievements(
    ("I", "8i", "CO01", DAY, 100.0, {"women": 60.0, "men": 40.0}),
    ("I", "8i", "CO03", DAY, 50.0, {"women": 20.0, "men": 30.0}),
    ("II", "9i", "CO05", DAY, 30.0, {"women": 12.0, "men": 15.0}),
)


def told(people, by="axis", cutoff=DAY, **wanted):
    return only(pf.women_and_men(people, cutoff=cutoff, by=by), **wanted)


def test_women_and_men_of_an_axis_are_those_of_its_participants():
    row = told(PEOPLE, axis="I")
    assert (row["value"], row["women"], row["men"]) == (150.0, 80.0, 70.0)
    assert (row["women_share"], row["men_share"]) == (80 / 150, 70 / 150)
    assert (row["unit"], row["data_date"], row["note"]) == ("participant", pd.Timestamp(DAY), "")


def test_the_total_counts_as_published_where_the_two_do_not_add_up():
    row = told(PEOPLE, axis="II")
    assert (row["value"], row["women"], row["men"], row["note"]) == (30.0, 12.0, 15.0, "sexes_differ")
    assert row["women_share"] == 0.4
    row = told(PEOPLE, by="programme")
    assert (row["axis"], row["value"], row["women"], row["men"], row["note"]) == (
        "ALL",
        180.0,
        92.0,
        85.0,
        "sexes_differ",
    )


def test_men_are_never_the_rest():
    row = told(achievements(("I", "8i", "CO01", DAY, 100.0, {"women": 60.0})), axis="I")
    assert (row["women"], row["women_share"]) == (60.0, 0.6)
    assert pd.isna(row["men"])
    assert pd.isna(row["men_share"])
    # a frame of before there were men
    row = told(achievements(("I", "8i", "CO01", DAY, 100.0, {"women": 60.0})).drop(columns="men"), axis="I")
    assert pd.isna(row["men"])


def test_women_of_a_part_or_of_another_date_are_not_those_of_the_total():
    # CO03 does not tell them apart: 60 are not the women among 150
    part = achievements(("I", "8i", "CO01", DAY, 100.0, {"women": 60.0}), ("I", "8i", "CO03", DAY, 50.0))
    assert pf.women_and_men(part, cutoff=DAY).empty
    earlier = achievements(("I", "8i", "CO01", "2019-12-31", 90.0, {"women": 60.0}), ("I", "8i", "CO01", DAY, 100.0))
    assert pf.women_and_men(earlier, cutoff=DAY).empty
    # of the indicator it is told with its own date and total
    row = told(earlier, by="indicator", indicator_code="CO01")
    assert (row["value"], row["women"], row["data_date"], row["note"]) == (90, 60, pd.Timestamp("2019-12-31"), "stale")


def test_every_indicator_that_tells_them_apart():
    people = pd.concat([PEOPLE, achievements(("I", "8i", "CR06", DAY, 10.0, {"women": 6.0, "men": 4.0}))])
    rows = pf.women_and_men(people, cutoff=DAY, by="indicator")
    assert rows[["axis", "indicator_code", "women", "men"]].to_numpy().tolist() == [
        ["I", "CO01", 60.0, 40.0],
        ["I", "CO03", 20.0, 30.0],
        ["I", "CR06", 6.0, 4.0],
        ["II", "CO05", 12.0, 15.0],
    ]


def test_a_third_value_may_be_missing_from_the_sum():
    people = {"programme": "2021XX05SFPR001", "fund": "ESF+"}
    row = told(achievements(("1", "ESO4.1", "EECO01", DAY, 100.0, {"women": 60.0, "men": 38.0}), **people), axis="1")
    assert row["note"] == ""
    row = told(achievements(("1", "ESO4.1", "EECO01", DAY, 100.0, {"women": 60.0, "men": 42.0}), **people), axis="1")
    assert row["note"] == "sexes_differ"


def test_what_does_not_add_up_is_found():
    found = pf.check(small_programme(achievements=PEOPLE, sources=("s",)), cutoff=DAY)
    row = only(found, check="sexes")
    assert (row["severity"], row["axis"], row["figure"], row["reason"]) == ("warning", "II", "9i CO05", "differ")
    assert (row["expected"], row["found"]) == (30.0, 27.0)
    more = achievements(("II", "9i", "CO05", DAY, 30.0, {"women": 20.0, "men": 15.0}))
    row = only(pf.check(small_programme(achievements=more, sources=("s",)), cutoff=DAY), check="sexes")
    assert (row["reason"], row["found"]) == ("above", 35.0)


def test_men_above_the_total_cannot_be():
    with pytest.raises(DataError, match="is above value, of which it is a part"):
        small_programme(achievements=achievements(("I", "8i", "CO01", DAY, 10.0, {"men": 11.0})), sources=("s",))


def test_the_grand_total_is_a_figure_of_its_own():
    people = pd.concat([PEOPLE, achievements(("I", "8i", "GRAND_TOTAL", DAY, 200.0, {"women": 110.0, "men": 90.0}))])
    # it is added to nothing
    assert only(pf.participants(people, cutoff=DAY), axis="I")["value"] == 150.0
    assert grand_total(people, pd.Timestamp(DAY))["value"].tolist() == [200.0]
    assert grand_total(PEOPLE, pd.Timestamp(DAY)).empty
    assert told(people, by="indicator", indicator_code="GRAND_TOTAL")["women"] == 110.0
    assert (
        pf.check(small_programme(achievements=people, sources=("s",)), cutoff=DAY).query("check == 'grand_total'").empty
    )
    less = pd.concat([PEOPLE, achievements(("I", "8i", "GRAND_TOTAL", DAY, 149.0))])
    row = only(pf.check(small_programme(achievements=less, sources=("s",)), cutoff=DAY), check="grand_total")
    assert (row["expected"], row["found"], row["reason"]) == (150.0, 149.0, "CO01 + CO03 + CO05")


def test_nobody_tells_them_apart(bundled):
    # the Commission's tables have no columns of men and women
    assert pf.women_and_men(bundled, cutoff=DAY).empty
    assert pf.women_and_men(bundled, cutoff=DAY, by="indicator").empty


def test_groupings():
    with pytest.raises(ParameterError, match="by='fund': use axis, programme or indicator"):
        pf.women_and_men(PEOPLE, cutoff=DAY, by="fund")


@pytest.mark.parametrize(
    ("lang", "places"),
    [
        ("en", ["1 less developed regions", "1 transition regions", "2", "Whole programme"]),
        ("it", ["1 regioni in transizione", "1 regioni meno sviluppate", "2", "Intero programma"]),
    ],
)
def test_rows_of_the_page_say_what_tells_them_apart(lang, places):
    def people(axis, region):
        return (axis, "8i", "CO01", DAY, 100.0, {"women": 60.0, "region_category": region})

    rows = [people("1", "Transition"), people("1", "Less developed"), people("2", "Transition"), people("ALL", "")]
    report = pf.open_report(small_programme(achievements=achievements(*rows, source="ec")), cutoff=DAY, lang=lang)
    _, axis, *_ = results_by_sex(report).typed()["columns"]
    assert sorted(axis["values"]) == places
