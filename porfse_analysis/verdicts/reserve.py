"""The performance reserve that a verdict on the milestones decides on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd

from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.framework_ratios import GROUP, Framework

__all__ = ["SOURCES", "reserves"]

SOURCES = ("plan", "estimate", "no_reserve", "not_available", "decided", "not_at_stake")
"""Where the amount of a reserve comes from, or why there is none to show."""

_YOUTH = "YEI"
_MATCHING = ("ESF", "")


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
        rows = data.reserve.only(axis=group[0])
        rows = _of_group(rows, [column for column in GROUP[1:] if column in rows], group, data)
        if len(rows) and rows.known("reserve_eur").all():
            return float(sum((v.exact(value) for value in rows["reserve_eur"]), v.ZERO)), "plan"
    return None


def _estimate(group: _Group, support: Cells, data: Framework) -> tuple[float, str]:
    """The reserve of a group where the plan does not give it.

    Formula: reserve_share x EU support of the programme, technical assistance included, spread over the other axes in
    proportion to their EU support. The YEI and the ESF that matches it (in the same axis, as much as the YEI), and
    REACT-EU, have no part in it. Not available where one axis of the plan in force does not say its EU support.
    """
    if not support.known("eligible").all():
        return np.nan, "not_available"
    sharing = support.where(~support["assistance"])
    rows = _of_group(sharing.only(axis=group[0]), GROUP[1:], group, data)
    if not len(rows):
        return np.nan, "not_available"
    own, shared = sum(rows["eligible"], v.ZERO), sum(sharing["eligible"], v.ZERO)
    if not own:
        return 0.0, "no_reserve"
    whole = sum(support["eligible"], v.ZERO) * v.exact(data.rules.reserve_share)
    return float(whole * own / shared), "estimate"


def _support(data: Framework) -> Cells:
    """The EU support of each axis, fund and category that a reserve is taken from (`eligible`; None: not known)."""
    allocation = data.finance.only(stage="allocation")
    rows = []
    for axis in dict.fromkeys(allocation["axis"]):
        own = allocation.only(axis=axis)
        found = v.position(own, "eu_amount_eur", data.date)
        if not len(found):
            # an axis whose support is not told, if the plan had it by then
            found = v.position(own, "amount_eur", data.date)
        excluded, assistance = _objective(axis, data) in data.rules.reserve_excluded_objectives, _assistance(axis, data)
        columns = (found["fund"], found["region_category"], found["eu_amount_eur"])
        cells = [(fund, region, _amount(value)) for fund, region, value in zip(*columns, strict=True)]
        youth = sum((amount or v.ZERO for fund, _, amount in cells if fund == _YOUTH), v.ZERO)
        matched = sum((amount or v.ZERO for fund, _, amount in cells if fund in _MATCHING), v.ZERO)
        for fund, region, eligible in cells:
            if excluded or fund in data.rules.reserve_excluded_funds:
                eligible = v.ZERO
            elif eligible and fund in _MATCHING and _YOUTH in data.rules.reserve_excluded_funds:
                eligible -= min(youth, matched) * eligible / matched
            rows.append((axis, fund, region, eligible, assistance))
    return Cells.of(pd.DataFrame(rows, columns=[*GROUP, "eligible", "assistance"]).astype({"assistance": "bool"}))


def _amount(value: float) -> Decimal | None:
    return None if pd.isna(value) else v.exact(value)


def _without_reserve(axis: str, data: Framework) -> bool:
    return _assistance(axis, data) or _objective(axis, data) in data.rules.reserve_excluded_objectives


def _assistance(axis: str, data: Framework) -> bool:
    return data.axes is not None and bool(data.axes.only(axis=axis)["technical_assistance"].any())


def _objective(axis: str, data: Framework) -> str:
    if data.axes is None or "thematic_objective" not in data.axes:
        return ""
    return "".join(data.axes.only(axis=axis)["thematic_objective"][:1])


def _of_group(rows: Cells, columns: Sequence[str], group: _Group, data: Framework) -> Cells:
    wanted = dict(zip(GROUP, group, strict=True))
    for column in columns:
        if column in data.rules.assessed_by:
            matched = v.matching(rows, column, wanted[column])
            rows = rows.none() if matched is None else matched
    return rows
