"""A result with names in place of its codes, in the language asked for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.given import NAMES, names_of
from porfse_analysis.indicators.registry import INDICATORS
from porfse_analysis.programme import Programme, require_programme
from porfse_analysis.schema import ALL

__all__ = ["axis_name", "label"]

_LABELLED = "labelled"


def label(frame: pd.DataFrame, lang: str, programme: Programme | None = None) -> pd.DataFrame:
    """A copy of a result with words in place of the codes of its axes, indicators, units and notes.

    Everything else stays as it is; a column the frame does not have is not added. Label last: what is filtered by code
    is filtered before.

    Parameters
    ----------
    frame
        In the result columns, or some of them.
    lang
        "it" or "en".
    programme
        Where the titles of axes are from. None: from the programme the frame was made of, which it knows where a
        function was given a `Programme`; else an axis is called by its code.

    Returns
    -------
    DataFrame
        The columns and rows of `frame`.

    Raises
    ------
    ParameterError
        For a language there is none of, a frame without any of those columns, or one labelled before.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> programme = pf.load_programme()
    >>> rates = pf.certification_rate(programme, cutoff="2018-09-30", by="programme")
    >>> pf.label(rates, "en")[["axis", "indicator", "note"]].values.tolist()
    [['Whole programme', 'Certification rate', 'published total']]
    """
    wording.check_language(lang)
    if not isinstance(frame, pd.DataFrame):
        raise ParameterError(f"frame is of type {type(frame).__name__}, not a frame")
    words = {"axis": _axes(frame, lang, programme), "indicator": _indicator, "unit": _unit, "note": _notes}
    there = [name for name in words if name in frame]
    if not there:
        raise ParameterError(f"frame has no column {' or '.join(words)}; label a result before you lay it out")
    if _LABELLED in frame.attrs:
        raise ParameterError("frame has names in place of codes already: label the frame it was made of")
    named = frame.copy()
    for name in there:
        write = words[name]
        if name == "axis":
            programmes = frame["programme"] if "programme" in frame else [""] * len(frame)
            texts = [write(axis, cci) for axis, cci in zip(frame["axis"], programmes, strict=True)]
        else:
            texts = [write(value, lang) for value in frame[name]]
        named[name] = pd.Series(texts, index=frame.index, dtype="str")
    named.attrs[_LABELLED] = lang
    return named


def axis_name(axis: str, lang: str, titles: dict[str, Any]) -> str:
    """What an axis is called: code and title, or its code alone."""
    if axis == ALL:
        return wording.text("axis.programme", lang)
    known = titles.get(axis, {})
    title = known.get(lang) or known.get("en") or next(filter(None, known.values()), "")
    if not title:
        return wording.text("axis.code", lang, axis=axis)
    return wording.text("axis.titled", lang, axis=axis, title=title)


def _axes(frame: pd.DataFrame, lang: str, programme: Programme | None) -> Any:
    """How the axis of a programme is written."""
    if programme is not None:
        require_programme(programme)
    known: dict[str, Any] = (names_of(programme) if programme is not None else frame.attrs.get(NAMES, {})).get(
        "axes", {}
    )
    alone = next(iter(known.values())) if len(known) == 1 else {}

    def write(axis: str, cci: str) -> str:
        return axis_name(axis, lang, known.get(cci, {}) if cci else alone) if axis else axis

    return write


def _indicator(name: str, lang: str) -> str:
    return wording.indicator_title(name, lang) if name in INDICATORS else name


def _unit(unit: str, lang: str) -> str:
    return wording.text(f"unit_name.{unit}", lang) if wording.has_text(f"unit_name.{unit}") else unit


def _notes(note: str, lang: str) -> str:
    return "; ".join(wording.word_notes(note, lang))
