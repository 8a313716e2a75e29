"""What a file of Word is made on: its paper, styles, language, and the edges of its pages."""

from __future__ import annotations

from typing import Any

__all__ = ["NOTE", "add_page_numbers", "restarted", "set_up", "turn"]

NOTE = "Note"
"""The style of notes and sources."""

_FONT = "Calibri"
_A4 = (595.3, 841.9)
"""Points."""

_SIDE, _TOP, _BOTTOM = 51.0, 64.0, 58.0
_INK, _QUIET, _ACCENT = "1F2933", "4A5865", "00518A"
_SIZES = {1: 19, 2: 14, 3: 12, 4: 11}


def set_up(book: Any, language: str) -> None:
    """An empty document of A4 in a language, as it-IT."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styles = book.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    defaults.find(qn("w:lang")).set(qn("w:val"), language)
    for theme in book.settings.element.findall(qn("w:themeFontLang")):
        theme.set(qn("w:val"), language)
    normal = styles["Normal"]
    normal.font.size, normal.font.color.rgb = Pt(10.5), RGBColor.from_string(_INK)
    normal.paragraph_format.space_after = Pt(6)
    names = [f"Heading {level}" for level in range(1, 7)]
    for level, name in enumerate(names, start=1):
        styles[name].font.color.rgb = RGBColor.from_string(_ACCENT)
        styles[name].font.size = Pt(_SIZES.get(level, 10.5))
    note = styles.add_style(NOTE, WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = normal
    note.font.size, note.font.color.rgb = Pt(8), RGBColor.from_string(_QUIET)
    note.paragraph_format.space_after = Pt(3)
    styles["Subtitle"].font.color.rgb = RGBColor.from_string(_QUIET)
    styles["Subtitle"].font.italic = False
    styles["Caption"].font.color.rgb = RGBColor.from_string(_INK)
    styles["Caption"].paragraph_format.space_before = Pt(10)
    styles["Caption"].paragraph_format.space_after = Pt(4)
    for name in ("Normal", "Subtitle", "Caption", NOTE, *names):
        _in_font(styles[name])
    _on_paper(book.sections[0], across=False)


def _in_font(style: Any) -> None:
    from docx.oxml.ns import qn

    style.font.name = _FONT
    fonts = style.element.rPr.rFonts
    for place in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{place}"), _FONT)
        fonts.attrib.pop(qn(f"w:{place}Theme"), None)


def _on_paper(section: Any, *, across: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    width, height = reversed(_A4) if across else _A4
    section.page_width, section.page_height = Pt(width), Pt(height)
    section.left_margin = section.right_margin = Pt(_SIDE)
    section.top_margin, section.bottom_margin = Pt(_TOP), Pt(_BOTTOM)
    section.header_distance = section.footer_distance = Pt(30)


def turn(book: Any, across: bool) -> None:
    """Go on on a new page of the other orientation; its edges are those of the pages before."""
    from docx.enum.section import WD_SECTION

    _on_paper(book.add_section(WD_SECTION.NEW_PAGE), across=across)


def add_page_numbers(book: Any, head: str, foot: str, page: str) -> None:
    """What stands at the edges of every page; `page` has a mark where the number is, and where that of all pages."""
    section = book.sections[0]
    for edge, text in ((section.header, head), (section.footer, f"{foot}  ·  ")):
        edge.paragraphs[0].style = book.styles[NOTE]
        edge.paragraphs[0].add_run(text)
    line = section.footer.paragraphs[0]
    for text, field in zip(page.split("\0"), ("PAGE", "NUMPAGES", ""), strict=True):
        line.add_run(text)
        if field:
            line._p.append(_field(field))


def _field(name: str) -> Any:
    """A number that Word works out, of a kind that is said here alone."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field, run, text = (OxmlElement(kind) for kind in ("w:fldSimple", "w:r", "w:t"))
    field.set(qn("w:instr"), name)
    text.text = "1"
    run.append(text)
    field.append(run)
    return field


def restarted(book: Any, style: str, start: int) -> int:
    """The number of a new list in the style of a numbered one, which begins with `start`."""
    numbering = book.part.numbering_part.element
    known = book.styles[style].element.pPr.numPr.numId.val
    abstract = next(num for num in numbering.num_lst if num.numId == known).abstractNumId.val
    added = numbering.add_num(abstract)
    added.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(added.numId)
