"""The languages reports exist in."""

from __future__ import annotations

from porfse_analysis.errors import ParameterError

__all__ = ["LANGUAGES", "check_language"]

LANGUAGES = ("it", "en")
"""The first one's pages stand at the top of a site."""


def check_language(lang: object) -> str:
    """`lang` if reports exist in it; raises `ParameterError` otherwise."""
    if lang not in LANGUAGES:
        raise ParameterError(f"lang={lang!r}: use one of {', '.join(LANGUAGES)}")
    return str(lang)
