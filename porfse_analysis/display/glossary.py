"""The terms of the pages, out of one glossary: those a page uses, explained on it, and all of them on a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from porfse_analysis.display.html import Html, written
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.periods import PERIODS, period_of

__all__ = ["all_terms", "explained", "terms_in"]


# what the subtitle of every page about one programme ends with
_CCI = re.compile(r'<p class="pf-subtitle">[^<]*\bCCI ([\w-]+)')
_OBJECTIVES = {period.objective for period in PERIODS.values() if period.objective}


def all_terms(lang: str) -> Html:
    """Every term with what it means in any period, in the order of the alphabet."""
    return Html(written("terms", items=_items(_in_order(lang), lang, ())))


def terms_in(body: str, lang: str) -> list[str]:
    """The terms, by their keys, whose words the text of a piece of HTML has, in the order of the alphabet.

    Of what axes spend for, it is the one of the period that the page is of.
    """
    text = re.sub(r"<[^>]*>", " ", re.sub(r"<(style|svg)\b.*?</\1>", " ", body, flags=re.DOTALL)).casefold()
    periods = {period for period in map(period_of, _programmes(body)) if period}
    elsewhere = _OBJECTIVES - {period.objective for period in periods} if periods else set()
    return [key for key in _in_order(lang) if key not in elsewhere and _pattern(key, lang).search(text)]


def explained(body: str, lang: str) -> str:
    """The terms of a piece of HTML, to be opened by who needs them; "" where it has none.

    A page about one programme has what they mean in its period.
    """
    used = terms_in(body, lang)
    summary = wording.text("glossary.used", lang)
    return written("terms_used", summary=summary, items=_items(used, lang, _programmes(body))) if used else ""


def _programmes(body: str) -> list[str]:
    """The programmes that the subtitles of a page name."""
    return _CCI.findall(body)


def _items(keys: list[str], lang: str, programmes: Iterable[str]) -> list[tuple[str, str, str]]:
    words = period_words(programmes, lang)
    return [
        (key, wording.text(f"term.{key}", lang), wording.text(f"term_meaning.{key}", lang, **words)) for key in keys
    ]


@cache
def _in_order(lang: str) -> list[str]:
    def place(key: str) -> str:
        # an accent is no letter of its own
        return unicodedata.normalize("NFKD", wording.text(f"term.{key}", lang)).casefold()

    return sorted(wording.texts("term", lang), key=place)


@cache
def _pattern(key: str, lang: str) -> re.Pattern[str]:
    """What a text that uses a term has in it: its name, or the beginning of one of its words."""
    forms = [wording.text(f"term.{key}", lang), *wording.texts("term_forms", lang)[key]]
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(form.casefold()) for form in forms)})")
