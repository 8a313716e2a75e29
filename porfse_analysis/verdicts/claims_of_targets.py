"""Claims on a decommitment target: whether it was covered at the date of the claim."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.result import split_note
from porfse_analysis.verdicts.claim_figures import (
    Answer,
    Others,
    answer,
)
from porfse_analysis.verdicts.decommitment import decommitment_readings

__all__ = ["of_target"]

# notes of the decommitment verdict that say its figure is a limit or a rounded one
_INEXACT = {"more_than", "less_than", "about", "rounded", "partial"}


# notes of the decommitment verdict that say the annual commitments are not all there
_COMMITMENTS = {"no_commitments", "commitment_gap", "reserve_missing", "base_missing"}


_REACHED = ("covered", "no_deadline")
"""The status of a deadline at which nothing is missing."""


def of_target(year: int, row: Answer, others: Others) -> Answer:
    """Whether the decommitment target of a year was covered at the date of the claim, whatever pre-financing counts."""
    if not others.rules.period:
        return answer("not_verifiable", "no_test")
    # from the one that takes off least
    modes = others.rules.rule("prefinancing_mode").allowed
    try:
        found = decommitment_readings(
            others.eu_commitments,
            others.finance,
            year=year,
            cutoff=row["cutoff"],
            modes=list(dict.fromkeys((modes[0], modes[-1]))),
            rules=others.rules,
            eu_payments=others.eu_payments,
        )
    except ParameterError:
        return answer("not_verifiable", "unknown_quantity")
    # a row for each fund
    found = found[found["programme"] == row["programme"]]
    least, most = (found[found["prefinancing"] == mode] for mode in (modes[0], modes[-1]))
    return _target_answer(least, most, row)


def _target_answer(first: pd.DataFrame, second: pd.DataFrame, row: Answer) -> Answer:
    """The verdict out of the rows of a deadline, `first` with the pre-financing that takes off least, `second` most."""
    notes = {code for frame in (first, second) for note in frame["note"] for code in split_note(note)}
    needs = ["eu_commitments"] if notes & _COMMITMENTS else []
    earlier = bool((first["data_date"] < row["cutoff"]).any())
    if "partial_applications" in notes or earlier:
        needs.append("certified_by_axis")
    reached, reached_too = (bool(frame["status"].isin(_REACHED).all()) for frame in (first, second))
    fund = ""
    if len(first) > 1 and not (reached and reached_too):
        # the surplus of one fund does not help another: the first that falls short is shown
        falling_short = first if reached_too else second
        short = ~falling_short["status"].isin(_REACHED).to_numpy()
        first, second = first[short].iloc[:1], second[short].iloc[:1]
        fund = str(first["fund"].iloc[0])
    applied = first["payment_applications_eu"].sum(skipna=False)
    shown: Answer = {
        "found": applied,
        "found_quantity": "payment_applications_eu" if pd.notna(applied) else "",
        "found_at_least": first["payment_applications_at_least_eu"].sum(),
        "found_at_most": first["payment_applications_at_most_eu"].sum(),
        "data_date": first["data_date"].min(),
        "reference": first["target_eu"].sum(skipna=False),
        "other_reference": second["target_eu"].sum(skipna=False),
        "explained_by": fund,
    }
    if set(first["status"]) == {"no_deadline"}:
        return answer("not_verifiable", "target_no_deadline")
    paid = first[first["note"].map(lambda note: "covered_by_payments" in split_note(note))]
    if reached and reached_too and len(paid):
        shown |= {"found": paid["paid_eu"].sum(), "found_quantity": "", "data_date": paid["paid_date"].min()}
        return answer("confirmed", "target_covered_by_payments") | shown
    if reached and reached_too:
        return answer("confirmed", "target_covered") | shown
    if "settled_at_closure" in set(first["status"]):
        return answer("not_verifiable", "target_at_closure") | shown
    if pd.isna(shown["reference"]) or pd.isna(shown["other_reference"]) or pd.isna(applied) or notes & _INEXACT:
        return answer("not_verifiable", "target_not_available", needs=";".join(needs)) | shown
    if earlier:
        # applications sent since the last position may have covered it
        return answer("not_verifiable", "target_stale", needs="certified_by_axis") | shown
    if not reached and not reached_too:
        return answer("contradicted", "target_at_risk_fund" if fund else "target_at_risk") | shown
    return answer("compatible", "target_by_prefinancing_fund" if fund else "target_by_prefinancing") | shown
