"""The folder of reports: front pages, links between the pages, the collected results, the list of runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from porfse_analysis.display import wording
from porfse_analysis.display.report import Report, open_report
from porfse_analysis.errors import ParameterError
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.programme import Programme
from porfse_analysis.reports.files import write_aside
from porfse_analysis.reports.front_page import front_page
from porfse_analysis.reports.navigation import Page, fill, front_links
from porfse_analysis.reports.results import collect_results, results_csv
from porfse_analysis.reports.run import Outcome

__all__ = ["RUN_COLUMNS", "check_folder", "write_site"]

RUN_COLUMNS = ("programme", "notebook", "cutoff", "lang", "status", "seconds", "reason")


def check_folder(out: Path, programme: Programme) -> None:
    """Refuse an output folder that is a file, or holds the reports of another programme."""
    if out.exists() and not out.is_dir():
        raise ParameterError(f"{out} is a file; name a folder for the reports")
    others = {run["programme"] for run in _listed(out)} - {programme.cci}
    if others:
        raise ParameterError(
            f"{out} holds the reports of {', '.join(sorted(others))}; name another folder for those of {programme.cci}"
        )


def write_site(out: Path, programme: Programme, outcomes: Iterable[Outcome]) -> None:
    """Bring front pages, links, results.csv and runs.csv up to date with the folder and with this call's outcomes."""
    runs = {(run["notebook"], run["cutoff"], run["lang"]): run for run in _listed(out) if _stays_inside(run)}
    for outcome in outcomes:
        run = outcome.run
        runs[run.name, run.cutoff, run.lang] = {
            "programme": programme.cci,
            "notebook": run.name,
            "cutoff": run.cutoff,
            "lang": run.lang,
            "status": "ok" if outcome.ok else "failed",
            "seconds": f"{outcome.seconds:.1f}",
            "reason": outcome.reason,
        }
    known = [runs[key] for key in sorted(runs)]
    made = [
        (_folder(out, run["lang"]) / run["cutoff"] / f"{run['notebook']}.ipynb", run["lang"])
        for run in known
        if run["status"] == "ok"
    ]
    results = collect_results((path, lang) for path, lang in made if path.is_file())
    write_aside(out / "results.csv", results_csv(results))
    write_aside(out / "runs.csv", _runs_csv(known))
    pages = [page for page in (_page(out, run) for run in known) if page.path.is_file()]
    _write_fronts(out, programme, known, results, pages)
    fill(pages)


def _write_fronts(
    out: Path, programme: Programme, runs: list[dict[str, str]], results: pd.DataFrame, pages: list[Page]
) -> None:
    languages = [lang for lang in wording.LANGUAGES if any(run["lang"] == lang for run in runs)]
    fronts = {lang: _folder(out, lang) / "index.html" for lang in languages}
    report: Report | None = None
    for lang in languages:
        mine = [page for page in pages if page.lang == lang and page.good]
        latest = max({page.cutoff for page in mine} & set(programme.cutoffs), default=None)
        if latest is None:
            report = None
        elif report is not None and report.cutoff == pd.Timestamp(latest):
            report = report.in_language(lang)
        else:
            report = open_report(programme, cutoff=latest, lang=lang)
        places = [fronts[lang]]
        if wording.LANGUAGES[0] not in languages and lang == languages[0]:
            places.append(out / "index.html")  # whoever opens the folder finds the reports there are
        for at in places:
            others = [(other, path) for other, path in fronts.items() if other != lang]
            page = front_page(
                programme,
                report,
                results,
                mine,
                [run for run in runs if run["lang"] == lang and run["status"] != "ok"],
                lang=lang,
                at=at,
                files=[out / "results.csv", out / "runs.csv"],
                navigation=front_links(at, others),
            )
            write_aside(at, page)


def _page(out: Path, run: dict[str, str]) -> Page:
    path = _folder(out, run["lang"]) / run["cutoff"] / f"{run['notebook']}.html"
    return Page(run["notebook"], run["cutoff"], run["lang"], path, run["status"] == "ok")


def write_folder(folder: str, out: Path, outcomes: Iterable[Outcome]) -> tuple[list[Path], list[Path]]:
    """`write_site` for a programme folder ("" for the bundled one).

    Returns the pages of reports it has written again, and the files it has made.
    """
    write_site(out, load_programme(folder or None), outcomes)
    return [], [
        path for name in ("index.html", "en/index.html", "results.csv", "runs.csv") if (path := out / name).is_file()
    ]


def _folder(out: Path, lang: str) -> Path:
    return out if lang == wording.LANGUAGES[0] else out / lang


def _listed(out: Path) -> list[dict[str, str]]:
    path = out / "runs.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [row for row in rows if set(RUN_COLUMNS) <= set(row)]


def _stays_inside(run: dict[str, str]) -> bool:
    """Whether a line of runs.csv, which anybody may have edited, names a page of this folder."""
    return (
        run["lang"] in wording.LANGUAGES
        and re.fullmatch(r"\d{4}-\d{2}-\d{2}", run["cutoff"]) is not None
        and re.search(r"[/\\\0]", run["notebook"]) is None
    )


def _runs_csv(runs: list[dict[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, RUN_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(runs)
    return buffer.getvalue()
