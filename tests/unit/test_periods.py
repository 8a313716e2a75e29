"""The programming periods as data: found by the code, told nowhere else, each with its own rules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest
from frames import achievements, finance, targets

import porfse_analysis
from porfse_analysis import load_programme, open_report, participants, schema
from porfse_analysis.display import tables as pages
from porfse_analysis.display.words.framework import _details
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.display.words.rules import word_rules
from porfse_analysis.errors import ParameterError
from porfse_analysis.periods import PERIODS, period_of
from porfse_analysis.programme import make_programme
from porfse_analysis.verdicts.checks import check
from porfse_analysis.verdicts.claims import check_claims
from porfse_analysis.verdicts.decommitment import calendar, decommitment
from porfse_analysis.verdicts.performance_framework import framework_indicators, performance_framework
from porfse_analysis.verdicts.rules import NO_RULES, RULES, rules_of, rules_table

FOLDER = Path(__file__).parents[1] / "data" / "invented-programme-2021"
PACKAGE = Path(porfse_analysis.__file__).parent
EXAMPLES = ("loaders/template.py",)
"""Tables of invented rows, which have to be of some year."""

RULES_2007, RULES_2021 = RULES["2007-2013"], RULES["2021-2027"]


@pytest.fixture(scope="module")
def data():
    return load_programme(FOLDER)


def test_the_period_is_found_by_the_code():
    assert period_of("2014IT05SFOP007") is PERIODS["2014-2020"]
    assert period_of("2021IT05SFPR008") is PERIODS["2021-2027"]
    assert period_of("2007IT052PO006").milestone is None
    assert period_of("2019IT05SFOP007") is None
    assert period_of("20141T05SFOP007") is None
    assert period_of("") is None


def test_what_the_periods_say_of_themselves():
    said = {name: (period.milestone, period.target, list(period.years)[-1]) for name, period in PERIODS.items()}
    assert said == {
        "2007-2013": (None, None, 2013),
        "2014-2020": (2018, 2023, 2020),
        "2021-2027": (2024, 2029, 2027),
    }
    for name, rules in RULES.items():
        assert rules.period == name
        assert list(rules.commitment_years) == list(PERIODS[name].years)
        for lang in ("it", "en"):
            worded = word_rules(rules_table(name), lang)
            assert worded["rule"].is_unique
            assert (worded != "").all(axis=None)


def strings_and_numbers(path: Path) -> list[object]:
    """Every constant of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said]


def test_no_year_of_a_period_stands_in_the_code():
    year, alone = range(2005, 2035), re.compile(r"20(0[5-9]|[123]\d)(-\d\d-\d\d|-20\d\d)?")
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).as_posix() in EXAMPLES:
            continue
        for value in strings_and_numbers(path):
            if (isinstance(value, int) and value in year) or (isinstance(value, str) and alone.fullmatch(value)):
                found.append((path.name, value))
    assert found == []


# --- 2021-2027 ---


def test_n_plus_3_of_2021_spreads_the_first_commitment(data):
    # 33.28 million in all: 0.5% of it is 166,400; two shares more in 2022 and in 2023
    rows = calendar(data.eu_commitments, data.finance, cutoff="2024-12-31", rules=RULES_2021)[0]
    assert rows["year"].tolist() == [2024, 2025, 2026, 2027, 2028, 2029]
    assert rows["commitments_to"].tolist() == [2021, 2022, 2023, 2024, 2025, 2027]
    assert rows["commitments_eu"].tolist() == [3_000_000, 7_500_000, 12_500_000, 18_000_000, 23_500_000, 33_280_000]
    assert rows["prefinancing_eu"].tolist() == [998_400, 1_164_800, *[1_331_200] * 4]
    assert rows["target_eu"].iloc[0] == 2_001_600
    assert rows["payment_applications_eu"].tolist() == [7_400_000] * 6
    assert rows["status"].tolist() == ["covered", "covered", *["undetermined"] * 4]
    assert rows["other_readings"].iloc[1] == (
        "first_commitment_spread=(1,):undetermined;prefinancing_mode=none:undetermined"
    )
    assert rows["surplus_eu"].iloc[0] == 5_398_400


def test_the_flexibility_amount_is_left_out_where_the_rule_says_so(data):
    without = RULES_2021.replace(flexibility_counted=False)
    row = decommitment(data.eu_commitments, data.finance, year=2029, rules=without).iloc[0]
    assert (row["commitments_eu"], row["reserve_excluded_eu"]) == (28_390_000, 4_890_000)
    plan = data.eu_commitments.assign(flexibility_amount_eur=float("nan"))
    row = decommitment(plan, data.finance, year=2029, rules=without).iloc[0]
    assert (row["status"], row["needs"]) == ("not_available", "flexibility_missing:2021,2022,2023,2024,2025,2026,2027")


def test_a_year_without_commitment_has_no_deadline(data):
    plan = data.eu_commitments.copy()
    plan.loc[plan["year"] == 2021, "eu_commitment_eur"] = 0.0
    rows = calendar(plan, data.finance, cutoff="2024-12-31", rules=RULES_2021)[0].set_index("year")
    assert rows.loc[2024, "status"] == "no_deadline"
    assert rows.loc[2025, "commitments_eu"] == 4_000_000


def test_milestones_and_targets_of_2021_are_followed_and_not_judged(data):
    verdicts = performance_framework(data)
    assert set(verdicts["status"]) == {"not_assessed"}
    assert set(verdicts["note"]) == {"no_test"}
    assert set(verdicts[["below", "failing", "readings"]].to_numpy().ravel()) == {""}
    assert set(verdicts["assessed_at"]) == {pd.Timestamp("2024-12-31")}
    found = framework_indicators(data).set_index(["investment_priority", "indicator_code"])
    assert found.loc[("ESO4.1", "EECO01"), "ratio"] == 1.25
    assert found.loc[("ESO4.8", "EECO01"), "ratio"] == pytest.approx(3000 / 3500)
    final = framework_indicators(data, against="target").set_index(["investment_priority", "indicator_code"])
    assert final["ratio"].tolist() == [0.25, 0.3, 0.225]
    assert not final["in_serious_test"].any()


def test_participants_of_2021_are_the_total_the_regulation_asks_for(data):
    people = participants(data, cutoff="2024-12-31", by="programme").iloc[0]
    assert (people["value"], people["note"]) == (
        8000,
        "",
    )  # 5,000 and 3,000 of two objectives: nobody published the sum
    early = participants(data, cutoff="2023-12-31", by="programme").iloc[0]
    assert early["value"] == 50


def test_participants_of_2021_are_checked_against_their_parts(data):
    assert check(data)["check"].tolist() == []
    table = data.achievements.copy()
    table.loc[(table["indicator_code"] == "EECO05") & (table["value"] == 500), "value"] = 400
    found = check(make_programme(data.cci, data.titles, tables(data) | {"achievements": table}))
    row = found[found["check"] == "partition"].iloc[0]
    assert (row["figure"], row["expected"], row["found"]) == ("EECO02 + EECO04 + EECO05", 8000, 7900)


def test_a_figure_of_the_programme_comes_before_those_of_its_axes():
    both = achievements(
        ("ALL", "", "CO01", "2016-12-31", 100),
        ("1", "8i", "CO01", "2016-12-31", 60),
        ("2", "9i", "CO01", "2016-12-31", 30),
        ("1", "8i", "CO03", "2016-12-31", 7),
    )
    whole = participants(both, cutoff="2016-12-31", by="programme").iloc[0]
    assert whole["value"] == 107
    by_axis = participants(both, cutoff="2016-12-31").set_index("axis")["value"]
    assert by_axis.to_dict() == {"1": 67, "2": 30}


def test_a_figure_of_a_priority_comes_before_those_of_the_axes_in_that_priority_alone():
    both = achievements(
        ("ALL", "8i", "CO01", "2016-12-31", 100),
        ("1", "8i", "CO01", "2016-12-31", 60),
        ("2", "9i", "CO01", "2016-12-31", 30),
        ("ALL", "10i", "CO01", "2016-12-31", 5),
    )
    assert participants(both, cutoff="2016-12-31", by="programme").iloc[0]["value"] == 135
    total = pd.concat([both, achievements(("ALL", "", "CO01", "2016-12-31", 140))])
    assert participants(total, cutoff="2016-12-31", by="programme").iloc[0]["value"] == 140


# --- 2007-2013 ---


def even_profile(year: int) -> float:
    """The commitments of a programme that grows by two in a hundred every year."""
    return round(1_000_000 * 1.02 ** (year - 2007), 2)


def test_the_certification_targets_of_2007_are_those_that_were_published():
    # medians of 52 programmes at the ends of 2010 to 2013, published by OpenCoesione: 8.5, 24.7, 41.2, 58.0 per cent;
    # by hand: 13.7202 of 2008 and a sixth of 13.4512 of 2007, less 7.5, are 8.462, and so on
    cci = "2007XX052PO001"
    plan = pd.DataFrame({"year": range(2007, 2014), "fund": "ESF", "source": "s"})
    plan = plan.assign(eu_commitment_eur=plan["year"].map(even_profile))
    plan = schema.conform("eu_commitments", plan, programme=cci)
    support = plan["eu_commitment_eur"].sum()
    money = finance(("I", "2009-12-31", "allocation", 2 * support, {"eu_amount_eur": support}), programme=cci)
    rows = calendar(plan, money, cutoff="2015-12-31", rules=RULES_2007)[0].set_index("year")
    shares = (rows["target_eu"] / support * 100).round(2)
    assert shares.loc[2010:2013].tolist() == [8.46, 24.7, 41.21, 58.02]
    assert rows["status"].to_dict()[2009] == "no_deadline"
    assert rows["status"].to_dict()[2015] == "settled_at_closure"


# --- no period ---


def test_a_code_of_no_known_period_gets_no_verdict_and_a_finding():
    cci = "2019XX05SFOP001"
    money = finance(
        ("1", "2020-12-31", "allocation", 100.0, {"eu_amount_eur": 50.0}),
        ("1", "2020-12-31", "certified", 90.0),
        programme=cci,
    )
    people = achievements(("1", "8i", "CO01", "2020-12-31", 10), programme=cci)
    aims = targets(("1", "8i", "CO01", "1", "2016-12-31", 20, {"in_performance_framework": True}), programme=cci)
    plan = schema.conform(
        "eu_commitments",
        pd.DataFrame({"year": [2014], "fund": "ESF", "eu_commitment_eur": 10.0, "source": "s"}),
        programme=cci,
    )
    assert rules_of(cci) is None
    assert performance_framework(people, money, aims)["note"].tolist() == ["no_rules"]
    assert framework_indicators(people, money, aims).empty
    assert decommitment(plan, money, year=2018)["note"].tolist() == ["no_rules"]
    assert participants(people, cutoff="2020-12-31")["note"].tolist() == ["not_reported"]
    axes = schema.conform("axes", pd.DataFrame({"axis": ["1"], "technical_assistance": ["no"]}), programme=cci)
    sources = schema.conform("sources", pd.DataFrame({"source": ["s"], "title_it": ["s"]}), programme=cci)
    programme = make_programme(
        cci,
        {"it": "p", "en": "p"},
        {
            "axes": axes,
            "finance": money,
            "sources": sources,
            "achievements": people,
            "targets": aims,
            "eu_commitments": plan,
        },
    )
    finding = check(programme).iloc[0]
    assert (finding["check"], finding["figure"], finding["severity"]) == ("no_period", cci, "warning")
    assert check_claims(programme).empty
    assert NO_RULES.replace() == NO_RULES
    with pytest.raises(ParameterError, match="is not a rule"):
        NO_RULES.replace(achieved_from=0.9)


def test_words_of_a_period():
    said = period_words(["2021IT05SFPR008"], "en")
    assert (said["milestone_year"], said["target_year"], said["n_rule"]) == ("2024", "2029", "N+3")
    assert period_words(["2007IT052PO006"], "it")["n_rule"] == "N+2"
    assert period_words(["2007IT052PO006"], "it")["objective_heading"] == "Priorità"
    mixed = period_words(["2014IT05SFOP007", "2021IT05SFPR008"], "it")
    assert (mixed["target_year"], mixed["participant_codes"]) == ("di fine periodo", "")


@pytest.mark.parametrize(
    ("lang", "heading", "row"),
    [
        ("it", "Obiettivo specifico", "asse, obiettivo specifico"),
        ("en", "Specific objective", "axis, specific objective"),
    ],
)
def test_pages_of_2021_have_specific_objectives(data, lang, heading, row):
    report = open_report(data, cutoff="2024-12-31", lang=lang)
    assert heading in [column.label for column in pages.targets(report).columns]
    assert row in report.text("caption.targets", dates="", broken="")
    older = open_report(load_programme(), cutoff="2018-12-31", lang=lang)
    assert heading not in [column.label for column in pages.targets(older).columns]
    note = pd.DataFrame([{"programme": data.cci, "note": "percentage_sum", "data_date": pd.NaT}])
    note = note.assign(target_unit="%", value_unit="%").iloc[0]
    assert {"it": "più obiettivi specifici", "en": "several specific objectives"}[lang] in _details(note, lang)[0]


def tables(programme) -> dict[str, pd.DataFrame]:
    return {name: getattr(programme, name) for name in schema.TABLES}


def test_programmes_of_2021_are_compared_by_their_own_social_fund(data):
    from porfse_analysis.display.programmes.comparison import compare_programmes

    twin = load_programme(FOLDER)
    other = make_programme("2021XX05SFPR998", data.titles, retold(twin, "2021XX05SFPR998"))
    comparison = compare_programmes([data, other], cutoff="2024-12-31", lang="en")
    assert comparison.fund == "ESF+"
    assert set(comparison.members["programme"]) == {data.cci, other.cci}
    assert comparison.text("compare.table_targets", date="d", scope="s") == "2029 targets of each programme at d (s)"


def retold(programme, cci: str) -> dict[str, pd.DataFrame]:
    """The tables of a programme as those of another."""
    return {name: frame.assign(programme=cci) for name, frame in tables(programme).items()}
