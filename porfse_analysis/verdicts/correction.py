"""The financial correction for a serious failure at closure: the achievement/absorption coefficient of each axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from porfse_analysis.indicators.given import tables_of, with_names
from porfse_analysis.indicators.result import split_note
from porfse_analysis.programme import Programme
from porfse_analysis.schema import DATE_DTYPE
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.assessment import Assessment, IndicatorRatio, assess
from porfse_analysis.verdicts.closure import closing_lines
from porfse_analysis.verdicts.framework_ratios import Measured
from porfse_analysis.verdicts.judged import Judged, judged
from porfse_analysis.verdicts.own_rules import rules_for
from porfse_analysis.verdicts.rules import Rules

__all__ = ["CORRECTION_NOTES", "CORRECTION_STATUSES", "correction_frame", "correction_rate", "financial_correction"]

CORRECTION_STATUSES = (
    "no_correction",  # the rules ask for none
    "correction",  # the rules ask for the rate beside it
    "undetermined",  # what is not known can still decide
    "provisional",  # the figures are older than the assessment: this is what it would be on them
    "not_assessed",  # nothing to assess by
)
"""What can come out for an axis."""

CORRECTION_NOTES = (
    "technical_assistance",
    "no_framework",
    "no_serious_failure",  # a correction takes one
    "coefficient_high",  # a serious failure, and a coefficient that asks for no correction
    "no_outputs",
    "no_financial",
    "several_financial",
    "nothing_certified",  # nothing to correct, and no coefficient
    "value_missing",  # of an indicator that counts
    "limits",  # a figure is a limit
    "older_figure",
)
"""The codes of `note`, in the order they are joined."""

_COLUMNS = {
    "programme": "str",
    "axis": "str",
    "fund": "str",
    "region_category": "str",
    "assessed_at": DATE_DTYPE,
    "cutoff": DATE_DTYPE,
    "data_date": DATE_DTYPE,
    "status": "str",
    "framework_on_figures": "str",
    "outputs": "int64",
    "output_rate": "float64",
    "financial_rate": "float64",
    "coefficient": "float64",
    "coefficient_at_least": "float64",
    "coefficient_at_most": "float64",
    "rate_on_figures": "float64",
    "rate_at_least": "float64",
    "rate_at_most": "float64",
    "correction_rate": "float64",
    "contribution_eu": "float64",
    "correction_eu": "float64",
    "note": "str",
    "source": "str",
    "target_source": "str",
    "rules": "str",
}


def financial_correction(
    achievements: Programme | pd.DataFrame,
    finance: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    *,
    cutoff: object = None,
    axes: pd.DataFrame | None = None,
    rates: Mapping[str, float] | pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """The financial correction that a serious failure to reach the final targets can bring at closure, by axis.

    Meaning: where an axis fails seriously (`performance_framework` against the targets), the Commission may reduce its
    contribution by a flat rate that depends on how far its outputs lag behind its money. Formula: coefficient = average
    of the achievement rates of the outputs and key implementation steps, each at most 1, over that of the financial
    indicator, at most 1; below 0.65: 5%, below 0.60: 10%, below 0.50: 25% (`correction_rate`).

    A correction is no matter of figures alone: the failure has to be due to weaknesses that were pointed out and not
    mended, and external factors can halve the rate or more (art. 3(3) and (4)). Result indicators do not count.

    Parameters
    ----------
    achievements, finance, targets, cutoff, axes, rules
        As in `performance_framework`.
    rates
        In place of the EU rates of the plan: see `decommitment`.

    Returns
    -------
    DataFrame
        One row per axis, fund and category of region; none in periods without a test. `status`: see
        `CORRECTION_STATUSES`; a correction stands in `correction_rate` only where the figures are of the date of the
        assessment and decide it. `rate_on_figures` and `framework_on_figures` are what comes out of the published
        figures whatever their date: no verdict where they are older. Where a value is missing or published as a limit,
        the coefficient and the rate lie between `_at_least` and `_at_most`. `contribution_eu`: certified expenditure of
        the axis at its EU rate as closure counts it, in EUR; `correction_eu` = contribution x correction rate.

    Raises
    ------
    ParameterError
        As in `performance_framework`.

    References
    ----------
    Reg. (EU) 1303/2013 art. 22(7); Delegated Reg. (EU) 480/2014 art. 2 and 3; see `rules_table`.

    Examples
    --------
    No source of the bundled programme says which indicators its framework has: no axis is assessed.

    >>> import porfse_analysis as pf
    >>> corrected = pf.financial_correction(pf.load_programme(), cutoff="2022-06-30")
    >>> corrected["status"].unique().tolist()
    ['not_assessed']
    """
    tables = tables_of(achievements=achievements, finance=finance, targets=targets, axes=axes)
    applied = rules_for(achievements, rules)
    known = judged(*tables, against="target", cutoff=cutoff, rules=applied)
    return with_names(correction_frame(known, tables[1], cutoff=cutoff, rates=rates), achievements)


def correction_frame(
    known: Iterable[Judged], finance: pd.DataFrame, *, cutoff: object, rates: Any = None
) -> pd.DataFrame:
    """`financial_correction` of programmes already judged against their targets."""
    rows: list[dict[str, Any]] = []
    for each in known:
        if each.data.rules.tested:
            contributions = _contributions(each, finance, cutoff, rates)
            rows += [{"programme": each.programme, **_row(each, row, contributions)} for row in each.rows]
    return v.typed_frame(rows, _COLUMNS)


def correction_rate(coefficient: Decimal | float, rules: Rules) -> float:
    """The flat rate for an achievement/absorption coefficient; 0 where it asks for no correction."""
    exact = v.exact_ratio(coefficient)
    steps = (
        (rules.correction_high_below, rules.correction_high_rate),
        (rules.correction_middle_below, rules.correction_middle_rate),
        (rules.correction_low_below, rules.correction_low_rate),
    )
    return next((rate for below, rate in steps if exact < v.exact(below)), 0.0)


_Key = tuple[str, str, str]


def _contributions(each: Judged, finance: pd.DataFrame, cutoff: object, rates: Any) -> dict[_Key, Decimal]:
    """The contribution to each axis, fund and category at closure, where it is one known figure."""
    money = finance[finance["programme"] == each.programme]
    if money.empty:
        return {}
    counted = closing_lines(money, each.data.asked_at, rates, each.data.rules)
    rows = {tuple(item.line.row[name] for name in ("axis", "fund", "region_category")): item.value for item in counted}
    return {key: value for key, value in rows.items() if value is not None}


@dataclass(frozen=True)
class _Coefficient:
    """Limits of the three ratios, at the dates of their figures; the highest is infinite where nothing is certified."""

    outputs: tuple[Decimal, Decimal]
    financial: tuple[Decimal, Decimal]

    @property
    def low(self) -> Decimal:
        return self.outputs[0] / self.financial[1]

    @property
    def high(self) -> Decimal:
        return self.outputs[1] / self.financial[0] if self.financial[0] else v.INFINITE


def _row(each: Judged, verdict: dict[str, Any], contributions: Mapping[_Key, Decimal]) -> dict[str, Any]:
    """The row of one axis, fund and category."""
    rules = each.data.rules
    own = [item for item in each.own(verdict) if item.ratio is not None]
    key = (verdict["axis"], verdict["fund"], verdict["region_category"])
    place = dict(zip(("axis", "fund", "region_category"), key, strict=True))
    place |= {"assessed_at": verdict["assessed_at"], "cutoff": verdict["cutoff"], "outputs": 0}
    place |= {"rules": ";".join(rule.name for rule in rules.rows if rule.name.startswith("correction_"))}
    if verdict["status"] == "not_assessed":
        blank = dict.fromkeys(("framework_on_figures", *_SOURCES), "")
        note = v.join_notes(split_note(verdict["note"]), CORRECTION_NOTES)
        return place | blank | {"status": "not_assessed", "note": note}
    framework = assess([_on_figures(item) for item in own], rules)
    outputs = [item for item in own if item.row["kind"] in rules.correction_averages]
    money = [item for item in own if item.row["kind"] == "financial"]
    found, said = _coefficient(outputs, money, rules)
    notes = said | _missing(own)
    low, high = _rates(framework, found, notes, rules)
    status = "undetermined" if low is None or low != high else "correction" if low else "no_correction"
    if "older_figure" in notes:
        status = "provisional"
    elif status == "no_correction" and "nothing_certified" not in notes:
        notes.add("no_serious_failure" if framework.worst_case != "serious_failure" else "coefficient_high")
    rate = low if status in ("correction", "no_correction") else None
    contribution = contributions.get(key)
    dates = [item.row["data_date"] for item in own if not pd.isna(item.row["data_date"])]
    return {
        **place,
        "data_date": min(dates) if dates else pd.NaT,
        "status": status,
        "framework_on_figures": framework.status,
        "outputs": len(outputs),
        **_ratios(found),
        "rate_on_figures": low if low == high else None,
        "rate_at_least": low,
        "rate_at_most": high,
        "correction_rate": rate,
        "contribution_eu": contribution,
        "correction_eu": None if rate is None or contribution is None else contribution * v.exact(rate),
        "note": v.join_notes(notes, CORRECTION_NOTES),
        **{name: ";".join(dict.fromkeys(filter(None, (item.row[name] for item in own)))) for name in _SOURCES},
    }


_SOURCES = ("source", "target_source")


def _limits(item: Measured) -> tuple[Decimal, Decimal]:
    """The ratio of an indicator at the date of its figure."""
    if not item.comparable:
        return v.ZERO, v.INFINITE
    goal = v.exact(item.row["target"])
    low, high = item.figure.at_its_date
    return low / goal, high / goal


def _on_figures(item: Measured) -> IndicatorRatio:
    """The indicator as its published figure has it, whatever the date."""
    low, high = _limits(item)
    most = None if high == v.INFINITE else high
    return IndicatorRatio(item.row["indicator_code"], low if low == high else None, item.row["kind"], low, most)


def _missing(own: Sequence[Measured]) -> set[str]:
    notes = {code for item in own for code in split_note(item.row["note"])}
    limits = [_limits(item) for item in own]
    found = {"older_figure"} if {"older_figure", "older_share"} & notes else set()
    found |= {"value_missing"} if any(pd.isna(item.row["value"]) or not item.comparable for item in own) else set()
    known = any(low != high for (low, high), item in zip(limits, own, strict=True) if item.figure.value is not None)
    return found | ({"limits"} if known else set())


def _coefficient(
    outputs: Sequence[Measured], money: Sequence[Measured], rules: Rules
) -> tuple[_Coefficient | None, set[str]]:
    """The coefficient between its limits; None where there is none, and why."""
    if not outputs or len(money) != 1:
        notes = set() if outputs else {"no_outputs"}
        return None, notes | ({"no_financial"} if not money else {"several_financial"} if len(money) > 1 else set())
    most = v.exact(rules.correction_capped_at)
    limits = [tuple(min(ratio, most) for ratio in _limits(item)) for item in outputs]
    financial = tuple(min(ratio, most) for ratio in _limits(money[0]))
    if not financial[1]:
        return None, {"nothing_certified"}
    low, high = (sum((each[side] for each in limits), v.ZERO) / len(limits) for side in (0, 1))
    return _Coefficient((low, high), (financial[0], financial[1])), set()


def _rates(
    framework: Assessment, found: _Coefficient | None, notes: set[str], rules: Rules
) -> tuple[float | None, float | None]:
    """The lowest and the highest rate that the figures leave open; None where there is no coefficient to tell."""
    if framework.worst_case != "serious_failure" or "nothing_certified" in notes:
        return 0.0, 0.0
    if found is None:
        return None, None
    surely = framework.status == "serious_failure"
    return correction_rate(found.high, rules) if surely else 0.0, correction_rate(found.low, rules)


def _ratios(found: _Coefficient | None) -> dict[str, Any]:
    """The ratios that are known, and the limits of the coefficient."""
    if found is None:
        return {}
    known = [low if low == high else None for low, high in (found.outputs, found.financial, (found.low, found.high))]
    names = ("output_rate", "financial_rate", "coefficient")
    return {
        **dict(zip(names, known, strict=True)),
        "coefficient_at_least": found.low,
        "coefficient_at_most": found.high,
    }
