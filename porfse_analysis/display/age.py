"""Current and old: one rule for what a page may show as the state at its date."""

from __future__ import annotations

from typing import overload

import pandas as pd

__all__ = ["is_old"]


@overload
def is_old(data_date: pd.Timestamp, cutoff: pd.Timestamp) -> bool: ...
@overload
def is_old(data_date: pd.Series, cutoff: pd.Timestamp) -> pd.Series: ...


def is_old(data_date: pd.Timestamp | pd.Series, cutoff: pd.Timestamp) -> bool | pd.Series:
    """Whether a figure is of an earlier date than the page it stands on: then it is shown apart, with its date.

    What has no date is not old: a plan stays in force, and what is missing is said to be missing.
    """
    return data_date < cutoff
