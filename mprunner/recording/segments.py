"""Files of fixed size, allocated in full before they are mapped, and mapped without keeping a file descriptor.

A sparse mapping on a full disk is a SIGBUS in the process under test, so every byte is allocated first. A mapping that
keeps a descriptor (as `mmap.mmap` does before Python 3.13) would show in the process under test, and closing it later,
after that process closed and reused all its descriptors, would close somebody else's file.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import sys

__all__ = ["allocate", "create_segment", "map_shared", "release"]

_TRACKLESS = sys.version_info >= (3, 13)
_CREATE = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW

_immortal: list[mmap.mmap] = []
"""Mappings whose descriptor was closed behind their back: they must never be closed nor collected."""


def allocate(descriptor: int, size: int) -> None:
    """Gives the empty file `size` bytes of real disk space. Raises OSError when there is not enough."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    zeros = bytes(min(size, 1 << 16))
    while size > 0:
        size -= os.write(descriptor, zeros[:size])


def map_shared(descriptor: int, size: int) -> mmap.mmap:
    """A shared writable mapping of the file's first `size` bytes that holds no descriptor. Free it with `release`."""
    if _TRACKLESS:
        return mmap.mmap(descriptor, size, trackfd=False)  # type: ignore[call-arg, unused-ignore]
    # mmap duplicates the descriptor into the lowest free number; another thread may take that number first, so look.
    expected = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 0)
    os.close(expected)
    mapping = mmap.mmap(descriptor, size)
    _immortal.append(mapping)
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(expected), os.fstat(descriptor)):
            os.close(expected)
    return mapping


def release(mapping: mmap.mmap) -> None:
    """Gives the mapping's memory back; what was written stays in the file."""
    if _TRACKLESS:
        mapping.close()
    elif hasattr(mapping, "madvise"):
        with contextlib.suppress(OSError):
            mapping.madvise(mmap.MADV_DONTNEED)


def create_segment(path: str, size: int) -> mmap.mmap:
    """A new zeroed file of `size` bytes at `path`, mapped. It appears under its name only when it is complete.

    Raises OSError, and leaves nothing behind, when the file can't be created or the disk is full.
    """
    unfinished = path + ".new"
    descriptor = os.open(unfinished, _CREATE, 0o600)
    try:
        try:
            allocate(descriptor, size)
            mapping = map_shared(descriptor, size)
        finally:
            os.close(descriptor)
        os.rename(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise
    return mapping


def _keep(_mappings: list[mmap.mmap] = _immortal) -> None:
    """Does nothing: as a fork callback it is referenced until after the last module is gone, and so is its default."""


os.register_at_fork(after_in_child=_keep)
