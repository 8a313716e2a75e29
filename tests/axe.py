"""Pages looked at by axe at several widths, light and dark."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

# WCAG 2.2 A and AA, and what axe calls best practice; the size of targets is off unless asked for
OPTIONS = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
    # else axe asks for the style sheets once more, which a page that is a file may not
    "preload": False,
}

CONTRAST = "color-contrast"
SEEN = ["link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The other rules of axe on what is seen; the rest are on what is there, which is the same in the dark."""

COLOURS = """(() => {
    const ground = item => {
        for (; item; item = item.parentElement) {
            const style = getComputedStyle(item)
            if (style.backgroundImage !== 'none') return style.backgroundImage
            if (style.backgroundColor !== 'rgba(0, 0, 0, 0)') return style.backgroundColor
        }
    }
    const texts = [...document.body.querySelectorAll('*')].filter(item => item.checkVisibility()
        && [...item.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    return [...new Set(texts.map(item => {
        const style = getComputedStyle(item), size = parseFloat(style.fontSize)
        const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700
        return [style.color, ground(item), style.opacity, large].join(' ')
    }))]
})()"""
"""Of every text that is shown: its colour, what is behind it, whether it is large. Contrasts are made of these."""


def audit(page: Any, path: Path, widths: Iterable[int]) -> tuple[list[tuple[Any, ...]], dict[str, set[str]]]:
    """What axe finds wrong on a page, and the colours of its texts, light and dark.

    Contrasts, which take axe longest, are looked at where a width shows any that those before it have not.
    """
    from axe_playwright_python.sync_playwright import Axe

    page.goto(path.as_uri())
    page.wait_for_load_state("load")
    page.evaluate(Axe().axe_script)
    wrong: list[tuple[Any, ...]] = []
    known: dict[str, set[str]] = {"light": set(), "dark": set()}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in known:
            page.emulate_media(color_scheme=scheme)
            shown = page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]")
            assert shown == [width, scheme == "dark"]
            colours = set(page.evaluate(COLOURS))
            assert colours
            contrasts = bool(colours - known[scheme])
            known[scheme] |= colours
            found = page.evaluate("options => axe.run(options)", _options(scheme, contrasts=contrasts))
            wrong += [
                (path.name, width, scheme, rule["id"], node["html"][:200], node["failureSummary"][:200])
                for rule in found["violations"]
                for node in rule["nodes"]
            ]
    return wrong, known


def _options(scheme: str, *, contrasts: bool) -> dict[str, Any]:
    if scheme == "dark":
        return OPTIONS | {"runOnly": {"type": "rule", "values": [*SEEN, *([CONTRAST] if contrasts else [])]}}
    return OPTIONS | {"rules": {"target-size": {"enabled": True}, CONTRAST: {"enabled": contrasts}}}
