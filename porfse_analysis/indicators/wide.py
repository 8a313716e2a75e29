"""A result laid out as a table to look at: one column a reporting date, or one an indicator."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.result import KEY
from porfse_analysis.inputs import require

__all__ = ["wide"]

_NEEDED = {"cutoff": "date", "indicator": "text", "value": "number"}


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    """The values of a result side by side.

    Columns: the cutoffs, the first at the left; where all rows are of one cutoff, the indicators, as they come. Rows:
    the axis, and every other key in which rows differ, as they come; so rates by axis over time have one row per axis,
    and `wide(frame).T.plot()` draws one line per axis.

    Parameters
    ----------
    frame
        In the result columns, or some of them: cutoff, indicator, value and the keys that tell rows apart.

    Returns
    -------
    DataFrame
        The values alone, NaN where there is none: units, notes and dates stay in `frame`.

    Raises
    ------
    ParameterError
        When two rows would come into one cell.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> programme = pf.load_programme()
    >>> rates = pf.all_indicators(programme, names="declaration_rate", by="axis", fresh=True)
    >>> pf.wide(rates).loc["I", "2018-12-31"].round(4)
    np.float64(0.3412)
    """
    require(frame, "frame", _NEEDED, cure="Give what pf.all_indicators or another function of indicators returns")
    keys = [name for name in KEY if name in frame]
    single = frame["cutoff"].nunique(dropna=False) <= 1
    across = "indicator" if single else "cutoff"
    rows = [
        name for name in keys if name not in (across, "cutoff") and (name == "axis" or frame[name].nunique() > 1)
    ] or ["cutoff" if single else "indicator"]
    cell = list(dict.fromkeys([*rows, across]))
    doubled = frame[frame.duplicated(cell, keep=False)]
    if len(doubled):
        first = doubled.iloc[0].map(lambda value: value.date() if isinstance(value, pd.Timestamp) else value)
        where = ", ".join(f"{name} {first[name]}" for name in cell if first[name])
        raise ParameterError(
            f"frame: {len(doubled)} rows are not alone in their cell, the first {where}; leave some out, "
            f"or keep the keys that tell them apart ({', '.join(KEY)})"
        )
    table = frame.set_index([*rows, across])["value"].unstack(across, sort=False)
    order = frame[across].drop_duplicates()
    return table[order.sort_values() if across == "cutoff" else order]
