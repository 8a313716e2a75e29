"""The page above several programmes' reports: their main figures side by side, and where the reports of each are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from porfse_analysis.display.html import Link, heading, link_list, paragraphs
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.errors import DataError
from porfse_analysis.files import write_aside
from porfse_analysis.indicators.financial import RATES, financial_progress
from porfse_analysis.indicators.people import participants
from porfse_analysis.indicators.result import collect, figure_bound, value_bound
from porfse_analysis.languages import LANGUAGES
from porfse_analysis.loaders.descriptor import authors
from porfse_analysis.loaders.folder import load_programme
from porfse_analysis.periods import period_of
from porfse_analysis.reports.glossary_page import glossary_link, write_glossaries
from porfse_analysis.reports.navigation import address, front_links
from porfse_analysis.reports.render import page

__all__ = ["Member", "write_country"]

RESULTS = "results.csv"
"""What a folder of reports, and the folder above several, calls its collected results."""


@dataclass(frozen=True)
class Member:
    """A programme of the page: its code, its titles by language, the folder of its reports, how its runs ended.

    `folder` is that of its tables, "" for the bundled one.
    """

    cci: str
    titles: dict[str, str]
    out: Path
    runs: list[dict[str, str]]
    folder: str = ""


def write_country(out: Path, members: Sequence[Member]) -> list[Path]:
    """Write `out/index.html` (English under `en/`) over the reports of the members, and their results in one file.

    Returns the files.
    """
    languages = [lang for lang in LANGUAGES if any(run["lang"] == lang for member in members for run in member.runs)]
    fronts = {lang: _front(out, lang) for lang in languages}
    places = list(fronts.items())
    # by folder: two may be of one programme, as its tables were and as they are
    figures = {member.out: _figures(member.folder) for member in members}
    if languages and LANGUAGES[0] not in languages:
        places.append((languages[0], out / "index.html"))  # whoever opens the folder finds the reports there are
    results = _results(members)
    if results:
        write_aside(out / RESULTS, results)
    for lang, at in places:
        title = wording.text("country.title", lang)
        data = [Link(wording.text("front.file", lang, name=RESULTS), address(at, out / RESULTS))] if results else []
        body = [
            heading(title, "title", level=1).html,
            paragraphs([wording.text("country.lead", lang, count=len(members))], "pf-lead").html,
            _compared(members, figures, lang),
            _table(members, lang, at),
            link_list([glossary_link(fronts[lang], at, lang), *data]).html,
        ]
        author = authors(member.folder for member in members)
        links = front_links(at, [(other, path) for other, path in fronts.items() if other != lang])
        write_aside(at, page(lang=lang, title=title, body="\n".join(body), navigation=links, author=author))
    return [*(at for _, at in places), *([out / RESULTS] if results else []), *write_glossaries(fronts)]


def _results(members: Sequence[Member]) -> str:
    """The results of all members, one below the other, as each has them in its own folder; "" where none has any."""
    files = [member.out / RESULTS for member in members if (member.out / RESULTS).is_file()]
    texts = [file.read_bytes().decode() for file in files]  # line ends within a text stay what they are
    return "".join([*texts[:1], *(text.partition("\n")[2] for text in texts[1:])])


def _front(folder: Path, lang: str) -> Path:
    return (folder if lang == LANGUAGES[0] else folder / lang) / "index.html"


_MAIN = (*(RATES[stage] for stage in ("selected", "declared", "certified")), "participants")
"""The figures that are shown of each programme, in their order."""


def _figures(folder: str) -> dict[str, pd.Series]:
    """The main figures of a programme at its last date, by indicator, each with the date it is of.

    None where its tables cannot be read any more, while its reports are there.
    """
    try:
        programme = load_programme(folder or None)
    except DataError:
        return {}
    last = programme.cutoffs[-1]
    results = [
        financial_progress(programme, cutoff=last, by="programme"),
        participants(programme, cutoff=last, by="programme"),
    ]
    return {row["indicator"]: row for _, row in collect(results).iterrows() if pd.notna(row["value"])}


def _compared(members: Sequence[Member], figures: dict[Path, dict[str, pd.Series]], lang: str) -> str:
    """The table of the main figures side by side; what no programme has is left out."""
    shown = [name for name in _MAIN if any(name in own for own in figures.values())]
    lines = []
    for member in _sorted(members, lang):
        line = {"programme": wording.isolated(_title(member, lang))}
        for name in shown:
            row = figures[member.out].get(name)
            line[name] = wording.text("missing.short", lang) if row is None else _written(row, lang)
            line[f"{name}_date"] = "" if row is None else wording.date(row["data_date"], lang)
        lines.append(line)
    columns = [Column("programme", wording.text("country.programme", lang), "head")]
    for name in shown:
        title = wording.indicator_title(name, lang)
        columns += [
            Column(name, wording.text("country.figure", lang), "figure", title),
            Column(f"{name}_date", wording.text("country.of_date", lang), "text", title),
        ]
    rows = pd.DataFrame(lines, columns=[column.name for column in columns])
    lacking = any(name not in own for own in figures.values() for name in shown)
    notes = [wording.text("missing.explained", lang)] if lacking else []
    if len({period_of(member.cci) for member in members}) > 1:
        notes.append(wording.text("country.periods", lang))
    return Table(
        "compared", wording.text("country.compared", lang), rows, columns, notes=notes, whole=True
    )._repr_html_()


def _written(row: pd.Series, lang: str) -> str:
    if row["unit"] == "1":
        shown = wording.Form(1, percent=True, bound=value_bound(row["note"])).text(row["value"], lang)
    else:
        shown = replace(wording.COUNT, bound=figure_bound(row["note"])).text(row["value"], lang)
    return wording.partly(shown, row["note"], lang)


def _sorted(members: Sequence[Member], lang: str) -> list[Member]:
    return sorted(members, key=lambda member: (_title(member, lang), member.cci))


def _table(members: Sequence[Member], lang: str, at: Path) -> str:
    lines = []
    for member in _sorted(members, lang):
        mine = [run for run in member.runs if run["lang"] == lang]
        made = [run for run in mine if run["status"] == "ok"]
        front = _front(member.out, lang)
        latest = max((run["cutoff"] for run in made), default="")
        lines.append(
            {
                "programme": wording.isolated(_title(member, lang)),
                "address": address(at, front) if front.is_file() else "",
                "code": member.cci,
                "latest": wording.long_date(pd.Timestamp(latest), lang)
                if latest
                else wording.text("missing.short", lang),
                "made": wording.count(len(made), lang),
                "failed": wording.count(len(mine) - len(made), lang),
            }
        )

    def front_page(row: pd.Series) -> list[Link]:
        return [Link(row["programme"], row["address"])] if row["address"] else []

    kinds = {"programme": "head", "code": "text", "latest": "text", "made": "figure", "failed": "figure"}
    columns = [
        Column(name, wording.text(f"country.{name}", lang), kind, links=front_page if kind == "head" else None)
        for name, kind in kinds.items()
    ]
    rows = pd.DataFrame(lines, columns=[*kinds, "address"])
    return Table("programmes", wording.text("country.table", lang), rows, columns, whole=True)._repr_html_()


def _title(member: Member, lang: str) -> str:
    return member.titles.get(lang) or next(filter(None, member.titles.values()), member.cci)
