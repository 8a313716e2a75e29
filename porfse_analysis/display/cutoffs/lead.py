"""The words around the tables of two reporting dates: title, headings, the opening lines, the figures in large."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from porfse_analysis.display.cutoffs import writers
from porfse_analysis.display.cutoffs.comparison import CutoffComparison
from porfse_analysis.display.html import Html, heading, paragraphs, tiles
from porfse_analysis.display.words import wording
from porfse_analysis.indicators.financial import RATES
from porfse_analysis.schema import ALL

__all__ = ["how_to_read", "key_numbers", "lead", "section", "title"]


def title(comparison: CutoffComparison) -> Html:
    """The title of the page: programme, the two dates, CCI."""
    name = heading(comparison.programme.title(comparison.lang), "title", level=1)
    day = wording.long_date(comparison.cutoff, comparison.lang)
    cci = comparison.programme.cci
    if comparison.compare_to is None:
        line = comparison.text("cutoffs.subtitle_first", date=day, cci=cci)
    else:
        earlier = wording.long_date(comparison.compare_to, comparison.lang)
        line = comparison.text("cutoffs.subtitle", date=day, previous=earlier, cci=cci)
    return Html(name.html + paragraphs([line], "pf-subtitle").html)


def section(comparison: CutoffComparison, name: str) -> Html:
    """The heading of a section (moved, targets, people, plan, not_compared, sources)."""
    return heading(comparison.text(f"cutoffs.section_{name}"), name)


def lead(comparison: CutoffComparison) -> Html:
    """What is set side by side and whether the plan changed in between; at the first date, that there is no other."""
    if comparison.compare_to is None:
        day = wording.long_date(comparison.cutoff, comparison.lang)
        return paragraphs([comparison.text("cutoffs.first_date", date=day)], "pf-empty")
    said = [comparison.text("cutoffs.lead"), *_money_dates(comparison), _plan_sentence(comparison)]
    return paragraphs(said, "pf-lead")


def _money_dates(comparison: CutoffComparison) -> list[str]:
    """That the money moved between other days than the two reporting dates, all of it or some."""
    rows = comparison.changes[comparison.changes["indicator"].isin(RATES.values())]
    moved = rows[rows["change"].notna()]
    own = (moved["data_date_before"] == comparison.compare_to) & (moved["data_date"] == comparison.cutoff)
    if own.any() and not own.all():
        return [comparison.text("cutoffs.some_dates", **writers.dates_of(comparison, moved[~own]))]
    return writers.other_dates(comparison, rows)


def _plan_sentence(comparison: CutoffComparison) -> str:
    """Whether allocations and targets changed."""
    rows = comparison.allocations
    axes = rows[rows["axis"] != ALL]
    targets = comparison.plan_targets
    moved = {"changed", "only_now", "only_before"}
    if count := int(axes["status"].isin(moved).sum()):
        money = comparison.text("cutoffs.plan_money_changed", count=count)
    elif len(axes) and axes["status"].eq("same").all():
        money = comparison.text("cutoffs.plan_money_same")
    elif (
        len(rows) and axes.empty and rows["status"].isin([*moved, "same"]).all()
    ):  # a plan of the whole programme alone
        changed = rows["status"].isin(moved).any()
        money = comparison.text("cutoffs.plan_whole_changed" if changed else "cutoffs.plan_whole_same")
    else:
        money = comparison.text("cutoffs.plan_money_unknown")
    if comparison.programme.targets.empty:
        aims = comparison.text("cutoffs.plan_targets_none")
    elif targets.empty or (targets["status"] == "missing_before").all():
        aims = comparison.text("cutoffs.plan_targets_unknown")
    elif count := int(targets["status"].isin(moved).sum()):
        aims = comparison.text("cutoffs.plan_targets_changed", count=count)
    else:
        aims = comparison.text("cutoffs.plan_targets_same")
    return comparison.text("cutoffs.plan_sentence", money=money, targets=aims)


def key_numbers(comparison: CutoffComparison) -> Html:
    """How far the programme as a whole moved, with the days of the figures; what does not compare is left out here."""
    text, lang = comparison.text, comparison.lang
    whole = comparison.changes[(comparison.changes["axis"] == ALL) & (comparison.changes["status"] == "compared")]
    items = []
    for name in comparison.moved_rates:
        for _, row in whole[whole["indicator"] == name].iterrows():
            remark = text(
                "cutoffs.tile_rate",
                points=wording.points(row["change"], lang),
                **_tile_figures(comparison, row, wording.rate),
            )
            shown = wording.million_euro(row["numerator_change"], lang, precision=row["precision"], signed=True)
            items.append((writers.stage_of(comparison, name), shown, remark))
    for _, row in whole[whole["indicator"] == "participants"].iterrows():
        remark = text("cutoffs.tile_people", **_tile_figures(comparison, row, wording.count))
        items.append((text("stage.participants"), wording.signed_count(row["change"], lang), remark))
    return tiles(items) if items else Html("")


def _tile_figures(comparison: CutoffComparison, row: pd.Series, figure: Callable[[float, str], str]) -> dict[str, str]:
    """Both figures of a row with their days."""
    return {
        "before": figure(row["value_before"], comparison.lang),
        "now": figure(row["value"], comparison.lang),
        "previous": wording.date(row["data_date_before"], comparison.lang),
        "date": wording.date(row["data_date"], comparison.lang),
    }


def how_to_read(comparison: CutoffComparison) -> Html:
    """The decomposition in words, and where it comes from."""
    return paragraphs([comparison.text("cutoffs.how"), comparison.text("cutoffs.how_source")])
