"""The performance framework in words: why a status is what it is, and what stands in the way of a ratio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.display.words.indicators import unit_name
from porfse_analysis.display.words.periods import period_words
from porfse_analysis.indicators.result import split_note
from porfse_analysis.schema import TARGET_KINDS
from porfse_analysis.verdicts.exact import canonical_unit
from porfse_analysis.verdicts.rules import WITH_TEST, Rules

__all__ = [
    "indicator_label",
    "ratio_form",
    "word_framework",
    "word_indicators",
    "word_ratio",
    "word_status",
    "word_would_change",
]

Row = Mapping[Any, Any] | pd.Series

_KEY = ["programme", "axis", "fund", "region_category"]
_NOT_ASSESSED = ("no_rules", "no_test", "whole_programme", "technical_assistance", "no_framework", "step_left_out")


def word_framework(
    verdicts: pd.DataFrame, indicators: pd.DataFrame, lang: str, *, rules: Rules = WITH_TEST
) -> pd.Series:
    """Why each row of `performance_framework` has its status; `indicators`: the rows of `framework_indicators`.

    Returns a text in `lang` for each row, with its index. `rules` are those the verdicts were made by.
    """
    column = [name if name in rules.assessed_by else "" for name in _KEY[2:]]
    texts = []
    for verdict in verdicts.to_dict("records"):
        own = indicators
        for name in [*_KEY[:2], *filter(None, column)]:
            own = own[own[name] == verdict[name]]
        texts.append(" ".join(_sentences(verdict, own.to_dict("records"), lang, rules)))
    return pd.Series(texts, index=verdicts.index, dtype="str")


def word_indicators(indicators: pd.DataFrame, lang: str) -> pd.Series:
    """What is to be said of each row of `framework_indicators` beside its date, in `lang`; index of the frame."""
    texts = ["; ".join(_details(row, lang, leave_out="older_figure")) for _, row in indicators.iterrows()]
    return pd.Series(texts, index=indicators.index, dtype="str")


def word_ratio(row: Row, lang: str, *, rules: Rules = WITH_TEST) -> str:
    """The ratio of an indicator: itself, the limits it lies between, or empty where nothing is known of it.

    Near a threshold of the rules it reads as what it is.
    """
    if pd.isna(row["ratio"]):
        return ""
    form = ratio_form(rules)
    least, most = row["ratio_at_least"], row["ratio_at_most"]
    if least == most or "older_share" in split_note(row["note"]):
        return form.text(row["ratio"], lang)
    at_least, at_most = (form.text(value, lang) if value < float("inf") else "" for value in (least, most))
    if not at_most:
        return wording.text("framework.at_least", lang, ratio=at_least)
    return wording.text("framework.between", lang, ratio=at_least, upper=at_most)


def ratio_form(rules: Rules) -> wording.Form:
    """A ratio of the framework: up to two decimals, more where it would read as a threshold it is not."""
    return wording.Form(2, optional=True, percent=True, thresholds=rules.thresholds)


def word_would_change(verdicts: pd.DataFrame, places: Sequence[str], lang: str) -> list[str]:
    """Which verdicts another reading of an unconfirmed rule would change: one line a reading.

    `places`: what to call the row of each verdict.
    """
    changes: dict[str, list[str]] = {}
    for place, text in zip(places, verdicts["would_change"], strict=True):
        for change in split_note(text):
            rule, status = change.split("=")
            said = wording.text("framework.changed_to", lang, place=place, status=word_status(status, lang))
            changes.setdefault(rule, []).append(said)
    return [
        wording.text(f"framework.would_change_{rule}", lang, places=wording.list_of(said, lang))
        for rule, said in changes.items()
    ]


def _sentences(verdict: Row, indicators: list[dict[Any, Any]], lang: str, rules: Rules) -> list[str]:
    notes = split_note(verdict["note"])

    def say(key: str, **values: Any) -> str:
        return wording.text(f"framework.{key}", lang, **values)

    if verdict["status"] == "not_assessed":
        code = next((code for code in _NOT_ASSESSED if code in notes), "step_left_out")
        return [wording.text(f"framework_why.{code}", lang)]
    goal = say(f"goal_{verdict['against']}", year=verdict["assessed_at"].year)
    sentences = _grounds(verdict, lang, rules, goal)
    when = wording.long_date(verdict["assessed_at"], lang)
    if verdict["status"] != "undetermined":
        if any(row["state"] in ("not_evaluable", "bounded") for row in indicators):
            sentences.append(say("settled"))
        if "older_figure" in notes:
            sentences.append(say("older_settled", date=when))
    elif "older_figure" in notes:
        sentences.append(say("older_open", date=when))
    if "preview" in notes:
        sentences.append(say("preview", date=wording.long_date(verdict["cutoff"], lang), assessed=when))
    figures = "; ".join(_figure(row, lang, rules) for row in indicators)
    sentences.append(say("figures", figures=figures))
    sentences.append(_reserve(verdict, lang, rules))
    return sentences


def _grounds(verdict: Row, lang: str, rules: Rules, goal: str) -> list[str]:
    """What the two tests found."""
    high, middle, low = (
        wording.percentage(share, lang) for share in (rules.achieved_from, rules.derogation_from, rules.serious_below)
    )
    n, m, needed = verdict["n"], verdict["m"], verdict["failures_needed"]
    below, failing = (_names(verdict[name], lang) for name in ("below", "failing"))

    def say(key: str, **values: Any) -> str:
        return wording.text(f"framework.{key}", lang, **values)

    if verdict["status"] == "undetermined":
        cases = {name: word_status(verdict[f"{name}_case"], lang) for name in ("best", "worst")}
        if not verdict["readings"]:
            return [say("cases", **cases)]
        told = dict(part.split("=") for part in split_note(verdict["readings"]))
        said = {reading: word_status(status, lang) for reading, status in told.items()}
        return [
            say("readings", n=n, m=m, **said),
            *([say("cases", **cases)] if "undetermined" in told.values() else []),
        ]
    if verdict["status"] == "achieved":
        if not verdict["by_derogation"]:
            return [say("all", count=n, high=high, goal=goal)]
        least, few = rules.derogation_min_indicators, len(below)
        names = wording.list_of(below, lang)
        values = {"high": high, "middle": middle, "goal": goal, "n": n, "least": least, "others": n - few}
        return [say("derogation", names=names, **values) if few else say("derogation_open", **values)]
    if verdict["status"] == "serious_failure":
        return [say("failing", names=wording.list_of(failing, lang), low=low, goal=goal, count=needed)]
    parts = [say("below", names=wording.list_of(below, lang), high=high, goal=goal)] if below else []
    if n < rules.derogation_min_indicators:
        parts.append(say("too_few", least=rules.derogation_min_indicators, count=n))
    else:
        parts.append(say("too_many", count=rules.derogation_max_below, high=high, middle=middle))
    found = {"found": len(failing), "needed": needed, "low": low}
    return [*parts, say("not_failing", count=m, **found) if m else say("no_serious_set")]


def _names(joined: str, lang: str) -> list[str]:
    """The indicators named in a verdict; one without a code goes by its kind."""
    return [
        wording.text(f"indicator_kind.{name}", lang) if name in TARGET_KINDS else name for name in split_note(joined)
    ]


def indicator_label(row: Row, lang: str) -> str:
    """What to call an indicator in few letters: its code, else its type, else its kind in words."""
    return "".join(_names(row["indicator_code"] or row["indicator_type"] or row["kind"], lang))


def word_status(status: str, lang: str) -> str:
    """A status in a few words; one that is not decided is open, whatever it may be."""
    key = "framework.open_status" if status == "undetermined" else f"framework_status.{status}"
    return wording.text(key, lang)


def _figure(row: Row, lang: str, rules: Rules) -> str:
    name = indicator_label(row, lang)
    details = _details(row, lang)
    if row["kind"] == "result" and "result" in rules.serious_excludes:
        details.append(wording.text("framework.result", lang))
    values = {"name": name, "detail": "; ".join(details)}
    if row["state"] in ("not_evaluable", "left_out", "milestone_zero"):
        return wording.text("framework.figure_unknown", lang, **values)
    values |= {"ratio": word_ratio(row, lang, rules=rules)}
    values |= {name: _amount(row[name], row["unit"], lang) for name in ("value", "target")}
    return wording.text("framework.figure_noted" if details else "framework.figure", lang, **values)


def _amount(value: float, unit: str, lang: str) -> str:
    """A value or target with its unit: euro to the cent, a count with the decimals it has."""
    kind = canonical_unit(unit)
    if kind == "eur":
        return wording.amount(value, lang)
    figure = wording.count(value, lang)
    return (
        figure
        if kind in ("number", "")
        else wording.text("framework.of_unit", lang, figure=figure, unit=unit_name(unit, lang))
    )


def _details(row: Row, lang: str, leave_out: str = "") -> list[str]:
    """The notes of an indicator, each in a few words."""
    unknown = wording.text("framework.no_unit", lang)
    values = {
        **period_words([row["programme"]], lang),
        "date": "" if pd.isna(row["data_date"]) else wording.long_date(row["data_date"], lang),
        "target_unit": unit_name(row["target_unit"], lang) or unknown,
        "value_unit": unit_name(row["value_unit"], lang) or unknown,
    }
    # an older share says more than an older figure
    codes = split_note(row["note"])
    codes = [code for code in codes if code != ("older_figure" if "older_share" in codes else leave_out)]
    return [wording.text(f"framework_note.{code}", lang, **values) for code in codes]


def _reserve(verdict: Row, lang: str, rules: Rules) -> str:
    return wording.text(
        f"framework_reserve.{verdict['reserve_source']}",
        lang,
        amount="" if pd.isna(verdict["reserve_eur"]) else wording.amount(verdict["reserve_eur"], lang),
        share=wording.percentage(rules.reserve_share, lang),
        min=wording.percentage(rules.reserve_share_min, lang),
        max=wording.percentage(rules.reserve_share_max, lang),
        year=pd.Timestamp(rules.reserve_decided_by).year,
    )
