"""A figure of the data beside one of a document: their dates and limits, and what comes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from porfse_analysis.indicators.keys import Key, keys_of
from porfse_analysis.indicators.people import counts_participants, people_at_dates
from porfse_analysis.indicators.positions import added_rows, group_keys, of_series, published_totals
from porfse_analysis.indicators.result import UNKNOWN, figure_bound, ratio_bound, split_note
from porfse_analysis.indicators.whole import Told, covered, part_columns, told_of
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.cells import Cells
from porfse_analysis.verdicts.rules import Rules

__all__ = [
    "ABOUT",
    "Answer",
    "Figure",
    "Others",
    "against",
    "amounts",
    "answer",
    "around",
    "claimed_range",
    "compare",
    "digit",
    "figures_of",
    "in_force",
    "open_bound",
    "people",
]

ABOUT = Decimal("0.05")
"""How far from an `about` figure the data may be, as a share of it."""

Answer = dict[str, Any]


def answer(verdict: str, reason: str, **more: Any) -> Answer:
    """A verdict and its reason, with the figures it rests on."""
    return {"verdict": verdict, "reason": reason, **more}


@dataclass(frozen=True)
class Figure:
    """A figure at a position: its value, the least and the most it can stand for, its date and source."""

    position: pd.Timestamp
    date: pd.Timestamp
    value: Decimal
    low: Decimal
    high: Decimal
    source: str
    series: str = ""
    """The series of documents it is followed along, where it is not the source alone."""
    bound: str = ""
    """The code of its bound (`result.BOUNDS`); empty where it is exact."""


def amounts(finance: pd.DataFrame, axes: pd.DataFrame) -> dict[tuple[str, str], list[Figure]]:
    """What each source had published at each position, by stage and axis, in the order of preference of the sources."""
    rows = of_series(finance)
    with_money = rows[(rows["amount_eur"] > 0) & (rows["axis"] != ALL)]
    ever: defaultdict[str, set[Key]] = defaultdict(set)
    for part in set(keys_of(with_money, part_columns)):
        ever[part[0]].add(part)
        ever[ALL].add(part)
    several = told_of(ever[ALL]).several
    figures: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for keys in (["programme"], ["programme", "axis"]):
        added = added_rows(rows, keys, "precision")[1]
        cells: defaultdict[tuple[Any, ...], list[_Cell]] = defaultdict(list)
        of_axis = added["axis"] if "axis" in keys else [ALL] * len(added)
        at = (added["source"], added["cutoff"], added["stage"], of_axis)
        for *place, cell in zip(*at, map(_Cell._make, added[[*_Cell._fields]].to_numpy().tolist()), strict=True):
            cells[tuple(place)].append(cell)
        totals = published_totals(rows, keys).sort_values(["rank", "position"], kind="stable")
        for total in totals.to_dict("records"):
            axis = total.get("axis", ALL)
            parts = cells[total["source"], total["position"], total["stage"], axis]
            whole = _of_all(parts, set(axes["axis"]) if axis == ALL else {axis}, Told(sorted(ever[axis]), several))
            figures[total["stage"], axis].append(_figure(total, parts, whole=whole))
    return figures


class _Cell(NamedTuple):
    axis: str
    fund: str
    region_category: str
    amount_eur: float
    qualifier: str
    precision: float


def _of_all(parts: list[_Cell], axes: set[str], ever: Told) -> bool:
    """Whether the figures are of all the axes, and of all that is told apart in them and ever had money."""
    told = {cell[:3] for cell in parts}
    of_axes = {cell[0] for cell in told}
    return (ALL in of_axes or axes <= of_axes) and all(covered(cell, told, ever) for cell in ever.cells)


def _figure(total: Mapping[Any, Any], parts: list[_Cell], *, whole: bool) -> Figure:
    """The figure of one total of `published_totals` and of the cells it is made of."""
    cells = [cell[3:] for cell in parts if pd.notna(cell.amount_eur)]
    limits = [v.bounds(*cell) for cell in cells]
    open_end = bool(total["missing"]) or not whole
    return Figure(
        position=total["position"],
        date=total["data_date"],
        value=sum((v.exact(value) for value, _, _ in cells), v.ZERO),
        low=sum((low for low, _ in limits), v.ZERO),
        high=v.INFINITE if open_end else sum((high for _, high in limits), v.ZERO),
        source=total["document"],
        series=total["source"],
        bound=open_bound(total["bound"]) if open_end else total["bound"],
    )


def people(achievements: pd.DataFrame, by: str) -> dict[str, list[Figure]]:
    """The participants at every position reported, of the programme (`ALL`) or by axis."""
    positions = sorted(achievements.loc[achievements["value"].notna(), "cutoff"].unique())
    figures: defaultdict[str, list[Figure]] = defaultdict(list)
    if not positions:
        return figures
    counted = people_at_dates(achievements, positions, group_keys(by)).sort_values("cutoff", kind="stable")
    for known in counted[counted["value"].notna()].to_dict("records"):
        count, bound = v.exact(known["value"]), figure_bound(known["note"])
        low, high = _limits(count, bound)
        if "partial" in split_note(known["note"]):
            high, bound = v.INFINITE, open_bound(bound)
        figures[known["axis"]].append(
            Figure(known["cutoff"], known["data_date"], count, low, high, known["source"], bound=bound)
        )
    return figures


def _limits(count: Decimal, bound: str) -> tuple[Decimal, Decimal]:
    """The least and the most that a count with such a bound can stand for."""
    if bound in ("more_than", "at_least"):
        return count, v.INFINITE
    if bound in ("less_than", "at_most"):
        return v.ZERO, count
    if bound == UNKNOWN:
        return v.ZERO, v.INFINITE
    return (count * (1 - ABOUT), count * (1 + ABOUT)) if bound == "about" else (count, count)


def open_bound(bound: str) -> str:
    """The bound of a sum that lacks a part."""
    return "at_least" if bound in ("", "more_than", "at_least") else UNKNOWN


def around(figures: Iterable[Figure], date: pd.Timestamp) -> tuple[Figure | None, Figure | None]:
    """The last figure not after a date and the first one after it, in the order of preference at each position."""
    ordered = list(figures)
    earlier = [figure for figure in ordered if figure.position <= date]
    later = [figure for figure in ordered if figure.position > date]
    before = max(earlier, key=lambda figure: figure.position, default=None)  # the first of those of one position
    if before is not None:
        along = before.series or before.source
        later = [figure for figure in later if (figure.series or figure.source) == along]
    return before, min(later, key=lambda figure: figure.position, default=None)


def digit(row: Answer) -> Decimal:
    """The unit of the last published digit of the claim."""
    return v.ZERO if pd.isna(row["precision"]) else v.exact(row["precision"])


def claimed_range(row: Answer) -> tuple[Decimal, Decimal]:
    """The values that the claim, as it is written, allows."""
    value, unit = v.exact(row["claimed"]), digit(row)
    if row["qualifier"] == "more_than":
        return value, v.INFINITE
    if row["qualifier"] == "less_than":
        return v.ZERO, value
    slack: Decimal = max(unit, abs(value) * ABOUT) if row["qualifier"] == "about" else unit / 2
    return value - slack, value + slack


def compare(row: Answer, found: Figure) -> tuple[str, str]:
    """Verdict and reason of a claim against a figure of its own date."""
    if found.low <= 0 and found.high == v.INFINITE:
        return "not_verifiable", "bound_unknown"
    value = v.exact(row["claimed"])
    low, high = claimed_range(row)
    qualifier = row["qualifier"]
    if qualifier in ("more_than", "less_than"):
        sure = found.low > value if qualifier == "more_than" else found.high < value
        never = found.high <= value if qualifier == "more_than" else found.low >= value
        if sure or never:
            return ("confirmed", "bound") if sure else ("contradicted", "bound_missed")
        return "compatible", "found_limits"
    unit = digit(row)
    # a figure published in the same unit shows the same digits; one in a coarser unit only allows them
    as_fine = found.high - found.low <= unit * 3 / 2
    if abs(found.value - value) <= unit / 2 and as_fine:
        return "confirmed", "agrees"
    if found.low <= high and found.high >= low:
        inside = low <= found.low and found.high <= high
        return "compatible", "about" if qualifier == "about" and inside else "found_limits"
    return "contradicted", "truncated" if value < found.low and found.high < value + unit else "differs"


def near(row: Answer, before: Figure, after: Figure | None) -> tuple[str, str]:
    """Verdict and reason of a claim against the figures before and after its date."""
    verdict, reason = compare(row, before)
    if verdict in ("confirmed", "compatible"):
        return "compatible", "nearest_date"
    if verdict == "not_verifiable":
        return verdict, reason
    low, high = claimed_range(row)
    if after is None:
        return ("not_verifiable", "no_later") if high > before.low else ("contradicted", "outside")
    least, most = min(before.low, after.low), max(before.high, after.high)
    return ("compatible", "between") if least <= high and most >= low else ("contradicted", "outside")


def in_force(row: Answer, before: Figure, after: Figure | None) -> tuple[str, str]:
    """Verdict and reason of a claim about an allocation, which holds until the plan changes."""
    verdict, reason = compare(row, before)
    if after is None or after.value == before.value or before.date == row["cutoff"]:
        return verdict, reason
    other, _ = compare(row, after)
    # the plan changed somewhere between the two positions
    return ("compatible", "plan_changed") if {verdict, other} & {"confirmed", "compatible"} else (verdict, reason)


def figures_of(before: Figure | None, after: Figure | None, quantity: str) -> Answer:
    """The columns that show what was found."""
    found: Answer = {}
    if before is not None:
        found |= {
            "found": before.value,
            "found_bound": before.bound,
            "found_at_least": before.low,
            "found_at_most": before.high,
            "found_quantity": quantity,
            "data_date": before.date,
            "data_source": before.source,
        }
    if after is not None:
        found |= {"next": after.value, "next_bound": after.bound, "next_date": after.date}
        found["found_quantity"] = quantity
        # of the figure that is shown; where none is before, the later one is all there is to cite
        found.setdefault("data_source", after.source)
    return found


def against(row: Answer, figures: list[Figure], quantity: str, needs: str) -> Answer:
    """The answer for a claim about a quantity that other sources publish at some dates."""
    before, after = around(figures, row["cutoff"])
    shown = figures_of(before, after, quantity)
    if before is None:
        return answer("not_verifiable", "no_figure", needs=needs) | shown
    if quantity == "allocation":
        verdict, reason = in_force(row, before, after)
    elif before.date == row["cutoff"]:
        verdict, reason = compare(row, before)
    else:
        verdict, reason = near(row, before, after)
    return answer(verdict, reason, needs=needs if verdict == "not_verifiable" else "") | shown


@dataclass(frozen=True, eq=False)
class Others:
    """The tables of a programme without what comes from the document of the claim, and the rules.

    The figures of a table are worked out once for all the claims of a document.
    """

    finance: pd.DataFrame
    own_finance: pd.DataFrame
    achievements: pd.DataFrame
    targets: pd.DataFrame
    axes: pd.DataFrame
    eu_commitments: pd.DataFrame
    eu_payments: pd.DataFrame
    rules: Rules
    indicators: dict[pd.Timestamp, pd.DataFrame] = field(default_factory=dict, init=False)
    """The indicators of the performance framework at the dates that claims asked about so far."""
    _counts: dict[tuple[str, str], dict[str, list[Figure]]] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, programme: Programme, source: str, rules: Rules) -> Others:
        """Of `programme`, for a claim of `source`."""
        own = programme.finance["source"].astype("str") == source
        counted = programme.achievements["source"].astype("str") != source
        return cls(
            finance=programme.finance[~own],
            own_finance=programme.finance[own],
            achievements=programme.achievements[counted],
            targets=programme.targets,
            axes=programme.axes,
            eu_commitments=programme.eu_commitments,
            eu_payments=programme.eu_payments[programme.eu_payments["source"].astype("str") != source],
            rules=rules,
        )

    @cached_property
    def amounts(self) -> dict[tuple[str, str], list[Figure]]:
        """What other documents publish, by stage and axis."""
        return amounts(self.finance, self.axes)

    def rates(self, stage: str, axis: str) -> list[Figure]:
        """A stage over the allocation in force at each position, both of one series of other documents."""
        plans, figures = self.amounts.get(("allocation", axis), []), []
        for above in self.amounts.get((stage, axis), []):
            plan, _ = around((plan for plan in plans if plan.series == above.series), above.position)
            if plan is None or not plan.value:
                continue
            bound = ratio_bound(above.bound, plan.bound)
            low, high = above.low / plan.high, above.high / plan.low if plan.low else v.INFINITE
            low, high = (v.ZERO, v.INFINITE) if bound == UNKNOWN else (low, high)
            documents, value = ";".join(dict.fromkeys([above.source, plan.source])), above.value / plan.value
            figures.append(Figure(above.position, above.date, value, low, high, documents, above.series, bound))
        return figures

    @cached_property
    def own_amounts(self) -> dict[tuple[str, str], list[Figure]]:
        """What the document itself publishes, by stage and axis."""
        return amounts(self.own_finance, self.axes)

    @cached_property
    def stated(self) -> Cells:
        """The rows of finance of the document itself."""
        return Cells.of(self.own_finance)

    def people(self, axis: str) -> list[Figure]:
        """The participants of an axis or of the programme."""
        return self._people("everybody", axis)

    def women(self, axis: str) -> list[Figure]:
        """The women among the participants."""
        return self._people("women", axis)

    @property
    def tells_women(self) -> bool:
        """Whether any document says how many of the participants are women."""
        return any(any(self._of_group("women", by).values()) for by in ("programme", "axis"))

    def _people(self, whom: str, axis: str) -> list[Figure]:
        return self._of_group(whom, "programme" if axis == ALL else "axis").get(axis, [])

    def _of_group(self, whom: str, by: str) -> dict[str, list[Figure]]:
        if (whom, by) not in self._counts:
            rows = self.achievements
            if whom == "women":
                rows = rows[counts_participants(rows)]
                rows = rows.assign(value=rows["women"])
            self._counts[whom, by] = people(rows, by)
        return self._counts[whom, by]
