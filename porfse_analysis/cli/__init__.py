"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

__all__ = ["app", "figures", "main", "pages", "paired", "programmes", "records"]


_COMMANDS = ("figures", "pages", "programmes", "records")


def __getattr__(name: str) -> Any:
    # imported when first asked for: until the process stands, nothing that takes time is
    if name not in __all__:
        raise AttributeError(name)
    from porfse_analysis.errors import missing_extra

    try:
        found: dict[str, Any] = {part: import_module(f"porfse_analysis.cli.{part}") for part in _COMMANDS}
        from porfse_analysis.cli.command import app
    except ModuleNotFoundError as error:  # the core alone is installed
        print(missing_extra(error) or error, file=sys.stderr)
        raise SystemExit(2) from error
    globals().update(found, app=app)
    return globals()[name]


def paired(words: Sequence[str]) -> list[str]:
    """`-p NAME VALUE`, as papermill writes it, made `-p NAME=VALUE`: an option here takes one value."""
    waiting, paired = list(words), []
    while waiting:
        word = waiting.pop(0)
        paired.append(word)
        if word in ("-p", "--parameter") and waiting:
            name = waiting.pop(0)
            alone = "=" in name or not waiting or waiting[0].startswith("--")
            paired.append(name if alone else f"{name}={waiting.pop(0)}")
    return paired


def main() -> None:
    """Entry point of the command `porfse`."""
    from porfse_analysis.cli.process import standing

    with standing():
        from porfse_analysis import cli

        cli.app(paired(sys.argv[1:]))
