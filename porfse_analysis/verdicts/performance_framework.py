"""Performance framework: did each axis reach its milestones, or its final targets?

Their dates and the test are the period's: 2014-2020 has a test, 2021-2027 sets milestones and targets without one.

`assess` is the law in a few lines: ratios in, status out. `performance_framework` finds the ratios in the
tables of a programme and asks `assess`. Every threshold is a row of `porfse_analysis.verdicts.rules`; the words are
those of `porfse_analysis.display.words.framework`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pandas as pd

from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.programme import Programme
from porfse_analysis.schema import DATE_DTYPE
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import Assessment, IndicatorRatio, assess, counts_in_serious
from porfse_analysis.verdicts.framework_ratios import NOTES
from porfse_analysis.verdicts.judged import Judged, add_readings, add_reserves, group_of, judged, place_of
from porfse_analysis.verdicts.own_rules import rules_for
from porfse_analysis.verdicts.rules import Rules

__all__ = [
    "NOTES",
    "STATUSES",
    "Assessment",
    "IndicatorRatio",
    "Judged",
    "assess",
    "axis_frame",
    "framework_indicators",
    "group_of",
    "indicator_frame",
    "judged",
    "performance_framework",
    "place_of",
]

STATUSES = ("achieved", "not_achieved", "serious_failure", "undetermined", "not_assessed")
"""What can come out for an axis."""


_INDICATOR_COLUMNS = {
    "programme": "str",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "indicator_type": "str",
    "indicator_code": "str",
    "investment_priority": "str",
    "kind": "str",
    "value": "float64",
    "target": "float64",
    "ratio": "float64",
    "data_date": DATE_DTYPE,
    "unit": "str",
    "state": "str",
    "note": "str",
    "ratio_at_least": "float64",
    "ratio_at_most": "float64",
    "in_serious_test": "bool",
    "cutoff": DATE_DTYPE,
    "source": "str",
    "plan_version": "str",
    "target_source": "str",
    "target_unit": "str",
    "value_unit": "str",
}
_AXIS_COLUMNS = {
    "programme": "str",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "against": "str",
    "assessed_at": DATE_DTYPE,
    "cutoff": DATE_DTYPE,
    "status": "str",
    "by_derogation": "bool",
    "n": "int64",
    "m": "int64",
    "best_case": "str",
    "worst_case": "str",
    "below": "str",
    "failing": "str",
    "failures_needed": "int64",
    "readings": "str",
    "would_change": "str",
    "reserve_eur": "float64",
    "reserve_source": "str",
    "note": "str",
    "rules": "str",
}


def performance_framework(
    achievements: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    *,
    against: Literal["milestone", "target"] = "milestone",
    cutoff: object = None,
    axes: pd.DataFrame | None = None,
    reserve: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """The performance framework of each axis, fund and category of region.

    Meaning: whether the axis reached its milestones (decides the performance reserve) or its final targets
    (serious failure at closure can mean a correction). Formula: ratio = achieved / milestone or target of
    every indicator of the framework; status by `assess`.

    - Framework: the rows of `targets` with in_performance_framework, of the latest plan version in force at the date.
      They come from one source: of those that mark a framework, the one with the newest version by then.
    - An indicator counts once per axis, fund and category of region. Without investment priority on its target the
      achievements of all priorities are added (a figure published for the axis comes first); with priorities, their
      targets and their achievements are added.
    - Achieved: the newest position not after the date, one source. Financial: certified expenditure, in EUR. A value
      dated before the assessment is the least there can be (note `older_figure`), so that a state before it is
      `achieved` or `undetermined`, never worse.
    - A milestone of zero with a positive final target counts as reached. Missing values, missing targets, differing
      units and missing series leave a ratio unknown: nothing is put in its place.
    - A period without a test (2021-2027) or without rules gets no status: `not_assessed`, note `no_test` or `no_rules`.
    - A result whose target is at most 100 while its values exceed ten times that is a percentage in disguise: no ratio.

    Parameters
    ----------
    achievements, finance, targets
        A `Programme` alone, or its tables of these names (columns: `porfse_analysis.schema`).
    against
        milestone or target.
    cutoff
        ISO date: shows the state before the assessment, with the plan and the figures of then. After the assessment
        nothing changes but that the reserve is at stake no more once it is decided.
    axes
        Table axes: tells which axes are technical assistance or REACT-EU, lists axes without indicators. Of a
        `Programme`: its own.
    reserve
        The amounts of the plan: columns axis, reserve_eur and, where needed, programme, fund, region_category. None: an
        estimate, `reserve_share` of the EU support of the programme, technical assistance included, spread over the
        other axes.
    rules
        None: those of the period of each programme, with what the folder of a `Programme` changes.

    Returns
    -------
    DataFrame
        One row per axis, fund and category of region: `status` (see `STATUSES`), `by_derogation`, best and worst case,
        the indicators `below` the thresholds, `reserve_eur` in EUR of EU support, what the readings of an unconfirmed
        rule give where they differ (`readings`), which other reading would change the status (`would_change`), names of
        the rules. What stands behind each row: `framework_indicators`; in words:
        `porfse_analysis.display.words.framework`.

    Raises
    ------
    ParameterError
        For another `against`, a date that is none, rules of another period, a frame without the columns.

    References
    ----------
    Reg. (EU) 1303/2013 art. 20-22 and Annex II, Impl. Reg. (EU) 215/2014 art. 5-7; see `rules_table`.

    Examples
    --------
    An axis that has reached 90 of 100 participants and certified 800 of 1,000 euro: one of its two indicators is below
    85%.

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
    >>> pf.performance_framework(*tables)[["axis", "status", "below"]].values.tolist()
    [['I', 'not_achieved', 'F1']]
    """
    tables = tables_of(achievements=achievements, finance=finance, targets=targets, axes=axes)
    applied = rules_for(achievements, rules)
    known = judged(*tables, against=against, cutoff=cutoff, reserve=reserve, rules=applied)
    return with_names(axis_frame(known), achievements)


def axis_frame(known: Iterable[Judged]) -> pd.DataFrame:
    """`performance_framework` of programmes already judged."""
    verdicts = []
    for each in known:
        rows = [dict(row) for row in each.rows]
        if each.data.rules.tested:
            add_readings(rows, each.found, each.data)
        add_reserves(rows, each.data)
        verdicts += [{"programme": each.programme, **row} for row in rows]
    return v.typed_frame(verdicts, _AXIS_COLUMNS)


def framework_indicators(
    achievements: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    *,
    against: Literal["milestone", "target"] = "milestone",
    cutoff: object = None,
    axes: pd.DataFrame | None = None,
    reserve: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """The indicators behind `performance_framework`, which takes the same arguments.

    Meaning: how far each indicator of the framework is from its milestone or target. Formula: ratio = achieved /
    milestone or target.

    Parameters
    ----------
    achievements, finance, targets, against, cutoff, axes, reserve, rules
        As in `performance_framework`.

    Returns
    -------
    DataFrame
        One row per axis, fund, category of region and indicator: `ratio` (1 for 100%; empty where it is not known, with
        its limits in ratio_at_least and ratio_at_most), `value` and `target` in `unit`, `state` (`evaluable`,
        `milestone_zero`, `bounded`: only limits are known, `not_evaluable`, `left_out`), what stands in the way
        (`note`, in codes).

    Raises
    ------
    ParameterError
        As in `performance_framework`.

    References
    ----------
    As `performance_framework`.

    Examples
    --------
    No source of the bundled programme says which indicators its framework has.

    >>> import porfse_analysis as pf
    >>> len(pf.framework_indicators(pf.load_programme(), against="target", cutoff="2022-06-30"))
    0
    """
    tables = tables_of(achievements=achievements, finance=finance, targets=targets, axes=axes)
    applied = rules_for(achievements, rules)
    known = judged(*tables, against=against, cutoff=cutoff, reserve=reserve, rules=applied)
    return with_names(indicator_frame(known), achievements)


def indicator_frame(known: Iterable[Judged]) -> pd.DataFrame:
    """`framework_indicators` of programmes already judged."""
    return v.typed_frame([row for each in known for row in _indicator_rows(each)], _INDICATOR_COLUMNS)


def _indicator_rows(each: Judged) -> list[dict[str, Any]]:
    """The indicators of a programme, by axis as the verdicts are."""
    rules = each.data.rules
    if not (rules.tested or rules.followed):
        return []
    assessed = {place_of(row) for row in each.rows if row["status"] != "not_assessed"}
    rows = []
    for item in each.found:
        counted = item.ratio is not None and counts_in_serious(item.ratio, rules)
        counted = counted and group_of(item.row, rules) in assessed
        rows.append({"programme": each.programme, **item.row, "in_serious_test": counted})
    order = {place_of(row): place for place, row in enumerate(each.rows)}
    return sorted(rows, key=lambda row: order[group_of(row, rules)])
