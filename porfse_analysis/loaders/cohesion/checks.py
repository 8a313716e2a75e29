"""Checks across the rows of a table of the Commission's portal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from porfse_analysis import schema
from porfse_analysis.errors import Fault
from porfse_analysis.loaders.cohesion.forms import STRUCTURAL_FUNDS, Form
from porfse_analysis.loaders.cohesion.source import RawTable

__all__ = ["group_ids", "mixed_downloads", "structural_rows", "unclear_axes"]


def group_ids(frame: pd.DataFrame, columns: Iterable[str]) -> np.ndarray:
    """One number per row, equal where the rows agree in all of `columns` (categories and whole
    numbers).
    """
    ids = np.zeros(len(frame), dtype=np.int64)
    room = 1
    for column in columns:
        values = frame[column]
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes, size = values.cat.codes.to_numpy(dtype=np.int64), len(values.cat.categories)
        else:
            found, kept = pd.factorize(values)
            codes, size = found.astype(np.int64), len(kept)
        if room * (size + 1) > 2**62:
            ids, kept_ids = pd.factorize(ids)
            room = len(kept_ids)
        ids = ids * (size + 1) + codes + 1
        room *= size + 1
    return ids


def structural_rows(frame: pd.DataFrame, funds: Sequence[str] = STRUCTURAL_FUNDS) -> np.ndarray:
    """Which rows are of these funds, and no quotients."""
    rows = frame["fund"].isin(funds).to_numpy()
    return rows & ~frame["is_division"].to_numpy() if "is_division" in frame else rows


def unclear_axes(frame: pd.DataFrame, raw: RawTable, label: str) -> list[Fault]:
    """Rows of the structural funds without an axis, or with one that stands for the whole programme
    in our tables.
    """
    unclear = frame["axis"].isin(["", schema.ALL]).to_numpy() & structural_rows(frame)
    faults = []
    for record in np.flatnonzero(unclear):
        axis = str(frame["axis"].iat[int(record)])
        problem = "names no axis" if not axis else "is the word kept for the whole programme"
        faults.append(raw.fault(int(record), problem, label, axis, "Download the table again"))
    return faults


def mixed_downloads(frame: pd.DataFrame, form: Form, raw: RawTable) -> list[Fault]:
    """Signs that a file holds two downloads: one key twice, or two plan versions of one programme
    and year.
    """
    rows = np.flatnonzero(structural_rows(frame, form.funds))
    used = frame.iloc[rows].reset_index(drop=True)
    remedy = "Give one download at a time"
    figures = [field.name for field in form.fields if field.kind in ("amount", "number", "date")]

    def named(index: int, columns: Iterable[str]) -> str:
        return " ".join(str(value) for value in used.loc[index, list(columns)] if value != "")

    faults = []
    keys = pd.Series(group_ids(used, form.key))
    for _, group in keys[keys.duplicated(keep=False)].groupby(keys, sort=False):
        first, *others = (int(index) for index in group.index)
        place = raw.fault(int(rows[first]), "").row
        where = f"row {place}" if place is not None else f"record {int(rows[first]) + 1}"
        for other in others:
            pair = used.loc[[first, other], figures]
            differ = [column for column in figures if pair[column].nunique(dropna=False) > 1]
            problem = (
                f"is the key of {where} too, with other figures ({', '.join(differ)}): two downloads are mixed"
                if differ
                else f"is the key of {where} too, with the same figures: a download is in the file twice"
            )
            faults.append(raw.fault(int(rows[other]), problem, "", named(other, form.key), remedy))
    if faults or not form.version_key:
        return faults
    used["owner"] = group_ids(used, form.version_key)
    pairs = used[["owner", "plan_version"]].drop_duplicates().astype({"plan_version": "str"})
    versions = dict(zip(pairs["owner"][::-1], pairs["plan_version"][::-1], strict=True))
    for index in map(int, pairs.index[pairs["owner"].duplicated()]):
        version, other = pairs.at[index, "plan_version"], versions[pairs.at[index, "owner"]]
        problem = (
            f"is the plan version here, other rows of {named(index, form.version_key)} "
            f"are of {other}: two downloads are mixed"
        )
        faults.append(raw.fault(int(rows[index]), problem, "plan_version", str(version), remedy))
    return faults
