"""What the indicators of the performance framework lack to its thresholds, and the axes if that came in."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.age import is_old
from porfse_analysis.display.cut import largest
from porfse_analysis.display.report import Report, made_once
from porfse_analysis.display.review.tables import Against, judged, short_place, told_name
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table, Typed
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.framework import word_indicators, word_status
from porfse_analysis.display.words.indicators import unit_name
from porfse_analysis.indicators.result import split_note
from porfse_analysis.verdicts.distances import distance_frame
from porfse_analysis.verdicts.exact import canonical_unit

__all__ = ["distance_rows", "distances", "hypotheses"]

_PLACE = ["axis", "fund", "region_category"]


@made_once(worded=False)
def distance_rows(report: Report, against: Against = "milestone") -> pd.DataFrame:
    """What each indicator lacks to each threshold at the cutoff."""
    return distance_frame(judged(report, against))


def distances(report: Report, against: Against = "milestone") -> Table:
    """Of each indicator that lacks something: how much to each threshold, and its axis if it alone got there."""
    found = distance_rows(report, against)
    found["detail"] = word_indicators(found, report.lang) if len(found) else ""
    wide = _one_row_each(found)
    lacking = wide["distances"].map(lambda each: set(each) != {"reached"}).astype(bool)
    rows = wide[lacking].reset_index(drop=True)
    high = wording.percentage(report.rules.achieved_from, report.lang)
    thresholds = [wording.rate(threshold, report.lang, decimals=0) for threshold in report.rules.thresholds]

    def old(row: pd.Series) -> bool:
        return bool(is_old(row["data_date"], min(report.cutoff, row["assessed_at"])))

    missing = [
        Column(
            f"missing_{place}",
            rate,
            "figure",
            report.text("distance.missing"),
            write=_missing(report, place, rate),
            old=old,
        )
        for place, rate in enumerate(thresholds)
    ]
    reached = len(wide) - len(rows)
    return Table(
        f"framework_distances_{against}",
        report.text(f"distance.table_{against}", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: short_place(row, report.lang, wide)),
            Column("indicator", report.text("column.indicator"), write=lambda row: told_name(row, report.lang)),
            Column("value", report.text("column.value"), "figure", write=cells.count(report, "value"), old=old),
            Column("target", report.text(f"column.{against}"), "figure", write=cells.count(report, "target")),
            Column("unit", report.text("column.unit"), write=lambda row: unit_name(row["unit"], report.lang)),
            *missing,
            Column("alone", report.text("distance.alone"), write=lambda row: _alone(row, thresholds, report)),
            Column("data_date", report.text("column.data_date"), write=cells.date(report), old=old),
            *([Column("detail", report.text("column.note"))] if rows["detail"].any() else []),
        ],
        [
            report.text("distance.note"),
            *([report.text("distance.rest", count=reached, high=high)] if reached else []),
            *_older(rows, report),
            *cells.missing_note(report, rows["value"]),
        ],
        source=source_line([*rows["source"], *rows["target_source"]], report),
        empty=report.text("distance.nothing", high=high) if len(wide) else report.text("empty.framework_indicators"),
        lang=report.lang,
        matters=largest((1 - rows["value"] / rows["target"]).clip(lower=0), "lacking"),
    )


def _one_row_each(found: pd.DataFrame) -> pd.DataFrame:
    """A row for each indicator, with what it lacks to each threshold in lists, the highest threshold first."""
    key = ["programme", *_PLACE, "investment_priority", "indicator_type", "indicator_code", "kind"]
    lists = {"distances": "distance", "verdicts": "verdict_if_alone"}
    lists |= {f"{name}s": name for name in ("needed", "missing_at_least", "missing_at_most")}
    groups = found.groupby(key, sort=False)
    wide = groups.first().reset_index() if len(found) else found.iloc[:0]
    for plural, name in lists.items():
        wide[plural] = [list(group[name]) for _, group in groups]
    # `first` takes the first value that is not missing, and each indicator has one
    return wide


def _missing(report: Report, place: int, rate: str) -> Typed:
    """What is missing to a threshold: a figure, limits, or that it is reached."""

    def write(row: pd.Series) -> str:
        distance, low, high = row["distances"][place], row["missing_at_leasts"][place], row["missing_at_mosts"][place]
        if distance == "not_comparable":
            return report.text("missing.short")
        if distance == "reached":
            return report.text("distance.reached")
        least, most = (_figure(row, value, report.lang) for value in (low, high))
        if distance == "missing":
            return most
        return (
            report.text("distance.between", least=least, most=most)
            if low
            else report.text("distance.at_most", figure=most)
        )

    def value(row: pd.Series) -> object:
        known = row["distances"][place] in ("missing", "reached")
        return row["missing_at_mosts"][place] if known else None

    label = report.text("distance.missing_to", rate=rate)
    return Typed(write, value, lambda row: "#,##0.##", report.text("download.as_number", label=label))


def _figure(row: pd.Series, value: float, lang: str) -> str:
    money = canonical_unit(row["unit"]) == "eur"
    return wording.number(value, lang, decimals=2) if money and value % 1 else wording.count(value, lang)


def _alone(row: pd.Series, thresholds: list[str], report: Report) -> str:
    """The axis if this indicator alone came to each threshold it lacks something to; those alike in one."""
    said: dict[str, list[str]] = {}
    for rate, verdict in zip(thresholds, row["verdicts"], strict=True):
        if verdict:
            said.setdefault(verdict, []).append(rate)
    parts = [
        report.text("distance.alone_at", rates=", ".join(rates), status=word_status(verdict, report.lang))
        for verdict, rates in said.items()
    ]
    return "; ".join(parts)


def _older(rows: pd.DataFrame, report: Report) -> list[str]:
    """The line that says what figures older than the assessment are worth, where there are some."""
    older = any({"older_figure", "older_share"} & set(split_note(note)) for note in rows["note"])
    return [report.text("distance.older")] if older else []


def hypotheses(report: Report, against: Against = "milestone") -> Table:
    """The axes that lack something: as they stand, if nothing more came in, and if what is missing came in."""
    found = distance_rows(report, against)
    none = "distance.nothing" if len(found) else "empty.framework_indicators"
    lacking = found.loc[found["distance"] != "reached", _PLACE].drop_duplicates()
    found = found.merge(lacking, on=_PLACE)
    first = found.groupby(_PLACE, sort=False, as_index=False).first()
    rates = {threshold: wording.rate(threshold, report.lang, decimals=0) for threshold in report.rules.thresholds}
    for threshold in rates:
        at = found[found["threshold"] == threshold].groupby(_PLACE, sort=False)["verdict_if_all"].first()
        first[f"all_{threshold}"] = list(at)
    highest = found[found["threshold"] == max(rates, default=0.0)].groupby(_PLACE, sort=False)
    first["unpublished"] = list(highest["verdict_if_unpublished"].first())
    several = first["unpublished"].ne("").any()
    high = wording.percentage(report.rules.achieved_from, report.lang)

    def said(name: str) -> Callable[[pd.Series], str]:
        return lambda row: (
            word_status(row[name], report.lang) if row[name] else report.text("distance.none_unpublished")
        )

    return Table(
        f"framework_hypotheses_{against}",
        report.text(f"distance.hypotheses_{against}", date=wording.date(report.cutoff, report.lang)),
        first,
        [
            Column("axis", report.text("column.axis"), "head", write=lambda row: short_place(row, report.lang, first)),
            Column("verdict", report.text("distance.as_it_is"), write=said("verdict")),
            Column("verdict_if_none", report.text("distance.if_none"), write=said("verdict_if_none")),
            *(
                [Column("unpublished", report.text("distance.if_unpublished", rate=high), write=said("unpublished"))]
                if several
                else []
            ),
            *(
                Column(f"all_{threshold}", report.text("distance.if_all", rate=rate), write=said(f"all_{threshold}"))
                for threshold, rate in rates.items()
            ),
        ],
        [report.text("distance.hypotheses_note"), *_older(found, report)],
        source=source_line([*found["source"], *found["target_source"]], report),
        empty=report.text(none, high=high),
        lang=report.lang,
    )
