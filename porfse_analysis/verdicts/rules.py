"""The rules of the funds that the verdicts apply: one set by programming period, found by the code of a programme.

Every threshold and every choice that a verdict depends on is a field of `Rules` with its value, its legal reference
and whether the value was confirmed in a source. An evaluator who reads a rule otherwise changes that one field
(`Rules.replace`) and the report says that it was changed. What a rule means is worded by
`porfse_analysis.display.words.rules`.

Only 2014-2020 has rules: 2021-2027 has no performance reserve of this kind, and how its first commitments are spread
over the later deadlines is not settled here. A programme of a period without rules gets no verdict, never one by the
rules of another period.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pandas as pd

from porfse_analysis.errors import ParameterError
from porfse_analysis.periods import period_of

__all__ = ["RULES", "Rule", "Rules", "rules_of", "rules_table"]

CONFIRMED = "confirmed"
UNCONFIRMED = "unconfirmed"
CHANGED = "changed"

RuleValue = bool | int | float | str | tuple[str, ...] | None


@dataclass(frozen=True)
class Rule:
    """One parameter of the rules, as a row of `rules_table`.

    `unit`: `1` (a share), `indicator`, `year` (a number of years or a calendar year), `date` (ISO text),
    `choice` (one of `allowed`), `set` (several of `allowed`), `flag`. `source` is where the rule stands.
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


def _rule(
    value: Any,
    unit: str,
    source: str,
    status: str,
    *,
    allowed: tuple[str, ...] = (),
    others: tuple[RuleValue, ...] = (),
) -> Any:
    """A field of `Rules`: its value, and what `Rule` says of it."""
    about = {"unit": unit, "source": source, "status": status, "allowed": allowed, "others": others}
    return dataclasses.field(default=value, metadata=about)


_KINDS = ("financial", "output", "result", "key_implementation_step")
_CPR = "Reg. (EU) 1303/2013"
_PF = "Impl. Reg. (EU) 215/2014"
# seen as headers of the tables of an evaluation; the wording of the article was not
_THRESHOLD = "value in the independent evaluation of the Molise programme; wording of the article not checked"
_CONVENTION = "no provision: convention of this package"
# cumulative annual pre-financing of the regional programme of Veneto in the Commission's table of payments: 16.455% of
# its support by 2023, that is 13.25% of the 94% without reserve up to 2020 and 4% of the whole after it
_PAYMENTS = "Commission, table of EU payments gayr-92qh: 4% in all after 2020"
_INITIAL = f"{_CPR} art. 134(1)"
_ANNUAL = f"{_CPR} art. 134(2)"
_ANNUAL_LATER = f"{_ANNUAL} as amended by Reg. (EU) 2020/1041; {_PAYMENTS}"


@dataclass(frozen=True, repr=False)
class Rules:
    """The rules of one programming period; the values are those of 2014-2020 unless changed."""

    period: str = "2014-2020"

    # performance framework: what is assessed
    milestone_date: str = _rule("2018-12-31", "date", f"{_CPR} art. 21 and Annex II", CONFIRMED)
    target_date: str = _rule("2023-12-31", "date", f"{_CPR} art. 22(7), for ERDF, ESF and CF", UNCONFIRMED)
    assessed_by: tuple[str, ...] = _rule(
        ("axis", "fund", "region_category"),
        "set",
        f"{_PF} art. 7",
        UNCONFIRMED,
        allowed=("axis", "fund", "region_category"),
    )
    financial_stage: str = _rule(
        "certified", "choice", f"{_PF} art. 5(2); {_CPR} art. 126(c)", CONFIRMED, allowed=("certified",)
    )
    achievement_excludes: tuple[str, ...] = _rule((), "set", f"{_PF} art. 6(1)", UNCONFIRMED, allowed=_KINDS)
    serious_excludes: tuple[str, ...] = _rule(
        ("result",), "set", f"{_CPR} Annex II point 2, art. 22(6) and (7)", CONFIRMED, allowed=_KINDS
    )
    zero_milestone_reached: bool = _rule(True, "flag", _CONVENTION, UNCONFIRMED, others=(False,))
    step_without_target_left_out: bool = _rule(True, "flag", f"{_PF} art. 5 and 6", UNCONFIRMED, others=(False,))

    # performance framework: test 1
    achieved_from: float = _rule(0.85, "1", f"{_PF} art. 6(2); {_THRESHOLD}", CONFIRMED)
    derogation_from: float = _rule(0.75, "1", f"{_PF} art. 6(2); {_THRESHOLD}", CONFIRMED)
    derogation_min_indicators: int = _rule(3, "indicator", f"{_PF} art. 6(2)", UNCONFIRMED)
    derogation_max_below: int = _rule(1, "indicator", f"{_PF} art. 6(2)", UNCONFIRMED)

    # performance framework: test 2
    serious_below: float = _rule(0.65, "1", f"{_PF} art. 6(3) and (4); {_THRESHOLD}", CONFIRMED)
    serious_few_up_to: int = _rule(2, "indicator", f"{_PF} art. 6(3)", UNCONFIRMED)
    serious_few_failures: int = _rule(1, "indicator", f"{_PF} art. 6(3)", UNCONFIRMED)
    serious_many_failures: int = _rule(2, "indicator", f"{_PF} art. 6(4)", UNCONFIRMED)
    serious_counts: str = _rule(
        "either",
        "choice",
        f"{_PF} art. 6(3) and (4)",
        UNCONFIRMED,
        allowed=("either", "serious_set", "achievement_set"),
        others=("serious_set", "achievement_set"),
    )

    # performance reserve
    reserve_share: float = _rule(0.06, "1", f"{_CPR} art. 20 and 22(1); guidance EGESIF_18-0021-01", CONFIRMED)
    reserve_share_min: float = _rule(0.05, "1", f"{_CPR} art. 22(3)", UNCONFIRMED)
    reserve_share_max: float = _rule(0.07, "1", f"{_CPR} art. 22(3)", UNCONFIRMED)
    reserve_excluded_funds: tuple[str, ...] = _rule(
        ("YEI",),
        "set",
        f"{_CPR} art. 20; guidance EGESIF_18-0021-01",
        CONFIRMED,
        allowed=("ESF", "YEI", "ERDF", "CF"),
    )

    reserve_excluded_objectives: tuple[str, ...] = _rule(
        ("13",), "set", f"{_CPR} art. 92b", UNCONFIRMED, allowed=("13",)
    )
    reserve_decided_by: str = _rule("2019-08-31", "date", f"{_CPR} art. 22(2)", UNCONFIRMED)

    # decommitment
    first_commitment_year: int = _rule(2014, "year", f"{_CPR} art. 76 and 91", CONFIRMED)
    last_commitment_year: int = _rule(2020, "year", f"{_CPR} art. 136(2)", CONFIRMED)
    years_to_cover: int = _rule(
        3, "year", f"{_CPR} art. 136(1), wording not checked; glossary of the Commission", CONFIRMED
    )
    decommitted_by: str = _rule(
        "fund",
        "choice",
        f"{_CPR} art. 86 and 136(1), wording not checked",
        UNCONFIRMED,
        allowed=("fund", "category", "programme"),
        others=("category", "programme"),
    )
    reserve_counted_from_deadline: int | None = _rule(None, "year", f"{_CPR} art. 86(5)", CONFIRMED)
    eligible_basis: str = _rule("plan", "choice", f"{_CPR} art. 120", CONFIRMED, allowed=("plan",))
    claims_counted_share: float = _rule(1.0, "1", f"{_CPR} art. 130(1) and 136(1)", UNCONFIRMED, others=(0.9,))
    claims_capped_at_allocation: bool = _rule(True, "flag", f"{_CPR} art. 120 and 136(1)", UNCONFIRMED, others=(False,))
    prefinancing_mode: str = _rule(
        "initial_plus_annual",
        "choice",
        f"{_CPR} art. 134 and 136(1), wording not checked; targets published for the end of 2019",
        UNCONFIRMED,
        allowed=("initial_only", "initial_plus_annual"),
        others=("initial_only",),
    )
    prefinancing_base_with_reserve_from: int = _rule(
        2021, "year", f"{_CPR} art. 134; answer of the Commission to question P-006479/2018", CONFIRMED
    )
    initial_prefinancing_2014: float = _rule(0.01, "1", _INITIAL, CONFIRMED)
    initial_prefinancing_2015: float = _rule(0.01, "1", _INITIAL, CONFIRMED)
    initial_prefinancing_2016: float = _rule(0.01, "1", _INITIAL, CONFIRMED)
    annual_prefinancing_2016: float = _rule(0.02, "1", _ANNUAL, UNCONFIRMED)
    annual_prefinancing_2017: float = _rule(0.02625, "1", _ANNUAL, UNCONFIRMED)
    annual_prefinancing_2018: float = _rule(0.0275, "1", _ANNUAL, UNCONFIRMED)
    annual_prefinancing_2019: float = _rule(0.02875, "1", _ANNUAL, UNCONFIRMED)
    annual_prefinancing_2020: float = _rule(0.03, "1", _ANNUAL, UNCONFIRMED)
    annual_prefinancing_2021: float = _rule(0.02, "1", _ANNUAL_LATER, UNCONFIRMED)
    annual_prefinancing_2022: float = _rule(0.02, "1", _ANNUAL_LATER, UNCONFIRMED)
    annual_prefinancing_2023: float = _rule(0.02, "1", _ANNUAL_LATER, UNCONFIRMED)
    # 4% in all is two instalments of 2% out of three years; which one lacks none of them says
    annual_prefinancing_lacks: int = _rule(2023, "year", _PAYMENTS, UNCONFIRMED, others=(2021, 2022))

    def __repr__(self) -> str:
        changed = ", ".join(f"{rule.name}={rule.value!r}" for rule in self.rows if rule.status == CHANGED)
        return f"<Rules {self.period}{'; changed: ' if changed else ''}{changed}>"

    @property
    def rows(self) -> tuple[Rule, ...]:
        """Every rule with what is known of it, in order."""
        return tuple(_row(field, getattr(self, field.name)) for field in dataclasses.fields(self) if field.metadata)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The ratios at which the verdict on an indicator of the performance framework turns."""
        return (self.achieved_from, self.derogation_from, self.serious_below)

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
        return dataclasses.replace(self, **valid)

    def other_readings(self, names: Iterable[str]) -> Iterator[tuple[str, RuleValue, Rules]]:
        """Of the rules named, those that are to be confirmed in each other way they are read.

        Gives the name, its other value and the rules with it; a rule the caller changed is settled.
        """
        wanted = set(names)
        for rule in self.rows:
            if rule.name in wanted and rule.status == UNCONFIRMED:
                for value in rule.others:
                    yield rule.name, value, self.replace(**{rule.name: value})


RULES: dict[str, Rules] = {"2014-2020": Rules()}
"""The rules by programming period."""


def rules_of(cci: str, rules: Rules | None = None) -> Rules | None:
    """The rules for a programme: those of its period, or `rules` where they are of that period; None: none are.

    >>> rules_of("2014IT05SFOP007")
    <Rules 2014-2020>
    >>> rules_of("2021IT05SFPR003") is None
    True
    """
    period = period_of(cci)
    name = "" if period is None else period.name
    if rules is not None:
        return rules if rules.period == name else None
    return RULES.get(name)


def rules_table(period: str | Rules = "2014-2020") -> pd.DataFrame:
    """The rules of a period, or a changed set of them, as a table.

    Shape: one row per rule; columns period, name, value, unit, status, source. What each means is worded by
    `porfse_analysis.display.words.rules.word_rules`. Raises `ParameterError` for a period without rules.
    """
    rules = period if isinstance(period, Rules) else RULES.get(period)
    if rules is None:
        raise ParameterError(f"There are no rules for {period!r}. Periods: {', '.join(RULES)}")
    rows = rules.rows
    table = {name: [getattr(rule, name) for rule in rows] for name in ("name", "value", "unit", "status", "source")}
    # numbers, dates and sets of words share the column: each keeps its own type
    table["value"] = pd.Series(table["value"], dtype="object")  # type: ignore[assignment]
    return pd.DataFrame({"period": rules.period, **table})


def _row(field: dataclasses.Field[Any], value: RuleValue) -> Rule:
    rule = Rule(field.name, value, **field.metadata)
    if value == field.default:
        return rule
    source = f"set by the caller instead of {field.default!r}: {rule.source}"
    return dataclasses.replace(rule, status=CHANGED, source=source)


def _valid(rule: Rule, value: Any) -> RuleValue:
    if isinstance(value, list | set | frozenset):
        value = tuple(sorted(value, key=str))
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
    if rule.unit == "date":
        try:
            return "" if datetime.date.fromisoformat(value).isoformat() == value else "a date is written YYYY-MM-DD"
        except (TypeError, ValueError):
            return "a date is written YYYY-MM-DD"
    if value is None and _may_be_empty(rule.name):
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return "it is a number, zero or more"
    return "" if rule.unit == "1" or isinstance(value, int) else "it is a whole number"


def _may_be_empty(name: str) -> bool:
    return next(field.default is None for field in dataclasses.fields(Rules) if field.name == name)
