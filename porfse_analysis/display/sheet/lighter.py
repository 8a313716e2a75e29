"""The drawings of a sheet in fewer bytes, and the same to look at."""

from __future__ import annotations

import io
import re
import string
from collections.abc import Sequence

__all__ = ["lighter_png", "lighter_svg"]

_UNITS = 50
"""Letters are drawn in whole parts of a point, of which a screen shows none."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LETTER = re.compile(r'<use xlink:href="#(\w+)" x="([^"]+)" y="0" fill="(#\w+)" fill-rule="nonzero"/>')
_LINE = re.compile(rf'<g transform="matrix\(1 0 0 -1 ([^)]+)\)">((?:{_LETTER.pattern})+)</g>')
_OUTLINE = re.compile(r'<symbol id="(\w+)"[^>]*><path d="([^"]*)"/></symbol>')

_SHADES = 16


def lighter_svg(svg: bytes) -> bytes:
    """An SVG of Typst's in a third of its bytes: nothing said twice, and no digit that no screen shows."""
    text = svg.decode("utf-8")
    names = {name: _name(place) for place, (name, _) in enumerate(_OUTLINE.findall(text))}

    def line(found: re.Match[str]) -> str:
        letters = _LETTER.findall(found[2])
        uses = (f'<use href="#{names[name]}" x="{float(x) * _UNITS:.0f}"/>' for name, x, _ in letters)
        matrix = f"{1 / _UNITS} 0 0 -{1 / _UNITS} {found[1]}"
        return f'<g transform="matrix({matrix})" fill="{letters[0][2]}">{"".join(uses)}</g>'

    def outline(found: re.Match[str]) -> str:
        path = _NUMBER.sub(lambda number: f"{float(number[0]) * _UNITS:.0f}", found[2].replace("M 0 0m", "m"))
        return f'<path id="{names[found[1]]}" d="{path}"/>'

    text = _OUTLINE.sub(outline, _LINE.sub(line, text)).replace(' fill-rule="nonzero"', "")
    text = re.sub(r"(\.\d\d)\d+", r"\1", text)
    return re.sub(r'(?<= d=")[^"]+', lambda found: _path(found[0]), text).encode("utf-8")


def _name(place: int) -> str:
    """A short name of its own."""
    letters = string.ascii_letters
    return (_name(place // len(letters) - 1) if place >= len(letters) else "") + letters[place % len(letters)]


def _path(path: str) -> str:
    """A path without what stands between its numbers for the eye."""
    return re.sub(r" ?([A-Za-z]) ?", r"\1", path).replace(" -", "-")


def lighter_png(png: bytes, colours: Sequence[str], dpi: int) -> bytes:
    """A picture with a palette: white, each of its colours and its way to white, for the edges of the letters.

    A palette found in the picture would lose a colour that is rare.
    """
    import numpy as np
    from PIL import Image

    shades = [np.ones((1, 3))]
    for colour in colours:
        start = np.array(tuple(bytes.fromhex(colour[1:]))) / 255
        steps = max(1, round((1 - start.min()) * _SHADES))
        shades.append(start + (1 - start) * np.linspace(0, 1, steps, endpoint=False)[:, None])
    palette = Image.new("P", (1, 1))
    palette.putpalette([int(part) for part in np.rint(np.concatenate(shades).ravel() * 255)])
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, format="png", dpi=(dpi, dpi))
    return buffer.getvalue()
