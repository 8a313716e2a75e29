"""What a public function is given first: a programme, or the frames of one; and the names a result takes along."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.api import types

from porfse_analysis.errors import ParameterError
from porfse_analysis.languages import IN_TABLES, axis_title, in_language
from porfse_analysis.programme import Programme

__all__ = ["NAMES", "Along", "names_of", "tables_of", "with_names"]

NAMES = "names"
"""Under this the `attrs` of a result made of a `Programme` have what its codes are called (`names_of`)."""


class Along(dict[str, Any]):
    """What a frame takes along in its `attrs`, which nobody changes.

    pandas copies `attrs` deeply with every row and every column that is taken out: with this there is nothing to copy.
    """

    def __deepcopy__(self, memo: object) -> Along:
        return self


def tables_of(**given: object) -> list[Any]:
    """The frames that a function works on, by the names of its parameters: those given, or a programme's.

    Raises `ParameterError` when a programme is given and a frame besides: it is not plain which of the two would count.
    """
    first, *others = given
    programme = given[first]
    if not isinstance(programme, Programme):
        return [_with_texts(frame) for frame in given.values()]
    doubled = [name for name in others if given[name] is not None]
    if doubled:
        raise ParameterError(
            f"{', '.join(doubled)}: given besides a Programme, which has its own; "
            f"give the Programme alone, or the frames {', '.join(given)}"
        )
    return [getattr(programme, name) for name in given]


def _with_texts(frame: object) -> object:
    """A frame with its texts as a programme has them: objects and categories of texts meet no others in a merge."""
    if not isinstance(frame, pd.DataFrame):
        return frame
    # the categories of the sources are their order of preference
    others = [name for name, kind in frame.dtypes.items() if name != "source" and _is_other_text(kind, frame[name])]
    return frame.astype(dict.fromkeys(others, "str")) if others else frame


def _is_other_text(kind: object, values: pd.Series) -> bool:
    if isinstance(kind, pd.CategoricalDtype):
        return types.infer_dtype(kind.categories) == "string"
    return kind == "object" and types.infer_dtype(values, skipna=False) == "string"


def with_names(result: pd.DataFrame, given: object) -> pd.DataFrame:
    """The result, with the names of the programme it was made of where it was made of one."""
    if isinstance(given, Programme):
        result.attrs[NAMES] = Along(names_of(given))
    return result


def names_of(programme: Programme) -> dict[str, Any]:
    """What the codes of a programme are called: axes (by programme and axis) and sources, each by language.

    Plain values: a frame that has them can still be written to a file.
    """
    sources = {
        row["source"]: {"publisher": row["publisher"], **{lang: in_language(row, "title", lang) for lang in IN_TABLES}}
        for row in programme.sources.astype({"source": "str"}).to_dict("records")
    }
    axes = {
        row["axis"]: {lang: axis_title(row, lang) for lang in IN_TABLES} for row in programme.axes.to_dict("records")
    }
    return {"axes": {programme.cci: axes}, "sources": sources}
