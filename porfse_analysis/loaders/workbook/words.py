"""What the workbook of a programme says to the person who fills it in: texts by language."""

from __future__ import annotations

from collections.abc import Mapping

from porfse_analysis.languages import LANGUAGES, has_text, in_every_language, locale, text
from porfse_analysis.schema import Column

__all__ = ["accepted", "fields", "meaning", "need"]

Texts = Mapping[str, str]


def meaning(table: str, column: Column) -> Texts:
    """What a column means: the same in every table, unless the catalogue has it for the table."""
    if has_text(f"meaning.{table}.{column.name}"):
        return in_every_language(f"meaning.{table}.{column.name}")
    return in_every_language(f"meaning.{column.name}")


def accepted(column: Column) -> Texts:
    """What a cell of the column may hold."""
    if column.allowed:
        return dict.fromkeys(LANGUAGES, ", ".join(column.allowed))
    if column.refers_to:
        return in_every_language(f"accepted.{column.refers_to}{'_all' if column.may_be_all else ''}")
    return in_every_language(f"accepted.{column.kind}")


def need(column: Column) -> Texts:
    """Whether a cell may be left empty, or the whole column out."""
    needed = "required" if column.required else "optional" if column.optional else "empty"
    return in_every_language(f"needed.{needed}")


def fields() -> dict[str, Texts]:
    """The rows of the sheet `programme` and what each means: code, titles, licence, author, predecessor."""
    titles: dict[str, Texts] = {
        f"title_{known}": {
            lang: text("workbook.title", lang, language=locale(lang).languages.get(known, known)) for lang in LANGUAGES
        }
        for known in LANGUAGES
    }
    return {
        "cci": in_every_language("workbook.cci"),
        **titles,
        **{name: in_every_language(f"workbook.{name}") for name in ("licence", "author", "predecessor")},
    }
