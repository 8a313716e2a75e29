"""Words, numbers and dates in the reader's language, all out of one catalogue and babel."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from porfse_analysis.indicators.registry import INDICATORS
from porfse_analysis.languages import LANGUAGES, check_language
from porfse_analysis.verdicts.exact import percent

__all__ = [
    "LANGUAGES",
    "MILLION",
    "amount",
    "check_language",
    "citation",
    "count",
    "date",
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
    "word_findings",
    "word_notes",
]

MILLION = 1_000_000

_FIRST_STRONG, _CLOSE = "\u2068", "\u2069"
_OPENS = ("\u2066", "\u2067", "\u2068")
# Hebrew and Arabic letters, embeddings, overrides and isolates
_TURNS = re.compile("[\u0590-\u08ff\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]")


@cache
def catalogue(lang: str) -> Mapping[str, Mapping[str, Any]]:
    """The catalogue of one language: group -> key -> text (or plural form -> text)."""
    source = files("porfse_analysis.display.words").joinpath(f"catalogue/{lang}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def text(key: str, lang: str, **values: Any) -> str:
    """The text of `key` ("group.name") with its {placeholders} filled in.

    A text with plural forms takes the form for `count`. Raises KeyError naming the key and language that are missing:
    a page never shows a key.
    """
    group, name = key.split(".", 1)
    try:
        entry = catalogue(check_language(lang))[group][name]
    except KeyError as error:
        raise KeyError(f"the catalogue has no {key!r} in {lang!r}") from error
    if isinstance(entry, Mapping):
        form = Locale.parse(lang).plural_form(values["count"])
        entry = entry.get(form) or entry["other"]
        values = {**values, "count": count(values["count"], lang)}
    return str(entry).format(**{name: isolated(value) for name, value in values.items()})


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
    for name, phrase in catalogue("en")["citation"].items():  # citations are written in English
        text = text.replace(phrase, words[name])
    return text


def has_text(key: str) -> bool:
    """Whether the catalogue has `key`."""
    group, name = key.split(".", 1)
    return name in catalogue("en").get(group, {})


def number(value: float, lang: str, *, decimals: int = 0) -> str:
    """A number with grouped thousands and a fixed number of decimals."""
    return str(format_decimal(value, format=number_pattern(decimals), locale=lang))


def number_pattern(decimals: int) -> str:
    """The pattern of a number with grouped thousands, for babel and for a spreadsheet alike."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def count(value: Any, lang: str) -> str:
    """A whole number, or one with the decimals it has."""
    return str(format_decimal(value, format="#,##0.##", locale=lang))


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
    return str(format_percent(value, format=number_pattern(decimals) + "%", locale=lang))


def rate_cut(value: float, lang: str) -> str:
    """A ratio in per cent with up to two decimals, cut and not rounded: below a threshold it reads below it."""
    return percent(value, lang)


def points(value: float, lang: str) -> str:
    """A difference of two ratios in percentage points, signed."""
    return str(format_decimal(value * 100, format="+#,##0.0;-#,##0.0", locale=lang))


def date(value: pd.Timestamp, lang: str) -> str:
    """A date in figures: 30/09/2018."""
    return str(format_date(value, format="dd/MM/yyyy", locale=lang))


def long_date(value: pd.Timestamp, lang: str) -> str:
    """A date in words: 30 settembre 2018, 30 September 2018."""
    return str(format_date(value, format="d MMMM yyyy", locale=lang))


def list_of(items: Iterable[str], lang: str) -> str:
    """Items as a list in words: a, b e c."""
    return str(format_list([isolated(item) for item in items], locale=lang))


def territory(code: str, lang: str) -> str:
    """The name of a member state from its two letters as the Union writes them; other codes as they are."""
    usual = {"UK": "GB", "EL": "GR"}.get(code, code)
    return str(Locale.parse(lang).territories.get(usual, code))


def indicator_title(name: str, lang: str) -> str:
    """The title of a declared indicator."""
    return INDICATORS[name].title[lang]


def word_notes(note: str, lang: str) -> list[str]:
    """The short words for the codes of a result's note."""
    return [text(f"note.{code}", lang) for code in note.split(";") if code]


def word_findings(findings: pd.DataFrame, lang: str, *, sources: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Findings in words; `sources` gives what to call each source (default: its identifier).

    Returns one row per finding: severity, cutoff (date), axis, where, expected, found, message, all as text in `lang`.
    """
    rows = [_word_finding(row, lang, sources or {}) for row in findings.to_dict("records")]
    columns = ["severity", "cutoff", "axis", "where", "expected", "found", "message"]
    return pd.DataFrame(rows, columns=columns, index=findings.index)


def _word_finding(row: Mapping[Hashable, Any], lang: str, sources: Mapping[str, str]) -> dict[str, str]:
    check, reason, unit = row["check"], row["reason"], row["unit"]
    figure, source = row["figure"], sources.get(row["source"], row["source"])
    if has_text(f"stage.{figure}"):
        figure = text(f"stage.{figure}", lang)
    shown = {name: _figure(row[name], unit, lang) for name in ("expected", "found", "reference")}
    axis = text("axis.all", lang) if row["axis"] == "ALL" else text("axis.code", lang, axis=row["axis"])
    values = {
        **shown,
        "figure": figure,
        "axis": axis,
        "cutoff": _day(row["cutoff"], lang),
        "compared_with": _day(row["compared_with"], lang),
        "source": source,
        "other_source": sources.get(row["other_source"], row["other_source"]),
        "whole": reason,
    }
    ratio = row["found"] / row["expected"] if row["expected"] else math.nan
    values["ratio"] = "" if math.isnan(ratio) else rate(ratio, lang)
    earlier = row["found"] / row["reference"] if row["reference"] else math.nan
    values["reference_ratio"] = "" if math.isnan(earlier) else rate(earlier, lang)
    key = f"finding.{check}_{reason}" if has_text(f"finding.{check}_{reason}") else f"finding.{check}"
    if not math.isnan(row["found"]) and unit == "target":
        values["count"] = int(row["found"])
    return {
        "severity": text(f"severity.{row['severity']}", lang),
        "cutoff": values["cutoff"],
        "axis": axis,
        "where": text("finding.where", lang, source=source, figure=figure) if figure else source,
        "expected": shown["expected"],
        "found": shown["found"],
        "message": text(key, lang, **values),
    }


def _day(value: pd.Timestamp, lang: str) -> str:
    return "" if pd.isna(value) else date(value, lang)


def _figure(value: float, unit: str, lang: str) -> str:
    if math.isnan(value):
        return ""
    return amount(value, lang) if unit == "EUR" else count(value, lang)
