"""What of the payment applications counts: at a deadline of the decommitment rule, and at closure.

The one place where an application meets the allocation of its axis, its fund and its category of region.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.payment_applications import Line
from porfse_analysis.verdicts.rules import Rules

__all__ = ["Counted", "Together", "count", "part_of", "together"]


@dataclass(frozen=True)
class Counted:
    """A line as the rules count it: `value` is None when there is no figure to show."""

    line: Line
    value: Decimal | None
    before_cap: Decimal | None
    low: Decimal
    high: Decimal
    notes: frozenset[str]


def count(line: Line, rules: Rules, *, closing: bool = False) -> Counted:
    """What of a line counts: the share of an application, up to the EU allocation of the axis.

    `closing`: at closure all of it counts, up to the allocation and the flexibility between axes.
    """
    share = v.ONE if closing else v.exact(rules.claims_counted_share)
    before = None if line.point is None else line.point * share
    value, low, high, notes = before, line.low * share, line.high * share if share else v.ZERO, set(line.notes)
    if closing or rules.claims_capped_at_allocation:
        if line.cap is None:
            notes.add("not_capped")
        else:
            limit = line.cap * (1 + v.exact(rules.closure_flexibility)) if closing else line.cap
            low, high = min(low, limit), min(high, limit)
            value = None if value is None else min(value, limit)
            if before is not None and before > limit:
                notes.add("capped")
    elif line.cap == 0:
        # without a limit a missing figure would be open upwards even on an axis without money
        high = min(high, max(low, v.ZERO))
    shown = low if low == high else None if line.limit else value
    return Counted(line, shown, before, low, high, frozenset(notes))


@dataclass(frozen=True)
class Together:
    """What several lines come to; `value` is None when not all of them have a figure, `cap` when not all a limit."""

    value: Decimal | None
    low: Decimal
    high: Decimal
    cap: Decimal | None

    @property
    def capped(self) -> Together:
        """The same up to the limit."""
        if self.cap is None:
            return self
        value = None if self.value is None else min(self.value, self.cap)
        return Together(value, min(self.low, self.cap), min(self.high, self.cap), self.cap)


def together(counted: Sequence[Counted], *, closing: bool = False) -> Together:
    """The lines together.

    At closure each fund and category of region is paid up to its own allocation: what an axis has above its own comes
    out of the others.
    """
    each = [Together(item.value, item.low, item.high, item.line.cap) for item in counted]
    if not closing:
        return _sum(each)
    parts = dict.fromkeys(map(part_of, counted))
    return _sum(
        _sum(one for one, item in zip(each, counted, strict=True) if part_of(item) == part).capped for part in parts
    )


def part_of(item: Counted) -> tuple[str, str]:
    """The fund and category of region of a line."""
    return item.line.row["fund"], item.line.row["region_category"]


def _sum(parts: Iterable[Together]) -> Together:
    parts = list(parts)
    low, high = sum((part.low for part in parts), v.ZERO), sum((part.high for part in parts), v.ZERO)
    return Together(_known(part.value for part in parts), low, high, _known(part.cap for part in parts))


def _known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, when all of them are known."""
    total = v.ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
