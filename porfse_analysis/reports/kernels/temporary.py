"""Temporary folders of our own: short enough for sockets, for their owner alone, and cleared when their owner is gone.

Each is held by a lock on a file in it, which goes with the process that made it however that ends; so a later call
tells what a killed one has left (`clear_left`) from what another is using.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from porfse_analysis.errors import ReportError

__all__ = ["WITHIN", "TemporaryFolder", "clear_left", "remove_all"]

WITHIN = "PORFSE_TEMPORARY"
"""In the environment of what a command starts: its own folder, which theirs are made in."""

_PREFIX = "porfse-"
_HELD = "held"

_LONGEST = 70
"""Characters of the folder's own path. A socket has 103 on macOS, 107 on Linux, its name in the folder included."""

_BEFORE_HELD = 60.0
"""Seconds after which a folder that nobody holds is no longer one that is just being made."""

_ours: dict[Path, int] = {}
"""The folders of this process that are still there -> the process that made them."""


class TemporaryFolder:
    """A new folder, `path`; it goes away when it is closed or, after its process was killed, with the next call.

    Raises `ReportError`, which names the setting TMPDIR, when there is no place for it.
    """

    def __init__(self) -> None:
        self._held: int | None = None
        try:
            above = Path(os.environ.get(WITHIN) or os.devnull)
            if above.is_dir():  # it goes with that one
                self.path = Path(tempfile.mkdtemp(prefix="run-", dir=above))
                return
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_place()))
            _ours[self.path] = os.getpid()
            self._hold()
        except OSError as error:
            raise ReportError(
                f"no temporary folder can be made ({error.strerror or error}): make room in the folder for temporary "
                "files, or set TMPDIR to another one"
            ) from error

    def _hold(self) -> None:
        with contextlib.suppress(ImportError):  # Windows, where what is open cannot be removed anyway
            import fcntl

            # held before it has its name: whoever sees the name sees it held
            new = self.path / f"{_HELD}.new"
            self._held = os.open(new, os.O_CREAT | os.O_RDWR, 0o600)
            with contextlib.suppress(OSError):  # a file system without locks: then nobody clears it
                fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                new.rename(self.path / _HELD)

    def close(self) -> None:
        """Remove the folder."""
        _ours.pop(self.path, None)
        shutil.rmtree(self.path, ignore_errors=True)
        if self._held is not None:
            os.close(self._held)
            self._held = None


def remove_all() -> None:
    """Remove the folders of this process: it is about to end without closing them."""
    for path, owner in list(_ours.items()):
        if owner == os.getpid():
            shutil.rmtree(path, ignore_errors=True)


def clear_left() -> None:
    """Remove the folders that killed processes of this user have left."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl  # where there are no locks there are no such folders

        for path in _place().glob(f"{_PREFIX}*"):
            with contextlib.suppress(OSError):
                if path.is_symlink() or not path.is_dir() or path.stat().st_uid != os.getuid():
                    continue
                with _released(path, fcntl) as free:
                    if free:
                        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _released(path: Path, fcntl: object) -> Iterator[bool]:
    """Whether nobody holds the folder; nobody can take it meanwhile."""
    try:
        held = os.open(path / _HELD, os.O_RDWR)
    except FileNotFoundError:
        ours = (path / f"{_HELD}.new").exists() or not any(path.iterdir())
        yield ours and time.time() - path.stat().st_mtime > _BEFORE_HELD
        return
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[attr-defined]
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(held)


def _place() -> Path:
    """The folder for temporary files, or another one where its path is too long for sockets."""
    usual = Path(tempfile.gettempdir())
    if os.name == "nt" or len(os.fsencode(usual)) <= _LONGEST - len(_PREFIX) - 9:
        return usual
    for name in (os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp"):
        if name and len(os.fsencode(name)) <= _LONGEST - len(_PREFIX) - 9 and os.access(name, os.W_OK | os.X_OK):
            return Path(name)
    raise OSError(f"the path of {usual} is too long for the sockets in it")
