"""The folder of reports: front pages, links between the pages, the collected results, the list of runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from porfse_analysis.display.report import Report, open_report
from porfse_analysis.display.words import wording
from porfse_analysis.files import write_aside
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.programme import Programme
from porfse_analysis.reports.comments import Comment, comment_of, read_comments
from porfse_analysis.reports.front_page import front_page
from porfse_analysis.reports.glossary_page import write_glossaries
from porfse_analysis.reports.ledger import runs_csv
from porfse_analysis.reports.navigation import Page, fill, front_links
from porfse_analysis.reports.results import collect_results, results_csv

__all__ = ["write_folder", "write_site"]


Runs = Sequence[dict[str, str]]
"""Runs and how they ended, as `State.listed` gives them."""


def write_folder(folder: str, out: Path, runs: Runs) -> tuple[list[Path], list[Path]]:
    """`write_site` for a programme folder ("" for the bundled one)."""
    return write_site(out, load_programme(folder or None), runs, read_comments(folder))


def write_site(
    out: Path, programme: Programme, runs: Runs, comments: Sequence[Comment] = ()
) -> tuple[list[Path], list[Path]]:
    """Bring front pages, links, results.csv and runs.csv up to date with the folder and with how its runs ended.

    `comments` are those of the evaluator. Returns the pages of reports whose links it has changed, and the
    files above the reports.
    """
    made = [
        (_folder(out, run["lang"]) / run["cutoff"] / f"{run['notebook']}.ipynb", run["lang"])
        for run in runs
        if run["status"] == "ok"
    ]
    results = collect_results((path, lang) for path, lang in made if path.is_file())
    pages = [page for page in (_page(out, run) for run in runs) if page.path.is_file()]
    fronts = _write_fronts(out, programme, runs, results, pages, comments)
    changed = fill(pages)
    # last, and each for itself: a spreadsheet may have one of them open, and all else is written
    lists = {out / "results.csv": results_csv(results), out / "runs.csv": runs_csv(runs)}
    refused = [error for path, text in lists.items() if (error := _refusal(path, text))]
    if refused:
        raise refused[0]
    return changed, [*lists, *fronts]


def _refusal(path: Path, text: str) -> PermissionError | None:
    try:
        write_aside(path, text)
    except PermissionError as error:
        return error
    return None


def _write_fronts(
    out: Path,
    programme: Programme,
    runs: Runs,
    results: pd.DataFrame,
    pages: list[Page],
    comments: Sequence[Comment],
) -> list[Path]:
    languages = [lang for lang in wording.LANGUAGES if any(run["lang"] == lang for run in runs)]
    fronts = {lang: _folder(out, lang) / "index.html" for lang in languages}
    report: Report | None = None
    written = []
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
                comment=comment_of(comments, latest, lang) if latest else None,
                files=[out / "results.csv", out / "runs.csv"],
                navigation=front_links(at, others),
                front=fronts[lang],
            )
            write_aside(at, page)
            written.append(at)
    return [*written, *write_glossaries(fronts, programme.author)]


def _page(out: Path, run: dict[str, str]) -> Page:
    path = _folder(out, run["lang"]) / run["cutoff"] / f"{run['notebook']}.html"
    return Page(run["notebook"], run["cutoff"], run["lang"], path, run["status"] == "ok")


def _folder(out: Path, lang: str) -> Path:
    return out if lang == wording.LANGUAGES[0] else out / lang
