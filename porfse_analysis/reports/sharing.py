"""Which runs share the frames of their reports (`display.shared`), in what order they are made, how long those stay."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from porfse_analysis.display.shared import FRAMES
from porfse_analysis.reports.plan import Run

__all__ = ["SharedFrames", "frames_folder", "sharing"]


def frames_folder(within: Path) -> Path:
    """The folder of the frames that are shared, in that of a warm process."""
    return within / "frames"


@contextlib.contextmanager
def sharing(frames: Path | None) -> Iterator[None]:
    """What is worked out here, or in a kernel started from here, is shared there; with none it is not shared."""
    before = os.environ.pop(FRAMES, None)
    if frames is not None:
        os.environ[FRAMES] = str(frames)
    try:
        yield
    finally:
        os.environ.pop(FRAMES, None)
        if before is not None:
            os.environ[FRAMES] = before


class SharedFrames:
    """The frames shared by the runs of one call: of a date that several are of, and of the last, for the front page.

    Those of a date go with its last run, for those of many dates of a large programme to take no room.
    """

    def __init__(self, within: Path, runs: Sequence[Run]) -> None:
        self._folder = frames_folder(within)
        self._runs = runs
        self._own = Counter(_about(run) for run in runs if _can_share(run))
        self._waiting = Counter(run.cutoff for run in runs)
        newest: dict[str, str] = {}
        for run in runs:
            newest[run.programme] = max(run.cutoff, newest.get(run.programme, ""))
        self._newest = set(newest.items())

    def in_order(self) -> list[Run]:
        """The runs, those of one programme and date together."""
        programmes = list(dict.fromkeys(run.programme for run in self._runs))
        return sorted(self._runs, key=lambda run: (programmes.index(run.programme), run.cutoff))

    def of(self, run: Run) -> Path | None:
        """Where a run shares; None where nobody else would ask, or its notebook may do anything to a frame."""
        wanted = self._own[_about(run)] > 1 or _about(run) in self._newest
        return self._folder if wanted and _can_share(run) else None

    def ended(self, run: Run) -> None:
        """A run has ended."""
        self._waiting[run.cutoff] -= 1
        if not self._waiting[run.cutoff] and run.cutoff not in {cutoff for _, cutoff in self._newest}:
            shutil.rmtree(self._folder / run.cutoff, ignore_errors=True)


def _about(run: Run) -> tuple[str, str]:
    return run.programme, run.cutoff


def _can_share(run: Run) -> bool:
    return run.own and run.folders is None
