"""The next N+3 deadline as an information sheet tells it: its verdict, or what lacks for one."""

from __future__ import annotations

from collections.abc import Sequence

from porfse_analysis.display.report import Report
from porfse_analysis.display.review.deadlines import next_deadline
from porfse_analysis.display.sheet.items import Item
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.decommitment import told_apart, word_decommitment, word_lacking

__all__ = ["JUDGED", "UNJUDGED", "deadline_items"]

JUDGED = ("covered", "at_risk", "settled_at_closure")
UNJUDGED = ("not_available", "undetermined")


def deadline_items(report: Report, under: str, statuses: Sequence[str]) -> list[Item]:
    """The next N+3 deadline of each fund where it has one of these statuses; what lacks where it cannot be judged."""
    rows = report.deadlines[report.deadlines["year"] == next_deadline(report)]
    rows = rows[rows["status"].isin(statuses)]
    worded = word_decommitment(rows, report.payment_applications, report.lang)
    money = ";".join(dict.fromkeys(report.programme.eu_commitments["source"].astype("str")))
    several, items = told_apart(report.deadlines), []
    for (_, row), (_, said) in zip(rows.iterrows(), worded.iterrows(), strict=True):
        date = wording.date(row["deadline"], report.lang)
        name = report.text("sheet.deadline_of", date=date, part=said["part"]) if several else ""
        name = name or report.text("sheet.deadline", date=date)
        lacks = "" if row["status"] in JUDGED else word_lacking(row["needs"], report.lang)
        if lacks:  # in the name, which has the room for it
            name = report.text("sheet.lacking", name=name, listed=lacks)
        items.append(Item(name, said["status"], "", said["why"], row["data_date"], money, under=under))
    return items
