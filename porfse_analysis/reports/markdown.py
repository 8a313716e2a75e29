"""Markdown of people as a piece of a page: markup in it is text, links lead to addresses alone, nothing is loaded."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlsplit

from porfse_analysis.errors import ParameterError

__all__ = ["to_html"]

_ADDRESSES = ("http", "https", "mailto")
_LOWEST = 6


def to_html(text: str, file: str, level: int) -> str:
    """The Markdown `text` as HTML; `file` is what a message calls it, `level` that of its highest headings.

    Raises `ParameterError` for an image, and for a link to anything but http, https and mailto.
    """
    from mistune import HTMLRenderer, create_markdown

    class Renderer(HTMLRenderer):
        """What of Markdown may lead out of the page, or would stand above its headings, is taken care of."""

        def image(self, text: str, url: str, title: str | None = None) -> str:
            raise ParameterError(f"{file}: shows the image {url!r}: a page loads nothing, write about it or link to it")

        def link(self, text: str, url: str, title: str | None = None) -> str:
            if not _leads_out(url):
                raise ParameterError(f"{file}: links to {url!r}: a link begins with {', '.join(_ADDRESSES)}")
            told = f' title="{html.escape(title)}"' if title else ""
            return f'<a href="{html.escape(url)}" rel="noopener noreferrer"{told}>{text}</a>'

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            return f"<h{deeper(level)}>{text}</h{deeper(level)}>\n"

    def deeper(given: int) -> int:
        return min(given - 1 + level, _LOWEST)

    made = create_markdown(renderer=Renderer(escape=True))(text)
    return str(made)


def _leads_out(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in _ADDRESSES
    except ValueError:  # no address at all
        return False
