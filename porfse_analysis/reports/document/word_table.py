"""Tables of a file of Word, and runs of text in it; every text is text, whatever it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from porfse_analysis.reports.document.measures import INSET, Placed, is_torn
from porfse_analysis.reports.document.parts import Cell, Run

__all__ = ["add_table", "fill"]

_CODE_FONT = "Courier New"
_QUIET = "4A5865"
_LINE, _RULE, _SHADE = "D5DAE1", "1F2933", "E3EBF3"
_TWIPS = 20
"""Of a point."""


def fill(paragraph: Any, runs: Sequence[Run], size: float = 0.0, colour: str = "") -> None:
    """Add runs to a paragraph, of `size` points and a `colour` where these are given; links lead to their address."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for run in runs:
        added = paragraph.add_run(run.text)
        added.bold, added.italic = run.bold or None, run.italic or None
        if run.code:
            added.font.name = _CODE_FONT
        if size:
            added.font.size = Pt(size)
        if colour:
            added.font.color.rgb = RGBColor.from_string(colour)
        if run.link:
            added.font.underline = True
            link = _element("w:hyperlink")
            link.set(qn("r:id"), paragraph.part.relate_to(run.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
            added._r.addprevious(link)
            link.append(added._r)


def add_table(book: Any, found: Placed) -> None:
    """A table at the end of the document: its head is repeated on every page, and its cells are marked as such."""
    table = found.table
    element = _element("w:tbl")
    properties = _with(
        "w:tblPr",
        ("w:tblStyle", {"w:val": "TableGrid"}),
        ("w:tblW", {"w:w": _twips(sum(found.widths)), "w:type": "dxa"}),
        ("w:tblLayout", {"w:type": "fixed"}),
    )
    margins = _with("w:tblCellMar", *((f"w:{side}", _points(INSET)) for side in ("left", "right")))
    borders = _with(
        "w:tblBorders",
        *((f"w:{side}", {"w:val": "nil"}) for side in ("top", "left")),
        ("w:bottom", _border(_LINE, 4)),
        ("w:right", {"w:val": "nil"}),
        ("w:insideH", _border(_LINE, 4)),
        ("w:insideV", {"w:val": "nil"}),
    )
    properties.insert(2, borders)
    properties.append(margins)
    named = any(cell.head and cell.column == 0 for row in table.rows for cell in row)
    look = {"w:firstRow": "1" if table.heads else "0", "w:firstColumn": "1" if named else "0", "w:noHBand": "1"}
    properties.append(_with("w:tblLook", attributes={**look, "w:lastRow": "0", "w:lastColumn": "0", "w:noVBand": "1"}))
    if table.caption:
        properties.append(_with("w:tblCaption", attributes={"w:val": table.caption[:255]}))
    element.append(properties)
    element.append(_with("w:tblGrid", *(("w:gridCol", {"w:w": _twips(width)}) for width in found.widths)))
    book.element.body._insert_tbl(element)
    for head, rows in ((True, table.heads), (False, table.rows)):
        for cells in _whole(rows, table.columns):
            element.append(_row(book, cells, found, head=head))


def _whole(rows: Sequence[Sequence[Cell]], columns: int) -> Iterator[list[tuple[Cell, bool]]]:
    """Each row with the cells that go on in it from above; whether a cell begins in it."""
    going: dict[int, tuple[Cell, int]] = {}
    for at, row in enumerate(rows):
        line = [(cell, True) for cell in row]
        line += [(cell, False) for cell, until in going.values() if at < until]
        going = {column: known for column, known in going.items() if at + 1 < known[1]}
        going |= {cell.column: (cell, at + cell.rows) for cell in row if cell.rows > 1}
        yield sorted(line, key=lambda item: item[0].column)


def _row(book: Any, cells: Sequence[tuple[Cell, bool]], found: Placed, *, head: bool) -> Any:
    row = _element("w:tr")
    torn = is_torn([cell for cell, _ in cells], found)
    properties = _with("w:trPr", *(() if torn else (("w:cantSplit", {}),)), *((("w:tblHeader", {}),) if head else ()))
    if len(properties):
        row.append(properties)
    for cell, begins in cells:
        row.append(_cell(book, cell, found, head=head, begins=begins))
    return row


def _cell(book: Any, cell: Cell, found: Placed, *, head: bool, begins: bool) -> Any:
    from docx.text.paragraph import Paragraph

    element = _element("w:tc")
    width = sum(found.widths[cell.column : cell.column + cell.columns])
    properties = _with("w:tcPr", ("w:tcW", {"w:w": _twips(width), "w:type": "dxa"}))
    if cell.columns > 1:
        properties.append(_with("w:gridSpan", attributes={"w:val": str(cell.columns)}))
    if cell.rows > 1:
        properties.append(_with("w:vMerge", attributes={"w:val": "restart"} if begins else {}))
    if head:
        properties.append(_with("w:tcBorders", ("w:bottom", _border(_RULE, 8))))
        properties.append(_with("w:shd", attributes={"w:val": "clear", "w:color": "auto", "w:fill": _SHADE}))
        properties.append(_with("w:vAlign", attributes={"w:val": "bottom"}))
    element.append(properties)
    line = _element("w:p")
    element.append(line)
    aligned = "right" if cell.right else "center" if head and cell.columns > 1 else "left"
    style = _with("w:pPr", ("w:spacing", {"w:before": "30", "w:after": "30", "w:line": "240", "w:lineRule": "auto"}))
    if head:
        style.insert(0, _element("w:keepNext"))
    style.append(_with("w:jc", attributes={"w:val": aligned}))
    line.append(style)
    if begins:
        runs = [replace(run, bold=run.bold or cell.head, italic=run.italic or cell.old) for run in cell.runs]
        fill(Paragraph(line, book._body), runs, found.size, _QUIET if cell.old else "")
    return element


# --- elements ---


def _element(name: str) -> Any:
    from docx.oxml import OxmlElement

    return OxmlElement(name)


def _with(name: str, *children: tuple[str, dict[str, str]], attributes: dict[str, str] | None = None) -> Any:
    """An element with its attributes and children, which have attributes of their own."""
    from docx.oxml.ns import qn

    made = _element(name)
    for key, value in (attributes or {}).items():
        made.set(qn(key), value)
    for child, given in children:
        made.append(_with(child, attributes=given))
    return made


def _twips(points: float) -> str:
    return str(round(points * _TWIPS))


def _points(points: float) -> dict[str, str]:
    return {"w:w": _twips(points), "w:type": "dxa"}


def _border(colour: str, eighths: int) -> dict[str, str]:
    return {"w:val": "single", "w:sz": str(eighths), "w:space": "0", "w:color": colour}
