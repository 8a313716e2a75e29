"""The tables of a report. Each function takes a `Report` and gives a `Table`."""

from porfse_analysis.display.documents import claims, definitions, findings, sources
from porfse_analysis.display.programme_report.money import changes, endowment, key_figures, progress_by_axis
from porfse_analysis.display.programme_report.payments import eu_payments
from porfse_analysis.display.programme_report.people import measures, per_capita, targets
from porfse_analysis.display.programme_report.results import cost_per_result, participants_by_sex, results_by_sex
from porfse_analysis.display.review.closure import balance as closure_balance
from porfse_analysis.display.review.closure import correction as financial_correction
from porfse_analysis.display.review.deadlines import calendar, calendar_reasons, payment_applications
from porfse_analysis.display.review.distances import distances, hypotheses
from porfse_analysis.display.review.tables import claim_verdicts, framework, framework_indicators, rules

__all__ = [
    "calendar",
    "calendar_reasons",
    "changes",
    "claim_verdicts",
    "claims",
    "closure_balance",
    "cost_per_result",
    "definitions",
    "distances",
    "endowment",
    "eu_payments",
    "financial_correction",
    "findings",
    "framework",
    "framework_indicators",
    "hypotheses",
    "key_figures",
    "measures",
    "participants_by_sex",
    "payment_applications",
    "per_capita",
    "progress_by_axis",
    "results_by_sex",
    "rules",
    "sources",
    "targets",
]
