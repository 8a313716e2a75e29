"""Pictures in the one kind a writer takes: as a drawing for Typst, as an image for Word."""

from __future__ import annotations

import base64
import io
from typing import Any

from porfse_analysis.display.typesetting import typeset
from porfse_analysis.display.words import wording
from porfse_analysis.errors import extra_needed
from porfse_analysis.reports.document.parts import Picture

__all__ = ["UnreadableError", "as_drawing", "as_image", "described"]

_PPI = 200
_TYPES = {"PNG": "png", "JPEG": "jpeg"}
"""Of what Pillow calls its formats: what every reader of documents can show."""


class UnreadableError(Exception):
    """A picture is none that can be shown."""


def described(picture: Picture, lang: str) -> str:
    """What a picture says to who does not see it."""
    return picture.alt or picture.caption or wording.text("document.undescribed", lang)


def as_drawing(picture: Picture) -> tuple[bytes, int]:
    """An SVG of the picture, and how many pixels of a screen it is wide; 0: as the drawing says.

    Typst is given text alone, so an image is what its drawing shows. Raises `UnreadableError`.
    """
    if picture.kind == "svg":
        return picture.content, picture.width
    content, kind, width, height = _image(picture)
    data = base64.b64encode(content).decode("ascii")
    size = f'width="{width}" height="{height}"'
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="data:image/{kind};base64,{data}"/></svg>'
    )
    return drawing.encode(), picture.width or width


def as_image(picture: Picture) -> bytes:
    """A PNG or JPEG of the picture. Raises `UnreadableError`."""
    if picture.kind != "svg":
        return _image(picture)[0]
    source = '#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("picture.svg")'
    try:
        return typeset(source, {"picture.svg": picture.content}, format="png", ppi=_PPI)
    except RuntimeError as error:
        raise UnreadableError from error


def _image(picture: Picture) -> tuple[bytes, str, int, int]:
    """A PNG or JPEG, which of the two, and its size in pixels."""
    with extra_needed():
        from PIL import Image

    try:
        image: Any = Image.open(io.BytesIO(picture.content))
        image.load()  # one that ends too early would be an empty place
        kind, (width, height) = _TYPES.get(image.format, ""), image.size
        if kind:
            return picture.content, kind, width, height
        buffer = io.BytesIO()
        image.convert("RGBA").save(buffer, format="png")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableError from error
    return buffer.getvalue(), "png", width, height
