"""The languages reports exist in, and the catalogues that hold every text of theirs: one file a language.

A language is added by adding its catalogue, with the keys the others have.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from porfse_analysis.errors import ParameterError

# babel is imported where it is used: a call with nothing to do asks only which languages there are
if TYPE_CHECKING:
    from babel import Locale

__all__ = [
    "IN_TABLES",
    "LANGUAGES",
    "catalogue",
    "check_language",
    "count",
    "every_decimal",
    "exact",
    "has_text",
    "in_every_language",
    "in_language",
    "locale",
    "rounded",
    "text",
    "texts",
]

_CATALOGUES = files("porfse_analysis").joinpath("display/words/catalogue")

LANGUAGES = tuple(
    sorted(
        (file.name.removesuffix(".toml") for file in _CATALOGUES.iterdir() if file.name.endswith(".toml")),
        key=lambda lang: (lang != "it", lang),
    )
)
"""The languages there is a catalogue of; the first one's pages stand at the top of a site."""

IN_TABLES = ("it", "en")
"""The languages the tables of a programme have columns for (`title_it`, `title_en`)."""

# what a spreadsheet shows of a number, and too few for the noise of binary fractions
_SIGNIFICANT = Context(prec=15, rounding=ROUND_HALF_UP)
_ROOM = Context(prec=400, rounding=ROUND_HALF_UP)

_FALLBACK = "en"
"""Whose numbers, dates and titles serve a language that has none of its own."""


def check_language(lang: object) -> str:
    """`lang` if reports exist in it; raises `ParameterError` otherwise."""
    if lang not in LANGUAGES:
        raise ParameterError(f"lang={lang!r}: use one of {', '.join(LANGUAGES)}")
    return str(lang)


@cache
def catalogue(lang: str) -> Mapping[str, Mapping[str, Any]]:
    """The catalogue of one language: group -> key -> text (or plural form -> text)."""
    return {name: texts(name, lang) for name in _groups(lang)}


@cache
def texts(group: str, lang: str) -> Mapping[str, Any]:
    """One group of a catalogue: key -> text (or plural form -> text); without keys where the catalogue has none."""
    return tomllib.loads(_groups(lang).get(group, ""))


@cache
def _groups(lang: str) -> Mapping[str, str]:
    """The TOML of each group: to parse all of them takes longer than to read the tables of a programme."""
    text = _CATALOGUES.joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    _, *parts = re.split(r"^\[(\w+)\][ \t]*(?:#.*)?$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@cache
def locale(lang: str) -> Locale:
    """How a language writes numbers, dates, lists and plurals; as English does where it is not known."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(lang)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_FALLBACK)


def text(key: str, lang: str, **values: Any) -> str:
    """The text of `key` ("group.name") with its {placeholders} filled in.

    A text with plural forms takes the form for `count`. Raises KeyError naming the key and language that are missing:
    a page never shows a key.
    """
    group, name = key.split(".", 1)
    try:
        entry = texts(group, check_language(lang))[name]
    except KeyError as error:
        raise KeyError(f"the catalogue has no {key!r} in {lang!r}") from error
    if isinstance(entry, Mapping):
        form = locale(lang).plural_form(values["count"])
        entry = entry.get(form) or entry["other"]
        values = {**values, "count": count(values["count"], lang)}
    return str(entry).format(**values)


def has_text(key: str) -> bool:
    """Whether the catalogues have `key`."""
    group, name = key.split(".", 1)
    return name in texts(group, LANGUAGES[0])


def in_every_language(key: str, **values: Any) -> dict[str, str]:
    """The text of `key` by language."""
    return {lang: text(key, lang, **values) for lang in LANGUAGES}


def count(value: Any, lang: str) -> str:
    """A whole number, or one with the decimals it has."""
    from babel.numbers import format_decimal

    return str(format_decimal(rounded(value, 2), format="#,##0.##", locale=locale(lang)))


def exact(value: Any) -> Decimal:
    """The number as it was written: a float stands for the shortest text that gives it."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def rounded(value: Any, decimals: int) -> Decimal:
    """A number as it is shown: half a unit of the last decimal is rounded away from zero.

    The one rule by which figures are rounded for a reader, and the one of spreadsheets: what counts are the digits the
    number is written with, 15 at most, not the binary fraction that stands for it.

    >>> rounded(33.25, 1), rounded(-2.5, 0)
    (Decimal('33.3'), Decimal('-3'))
    """
    return _SIGNIFICANT.plus(exact(value)).quantize(Decimal(1).scaleb(-decimals), context=_ROOM)


def every_decimal(value: Any, lang: str) -> str:
    """A number with all the decimals it has."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, format="#,##0.###############", locale=locale(lang)))


def axis_title(row: Any, lang: str) -> str:
    """The title of an axis in `lang`, or in the one there is; of an axis without one what its objective is called.

    That is said to be the objective: several axes of a programme may have one.
    """
    own = in_language(row, "title", lang)
    code = row.get("thematic_objective", "")
    if own or not code or not has_text(f"objective.{code}"):
        return own
    title = text(f"objective.{code}", lang)
    return text("objective.titled", lang, number=int(code), title=title) if code.isdecimal() else title


def in_language(row: Any, name: str, lang: str) -> str:
    """The text of a row of a programme's table in `lang`, else in another language there is; empty when there is none.

    `name` is the column without its language: "title" of `title_it`, `title_en`.
    """
    for known in (lang, _FALLBACK, *IN_TABLES):
        written = row.get(f"{name}_{known}")
        if isinstance(written, str) and written:
            return written
    return ""
