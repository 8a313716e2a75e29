"""The rules of the verdicts in words: what each means, its value, where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable
from decimal import Decimal
from typing import Any

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.verdicts.own_rules import RuleChange
from porfse_analysis.verdicts.rules import RULES, UNCONFIRMED

__all__ = ["of_year", "rule_meaning", "rule_value", "share_form", "word_changes", "word_rules"]

_OF_YEAR = re.compile(r"(.+)_(\d{4})", re.ASCII)


def word_rules(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The rules of `rules_table` in words.

    Returns one row per rule: rule (what it means), value, status, source, all as text in `lang`.
    """
    rows = [
        {
            "rule": rule_meaning(row["name"], lang),
            "value": rule_value(row["value"], row["unit"], lang),
            "status": wording.text(f"rule_status.{_status(row)}", lang),
            "source": wording.citation(str(row["source"]), lang),
        }
        for row in table.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["rule", "value", "status", "source"], index=table.index)


def _status(row: dict[Hashable, Any]) -> str:
    """The status as readers have it: a rule found in no source that can be read in another way is to be confirmed."""
    others = next((rule.others for rule in RULES[row["period"]].rows if rule.name == row["name"]), ())
    return "other_reading" if row["status"] == UNCONFIRMED and others else str(row["status"])


def word_changes(changes: Iterable[RuleChange], lang: str) -> list[str]:
    """A sentence for each rule that was changed: from what to what, and by whom."""
    return [
        wording.text(
            f"rule_changed.{change.by}",
            lang,
            rule=rule_meaning(change.name, lang),
            name=change.name,
            value=rule_value(change.value, change.unit, lang),
            instead_of=rule_value(change.instead_of, change.unit, lang),
        )
        for change in changes
    ]


def rule_meaning(name: str, lang: str) -> str:
    """What a rule means; rules of a year share one text."""
    rule, year = of_year(name)
    own = wording.has_text(f"rule.{name}")
    return wording.text(f"rule.{name if own else rule}", lang, year=year)


def of_year(name: str) -> tuple[str, str]:
    """The name of a rule, and the year it is of: annual_prefinancing and 2020; "" for one of no year."""
    found = _OF_YEAR.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


def rule_value(value: Any, unit: str, lang: str) -> str:
    """The value of a rule as a reader knows it."""
    if isinstance(value, bool):
        return wording.text("rule_value.yes" if value else "rule_value.no", lang)
    if value is None or value == () or (isinstance(value, float) and math.isnan(value)):
        return wording.text("rule_value.none", lang)
    if unit == "parts":
        return ", ".join(f"{part}/{sum(value)}" for part in value)
    if unit == "1":
        return share_form(value).text(value, lang)
    if unit == "date":
        return wording.date(pd.Timestamp(value), lang)
    return ", ".join(_word(part, lang) for part in (value if isinstance(value, tuple) else (value,)))


def share_form(value: float) -> wording.Form:
    """A share in per cent with the decimals it has, neither cut nor rounded."""
    return wording.Form(_share_decimals(value), percent=True)


def _share_decimals(value: float) -> int:
    return max(0, -int((Decimal(str(value)) * 100).normalize().as_tuple().exponent))


def _word(value: object, lang: str) -> str:
    for group in ("rule_value", "stage", "indicator_kind"):
        if wording.has_text(f"{group}.{value}"):
            return wording.text(f"{group}.{value}", lang)
    return str(value)
