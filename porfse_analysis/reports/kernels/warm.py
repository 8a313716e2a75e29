"""The warm process from outside: start it, have functions called and kernels started in forks of it, end it.

What answers is `zygote`. This module imports nothing heavy, so that a command can start the warm process first of all
and read its data while the other imports.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from porfse_analysis.reports.kernels.isolated import ISOLATED
from porfse_analysis.reports.kernels.temporary import WITHIN, TemporaryFolder, clear_left

__all__ = ["CAN_FORK", "ChildEndedError", "ForkedProcess", "Line", "WarmProcess", "last_line", "pack", "unpack"]

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
"""macOS forks, but its own libraries (Accelerate) do not survive it."""

POLL_SECONDS = 0.01
"""Between two looks at whether a process is ready, or has ended."""

_WAIT_FOR_END = 10.0

_ZYGOTE = "porfse_analysis.reports.kernels.zygote"

_SHOWN = 300
"""Characters of what a process said before it ended."""

WARM_ADDRESS = ""
"""In a fork of a warm process: where that process listens."""


class ChildEndedError(Exception):
    """A forked process ended without an answer; `code` is its exit code (negative: the signal)."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        super().__init__(code)


class Line:
    """A connection to the warm process: one JSON object a line, either way."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.connect(address)
        except OSError as error:
            self.socket.close()
            raise ConnectionError("the warm process has ended") from error
        self._answers = self.socket.makefile("r", encoding="utf-8")
        self._lock = threading.Lock()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request and wait for its answer; ConnectionError when the warm process has gone."""
        with self._lock:
            self.socket.sendall(json.dumps(request).encode() + b"\n")
            return self.next()

    def next(self) -> dict[str, Any]:
        """The next answer."""
        line = self._answers.readline()
        if not line:
            raise ConnectionError("the warm process has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the connection; what was started through it is killed."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._answers.close()
        self.socket.close()


class WarmProcess:
    """A warm process of our own. It ends, with every process forked from it, when it is closed or we end."""

    def __init__(self) -> None:
        clear_left()
        self.folder = TemporaryFolder()
        self.address = str(self.folder.path / "warm")
        self._errors = self.folder.path / "errors"
        self._lock = threading.Lock()
        self._closed = False
        self._said = ""
        try:
            self.process = self._start()
        except BaseException:
            self.folder.close()
            raise

    def _start(self) -> subprocess.Popen[bytes]:
        Path(self.address).unlink(missing_ok=True)
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(self.address)
            listener.listen(64)
            # until everything is imported: what ends it then is told by `last_words`, and not on the screen
            errors = stack.enter_context(self._errors.open("wb"))
            screen = _standard_error()
            stack.callback(os.close, screen)
            command = [sys.executable, ISOLATED, "-Xfrozen_modules=off", "-m", _ZYGOTE]
            # matplotlib is imported there: a backend it does not know would end it, and kernels have their own
            env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
            env[WITHIN] = str(self.folder.path)
            return subprocess.Popen(
                [*command, str(listener.fileno()), self.address, str(screen)],
                pass_fds=[listener.fileno(), screen],
                stdin=subprocess.PIPE,
                stderr=errors,
                env=env,
            )

    def last_words(self) -> str:
        """Why the warm process ended while it was being started, in one line; "" where it said nothing."""
        return last_line(self._errors) or self._said

    def call(
        self, function: Callable[..., Any], *args: Any, limit: float | None = None, about: str | None = None
    ) -> Any:
        """What `function(*args)` gives in a fork of the warm process; both must be importable there.

        `about` is the folder of the programme it loads: read there once for all that follows.

        Raises `ChildEndedError` when the fork ends without an answer, TimeoutError after `limit` seconds (the fork is
        killed), ConnectionError when the warm process has gone. An error of the function is raised here.
        """
        line = Line(self.address)
        try:
            line.socket.settimeout(limit)
            answer = line.ask({"call": pack((function, args)), "about": about})
            if "ended" in answer:
                raise ChildEndedError(answer["ended"])
            done, value = unpack(answer["result"])
        finally:
            line.close()
        if not done:
            raise value
        return value

    def revive(self) -> None:
        """Start the warm process again if it has ended."""
        with self._lock:
            if self._closed:
                raise ConnectionError("the warm process was closed")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=1)  # its connections close a moment before it is seen to end
            if self.process.poll() is not None:
                self._said = last_line(self._errors)
                self._close_input()
                self.process = self._start()

    def _close_input(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()

    def close(self) -> None:
        """End the warm process and every process forked from it."""
        with self._lock:
            self._closed = True
        self._close_input()
        self.process.terminate()  # while it imports it does not look at its input; later it ignores this
        try:
            self.process.wait(timeout=_WAIT_FOR_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.close()

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def last_line(errors: Path) -> str:
    """The last line that a process has written there, with the file it was in when that was a traceback."""
    try:
        said = errors.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    files = [line for line in lines if line.startswith("File ")]
    return " ".join([*lines[-1:], *(f"({line})" for line in files[-1:])])[:_SHOWN]


def _standard_error() -> int:
    """A copy of where standard error goes; nowhere, when it is closed."""
    try:
        return os.dup(2)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


class ForkedProcess:
    """A kernel forked from the warm process, with the face of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, line: Line, pid: int) -> None:
        self._line, self.pid = line, pid
        self.returncode: int | None = None
        self.lost = False
        """Whether it ended because the warm process did."""

    def poll(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        if self.returncode is None:
            try:
                self.returncode = self._line.ask({"poll": self.pid})["status"]
            except OSError:
                self.returncode, self.lost = -signal.SIGKILL, True
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; `subprocess.TimeoutExpired` when it takes longer."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel alone."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """Kill the kernel and all it has started."""
        os.killpg(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


def pack(value: object) -> str:
    """A value as text, for a line."""
    return base64.b64encode(pickle.dumps(value)).decode("ascii")


def unpack(text: str) -> Any:
    """The value of `pack`; the two ends are processes of one user, on a socket in a folder of theirs alone."""
    return pickle.loads(base64.b64decode(text))
