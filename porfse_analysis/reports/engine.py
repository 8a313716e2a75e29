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
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from papermill.engines import NBClientEngine

__all__ = ["CAN_FORK", "ForkedProcess", "PorfseEngine", "WarmKernelManager", "WarmProvisioner", "Zygote", "zygote"]

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

    async def cleanup(self, restart: bool = False) -> None:
        """What a notebook started ends with its kernel."""
        if self.pgid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pgid, signal.SIGKILL)
        await super().cleanup(restart=restart)


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels come from `WarmProvisioner`, whatever the kernel specification says."""

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The specification, provided by the warm provisioner."""
        spec = super().kernel_spec
        if spec is not None and spec.language == "python":
            spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": "porfse-warm"}}
        return spec


class PorfseEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine with warm kernels."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Execute the notebook in a kernel forked from the warm process."""
        if CAN_FORK:
            kwargs = {"kernel_manager_class": WarmKernelManager, **kwargs}
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
