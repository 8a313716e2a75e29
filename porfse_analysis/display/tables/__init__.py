"""The tables of a report. Each function takes a `Report` and gives a `Table`."""

from porfse_analysis.display.tables.documents import claims, definitions, findings, sources
from porfse_analysis.display.tables.money import changes, endowment, key_figures, progress_by_axis
from porfse_analysis.display.tables.people import measures, per_capita, targets

__all__ = [
    "changes",
    "claims",
    "definitions",
    "endowment",
    "findings",
    "key_figures",
    "measures",
    "per_capita",
    "progress_by_axis",
    "sources",
    "targets",
]
