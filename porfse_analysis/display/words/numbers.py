"""How a number is written: one form gives the text of a page and the pattern of a spreadsheet, which so read alike.

Rounded by `languages.rounded`, half away from zero. Only zero reads zero, and it has no sign: what would round to it
reads "< 0.1", a change "< +0.1" or "> -0.1". A ratio near a threshold, and every ratio near 100%, gets the digits that
keep it on its side: 99.97% or 100.03%, not 100.0%.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal

from porfse_analysis.languages import exact, locale, rounded, text

__all__ = [
    "COUNT",
    "MILLION",
    "POINTS",
    "Form",
    "amount",
    "count",
    "million",
    "million_decimals",
    "million_euro",
    "number",
    "number_pattern",
    "percentage",
    "points",
    "rate",
    "rate_decimals",
    "signed_count",
    "signed_million",
    "signed_rate",
]

MILLION = 1_000_000

_MOST_DIGITS = 15
_LAST_DIGIT = 10  # a difference beyond it is noise of the arithmetic
_WHOLE = Decimal(100)
_HERE = "\0"


@dataclass(frozen=True)
class Form:
    """How a number is written.

    `decimals` there are, or with `optional` at most; `power` of ten it is multiplied by (-6: millions); `percent`: in
    per cent; `signed`: a change, with its sign; `unit`: the text of the group `unit` it is set in ("euro");
    `thresholds`: what it must not be rounded onto or over unless it is that, which for a ratio in per cent 100% always
    is; `bound`: the code of its bound, `partial`: the code of what lacks a part, both said with it.
    """

    decimals: int = 0
    optional: bool = False
    power: int = 0
    percent: bool = False
    signed: bool = False
    unit: str = ""
    thresholds: tuple[float, ...] = ()
    bound: str = ""
    partial: str = ""

    def text(self, value: float, lang: str) -> str:
        """The number as a reader sees it."""
        if not math.isfinite(value):
            return str(format_decimal(value, locale=locale(lang)))
        scaled, decimals = self._scaled(value), self._decimals(value)
        shown = rounded(scaled, decimals)
        if shown or not scaled:
            written = self._written(shown, decimals, lang)
        else:
            step = Decimal(1).scaleb(-decimals).copy_sign(scaled)
            written = text(
                f"number.{'under' if step > 0 else 'over'}", lang, figure=self._written(step, decimals, lang)
            )
        written = text(f"qualifier.{self.bound}", lang, figure=written) if self.bound else written
        return text(f"number.{self.partial}", lang, figure=written) if self.partial else written

    def value(self, value: float) -> float:
        """The number in the unit of its column, for a spreadsheet, which makes the per cent itself."""
        return value if self.percent or not math.isfinite(value) else float(self._scaled(value))

    def pattern(self, value: float, lang: str) -> str:
        """The pattern by which a spreadsheet shows `value` as the page does."""
        scaled, decimals = self._scaled(value), self._decimals(value)
        shown = rounded(scaled, decimals)
        if scaled and not shown:
            said = self.text(value, lang)
            return f'"{said}";"{said}"'  # of positive and of negative ones
        body = number_pattern(decimals)
        if self.optional:
            # a spreadsheet would leave a lone point after a whole number
            body = "#,##0" if shown == shown.to_integral_value() else "#,##0." + "#" * decimals
        body += "%" if self.percent else ""
        if self.unit:
            body = _set_in(text(f"unit.{self.unit}", lang, number=_HERE), body)
        if self.bound:
            body = _set_in(text(f"qualifier.{self.bound}", lang, figure=_HERE), body)
        if self.partial:
            body = _set_in(text(f"number.{self.partial}", lang, figure=_HERE), body)
        return f"+{body};-{body};{body}" if self.signed else body

    def _scaled(self, value: float) -> Decimal:
        return exact(value).scaleb(2 if self.percent else self.power)

    def _decimals(self, value: float) -> int:
        """The decimals asked for, or more where they would say what is not so."""
        scaled, shift = self._scaled(value), 2 if self.percent else self.power
        limits = [exact(limit).scaleb(shift) for limit in self.thresholds]
        limits += [_WHOLE] if self.percent and not self.signed else []
        sides = [(limit, rounded(scaled - limit, _LAST_DIGIT).compare(0)) for limit in limits]
        for decimals in range(self.decimals, _MOST_DIGITS):
            shown = rounded(scaled, decimals)
            nothing = self.bound and scaled and not shown  # "more than < 0.1" says nothing
            if not nothing and all(shown.compare(limit) == side for limit, side in sides):
                return decimals
        return self.decimals

    def _written(self, shown: Decimal, decimals: int, lang: str) -> str:
        body = "#,##0." + "#" * decimals if self.optional and decimals else number_pattern(decimals)
        figure = str(format_decimal(abs(shown), format=body, locale=locale(lang))) + ("%" if self.percent else "")
        figure = text(f"unit.{self.unit}", lang, number=figure) if self.unit else figure
        sign = "-" if shown < 0 else "+" if shown > 0 and self.signed else ""
        return text("change.signed", lang, sign=sign, figure=figure)


def _set_in(words: str, body: str) -> str:
    """The pattern of a number with the words that stand around it."""
    before, after = words.split(_HERE)
    return "".join((f'"{before}"' if before else "", body, f'"{after}"' if after else ""))


COUNT = Form(2, optional=True)
"""A number with the decimals it has, two at most."""

POINTS = Form(1, power=2, signed=True)
"""A difference of two ratios in percentage points."""


def number_pattern(decimals: int) -> str:
    """The pattern of a number with grouped thousands, for babel and for a spreadsheet alike."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def number(value: float, lang: str, *, decimals: int = 0) -> str:
    """A number with grouped thousands and a fixed number of decimals."""
    return Form(decimals).text(value, lang)


def count(value: float, lang: str, *, bound: str = "") -> str:
    """A whole number, or one with the decimals it has."""
    return Form(2, optional=True, bound=bound).text(value, lang)


def signed_count(value: float, lang: str) -> str:
    """A change of a number, with its sign."""
    return Form(2, optional=True, signed=True).text(value, lang)


def amount(value: float, lang: str, *, decimals: int = 2) -> str:
    """Euro in full: 122.136.070,10 €."""
    return Form(decimals, unit="euro").text(value, lang)


def million(value: float, lang: str, *, precision: float | None = None, bound: str = "") -> str:
    """Millions with as many decimals as were published, two at most."""
    return Form(million_decimals(precision), power=-6, bound=bound).text(value, lang)


def signed_million(value: float, lang: str, *, precision: float | None = None) -> str:
    """A change in millions, with its sign."""
    return Form(million_decimals(precision), power=-6, signed=True).text(value, lang)


def million_euro(
    value: float, lang: str, *, precision: float | None = None, signed: bool = False, bound: str = ""
) -> str:
    """Million euro with their unit: 144,00 Mln €."""
    form = Form(million_decimals(precision), power=-6, signed=signed, unit="million_euro", bound=bound)
    return form.text(value, lang)


def million_decimals(precision: float | None) -> int:
    """How many decimals a figure in millions was published with, two at most."""
    if precision is None or math.isnan(precision) or precision <= 0:
        return 2
    return min(2, max(0, 6 - round(math.log10(precision))))


def rate_decimals(precision: float | None) -> int:
    """How many decimals a percentage was published with."""
    return 0 if precision is None or math.isnan(precision) else max(0, round(-math.log10(precision)) - 2)


def rate(value: float, lang: str, *, decimals: int = 1, thresholds: tuple[float, ...] = (), bound: str = "") -> str:
    """A ratio as a percentage, on its side of 100% and of the `thresholds` (99.97%, not 100.0%)."""
    return Form(decimals, percent=True, thresholds=thresholds, bound=bound).text(value, lang)


def signed_rate(value: float, lang: str) -> str:
    """A change as a percentage, with its sign."""
    return Form(1, percent=True, signed=True).text(value, lang)


def percentage(value: float, lang: str) -> str:
    """A ratio in per cent with up to two decimals, more where it would read as 100%."""
    return Form(2, optional=True, percent=True).text(value, lang)


def points(value: float, lang: str) -> str:
    """A difference of two ratios in percentage points, signed."""
    return POINTS.text(value, lang)
