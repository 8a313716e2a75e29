"""The information sheet: one A4 page per reporting date, to read on screen, to print and to hand on.

Typst sets it from one template, as SVG, PDF and PNG. The letters are outlines in the SVG, so that the layout holds on a
machine without the font; the PDF is tagged, and its text can be searched. A text too long for its place is cut with an
ellipsis; the text alternative and the table of the sheet's figures have it whole.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import pandas as pd

from porfse_analysis.display import cells
from porfse_analysis.display.figure import Figure
from porfse_analysis.display.report import Report
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.display.sheet.items import Content, Item
from porfse_analysis.display.sheet.lighter import lighter_png, lighter_svg
from porfse_analysis.display.sheet.setting import COLOURS, page_data, template
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.typesetting import as_json, typeset
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.rules import word_changes

__all__ = ["InformationSheet", "information_sheet", "sheet_figures"]

_DPI = 150


@dataclass(frozen=True, repr=False)
class InformationSheet:
    """A sheet ready for a notebook: the picture on the page, the same page as PDF and PNG to download."""

    figure: Figure
    pdf: bytes
    png: bytes
    label: str

    def __repr__(self) -> str:
        return f"<InformationSheet, {self.label}>"

    @property
    def html(self) -> str:
        """The sheet as it stands on a page."""
        return self.figure.html

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        data = {
            "text/html": self.html,
            "application/pdf": base64.b64encode(self.pdf).decode("ascii"),
            "image/png": base64.b64encode(self.png).decode("ascii"),
            "text/plain": repr(self),
        }
        return data, {"porfse": {"file": "information-sheet", "label": self.label}}


def information_sheet(report: Report) -> InformationSheet:
    """The information sheet of a programme at the report's date, in its language.

    Endowments by axis, key figures of implementation, highlights, the axes and their measures; every figure from the
    programme's tables, with its date where that is not the sheet's.
    """
    content = sheet_content(report)
    source, files = template(), {"data.json": as_json(page_data(content, report))}
    svg = lighter_svg(typeset(source, files, format="svg"))
    pdf = typeset(source, files, format="pdf")
    png = lighter_png(typeset(source, files, format="png", ppi=_DPI), COLOURS, _DPI)
    date = wording.long_date(report.cutoff, report.lang)
    shown = Figure(
        "information-sheet",
        svg,
        alt=report.text("sheet.alt", date=date, values="; ".join(_said(item, report) for item in content.items)),
        caption=" ".join([report.text("sheet.caption", date=date), *word_changes(report.rule_changes, report.lang)]),
        source=source_line(content.sources, report),
        css="pf-figure pf-sheet",
    )
    return InformationSheet(shown, pdf, png, report.text("sheet.label"))


def _said(item: Item, report: Report) -> str:
    """An item in the text alternative, with its date where that is not the sheet's."""
    name = report.text("sheet.of_axis", name=item.name, axis=item.code) if item.code else item.name
    value, remark = _told(item, report)
    if remark:
        value = report.text("sheet.remarked", figure=value, remark=remark) if value else remark
    said = report.text("alt.value", name=name, value=value) if value else name
    if pd.isna(item.date) or item.date == report.cutoff or not item.figure:
        return said
    return report.text("alt.at", value=said, date=wording.date(item.date, report.lang))


def _told(item: Item, report: Report) -> tuple[str, str]:
    """The figure of an item and its remark, each with the word for what lacks a part."""
    figure = wording.partly(item.figure, item.note, report.lang, value=False) if item.figure else ""
    return figure, wording.partly(item.remark, item.note, report.lang) if item.remark else ""


def sheet_figures(report: Report) -> Table:
    """Every figure of the sheet, whole, with its date and source."""
    content: Content = sheet_content(report)
    names = ("under", "code", "name", "figure", "remark", "detail", "date", "source")
    told = [{name: getattr(item, name) for name in names} for item in content.items]
    rows = pd.DataFrame(told, columns=names)
    rows[["figure", "remark"]] = [_told(item, report) for item in content.items]
    return Table(
        "sheet-figures",
        report.text("sheet.figures", date=wording.date(report.cutoff, report.lang)),
        rows,
        [
            Column("name", report.text("sheet.what"), "head"),
            Column("figure", report.text("sheet.figure"), "figure"),
            Column("remark", report.text("sheet.remark"), write=_remark),
            Column("code", report.text("column.axis")),
            Column("date", report.text("column.data_date"), write=cells.date(report, "date")),
            Column("source", report.text("column.source"), write=cells.reference(report)),
            Column("under", report.text("sheet.part")),
        ],
        notes=_notes(content, report),
        source=source_line(content.sources, report),
        empty=report.text("sheet.nothing"),
        lang=report.lang,
    )


def _remark(row: pd.Series) -> str:
    """What is drawn beside a figure, then what the table alone has room for."""
    return ". ".join(part for part in (row["remark"], row["detail"]) if part)


def _notes(content: Content, report: Report) -> list[str]:
    """Which rules were changed, what was not published, and what a reader must know of the series."""
    notes = word_changes(report.rule_changes, report.lang)
    if content.unpublished:
        notes.append(report.text("sheet.unpublished", names=wording.list_of(content.unpublished, report.lang)))
    return [*notes, *([report.text("note_long.restated")] if content.restated else [])]
