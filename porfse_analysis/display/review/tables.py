"""Verdicts: performance framework, decommitment, claims of documents, and the rules behind them."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.report import Report
from porfse_analysis.display.sources import numbered, source_line
from porfse_analysis.display.table import DATE, Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.claims import word_claims
from porfse_analysis.display.words.framework import word_framework, word_indicators, word_ratio, word_would_change
from porfse_analysis.verdicts import decommitment as n3
from porfse_analysis.verdicts import performance_framework as framework_rules
from porfse_analysis.verdicts.claims import ABOUT
from porfse_analysis.verdicts.rules import RULES, rules_table

__all__ = [
    "calendar",
    "calendar_reasons",
    "claim_verdicts",
    "framework",
    "framework_indicators",
    "framework_rows",
    "indicator_name",
    "indicator_rows",
    "next_deadline",
    "payment_applications",
    "place",
    "rules",
    "short_place",
    "status",
]

Against = Literal["milestone", "target"]
_RULES = RULES["2014-2020"]


# --- performance framework ---


def framework_rows(report: Report, against: Against = "milestone") -> pd.DataFrame:
    """The verdict on each axis at the cutoff."""
    data = report.programme
    return framework_rules.performance_framework(
        data.achievements, data.finance, data.targets, against=against, cutoff=_iso(report), axes=data.axes
    )


def indicator_rows(report: Report, against: Against = "milestone") -> pd.DataFrame:
    """The indicators behind the verdicts at the cutoff."""
    data = report.programme
    return framework_rules.framework_indicators(
        data.achievements, data.finance, data.targets, against=against, cutoff=_iso(report), axes=data.axes
    )


def _iso(report: Report) -> str:
    return report.cutoff.date().isoformat()


def place(row: Any, report: Report, among: pd.DataFrame | None = None) -> str:
    """The axis, with what tells it apart `among` the rows it stands in (see `short_place`)."""
    label = cells.axis_label(report)(row)
    apart = _apart(row, among)
    return report.text("axis.part", axis=label, part=", ".join(apart)) if apart else label


def short_place(row: Any, among: pd.DataFrame | None = None) -> str:
    """The code of the axis, with its fund and category of region where `among` the rows the axis has several.

    A fund that is not the one of the regions' programmes is named in any case.
    """
    return " ".join([str(row["axis"]), *_apart(row, among)])


def _apart(row: Any, among: pd.DataFrame | None) -> list[str]:
    rows = None if among is None else among[among["axis"] == row["axis"]]

    def several(name: str) -> bool:
        return rows is not None and rows[name].nunique() > 1

    fund = several("fund") or row["fund"] not in ("", "ESF")
    return [row[name] for name, told in (("fund", fund), ("region_category", several("region_category"))) if told]


def status(row: pd.Series, report: Report) -> str:
    """The status of an axis in words."""
    if row["status"] == "undetermined":
        best, worst = (report.text(f"framework_status.{row[f'{case}_case']}") for case in ("best", "worst"))
        return report.text("framework_status.undetermined", best=best, worst=worst)
    return report.text(f"framework_status.{row['status']}{'_by_derogation' if row['by_derogation'] else ''}")


def framework(report: Report, against: Against = "milestone") -> Table:
    """Did each axis reach its milestones or targets, and what is at stake."""
    rows = framework_rows(report, against)
    rows["reason"] = word_framework(rows, indicator_rows(report, against), report.lang)
    final = against == "target"
    if final and (rows["n"] == 0).all():
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
        lambda row: "#,##0.00",
        report.text("download.as_number", label=label),
    )
    notes = [*(cells.missing_note(report, rows["reserve_eur"]) if at_stake else ())]
    if (rows["n"] > 0).any():
        places = [short_place(row, rows) for _, row in rows.iterrows()]
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
            Column("reason", report.text("column.why")),
        ],
        notes,
        source=source_line(used.unique(), report),
        empty=report.text("empty.framework_final") if final else report.text("empty.framework"),
    )


def indicator_name(row: pd.Series, lang: str) -> str:
    """Code and name of an indicator of the framework."""
    code = row["indicator_code"]
    if wording.has_text(f"indicator.{code}"):
        name = wording.text(f"indicator.{code}", lang)
        return wording.text("indicator.named", lang, code=code, name=name)
    return str(code or row["indicator_type"])


def framework_indicators(report: Report, against: Against = "milestone") -> Table:
    """Every indicator of the framework with its value, its milestone or target and the ratio."""
    rows = indicator_rows(report, against)
    rows["detail"] = word_indicators(rows, report.lang)

    def kind(row: pd.Series) -> str:
        return report.text(f"indicator_kind.{row['kind']}") if row["kind"] else report.text("missing.short")

    def known(row: pd.Series) -> float:
        return float(row["ratio"]) if row["ratio_at_least"] == row["ratio_at_most"] else math.nan

    def ratio(row: pd.Series) -> str:
        return word_ratio(row, report.lang) or report.text("missing.short")

    # a spreadsheet only rounds: the ratio goes as it reads here, and beside it with every digit
    label = report.text("column.ratio")
    cut = Typed(ratio, known, lambda row: "General", report.text("download.as_number", label=label))

    goal = "milestone" if against == "milestone" else "target"
    return Table(
        f"framework_indicators_{against}",
        report.text(f"table.framework_indicators_{against}", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: short_place(row, rows)),
            Column("indicator", report.text("column.indicator"), write=lambda row: indicator_name(row, report.lang)),
            Column("kind", report.text("column.kind"), write=kind),
            Column("value", report.text("column.value"), "figure", write=cells.count(report, "value")),
            Column("target", report.text(f"column.{goal}"), "figure", write=cells.count(report, "target")),
            Column("unit", report.text("column.unit")),
            Column("ratio", label, "figure", write=cut),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
            Column("detail", report.text("column.note")),
            Column("source", report.text("column.source"), write=cells.reference(report)),
        ],
        [report.text("table.framework_note"), *cells.missing_note(report, rows["value"], rows["ratio"])],
        source=source_line([*rows["source"], *rows["target_source"]], report),
        empty=report.text("empty.framework_indicators")
        if against == "milestone"
        else report.text("empty.framework_indicators_final"),
    )


# --- decommitment ---


def calendar(report: Report) -> Table:
    """The deadlines of the decommitment rule, what is to be covered and what covers it."""
    # nothing is lost or spared where the last commitment is settled at closure
    rows = report.deadlines.assign(gap_eu=lambda frame: frame["surplus_eu"] - frame["risk_eu"])

    def gap(row: pd.Series) -> str:
        if pd.isna(row["gap_eu"]):
            return report.text("missing.short")
        sign = "+" if row["gap_eu"] > 0 else "-" if row["gap_eu"] < 0 else ""
        figure = wording.million(abs(row["gap_eu"]), report.lang)
        return report.text("change.signed", sign=sign, figure=figure)

    signed = replace(cells.signed_million(report, "gap_eu"), write=gap)

    amounts = ("commitments_eu", "prefinancing_eu", "target_eu", "claims_eu")
    finance, plan = report.programme.finance, report.programme.eu_commitments
    used = [*finance["source"].astype("str").unique(), *plan["source"].astype("str").unique()]
    return Table(
        "calendar",
        report.text("table.calendar", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("year", report.text("column.deadline"), "head", write=cells.date(report, "deadline")),
            Column(
                "prefinancing",
                report.text("column.mode"),
                write=lambda row: report.text(f"prefinancing.{row['prefinancing']}"),
            ),
            *(
                Column(name, report.text(f"column.{name}"), "figure", write=cells.million(report, name))
                for name in amounts
            ),
            Column("gap_eu", report.text("column.gap_eu"), "figure", write=signed),
            Column(
                "status",
                report.text("column.status"),
                write=lambda row: report.text(f"decommitment_status.{row['status']}"),
            ),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
        ],
        [report.text("table.calendar_note"), *cells.missing_note(report, *(rows[name] for name in amounts))],
        source=source_line(used, report),
        empty=report.text("empty.calendar"),
    )


def calendar_reasons(report: Report) -> Table:
    """Why each deadline is as it is, and what to supply, with the pre-financing the rules count by default."""
    rows = report.deadlines
    # without a target every deadline says the same: the next one stands for all
    told = rows["target_eu"].notna() | (rows["year"] == next_deadline(report))
    rows = rows[told & (rows["prefinancing"] == _RULES.prefinancing_mode)].reset_index(drop=True)
    needs = f"needs_{report.lang}"
    used = report.programme.finance["source"].astype("str").unique()
    return Table(
        "calendar_reasons",
        report.text("table.calendar_reasons"),
        rows,
        [
            Column(
                "year",
                report.text("column.deadline"),
                "head",
                write=cells.date(report, "deadline"),
            ),
            Column(f"reason_{report.lang}", report.text("column.why")),
            *([Column(needs, report.text("column.needs"))] if rows[needs].any() else []),
        ],
        source=source_line(used, report),
        empty=report.text("empty.calendar"),
    )


def next_deadline(report: Report) -> int:
    """The year of the first deadline not before the cutoff, within the period."""
    first = _RULES.first_commitment_year + _RULES.years_to_cover
    return int(min(max(report.cutoff.year, first), _RULES.last_commitment_year + _RULES.years_to_cover))


def payment_applications(report: Report) -> Table:
    """What each axis has claimed for the next deadline."""
    year, data = next_deadline(report), report.programme
    rows = n3.decommitment_claims(data.eu_commitments, data.finance, year=year, cutoff=_iso(report))
    index = wording.LANGUAGES.index(report.lang)

    def notes(row: pd.Series) -> str:
        return "; ".join(n3.NOTES[code][index] for code in row["note"].split(";") if code)

    return Table(
        "payment_applications",
        report.text("table.payment_applications", year=year, date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: place(row, report, rows)),
            Column(
                "certified_eur",
                report.text("column.certified_eur"),
                "figure",
                write=cells.euro(report, "certified_eur"),
            ),
            Column("rate", report.text("column.eu_rate"), "figure", write=cells.rate(report, "rate")),
            Column(
                "eu_allocation_eur",
                report.text("column.eu_allocation"),
                "figure",
                write=cells.euro(report, "eu_allocation_eur"),
            ),
            Column("claims_eu", report.text("column.claims_eu"), "figure", write=cells.euro(report, "claims_eu")),
            Column("data_date", report.text("column.data_date"), write=cells.date(report)),
            Column("note", report.text("column.note"), write=notes),
            Column("source", report.text("column.source"), write=cells.reference(report)),
        ],
        cells.missing_note(report, rows["certified_eur"], rows["claims_eu"]),
        source=source_line([*rows["source"], *rows["allocation_source"]], report),
        empty=report.text("empty.payment_applications"),
    )


# --- claims and rules ---


def claim_verdicts(report: Report) -> Table:
    """Each claim of a document, its verdict, and what would be needed where there is none."""
    rows = word_claims(report.verdicts, report.programme.claims, report.lang, sources=numbered(report))
    rows["source"] = report.verdicts["source"]
    return Table(
        "claim_verdicts",
        report.text("table.claim_verdicts", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("claim", report.text("column.claim"), "head"),
            Column("verdict", report.text("column.verdict")),
            Column("why", report.text("column.why")),
            *([Column("needs", report.text("column.needs"))] if rows["needs"].any() else []),
            Column("source", report.text("column.source"), write=cells.reference(report)),
        ],
        [report.text("table.claim_note", about=wording.rate(float(ABOUT), report.lang, decimals=0))],
        source=source_line([*report.verdicts["source"], *report.verdicts["data_source"]], report),
        empty=report.text("empty.claim_verdicts"),
    )


def _word(value: object, report: Report) -> str:
    """A word of the rules as a reader knows it, where the catalogue has it."""
    for group in ("rule_value", "prefinancing", "stage", "indicator_kind"):
        if wording.has_text(f"{group}.{value}"):
            return report.text(f"{group}.{value}")
    return str(value)


def rules(report: Report) -> Table:
    """Every parameter of the rules, with what is not confirmed in plain sight."""
    rows = rules_table(_RULES)

    def value(row: pd.Series) -> str:
        held = row["value"]
        if isinstance(held, bool):
            return report.text("rule_value.yes" if held else "rule_value.no")
        if held is None or held == () or (isinstance(held, float) and math.isnan(held)):
            return report.text("rule_value.none")
        if row["unit"] == "1":
            return wording.rate(held, report.lang, decimals=digits(held))
        if row["unit"] == "date":
            return wording.date(pd.Timestamp(held), report.lang)
        return ", ".join(_word(part, report) for part in (held if isinstance(held, tuple) else (held,)))

    def digits(held: object) -> int:
        # the digits the rule has, neither cut nor rounded
        return max(0, -int((Decimal(str(held)) * 100).normalize().as_tuple().exponent))

    def typed(row: pd.Series) -> object:
        held = row["value"]
        known = isinstance(held, int | float | Decimal) and not isinstance(held, bool) and not math.isnan(held)
        if row["unit"] == "date" and held:
            return pd.Timestamp(held)
        return held if known else value(row)

    def pattern(row: pd.Series) -> str:
        if row["unit"] == "date":
            return DATE
        return f"{wording.number_pattern(digits(row['value']))}%" if row["unit"] == "1" else "General"

    return Table(
        "rules_applied",
        report.text("table.rules", period=_RULES.period),
        rows,
        [
            Column(f"meaning_{report.lang}", report.text("column.rule"), "head"),
            Column("value", report.text("column.rule_value"), write=Typed(value, typed, pattern)),
            Column(
                "status",
                report.text("column.rule_status"),
                write=lambda row: report.text(f"rule_status.{row['status']}"),
            ),
            Column(
                "source",
                report.text("column.legal"),
                write=lambda row: wording.citation(str(row["source"]), report.lang),
            ),
        ],
        [report.text("table.rules_note")],
    )
