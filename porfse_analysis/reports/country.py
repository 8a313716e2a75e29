"""The page above several programmes' reports: one line each, with its latest date and a link to its front page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from porfse_analysis.display.html import Link, heading, paragraphs
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.files import write_aside
from porfse_analysis.languages import LANGUAGES
from porfse_analysis.reports.navigation import address, front_links
from porfse_analysis.reports.render import page

__all__ = ["Member", "write_country"]


@dataclass(frozen=True)
class Member:
    """A programme of the page: its code, its titles by language, the folder of its reports, how its runs ended."""

    cci: str
    titles: dict[str, str]
    out: Path
    runs: list[dict[str, str]]


def write_country(out: Path, members: Sequence[Member]) -> None:
    """Write `out/index.html` (English under `en/`) over the reports of the members, sorted by title."""
    runs = {member.cci: member.runs for member in members}
    languages = [lang for lang in LANGUAGES if any(run["lang"] == lang for rows in runs.values() for run in rows)]
    fronts = {lang: _front(out, lang) for lang in languages}
    places = list(fronts.items())
    if languages and LANGUAGES[0] not in languages:
        places.append((languages[0], out / "index.html"))  # whoever opens the folder finds the reports there are
    for lang, at in places:
        title = wording.text("country.title", lang)
        body = [
            heading(title, "title", level=1).html,
            paragraphs([wording.text("country.lead", lang, count=len(members))], "pf-lead").html,
            _table(members, runs, lang, at),
        ]
        links = front_links(at, [(other, path) for other, path in fronts.items() if other != lang])
        write_aside(at, page(lang=lang, title=title, body="\n".join(body), navigation=links))


def _front(folder: Path, lang: str) -> Path:
    return (folder if lang == LANGUAGES[0] else folder / lang) / "index.html"


def _table(members: Sequence[Member], runs: dict[str, list[dict[str, str]]], lang: str, at: Path) -> str:
    lines = []
    for member in sorted(members, key=lambda member: (_title(member, lang), member.cci)):
        mine = [run for run in runs[member.cci] if run["lang"] == lang]
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
    return Table("programmes", wording.text("country.table", lang), rows, columns)._repr_html_()


def _title(member: Member, lang: str) -> str:
    return member.titles.get(lang) or next(filter(None, member.titles.values()), member.cci)
