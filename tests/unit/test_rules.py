"""The table of rules: complete, explained, and changed only on purpose."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re

import pandas as pd
import pytest

from porfse_analysis.display.words import wording
from porfse_analysis.display.words.rules import word_rules
from porfse_analysis.errors import ParameterError
from porfse_analysis.verdicts.rules import RULES, Rules, rules_of, rules_table

RULES_2014 = RULES["2014-2020"]


def test_values_are_attributes() -> None:
    assert RULES_2014.achieved_from == 0.85
    assert RULES_2014.derogation_from == 0.75
    assert RULES_2014.serious_below == 0.65
    assert RULES_2014.derogation_min_indicators == 3
    assert RULES_2014.reserve_share == 0.06
    assert RULES_2014.years_to_cover == 3
    assert RULES_2014.serious_excludes == ("result",)
    assert RULES_2014.claims_counted_share == 1.0
    assert RULES_2014.reserve_counted_from_deadline is None


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("initial_prefinancing_2014", 0.01),
        ("initial_prefinancing_2015", 0.01),
        ("initial_prefinancing_2016", 0.01),
        ("annual_prefinancing_2016", 0.02),
        ("annual_prefinancing_2017", 0.02625),
        ("annual_prefinancing_2018", 0.0275),
        ("annual_prefinancing_2019", 0.02875),
        ("annual_prefinancing_2020", 0.03),
        ("annual_prefinancing_2021", 0.02),
        ("annual_prefinancing_2022", 0.02),
        ("annual_prefinancing_2023", 0.02),
    ],
)
def test_prefinancing_rates(name: str, rate: float) -> None:
    assert getattr(RULES_2014, name) == rate


def test_every_rule_says_where_it_stands_and_what_it_means() -> None:
    table = rules_table("2014-2020")
    assert list(table) == ["period", "name", "value", "unit", "status", "source"]
    assert table["name"].is_unique
    assert set(table["status"]) == {"confirmed", "unconfirmed"}
    for column in ("name", "unit", "source"):
        assert (table[column].str.strip() != "").all(), column
    for lang in ("it", "en"):
        worded = word_rules(table, lang)
        assert list(worded) == ["rule", "value", "status", "source"]
        assert worded["rule"].is_unique
        assert (worded != "").all(axis=None)


def test_what_no_source_confirmed_is_marked() -> None:
    status = rules_table("2014-2020").set_index("name")["status"]
    assert status["serious_counts"] == "unconfirmed"
    assert status["annual_prefinancing_2021"] == "unconfirmed"
    assert status["claims_counted_share"] == "unconfirmed"
    assert status["prefinancing_mode"] == "unconfirmed"
    assert status["decommitted_by"] == "unconfirmed"
    assert status["annual_prefinancing_lacks"] == "unconfirmed"
    assert status["reserve_counted_from_deadline"] == "confirmed"
    assert status["serious_excludes"] == "confirmed"
    assert status["initial_prefinancing_2014"] == "confirmed"


def test_a_changed_rule_shows_in_the_table_and_leaves_the_original_alone() -> None:
    changed = RULES_2014.replace(achieved_from=0.9, achievement_excludes=["result"])
    assert (changed.achieved_from, RULES_2014.achieved_from) == (0.9, 0.85)
    assert changed.achievement_excludes == ("result",)
    row = rules_table(changed).set_index("name").loc["achieved_from"]
    assert row["status"] == "changed"
    assert row["value"] == 0.9
    assert row["source"].startswith("set by the caller instead of 0.85: ")
    assert "art. 6(2)" in row["source"]


def test_the_same_value_is_no_change() -> None:
    assert RULES_2014.replace(achieved_from=0.85) == RULES_2014


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"achieved_form": 0.9},
            r"'achieved_form' is not a rule of 2014-2020\. Did you mean 'achieved_from'\?",
        ),
        ({"achieved_from": "85%"}, "achieved_from cannot be '85%': it is a number, zero or more"),
        ({"achieved_from": -0.1}, "it is a number, zero or more"),
        ({"achieved_from": float("nan")}, "it is a number, zero or more"),
        ({"achieved_from": None}, "it is a number, zero or more"),
        ({"derogation_min_indicators": 2.5}, "it is a whole number"),
        ({"derogation_min_indicators": True}, "it is a number"),
        ({"serious_counts": "all"}, "it is one of either, serious_set, achievement_set"),
        ({"serious_excludes": ("results",)}, "it holds some of financial, output, result"),
        ({"serious_excludes": "result"}, "it holds some of"),
        ({"zero_milestone_reached": 1}, "it is True or False"),
        ({"milestone_date": "31-12-2018"}, "a date is written YYYY-MM-DD"),
        ({"milestone_date": 2018}, "a date is written YYYY-MM-DD"),
        ({"reserve_counted_from_deadline": "never"}, "it is a number"),
    ],
)
def test_a_value_a_rule_cannot_have_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        RULES_2014.replace(**values)


def test_unknown_names_and_periods() -> None:
    with pytest.raises(AttributeError, match="no attribute 'achieved_form'"):
        RULES_2014.achieved_form  # noqa: B018
    with pytest.raises(ParameterError, match=r"no rules for '2000-2006'\. Periods: 2007-2013, 2014-2020, 2021-2027"):
        rules_table("2000-2006")


def test_rules_survive_a_copy_and_another_process() -> None:
    assert copy.deepcopy(RULES_2014) == RULES_2014
    assert pickle.loads(pickle.dumps(RULES_2014)).achieved_from == 0.85


def test_each_value_keeps_its_own_type() -> None:
    values = rules_table("2014-2020").set_index("name")["value"]
    assert values["derogation_min_indicators"] == 3
    assert isinstance(values["derogation_min_indicators"], int)
    assert values["serious_excludes"] == ("result",)
    assert values["zero_milestone_reached"] is True
    assert pd.isna(values["reserve_counted_from_deadline"])


def test_rules_in_words() -> None:
    table = rules_table(RULES_2014.replace(serious_excludes=(), achieved_from=0.9))
    words = {
        lang: word_rules(table, lang).set_index(table["name"]).loc[:, ["rule", "value", "status"]]
        for lang in ("it", "en")
    }
    assert words["en"].loc["annual_prefinancing_2017"].tolist() == [
        "annual pre-financing of 2017",
        "2.625%",
        "not verified",
    ]
    assert words["it"].loc["annual_prefinancing_2017", "value"] == "2,625%"
    assert words["en"].loc["achieved_from"].tolist() == [
        "ratio from which an indicator is achieved",
        "90%",
        "changed by the caller",
    ]
    assert words["it"].loc["milestone_date", "value"] == "31/12/2018"
    assert words["it"].loc["serious_excludes", "value"] == "nessuno"
    assert words["it"].loc["zero_milestone_reached", "value"] == "sì"
    assert words["en"].loc["years_to_cover", "value"] == "3"


@pytest.mark.parametrize("lang", ["it", "en"])
def test_every_choice_of_a_rule_has_its_word(lang) -> None:
    choices = {
        choice
        for field in dataclasses.fields(Rules)
        if field.metadata.get("unit") == "choice"
        for choice in field.metadata["allowed"]
    }
    assert {"annual", "initial_only", "category", "either", "certified"} <= choices
    groups = ("rule_value", "stage")
    assert [c for c in sorted(choices) if not any(c in wording.catalogue(lang)[group] for group in groups)] == []


def test_a_rule_has_one_of_three_statuses() -> None:
    """A rule that was not found in a source is to be confirmed where it can be read otherwise, else not verified."""
    table = rules_table("2014-2020")
    words = {lang: word_rules(table, lang)["status"].set_axis(table["name"]) for lang in ("it", "en")}
    assert words["en"][["achieved_from", "closure_flexibility", "derogation_min_indicators"]].tolist() == [
        "confirmed",
        "to be confirmed",
        "not verified",
    ]
    assert words["it"][["achieved_from", "closure_flexibility", "derogation_min_indicators"]].tolist() == [
        "confermata",
        "da confermare",
        "non verificata",
    ]


def test_a_short_name_stands_for_the_rules() -> None:
    assert repr(RULES_2014) == "<Rules 2014-2020>"
    assert repr(RULES_2014.replace(achieved_from=0.9)) == "<Rules 2014-2020; changed: achieved_from=0.9>"


def test_a_programme_has_the_rules_of_its_own_period_or_none() -> None:
    assert rules_of("2014IT05SFOP007") == RULES_2014
    assert rules_of("2007IT052PO006") == RULES["2007-2013"]
    assert rules_of("2021IT05SFPR003") == RULES["2021-2027"]
    assert rules_of("2019IT05SFPR003") is None
    assert rules_of("") is None
    changed = RULES_2014.replace(achieved_from=0.9)
    assert rules_of("2014IT05SFOP007", changed) == changed
    assert rules_of("2021IT05SFPR003", changed) is None


def test_the_other_readings_of_what_is_to_be_confirmed() -> None:
    readings = list(RULES_2014.other_readings(["serious_counts", "claims_counted_share", "achieved_from"]))
    assert [(name, value) for name, value, _ in readings] == [
        ("serious_counts", "serious_set"),
        ("serious_counts", "achievement_set"),
        ("claims_counted_share", 0.9),
    ]
    assert readings[1][2] == RULES_2014.replace(serious_counts="achievement_set")
    settled = RULES_2014.replace(serious_counts="achievement_set")
    assert list(settled.other_readings(["serious_counts"])) == []
    # every other reading is a value the rule can have
    everything = list(RULES_2014.other_readings(rule.name for rule in RULES_2014.rows))
    assert all(getattr(rules, name) == value for name, value, rules in everything)


def test_the_unit_of_a_rule_is_one_that_values_are_held_to() -> None:
    units = {"1", "indicator", "year", "date", "flag", "choice", "set", "parts"}
    assert set(rules_table()["unit"]) == units


def test_a_rule_has_one_field() -> None:
    shares = re.compile(r"(initial|annual|additional)_prefinancing_20\d\d")
    fields = {field.name for field in dataclasses.fields(Rules)} - {"period", "prefinancing"}
    assert {name for name in rules_table()["name"] if not shares.fullmatch(name)} == fields
    assert Rules().rows == ()
