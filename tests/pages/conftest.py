"""What the tests of pages look at together: programmes read once, reports computed once, pages made once."""

from __future__ import annotations

import shutil

import pytest
from page_maker import INVENTED, Pages, Reports

from porfse_analysis import load_programme
from porfse_analysis.explore import view
from porfse_analysis.programme import Programme
from porfse_analysis.reports import site


@pytest.fixture(scope="session")
def invented() -> Programme:
    """The invented programme, which has every verdict. It is shared, as `bundled`."""
    return load_programme(INVENTED)


@pytest.fixture(scope="session")
def reports() -> Reports:
    """`reports(programme, cutoff=..., lang=...)`: `open_report`, computed once for all who ask."""
    return Reports()


@pytest.fixture(scope="session")
def pages(reports: Reports) -> Pages:
    """`pages.write(out, programme, ...)`: pages, made once for all who ask."""
    return Pages(reports)


@pytest.fixture(scope="session", autouse=True)
def _opened_once(bundled: Programme, reports: Reports):
    """Views and front pages of one programme and date stand on one report; the bundled programme is read once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "load_programme", lambda folder=None: bundled if folder is None else load_programme(folder))
        patch.setattr(view, "open_report", reports)
        patch.setattr(site, "open_report", reports)
        yield


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
    page.on("dialog", lambda dialog: (heard.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: heard.append(f"console {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"error {error}"))
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else heard.append(request.url)
    )
    yield page
    page.close()
    assert heard == []
