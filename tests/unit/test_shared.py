"""Frames that the processes of one call share: taken over where they are of the very same, and as they were."""

from dataclasses import replace

import pandas as pd
import pytest

from porfse_analysis import RULES, open_report
from porfse_analysis.display import report as reports
from porfse_analysis.display.shared import FRAMES

CUTOFF = "2018-09-30"
SHARED = ["target_ratios", "results", "figures", "previous_progress", "target_changes", "findings", "verdicts"]


@pytest.fixture
def frames(tmp_path, monkeypatch):
    """The folder that this process shares in."""
    monkeypatch.setenv(FRAMES, str(tmp_path / "frames"))
    return tmp_path / "frames"


def test_what_one_has_worked_out_another_takes_over_as_it_was(bundled, frames, monkeypatch):
    first = open_report(bundled, cutoff=CUTOFF)
    made = {name: getattr(first.position, name) for name in [*SHARED, "_calendar"]}
    assert [folder.name for folder in frames.iterdir()] == [CUTOFF]
    for name in ("check", "check_claims", "calendar", "all_indicators", "results_of"):
        monkeypatch.setattr(reports, name, lambda *_, **__: 1 / 0)
    second = open_report(bundled, cutoff=CUTOFF, lang="en")
    for name in SHARED:
        taken = getattr(second.position, name)
        assert taken is not made[name]
        pd.testing.assert_frame_equal(taken, made[name], check_exact=True)
    for taken, frame in zip(second.position._calendar, made["_calendar"], strict=True):
        pd.testing.assert_frame_equal(taken, frame, check_exact=True)


def test_what_is_of_anything_else_is_worked_out(bundled, frames, monkeypatch):
    """Another date, other rules, a programme made of the same frames: which it is nobody has looked at."""
    assert len(open_report(bundled, cutoff=CUTOFF).findings)
    monkeypatch.setattr(reports, "check", lambda *_, **__: 1 / 0)
    others = [
        open_report(bundled, cutoff="2018-12-31"),
        open_report(bundled, cutoff=CUTOFF, rules=RULES["2014-2020"].replace(achieved_from=0.9)),
        open_report(replace(bundled), cutoff=CUTOFF),
    ]
    for other in others:
        with pytest.raises(ZeroDivisionError):
            assert other.findings is None


def test_where_nothing_is_shared_nothing_is_written(bundled, tmp_path, monkeypatch):
    monkeypatch.delenv(FRAMES, raising=False)
    monkeypatch.chdir(tmp_path)
    assert len(open_report(bundled, cutoff=CUTOFF).findings)
    assert list(tmp_path.iterdir()) == []


def test_without_room_each_works_it_out(bundled, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(FRAMES, str(tmp_path / "file"))
    first, second = (open_report(bundled, cutoff=CUTOFF).findings for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
