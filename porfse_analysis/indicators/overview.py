"""Every indicator of a programme, at one reporting date or at all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.certification_targets import certification_target_ratio
from porfse_analysis.indicators.eu_payments import PAYMENT_GROUPINGS, eu_payment_rate
from porfse_analysis.indicators.financial import CERTIFICATION, PROGRESS, RATES, rate_rows
from porfse_analysis.indicators.given import with_names
from porfse_analysis.indicators.people import participants, residents
from porfse_analysis.indicators.per_capita import spend_per_head, told_of_assistance
from porfse_analysis.indicators.positions import GROUPINGS, Positions, positions_at
from porfse_analysis.indicators.registry import INDICATORS, SPEND_STAGES
from porfse_analysis.indicators.result import collect, make_result
from porfse_analysis.indicators.results import RESULTS, cost_rows
from porfse_analysis.indicators.targets import AGAINST, TARGET_GROUPINGS, target_achievement_ratio
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.programme import Programme, require_programme
from porfse_analysis.schema import STAGES

__all__ = ["SPEND_STAGES", "UNASKED", "Known", "all_indicators", "results_of"]

_PEOPLE = ("participant", "resident")
UNASKED = frozenset(
    f"{stage}_spend_per_{person}" for stage in STAGES if stage not in SPEND_STAGES for person in _PEOPLE
)
"""The indicators that are there for who asks for them by name: amounts per head that are no spending."""


def all_indicators(
    programme: Programme,
    *,
    cutoff: object = None,
    names: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    fresh: bool = False,
) -> pd.DataFrame:
    """Every indicator of a programme in one tidy frame, each row with its cutoff.

    Parameters
    ----------
    programme
        As `load_programme` gives it.
    cutoff
        One reporting date, or None: every one of the programme (`programme.cutoffs`).
    names
        One or more names of `pf.INDICATORS`; None: all, but for amounts per head that are no spending (allocation,
        activated, selected, committed).
    by
        As the functions take it: axis, programme, fund, region_category, or several of them, for money and people; the
        same without axis for the payments of the Commission; indicator or region_category for target ratios; programme
        for residents. An indicator that does not take it is left out, or refused when it is named. None: money and
        people for the programme (axis `ALL`) and by axis, target ratios by indicator.
    fresh
        Leaves out the values whose data_date is before the cutoff, that is those carried forward from an earlier date
        (residents, counted on 1 January, too).

    Returns
    -------
    DataFrame
        The result columns. Milestone ratios are there when the programme has milestones.

    Raises
    ------
    ParameterError
        For a name there is none of, a date that is none, or `by` that is none or that an indicator named does not take.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> rates = pf.all_indicators(pf.load_programme(), names="declaration_rate", by="programme", fresh=True)
    >>> rates["cutoff"].max(), rates["value"].round(4).iloc[-1]
    (Timestamp('2022-06-30 00:00:00'), np.float64(0.7847))
    """
    require_programme(programme)
    wanted = _wanted(names)
    _check_ways(wanted, by, named=names is not None)
    dates = map(as_cutoff, programme.cutoffs if cutoff is None else [cutoff])
    results = collect(result for date in dates for result in results_of(Known(programme, date), wanted, by))
    results = results[results["indicator"].isin(wanted)]
    if fresh:
        results = results[~(results["data_date"] < results["cutoff"])]
    return with_names(results.reset_index(drop=True), programme)


def _wanted(names: str | Sequence[str] | None) -> set[str]:
    """The names asked for; raises `ParameterError` for one there is none of."""
    if names is None:
        return set(INDICATORS) - UNASKED
    asked = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in asked if name not in INDICATORS]
    if unknown or not asked:
        raise ParameterError(f"names={names!r}: use one or more of {', '.join(INDICATORS)}")
    return set(asked)


def _takes(name: str) -> tuple[str, ...]:
    """What an indicator can be grouped by."""
    if name in AGAINST.values():
        return TARGET_GROUPINGS
    if name == "eu_payment_rate":
        return PAYMENT_GROUPINGS
    return ("programme",) if name in ("residents", "certification_target_ratio") else GROUPINGS


def _check_ways(wanted: set[str], by: str | Sequence[str] | None, *, named: bool) -> None:
    """Raises `ParameterError` when nothing is grouped by `by`, or an indicator that was named is not."""
    if by is None:
        return
    refused = [name for name in INDICATORS if name in wanted and not _is_taken(name, by)]
    if named and refused:
        raise ParameterError(f"by={by!r}: {refused[0]} takes {', '.join(_takes(refused[0]))}")
    if len(refused) == len(wanted):
        every = dict.fromkeys([*GROUPINGS, *TARGET_GROUPINGS])
        raise ParameterError(f"by={by!r}: use {', '.join(every)}")


def _is_taken(name: str, by: str | Sequence[str]) -> bool:
    asked = [by] if isinstance(by, str) else list(by)
    several = _takes(name) in (GROUPINGS, PAYMENT_GROUPINGS)
    return bool(asked) and set(asked) <= set(_takes(name)) and (several or len(asked) == 1)


@dataclass(frozen=True, eq=False)
class Known:
    """What the indicators of a programme at a date are made of; each frame is worked out once, when it is asked for."""

    programme: Programme
    cutoff: pd.Timestamp
    _made: dict[tuple[object, ...], pd.DataFrame] = field(default_factory=dict, init=False)
    _positions: dict[tuple[str, ...], Positions] = field(default_factory=dict, init=False)

    def positions(self, by: str | Sequence[str]) -> Positions:
        """What was published by then, totalled by what `by` asks for."""
        key = _key(by)
        if key not in self._positions:
            self._positions[key] = positions_at(self.programme.finance, self.cutoff, by)
        return self._positions[key]

    def rates(self, by: str | Sequence[str]) -> pd.DataFrame:
        """Every rate of one stage over another, with what it was made of (`rate_rows`)."""
        names = PROGRESS | {("certified", base): name for base, name in CERTIFICATION.items()}
        return self._once("rates", by, lambda: rate_rows(self.positions(by), names))

    def participants(self, by: str | Sequence[str]) -> pd.DataFrame:
        """The participants."""
        return self._once(
            "participants", by, lambda: participants(self.programme.achievements, cutoff=self.cutoff, by=by)
        )

    def residents(self) -> pd.DataFrame:
        """The residents of the area."""
        return self._once("residents", (), lambda: residents(self.programme.population, cutoff=self.cutoff))

    def costs(self, by: str | Sequence[str], results: Sequence[str] = RESULTS) -> pd.DataFrame:
        """What these results have cost, with the date of the people (`cost_rows`)."""
        data, stages = self.programme, dict.fromkeys(results, SPEND_STAGES)
        return self._once(
            ("costs", *results), by, lambda: cost_rows(self.positions(by), data.achievements, data.targets, stages)
        )

    def _once(self, what: object, by: str | Sequence[str], make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        key = (what, _key(by))
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _key(by: str | Sequence[str]) -> tuple[str, ...]:
    return (by,) if isinstance(by, str) else tuple(by)


def results_of(known: Known, wanted: Collection[str], by: str | Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
    """The results at one date that hold what is wanted, others among them."""
    programme, at = known.programme, known.cutoff
    for way in ["programme", "axis"] if by is None else [by]:
        if _is_taken("participants", way):
            yield from _money_and_people(known, wanted, way)
        if "certification_target_ratio" in wanted and _is_taken("certification_target_ratio", way):
            yield certification_target_ratio(programme.finance, programme.certification_targets, cutoff=at)
        if "eu_payment_rate" in wanted and _is_taken("eu_payment_rate", way):
            yield eu_payment_rate(programme.eu_payments, cutoff=at, by=way)
    way = "indicator" if by is None else by
    for against, name in AGAINST.items():
        if name in wanted and _is_taken(name, way) and programme.targets[against].notna().any():
            grouped = way if isinstance(way, str) else way[0]
            yield target_achievement_ratio(
                programme.achievements, programme.targets, cutoff=at, against=against, by=grouped
            )


def _money_and_people(known: Known, wanted: Collection[str], by: str | Sequence[str]) -> Iterator[pd.DataFrame]:
    if not {*RATES.values(), *CERTIFICATION.values()}.isdisjoint(wanted):
        yield make_result(known.rates(by))
    stages = {person: [stage for stage in STAGES if f"{stage}_spend_per_{person}" in wanted] for person in _PEOPLE}
    people = {}
    if "participants" in wanted or stages["participant"]:
        people["participant"] = known.participants(by)
        yield people["participant"]
    if "residents" in wanted or stages["resident"]:
        people["resident"] = known.residents()
        if _is_taken("residents", by):
            yield people["resident"]
    for person, heads in people.items():
        if stages[person] and len(heads):
            spend = spend_per_head(known.positions(by), heads, stages[person])
            yield told_of_assistance(spend, known.programme)
    results = [name for name in RESULTS if any(f"{stage}_spend_per_{name}" in wanted for stage in SPEND_STAGES)]
    if results:
        yield make_result(known.costs(by, tuple(results)))
