"""Where a run keeps its logs, and how nothing of it is left: a directory and a prefix of its own, both swept by name.

The directory's `owner` file is locked (flock, shared) by mprun and by its keeper for as long as they live, so whoever
can lock it exclusively knows that both are gone, whatever killed them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

PREFIX = "mprun-"
OWNER = "owner"
SHARED_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 32 << 20


def places() -> tuple[Path, ...]:
    """Where run directories may be: shared memory where the system has it, and the temporary directory."""
    return (SHARED_MEMORY, _temporary())


def _temporary() -> Path:
    import tempfile  # with all that it imports, and mostly there is shared memory

    return Path(tempfile.gettempdir())


def _usable(place: Path) -> bool:
    try:
        room = os.statvfs(place)
    except OSError:
        return False
    return os.access(place, os.W_OK | os.X_OK) and room.f_bavail * room.f_frsize >= _ENOUGH_BYTES


def create() -> tuple[Path, int]:
    """A new directory and the open, locked descriptor of its owner file. Raises OSError where none can be made."""
    place = SHARED_MEMORY if _usable(SHARED_MEMORY) else _temporary()
    while True:
        name = f"{PREFIX}{os.getpid()}-{os.urandom(3).hex()}"
        unborn = place / f".{name}"
        try:
            os.mkdir(unborn, 0o700)
        except FileExistsError:
            continue
        descriptor = hold(unborn)
        # Only now does it have a name that a sweep looks for.
        directory = unborn.rename(place / name)
        return directory, descriptor


def hold(directory: Path) -> int:
    """Lock the directory's owner file for this process; the descriptor is not inherited over exec."""
    descriptor = os.open(directory / OWNER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def remove(directory: Path) -> None:
    """Remove a run's directory and the named semaphores of its prefix; what is already gone is no fault."""
    remove_semaphores(directory.name)
    remove_tree(directory)


def remove_semaphores(prefix: str) -> None:
    """Unlink the named semaphores of one run."""
    with contextlib.suppress(OSError):
        for entry in SHARED_MEMORY.iterdir():
            if entry.name.startswith(f"sem.{prefix}-"):
                with contextlib.suppress(OSError):
                    entry.unlink()


def remove_tree(directory: Path | str) -> None:
    """Remove a directory and all in it, as far as it can be."""
    with contextlib.suppress(OSError):
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    remove_tree(entry.path)
                else:
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)
        os.rmdir(directory)


def stale() -> Iterator[Path]:
    """Directories of mpruns that are gone together with their keepers; another user's are left alone."""
    for place in places():
        try:
            names = [name for name in os.listdir(place) if name.startswith(PREFIX)]
        except OSError:
            continue
        for name in names:
            directory = place / name
            try:
                descriptor = os.open(directory / OWNER, os.O_RDWR | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            else:
                yield directory
            finally:
                os.close(descriptor)
