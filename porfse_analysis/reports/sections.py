"""The sections of the notebooks: their names, the same in every language, as the notebooks' code has them."""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path

from porfse_analysis import resources

__all__ = ["comment_sections", "sections_of"]

_COMMENTED = ("programme_report", "performance_review")
"""The notebooks whose sections can have comments; the information sheet is one page, which has that of its date."""


@cache
def comment_sections() -> dict[str, str]:
    """Name of a section that can have a comment -> the notebook it is in."""
    return {
        section: name for name in _COMMENTED for section in sections_of(resources.notebooks_folder() / f"{name}.ipynb")
    }


def sections_of(notebook: Path) -> list[str]:
    """The sections a notebook shows: those it names to `blocks.section`, in their order."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # running it will say what is wrong with it
    found = [node for text in code for node in ast.walk(_parsed(text)) if isinstance(node, ast.Call)]
    return list(dict.fromkeys(name for call in found for name in _named(call)))


def _parsed(code: str) -> ast.AST:
    lines = [line for line in code.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.Module([], [])


def _named(call: ast.Call) -> list[str]:
    """The section that a call shows, if it is one of `blocks.section`."""
    if not (isinstance(call.func, ast.Attribute) and ast.unparse(call.func).endswith("blocks.section")):
        return []
    given = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "name")]
    return [value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)]
