"""What the checks find and the verdicts on claims as one table, for programs and for the terminal."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display.words.claims import word_claims
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.display.words.wording import text
from porfse_analysis.programme import Programme

__all__ = ["CHECKED_COLUMNS", "checked"]

CHECKED_COLUMNS = (
    *("programme", "kind", "result", "name", "axis", "cutoff", "source", "figure", "unit"),
    *("expected", "found", "message"),
)
"""`kind` finding or claim; `result` its severity or verdict, `name` its check or claim, all as codes; `expected` is
what a finding compares with, or what a claim states."""


def checked(programme: Programme, findings: pd.DataFrame, verdicts: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Findings of `check` and verdicts of `check_claims`, a row each, in `CHECKED_COLUMNS`.

    Codes, figures and dates as they are, and a `message` in the language `lang`.
    """
    of_checks = findings.rename(columns={"severity": "result", "check": "name"})
    of_checks = of_checks.assign(kind="finding", message=word_findings(findings, lang)["message"])
    worded = word_claims(verdicts, programme.claims, lang)
    needs = [text("claim.needs", lang, needs=said) if said else "" for said in worded["needs"]]
    said = [
        f"{claim}. {why} {need}".rstrip()
        for claim, why, need in zip(worded["claim"], worded["why"], needs, strict=True)
    ]
    of_claims = verdicts.rename(
        columns={"verdict": "result", "claim": "name", "claimed": "expected", "quantity": "figure"}
    )
    of_claims = of_claims.assign(kind="claim", message=said)
    columns = list(CHECKED_COLUMNS)
    rows = [frame[columns] for frame in (of_checks, of_claims) if len(frame)]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
