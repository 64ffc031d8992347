"""Starting the keeper: a fresh interpreter whose `__main__` has no file, so that no child imports the command line."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path

from mprunner.worlds.real import directories, proc
from mprunner.worlds.real.wire import Channel

MARK = "MPRUNNER_RUN"
"""The environment variable that every process of a run was started with, or its ancestor; its value names the run."""

NOISE = "keeper"
_HOME = str(Path(__file__).resolve().parents[3])
"""The folder that this package is in."""

_PROGRAM = (
    "import sys; sys.path[:] = {path!r}; "
    "from mprunner.worlds.real.keeper import main; main({descriptor}, {directory!r})"
)


class Launched:
    """A running keeper, its channel, and the directory it watches over."""

    def __init__(self) -> None:
        self.directory, self._owner = directories.create()
        self.mark = f"{MARK}={self.directory.name}"
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        with theirs:
            self.pid = self._spawn(theirs.fileno())

    def _spawn(self, descriptor: int) -> int:
        path = [os.path.abspath(entry) for entry in sys.path if entry]
        if _HOME not in path:
            path.insert(0, _HOME)  # found through the current directory
        program = _PROGRAM.format(path=path, descriptor=descriptor, directory=str(self.directory))
        environment = {**os.environ, MARK: self.directory.name, "PYTHONSAFEPATH": "1", **_package_path()}
        os.set_inheritable(descriptor, True)
        noise = str(self.directory / NOISE)
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, noise, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        arguments = [sys.executable, *_flags(), "-c", program]
        return os.posix_spawn(sys.executable, arguments, environment, file_actions=actions)

    def noise(self) -> str:
        """What the keeper itself wrote to its standard error: our own bug, if anything."""
        with contextlib.suppress(OSError):
            return (self.directory / NOISE).read_text(errors="replace").strip()
        return ""

    def wait(self, seconds: float) -> bool:
        """Wait until the keeper has ended; False when it has not in this time."""
        deadline = time.monotonic() + seconds
        pause = 0.0005
        while True:
            try:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return True
            except ChildProcessError:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, 0.02)

    def destroy(self) -> None:
        """Leave nothing: kill the keeper and all that carries the run's mark, and remove what has its name."""
        self.channel.close()
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait(5)
        kill_marked(self.mark)
        self.remove()

    def remove(self) -> None:
        """Remove the directory and semaphores of a run whose processes are gone."""
        directories.remove(self.directory)
        if self._owner >= 0:
            os.close(self._owner)
            self._owner = -1


def _package_path() -> dict[str, str]:
    """Where a fork server, which is told of no path, finds this package if it is not installed."""
    if _HOME.endswith("-packages"):
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))}


def _flags() -> list[str]:
    """The interpreter options that a child should share: warnings, -X, -O, as `multiprocessing` itself passes them on."""
    flags = [f"-W{each}" for each in sys.warnoptions]
    if sys.flags.dev_mode:
        flags.append("-Xdev")
    if sys.flags.optimize:
        flags.append("-" + "O" * sys.flags.optimize)
    if sys.flags.isolated:
        flags.append("-I")
    return flags


def kill_marked(mark: str) -> None:
    """Kill every process with this environment entry, again until none is left. The resource tracker goes as well:
    the semaphores it knows are removed by name."""
    while True:
        left = [
            each.pid
            for each in proc.every_process()
            if each.state not in "ZX" and each.pid != os.getpid() and proc.has_environment(each.pid, mark)
        ]
        if not left:
            return
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def sweep() -> list[Path]:
    """Remove what mpruns left that were killed together with their keepers; what was removed."""
    swept = []
    for directory in directories.stale():
        kill_marked(f"{MARK}={directory.name}")
        directories.remove(directory)
        swept.append(directory)
    return swept
