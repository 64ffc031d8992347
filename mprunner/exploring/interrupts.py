"""Ctrl-C noted, to be heeded where that leaves everything whole; a second one is an interrupt as ever."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupt", "noticed"]


class Interrupt:
    """Whether Ctrl-C `came`."""

    def __init__(self) -> None:
        self.came = False

    def note(self, number: int, frame: FrameType | None) -> None:
        """The handler. Raises KeyboardInterrupt the second time."""
        if self.came:
            raise KeyboardInterrupt
        self.came = True


@contextmanager
def noticed() -> Iterator[Interrupt]:
    """Within this, the first Ctrl-C is only noted; in another thread than the main one, none comes anyway."""
    interrupt = Interrupt()
    try:
        before = signal.signal(signal.SIGINT, interrupt.note)
    except ValueError:
        yield interrupt
        return
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
