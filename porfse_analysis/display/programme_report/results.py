"""Women and men among the people reached, and what a result has cost."""

from __future__ import annotations

import pandas as pd

from porfse_analysis.codes import axis_places
from porfse_analysis.display import cells
from porfse_analysis.display.age import is_old
from porfse_analysis.display.cut import largest
from porfse_analysis.display.programme_report.people import funds_note
from porfse_analysis.display.report import Report, made_once
from porfse_analysis.display.review.tables import short_place
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.indicators import indicator_name, labelled
from porfse_analysis.indicators.people import participants
from porfse_analysis.indicators.result import figure_bound, has_note
from porfse_analysis.indicators.results import RESULTS
from porfse_analysis.indicators.sexes import grand_total, women_and_men
from porfse_analysis.periods import period_of
from porfse_analysis.schema import ALL

__all__ = ["cost_per_result", "participants_by_sex", "results_by_sex"]


def _sex_columns(report: Report) -> list[Column]:
    """Total, women, men, their shares, the date and the notes."""

    def old(row: pd.Series) -> bool:
        return bool(is_old(row["data_date"], report.cutoff))

    people = [
        Column(name, report.text(f"people.{name}"), "figure", write=cells.count(report, name), old=old)
        for name in ("value", "women", "men")
    ]
    share = Column("women_share", report.text("people.women_share"), "figure", write=cells.rate(report, "women_share"))
    return [
        *people,
        share,
        Column("data_date", report.text("column.data_date"), write=cells.date(report), old=old),
        Column("note", report.text("column.note"), write=cells.notes(report, said_below=("stale",))),
        Column("source", report.text("column.source"), write=cells.reference(report)),
    ]


def participants_by_sex(report: Report) -> Table:
    """The participants of each axis and of the programme, women and men; beside them the grand total."""
    found = [women_and_men(report.programme.achievements, cutoff=report.cutoff, by=by) for by in ("axis", "programme")]
    rows = pd.concat([frame for frame in found if len(frame)] or found[:1], ignore_index=True)
    told = rows["axis"].ne("").any()
    return Table(
        "participants-by-sex",
        report.text("people.table_participants", date=wording.date(report.cutoff, report.lang)),
        rows,
        [Column("axis", report.text("column.axis"), "head", write=cells.axis_label(report)), *_sex_columns(report)],
        notes=[
            *([report.text("people.sexes_note")] if told else ()),
            *_grand_total(report),
            *cells.missing_note(report, rows["women"], rows["men"]),
        ],
        source=source_line(rows["source"], report),
        empty=" ".join([report.text("people.no_sexes"), *_grand_total(report)]),
        matters=largest(rows["value"], "people"),
        lang=report.lang,
    )


def _grand_total(report: Report) -> list[str]:
    """The line that gives the grand total of participants, where it is published, and what it is not."""
    known = report.programme.achievements
    rows = grand_total(known[known["cutoff"] <= report.cutoff], report.cutoff)
    if rows.empty:
        return []
    row = rows.iloc[0]
    common = participants(known, cutoff=report.cutoff, by="programme")["value"].iloc[0]
    beside = "" if pd.isna(common) else report.text("people.beside", figure=wording.count(common, report.lang))
    figure = wording.count(row["value"], report.lang, bound=figure_bound(row["note"]))
    day = wording.date(row["data_date"], report.lang)
    return [report.text("people.grand_total", figure=figure, date=day, beside=beside).strip()]


def results_by_sex(report: Report) -> Table:
    """Each indicator of which women or men are published."""
    rows = women_and_men(report.programme.achievements, cutoff=report.cutoff, by="indicator")
    rows = rows.sort_values("axis", key=axis_places, kind="stable").reset_index(drop=True)

    rows["axis"] = rows["axis"].mask(rows["axis"] == ALL, report.text("axis.programme"))

    return Table(
        "indicators-by-sex",
        report.text("people.table_indicators", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column(
                "indicator_code",
                report.text("column.indicator"),
                "head",
                write=lambda row: labelled(row["indicator_code"], row["indicator_type"], report.lang),
            ),
            Column("axis", report.text("column.axis"), write=lambda row: short_place(row, report.lang, rows)),
            Column("investment_priority", report.text("column.priority")),
            *_sex_columns(report),
        ],
        notes=cells.missing_note(report, rows["women"], rows["men"]),
        source=source_line(rows["source"], report),
        empty=report.text("people.no_sexes"),
        matters=largest(rows["value"], "people"),
        lang=report.lang,
    )


@made_once(worded=False)
def _costs(report: Report) -> pd.DataFrame:
    """What a result has cost by axis and for the programme, with the date of the people."""
    data = report.programme
    found = [report.position.known.costs(by) for by in ("axis", "programme")]
    known = [rows for rows in found if len(rows)]
    if not known:
        return pd.DataFrame()
    rows = pd.concat(known, ignore_index=True)
    rows = rows[rows["numerator"].notna() & rows["denominator"].notna()]
    order = {axis: place for place, axis in enumerate([*data.axes["axis"], ALL])}
    results = {f"EUR/{name}": place for place, name in enumerate(RESULTS)}
    places = rows.assign(unit=rows["unit"].map(results), axis=rows["axis"].map(order))
    return rows.loc[places.sort_values(["unit", "axis", "place"], kind="stable").index].reset_index(drop=True)


def cost_per_result(report: Report) -> Table:
    """Spend per person in work and per qualification: money, people, the dates of both."""
    rows = _costs(report)
    columns = ["axis", "indicator", "unit", "numerator", "denominator", "value", "data_date", "people_date", "note"]
    rows = rows if len(rows) else pd.DataFrame(columns=[*columns, "document"])
    left_out = rows[has_note(rows["note"], "no_target")] if len(rows) else rows
    shown = rows.drop(index=left_out.index).reset_index(drop=True)
    codes = _codes(report)

    def result(row: pd.Series) -> str:
        name = str(row["unit"]).removeprefix("EUR/")
        return labelled(codes[name], "", report.lang)

    def old(row: pd.Series) -> bool:
        return bool(is_old(row["data_date"], report.cutoff))

    return Table(
        "cost-per-result",
        report.text("people.table_cost", date=wording.date(report.cutoff, report.lang)),
        shown,
        [
            Column("axis", report.text("column.axis"), "head", write=cells.axis_label(report)),
            Column("unit", report.text("people.result"), write=result),
            Column("stage", report.text("column.stage"), write=lambda row: report.text(f"stage.{row['stage']}")),
            Column("numerator", report.text("people.spend"), "figure", write=cells.euro(report, "numerator"), old=old),
            Column(
                "denominator", report.text("people.people"), "figure", write=cells.count(report, "denominator"), old=old
            ),
            Column(
                "value", report.text("people.cost"), "figure", write=cells.euro(report, "value", note="note"), old=old
            ),
            Column("data_date", report.text("people.spend_date"), write=cells.date(report), old=old),
            Column("people_date", report.text("people.people_date"), write=cells.date(report, "people_date"), old=old),
            Column(
                "note",
                report.text("column.note"),
                write=cells.notes(report, said_below=("stale", "partial", "other_date", "restated")),
            ),
        ],
        notes=[
            report.text("people.cost_note"),
            *(funds_note(report, "per_result") if len(shown) else ()),
            *_left_out(left_out, codes, report),
            *_long_notes(shown, report),
        ],
        source=source_line(rows["document"], report),
        empty=report.text("people.no_cost"),
        matters=largest(shown["value"].astype("float64"), "costs"),
        lang=report.lang,
    )


def _codes(report: Report) -> dict[str, str]:
    period = period_of(report.programme.cci)
    return {} if period is None else dict(period.results)


def _left_out(rows: pd.DataFrame, codes: dict[str, str], report: Report) -> list[str]:
    """The axes that report a result no target is set on, by result."""
    lines = []
    for name, code in codes.items():
        own = rows[rows["unit"] == f"EUR/{name}"] if len(rows) else rows
        axes = list(dict.fromkeys(own["axis"])) if len(own) else []
        if axes:
            title = indicator_name(code, "", report.lang)
            listed = wording.list_of([report.text("axis.code", axis=axis) for axis in axes], report.lang)
            lines.append(report.text("people.left_out", code=code, name=title, axes=listed))
    return lines


def _long_notes(rows: pd.DataFrame, report: Report) -> list[str]:
    return [
        report.text(f"note_long.{code}")
        for code in ("other_date", "restated", "axes_not_told")
        if len(rows) and has_note(rows["note"], code).any()
    ]
