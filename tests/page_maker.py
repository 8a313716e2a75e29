"""Reports and pages for tests: each is made once, and whoever asks again is given the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from functools import cache
from pathlib import Path
from unittest import mock

import nbformat
import pandas as pd
from made_once import made_once

import porfse_analysis as pf
from porfse_analysis.display.cutoffs import comparison
from porfse_analysis.display.report import open_report
from porfse_analysis.reports.plan import make_plan
from porfse_analysis.reports.render import render
from porfse_analysis.reports.run import Outcome


class Reports:
    """`open_report`, but for one programme, date and language the same report: its frames are computed once.

    Its frames are shared: take a copy before changing one. Kept by the programme as it is in memory, so that one that
    was read again, or changed, has a report of its own.
    """

    def __init__(self):
        self._kept = {}

    def __call__(self, programme, *, cutoff, lang="it", rules=None):
        report = open_report(programme, cutoff=cutoff, lang=lang, rules=rules)
        if rules is not None:
            return report
        key = (id(programme), report.cutoff)
        _, first = self._kept.setdefault(key, (programme, report))  # with the programme, whose id is then no other's
        return self._kept.setdefault((*key, lang), first.in_language(lang))


@cache
def shared_reports():
    """The reports of this process."""
    return Reports()


NAMES = "names"
"""The file with the names of those of a run, in their order."""


class Pages:
    """Pages as `porfse report` writes them, without a kernel for each: the cells are executed in this process.

    `test_review.test_the_notebook_runs` holds them against pages of kernels, byte for byte.
    """

    def __init__(self, reports, shared):
        self._reports, self._shared, self._digests = reports, shared, {}

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
        if id(programme) not in self._digests:
            self._digests[id(programme)] = programme, digest(programme)
        of = (self._digests[id(programme)][1], str(run.notebook), run.programme, run.cutoff, run.lang)
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


def digest(programme):
    """What tells a programme from another: of the same rows, in whatever process they were read, the same."""
    said = hashlib.sha256()
    for item in fields(programme):
        value = getattr(programme, item.name)
        if isinstance(value, pd.DataFrame):
            value = f"{value.dtypes}{value.to_csv()}"
        elif isinstance(value, type(programme)):
            value = digest(value)
        said.update(repr((item.name, value)).encode())
    return said.hexdigest()


@cache
def formatter():
    """What a kernel makes of an object that is shown."""
    from IPython.core.formatters import DisplayFormatter

    return DisplayFormatter()


INVENTED = Path(__file__).parent / "data" / "invented-programme"


# WCAG 2.2 A and AA, and what axe calls best practice; the size of targets is off unless asked for
AXE = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}
