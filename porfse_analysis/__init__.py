"""Indicators and reports for programmes of the European Social Fund.

The public names load what they need when they are first used, so that a command that needs none of them starts at
once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from porfse_analysis.display.html import record, show
    from porfse_analysis.display.report import Report, open_report
    from porfse_analysis.errors import DataError, ParameterError, PorfseError, ReportError
    from porfse_analysis.indicators.changes import (
        all_changes,
        financial_changes,
        participant_changes,
        target_ratio_changes,
    )
    from porfse_analysis.indicators.financial import certification_rate, financial_progress
    from porfse_analysis.indicators.overview import all_indicators
    from porfse_analysis.indicators.per_capita import participants, per_capita_spend, residents
    from porfse_analysis.indicators.plan_changes import allocation_changes, target_changes
    from porfse_analysis.indicators.registry import INDICATORS
    from porfse_analysis.indicators.targets import target_achievement_ratio
    from porfse_analysis.loaders.folder import load_programme
    from porfse_analysis.programme import Programme
    from porfse_analysis.verdicts.checks import check
    from porfse_analysis.verdicts.claims import check_claims
    from porfse_analysis.verdicts.decommitment import decommitment, decommitment_claims, payment_applications
    from porfse_analysis.verdicts.performance_framework import framework_indicators, performance_framework
    from porfse_analysis.verdicts.rules import RULES, rules_table

__version__ = "0.1.0"

_HOME = {
    "check": "verdicts.checks",
    "check_claims": "verdicts.claims",
    "record": "display.html",
    "show": "display.html",
    "Report": "display.report",
    "open_report": "display.report",
    "DataError": "errors",
    "ParameterError": "errors",
    "PorfseError": "errors",
    "ReportError": "errors",
    "all_changes": "indicators.changes",
    "financial_changes": "indicators.changes",
    "participant_changes": "indicators.changes",
    "target_ratio_changes": "indicators.changes",
    "INDICATORS": "indicators.registry",
    "decommitment": "verdicts.decommitment",
    "decommitment_claims": "verdicts.decommitment",
    "payment_applications": "verdicts.decommitment",
    "certification_rate": "indicators.financial",
    "financial_progress": "indicators.financial",
    "all_indicators": "indicators.overview",
    "participants": "indicators.per_capita",
    "per_capita_spend": "indicators.per_capita",
    "residents": "indicators.per_capita",
    "framework_indicators": "verdicts.performance_framework",
    "performance_framework": "verdicts.performance_framework",
    "allocation_changes": "indicators.plan_changes",
    "target_changes": "indicators.plan_changes",
    "RULES": "verdicts.rules",
    "rules_table": "verdicts.rules",
    "target_achievement_ratio": "indicators.targets",
    "load_programme": "loaders.folder",
    "Programme": "programme",
}

__all__ = [
    "INDICATORS",
    "RULES",
    "DataError",
    "ParameterError",
    "PorfseError",
    "Programme",
    "Report",
    "ReportError",
    "all_changes",
    "all_indicators",
    "allocation_changes",
    "certification_rate",
    "check",
    "check_claims",
    "decommitment",
    "decommitment_claims",
    "financial_changes",
    "financial_progress",
    "framework_indicators",
    "load_programme",
    "open_report",
    "participant_changes",
    "participants",
    "payment_applications",
    "per_capita_spend",
    "performance_framework",
    "record",
    "residents",
    "rules_table",
    "show",
    "target_achievement_ratio",
    "target_changes",
    "target_ratio_changes",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
