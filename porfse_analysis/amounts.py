"""Strict reading of numbers as they are written in the languages of the reports.

Nothing is guessed: a text either is a number in the notation it is said to be in, or it is refused with the reason.
`number_fault` tells why a text is refused, `parse_number` reads one number, `read_amount` reads an amount as documents
publish it ("più di 144 Meuro", "circa 30.000", "358.000.000,00 €").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache

from babel.numbers import get_decimal_symbol, get_group_symbol

from porfse_analysis.languages import LANGUAGES, locale, texts

__all__ = ["QUALIFIERS", "Amount", "number_fault", "parse_number", "read_amount"]

QUALIFIERS = ("exact", "about", "more_than", "less_than")

_SCALES = {"million": 10**6, "billion": 10**9}
_CURRENCY_WORDS = ("€", "eur", "euro")


@dataclass(frozen=True)
class Amount:
    """A published figure: its value, how it is meant, and the unit of its last published digit."""

    value: Decimal
    qualifier: str
    precision: Decimal


@lru_cache(maxsize=64)
def number_pattern(decimal: str, group: str) -> re.Pattern[str]:
    """The whole-text pattern of a number: either grouped by threes throughout, or not grouped at all."""
    whole = r"\d+"
    if group:
        whole = rf"(?:\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d+)"
    return re.compile(rf"[+-]?{whole}(?:{re.escape(decimal)}\d+)?", re.ASCII)


def number_fault(text: str, *, decimal: str = ".", group: str = "") -> str:
    """Why `text` is not a number in this notation; empty when it is one."""
    if number_pattern(decimal, group).fullmatch(text):
        return ""
    if text.strip().lower().lstrip("+-") in {"nan", "inf", "infinity", "na", "n/a", "null", "none", "-", ""}:
        return "is not a number"
    grouping = f" and {group!r} between thousands" if group else " and nothing between thousands"
    notation = f"a number with {decimal!r} before the decimals{grouping}"
    for other_decimal, other_group in ((",", "."), (".", ","), (",", ""), (".", "")):
        if (other_decimal, other_group) != (decimal, group) and number_pattern(other_decimal, other_group).fullmatch(
            text
        ):
            return f"is not {notation}, as declared"
    return "is not a number"


def parse_number(text: str, *, decimal: str = ".", group: str = "") -> Decimal:
    """Read one number strictly.

    Raises ValueError with the reason when `text` is not a number in this notation. Blanks, currency signs, NaN and
    infinity are refused: the notation is the whole text.
    """
    fault = number_fault(text, decimal=decimal, group=group)
    if fault:
        raise ValueError(f"{text!r} {fault}")
    plain = text.replace(group, "") if group else text
    return Decimal(plain.replace(decimal, "."))


def _scale(word: str, lang: str) -> int | None:
    words = texts("amount_words", lang)
    return next((factor for name, factor in _SCALES.items() if word in words[name]), None)


def read_amount(text: str, *, lang: str = "it") -> Amount:
    """Read a figure as a document publishes it.

    The precision is the unit of the last published digit, so "614 Mln" has 1,000,000 and "358.000.000,00" has 0.01.
    A text in the other language's notation is refused, not reinterpreted: "970.47 Mln" is read with lang="en".
    Raises ValueError naming the part that could not be read.

    >>> read_amount("più di 144 Meuro")
    Amount(value=Decimal('144000000'), qualifier='more_than', precision=Decimal('1000000'))
    >>> read_amount("358.000.000,00 €")
    Amount(value=Decimal('358000000.00'), qualifier='exact', precision=Decimal('0.01'))
    """
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r} is not one of {', '.join(LANGUAGES)}")
    rest = " ".join(text.split()).lower()
    qualifier = "exact"
    for name in QUALIFIERS[1:]:
        word = next((w for w in texts("amount_words", lang)[name] if rest.startswith(w + " ")), None)
        if word:
            qualifier, rest = name, rest[len(word) + 1 :]
            break
    words = rest.replace("€", " € ").split()
    attached = re.fullmatch(r"(.*\d)([^\W\d]+)", words[0]) if words else None
    if attached and _scale(attached[2], lang):
        words[:1] = [attached[1], attached[2]]
    scales = [factor for word in words if (factor := _scale(word, lang))]
    currencies = [w for w in words if w in _CURRENCY_WORDS]
    numbers = [w for w in words if w not in _CURRENCY_WORDS and not _scale(w, lang)]
    if len(numbers) != 1:
        odd = [w for w in numbers if not any(map(str.isdigit, w))] or numbers[1:]
        raise ValueError(f"{text!r} is not one number with its unit: {' '.join(odd) or 'no number'!r}")
    if len(scales) > 1 or len(currencies) > 1:
        raise ValueError(f"{text!r} is not one number with its unit: a unit is said twice")
    scale = scales[0] if scales else 1
    decimal, group = get_decimal_symbol(locale(lang)), get_group_symbol(locale(lang))
    number = parse_number(numbers[0], decimal=decimal, group=group)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # a finite number: the pattern has refused NaN and infinity
    exact = Context(prec=len(text) + 9)  # the default context would round a number of more than 28 digits
    return Amount(exact.multiply(number, Decimal(scale)), qualifier, Decimal(1).scaleb(exponent) * scale)
