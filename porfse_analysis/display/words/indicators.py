"""What an indicator, a category of region and the formula of a rate are called."""

from __future__ import annotations

import re

from porfse_analysis.display.words import wording
from porfse_analysis.verdicts.exact import canonical_unit

__all__ = ["formula", "indicator_name", "labelled", "region_category", "unit_name"]


def indicator_name(code: str, kind: str, lang: str) -> str:
    """The name of the indicator of a type (`kind`: OESF, RYEI, OERDF ...) under a code; "" where none is known."""
    # the funds have indicators of their own under the same codes (CO01, CR01 ...)
    key = {
        **dict.fromkeys(("", "COMMON", "OESF", "OYEI", "RESF"), f"indicator.{code}"),
        "RYEI": f"indicator_yei.{code}",
        **dict.fromkeys(("OERDF", "OERDFCF", "RERDF"), f"indicator_erdf.{code}"),
    }.get(kind, "")
    return wording.text(key, lang) if code and key and wording.has_text(key) else ""


def unit_name(unit: str, lang: str) -> str:
    """The unit of an indicator in the reader's language; one that is not known as it is published."""
    return " / ".join(_unit(part, lang) for part in unit.split(" / "))  # rows of one figure may have several


def _unit(unit: str, lang: str) -> str:
    known = canonical_unit(unit) if unit else ""
    return wording.text(f"unit_published.{known}", lang) if wording.has_text(f"unit_published.{known}") else unit


def labelled(code: str, kind: str, lang: str) -> str:
    """Code and name of an indicator; code and type where it has no name."""
    name = indicator_name(code, kind, lang)
    if name:
        return wording.text("indicator.named", lang, code=code, name=name)
    return wording.text("indicator.typed", lang, code=code, type=kind) if code and kind else code or kind


def region_category(category: str, lang: str) -> str:
    """A category of region in words; as it is written where it is none of the Commission's."""
    key = f"region_category.{category}"
    return wording.text(key, lang) if category and wording.has_text(key) else category


def formula(written: str, lang: str) -> str:
    """A formula of the registry with its figures in words."""

    def worded(phrase: str) -> str:
        key = f"formula_words.{phrase}"
        return wording.text(key, lang) if wording.has_text(key) else phrase

    return "".join(worded(part) for part in re.split(r"( [/+] )", written))
