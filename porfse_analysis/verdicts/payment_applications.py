"""Payment applications for the decommitment rule: what each axis has certified, at the EU rate of its own
allocation.

Each line is one axis, fund and category of region. A figure that is missing or not told apart keeps a lowest
and a highest amount instead of a value, so that the verdict can tell what is decided from what is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.rules import Rules

__all__ = ["Allocation", "Line", "Rates", "allocations", "claim_lines", "read_rates", "single_rate"]

# plans in whole euro give rates that differ from the one meant by less than this
_SAME_RATE = Decimal("0.000001")

_ACCOUNTING_YEAR = re.compile(r"(\d{4})-(\d{4})", re.ASCII)

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Rates:
    """EU rates given by the caller: of an axis, or of an axis in one accounting year (its first year)."""

    rows: tuple[tuple[str, str, str, int | None, Decimal], ...] = ()

    def _of(self, key: Key, with_year: bool) -> list[tuple[int | None, Decimal]]:
        return [
            (year, rate)
            for axis, fund, region, year, rate in self.rows
            if (year is not None) == with_year and axis == key[0] and fund in ("", key[1]) and region in ("", key[2])
        ]

    def general(self, key: Key) -> Decimal | None:
        """The rate that stands for the one of the allocation, when there is one."""
        return next((rate for _, rate in self._of(key, False)), None)

    def by_year(self, key: Key) -> dict[int, Decimal]:
        """The rates of single accounting years."""
        return {year: rate for year, rate in self._of(key, True) if year is not None}


@dataclass(frozen=True)
class Allocation:
    """The allocation of one axis, fund and category of region in force at a date; None: not known."""

    key: Key
    total: Decimal | None
    eu: Decimal | None
    cutoff: Any = pd.NaT
    source: str = ""
    given: bool = False

    @property
    def rate(self) -> Decimal | None:
        """The EU share of the allocation."""
        return self.eu / self.total if self.eu is not None and self.total else None


@dataclass(frozen=True)
class Line:
    """The claims of one axis, fund and category of region: `low` and `high` are equal when they are known."""

    row: dict[str, Any]
    low: Decimal
    high: Decimal
    notes: frozenset[str]

    @property
    def known(self) -> bool:
        """Whether there is a figure to show."""
        return not pd.isna(self.row["claims_eu"])


def read_rates(rates: Mapping[str, float] | pd.DataFrame | None, programme: str, finance: pd.DataFrame) -> Rates:
    """The rates the caller gives: axis -> rate, or a frame (see `decommitment`).

    Raises `ParameterError` naming what cannot be used: columns, an axis finance does not have, a rate that is
    not a share, an accounting year that is not one, the same rate twice.
    """
    if rates is None:
        return Rates()
    frame = pd.DataFrame({"axis": list(rates), "rate": list(rates.values())}) if isinstance(rates, Mapping) else rates
    v.require(frame, "rates", ("axis", "rate"))
    if "programme" in frame:
        frame = frame[frame["programme"] == programme]
    rows: list[tuple[str, str, str, int | None, Decimal]] = []
    known = set(finance["axis"])
    for record in frame.to_dict("records"):
        axis, fund, region = (str(record.get(name) or "") for name in ("axis", "fund", "region_category"))
        if axis not in known:
            raise ParameterError(f"rates names axis {axis!r}; finance has {', '.join(sorted(known)) or 'none'}")
        value = record["rate"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise ParameterError(f"The rate of axis {axis} is {value!r}: give the EU share, above 0 and at most 1")
        row = (axis, fund, region, _first_year(record.get("accounting_year")), v.exact(value))
        if row[:4] in [other[:4] for other in rows]:
            raise ParameterError(f"rates gives axis {axis} two rates for the same fund, category and accounting year")
        rows.append(row)
    # the more a row says, the earlier it is asked
    return Rates(tuple(sorted(rows, key=lambda row: (row[1] == "") + (row[2] == ""))))


def _first_year(text: Any) -> int | None:
    if text is None or text == "" or pd.isna(text):
        return None
    years = _ACCOUNTING_YEAR.fullmatch(str(text))
    if years and int(years[2]) == int(years[1]) + 1:
        return int(years[1])
    raise ParameterError(f"accounting_year is {text!r}: write the two years it spans, as 2020-2021 (1 July to 30 June)")


def allocations(finance: pd.DataFrame, date: pd.Timestamp, rates: Rates) -> list[Allocation]:
    """The allocations of the axes in force at a date, one per axis, fund and category of region."""
    rows = finance[(finance["stage"] == "allocation") & (finance["axis"] != ALL)]
    found = []
    for axis in dict.fromkeys(rows["axis"]):
        of_axis = rows[rows["axis"] == axis]
        newest = v.position(of_axis, "eu_amount_eur", date)
        # without EU part there is no rate, but the axis is there
        newest = newest if len(newest) else v.position(of_axis, "amount_eur", date)
        for fund, region in dict.fromkeys(zip(newest["fund"], newest["region_category"], strict=True)):
            found.append(_allocation((axis, fund, region), of_axis, date, "", rates))
    return found


def _allocation(key: Key, of_axis: pd.DataFrame, date: pd.Timestamp, source: str, rates: Rates) -> Allocation:
    """The allocation of one group in force at a date: of the source asked for where it gives the EU part."""
    rows = of_axis[(of_axis["fund"] == key[1]) & (of_axis["region_category"] == key[2])]
    found = v.position(rows[rows["source"].astype("str") == source], "eu_amount_eur", date) if source else rows.iloc[:0]
    for column in ("eu_amount_eur", "amount_eur"):
        found = found if len(found) else v.position(rows, column, date)
    rate = rates.general(key)
    if found.empty:
        return Allocation(key, None, None)
    row = found.iloc[0]
    total = None if pd.isna(row["amount_eur"]) else v.exact(row["amount_eur"])
    eu = None if pd.isna(row["eu_amount_eur"]) else v.exact(row["eu_amount_eur"])
    if rate is not None and total is not None and eu is None:
        eu = total * rate
    return Allocation(key, total, eu, row["cutoff"], str(row["source"]), rate is not None)


def single_rate(found: Sequence[Allocation], rates: Rates) -> Decimal | None:
    """The EU rate all axes share; None when they differ, change by year or one is not known."""
    endowed = [item for item in found if item.total != 0]
    shares = [rates.general(item.key) or item.rate for item in endowed]
    if not endowed or any(rates.by_year(item.key) for item in endowed):
        return None
    known = [share for share in shares if share is not None]
    if len(known) < len(shares) or max(known) - min(known) > _SAME_RATE:
        return None
    if max(known) == min(known):
        return known[0]
    # the same rate on amounts in whole euro: that of the sums
    totals = [item.total for item in endowed if item.total is not None]
    parts = [share * total for share, total in zip(known, totals, strict=True)]
    return sum(parts, v.ZERO) / sum(totals, v.ZERO)


def claim_lines(
    finance: pd.DataFrame, date: pd.Timestamp, in_force: Sequence[Allocation], rates: Rates, rules: Rules
) -> list[Line]:
    """The claims of one programme at a date, by axis, fund and category of region.

    `in_force`: its allocations at that date, which say what there is to claim for.

    A figure certified for the whole programme (axis ALL) takes their place only when the axes have none, lack
    one or are older, and all axes share one rate: otherwise it cannot be turned into EU support.
    """
    certified = finance[finance["stage"] == "certified"]
    lines = []
    by_axis = [(item.key[0], item) for item in in_force]
    with_figure = certified.loc[(certified["cutoff"] <= date) & certified["amount_eur"].notna(), "axis"]
    axes = dict.fromkeys([axis for axis, _ in by_axis] + [axis for axis in with_figure if axis != ALL])
    for axis in axes:
        own = [item for name, item in by_axis if name == axis]
        lines += _axis_lines(finance[finance["axis"] == axis], own, date, rates, rules)
    total = v.position(certified[certified["axis"] == ALL], "amount_eur", date)
    if total.empty:
        return lines
    needed = [line for line in lines if line.high > 0]
    complete = bool(needed) and all(not pd.isna(line.row["certified_eur"]) for line in needed)
    if complete and min(line.row["cutoff"] for line in needed) >= total["cutoff"].iloc[0]:
        return lines
    then = allocations(finance, total["cutoff"].iloc[0], rates)
    rate = single_rate(then, rates)
    if rate is None:
        return [replace(line, notes=line.notes | {"total_not_usable"}) for line in lines]
    whole = _sum(then, (ALL, "", ""))
    return [_line(total, whole, rate, {"published_total"}, date, rules)]


def _sum(found: Sequence[Allocation], key: Key) -> Allocation:
    """Several allocations as one."""
    totals, parts = [item.total for item in found], [item.eu for item in found]
    sources = {item.source for item in found}
    return Allocation(
        key,
        None if None in totals else sum((total for total in totals if total is not None), v.ZERO),
        None if None in parts else sum((part for part in parts if part is not None), v.ZERO),
        max(item.cutoff for item in found),
        sources.pop() if len(sources) == 1 else "",
        any(item.given for item in found),
    )


def _axis_lines(
    rows: pd.DataFrame, in_force: Sequence[Allocation], date: pd.Timestamp, rates: Rates, rules: Rules
) -> list[Line]:
    certified = rows[rows["stage"] == "certified"]
    granted = rows[rows["stage"] == "allocation"]
    newest = v.position(certified, "amount_eur", date)
    told_apart = set(zip(newest["fund"], newest["region_category"], strict=True))
    if told_apart == {("", "")} and len(in_force) > 1:
        # certified for the axis as a whole: usable when its funds and categories share one rate
        then = [_allocation(i.key, granted, newest["cutoff"].iloc[0], "", rates) for i in in_force]
        rate = single_rate(then, rates)
        notes = {"published_for_axis"} | ({"rates_differ"} if rate is None else set())
        return [_line(newest, _sum(then, (in_force[0].key[0], "", "")), rate, notes, date, rules)]
    lines, used = [], set()
    for item in in_force:
        own = certified
        for column, wanted in (("fund", item.key[1]), ("region_category", item.key[2])):
            matched = v.matching(own, column, wanted, alone=len(in_force) == 1)
            own = own.iloc[:0] if matched is None else matched
        used |= set(own.index)
        lines.append(_group_line(item, own, granted, date, rates, rules))
    left = certified[~certified.index.isin(used) & (certified["cutoff"] <= date) & certified["amount_eur"].notna()]
    for axis, fund, region in dict.fromkeys(zip(left["axis"], left["fund"], left["region_category"], strict=True)):
        own = left[(left["fund"] == fund) & (left["region_category"] == region)]
        lines.append(_group_line(Allocation((axis, fund, region), None, None), own, granted, date, rates, rules))
    return lines


def _group_line(
    item: Allocation,
    certified: pd.DataFrame,
    granted: pd.DataFrame,
    date: pd.Timestamp,
    rates: Rates,
    rules: Rules,
) -> Line:
    rows = v.position(certified, "amount_eur", date)
    if len(rows):
        source = str(rows["source"].iloc[0])
        item = _allocation(item.key, granted, rows["cutoff"].iloc[0], source, rates)
    given = rates.general(item.key)
    line = _line(rows, item, given if given is not None else item.rate, set(), date, rules)
    by_year = rates.by_year(item.key)
    return _with_year_rates(line, item, certified, rows, by_year, rules) if by_year and len(rows) else line


def _line(
    rows: pd.DataFrame,
    item: Allocation,
    rate: Decimal | None,
    notes: set[str],
    date: pd.Timestamp,
    rules: Rules,
) -> Line:
    """One line from the certified rows of a position and the allocation in force then."""
    point: Decimal | None = None
    low, high = v.ZERO, v.INFINITE
    if rows.empty or rows["amount_eur"].isna().any():
        notes = notes | {"certified_missing"}
    else:
        figures = list(zip(rows["amount_eur"], rows["qualifier"], rows["precision"], strict=True))
        limits = [v.bounds(*figure) for figure in figures]
        low, high = sum((one for one, _ in limits), v.ZERO), sum((one for _, one in limits), v.ZERO)
        point = sum((v.exact(value) for value, _, _ in figures), v.ZERO)
        published = {qualifier for _, qualifier, _ in figures} - {"exact", ""}
        notes = notes | published | ({"rounded"} if low != high and not published else set())
        if v.data_date(rows) < date:
            notes.add("stale")
        if item.total is not None and low > item.total:
            notes.add("above_allocation")
    source = "" if rows.empty else str(rows["source"].iloc[0])
    if item.given:
        notes.add("rate_given")
    elif item.source and source and item.source != source:
        notes.add("rate_of_other_source")
    if rate is None:
        # nothing expected of an axis without money, whatever its rate
        notes |= set() if item.total == 0 and point in (None, 0) else {"rate_missing"}
        claims, low, high = None, v.ZERO, v.INFINITE
    else:
        share = v.exact(rules.claims_counted_share)
        claims = None if point is None else point * rate * share
        low, high = low * rate * share, high * rate * share
    row = {
        **dict(zip(("axis", "fund", "region_category"), item.key, strict=True)),
        "cutoff": pd.NaT if rows.empty else rows["cutoff"].iloc[0],
        "data_date": pd.NaT if rows.empty else v.data_date(rows),
        "source": source,
        "certified_eur": point,
        "rate": rate,
        "allocation_eur": item.total,
        "eu_allocation_eur": item.eu,
        "allocation_cutoff": item.cutoff,
        "allocation_source": item.source,
    }
    return _capped(row, claims, low, high, notes, item, rules)


def _capped(
    row: dict[str, Any],
    claims: Decimal | None,
    low: Decimal,
    high: Decimal,
    notes: set[str],
    item: Allocation,
    rules: Rules,
) -> Line:
    """The line with its claims counted up to the EU allocation, where the rules say so."""
    # without a limit a missing figure would be open upwards even on an axis without money
    cap = v.ZERO if item.total == 0 else item.eu
    before = claims
    if rules.claims_capped_at_allocation:
        if cap is None:
            notes = notes | {"not_capped"}
        else:
            low, high = min(low, cap), min(high, cap)
            claims = None if claims is None else min(claims, cap)
            if before is not None and before > cap:
                notes = notes | {"capped"}
    # a limit on one side is not a figure
    shown = None if {"more_than", "less_than"} & notes and low != high else claims
    if low == high:
        shown = low
    row = row | {
        "claims_before_cap_eu": before,
        "claims_eu": shown,
        "claims_at_least_eu": low,
        "claims_at_most_eu": high,
    }
    return Line(row, low, high, frozenset(notes))


def _with_year_rates(
    line: Line,
    item: Allocation,
    certified: pd.DataFrame,
    rows: pd.DataFrame,
    by_year: Mapping[int, Decimal],
    rules: Rules,
) -> Line:
    """The line with the other rate on what was certified in some accounting years (1 July to 30 June)."""
    rate, before = line.row["rate"], line.row["claims_before_cap_eu"]
    if rate is None or before is None:
        return line
    last, source = v.data_date(rows), rows["source"].iloc[0]
    own = certified[certified["source"] == source]
    dates = own["data_date"].fillna(own["cutoff"])

    def at(date: pd.Timestamp) -> Decimal | None:
        if date.year <= rules.first_commitment_year:
            return v.ZERO
        published = own.loc[dates == date, "amount_eur"].dropna() if date < last else rows["amount_eur"]
        return sum((v.exact(value) for value in published), v.ZERO) if len(published) else None

    notes = set(line.notes) | {"rate_of_year"}
    extra = v.ZERO
    for year, other in by_year.items():
        start, end = at(pd.Timestamp(year, 6, 30)), at(pd.Timestamp(year + 1, 6, 30))
        if start is None or end is None:
            return _capped(line.row, None, v.ZERO, v.INFINITE, notes | {"year_rate_needs_position"}, item, rules)
        extra += (end - start) * (other - rate) * v.exact(rules.claims_counted_share)
    share = rate * v.exact(rules.claims_counted_share)
    least, most = v.ZERO, v.ZERO
    for value, qualifier, precision in zip(rows["amount_eur"], rows["qualifier"], rows["precision"], strict=True):
        one, two = v.bounds(value, qualifier, precision)
        least, most = least + one, most + two
    return _capped(
        line.row, before + extra, least * share + extra, most * share + extra, notes - {"capped"}, item, rules
    )
