"""The warm process that is forked: it imports what a report needs and reads its programme, once, and never computes.

Started by `warm.WarmProcess` as `python -P -m porfse_analysis.reports.kernels.zygote FD ADDRESS ERRORS`; FD is a
listening socket, ERRORS where standard error goes once everything is imported. On a connection it is asked, one JSON
object a line:

    {"kernel": {"argv": [...], "cwd": "...", "env": {...}}}  ->  {"pid": 123}
    {"poll": 123}                                            ->  {"status": null, or the exit code}
    {"call": a packed (function, arguments), "about": "..."} ->  {"result": packed} from the fork, if it gives one,
                                                                 then {"ended": its exit code}

`about` is the folder of a programme, which is read before the fork is made unless it was the last one to be read and
its files are as they were.

A fork is an ordinary ipykernel, or calls the function and ends; each has a process group of its own. When a connection
closes, what was forked for it is killed with all it has started; when standard input closes, everything is.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import warnings
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from porfse_analysis.reports.kernels import warm
from porfse_analysis.reports.kernels.isolated import draw_as_told, import_matplotlib, serve_kernel

__all__ = ["main", "preload"]

_LIBRARIES = (
    "porfse_analysis.display.blocks",
    "porfse_analysis.display.frames",
    "porfse_analysis.display.programme_report.figures",
    "porfse_analysis.display.sheet.page",
    "porfse_analysis.display.review.figures",
    "porfse_analysis.display.tables",
    "porfse_analysis.loaders.folder",
    # what the first cells would import, one by one, in every kernel
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "IPython.core.completer",
    "IPython.core.interactiveshell",
    "IPython.display",
    "matplotlib.backends.backend_svg",
    "porfse_analysis.reports.site",
    "xlsxwriter",
    "lxml.html",
    "typst",
    "IPython.extensions.storemagic",
    "IPython.core.completerlib",
    "ipykernel.kernelapp",
    "ipykernel.kernelspec",
    "pygments.styles.default",
    "tornado.platform.asyncio",
    "jinja2.ext",
)


_SET_BY_IMPORTS: dict[str, str] = {}
"""What the libraries put into the environment while they are imported, as they do in every kernel."""


def main() -> None:
    """Import, then serve forks until the other side is gone."""
    listener, address = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    # Ctrl-C is for the command that started it all; it ends this process by closing its input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload()
    sys.stderr.flush()
    os.dup2(int(sys.argv[3]), 2)
    os.close(int(sys.argv[3]))
    # from here on there may be forks that must not outlive this process
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _Server(listener, address).serve()
    _end(0)  # nothing here needs the long way out


def preload() -> None:
    """Import the libraries of a report, of papermill and of nbconvert as a kernel would.

    pandas looks at its host while it is imported (`display.max_columns`), so it is shown a shell with a kernel.
    """
    before = dict(os.environ)
    gc.disable()  # nothing that is imported is garbage: looking for it takes a tenth of the time
    shell = SimpleNamespace(kernel=True, config={})
    builtins.get_ipython = lambda: shell  # type: ignore[attr-defined]
    try:
        import_module("pandas")
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]
    import_matplotlib()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the libraries' own dependencies, nothing a user can act on
        for name in _LIBRARIES:
            import_module(name)
    from porfse_analysis.display.words import wording
    from porfse_analysis.reports.render import load_exporter
    from porfse_analysis.reports.run import load_papermill

    load_papermill()
    # its template and its patterns are compiled when first used
    import_module("nbformat.v4")
    load_exporter().from_notebook_node(sys.modules["nbformat.v4"].new_notebook())
    for lang in wording.LANGUAGES:
        wording.catalogue(lang)
        wording.count(1, lang)
    _SET_BY_IMPORTS.update((name, value) for name, value in os.environ.items() if before.get(name) != value)
    # looking at it in every fork would copy its pages
    gc.collect()
    gc.freeze()
    gc.enable()


class _Server:
    """Connections, and the processes forked for each."""

    def __init__(self, listener: socket.socket, address: str) -> None:
        self.address = address
        self.listener = listener
        self.children: dict[socket.socket, set[int]] = {}
        self.callers: dict[int, socket.socket] = {}
        """The process of a call -> the connection that waits for its end."""
        self.ended: dict[int, int] = {}
        self.unread: dict[socket.socket, bytes] = {}
        self.wake, self.woken = socket.socketpair()
        self.selector = selectors.DefaultSelector()

    def serve(self) -> None:
        for ours in (self.wake, self.woken):
            ours.setblocking(False)
        signal.set_wakeup_fd(self.woken.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for source in (sys.stdin.fileno(), self.listener, self.wake):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    self.children[connection], self.unread[connection] = set(), b""
                    self.selector.register(connection, selectors.EVENT_READ)
                elif key.fileobj is self.wake:
                    with contextlib.suppress(BlockingIOError):
                        self.wake.recv(4096)
                    self._reap()
                elif isinstance(key.fileobj, socket.socket):
                    if key.fileobj in self.children:  # not closed meanwhile
                        self._read(key.fileobj)
                elif not os.read(sys.stdin.fileno(), 1):
                    for connection in list(self.children):
                        self._drop(connection)
                    return

    def _read(self, connection: socket.socket) -> None:
        try:
            text = connection.recv(65536)
        except OSError:
            text = b""
        if not text:
            self._drop(connection)
            return
        *lines, self.unread[connection] = (self.unread[connection] + text).split(b"\n")
        for line in lines:
            self._answer(connection, json.loads(line))

    def _answer(self, connection: socket.socket, request: dict[str, Any]) -> None:
        if "poll" in request:
            self._reap()
            self._send(connection, {"status": self.ended.get(request["poll"])})
            return
        if request.get("about") is not None:
            _read_ahead(request["about"])
        pid = os.fork()
        if pid == 0:
            self._alone(connection if "call" in request else None)
            if "kernel" in request:
                _become_kernel(**request["kernel"])
            _call(connection, request["call"])
        self.children[connection].add(pid)
        if "kernel" in request:
            self._send(connection, {"pid": pid})
        else:
            self.callers[pid] = connection

    def _alone(self, connection: socket.socket | None) -> None:
        """In a fork: nothing of the server's is left but the connection it answers on."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self.selector.close()
        for ours in (self.listener, self.wake, self.woken, *self.children):
            if ours is not connection:
                ours.close()
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        warm.WARM_ADDRESS = self.address

    def _reap(self) -> None:
        """Note how forks ended; whatever they had started dies with them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self.ended[pid] = os.waitstatus_to_exitcode(status)
            _kill_group(pid)
            caller = self.callers.pop(pid, None)
            if caller in self.children:
                self.children[caller].discard(pid)
                self._send(caller, {"ended": self.ended[pid]})

    def _send(self, connection: socket.socket, answer: dict[str, Any]) -> None:
        # the other side may have gone meanwhile; its connection then reads as closed
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps(answer).encode() + b"\n")

    def _drop(self, connection: socket.socket) -> None:
        self.selector.unregister(connection)
        self.unread.pop(connection)
        for pid in self.children.pop(connection):
            if pid not in self.ended:
                _kill_group(pid)
        connection.close()


def _read_ahead(folder: str) -> None:
    from porfse_analysis.loaders.folder import read_ahead

    # what is wrong with it is told by the fork that needs it
    with contextlib.suppress(Exception):
        read_ahead(folder or None)
    gc.freeze()


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # between its fork and its own group it is still in ours
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _call(connection: socket.socket, packed: str) -> None:
    """Call a function in this fork and send what it gives; never returns."""
    code = 1
    try:
        try:
            function, args = warm.unpack(packed)
            answer = warm.pack((True, function(*args)))
        except Exception as error:
            answer = warm.pack((False, error))
        connection.sendall(json.dumps({"result": answer}).encode() + b"\n")
        code = 0
    finally:
        _end(code)


def _become_kernel(argv: list[str], cwd: str, env: dict[str, str]) -> None:
    """Run a kernel in this fork; never returns."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        # a kernel watches its parent, which is this process's and not the one that asked for it
        os.environ.update(_SET_BY_IMPORTS | env | {"JPY_PARENT_PID": str(os.getppid())})
        os.chdir(cwd)
        draw_as_told()  # matplotlib was imported before there was this environment
        # two kernels must not draw the same random numbers because they share a parent
        import random

        import numpy

        random.seed()
        numpy.random.seed()
        sys.argv = ["ipykernel_launcher", *argv]
        serve_kernel(argv, os.getppid())
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # the process must not go on as a second zygote
        import traceback

        traceback.print_exc()
    finally:
        _end(code)


def _end(code: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
