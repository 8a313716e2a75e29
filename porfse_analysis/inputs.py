"""What a public function is given: dates and frames, taken or refused in one way everywhere."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from pandas.api import types

from porfse_analysis.errors import ParameterError
from porfse_analysis.schema import DATE_DTYPE, TABLES

__all__ = ["as_cutoff", "require"]


_MAY_LACK = ("reading_it", "reading_en", "men")
"""What a frame may do without: words for readers, which no figure follows from, and men, who were not always asked."""


def as_cutoff(date: object, name: str = "cutoff") -> pd.Timestamp:
    """A date as a Timestamp at midnight: ISO text, date, datetime or Timestamp without a time zone; else refused.

    Raises `ParameterError`, which calls the parameter `name`, for anything else, 30/09/2018 included: it could be read
    in two ways.
    """
    if isinstance(date, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", date, re.ASCII):
        with contextlib.suppress(ValueError):
            return pd.Timestamp(date).as_unit("us")
    if isinstance(date, datetime.date) and not pd.isna(date) and getattr(date, "tzinfo", None) is None:
        return pd.Timestamp(date).normalize().as_unit("us")
    raise ParameterError(f"{name} {date!r} is not a date written YYYY-MM-DD")


def require(frame: object, table: str, columns: Sequence[str] | Mapping[str, str] = (), *, cure: str = "") -> None:
    """Raises `ParameterError` unless `frame` is table `table` in memory, or has the `columns` of it.

    Every column must be there and hold what its kind says: a frame that pandas has read from CSV has dates that are
    texts and empty cells that compare with nothing, out of which come wrong figures. `columns` may give the kind of
    each, for a frame that is no table of a programme; `cure` then says what to do.
    """
    kinds = {"programme": "text"}
    if table in TABLES:
        kinds |= {column.name: column.kind for column in TABLES[table].columns}
        cure = cure or f"Give the frame of a loaded programme, or schema.conform({table!r}, frame, programme=CCI)"
    if isinstance(columns, Mapping):
        kinds = dict(columns)
    cure = f". {cure}" if cure else ""
    if not isinstance(frame, pd.DataFrame):
        raise ParameterError(f"{table} is of type {type(frame).__name__}, not a frame{cure}")
    needed = list(columns) or list(kinds)
    missing = [name for name in needed if name not in frame and (columns or name not in _MAY_LACK)]
    if missing:
        raise ParameterError(f"{table} has no column {', '.join(missing)}{cure}")
    for name in needed:
        if name in kinds and name in frame and not _HOLDS[kinds[name]](frame[name]):
            raise ParameterError(f"{table}: column {name} holds {_found(frame[name])}, not {_MEANT[kinds[name]]}{cure}")


def _are_texts(values: pd.Series) -> bool:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return True  # a source that is not known is missing there
    # looking whether each cell is a text takes half the time of looking for those that are missing
    return types.infer_dtype(values.to_numpy(), skipna=False) in ("string", "empty")


def _are_numbers(values: pd.Series) -> bool:
    return types.is_numeric_dtype(values) and not types.is_bool_dtype(values)


def _are_dates(values: pd.Series) -> bool:
    return types.is_datetime64_dtype(values)


_HOLDS: dict[str, Callable[[pd.Series], bool]] = {
    "text": _are_texts,
    "date": _are_dates,
    "amount": _are_numbers,
    "number": _are_numbers,
    "year": _are_numbers,
    "flag": types.is_bool_dtype,
}

_MEANT = {
    "text": 'texts (an empty one is "")',
    "date": f"dates ({DATE_DTYPE})",
    "amount": "numbers",
    "number": "numbers",
    "year": "years",
    "flag": "True and False",
}


def _found(values: pd.Series) -> str:
    """What a column holds, for a message: its type, and the first value that is not missing."""
    known = values.dropna()
    texts = types.is_string_dtype(values.dtype)
    missing = "missing cells" if len(known) < len(values) else ""
    if texts and missing:
        return missing
    return f"values of type {values.dtype}" + (f" ({known.iloc[0]!r})" if len(known) else "")
