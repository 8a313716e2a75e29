"""Small frames from bare values, so that a test's answer can be worked out from its own lines."""

from __future__ import annotations

import pandas as pd

from porfse_analysis import schema

CCI = "2014XX05SFOP001"


def finance(*rows: tuple, source: str = "s", programme: str = CCI, **common: object) -> pd.DataFrame:
    """Rows (axis, cutoff, stage, amount) or (axis, cutoff, stage, amount, {more columns})."""
    cells = []
    for row in rows:
        axis, cutoff, stage, amount, *more = row
        cell = {"axis": axis, "cutoff": pd.Timestamp(cutoff), "stage": stage, "amount_eur": amount}
        cell |= {"source": source, "fund": "ESF", **common, **(more[0] if more else {})}
        for name in ("data_date",):
            if name in cell:
                cell[name] = pd.Timestamp(cell[name])
        cells.append(cell)
    return schema.conform("finance", pd.DataFrame(cells), programme=programme)


def achievements(*rows: tuple, **common: object) -> pd.DataFrame:
    """Rows (axis, investment priority, indicator, cutoff, value) or with {more columns} at the end."""
    cells = []
    for row in rows:
        axis, priority, code, cutoff, value, *more = row
        cell = {
            "axis": axis,
            "investment_priority": priority,
            "indicator_code": code,
            "indicator_type": "RESF" if code.startswith("CR") else "OESF",
            "fund": "ESF",
            "region_category": "",
            "cutoff": pd.Timestamp(cutoff),
            "value": value,
            "source": "s",
        }
        cells.append(cell | common | (more[0] if more else {}))
    return schema.conform("achievements", pd.DataFrame(cells), programme=CCI)


def targets(*rows: tuple, **common: object) -> pd.DataFrame:
    """Rows (axis, investment priority, indicator, plan version, valid from, target 2023) or with {more} at the end."""
    cells = []
    for row in rows:
        axis, priority, code, version, valid_from, target, *more = row
        cell = {
            "axis": axis,
            "investment_priority": priority,
            "indicator_code": code,
            "indicator_type": "RESF" if code.startswith("CR") else "OESF",
            "fund": "ESF",
            "region_category": "",
            "plan_version": version,
            "valid_from": pd.Timestamp(valid_from),
            "target": target,
            "source": "s",
        }
        cells.append(cell | common | (more[0] if more else {}))
    return schema.conform("targets", pd.DataFrame(cells), programme=CCI)


def prefer(frame: pd.DataFrame, *sources: str) -> pd.DataFrame:
    """The frame with its sources in this order of preference."""
    return frame.assign(source=frame["source"].astype(pd.CategoricalDtype(list(sources), ordered=True)))


def only(result: pd.DataFrame, **wanted: object) -> pd.Series:
    """The one row of a result that has these values."""
    rows = result
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, f"{len(rows)} rows for {wanted}"
    return rows.iloc[0]
