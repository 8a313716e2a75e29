"""The front page of a folder of reports: where the programme stands, what moved last, what needs a look, all dates."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from porfse_analysis.display import figures
from porfse_analysis.display.blocks import key_numbers
from porfse_analysis.display.documents import findings_table
from porfse_analysis.display.html import heading, paragraphs
from porfse_analysis.display.programme_report.money import change_rows, changes_table
from porfse_analysis.display.report import Report
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.programme import Programme
from porfse_analysis.reports.navigation import Page, address, in_order, notebook_title
from porfse_analysis.reports.render import page as whole_page
from porfse_analysis.schema import ALL

__all__ = ["front_page"]

_SHOWN = ("activation_rate", "selection_rate", "declaration_rate", "certification_rate", "participants")

_MOVES, _FINDINGS = 3, 6
"""So many moves of axes by each measure, so many findings: the report has them all."""


def front_page(
    programme: Programme,
    report: Report | None,
    results: pd.DataFrame,
    pages: Sequence[Page],
    failed: Sequence[dict[str, str]],
    *,
    lang: str,
    at: Path,
    files: Iterable[Path] = (),
    navigation: str = "",
) -> str:
    """The front page in `lang`, as the file `at`.

    `report` is the programme at the latest date that has a page (None without one), `results` what the notebooks
    recorded, `pages` the reports that can be read, `failed` the runs that failed, `files` other files to point to.
    """
    sections: list[tuple[str, str, str]] = []

    def add(name: str, *pieces: str, **values: object) -> None:
        sections.append((name, wording.text(f"front.{name}", lang, **values), "\n".join(filter(None, pieces))))

    if report is not None:
        latest = [page for page in in_order(pages) if page.cutoff == report.cutoff.date().isoformat()]
        day = wording.long_date(report.cutoff, lang)
        add("latest", _reports_of(latest, report, at), _html(key_numbers(report)), date=day)
        add("progress", _html(figures.over_time(report)))
        if report.previous is not None:
            add("moved", *_moved(report, latest, at), date=wording.long_date(report.previous, lang))
        add("attention", *_attention(report, latest, at))
    if failed:
        add("failed", _failed(failed, lang))
    cutoffs = {page.cutoff for page in pages} | {run["cutoff"] for run in failed}
    add("dates", _dates(cutoffs, pages, results, lang, at), _files(files, lang, at))
    title = programme.title(lang)
    body = [
        _html(heading(title, "title", level=1)),
        _html(paragraphs([wording.text("front.subtitle", lang, cci=programme.cci)], "pf-subtitle")),
        *(f"{_html(heading(label, name))}\n{pieces}" for name, label, pieces in sections),
    ]
    contents = [(name, label) for name, label, _ in sections]
    return whole_page(lang=lang, title=title, body="\n".join(body), sections=contents, navigation=navigation)


def _html(piece: object) -> str:
    return str(piece._repr_html_())  # type: ignore[attr-defined]


def _link(at: Path, target: Path, label: str, anchor: str = "") -> str:
    return f'<a href="{address(at, target)}{anchor}">{html.escape(label)}</a>'


def _reports_of(latest: Sequence[Page], report: Report, at: Path) -> str:
    """The reports of the latest date."""
    day = wording.long_date(report.cutoff, report.lang)
    links = [
        _link(at, page.path, report.text("index.link", date=day, notebook=notebook_title(page.notebook, report.lang)))
        for page in latest
    ]
    return f'<ul class="pf-reports">{"".join(f"<li>{link}</li>" for link in links)}</ul>' if links else ""


def _to_section(latest: Sequence[Page], at: Path, anchor: str, label: str) -> str:
    """A link to a section of a report of the latest date, where one of them has it."""
    for page in latest:
        if f' id="{anchor}"' in page.path.read_text(encoding="utf-8"):
            return f'<p class="pf-more">{_link(at, page.path, label, f"#{anchor}")}</p>'
    return ""


def _moved(report: Report, latest: Sequence[Page], at: Path) -> list[str]:
    """What the programme moved by, the axes that moved most, and what its plan changed."""
    rows = change_rows(report)
    rows = rows[rows["moved"].notna() & ((rows["moved"] != 0) | (rows["plan"].fillna(0) != 0))]
    axes = rows[rows["axis"] != ALL]
    most = {
        place
        for name in ("moved", "points")
        for place in axes[name].abs().dropna().sort_values(ascending=False, kind="stable").index[:_MOVES]
    }
    order = axes.loc[sorted(most)].assign(size=lambda kept: kept["moved"].abs())
    shown = pd.concat([rows[rows["axis"] == ALL], order.sort_values("size", ascending=False, kind="stable")])
    dates = {
        "date": wording.date(report.cutoff, report.lang),
        "previous": wording.date(report.previous, report.lang) if report.previous is not None else "",
    }
    found = report.findings
    plans = found[found["check"].isin(["plan_change", "target_change"])]
    plans = plans[(plans["cutoff"] > report.previous) & (plans["cutoff"] <= report.cutoff)]
    worded = word_findings(plans, report.lang)
    named = [report.text("front.plan_change", axis=row["axis"], change=row["message"]) for _, row in worded.iterrows()]
    said = "".join(f"<li>{html.escape(line)}</li>" for line in named)
    return [
        _html(changes_table(report, shown.reset_index(drop=True), report.text("front.moves", count=_MOVES, **dates))),
        f"<ul>{said}</ul>" if said else _html(paragraphs([report.text("front.no_plan_change", **dates)])),
        _to_section(latest, at, "changes", report.text("front.all_moves")),
    ]


def _attention(report: Report, latest: Sequence[Page], at: Path) -> list[str]:
    """Errors and warnings known at the latest date, the worst and newest first."""
    found = report.findings
    grave = found[found["severity"].isin(["error", "warning"])]
    if grave.empty:
        text = _html(paragraphs([report.text("front.no_attention")], "pf-empty"))
        return [text, _to_section(latest, at, "checks", report.text("front.all_findings", count=len(found)))]
    ordered = grave.assign(error=grave["severity"] == "error").sort_values(
        ["error", "cutoff"], ascending=False, kind="stable"
    )
    day = wording.date(report.cutoff, report.lang)
    shown = ordered.head(_FINDINGS).drop(columns="error").reset_index(drop=True)
    more = len(grave) - len(shown)
    return [
        _html(findings_table(report, shown, report.text("front.findings", date=day))),
        _html(paragraphs([report.text("front.more_findings", count=more)])) if more else "",
        _to_section(latest, at, "checks", report.text("front.all_findings", count=len(found))),
    ]


def _failed(failed: Sequence[dict[str, str]], lang: str) -> str:
    lines = "".join(
        "<li>"
        + html.escape(
            wording.text(
                "front.failed_run",
                lang,
                date=wording.long_date(pd.Timestamp(run["cutoff"]), lang),
                notebook=notebook_title(run["notebook"], lang),
                reason=run["reason"],
            )
        )
        + "</li>"
        for run in failed
    )
    return f'<ul class="pf-failed">{lines}</ul>'


def _files(files: Iterable[Path], lang: str, at: Path) -> str:
    links = [_link(at, path, wording.text("front.file", lang, name=path.name)) for path in files]
    return f'<ul class="pf-reports">{"".join(f"<li>{link}</li>" for link in links)}</ul>' if links else ""


def _dates(cutoffs: Iterable[str], pages: Sequence[Page], results: pd.DataFrame, lang: str, at: Path) -> str:
    """All dates, the latest first, each with its reports and main figures."""
    mine = results[(results["lang"] == lang) & (results["axis"] == ALL)]
    mine = mine.drop_duplicates(["cutoff", "indicator"])
    known = {(row["cutoff"].date().isoformat(), row["indicator"]): row for _, row in mine.iterrows()}
    rows = pd.DataFrame({"cutoff": sorted(cutoffs, reverse=True)})

    def figure(name: str) -> Callable[[pd.Series], str]:
        def write(row: pd.Series) -> str:
            found = known.get((row["cutoff"], name))
            if found is None or pd.isna(found["value"]):
                return wording.text("missing.short", lang)
            value = float(found["value"])
            shown = wording.count(value, lang) if name == "participants" else wording.rate(value, lang)
            if found["data_date"] < found["cutoff"]:
                # an old figure beside a new one says so in its own cell
                return wording.text("index.of_date", lang, figure=shown, date=wording.date(found["data_date"], lang))
            return shown

        return write

    def day(row: pd.Series) -> str:
        return wording.long_date(pd.Timestamp(row["cutoff"]), lang)

    columns = [
        Column("cutoff", wording.text("index.date", lang), "head", write=day),
        Column("reports", wording.text("index.reports", lang), write=lambda row: str(row["cutoff"])),
        *(Column(name, wording.indicator_title(name, lang), "figure", write=figure(name)) for name in _SHOWN),
    ]
    note = wording.text("index.note", lang)
    table = _html(Table("dates-table", wording.text("index.table", lang), rows, columns, notes=[note]))
    # the cells of the table are plain text; the date, as a file is called, gives way to the links
    for _, row in rows.iterrows():
        links = "".join(
            f'<li><a href="{address(at, page.path)}"><span class="pf-hidden">{html.escape(day(row))}: </span>'
            f"{html.escape(notebook_title(page.notebook, lang))}</a></li>"
            for page in in_order(page for page in pages if page.cutoff == row["cutoff"])
        )
        shown = f'<ul class="pf-reports">{links}</ul>' if links else wording.text("missing.short", lang)
        table = table.replace(f">{row['cutoff']}</td>", f">{shown}</td>")
    return table
