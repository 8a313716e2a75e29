"""The one shape of a result, and the codes of its notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

import numpy as np
import pandas as pd

from porfse_analysis.inputs import as_cutoff
from porfse_analysis.schema import DATE_DTYPE

__all__ = [
    "BOUNDS",
    "KEY",
    "NOTES",
    "RESULT_COLUMNS",
    "UNKNOWN",
    "as_cutoff",
    "bound_flags",
    "bound_of",
    "collect",
    "figure_bound",
    "has_note",
    "join_notes",
    "make_result",
    "may_be_less",
    "note_of",
    "partial_of",
    "ratio_bound",
    "split_note",
    "value_bound",
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
    "partial_base",  # with partial: all of the numerator is published, of the denominator a part is not
    "restated",  # published in a later report than the one of its own year
    "no_target",  # the plan in force has no target for it
    "zero_denominator",  # the ratio has a zero below the line
    "not_reported",  # a figure the indicator needs is not published
    "percentage_target",  # the target is a percentage, the value a count
    "percentage_suspected",  # the target may be one: the ratio is doubtful and stands in nothing made from it
    "no_pair",  # money and participants are never within 366 days of one another
    "plan_of_other_source",  # the source publishes no allocation: that of the preferred source which does
    "own_reading",  # the document names neither the stage nor the axis of the figure
    "other_date",  # numerator and denominator are of two dates
    "includes_technical_assistance",  # the spend of technical assistance is in, though it has no participants
    "no_participants",  # no participants are counted for this axis
    "of_aiming_axes",  # money and people are those of the axes that the plan sets a target on the result for
    "of_reporting_axes",  # money and people are those of the axes that report the result
    "axes_not_told",  # the result is published for the whole programme, which spends on other things too
    "sexes_differ",  # women and men do not add up to the total, which counts as published
    "about",  # the numerator is published as about so much
    "more_than",  # the numerator is published as more than so much
    "less_than",  # the numerator is published as less than so much
    "at_least",  # the numerator is a sum, and a part of it is published as more than so much
    "at_most",  # the numerator is a sum, and a part of it is published as less than so much
    "bound_unknown",  # the numerator is made of bounds of several kinds: nobody can tell whether it is more or less
    "base_about",  # the denominator is published as about so much
    "base_more_than",  # the denominator, or a part of it, is published as more than so much
    "base_less_than",  # the denominator, or a part of it, is published as less than so much
    "base_bound_unknown",  # the denominator is made of bounds of several kinds
)
"""Codes of `note`, in the order in which they are joined."""

UNKNOWN = "bound_unknown"
"""The code of a figure that may be more or less than it reads, and no one can tell which."""

BOUNDS = ("about", "more_than", "less_than", "at_least", "at_most", UNKNOWN)
"""The codes of a bound: how the numerator is meant, where it is not exact."""

_LOWER, _UPPER = ("more_than", "at_least"), ("less_than", "at_most")
_OTHER_WAY = {"more_than": "less_than", "less_than": "more_than", "at_least": "at_most", "at_most": "at_least"}

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
            if not isinstance(flag, pd.Series) or flag.dtype != bool or flag.index is not index:
                flag = pd.Series(flag, index=index).fillna(False)
            patterns |= flag.to_numpy(dtype=bool).astype("int64") << place
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


def bound_of(qualifiers: pd.Series, groups: Sequence[pd.Series], index: pd.Index | None = None) -> pd.Series:
    """Per group of figures that are added, the bound of their sum: one of `BOUNDS`, "" where all are exact.

    A figure alone keeps its qualifier. A sum with a part of more than so much is at least its figure, with a part of
    less than so much at most, with a part of about so much about it; with parts of several of these kinds nothing can
    be told (`UNKNOWN`). `qualifiers` are those of the figures (codes of `BOUNDS`), empty ones left out by the caller.
    Index: the groups; `index`, where the caller has told them apart already.
    """
    if not qualifiers.isin(BOUNDS).any():  # as in nearly every table
        if index is not None:
            return pd.Series("", index=index, dtype="object")
        none = qualifiers.groupby(list(groups), sort=False, observed=True).size()
        return pd.Series("", index=none.index, dtype="object")
    kinds = {"about": ("about",), "more": _LOWER, "less": _UPPER, "unknown": (UNKNOWN,)}
    flags = pd.DataFrame({kind: qualifiers.isin(codes) for kind, codes in kinds.items()})
    met = flags.groupby(list(groups), sort=False, observed=True)
    some, single = met.any(), qualifiers.groupby(list(groups), sort=False, observed=True).agg(["size", "first"])
    codes = np.select(
        [
            (single["size"] == 1) & single["first"].isin(BOUNDS),
            some.sum(axis=1).gt(1) | some["unknown"],
            some["about"],
            some["more"],
            some["less"],
        ],
        [single["first"].astype("object"), UNKNOWN, "about", "at_least", "at_most"],
        "",
    )
    return pd.Series(codes, index=some.index, dtype="object")


def bound_flags(numerator: pd.Series, denominator: pd.Series | None = None) -> dict[str, pd.Series]:
    """The flags of `join_notes` for the bounds (codes of `BOUNDS`, "" or missing) above and below the line."""
    # nearly every figure is exact
    flags = {code: numerator == code for code in BOUNDS} if numerator.isin(BOUNDS).any() else {}
    if denominator is not None and denominator.isin(BOUNDS).any():
        flags |= {
            "base_about": denominator == "about",
            "base_more_than": denominator.isin(_LOWER),
            "base_less_than": denominator.isin(_UPPER),
            "base_bound_unknown": denominator == UNKNOWN,
        }
    return flags


def figure_bound(note: str) -> str:
    """The bound of the numerator that a note tells; "" where it is exact."""
    return next((code for code in split_note(note) if code in BOUNDS), "")


def value_bound(note: str) -> str:
    """The bound of the value that a note tells: of the numerator, turned round where the denominator has one.

    Over a denominator of more than so much a ratio is less than it reads. Where the bounds above and below the line
    are not of one kind it may be anything (`UNKNOWN`).

    >>> value_bound("stale;at_least"), value_bound("base_more_than"), value_bound("more_than;base_more_than")
    ('at_least', 'less_than', 'bound_unknown')
    """
    below = next((code for code in split_note(note) if code.startswith("base_")), "").removeprefix("base_")
    return ratio_bound(figure_bound(note), below)


def partial_of(note: str) -> str:
    """What lacks a part, as a note tells: the numerator (`partial`), the denominator alone (`partial_base`), or ""."""
    codes = split_note(note)
    return "" if "partial" not in codes else "partial_base" if "partial_base" in codes else "partial"


def ratio_bound(above: str, below: str) -> str:
    """The bound of a ratio of two figures with these bounds (codes of `BOUNDS`, "" where they are exact)."""
    turned = _OTHER_WAY.get(below, below)
    if not (above and turned):
        return above or turned
    alike = any(above in kind and turned in kind for kind in (_LOWER, _UPPER, ("about",)))
    return above if alike else UNKNOWN


def may_be_less(note: str) -> bool:
    """Whether the value of a result with this note may lie below what it reads, as far as its bounds tell."""
    return value_bound(note) in (*_UPPER, UNKNOWN)


def make_result(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with exactly the columns of a result, in order; what it lacks is empty.

    Where the figures were followed along series of documents, the source is the `document` to cite.
    """
    columns: dict[str, Any] = {}
    for name in RESULT_COLUMNS:
        dtype = _DTYPES.get(name, "str")
        cited = "document" if name == "source" and "document" in frame else name
        if cited in frame:
            values = frame[cited]
            if dtype == "str" and (values.dtype != "str" or values.hasnans):
                values = values.astype(object).where(values.notna(), "")
            columns[name] = values if values.dtype == dtype else values.astype(dtype)
        else:
            missing = pd.NaT if dtype == DATE_DTYPE else "" if dtype == "str" else np.nan
            columns[name] = pd.Series(missing, index=frame.index, dtype=dtype)
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def collect(results: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Results one below the other; a row met twice, as the same rate out of two functions, is kept once."""
    frames = [frame for frame in results if len(frame)]
    if not frames:
        return make_result(pd.DataFrame({"programme": pd.Series(dtype="str")}))
    return pd.concat(frames, ignore_index=True).drop_duplicates(list(KEY)).reset_index(drop=True)
