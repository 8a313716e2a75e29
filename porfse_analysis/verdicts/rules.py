"""The rules of the funds that the verdicts apply: one set by programming period, found by the code of a programme.

Every threshold and every choice that a verdict depends on is a field of `Rules` with its value, its legal reference
and whether the value was confirmed in a source, as `periods.toml` declares them. An evaluator who reads a rule
otherwise changes that one field (`Rules.replace`) and the report says that it was changed. What a rule means is worded
by `porfse_analysis.display.words.rules`.

A rule that a period does not declare has nothing to say in it, and is no row of its table. A programme of a period
that is not known gets no verdict, never one by the rules of another period.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.periods import PERIODS, period_of

__all__ = ["NO_RULES", "RULES", "WITH_TEST", "Rule", "Rules", "rules_of", "rules_table"]

CONFIRMED = "confirmed"
UNCONFIRMED = "unconfirmed"
CHANGED = "changed"

RuleValue = bool | int | float | str | tuple[str, ...] | tuple[int, ...] | None


@dataclass(frozen=True)
class Rule:
    """One parameter of the rules, as a row of `rules_table`.

    `unit`: `1` (a share), `indicator`, `year` (a number of years or a calendar year), `date` (ISO text),
    `choice` (one of `allowed`), `set` (several of `allowed`), `flag`, `parts` (whole numbers: parts of an amount, year
    by year). `source` is where the rule stands.
    `status`: `confirmed` when the value was seen in a source, `unconfirmed` when it was not (or is a
    convention of this package), `changed` when the caller set it. `others`: the other ways in which an
    unconfirmed rule is read.
    """

    name: str
    value: RuleValue
    unit: str
    source: str
    status: str
    allowed: tuple[str, ...] = ()
    others: tuple[RuleValue, ...] = ()


def _rule(unit: str, default: Any = None, *, allowed: tuple[str, ...] = ()) -> Any:
    """A field of `Rules`: what it may hold, and its value where a period has nothing of the kind."""
    return dataclasses.field(default=default, metadata={"unit": unit, "allowed": allowed})


_KINDS = ("financial", "output", "result", "key_implementation_step")
_SHARE = re.compile(r"(initial|annual|additional)_prefinancing_(\d{4})", re.ASCII)
"""The rules that give the pre-financing of a year as a share of the support."""


@dataclass(frozen=True, repr=False)
class Rules:
    """The rules of one programming period; made by `RULES`, changed by `replace`."""

    period: str = ""

    # performance framework: what is assessed
    milestone_date: str = _rule("date", "")
    target_date: str = _rule("date", "")
    assessed_by: tuple[str, ...] = _rule(
        "set", ("axis", "fund", "region_category"), allowed=("axis", "fund", "region_category")
    )
    financial_stage: str = _rule("choice", "", allowed=("certified",))
    achievement_excludes: tuple[str, ...] = _rule("set", (), allowed=_KINDS)
    serious_excludes: tuple[str, ...] = _rule("set", (), allowed=_KINDS)
    zero_milestone_reached: bool = _rule("flag", False)
    step_without_target_left_out: bool = _rule("flag", False)

    # performance framework: test 1
    achieved_from: float = _rule("1", 0.0)
    derogation_from: float = _rule("1", 0.0)
    derogation_min_indicators: int = _rule("indicator", 0)
    derogation_max_below: int = _rule("indicator", 0)

    # performance framework: test 2
    serious_below: float = _rule("1", 0.0)
    serious_few_up_to: int = _rule("indicator", 0)
    serious_few_failures: int = _rule("indicator", 0)
    serious_many_failures: int = _rule("indicator", 0)
    serious_counts: str = _rule("choice", "either", allowed=("either", "serious_set", "achievement_set"))

    # performance reserve
    reserve_share: float = _rule("1", 0.0)
    reserve_share_min: float = _rule("1", 0.0)
    reserve_share_max: float = _rule("1", 0.0)
    reserve_excluded_funds: tuple[str, ...] = _rule("set", (), allowed=("ESF", "YEI", "ERDF", "CF"))
    reserve_excluded_objectives: tuple[str, ...] = _rule("set", (), allowed=("13",))
    reserve_decided_by: str = _rule("date", "")

    # decommitment
    first_commitment_year: int = _rule("year", 0)
    last_commitment_year: int = _rule("year", 0)
    years_to_cover: int = _rule("year", 0)
    last_deadline: int | None = _rule("year")
    first_commitment_spread: tuple[int, ...] = _rule("parts", (1,))
    flexibility_counted: bool = _rule("flag", True)
    decommitted_by: str = _rule("choice", "fund", allowed=("fund", "category", "programme"))
    reserve_counted_from_deadline: int | None = _rule("year")
    eligible_basis: str = _rule("choice", "plan", allowed=("plan",))
    claims_counted_share: float = _rule("1", 1.0)
    claims_capped_at_allocation: bool = _rule("flag", True)
    prefinancing_mode: str = _rule("choice", "none", allowed=("none", "initial_only", "initial_plus_annual", "annual"))
    prefinancing_base_with_reserve_from: int | None = _rule("year")
    annual_prefinancing_lacks: int | None = _rule("year")

    # closure
    eligibility_end: str = _rule("date", "")
    last_application: str = _rule("date", "")
    closure_flexibility: float = _rule("1", 0.0)
    correction_averages: tuple[str, ...] = _rule("set", (), allowed=_KINDS)
    correction_capped_at: float = _rule("1", 1.0)
    correction_low_below: float = _rule("1", 0.0)
    correction_low_rate: float = _rule("1", 0.0)
    correction_middle_below: float = _rule("1", 0.0)
    correction_middle_rate: float = _rule("1", 0.0)
    correction_high_below: float = _rule("1", 0.0)
    correction_high_rate: float = _rule("1", 0.0)

    # name of the rule -> its share, of the total support
    prefinancing: tuple[tuple[str, float], ...] = ()

    def __getattr__(self, name: str) -> float:
        """The share of the total support that is paid in advance in a year: annual_prefinancing_2020."""
        shares = dict(self.__dict__.get("prefinancing", ()))
        if name not in shares:
            raise AttributeError(f"'Rules' object has no attribute {name!r}")
        return float(shares[name])

    def __repr__(self) -> str:
        changed = ", ".join(f"{rule.name}={rule.value!r}" for rule in self.rows if rule.status == CHANGED)
        return f"<Rules {self.period}{'; changed: ' if changed else ''}{changed}>"

    @property
    def rows(self) -> tuple[Rule, ...]:
        """Every rule of the period with what is known of it, in order."""
        return tuple(_row(rule, getattr(self, rule.name)) for rule in _PUBLISHED.get(self.period, ()))

    @property
    def tested(self) -> bool:
        """Whether milestones and targets decide a status: a period may set them without a test."""
        return self.period in PERIODS and PERIODS[self.period].framework == "tested"

    @property
    def followed(self) -> bool:
        """Whether indicators are set against milestones and targets on which nothing is decided."""
        return self.period in PERIODS and PERIODS[self.period].framework == "followed"

    @property
    def deadlines(self) -> range:
        """The years at whose end a commitment is to be covered."""
        if not self.period:
            return range(0)
        last = self.last_deadline or self.last_commitment_year + self.years_to_cover
        return range(self.first_commitment_year + self.years_to_cover, last + 1)

    @property
    def commitment_years(self) -> range:
        """The years of the annual commitments."""
        return range(self.first_commitment_year, self.last_commitment_year + 1) if self.period else range(0)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The ratios at which the verdict on an indicator of the performance framework turns; none without a test."""
        return () if not self.tested else (self.achieved_from, self.derogation_from, self.serious_below)

    def rule(self, name: str) -> Rule:
        """The row called `name`, with its source and status. Raises `ParameterError` when there is none."""
        rows = self.rows
        found = next((rule for rule in rows if rule.name == name), None)
        if found is None:
            close = get_close_matches(name, [rule.name for rule in rows], n=1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            names = ", ".join(rule.name for rule in rows)
            raise ParameterError(f"{name!r} is not a rule of {self.period}. {hint}Rules: {names}")
        return found

    def replace(self, **values: Any) -> Rules:
        """The same rules with other values for the rows named.

        A changed row has the status `changed` and keeps its legal reference, with the value it replaces.
        Raises `ParameterError` for an unknown name or a value the row cannot have.

        >>> RULES["2014-2020"].replace(achieved_from=0.9).achieved_from
        0.9
        """
        valid: dict[str, Any] = {name: _valid(self.rule(name), value) for name, value in values.items()}
        shares = {name: valid.pop(name) for name in list(valid) if _SHARE.fullmatch(name)}
        paid = tuple((name, shares.get(name, share)) for name, share in self.prefinancing)
        return dataclasses.replace(self, **valid, prefinancing=paid)

    def other_readings(self, names: Iterable[str]) -> Iterator[tuple[str, RuleValue, Rules]]:
        """Of the rules named, those that are to be confirmed in each other way they are read.

        Gives the name, its other value and the rules with it; a rule the caller changed is settled.
        """
        wanted = set(names)
        for rule in self.rows:
            if rule.name in wanted and rule.status == UNCONFIRMED:
                for value in rule.others:
                    yield rule.name, value, self.replace(**{rule.name: value})


def _declared(name: str, held: Mapping[str, Any]) -> Rule:
    """A rule as its period declares it."""
    share = _SHARE.fullmatch(name)
    about = {"unit": "1", "allowed": ()} if share else dict(_FIELDS[name].metadata)
    value, others = _frozen(held.get("value")), tuple(map(_frozen, held.get("others", ())))
    if about["unit"] == "choice":  # what can be chosen differs from period to period
        about["allowed"] = tuple(choice for choice in about["allowed"] if choice in (value, *others))
    return Rule(name, value, source=held["source"], status=held["status"], others=others, **about)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


_FIELDS = {field.name: field for field in dataclasses.fields(Rules)}
_PUBLISHED = {
    name: tuple(_declared(rule, held) for rule, held in period.rules.items()) for name, period in PERIODS.items()
}


def _rules(period: str) -> Rules:
    values: dict[str, Any] = {rule.name: rule.value for rule in _PUBLISHED[period]}
    shares = tuple((name, values.pop(name)) for name in list(values) if _SHARE.fullmatch(name))
    return Rules(period=period, prefinancing=shares, **values)


RULES: dict[str, Rules] = {period: _rules(period) for period in PERIODS}
"""The rules by programming period."""

WITH_TEST = next(rules for rules in RULES.values() if rules.tested)
"""The rules of the period whose performance framework has a test."""

NO_RULES = Rules()
"""What holds for a programme of no known period: nothing."""


def rules_of(cci: str, rules: Rules | None = None) -> Rules | None:
    """The rules for a programme: those of its period, or `rules` where they are of that period; None: none are.

    >>> rules_of("2014IT05SFOP007")
    <Rules 2014-2020>
    >>> rules_of("2000IT05SFPR003") is None
    True
    """
    period = period_of(cci)
    name = "" if period is None else period.name
    if rules is not None:
        return rules if rules.period == name else None
    return RULES.get(name)


def rules_table(period: str | Rules | None = None) -> pd.DataFrame:
    """The rules of a period, a changed set of them, or without an argument those of every period, as a table.

    Parameters
    ----------
    period
        As "2014-2020", or rules as `pf.RULES["2014-2020"].replace(...)` gives them; None: every period.

    Returns
    -------
    DataFrame
        One row per rule: period, name, value, unit, status (confirmed, unconfirmed), source. What each means is worded
        by `porfse_analysis.display.words.rules.word_rules`.

    Raises
    ------
    ParameterError
        For a period without rules.

    Examples
    --------
    >>> import porfse_analysis as pf
    >>> rules = pf.rules_table("2014-2020").set_index("name")
    >>> rules.loc["milestone_date", ["value", "source"]].tolist()
    ['2018-12-31', 'Reg. (EU) 1303/2013 art. 21 and Annex II']
    """
    if period is None:
        return pd.concat([rules_table(rules) for rules in RULES.values()], ignore_index=True)
    rules = period if isinstance(period, Rules) else RULES.get(period)
    if rules is None:
        raise ParameterError(f"There are no rules for {period!r}. Periods: {', '.join(RULES)}")
    rows = rules.rows
    table = {name: [getattr(rule, name) for rule in rows] for name in ("name", "value", "unit", "status", "source")}
    # numbers, dates and sets of words share the column: each keeps its own type
    table["value"] = pd.Series(table["value"], dtype="object")  # type: ignore[assignment]
    return pd.DataFrame({"period": rules.period, **table})


def _row(published: Rule, value: RuleValue) -> Rule:
    if value == published.value:
        return published
    source = f"set by the caller instead of {published.value!r}: {published.source}"
    return dataclasses.replace(published, value=value, status=CHANGED, source=source)


def _valid(rule: Rule, value: Any) -> RuleValue:
    if isinstance(value, list | set | frozenset):
        value = tuple(value) if rule.unit == "parts" else tuple(sorted(value, key=str))
    problem = _problem(rule, value)
    if problem:
        raise ParameterError(f"Rule {rule.name} cannot be {value!r}: {problem}")
    held: RuleValue = value
    return held


def _problem(rule: Rule, value: Any) -> str:
    """Why a rule cannot have this value; empty when it can."""
    if rule.unit == "flag":
        return "" if isinstance(value, bool) else "it is True or False"
    if rule.unit == "choice":
        return "" if value in rule.allowed else f"it is one of {', '.join(rule.allowed)}"
    if rule.unit == "set":
        known = isinstance(value, tuple) and all(part in rule.allowed for part in value)
        return "" if known else f"it holds some of {', '.join(rule.allowed)}"
    if rule.unit == "parts":
        whole = isinstance(value, tuple) and all(isinstance(part, int) and part >= 0 for part in value)
        return "" if whole and sum(value) > 0 else "it is a list of whole numbers, as [6, 1, 1, 1, 1]"
    if rule.unit == "date":
        try:
            return "" if datetime.date.fromisoformat(value).isoformat() == value else "a date is written YYYY-MM-DD"
        except (TypeError, ValueError):
            return "a date is written YYYY-MM-DD"
    if value is None and rule.name in _FIELDS and _FIELDS[rule.name].default is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return "it is a number, zero or more"
    return "" if rule.unit == "1" or isinstance(value, int) else "it is a whole number"
