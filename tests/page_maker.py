"""Reports and pages for tests: each is made once, and whoever asks again is given the same."""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import fields
from functools import cache, cached_property
from pathlib import Path
from unittest import mock

import nbformat
import pandas as pd
from made_once import made_once

import porfse_analysis as pf
from porfse_analysis.display.cutoffs import comparison
from porfse_analysis.display.report import _Position, open_report
from porfse_analysis.reports.plan import make_plan
from porfse_analysis.reports.render import render
from porfse_analysis.reports.run import Outcome


class Reports:
    """`open_report`, but for one programme, date and language the same report: its frames are computed once.

    Its frames are shared: take a copy before changing one. Kept by the programme as it is in memory, so that one that
    was read again, or changed, has a report of its own; of programmes with the same rows they are computed by one of
    the processes the tests run in.
    """

    def __init__(self, shared):
        self._shared, self._kept = shared, {}

    def __call__(self, programme, *, cutoff, lang="it", rules=None):
        report = open_report(programme, cutoff=cutoff, lang=lang, rules=rules)
        if rules is not None:
            return report
        key = (id(programme), report.cutoff)
        if key not in self._kept:
            named = f"{digest(programme)}-{report.cutoff.date()}"
            report.position.__dict__["shared"] = self._shared / named
            object.__setattr__(report.position, "__class__", SharedPosition)
            self._kept[key] = programme, report  # with the programme, whose id is then no other's
        first = self._kept[key][1]
        return self._kept.setdefault((*key, lang), first.in_language(lang))

    def results(self, programme, *, cutoff):
        """`all_indicators`: of a part of a programme there are reports of, which ends at one of its dates, as of it."""
        for known, _ in [self._kept[key] for key in self._kept if len(key) == 2]:
            if programme.cci == known.cci and digest(programme) == digest(until(known, programme.cutoffs[-1])):
                return self(known, cutoff=cutoff).results
        return pf.all_indicators(programme, cutoff=cutoff)


def made_by_one(name):
    """A frame of a position: made by the process that needs it first, read by the others."""

    def get(self):
        place = self.shared.with_name(f"{self.shared.name}-{name}")
        make = getattr(_Position, name).func
        made_once(place, lambda folder: (folder / "frames").write_bytes(pickle.dumps(make(self))))
        return pickle.loads((place / "frames").read_bytes())

    return get


class SharedPosition(_Position):
    """What is known of a programme at a date, as the package makes it, with the frames that take long made by one."""


for frame in ("results", "findings", "verdicts", "_calendar", "target_changes"):
    kept = cached_property(made_by_one(frame))
    kept.__set_name__(SharedPosition, frame)
    setattr(SharedPosition, frame, kept)


@cache
def shared_reports(shared):
    """The reports of this process."""
    return Reports(shared)


def digest(programme):
    """What tells a programme from another: of the same rows, in whatever process they were read, the same."""
    if id(programme) not in DIGESTS:
        said = hashlib.sha256()
        for item in fields(programme):
            value = getattr(programme, item.name)
            if isinstance(value, pd.DataFrame):
                value = f"{value.dtypes}{value.to_csv()}"
            elif isinstance(value, type(programme)):
                value = digest(value)
            said.update(repr((item.name, value)).encode())
        DIGESTS[id(programme)] = programme, said.hexdigest()
    return DIGESTS[id(programme)][1]


DIGESTS = {}


UNTIL = {}


def until(programme, cutoff):
    """A programme until a date, cut once."""
    key = (id(programme), cutoff)
    if key not in UNTIL:
        UNTIL[key] = programme, programme.until(cutoff)
    return UNTIL[key][1]


NAMES = "names"
"""The file with the names of those of a run, in their order."""


class Pages:
    """Pages as `porfse report` writes them, without a kernel for each: the cells are executed in this process.

    `test_review.test_the_notebook_runs` holds them against pages of kernels, byte for byte.
    """

    def __init__(self, reports, shared):
        self._reports, self._shared = reports, shared

    def write(self, out, programme, *, folder="", **plan):
        """The pages of a plan in the folder `out`; gives the outcomes, as `run_all` does."""
        runs = make_plan(programme, folder=folder, out=out, **plan)
        # first those that nobody else is making
        waiting = [run for run in runs if not self._made(run, programme, wait=False)]
        for run in waiting:
            self._made(run, programme)
        outcomes = []
        for run in runs:
            kept = self._kept(run, programme)
            names = (kept / NAMES).read_text(encoding="utf-8").splitlines()
            for name in names:
                path = run.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes((kept / name).read_bytes())
            outcomes.append(Outcome(run, 1.0, files=tuple(run.folder / name for name in names)))
        return outcomes

    def _kept(self, run, programme):
        """Where the files of a run lie, whatever folder they are asked for in."""
        of = (digest(programme), str(run.notebook), run.programme, run.cutoff, run.lang)
        return self._shared / hashlib.sha256(repr(of).encode()).hexdigest()

    def _made(self, run, programme, *, wait=True):
        return made_once(self._kept(run, programme), lambda place: self._make(run, programme, place), wait=wait)

    def _make(self, run, programme, place):
        """The files of a run in the folder `place`: the executed notebook, the page, what lies beside it."""
        notebook = nbformat.read(run.notebook, as_version=4)
        notebook.metadata["papermill"] = {"parameters": run.parameters}
        names, outputs = {}, []

        def display(item, raw=False):
            data, metadata = (item, {}) if raw else formatter().format(item)
            bundle = {"output_type": "display_data", "data": data, "metadata": metadata}
            outputs.append(nbformat.from_dict(json.loads(json.dumps(bundle))))

        with (
            mock.patch("IPython.display.display", display),
            mock.patch.object(pf, "load_programme", return_value=programme),
            mock.patch.object(pf, "open_report", self._reports),
            mock.patch.object(comparison, "open_report", self._reports),
        ):
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    outputs = []
                    exec(cell.source, names)
                    cell.outputs = outputs
                    if "parameters" in cell.metadata.get("tags", ()):
                        names |= run.parameters
        executed = place / run.executed.name
        nbformat.write(notebook, executed)
        made = render(executed, run.lang, run.name, home="../index.html")
        for name, content in made.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(content)
        (place / NAMES).write_text("\n".join([*made, executed.name]), encoding="utf-8")


@cache
def formatter():
    """What a kernel makes of an object that is shown."""
    from IPython.core.formatters import DisplayFormatter

    return DisplayFormatter()


INVENTED = Path(__file__).parent / "data" / "invented-programme"
