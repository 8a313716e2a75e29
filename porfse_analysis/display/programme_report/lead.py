"""The first sentences of a page: how far the money is, what moved, which axes lead and lag, what to check, what lacks.

Every number in them is one of the frames of the report: nothing is computed here but which figure to tell.
"""

from __future__ import annotations

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.age import is_old
from porfse_analysis.display.programme_report.money import allocation_in_force, change_rows, funnel_rows, stage_named
from porfse_analysis.display.report import Report
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.result import figure_bound, has_note, value_bound
from porfse_analysis.indicators.targets import counted_ratios, is_reached
from porfse_analysis.schema import ALL, STAGES

__all__ = ["axes_apart", "first_sentences", "how_far", "lacking_stages", "told_moves", "told_stages"]

_MOST = 2
"""How many stages a sentence tells."""


def first_sentences(report: Report) -> list[str]:
    """At most five sentences, each only where there is something to say: see the functions below for what they tell."""
    said = [how_far(report), _moved(report), _axes(report), _attention(report), _lacking(report)]
    return [sentence for sentence in said if sentence]


def told_stages(report: Report) -> pd.DataFrame:
    """The rows of `funnel_rows` that say how far the money is: declared and certified, else the last stages known.

    Those of the page's own date come first.
    """
    known = funnel_rows(report)
    known = known[known["amount"].notna() & (known["stage"] != "allocation")]
    spent = known[known["stage"].isin(["declared", "certified"])]
    told = spent if len(spent) else known.tail(_MOST)
    return told.sort_values("data_date", key=lambda dates: is_old(dates, report.cutoff), kind="stable")


def told_moves(report: Report) -> pd.DataFrame:
    """The rows of `change_rows` of the programme whose amount moved, those of the last stages of the money."""
    rows = change_rows(report)
    rows = rows[(rows["axis"] == ALL) & rows["numerator_change"].notna()]
    stages = {rate: STAGES.index(stage) for stage, rate in RATES.items()}
    return rows.sort_values("indicator", key=lambda names: names.map(stages)).tail(_MOST).iloc[::-1]


def axes_apart(report: Report) -> pd.DataFrame:
    """The rates of the axes at the page's own date, highest first, of the last stage that every axis has one of.

    Technical assistance is left out, and so is what is partial or a bound: it has no place in an order. An axis with
    money and without a figure could be the first or the last.
    """
    assistance = report.programme.axes.loc[report.programme.axes["technical_assistance"], "axis"]
    rates = report.figures[report.figures["indicator"].isin(list(RATES.values()))]
    rates = rates[(rates["axis"] != ALL) & ~rates["axis"].isin(assistance) & rates["value"].notna()]
    rates = rates[~is_old(rates["data_date"], report.cutoff)]
    rates = rates[~has_note(rates["note"], "partial") & rates["note"].map(value_bound).eq("")]
    plan = allocation_in_force(report)
    funded = set(plan.loc[plan["amount"] > 0, "axis"]) - {ALL, *assistance}
    for stage in reversed(STAGES):
        own = rates[rates["indicator"] == RATES.get(stage)]
        if own["value"].nunique() > 1 and funded <= set(own["axis"]):
            return own.sort_values("value", ascending=False, kind="stable")
    return rates.iloc[:0]


def lacking_stages(report: Report) -> pd.DataFrame:
    """The stages without a figure of the page's own date that the first sentence does not tell; `funnel_rows`."""
    rows = funnel_rows(report)
    rows = rows[(rows["stage"] != "allocation") & (rows["amount"].isna() | is_old(rows["data_date"], report.cutoff))]
    return rows[~rows["stage"].isin(told_stages(report)["stage"])]


def how_far(report: Report) -> str:
    """How much is declared and certified, or else of the last stages known, each with its date."""
    told = []
    for _, row in told_stages(report).iterrows():
        old = is_old(row["data_date"], report.cutoff)
        rate = "" if pd.isna(row["value"]) else wording.rate(row["value"], report.lang, bound=value_bound(row["note"]))
        amount = wording.million_euro(
            row["amount"], report.lang, precision=row["precision"], bound=figure_bound(row["note"])
        )
        told.append(
            report.text(
                f"said.{'old' if old else 'current'}{'' if rate else '_amount'}",
                stage=stage_named(row, report),
                date=wording.date(row["data_date"], report.lang),
                amount=amount,
                rate=rate,
            )
        )
    return _sentence(told)


def _moved(report: Report) -> str:
    rows = told_moves(report)
    days = [
        {
            "before": wording.date(row["data_date_before"], report.lang),
            "date": wording.date(row["data_date"], report.lang),
        }
        for _, row in rows.iterrows()
    ]
    together = len(days) > 0 and all(day == days[0] for day in days)
    told = []
    for (_, row), day in zip(rows.iterrows(), days, strict=True):
        stage = next(stage for stage, rate in RATES.items() if rate == row["indicator"])
        amount = wording.million_euro(row["numerator_change"], report.lang, precision=row["precision"], signed=True)
        points = "" if pd.isna(row["change"]) else wording.points(row["change"], report.lang)
        moved = report.text(
            "said.moved_points" if points else "said.moved",
            stage=_inside(report.text(f"stage.{stage}")),
            amount=amount,
            points=points,
        )
        told.append(moved if together else report.text("said.between", listed=moved, **day))
    return _sentence(
        [report.text("said.between", listed=wording.list_of(told, report.lang), **days[0])] if together else told
    )


def _axes(report: Report) -> str:
    rows = axes_apart(report)
    if rows.empty:
        return ""
    label = cells.axis_label(report)
    stage = next(stage for stage, rate in RATES.items() if rate == rows["indicator"].iloc[0])
    ends = {}
    for name, value in (("highest", rows["value"].max()), ("lowest", rows["value"].min())):
        axes = [label(row) for _, row in rows[rows["value"] == value].iterrows()]
        ends[name] = wording.list_of(axes, report.lang)
        ends[f"{name}_rate"] = wording.rate(value, report.lang)
    left_out = bool(report.programme.axes["technical_assistance"].any())
    return report.text(
        "said.axes_without_assistance" if left_out else "said.axes",
        stage=report.text(f"stage.{stage}"),
        date=wording.date(rows["data_date"].iloc[0], report.lang),
        **ends,
    )


def _attention(report: Report) -> str:
    told = []
    ratios = counted_ratios(report.figures)
    if len(ratios):
        dates = [wording.date(day, report.lang) for day in sorted(ratios["data_date"].unique())]
        reached = int(is_reached(ratios["value"], ratios["note"]).sum())
        told.append(
            report.text("said.targets", reached=reached, count=len(ratios), dates=wording.list_of(dates, report.lang))
        )
    found = report.findings["severity"].value_counts()
    counts = [
        report.text(f"said.{severity}", count=int(found[severity]))
        for severity in ("error", "warning")
        if severity in found
    ]
    if counts:
        told.append(report.text("said.checks", listed=wording.list_of(counts, report.lang)))
    return _sentence(told)


def _lacking(report: Report) -> str:
    listed = []
    lacking = lacking_stages(report)
    for day in lacking["data_date"].unique():
        rows = lacking[lacking["data_date"].isna() if pd.isna(day) else lacking["data_date"] == day]
        stages = wording.list_of([_inside(report.text(f"stage.{stage}")) for stage in rows["stage"]], report.lang)
        if pd.isna(day):
            listed.append(report.text("said.never", stages=stages))
        else:
            listed.append(report.text("said.last", stages=stages, date=wording.date(day, report.lang)))
    if not listed:
        return ""
    return report.text("said.lacking", date=wording.date(report.cutoff, report.lang), listed="; ".join(listed))


def _inside(label: str) -> str:
    """A label as it stands inside a sentence."""
    return label[:1].lower() + label[1:]


def _sentence(parts: list[str]) -> str:
    return f"{'; '.join([*parts[:1], *map(_inside, parts[1:])])}." if parts else ""
