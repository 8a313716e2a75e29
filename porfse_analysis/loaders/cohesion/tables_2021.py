"""Reading the Commission's tables of 2021-2027, strictly, for one programme or for all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import DataError, Fault
from porfse_analysis.loaders.cohesion.checks import group_ids
from porfse_analysis.loaders.cohesion.forms_2021 import COMMITMENT_YEARS, USED_FUNDS
from porfse_analysis.loaders.cohesion.registry import FORMS
from porfse_analysis.loaders.cohesion.source import RawTable, TableSource
from porfse_analysis.loaders.cohesion.tables import opened, read_columns

__all__ = ["BASE_DIMENSION", "REPEATED", "Rows", "read_2021"]

BASE_DIMENSION = "Intervention Field"
"""The dimension that is summed: it alone has the technical assistance at a flat rate too."""

REPEATED = "repeated"
"""Column of transmissions and achievements: whether a row is there again, alike in every column of the file."""

_ONE_DOWNLOAD = "Give one download at a time"
_FIGURES = {
    "plan_2021": ("eu_amount_eur", "allocation_eur"),
    "timeseries_2021": (
        *("eu_amount_eur", "allocation_eur", "selected_eur", "declared_eur"),
        *("eu_selected_eur", "eu_declared_eur"),
    ),
    "commitments_2021": tuple(f"y{year}" for year in COMMITMENT_YEARS),
}
# in these one key may stand for several rows: the JTF has two allocations
_SAME_KEY = ("plan_2021", "timeseries_2021")
# and in these rows may be alike in whatever is read: other columns, or the priority that is not there, tell them apart
_MAY_REPEAT = ("transmissions_2021", "achievements_2021")


class Rows(NamedTuple):
    """The rows of a table that are used, and the funds whose rows are left out."""

    frame: pd.DataFrame
    left_out: list[str]


def read_2021(source: TableSource | RawTable, kind: str, *, whole: bool = False, programme: str = "") -> Rows:
    """A table of 2021-2027: the rows of the funds that have priorities, of all programmes or of one.

    `kind`: plan_2021 (hgyj-gyin), timeseries_2021 (2021-2027_Finances_Detailed), transmissions_2021 (7twf-r3rc),
    commitments_2021 (9qee-iv7c) or achievements_2021 (xi3a-zddk). `source` and `whole` as for `tables.read_finance`.
    The columns are those of `forms_2021`; `cycle` is the last day of the month of a transmission. The index tells the
    place of a row in the file.

    Raises `DataError` for another table, for cells that are not what their column holds, and for two downloads in one
    file: a row twice, a programme (of one transmission) under two versions.
    """
    raw = opened(source)
    read = read_columns(raw, kind, whole=whole, programme=programme)
    faults = read.faults
    frame = read.frame
    left_out = sorted(set(frame["fund"].unique()) - set(USED_FUNDS))
    if not faults:
        frame = frame[frame["fund"].isin(USED_FUNDS)]
        if kind in _MAY_REPEAT:
            frame = frame.assign(**{REPEATED: _alike(frame, raw)})
        if kind == "timeseries_2021" and frame["cycle"].isna().any():
            # transmissions that nothing tells apart: the latest counts
            frame = frame[frame["is_latest"]] if frame["is_latest"].any() else frame
        faults = _unclear_axes(frame, read.found, raw) + _mixed(frame, kind, raw)
    if faults:
        raise DataError(raw.name, faults)
    return Rows(frame, left_out)


def _unclear_axes(frame: pd.DataFrame, found: dict[str, int], raw: RawTable) -> list[Fault]:
    """Rows without a priority in a table that has a column of them, or with the word for the whole programme."""
    if "axis" not in found:
        return []
    faults = []
    for record, axis in frame["axis"][frame["axis"].isin(["", schema.ALL])].items():
        problem = "names no priority" if not axis else "is the word kept for the whole programme"
        faults.append(raw.fault(_record(record), problem, raw.header[found["axis"]], str(axis), "Download it again"))
    return faults


def _mixed(frame: pd.DataFrame, kind: str, raw: RawTable) -> list[Fault]:
    """Signs that a file holds two downloads: rows twice, and two versions of what has one."""
    form = FORMS[kind]
    faults = _twice(frame, kind, raw)
    if faults or kind == "commitments_2021" or "plan_version" not in frame:
        return faults
    owners = pd.Series(group_ids(frame, form.version_key), index=frame.index)
    pairs = pd.DataFrame({"owner": owners, "version": frame["plan_version"].astype("str")}).drop_duplicates()
    first = pairs.drop_duplicates("owner").set_index("owner")["version"]
    for record, row in pairs[pairs["owner"].duplicated()].iterrows():
        problem = (
            f"is the version of the programme here, other rows are of {first[row['owner']]}: two downloads are mixed"
        )
        faults.append(raw.fault(_record(record), problem, "version", row["version"], _ONE_DOWNLOAD))
    return faults


def _twice(frame: pd.DataFrame, kind: str, raw: RawTable) -> list[Fault]:
    """Rows whose key is there before, with the same figures or, where a key is of one row, with any."""
    if kind in _MAY_REPEAT:
        return _all_twice(frame, raw)
    form, figures = FORMS[kind], _FIGURES[kind]
    key = group_ids(frame, form.key)
    same = group_ids(frame.assign(key=key), ["key", *figures])
    again = pd.Series(same, index=frame.index).duplicated()
    if kind in _SAME_KEY:
        # rows of nothing but zeros may well be alike
        again &= frame[list(figures)].fillna(0).ne(0).any(axis=1) & (frame["fund"] != "JTF")
        problem = "is there twice, with the same figures: a download is in the file twice"
    else:
        again = pd.Series(key, index=frame.index).duplicated()
        problem = "is the key of an earlier row too: two downloads are mixed"
    faults = []
    for record in frame.index[again]:
        named = " ".join(_said(frame.at[record, column]) for column in form.key if _said(frame.at[record, column]))
        faults.append(raw.fault(_record(record), problem, "", named, _ONE_DOWNLOAD))
    return faults


def _all_twice(frame: pd.DataFrame, raw: RawTable) -> list[Fault]:
    """Transmissions of a programme of which every row is there again."""
    owners = group_ids(frame, ["programme", "cycle"])
    whole = frame[REPEATED].groupby(owners).all()
    faults = []
    for owner in whole.index[whole]:
        record = frame.index[owners == owner][0]
        named = " ".join(_said(frame.at[record, column]) for column in ("programme", "cycle"))
        problem = "has every row twice: a download is in the file twice"
        faults.append(raw.fault(_record(record), problem, "", named, _ONE_DOWNLOAD))
    return faults


def _alike(frame: pd.DataFrame, raw: RawTable) -> np.ndarray:
    """Which rows are there more than once, alike in every column of the file."""
    rows = frame.index.to_numpy()
    # what the columns read agree in may differ in the others: only these rows are looked at whole
    alike = pd.Series(group_ids(frame, frame.columns)).duplicated(keep=False).to_numpy(copy=True)
    if not alike.any():
        return alike
    positions = range(len(raw.header))
    held = {str(place): pd.Series(cells)[rows[alike]] for place, cells in enumerate(raw.read(positions))}
    again = pd.Series(group_ids(pd.DataFrame(held), list(held))).duplicated(keep=False).to_numpy()
    alike[np.flatnonzero(alike)] = again
    return alike


def _record(label: object) -> int:
    return int(str(label))


def _said(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y%m}"
    return "" if value is pd.NaT or value in ("", 0) else str(value)
