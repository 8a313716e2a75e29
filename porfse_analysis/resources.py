"""Where programmes and notebooks are: those shipped with the package, and the programme before another one.

Nothing heavy is imported here: a second `porfse report` must see that there is nothing to do before pandas is there.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "BUNDLED_PROGRAMME",
    "BUNDLED_PROGRAMMES",
    "bundled",
    "notebooks_folder",
    "predecessor_folders",
    "programme_folder",
]

BUNDLED_PROGRAMME = "por-fse-lombardia-2014-2020"

BUNDLED_PROGRAMMES = (BUNDLED_PROGRAMME, "por-fse-lombardia-2007-2013")
"""The programmes shipped with the package, the one that is meant where none is named first."""

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
        yield from sorted(path for path in home.iterdir() if (path / _DESCRIPTOR).is_file())
    except OSError:
        return  # what cannot be looked into holds nothing


def _code(folder: Path) -> str:
    """The code that the descriptor of a folder gives; "" where none can be read."""
    try:
        return str(json.loads((folder / _DESCRIPTOR).read_text(encoding="utf-8-sig")).get("cci") or "").strip()
    except (OSError, ValueError, AttributeError):
        return ""
