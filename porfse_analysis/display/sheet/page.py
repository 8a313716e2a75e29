"""The information sheet: one A4 page per reporting date, to read on screen, to print and to hand on.

The letters are drawn as outlines in the SVG, so that the layout holds on a machine without the font; the PDF embeds
the font and its text can be searched. A text too long for its place is cut with an ellipsis; the text alternative and
the table of the sheet's figures have it whole.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Drawing

from porfse_analysis.display import cells
from porfse_analysis.display.figure import STYLE, Figure, house_style
from porfse_analysis.display.report import Report
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.display.sheet.drawing import COLOURS, draw_sheet
from porfse_analysis.display.sheet.items import Content, Item
from porfse_analysis.display.sources import source_line
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording
from porfse_analysis.display.words.rules import word_changes

__all__ = ["InformationSheet", "information_sheet", "sheet_figures"]

_STYLE = STYLE | {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same outlines on every machine
    "text.hinting": "none",  # else letters take other widths on the screen than in the PDF
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}
_DPI = 150
_SHADES = 16


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
    with house_style(_STYLE):
        figure = draw_sheet(content, report)
        svg, pdf, png = _svg(figure), _pdf(figure, report), _png(figure)
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
    value = item.figure
    if item.remark:
        value = report.text("sheet.remarked", figure=item.figure, remark=item.remark) if value else item.remark
    said = report.text("alt.value", name=name, value=value) if value else name
    if pd.isna(item.date) or item.date == report.cutoff or not item.figure:
        return said
    return report.text("alt.at", value=said, date=wording.date(item.date, report.lang))


def sheet_figures(report: Report) -> Table:
    """Every figure of the sheet, whole, with its date and source."""
    content: Content = sheet_content(report)
    names = ("under", "code", "name", "figure", "remark", "detail", "date", "source")
    rows = pd.DataFrame([{name: getattr(item, name) for name in names} for item in content.items], columns=names)
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


# --- files ---


def _svg(figure: Drawing) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _shorter(buffer.getvalue())


def _shorter(svg: bytes) -> bytes:
    """The same drawing in two thirds of the bytes: comments, names and decimals that no screen shows are left out."""
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg.decode("utf-8"), flags=re.DOTALL)
    text = re.sub(r' id="(?:figure|axes|patch|text)_\d+"', "", text)
    # a letter is set by its x alone
    text = re.sub(
        r'xlink:href="(#[^"]+)"(?: transform="translate\(([-\d.]+) 0\)")?',
        lambda found: f'href="{found[1]}" x="{float(found[2] or 0):.0f}"',
        text,
    )
    text = text.replace("DejaVuSans-Bold-", "b").replace("DejaVuSans-", "r")
    text = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.5g}", text)
    text = re.sub(r"\s*\n\s*", "\n", text)
    return re.sub(r"\n?\b([MLQCz]) ?(?=[-\d\n\"])", r"\1", text).encode("utf-8")


def _pdf(figure: Drawing, report: Report) -> bytes:
    buffer = io.BytesIO()
    title = report.text("sheet.file_title", title=report.programme.title(report.lang), date=_date(report))
    none = {"CreationDate": None, "Creator": None, "Producer": None}
    figure.savefig(buffer, format="pdf", metadata={"Title": title, **none})
    return buffer.getvalue()


def _date(report: Report) -> str:
    return wording.long_date(report.cutoff, report.lang)


def _png(figure: Drawing) -> bytes:
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(_DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])  # type: ignore[no-untyped-call]
    buffer = io.BytesIO()
    # a palette of white, each colour and its way to white, for the edges of the letters: a palette found in the
    # picture would lose a colour that is rare
    shades = [np.ones((1, 3))]
    for colour in COLOURS:
        start = np.array(to_rgb(colour))
        steps = max(1, round((1 - start.min()) * _SHADES))
        shades.append(start + (1 - start) * np.linspace(0, 1, steps, endpoint=False)[:, None])
    palette = Image.new("P", (1, 1))
    palette.putpalette([int(part) for part in np.rint(np.concatenate(shades).ravel() * 255)])
    image = Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.NONE)
    image.save(buffer, format="png", dpi=(_DPI, _DPI))
    return buffer.getvalue()
