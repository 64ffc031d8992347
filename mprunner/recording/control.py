"""The control page of a run: one small file in the run's directory where a process says that it could not record.

A process that finds the disk full can't write that down in a file of its own, so the page is allocated beforehand. Each
reason has a byte; setting it needs no lock.
"""

from __future__ import annotations

import contextlib
import mmap
import os
from typing import Literal

from mprunner.recording import segments

__all__ = ["REASONS", "Reason", "lost_reasons", "mark_lost", "prepare_run_directory", "use_control_page"]

Reason = Literal["no space", "cannot open", "damaged"]
REASONS: tuple[Reason, ...] = ("no space", "cannot open", "damaged")

_NAME = "control"
_SIZE = 4096
_MAGIC = b"mprun\x00\x00\x01"
_FLAGS_AT = 64

_page: tuple[str, mmap.mmap] | None = None


def prepare_run_directory(directory: str) -> None:
    """Makes the existing, empty directory fit to be recorded into. Raises OSError when there is no room for a page."""
    page = segments.create_segment(os.path.join(directory, _NAME), _SIZE)
    page[: len(_MAGIC)] = _MAGIC
    segments.release(page)


def use_control_page(directory: str) -> None:
    """Maps the run's page now, so that this process and its forks can mark a loss even when they are out of files."""
    global _page
    if _page is not None and _page[0] == directory:
        return
    with contextlib.suppress(OSError, ValueError):
        descriptor = os.open(os.path.join(directory, _NAME), os.O_RDWR | os.O_CLOEXEC)
        try:
            mapping = segments.map_shared(descriptor, _SIZE)
        finally:
            os.close(descriptor)
        if _page is not None:
            segments.release(_page[1])
        _page = (directory, mapping)


def mark_lost(directory: str, reason: Reason) -> None:
    """Says that something of this run is not on record. Never raises."""
    use_control_page(directory)
    if _page is not None and _page[0] == directory:
        _page[1][_FLAGS_AT + REASONS.index(reason)] = 1


def lost_reasons(directory: str) -> tuple[Reason, ...]:
    """Why something of this run could not be recorded; empty when nothing was lost.

    Raises OSError when the directory has no control page.
    """
    with open(os.path.join(directory, _NAME), "rb") as file:
        page = file.read(_SIZE)
    return tuple(
        reason
        for position, reason in enumerate(REASONS)
        if page[_FLAGS_AT + position : _FLAGS_AT + position + 1] == b"\1"
    )
