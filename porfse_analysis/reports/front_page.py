"""The front page of a folder of reports: where the programme stands, what moved last, what needs a look, all dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from porfse_analysis.display import figures
from porfse_analysis.display.age import is_old
from porfse_analysis.display.blocks import first_sentences, key_numbers
from porfse_analysis.display.documents import findings_table
from porfse_analysis.display.figure import Figure
from porfse_analysis.display.html import Html, Link, bullets, heading, link_list, more, paragraphs
from porfse_analysis.display.predecessor import beside
from porfse_analysis.display.programme_report.certification import certification_targets
from porfse_analysis.display.programme_report.money import NEW, change_rows, changes_table
from porfse_analysis.display.report import Report
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.indicators.result import value_bound
from porfse_analysis.programme import Programme
from porfse_analysis.reports.comments import Comment, as_html
from porfse_analysis.reports.glossary_page import glossary_link
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
    comment: Comment | None = None,
    files: Iterable[Path] = (),
    navigation: str = "",
    front: Path | None = None,
) -> str:
    """The front page in `lang`, as the file `at`.

    `report` is the programme at the latest date that has a page (None without one), `results` what the notebooks
    recorded, `comment` what the evaluator says of that date,
    `pages` the reports that can be read, `failed` the runs that failed, `files` other files to point to, `front` the
    front page that the glossary lies beside (None: this one).
    """
    sections: list[tuple[str, str, str]] = []

    def add(name: str, *pieces: str, **values: object) -> None:
        sections.append((name, wording.text(f"front.{name}", lang, **values), "\n".join(filter(None, pieces))))

    if report is not None:
        latest = [page for page in in_order(pages) if page.cutoff == report.cutoff.date().isoformat()]
        day = wording.long_date(report.cutoff, lang)
        said = _html(first_sentences(report))
        add("latest", said, _reports_of(latest, report, at), _html(key_numbers(report)), date=day)
        add("progress", _html(figures.over_time(report)), *(_html(table) for table in certification_targets(report)))
        if set_beside := beside(report):
            add("predecessor", *(_html(table) for table in set_beside))
        if report.previous is not None:
            add("moved", *_moved(report, latest, at), date=wording.long_date(report.previous, lang))
        add("attention", *_attention(report, latest, at))
    if failed:
        add("failed", _failed(failed, lang))
    cutoffs = {page.cutoff for page in pages} | {run["cutoff"] for run in failed}
    add("dates", _dates(cutoffs, pages, results, lang, at), _files(files, lang, at, front or at))
    title = programme.title(lang)
    said = ""
    if comment is not None:
        said = as_html(comment, lang, wording.long_date(pd.Timestamp(comment.cutoff), lang))
    body = [
        _html(heading(title, "title", level=1)),
        _html(paragraphs([wording.text("front.subtitle", lang, cci=programme.cci)], "pf-subtitle")),
        said,
        *(f"{_html(heading(label, name))}\n{pieces}" for name, label, pieces in sections),
    ]
    contents = [(name, label) for name, label, _ in sections]
    tab = wording.text("front.tab", lang, title=title)
    text = "\n".join(body)
    return whole_page(
        lang=lang, title=tab, body=text, sections=contents, navigation=navigation, author=programme.author
    )


def _html(piece: Html | Figure | Table) -> str:
    return piece._repr_html_()


def _reports_of(latest: Sequence[Page], report: Report, at: Path) -> str:
    """The reports of the latest date."""
    day = wording.long_date(report.cutoff, report.lang)
    return _links(
        Link(
            report.text("index.link", date=day, notebook=notebook_title(page.notebook, report.lang)),
            address(at, page.path),
        )
        for page in latest
    )


def _links(links: Iterable[Link]) -> str:
    known = list(links)
    return link_list(known).html if known else ""


def _to_section(latest: Sequence[Page], at: Path, anchor: str, label: str) -> str:
    """A link to a section of a report of the latest date, where one of them has it."""
    for page in latest:
        if f' id="{anchor}"' in page.path.read_text(encoding="utf-8"):
            return more(Link(label, f"{address(at, page.path)}#{anchor}")).html
    return ""


def _moved(report: Report, latest: Sequence[Page], at: Path) -> list[str]:
    """What the programme moved by, the axes that moved most, and what its plan changed."""
    known = change_rows(report)
    new = known[known["status"].isin(NEW)]  # the table names them below
    known = known[known["numerator_change"].notna()]
    rows = known[(known["numerator_change"] != 0) | (known["denominator_change"].fillna(0) != 0)]
    rows = known[known["axis"] == ALL] if rows.empty else rows  # newer figures, none of which has moved
    axes = rows[rows["axis"] != ALL]
    most = {
        place
        for name in ("numerator_change", "change")
        for place in axes[name].abs().dropna().sort_values(ascending=False, kind="stable").index[:_MOVES]
    }
    order = axes.loc[sorted(most)].assign(size=lambda kept: kept["numerator_change"].abs())
    shown = pd.concat([rows[rows["axis"] == ALL], order.sort_values("size", ascending=False, kind="stable"), new])
    dates = {
        "date": wording.date(report.cutoff, report.lang),
        "previous": wording.date(report.previous, report.lang) if report.previous is not None else "",
    }
    found = report.findings
    plans = found[found["check"].isin(["plan_change", "target_change"])]
    plans = plans[(plans["cutoff"] > report.previous) & (plans["cutoff"] <= report.cutoff)]
    worded = word_findings(plans, report.lang)
    named = [report.text("front.plan_change", axis=row["axis"], change=row["message"]) for _, row in worded.iterrows()]
    caption = "front.moves" if len(report.programme.axes) else "front.moves_whole"
    return [
        _html(changes_table(report, shown.reset_index(drop=True), report.text(caption, count=_MOVES, **dates))),
        _html(paragraphs([report.text("front.plan_changed", **dates)])) if named else "",
        _html(bullets(named) if named else paragraphs([report.text("front.no_plan_change", **dates)])),
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
    said = [
        wording.text(
            "front.failed_run",
            lang,
            date=wording.long_date(pd.Timestamp(run["cutoff"]), lang),
            notebook=notebook_title(run["notebook"], lang),
        )
        for run in failed
    ]
    return bullets(said, "pf-failed").html


def _files(files: Iterable[Path], lang: str, at: Path, front: Path) -> str:
    """The glossary, and the data."""
    data = [Link(wording.text("front.file", lang, name=path.name), address(at, path)) for path in files]
    return _links([glossary_link(front, at, lang), *data])


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
            bound = value_bound(found["note"])
            write = wording.count if name == "participants" else wording.rate
            shown = write(value, lang, bound=bound)
            shown = wording.partly(shown, found["note"], lang)
            if is_old(found["data_date"], found["cutoff"]):
                # an old figure beside a new one says so in its own cell
                return wording.text("index.of_date", lang, figure=shown, date=wording.date(found["data_date"], lang))
            return shown

        return write

    def carried(name: str) -> Callable[[pd.Series], bool]:
        def old(row: pd.Series) -> bool:
            found = known.get((row["cutoff"], name))
            return found is not None and bool(is_old(found["data_date"], found["cutoff"]))

        return old

    def day(row: pd.Series) -> str:
        return wording.long_date(pd.Timestamp(row["cutoff"]), lang)

    def reports(row: pd.Series) -> list[Link]:
        return [
            Link(notebook_title(page.notebook, lang), address(at, page.path), f"{day(row)}:")
            for page in in_order(page for page in pages if page.cutoff == row["cutoff"])
        ]

    def no_report(row: pd.Series) -> str:
        return wording.text("missing.short", lang)

    columns = [
        Column("cutoff", wording.text("index.date", lang), "head", write=day),
        Column("reports", wording.text("index.reports", lang), write=no_report, links=reports),
        *(
            Column(name, wording.indicator_title(name, lang), "figure", write=figure(name), old=carried(name))
            for name in _SHOWN
            # what is published at no date takes no column
            if any(row["indicator"] == name and pd.notna(row["value"]) for row in known.values())
        ),
    ]
    note = wording.text("index.note", lang)
    return _html(Table("dates", wording.text("index.table", lang), rows, columns, notes=[note], whole=True))
