"""What a notebook of one's own shows, made fit for a page: pictures with their words, frames in the page's language."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from typing import Any

from porfse_analysis.display.frames import own_table
from porfse_analysis.display.html import RESULTS_MIME, paragraphs, written
from porfse_analysis.display.table import TABLE_MIME
from porfse_analysis.display.words import wording

__all__ = ["fit_for_page", "with_anchors"]

_WIDGET = "application/vnd.jupyter.widget-view+json"
_PICTURES = ("image/svg+xml", "image/png", "image/jpeg")

# what a drawing command gives back, beside the drawing itself
_OF_MATPLOTLIB = re.compile(r"<Axes\b|<(?:\w+\.)?Figure size|<matplotlib\.|<BarContainer|<ErrorbarContainer|Text\(")

_HEADING = re.compile(r"<(h[1-6]|figure)\b([^>]*)>(.*?)(?=</\1>)", re.DOTALL)
_ID = re.compile(r'\sid="([^"]*)"')
_ANCHOR = re.compile(r'<a class="anchor-link"[^>]*>.*?</a>', re.DOTALL)


def fit_for_page(cells: list[Any], lang: str) -> Iterator[dict[str, Any]]:
    """Put into each output the one thing its page shows, as HTML where it is a picture or a frame.

    Gives what each output carries, for the files beside the page. Results that were recorded, what libraries grumble on
    stderr and what a drawing command gives back stay in the notebook.
    """
    tables = pictures = 0
    for cell in cells:
        if cell.cell_type != "code":
            continue
        drawn = any(kind in output.get("data", ()) for output in cell.outputs for kind in _PICTURES)
        cell.outputs = [output for output in cell.outputs if not _is_for_author(output, drawn)]
        for output in cell.outputs:
            data, about = dict(output.get("data", {})), output.get("metadata", {})
            table = data.get(TABLE_MIME, {})
            picture = next((kind for kind in _PICTURES if kind in data), "")
            if table.get("own"):
                tables += 1
                caption = wording.text("own.table", lang, number=tables)
                data[TABLE_MIME] = table = {**table, "caption": caption, "name": caption}
                output.data = {"text/html": own_table(table, f"own-table-{tables}", lang)}
                if max((len(column["values"]) for column in table["columns"]), default=0) < table["rows"]:
                    del data[TABLE_MIME]
            elif "text/html" in data:
                output.data = {"text/html": data["text/html"]}
            elif picture:
                pictures += 1
                alt = about.get(picture, {}).get("alt") or wording.text("own.picture", lang, number=pictures)
                output.data = {"text/html": _picture(data[picture], picture, alt, about.get(picture, {}))}
            elif _WIDGET in data:
                # a page has no script: what the widget was set to, and where it can be used
                shown = wording.text("own.widget", lang, shown="".join(data.get("text/plain", "")))
                output.data = {"text/html": paragraphs([shown], "pf-note").html}
            yield {"data": data, "metadata": about}


def _is_for_author(output: Any, drawn: bool) -> bool:
    """Whether an output is none for readers; `drawn`: its cell shows a picture."""
    data = output.get("data", {})
    if output.get("name") == "stderr" or RESULTS_MIME in data:
        return True
    return drawn and set(data) == {"text/plain"} and bool(_OF_MATPLOTLIB.search("".join(data["text/plain"])))


def _picture(data: str | list[str], kind: str, alt: str, about: dict[str, Any]) -> str:
    """A picture of a notebook, with what it says in words."""
    text = "".join(data)
    packed = base64.b64encode(text.encode()).decode("ascii") if kind == "image/svg+xml" else "".join(text.split())
    return written("picture", kind=kind, data=packed, alt=alt, width=int(about.get("width") or 0))


def with_anchors(body: str) -> str:
    """A page's body in which every heading can be linked to by an id that no other heading, and no figure, has."""
    taken = {"downloads", "content"}  # the page's own

    def placed(found: re.Match[str]) -> str:
        tag, attributes, inner = found.groups()
        known = _ID.search(attributes)
        if tag == "figure" and not known:
            return found.group()
        if known:
            wanted = known.group(1)
        else:  # as a heading of Markdown has it
            words = html.unescape(re.sub(r"<[^>]*>", "", inner)).strip()
            wanted = html.escape(words.replace(" ", "-")) or "section"
        name, place = wanted, 1
        while name in taken:
            place += 1
            name = f"{wanted}-{place}"
        taken.add(name)
        own = f' id="{name}"'
        attributes = attributes.replace(known.group(), own, 1) if known else attributes + own
        return f"<{tag}{attributes}>{inner}"

    return _HEADING.sub(placed, _ANCHOR.sub("", body))
