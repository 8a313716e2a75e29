"""The programme of the period before, which the descriptor of a folder names: found, read, or why it cannot be had.

A predecessor that is wrong takes no report of its successor away: it is a finding.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from porfse_analysis.errors import DataError
from porfse_analysis.periods import period_of
from porfse_analysis.programme import Programme
from porfse_analysis.resources import predecessor_folders

__all__ = ["PREDECESSOR", "find_predecessor"]

PREDECESSOR = "predecessor"
"""Field of the descriptor: a code (CCI), or a folder given relative to the programme's own."""


def find_predecessor(
    folder: Path, descriptor: Mapping[str, Any], *, read: Callable[[Path], Programme]
) -> tuple[str, Programme | None, tuple[str, str]]:
    """What the descriptor names, that programme (None: none, or it cannot be set beside), and why not.

    Reasons: `no_text` (what is named is no text of one line), `absent`, `several` (folders have the code), `unreadable`
    (with the first fault), `itself`, `no_period` (one of the two codes is of no known period), `not_earlier`.
    """
    value = descriptor.get(PREDECESSOR)
    if value in (None, ""):
        return "", None, ("", "")
    if not isinstance(value, str) or not value.isprintable() or not value.strip():
        return json.dumps(value, ensure_ascii=False)[:80], None, ("no_text", "")
    named, own = value.strip(), str(descriptor["cci"])
    if named == own:  # whatever folders have its code
        return named, None, ("itself", own)
    places = predecessor_folders(folder, named)
    if not places:
        return named, None, ("absent", "")
    if len(places) > 1:
        return named, None, ("several", ", ".join(path.name for path in places))
    try:
        before = read(places[0])
    except DataError as error:
        return named, None, ("unreadable", str(error.faults[0]))
    except OSError as error:
        return named, None, ("unreadable", error.strerror or type(error).__name__)
    return (named, None, why) if (why := _refused(own, before.cci)) else (named, before, ("", ""))


def _refused(own: str, before: str) -> tuple[str, str] | None:
    """Why a programme of code `before` is none that `own` can follow."""
    if own == before:
        return "itself", before
    periods = [period_of(code) for code in (own, before)]
    for code, period in zip((own, before), periods, strict=True):
        if period is None:
            return "no_period", code
    later, earlier = periods
    if later is not None and earlier is not None and earlier.first_year >= later.first_year:
        return "not_earlier", before
    return None
