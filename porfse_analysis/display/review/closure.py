"""The closure of a programme of 2014-2020: its final balance by axis, and the financial correction."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.age import is_old
from porfse_analysis.display.report import Report, made_once
from porfse_analysis.display.review.tables import judged, short_place
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.framework import word_status
from porfse_analysis.display.words.indicators import region_category
from porfse_analysis.indicators.result import split_note
from porfse_analysis.schema import ALL
from porfse_analysis.verdicts.closure import closure_balance
from porfse_analysis.verdicts.correction import correction_frame
from porfse_analysis.verdicts.rules import UNCONFIRMED, Rules

__all__ = ["balance", "balance_rows", "correction", "correction_rows"]


@made_once(worded=False)
def balance_rows(report: Report) -> pd.DataFrame:
    """The final balance on the figures known at the cutoff."""
    return _balance(report, report.rules)


def _balance(report: Report, rules: Rules) -> pd.DataFrame:
    data = report.programme
    return closure_balance(data.finance, data.eu_payments, cutoff=report.cutoff, rules=rules)


@made_once(worded=False)
def correction_rows(report: Report) -> pd.DataFrame:
    """The financial correction of each axis on the figures known at the cutoff."""
    return correction_frame(judged(report, "target"), report.programme.finance, cutoff=report.cutoff)


_AMOUNTS = ("contribution", "allocation", "limit", "counted", "above", "unused", "paid", "balance")
_LIMITS = {"more_than": "at_least", "less_than": "at_most"}
"""Note of a certified amount published as a limit -> how what follows from it is written."""

_NAMES = {
    "contribution": "contribution_eu",
    "allocation": "eu_allocation_eur",
    "limit": "limit_eu",
    "counted": "counted_eu",
    "above": "above_allocation_eu",
    "unused": "unused_eu",
    "paid": "paid_eu",
    "balance": "balance_eu",
}


def balance(report: Report) -> Table:
    """What each axis, and each fund in all, is paid at closure."""
    rows = balance_rows(report)
    told = rows["status"].ne("not_available").any()
    shown = [name for name in _AMOUNTS if name not in ("paid", "balance") or rows[_NAMES[name]].notna().any()]

    def old(row: pd.Series) -> bool:
        return bool(is_old(row["data_date"], report.cutoff))

    def axis(row: pd.Series) -> str:
        if row["axis"] != ALL:
            return short_place(row, report.lang, rows)
        parts = [row["fund"], region_category(row["region_category"], report.lang) if row["region_category"] else ""]
        several = (rows["axis"] == ALL).sum() > 1
        apart = ", ".join(filter(None, parts)) if several else ""
        return report.text("closure.whole_of", part=apart) if apart else report.text("axis.programme")

    return Table(
        "closure_balance",
        report.text("closure.table_balance", date=wording.date(report.cutoff, report.lang)),
        rows if told else rows.iloc[:0],
        [
            Column("axis", report.text("column.axis"), "head", write=axis),
            *(
                Column(
                    _NAMES[name],
                    report.text(f"closure.{name}"),
                    "figure",
                    write=_amount(report, name),
                    old=None if name in ("allocation", "limit") else old,
                )
                for name in shown
            ),
            Column("data_date", report.text("column.data_date"), write=cells.date(report), old=old),
            Column("note", report.text("column.note"), write=lambda row: _notes(row, report)),
        ],
        _balance_notes(rows, report),
        source=source_line(pd.concat([rows["source"], rows["allocation_source"], rows["paid_source"]]), report),
        empty=report.text("closure.not_available"),
        lang=report.lang,
    )


def _amount(report: Report, name: str) -> Typed:
    """An amount of the balance; what the Commission pays has no axis."""
    if name == "counted":
        return _counted(report)
    if name == "contribution":
        return _contribution(report)
    amount = cells.million(report, _NAMES[name])
    if name not in ("paid", "balance"):
        return amount
    return replace(amount, write=lambda row: amount.write(row) if row["axis"] == ALL else "")


def _counted(report: Report) -> Typed:
    """What is counted, or the least of it where the figure is a limit."""
    counted = cells.million(report, "counted_eu")

    def write(row: pd.Series) -> str:
        if pd.isna(row["counted_eu"]) and row["counted_at_least_eu"] > 0:
            return report.text("figure.at_least", figure=wording.million(row["counted_at_least_eu"], report.lang))
        return counted.write(row)

    return replace(counted, write=write)


def _contribution(report: Report) -> Typed:
    """What is due, or its limit where certified expenditure is published as one."""
    due = cells.million(report, "contribution_eu")

    def write(row: pd.Series) -> str:
        limits = [limit for note, limit in _LIMITS.items() if note in split_note(row["note"])]
        if pd.isna(row["contribution_eu"]) or not limits:
            return due.write(row)
        return report.text(f"figure.{limits[0]}", figure=due.write(row))

    return replace(due, write=write)


def _notes(row: pd.Series, report: Report) -> str:
    """The notes of a row; what is said of all rows below is left out."""
    said = []
    for code in split_note(row["note"]):
        if wording.has_text(f"closure_note.{code}"):
            day = "" if pd.isna(row["paid_date"]) else wording.date(row["paid_date"], report.lang)
            said.append(report.text(f"closure_note.{code}", date=day))
        elif code != "applications_open":
            said.append(report.text(f"decommitment_note.{code}"))
    return "; ".join(said)


def _balance_notes(rows: pd.DataFrame, report: Report) -> list[str]:
    """Whether the figures are those of closure, the flexibility and what another reading of it would change."""
    rules = report.rules
    end, last = (
        wording.date(pd.Timestamp(day), report.lang) for day in (rules.eligibility_end, rules.last_application)
    )
    share = wording.percentage(rules.closure_flexibility, report.lang)
    confirmed = rules.rule("closure_flexibility").status != UNCONFIRMED
    late = {"at_closure": "closed", "provisional": "provisional"}
    said = [report.text(f"closure.{late[status]}", date=end) for status in late if (rows["status"] == status).any()]
    said += [report.text("closure.flexibility" if confirmed else "closure.flexibility_open", share=share)]
    said += _other_readings(rows, report)
    if any("applications_open" in split_note(note) for note in rows["note"]):
        said.append(report.text("closure.applications_open", date=last))
    if rows["balance_eu"].notna().any():
        said.append(report.text("closure.balance_note"))
    return [*said, *cells.missing_note(report, rows["contribution_eu"])]


def _other_readings(rows: pd.DataFrame, report: Report) -> list[str]:
    """What the programme would be paid if the flexibility were another."""
    lines = []
    here = rows.loc[rows["axis"] == ALL, "counted_eu"].sum(min_count=1)
    for _, value, other in report.rules.other_readings(["closure_flexibility"]):
        found = _balance(report, other)
        there = found.loc[found["axis"] == ALL, "counted_eu"].sum(min_count=1)
        share = wording.percentage(float(value), report.lang)  # type: ignore[arg-type]
        if pd.notna(here) and pd.notna(there):
            changed = here != there
            amounts = {
                "amount": wording.million_euro(there, report.lang),
                "here": wording.million_euro(here, report.lang),
            }
            lines.append(report.text("closure.other" if changed else "closure.other_same", share=share, **amounts))
    return lines


def correction(report: Report) -> Table:
    """The achievement/absorption coefficient of each axis and the correction it can bring."""
    rows = correction_rows(report)
    rows = rows[rows["status"] != "not_assessed"].reset_index(drop=True)

    def old(row: pd.Series) -> bool:
        return bool(is_old(row["data_date"], min(report.cutoff, row["assessed_at"])))

    ratio = {"decimals": 2, "optional": True, "percent": True}
    coefficient = wording.Form(2, optional=True, percent=True, thresholds=_steps(report.rules))
    return Table(
        "financial_correction",
        report.text("closure.table_correction", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: short_place(row, report.lang, rows)),
            *(
                Column(
                    name,
                    report.text(f"closure.{name}"),
                    "figure",
                    write=cells.figure(report, name, lambda row: wording.Form(**ratio)),  # type: ignore[arg-type]
                    old=old,
                )
                for name in ("output_rate", "financial_rate")
            ),
            Column(
                "coefficient",
                report.text("closure.coefficient"),
                "figure",
                write=_between(report, coefficient),
                old=old,
            ),
            Column(
                "framework_on_figures",
                report.text("closure.framework"),
                write=lambda row: word_status(row["framework_on_figures"], report.lang),
                old=old,
            ),
            Column("status", report.text("closure.correction"), write=lambda row: _correction(row, report)),
            Column(
                "contribution_eu",
                report.text("closure.contribution_million"),
                "figure",
                write=cells.million(report, "contribution_eu"),
            ),
            Column("data_date", report.text("column.data_date"), write=cells.date(report), old=old),
            Column("note", report.text("column.note"), write=lambda row: _correction_notes(row, report)),
        ],
        _correction_lines(rows, report),
        source=source_line(pd.concat([rows["source"], rows["target_source"]]), report),
        empty=report.text("closure.no_correction_table"),
        lang=report.lang,
    )


def _steps(rules: Rules) -> tuple[float, ...]:
    return rules.correction_low_below, rules.correction_middle_below, rules.correction_high_below


def _between(report: Report, form: wording.Form) -> Typed:
    """The coefficient, or the limits it lies between."""
    known = cells.figure(report, "coefficient", lambda row: form)

    def write(row: pd.Series) -> str:
        if pd.notna(row["coefficient"]) or pd.isna(row["coefficient_at_least"]):
            return known.write(row)
        least, most = row["coefficient_at_least"], row["coefficient_at_most"]
        if most == float("inf"):
            return report.text("figure.at_least", figure=form.text(least, report.lang))
        return report.text("distance.between", least=form.text(least, report.lang), most=form.text(most, report.lang))

    return replace(known, write=write)


def _correction(row: pd.Series, report: Report) -> str:
    """The correction, or what it would be; a rate of nothing is said in a word."""

    def rate(value: float) -> str:
        return wording.percentage(value, report.lang) if value else report.text("closure.none")

    low, high = row["rate_at_least"], row["rate_at_most"]
    if pd.isna(low):
        said = report.text("closure.untold")
    elif low == high:
        said = rate(low)
    else:
        said = report.text("closure.untold_between", low=rate(low), high=rate(high))
    return report.text("closure.on_these", said=said) if row["status"] == "provisional" else said


def _correction_notes(row: pd.Series, report: Report) -> str:
    codes = [code for code in split_note(row["note"]) if code != "older_figure"]
    return "; ".join(report.text(f"correction_note.{code}") for code in codes)


def _correction_lines(rows: pd.DataFrame, report: Report) -> list[str]:
    rules = report.rules
    shares = {
        name: wording.percentage(getattr(rules, f"correction_{name}"), report.lang)
        for name in ("low_below", "low_rate", "middle_below", "middle_rate", "high_below", "high_rate", "capped_at")
    }
    lines = [report.text("closure.coefficient_note", **shares), report.text("closure.correction_note")]
    if (rows["status"] == "provisional").any():
        day = wording.date(pd.Timestamp(rules.target_date), report.lang)
        lines.insert(0, report.text("closure.correction_provisional", date=day))
    return [*lines, *cells.missing_note(report, rows["output_rate"], rows["financial_rate"], rows["contribution_eu"])]
