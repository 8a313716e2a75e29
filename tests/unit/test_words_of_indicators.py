"""What indicators, categories of region, formulas and axes without a title are called."""

import pytest

from porfse_analysis.codes import REGION_CATEGORIES
from porfse_analysis.display.words.indicators import formula, indicator_name, labelled, region_category
from porfse_analysis.display.words.wording import LANGUAGES
from porfse_analysis.indicators.registry import INDICATORS, indicators_of
from porfse_analysis.languages import axis_title


@pytest.mark.parametrize(
    ("code", "kind", "names"),
    [
        ("CO06a", "OESF", ("Dai 25 ai 54 anni", "From 25 to 54 years of age")),
        ("CO11a", "OESF", ("Senza titolo di studio", "Without a qualification from school")),
        ("CR11", "RYEI", ("Occupati dopo sei mesi", "Employed after six months")),
        ("CO01", "OESF", ("Disoccupati", "Unemployed")),
        ("EECO01", "OESF", ("Partecipanti", "Participants")),
        ("EECR05", "COMMON", ("Occupati dopo sei mesi", "In employment after six months")),
        ("CO01", "OERDF", ("Imprese sostenute", "Enterprises supported")),
        ("CO34", "OERDFCF", ("Minori emissioni di gas a effetto serra", "Lower emissions of greenhouse gases")),
        ("SO1", "OESF", ("", "")),
        ("CO01", "OXYZ", ("", "")),
    ],
)
def test_names_are_those_of_the_fund(code, kind, names):
    assert tuple(indicator_name(code, kind, lang) for lang in ("it", "en")) == names
    assert labelled(code, kind, "it") == (f"{code} {names[0]}" if names[0] else f"{code} ({kind})")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_common_indicator_has_a_name(lang):
    letters = {"CO06a", "CO11a"}
    esf = [f"CO{number:02}" for number in range(1, 24)] + [f"CR{number:02}" for number in range(1, 10)]
    named = [(code, "OESF") for code in (*esf, *letters)]
    # Reg. (EU) 2021/1057, Annex I
    named += [(f"EECO{number:02}", "OESF") for number in range(1, 20)]
    named += [(f"EECR{number:02}", "RESF") for number in range(1, 7)]
    named += [(f"CR{number:02}", "RYEI") for number in range(1, 13)]
    named += [(f"CO{number:02}", "OERDF") for number in range(1, 47)]
    assert all(indicator_name(code, kind, lang) for code, kind in named)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_categories_of_region_in_words(lang):
    assert all(region_category(category, lang) for category in REGION_CATEGORIES)
    assert region_category("Transition", "it") == "regioni in transizione"
    assert (region_category("", lang), region_category("Nord", lang)) == ("", "Nord")


def test_formulas_in_words():
    written = {name: formula(indicator.formula, "it") for name, indicator in INDICATORS.items()}
    assert written["selection_rate"] == "costo ammesso / dotazione"
    assert written["participants"] == "CO01 + CO03 + CO05 (2014-2020); EECO01 (2021-2027)"
    assert indicators_of("2014IT05SFOP007")["participants"].formula == "CO01 + CO03 + CO05"
    assert indicators_of("2021IT05SFPR008")["participants"].formula == "EECO01"
    assert written["residents"] == "residenti al 1° gennaio"
    assert written["milestone_achievement_ratio"] == "valore / target intermedio"
    assert written["paid_spend_per_resident"] == "pagamenti / residenti"


@pytest.mark.parametrize(
    ("row", "it", "en"),
    [
        ({"title_it": "Occupazione", "thematic_objective": "08"}, "Occupazione", "Occupazione"),
        (
            {"title_it": "", "title_en": "", "thematic_objective": "01"},
            "Obiettivo tematico 1: ricerca e innovazione",
            "Thematic objective 1: Research and innovation",
        ),
        ({"thematic_objective": "TA"}, "Assistenza tecnica", "Technical assistance"),
        ({"thematic_objective": "MULTI"}, "Più obiettivi tematici", "Several thematic objectives"),
        ({"thematic_objective": "99"}, "", ""),
        ({"thematic_objective": ""}, "", ""),
    ],
)
def test_an_axis_without_a_title_is_called_by_its_objective(row, it, en):
    assert (axis_title(row, "it"), axis_title(row, "en")) == (it, en)
