"""The site of the documentation in a real browser, opened as files. `make docs` writes it."""

from pathlib import Path

import pytest
from axe import OPTIONS

from porfse_analysis.languages import catalogue

SITE = Path(__file__).parents[2] / "build" / "docs"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (SITE / "it" / "index.html").is_file(), reason="no site in build/docs: run `make docs`"),
]

# one of each kind: a first page, steps with commands, a notebook, tables, functions, drawings, terms, a list of changes
PAGES = (
    "index.html",
    "new-sheet.html",
    "explain-a-number.html",
    "reference/indicators.html",
    "reference/commands.html",
    "project/architecture.html",
    "programme-folder.html",
    "changelog.html",
    "it/index.html",
    "it/gallery.html",
    "it/glossary.html",
    "it/verdicts.html",
)
WIDTHS = (390, 1280)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_site_is_accessible_and_whole(page, name):
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto((SITE / name).as_uri())
            page.wait_for_load_state("load")
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
            assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
            found = Axe().run(page, options=OPTIONS)
            said = [
                (one["id"], node["html"][:120], node["failureSummary"][:200])
                for one in found.response["violations"]
                for node in one["nodes"]
            ]
            assert said == [], (name, scheme, width)
    assert page.locator("html").get_attribute("lang") == ("it" if name.startswith("it/") else "en")


def test_the_language_is_changed_on_the_same_page(page):
    page.goto((SITE / "new-sheet.html").as_uri())
    page.locator(".pf-language").first.click()
    assert page.locator("h1").inner_text().startswith("Arriva una nuova scheda")
    page.locator(".pf-language").first.click()
    assert page.locator("h1").inner_text().startswith("A new sheet arrives")


@pytest.mark.parametrize(
    ("folder", "word", "title"), [("", "decommitment", "Reading"), ("it", "disimpegno", "Leggere")]
)
def test_a_word_is_found(page, folder, word, title):
    page.goto((SITE / folder / "search.html").as_uri() + f"?q={word}")
    page.get_by_role("link", name=title).first.wait_for()


def test_what_the_build_makes_is_on_the_pages(page):
    """A drawing for each cell that draws, every term, every layer."""
    for folder, lang in (("", "en"), ("it", "it")):
        page.goto((SITE / folder / "gallery.html").as_uri())
        assert page.locator(".cell_output img").count() == 4
        page.goto((SITE / folder / "glossary.html").as_uri())
        assert page.locator(".pf-terms dt").count() == len(catalogue(lang)["term"])
    page.goto((SITE / "project" / "architecture.html").as_uri())
    assert page.locator(".pf-layers rect").count() == 11
