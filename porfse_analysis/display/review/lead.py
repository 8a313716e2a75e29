"""The first sentences of a performance review: what is known, then what these data do not allow to assess."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display.report import Report
from porfse_analysis.display.review.deadlines import next_deadline, not_assessed
from porfse_analysis.display.review.tables import framework_rows, short_place, status
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.claims import word_claims
from porfse_analysis.display.words.decommitment import told_apart, word_decommitment
from porfse_analysis.verdicts.claims import VERDICTS

__all__ = ["framework_assessed", "what_is_known", "what_is_not"]


def what_is_known(report: Report) -> list[str]:
    """A sentence on the claims, one on the framework, one on the next deadline: each only where there is an answer."""
    return [said for said in (*_claims(report), _framework(report), _deadline(report)) if said]


def what_is_not(report: Report) -> str:
    """The one line on what cannot be assessed, and which table of the programme document would allow it."""
    if not report.rules.period:
        return report.text("review.no_rules")
    missing = [] if framework_assessed(report) or not report.rules.tested else ["no_framework"]
    if not_assessed(report):
        asked = {code.partition(":")[0] for needs in report.deadlines["needs"] for code in needs.split(";")}
        missing.append("no_commitments" if "no_commitments" in asked else "no_deadlines")
    listed = wording.list_of([report.text(f"review.{code}") for code in missing], report.lang)
    return report.text("review.not_assessed", listed=listed) if missing else ""


def framework_assessed(report: Report) -> bool:
    """Whether any axis has an indicator of the framework in the plan in force."""
    return bool((framework_rows(report)["n"] > 0).any())


def _claims(report: Report) -> list[str]:
    verdicts = report.verdicts
    if verdicts.empty:
        return []
    # an endowment that does not add up is found here; no document states it
    stated = verdicts[verdicts["quantity"] != "allocation_sum"]
    counts = stated["verdict"].value_counts()
    said = [report.text(f"review.{verdict}", count=int(counts[verdict])) for verdict in VERDICTS if verdict in counts]
    lines = [report.text("review.claims", count=len(stated), counts=wording.list_of(said, report.lang))]
    against = stated[stated["verdict"] == "contradicted"]
    if len(against):
        texts = word_claims(against, report.programme.claims, report.lang)["claim"]
        lines.append(report.text("review.contradicted_are", listed="; ".join(texts)))
    return [*lines, report.text("review.sum")] if len(stated) < len(verdicts) else lines


def _framework(report: Report) -> str:
    rows = framework_rows(report)
    assessed = rows[rows["n"] > 0]
    if assessed.empty:
        return ""
    said = assessed.assign(said=[status(row, report) for _, row in assessed.iterrows()])
    parts = [
        report.text(
            "review.axes",
            status=name,
            axes=", ".join(short_place(row, report.lang, rows) for _, row in group.iterrows()),
        )
        for name, group in said.groupby("said", sort=False)
    ]
    return report.text("review.framework", date=wording.date(report.cutoff, report.lang), listed="; ".join(parts))


def _deadline(report: Report) -> str:
    rows = report.deadlines
    rows = rows[(rows["year"] == next_deadline(report)) & rows["target_eu"].notna()]
    if rows.empty:
        return ""
    worded = word_decommitment(rows, report.payment_applications, report.lang)
    several = told_apart(report.deadlines)
    said = [
        report.text("alt.value", name=part, value=text) if several else text
        for part, text in zip(worded["part"], worded["status"], strict=True)
    ]
    date = wording.date(pd.Timestamp(rows["deadline"].iloc[0]), report.lang)
    return report.text("review.deadline", date=date, listed="; ".join(said))
