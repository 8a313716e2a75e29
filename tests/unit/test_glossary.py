"""The glossary: one meaning of a term, in both languages, on the pages that use it and on a page of its own."""

import re

import pytest

from porfse_analysis.display.glossary import all_terms, explained, terms_in
from porfse_analysis.display.words import wording
from porfse_analysis.reports.glossary_page import write_glossaries
from porfse_analysis.reports.render import page

ASKED = (
    "allocation selected committed paid declared certified certification_rate absorption n_plus_3 decommitment "
    "framework milestone target reserve serious_failure achievement_ratio per_capita region_category cutoff "
    "data_date restated source_status bound open_interval"
)


@pytest.mark.parametrize("lang", ["it", "en"])
def test_every_term_has_a_name_a_meaning_and_words_it_is_known_by(lang):
    catalogue = wording.catalogue(lang)
    assert set(ASKED.split()) <= set(catalogue["term"])
    assert set(catalogue["term"]) == set(catalogue["term_meaning"]) == set(catalogue["term_forms"])
    shown = all_terms(lang).html
    for key, name in catalogue["term"].items():
        # a page that names a term explains it
        assert key in terms_in(f"<p>{name}</p>", lang), key
        assert f'<dt id="term-{key}">' in shown
        assert re.search(r"[.»]$", wording.text(f"term_meaning.{key}", lang)), key
    names = re.findall(r"<dt[^>]*>(.*?)</dt>", shown)
    assert names == sorted(names, key=str.casefold)


def test_a_page_explains_the_terms_it_uses_and_no_other():
    body = '<h1>P</h1><p title="milestone">Certified expenditure</p><img alt="the median"><h2 id="money">Money</h2>'
    assert terms_in(body, "en") == ["certified"]
    shown = explained(body, "en")
    assert re.findall(r"<dt[^>]*>(.*?)</dt>", shown) == ["Certified expenditure"]
    assert "Expenditure entered in the accounts of the certifying authority" in shown
    made = page(lang="en", title="P", body=body)
    assert re.search(r'<img[^>]*><details class="pf-glossary">.*</details>\s*<h2 id="money">', made, re.DOTALL)
    assert "<script" not in made
    # a word within another is none of its own: a rate is no part of "operate"
    assert terms_in("<p>operated</p>", "en") == []
    assert explained("<p>nothing of ours</p>", "en") == ""
    assert "<details" not in page(lang="en", title="P", body=body, terms=False)


USED = """<h1>P</h1><p class="pf-subtitle">Position · CCI {cci}</p><h2 id="a">Axis, priority, specific objective</h2>
<p>achievement, participants, certified, the framework, technical assistance; asse, priorità, obiettivo specifico,
conseguimento, partecipanti, certificata, quadro di riferimento, assistenza tecnica</p>"""
PLACES = {"axis", "investment_priority", "specific_objective", "participants", "certified", "framework"}


@pytest.mark.parametrize(
    ("cci", "lang", "said", "never"),
    [
        ("2007IT052PO006", "en", ["certifying authority"], "8i|ESO4|unemployed|EECO|accounting|milestone"),
        ("2014IT05SFOP007", "en", ["CO01 + CO03 + CO05", "8i", "certifying authority", "financial"], "EECO|ESO4|2021"),
        (
            "2021IT05SFPR008",
            "en",
            ["EECO01", "ESO4.1", "accounting function", "a priority"],
            "CO03|8i|certifying|steps",
        ),
        ("2014IT05SFOP007", "it", ["CO01 + CO03 + CO05", "8i", "autorità di certificazione"], "EECO|ESO4|2021"),
        (
            "2021IT05SFPR008",
            "it",
            ["EECO01", "ESO4.1", "funzione contabile", "priorità."],
            "CO03|8i|autorità di cert|fasi",
        ),
        (
            "",
            "en",
            ["in 2014-2020 the sum", "in 2021-2027 the indicator", "8i", "ESO4.1", "accounting function"],
            "CO03",
        ),
    ],
)
def test_terms_mean_what_they_do_in_the_period_of_the_page(cci, lang, said, never):
    body = USED.format(cci=cci) if cci else USED.replace(" · CCI {cci}", "")
    shown = explained(body, lang)
    assert [words for words in said if words not in shown] == []
    assert re.findall(never, shown.partition("<dl")[2].replace('id="term-', "")) == []
    objectives = PLACES & set(terms_in(body, lang)) & {"investment_priority", "specific_objective"}
    assert len(objectives) == {"2007": 0, "2014": 1, "2021": 1, "": 2}[cci[:4]]
    made = page(lang=lang, title="P", body=body)
    assert shown in made


def test_terms_stand_above_the_sections_and_not_in_a_comment():
    body = '<h1>P</h1><div class="pf-comment"><h2>Target</h2></div><h2 id="a">A</h2><h2 id="b">B</h2>'
    made = page(lang="it", title="P", body=body)
    assert re.search(r"</div>\s*<details.*?</details>\s*<h2 id=\"a\">", made, re.DOTALL)
    assert made.count("<details") == 1


def test_the_glossaries_lead_to_one_another_and_home(tmp_path):
    fronts = {"it": tmp_path / "index.html", "en": tmp_path / "en" / "index.html"}
    written = write_glossaries(fronts, "Ufficio <b>")
    assert written == [tmp_path / "glossary.html", tmp_path / "en" / "glossary.html"]
    italian, english = (path.read_text(encoding="utf-8") for path in written)
    assert '<h1 id="title">Glossario</h1>' in italian
    assert re.findall(r'href="([^"#]+)"', italian) == ["index.html", "en/glossary.html"]
    assert re.findall(r'href="([^"#]+)"', english) == ["index.html", "../glossary.html"]
    assert "Loss of the part of an annual EU commitment that is not covered at a deadline of the rule" in english
    assert "A cura di: Ufficio &lt;b&gt;<br>" in italian
    again = [path.read_bytes() for path in write_glossaries(fronts, "Ufficio <b>")]
    assert again == [italian.encode(), english.encode()]
