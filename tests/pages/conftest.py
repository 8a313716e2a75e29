"""What the tests of pages look at together: programmes read once, reports computed once, pages made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import hostile
import pytest
from made_once import made_once
from page_maker import INVENTED, Pages, Reports, shared_reports
from site_tools import write_site

from porfse_analysis import load_programme, resources
from porfse_analysis.explore import series, view
from porfse_analysis.programme import Programme
from porfse_analysis.reports import site
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS, make_plan
from porfse_analysis.reports.run import run_all


@pytest.fixture(scope="session")
def invented() -> Programme:
    """The invented programme, which has every verdict. It is shared, as `bundled`."""
    return load_programme(INVENTED)


@pytest.fixture(scope="session")
def reports(common_folder: Path) -> Reports:
    """`reports(programme, cutoff=..., lang=...)`: `open_report`, computed once for all who ask."""
    return shared_reports(common_folder)


@pytest.fixture(scope="session")
def pages(reports: Reports, common_folder: Path) -> Pages:
    """`pages.write(out, programme, ...)`: pages, made once for all who ask."""
    return Pages(reports, common_folder)


@pytest.fixture(scope="session")
def hostile_site(common_folder: Path, pages: Pages) -> Path:
    """Every report of a programme whose texts try to break out, and one of a notebook with such a name."""
    parent = common_folder / "hostile"
    out = parent / f"out {hostile.IMAGE}"

    def make(parent: Path) -> None:
        folder = hostile.make_folder(parent)
        notebook = parent / hostile.NOTEBOOK
        shutil.copy(resources.notebooks_folder() / "programme_report.ipynb", notebook)
        before = set(parent.rglob("*"))
        programme = load_programme(folder)
        plan = {"folder": str(folder), "languages": ("it", "en"), "cutoffs": ["2018-09-30"], "out": out}
        # run as `porfse report` does: what such a name becomes is the kernels' and the runner's too
        outcomes = list(run_all(make_plan(programme, notebooks=[str(notebook)], **plan)))
        assert [outcome.reason for outcome in outcomes] == ["", ""]
        written = {path for path in parent.rglob("*") if path.is_file()} - before
        assert written == {path for outcome in outcomes for path in outcome.files}
        outcomes += pages.write(programme=programme, notebooks=REPORT_NOTEBOOKS, **plan)
        write_site(out, programme, outcomes)
        written = set(parent.rglob("*")) - before
        assert [path for path in written if out not in (path, *path.parents)] == []

    made_once(parent, make)
    return out


@pytest.fixture(scope="session", autouse=True)
def _opened_once(bundled: Programme, reports: Reports):
    """Views and front pages of one programme and date stand on one report; the bundled programme is read once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "load_programme", lambda folder=None: bundled if folder is None else load_programme(folder))
        patch.setattr(view, "open_report", reports)
        patch.setattr(series, "all_indicators", reports.results)
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
