"""Findings on keys that do not meet, partitions of participants, fractions of people and doubtful percentages."""

import dataclasses
import re

import pandas as pd
import pytest
from frames import CCI, achievements, small_programme, targets

from porfse_analysis import check, open_report, participants, women_and_men
from porfse_analysis.codes import is_result
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.indicators.percentages import exceeded_tenfold
from porfse_analysis.indicators.results import counts_result
from porfse_analysis.loaders.cohesion_data import open_tables
from porfse_analysis.verdicts.checks import check_tables
from porfse_analysis.verdicts.indicator_checks import doubtful_percentages, neighbouring_keys, partitions

ENDS = "2018-12-31"


def programme(values, aims=()):
    tables = {"achievements": achievements(*values, programme=CCI, source="ec")}
    return small_programme(**tables, targets=targets(*aims, programme=CCI, source="ec"))


def found(programme, name, **more):
    findings = check(programme, **more)
    return findings[findings["check"] == name].reset_index(drop=True)


def said(findings, lang="en"):
    return word_findings(findings, lang)["message"].tolist()


# -- people under a type that does not say whom it counts --------------------------------------------------------------

NEW = "2021XX05SFPR001"


@pytest.mark.parametrize(("kind", "fund"), [("COMMON", "ESF+"), ("own", "ESF"), ("COMMON", "YEI"), ("OESF", "ESF+")])
def test_people_count_under_a_type_that_does_not_say_the_fund(kind, fund):
    more = {"indicator_type": kind, "fund": fund, "women": 60.0, "men": 40.0}
    table = achievements(("1", "ESO4.1", "EECO01", "2024-12-31", 100.0, more), programme=NEW)
    assert participants(table, cutoff="2024-12-31")["value"].tolist() == [100.0]
    assert women_and_men(table, cutoff="2024-12-31")["women"].tolist() == [60.0]
    assert check_tables({"achievements": table}, cutoff="2024-12-31").empty


def test_people_of_a_fund_that_counts_others_are_named():
    rows = [("1", "JSO8.1", "EECO01", day, count, {"indicator_type": "COMMON", "fund": "JTF"}) for day, count in DAYS]
    table = achievements(*rows, programme=NEW)
    assert participants(table, cutoff="2024-12-31").empty
    findings = check_tables({"achievements": table}, cutoff="2024-12-31")
    (row,) = findings[findings["check"] == "uncounted_people"].to_dict("records")
    assert (row["severity"], row["found"], row["reason"], row["other_source"]) == ("warning", 1200.0, "COMMON", "JTF")
    told = findings[findings["check"] == "uncounted_people"]
    assert "1,200 participants of fund JTF and type COMMON are not counted" in said(told)[0]
    assert "1.200 partecipanti del fondo JTF e del tipo COMMON non sono contati" in said(told, "it")[0]


DAYS = [("2024-06-30", 700.0), ("2024-12-31", 1200.0)]


@pytest.mark.parametrize(
    ("kind", "fund"), [("OERDF", "ERDF"), ("COMMON", "ERDF"), ("own", "CF"), ("COMMON_OUT", "EAFRD"), ("OEMFF", "EMFF")]
)
def test_enterprises_under_a_code_of_people_are_no_people(kind, fund):
    more = {"indicator_type": kind, "fund": fund}
    table = achievements(("I", "3a", "CO01", ENDS, 84.0, more), programme=CCI)
    assert participants(table, cutoff=ENDS).empty
    assert check_tables({"achievements": table}, cutoff=ENDS).empty


def test_a_common_result_is_one_to_divide_by_and_to_doubt():
    rows = pd.DataFrame(
        [
            ("COMMON", "ESF+", "EECR05"),
            ("COMMON", "ESF+", "EECO01"),
            ("COMMON", "ERDF", "RCR01"),
            ("RESF", "ESF", "own"),
            ("OESF", "ESF+", "EECO01"),
        ],
        columns=["indicator_type", "fund", "indicator_code"],
    )
    assert is_result(rows).tolist() == [True, False, False, True, False]
    got = achievements(
        ("1", "ESO4.1", "EECR05", "2024-12-31", 10.0, {"indicator_type": "COMMON", "fund": "ESF+"}), programme=NEW
    )
    assert counts_result("person_in_work")(got).all()


# -- a target whose values stand under another key --------------------------------------------------------------------

AIM = ("I", "8i", "CO01", "1", "2015-12-31", 100)


@pytest.mark.parametrize(
    ("priority", "more", "under"),
    [
        ("8i", {"fund": "YEI"}, "8i CO01 (YEI, OESF)"),
        ("8ii", {}, "8ii CO01 (ESF, OESF)"),
        ("8i", {"region_category": "Transition"}, "8i CO01 (ESF, Transition, OESF)"),
        ("8i", {"indicator_type": ""}, "8i CO01 (ESF)"),
    ],
)
def test_values_under_a_neighbouring_key_are_found(priority, more, under):
    rows = found(programme([("I", priority, "CO01", ENDS, 50, more)], [AIM]), "neighbouring_key")
    (row,) = rows.to_dict("records")
    assert (row["severity"], row["axis"], row["expected"]) == ("warning", "I", 100)
    assert (row["figure"], row["reason"]) == ("8i CO01 (ESF, OESF)", under)
    assert said(rows) == [
        f"The target of 8i CO01 (ESF, OESF) has no value, while the same indicator has values under {under}, which has "
        "no target. Check how the key is written: fund, priority, category of region, type."
    ]
    assert said(rows, "it")[0].startswith("Il target di 8i CO01 (ESF, OESF) non ha valori")


def test_the_nearest_key_is_named():
    values = [
        ("I", "8iv", "CO01", ENDS, 5, {"fund": "YEI"}),
        ("I", "8iv", "CO01", ENDS, 5),
        ("I", "9i", "CO01", ENDS, 5, {"fund": "YEI"}),
    ]
    assert found(programme(values, [AIM]), "neighbouring_key")["reason"].tolist() == ["8iv CO01 (ESF, OESF)"]


@pytest.mark.parametrize(
    ("values", "aims"),
    [
        # it has a value of its own
        ([("I", "8i", "CO01", ENDS, 0), ("I", "8ii", "CO01", ENDS, 5)], [AIM]),
        # the other key has its own target
        ([("I", "8ii", "CO01", ENDS, 5)], [AIM, ("I", "8ii", "CO01", "1", "2015-12-31", 7)]),
        # of another axis, of another indicator, or without a value
        ([("II", "8i", "CO01", ENDS, 5), ("I", "8i", "CO03", ENDS, 5), ("I", "8ii", "CO01", ENDS, None)], [AIM]),
        # the plan has dropped the target
        ([("I", "8ii", "CO01", ENDS, 5)], [AIM, ("I", "9i", "CO17", "2", "2016-12-31", 7)]),
    ],
)
def test_no_neighbouring_key(values, aims):
    assert found(programme(values, aims), "neighbouring_key").empty


# -- the participants, three times ------------------------------------------------------------------------------------

PEOPLE = [("CO01", 60), ("CO03", 30), ("CO05", 10)]
AGES = [("CO06", 25), ("CO06a", 70), ("CO07", 5)]
EDUCATION = [("CO09", 40), ("CO10", 35), ("CO11", 20), ("CO11a", 5)]


def counts(*groups, axis="I", date=ENDS):
    return [(axis, "8i", code, date, value) for group in groups for code, value in group]


def test_partitions_that_hold_are_silent():
    assert found(programme(counts(PEOPLE, AGES, EDUCATION)), "partition").empty


def test_a_difference_is_found_with_its_figures():
    ages = [("CO06", 25), ("CO06a", 70), ("CO07", 8)]
    education = [("CO09", 40), ("CO10", 35), ("CO11", 20), ("CO11a", 3)]
    rows = found(programme(counts(PEOPLE, ages, education)), "partition")
    cells = ["severity", "axis", "figure", "reason", "expected", "found", "reference", "source", "unit"]
    people = "CO01 + CO03 + CO05"
    assert rows[cells].to_numpy().tolist() == [
        ["warning", "ALL", "CO06 + CO06a + CO07", people, 100, 103, 3, "ec", "participant"],
        ["warning", "ALL", "CO09 + CO10 + CO11 + CO11a", people, 100, 98, 2, "ec", "participant"],
    ]
    assert said(rows)[0] == (
        "Source ec: CO06 + CO06a + CO07 add up to 103 people, CO01 + CO03 + CO05 to 100: the difference is 3. They are "
        "all the participants, counted by age, by education and by employment: check."
    )
    assert "CO06 + CO06a + CO07 sommano 103 persone" in said(rows, "it")[0]


def test_people_of_an_axis_that_tells_no_part_are_not_held_against_those_of_another():
    values = [*counts(PEOPLE, AGES, EDUCATION), *counts(PEOPLE, axis="II")]
    assert found(programme(values), "partition").empty
    # by age, but not by education
    values += counts([("CO06", 25), ("CO06a", 70), ("CO07", 6)], axis="II")
    rows = found(programme(values), "partition")
    assert rows[["figure", "expected", "found"]].to_numpy().tolist() == [["CO06 + CO06a + CO07", 200, 201]]


def test_it_is_the_position_of_the_programme_that_is_compared():
    # axis I has one too many by age, axis II one too few
    values = counts(PEOPLE, [("CO06", 26), ("CO06a", 70), ("CO07", 5)])
    values += counts(PEOPLE, [("CO06", 24), ("CO06a", 70), ("CO07", 5)], axis="II")
    assert found(programme(values), "partition").empty
    # two dates are two positions
    later = counts(PEOPLE, [("CO06", 26), ("CO06a", 70), ("CO07", 5)], date="2019-12-31")
    rows = found(programme([*values, *later]), "partition")
    assert rows["cutoff"].dt.date.map(str).tolist() == ["2019-12-31"]


@pytest.mark.parametrize(
    "values",
    [
        counts(PEOPLE),
        counts(AGES, EDUCATION),
        # the parts that the Commission reckons are not reported: the others are fewer
        counts(PEOPLE, [("CO06", 25), ("CO07", 5)], [("CO09", 40), ("CO10", 35), ("CO11", 20)]),
        # a value is missing
        counts(PEOPLE, [("CO06", None), ("CO06a", 70), ("CO07", 5)]),
        counts([("CO01", 60), ("CO03", None), ("CO05", 10)], AGES),
        # published for the whole programme, and missing there
        [
            *(("ALL", "", code, ENDS, n) for code, n in (("CO01", None), *PEOPLE[1:], *AGES)),
            ("I", "8i", "CO12", ENDS, 5),
        ],
        # the youth initiative has none of CO05 and CO07
        counts([("CO01", 60), ("CO03", 30)], [("CO06", 50), ("CO06a", 40)]),
        # the ERDF has indicators of its own under these codes
        [(*row, {"fund": "ERDF", "indicator_type": "OERDF"}) for row in counts(PEOPLE, [("CO06a", 1)])],
    ],
)
def test_what_was_not_reported_makes_no_finding(values):
    assert found(programme(values), "partition").empty


def test_a_part_can_never_be_above_all_participants():
    rows = found(programme(counts(PEOPLE, [("CO06", 101)])), "partition")
    assert rows[["expected", "found"]].to_numpy().tolist() == [[100, 101]]


def test_the_bundled_programme_has_its_participants_three_times(bundled):
    rows = bundled.achievements
    totals = [63_542, 187_716, 300_656, 376_232, 397_748]
    for codes in (("CO01", "CO03", "CO05"), ("CO06", "CO06a", "CO07"), ("CO09", "CO10", "CO11", "CO11a")):
        sums = rows[rows["indicator_code"].isin(codes)].groupby("cutoff")["value"].sum()
        assert sums[sums.index.year >= 2016].tolist() == totals
    findings = check(bundled)
    assert not findings["check"].isin(["partition", "neighbouring_key", "fractional_count"]).any()
    one = (rows["indicator_code"] == "CO06a") & (rows["cutoff"] == "2020-12-31") & (rows["investment_priority"] == "8i")
    wrong = dataclasses.replace(bundled, achievements=rows.assign(value=rows["value"].where(~one, rows["value"] + 1)))
    assert found(wrong, "partition")[["expected", "found"]].to_numpy().tolist() == [[397_748, 397_749]]


# -- people with decimals ---------------------------------------------------------------------------------------------


def test_a_published_fraction_is_found_with_all_its_decimals(bundled):
    rows = bundled.achievements
    place = rows.index[(rows["indicator_code"] == "CO01") & (rows["investment_priority"] == "8i")]
    wrong = dataclasses.replace(
        bundled, achievements=rows.assign(value=rows["value"].mask(rows.index.isin(place), 1.005))
    )
    found_rows = found(wrong, "fractional_count")
    (row,) = found_rows.to_dict("records")
    assert (row["severity"], row["figure"], row["found"]) == ("warning", "8i CO01", 1.005)
    assert str(row["cutoff"].date()) == "2020-12-31"
    assert "1.005 people" in said(found_rows)[0]
    assert "1,005 persone" in said(found_rows, "it")[0]


def test_residents_with_decimals_are_found(bundled):
    people = bundled.population
    wrong = dataclasses.replace(bundled, population=people.assign(residents=people["residents"] + 0.5))
    assert found(wrong, "fractional_count")["figure"].tolist() == ["ITC4"]


# -- targets that may be percentages ----------------------------------------------------------------------------------


def doubtful():
    values = [
        ("I", "8i", "CO01", ENDS, 1000),
        ("I", "8i", "CR01", ENDS, 60),
        ("I", "8i", "CR02", ENDS, 120),
        ("II", "9i", "CO01", ENDS, 2000),
        ("II", "9i", "CR05", ENDS, 30),
    ]
    aims = [
        ("I", "8i", "CR01", "1", "2014-12-31", 40),
        ("I", "8i", "CR02", "1", "2014-12-31", 50),
        ("II", "9i", "CR05", "1", "2014-12-31", 80),
    ]
    return programme(values, aims)


def test_doubtful_percentages_are_one_finding_of_each_axis():
    rows = found(doubtful(), "percentage_suspected")
    cells = ["severity", "axis", "figure", "expected", "found", "reference", "unit"]
    assert rows[cells].to_numpy().tolist() == [
        ["info", "I", "8i CR02", 50, 120, 2, "targets"],
        ["info", "II", "9i CR05", 80, 30, 1, "targets"],
    ]
    assert said(rows) == [
        "2 targets may be percentages while the values count people; the highest ratio is that of 8i CR02: 120 on a "
        "target of 50. The ratios are doubtful and in no count, mean or drawing.",
        "1 target may be a percentage while the value counts people, 9i CR05: 30 on a target of 80; the ratio "
        "is doubtful and in no count, mean or drawing.",
    ]
    assert said(rows, "it")[0].startswith("2 target possono essere percentuali")
    assert said(rows, "it")[1].startswith("1 target può essere una percentuale")


def test_doubtful_percentages_stand_in_the_report():
    report = open_report(doubtful(), cutoff=ENDS, lang="en")
    assert report.findings["check"].tolist().count("percentage_suspected") == 2


# -- the Commission's whole tables ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(shared_data):
    folder = shared_data / "ec"
    tables, _ = open_tables(folder / "ec_finance_implementation.csv.gz", folder / "ec_indicators.csv.gz")
    return tables["achievements"], tables["targets"]


@pytest.mark.long
def test_the_partitions_hold_in_every_programme(whole):
    people = whole[0][whole[0]["fund"].isin(["ESF", "YEI"])]
    assert people["programme"].nunique() == 184
    assert list(partitions(people)) == []


def test_one_target_of_the_tables_stands_beside_its_values(whole):
    rows = list(neighbouring_keys(*whole, pd.Timestamp("2022-06-30")))
    assert [(row["programme"], row["axis"], row["figure"], row["reason"]) for row in rows] == [
        (
            *("2014GR16M2OP004", "5"),
            *("9vi CO05 (ESF, Less developed, OESF)", "9i CO05 (ESF, Less developed, OESF)"),
        )
    ]


def test_before_any_target_no_key_lacks_its_value():
    begun = targets(("I", "8i", "CO01", "1", "2014-12-31", 10.0), source="ec")
    reached = achievements(("I", "9i", "CO01", "2013-12-31", 5.0), source="ec")
    assert list(neighbouring_keys(reached, begun, pd.Timestamp("2014-01-01"))) == []


def test_the_doubtful_of_the_tables_are_74_of_41_axes(whole):
    at = pd.Timestamp("2022-06-30")
    rows = list(doubtful_percentages(*whole, exceeded_tenfold(*whole, at, "target"), at))
    assert (len(rows), sum(row["reference"] for row in rows)) == (41, 74)


def test_a_value_of_a_plan_without_result_targets_exceeds_none_of_the_plan_before():
    reached = achievements(("I", "8i", "CR06", "2017-12-31", 900), programme=CCI)
    of_results = targets(("I", "8i", "CR06", "1", "2015-12-31", 60), programme=CCI)
    outputs_alone = targets(("I", "8i", "CO01", "2", "2017-06-30", 100), programme=CCI)
    at = pd.Timestamp(ENDS)
    assert exceeded_tenfold(reached, of_results, at, "target")["target"].tolist() == [60]
    assert exceeded_tenfold(reached, pd.concat([of_results, outputs_alone]), at, "target").empty


# -- names ------------------------------------------------------------------------------------------------------------


def test_every_common_indicator_has_a_name(bundled, shared_data):
    table = pd.read_csv(shared_data / "ec" / "ec_indicators.csv.gz", usecols=["fund", "ind_code"], dtype=str)
    codes = set(bundled.achievements["indicator_code"]) | set(table.loc[table["fund"].isin(["ESF", "YEI"]), "ind_code"])
    assert {"CO06a", "CO11a", "CO23", "CR12"} <= codes
    for code in codes:
        for lang in wording.LANGUAGES:
            assert not re.fullmatch(r"\s*", wording.text(f"indicator.{code}", lang)), (code, lang)


def test_a_milestone_above_its_target_is_found():
    aims = [
        ("I", "8i", code, "1", "2015-12-31", target, {"milestone": milestone})
        for code, milestone, target in (("CO01", 120, 100), ("CO03", 100, 100), ("CO05", 10, None))
    ]
    rows = found(programme([], aims), "milestone_above_target", cutoff=ENDS)
    assert rows[["severity", "axis", "found", "expected"]].values.tolist() == [["warning", "I", 120, 100]]
    (sentence,) = said(rows)
    assert sentence.endswith("is 120, above the target of 100 that it leads to. Check both at their source.")


def test_a_target_that_only_got_its_category_is_the_same():
    """CO01 is told its category, CO03 too and is changed; CO05 is told apart in two, which replace it."""
    before = [("I", "8i", code, "1", "2015-12-31", 100) for code in ("CO01", "CO03", "CO05")]
    more, less = {"region_category": "More developed"}, {"region_category": "Less developed"}
    after = [("I", "8i", code, "2", "2017-12-31", target, more) for code, target in (("CO01", 100), ("CO03", 90))]
    after += [("I", "8i", "CO05", "2", "2017-12-31", 50, place) for place in (more, less)]
    rows = found(programme([], before + after), "target_change", cutoff=ENDS)
    told = rows.sort_values("reason")[["reason", "figure", "found"]].values.tolist()
    assert told == [["added", "8i CO05, 8i CO05", 2], ["changed", "8i CO03", 1], ["dropped", "8i CO05", 1]]
