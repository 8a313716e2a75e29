"""Where the files shipped with the package are: the bundled programme and the notebooks."""

from __future__ import annotations

from pathlib import Path

__all__ = ["BUNDLED_PROGRAMME", "bundled", "notebooks_folder"]

BUNDLED_PROGRAMME = "por-fse-lombardia-2014-2020"


def _shipped(name: str) -> Path:
    here = Path(__file__).resolve().parent
    # in a wheel they lie inside the package, in a checkout beside it
    inside = here / name
    return inside if inside.is_dir() else here.parent / name


def bundled() -> Path:
    """The folder of the bundled programme."""
    return _shipped("data") / BUNDLED_PROGRAMME


def notebooks_folder() -> Path:
    """The folder of the notebooks."""
    return _shipped("notebooks")
