"""The test of the performance framework itself: ratios in, status out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.rules import WITH_TEST, Rules

__all__ = ["EITHER", "Assessment", "IndicatorRatio", "assess", "counts_in_serious"]

EITHER = "either"
"""The rule `serious_counts` while it is to be confirmed: what its two readings do not agree on is undetermined."""

_READINGS = ("serious_set", "achievement_set")
_ORDER = ("serious_failure", "not_achieved", "achieved")


@dataclass(frozen=True)
class IndicatorRatio:
    """What is known of one indicator: achieved / milestone (or target).

    `ratio` is None when it is not known; then it lies between `at_least` and `at_most` (None: no upper
    limit). `kind`: financial, output, result or key_implementation_step.
    """

    name: str
    ratio: Decimal | float | None
    kind: str = "output"
    at_least: Decimal | float = 0
    at_most: Decimal | float | None = None

    @property
    def limits(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest the ratio can be."""
        if self.ratio is not None and not math.isnan(self.ratio):
            return v.exact_ratio(self.ratio), v.exact_ratio(self.ratio)
        highest = v.INFINITE if self.at_most is None else v.exact_ratio(self.at_most)
        return v.exact_ratio(self.at_least), highest


@dataclass(frozen=True)
class Assessment:
    """The status of one set of indicators.

    `n` indicators in the achievement test, `m` of them in the serious failure test. `best_case` and
    `worst_case` differ from `status` only when it is `undetermined`; they are empty when it is
    `not_assessed`. `below`: the indicators certainly not achieved; `failing`: those of the serious failure
    test certainly below its threshold; `failures_needed`: how many of them make a serious failure. `readings`: what
    each reading of a rule to be confirmed gives, where they differ.
    """

    status: str
    by_derogation: bool
    n: int
    m: int
    best_case: str
    worst_case: str
    below: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    failures_needed: int = 0
    readings: tuple[tuple[str, str], ...] = ()


def assess(ratios: Sequence[IndicatorRatio], rules: Rules = WITH_TEST) -> Assessment:
    """The status that the ratios of one axis, fund and category of region give.

    Test 1, on all n indicators: achieved when every ratio is at least `achieved_from`, or, from
    `derogation_min_indicators` on, when all but one are and that one is at least `derogation_from`. Test 2,
    on the m indicators that are not results, when test 1 fails: serious failure when one (m up to
    `serious_few_up_to`) or two (above) are below `serious_below`. Comparisons are exact; ratios are neither
    rounded nor limited. With ratios that are not known the tests are run on the lowest and on the highest
    they can be: `undetermined` unless both agree. Which of the two sets decides whether the indicators are few is to
    be confirmed: while `serious_counts` is `either`, both readings are run and have to agree as well.

    >>> ratios = [IndicatorRatio("F1", 1.0), IndicatorRatio("CO01", 1.0), IndicatorRatio("CO03", 0.75)]
    >>> assess(ratios).by_derogation
    True
    """
    tested = [item for item in ratios if item.kind not in rules.achievement_excludes]
    if not tested:
        return Assessment("not_assessed", False, 0, 0, "", "")
    in_serious = [counts_in_serious(item, rules) for item in tested]
    serious = [item for item, counted in zip(tested, in_serious, strict=True) if counted]
    lowest, highest = [item.limits[0] for item in tested], [item.limits[1] for item in tested]
    cases, needed = {}, []
    derogation = False
    for reading in _READINGS if rules.serious_counts == EITHER else (rules.serious_counts,):
        counted = len(serious) if reading == "serious_set" else len(tested)
        few = counted <= rules.serious_few_up_to
        failures = int(rules.serious_few_failures if few else rules.serious_many_failures)
        worst, derogation = _status(lowest, in_serious, failures, rules)
        best, _ = _status(highest, in_serious, failures, rules)
        cases[reading] = (worst, best)
        needed.append(failures)
    worst = min((case[0] for case in cases.values()), key=_ORDER.index)
    best = max((case[1] for case in cases.values()), key=_ORDER.index)
    status = worst if worst == best else "undetermined"
    told = {reading: low if low == high else "undetermined" for reading, (low, high) in cases.items()}
    return Assessment(
        status=status,
        by_derogation=status == "achieved" and derogation,
        n=len(tested),
        m=len(serious),
        best_case=best,
        worst_case=worst,
        below=tuple(item.name for item in tested if item.limits[1] < v.exact(rules.achieved_from)),
        failing=tuple(item.name for item in serious if item.limits[1] < v.exact(rules.serious_below)),
        # the number under which the status holds in every reading
        failures_needed=max(needed) if status == "serious_failure" else min(needed),
        readings=tuple(told.items()) if len(set(cases.values())) > 1 else (),
    )


def counts_in_serious(item: IndicatorRatio, rules: Rules) -> bool:
    """Whether the serious failure test counts the indicator."""
    return item.kind not in rules.achievement_excludes and item.kind not in rules.serious_excludes


def _status(
    ratios: Sequence[Decimal], in_serious: Sequence[bool], failures_needed: int, rules: Rules
) -> tuple[str, bool]:
    """Status of fully known ratios, and whether it is achieved by derogation only."""
    below = [ratio for ratio in ratios if ratio < v.exact(rules.achieved_from)]
    if not below:
        return "achieved", False
    if (
        len(ratios) >= rules.derogation_min_indicators
        and len(below) <= rules.derogation_max_below
        and all(ratio >= v.exact(rules.derogation_from) for ratio in below)
    ):
        return "achieved", True
    serious = [ratio for ratio, counted in zip(ratios, in_serious, strict=True) if counted]
    failures = sum(ratio < v.exact(rules.serious_below) for ratio in serious)
    if 0 < failures_needed <= failures:
        return "serious_failure", False
    return "not_achieved", False
