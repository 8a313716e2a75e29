"""What a text says of the programming period: the years of its milestones and targets, its rule, its codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from porfse_analysis import languages
from porfse_analysis.periods import Period, period_of
from porfse_analysis.verdicts.rules import NO_RULES, RULES

__all__ = ["period_words"]


def period_words(programmes: Iterable[str], lang: str) -> dict[str, str]:
    """The values of the placeholders that speak of the period of these programmes, for every text of the catalogue.

    `milestone_year` and `target_year` (in words where it is not known, or not the same for all), `participant_codes`,
    `n_rule` (N+3), `first_deadline`, `last_deadline`, `financial_plan` (where the annual commitments stand),
    `set_apart_too` and `nothing_deducted` (the part of the commitments that is not like the others), `least_mode` and
    `most_mode` (the ways of counting pre-financing that take off least and most); `objective`, `objective_short`,
    `objectives` and `objective_heading` (what an axis spends for: investment priority, specific objective), `axis_is`
    (what an axis is, and is called), `accounts` (of whom they are), `people_counted` (what makes the participants),
    `framework_is` (what the performance framework has), `assistance_is` (what technical assistance is), `aims` (what a
    value is set against), `framework_table` (where the programme document has it).
    """
    periods = {period_of(cci) for cci in programmes}
    return dict(_words(periods.pop() if len(periods) == 1 else None, lang))


@cache
def _words(period: Period | None, lang: str) -> Mapping[str, str]:
    rules = NO_RULES if period is None else RULES[period.name]
    deadlines = rules.deadlines
    modes = rules.rule("prefinancing_mode").allowed if deadlines else ("none",)
    apart = "none" if period is None else period.set_apart
    objective = period.objective or "none" if period else "any"
    framework = period.framework if period else "any"
    followed = "none" if framework == "none" else "any"
    milestone, target = (period.milestone, period.target) if period else (None, None)
    return {
        "milestone_year": str(milestone or languages.text("period.milestone", lang)),
        "target_year": str(target or languages.text("period.target", lang)),
        "participant_codes": " + ".join(period.participants) if period else "",
        "objective": languages.text(f"objective_is.{objective}", lang),
        "objective_short": languages.text(f"objective_short.{objective}", lang),
        "objectives": languages.text(f"objectives_are.{objective}", lang),
        "objective_heading": languages.text(f"objective_heading.{objective}", lang),
        "axis_is": languages.text(f"axis_is.{period.axis_is if period else 'any'}", lang),
        "accounts": languages.text(f"accounts_of.{period.accounts if period else 'any'}", lang),
        "people_counted": _people_counted(period, lang),
        "assistance_is": languages.text(f"assistance_is.{followed}", lang),
        "aims": languages.text(f"aims.{followed}", lang),
        "framework_is": languages.text(f"framework_is.{framework}", lang),
        "framework_table": languages.text(f"framework_table.{framework}", lang),
        "n_rule": f"N+{rules.years_to_cover}" if deadlines else "N+n",
        "first_deadline": str(deadlines[0]) if deadlines else "",
        "last_deadline": str(deadlines[-1]) if deadlines else "",
        "least_mode": languages.text(f"decommitment_reading.prefinancing_mode_{modes[0]}", lang),
        "most_mode": languages.text(f"decommitment_reading.prefinancing_mode_{modes[-1]}", lang),
        "set_apart_too": "" if apart == "none" else languages.text(f"set_apart.{apart}", lang),
        "nothing_deducted": languages.text(f"nothing_deducted.{apart}", lang),
        "financial_plan": languages.text(f"financial_plan.{period.name if period else 'any'}", lang),
    }


def _people_counted(period: Period | None, lang: str) -> str:
    """What makes the participants: a sum of indicators, one indicator, or nothing that is told of every programme."""
    codes = period.participants if period else ()
    made = "any" if period is None else "sum" if len(codes) > 1 else "total" if codes else "none"
    return languages.text(f"people_counted.{made}", lang, codes=" + ".join(codes))
