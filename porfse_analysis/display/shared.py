"""Frames of a report that the processes of one `porfse report` share: what one has worked out the others take over.

Kernels of one reporting date, and what writes the front page, are forked from one process that has read the programme
(`loaders.folder.read_ahead`). A folder named in their environment, which ends with that process, holds what they have
worked out of it, each under the very reading of the programme, the date and the rules. Elsewhere there is no such
folder, and everything is worked out where it is asked for. Kernels of a user's own notebooks have none: what they do to
a frame is theirs alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from porfse_analysis.files import aside

if TYPE_CHECKING:
    import pandas as pd

    from porfse_analysis.programme import Programme
    from porfse_analysis.verdicts.rules import Rules

__all__ = ["FRAMES", "place_of", "shared"]

FRAMES = "PORFSE_FRAMES"
"""In the environment of the processes that share: the folder of their frames, which has one for each date."""

Made = TypeVar("Made")


class Placed(Protocol):
    """What has a place of its own among the shared frames."""

    @property
    def place(self) -> Path | None:
        """That of what is worked out of it, without the name; None: it shares nothing."""


Position = TypeVar("Position", bound=Placed)


def place_of(programme: Programme, cutoff: pd.Timestamp, rules: Rules) -> Path | None:
    """The place of what follows from a programme as it was read, a date and rules; None where nothing is shared."""
    folder = os.environ.get(FRAMES, "")
    if not folder:
        return None
    from porfse_analysis.programme import reading_of

    told = f"{reading_of(programme)} {cutoff.isoformat()} {sorted(vars(rules).items())}"
    return Path(folder) / cutoff.date().isoformat() / hashlib.sha256(told.encode()).hexdigest()


def shared(make: Callable[[Position], Made]) -> Callable[[Position], Made]:
    """Worked out by the first process that asks, where they share."""

    @wraps(make)
    def found(position: Position) -> Made:
        if position.place is None:
            return make(position)
        file = position.place.with_name(f"{position.place.name}-{make.__name__}")
        with contextlib.suppress(OSError):
            known: Made = pickle.loads(file.read_bytes())  # of processes of one user, in a folder for them alone
            return known
        made = make(position)
        with contextlib.suppress(OSError), aside(file) as temporary:  # without room each works it out
            temporary.write_bytes(pickle.dumps(made))
        return made

    return found
