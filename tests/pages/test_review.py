"""The performance review as readers see it: every verdict shown, and what is missing said."""

import base64
import dataclasses
import html
import re

import pytest
from page_maker import INVENTED

from porfse_analysis import open_report, resources
from porfse_analysis.display import blocks, tables
from porfse_analysis.display import figures as page_figures
from porfse_analysis.display.review import figures as review_figures
from porfse_analysis.display.review.lead import what_is_known
from porfse_analysis.display.words.claims import word_claims
from porfse_analysis.reports.plan import Run
from porfse_analysis.reports.results import collect_results, recorded
from porfse_analysis.reports.run import execute

NOTEBOOK = resources.notebooks_folder() / "performance_review.ipynb"


@pytest.fixture(scope="module", params=["it", "en"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def sheet(bundled, reports, lang):
    return reports(bundled, cutoff="2018-09-30", lang=lang)


@pytest.fixture(scope="module")
def assessed(invented, reports, lang):
    return reports(invented, cutoff="2018-12-31", lang=lang)


def words(page):
    return re.sub(r"<[^>]+>", " ", page)


OUTSIDE = {"it": "non fa parte del quadro di riferimento", "en": "not part of the performance framework"}
SAID = {
    "it": ("conseguito", "conseguito in deroga", "non conseguito", "grave carenza", OUTSIDE["it"]),
    "en": ("achieved", "achieved by derogation", "not achieved", "serious failure", OUTSIDE["en"]),
}


def test_every_status_of_the_framework(assessed, lang):
    shown = tables.framework(assessed).written()
    assert shown["status"].tolist() == [
        SAID[lang][0],
        SAID[lang][1],
        SAID[lang][2],
        SAID[lang][3],
        {
            "it": "indeterminato (da grave carenza a conseguito)",
            "en": "undetermined (from serious failure to achieved)",
        }[lang],
        SAID[lang][0],
        SAID[lang][2],
        SAID[lang][4],
    ]
    assert (
        shown["reserve_eur"].iloc[0]
        == {
            "it": "1.553.846,15 (stima)",
            "en": "1,553,846.15 (estimate)",
        }[lang]
    )
    card = review_figures.scorecard(assessed).html
    assert all(status in card for status in SAID[lang])


def test_which_verdicts_another_reading_would_change(assessed, lang):
    # axis 6 has a milestone of zero, and a weak result of the youth initiative
    notes = " ".join(tables.framework(assessed).notes)
    for said in {"it": ("6 ESF indeterminato", "6 YEI conseguito"), "en": ("6 ESF undetermined", "6 YEI achieved")}[
        lang
    ]:
        assert said in notes


def test_funds_of_one_axis_are_told_apart(assessed, lang):
    names = tables.framework(assessed).written()["axis"]
    assert [name.rsplit(" ", 1)[1] for name in names if name.startswith("6 ")] == ["(ESF)", "(YEI)"]
    assert "6 ESF CO06" in review_figures.framework(assessed).html
    card = words(review_figures.scorecard(assessed).html)
    assert "(ESF)" in card
    assert "(YEI)" in card


def test_before_the_assessment_nothing_is_worse_than_undetermined(invented, reports, lang):
    report = reports(invented, cutoff="2018-09-30", lang=lang)
    shown = tables.framework_indicators(report).written()
    ratios = dict(zip(shown["axis"] + " " + shown["indicator"].str.split().str[0], shown["ratio"], strict=True))
    assert ratios["1 F1"] == {"it": "almeno 70%", "en": "at least 70%"}[lang]
    statuses = tables.framework(report).written()["status"]
    worse = {"it": ("grave carenza", "non conseguito"), "en": ("serious failure", "not achieved")}[lang]
    assert not statuses.isin(worse).any()


def test_no_reserve_is_at_stake_after_the_decision(bundled, reports, lang):
    report = reports(bundled, cutoff="2019-12-31", lang=lang)
    assert "reserve_eur" not in tables.framework(report).written()
    assert {"it": "non è più in gioco", "en": "no longer at stake"}[lang] in review_figures.scorecard(report).html


def test_ratios_and_their_chart(assessed, lang):
    shown = tables.framework_indicators(assessed).written()
    ratios = dict(zip(shown["axis"] + " " + shown["indicator"].str.split().str[0], shown["ratio"], strict=True))
    assert ratios["1 CO05"] == "85%"
    assert ratios["4 F4"] == "60%"
    assert ratios["5 CO23"] == {"it": "n.d.", "en": "n/a"}[lang]
    assert ratios["6 YEI CR04"] == "50%"
    page = review_figures.framework(assessed).html
    alt = re.search(r'alt="([^"]*)"', page)[1]
    assert {"it": "4 F4 (finanziario) 60%", "en": "4 F4 (financial) 60%"}[lang] in alt
    assert {"it": "1 CO01 Disoccupati 90%", "en": "1 CO01 Unemployed 90%"}[lang] in alt
    assert "5 CO23" in page  # named as without a ratio
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1]).decode()
    assert "85%" in svg


def test_what_lacks_to_the_thresholds_and_what_would_follow(assessed, lang):
    table = tables.distances(assessed)
    shown = table.written()
    at_most, reached = {"it": ("al più 170", "raggiunto"), "en": ("at most 170", "reached")}[lang]
    assert shown["axis"].tolist() == ["2", "3", "4", "5", "6 YEI"]
    assert shown["missing_0"].tolist()[0] == "90"
    assert shown["missing_0"].tolist()[3] == at_most
    assert shown["missing_1"].tolist()[:2] == [reached, reached]
    # axis 4: F4 alone at 85% is enough, at 75 and 65% it is not
    done, short = SAID[lang][0], SAID[lang][2]
    assert shown["alone"].tolist()[2] == f"85%: {done}; 75%, 65%: {short}"
    axes = tables.hypotheses(assessed).written().set_index("axis")
    assert axes.loc["4", ["verdict_if_none", "all_0.85", "all_0.65"]].tolist() == [SAID[lang][3], done, short]


def test_closure_on_older_figures_is_no_verdict(invented, reports, lang):
    older = reports(invented, cutoff="2020-12-31", lang=lang)
    shown = tables.financial_correction(older).written().set_index("axis")
    none = {"it": "con queste cifre, nessuna", "en": "on these figures, none"}[lang]
    assert shown.loc["1", "status"] == none
    said = " ".join([*tables.financial_correction(older).notes, *tables.closure_balance(older).notes])
    for part in {
        "it": ("non è un esito", "la percentuale è da confermare"),
        "en": ("is no verdict", "to be confirmed"),
    }[lang]:
        assert part in said
    late = reports(invented, cutoff="2023-12-31", lang=lang)
    assert tables.financial_correction(late).written()["status"].unique().tolist() == [
        {"it": "nessuna", "en": "none"}[lang]
    ]


def test_closure_of_a_programme_without_certified_axes(sheet):
    # certified expenditure is published for the whole programme alone, and no framework is marked
    table = tables.closure_balance(sheet)
    assert table.written()["counted_eu"].tolist() in (["72,00"], ["72.00"])
    assert tables.financial_correction(sheet).frame.empty


def test_the_calendar_shows_what_each_fund_has_to_cover(assessed, lang):
    table = tables.calendar(assessed)
    shown = table.written()
    assert len(shown) == 14
    point = {"it": ",", "en": "."}[lang]
    rows = shown[shown["year"] == "31/12/2018"].set_index("part")
    # ESF 19 less 8.1 against 14.5, YEI 2 less 0.2 against 0.5
    assert rows["target_eu"].to_dict() == {"ESF": f"10{point}90", "YEI": f"1{point}80"}
    assert rows["gap_eu"].to_dict() == {"ESF": f"+3{point}60", "YEI": f"-1{point}30"}
    # of a deadline to come what is known is the least there can be
    later = shown[(shown["year"] == "31/12/2019") & (shown["part"] == "ESF")].iloc[0]
    assert (later["payment_applications_eu"], later["gap_eu"]) == (
        f"≥ 14{point}50",
        {"it": "n.d.", "en": "n/a"}[lang],
    )
    statuses = {
        "it": {"coperto", "a rischio", "non ancora deciso", "senza scadenza", "alla chiusura"},
        "en": {"covered", "at risk", "not decided yet", "no deadline", "at closure"},
    }
    assert set(shown["said"]) == statuses[lang]
    changed = {
        "it": "31/12/2018, YEI: coperto per l'intero programma",
        "en": "31/12/2018, YEI: covered for the whole programme",
    }[lang]
    assert sum(changed in note for note in table.notes) == 1
    alt = re.search(r'alt="([^"]*)"', page_figures.calendar(assessed).html)[1]
    assert f"10{point}90" in alt
    assert f"14{point}50" in alt
    # nothing was committed of YEI in 2016: no bar says that something is to be covered in 2019
    assert {"it": "2019 (aperta) ESF:", "en": "2019 (open) ESF:"}[lang] in alt
    assert {"it": "2019 (aperta) YEI:", "en": "2019 (open) YEI:"}[lang] not in alt


def test_the_deadline_of_one_fund_is_not_said_of_the_programme(invented):
    plan = invented.eu_commitments
    unknown = plan["performance_reserve_eur"].mask(plan["fund"] == "YEI")
    without = dataclasses.replace(invented, eu_commitments=plan.assign(performance_reserve_eur=unknown))
    report = open_report(without, cutoff="2017-12-31", lang="it")
    first = report.deadlines[report.deadlines["year"] == 2017].set_index("fund")
    assert first["status"].to_dict() == {"ESF": "covered", "YEI": "not_available"}
    assert "Scadenza N+3 del 31/12/2017: ESF coperto." in " ".join(what_is_known(report))
    reasons = tables.calendar_reasons(report).written()
    assert reasons.loc[reasons["deadline"] == "31/12/2017", "part"].tolist() == ["ESF"]


def test_every_verdict_on_claims(assessed, sheet, lang):
    verdicts = {
        "it": {"confermata", "contraddetta", "compatibile", "non verificabile"},
        "en": {"confirmed", "contradicted", "compatible", "not verifiable"},
    }[lang]
    for report in (assessed, sheet):
        assert set(tables.claim_verdicts(report).written()["verdict"]) == verdicts
    shown = tables.claim_verdicts(sheet).written()
    people = shown[shown["claim"].str.contains("187")]["why"].iloc[0]
    assert all(part in people for part in ("187", "716", "300", "656", "31/12/2017", "31/12/2018"))
    # the decided ones first; what to supply stands with `porfse check`
    named = ("contraddetta", "confermata") if lang == "it" else ("contradicted", "confirmed")
    assert shown["verdict"].tolist()[:7] == [named[0]] * 2 + [named[1]] * 5
    assert "needs" not in shown
    told = word_claims(sheet.verdicts, sheet.programme.claims, lang)
    milestones = told[told["claim"].str.contains("5 indicatori|5 output")]["needs"].iloc[0]
    for part in ("milestone", "in_performance_framework", "targets", {"it": "Tabella 6", "en": "Table 6"}[lang]):
        assert part in milestones
    added = shown[shown["claim"].str.contains("sommano|add up")]["why"].iloc[0]
    assert all(part in added for part in ("969", "970", "32", "874"))


def test_what_the_bundled_programme_lacks_is_said(sheet, bundled, reports, lang):
    table = {"it": "Tabella", "en": "Table"}[lang]
    indicators = words(tables.framework_indicators(sheet)._repr_html_())
    assert f"{table} 6" in indicators
    assert "porfse check" in indicators
    # one line and the reserve that depends on it; nothing of the targets of 2023 but that line
    line, reserve = blocks.framework(sheet)
    assert (line.name, reserve.name) == ("framework_indicators_milestone", "framework_milestone")
    assert list(reserve.written()) == ["axis", "status", "reserve_eur"]
    assert [part.name for part in blocks.framework(sheet, "target")] == ["framework_indicators_target"]
    later = reports(bundled, cutoff="2022-06-30", lang=lang)
    assert [part.name for part in blocks.framework(later)] == ["framework_indicators_milestone"]
    chart = words(page_figures.calendar(sheet).html)
    assert "eu_commitments" in chart
    assert f"{table} 17" in chart
    unknown = {"it": "non valutato", "en": "not assessed"}[lang]
    # axis V is technical assistance
    assert tables.framework(sheet).written()["status"].tolist() == [unknown] * 4 + [SAID[lang][4]]
    assert "pf-empty" in tables.framework(sheet, "target")._repr_html_()
    applications = tables.payment_applications(sheet).written()
    assert applications["payment_applications_eu"].tolist() == [{"it": "72.000.000,00", "en": "72,000,000.00"}[lang]]
    # what is known comes first, then one line on what cannot be assessed
    known, line = blocks.decommitment(sheet)
    assert known.name == "payment_applications"
    said = words(line.html)
    assert said.count("eu_commitments") == 1
    assert {"it": "N+3 non si possono valutare. Servono:", "en": "cannot be assessed. Needed:"}[lang] in said
    assert tables.calendar(sheet).frame.empty
    assert tables.calendar_reasons(sheet).frame.empty


def test_the_review_leads_with_what_is_known(sheet, assessed, lang):
    said = words(blocks.review_lead(sheet).html)
    counts = {
        "it": "5 sono confermate, 1 è contraddetta, 1 è compatibile con i dati e 21 non sono verificabili",
        "en": "5 are confirmed, 1 is contradicted, 1 is compatible with the data, and 21 cannot be verified",
    }[lang]
    assert counts in said
    assert {"it": "Dotazione dell'assistenza tecnica", "en": "Endowment of technical assistance"}[
        lang
    ] in html.unescape(said)
    assert {"it": "Non valutabili con questi dati:", "en": "Cannot be assessed with these data:"}[lang] in said
    assert said.index(counts) < said.index({"it": "Tabella 6", "en": "Table 6"}[lang])
    assert {"it": "Tabella 17", "en": "Table 17"}[lang] in said
    # where everything can be assessed it says how: axis 1 has 92, 100 and 85% of its milestones
    said = words(blocks.review_lead(assessed).html)
    assert {"it": "efficacia al 31/12/2018: conseguito: 1,", "en": "at 31/12/2018: achieved: 1,"}[
        lang
    ] in html.unescape(said)
    assert {
        "it": "N+3 del 31/12/2018: ESF coperto; YEI a rischio",
        "en": "of 31/12/2018: ESF covered; YEI at risk",
    }[lang] in said
    assert {"it": "Non valutabili", "en": "Cannot be assessed"}[lang] not in said


def test_unconfirmed_rules_stand_out(sheet, lang):
    table = tables.rules(sheet)
    shown = table.written()
    named = {"it": ("da confermare", "2,625%", "nessuno"), "en": ("to be confirmed", "2.625%", "none")}[lang]
    # those that can be read in another way, and apart from them those whose article was not read
    marked = shown.loc[shown["status"] == named[0], "rule"]
    assert len(marked) == 9
    unread = {"it": "non verificata", "en": "not verified"}[lang]
    assert set(shown["status"]) == {named[0], unread, ""}
    assert f"({(shown['status'] == unread).sum()})" in table.notes[0]
    assert {named[1], named[2]} <= set(shown["value"])
    assert not shown["value"].isin(["nan", "None"]).any()
    assert table.notes


def test_nothing_is_left_unworded(assessed, sheet):
    for report in (assessed, sheet):
        for name in tables.__all__:
            page = words(getattr(tables, name)(report)._repr_html_())
            assert not re.search(r"\bnan\b|NaT|None|\{|\}", page), name


def test_a_programme_of_other_dates(bundled, reports, lang):
    for cutoff in (bundled.cutoffs[0], bundled.cutoffs[-1]):
        report = reports(bundled, cutoff=cutoff, lang=lang)
        assert tables.framework(report)._repr_html_()
        assert page_figures.calendar(report).html
        assert review_figures.scorecard(report).html


@pytest.mark.long
@pytest.mark.parametrize(("folder", "cutoff"), [("", "2018-09-30"), (str(INVENTED), "2018-12-31")])
def test_the_notebook_runs(folder, cutoff, tmp_path, bundled, invented, pages):
    run = Run(NOTEBOOK, folder, cutoff, "it", tmp_path / "kernel")
    outcome = execute(run)
    assert outcome.reason == ""
    page = run.page.read_text(encoding="utf-8")
    for anchor in ("framework", "framework_final", "decommitment", "claims", "rules"):
        assert f'<h2 id="{anchor}"' in page
    assert "Verifica dell'efficacia" in html.unescape(html.unescape(page))
    (block,) = recorded(run.executed)
    assert block["rows"] == []
    assert collect_results([(run.executed, "it")]).empty
    # what the other tests look at is made without a kernel, and is the same
    plan = {"cutoffs": [cutoff], "notebooks": ["performance_review"], "languages": ["it"]}
    (other,) = pages.write(tmp_path / "shared", invented if folder else bundled, folder=folder, **plan)
    files = [path.relative_to(run.folder) for path in outcome.files if path != run.executed]
    assert [path.relative_to(other.run.folder) for path in other.files if path != other.run.executed] == files
    assert all((other.run.folder / path).read_bytes() == (run.folder / path).read_bytes() for path in files)
    assert recorded(other.run.executed) == [block]
