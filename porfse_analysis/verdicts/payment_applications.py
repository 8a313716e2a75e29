"""Payment applications for the decommitment rule: what each axis has certified, at the EU rate of its own
allocation.

Each line is one axis, fund and category of region. A figure that is missing, not told apart or older than the
deadline keeps a lowest and a highest amount, so that the verdict can tell what is decided from what is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from porfse_analysis.codes import reading_order
from porfse_analysis.errors import ParameterError
from porfse_analysis.periods import period_of
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Array, Cells
from porfse_analysis.verdicts.evidence import Evidence, cited, evidence

__all__ = [
    "Allocation",
    "Line",
    "Rates",
    "allocations",
    "application_lines",
    "read_rates",
    "single_rate",
]

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
    document: str = ""

    @property
    def rate(self) -> Decimal | None:
        """The EU share of the allocation."""
        return self.eu / self.total if self.eu is not None and self.total else None


@dataclass(frozen=True)
class Line:
    """What one axis, fund and category of region has certified, as EU support before any rule on what counts.

    `point`: the published figure; `low` and `high`: what it can stand for at the deadline; `cap`: the EU allocation.
    """

    row: dict[str, Any]
    point: Decimal | None
    low: Decimal
    high: Decimal
    cap: Decimal | None
    notes: frozenset[str]

    @property
    def limit(self) -> bool:
        """Whether the figure is a limit, and no figure to show."""
        return bool({"more_than", "less_than", "partial"} & self.notes) and self.low != self.high


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


def allocations(finance: Cells, date: pd.Timestamp, rates: Rates) -> list[Allocation]:
    """The allocations of the axes in force at a date, one per axis, fund and category of region.

    Where none is published by axis, that of the whole programme.
    """
    rows = finance.only(stage="allocation")
    by_axis = rows["axis"] != ALL
    rows = rows.where(by_axis) if by_axis.any() else rows
    found = []
    for axis in sorted(set(rows["axis"]), key=reading_order(set(rows["axis"]))):
        of_axis = rows.only(axis=axis)
        newest = v.position(of_axis, "eu_amount_eur", date)
        # without EU part there is no rate, but the axis is there
        newest = newest if len(newest) else v.position(of_axis, "amount_eur", date)
        for fund, region in sorted(set(zip(newest["fund"], newest["region_category"], strict=True))):
            found.append(_allocation((axis, fund, region), of_axis, date, "", rates))
    return found


def _allocation(key: Key, of_axis: Cells, date: pd.Timestamp, source: str, rates: Rates) -> Allocation:
    """The allocation of one group in force at a date: of the source asked for where it gives the EU part."""
    rows = of_axis.only(fund=key[1], region_category=key[2])
    found = v.position(rows.only(source=source) if source else rows, "eu_amount_eur", date)
    for column in ("eu_amount_eur", "amount_eur"):
        found = found if len(found) else v.position(rows, column, date)
    rate = rates.general(key)
    if not len(found):
        return Allocation(key, None, None)
    total, eu = _total(found["amount_eur"]), _total(found["eu_amount_eur"])
    if rate is not None and total is not None and eu is None:
        eu = total * rate
    source, cutoff = str(found["source"][0]), found.first_date("cutoff")
    return Allocation(key, total, eu, cutoff, source, rate is not None, cited(found, "amount_eur"))


def _total(amounts: Array) -> Decimal | None:
    """The sum; None when one of the amounts is missing."""
    return None if pd.isna(amounts).any() else sum((v.exact(amount) for amount in amounts), v.ZERO)


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


def application_lines(
    finance: Cells, deadline: pd.Timestamp, in_force: Sequence[Allocation], rates: Rates
) -> list[Line]:
    """The payment applications of one fund by a deadline, by axis, fund and category of region.

    `finance`: what is known, no row of it after the deadline; `in_force`: its allocations at the deadline. A figure
    dated before the deadline is the least there can be at it; one dated at it is itself.

    A figure certified for the whole programme (axis ALL) takes the place of the axes only when they have none, lack
    one or are older, and all share one rate: otherwise it cannot be turned into EU support.
    """
    certified = finance.only(stage="certified")
    lines = []
    by_axis = [(item.key[0], item) for item in in_force]
    with_figure = certified["axis"][certified.known("amount_eur")]
    axes = {axis for axis, _ in by_axis} | set(with_figure) - {ALL}
    for axis in sorted(axes, key=reading_order(axes)):
        own = [item for name, item in by_axis if name == axis]
        lines += _axis_lines(finance.only(axis=axis), own, deadline, rates)
    total = evidence(certified.only(axis=ALL), "amount_eur", deadline)
    if total.value is None:
        return lines
    needed = [line for line in lines if line.cap != 0]
    complete = bool(needed) and all(not pd.isna(line.row["certified_eur"]) for line in needed)
    if complete and min(line.row["data_date"] for line in needed) >= total.date:
        return lines
    then = allocations(finance, total.rows.first_date("cutoff"), rates)
    rate = single_rate(then, rates)
    if rate is None:
        return [replace(line, notes=line.notes | {"total_not_usable"}) for line in lines]
    key, notes = (ALL, "", ""), {"published_total"}
    return [_line(total, _sum(then, key), _cap(_sum(in_force, key)), rate, notes)]


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
        ";".join(dict.fromkeys(item.document for item in found if item.document)),
    )


def _axis_lines(rows: Cells, in_force: Sequence[Allocation], date: pd.Timestamp, rates: Rates) -> list[Line]:
    certified = _told_last(rows.only(stage="certified"), date)
    granted = rows.only(stage="allocation")
    lines, left = [], (certified["cutoff"] <= date.to_datetime64()) & certified.known("amount_eur")
    newest = v.position(certified, "amount_eur", date)
    for part in sorted(set(zip(newest["fund"], newest["region_category"], strict=True))):
        covered = [item for item in in_force if _may_be_one(part, item.key[1:])]
        own = certified.only(fund=part[0], region_category=part[1])
        if len(covered) < 2 or _parts(certified) & {item.key[1:] for item in covered}:
            continue
        # certified for several funds or categories together: usable when they share one rate
        in_force = [item for item in in_force if item not in covered]
        left &= ~np.isin(certified.places, own.places)
        lines.append(_line_together(own, covered, granted, date, rates))
    for item in in_force:
        own = certified
        for column, wanted in (("fund", item.key[1]), ("region_category", item.key[2])):
            matched = v.matching(own, column, wanted, alone=len(in_force) == 1)
            own = own.none() if matched is None else matched
        left &= ~np.isin(certified.places, own.places)
        lines.append(_group_line(item, own, granted, date, rates))
    others = certified.where(left)
    for axis, fund, region in sorted(set(zip(others["axis"], others["fund"], others["region_category"], strict=True))):
        own = others.only(fund=fund, region_category=region)
        lines.append(_group_line(Allocation((axis, fund, region), None, None), own, granted, date, rates))
    return lines


def _parts(rows: Cells) -> set[tuple[str, str]]:
    """The funds and categories of region that rows are of."""
    return set(zip(rows["fund"], rows["region_category"], strict=True))


def _may_be_one(part: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a fund and category of region may be the other one, or one of it: an empty cell does not tell."""
    return all(name == its or "" in (name, its) for name, its in zip(part, other, strict=True))


def _told_last(certified: Cells, date: pd.Timestamp) -> Cells:
    """The rows of an axis without what was told apart otherwise before.

    What is certified is cumulative: a figure of the axis as a whole, and later ones of its funds or categories, or the
    other way round, are of the same money.
    """
    known = (certified["cutoff"] <= date.to_datetime64()) & certified.known("amount_eur")
    last: dict[tuple[str, str], Any] = {}
    parts = list(zip(certified["fund"], certified["region_category"], strict=True))
    for part, day in zip(np.array(parts, dtype="object")[known], certified.days[known], strict=True):
        last[tuple(part)] = max(day, last.get(tuple(part), day))
    gone = {
        part
        for part, day in last.items()
        if any(newer > day and _may_be_one(part, other) for other, newer in last.items())
    }
    return certified.where(np.array([part not in gone for part in parts], dtype=bool)) if gone else certified


def _line_together(
    certified: Cells, covered: Sequence[Allocation], granted: Cells, date: pd.Timestamp, rates: Rates
) -> Line:
    """What is certified for several funds or categories of region of an axis as one."""
    found = evidence(certified, "amount_eur", date)
    part = (str(certified["fund"][0]), str(certified["region_category"][0]))
    # the plan in force then may not have told them apart yet
    then = [
        item for item in allocations(granted, found.rows.first_date("cutoff"), rates) if _may_be_one(part, item.key[1:])
    ]
    rate = single_rate(then, rates)
    notes = {"published_for_axis"} | ({"rates_differ"} if rate is None else set())
    key = (covered[0].key[0], *part)
    line = _line(found, _sum(then or covered, key), _cap(_sum(covered, key)), rate, notes)
    shares = [rates.general(item.key) or item.rate for item in then if item.total != 0]
    known = [share for share in shares if share is not None]
    if rate is not None or found.value is None or not known or len(known) < len(shares):
        return line
    if any(rates.by_year(item.key) for item in then):
        return line
    # all of it may be of the part with the lowest rate, or up to the limit of one, or of that with the highest
    limits = [cap for cap in map(_cap, covered) if cap]
    low, high = min([found.low * min(known), *limits]), found.high * max(known)
    return replace(line, low=low, high=high, notes=line.notes - {"rate_missing"})


def _group_line(item: Allocation, certified: Cells, granted: Cells, date: pd.Timestamp, rates: Rates) -> Line:
    found = evidence(certified, "amount_eur", date)
    cap = _cap(item)
    if len(found.rows):
        # the rate is that of the plan in force when it was certified, the limit that of the one at the deadline
        cap = _cap(_allocation(item.key, granted, date, found.source, rates))
        item = _allocation(item.key, granted, found.rows.first_date("cutoff"), found.source, rates)
    given = rates.general(item.key)
    line = _line(found, item, cap, given if given is not None else item.rate, set())
    by_year = rates.by_year(item.key)
    return _with_year_rates(line, certified, found, by_year) if by_year and len(found.rows) else line


def _cap(item: Allocation) -> Decimal | None:
    """The most an axis can be paid: nothing without money, not known without the EU part."""
    return v.ZERO if item.total == 0 else item.eu


def _line(found: Evidence, item: Allocation, cap: Decimal | None, rate: Decimal | None, notes: Iterable[str]) -> Line:
    """One line from what is known to be certified and the allocation in force then."""
    said = {*notes, *found.notes} | ({"certified_missing"} if found.value is None else set())
    if item.total is not None and found.low > item.total:
        said.add("above_allocation")
    if item.given:
        said.add("rate_given")
    elif item.source and found.source and item.source != found.source:
        said.add("rate_of_other_source")
    point, low, high = None, v.ZERO, v.INFINITE
    if rate is not None:
        point = None if found.value is None else found.value * rate
        low, high = found.low * rate, found.high * rate
    elif item.total != 0 or found.value not in (None, 0):
        # nothing is expected of an axis without money, whatever its rate
        said.add("rate_missing")
    row = {
        **dict(zip(("axis", "fund", "region_category"), item.key, strict=True)),
        "cutoff": found.rows.first_date("cutoff"),
        "data_date": found.date,
        "source": cited(found.rows, "amount_eur"),
        "certified_eur": found.value,
        "rate": rate,
        "allocation_eur": item.total,
        "eu_allocation_eur": item.eu,
        "allocation_cutoff": item.cutoff,
        "allocation_source": item.document,
    }
    return Line(row, point, low, high, cap, frozenset(said))


def _with_year_rates(line: Line, certified: Cells, found: Evidence, by_year: Mapping[int, Decimal]) -> Line:
    """The line with the other rate on what was certified in some accounting years (1 July to 30 June)."""
    rate = line.row["rate"]
    if rate is None or line.point is None:
        return line
    own = certified.only(source=found.source)
    period = period_of(str(own["programme"][0])) if len(own) else None

    def at(date: pd.Timestamp) -> Decimal | None:
        # nothing is certified before the first accounting year of the period has ended
        if period is not None and date.year <= period.first_year:
            return v.ZERO
        if date >= found.date:
            return found.value
        published = own["amount_eur"][(own.days == date.to_datetime64()) & own.known("amount_eur")]
        return sum((v.exact(value) for value in published), v.ZERO) if len(published) else None

    notes = line.notes | {"rate_of_year"}
    extra = v.ZERO
    for year, other in by_year.items():
        start, end = at(pd.Timestamp(year, 6, 30)), at(pd.Timestamp(year + 1, 6, 30))
        if start is None or end is None:
            notes |= {"year_rate_needs_position"}
            return replace(line, point=None, low=v.ZERO, high=v.INFINITE, notes=notes)
        extra += (end - start) * (other - rate)
    return replace(line, point=line.point + extra, low=line.low + extra, high=line.high + extra, notes=notes)
