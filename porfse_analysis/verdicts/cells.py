"""Rows of a table that are narrowed down again and again.

A verdict looks at a few rows at a time, hundreds of times a page: with a frame each look would take longer than all
the rest of it.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.indicators.positions import source_rank

__all__ = ["Array", "Cells"]

Array = np.ndarray[Any, Any]


class Cells:
    """Some rows of a frame, column by column as arrays; `places`: which rows of the frame they are."""

    def __init__(self, frame: pd.DataFrame, places: Array, arrays: dict[str, Array]) -> None:
        self.places = places
        self._frame, self._arrays = frame, arrays

    @classmethod
    def of(cls, rows: pd.DataFrame | Cells) -> Cells:
        """All rows of a frame; what are cells already stay as they are."""
        return rows if isinstance(rows, Cells) else cls(rows, np.arange(len(rows)), {})

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, name: str) -> bool:
        return name in self._frame

    def __getitem__(self, name: str) -> Array:
        return self._whole(name)[self.places]

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame of their own."""
        return self._frame.iloc[self.places].reset_index(drop=True)

    def _whole(self, name: str) -> Array:
        """A column of the whole frame, made an array once for all that is narrowed down from it."""
        if name not in self._arrays:
            column = self._frame[name]
            texts = isinstance(column.dtype, pd.CategoricalDtype)
            self._arrays[name] = (column.astype("object") if texts else column).to_numpy()
        return self._arrays[name]

    @property
    def ranks(self) -> Array:
        """The place of each row's source in the order of preference (`source_rank`)."""
        if "rank of source" not in self._arrays:
            self._arrays["rank of source"] = source_rank(self._frame["source"]).to_numpy()
        return self._arrays["rank of source"][self.places]

    @property
    def days(self) -> Array:
        """The date that the figures of each row are of, which is its cutoff where none is told."""
        cutoffs, days = self["cutoff"], self["data_date"]
        return np.where(np.isnat(days), cutoffs, days)

    def known(self, column: str) -> Array:
        """Which rows have a value in this column."""
        found: Array = pd.notna(self[column])
        return found

    def where(self, chosen: Array) -> Cells:
        """Those rows for which `chosen` is true, or those at these places among them."""
        return Cells(self._frame, self.places[chosen], self._arrays)

    def split(self, *names: str) -> dict[tuple[str, ...], Cells]:
        """The rows by the texts of these columns."""
        keys = pd.DataFrame({name: self[name] for name in names})
        groups = keys.groupby(list(names), sort=False).indices
        return {key if isinstance(key, tuple) else (key,): self.where(np.asarray(own)) for key, own in groups.items()}

    def none(self) -> Cells:
        """No row at all."""
        return Cells(self._frame, self.places[:0], self._arrays)

    def only(self, **texts: str) -> Cells:
        """The rows that have these texts in these columns."""
        rows = self
        for name, text in texts.items():
            rows = rows.where(rows[name] == text)
        return rows

    def among(self, name: str, texts: Container[str]) -> Cells:
        """The rows that have one of these texts in a column."""
        return self.where(np.array([text in texts for text in self[name]], dtype=bool))

    def first_date(self, column: str) -> pd.Timestamp:
        """The date in the first row; missing where there is none."""
        return pd.Timestamp(self[column][0] if len(self) else "NaT")
