"""The performance reserve that a verdict on the milestones decides on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.framework_ratios import GROUP, Framework

__all__ = ["SOURCES", "reserves"]

SOURCES = ("plan", "estimate", "no_reserve", "not_available", "decided", "not_at_stake")
"""Where the amount of a reserve comes from, or why there is none to show."""

_YOUTH = "YEI"


_Group = tuple[str, str, str]


def reserves(groups: Sequence[_Group], data: Framework) -> list[tuple[float, str]]:
    """The reserve of each axis, fund and category of region in EUR of EU support, and where it comes from."""
    told = [_told(group, data) for group in groups]
    if all(told):
        return [found for found in told if found]
    support = _support(data)
    return [found or _estimate(group, support, data) for group, found in zip(groups, told, strict=True)]


def _told(group: _Group, data: Framework) -> tuple[float, str] | None:
    """The reserve of a group as far as no estimate is needed: there is none, or the plan gives it."""
    if data.against != "milestone":
        return np.nan, "not_at_stake"
    if group[0] == ALL or _without_reserve(group[0], data) or group[1] in data.rules.reserve_excluded_funds:
        return 0.0, "no_reserve"
    if not data.rules.reserve_share:  # the period has none
        return 0.0, "no_reserve"
    if data.asked_at > pd.Timestamp(data.rules.reserve_decided_by):
        return np.nan, "decided"
    if data.reserve is not None:
        rows = data.reserve[data.reserve["axis"] == group[0]]
        rows = _of_group(rows, [column for column in GROUP[1:] if column in rows], group, data)
        if len(rows) and rows["reserve_eur"].notna().all():
            return float(sum((v.exact(value) for value in rows["reserve_eur"]), v.ZERO)), "plan"
    return None


def _estimate(group: _Group, support: pd.DataFrame, data: Framework) -> tuple[float, str]:
    """The reserve of a group where the plan does not give it.

    Formula: reserve_share x EU support of the programme, technical assistance included, spread over the other axes in
    proportion to their EU support. The YEI and the ESF that matches it (in the same axis, as much as the YEI), and
    REACT-EU, have no part in it. Not available where one axis of the plan in force does not say its EU support.
    """
    if support["eligible"].isna().any():
        return np.nan, "not_available"
    sharing = support[~support["assistance"]]
    rows = _of_group(sharing[sharing["axis"] == group[0]], GROUP[1:], group, data)
    if rows.empty:
        return np.nan, "not_available"
    own, shared = sum(rows["eligible"], v.ZERO), sum(sharing["eligible"], v.ZERO)
    if not own:
        return 0.0, "no_reserve"
    whole = sum(support["eligible"], v.ZERO) * v.exact(data.rules.reserve_share)
    return float(whole * own / shared), "estimate"


def _support(data: Framework) -> pd.DataFrame:
    """The EU support of each axis, fund and category that a reserve is taken from (`eligible`; None: not known)."""
    allocation = data.finance[data.finance["stage"] == "allocation"]
    rows = []
    for axis in dict.fromkeys(allocation["axis"]):
        own = allocation[allocation["axis"] == axis]
        found = v.position(own, "eu_amount_eur", data.date)
        if found.empty:
            # an axis whose support is not told, if the plan had it by then
            found = v.position(own, "amount_eur", data.date)
        objectives = _objective(axis, data) in data.rules.reserve_excluded_objectives
        youth = sum((_amount(value) or v.ZERO for value in found.loc[found["fund"] == _YOUTH, "eu_amount_eur"]), v.ZERO)
        matching = found[found["fund"].isin(["ESF", ""])]["eu_amount_eur"]
        matched = sum((_amount(value) or v.ZERO for value in matching), v.ZERO)
        for cell in found.to_dict("records"):
            eligible = _amount(cell["eu_amount_eur"])
            if objectives or cell["fund"] in data.rules.reserve_excluded_funds:
                eligible = v.ZERO
            elif eligible and cell["fund"] in ("ESF", "") and _YOUTH in data.rules.reserve_excluded_funds:
                eligible -= min(youth, matched) * eligible / matched
            place = {name: cell[name] for name in GROUP}
            rows.append({**place, "eligible": eligible, "assistance": _assistance(axis, data)})
    return pd.DataFrame(rows, columns=[*GROUP, "eligible", "assistance"]).astype({"assistance": "bool"})


def _amount(value: float) -> Decimal | None:
    return None if pd.isna(value) else v.exact(value)


def _without_reserve(axis: str, data: Framework) -> bool:
    return _assistance(axis, data) or _objective(axis, data) in data.rules.reserve_excluded_objectives


def _assistance(axis: str, data: Framework) -> bool:
    return data.axes is not None and bool(data.axes.loc[data.axes["axis"] == axis, "technical_assistance"].any())


def _objective(axis: str, data: Framework) -> str:
    if data.axes is None or "thematic_objective" not in data.axes:
        return ""
    return "".join(data.axes.loc[data.axes["axis"] == axis, "thematic_objective"].head(1))


def _of_group(rows: pd.DataFrame, columns: Sequence[str], group: _Group, data: Framework) -> pd.DataFrame:
    wanted = dict(zip(GROUP, group, strict=True))
    for column in columns:
        if column in data.rules.assessed_by:
            matched = v.matching(rows, column, wanted[column])
            rows = rows.iloc[:0] if matched is None else matched
    return rows
