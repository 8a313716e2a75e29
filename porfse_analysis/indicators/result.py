"""The one shape of a result, and the codes of its notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, overload

import numpy as np
import pandas as pd

from porfse_analysis.inputs import as_cutoff
from porfse_analysis.schema import DATE_DTYPE

__all__ = [
    "KEY",
    "NOTES",
    "RESULT_COLUMNS",
    "as_cutoff",
    "collect",
    "has_note",
    "join_notes",
    "make_result",
    "note_of",
    "split_note",
]

RESULT_COLUMNS = (
    "programme",
    "fund",
    "axis",
    "investment_priority",
    "region_category",
    "indicator_type",
    "indicator_code",
    "cutoff",
    "data_date",
    "indicator",
    "value",
    "unit",
    "numerator",
    "denominator",
    "source",
    "note",
)

KEY = (*RESULT_COLUMNS[:8], "indicator")
"""No two rows of a result share all of these."""

NOTES = (
    "published_total",  # the figure published for the whole programme, not a sum of its axes
    "stale",  # the data are of a date before the cutoff asked for
    "partial",  # a part of the sum is not published
    "restated",  # published in a later report than the one of its own year
    "no_target",  # the plan in force has no target for it
    "zero_denominator",  # the ratio has a zero below the line
    "not_reported",  # a figure the indicator needs is not published
    "percentage_target",  # the target is a percentage, the value a count
    "percentage_suspected",  # the target may be one: the ratio is doubtful and stands in nothing made from it
    "no_pair",  # money and participants are never within 366 days of one another
    "other_date",  # numerator and denominator are of two dates
    "includes_technical_assistance",  # the spend of technical assistance is in, though it has no participants
    "no_participants",  # no participants are counted for this axis
)
"""Codes of `note`, in the order in which they are joined."""

_DTYPES: dict[str, Any] = dict.fromkeys(("cutoff", "data_date"), DATE_DTYPE)
_DTYPES |= dict.fromkeys(("value", "numerator", "denominator"), "float64")


def note_of(codes: Iterable[str], order: Iterable[str] = NOTES) -> str:
    """The codes, each once, joined by `;` in a fixed order; one that is not in the order is left out."""
    present = set(codes)
    return ";".join(code for code in order if code in present)


def split_note(note: str) -> list[str]:
    """The codes of a note."""
    return [code for code in note.split(";") if code]


def join_notes(index: pd.Index, codes: Mapping[str, pd.Series | bool]) -> pd.Series:
    """Per row, the codes whose flag is set, joined by `;` in the order of `NOTES`."""
    unknown = set(codes) - set(NOTES)
    if unknown:
        raise KeyError(f"not a note: {', '.join(sorted(unknown))}")
    patterns = np.zeros(len(index), dtype="int64")
    for place, code in enumerate(NOTES):
        flag = codes.get(code, False)
        if flag is not False:
            flags = pd.Series(flag, index=index).fillna(False).to_numpy(dtype=bool)
            patterns |= flags.astype("int64") << place
    met, which = np.unique(patterns, return_inverse=True)
    words = [note_of(code for place, code in enumerate(NOTES) if pattern >> place & 1) for pattern in met.tolist()]
    return pd.Series(np.array(words, dtype=object)[which], index=index, dtype="str")


@overload
def has_note(notes: str, code: str) -> bool: ...
@overload
def has_note(notes: pd.Series, code: str) -> pd.Series: ...


def has_note(notes: str | pd.Series, code: str) -> bool | pd.Series:
    """Whether a note, or each note of a column, has this very code (a code is never found inside another)."""
    if isinstance(notes, str):
        return code in split_note(notes)
    return notes.astype(object).fillna("").map(lambda note: code in split_note(note)).astype(bool)


def make_result(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with exactly the columns of a result, in order; what it lacks is empty."""
    columns = {}
    for name in RESULT_COLUMNS:
        dtype = _DTYPES.get(name, "str")
        if name in frame:
            values = frame[name]
            if dtype == "str" and (values.dtype != "str" or values.hasnans):
                values = values.astype(object).where(values.notna(), "").astype("str")
            columns[name] = values.astype(dtype)
        else:
            columns[name] = pd.Series(
                pd.NaT if dtype == DATE_DTYPE else ("" if dtype == "str" else np.nan), index=frame.index, dtype=dtype
            )
    return pd.DataFrame(columns).reset_index(drop=True)


def collect(results: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Results one below the other; a row met twice, as the same rate out of two functions, is kept once."""
    frames = [frame for frame in results if len(frame)]
    if not frames:
        return make_result(pd.DataFrame({"programme": pd.Series(dtype="str")}))
    return pd.concat(frames, ignore_index=True).drop_duplicates(list(KEY)).reset_index(drop=True)
