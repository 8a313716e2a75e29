"""The page of the glossary, beside a front page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from porfse_analysis.display.glossary import all_terms
from porfse_analysis.display.html import Link, heading, paragraphs
from porfse_analysis.display.words import wording
from porfse_analysis.files import write_aside
from porfse_analysis.reports.navigation import address, front_links
from porfse_analysis.reports.render import page

__all__ = ["glossary_link", "write_glossaries"]

_NAME = "glossary.html"


def write_glossaries(fronts: Mapping[str, Path], author: str = "") -> list[Path]:
    """Write the glossary beside each front page (language -> its file); the pages written."""
    places = {lang: front.with_name(_NAME) for lang, front in fronts.items()}
    for lang, at in places.items():
        title = wording.text("glossary.title", lang)
        body = [
            heading(title, "title", level=1).html,
            paragraphs([wording.text("glossary.subtitle", lang)], "pf-subtitle").html,
            all_terms(lang).html,
        ]
        links = front_links(at, [(other, path) for other, path in places.items() if other != lang])
        text = page(
            lang=lang,
            title=title,
            body="\n".join(body),
            home=address(at, fronts[lang]),
            navigation=links,
            terms=False,
            author=author,
        )
        write_aside(at, text)
    return list(places.values())


def glossary_link(front: Path, at: Path, lang: str) -> Link:
    """The way from the page `at` to the glossary beside the front page of its language."""
    return Link(wording.text("glossary.link", lang), address(at, front.with_name(_NAME)))
