"""Small frames and programmes from bare values, so that a test's answer can be worked out from its own lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from porfse_analysis import schema
from porfse_analysis.programme import Programme, make_programme

CCI = "2014XX05SFOP001"


def finance(*rows: tuple, programme: str = CCI, **common: object) -> pd.DataFrame:
    """Rows (axis, cutoff, stage, amount); fund ESF and source `s` unless said."""
    return _frame("finance", ("axis", "cutoff", "stage", "amount_eur"), rows, programme, {"fund": "ESF"} | common)


def achievements(*rows: tuple, programme: str = CCI, **common: object) -> pd.DataFrame:
    """Rows (axis, investment priority, indicator, cutoff, value); fund ESF, source `s`, OESF or RESF unless said."""
    names = ("axis", "investment_priority", "indicator_code", "cutoff", "value")
    return _frame("achievements", names, rows, programme, {"fund": "ESF"} | common)


def targets(*rows: tuple, programme: str = CCI, **common: object) -> pd.DataFrame:
    """Rows (axis, investment priority, indicator, plan version, valid from, target); as `achievements`."""
    names = ("axis", "investment_priority", "indicator_code", "plan_version", "valid_from", "target")
    return _frame("targets", names, rows, programme, {"fund": "ESF"} | common)


def claims(*rows: tuple, programme: str = CCI, **common: object) -> pd.DataFrame:
    """Rows (quantity, axis, cutoff, value); name and text are made up."""
    return _frame("claims", ("quantity", "axis", "cutoff", "value"), rows, programme, {"text_it": "..."} | common)


def _frame(
    table: str, names: tuple[str, ...], rows: Sequence[tuple], programme: str, common: Mapping[str, object]
) -> pd.DataFrame:
    """A conformed table of these rows; a row may end in a mapping with more columns, `common` is for every row."""
    if not rows:
        return schema.empty(table)
    records = []
    for row in rows:
        more = row[-1] if isinstance(row[-1], Mapping) else {}
        values = row[:-1] if isinstance(row[-1], Mapping) else row
        assert len(values) == len(names), f"give {', '.join(names)}: {row!r}"
        cells: dict[str, Any] = {"source": "s", **dict(zip(names, values, strict=True)), **common, **more}
        if "indicator_code" in cells:
            cells.setdefault("indicator_type", "RESF" if str(cells["indicator_code"]).startswith("CR") else "OESF")
        if table == "claims":
            cells.setdefault("claim", f"{cells['quantity']}-{cells['axis']}")
        records.append(cells)
    frame = pd.DataFrame(records)
    for column in schema.TABLES[table].columns:
        if column.kind == "date" and column.name in frame:
            frame[column.name] = pd.to_datetime(frame[column.name])
    return schema.conform(table, frame, programme=programme)


def small_programme(*, axes: Sequence[str] = (), sources: Sequence[str] = ("ec", "sheet"), **tables: Any) -> Programme:
    """A checked programme out of such frames: `small_programme(finance=..., achievements=...)`.

    Its axes are those the frames have, or `axes`; its sources those of `sources`, in that order of preference.
    """
    used = [axis for frame in tables.values() for axis in frame["axis"]]
    known = list(axes) or sorted({*used} - {schema.ALL})
    tables["axes"] = pd.DataFrame({"axis": known, "technical_assistance": False})
    tables["sources"] = pd.DataFrame({"source": list(sources), "title_it": list(sources)})
    if tables.get("finance") is None:  # every programme has the table; an empty amount says nothing
        row = {"axis": known[0], "cutoff": pd.Timestamp("2014-01-01"), "stage": "allocation", "source": sources[0]}
        tables["finance"] = schema.conform("finance", pd.DataFrame([row]), programme=CCI)
    return make_programme(CCI, {"it": "P", "en": "P"}, tables)


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
