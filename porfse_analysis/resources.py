"""Where programmes and notebooks are, those shipped with the package too, and the files a programme is read from.

Nothing heavy is imported here: a second `porfse report` must see that there is nothing to do before pandas is there.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

__all__ = [
    "BUNDLED_PROGRAMME",
    "BUNDLED_PROGRAMMES",
    "PREVIOUS",
    "bundled",
    "folder_kept",
    "is_previous",
    "kept_folder",
    "notebooks_folder",
    "predecessor_folders",
    "programme_files",
    "programme_folder",
    "stamps",
]

BUNDLED_PROGRAMME = "por-fse-lombardia-2014-2020"

BUNDLED_PROGRAMMES = (BUNDLED_PROGRAMME, "por-fse-lombardia-2007-2013")
"""The programmes shipped with the package, the one that is meant where none is named first."""

PREVIOUS = ".previous"
"""Ends the name of a programme folder as it was before the last addition; it lies beside the folder."""

_DESCRIPTOR = "datapackage.json"


def _shipped(name: str) -> Path:
    here = Path(__file__).resolve().parent
    # in a wheel they lie inside the package, in a checkout beside it
    inside = here / name
    return inside if inside.is_dir() else here.parent / name


def bundled() -> Path:
    """The folder of the bundled programme."""
    return _shipped("data") / BUNDLED_PROGRAMME


def programme_folder(folder: str | Path | None, base: Path | None = None) -> Path:
    """The folder that is meant: none or "" is the bundled programme, a name of `BUNDLED_PROGRAMMES` that one.

    A folder that is there comes before a bundled programme of its name. `base` is what a relative path starts from,
    when it is not the folder this process works in.
    """
    if folder is None or str(folder) == "":
        return bundled()
    path = (base or Path()) / folder
    return _shipped("data") / path.name if str(folder) in BUNDLED_PROGRAMMES and not path.exists() else path


def is_previous(folder: str | Path) -> bool:
    """Whether a folder is another one, which lies beside it, as it was before the last addition."""
    path = Path(folder).absolute()
    return path.name.endswith(PREVIOUS) and (path.with_name(path.name.removesuffix(PREVIOUS)) / _DESCRIPTOR).is_file()


def kept_folder(folder: str, out: Path) -> str:
    """How the programme `folder` is named in `out`: as it is if shipped with the package, else starting from there."""
    if folder == "" or (folder in BUNDLED_PROGRAMMES and not Path(folder).exists()):
        return folder
    try:
        return Path(os.path.relpath(folder, out)).as_posix()
    except ValueError:  # on another drive of Windows
        return str(Path(folder).resolve())


def folder_kept(kept: str, out: Path) -> str:
    """The programme folder that `kept_folder` has named so."""
    return kept if kept == "" or kept in BUNDLED_PROGRAMMES else os.path.normpath(out / kept)


def notebooks_folder() -> Path:
    """The folder of the notebooks."""
    return _shipped("notebooks")


def predecessor_folders(folder: Path, named: str) -> list[Path]:
    """The folders that `named`, the predecessor a programme folder declares, can be; several: it is not plain which.

    A folder given relative to `folder`; else a code (CCI), looked for among the folders beside `folder` and then among
    the bundled programmes.
    """
    if not named or Path(named).is_absolute():
        return []
    with contextlib.suppress(OSError, ValueError):  # no name that a folder can have
        if (folder / named / _DESCRIPTOR).is_file():
            return [folder / named]
    own = folder.resolve()
    beside = [path for path in _folders(own.parent) if path != own and _code(path) == named]
    return beside or [path for path in _folders(_shipped("data")) if path != own and _code(path) == named]


def _folders(home: Path) -> Iterator[Path]:
    try:
        found = sorted(path for path in home.iterdir() if (path / _DESCRIPTOR).is_file())
        yield from (path for path in found if not is_previous(path))
    except OSError:
        return  # what cannot be looked into holds nothing


def _code(folder: Path) -> str:
    """The code that the descriptor of a folder gives; "" where none can be read."""
    try:
        return str(json.loads((folder / _DESCRIPTOR).read_text(encoding="utf-8-sig")).get("cci") or "").strip()
    except (OSError, ValueError, AttributeError):
        return ""


def programme_files(folder: Path) -> list[Path]:
    """The files a programme folder is read from, those of its predecessor too; those not read do not matter."""
    descriptor, files = _own_files(folder)
    before = descriptor.get("predecessor")
    others = predecessor_folders(folder, before.strip()) if isinstance(before, str) else []
    return [*files, *(file for other in others for file in _own_files(other)[1])]


def _own_files(folder: Path) -> tuple[dict[str, Any], list[Path]]:
    """The descriptor of a folder, empty where it cannot be read, and the files it is read from."""
    path = folder / _DESCRIPTOR
    descriptor: dict[str, Any] = {}
    named: set[str] = set()
    try:
        descriptor = dict(json.loads(path.read_text(encoding="utf-8-sig")))
        named = {str(item["path"]) for item in descriptor["resources"] if isinstance(item.get("path"), str)}
    except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError):
        pass  # reading the folder will say what is wrong with it
    return descriptor, [path, *folder.glob("*.csv"), *(folder / name for name in named if Path(name).suffix != ".csv")]


def stamps(files: Iterable[Path]) -> frozenset[tuple[str, int, int]]:
    """Name, size and time of change of files: they tell of one that was written to, though it says the same again."""
    found = []
    for path in files:
        with contextlib.suppress(OSError, ValueError):  # a name no file can have
            at = path.stat()
            found.append((str(path), at.st_size, at.st_mtime_ns))
    return frozenset(found)
