"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from porfse_analysis.errors import missing_extra

try:
    from porfse_analysis.cli import figures, pages, programmes, records
    from porfse_analysis.cli.command import app
except ModuleNotFoundError as error:  # the core alone is installed
    print(missing_extra(error) or error, file=sys.stderr)
    raise SystemExit(2) from error

__all__ = ["app", "figures", "main", "pages", "paired", "programmes", "records"]


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
    app(paired(sys.argv[1:]))
