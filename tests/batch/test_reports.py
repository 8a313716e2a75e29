"""From the plan to the pages: every date once, nothing half-written, failures named."""

import csv
import html
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from batch_tools import MONEY, RECORDS, notebook, programme_of
from site_tools import write_site

from porfse_analysis import ParameterError, all_indicators, load_programme, resources
from porfse_analysis.files import aside, write_aside
from porfse_analysis.indicators.result import RESULT_COLUMNS
from porfse_analysis.reports.ledger import check_folder
from porfse_analysis.reports.navigation import END, START
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS, Run, find_notebook, make_plan, notebook_parameters
from porfse_analysis.reports.render import render
from porfse_analysis.reports.results import collect_results, recorded
from porfse_analysis.reports.run import Outcome, execute, run_all

NOTEBOOK = resources.notebooks_folder() / "programme_report.ipynb"


@pytest.fixture(scope="module")
def programme(bundled):
    return bundled


@pytest.fixture(scope="module")
def made(warm):
    """Makes reports as the command makes them, in forks of the shared warm process where there is one."""

    def call(*runs):
        order = {run: place for place, run in enumerate(runs)}
        return sorted(run_all(runs, jobs=2, warm=warm), key=lambda outcome: order[outcome.run])

    return call


@pytest.fixture(scope="module")
def site(programme, pages, tmp_path_factory):
    """Reports of two dates in Italian and one in English, a review and a sheet."""
    out = tmp_path_factory.mktemp("site") / "reports"
    first = {"cutoffs": ["2018-09-30"], "out": out}
    outcomes = pages.write(programme=programme, notebooks=REPORT_NOTEBOOKS, **first)
    outcomes += pages.write(programme=programme, notebooks=["programme_report"], languages=["en"], **first)
    outcomes += pages.write(out, programme, cutoffs=["2022-06-30"], notebooks=["programme_report"])
    assert len(outcomes) == 5
    write_site(out, programme, outcomes)
    return out


# the plan


def test_every_date_of_the_programme_once(programme):
    runs = make_plan(programme)
    for name in REPORT_NOTEBOOKS:
        assert [run.cutoff for run in runs if run.name == name] == programme.cutoffs
    assert len(runs) == 10 * len(REPORT_NOTEBOOKS)
    assert {str(run.page) for run in runs if run.cutoff == "2018-09-30"} == {
        "reports/2018-09-30/programme_report.html",
        "reports/2018-09-30/performance_review.html",
        "reports/2018-09-30/information_sheet.html",
    }
    english = make_plan(
        programme,
        cutoffs=["2018-09-30", "2018-09-30"],
        notebooks=["programme_report"],
        languages=["en"],
        out=Path("x"),
    )
    assert [str(run.page) for run in english] == ["x/en/2018-09-30/programme_report.html"]


def test_unknown_parameters_are_refused(programme, tmp_path):
    with pytest.raises(ParameterError, match="it has 2018-09-30, 2018-12-31"):
        make_plan(programme, cutoffs=["2018-09-29"])
    with pytest.raises(ParameterError, match="YYYY-MM-DD"):
        make_plan(programme, cutoffs=["30/09/2018"])
    with pytest.raises(ParameterError, match="it, en"):
        make_plan(programme, languages=["de"])
    with pytest.raises(ParameterError, match="did you mean 'programme_report'"):
        find_notebook("program_report")
    with pytest.raises(ParameterError, match="no such file"):
        find_notebook(str(tmp_path / "mine.ipynb"))
    with pytest.raises(ParameterError, match="neither"):
        find_notebook("../secret")
    bare = tmp_path / "bare.ipynb"
    bare.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with pytest.raises(ParameterError, match="lacks programme, cutoff, lang"):
        make_plan(programme, notebooks=[str(bare)])
    bare.write_text("not a notebook")
    with pytest.raises(ParameterError, match="not a notebook"):
        make_plan(programme, notebooks=[str(bare)])


def test_parameters_of_the_shipped_notebook():
    assert notebook_parameters(NOTEBOOK) == {"programme": "", "cutoff": "2018-09-30", "lang": "it"}


def test_two_notebooks_of_one_name_are_refused(programme, tmp_path):
    (tmp_path / "other").mkdir()
    twin = shutil.copy(NOTEBOOK, tmp_path / "other" / "programme_report.ipynb")
    with pytest.raises(ParameterError, match="their pages would be one"):
        make_plan(programme, notebooks=["programme_report", str(twin)])


# the reports


@pytest.mark.long
def test_recorded_results_are_the_librarys(site, programme):
    collected = pd.read_csv(site / "results.csv", keep_default_na=False, dtype="str")
    assert list(collected.columns) == [*RESULT_COLUMNS, "notebook", "lang"]
    for cutoff in ("2018-09-30", "2022-06-30"):
        expected = all_indicators(programme, cutoff=cutoff)
        expected = pd.read_csv(
            pd.io.common.StringIO(expected.to_csv(index=False, date_format="%Y-%m-%d")),
            keep_default_na=False,
            dtype="str",
        )
        mine = collected[(collected["cutoff"] == cutoff) & (collected["lang"] == "it")].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine[list(RESULT_COLUMNS)], expected)


def test_published_figures_stand_in_the_results(site):
    rows = pd.read_csv(site / "results.csv")
    rows = rows[(rows["axis"] == "ALL") & (rows["cutoff"] == "2018-09-30") & (rows["lang"] == "it")]
    values = rows.set_index("indicator")["value"]
    assert values["certification_rate"] == 144e6 / 970.47e6
    assert values["certification_rate_of_paid"] == 144e6 / 281e6
    assert values["participants"] == 187_716


def test_runs_are_listed(site):
    with (site / "runs.csv").open(newline="") as lines:
        runs = list(csv.DictReader(lines))
    assert {run["notebook"] for run in runs} == set(REPORT_NOTEBOOKS)
    assert {(run["cutoff"], run["lang"], run["status"]) for run in runs} == {
        ("2018-09-30", "it", "ok"),
        ("2022-06-30", "it", "ok"),
        ("2018-09-30", "en", "ok"),
    }


def pages_of(site):
    return sorted(site.rglob("*.html"))


def test_pages_are_whole_and_ask_nothing_of_other_hosts(site):
    assert len(pages_of(site)) == 9  # three reports, a review, a sheet, two indexes, two glossaries
    for path in pages_of(site):
        page = html.unescape(path.read_text(encoding="utf-8"))
        lang = "en" if "en" in path.relative_to(site).parts else "it"
        assert f'<html lang="{lang}">' in page
        assert re.search(r"<title>[^<]+</title>", page)
        assert "<script" not in page
        assert "default-src 'none'" in page
        loads = re.findall(r'(?:src|href)="([^"]*)"', page)
        assert not [target for target in loads if re.match(r"(https?:)?//", target)]
        assert "import porfse_analysis" not in page, "code is shown"
        assert "injected" not in page
        assert "of a programme at a reporting date" not in page, "notes for the author are shown"
        for image in re.findall(r"<img[^>]*>", page):
            assert re.search(r'alt="[^"]{20,}"', image)
        assert page.count("<h1") == 1


def test_links_of_the_index_lead_to_pages(site):
    for index in (site / "index.html", site / "en" / "index.html"):
        links = re.findall(r'href="([^"#]+)"', index.read_text(encoding="utf-8"))
        assert links
        assert all((index.parent / link).is_file() for link in links)


def test_reports_in_english_alone_have_an_index_at_the_top(site, programme, tmp_path):
    run = make_plan(programme, cutoffs=["2018-09-30"], languages=["en"], out=tmp_path)[0]
    shutil.copytree(site / "en" / "2018-09-30", run.folder)
    write_site(tmp_path, programme, [Outcome(run, 1.0)])
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in index
    assert 'href="en/2018-09-30/programme_report.html"' in index


def test_the_index_links_every_report_of_a_date_in_their_order(site):
    index = (site / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(2018-09-30/[^"]+)"><span[^>]*>([^<]+)</span>([^<]+)', index)
    assert links == [
        ("2018-09-30/programme_report.html", "30 settembre 2018: ", "rapporto"),
        ("2018-09-30/performance_review.html", "30 settembre 2018: ", "verifica"),
        ("2018-09-30/information_sheet.html", "30 settembre 2018: ", "scheda informativa"),
    ]


def test_review_and_sheet_add_no_results(site):
    rows = pd.read_csv(site / "results.csv")
    assert set(rows["notebook"]) == {"programme_report"}


def test_an_old_figure_on_the_index_bears_its_date(site):
    index = (site / "index.html").read_text(encoding="utf-8")
    table = index[index.index("<table", index.index('id="dates"')) :]
    latest = table[table.index("30 giugno 2022") : table.index("30 settembre 2018")]
    assert "14,8% (al 30/09/2018)" in latest
    assert ">78,5%<" in latest  # of the very date
    assert "397.748 (al 31/12/2020)" in latest


def test_pages_are_light(site):
    for path in pages_of(site):
        assert path.stat().st_size < (150_000 if path.name == "index.html" else 700_000), path


def test_no_file_is_left_aside(site):
    assert {path.name for path in site.rglob(".*")} == {".porfse.json"}


@pytest.mark.long
@pytest.mark.usefixtures("lent")
def test_reports_do_not_depend_on_the_working_folder(site, tmp_path, monkeypatch, programme):
    monkeypatch.chdir(tmp_path)
    run = make_plan(programme, cutoffs=["2018-09-30"], notebooks=["programme_report"], out=tmp_path / "elsewhere")[0]
    made = execute(run)
    assert made.ok
    known = site / "2018-09-30"
    # but for the links, which depend on what lies beside it
    linked = re.compile(f"(?<={START}).*(?={END})", re.DOTALL)
    assert linked.sub("", run.page.read_text()) == linked.sub("", (known / "programme_report.html").read_text())
    # those of the site were made without a kernel, which makes the same, results and what lies beside the page too
    assert recorded(run.executed) == recorded(known / "programme_report.ipynb")
    beside = {path.relative_to(run.folder) for path in made.files} - {Path(run.page.name), Path(run.executed.name)}
    of_page = [known / "programme_report.pdf", *known.glob("programme_report_files/*")]
    assert beside == {path.relative_to(known) for path in of_page}
    assert [path for path in beside if (run.folder / path).read_bytes() != (known / path).read_bytes()] == []


@pytest.mark.long
def test_a_programme_with_only_money(made, tmp_path):
    """Axes, finance and sources alone: the rest is said to be missing, never zero, never a crash."""
    folder = programme_of(tmp_path / "bare", ["2017-12-31", "2018-09-30"], MONEY)
    run = Run(NOTEBOOK, str(folder), "2018-09-30", "it", tmp_path / "out")
    (outcome,) = made(run)
    assert outcome.reason == ""
    page = run.page.read_text(encoding="utf-8")
    for said in (
        "Conseguimento dei target non disponibile",
        "Nessuna affermazione",
        "Nessuna misura",
        "Spesa pro capite non",
    ):
        assert said in page
    assert "614" in page


# failures


def test_a_failing_cell_is_named_and_leaves_no_file(made, tmp_path):
    broken = notebook(tmp_path / "broken.ipynb", "print('fine')", "values = {}\nvalues['axis']")
    run = Run(broken, "", "2018-09-30", "it", tmp_path / "out")
    (outcome,) = made(run)
    assert not outcome.ok
    assert "KeyError: 'axis'" in outcome.reason
    assert "values = {}" in outcome.reason
    assert not list((tmp_path / "out").iterdir())


def test_a_notebook_need_not_record_results(made, tmp_path):
    silent = notebook(tmp_path / "silent.ipynb", "1 + 1")
    run = Run(silent, "", "2018-09-30", "it", tmp_path / "out")
    (outcome,) = made(run)
    assert outcome.reason == ""
    assert run.page.is_file()
    assert collect_results([(run.executed, "it")]).empty


def test_a_failed_run_keeps_the_report_there_was_and_is_named_on_the_index(made, tmp_path):
    out = tmp_path / "out"
    programme = load_programme(programme_of(tmp_path / "programme", ["2018-09-30", "2018-12-31"], MONEY, axis=["I"]))
    good = notebook(tmp_path / "mine.ipynb", RECORDS)
    runs = [Run(good, "", date, "it", out / date) for date in programme.cutoffs]
    write_site(out, programme, made(*runs))
    bad = notebook(tmp_path / "mine.ipynb", "raise ValueError('<b>no such axis</b>')")
    write_site(out, programme, made(Run(bad, "", "2018-12-31", "it", out / "2018-12-31")))
    index = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="2018-09-30/mine.html"' in index
    assert "31 dicembre 2018, mine: il rapporto non è disponibile." in index
    # why is in the list of runs, for whoever made them
    assert "no such axis" not in index
    assert "<b>no such axis" in (out / "runs.csv").read_text(encoding="utf-8")
    assert (out / "2018-12-31" / "mine.html").is_file()
    assert 'href="2018-12-31/mine.html"' not in index


def test_a_folder_of_another_programme_is_refused(tmp_path, programme):
    with pytest.raises(ParameterError, match=r"holds the reports of 2014IT05SFOP005; .*those of 2014IT05SFOP007"):
        check_folder(tmp_path, "2014IT05SFOP005", programme.cci)
    check_folder(tmp_path, "", programme.cci)
    check_folder(tmp_path, programme.cci, programme.cci)
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(ParameterError, match="is a file"):
        check_folder(taken, "", programme.cci)


def test_a_file_written_aside_is_complete_or_not_there(tmp_path):
    target = tmp_path / "deep" / "results.csv"
    write_aside(target, "old")

    def stopped_half_way():
        with aside(target) as temporary:
            temporary.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        stopped_half_way()
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["results.csv"]


def test_warnings_and_errors_of_libraries_do_not_reach_the_page(made, tmp_path):
    noisy = notebook(tmp_path / "noisy.ipynb", "import sys\nprint('noise', file=sys.stderr)", RECORDS)
    run = Run(noisy, "", "2018-09-30", "it", tmp_path / "out")
    (outcome,) = made(run)
    assert outcome.ok
    assert "noise" not in run.page.read_text()
    assert recorded(run.executed)
    assert "noise" in run.executed.read_text()
    beside = {"noisy.html": run.page.read_bytes(), "noisy.pdf": run.documents[0].read_bytes()}
    assert render(run.executed, "it", "noisy", home="../index.html") == beside


def test_outcome():
    run = Run(NOTEBOOK, "", "2018-09-30", "it", Path("x"))
    assert Outcome(run, 1.0).ok
    assert not Outcome(run, 1.0, "why").ok
    assert run.label == "programme_report 2018-09-30 it"


def test_titles_tell_pages_apart_and_every_page_says_the_day_it_was_made(site):
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    titles = {
        path.relative_to(site).as_posix(): re.search(r"<title>(.*?)</title>", page)[1] for path, page in pages.items()
    }
    name = "POR FSE 2014-2020 di Regione Lombardia"
    assert titles["index.html"] == f"Tutte le date · {name}"
    assert titles["2018-09-30/programme_report.html"] == f"Situazione al 30 settembre 2018 · {name}"
    assert titles["2018-09-30/performance_review.html"] == html.unescape(
        f"Verifica dell&#39;efficacia al 30 settembre 2018 · {name}"
    ).replace("'", "&#39;")
    assert len(set(titles.values())) == len(titles)
    assert all("porfse" in page.partition('class="pf-made">')[2][:80] for page in pages.values())


def test_an_id_is_of_one_element_of_a_page(site):
    for path in site.rglob("*.html"):
        ids = re.findall(r'\sid="([^"]+)"', path.read_text(encoding="utf-8"))
        assert len(ids) > 5
        assert sorted(set(ids)) == sorted(ids), path.name


def test_the_sheet_to_print_is_offered_below_the_title(site):
    page = (site / "2018-09-30" / "information_sheet.html").read_text(encoding="utf-8")
    above = page.partition("</h1>")[2].partition("<h2")[0]
    (target,) = re.findall(r'<a href="([^"]+\.pdf)" download>', above)
    assert (site / "2018-09-30" / target).read_bytes().startswith(b"%PDF")
    report = (site / "2018-09-30" / "programme_report.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"]+)" download>', report.partition("</h1>")[2].partition("<h2")[0]) == [
        "programme_report.pdf"
    ]
