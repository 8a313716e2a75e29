"""`Report`: the same whatever was asked before, in every language; rules of a notebook and of a programme's folder."""

import json

import pandas as pd
import pytest

import porfse_analysis as pf
from porfse_analysis.display import blocks, tables
from porfse_analysis.display.cutoffs.comparison import CutoffComparison, open_cutoff_comparison
from porfse_analysis.display.review.tables import framework_rows, indicator_rows
from porfse_analysis.display.sheet.page import sheet_figures
from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.loaders.save import save_programme
from porfse_analysis.programme import make_programme
from porfse_analysis.reports.fingerprint import of_programme

CUTOFF = "2018-12-31"


@pytest.fixture(scope="module")
def data(bundled):
    return bundled


@pytest.fixture
def with_rules(copy_of_bundled):
    """Set the rules of a copy of the bundled programme; gives its folder."""

    def change(rules):
        path = copy_of_bundled / "datapackage.json"
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(descriptor | {"rules": rules}), encoding="utf-8")
        return copy_of_bundled

    return change


def later_needed(data):
    """The bundled programme where only a source of later dates counts participants, after the claim of them."""
    later = data.sources.iloc[[0]].assign(source="later", title_it="Dopo", title_en="Later")
    counted = data.achievements.assign(source=data.achievements["source"].astype("str"))
    counted = counted[counted["cutoff"] > "2018-09-30"].assign(source="later")
    names = ("axes", "finance", "targets", "claims", "eu_commitments")
    made = {name: getattr(data, name) for name in names}
    sources = pd.concat([data.sources, later], ignore_index=True)
    return make_programme(data.cci, data.titles, {**made, "achievements": counted, "sources": sources})


def test_the_sources_do_not_depend_on_what_was_asked_before(data):
    programme = later_needed(data)
    before, after = (pf.open_report(programme, cutoff="2018-09-30") for _ in range(2))
    verdicts = after.verdicts
    assert "later" in set(verdicts["data_source"]), "the case needs a verdict from the later source"
    assert before.sources["source"].tolist() == after.sources["source"].tolist()
    assert before.sources["source"].tolist()[-1] == "later"
    assert tables.sources(before).written().equals(tables.sources(after).written())


def test_verdicts_that_can_add_no_source_are_not_computed_for_it(data):
    report = pf.open_report(data, cutoff="2022-06-30")
    assert report.sources["source"].tolist() == data.sources["source"].tolist()
    assert "verdicts" not in vars(report.position)


def test_another_language_is_the_same_report(data):
    report = pf.open_report(data, cutoff=CUTOFF, lang="it")
    twin = report.in_language("en")
    assert (twin.lang, report.lang) == ("en", "it")
    assert twin.verdicts is report.verdicts
    assert twin.results is report.results
    with pytest.raises(ParameterError, match="fr"):
        report.in_language("fr")


def test_a_comparison_in_another_language_is_a_comparison(data):
    comparison = open_cutoff_comparison(data, cutoff=CUTOFF, lang="it")
    twin = comparison.in_language("en")
    assert type(twin) is CutoffComparison
    assert (twin.lang, twin.compare_to, twin.cutoff) == ("en", comparison.compare_to, comparison.cutoff)
    assert twin.changes.equals(comparison.changes)


def test_what_is_shown_in_a_shell_is_one_line(data):
    assert repr(pf.open_report(data, cutoff=CUTOFF)) == "<Report 2014IT05SFOP007 at 2018-12-31, it>"
    comparison = open_cutoff_comparison(data, cutoff=CUTOFF)
    assert repr(comparison) == "<CutoffComparison 2014IT05SFOP007 at 2018-12-31 beside 2018-09-30, it>"


# rules ---------------------------------------------------------------------------------------------------------------


def said(html):
    return html._repr_html_() if hasattr(html, "_repr_html_") else html


def test_rules_of_a_notebook_are_applied_and_said(data):
    rules = pf.RULES["2014-2020"].replace(years_to_cover=2, achieved_from=0.9)
    usual, report = (pf.open_report(data, cutoff=CUTOFF, lang="en", rules=given) for given in (None, rules))
    assert usual.rule_changes == []
    # commitments 2014 to 2020, covered two years later instead of three
    assert sorted(report.deadlines["year"].unique()) == list(range(2016, 2023))
    assert sorted(usual.deadlines["year"].unique()) == list(range(2017, 2024))
    sentence = (
        f"The notebook changed a rule (achieved_from), {tables.rules(usual).written().iloc[8, 0]}: 90% instead of 85%."
    )
    assert pf.rules_table(usual.rules)["name"][8] == "achieved_from"
    assert sentence in tables.rules(report).notes
    assert sentence in sheet_figures(report).notes
    assert sentence in said(blocks.review_lead(report))
    assert "instead of" not in said(blocks.review_lead(usual))
    italian = report.in_language("it")
    assert "Il notebook ha cambiato una regola (achieved_from)" in said(blocks.review_lead(italian))
    assert "90% invece di 85%" in said(blocks.review_lead(italian))


def test_every_verdict_of_a_page_applies_them(data, monkeypatch):
    """Each way from a report to a verdict hands over the report's rules."""
    rules = pf.RULES["2014-2020"].replace(assessed_by=("axis",), reserve_share=0.5)
    report = pf.open_report(data, cutoff=CUTOFF, rules=rules)
    usual = pf.open_report(data, cutoff=CUTOFF)
    mine = framework_rows(report)[["axis", "reserve_eur", "reserve_source"]]
    theirs = framework_rows(usual)[["axis", "reserve_eur", "reserve_source"]]
    estimated = theirs["reserve_source"] == "estimate"
    assert estimated.any()
    # half of the allocation instead of 6%
    assert (mine["reserve_eur"] / theirs["reserve_eur"])[estimated].round(6).unique().tolist() == [round(0.5 / 0.06, 6)]
    given = {}

    def seen(name):
        def call(*_args, rules, **_more):
            given[name] = rules
            raise ZeroDivisionError

        return call

    for home, name, ask in (
        ("porfse_analysis.verdicts.performance_framework", "judged", lambda: indicator_rows(report, "target")),
        ("porfse_analysis.display.report", "calendar", lambda: report.deadlines),
        ("porfse_analysis.display.report", "calendar", lambda: tables.payment_applications(report)),
        ("porfse_analysis.display.report", "check_claims", lambda: report.verdicts),
        ("porfse_analysis.verdicts.claims", "framework_indicators", lambda: pf.check_claims(data, rules=rules)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"{home}.{name}", seen(name))
            with pytest.raises(ZeroDivisionError):
                ask()
        # a claim on milestones is judged at the date of its document
        assert given.pop(name).replace(milestone_date=rules.milestone_date) == rules


def test_what_are_no_rules_of_the_programme_is_refused(data):
    with pytest.raises(ParameterError, match=r"give Rules, as pf\.RULES"):
        pf.open_report(data, cutoff=CUTOFF, rules={"achieved_from": 0.9})
    other = pf.RULES["2014-2020"].replace(achieved_from=0.9)
    object.__setattr__(other, "period", "2021-2027")
    with pytest.raises(ParameterError, match="2014IT05SFOP007"):
        pf.open_report(data, cutoff=CUTOFF, rules=other)


def test_rules_of_the_folder_are_applied_and_said(with_rules):
    programme = pf.load_programme(with_rules({"achieved_from": 0.9, "serious_excludes": ["output", "result"]}))
    report = pf.open_report(programme, cutoff=CUTOFF, lang="en")
    assert report.rules.achieved_from == 0.9
    assert report.rules.serious_excludes == ("output", "result")
    by = {change.name: (change.by, change.instead_of, change.value) for change in report.rule_changes}
    assert by == {
        "achieved_from": ("programme", 0.85, 0.9),
        "serious_excludes": ("programme", ("result",), ("output", "result")),
    }
    assert "The folder of the programme changes a rule (achieved_from)" in said(blocks.review_lead(report))
    # a notebook has the last word, and what it sets aside is said
    notebook = pf.open_report(programme, cutoff=CUTOFF, rules=pf.RULES["2014-2020"].replace(achieved_from=0.9))
    assert [(change.name, change.by, change.value) for change in notebook.rule_changes] == [
        ("serious_excludes", "notebook", ("result",)),
        ("achieved_from", "programme", 0.9),
    ]


def test_rules_of_the_folder_stay_with_the_programme(with_rules, tmp_path, data):
    programme = pf.load_programme(with_rules({"serious_counts": "achievement_set"}))
    assert programme.until(pd.Timestamp(CUTOFF)).rules == {"serious_counts": "achievement_set"}
    saved = save_programme(programme, tmp_path / "saved")
    assert pf.load_programme(saved).rules == {"serious_counts": "achievement_set"}
    # and every report of it is due
    changed, before = of_programme(programme), of_programme(data)
    assert changed.keys() == before.keys()
    assert not [date for date in before if changed[date] == before[date]]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"serious_cuonts": "achievement_set"}, r"column rules\.serious_cuonts: .*Did you mean 'serious_counts'\?"),
        ({"achieved_from": "high"}, r"column rules\.achieved_from: '\"high\"' .*it is a number, zero or more"),
        ({"serious_counts": "both"}, r"column rules\.serious_counts: .*one of either, serious_set, achievement_set"),
        ({"assessed_by": [["axis"]]}, r"column rules\.assessed_by: .*it holds some of axis, fund, region_category"),
        ({"assessed_by": [1, "axis"]}, r"column rules\.assessed_by: .*it holds some of axis, fund, region_category"),
        ({"serious_counts": {"a": 1}}, r"column rules\.serious_counts: .*one of either, serious_set, achievement_set"),
        ({"period": "2021-2027"}, r"column rules\.period: .*is not a rule"),
        (["serious_counts"], "column rules: .*is not an object"),
        ("achievement_set", "column rules: .*is not an object"),
    ],
)
def test_faults_of_the_folders_rules_are_named(with_rules, rules, message):
    with pytest.raises(DataError, match=message) as raised:
        pf.load_programme(with_rules(rules))
    assert "datapackage.json" in str(raised.value)


def test_a_programme_of_a_period_without_rules_sets_none(with_rules):
    folder = with_rules({"serious_counts": "achievement_set"})
    path = folder / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace("2014IT05SFOP007", "2019IT05SFOP007"), encoding="utf-8")
    with pytest.raises(DataError, match="the period of 2019IT05SFOP007 has none"):
        pf.load_programme(folder)
