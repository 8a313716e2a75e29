"""What the template of an information sheet is given: the content in the words of its language, no length and no place.

A text is given as far as it could ever be set, and of many only as many as the page could ever hold: the template cuts
what is longer, and says how many are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from porfse_analysis.display.age import is_old
from porfse_analysis.display.html import kept_together
from porfse_analysis.display.report import Report
from porfse_analysis.display.sheet.items import AxisCard, Content, Item
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.typesetting import FONT
from porfse_analysis.display.words import wording

__all__ = ["COLOURS", "page_data", "template"]

COLOURS = ("#1d2b36", "#56646f", "#14507a", "#9a4a12", "#8fa3b3", "#c8d0d7", "#e6ebef")
"""Ink, quiet, accent, signal, old, rule, tint: far enough apart in lightness to be told in grey print."""

_LONGEST = 1500
"""Characters of a text that are looked at: more never fits on the page."""

_MOST = 40
"""Items of a part that are looked at."""

_PLACE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Where a text will stand in a sentence."""


def template() -> str:
    """The source of the page: the same for every programme, date and language."""
    return Path(__file__).with_name("sheet.typ").read_text(encoding="utf-8")


def page_data(content: Content, report: Report) -> dict[str, Any]:
    """The sheet of a report's date, as the template reads it."""
    endowment = [_row(item, report, name="sheet.of_the_total") for item in content.endowment]
    now = [item for item in content.stages if not is_old(item.date, report.cutoff)]
    then = [item for item in content.stages if is_old(item.date, report.cutoff)]
    stages = [_row(item, report, name="sheet.of_the_endowment") for item in (*now, *then)]
    drawn = [row for row in (*endowment, *stages) if row["share"] is not None]
    parts = {
        "endowment": _endowment(endowment, content, report),
        "stages": _stages(stages, content, report),
        "people": _people(content, report),
        "system": _system(content, report),
    }
    for name, items in (("spend", content.spend), ("targets", content.targets), ("attention", content.attention)):
        given = [_highlight(item, report, warn=name == "attention") for item in items]
        parts[name] = _part(name, report) | _listed(given, report)
    title = " ".join(report.programme.title(report.lang).split()) or report.programme.cci
    date = wording.long_date(report.cutoff, report.lang)
    return {
        "lang": report.lang,
        "font": FONT,
        "colours": list(COLOURS),
        "file_title": _text(report.text("sheet.file_title", title=title, date=date)),
        "title": _text(title),
        "above": _text(report.text("sheet.above", cci=report.programme.cci)),
        "date": _text(report.text("sheet.at", date=date)),
        "parts": parts,
        "key": _key(drawn, report),
        "foot": _foot(content, report),
    }


def _text(text: str) -> str:
    """A text as it is set: on one line, numbers with their units, and no more of it than a page could hold."""
    whole = " ".join(text[: _LONGEST + 1].split())
    return str(kept_together(whole if len(text) <= _LONGEST else f"{whole[:_LONGEST]}…"))


def _part(name: str, report: Report, *, empty: str = "", unit: str = "") -> dict[str, Any]:
    """The name of a part of the page, its unit, and what it says when nothing was published."""
    return {
        "title": report.text(f"sheet.{name}"),
        "unit": report.text(f"sheet.{unit}") if unit else "",
        "empty": _text(report.text(empty or f"sheet.no_{name}")),
    }


def _endowment(rows: list[dict[str, Any]], content: Content, report: Report) -> dict[str, Any]:
    # a total that is published is no missing endowment
    empty = "sheet.no_axes" if content.total else "empty.endowment"
    part = _part("endowment", report, empty=empty, unit="of_total" if rows else "")
    total = content.total and _dated(content.total, report) | {"figure": _text(content.total.figure)}
    return part | _listed(rows, report, "rows", more="sheet.more_axes") | {"total": total}


def _stages(rows: list[dict[str, Any]], content: Content, report: Report) -> dict[str, Any]:
    names = wording.list_of(content.unpublished, report.lang)
    silent = _text(report.text("sheet.unpublished", names=names)) if names else ""
    return _part("stages", report, unit="of_allocation" if rows else "") | {"rows": rows, "silent": silent}


def _listed(items: Sequence[Any], report: Report, under: str = "items", *, more: str = "sheet.more") -> dict[str, Any]:
    """As many items as a page could hold, how many there are, and by how many are shown what is said of the others."""
    given = list(items[:_MOST])
    rest = [len(items) - shown for shown in range(len(given) + 1)]
    return {under: given, "count": len(items), "more": [report.text(more, count=left) if left else "" for left in rest]}


def _dated(item: Item, report: Report, text: str = "") -> dict[str, str]:
    """A name, and after it that a part is missing, and the date of its figure where that is not the sheet's.

    The name may be cut, what comes after it not.
    """
    said = wording.partly(_PLACE, item.note, report.lang)
    if is_old(item.date, report.cutoff):
        said = report.text("sheet.dated", name=said, date=wording.date(item.date, report.lang))
    name, after = _around(_text(text or item.name), said)
    return {"name": name, "after": after}


def _dated_remark(item: Item, report: Report) -> dict[str, str]:
    """What stands below or beside a figure, and after it the date where that is not the sheet's."""
    lower, after = _text(item.remark), ""
    if is_old(item.date, report.cutoff):
        after = report.text("tile.at", date=wording.date(item.date, report.lang))
        if lower:
            lower, after = _around(lower, report.text("sheet.remarked_at", remark=_PLACE, date=after))
    return {"lower": lower, "lower-after": after}


def _around(text: str, said: str) -> tuple[str, str]:
    """A text with what `said` has before it, and what comes after it, in which no line ends."""
    before, _, after = said.partition(_PLACE)
    return before + text, " " * after.startswith(" ") + after.strip().replace(" ", "\N{NO-BREAK SPACE}")


def _row(item: Item, report: Report, *, name: str) -> dict[str, Any]:
    """A figure with its bar; `name` words what the bar shows, for who does not see it."""
    old = is_old(item.date, report.cutoff)
    known = math.isfinite(item.share)
    alt = report.text(name, rate=wording.partly(item.remark, item.note, report.lang)) if known else ""
    if known and old:
        alt = report.text("alt.at", value=alt, date=wording.date(item.date, report.lang))
    return _dated(item, report) | {
        "code": _text(item.code),
        "figure": _text(item.drawn),
        "remark": _text(item.remark),
        "share": max(float(item.share), 0.0) if known else None,
        "old": bool(old),
        "alt": alt,
    }


def _highlight(item: Item, report: Report, *, warn: bool) -> dict[str, str]:
    # what needs a look has its date after its name
    said = _dated(item if warn else replace(item, date=report.cutoff), report)
    below = {"lower": "", "lower-after": ""} if warn else _dated_remark(item, report)
    return said | below | {"figure": _text(item.figure), "detail": _text(item.detail) if warn else ""}


def _people(content: Content, report: Report) -> dict[str, Any]:
    """The people reached, and whom the measures reached; one date for all of these is said once."""
    dates = {item.date for item in content.reached}
    alike = len(dates) == 1 and bool(is_old(content.reached[0].date, report.cutoff))
    alone = {"lower-after": ""} if alike else {}
    reached = [_highlight(item, report, warn=False) | alone for item in content.reached]
    since = report.text("tile.at", date=wording.date(content.reached[0].date, report.lang)) if alike else ""
    large = [_highlight(item, report, warn=False) for item in content.people[:2]]
    return _part("people", report) | _listed(reached, report) | {"large": large, "since": since}


def _system(content: Content, report: Report) -> dict[str, Any]:
    cards = [_card(card, report) for card in content.axes]
    unsettled = {"title": report.text("sheet.unsettled")} | _listed(_names(content.unsettled), report)
    part = _part("system", report, unit="of_axis_allocation" if cards else "")
    return part | _listed(cards, report, "cards", more="sheet.more_axes") | {"unsettled": unsettled}


def _card(card: AxisCard, report: Report) -> dict[str, Any]:
    amounts = []
    for item in card.amounts:
        label = report.text("sheet.amount", rate=item.remark, stage=item.name) if item.remark else item.name
        amounts.append(_dated(item, report, label) | {"figure": _text(item.figure)})
    return {
        "title": _text(report.text("sheet.axis", axis=card.code, title=card.strand or card.title)),
        "amounts": amounts,
        "silent": report.text("sheet.no_amount"),
        "measures": _listed(_names(card.measures), report),
    }


def _names(items: Sequence[Item]) -> list[str]:
    """The names of measures: whom one had reached at an earlier date is in the table, with that date."""
    return [_text(item.drawn or item.name) for item in items]


def _key(drawn: Sequence[dict[str, Any]], report: Report) -> list[dict[str, str]]:
    """What the bars of the page mean, as far as it has such bars."""
    signs: dict[str, Callable[[], bool]] = {
        "whole": lambda: bool(drawn),
        "old": lambda: any(row["old"] for row in drawn),
        "mark": lambda: any(row["share"] > 1 for row in drawn),
    }
    return [{"sign": sign, "text": report.text(f"sheet.key_{sign}")} for sign, there in signs.items() if there()]


def _foot(content: Content, report: Report) -> str:
    texts = [report.text("sheet.foot", date=wording.date(report.cutoff, report.lang), cci=report.programme.cci)]
    if content.restated:
        texts.append(report.text("note_long.restated"))
    return _text(" ".join([*texts, source_line(content.sources, report)]))
