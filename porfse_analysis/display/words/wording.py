"""Words, numbers and dates in the reader's language, all out of one catalogue and babel."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.lists import format_list

from porfse_analysis import languages
from porfse_analysis.display.words.numbers import (
    COUNT,
    MILLION,
    POINTS,
    Form,
    amount,
    count,
    million,
    million_decimals,
    million_euro,
    number,
    number_pattern,
    percentage,
    points,
    rate,
    rate_decimals,
    signed_count,
    signed_million,
    signed_rate,
)
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.indicators.registry import INDICATORS
from porfse_analysis.indicators.result import partial_of
from porfse_analysis.languages import (
    LANGUAGES,
    catalogue,
    check_language,
    every_decimal,
    has_text,
    in_language,
    locale,
    texts,
)

__all__ = [
    "COUNT",
    "LANGUAGES",
    "MILLION",
    "POINTS",
    "Form",
    "amount",
    "catalogue",
    "check_language",
    "citation",
    "count",
    "date",
    "described",
    "every_decimal",
    "has_text",
    "in_language",
    "indicator_title",
    "isolated",
    "list_of",
    "long_date",
    "million",
    "million_decimals",
    "million_euro",
    "number",
    "number_pattern",
    "partly",
    "percentage",
    "points",
    "published",
    "rate",
    "rate_decimals",
    "signed_count",
    "signed_million",
    "signed_rate",
    "territory",
    "text",
    "texts",
    "word_notes",
]

_SOURCES_IN = "en"
_FIRST_STRONG, _CLOSE = "\u2068", "\u2069"
_OPENS = ("\u2066", "\u2067", "\u2068")
# Hebrew and Arabic letters, embeddings, overrides and isolates
_TURNS = re.compile("[\u0590-\u08ff\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]")


def text(key: str, lang: str, **values: Any) -> str:
    """The text of `key` ("group.name") with its {placeholders} filled in.

    As `languages.text`, with the texts filled in shut off where they run the other way. What is said of the programming
    period is in general words, unless the values say which it is (`period_words`).
    """
    said = period_words((), lang) | {name: isolated(value) for name, value in values.items()}
    return languages.text(key, lang, **said)


def isolated(value: Any) -> Any:
    """A text that runs from right to left, or turns what follows it round, shut off from the words around it."""
    if not isinstance(value, str) or not _TURNS.search(value):
        return value
    kept, depth = [], 0
    for character in value:
        depth += (character in _OPENS) - (character == _CLOSE)
        if depth < 0:  # it would close what is opened here
            depth = 0
            continue
        kept.append(character)
    return _FIRST_STRONG + "".join(kept) + _CLOSE * (depth + 1)


def citation(text: str, lang: str) -> str:
    """Where a rule or a definition is from, in the reader's language."""
    words = texts("citation", lang)
    for name, phrase in texts("citation", "en").items():  # the language citations are written in
        text = text.replace(phrase, words[name])
    return text


def described(text: str, lang: str) -> str:
    """What a table of sources says of one (publisher, page, licence) with the words that are known in `lang`.

    Those words, and a month with its year, are known as English writes them; all else, as a title, stays as it is.
    """
    if lang == _SOURCES_IN:
        return text
    words = texts("source_words", lang)
    for name, phrase in texts("source_words", _SOURCES_IN).items():
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", words[name], text)
    months = {word: number for number, word in locale(_SOURCES_IN).months["format"]["wide"].items()}

    def month(found: re.Match[str]) -> str:
        day = datetime.date(int(found[2]), months[found[1]], 1)
        return str(format_date(day, format="MMMM y", locale=locale(lang)))

    return re.sub(rf"\b({'|'.join(months)}) (\d{{4}})\b", month, text)


def published(
    value: float, lang: str, *, qualifier: str = "exact", unit: str = "", precision: float | None = None
) -> str:
    """A figure as it was published: its qualifier, its digits, its unit."""
    bound = "" if qualifier == "exact" else qualifier
    if unit == "EUR":
        return million_euro(value, lang, precision=precision, bound=bound)
    if unit == "1":
        return rate(value, lang, decimals=rate_decimals(precision), bound=bound)
    return count(value, lang, bound=bound)


def date(value: pd.Timestamp, lang: str) -> str:
    """A date in figures: 30/09/2018."""
    return str(format_date(value, format="dd/MM/yyyy", locale=locale(lang)))


def long_date(value: pd.Timestamp, lang: str) -> str:
    """A date in words: 30 settembre 2018, 30 September 2018."""
    return str(format_date(value, format="d MMMM yyyy", locale=locale(lang)))


def list_of(items: Iterable[str], lang: str) -> str:
    """Items as a list in words: a, b e c."""
    return str(format_list([isolated(item) for item in items], locale=locale(lang)))


def territory(code: str, lang: str) -> str:
    """The name of a member state from its two letters as the Union writes them; other codes as they are."""
    usual = {"UK": "GB", "EL": "GR"}.get(code, code)
    return str(locale(lang).territories.get(usual, code))


def indicator_title(name: str, lang: str) -> str:
    """The title of a declared indicator."""
    return INDICATORS[name].title[lang]


def partly(figure: str, note: str, lang: str, *, value: bool = True) -> str:
    """A figure as it is written, or what it is called, with the word for what lacks a part, by its note.

    Of a figure that is a numerator alone (`value` false) the denominator says nothing.
    """
    code = partial_of(note)
    return text(f"number.{code}", lang, figure=figure) if code and (value or code == "partial") else figure


def word_notes(note: str, lang: str) -> list[str]:
    """The short words for the codes of a result's note."""
    return [text(f"note.{code}", lang) for code in note.split(";") if code]
