"""Pages set by Typst in this process: a template of the package, whose every word comes as JSON.

Setting starts threads, which a forked process would not have: a process that forks others sets nothing itself, and
opens no fonts.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from porfse_analysis.errors import extra_needed

if TYPE_CHECKING:
    import typst

__all__ = ["FONT", "as_json", "declared_moment", "typeset", "writable"]

FONT = "DejaVu Sans"
"""The family of every page: it comes with matplotlib, so that a page is the same on every machine."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
"""Control characters and code points that are no character: PDF/UA refuses a page that has one."""

_UNDATED = "#set document(date: none);"


def typeset(
    source: str, files: Mapping[str, bytes], *, format: Literal["pdf", "svg", "png"], ppi: float | None = None
) -> bytes:
    """The pages of a template; `files` are what it reads, by name.

    A PDF is PDF/UA-1. It bears the date that builds to be repeated declare (SOURCE_DATE_EPOCH), else none: the same
    template and files are the same bytes. An SVG or PNG is of a template that has one page.
    """
    with extra_needed():
        import typst
    moment = declared_moment()
    given: Any = {"main": (f"{_UNDATED}{source}" if moment is None else source).encode("utf-8"), **files}
    pages = typst.compile(
        given,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format=format,
        ppi=ppi,
        pdf_standards="ua-1" if format == "pdf" else [],
        timestamp=moment,
    )
    assert isinstance(pages, bytes), "several pages where one was meant"
    return pages


def declared_moment() -> int | None:
    """The moment that builds to be repeated declare (SOURCE_DATE_EPOCH, seconds since 1970)."""
    declared = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(declared) if declared.isascii() and declared.isdigit() else None


def as_json(content: Any) -> bytes:
    """What a template reads with `json`; a character that no page can have is the replacement character."""
    return json.dumps(_writable(content), ensure_ascii=False, allow_nan=False).encode("utf-8")


def writable(text: str) -> str:
    """A text every document can have: what is no character is the replacement character."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _writable(content: Any) -> Any:
    if isinstance(content, str):
        return writable(content)
    if isinstance(content, Mapping):
        return {name: _writable(part) for name, part in content.items()}
    if isinstance(content, list | tuple):
        return [_writable(part) for part in content]
    return content


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with matplotlib, and no other: a machine's own would change the page."""
    import matplotlib
    import typst

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
