"""`Report`: what one page is about - a programme at a reporting date, in a language - computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from porfse_analysis.display.shared import place_of, shared
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.errors import ParameterError
from porfse_analysis.indicators.changes import compare_target_ratios
from porfse_analysis.indicators.compared import CHANGE_COLUMNS
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.given import with_names
from porfse_analysis.indicators.overview import UNASKED, Known, all_indicators, results_of
from porfse_analysis.indicators.registry import INDICATORS
from porfse_analysis.indicators.result import as_cutoff, collect, make_result
from porfse_analysis.indicators.targets import AGAINST, counted_ratios, target_achievement_ratio
from porfse_analysis.programme import Dated, Programme, require_programme
from porfse_analysis.verdicts.checks import check, for_readers
from porfse_analysis.verdicts.claims import check_claims
from porfse_analysis.verdicts.decommitment import calendar
from porfse_analysis.verdicts.own_rules import RuleChange, own_rules, rule_changes
from porfse_analysis.verdicts.rules import Rules

__all__ = ["Report", "known_cutoff", "known_date", "made_once", "open_report"]

_MAIN = (*RATES.values(), "participants")
_ALL = tuple(name for name in INDICATORS if name not in UNASKED and name not in AGAINST.values())

Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False, repr=False)
class _Position:
    """What is known of a programme at one reporting date, in no language; each frame is made once, when asked for.

    What takes a while is `shared` among the processes of one call.

    `programme` ends at the cutoff. `whole` is for the verdicts alone: a claim may need the first figure after it.
    """

    programme: Programme
    whole: Programme
    cutoff: pd.Timestamp
    rules: Rules
    made: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False)
    """What `made_once` has kept."""

    @cached_property
    def place(self) -> Path | None:
        return place_of(self.whole, self.cutoff, self.rules)

    @cached_property
    @shared
    def target_ratios(self) -> pd.DataFrame:
        return all_indicators(self.programme, cutoff=self.cutoff, names=tuple(AGAINST.values()))

    @cached_property
    def known(self) -> Known:
        return Known(self.programme, self.cutoff)

    @cached_property
    @shared
    def results(self) -> pd.DataFrame:
        return self._collected(_ALL)

    @cached_property
    @shared
    def figures(self) -> pd.DataFrame:
        return self._collected(_MAIN)

    def _collected(self, names: tuple[str, ...]) -> pd.DataFrame:
        found = collect([*results_of(self.known, names), self.target_ratios])
        found = found[found["indicator"].isin([*names, *AGAINST.values()])].reset_index(drop=True)
        return with_names(found, self.programme)

    @cached_property
    def previous(self) -> pd.Timestamp | None:
        earlier = [date for date in map(as_cutoff, self.programme.cutoffs) if date < self.cutoff]
        return earlier[-1] if earlier else None

    @cached_property
    @shared
    def previous_progress(self) -> pd.DataFrame:
        if self.before is None:
            return self.figures.iloc[:0]
        rates = collect(make_result(self.before.rates(by)) for by in ("programme", "axis"))
        return rates[rates["indicator"].isin(RATES.values())].reset_index(drop=True)

    @cached_property
    def before(self) -> Known | None:
        """What was known at the reporting date before."""
        return None if self.previous is None else Known(self.programme, self.previous)

    @cached_property
    @shared
    def target_changes(self) -> pd.DataFrame:
        now = self.target_ratios[self.target_ratios["indicator"] == AGAINST["target"]]
        counted = counted_ratios(now)
        dates = map(as_cutoff, self.programme.cutoffs)
        earlier = [date for date in dates if date < counted["data_date"].max()] if len(counted) else []
        if not earlier:
            return pd.DataFrame(columns=list(CHANGE_COLUMNS))
        data, then = self.programme, earlier[-1]
        before = target_achievement_ratio(data.achievements, data.targets, cutoff=then)
        return compare_target_ratios(data.achievements, now, before, cutoff=self.cutoff, compare_to=then)

    @cached_property
    @shared
    def findings(self) -> pd.DataFrame:
        return for_readers(check(self.programme, cutoff=self.cutoff))

    @cached_property
    @shared
    def verdicts(self) -> pd.DataFrame:
        return check_claims(self.whole, cutoff=self.cutoff, rules=self.rules)

    @cached_property
    def sources(self) -> pd.DataFrame:
        sources, whole = self.programme.sources, self.whole.sources
        later = whole[~whole["source"].isin(sources["source"])]
        if later.empty:  # the verdicts, which take a while, can be from no other
            return sources
        wanted = self.verdicts["data_source"]
        return pd.concat([sources, later[later["source"].isin(wanted)]], ignore_index=True)

    @property
    def deadlines(self) -> pd.DataFrame:
        return self._calendar[0]

    @property
    def payment_applications(self) -> pd.DataFrame:
        return self._calendar[1]

    @cached_property
    @shared
    def _calendar(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        data = self.programme
        paid = data.eu_payments
        return calendar(data.eu_commitments, data.finance, cutoff=self.cutoff, rules=self.rules, eu_payments=paid)


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """A programme at one reporting date, in a language: its results, the results before, its findings and verdicts.

    Made by `open_report`. What it has is the same in every order of asking, and its frames are the same in every
    language (`in_language`).

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> report = pf.open_report(pf.load_programme(), cutoff="2018-09-30", lang="en")
    >>> report
    <Report 2014IT05SFOP007 at 2018-09-30, en>
    >>> report.results.query("indicator == 'certification_rate' and axis == 'ALL'")["value"].round(4).tolist()
    [0.1484]
    >>> report.in_language("it").results is report.results
    True
    """

    position: _Position
    lang: str

    def __repr__(self) -> str:
        return f"<Report {self.programme.cci} at {self.cutoff.date().isoformat()}, {self.lang}>"

    @property
    def programme(self) -> Programme:
        """The programme as far as it is of dates up to the cutoff."""
        return self.position.programme

    @property
    def cutoff(self) -> pd.Timestamp:
        """The reporting date."""
        return self.position.cutoff

    @property
    def rules(self) -> Rules:
        """The rules its verdicts apply."""
        return self.position.rules

    @property
    def rule_changes(self) -> list[RuleChange]:
        """Which of the rules were changed, from what to what, by the programme's folder or by the notebook."""
        return rule_changes(self.rules, self.programme.cci, self.programme.rules)

    @property
    def results(self) -> pd.DataFrame:
        """Every indicator at the cutoff, in the result columns."""
        return self.position.results

    @property
    def figures(self) -> pd.DataFrame:
        """Those rows of `results` that nearly every page shows: financial rates, participants, target ratios.

        A page that shows no more than these need not wait for the others.
        """
        return self.position.figures

    @property
    def previous(self) -> pd.Timestamp | None:
        """The reporting date before this one."""
        return self.position.previous

    @property
    def previous_progress(self) -> pd.DataFrame:
        """The financial rates at the reporting date before, by axis and for the programme (no rows without one)."""
        return self.position.previous_progress

    @property
    def target_changes(self) -> pd.DataFrame:
        """How the target ratios moved since the reporting date before that of their values, in `CHANGE_COLUMNS`."""
        return self.position.target_changes

    @property
    def findings(self) -> pd.DataFrame:
        """What the checks found up to the cutoff."""
        return self.position.findings

    @property
    def verdicts(self) -> pd.DataFrame:
        """The verdict on every claim of documents up to the cutoff."""
        return self.position.verdicts

    @property
    def sources(self) -> pd.DataFrame:
        """The sources of the report; the row of one is its number, less one. Those only a verdict needs come last."""
        return self.position.sources

    @property
    def payment_applications(self) -> pd.DataFrame:
        """The payment applications behind the deadlines, by axis."""
        return self.position.payment_applications

    @property
    def deadlines(self) -> pd.DataFrame:
        """Every N+3 deadline under both ways of counting pre-financing, as known at the cutoff."""
        return self.position.deadlines

    def in_language(self, lang: str) -> Report:
        """The same report in another language; what was computed is in none and is taken along.

        Raises `ParameterError` for a language there is none of.
        """
        return Report(self.position, wording.check_language(lang))

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue in the report's language; what it says of the period is filled in."""
        return wording.text(key, self.lang, **period_words([self.programme.cci], self.lang) | values)


def made_once(
    *, worded: bool
) -> Callable[[Callable[Concatenate[Report, Given], Made]], Callable[Concatenate[Report, Given], Made]]:
    """A function of a report that several blocks of a page ask for: worked out once, with each report and argument.

    `worded` says whether what it gives is in the language of the report. A frame is given as a copy, for the caller to
    add columns to; anything else is shared.
    """

    def kept(make: Callable[Concatenate[Report, Given], Made]) -> Callable[Concatenate[Report, Given], Made]:
        @wraps(make)
        def made(report: Report, /, *args: Given.args, **kwargs: Given.kwargs) -> Made:
            known = report.position.made
            key = (make, report.lang if worded else "", args, tuple(kwargs.items()))
            if key not in known:
                known[key] = make(report, *args, **kwargs)
            found: Any = known[key]
            return found.copy() if isinstance(found, pd.DataFrame) else found  # type: ignore[return-value]

        return made

    return kept


def known_cutoff(programme: Dated, cutoff: object, name: str = "cutoff") -> pd.Timestamp:
    """The cutoff, if the programme has figures at that date; `name` is what a message calls it.

    Raises `ParameterError` listing the dates it has, the nearest first.
    """
    return known_date(programme.cutoffs, cutoff, of=programme.cci, name=name)


def known_date(published: Sequence[str], cutoff: object, *, of: str, name: str = "cutoff") -> pd.Timestamp:
    """The cutoff, if it is among the dates `published`; `of` is what a message says has them.

    Raises `ParameterError` listing those there are, the nearest first.
    """
    at = as_cutoff(cutoff)
    dates = [as_cutoff(date) for date in published]
    if at not in dates:
        nearest = sorted(dates, key=lambda date: (abs((date - at).days), date))
        listed = ", ".join(date.date().isoformat() for date in nearest) or "none"
        raise ParameterError(f"{name} {at.date().isoformat()}: {of} has no figures of that date; it has {listed}")
    return at


def open_report(programme: Programme, *, cutoff: object, lang: str = "it", rules: Rules | None = None) -> Report:
    """The report of a programme at one of its reporting dates.

    It sees nothing of later dates, but for the first figure after a claim: what is added to the programme afterwards
    does not change it.

    Parameters
    ----------
    programme
        As `load_programme` gives it.
    cutoff
        One of its reporting dates (`programme.cutoffs`): ISO text, date or Timestamp.
    lang
        "it" or "en".
    rules
        The rules of the verdicts; None: those of the programme's period, with what its folder changes ("rules" of
        `datapackage.json`). Rules given here are applied as they are, whatever the folder says. The pages name every
        rule that was changed, and by whom.

    Returns
    -------
    Report
        Its frames are made when they are asked for.

    Raises
    ------
    ParameterError
        For a date the programme has no figures of, a language reports do not exist in, rules of another period.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> data = pf.load_programme()
    >>> stricter = pf.RULES["2014-2020"].replace(achieved_from=0.9)
    >>> report = pf.open_report(data, cutoff="2018-12-31", lang="en", rules=stricter)
    >>> [(change.name, change.instead_of, change.value, change.by) for change in report.rule_changes]
    [('achieved_from', 0.85, 0.9, 'notebook')]
    """
    require_programme(programme)
    at = known_cutoff(programme, cutoff)
    wording.check_language(lang)
    applied = own_rules(programme.cci, programme.rules, rules)
    return Report(_Position(programme.until(at), programme, at, applied), lang)
