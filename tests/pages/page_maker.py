"""Reports and pages for tests: each is made once, in this process, and whoever asks again is given the same."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from unittest import mock

import nbformat

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


class Pages:
    """Pages as `porfse report` writes them, without a kernel for each: the cells are executed in this process.

    `test_review.test_the_notebook_runs` holds them against pages of kernels, byte for byte.
    """

    def __init__(self, reports):
        self._reports, self._kept = reports, {}

    def write(self, out, programme, *, folder="", **plan):
        """The pages of a plan in the folder `out`; gives the outcomes, as `run_all` does."""
        outcomes = []
        for run in make_plan(programme, folder=folder, out=out, **plan):
            key = (id(programme), run.notebook, run.cutoff, run.lang)
            if key not in self._kept:
                self._kept[key] = (programme, self._make(run, programme))
            for name, content in self._kept[key][1].items():
                path = run.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            outcomes.append(Outcome(run, 1.0, files=tuple(run.folder / name for name in self._kept[key][1])))
        return outcomes

    def _make(self, run, programme):
        """Name -> content of the files of a run: the executed notebook, the page, what lies beside it."""
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
        run.folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, run.executed)
        made = render(run.executed, run.lang, run.name, home="../index.html")
        return {run.executed.name: run.executed.read_bytes(), **made}


@cache
def formatter():
    """What a kernel makes of an object that is shown."""
    from IPython.core.formatters import DisplayFormatter

    return DisplayFormatter()


INVENTED = Path(__file__).parents[1] / "data" / "invented-programme"


# WCAG 2.2 A and AA, and what axe calls best practice; the size of targets is off unless asked for
AXE = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}
