"""Files that are only ever complete: written aside, then moved into place."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["aside", "remove_left_aside", "write_aside"]

_PREFIX = ".porfse-aside-"


@contextlib.contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A path to write to instead of `path`; moved there when the block ends well, removed when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes a file for its owner alone; a report is to be shared
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_aside(path: Path, text: str) -> None:
    """Write `text` (UTF-8, lines ended by a line feed) to `path`, complete or not at all."""
    with aside(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def remove_left_aside(folder: Path) -> None:
    """Remove what a killed process had written aside; nobody may be writing to the folder."""
    for path in folder.rglob(f"{_PREFIX}*"):
        path.unlink(missing_ok=True)
