"""The public names and where each lives: `__init__.py` reads them from here, and so do type checkers."""

from . import plot as plot
from .display.figure import figure as figure
from .display.html import record as record
from .display.html import show as show
from .display.label import label as label
from .display.report import Report as Report
from .display.report import open_report as open_report
from .errors import DataError as DataError
from .errors import ParameterError as ParameterError
from .errors import PorfseError as PorfseError
from .errors import ReportError as ReportError
from .indicators.certification_targets import certification_target_ratio as certification_target_ratio
from .indicators.changes import all_changes as all_changes
from .indicators.changes import financial_changes as financial_changes
from .indicators.changes import participant_changes as participant_changes
from .indicators.changes import target_ratio_changes as target_ratio_changes
from .indicators.eu_payments import eu_payment_rate as eu_payment_rate
from .indicators.financial import certification_rate as certification_rate
from .indicators.financial import financial_progress as financial_progress
from .indicators.overview import all_indicators as all_indicators
from .indicators.per_capita import participants as participants
from .indicators.per_capita import per_capita_spend as per_capita_spend
from .indicators.per_capita import residents as residents
from .indicators.plan_changes import allocation_changes as allocation_changes
from .indicators.plan_changes import target_changes as target_changes
from .indicators.predecessor import beside_predecessor as beside_predecessor
from .indicators.registry import INDICATORS as INDICATORS
from .indicators.targets import target_achievement_ratio as target_achievement_ratio
from .indicators.wide import wide as wide
from .loaders.folder import load_programme as load_programme
from .programme import Programme as Programme
from .verdicts.checks import check as check
from .verdicts.claims import check_claims as check_claims
from .verdicts.decommitment import decommitment as decommitment
from .verdicts.decommitment import decommitment_claims as decommitment_claims
from .verdicts.decommitment import payment_applications as payment_applications
from .verdicts.performance_framework import framework_indicators as framework_indicators
from .verdicts.performance_framework import performance_framework as performance_framework
from .verdicts.rules import RULES as RULES
from .verdicts.rules import rules_table as rules_table

__version__: str
