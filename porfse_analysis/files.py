"""Files and folders that are only ever complete: written aside, then moved into place."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "STRAY",
    "aside",
    "bring_back",
    "folder_aside",
    "no_place",
    "remove_left_aside",
    "set_aside",
    "write_aside",
    "write_new",
]

STRAY = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""Left in folders by the systems people look at them with; nobody misses them."""

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
        _replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


LOCKED = os.name == "nt"
"""Whether a file that another program has open cannot be replaced: on Windows, where Excel keeps what it shows."""

_PATIENCE, _PAUSE = 2.0, 0.1
"""Seconds a file is waited for that another program has open, and between two tries."""


def _replace(temporary: Path, path: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            temporary.replace(path)
            return
        except PermissionError as error:
            if not LOCKED or path.is_dir():
                raise
            if time.monotonic() >= end:
                said = f"close {path.name}: another program has it open"
                raise PermissionError(error.errno, said, str(path)) from error
        time.sleep(_PAUSE)


def no_place(text: str) -> str:
    """Why nothing can be written to a path as a user gave it, in words; "" where it can be tried."""
    if not text.strip():
        return "it is empty; name a folder (. is the one you are in)"
    if text.startswith("~"):
        return f"{text!r} was not replaced by your home folder; write it in full"
    path = Path(text)
    try:
        path.resolve()
        for part in (path, *path.parents):
            if part.is_symlink() and not part.exists():
                return f"{part} is a link to {part.readlink()}, which is not there"
    except (OSError, RuntimeError):  # a loop of links is one or the other
        return f"{text} is a link that leads nowhere"
    return ""


def write_aside(path: Path, text: str) -> None:
    """Write `text` (UTF-8, lines ended by a line feed) to `path`, complete or not at all."""
    with aside(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def remove_left_aside(folder: Path) -> None:
    """Remove what a killed process had written aside; nobody may be writing to the folder."""
    for path in folder.rglob(f"{_PREFIX}*"):
        path.unlink(missing_ok=True)


def write_new(path: Path, content: bytes) -> Path:
    """Write a file that was not there, complete or not at all; the path taken, numbered where `path` was taken."""
    for place in itertools.count(1):
        target = path if place == 1 else path.with_name(f"{path.stem}-{place}{path.suffix}")
        try:
            file = target.open("xb")
        except FileExistsError:
            continue
        try:
            with file:
                file.write(content)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return target
    raise AssertionError


@contextlib.contextmanager
def folder_aside(target: Path, *, keep: Path | None = None) -> Iterator[Path]:
    """A new folder beside `target` that takes its place when the block ends well, and goes away when it does not.

    With `keep` the one it replaces is kept there, in place of what was there before. What a killed process had set
    aside is brought back first.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    names = [target] if keep is None else [target, keep]
    for folder in names:
        bring_back(folder)
    new = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.new")
    new.mkdir()
    try:
        yield new
        try:
            if keep is None:
                set_aside(target)
            else:
                set_aside(keep)
                target.rename(keep)
            new.rename(target)
        except BaseException:
            if keep is not None and not target.exists():
                keep.rename(target)
            raise
        finally:
            for folder in names:
                bring_back(folder)
        for waiting in (path for folder in names for path in _waiting(folder)):
            shutil.rmtree(waiting, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def set_aside(folder: Path) -> Path:
    """Rename a folder, where there is one, so that another can take its name; `bring_back` finds it."""
    waiting = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
    return folder.rename(waiting) if folder.exists() else waiting


def bring_back(folder: Path, *, of: Path | None = None) -> None:
    """Give what was set aside of a folder, or of that of another name, the name `folder`, where nothing has it."""
    waiting = _waiting(of or folder)
    if waiting and not folder.exists():
        waiting[-1].rename(folder)


def _waiting(folder: Path) -> list[Path]:
    """What was set aside of a folder, the newest last."""
    left = folder.parent.glob(f".{glob.escape(folder.name)}.????????.old")
    return sorted(left, key=lambda path: path.stat().st_mtime)
