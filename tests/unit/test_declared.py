"""Every indicator is declared once, in every language, and nothing a reader sees lacks a translation."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from porfse_analysis import INDICATORS, all_indicators, load_programme, rules_table
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.wording import LANGUAGES
from porfse_analysis.indicators import certification_targets, eu_payments, financial, per_capita, results, targets
from porfse_analysis.indicators.registry import SPEND_STAGES
from porfse_analysis.indicators.result import BOUNDS, NOTES
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS
from porfse_analysis.schema import STAGES, TARGET_KINDS
from porfse_analysis.verdicts import decommitment, performance_framework
from porfse_analysis.verdicts.checks import CHECKS, SEVERITIES
from porfse_analysis.verdicts.claims import NEEDS, REASONS, VERDICTS
from porfse_analysis.verdicts.reserve import SOURCES

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "porfse_analysis"


def test_every_result_is_declared():
    programme = load_programme()
    for cutoff in ("2014-12-31", "2018-09-30", "2022-06-30"):
        results = all_indicators(programme, cutoff=cutoff)
        assert set(results["indicator"]) <= set(INDICATORS)
        units = results.drop_duplicates("indicator").set_index("indicator")["unit"]
        assert units.to_dict() == {name: INDICATORS[name].unit for name in units.index}


def test_every_name_a_function_can_give_is_declared():
    names = {*financial.RATES.values(), *targets.AGAINST.values(), "participants", "residents", "eu_payment_rate"}
    names |= {"certification_target_ratio"}
    names |= {f"certification_rate_of_{base}" for base in financial.CERTIFICATION_BASES if base != "allocation"}
    names |= {f"{stage}_spend_per_{person}" for stage in STAGES for person in ("participant", "resident")}
    names |= {f"{stage}_spend_per_{name}" for stage in SPEND_STAGES for name in results.RESULTS}
    assert names == set(INDICATORS)


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda indicator: indicator.id)
def test_a_declaration_is_complete_in_every_language(indicator):
    assert indicator.formula
    assert indicator.unit
    assert indicator.source
    for text in (indicator.title, indicator.definition):
        assert all(text.values()), f"{indicator.id} has an empty text"
        assert len(set(text.values())) == len(LANGUAGES), f"{indicator.id} is not translated"


def test_public_indicator_functions_say_what_they_return():
    for function in (
        financial.financial_progress,
        financial.certification_rate,
        targets.target_achievement_ratio,
        per_capita.per_capita_spend,
        certification_targets.certification_target_ratio,
        eu_payments.eu_payment_rate,
    ):
        for word in ("Formula:", "Parameters\n", "Returns\n", "unit", "Notes", "References\n"):
            assert word in function.__doc__, f"{function.__name__} does not say {word}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_catalogue_read_group_by_group_is_the_whole_of_it(lang):
    whole = PACKAGE / "display" / "words" / "catalogue" / f"{lang}.toml"
    assert wording.catalogue(lang) == tomllib.loads(whole.read_text(encoding="utf-8"))


def entries():
    texts = {}
    for lang in LANGUAGES:
        for group, names in wording.catalogue(lang).items():
            for name, entry in names.items():
                texts.setdefault(f"{group}.{name}", {})[lang] = entry
    return list(texts.items())


def forms(entry):
    """The texts of an entry: its plural forms, the words read for it, or the one it is."""
    if isinstance(entry, list):
        return [" | ".join(entry)]
    return list(entry.values()) if isinstance(entry, dict) else [entry]


@pytest.mark.parametrize(("key", "entry"), entries(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_catalogue_is_complete(key, entry):
    assert set(entry) == set(LANGUAGES), f"{key} is not in every language"
    fields = {}
    for lang in LANGUAGES:
        texts = forms(entry[lang])
        assert all(texts), f"{key} is empty in {lang}"
        if isinstance(entry[lang], dict):
            assert {"one", "other"} <= set(entry[lang]), f"{key} lacks a plural form in {lang}"
        fields[lang] = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
    assert all(found == fields[LANGUAGES[0]] for found in fields.values()), f"{key} has other placeholders: {fields}"


def used_keys():
    pattern = re.compile(r'(?:text|_language|_written\("\w+",)\(?\s*f?"([a-z_]+\.[^"]+)"')
    return {
        (key, path.name)
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".j2")
        for key in pattern.findall(path.read_text(encoding="utf-8"))
    }


def test_every_text_asked_for_is_in_the_catalogue():
    plain = {key for key, _ in used_keys() if "{" not in key}
    assert plain, "no text is asked for: the pattern of this test is wrong"
    missing = sorted(key for key in plain if not wording.has_text(key))
    assert not missing


def test_texts_asked_for_by_code_are_in_the_catalogue():
    keys = [f"stage.{stage}" for stage in STAGES]
    keys += [f"note.{code}" for code in NOTES]
    keys += [f"severity.{severity}" for severity in SEVERITIES]
    keys += [f"verdict.{verdict}" for verdict in VERDICTS]
    keys += [f"claim_reason.{reason}" for reason in REASONS]
    keys += [f"claim_need.{need}" for need in NEEDS]
    keys += [f"framework_status.{status}" for status in performance_framework.STATUSES]
    keys += [f"framework_reserve.{source}" for source in SOURCES]
    keys += [f"decommitment_status.{status}" for status in decommitment.STATUSES]
    keys += [f"decommitment_need.{need}" for need in decommitment.NEEDS]
    keys += [f"rule.{re.sub('_20[0-9][0-9]$', '', name)}" for name in rules_table()["name"]]
    keys += [f"indicator_kind.{kind}" for kind in TARGET_KINDS]
    keys += [f"notebook.{name}" for name in REPORT_NOTEBOOKS]
    keys += [f"qualifier.{name}" for name in ("exact", *BOUNDS)]
    # what is told of a folder alone is on no page of several programmes
    keys += [f"compare.check_{name}" for name in CHECKS if name not in ("no_period", "former_name", "to_supply")]
    assert not [key for key in keys if not wording.has_text(key)]
    catalogue = wording.catalogue("en")["finding"]
    assert not [check for check in CHECKS if not any(key.startswith(check) for key in catalogue)]


def test_every_text_of_the_catalogue_is_used():
    asked = [re.escape(key) for key, _ in used_keys()]
    patterns = [re.compile(re.sub(r"\\\{.*?\\\}", ".+", key)) for key in asked]
    unused = [
        key
        for key, _ in entries()
        if not any(pattern.fullmatch(key) for pattern in patterns)
        and not key.startswith(
            (
                *("finding.", "indicator.", "stage.", "note.", "severity.", "qualifier.", "notebook.", "rule_value."),
                *("indicator_yei.", "indicator_erdf.", "region_category.", "formula_words.", "citation."),
                *("amount_words.", "source_words.", "term_forms.", "line."),
            )
        )
    ]
    assert not unused


def test_every_phrase_of_the_citations_is_in_one():
    citations = [*rules_table()["source"], *(indicator.source for indicator in INDICATORS.values())]
    phrases = list(wording.catalogue("en")["citation"].values())
    assert not [phrase for phrase in phrases if not any(phrase in citation for citation in citations)]
    assert wording.citation("Impl. Reg. (EU) 215/2014 art. 5 and 6", "it") == "Reg. di esec. (UE) 215/2014 art. 5 e 6"
    assert wording.citation("Impl. Reg. (EU) 215/2014 art. 5 and 6", "en") == "Impl. Reg. (EU) 215/2014 art. 5 and 6"


def test_every_phrase_about_sources_is_in_one(bundled):
    said = {text for name in ("publisher", "page", "licence") for text in bundled.sources[name]}
    said |= {"rows of all programmes", "rows of 2014IT05SFOP007 without those of CF"}  # what an import writes
    phrases = list(wording.catalogue("en")["source_words"].values())
    assert not [phrase for phrase in phrases if not any(phrase in text for text in said)]


def test_a_missing_text_is_named():
    with pytest.raises(KeyError, match=r"no 'stage\.spent' in 'it'"):
        wording.text("stage.spent", "it")
