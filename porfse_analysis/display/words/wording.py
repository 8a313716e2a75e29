"""Words, numbers and dates in the reader's language, all out of one catalogue and babel."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from porfse_analysis import languages
from porfse_analysis.indicators.registry import INDICATORS
from porfse_analysis.languages import (
    LANGUAGES,
    catalogue,
    check_language,
    count,
    every_decimal,
    has_text,
    in_language,
    locale,
)
from porfse_analysis.verdicts.exact import percent

__all__ = [
    "LANGUAGES",
    "MILLION",
    "amount",
    "catalogue",
    "check_language",
    "citation",
    "count",
    "date",
    "every_decimal",
    "has_text",
    "in_language",
    "indicator_title",
    "isolated",
    "list_of",
    "long_date",
    "million",
    "million_decimals",
    "number",
    "number_pattern",
    "points",
    "published",
    "rate",
    "rate_cut",
    "rate_decimals",
    "territory",
    "text",
    "word_notes",
]

MILLION = 1_000_000

_FIRST_STRONG, _CLOSE = "\u2068", "\u2069"
_OPENS = ("\u2066", "\u2067", "\u2068")
# Hebrew and Arabic letters, embeddings, overrides and isolates
_TURNS = re.compile("[\u0590-\u08ff\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]")


def text(key: str, lang: str, **values: Any) -> str:
    """The text of `key` ("group.name") with its {placeholders} filled in.

    As `languages.text`, with the texts filled in shut off where they run the other way.
    """
    return languages.text(key, lang, **{name: isolated(value) for name, value in values.items()})


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
    words = catalogue(lang)["citation"]
    for name, phrase in catalogue("en")["citation"].items():  # the language citations are written in
        text = text.replace(phrase, words[name])
    return text


def number(value: float, lang: str, *, decimals: int = 0) -> str:
    """A number with grouped thousands and a fixed number of decimals."""
    return str(format_decimal(value, format=number_pattern(decimals), locale=locale(lang)))


def number_pattern(decimals: int) -> str:
    """The pattern of a number with grouped thousands, for babel and for a spreadsheet alike."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def amount(value: float, lang: str, *, decimals: int = 2) -> str:
    """Euro in full: 122.136.070,10 €."""
    return text("unit.euro", lang, number=number(value, lang, decimals=decimals))


def million(value: float, lang: str, *, precision: float | None = None) -> str:
    """Millions with as many decimals as were published, two at most."""
    return number(value / MILLION, lang, decimals=million_decimals(precision))


def million_decimals(precision: float | None) -> int:
    """How many decimals a figure in millions was published with, two at most."""
    if precision is None or math.isnan(precision) or precision <= 0:
        return 2
    return min(2, max(0, 6 - round(math.log10(precision))))


def published(
    value: float, lang: str, *, qualifier: str = "exact", unit: str = "", precision: float | None = None
) -> str:
    """A figure as it was published: its qualifier, its digits, its unit."""
    if unit == "EUR":
        shown = text("unit.million_euro", lang, number=million(value, lang, precision=precision))
    elif unit == "1":
        shown = rate(value, lang, decimals=rate_decimals(precision))
    else:
        shown = count(value, lang)
    return text(f"qualifier.{qualifier or 'exact'}", lang, figure=shown)


def rate_decimals(precision: float | None) -> int:
    """How many decimals a percentage was published with."""
    return 0 if precision is None or math.isnan(precision) else max(0, round(-math.log10(precision)) - 2)


def rate(value: float, lang: str, *, decimals: int = 1) -> str:
    """A ratio as a percentage."""
    return str(format_percent(value, format=number_pattern(decimals) + "%", locale=locale(lang)))


def rate_cut(value: float, lang: str) -> str:
    """A ratio in per cent with up to two decimals, cut and not rounded: below a threshold it reads below it."""
    return percent(value, lang)


def points(value: float, lang: str) -> str:
    """A difference of two ratios in percentage points, signed."""
    return str(format_decimal(value * 100, format="+#,##0.0;-#,##0.0", locale=locale(lang)))


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


def word_notes(note: str, lang: str) -> list[str]:
    """The short words for the codes of a result's note."""
    return [text(f"note.{code}", lang) for code in note.split(";") if code]
