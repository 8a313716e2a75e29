"""What official documents claim, against the data: one verdict per claim, with the figures and dates it rests on.

A figure is never verified against the document it stands in: rows of `finance` and `achievements` that come from the
source of the claim are left out, and shown beside it as what they are (`own_value`).

How close is close enough follows from how the figure was published:

- `exact`: the figure of the data, rounded to the last published digit (`precision`), is the one claimed. A figure that
  was cut instead of rounded is `contradicted`, and the reason says so.
- `about`: within 5% of the claimed value, or one unit of its last digit if that is more.
- `more_than`, `less_than`: strictly above or below.

Where no figure is of the claim's date, the last position not after it counts as the nearest and the next one is
context: at best the claim is `compatible`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.result import UNKNOWN, ratio_bound
from porfse_analysis.indicators.targets import is_reached
from porfse_analysis.inputs import as_cutoff
from porfse_analysis.programme import Programme, require_programme
from porfse_analysis.schema import ALL, DATE_DTYPE, STAGES, TARGET_KINDS
from porfse_analysis.verdicts import exact as v
from porfse_analysis.verdicts.claim_figures import (
    Answer,
    Figure,
    Others,
    against,
    answer,
    around,
    figures_of,
)
from porfse_analysis.verdicts.claim_sums import endowment_sums
from porfse_analysis.verdicts.claims_of_targets import of_target
from porfse_analysis.verdicts.own_rules import own_rules
from porfse_analysis.verdicts.performance_framework import framework_indicators
from porfse_analysis.verdicts.rules import Rules

__all__ = ["CLAIM_COLUMNS", "NEEDS", "REASONS", "VERDICTS", "check_claims"]

VERDICTS = ("confirmed", "contradicted", "compatible", "not_verifiable")

CLAIM_COLUMNS = {
    "programme": "str",
    "claim": "str",
    "quantity": "str",
    "axis": "str",
    "cutoff": DATE_DTYPE,
    "source": "str",
    "claimed": "float64",
    "unit": "str",
    "qualifier": "str",
    "precision": "float64",
    "verdict": "str",
    "reason": "str",
    "found": "float64",
    "found_bound": "str",
    "found_quantity": "str",
    "found_at_least": "float64",
    "found_at_most": "float64",
    "data_date": DATE_DTYPE,
    "data_source": "str",
    "next": "float64",
    "next_bound": "str",
    "next_date": DATE_DTYPE,
    "reference": "float64",
    "other_reference": "float64",
    "other_reference_at_most": "float64",
    "explained_by": "str",
    "own_value": "float64",
    "own_bound": "str",
    "needs": "str",
    "note": "str",
}
"""The columns of the result and their types."""

REASONS = (
    "agrees",
    "bound",
    "about",
    "found_limits",
    "bound_unknown",
    "nearest_date",
    "between",
    "plan_changed",
    "truncated",
    "differs",
    "bound_missed",
    "outside",
    "no_later",
    "no_figure",
    "other_stage",
    "no_women",
    "no_value",
    "unknown_measure",
    "measure_of_other_axis",
    "unknown_quantity",
    "no_test",
    "framework_missing",
    "milestones_agree",
    "milestones_from_threshold",
    "milestones_unknown",
    "milestones_differ",
    "progress_reached",
    "progress_undefined",
    "progress_unknown",
    "progress_none",
    "target_covered",
    "target_covered_by_payments",
    "target_no_deadline",
    "target_at_risk",
    "target_at_risk_fund",
    "target_by_prefinancing",
    "target_by_prefinancing_fund",
    "target_stale",
    "target_at_closure",
    "target_not_available",
    "sum_truncated",
    "sum_differs",
)
"""Why a verdict is what it is; the display layer has the words."""

NEEDS = (
    "stage",
    "rate",
    "participants",
    "recipients",
    "women",
    "framework",
    "framework_values",
    "certified_by_axis",
    "eu_commitments",
    "value",
)
"""What to supply so that a claim can be verified, joined by `;` where it is more than one thing."""

# the stage nearest to one that no other source publishes: context, never a check
_NEAR_STAGE = {
    "activated": "selected",
    "committed": "selected",
    "selected": "committed",
    "paid": "declared",
    "certified": "declared",
    "declared": "certified",
}
_MILESTONES = re.compile(rf"(?:({'|'.join(TARGET_KINDS)})_)?milestones_(achieved|progressing)")
_TARGET = re.compile(r"decommitment_target_(\d{4})")
_RECIPIENTS = re.compile(r"recipients_(.+)")


def check_claims(programme: Programme, *, cutoff: object = None, rules: Rules | None = None) -> pd.DataFrame:
    """The verdict on every claim dated not after `cutoff` (default: on every claim).

    Parameters
    ----------
    programme
        As `load_programme` gives it.
    cutoff
        What is dated after it is not seen, but for the first figure after a claim.
    rules
        Those of the performance framework and of decommitment; None: those of the programme's period with what its
        folder changes.

    Returns
    -------
    DataFrame
        One row per claim: what is claimed (claim, quantity, axis, cutoff, source, claimed, unit, qualifier, precision),
        `verdict` (`confirmed`, `contradicted`, `compatible`, `not_verifiable`), `reason` (see `REASONS`), the figure
        found with its limits, bound (`found_bound`: a code of `result.BOUNDS`), quantity, date and source, the next one
        (with its bound) as context, further figures the reason needs (reference, other_reference, explained_by), what
        the document itself has for it (own_value, own_bound: consistency, no check), `needs` (see `NEEDS`) and `note`
        (`own_reading`: the document names neither the stage nor the axis of its figure). A document whose endowments do
        not add up to its own total has one row more, the claim `allocation-sum`.
        `porfse_analysis.display.words.claims` puts it into words.

    Raises
    ------
    ParameterError
        For a date that is none, or rules of another period.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> verdicts = pf.check_claims(pf.load_programme())
    >>> verdicts["verdict"].value_counts()[["confirmed", "contradicted", "compatible"]].to_dict()
    {'confirmed': 5, 'contradicted': 2, 'compatible': 1}
    """
    require_programme(programme)
    claims = programme.claims
    if cutoff is not None:
        claims = claims[claims["cutoff"] <= as_cutoff(cutoff)]
    applied = own_rules(programme.cci, programme.rules, rules)
    others = {source: Others.of(programme, source, applied) for source in claims["source"].astype("str").unique()}
    rows = [_checked(claim, programme, others) for claim in claims.to_dict("records")]
    rows += endowment_sums(claims, others)
    return v.typed_frame([dict.fromkeys(CLAIM_COLUMNS) | row for row in map(_blank, rows)], CLAIM_COLUMNS)


def _blank(row: Answer) -> Answer:
    texts = {name: "" for name, kind in CLAIM_COLUMNS.items() if kind == "str"}
    return texts | row


def _checked(claim: Mapping[Any, Any], programme: Programme, of_source: Mapping[str, Others]) -> Answer:
    """The row of one claim."""
    row: Answer = {name: claim[name] for name in ("programme", "claim", "quantity", "axis", "cutoff")}
    row |= {"source": str(claim["source"]), "claimed": claim["value"], "unit": claim["unit"]}
    row |= {"qualifier": claim["qualifier"] or "exact", "precision": claim["precision"]}
    others = of_source[row["source"]]
    quantity = row["quantity"]
    milestones, target = _MILESTONES.fullmatch(quantity), _TARGET.fullmatch(quantity)
    measure = _RECIPIENTS.fullmatch(quantity)
    if target:
        return row | of_target(int(target[1]), row, others)
    if not (quantity in (*STAGES, *RATES.values(), "participants", "women_share") or milestones or measure):
        return row | answer("not_verifiable", "unknown_quantity")
    if pd.isna(row["claimed"]):
        return row | answer("not_verifiable", "no_value", needs="value")
    if milestones:
        return row | _of_milestones(milestones[1] or "", milestones[2], row, others)
    if measure:
        return row | _of_measure(measure[1], row, programme.measures)
    if quantity in RATES.values():
        return row | _of_rate(row, others)
    if quantity in STAGES:
        return row | _of_stage(row, others)
    return row | (_of_people(row, others) if quantity == "participants" else _of_women(row, others))


# --- money ---


def _of_stage(row: Answer, others: Others) -> Answer:
    stage, axis = row["quantity"], row["axis"]
    own = [f for f in others.own_amounts.get((stage, axis), []) if f.position == row["cutoff"]]
    own_value = _own(own)
    stated = others.stated.only(stage=stage)
    stated = stated.where(stated["cutoff"] == row["cutoff"].to_datetime64())
    at = stated["axis"] == axis
    # a figure of the programme that the document does not state is the sum of its axes
    stated = stated.where(at) if at.any() or axis != ALL else stated
    if (stated["reading_it"] != "").any():
        own_value["note"] = "own_reading"
    figures = others.amounts.get((stage, axis), [])
    near = _NEAR_STAGE.get(stage, "")
    near_by = around(figures, row["cutoff"])[0] is not None
    # a figure that another document has only later says nothing of the claim's date: the next stage still does
    if not near_by and near:
        before, after = around(others.amounts.get((near, axis), []), row["cutoff"])
        shown = figures_of(before, after, near)
        reason = "other_stage" if shown else "no_figure"
        return answer("not_verifiable", reason, needs="stage") | shown | own_value
    return against(row, figures, stage, "stage") | own_value


def _own(figures: list[Figure]) -> Answer:
    """What the table of the document itself has for the claim."""
    return {"own_value": figures[0].value, "own_bound": figures[0].bound} if figures else {}


def _of_rate(row: Answer, others: Others) -> Answer:
    """A rate that a document prints, against what the amounts of another give: one over the allocation in force."""
    stage = next(stage for stage, rate in RATES.items() if rate == row["quantity"])
    return against(row, others.rates(stage, row["axis"]), row["quantity"], "rate")


# --- people ---


def _of_people(row: Answer, others: Others) -> Answer:
    return against(row, others.people(row["axis"]), "participants", "participants")


def _of_women(row: Answer, others: Others) -> Answer:
    everybody = {figure.position: figure for figure in others.people(row["axis"])}
    figures = []
    for part in others.women(row["axis"]):
        whole = everybody.get(part.position)
        if whole is not None and whole.value:
            low, high = part.low / whole.high, part.high / whole.low if whole.low else v.ONE
            bound = ratio_bound(part.bound, whole.bound)
            low, high = (v.ZERO, v.INFINITE) if bound == UNKNOWN else (low, min(v.ONE, high))
            share = part.value / whole.value
            figures.append(Figure(part.position, part.date, share, low, high, part.source, bound=bound))
    if not others.tells_women:
        return answer("not_verifiable", "no_women", needs="women")
    return against(row, figures, "women_share", "women")


def _of_measure(measure: str, row: Answer, measures: pd.DataFrame) -> Answer:
    """Whom a measure had reached, as another document says."""
    known = measures[measures["measure"] == measure]
    if known.empty:
        return answer("not_verifiable", "unknown_measure")
    axes = sorted({*known["axis"]} - {""})
    if axes and row["axis"] not in (ALL, *axes):
        return answer("not_verifiable", "measure_of_other_axis", explained_by=";".join(axes))
    known = known[known["value"].notna() & known["cutoff"].notna()]
    figures = [
        Figure(
            date,
            date,
            v.exact(value),
            *v.bounds(value, qualifier, precision),
            str(source),
            bound="" if qualifier == "exact" else qualifier,
        )
        for date, value, qualifier, precision, source in zip(
            *(known[name] for name in ("cutoff", "value", "qualifier", "precision", "source")), strict=True
        )
    ]
    own = [figure for figure in figures if figure.source == row["source"] and figure.date == row["cutoff"]]
    others = [figure for figure in figures if figure.source != row["source"]]
    return against(row, others, "recipients", "recipients") | _own(own)


# --- performance framework and decommitment ---


def _of_milestones(kind: str, asked: str, row: Answer, others: Others) -> Answer:
    """How many indicators have reached their milestone, or are on their way to it."""
    if not others.rules.tested:
        return answer("not_verifiable", "no_test")
    items = _indicators(min(row["cutoff"], pd.Timestamp(others.rules.milestone_date)), others)
    items = items[(items["state"] != "left_out") & (items["axis"] == row["axis"] if row["axis"] != ALL else True)]
    items = items[items["kind"] == kind] if kind else items
    certified = "certified_by_axis" if kind == "financial" else ""
    if items.empty:
        needs = ";".join(code for code in ("framework", certified) if code)
        return answer("not_verifiable", "framework_missing", needs=needs)
    low, high = items["ratio_at_least"], items["ratio_at_most"]
    threshold = float(others.rules.achieved_from)
    reached = int(is_reached(low).sum()), int(is_reached(high).sum())
    enough = int((low >= threshold).sum()), int((high >= threshold).sum())
    begun = int((low > 0).sum()), int((high > 0).sum())
    claimed = float(row["claimed"])
    shown: Answer = {
        "found_quantity": row["quantity"],
        "reference": float(len(items)),
        "other_reference": float(enough[0]),
        "other_reference_at_most": float(enough[1]),
        "data_date": items["data_date"].min(),
        "data_source": ";".join(dict.fromkeys(source for source in items["source"] if source)),
    }
    if asked == "progressing":
        verdict, reason = _progress(claimed, enough, begun)
        count = enough if reason in ("progress_reached", "progress_undefined") else begun
    else:
        verdict, reason = _reached(claimed, enough, reached)
        count = reached
    needs = (certified or "framework_values") if verdict == "not_verifiable" else ""
    shown |= {"found": float(count[0]), "found_at_least": float(count[0]), "found_at_most": float(count[1])}
    return answer(verdict, reason, needs=needs) | shown


def _indicators(at: pd.Timestamp, others: Others) -> pd.DataFrame:
    """The indicators of the framework at a date, worked out once for all claims about it."""
    if at not in others.indicators:
        # what is claimed is the state at the date of the document, not that at the assessment
        rules = others.rules.replace(milestone_date=at.date().isoformat())
        tables = (others.achievements, others.finance, others.targets)
        others.indicators[at] = framework_indicators(*tables, cutoff=at, axes=others.axes, rules=rules)
    return others.indicators[at]


def _progress(claimed: float, enough: tuple[int, int], begun: tuple[int, int]) -> tuple[str, str]:
    """Whether as many indicators as claimed are on their way: at the threshold (surely and at most), above zero."""
    if enough[0] >= claimed:
        return "confirmed", "progress_reached"
    if begun[1] < claimed:
        return "contradicted", "progress_none"
    return ("not_verifiable", "progress_unknown") if begun[0] < claimed else ("compatible", "progress_undefined")


def _reached(claimed: float, enough: tuple[int, int], reached: tuple[int, int]) -> tuple[str, str]:
    """Whether as many indicators as claimed have reached their milestone, or the threshold of achievement."""
    least, most = reached
    if least == most == claimed:
        return "confirmed", "milestones_agree"
    if least < most and least <= claimed <= most:
        return "not_verifiable", "milestones_unknown"
    if enough[0] <= claimed <= enough[1]:
        return "compatible", "milestones_from_threshold"
    return "contradicted", "milestones_differ"
