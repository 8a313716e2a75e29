"""What an information sheet says: every figure of a reporting date with its name, date and source, before any drawing.

Each figure comes out of the programme's tables through `Report` and the rows of the other tables; what was not
published at the date is left out here and said by the sheet.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.programme_report.money import (
    allocation_in_force,
    change_rows,
    funnel_rows,
    without_axes,
)
from porfse_analysis.display.programme_report.people import measures_in_force
from porfse_analysis.display.report import Report, made_once
from porfse_analysis.display.review.tables import indicator_rows
from porfse_analysis.display.sheet.deadline import JUDGED, UNJUDGED, deadline_items
from porfse_analysis.display.sheet.items import AxisCard, Content, Item
from porfse_analysis.display.sources import numbered
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.claims import word_claims
from porfse_analysis.display.words.findings import word_findings
from porfse_analysis.display.words.indicators import indicator_name
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.indicators.people import counts_participants, participants
from porfse_analysis.indicators.result import figure_bound, has_note, ratio_bound, value_bound
from porfse_analysis.indicators.targets import counted_ratios, is_reached
from porfse_analysis.schema import ALL, STAGES

__all__ = ["sheet_content"]

_MILESTONES = re.compile(r"(?:(\w+)_)?milestones_(achieved|progressing)")
_OUTPUTS_SHOWN = 6


@made_once(worded=True)
def sheet_content(report: Report) -> Content:
    """Everything the sheet of the report's date says."""
    total, endowment = _endowment(report)
    stages, unpublished = _stages(report)
    people, reached, restated = _people(report)
    spend, targets, attention = _spend(report), _targets(report), _attention(report)
    of_this_date = {item.name for item in reached}
    cards, unsettled = _axes(report, of_this_date)
    listed = [*([total] if total else []), *endowment, *stages, *spend, *targets, *people, *reached, *attention]
    listed += [item for card in cards for item in (*card.amounts, *card.measures)] + unsettled
    return Content(
        total,
        endowment,
        stages,
        unpublished,
        spend,
        targets,
        people,
        reached,
        attention,
        cards,
        unsettled,
        restated,
        listed,
    )


def _million(value: float, report: Report, precision: float = math.nan, bound: str = "") -> str:
    if pd.isna(value):
        return report.text("missing.short")
    return wording.million_euro(value, report.lang, precision=precision, bound=bound)


def _rate(row: pd.Series, report: Report, name: str = "value") -> str:
    """The value of a result, or the share beside it, as a percentage with its bound; empty when there is none."""
    if pd.isna(row[name]):
        return ""
    note = row["note"] if name == "value" else row[f"{name}_note"]
    return wording.rate(row[name], report.lang, bound=value_bound(note))


# --- money ---


def _endowment(report: Report) -> tuple[Item | None, list[Item]]:
    """The endowment of the programme and of each axis."""
    rows = allocation_in_force(report)
    if rows.empty:
        return None, []
    whole = rows[rows["axis"] == ALL]
    assisted = bool(rows["technical_assistance"].eq(True).any())
    aims = {
        axis["axis"]: wording.in_language(axis, "objective", report.lang)
        for _, axis in report.programme.axes.iterrows()
    }
    named = partial(Item, under=report.text("sheet.endowment"))
    items = [
        named(
            name=row["title"],
            figure=_million(row["amount"], report, row["precision"], figure_bound(row["note"])),
            drawn=_number(row, report),
            share=row["share"],
            remark=_rate(row, report, "share"),
            date=row["data_date"],
            source=row["source"],
            code=row["axis"],
            detail=aims.get(row["axis"], ""),
        )
        for _, row in rows.iterrows()
    ]
    total = [
        named(
            name=report.text("sheet.total_with_assistance" if assisted else "sheet.total"),
            figure=_million(row["amount"], report, row["precision"], figure_bound(row["note"])),
            date=row["data_date"],
            source=row["source"],
        )
        for _, row in whole.iterrows()
        if pd.notna(row["amount"])
    ]
    return (total[0] if total else None), [item for item in items if item.code != ALL]


def _number(row: pd.Series, report: Report) -> str:
    if pd.isna(row["amount"]):
        return report.text("missing.short")
    return wording.million(row["amount"], report.lang, precision=row["precision"], bound=figure_bound(row["note"]))


def _stages(report: Report) -> tuple[list[Item], list[str]]:
    """Every stage of the money that was published, and the names of those that were not."""
    rows = funnel_rows(report)
    rows = rows[rows["stage"] != "allocation"]
    items = [
        Item(
            name=report.text(f"stage.{row['stage']}"),
            figure=_million(row["amount"], report, row["precision"], figure_bound(row["note"])),
            drawn=_number(row, report),
            remark=_rate(row, report),
            detail=without_axes(row["stage"], report),
            date=row["data_date"],
            source=row["source"],
            share=row["value"],
            under=report.text("sheet.stages"),
            note=row["note"],
        )
        for _, row in rows[rows["amount"].notna()].iterrows()
    ]
    return items, [report.text(f"stage.{stage}") for stage in rows.loc[rows["amount"].isna(), "stage"]]


def _spend(report: Report) -> list[Item]:
    """What documents of the date state about spending; where there are none, what moved and the N+3 deadline.

    Where there would be nothing at all, that the deadline cannot be judged, and why.
    """
    under = report.text("sheet.spend")
    items, about_deadline = [], False
    finance = report.programme.finance
    at_date = finance[(finance["cutoff"] == report.cutoff) & finance["amount_eur"].notna()]
    shown = set(zip(at_date["stage"], at_date["axis"], at_date["amount_eur"], at_date["qualifier"], strict=True))
    for claim, verdict, why in _claims(report):
        if claim["quantity"].startswith("decommitment_target"):
            about_deadline = True
            items.append(_stated(claim, wording.in_language(claim, "text", report.lang), verdict, why, under))
        elif claim["quantity"] in STAGES:
            key = (claim["quantity"], claim["axis"], claim["value"], claim["qualifier"] or "exact")
            if key not in shown:  # else it stands among the key figures or the endowments
                # the figure is drawn; what the document says of it stands in the table
                said = f"{wording.in_language(claim, 'text', report.lang)}. {why}"
                items.append(_stated(claim, _figure_name(claim, report), verdict, said, under, report))
    if not items:
        moved = change_rows(report)
        moved = moved[(moved["axis"] == ALL) & moved["numerator_change"].notna()]
        # how far money has gone in, and how far it has come out
        for _, row in moved.iloc[[0, -1] if len(moved) > 2 else slice(None)].iterrows():
            stage = next(stage for stage, rate in RATES.items() if rate == row["indicator"])
            moved = row["numerator_change"]
            figure = wording.million_euro(moved, report.lang, precision=row["precision"], signed=True)
            since = wording.date(row["data_date_before"], report.lang)
            name = report.text("sheet.moved", stage=report.text(f"stage.{stage}"), date=since)
            items.append(Item(name, figure, date=row["data_date"], source=row["source"], under=under))
    if about_deadline:
        return items
    items += deadline_items(report, under, JUDGED)
    return items or deadline_items(report, under, UNJUDGED)


@made_once(worded=True)
def _worded_claims(report: Report) -> pd.DataFrame:
    return word_claims(report.verdicts, report.programme.claims, report.lang, sources=numbered(report))


@made_once(worded=True)
def _claims(report: Report) -> list[tuple[pd.Series, str, str]]:
    """The claims of documents of this very date, each with its verdict in words and why."""
    claims = report.programme.claims
    verdicts = report.verdicts
    said = _worded_claims(report)
    found = dict(zip(verdicts["claim"], zip(said["verdict"], said["why"], strict=True), strict=True))
    stated = []
    for _, claim in claims[claims["cutoff"] == report.cutoff].iterrows():
        verdict, why = found[claim["claim"]]
        stated.append((claim, report.text("sheet.compared", verdict=verdict), why))
    return stated


def _figure_name(claim: pd.Series, report: Report) -> str:
    stage = report.text(f"stage.{claim['quantity']}")
    if claim["axis"] == ALL:
        return stage
    return report.text("sheet.of_axis", name=stage, axis=claim["axis"])


def _stated(claim: pd.Series, name: str, verdict: str, why: str, under: str, report: Report | None = None) -> Item:
    """A claim as an item; with `report` its figure is written, else the text says all."""
    figure = ""
    if report and pd.notna(claim["value"]):
        figure = wording.published(
            claim["value"],
            report.lang,
            qualifier=claim["qualifier"],
            unit=claim["unit"],
            precision=claim["precision"],
        )
    return Item(name, figure, verdict, why, claim["cutoff"], str(claim["source"]), under=under)


# --- targets ---


def _targets(report: Report) -> list[Item]:
    """How many milestones a document says are reached; else how many targets and milestones the data say are."""
    under = report.text("sheet.targets")
    items = []
    for claim, verdict, why in _claims(report):
        found = _MILESTONES.fullmatch(claim["quantity"])
        if not found or pd.isna(claim["value"]):
            continue
        kind = report.text(f"sheet.kind_{found[1] or 'any'}")
        figure = wording.published(claim["value"], report.lang, qualifier=claim["qualifier"])
        if pd.notna(claim.get("out_of")):
            figure = report.text("sheet.out_of", value=figure, whole=wording.count(claim["out_of"], report.lang))
        name = report.text(f"sheet.milestones_{found[2]}", kind=kind)
        items.append(Item(name, figure, verdict, why, claim["cutoff"], str(claim["source"]), under=under))
    if items:
        return items
    framework = indicator_rows(report)
    framework = framework[framework["ratio"].notna()]
    ratios = counted_ratios(report.figures)
    # the framework counts each category of region, the targets are those of all of them together
    counted = "_by_category" if framework["region_category"].nunique() > 1 else ""
    for name, rows, column in (("milestones", framework, "ratio"), ("targets", ratios, "value")):
        if len(rows):
            notes = rows["note"] if column == "value" else None
            reached = wording.count(int(is_reached(rows[column], notes).sum()), report.lang)
            figure = report.text("sheet.out_of", value=reached, whole=wording.count(len(rows), report.lang))
            source = ";".join(dict.fromkeys(rows["source"]))
            text = report.text(f"sheet.reached_{name}{counted}")
            items.append(Item(text, figure, date=rows["data_date"].min(), source=source, under=under))
    return items


# --- people ---


def _people(report: Report) -> tuple[list[Item], list[Item], bool]:
    """The people reached, whom the measures reached or the largest outputs, and whether the series was restated."""
    under = report.text("sheet.people")
    stated = {claim["quantity"]: (claim, verdict, why) for claim, verdict, why in _claims(report)}
    items, restated = [], False
    for quantity in ("participants", "women_share"):
        if quantity in stated:
            claim, verdict, why = stated[quantity]
            name = report.text(f"sheet.{quantity}")
            items.append(_stated(claim, name, verdict, why, under, report))
        elif quantity == "participants":
            rows = report.figures
            rows = rows[(rows["indicator"] == "participants") & (rows["axis"] == ALL) & rows["value"].notna()]
            for _, row in rows.iterrows():
                restated |= has_note(row["note"], "restated")
                figure = wording.count(row["value"], report.lang, bound=figure_bound(row["note"]))
                name = report.text("sheet.counted_participants")
                items.append(
                    Item(name, figure, date=row["data_date"], source=row["source"], under=under, note=row["note"])
                )
        else:
            items += _women(report, under)
    reached = [
        _measure(row, report, under)
        for _, row in measures_in_force(report).iterrows()
        if row["cutoff"] == report.cutoff and pd.notna(row["value"])
    ]
    if not reached:
        reached, late = _outputs(report, under)
        restated |= late
    return items, reached, restated


def _women(report: Report, under: str) -> list[Item]:
    """The share of women among the participants, where a source counts them."""
    counted = report.programme.achievements
    counted = counted[counts_participants(counted)]
    counted = counted[counted["women"].notna()]
    if counted.empty:
        return []
    women, everybody = (
        participants(rows, cutoff=report.cutoff, by="programme").iloc[0]
        for rows in (counted.assign(value=counted["women"]), report.programme.achievements)
    )
    known = pd.notna(women["value"]) and everybody["value"] and women["data_date"] == everybody["data_date"]
    if not known or has_note(women["note"], "partial") or has_note(everybody["note"], "partial"):
        return []
    bound = ratio_bound(figure_bound(women["note"]), figure_bound(everybody["note"]))
    figure = wording.rate(women["value"] / everybody["value"], report.lang, bound=bound)
    return [Item(report.text("sheet.counted_women"), figure, "", "", women["data_date"], women["source"], under=under)]


def _measure(row: pd.Series, report: Report, under: str) -> Item:
    """A measure, with whom it had reached where that is published."""
    title = wording.in_language(row, "title", report.lang)
    sources = ";".join(str(source) for source in (row["source"], row["axis_source"]) if source)
    if pd.isna(row["value"]):
        return Item(title, source=sources, date=row["cutoff"], under=under, code=row["axis"], drawn=title)
    figure = wording.published(row["value"], report.lang, qualifier=row["qualifier"])
    who = wording.in_language(row, "recipients", report.lang)
    name = report.text("sheet.measure", who=who, title=title) if who else title
    return Item(name, figure, "", "", row["cutoff"], sources, under=under, code=row["axis"], drawn=title)


def _outputs(report: Report, under: str) -> tuple[list[Item], bool]:
    """The largest output indicators, with the target where there is one."""
    rows = report.figures
    rows = rows[(rows["indicator"] == "target_achievement_ratio") & rows["indicator_type"].isin(["OESF", "OYEI"])]
    rows = rows[rows["numerator"] > 0].sort_values("numerator", ascending=False, kind="stable").head(_OUTPUTS_SHOWN)
    items = []
    for _, row in rows.iterrows():
        code = row["indicator_code"]
        known = indicator_name(code, row["indicator_type"], report.lang)
        named = {"name": known or code, "priority": row["investment_priority"]}
        if row["axis"] == ALL:
            name = report.text("sheet.output_of_programme", **named).strip()
        else:
            name = report.text("sheet.output", axis=row["axis"], **named).strip()
        figure = wording.count(row["numerator"], report.lang, bound=figure_bound(row["note"]))
        rate = _rate(row, report)
        remark = report.text("sheet.of_target", rate=rate) if rate else ""
        item = Item(name, figure, remark, code, row["data_date"], row["source"], under=under, note=row["note"])
        items.append(item)
    return items, bool(has_note(rows["note"], "restated").any())


# --- what needs a look ---


def _attention(report: Report) -> list[Item]:
    """What the checks found that is more than information, and the claims the data contradict, the newest first."""
    under = report.text("sheet.attention")
    numbers = numbered(report)
    findings, items = report.findings, []
    words = word_findings(findings, report.lang, sources=numbers)
    for (_, row), (_, said) in zip(findings.iterrows(), words.iterrows(), strict=True):
        if row["severity"] == "info":
            continue
        code = "" if row["axis"] == ALL else row["axis"]
        name = report.text("sheet.finding", axis=said["axis"], message=said["message"])
        items.append(Item(name, said["severity"], "", "", row["cutoff"], row["source"], code=code, under=under))
    verdicts = report.verdicts
    words = _worded_claims(report)
    for (_, row), (_, said) in zip(verdicts.iterrows(), words.iterrows(), strict=True):
        if row["verdict"] == "contradicted":
            item = Item(said["claim"], said["verdict"], "", said["why"], row["cutoff"], row["source"], under=under)
            items.append(item)
    return sorted(items, key=lambda item: item.date, reverse=True)


# --- the axes and their measures ---


def _axes(report: Report, told: set[str]) -> tuple[list[AxisCard], list[Item]]:
    """Each axis with its newest amounts and its measures, and the measures no source gives an axis.

    `told`: measures whose figures stand among the highlights already.
    """
    under = report.text("sheet.system")
    results = report.figures
    money = results[results["indicator"].isin(RATES.values()) & (results["axis"] != ALL) & results["numerator"].notna()]
    money = money[money["data_date"] == money["data_date"].max()]
    stages = [stage for stage, rate in RATES.items() if (money["indicator"] == rate).any()]
    if len(stages) > 2:
        stages = [stages[0], stages[-1]]
    rows = measures_in_force(report)
    whole = {place: _measure(row, report, under) for place, row in rows.iterrows()}
    items = {
        # a figure that stands among the highlights is not said twice
        place: replace(item, name=item.drawn, figure="") if item.name in told else item
        for place, item in whole.items()
    }
    cards = []
    for _, axis in report.programme.axes.iterrows():
        code = axis["axis"]
        amounts = [
            Item(
                name=report.text(f"stage.{stage}"),
                figure=_million(row["numerator"], report, _precision(row, stage, report), figure_bound(row["note"])),
                remark=_rate(row, report),
                detail=_reading(row, stage, report),
                date=row["data_date"],
                source=row["source"],
                share=row["value"],
                code=code,
                under=under,
                note=row["note"],
            )
            for stage in stages
            for _, row in money[(money["axis"] == code) & (money["indicator"] == RATES[stage])].iterrows()
        ]
        strand = wording.in_language(axis, "strand", report.lang)
        mine = [items[place] for place in rows.index[rows["axis"] == code]]
        cards.append(AxisCard(code, cells.axis_title(axis, report.lang), strand, amounts, mine))
    return cards, [items[place] for place in rows.index[rows["axis"] == ""]]


def _reading(row: pd.Series, stage: str, report: Report) -> str:
    """What the document of an amount says in its own words, where it names neither the stage nor the axis."""
    rows = report.programme.finance
    document = row["source"].partition(";")[0]
    rows = rows[(rows["axis"] == row["axis"]) & (rows["stage"] == stage) & (rows["source"] == document)]
    rows = rows[(rows["cutoff"] == row["data_date"]) & (rows["reading_it"] != "")]
    said = [wording.in_language(stated, "reading", report.lang) for _, stated in rows.iterrows()]
    return report.text("sheet.reading", said="; ".join(said)) if said else ""


def _precision(row: pd.Series, stage: str, report: Report) -> float:
    placed = pd.DataFrame([row]).assign(stage=stage, position=row["data_date"])
    return float(cells.precision_of(placed, report).iloc[0])
