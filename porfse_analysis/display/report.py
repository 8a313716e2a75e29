"""`Report`: what one page is about - a programme at a reporting date, in a language - computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.financial import financial_progress
from porfse_analysis.indicators.overview import all_indicators
from porfse_analysis.indicators.result import as_cutoff, collect
from porfse_analysis.programme import Dated, Programme
from porfse_analysis.verdicts.checks import check
from porfse_analysis.verdicts.claims import check_claims
from porfse_analysis.verdicts.decommitment import calendar
from porfse_analysis.verdicts.rules import Rules, rules_of

__all__ = ["Report", "known_cutoff", "open_report"]


@dataclass(frozen=True, eq=False)
class Report:
    """A programme at one reporting date: its results, the results before, its findings.

    `programme` ends at the cutoff. `whole` is for the verdicts alone: a claim may need the first figure after it.
    """

    programme: Programme
    cutoff: pd.Timestamp
    lang: str
    whole: Programme

    @cached_property
    def results(self) -> pd.DataFrame:
        """Every indicator at the cutoff, in the result columns."""
        return all_indicators(self.programme, cutoff=self.cutoff)

    @cached_property
    def previous(self) -> pd.Timestamp | None:
        """The reporting date before this one."""
        earlier = [date for date in map(as_cutoff, self.programme.cutoffs) if date < self.cutoff]
        return earlier[-1] if earlier else None

    @cached_property
    def previous_progress(self) -> pd.DataFrame:
        """The financial rates at the reporting date before, by axis and for the programme (no rows without one)."""
        if self.previous is None:
            return self.results.iloc[:0]
        return collect(
            financial_progress(self.programme.finance, cutoff=self.previous, by=by) for by in ("programme", "axis")
        )

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What the checks found up to the cutoff; what is to be supplied is for whoever keeps the data."""
        found = check(self.programme, cutoff=self.cutoff)
        return found[found["check"] != "to_supply"].reset_index(drop=True)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The verdict on every claim of documents up to the cutoff."""
        return check_claims(self.whole, cutoff=self.cutoff)

    @property
    def sources(self) -> pd.DataFrame:
        """The sources of what the report shows; the row of one is its number, less one.

        A source that only a verdict needs comes last, once there are verdicts.
        """
        sources = self.programme.sources
        if "verdicts" not in self.__dict__:
            return sources
        later = self.whole.sources
        wanted = set(self.verdicts["data_source"]) - set(sources["source"])
        return pd.concat([sources, later[later["source"].isin(wanted)]], ignore_index=True)

    @property
    def deadlines(self) -> pd.DataFrame:
        """Every N+3 deadline as known at the cutoff; no rows where the programme's period has no rules."""
        return self._calendar[0]

    @property
    def payment_applications(self) -> pd.DataFrame:
        """The payment applications behind the deadlines, by axis."""
        return self._calendar[1]

    @cached_property
    def _calendar(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        data, rules = self.programme, rules_of(self.programme.cci)
        if rules is None:
            return calendar(data.eu_commitments.iloc[:0], data.finance.iloc[:0], cutoff=self.cutoff, rules=Rules())
        return calendar(data.eu_commitments, data.finance, cutoff=self.cutoff, rules=rules)

    def in_language(self, lang: str) -> Report:
        """The same report in another language; what was computed is in none and is taken along."""
        twin = Report(self.programme, self.cutoff, wording.check_language(lang), self.whole)
        vars(twin).update({name: value for name, value in vars(self).items() if name not in ("lang",)})
        return twin

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue in the report's language."""
        return wording.text(key, self.lang, **values)


def known_cutoff(programme: Dated, cutoff: object, name: str = "cutoff") -> pd.Timestamp:
    """The cutoff, if the programme has figures at that date; `name` is what a message calls it.

    Raises `ParameterError` listing the dates it has, the nearest first.
    """
    at = as_cutoff(cutoff)
    dates = [as_cutoff(date) for date in programme.cutoffs]
    if at not in dates:
        nearest = sorted(dates, key=lambda date: (abs((date - at).days), date))
        listed = ", ".join(date.date().isoformat() for date in nearest) or "none"
        raise ParameterError(
            f"{name} {at.date().isoformat()}: {programme.cci} has no figures of that date; it has {listed}"
        )
    return at


def open_report(programme: Programme, *, cutoff: object, lang: str = "it") -> Report:
    """The report of `programme` at one of its reporting dates, in it or en.

    It sees nothing of later dates, but for the first figure after a claim: what is added to the programme afterwards
    does not change it.

    Raises `ParameterError` for a date the programme has no figures of, or a language reports do not exist in.
    """
    at = known_cutoff(programme, cutoff)
    return Report(programme.until(at), at, wording.check_language(lang), programme)
