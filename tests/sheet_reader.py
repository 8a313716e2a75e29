"""What an information sheet shows, read back from it: the texts with their places, and what a PDF holds."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass

import typst

from porfse_analysis.display import typesetting
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.display.sheet.setting import page_data, template

__all__ = ["PAGE", "Text", "overlaps", "pdf_texts", "texts_of"]

PAGE = (841.89, 595.28)
"""A4, landscape, in points."""

_ASCENT, _DESCENT, _LEADING = 0.8, 0.24, 1.3
"""In sizes of the type: of the tallest letters above their line, of the lowest below, and from line to line."""


@dataclass(frozen=True)
class Text:
    """A text as it is set: on which page, its box in points, the size of its letters, the width it was given."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float
    size: float
    room: float


def texts_of(report):
    """Every text of the sheet as Typst has placed it; a space that keeps words together is a space."""
    files = {"main": template().encode(), "data.json": typesetting.as_json(page_data(sheet_content(report), report))}
    said = typst.eval(
        files,
        "query(<words>).map(it => it.value + it.location().position())",
        font_paths=typesetting._fonts(),
        ignore_system_fonts=True,
    )
    return [_text(found) for found in json.loads(said)]


def _text(found):
    left, top = (float(found[name].removesuffix("pt")) for name in "xy")
    bottom = top + found["size"] * (_ASCENT + _LEADING * (found["lines"] - 1) + _DESCENT)
    text = found["text"].replace("\N{NO-BREAK SPACE}", " ")
    return Text(text, found["page"], left, top, left + found["wide"], bottom, found["size"], found["room"])


def overlaps(texts):
    """The pairs of texts that lie on one another."""
    return [
        f"{one.text} | {other.text}"
        for place, one in enumerate(texts)
        for other in texts[place + 1 :]
        if min(one.right, other.right) > max(one.left, other.left)
        and min(one.bottom, other.bottom) > max(one.top, other.top)
    ]


def pdf_texts(pdf):
    """The text of a PDF as a reader copies it: the letters of each line, in the order of the page."""
    objects = dict(re.findall(rb"(?s)(\d+) 0 obj\s*(.*?)\s*endobj", pdf))
    page = next(found for found in objects.values() if re.search(rb"/Type ?/Page\b", found))
    fonts = re.search(rb"/Font ?<<(.*?)>>", objects[_reference(page, b"Resources", objects)])[1]
    letters = {
        name: _letters(objects[re.search(rb"/ToUnicode ?(\d+) 0 R", objects[number])[1]])
        for name, number in re.findall(rb"/(\w+) ?(\d+) 0 R", fonts)
    }
    content = _stream(objects[_reference(page, b"Contents", objects)])
    return [_line(line, letters) for line in re.findall(rb"(?s)\bBT\b(.*?)\bET\b", content)]


def _reference(owner, name, objects):
    found = re.search(rb"/%s ?(\d+) 0 R" % name, owner)
    if found:
        return found[1]
    return next(number for number, held in objects.items() if held is owner)


def _stream(held):
    return zlib.decompress(re.search(rb"(?s)stream\r?\n(.*)\r?\nendstream", held)[1])


def _letters(held):
    """Code of a letter in the page -> what is copied."""
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", _stream(held))
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


_SHOWN = re.compile(rb"(?s)/(\w+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\)")
_ESCAPED = re.compile(rb"(?s)\\([0-7]{1,3}|.)")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _line(line, letters):
    said, font = "", b""
    for name, shown in _SHOWN.findall(line):
        if name:
            font = name
            continue
        codes = _ESCAPED.sub(_unescaped, shown)
        said += "".join(letters[font][int.from_bytes(codes[place : place + 2])] for place in range(0, len(codes), 2))
    return said.replace("\N{NO-BREAK SPACE}", " ")


def _unescaped(found):
    name = found[1]
    return bytes([int(name, 8)]) if name.isdigit() else _NAMED.get(name, name)
