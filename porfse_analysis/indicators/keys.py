"""Rows told apart by the values of some of their columns: at the size of most tables faster than a merge."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

__all__ = ["TARGET_KEY", "Key", "has_key", "keys_of"]

Key = tuple[Any, ...]
"""The values of the columns that tell rows apart."""

TARGET_KEY = [
    "programme",
    "fund",
    "axis",
    "investment_priority",
    "indicator_type",
    "indicator_code",
    "region_category",
]
"""The columns that tell the targets of one plan apart."""


def keys_of(rows: pd.DataFrame, columns: list[str]) -> list[Key]:
    """The values of these columns, row by row."""
    return list(zip(*(rows[name].tolist() for name in columns), strict=True))


def has_key(rows: pd.DataFrame, columns: list[str], keys: Collection[Key]) -> pd.Series:
    """Whether the values of these columns are one of the keys, row by row."""
    return pd.Series([key in keys for key in keys_of(rows, columns)], index=rows.index, dtype=bool)
