"""Sources as a reader meets them: a number in a table, a line under it, the whole list at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from porfse_analysis.display.page import Page
from porfse_analysis.display.words import wording
from porfse_analysis.languages import in_language

__all__ = ["identifiers", "numbered", "reference", "source_line", "source_title", "titled"]


def numbered(report: Page) -> dict[str, str]:
    """Identifier of each source -> its number as the tables show it, [1]."""
    return {source: f"[{number}]" for source, number in _numbers(report).items()}


def _numbers(report: Page) -> dict[str, int]:
    return {source: place for place, source in enumerate(report.sources["source"], start=1)}


def identifiers(sources: Iterable[object]) -> list[str]:
    """The identifiers that one or more source cells name, each once."""
    names = (part for source in sources if isinstance(source, str) for part in source.split(";"))
    return list(dict.fromkeys(name for name in names if name))


def reference(source: object, report: Page) -> str:
    """The numbers of one or more sources, as [1] or [1][2]."""
    numbers = _numbers(report)
    return "".join(
        f"[{numbers[name]}]" for name in sorted(identifiers([source]), key=lambda name: numbers.get(name, 0))
    )


def source_title(row: pd.Series, lang: str) -> str:
    """The title of a source in `lang`, else in the language there is."""
    return in_language(row, "title", lang)


def titled(row: Mapping[str, str] | pd.Series, lang: str) -> str:
    """What to call a source in a sentence: its title, and in brackets who published it, where that is known."""
    title = in_language(row, "title", lang) or str(row["source"])
    publisher = wording.described(str(row.get("publisher", "")), lang)
    return wording.text("source.titled", lang, title=title, publisher=publisher) if publisher else title


def source_line(sources: Iterable[object], report: Page) -> str:
    """Which sources something was made from, numbered as in the list of the page."""
    rows = {row["source"]: row for _, row in report.sources.iterrows()}
    numbers = _numbers(report)
    named = [
        report.text(
            f"source.{'named' if rows[name]['publisher'] else 'named_alone'}",
            number=numbers[name],
            publisher=wording.described(rows[name]["publisher"], report.lang),
            title=source_title(rows[name], report.lang),
        )
        for name in sorted(identifiers(sources), key=lambda name: numbers.get(name, 0))
        if name in numbers
    ]
    return report.text("source.line", sources="; ".join(named)) if named else ""
