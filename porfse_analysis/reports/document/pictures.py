"""Pictures as points of an image, for what takes no drawing."""

from __future__ import annotations

from porfse_analysis.display.typesetting import typeset
from porfse_analysis.reports.document.parts import Picture

__all__ = ["as_image"]

_PPI = 200


def as_image(picture: Picture) -> bytes:
    """A PNG or JPEG of the picture. Raises `RuntimeError` where it cannot be read."""
    if picture.kind in ("png", "jpg"):
        return picture.content
    name = f"picture.{picture.kind}"
    source = f'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("{name}")'
    return typeset(source, {name: picture.content}, format="png", ppi=_PPI)
