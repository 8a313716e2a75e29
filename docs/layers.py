"""The layers of the package, from below: a test keeps the imports so, and the site draws them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import porfse_analysis

PACKAGE = Path(porfse_analysis.__file__).parent

# each part may import those before it; parts on one line may import one another only within themselves
LAYERS = (
    ("errors", "files", "amounts", "codes", "schema", "table_faults", "inputs", "resources", "languages", "periods"),
    ("programme",),
    ("verdicts.rules",),
    ("loaders",),
    ("indicators",),
    ("verdicts",),
    ("display",),
    ("plot",),
    ("reports",),
    ("explore",),
    ("cli",),
)

# a table like the schema, which the folder of a programme is checked against
TABLE_OF_RULES = "verdicts.rules"


def modules() -> list[Path]:
    """Every module of the package, but for the one that lists the public names."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def part_of(path: Path) -> str:
    """The part of the package that a module belongs to."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return TABLE_OF_RULES if ".".join(parts) == TABLE_OF_RULES else parts[0]


def imported(path: Path) -> Iterator[str]:
    """The parts of the package that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("porfse_analysis."):
            module = (node.module or "").removeprefix("porfse_analysis.")
            yield module if module == TABLE_OF_RULES else module.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module == "porfse_analysis":
            yield from (alias.name for alias in node.names)
