"""The test of the performance framework itself: ratios in, status out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.rules import RULES, Rules

__all__ = ["Assessment", "IndicatorRatio", "assess", "counts_in_serious", "failures_needed"]


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
    test certainly below its threshold.
    """

    status: str
    by_derogation: bool
    n: int
    m: int
    best_case: str
    worst_case: str
    below: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


def assess(ratios: Sequence[IndicatorRatio], rules: Rules = RULES["2014-2020"]) -> Assessment:
    """The status that the ratios of one axis, fund and category of region give.

    Test 1, on all n indicators: achieved when every ratio is at least `achieved_from`, or, from
    `derogation_min_indicators` on, when all but one are and that one is at least `derogation_from`. Test 2,
    on the m indicators that are not results, when test 1 fails: serious failure when one (m up to
    `serious_few_up_to`) or two (above) are below `serious_below`. Comparisons are exact; ratios are neither
    rounded nor limited. With ratios that are not known the tests are run on the lowest and on the highest
    they can be: `undetermined` unless both agree.

    >>> ratios = [IndicatorRatio("F1", 1.0), IndicatorRatio("CO01", 1.0), IndicatorRatio("CO03", 0.75)]
    >>> assess(ratios).by_derogation
    True
    """
    tested = [item for item in ratios if item.kind not in rules.achievement_excludes]
    if not tested:
        return Assessment("not_assessed", False, 0, 0, "", "")
    in_serious = [counts_in_serious(item, rules) for item in tested]
    serious = [item for item, counted in zip(tested, in_serious, strict=True) if counted]
    worst, derogation = _status([item.limits[0] for item in tested], in_serious, rules)
    best, _ = _status([item.limits[1] for item in tested], in_serious, rules)
    status = worst if worst == best else "undetermined"
    return Assessment(
        status=status,
        by_derogation=status == "achieved" and derogation,
        n=len(tested),
        m=len(serious),
        best_case=best,
        worst_case=worst,
        below=tuple(item.name for item in tested if item.limits[1] < v.exact(rules.achieved_from)),
        failing=tuple(item.name for item in serious if item.limits[1] < v.exact(rules.serious_below)),
    )


def counts_in_serious(item: IndicatorRatio, rules: Rules) -> bool:
    """Whether the serious failure test counts the indicator."""
    return item.kind not in rules.achievement_excludes and item.kind not in rules.serious_excludes


def _status(ratios: Sequence[Decimal], in_serious: Sequence[bool], rules: Rules) -> tuple[str, bool]:
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
    if 0 < failures_needed(len(ratios), len(serious), rules) <= failures:
        return "serious_failure", False
    return "not_achieved", False


def failures_needed(n: int, m: int, rules: Rules) -> int:
    """How many indicators below the threshold make a serious failure."""
    counted = m if rules.serious_counts == "serious_set" else n
    return int(rules.serious_few_failures if counted <= rules.serious_few_up_to else rules.serious_many_failures)
