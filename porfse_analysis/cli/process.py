"""What the process of a command stands on, made sound before the command begins, and how it ends.

Standard streams, the working folder, the settings of the shell that would end it in the middle; signals.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

__all__ = ["CLOSED_PIPE", "INTERRUPTED", "StoppedError", "exit_code", "forget_output", "open_files", "standing"]

INTERRUPTED, CLOSED_PIPE, _WRONG_CALL = 130, 141, 2
"""As a shell says it of a program: 128 and the number of the signal (SIGINT, SIGPIPE)."""

_ENDING = ("SIGTERM", "SIGHUP")

_FILES = 4096
"""Open files that are asked for, where the system allows as many."""


class StoppedError(KeyboardInterrupt):
    """The process was asked to end, by a signal; what ends it is as after Ctrl-C."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


def exit_code(stopped: KeyboardInterrupt) -> int:
    """The exit code of a command that was stopped."""
    return stopped.code if isinstance(stopped, StoppedError) else INTERRUPTED


@contextlib.contextmanager
def standing() -> Iterator[None]:
    """Around a command: ends it in one sentence where it cannot stand, and without a traceback when it is stopped."""
    _open_streams()
    if reason := _no_ground():
        print(reason, file=sys.stderr)
        raise SystemExit(_WRONG_CALL)
    _drop_unreadable_zone()
    open_files()
    _take_signals()
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        forget_output()
        raise SystemExit(CLOSED_PIPE) from None
    except KeyboardInterrupt as error:
        with contextlib.suppress(OSError):
            print("stopped", file=sys.stderr)
        raise SystemExit(exit_code(error)) from None
    except SystemExit as end:
        # the command line library ends so, with the code of an impossible figure, when nobody reads its help
        if end.code == 1 and type(sys.stdout).__name__ == "PacifyFlushWrapper":
            forget_output()
            raise SystemExit(CLOSED_PIPE) from None
        raise


def forget_output() -> None:
    """Nobody reads what is printed any more: what is still to be written goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _open_streams() -> None:
    """Streams that are closed lead nowhere; a file opened next must not become one of them. None fails on a letter."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            flags = os.O_RDONLY if number == 0 else os.O_WRONLY
            taken = os.open(os.devnull, flags)  # the lowest number that is free: this one
            os.set_inheritable(taken, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _no_ground() -> str:
    """Why no command can work here; "" when it can."""
    try:
        Path.cwd()
    except OSError:
        return "the folder this shell is in is gone: change to another one (cd) and call again"
    mask = os.umask(0o077)
    os.umask(mask)
    if mask & 0o700:
        return f"umask {mask:03o} makes files that their owner cannot use: set another, as umask 022, and call again"
    return ""


def _drop_unreadable_zone() -> None:
    """A time zone (TZ) that names a file which is none: libraries fail on it when they are imported."""
    name = os.environ.get("TZ", "").removeprefix(":")
    if "\0" in name or not name.startswith("/"):
        return
    with contextlib.suppress(OSError), Path(name).open("rb") as stream:
        if stream.read(4) == b"TZif":
            return
    del os.environ["TZ"]


def open_files() -> int:
    """How many files this process may have open at once, after asking for as many as it may ask for."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return _FILES
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    now = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _FILES if now == resource.RLIM_INFINITY else now


def _take_signals() -> None:
    """The first signal ends the command as Ctrl-C does; a second one at once, with nothing temporary left."""
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if number == getattr(signal, "SIGHUP", None):
            _leave_terminal()
        if asked:
            from porfse_analysis.reports.kernels.temporary import remove_all

            remove_all()
            os._exit(128 + number)
        asked.append(number)
        raise StoppedError(128 + number)

    signal.signal(signal.SIGINT, stop)
    for name in _ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, stop)


def _leave_terminal() -> None:
    """The terminal is gone: what is still said goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        if os.isatty(number):
            os.dup2(nowhere, number)
    os.close(nowhere)
