"""On a narrow screen: the title first, tables that say that they scroll, and nothing parted that belongs together."""

import re
import shutil

import pandas as pd
import pytest

from porfse_analysis.display.html import Html, paragraphs, tiles
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.reports.render import page

HARD = "\N{NO-BREAK SPACE}"


def wide(rows, columns=8):
    frame = pd.DataFrame([{f"c{place}": "quantità" for place in range(columns)} for _ in range(rows)])
    return Table("wide", "Larga", frame, [Column(name, name.upper()) for name in frame])


def test_a_number_and_its_unit_stay_on_one_line():
    texts = ["Spesa +170,39 Mln € (+17,6 punti), 3 milioni di euro", "€12.5 million, 2 points; 5 mele, Mln €"]
    shown = paragraphs(texts).html
    assert f"+170,39{HARD}Mln{HARD}€ (+17,6{HARD}punti), 3{HARD}milioni{HARD}di{HARD}euro<" in shown
    assert f"€12.5{HARD}million, 2{HARD}points; 5 mele, Mln{HARD}€" in shown
    assert f"<strong>144{HARD}Mln{HARD}€</strong>" in tiles([("Certificata", "144 Mln €", "x")]).html
    # and what can be taken away has plain spaces
    frame = pd.DataFrame({"a": ["144 Mln €"]})
    table = Table("t", "T", frame, [Column("a", "A")])
    assert f"144{HARD}Mln{HARD}€" in table._repr_html_()
    assert table.typed()["columns"][0]["values"] == ["144 Mln €"]


def test_a_text_is_escaped_once():
    assert "&lt;b&gt; &amp; 3\N{NO-BREAK SPACE}€" in paragraphs(["<b> & 3 €"]).html
    assert "&amp;amp;" not in wide(1)._repr_html_()


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_title_comes_before_the_contents(lang):
    made = page(lang=lang, title="P", body='<h1 id="title">P</h1><h2 id="a">A</h2>', sections=[("a", "A"), ("b", "B")])
    before, _, after = made.partition("<h1")
    assert re.findall(r'<a href="#(\w+)"', before.partition("pf-bar")[2]) == ["contents"]
    assert re.findall(r'<a href="#(\w+)"', after) == ["a", "b"]
    assert 'id="contents"' in after
    assert f'--pf-scrolls: "{wording.text("page.scrolls", lang)}"' in made
    assert "<script" not in made


def test_long_texts_keep_room_for_words():
    frame = pd.DataFrame({"a": ["x" * 41], "b": ["x" * 40]})
    shown = Table("t", "T", frame, [Column("a", "A"), Column("b", "B")])._repr_html_()
    assert re.findall(r'<td( class="[^"]*")?>', shown) == [' class="pf-prose"', ""]


@pytest.fixture(scope="module")
def small_screen():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        except sync_api.Error as error:
            pytest.skip(f"no browser: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


def shown_before(browser, width, lang, table):
    screen = browser.new_page(viewport={"width": width, "height": 800})
    screen.set_content(page(lang=lang, title="P", body=Html(table._repr_html_()).html))
    # how far a table scrolls is known to its style from the second frame on
    found = screen.evaluate(
        "(async () => { for (const _ of [1, 2]) await new Promise(done => requestAnimationFrame(done));"
        " const at = getComputedStyle(document.querySelector('.pf-table'), '::before');"
        " return at.display === 'none' ? '' : at.content; })()"
    )
    screen.close()
    return found


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["it", "en"])
def test_a_table_says_that_it_scrolls_where_it_does(small_screen, lang):
    said = wording.text("page.scrolls", lang)
    assert shown_before(small_screen, 390, lang, wide(2)) == f'"{said}"'
    assert shown_before(small_screen, 390, lang, wide(2, columns=2)) == ""
    assert shown_before(small_screen, 1280, lang, wide(2)) == ""
