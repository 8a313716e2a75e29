"""How far each indicator of a performance framework is from its thresholds, and what the axis would be if it got there.

The thresholds are those of the rules (2014-2020: 85, 75 and 65% of the milestone or target); a period without a test
has none, and so no distances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.programme import Programme
from porfse_analysis.schema import DATE_DTYPE
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import IndicatorRatio, assess
from porfse_analysis.verdicts.framework_ratios import Measured
from porfse_analysis.verdicts.judged import Judged, judged, place_of
from porfse_analysis.verdicts.own_rules import rules_for
from porfse_analysis.verdicts.rules import Rules

__all__ = ["DISTANCES", "distance_frame", "framework_distances"]

DISTANCES = (
    "reached",  # nothing is missing
    "missing",  # so much is missing
    "limits",  # the figure is a limit, so that the distance lies between two
    "unpublished",  # no value is published, and all that is needed may be missing
    "not_comparable",  # a value cannot be set against the target
)
"""What is known of a distance."""

_COLUMNS = {
    "programme": "str",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "investment_priority": "str",
    "indicator_type": "str",
    "indicator_code": "str",
    "kind": "str",
    "against": "str",
    "assessed_at": DATE_DTYPE,
    "threshold": "float64",
    "value": "float64",
    "target": "float64",
    "needed": "float64",
    "missing": "float64",
    "missing_at_least": "float64",
    "missing_at_most": "float64",
    "unit": "str",
    "data_date": DATE_DTYPE,
    "distance": "str",
    "verdict": "str",
    "verdict_if_none": "str",
    "verdict_if_alone": "str",
    "verdict_if_unpublished": "str",
    "verdict_if_all": "str",
    "note": "str",
    "source": "str",
    "target_source": "str",
    "target_unit": "str",
    "value_unit": "str",
}

# what is counted in: euro by the cent, heads and projects by one; shares and the rest have no least step
_STEPS = {"eur": Decimal("0.01"), "number": Decimal(1), "": Decimal(1)}


def framework_distances(
    achievements: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    *,
    against: Literal["milestone", "target"] = "milestone",
    cutoff: object = None,
    axes: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """What each indicator of the performance framework lacks to each threshold, and the verdict if it came in.

    Meaning: how much is still to be reached, in the unit of the indicator (euro of certified expenditure for the
    financial ones), at the date of the figure. Formula: needed = threshold x milestone or target, up to the next cent
    or the next whole unit counted; missing = needed - value, 0 where the value reaches it.

    Parameters
    ----------
    achievements, finance, targets, against, cutoff, axes, rules
        As in `performance_framework`.

    Returns
    -------
    DataFrame
        One row per axis, fund, category of region, indicator and threshold (from the rules: 0.85, 0.75, 0.65).
        `missing` is of `data_date`, the date of the value; `distance` says what is known (see `DISTANCES`): where the
        value is published as a limit ("more than 30 million"), or there is none, the distance lies between
        missing_at_least and missing_at_most and `missing` is empty. Nothing is put in the place of a missing value.

        The verdicts are those of the whole axis: `verdict` as it stands (what old figures do not decide is
        `undetermined`), `verdict_if_none` if nothing came in besides what is published, and, with what is published
        otherwise staying as it is, if these came up to the threshold: this indicator alone (`verdict_if_alone`; empty
        where nothing is missing), all those without a published value (`verdict_if_unpublished`; empty where there are
        none), all that lack something (`verdict_if_all`). They say what would follow, and none of them is the verdict.

        Indicators that the test leaves out and axes that are not assessed have no row; no row either in a period
        without a test (2021-2027) or without a framework.

    Raises
    ------
    ParameterError
        As in `performance_framework`.

    References
    ----------
    Impl. Reg. (EU) 215/2014 art. 6; Reg. (EU) 1303/2013 art. 22; see `rules_table`.

    Examples
    --------
    90 of 100 participants reach 85%; 800 of 1,000 euro certified lack 50 to it.

    >>> import pandas as pd
    >>> import porfse_analysis as pf
    >>> from porfse_analysis.schema import conform
    >>> key = {"axis": "I", "fund": "ESF", "source": "report"}
    >>> people = {"indicator_code": "CO01", "indicator_type": "output", "unit": "number"}
    >>> euro = {"indicator_code": "F1", "indicator_type": "financial", "unit": "EUR"}
    >>> plan = {"plan_version": "1", "valid_from": "2014-12-31", "in_performance_framework": "yes"}
    >>> rows = {
    ...     "achievements": [key | people | {"cutoff": "2018-12-31", "value": 90.0}],
    ...     "finance": [key | {"cutoff": "2018-12-31", "stage": "certified", "amount_eur": 800.0}],
    ...     "targets": [
    ...         key | people | plan | {"kind": "output", "milestone": 100.0},
    ...         key | euro | plan | {"kind": "financial", "milestone": 1000.0},
    ...     ],
    ... }
    >>> tables = [conform(name, pd.DataFrame(some), programme="2014IT05SFOP007") for name, some in rows.items()]
    >>> lacking = pf.framework_distances(*tables)
    >>> lacking = lacking[lacking["threshold"] == 0.85]
    >>> lacking[["indicator_code", "missing", "verdict", "verdict_if_alone"]].values.tolist()
    [['F1', 50.0, 'not_achieved', 'achieved'], ['CO01', 0.0, 'not_achieved', '']]
    """
    tables = tables_of(achievements=achievements, finance=finance, targets=targets, axes=axes)
    applied = rules_for(achievements, rules)
    return with_names(distance_frame(judged(*tables, against=against, cutoff=cutoff, rules=applied)), achievements)


def distance_frame(known: Iterable[Judged]) -> pd.DataFrame:
    """`framework_distances` of programmes already judged."""
    rows = [{"programme": each.programme, "against": each.data.against, **row} for each in known for row in _rows(each)]
    return v.typed_frame(rows, _COLUMNS)


def _rows(each: Judged) -> Iterator[dict[str, Any]]:
    """The distances of one programme, by axis as its verdicts are."""
    rules = each.data.rules
    for verdict in each.rows:
        own = [item for item in each.own(verdict) if item.ratio is not None]
        if verdict["status"] == "not_assessed":
            continue
        group = dict(zip(("axis", "fund", "region_category"), place_of(verdict), strict=True))
        group |= {"assessed_at": verdict["assessed_at"], "verdict": verdict["status"]}
        group |= {"verdict_if_none": _verdict(own, lambda item: False, v.ZERO, rules)}
        for item in own:
            for threshold in map(v.exact, rules.thresholds):
                yield {**item.row, **group, **_distance(item, threshold), **_hypotheses(item, own, threshold, rules)}


def _hypotheses(item: Measured, own: Sequence[Measured], threshold: Decimal, rules: Rules) -> dict[str, str]:
    """The verdict on the axis if this indicator, those without a value, or all came up to a threshold."""

    def if_these(chosen: Callable[[Measured], bool]) -> str:
        return _verdict(own, chosen, threshold, rules) if any(map(chosen, own)) else ""

    return {
        "verdict_if_alone": "" if _reaches(item, threshold) else if_these(lambda other: other is item),
        "verdict_if_unpublished": if_these(_unpublished),
        "verdict_if_all": _verdict(own, lambda other: True, threshold, rules),
    }


def _verdict(own: Sequence[Measured], chosen: Callable[[Measured], bool], threshold: Decimal, rules: Rules) -> str:
    """The status if the chosen indicators came up to the threshold and all others were the least they can be."""
    return assess([_at(item, threshold if chosen(item) else v.ZERO) for item in own], rules).status


def _at(item: Measured, threshold: Decimal) -> IndicatorRatio:
    assert item.ratio is not None  # those left out are not among them
    ratio = max(item.ratio.limits[0], threshold)
    return replace(item.ratio, ratio=ratio)


def _unpublished(item: Measured) -> bool:
    return item.figure.value is None and item.row["state"] != "milestone_zero"


def _reaches(item: Measured, threshold: Decimal) -> bool:
    assert item.ratio is not None
    if item.row["state"] == "milestone_zero":
        return True
    return item.comparable and item.figure.at_its_date[0] >= threshold * v.exact(item.row["target"])


def _distance(item: Measured, threshold: Decimal) -> dict[str, Any]:
    """What is needed and what is missing, as far as it is known."""
    unknown = dict.fromkeys(("needed", "missing", "missing_at_least", "missing_at_most"), np.nan)
    row: dict[str, Any] = {"threshold": float(threshold), **unknown}
    if item.row["state"] == "milestone_zero":
        return row | dict.fromkeys(unknown, 0.0) | {"distance": "reached"}
    if not item.comparable:
        return row | {"distance": "not_comparable"}
    goal = threshold * v.exact(item.row["target"])
    least, most = item.figure.at_its_date
    needed = _whole_step(goal, item)
    low, high = (v.ZERO if figure >= goal else needed - figure for figure in (most, least))
    row |= {"needed": float(needed), "missing_at_least": float(low), "missing_at_most": float(high)}
    if item.figure.value is None:
        return row | {"distance": "unpublished"}
    if low != high:
        return row | {"distance": "limits"}
    return row | {"missing": float(low), "distance": "missing" if low else "reached"}


def _whole_step(goal: Decimal, item: Measured) -> Decimal:
    """The least figure that reaches a goal: in whole cents, in whole units where the values are whole."""
    step = _STEPS.get(v.canonical_unit(item.row["unit"]))
    value = item.figure.value
    if step is None or (value is not None and value % step):
        return goal
    return goal.quantize(step, rounding=ROUND_CEILING)
