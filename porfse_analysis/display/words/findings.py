"""Findings of the checks in words."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from porfse_analysis.display.words import wording
from porfse_analysis.display.words.indicators import region_category
from porfse_analysis.display.words.periods import period_words

__all__ = ["word_findings"]


def word_findings(findings: pd.DataFrame, lang: str, *, sources: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Findings in words; `sources` gives what to call each source (default: its identifier).

    Returns one row per finding: severity, cutoff (date), axis, where, expected, found, message, all as text in `lang`.
    """
    rows = [_word_finding(row, lang, sources or {}) for row in findings.to_dict("records")]
    columns = ["severity", "cutoff", "axis", "where", "expected", "found", "message"]
    return pd.DataFrame(rows, columns=columns, index=findings.index)


def _word_finding(row: Mapping[Hashable, Any], lang: str, sources: Mapping[str, str]) -> dict[str, str]:
    check, reason, unit = row["check"], row["reason"], row["unit"]
    figure, source, other = row["figure"], *(_documents(row[name], sources) for name in ("source", "other_source"))
    stage, *parts = figure.split(", ")
    if wording.has_text(f"stage.{stage}"):
        figure = wording.text(f"stage.{stage}", lang)
        figure += f" ({', '.join(region_category(part, lang) for part in parts)})" if parts else ""
    elif wording.has_text(f"indicator_title.{figure}"):
        figure = wording.indicator_title(figure, lang)
    bounds = {"expected": row["expected_bound"], "found": row["found_bound"]}
    # of a rate the reference is the unit of the last digit printed
    digits = wording.rate_decimals(row["reference"] if unit == "1" else None)
    names = ("expected", "found", "reference")
    shown = {name: _figure(row[name], unit, lang, bounds.get(name, ""), digits) for name in names}
    axis = wording.text("axis.all", lang) if row["axis"] == "ALL" else wording.text("axis.code", lang, axis=row["axis"])
    values = {
        **shown,
        "figure": figure,
        "axis": axis,
        "cutoff": _day(row["cutoff"], lang),
        "compared_with": _day(row["compared_with"], lang),
        "source": source,
        "other_source": other,
        "whole": reason,
    }
    ratio = row["found"] / row["expected"] if row["expected"] else math.nan
    values["ratio"] = "" if math.isnan(ratio) else wording.rate(ratio, lang)
    earlier = row["found"] / row["reference"] if row["reference"] else math.nan
    values["reference_ratio"] = "" if math.isnan(earlier) else wording.rate(earlier, lang)
    key = f"finding.{check}_{reason}" if wording.has_text(f"finding.{check}_{reason}") else f"finding.{check}"
    counted = {"target": row["found"], "targets": row["reference"], "series": row["found"]}.get(unit, math.nan)
    if not math.isnan(counted):
        values["count"] = int(counted)
    return {
        "severity": wording.text(f"severity.{row['severity']}", lang),
        "cutoff": values["cutoff"],
        "axis": axis,
        "where": wording.text("finding.where", lang, source=source, figure=figure) if figure else source,
        "expected": shown["expected"],
        "found": shown["found"],
        "message": wording.text(key, lang, **period_words([row["programme"]], lang) | values),
    }


def _documents(identifiers: str, sources: Mapping[str, str]) -> str:
    """What to call the documents that a figure is of."""
    return "; ".join(sources.get(name, name) for name in identifiers.split(";"))


def _day(value: pd.Timestamp, lang: str) -> str:
    return "" if pd.isna(value) else wording.date(value, lang)


def _figure(value: float, unit: str, lang: str, bound: str, decimals: int) -> str:
    if math.isnan(value):
        return ""
    if unit == "1":
        return wording.rate(value, lang, decimals=decimals, bound=bound)
    if unit == "fraction":
        return wording.every_decimal(value, lang)
    form = wording.Form(2, unit="euro") if unit == "EUR" else wording.COUNT
    return replace(form, bound=bound).text(value, lang)
