"""What a page of the site may not have: a link that leads nowhere, anything loaded from another host, a word left over.

`python docs/check_site.py FOLDER` prints each and ends with 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "object": ("data",),
    "embed": ("src",),
}
LOADED_LINKS = ("stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "manifest")


class Page(HTMLParser):
    """The ids of a page, where it leads, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        loaded = [given[name] for name in LOADED.get(tag, ()) if name in given]
        if tag == "link" and set(given.get("rel", "").split()) & set(LOADED_LINKS):
            loaded.append(given["href"])
        self.loaded += loaded + re.findall(r"url\(([^)]+)\)", given.get("style", ""))


def elsewhere(address: str) -> bool:
    return bool(re.match(r"\s*['\"]?(?:https?:)?//", address))


def faults(folder: Path) -> Iterator[str]:
    """Every fault of the pages and style sheets of a folder."""
    # a template of the theme lies among its style sheets
    paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.relative_to(folder).parts]
    pages = {path.resolve(): Page(path) for path in paths}
    if not pages:
        yield f"{folder}: no page"
    for path, page in pages.items():
        name = path.relative_to(folder.resolve())
        for address in page.loaded:
            if elsewhere(address):
                yield f"{name} loads {address}"
            elif not urlsplit(address).scheme and not leads(path, address, pages):
                yield f"{name} loads {address}, which is not there"
        for address in page.links:
            if not urlsplit(address).scheme and not elsewhere(address) and not leads(path, address, pages):
                yield f"{name} leads to {address}, which is not there"
    for path in sorted(folder.rglob("*.css")):
        for address in re.findall(r"url\(([^)]+)\)|@import\s+['\"]([^'\"]+)", path.read_text(encoding="utf-8")):
            if elsewhere("".join(address)):
                yield f"{path.relative_to(folder)} loads {''.join(address)}"


def leads(path: Path, address: str, pages: dict[Path, Page]) -> bool:
    """Whether a link of a page has a file and, where it names one, a place in it."""
    parts = urlsplit(address)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return False
    return not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].ids


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1])))
    print("\n".join(found) or f"{sys.argv[1]}: every link leads somewhere, nothing comes from another host")
    sys.exit(bool(found))
