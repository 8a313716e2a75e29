"""The folder of reports: the index of all dates, the collected results, the list of runs."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from porfse_analysis.display import wording
from porfse_analysis.display.html import heading, paragraphs
from porfse_analysis.display.table import Column, Table
from porfse_analysis.errors import ParameterError
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.programme import Programme
from porfse_analysis.reports.files import write_aside
from porfse_analysis.reports.plan import REPORT_NOTEBOOKS
from porfse_analysis.reports.render import page
from porfse_analysis.reports.results import collect_results, results_csv
from porfse_analysis.reports.run import Outcome
from porfse_analysis.schema import ALL

__all__ = ["RUN_COLUMNS", "check_folder", "write_site"]

RUN_COLUMNS = ("programme", "notebook", "cutoff", "lang", "status", "seconds", "reason")

_SHOWN = ("activation_rate", "selection_rate", "declaration_rate", "certification_rate", "participants")


def check_folder(out: Path, programme: Programme) -> None:
    """Refuse an output folder that is a file, or holds the reports of another programme."""
    if out.exists() and not out.is_dir():
        raise ParameterError(f"{out} is a file; name a folder for the reports")
    others = {run["programme"] for run in _known_runs(out)} - {programme.cci}
    if others:
        raise ParameterError(
            f"{out} holds the reports of {', '.join(sorted(others))}; name another folder for those of {programme.cci}"
        )


def write_site(out: Path, programme: Programme, outcomes: Iterable[Outcome]) -> None:
    """Bring index, results.csv and runs.csv up to date with what lies in the folder and with this call's outcomes."""
    runs = {(run["notebook"], run["cutoff"], run["lang"]): run for run in _known_runs(out)}
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
    languages = sorted({run["lang"] for run in known})
    for lang in languages:
        mine = [run for run in known if run["lang"] == lang]
        write_aside(_folder(out, lang) / "index.html", _index(programme, mine, results, lang))
    if languages and wording.LANGUAGES[0] not in languages:
        # whoever opens the folder finds the reports there are
        mine = [run for run in known if run["lang"] == languages[0]]
        write_aside(out / "index.html", _index(programme, mine, results, languages[0], below=f"{languages[0]}/"))


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


def _known_runs(out: Path) -> list[dict[str, str]]:
    path = out / "runs.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [row for row in rows if set(RUN_COLUMNS) <= set(row)]


def _runs_csv(runs: list[dict[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, RUN_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(runs)
    return buffer.getvalue()


def _index(programme: Programme, runs: list[dict[str, str]], results: pd.DataFrame, lang: str, below: str = "") -> str:
    title = programme.title(lang)
    body = [
        heading(title, "title", level=1).html,
        paragraphs([wording.text("index.subtitle", lang, cci=programme.cci)], "pf-subtitle").html,
        heading(wording.text("index.dates", lang), "dates").html,
        _dates(runs, results, lang, below),
    ]
    failed = [run for run in runs if run["status"] != "ok"]
    if failed:
        body.append(heading(wording.text("index.failed", lang), "failed").html)
        body += [
            f"<p><strong>{html.escape(run['notebook'])} {html.escape(run['cutoff'])}</strong>: "
            f"{html.escape(run['reason'])}</p>"
            for run in failed
        ]
    return page(lang=lang, title=title, body="\n".join(body))


def _dates(runs: list[dict[str, str]], results: pd.DataFrame, lang: str, below: str) -> str:
    """All dates, the latest first, each with its links and main figures."""
    mine = results[(results["lang"] == lang) & (results["axis"] == ALL)]
    mine = mine.drop_duplicates(["cutoff", "indicator"])
    figures = {(row["cutoff"].date().isoformat(), row["indicator"]): row for _, row in mine.iterrows()}
    rows = pd.DataFrame({"cutoff": sorted({run["cutoff"] for run in runs}, reverse=True)})

    def figure(name: str) -> Callable[[pd.Series], str]:
        def write(row: pd.Series) -> str:
            found = figures.get((row["cutoff"], name))
            if found is None or pd.isna(found["value"]):
                return wording.text("missing.short", lang)
            value = float(found["value"])
            shown = wording.count(value, lang) if name == "participants" else wording.rate(value, lang)
            if found["data_date"] < found["cutoff"]:
                # an old figure beside a new one says so in its own cell
                return wording.text("index.of_date", lang, figure=shown, date=wording.date(found["data_date"], lang))
            return shown

        return write

    columns = [
        Column("cutoff", wording.text("index.date", lang), "head"),
        *(Column(name, wording.indicator_title(name, lang), "figure", write=figure(name)) for name in _SHOWN),
    ]
    table = Table(
        "dates", wording.text("index.table", lang), rows, columns, notes=[wording.text("index.note", lang)]
    )._repr_html_()
    # the cells of the table are plain text; the date of each becomes the link to its reports
    for cutoff in rows["cutoff"]:
        links = [
            f'<a href="{below}{html.escape(cutoff)}/{html.escape(run["notebook"])}.html">{_link(cutoff, run, lang)}</a>'
            for run in sorted(runs, key=_order)
            if run["cutoff"] == cutoff and run["status"] == "ok"
        ]
        shown = "<br>".join(links) or wording.long_date(pd.Timestamp(cutoff), lang)
        table = table.replace(f">{cutoff}</th>", f">{shown}</th>")
    return table


def _order(run: dict[str, str]) -> int:
    """The reports of the package in their own order, others after them."""
    return REPORT_NOTEBOOKS.index(run["notebook"]) if run["notebook"] in REPORT_NOTEBOOKS else len(REPORT_NOTEBOOKS)


def _link(cutoff: str, run: dict[str, str], lang: str) -> str:
    day = wording.long_date(pd.Timestamp(cutoff), lang)
    key = f"notebook.{run['notebook']}"
    name = wording.text(key, lang) if wording.has_text(key) else run["notebook"]
    return html.escape(wording.text("index.link", lang, date=day, notebook=name))
