"""The verdicts on claims in words: what was stated, what came out, why, and what would be needed."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.schema import ALL

__all__ = ["word_claims"]

_KIND = re.compile(r"(.+)_milestones_\w+")
_MILESTONES = re.compile(r"(?:^|_)milestones_")


def word_claims(
    checked: pd.DataFrame, claims: pd.DataFrame, lang: str, *, sources: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Verdicts of `check_claims` in words; `claims` is the table they were made from.

    `sources` gives what to call each source (default: its identifier). Returns one row per claim: claim, axis, cutoff,
    stated, verdict, why, needs, all as text in `lang`.
    """
    texts = {row["claim"]: wording.in_language(row, "text", lang) for row in claims.to_dict("records")}
    rows = [_word(row, texts, lang, sources or {}) for row in checked.to_dict("records")]
    columns = ["claim", "axis", "cutoff", "stated", "verdict", "why", "needs"]
    return pd.DataFrame(rows, columns=columns, index=checked.index)


def _word(
    row: Mapping[Hashable, Any], texts: Mapping[str, str], lang: str, sources: Mapping[str, str]
) -> dict[str, str]:
    values = period_words([str(row["programme"])], lang) | _values(row, lang, sources)
    why = [wording.text(f"claim_reason.{row['reason']}", lang, **values)]
    if values["next"] and "next_date" not in _asked(f"claim_reason.{row['reason']}") and row["next"] != row["found"]:
        why.append(wording.text("claim.next", lang, **values))
    if values["own_value"] and row["verdict"] == "not_verifiable":
        why.append(wording.text("claim.own", lang, **values))
    if row["note"]:
        why.append(wording.text(f"claim.{row['note']}", lang, **values))
    if _counts_unknown(row):
        why.append(wording.text("claim.counts_unknown", lang))
    needs = [wording.text(f"claim_need.{code}", lang, **values) for code in row["needs"].split(";") if code]
    derived = row["quantity"] == "allocation_sum"
    return {
        "claim": wording.text("claim.allocation_sum", lang) if derived else texts.get(row["claim"], row["claim"]),
        "axis": wording.text("axis.all", lang) if row["axis"] == ALL else row["axis"],
        "cutoff": values["cutoff"],
        "stated": values["claimed"],
        "verdict": wording.text(f"verdict.{row['verdict']}", lang),
        "why": " ".join(why),
        "needs": "; ".join(needs),
    }


def _asked(key: str) -> str:
    group, name = key.split(".", 1)
    return str({lang: wording.texts(group, lang).get(name) for lang in wording.LANGUAGES})


def _values(row: Mapping[Hashable, Any], lang: str, sources: Mapping[str, str]) -> dict[str, str]:
    """Everything a reason or a need can name, as text."""
    money = row["unit"] == "EUR" or row["quantity"].startswith("decommitment_target")
    unit = "EUR" if money else row["unit"]
    bounds = {"found": row["found_bound"], "next": row["next_bound"], "own_value": row["own_bound"]}
    figures = ("found", "next", "reference", "other_reference", "own_value")
    # a share with the digits of the one it is held against, one at least
    digits = max(1, wording.rate_decimals(row["precision"]))
    values = {name: _figure(row[name], unit, lang, bounds.get(name, ""), digits) for name in figures}
    ranges = {
        "found_range": _range(row["found"], row["found_at_most"], lang),
        "other_range": _range(row["other_reference"], row["other_reference_at_most"], lang),
    }
    stated = ""
    if not pd.isna(row["claimed"]):
        stated = wording.published(
            row["claimed"], lang, qualifier=row["qualifier"], unit=row["unit"], precision=row["precision"]
        )
    kind = _KIND.fullmatch(row["quantity"])
    of_kind = wording.text("claim_need.any_kind", lang)
    if kind and wording.has_text(f"indicator_kind.{kind[1]}"):
        of_kind = wording.text("claim_need.of_kind", lang, kind=wording.text(f"indicator_kind.{kind[1]}", lang))
    named = "".join(sources.get(name, f"[{name}]") for name in row["data_source"].split(";") if name)
    place = wording.text("axis.all", lang)
    place = place if row["axis"] == ALL else wording.text("axis.code", lang, axis=row["axis"])
    return (
        values
        | ranges
        | {
            "claimed": stated,
            "place": place,
            "measure": row["quantity"].removeprefix("recipients_"),
            "quantity": _quantity(row["quantity"], lang),
            "found_quantity": _quantity(row["found_quantity"], lang),
            "stage": row["quantity"],
            "kind": of_kind,
            "axis": row["axis"],
            "explained_by": row["explained_by"],
            "cutoff": _day(row["cutoff"], lang),
            "data_date": _day(row["data_date"], lang),
            "next_date": _day(row["next_date"], lang),
            "data_source": named,
        }
    )


def _quantity(name: str, lang: str) -> str:
    if wording.has_text(f"claim.{name}"):  # women_share, recipients
        return wording.text(f"claim.{name}", lang)
    if wording.has_text(f"indicator_title.{name}"):
        return wording.indicator_title(name, lang)
    return wording.text(f"stage.{name}", lang) if wording.has_text(f"stage.{name}") else name


def _day(value: pd.Timestamp, lang: str) -> str:
    return "" if pd.isna(value) else wording.date(value, lang)


def _figure(value: float, unit: str, lang: str, bound: str, decimals: int) -> str:
    if pd.isna(value):
        return ""
    if unit == "EUR":
        return wording.Form(2, unit="euro", bound=bound).text(value, lang)
    if unit == "1":
        return wording.rate(value, lang, decimals=decimals, bound=bound)
    return wording.count(value, lang, bound=bound)


def _counts_unknown(row: Mapping[Hashable, Any]) -> bool:
    """Whether how many indicators are at their milestone or threshold is known only within limits."""
    pairs = (("found", "found_at_most"), ("other_reference", "other_reference_at_most"))
    return bool(_MILESTONES.search(row["quantity"])) and any(_between(row[least], row[most]) for least, most in pairs)


def _range(least: float, most: float, lang: str) -> str:
    """A count, or the least and the most it can be."""
    if pd.isna(least):
        return ""
    low = wording.count(least, lang)
    return (
        wording.text("claim.between", lang, low=low, high=wording.count(most, lang)) if _between(least, most) else low
    )


def _between(least: float, most: float) -> bool:
    return bool(pd.notna(least) and pd.notna(most) and least < most)
