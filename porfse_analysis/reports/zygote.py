"""The warm process kernels are forked from: it imports what a report needs, once, and never computes.

Started as `python -m porfse_analysis.reports.zygote FD`; FD is a socket on which it is asked, one JSON object a line:

    {"fork": {"argv": [...], "cwd": "...", "env": {...}}}  ->  {"pid": 123}
    {"poll": 123}                                          ->  {"status": null, or the exit code}

A forked child becomes an ordinary ipykernel, in a process group of its own. When the socket closes, every child still
running is killed and the process ends.
"""

from __future__ import annotations

import builtins
import json
import os
import signal
import socket
import sys
from types import SimpleNamespace
from typing import Any

__all__ = ["main"]

_NO_CHILD = -1


def main() -> None:
    """Import, then serve forks until the other side is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # a kernel is asked to stop by its own channels; Ctrl-C is for the command that started it all
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _preload()
    children: set[int] = set()
    with control.makefile("r", encoding="utf-8") as requests:
        for line in requests:
            request = json.loads(line)
            if "fork" in request:
                pid = os.fork()
                if pid == 0:
                    control.close()
                    _become_kernel(**request["fork"])
                children.add(pid)
                answer: dict[str, Any] = {"pid": pid}
            else:
                answer = {"status": _status(request["poll"], children)}
            control.sendall(json.dumps(answer).encode() + b"\n")
    for pid in children:
        _kill_group(pid)


def _preload() -> None:
    """Import the libraries as a kernel would.

    pandas looks at its host while it is imported (`display.max_columns`), so it is shown a shell with a kernel.
    """
    shell = SimpleNamespace(kernel=True, config={})
    builtins.get_ipython = lambda: shell  # type: ignore[attr-defined]
    try:
        import pandas  # noqa: F401

        import porfse_analysis.display.blocks
        import porfse_analysis.display.figures
        import porfse_analysis.display.tables
        import porfse_analysis.loaders.folder  # noqa: F401
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]
    import IPython.core.completer
    import IPython.core.interactiveshell
    import IPython.display  # noqa: F401


def _status(pid: int, children: set[int]) -> int | None:
    """None while the child runs; its exit code (negative: the signal) once it has ended."""
    if pid not in children:
        return _NO_CHILD
    done, status = os.waitpid(pid, os.WNOHANG)
    if not done:
        return None
    children.discard(pid)
    # whatever the notebook started dies with it
    _kill_group(pid)
    return os.waitstatus_to_exitcode(status)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _become_kernel(argv: list[str], cwd: str, env: dict[str, str]) -> None:
    """Run a kernel in this forked process; never returns."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.environ.clear()
        os.environ.update(env)
        os.chdir(cwd)
        # two kernels must not draw the same random numbers because they share a parent
        import random

        import numpy

        random.seed()
        numpy.random.seed()
        sys.argv = ["ipykernel_launcher", *argv]
        from ipykernel.kernelapp import IPKernelApp

        app = IPKernelApp.instance(parent_handle=os.getppid())
        app.initialize(argv)  # type: ignore[no-untyped-call]
        app.start()  # type: ignore[no-untyped-call]
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # the process must not go on as a second zygote
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
