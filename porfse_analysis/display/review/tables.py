"""Verdicts: performance framework, decommitment, claims of documents, and the rules behind them."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.cut import both_ends
from porfse_analysis.display.report import Report, made_once
from porfse_analysis.display.sources import numbered, source_line
from porfse_analysis.display.table import DATE, Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.claims import word_claims
from porfse_analysis.display.words.framework import (
    ratio_form,
    word_framework,
    word_indicators,
    word_ratio,
    word_would_change,
)
from porfse_analysis.display.words.indicators import indicator_name as wording_of
from porfse_analysis.display.words.indicators import region_category, unit_name
from porfse_analysis.display.words.rules import share_form, word_changes, word_rules
from porfse_analysis.indicators.result import has_note
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts import performance_framework as framework_rules
from porfse_analysis.verdicts.claim_figures import ABOUT
from porfse_analysis.verdicts.rules import CONFIRMED, rules_of, rules_table

__all__ = [
    "claim_verdicts",
    "framework",
    "framework_indicators",
    "framework_rows",
    "indicator_name",
    "indicator_rows",
    "judged",
    "place",
    "rules",
    "short_place",
    "status",
    "told_name",
]

Against = Literal["milestone", "target"]


# --- performance framework ---


@made_once(worded=False)
def judged(report: Report, against: Against) -> list[framework_rules.Judged]:
    """The programme with its verdicts and the indicators behind them, at the cutoff."""
    data = report.programme
    tables = (data.achievements, data.finance, data.targets, data.axes)
    return list(framework_rules.judged(*tables, against=against, cutoff=report.cutoff, rules=report.rules))


@made_once(worded=False)
def framework_rows(report: Report, against: Against = "milestone") -> pd.DataFrame:
    """The verdict on each axis at the cutoff."""
    return framework_rules.axis_frame(judged(report, against))


@made_once(worded=False)
def indicator_rows(report: Report, against: Against = "milestone") -> pd.DataFrame:
    """The indicators behind the verdicts at the cutoff."""
    return framework_rules.indicator_frame(judged(report, against))


def place(row: Any, report: Report, among: pd.DataFrame | None = None) -> str:
    """The axis, with what tells it apart `among` the rows it stands in (see `short_place`)."""
    label = cells.axis_label(report)(row)
    apart = _apart(row, among, report.lang)
    return report.text("axis.part", axis=label, part=", ".join(apart)) if apart else label


def short_place(row: Any, lang: str, among: pd.DataFrame | None = None) -> str:
    """The code of the axis, with its fund and category of region where `among` the rows the axis has several.

    A fund that is not the one of the regions' programmes is named in any case.
    """
    return " ".join([str(row["axis"]), *_apart(row, among, lang)])


def _apart(row: Any, among: pd.DataFrame | None, lang: str) -> list[str]:
    rows = None if among is None else among[among["axis"] == row["axis"]]

    def several(name: str) -> bool:
        return rows is not None and rows[name].nunique() > 1

    fund = several("fund") or row["fund"] not in ("", "ESF")
    region = region_category(row["region_category"], lang) if several("region_category") else ""
    return [part for part in (row["fund"] if fund else "", region) if part]


def status(row: pd.Series, report: Report) -> str:
    """The status of an axis in words."""
    if row["status"] == "undetermined":
        best, worst = (report.text(f"framework_status.{row[f'{case}_case']}") for case in ("best", "worst"))
        return report.text("framework_status.undetermined", best=best, worst=worst)
    if row["status"] == "not_assessed" and has_note(row["note"], "technical_assistance"):
        return report.text("framework_status.outside")
    return report.text(f"framework_status.{row['status']}{'_by_derogation' if row['by_derogation'] else ''}")


def framework(report: Report, against: Against = "milestone") -> Table:
    """Did each axis reach its milestones or targets, and what is at stake."""
    rows = framework_rows(report, against)
    rows["reason"] = word_framework(rows, indicator_rows(report, against), report.lang)
    final, assessed = against == "target", bool((rows["n"] > 0).any())
    if final and not assessed:
        rows = rows.iloc[:0]  # the milestones above say already what is missing
    at_stake = rows["reserve_source"].isin(["plan", "estimate", "not_available"]).any()
    label = report.text("column.reserve")

    def reserve(row: pd.Series) -> str:
        if pd.isna(row["reserve_eur"]):
            return report.text("missing.short")
        amount = wording.number(row["reserve_eur"], report.lang, decimals=2)
        return report.text("framework.estimated", amount=amount) if row["reserve_source"] == "estimate" else amount

    cell = Typed(
        reserve,
        lambda row: row["reserve_eur"],
        lambda row: wording.Form(2).pattern(row["reserve_eur"], report.lang),
        report.text("download.as_number", label=label),
    )
    notes = [*(cells.missing_note(report, rows["reserve_eur"]) if at_stake else ())]
    if (rows["n"] > 0).any():
        places = [short_place(row, report.lang, rows) for _, row in rows.iterrows()]
        changes = word_would_change(rows, places, report.lang)
        notes += changes or [report.text("framework.would_not_change")]
    data = report.programme
    used = pd.concat([table["source"].astype("str") for table in (data.finance, data.achievements, data.targets)])
    return Table(
        f"framework_{against}",
        report.text(f"table.framework_{against}", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: place(row, report, rows)),
            Column("status", report.text("column.status"), write=lambda row: status(row, report)),
            *([Column("reserve_eur", label, "figure", write=cell)] if at_stake else []),
            # without any indicator one line above says why
            *([Column("reason", report.text("column.why"))] if assessed else []),
        ],
        notes,
        source=source_line(used.unique(), report),
        empty=report.text("empty.framework_final") if final else report.text("empty.framework"),
        lang=report.lang,
    )


def indicator_name(row: pd.Series, lang: str) -> str:
    """Code and name of an indicator of the framework."""
    code, kind = row["indicator_code"], row["indicator_type"]
    name = wording_of(code, kind, lang)
    return wording.text("indicator.named", lang, code=code, name=name) if name else str(code or kind)


def told_name(row: pd.Series, lang: str) -> str:
    """`indicator_name`; of a code that only the programme knows, its kind too, where no column tells it."""
    code, name = row["indicator_code"], indicator_name(row, lang)
    if not code or name != code or not row["kind"]:
        return name
    return wording.text("indicator.typed", lang, code=code, type=wording.text(f"indicator_kind.{row['kind']}", lang))


def framework_indicators(report: Report, against: Against = "milestone") -> Table:
    """Every indicator of the framework with its value, its milestone or target and the ratio."""
    rows = indicator_rows(report, against)
    tested = report.rules.tested
    if not tested:  # a result has no milestone: there is nothing to set it against
        rows = rows[rows["target"].notna()].reset_index(drop=True)
    rows["detail"] = word_indicators(rows, report.lang)

    def kind(row: pd.Series) -> str:
        return report.text(f"indicator_kind.{row['kind']}") if row["kind"] else report.text("missing.short")

    def known(row: pd.Series) -> float:
        return float(row["ratio"]) if row["ratio_at_least"] == row["ratio_at_most"] else math.nan

    def ratio(row: pd.Series) -> str:
        return word_ratio(row, report.lang, rules=report.rules) or report.text("missing.short")

    def pattern(row: pd.Series) -> str:
        return ratio_form(report.rules).pattern(row["ratio"], report.lang)

    # a ratio may be known between limits: the text goes as it reads here, and beside it the number
    label = report.text("column.ratio")
    cut = Typed(ratio, known, pattern, report.text("download.as_number", label=label))

    goal = "milestone" if against == "milestone" else "target"
    return Table(
        f"framework_indicators_{against}",
        report.text(f"table.framework_indicators_{against}", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: _followed_place(row, report, rows)),
            Column("indicator", report.text("column.indicator"), write=lambda row: indicator_name(row, report.lang)),
            Column("kind", report.text("column.kind"), write=kind),
            Column("value", report.text("column.value"), "figure", write=cells.count(report, "value")),
            Column("target", report.text(f"column.{goal}"), "figure", write=cells.count(report, "target")),
            Column("unit", report.text("column.unit"), write=lambda row: unit_name(row["unit"], report.lang)),
            Column("ratio", label, "figure", write=cut),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
            Column("detail", report.text("column.note")),
            Column("source", report.text("column.source"), write=cells.reference(report)),
        ],
        [
            *([report.text("table.framework_note")] if tested else ()),
            *cells.missing_note(report, rows["value"], rows["ratio"]),
        ],
        source=source_line([*rows["source"], *rows["target_source"]], report),
        empty=report.text(f"empty.{_NONE[against] if tested else 'followed'}"),
        matters=both_ends(rows["ratio"]),
        lang=report.lang,
    )


_NONE = {"milestone": "framework_indicators", "target": "framework_final"}


def _followed_place(row: pd.Series, report: Report, among: pd.DataFrame) -> str:
    """The axis of an indicator, and its specific objective where each is followed on its own."""
    if report.rules.tested:
        return short_place(row, report.lang, among)
    whole = report.text("axis.all") if row["axis"] == ALL else short_place(row, report.lang, among)
    return " ".join(filter(None, (whole, row["investment_priority"])))


# --- claims and rules ---


def claim_verdicts(report: Report) -> Table:
    """Each claim of a document and its verdict: first what the data decide, then what they leave open."""
    order = {"contradicted": 0, "confirmed": 1, "compatible": 2, "not_verifiable": 3}
    verdicts = report.verdicts.sort_values("verdict", key=lambda verdict: verdict.map(order), kind="stable")
    rows = word_claims(verdicts, report.programme.claims, report.lang, sources=numbered(report))
    rows["source"] = verdicts["source"]
    return Table(
        "claim_verdicts",
        report.text("table.claim_verdicts", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("claim", report.text("column.claim"), "head"),
            Column("verdict", report.text("column.verdict")),
            Column("why", report.text("column.why")),
            Column("source", report.text("column.source"), write=cells.reference(report)),
        ],
        [report.text("table.claim_note", about=wording.rate(float(ABOUT), report.lang, decimals=0))],
        source=source_line([*report.verdicts["source"], *report.verdicts["data_source"]], report),
        empty=report.text("empty.claim_verdicts"),
        lang=report.lang,
    )


def rules(report: Report) -> Table:
    """Every parameter of the rules of the programme's period; which of them can be read in another way."""
    applied = rules_of(report.programme.cci, report.rules)
    if applied is None:
        empty = report.text("empty.rules")
        return Table(
            "rules_applied", empty, pd.DataFrame(columns=["rule"]), [Column("rule", "")], empty=empty, lang=report.lang
        )
    held = rules_table(applied)
    # a spreadsheet gets the value itself; beside it stands what is read
    rows = word_rules(held, report.lang).assign(held=held["value"], unit=held["unit"])
    # most are confirmed: the others stand out
    rows["status"] = rows["status"].mask(held["status"] == CONFIRMED, "")

    def typed(row: pd.Series) -> object:
        known = isinstance(row["held"], int | float) and not isinstance(row["held"], bool) and not pd.isna(row["held"])
        if row["unit"] == "date" and row["held"]:
            return pd.Timestamp(row["held"])
        return row["held"] if known else row["value"]

    def pattern(row: pd.Series) -> str:
        if row["unit"] == "date":
            return DATE
        return share_form(row["held"]).pattern(row["held"], report.lang) if row["unit"] == "1" else "General"

    return Table(
        "rules_applied",
        report.text("table.rules", period=applied.period),
        rows,
        [
            Column("rule", report.text("column.rule"), "head"),
            Column(
                "value", report.text("column.rule_value"), write=Typed(lambda row: str(row["value"]), typed, pattern)
            ),
            Column("status", report.text("column.rule_status")),
            Column("source", report.text("column.legal")),
        ],
        [
            report.text("table.rules_note", count=(rows["status"] == report.text("rule_status.unconfirmed")).sum()),
            *word_changes(report.rule_changes, report.lang),
        ],
        lang=report.lang,
        whole=True,
    )
