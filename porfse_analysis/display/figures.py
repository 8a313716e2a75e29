"""The figures of a report. Each function takes a `Report` and gives `Html`."""

from porfse_analysis.display.programme_report.figures import axes_progress, funnel, over_time, target_ratios
from porfse_analysis.display.review.deadline_figures import calendar
from porfse_analysis.display.review.figures import framework, scorecard

__all__ = ["axes_progress", "calendar", "framework", "funnel", "over_time", "scorecard", "target_ratios"]
