"""What the two verdicts share: exact numbers, the position a figure is taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from porfse_analysis.codes import PERCENTAGE_UNITS
from porfse_analysis.indicators.result import note_of as join_notes
from porfse_analysis.inputs import require
from porfse_analysis.languages import exact
from porfse_analysis.verdicts.cells import Cells

__all__ = [
    "INFINITE",
    "ONE",
    "ZERO",
    "bounds",
    "canonical_unit",
    "data_date",
    "exact",
    "exact_ratio",
    "join_notes",
    "matching",
    "position",
    "programmes_of",
    "require",
    "typed_frame",
]

ZERO, ONE = Decimal(0), Decimal(1)
INFINITE = Decimal("Infinity")

_UNITS = {
    "eur": ("eur", "euro", "euros", "€"),
    "number": ("number", "numero", "n", "n.", "no", "no."),
    "%": PERCENTAGE_UNITS,
    "persons": ("person", "persons", "persona", "persone"),
    "participants": ("participant", "participants", "partecipante", "partecipanti"),
    "ratio": ("ratio", "rapporto"),
    "enterprises": ("enterprise", "enterprises", "impresa", "imprese"),
}
_CANONICAL_UNIT = {word: unit for unit, words in _UNITS.items() for word in words}

# decimals kept of a float handed in as a ratio: enough for any threshold, too few for its binary noise
_RATIO_DECIMALS = 12


def exact_ratio(value: Decimal | float) -> Decimal:
    """A ratio to compare with a threshold; a float is freed of binary noise (0.8499999999999999 is 0.85)."""
    if isinstance(value, Decimal) or value in (float("inf"), float("-inf")):
        return Decimal(value)
    return round(exact(value), _RATIO_DECIMALS)


def bounds(value: Any, qualifier: str, precision: Any = None) -> tuple[Decimal, Decimal]:
    """The lowest and the highest figure a published one can stand for.

    `exact` to the euro or the unit: itself. `exact` in coarser units (614 million): rounded or cut, so from
    half a unit below to one unit above. `about`: one unit either way. `more_than`, `less_than`: open on one
    side.
    """
    figure = exact(value)
    unit = ZERO if precision is None or pd.isna(precision) else exact(precision)
    if qualifier == "more_than":
        return figure, INFINITE
    if qualifier == "less_than":
        return ZERO, figure
    if qualifier == "about":
        return max(ZERO, figure - unit), figure + unit
    if unit <= 1:
        return figure, figure
    return max(ZERO, figure - unit / 2), figure + unit


def canonical_unit(unit: str) -> str:
    """One spelling of a unit: `Numero` and `number` are the same."""
    plain = " ".join(unit.split()).casefold()
    return _CANONICAL_UNIT.get(plain, plain)


def programmes_of(*frames: pd.DataFrame | None) -> list[str]:
    """The programmes of the frames, each once, in the order they appear."""
    found: dict[str, None] = {}
    for frame in frames:
        if frame is not None:
            found.update(dict.fromkeys(frame["programme"].tolist()))
    return list(found)


def matching(rows: Cells, column: str, wanted: str, *, alone: bool = True) -> Cells | None:
    """The rows of one fund, category of region or type; None when it cannot be told which are meant.

    An empty cell on one side is matched with the other side when only one thing can be meant: the rows know a
    single value and none is asked for, or the rows tell nothing apart and what is asked for is all there is
    (`alone`).
    """
    known = set(rows[column])
    if wanted == "" and known and wanted not in known:
        return rows if len(known) == 1 else None
    if known == {""} and alone:
        return rows
    return rows.only(**{column: wanted})


def position(rows: pd.DataFrame | Cells, column: str, date: pd.Timestamp) -> Cells:
    """The rows of the newest position, not after `date`, at which `column` is published: one source, one cutoff.

    The date of a position is that of its figures (`data_date`), whatever cutoff they were sent for. Of two sources at
    one date the preferred one counts, of two positions of one source the one sent last: `positions.newest`, the rule
    of the indicators, so that the order of the rows never matters. Rows of that position whose cell is empty come
    along: a part that is missing is for the caller to see. No rows when nothing is published by then. `rows` are of
    one programme.
    """
    rows = Cells.of(rows)
    cutoffs = rows["cutoff"]
    by_then = rows.where((cutoffs <= date.to_datetime64()) & rows.known(column))
    if not len(by_then):
        return by_then
    sent, days = by_then["cutoff"], by_then.days
    found: dict[tuple[Any, Any], tuple[Any, Any]] = {}
    for source, cutoff, day, rank in zip(by_then["source"], sent, days, by_then.ranks, strict=True):
        found[source, cutoff] = (min(day, found.get((source, cutoff), (day, rank))[0]), rank)
    source, cutoff = max(found, key=lambda key: (found[key][0], -found[key][1], key[1]))
    return rows.where((cutoffs == cutoff) & (rows["source"] == source))


def data_date(rows: Cells) -> pd.Timestamp:
    """The date the figures of a position are of: the earliest, where its rows differ."""
    return pd.Timestamp(rows.days.min())


def typed_frame(rows: Sequence[Mapping[str, Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """A result frame with these columns and types, whether or not there are rows."""
    return pd.DataFrame(list(rows), columns=list(dtypes)).astype(dict(dtypes))
