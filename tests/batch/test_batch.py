"""What is made again and what is not."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from batch_tools import porfse, programme_of
from pandas.testing import assert_frame_equal

from porfse_analysis import ParameterError, all_indicators, check, decommitment, load_programme, resources
from porfse_analysis.files import write_aside
from porfse_analysis.indicators.result import as_cutoff
from porfse_analysis.reports import batch as batches
from porfse_analysis.reports import fingerprint, site
from porfse_analysis.reports.batch import make_batch
from porfse_analysis.reports.ledger import runs_csv
from porfse_analysis.reports.request import Request
from porfse_analysis.reports.run import Outcome
from porfse_analysis.reports.state import STATE_FILE

DATES = ["2017-12-31", "2018-09-30", "2018-12-31", "2022-06-30"]
CLAIMS = ["n-plus-3-2018", "people-reached"]
INVENTED = Path(__file__).parents[1] / "data" / "invented-programme"
RESULTS = 'programme,note\n{folder},"a\rb"\n'
EMPTY = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def stand_in(failing=()):
    """An executor that writes two files for each run, and notes what it was given."""
    given = []

    def execute(runs, warm):
        for run in runs:
            given.append(f"{run.name} {run.cutoff} {run.lang}")
            if run.cutoff in failing:
                yield Outcome(run, 0.0, "not today")
                continue
            run.folder.mkdir(parents=True, exist_ok=True)
            run.page.write_text("page")
            run.executed.write_text(EMPTY)
            yield Outcome(run, 0.0, files=(run.page, run.executed))

    return execute, given


def bare_pages(folder, out, runs):
    """In the place of `write_folder`, whose pages cost more than all else here: the list of runs, and an index."""
    listed, index = out / "runs.csv", out / "index.html"
    write_aside(listed, runs_csv(runs))
    write_aside(index, f"index of {folder}")
    return [], [listed, index]


def named_results(folder, out, runs):
    """As `bare_pages`, with results: the name of the folder, and a text with a lone carriage return."""
    (out / "results.csv").write_bytes(RESULTS.format(folder=folder or "bundled").encode())
    return bare_pages(folder, out, runs)


def ask(**asked):
    """A request for the reports of the folder `programme`: by a relative path, so that a copy is the same batch."""
    options = {"folders": ["programme"], "out": Path("out"), "notebooks": ["programme_report"], "engine": "kernel"}
    return Request(**{**options, **asked})


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A programme of four dates, without claims, which take long to look through; all its reports."""
    return reports_of(tmp_path_factory.mktemp("once"), claim=[""])


@pytest.fixture(scope="module")
def once_with_claims(tmp_path_factory):
    """The same with two claims."""
    return reports_of(tmp_path_factory.mktemp("claims"), claim=["", *CLAIMS])


def reports_of(home, **kept):
    """A programme of four dates in the folder `home`, and all its reports."""
    programme_of(home / "programme", DATES, **kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setattr(site, "write_folder", bare_pages)
        execute, given = stand_in()
        make_batch(ask(), execute)
    assert given == reports(*DATES)
    return home


@pytest.fixture
def folder(once, tmp_path, monkeypatch):
    """A copy of the programme, in the folder we work in."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(once / "programme", tmp_path / "programme"))


@pytest.fixture
def make_with_pages(folder):
    """Makes the reports of the copy, with the pages above them, and gives what was run."""

    def call(failing=(), **asked):
        execute, given = stand_in(failing)
        make_batch(ask(**asked), execute)
        return given

    return call


@pytest.fixture
def bare(monkeypatch):
    """The pages above the reports are bare."""
    monkeypatch.setattr(site, "write_folder", bare_pages)


@pytest.fixture
def make(make_with_pages, bare):
    """The same with bare pages above the reports."""
    return make_with_pages


@pytest.fixture
def made(once, make, tmp_path):
    """All reports of the copy have been made."""
    return Path(shutil.copytree(once / "out", tmp_path / "out"))


@pytest.fixture
def with_claims(once_with_claims, bare, tmp_path, monkeypatch):
    """A copy of the programme with claims, in the folder we work in; all its reports have been made."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(once_with_claims, tmp_path, dirs_exist_ok=True)) / "programme"


def run_again(**asked):
    """Makes the reports of the folder we work in, and gives what was run."""
    execute, given = stand_in()
    make_batch(ask(**asked), execute)
    return given


def reports(*dates):
    return [f"programme_report {date} it" for date in dates]


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_everything_is_reports_of(make):
    assert make() == reports(*DATES)
    assert make() == []
    assert make(languages=["it", "en"]) == [f"programme_report {date} en" for date in DATES]
    assert make(force=True) == reports(*DATES)


def test_a_changed_figure_is_seen_from_its_date_on(made, make, folder):
    finance = (folder / "finance.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in finance if line.startswith("I,2018-12-31,selected"))
    replace(folder / "finance.csv", row, row.replace(",exact,", ",about,"))
    assert make() == reports("2018-12-31", "2022-06-30")
    assert make() == []


def test_a_later_date_makes_its_own_reports_alone(made, make, folder):
    with (folder / "finance.csv").open("a", encoding="utf-8") as lines:
        lines.write("I,2022-12-31,selected,ESF,More developed,new-source,1000.00,,2022-12-31,exact,0.01,9.0,,\n")
    with (folder / "sources.csv").open("a", encoding="utf-8") as lines:
        lines.write("new-source,Nuova,New,,Somebody,,,,CC0 1.0\n")
    assert make() == reports("2022-12-31")


def test_a_changed_axis_is_seen_everywhere(made, make, folder):
    replace(folder / "axes.csv", "Istruzione e formazione", "Istruzione")
    assert make() == reports(*DATES)


def test_a_changed_claim_is_seen_from_its_date_on(with_claims):
    replace(with_claims / "claims.csv", "n-plus-3-2018,Obiettivo", "n-plus-3-2018,L'obiettivo")
    assert run_again() == reports(*DATES[1:])


def test_the_figure_that_decides_a_claim_is_seen_though_it_is_later(with_claims):
    """The 187,000 people of 30 September 2018 are judged by 187,716 a year before and 300,656 three months later."""
    path = with_claims / "achievements.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    later = next(row for row in rows if ",CO01,2018-12-31," in row and row.startswith("I,"))
    cells = later.split(",")
    cells[8] = str(float(cells[8]) + 1)
    replace(path, later, ",".join(cells))
    assert run_again() == reports(*DATES[1:])


def test_a_file_touched_but_not_changed_changes_nothing(made, make, folder):
    (folder / "finance.csv").touch()
    text = (folder / "finance.csv").read_text(encoding="utf-8")
    (folder / "finance.csv").write_text("\ufeff" + text, encoding="utf-8")  # other bytes, the same figures
    assert make() == []
    (folder / "notes.txt").write_text("of nobody's interest")
    assert make() == []


def test_another_notebook_is_made_again(make, tmp_path):
    mine = shutil.copy(resources.notebooks_folder() / "programme_report.ipynb", tmp_path / "mine.ipynb")
    asked = {"notebooks": [str(mine)], "cutoffs": ["2018-09-30"]}
    assert make(**asked) == ["mine 2018-09-30 it"]
    assert make(**asked) == []
    replace(tmp_path / "mine.ipynb", "## Highlights", "## Highlight")
    assert make(**asked) == ["mine 2018-09-30 it"]


def test_a_users_notebook_may_look_at_all_dates(make, folder, tmp_path):
    mine = shutil.copy(resources.notebooks_folder() / "programme_report.ipynb", tmp_path / "mine.ipynb")
    asked = {"notebooks": [str(mine)], "cutoffs": ["2017-12-31"]}
    make(**asked)
    finance = (folder / "finance.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in finance if line.startswith("I,2022-06-30,selected"))
    replace(folder / "finance.csv", row, row.replace(",exact,", ",about,"))
    assert make(**asked) == ["mine 2017-12-31 it"]


def test_another_library_or_package_makes_everything_again(made, make, monkeypatch):
    monkeypatch.setattr(fingerprint, "environment", lambda: "other")
    assert make() == reports(*DATES)


def test_whatever_a_page_is_made_by_counts_as_the_package(monkeypatch):
    counted = []
    monkeypatch.setattr(fingerprint, "of_files", lambda paths: counted.extend(paths) or "")
    fingerprint.environment.__wrapped__()
    package = Path(fingerprint.__file__).parents[1]
    listed = subprocess.run(["git", "ls-files"], cwd=package, capture_output=True, text=True, check=True).stdout.split()
    # what is for type checkers, and a file of settings that says nothing
    silent = ("__init__.pyi", "py.typed", "matplotlibrc")
    made_by = {package / name for name in listed if Path(name).name not in silent}
    assert package / "display" / "sheet" / "sheet.typ" in made_by
    assert made_by <= set(counted)


@pytest.mark.parametrize("damage", ["missing", "changed", "cut"])
def test_a_damaged_page_is_made_again(damage, made, make):
    page = made / "2018-09-30" / "programme_report.html"
    {"missing": page.unlink, "changed": lambda: page.write_text("egap"), "cut": lambda: page.write_text("")}[damage]()
    assert make() == reports("2018-09-30")


def test_a_copied_folder_is_still_up_to_date(made, make, tmp_path):
    shutil.copytree(made, tmp_path / "copy", copy_function=shutil.copyfile)
    assert make(out=tmp_path / "copy") == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 0}', '{"version": 1, "runs": 3, "other": 1}'])
def test_a_damaged_state_makes_everything_again(text, made, make):
    (made / STATE_FILE).write_text(text)
    assert make() == reports(*DATES)
    assert make() == []


def test_only_what_failed_is_made_again(make, tmp_path):
    make(cutoffs=DATES[:2], failing=["2018-09-30"])
    listed = (tmp_path / "out" / "runs.csv").read_text(encoding="utf-8")
    assert "2018-09-30,it,failed,0.0,not today" in listed
    assert make(cutoffs=DATES[:2]) == reports("2018-09-30")
    assert "failed" not in (tmp_path / "out" / "runs.csv").read_text(encoding="utf-8")


def test_a_lost_index_is_written_again_without_a_report(make_with_pages, tmp_path):
    make_with_pages(cutoffs=DATES[:1])
    (tmp_path / "out" / "index.html").unlink()
    assert make_with_pages(cutoffs=DATES[:1]) == []
    assert (tmp_path / "out" / "index.html").is_file()


def test_a_table_that_is_no_more_leaves_no_file(folder, bare):
    """What a run made before and does not make again goes; what lies beside it stays."""
    made = ["a.csv", "b.csv"]

    def execute(runs, warm):
        for run in runs:
            files = [run.folder / "programme_report_files" / name for name in made]
            files[0].parent.mkdir(parents=True, exist_ok=True)
            for path in (run.page, run.executed, *files):
                path.write_text(EMPTY)
            yield Outcome(run, 0.0, files=(run.page, *files, run.executed))

    asked = ask(cutoffs=["2018-09-30"], force=True)
    make_batch(asked, execute)
    beside = asked.out / "2018-09-30" / "programme_report_files"
    (beside / "mine.csv").write_text("of the user")
    made.remove("b.csv")
    make_batch(asked, execute)
    assert sorted(path.name for path in beside.iterdir()) == ["a.csv", "mine.csv"]


def test_ctrl_c_keeps_what_is_made_and_names_the_rest(make, tmp_path):
    execute, _ = stand_in()

    def interrupted(runs, warm):
        yield from execute(runs[:2], warm)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_batch(ask(), interrupted)
    listed = (tmp_path / "out" / "runs.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[4] for line in listed[1:]] == ["ok", "ok", "failed", "failed"]
    assert listed[3].endswith(batches.STOPPED)
    assert make() == reports(*DATES[2:])


def test_several_programmes_each_get_a_folder(folder, bare, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    execute, given = stand_in()
    made = make_batch(ask(folders=["programme", str(other)], cutoffs=["2018-09-30"]), execute)
    assert len(given) == 2
    assert [site.out.name for site in made.sites] == ["programme", "other"]
    assert (tmp_path / "out" / "other" / "2018-09-30" / "programme_report.html").is_file()
    assert (tmp_path / "out" / "programme" / "index.html").read_text() == "index of programme"
    assert (tmp_path / "out" / "other" / "index.html").read_text() == f"index of {other}"
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"#]+)"', index) == ["programme/index.html", "other/index.html", "glossary.html"]
    assert index.count('<td>30 settembre 2018</td><td class="pf-number">1</td><td class="pf-number">0</td>') == 2
    (tmp_path / "deep").mkdir()
    with pytest.raises(ParameterError, match="two programme folders are called other"):
        Request(folders=[str(other), str(shutil.copytree(other, tmp_path / "deep" / "other"))], out=tmp_path / "out")


BOTH = ("por-fse-lombardia-2014-2020", "por-fse-lombardia-2007-2013")


def test_without_a_folder_both_bundled_programmes_are_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = porfse("report", "--dry-run")
    pages = {line.partition(":")[0] for line in said.stdout.splitlines()}
    assert (said.exit_code, len(pages)) == (0, 3 * (10 + 15))
    assert f"reports/{BOTH[0]}/2018-09-30/programme_report.html" in pages
    assert f"reports/{BOTH[1]}/2013-12-31/information_sheet.html" in pages
    said = porfse("report", "--dry-run", "--cutoff", "2018-09-30")
    assert said.stdout.splitlines()[0] == "reports/2018-09-30/programme_report.html: new"
    assert "3 of 3 reports" in said.stderr
    said = porfse("report", "--dry-run", "--notebook", "compare_cutoffs")
    assert "10 of 10 reports" in said.stderr
    assert not (tmp_path / "reports").exists()


def test_the_page_above_both_comes_back_and_has_the_results_of_both(tmp_path, monkeypatch):
    """Each programme by its name; the front page of one made in their folder since is no page above both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(site, "write_folder", named_results)
    request = ask(folders=["", BOTH[1]])
    execute, given = stand_in()
    make_batch(request, execute)
    assert len(given) == 10 + 15
    out = tmp_path / "out"
    above = (out / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"#]+)"', above)
    assert above.count("I programmi sono di periodi diversi") == 1
    assert links == [f"{BOTH[1]}/index.html", f"{BOTH[0]}/index.html", "glossary.html", "results.csv"]
    # the header once, and every text as it was
    expected = RESULTS.format(folder="bundled") + RESULTS.format(folder=BOTH[1]).partition("\n")[2]
    assert (out / "results.csv").read_bytes() == expected.encode()
    execute, given = stand_in()
    make_batch(request, execute)
    assert given == []
    write_aside(out / "index.html", "the front page of one programme")
    make_batch(request, execute)
    assert given == []
    assert (out / "index.html").read_text(encoding="utf-8") == above


def test_one_of_several_programmes_stays_among_them(folder, bare, tmp_path):
    """What is made of one goes where its other reports are, and the page above still leads to all."""
    other = Path(shutil.copytree(folder, tmp_path / "deep" / "other"))
    execute, _ = stand_in()
    make_batch(ask(folders=["programme", str(other)], cutoffs=["2018-09-30"]), execute)
    above = tmp_path / "out" / "index.html"
    execute, given = stand_in()
    made = make_batch(ask(folders=["programme"], cutoffs=["2018-12-31"], languages=["en"]), execute)
    assert (len(given), [site.out.name for site in made.sites]) == (1, ["programme"])
    assert (tmp_path / "out" / "programme" / "en" / "2018-12-31" / "programme_report.html").is_file()
    assert not (tmp_path / "out" / "2018-12-31").exists()
    links = re.findall(r'href="([^"#]+)"', above.read_text(encoding="utf-8"))
    assert sorted(links) == ["en/index.html", "glossary.html", "other/index.html", "programme/index.html"]
    # whatever folder it is called from; a member whose tables are gone is still there, one without reports is not
    shutil.rmtree(other)
    make_batch(ask(folders=["programme"], cutoffs=["2018-12-31"], languages=["it"]), stand_in()[0])
    assert 'href="other/index.html"' in above.read_text(encoding="utf-8")
    shutil.rmtree(tmp_path / "out" / "other")
    make_batch(ask(folders=["programme"], cutoffs=["2018-12-31"], languages=["it"]), stand_in()[0])
    assert "other/index.html" not in above.read_text(encoding="utf-8")


def test_a_folder_before_its_last_addition_is_no_programme_among_several(folder, tmp_path):
    for name in ("other", "programme.previous", "alone.previous"):
        shutil.copytree(folder, tmp_path / name)
    asked = ["programme", "programme.previous", "other", "alone.previous", "--cutoff", "2018-09-30", "--dry-run"]
    said = porfse("report", *asked)
    places = {line.split("/")[1] for line in said.stdout.splitlines()}
    assert places == {"programme", "other", "alone.previous"}
    assert said.stderr.count("left out, it is a folder as it was before the last addition") == 1
    assert said.stderr.startswith("programme.previous: left out")
    # as the shell of Windows hands a pattern over
    said = porfse("report", "o*", "progr*", "--cutoff", "2018-09-30", "--dry-run")
    assert {line.split("/")[1] for line in said.stdout.splitlines()} == {"programme", "other"}
    said = porfse("report", "nothing*", "--dry-run")
    assert (said.exit_code, "nothing*" in said.stderr) == (2, True)
    said = porfse("report", "programme.previous", "--cutoff", "2018-09-30", "--dry-run")
    assert (said.exit_code, "3 of 3 reports" in said.stderr) == (0, True)


def test_several_programmes_do_not_replace_the_pages_of_one(made, folder, tmp_path):
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    with pytest.raises(ParameterError, match=r"holds the reports of .* name another folder for those of several"):
        make_batch(ask(folders=["programme", str(other)]), stand_in()[0])


def test_a_dry_run_says_why_and_writes_nothing(folder, tmp_path):
    said = porfse("report", folder, "--out", tmp_path / "out", "--cutoff", "2018-09-30", "--dry-run")
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    assert lines[0] == f"{tmp_path / 'out' / '2018-09-30' / 'programme_report.html'}: new"
    assert "3 of 3 reports would be made" in said.stderr
    assert not (tmp_path / "out").exists()


def test_a_call_with_nothing_to_do_imports_nothing_heavy(made, tmp_path):
    """Unchanged files end the work: no table is read, nothing that draws, computes or runs is imported."""
    script = (
        "import sys\nfrom porfse_analysis.cli import app\n"
        "sys.argv = ['porfse', 'report', 'programme', '--notebook', 'programme_report', '--out', 'out']\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = ['pandas', 'numpy', 'matplotlib', 'papermill', 'nbconvert', 'nbformat', 'jupyter_client', 'joblib',\n"
        "         'IPython', 'babel', 'jinja2']\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert said.stdout.strip() == "[]"
    assert "0 of 4 reports made, 4 up to date" in said.stderr


QUICK = {resources.bundled(): "2018-09-30", INVENTED: "2018-12-31"}
"""A programme -> its date that is looked at every time; the others are slow."""


@pytest.mark.long
@pytest.mark.parametrize("others", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["one date", "the others"])
@pytest.mark.parametrize("folder", QUICK, ids=lambda folder: folder.name)
def test_nothing_computed_at_a_date_needs_a_later_one(folder, others):
    """A programme cut at a date gives the results, findings and deadlines the whole one gives for it."""
    programme = load_programme(folder)
    dates = [date for date in programme.cutoffs if (date != QUICK[folder]) == others]
    assert len(dates) > 5 if others else dates == [QUICK[folder]]
    for cutoff in dates:
        cut = programme.until(as_cutoff(cutoff))
        assert cut.cutoffs == [date for date in programme.cutoffs if date <= cutoff]
        assert_frame_equal(all_indicators(cut, cutoff=cutoff), all_indicators(programme, cutoff=cutoff))
        assert_frame_equal(check(cut, cutoff=cutoff), check(programme, cutoff=cutoff))
        for year in (2018, 2021, 2023):
            frames = [
                decommitment(data.eu_commitments, data.finance, year=year, cutoff=cutoff) for data in (cut, programme)
            ]
            assert_frame_equal(*frames)


def test_the_folder_of_another_programme_is_refused_before_anything_changes(make, folder, tmp_path):
    make(cutoffs=["2018-09-30"])
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    for path in folder.iterdir():
        if path.is_file():
            path.write_text(path.read_text(encoding="utf-8").replace("2014IT05SFOP007", "2014IT05SFOP005"))
    with pytest.raises(ParameterError, match="holds the reports of 2014IT05SFOP007"):
        make(cutoffs=["2018-09-30"])
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


def test_a_folder_of_the_version_before_keeps_its_good_runs(make, tmp_path):
    make(cutoffs=DATES[:2])
    kept = tmp_path / "out" / STATE_FILE
    state = json.loads(kept.read_text(encoding="utf-8"))
    del state["ended"]
    kept.write_text(json.dumps(state), encoding="utf-8")
    assert make(cutoffs=DATES[2:3]) == reports(DATES[2])
    rows = (tmp_path / "out" / "runs.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[2:5] for row in rows] == [[date, "it", "ok"] for date in DATES[:3]]


def test_rules_of_the_folder_make_its_reports_due(make, folder):
    make(cutoffs=DATES[:2])
    path = folder / "datapackage.json"
    replace(path, '"resources"', '"rules": {"serious_counts": "achievement_set"}, "resources"')
    assert make(cutoffs=DATES[:2]) == reports(*DATES[:2])
    assert make(cutoffs=DATES[:2]) == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"languages": ["de"]}, "de"),
        ({"engine": "steam"}, "engine 'steam': it is one of warm, kernel"),
        ({"jobs": 0}, "jobs 0: "),
        ({"jobs": -2}, "jobs -2: "),
        ({"timeout": 0.5}, r"timeout 0\.5: seconds"),
        ({"timeout": float("nan")}, "timeout nan: seconds"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(asked, message):
    with pytest.raises(ParameterError, match=message):
        Request(**asked)


# what the evaluator says


def remark(folder, name, words):
    path = folder / "comments" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")


def test_a_comment_makes_the_pages_it_stands_on_due(make_with_pages, bare, folder):
    asked = {
        "notebooks": ["programme_report", "performance_review", "information_sheet"],
        "cutoffs": DATES[:2],
        "languages": ["it", "en"],
    }
    assert len(make_with_pages(**asked)) == 12
    remark(folder, "2018-09-30/axes.it.md", "a section of the report")
    assert make_with_pages(**asked) == ["programme_report 2018-09-30 it"]
    remark(folder, "2018-09-30/claims.md", "a section of the review")
    assert make_with_pages(**asked) == ["performance_review 2018-09-30 it", "performance_review 2018-09-30 en"]
    remark(folder, "2017-12-31.en.md", "a date")
    assert make_with_pages(**asked) == [f"{name} 2017-12-31 en" for name in asked["notebooks"]]
    remark(folder, "2022-06-30.md", "a date that is not made")
    assert make_with_pages(**asked) == []
    remark(folder, "2017-12-31.en.md", "said otherwise")
    assert make_with_pages(**asked) == [f"{name} 2017-12-31 en" for name in asked["notebooks"]]
    (folder / "comments" / "2018-09-30" / "axes.it.md").unlink()
    assert make_with_pages(**asked) == ["programme_report 2018-09-30 it"]


def test_a_wrong_comment_is_refused_before_anything_is_written(make, folder, tmp_path):
    remark(folder, "2018-09-30/axis.md", "words")
    with pytest.raises(ParameterError, match=r"comments/2018-09-30/axis\.md: 'axis' is not a section; did you mean"):
        make()
    assert not (tmp_path / "out").exists()
    said = porfse("check", folder)
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.startswith("comments/2018-09-30/axis.md: ")


def test_the_front_page_has_the_comment_of_the_last_date(make_with_pages, folder, tmp_path):
    remark(folder, "2017-12-31.md", "of the date before")
    remark(folder, "2018-09-30.md", "in every *language*")
    remark(folder, "2018-09-30.it.md", "in italiano")
    make_with_pages(cutoffs=DATES[:2], languages=["it", "en"])
    fronts = [(tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("index.html", "en/index.html")]
    for front, signed, words in (
        (fronts[0], "Commento del valutatore al 30 settembre 2018", "<p>in italiano</p>"),
        (fronts[1], "The evaluator&#39;s comment at 30 September 2018", "<p>in every <em>language</em></p>"),
    ):
        assert f'<p class="pf-comment-by">{signed}</p>\n{words}\n</div>' in front
        assert front.count('class="pf-comment"') == 1


# a folder that changes while it is read


def writing(execute, path, text):
    """An executor that writes to a file after the first run."""

    def call(runs, warm):
        for place, outcome in enumerate(execute(runs, warm)):
            if place == 0:
                for words in text:
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(words, encoding="utf-8")
            yield outcome

    return call


@pytest.mark.parametrize("what", ["other", "back again", "comment"])
def test_a_folder_changed_meanwhile_is_noticed(what, make, folder):
    path = folder / "axes.csv"
    text = path.read_text(encoding="utf-8")
    other = text.replace("Istruzione e formazione", "Istruzione")
    assert other != text
    if what == "comment":
        path, texts = folder / "comments" / "1999-12-31.md", ["words"]
    else:
        texts = {"other": [other], "back again": [other, text]}[what]
    execute, given = stand_in()
    said = []
    made = make_batch(ask(cutoffs=DATES[:2]), writing(execute, path, texts), say=said.append)
    assert given == reports(*DATES[:2])
    assert [outcome.reason for outcome in made.outcomes] == ["", ""]
    assert said == ["programme: changed while its reports were being made; what was made is due again: call once more"]
    assert make(cutoffs=DATES[:2]) == reports(*DATES[:2])
    assert make(cutoffs=DATES[:2]) == []


def test_a_folder_left_alone_is_not_told_of(make, folder):
    execute, _ = stand_in()
    said = []
    make_batch(ask(cutoffs=DATES[:1]), execute, say=said.append)
    assert said == []
