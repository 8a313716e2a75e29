"""The pages in a real browser."""

import shutil

import pytest

from porfse_analysis import load_programme
from porfse_analysis.reports.plan import make_plan
from porfse_analysis.reports.run import run_all
from porfse_analysis.reports.site import write_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "reports"
    programme = load_programme()
    outcomes = list(run_all(make_plan(programme, out=out)))
    assert [outcome.reason for outcome in outcomes if not outcome.ok] == []
    write_site(out, programme, outcomes)
    return out


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page that fails the test on any dialog, error on the console or request to another host."""
    page = browser.new_page()
    heard = []
    page.on("dialog", lambda dialog: heard.append(f"dialog {dialog.message}"))
    page.on("console", lambda message: heard.append(f"console {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"error {error}"))
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else heard.append(request.url)
    )
    yield page
    page.close()
    assert heard == []


def test_the_index_opens_with_ten_dates_and_leads_to_each(site, page):
    page.goto((site / "index.html").as_uri())
    links = page.locator("#dates tbody a")
    assert links.count() == 20
    assert links.nth(0).inner_text() == "30 giugno 2022, rapporto"
    assert links.nth(1).inner_text() == "30 giugno 2022, verifica"
    for place in range(20):
        links.nth(place).click()
        assert page.locator("h1").inner_text() == "POR FSE 2014-2020 di Regione Lombardia"
        assert page.locator("h2").count() == (7 if place % 2 else 9)
        # every figure is drawn
        assert page.evaluate("[...document.images].every(image => image.naturalWidth > 100)")
        page.locator("header a").click()
        assert page.locator("#dates tbody a").count() == 20


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_cut_off_at_any_width(site, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("index.html", "2018-09-30/programme_report.html", "2018-09-30/performance_review.html"):
        page.goto((site / name).as_uri())
        # wide tables scroll in their own box; the page itself does not
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing(site, page):
    from axe_playwright_python.sync_playwright import Axe

    # the policy of the pages forbids scripts, axe's own too
    audited = page.context.browser.new_context(bypass_csp=True).new_page()
    for name in ("index.html", "2014-12-31/programme_report.html", "2018-09-30/performance_review.html"):
        audited.goto((site / name).as_uri())
        found = Axe().run(audited)
        assert found.violations_count == 0, found.generate_report()
    audited.context.close()
