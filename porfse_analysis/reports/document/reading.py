"""The body of a page as the parts of a document: what the page shows, and nothing of what it is shown with."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from porfse_analysis.display.typesetting import writable
from porfse_analysis.errors import ReportError, extra_needed
from porfse_analysis.reports.document.grid import read_table
from porfse_analysis.reports.document.parts import (
    Code,
    Enclosed,
    Heading,
    Items,
    Paragraph,
    Part,
    Picture,
    Run,
    Terms,
    Tiles,
    plain,
)

__all__ = ["read"]

_UNSEEN = {"script", "style", "template", "head", "title", "iframe", "object", "embed", "canvas", "audio", "video"}
_IN_LINE = {
    *("a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd"),
    *("label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "svg", "time", "tt", "u", "var"),
}
_STYLES: dict[str, dict[str, Any]] = {
    **{tag: {"bold": True} for tag in ("b", "strong")},
    **{tag: {"italic": True} for tag in ("em", "i", "cite", "dfn", "var")},
    **{tag: {"code": True} for tag in ("code", "kbd", "samp", "tt")},
}
_OF_PARAGRAPHS = {"pf-note": "note", "pf-source": "note", "pf-empty": "empty"}
_KINDS = {"svg+xml": "svg", "png": "png", "jpeg": "jpg", "gif": "gif", "webp": "webp"}
_DATA = re.compile(r"data:image/([\w.+-]+);base64,(.*)", re.DOTALL)
_SCHEMES = ("http", "https", "mailto")
_LONGEST_ADDRESS = 2000
"""Letters of an address that Word, too, can follow."""

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_PLAIN = Run("")
_DEEPEST = 60
"""Elements within elements; what lies deeper is read as its text alone."""


def read(body: str) -> tuple[Part, ...]:
    """The parts of a page's body, in their order.

    The title of the page (the first heading of level 1, with the line below it) is none of them. A heading is at most
    one level below the one before.
    """
    with extra_needed():
        from lxml import html

    # pictures of more than ten million letters are pictures too
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    root = html.document_fromstring(f"<html><body><main>{writable(body)}</main></body></html>", parser=parser)
    if parser.error_log.filter_from_fatals():  # what follows would be lost
        raise ReportError("its page cannot be a document: it has over 2,000 elements one within the other")
    title = root.find(".//h1")
    if title is not None:
        below = title.getnext()
        for element in (title, *([below] if below is not None and "pf-subtitle" in _classes(below) else [])):
            element.drop_tree()
    return _Steps().of(_blocks(root, 0))


class _Steps:
    """Headings in their order, which leave out no level: a document with a step left out is none of PDF/UA."""

    def __init__(self) -> None:
        self._above = 1

    def of(self, parts: Iterable[Part]) -> tuple[Part, ...]:
        """The parts with such headings, also those within others."""
        return tuple(self._of_one(part) for part in parts)

    def _of_one(self, part: Part) -> Part:
        if isinstance(part, Heading):
            self._above = min(part.level, self._above + 1)
            return replace(part, level=self._above)
        if isinstance(part, Items):
            return replace(part, items=tuple(self.of(item) for item in part.items))
        if isinstance(part, Enclosed):
            return replace(part, parts=self.of(part.parts))
        return part


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


def _blocks(element: Any, depth: int) -> list[Part]:
    """What an element holds, as parts; text that is in no block of its own is a paragraph."""
    if depth > _DEEPEST:
        return _paragraph([_said(element.text_content())])
    found: list[Part] = []
    line: list[Run | Picture] = [_said(element.text)]
    for child in element:
        if isinstance(child.tag, str) and not _is_unseen(child):
            if child.tag in _IN_LINE:
                line += _inline(child, _PLAIN, depth + 1)
            else:
                found += _paragraph(line)
                line = []
                found += _block(child, depth + 1)
        line.append(_said(child.tail))
    return found + _paragraph(line)


def _is_unseen(element: Any) -> bool:
    return element.tag in _UNSEEN or "pf-hidden" in _classes(element) or element.get("hidden") is not None


def _block(element: Any, depth: int) -> list[Part]:
    """One element that stands on lines of its own."""
    tag, classes = element.tag, _classes(element)
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        runs = _text(element, depth)
        return [Heading(int(tag[1]), runs)] if runs else []
    if tag == "p":
        style = next((style for name, style in _OF_PARAGRAPHS.items() if name in classes), "text")
        line = [_said(element.text), *_content(element, _PLAIN, depth)]
        return _paragraph(line, style)
    if tag in ("ul", "ol"):
        return _items(element, depth)
    if tag == "dl":
        return _tiles(element, depth) if "pf-tiles" in classes else _terms(element, depth)
    if tag == "details":
        return _details(element, depth)
    if tag == "table":
        found = read_table(element, lambda cell: _text(cell, depth))
        return [found] if found else []
    if tag == "figure":
        return _figure(element, depth)
    if tag == "pre":
        text = writable(element.text_content()).strip("\n")
        return [Code(text)] if text.strip() else []
    if tag == "blockquote":
        return [Enclosed(tuple(_blocks(element, depth)))]
    signed = element.find("p[@class='pf-comment-by']")
    if "pf-comment" in classes and signed is not None:
        said = plain(_text(signed, depth))
        signed.drop_tree()
        return [Enclosed(tuple(_blocks(element, depth)), said)]
    return _blocks(element, depth)


def _items(element: Any, depth: int) -> list[Part]:
    items = tuple(tuple(parts) for child in element if child.tag == "li" and (parts := _blocks(child, depth)))
    start = None
    if element.tag == "ol":
        given = element.get("start") or ""
        start = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    return [Items(items, start)] if items else []


def _tiles(element: Any, depth: int) -> list[Part]:
    """Figures in large; a list of terms where it is not made as ours are."""
    found = [[tile.find(place) for place in ("dt", "dd/strong", "dd/span")] for tile in element]
    if not found or any(part is None for tile in found for part in tile):
        return _terms(element, depth)
    label, figure, remark = range(3)
    texts = [[plain(_text(part, depth)) for part in tile] for tile in found]
    return [Tiles(tuple((tile[label], tile[figure], tile[remark]) for tile in texts), "pf-old" in _classes(element))]


def _terms(element: Any, depth: int) -> list[Part]:
    items: list[tuple[tuple[Run, ...], tuple[Run, ...]]] = []
    term: tuple[Run, ...] = ()
    for child in element.iter("dt", "dd"):
        if child.tag == "dt":
            term = _text(child, depth)
        else:
            items.append((term, _text(child, depth)))
            term = ()
    return [Terms(tuple(items))] if items else []


def _details(element: Any, depth: int) -> list[Part]:
    """What a page opens for who asks, open: the terms of the page as a section, anything else below its summary."""
    summary = element.find("summary")
    runs = () if summary is None else _text(summary, depth)
    if summary is not None:
        summary.drop_tree()
    if "pf-glossary" in _classes(element):
        return [Heading(2, runs), *_blocks(element, depth)]
    head = _paragraph([replace(run, bold=True) for run in runs])
    return [*head, *_blocks(element, depth)]


def _figure(element: Any, depth: int) -> list[Part]:
    """A figure with the lines below it; without one picture of its own, what it holds."""
    caption = element.find("figcaption")
    said = source = ""
    if caption is not None:
        below = caption.find(".//span[@class='pf-source']")
        if below is not None:
            source = plain(_text(below, depth))
            below.drop_tree()
        said = plain(_text(caption, depth))
        caption.drop_tree()
    found = _blocks(element, depth)
    if len(found) == 1 and isinstance(found[0], Picture):
        return [replace(found[0], caption=said, source=source)]
    return [*found, *_paragraph([Run(said)], "note"), *_paragraph([Run(source)], "note")]


# --- lines ---


def _content(element: Any, style: Run, depth: int) -> Iterator[Run | Picture]:
    """What follows the first text of an element, in the style of its text."""
    for child in element:
        if isinstance(child.tag, str) and not _is_unseen(child):
            yield from _inline(child, style, depth + 1)
        yield _said(child.tail, style)


def _inline(element: Any, style: Run, depth: int) -> Iterator[Run | Picture]:
    """What an element in a line adds to it."""
    tag = element.tag
    if tag == "br":
        yield replace(style, text="\n")
        return
    if tag in ("img", "svg"):
        yield from _picture(element, style)
        return
    if depth > _DEEPEST:
        yield _said(element.text_content(), style)
        return
    style = replace(style, **_STYLES.get(tag, {}))
    if tag == "a":
        style = replace(style, link=_address(element.get("href") or ""))
    # a block within a line, as of an item that stands in a cell
    edge = [] if tag in _IN_LINE else [replace(style, text="\n")]
    yield from edge
    yield _said(element.text, style)
    yield from _content(element, style, depth)
    yield from edge


def _address(href: str) -> str:
    """An address of the web, or ""; what lies beside the page does not lie beside a document that was sent on."""
    try:
        kept = urlsplit(href.strip()).scheme.lower() in _SCHEMES
    except ValueError:
        kept = False
    return writable(href.strip()) if kept and len(href) <= _LONGEST_ADDRESS else ""


def _picture(element: Any, style: Run) -> Iterator[Run | Picture]:
    """A picture, or what it says in words where it is none that a page shows."""
    alt = _one_line(element.get("alt") or element.get("aria-label"))
    if element.tag == "svg":
        from lxml import etree

        titles = element.xpath("*[local-name()='title']")
        alt = alt or _one_line(titles[0].text_content() if titles else "")
        element.set("xmlns", "http://www.w3.org/2000/svg")
        yield Picture("svg", etree.tostring(element, with_tail=False), alt)
        return
    found = _DATA.match(element.get("src") or "")
    kind = _KINDS.get(found[1], "") if found else ""
    if not (found and kind):
        yield replace(style, text=alt, italic=True)
        return
    width = element.get("width") or ""
    pixels = int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0
    try:
        yield Picture(kind, base64.b64decode(found[2]), alt, width=pixels)
    except ValueError:
        yield replace(style, text=alt, italic=True)


def _text(element: Any, depth: int) -> tuple[Run, ...]:
    """The text of an element as runs; a picture in it is what it says."""
    line = [_said(element.text), *_content(element, _PLAIN, depth)]
    said = [Run(item.alt, italic=True) if isinstance(item, Picture) else item for item in line]
    return _joined(said)


def _paragraph(line: list[Run | Picture] | list[Run], style: str = "text") -> list[Part]:
    """A line as a paragraph, or several with its pictures between them; nothing where it is blank."""
    found: list[Part] = []
    runs: list[Run] = []
    for item in [*line, None]:
        if isinstance(item, Run):
            runs.append(item)
            continue
        if joined := _joined(runs):
            found.append(Paragraph(joined, style))
        runs = []
        if item is not None:
            found.append(item)
    return found


def _one_line(text: str | None) -> str:
    return _said(text).text.strip(" ")


def _said(text: str | None, style: Run = _PLAIN) -> Run:
    """Text of the markup as a run: one blank for many, and for the end of a line."""
    return replace(style, text=_BLANKS.sub(" ", writable(text or "")))


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """Runs as a browser sets them: one blank between two, none where a line begins, runs of one style joined."""
    joined: list[Run] = []
    before = "\n"
    for run in runs:
        text = run.text.lstrip("\n ") if before == "\n" else run.text
        text = text.lstrip(" ") if before == " " else text
        if not text:
            continue
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + text)
        else:
            joined.append(replace(run, text=text))
        before = text[-1]
    while joined and not joined[-1].text.rstrip("\n "):
        joined.pop()
    if joined:
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip("\n "))
    return tuple(joined)
