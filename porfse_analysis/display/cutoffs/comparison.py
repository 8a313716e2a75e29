"""`CutoffComparison`: what a page about two reporting dates of one programme is about - computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from porfse_analysis.display.report import Report, known_cutoff, open_report
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.changes import all_changes
from porfse_analysis.indicators.compared import compare_results
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.overview import all_indicators
from porfse_analysis.indicators.plan_changes import (
    ALLOCATION_COLUMNS,
    TARGET_COLUMNS,
    allocation_changes,
    target_changes,
)
from porfse_analysis.indicators.result import make_result
from porfse_analysis.indicators.targets import AGAINST
from porfse_analysis.programme import Programme
from porfse_analysis.schema import ALL

__all__ = ["CutoffComparison", "open_cutoff_comparison"]


@dataclass(frozen=True, eq=False, repr=False)
class CutoffComparison:
    """A programme at one reporting date (`report`) beside an earlier one; `compare_to` is None at its first date."""

    report: Report
    compare_to: pd.Timestamp | None

    def __repr__(self) -> str:
        then = "its first date" if self.compare_to is None else self.compare_to.date().isoformat()
        now = self.cutoff.date().isoformat()
        return f"<CutoffComparison {self.programme.cci} at {now} beside {then}, {self.lang}>"

    @property
    def programme(self) -> Programme:
        """The programme as far as it is of dates up to the cutoff."""
        return self.report.programme

    @property
    def cutoff(self) -> pd.Timestamp:
        """The later date."""
        return self.report.cutoff

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.report.lang

    @property
    def sources(self) -> pd.DataFrame:
        """The sources up to the cutoff; the row of one is its number, less one."""
        return self.programme.sources

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue in the language of the page."""
        return self.report.text(key, **values)

    def in_language(self, lang: str) -> CutoffComparison:
        """The same comparison in another language."""
        return CutoffComparison(self.report.in_language(lang), self.compare_to)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """What moved, in the columns of `indicators.changes`; at the first date every figure is `only_now`."""
        if self.compare_to is None:
            now = all_indicators(self.programme, cutoff=self.cutoff)
            now = now[now["indicator"].isin([*RATES.values(), *AGAINST.values(), "participants"])]
            return compare_results(now, now.iloc[:0], cutoff=self.cutoff, compare_to=None)
        return all_changes(self.programme, cutoff=self.cutoff, compare_to=self.compare_to)

    @cached_property
    def results(self) -> pd.DataFrame:
        """The indicators of the page that are published at one of the dates, at the cutoff."""
        rows = self.changes
        published = rows.loc[rows["numerator"].notna() | rows["numerator_before"].notna(), "indicator"]
        return make_result(rows[rows["indicator"].isin(published)])

    @cached_property
    def allocations(self) -> pd.DataFrame:
        """The allocations of the plans of the two dates, in the order of the axes, the programme last."""
        if self.compare_to is None:
            return pd.DataFrame(columns=list(ALLOCATION_COLUMNS))
        return self.in_order(allocation_changes(self.programme.finance, cutoff=self.cutoff, compare_to=self.compare_to))

    @cached_property
    def plan_targets(self) -> pd.DataFrame:
        """The 2023 targets of the plans of the two dates."""
        if self.compare_to is None:
            return pd.DataFrame(columns=list(TARGET_COLUMNS))
        return self.in_order(target_changes(self.programme.targets, cutoff=self.cutoff, compare_to=self.compare_to))

    def rate_rows(self, indicator: str) -> pd.DataFrame:
        """The changes of one financial rate (or of participants): each axis and the programme."""
        return self.in_order(self.changes[self.changes["indicator"] == indicator])

    @property
    def moved_rates(self) -> list[str]:
        """The financial rates with at least one change, in the order money goes through them."""
        compared = set(self.changes.loc[self.changes["status"] == "compared", "indicator"])
        return [name for name in RATES.values() if name in compared]

    def in_order(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows in the order of the axes of the programme, the whole programme last."""
        order = {axis: place for place, axis in enumerate([*self.programme.axes["axis"], ALL])}
        return rows.sort_values("axis", key=lambda axes: axes.map(order), kind="stable").reset_index(drop=True)


def open_cutoff_comparison(
    programme: Programme, *, cutoff: object, compare_to: object = "", lang: str = "it"
) -> CutoffComparison:
    """The programme at `cutoff` beside an earlier reporting date, by default ("") the one before it.

    Raises `ParameterError` for a date the programme has no figures of, a `compare_to` that is not before the cutoff, a
    language pages do not exist in.
    """
    report = open_report(programme, cutoff=cutoff, lang=lang)
    at = report.cutoff
    if compare_to in ("", None):
        return CutoffComparison(report, report.previous)
    then = known_cutoff(programme, compare_to, name="compare_to")
    if then >= at:
        raise ParameterError(
            f"compare_to {then.date().isoformat()}: is not before the cutoff {at.date().isoformat()}; "
            "give the later date as cutoff and the earlier as compare_to"
        )
    return CutoffComparison(report, then)
