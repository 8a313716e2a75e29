"""The papermill engine `porfse`: real kernels, forked from a process that has already imported what they need.

`papermill --engine porfse` and `porfse report` use it. A kernel provisioner (Jupyter's own extension point) asks the
warm process (`zygote`) for a fork instead of starting a program; all the rest is papermill, nbclient and ipykernel as
they are. Where processes cannot be forked the engine starts kernels in the ordinary way.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import threading
import uuid
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from porfse_analysis.display.notebook import COMPUTED_WITH
from porfse_analysis.reports.kernels import warm
from porfse_analysis.reports.kernels.isolated import KERNEL_COMMAND
from porfse_analysis.reports.kernels.temporary import TemporaryFolder
from porfse_analysis.reports.kernels.warm import CAN_FORK, POLL_SECONDS, ForkedProcess, Line, WarmProcess

__all__ = [
    "CAN_FORK",
    "ENGINES",
    "KernelEngine",
    "OwnKernelManager",
    "PorfseEngine",
    "WarmKernelManager",
    "WarmProvisioner",
]

_INLINE = "module://matplotlib_inline.backend_inline"
"""matplotlib's backend in a kernel, as ipykernel sets it where nothing else is asked for."""

_SHOWN_FOR_A_PAGE = ("--IPKernelApp.extra_extensions=porfse_analysis.display.notebook",)
"""What a kernel is started with, for the frames it shows to carry what the page and its files are made of."""

_line: Line | None = None


def line() -> Line:
    """The connection of this process to a warm process: the one it was forked from, else one of its own."""
    global _line
    if _line is None:
        if warm.WARM_ADDRESS:
            _line = Line(warm.WARM_ADDRESS)
        else:
            own = WarmProcess()
            atexit.register(own.close)
            _line = Line(own.address)
    return _line


def _fork(request: dict[str, Any]) -> ForkedProcess:
    """A kernel of the warm process; of a new one if that has gone."""
    global _line
    try:
        return ForkedProcess(line(), line().ask(request)["pid"])
    except OSError:
        _line = None
        return ForkedProcess(line(), line().ask(request)["pid"])


class WarmProvisioner(LocalProvisioner):
    """Provides kernels by forking; everything but the start is that of local kernels."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel that serves the connection file of `cmd`."""
        # [python, ..., -m, launcher, -f, file]: the program is there already, its arguments count
        argv = cmd[cmd.index("-f") :]
        env = {**os.environ, **(kwargs.get("env") or {})}
        process = _fork({"kernel": {"argv": argv, "cwd": str(kwargs.get("cwd") or Path.cwd()), "env": env}})
        self.process = process  # type: ignore[assignment]
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info


class OwnKernelClient(AsyncKernelClient):
    """A client that does not wait long for messages that are not coming."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        channel = self.iopub_channel
        wait = channel.get_msg

        async def briefly(timeout: float) -> Any:
            return await wait(timeout=min(timeout, POLL_SECONDS))

        channel.get_msg = briefly
        try:
            await super()._async_wait_for_ready(timeout=timeout)
        finally:
            channel.get_msg = wait

    wait_for_ready = _async_wait_for_ready


class OwnKernelManager(AsyncKernelManager):
    """A kernel manager for one run: it talks over files of its own, and knows how its kernel ended.

    No port that two runs at once could both take; where there are no such sockets (Windows) ports are used.
    """

    latest: ClassVar[dict[int, OwnKernelManager]] = {}
    """Thread -> the manager of the run in it."""

    def __init__(self, **kwargs: Any) -> None:
        self._folder = TemporaryFolder()
        own = {"connection_file": str(self._folder.path / "kernel.json")}
        if os.name != "nt":
            own |= {"transport": "ipc", "ip": str(self._folder.path / "kernel")}
        super().__init__(client_factory=OwnKernelClient, **{**kwargs, **own})
        self._started: Any = None
        self.said = ""
        """What the kernel said it computes with."""
        self.last_words = ""
        """The last thing it said on standard error."""
        OwnKernelManager.latest[threading.get_ident()] = self

    @property
    def kernel_spec(self) -> KernelSpec:
        """Of this interpreter, whatever kernels are installed under the name that the notebook gives."""
        return KernelSpec(argv=list(KERNEL_COMMAND), display_name="Python 3", language="python")

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        # what is drawn goes into the notebook, whatever the user's own shell prefers
        kw["env"] = {**(kw.get("env") or os.environ), "MPLBACKEND": _INLINE, COMPUTED_WITH: str(self._computed_with)}
        # IPython keeps its files in the home of its user
        own = f"--BaseIPythonApplication.ipython_dir={self._folder.path}"
        with self._errors.open("wb") as errors:
            command = [*kernel_cmd, *_SHOWN_FOR_A_PAGE, own]
            await super()._async_launch_kernel(command, **{**kw, "stderr": errors})
        self._started = getattr(self.provisioner, "process", None)

    @property
    def _errors(self) -> Path:
        """What a started kernel says on standard error; a forked one says it where the warm process does."""
        return self._folder.path / "errors"

    @property
    def _computed_with(self) -> Path:
        return self._folder.path / "package"

    def kill_now(self) -> None:
        """Kill the kernel and all it has started, from any thread."""
        if self._started is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                _kill_group(self._started)

    def exit_code(self) -> int | None:
        """How the kernel's process ended (negative: the signal); None when it never started or still runs."""
        return None if self._started is None else self._started.poll()

    def lost(self) -> bool:
        """Whether the kernel ended because the warm process did."""
        return bool(getattr(self._started, "lost", False))

    async def _async_finish_shutdown(
        self, waittime: float | None = None, pollinterval: float = POLL_SECONDS, restart: bool = False
    ) -> None:
        await super()._async_finish_shutdown(waittime, pollinterval, restart)

    finish_shutdown = _async_finish_shutdown

    async def _async_interrupt_kernel(self) -> None:
        """Nothing: a kernel is shut down when its cell has ended; one that hangs is killed."""

    interrupt_kernel = _async_interrupt_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self.kill_now()  # what the notebook started ends with its kernel
            self.last_words = warm.last_line(self._errors)
            with contextlib.suppress(OSError):
                self.said = self._computed_with.read_text(encoding="utf-8")
            self._folder.close()

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
        """Execute a notebook as papermill does, in a kernel of this engine's kernel manager.

        `finish`, where it is given, is called with the executed notebook before it is written.
        """
        # papermill loads its engines while it is imported itself
        from papermill.engines import NBClientEngine

        finish = kwargs.pop("finish", None)
        executed = NBClientEngine.execute_notebook(nb, kernel_name, **{"kernel_manager_class": cls.manager, **kwargs})
        if finish is not None:
            finish(executed)
        return executed

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
