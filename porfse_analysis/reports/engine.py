"""The papermill engine `porfse`: real kernels, forked from a process that has already imported what they need.

`papermill --engine porfse` and `porfse report` use it. A kernel provisioner (Jupyter's own extension point) asks the
warm process (`zygote`) for a fork instead of starting a program; all the rest is papermill, nbclient and ipykernel as
they are. Where processes cannot be forked the engine starts kernels in the ordinary way.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

__all__ = [
    "CAN_FORK",
    "ENGINES",
    "ForkedProcess",
    "KernelEngine",
    "OwnKernelManager",
    "PorfseEngine",
    "WarmKernelManager",
    "WarmProvisioner",
    "Zygote",
    "zygote",
]

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
"""macOS forks, but its own libraries (Accelerate) do not survive it."""

_POLL_SECONDS = 0.02


class Zygote:
    """The warm process of this process: started once, asked for forks."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "porfse_analysis.reports.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._socket = ours
        self._answers = ours.makefile("r", encoding="utf-8")
        self._lock = threading.Lock()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request and wait for its answer; ConnectionError when the warm process has gone."""
        with self._lock:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            line = self._answers.readline()
        if not line:
            raise ConnectionError("the warm process has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def alive(self) -> bool:
        """Whether the warm process runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the warm process and every kernel forked from it."""
        self._answers.close()
        self._socket.close()
        self.process.wait(timeout=10)


_zygote: Zygote | None = None


def zygote() -> Zygote:
    """The warm process, started when there is none."""
    global _zygote
    if _zygote is None or not _zygote.alive():
        _zygote = Zygote()
        atexit.register(_zygote.close)
    return _zygote


class ForkedProcess:
    """A kernel forked from the warm process, with the face of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, parent: Zygote, pid: int) -> None:
        self.parent, self.pid = parent, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        if self.returncode is None:
            try:
                self.returncode = self.parent.ask({"poll": self.pid})["status"]
            except OSError:
                self.returncode = -signal.SIGKILL  # it died with the warm process
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; `subprocess.TimeoutExpired` when it takes longer."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(_POLL_SECONDS)
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


class WarmProvisioner(LocalProvisioner):
    """Provides kernels by forking; everything but the start is that of local kernels."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel that serves the connection file of `cmd`."""
        parent = zygote()
        # [python, -m, ipykernel_launcher, -f, file]: the program is there already, its arguments count
        argv = cmd[cmd.index("-f") :]
        env = {**os.environ, **(kwargs.get("env") or {})}
        env["JPY_PARENT_PID"] = str(parent.process.pid)
        request = {"argv": argv, "cwd": str(kwargs.get("cwd") or Path.cwd()), "env": env}
        pid = parent.ask({"fork": request})["pid"]
        self.process = ForkedProcess(parent, pid)  # type: ignore[assignment]
        self.pid = self.pgid = pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info


class OwnKernelManager(AsyncKernelManager):
    """A kernel manager for one run: it talks over files of its own, and knows how its kernel ended.

    No port that two runs at once could both take; where there are no such sockets (Windows) ports are used.
    """

    last: ClassVar[OwnKernelManager | None] = None
    """The manager of the run in this process."""

    def __init__(self, **kwargs: Any) -> None:
        self._sockets = tempfile.mkdtemp(prefix="porfse-") if os.name != "nt" else ""
        if self._sockets:
            kwargs = {**kwargs, "transport": "ipc", "ip": str(Path(self._sockets) / "kernel")}
        super().__init__(**kwargs)
        self._started: Any = None
        OwnKernelManager.last = self

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kw)
        self._started = getattr(self.provisioner, "process", None)

    def kill_now(self) -> None:
        """Kill the kernel and all it has started, from any thread."""
        if self._started is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                _kill_group(self._started)

    def exit_code(self) -> int | None:
        """How the kernel's process ended (negative: the signal); None when it never started or still runs."""
        return None if self._started is None else self._started.poll()

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self.kill_now()  # what the notebook started ends with its kernel
            shutil.rmtree(self._sockets, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


class WarmKernelManager(OwnKernelManager):
    """A kernel manager whose kernels are forked from the warm process."""

    async def _async_pre_start_kernel(self, **kw: Any) -> Any:
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or kw.pop("kernel_id", str(uuid.uuid4()))
            self.provisioner = WarmProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kw)

    pre_start_kernel = _async_pre_start_kernel  # type: ignore[assignment]


def _kill_group(process: Any) -> None:
    if os.name == "nt":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


class KernelEngine:
    """papermill's own engine, with a kernel started for each run."""

    manager: ClassVar[type[OwnKernelManager]] = OwnKernelManager

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Execute a notebook as papermill does, in a kernel of this engine's kernel manager."""
        # papermill loads its engines while it is imported itself
        from papermill.engines import NBClientEngine

        return NBClientEngine.execute_notebook(nb, kernel_name, **{"kernel_manager_class": cls.manager, **kwargs})

    @staticmethod
    def nb_kernel_name(nb: Any, name: str | None = None) -> Any:
        """The kernel the notebook asks for, or `name`."""
        from papermill.utils import nb_kernel_name

        return nb_kernel_name(nb, name)

    @staticmethod
    def nb_language(nb: Any, language: str | None = None) -> Any:
        """The language of the notebook, or `language`."""
        from papermill.utils import nb_language

        return nb_language(nb, language)


class PorfseEngine(KernelEngine):
    """papermill's own engine, with a kernel forked from the warm process where processes can be forked."""

    manager = WarmKernelManager if CAN_FORK else OwnKernelManager


ENGINES = {"warm": "porfse", "kernel": "porfse-kernel"}
"""What the command line calls an engine -> its name in papermill."""
