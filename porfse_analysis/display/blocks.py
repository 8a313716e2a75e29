"""The words around tables and figures: title, section headings, the opening lines, the figures in large."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from porfse_analysis.display.age import is_old
from porfse_analysis.display.html import Html, bullets, heading, paragraphs, tiles
from porfse_analysis.display.programme_report.certification import certification_targets
from porfse_analysis.display.programme_report.lead import first_sentences as sentences
from porfse_analysis.display.programme_report.lead import how_far
from porfse_analysis.display.programme_report.money import funnel_rows, stage_named
from porfse_analysis.display.programme_report.payments import eu_payments as eu_payments_table
from porfse_analysis.display.programme_report.results import participants_by_sex, results_by_sex
from porfse_analysis.display.report import Report
from porfse_analysis.display.review.closure import balance as closure_balance
from porfse_analysis.display.review.closure import correction as financial_correction
from porfse_analysis.display.review.deadline_figures import calendar as calendar_figure
from porfse_analysis.display.review.deadlines import calendar, calendar_reasons, not_assessed, payment_applications
from porfse_analysis.display.review.distances import distances, hypotheses
from porfse_analysis.display.review.figures import framework as framework_figure
from porfse_analysis.display.review.figures import scorecard
from porfse_analysis.display.review.lead import framework_assessed, what_is_known, what_is_not
from porfse_analysis.display.review.tables import framework as framework_table
from porfse_analysis.display.review.tables import framework_indicators
from porfse_analysis.display.sources import titled
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.rules import word_changes
from porfse_analysis.indicators.result import figure_bound, value_bound
from porfse_analysis.indicators.targets import counted_ratios, is_reached
from porfse_analysis.periods import period_of
from porfse_analysis.schema import ALL

__all__ = [
    "by_sex",
    "certification_targets",
    "closure",
    "decommitment",
    "eu_payments",
    "first_sentences",
    "framework",
    "key_numbers",
    "lead",
    "review_lead",
    "section",
    "title",
]


def title(report: Report, subtitle: str = "subtitle") -> Html:
    """The title of the page: programme, what it is about (subtitle, review_subtitle), date, CCI."""
    name = heading(report.programme.title(report.lang), "title", level=1)
    line = report.text(
        f"section.{subtitle}", date=wording.long_date(report.cutoff, report.lang), cci=report.programme.cci
    )
    return Html(name.html + paragraphs([line], "pf-subtitle").html)


def section(report: Report, name: str) -> Html:
    """The heading of a section: a name of the group `section` of the catalogue.

    A period without a performance framework has one section that says so, and none of its final targets.
    """
    if _without_framework(report) and name == "framework_final":
        return Html("")
    bare = _without_framework(report) and name == "framework"
    return heading(report.text("section.framework_none" if bare else f"section.{name}"), name)


def _without_framework(report: Report) -> bool:
    period = period_of(report.programme.cci)
    return period is not None and period.framework == "none"


def first_sentences(report: Report) -> Html:
    """How far the money is, what moved, which axes lead and lag, what to look into, what lacks: a line each."""
    return bullets(sentences(report), "pf-lead")


def lead(report: Report) -> Html:
    """The first sentences; which sources have figures of this very date, and what is done where they have not."""
    finance, achievements = report.programme.finance, report.programme.achievements
    used = {
        str(source)
        for table in (finance[finance["amount_eur"].notna()], achievements[achievements["value"].notna()])
        for source in table.loc[table["cutoff"] == report.cutoff, "source"]
    }
    rows = report.sources
    names = [titled(row, report.lang) for _, row in rows[rows["source"].isin(used)].iterrows()]
    day = wording.long_date(report.cutoff, report.lang)
    used_at = report.text("lead.figures", date=day, sources=wording.list_of(names, report.lang))
    return Html(first_sentences(report).html + paragraphs([used_at], "pf-lead").html)


def review_lead(report: Report) -> Html:
    """How far the money is, what is known and what cannot be assessed; changed rules, and what a verdict stands on."""
    texts = [
        " ".join(filter(None, [how_far(report), *what_is_known(report)])),
        what_is_not(report),
        *word_changes(report.rule_changes, report.lang),
    ]
    reserve = [report.text("lead.review_reserve")] if report.rules.reserve_share else []
    return paragraphs([*filter(None, texts), " ".join([report.text("lead.review"), *reserve])], "pf-lead")


def framework(report: Report, against: Literal["milestone", "target"] = "milestone") -> tuple[object, ...]:
    """The performance framework: status of the axes, the indicators behind them and what these lack.

    One line where there are none.
    """
    period = period_of(report.programme.cci)
    if _without_framework(report):
        said = paragraphs([report.text("framework_why.no_framework_then")])
        return (said,) if against == "milestone" else ()
    if period is not None and period.framework == "followed":
        return paragraphs([report.text("framework_why.no_test")]), framework_indicators(report, against)
    tables = framework_table(report, against), framework_indicators(report, against)
    if not framework_assessed(report):
        # which reserve depends on it is known all the same, as long as it is at stake
        at_stake = against == "milestone" and any(column.name == "reserve_eur" for column in tables[0].columns)
        return (tables[1], tables[0]) if at_stake else tables[1:]
    shown = tables if against == "target" else (scorecard(report), framework_figure(report), *tables)
    missing = distances(report, against)
    return (*shown, missing) if missing.frame.empty else (*shown, missing, hypotheses(report, against))


def decommitment(report: Report) -> tuple[object, ...]:
    """The N+3 deadlines: figure, tables and reasons; where none can be assessed, what is known and what is missing."""
    missing = not_assessed(report)
    targets = certification_targets(report)
    if missing:
        return (*targets, payment_applications(report), paragraphs([missing], "pf-empty"))
    tables = calendar(report), calendar_reasons(report), payment_applications(report)
    return (calendar_figure(report), *targets, *tables)


def closure(report: Report) -> tuple[object, ...]:
    """The final balance and the financial correction at closure; one line where the period has no rules on it."""
    if not report.rules.eligibility_end:
        return (paragraphs([report.text("closure.no_closure")]),)
    return closure_balance(report), financial_correction(report)


def by_sex(report: Report) -> tuple[object, ...]:
    """Women and men, among the participants and by indicator; one line where nobody tells them apart."""
    people = participants_by_sex(report)
    return (people,) if people.frame.empty else (people, results_by_sex(report))


def eu_payments(report: Report) -> tuple[object, ...]:
    """What the Commission has paid, where the programme has it; nothing where it has not."""
    table = eu_payments_table(report)
    return () if table.frame.empty else (table,)


def key_numbers(report: Report) -> Html:
    """The figures most readers come for, each with its date; those of an earlier date than the page stand apart.

    What is not published is left out here.
    """
    items: dict[bool, list[tuple[str, str, str]]] = {False: [], True: []}
    for _, row in funnel_rows(report).iterrows():
        if pd.isna(row["amount"]):
            continue
        day = wording.date(row["data_date"], report.lang)
        remark = report.text("tile.at", date=day)
        if pd.notna(row["value"]):
            rate = wording.rate(row["value"], report.lang, bound=value_bound(row["note"]))
            remark = report.text("tile.of_allocation", rate=rate, date=day)
        # the plan stays in force until the next one
        old = row["stage"] != "allocation" and is_old(row["data_date"], report.cutoff)
        items[old].append((stage_named(row, report), _million(report, row), remark))
    people = report.figures[(report.figures["indicator"] == "participants") & (report.figures["axis"] == ALL)]
    for _, row in people[people["value"].notna()].iterrows():
        day = report.text("tile.at", date=wording.date(row["data_date"], report.lang))
        items[is_old(row["data_date"], report.cutoff)].append(
            (
                wording.partly(report.text("tile.participants"), row["note"], report.lang),
                wording.count(row["value"], report.lang, bound=figure_bound(row["note"])),
                day,
            )
        )
    ratios = counted_ratios(report.figures)
    if len(ratios):
        reached = int(is_reached(ratios["value"], ratios["note"]).sum())
        dates = [wording.date(day, report.lang) for day in sorted(ratios["data_date"].unique())]
        remark = report.text("tile.targets_of", count=len(ratios), dates=wording.list_of(dates, report.lang))
        old = is_old(ratios["data_date"].max(), report.cutoff)
        items[old].append((report.text("tile.targets"), wording.count(reached, report.lang), remark))
    shown = tiles(items[False]).html if items[False] else ""
    if items[True]:
        before = report.text("tile.old", date=wording.date(report.cutoff, report.lang))
        shown += paragraphs([before], "pf-note").html + tiles(items[True], old=True).html
    return Html(shown)


def _million(report: Report, row: pd.Series) -> str:
    bound = figure_bound(row["note"])
    return wording.million_euro(row["amount"], report.lang, precision=row["precision"], bound=bound)
