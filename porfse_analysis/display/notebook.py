"""How a notebook shows frames and figures: results with their values first, drawings of `pf.plot` with their words.

`porfse_analysis` registers it in the IPython it is imported in. In a kernel of `porfse report` it is an extension of
IPython, there from the start: what is shown then also carries what the page and its files are made of. Nothing of what
is shown is ever changed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["COMPUTED_WITH", "computed_with", "load_ipython_extension", "register"]

COMPUTED_WITH = "PORFSE_COMPUTED_WITH"
"""In the environment of a kernel: the file in which it says what package it computes with."""

_state = {"carries": False}

_FRAMES = (("pandas", "DataFrame"), ("pandas.core.frame", "DataFrame"))
_SERIES = (("pandas", "Series"), ("pandas.core.series", "Series"))


def register(shell: Any) -> None:
    """Show what is shown in this IPython as above."""
    formatter = shell.display_formatter.mimebundle_formatter
    # by name: neither library is imported for it
    for module, name in _FRAMES:
        formatter.for_type_by_name(module, name, _frame)
    for module, name in _SERIES:
        formatter.for_type_by_name(module, name, _series)
    formatter.for_type_by_name("matplotlib.figure", "Figure", _figure)


def load_ipython_extension(shell: Any) -> None:
    """As IPython loads an extension: in a kernel whose notebook becomes a page."""
    _state["carries"] = True
    if told := os.environ.pop(COMPUTED_WITH, ""):
        Path(told).write_text(computed_with(), encoding="utf-8")
    register(shell)


def computed_with() -> str:
    """The version of this package and where it lies: who runs a notebook and its kernel must have the same."""
    import porfse_analysis

    return f"porfse_analysis {porfse_analysis.__version__} ({Path(porfse_analysis.__file__).parent})"


def _frame(frame: Any) -> dict[str, Any]:
    from porfse_analysis.display.frames import for_reading, is_result, table_of
    from porfse_analysis.display.table import TABLE_MIME

    shown: dict[str, Any] = {}
    if is_result(frame) and (html := for_reading(frame)._repr_html_()):  # type: ignore[operator]
        shown["text/html"] = html
    return {**shown, TABLE_MIME: table_of(frame)} if _state["carries"] else shown


def _series(series: Any) -> dict[str, Any]:
    from porfse_analysis.display.frames import table_of
    from porfse_analysis.display.table import TABLE_MIME

    return {TABLE_MIME: table_of(series.to_frame())} if _state["carries"] else {}


def _figure(figure: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    own = sys.modules.get("porfse_analysis.display.figure")
    said = " ".join(own.DRAWN.get(figure, ())) if own else ""
    return {}, ({kind: {"alt": said} for kind in ("image/png", "image/svg+xml")} if said else {})
