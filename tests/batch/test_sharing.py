"""Runs that share their frames, and the front page, which takes over what the run of the last date has worked out."""

import shutil
from pathlib import Path

import pytest
from batch_tools import notebook, programme_of

from porfse_analysis import resources
from porfse_analysis.reports import batch
from porfse_analysis.reports.batch import make_batch
from porfse_analysis.reports.kernels.warm import CAN_FORK
from porfse_analysis.reports.plan import Run
from porfse_analysis.reports.request import Request
from porfse_analysis.reports.run import run_all
from porfse_analysis.reports.sharing import SharedFrames, frames_folder

pytestmark = pytest.mark.long

warm_only = pytest.mark.skipif(not CAN_FORK, reason="processes cannot be forked here")

OLD, NEW = "2017-12-31", "2018-09-30"


def run(name, cutoff, programme="", lang="it", **more):
    return Run(resources.notebooks_folder() / f"{name}.ipynb", programme, cutoff, lang, Path("out"), **more)


def test_runs_share_what_another_asks_for_too(tmp_path):
    """One of a date of many runs, or of the last date; never one of a notebook of the user's own, or of several."""
    mine = Run(notebook(tmp_path / "mine.ipynb"), "", NEW, "it", Path("out"))
    alone, first, second = run("programme_report", OLD), run("programme_report", NEW), run("information_sheet", NEW)
    frames = SharedFrames(tmp_path, [alone, first, second, mine])
    assert [frames.of(each) for each in (alone, first, second, mine)] == [None, *[frames_folder(tmp_path)] * 2, None]
    # both languages have the same frames
    both = [run("programme_report", OLD), run("programme_report", OLD, lang="en"), first]
    assert [SharedFrames(tmp_path, both).of(each) for each in both] == [frames_folder(tmp_path)] * 3
    compared = run("compare_programmes", NEW, folders=("a", "b"))
    assert SharedFrames(tmp_path, [compared]).of(compared) is None


def test_runs_of_one_programme_and_date_come_together(tmp_path):
    kinds = [(name, lang, cutoff) for name in "ba" for lang in ("it", "en") for cutoff in (OLD, NEW)]
    asked = [run("programme_report", cutoff, name, lang) for name, lang, cutoff in kinds]
    ordered = [(each.programme, each.cutoff, each.lang) for each in SharedFrames(tmp_path, asked).in_order()]
    assert ordered == [(name, cutoff, lang) for name in "ba" for cutoff in (OLD, NEW) for lang in ("it", "en")]


def test_frames_go_with_the_last_run_of_their_date_but_for_the_last_date(tmp_path):
    runs = [run(name, cutoff) for cutoff in (OLD, NEW) for name in ("programme_report", "information_sheet")]
    frames = SharedFrames(tmp_path, runs)
    kept = [frames_folder(tmp_path) / cutoff for cutoff in (OLD, NEW)]
    for folder in kept:
        folder.mkdir(parents=True)
    frames.ended(runs[0])
    assert [folder.is_dir() for folder in kept] == [True, True]
    for each in runs[1:]:
        frames.ended(each)
    assert [folder.is_dir() for folder in kept] == [False, True]


@pytest.fixture
def reports(tmp_path, monkeypatch):
    """Makes the reports of the folder `programme` there; gives their front page."""
    monkeypatch.chdir(tmp_path)

    def make(out):
        request = Request(folders=[str(tmp_path / "programme")], notebooks=["programme_report"], out=tmp_path / out)
        made = make_batch(request, lambda runs, warm: run_all(runs, jobs=1, warm=warm))
        assert [outcome.reason for outcome in made.outcomes if not outcome.ok] == []
        return (tmp_path / out / "index.html").read_bytes()

    return make


@pytest.fixture
def anew(reports, tmp_path, monkeypatch):
    """The same with nothing shared, neither by the runs nor with the front page."""

    def make():
        shutil.rmtree(tmp_path / "anew", ignore_errors=True)
        with monkeypatch.context() as patch:
            patch.setattr(SharedFrames, "of", lambda *_: None)
            patch.setattr(batch, "frames_folder", lambda _: None)
            return reports("anew")

    return make


@warm_only
def test_a_front_page_of_shared_frames_is_the_one_worked_out_anew(reports, anew, tmp_path, warm, lent):
    """Also after a change of a figure, with the same warm process: what it shared before is of the old one."""
    folder = programme_of(tmp_path / "programme", [OLD, NEW], axis=["I", "ALL"], claim=[""])
    frames = frames_folder(warm.folder.path)
    shutil.rmtree(frames, ignore_errors=True)
    before = anew()
    assert not frames.exists()
    assert before == reports("out")
    assert {file.name.rpartition("-")[2] for file in (frames / NEW).iterdir()} >= {"figures", "findings", "results"}
    path = folder / "finance.csv"
    text = path.read_text(encoding="utf-8")
    certified = next(line for line in text.splitlines() if line.startswith(f"ALL,{NEW},certified,"))
    path.write_text(text.replace(certified, certified.replace("144000000.00", "143000000.00")), encoding="utf-8")
    after = reports("out")
    assert after != before
    assert after == anew()
