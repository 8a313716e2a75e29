"""What takes long to make and is only read: made once, for all the processes the tests run in."""

import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout


def made_once(place: Path, make: Callable[[Path], None], *, wait: bool = True) -> bool:
    """Have `make` fill the folder `place`, unless that was done already; no test may change what is there.

    False where another process is at it and the caller does not `wait`.
    """
    done = place.with_name(f"{place.name}.done")
    try:
        with FileLock(place.with_name(f"{place.name}.lock"), timeout=-1 if wait else 0):
            if not done.exists():
                shutil.rmtree(place, ignore_errors=True)  # what was left when another failed
                place.mkdir(parents=True)
                make(place)
                done.touch()
    except Timeout:
        return False
    return True
