"""The rules one programme is judged by: those of its period, as its folder or a notebook changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from porfse_analysis.errors import ParameterError
from porfse_analysis.periods import period_of
from porfse_analysis.programme import Programme
from porfse_analysis.verdicts.rules import NO_RULES, Rules, RuleValue, rules_of

__all__ = ["RuleChange", "own_rules", "rule_changes", "rules_for"]


@dataclass(frozen=True)
class RuleChange:
    """A rule that is not what it would be: its unit, its value, the one it replaces, who changed it.

    `by`: `programme` (its folder says so) or `notebook`.
    """

    name: str
    unit: str
    value: RuleValue
    instead_of: RuleValue
    by: str


def own_rules(cci: str, changes: Mapping[str, Any], rules: Rules | None = None) -> Rules:
    """The rules for a programme: `rules` where they are given, else those of its period with the `changes` it declares.

    A programme of no known period has none (`NO_RULES`).

    Raises `ParameterError` for what is no `Rules`, those of another period, and changes that cannot be.
    """
    if rules is None:
        return (rules_of(cci) or NO_RULES).replace(**changes)
    if not isinstance(rules, Rules):
        raise ParameterError(f"rules is {rules!r}: give Rules, as pf.RULES[period].replace(achieved_from=0.9)")
    period = period_of(cci)
    if rules.period != ("" if period is None else period.name):
        named = "no period known here" if period is None else period.name
        raise ParameterError(f"rules of {rules.period} cannot be those of {cci}, which is of {named}")
    return rules


def rule_changes(applied: Rules, cci: str, changes: Mapping[str, Any]) -> list[RuleChange]:
    """Which of the rules applied to a programme were changed, from what, and by whom, in the order of the rules."""
    published = rules_of(cci) or NO_RULES
    declared = published.replace(**changes)
    found = []
    for rule in applied.rows:
        was, asked = published.rule(rule.name).value, declared.rule(rule.name).value
        if rule.value != asked:
            found.append(RuleChange(rule.name, rule.unit, rule.value, asked, "notebook"))
        elif asked != was:
            found.append(RuleChange(rule.name, rule.unit, asked, was, "programme"))
    return found


def rules_for(given: object, rules: Rules | None) -> Rules | None:
    """The rules that a function is to apply: of a `Programme` those with what its folder changes, else those given."""
    return own_rules(given.cci, given.rules, rules) if isinstance(given, Programme) else rules
