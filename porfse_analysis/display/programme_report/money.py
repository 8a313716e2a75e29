"""Money: endowment, stages, progress by axis, what changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.age import is_old
from porfse_analysis.display.cut import largest
from porfse_analysis.display.programme_report.totals import axes_and_total
from porfse_analysis.display.report import Report, made_once
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.changes import moved_rates
from porfse_analysis.indicators.compared import compare_results
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.positions import newest, of_series, plan_at, published_totals
from porfse_analysis.indicators.result import bound_of, partial_of, ratio_bound
from porfse_analysis.schema import ALL, DATE_DTYPE, STAGES

_PARTS = {"amount": "amount", "precision": "precision", "data_date": "date"}

NEW = ("only_now", "missing_before", "other_source")
"""Statuses of a figure without one of its source before it; a line below the table says so, and no row."""

_SHOWN = ("activated", "selected", "declared", "certified")
"""Stages that stand beside the allocation of each axis."""

__all__ = [
    "NEW",
    "allocation_in_force",
    "change_rows",
    "changes",
    "changes_table",
    "endowment",
    "funnel_rows",
    "key_figures",
    "progress_by_axis",
    "stage_named",
    "without_axes",
]


@made_once(worded=True)
def allocation_in_force(report: Report) -> pd.DataFrame:
    """The allocation of each axis and of the programme, from the source with the newest one at the cutoff.

    Columns: axis, title, technical_assistance, amount, data_date, source, precision, note (its bound), share (of the
    programme's), share_note (its bound). All rows are of one source, or of the documents of one series.
    """
    finance = report.programme.finance
    known = of_series(finance[(finance["cutoff"] <= report.cutoff) & (finance["stage"] == "allocation")])
    axes = published_totals(known, ["programme", "axis"])
    whole = published_totals(known, ["programme"]).assign(axis=ALL)
    if axes.empty and whole.empty:
        texts = ["axis", "title", "technical_assistance", "source", "note", "share_note"]
        typed = dict.fromkeys(texts, "object") | dict.fromkeys(["amount", "precision", "share"], "float64")
        return pd.DataFrame(columns=[*typed, "data_date"]).astype(typed | {"data_date": DATE_DTYPE})
    both = pd.concat([axes, whole], ignore_index=True)
    rows = plan_at(both[both["source"] == newest(both, ["programme"]).iloc[0]["source"]])
    rows = rows.assign(source=rows["document"])
    rows = rows.merge(report.programme.axes.drop(columns=["programme", "source"]), on="axis", how="left")
    rows["title"] = [cells.axis_title(row, report.lang) for _, row in rows.iterrows()]
    order = {axis: place for place, axis in enumerate([*report.programme.axes["axis"], ALL])}
    rows["precision"] = cells.precision_of(rows.assign(stage="allocation"), report)
    rows["place"], rows["note"] = rows["axis"].map(order), rows["bound"]
    total = rows.loc[rows["axis"] == ALL, "amount"].replace(0.0, math.nan)
    rows["share"] = rows["amount"] / total.iloc[0] if len(total) else math.nan
    rows["share_note"] = _share_notes(rows)
    ordered: pd.DataFrame = rows.sort_values("place", kind="stable").reset_index(drop=True)
    return ordered


def _share_notes(rows: pd.DataFrame) -> pd.Series:
    """The bound of each share: of a sum of the axes, an axis is as much more as the others are less."""
    whole, none = rows["axis"] == ALL, pd.Series("", index=rows.index, dtype="object")
    below = none.mask(~whole, rows.loc[whole, "bound"].iloc[0]) if whole.any() else none
    if not rows.loc[whole, "published_total"].any():
        for place in rows.index[~whole]:
            others = rows.loc[~whole & (rows.index != place), "bound"]
            below[place] = bound_of(others, [none[others.index]]).get("", "")
    above = rows["bound"].mask(whole, "")
    return pd.Series([ratio_bound(*bounds) for bounds in zip(above, below, strict=True)], index=rows.index)


def endowment(report: Report) -> Table:
    """The allocation of each axis, its share, and where it comes from."""
    rows = allocation_in_force(report)
    day = wording.date(rows["data_date"].iloc[0], report.lang) if len(rows) else ""
    share = cells.rate(report, "share", note="share_note")
    by_axis = len(report.programme.axes) > 0
    caption = report.text("table.endowment", date=day)
    caption = caption if by_axis else report.text("table.endowment_whole", date=day)
    return Table(
        "endowment",
        caption,
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=cells.axis_label(report)),
            Column(
                "amount", report.text("column.allocation_million"), "figure", write=cells.million(report, note="note")
            ),
            *([Column("share", report.text("column.share"), "figure", write=share)] if by_axis else []),
        ],
        notes=axes_and_total(report, "allocation", rows),
        source=source_line(rows["source"] if len(rows) else [], report),
        empty=report.text("empty.endowment"),
        lang=report.lang,
    )


@made_once(worded=False)
def funnel_rows(report: Report) -> pd.DataFrame:
    """The programme's money stage by stage: stage, amount, value (rate), data_date, source, note, precision."""
    whole = report.figures[(report.figures["axis"] == ALL) & report.figures["indicator"].isin(RATES.values())]
    whole = whole.assign(stage=whole["indicator"].map({name: stage for stage, name in RATES.items()}))
    rows = whole.rename(columns={"numerator": "amount"})
    allocation = allocation_in_force(report)
    first = allocation[allocation["axis"] == ALL].assign(stage="allocation", value=math.nan)
    rows = pd.concat([first, rows], ignore_index=True)[
        ["stage", "amount", "value", "data_date", "source", "note"]
    ].assign(axis=ALL)
    rows["position"] = rows["data_date"]
    rows["precision"] = cells.precision_of(rows, report)
    order = {stage: place for place, stage in enumerate(STAGES)}
    return rows.sort_values("stage", key=lambda stage: stage.map(order), kind="stable").reset_index(drop=True)


@made_once(worded=False)
def axes_without(report: Report) -> dict[str, list[str]]:
    """The axes that a partial sum of the programme is without, by stage, as far as the figures of the axes tell them.

    Told only where the axes of its date add up to it: else it was added from other figures than those shown by axis.
    """
    plan = allocation_in_force(report)
    funded = plan[(plan["axis"] != ALL) & (plan["amount"] > 0)]
    found = {}
    for _, row in funnel_rows(report).iterrows():
        if partial_of(row["note"]) != "partial" or not (funded["data_date"] <= row["data_date"]).all():
            continue
        axes = report.figures[(report.figures["axis"] != ALL) & (report.figures["indicator"] == RATES[row["stage"]])]
        axes = axes[axes["numerator"].notna() & (axes["data_date"] == row["data_date"])]
        whole = [axis for axis in funded["axis"] if axis not in set(axes["axis"])]
        if whole and math.isclose(axes["numerator"].sum(), row["amount"], abs_tol=0.01):
            found[row["stage"]] = whole
    return found


def stage_named(row: pd.Series, report: Report) -> str:
    """The stage of a row of `funnel_rows`, with what its amount and rate lack: the axes, where these are known."""
    name = report.text(f"stage.{row['stage']}")
    without = axes_without(report).get(row["stage"])
    if not without:
        return wording.partly(name, row["note"], report.lang)
    return report.text("number.partial_without", figure=name, axes=_axes_listed(without, report))


def _axes_listed(axes: Iterable[str], report: Report) -> str:
    return wording.list_of([report.text("axis.code", axis=axis) for axis in axes], report.lang)


def without_axes(stage: str, report: Report) -> str:
    """The sentence on the axes that a partial sum of the programme is without; empty where they are not known."""
    axes = axes_without(report).get(stage)
    return report.text("totals.missing", axes=_axes_listed(axes, report)) if axes else ""


def _partial_sums(report: Report) -> list[str]:
    """The lines that say which axes the partial sums of the programme are without."""
    alike: dict[str, list[str]] = {}
    for stage in axes_without(report):
        alike.setdefault(without_axes(stage, report), []).append(report.text(f"stage.{stage}"))
    return [
        report.text("totals.partial", stages=wording.list_of(stages, report.lang), details=details)
        for details, stages in alike.items()
    ]


def key_figures(report: Report) -> Table:
    """Every stage of the programme's money, with its rate, date and source."""
    rows = funnel_rows(report)

    def stage(row: pd.Series) -> str:
        return report.text(f"stage.{row['stage']}")

    rate = cells.rate(report, note="note")

    def ratio(row: pd.Series) -> str:
        return "" if row["stage"] == "allocation" else rate(row)

    def old(row: pd.Series) -> bool:
        # the plan stays in force until the next one
        return row["stage"] != "allocation" and bool(is_old(row["data_date"], report.cutoff))

    amount = cells.million(report, note="note")
    return Table(
        "key-figures",
        report.text("table.key_figures", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("stage", report.text("column.stage"), "head", write=stage),
            Column("amount", report.text("column.amount_million"), "figure", write=amount, old=old),
            Column("value", report.text("column.of_allocation"), "figure", write=replace(rate, write=ratio), old=old),
            Column("data_date", report.text("column.data_date"), write=cells.date(report), old=old),
            Column("source", report.text("column.source"), write=cells.reference(report)),
            Column("note", report.text("column.note"), write=cells.notes(report, said_below=("partial",))),
        ],
        notes=[*_partial_sums(report), *cells.missing_note(report, rows["amount"])],
        source=source_line(rows["source"], report),
        lang=report.lang,
    )


def progress_by_axis(report: Report) -> Table:
    """Activated, selected, declared and certified against the allocation, by axis and for the programme.

    Committed and paid, where nothing is declared or certified; amounts alone, where there is no allocation.
    """
    caption = report.text("table.progress_by_axis", date=wording.date(report.cutoff, report.lang))
    if report.programme.axes.empty:  # the figures of the whole programme are among the key figures
        nothing = report.text("empty.no_axes")
        return Table("progress-by-axis", caption, pd.DataFrame(), [], empty=nothing, lang=report.lang)
    shown = _stages_shown(report)
    allocation = allocation_in_force(report).set_index("axis")
    frame = pd.DataFrame({"axis": [*report.programme.axes["axis"], ALL]})
    for column, told in (("", "amount"), ("_precision", "precision"), ("_note", "note")):
        frame[f"allocation{column}"] = frame["axis"].map(allocation[told])
    columns = [
        Column("axis", report.text("column.axis"), "head", write=cells.axis_label(report)),
        Column(
            "allocation",
            report.text("column.allocation_million"),
            "figure",
            write=cells.million(report, "allocation", "allocation_precision", note="allocation_note"),
        ),
    ]
    used = [allocation["source"]] if len(allocation) else []
    sums = axes_and_total(report, "allocation", allocation.reset_index())
    for stage in shown:
        rows = report.figures[report.figures["indicator"] == RATES[stage]].set_index("axis")
        if rows["numerator"].isna().all():
            continue
        frame[f"{stage}_amount"] = frame["axis"].map(rows["numerator"])
        frame[f"{stage}_rate"] = frame["axis"].map(rows["value"])
        frame[f"{stage}_note"] = frame["axis"].map(rows["note"])
        frame[f"{stage}_date"] = frame["axis"].map(rows["data_date"])
        placed = rows.reset_index().assign(stage=stage, position=lambda table: table["data_date"])
        frame[f"{stage}_precision"] = frame["axis"].map(
            pd.Series(cells.precision_of(placed, report).to_numpy(), index=placed["axis"])
        )
        dates = [wording.date(day, report.lang) for day in sorted(rows["data_date"].dropna().unique())]
        group = report.text(
            "column.stage_at", stage=report.text(f"stage.{stage}"), date=wording.list_of(dates, report.lang)
        )
        amounts = cells.million(report, f"{stage}_amount", f"{stage}_precision", note=f"{stage}_note")
        rates = cells.rate(report, f"{stage}_rate", note=f"{stage}_note")
        old = _carried(report, stage)
        columns.append(Column(f"{stage}_amount", report.text("column.million"), "figure", group, amounts, old=old))
        if rows["value"].notna().any():
            columns.append(Column(f"{stage}_rate", report.text("column.percent"), "figure", group, rates, old=old))
        used.append(rows["source"])
        sums += axes_and_total(report, stage, frame.assign(source=frame["axis"].map(rows["source"])), _named(stage))
    absent = [report.text(f"stage.{stage}").lower() for stage in shown if f"{stage}_rate" not in frame]
    columns = columns if len(allocation) else [columns[0], *columns[2:]]
    notes = [*_partial_sums(report), *cells.missing_note(report, *(frame[column.name] for column in columns[1:]))]
    if absent:
        notes.append(report.text("missing.stages", stages=wording.list_of(absent, report.lang)))
    return Table(
        "progress-by-axis",
        caption,
        frame,
        columns,
        notes=[report.text("table.progress_note") if len(allocation) else report.text("empty.no_plan"), *sums, *notes],
        source=source_line(pd.concat(used) if used else [], report),
        lang=report.lang,
    )


def _stages_shown(report: Report) -> tuple[str, ...]:
    known = report.figures.loc[report.figures["numerator"].notna(), "indicator"]
    spent = {RATES["declared"], RATES["certified"]} & set(known)
    return _SHOWN if spent else (*_SHOWN[:2], "committed", "paid", *_SHOWN[2:])


def _named(stage: str) -> dict[str, str]:
    """The columns of a stage in the table by axis."""
    return {name: f"{stage}_{given}" for name, given in _PARTS.items()}


def _carried(report: Report, stage: str) -> Callable[[pd.Series], bool]:
    """Whether an axis has its figure of a stage from an earlier date."""
    return lambda row: bool(is_old(row[f"{stage}_date"], report.cutoff))


@made_once(worded=False)
def change_rows(report: Report) -> pd.DataFrame:
    """What moved since the reporting date before: the rates with a figure of a newer date.

    Columns and rules of `indicators.changes.financial_changes`, in the order of the results. Where nothing of the same
    source was published before, there is no figure before either.
    """
    shown = report.figures[report.figures["indicator"].isin(RATES.values())]
    known, before = report.position.known, report.position.before
    if before is None:
        found = compare_results(shown, shown.iloc[:0], cutoff=report.cutoff, compare_to=None)
    else:
        found = pd.concat(
            [
                moved_rates(known.positions(by), before.positions(by), known.rates(by), before.rates(by))
                for by in ("programme", "axis")
            ],
            ignore_index=True,
        )
    key = ["axis", "indicator"]
    rows = shown[key].merge(found, on=key)
    since = report.previous if report.previous is not None else pd.Timestamp.min
    rows = rows[rows["numerator"].notna() & (rows["data_date"] > since)].reset_index(drop=True)
    # what another source had said before is not what this figure moved from
    figures_before = ["numerator_before", "denominator_before", "value_before", "data_date_before"]
    return rows.assign(**{name: rows[name].mask(rows["status"] == "other_source") for name in figures_before})


def changes(report: Report) -> Table:
    """What moved since the reporting date before."""
    rows = change_rows(report)
    if report.previous is None:
        first = report.text("empty.changes_first")
        return replace(changes_table(report, rows.iloc[:0], first), empty=first)
    days = {"date": report.cutoff, "previous": report.previous}
    caption = report.text("table.changes", **{name: wording.date(day, report.lang) for name, day in days.items()})
    return changes_table(report, rows, caption)


def changes_table(report: Report, rows: pd.DataFrame, caption: str) -> Table:
    """Rows of `change_rows`, or some of them, as a table."""

    def reason(row: pd.Series) -> str:
        return "" if row["status"] in told else report.text(f"change_status.{row['status']}")

    # what has no rate for want of money in the plan is not "first published"
    zero = rows["denominator"].eq(0) | rows["denominator_before"].eq(0)
    rows = rows.assign(status=rows["status"].mask(zero & rows["status"].isin(NEW), "zero_denominator"))
    new = rows["status"].isin(NEW)
    # a figure with none before it has moved from nothing: named once, no row of what is missing
    firsts, rows = _first_published(report, rows[new]), rows[~new].reset_index(drop=True)
    told = ("compared", *NEW)
    reasons = [] if rows["status"].isin(told).all() else [Column("status", report.text("column.note"), write=reason)]
    moved = "numerator_change"
    return Table(
        "changes",
        caption,
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=cells.axis_label(report)),
            Column(
                "indicator",
                report.text("column.rate"),
                write=lambda row: wording.indicator_title(row["indicator"], report.lang),
            ),
            Column(
                moved, report.text("column.moved"), "figure", write=cells.signed_million(report, moved, "precision")
            ),
            Column(
                "denominator_change",
                report.text("column.plan_moved"),
                "figure",
                write=cells.signed_million(report, "denominator_change"),
            ),
            Column(
                "value_before",
                report.text("column.before"),
                "figure",
                write=cells.rate(report, "value_before", note="note_before"),
            ),
            Column("value", report.text("column.now"), "figure", write=cells.rate(report, note="note")),
            Column("change", report.text("column.points"), "figure", write=cells.points(report, "change")),
            Column("data_date_before", report.text("column.from"), write=cells.date(report, "data_date_before")),
            Column("data_date", report.text("column.to"), write=cells.date(report)),
            *reasons,
        ],
        notes=firsts,
        source=source_line([*rows["source"], *rows["source_before"].where(rows["value_before"].notna(), "")], report),
        empty=firsts[0] if firsts else report.text("empty.changes"),
        matters=largest(rows[moved], "changes"),
        lang=report.lang,
    )


def _first_published(report: Report, rows: pd.DataFrame) -> list[str]:
    """The lines that name the rates with no earlier figure, and those whose earlier figure is of another source."""
    other = rows["status"] == "other_source"
    lines = []
    if not other.all():
        lines.append(report.text("missing.before", rates=_named_rates(report, rows[~other])))
    if other.any():
        lines.append(report.text("missing.other_source", rates=_named_rates(report, rows[other])))
    return lines


def _named_rates(report: Report, rows: pd.DataFrame) -> str:
    named = []
    for rate, own in rows.groupby("indicator", sort=False):
        axes = [report.text("axis.programme") if axis == ALL else str(axis) for axis in own["axis"]]
        title = wording.indicator_title(str(rate), report.lang)
        named.append(report.text("missing.first", rate=title, axes=", ".join(dict.fromkeys(axes))))
    return "; ".join(named)
