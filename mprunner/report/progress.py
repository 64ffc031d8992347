"""One line on standard error that says how far long work has come; on a terminal only, gone when the work is done."""

from __future__ import annotations

import time
from typing import TextIO

from mprunner.report.style import cut, is_terminal

__all__ = ["Progress"]

FIRST_AFTER = 0.5
"""Seconds: shorter work shows nothing."""
EVERY = 0.1


class Progress:
    """`with Progress(sys.stderr, width=80) as progress: progress.show("run 17 of 200")`."""

    def __init__(self, stream: TextIO, *, width: int, enabled: bool = True) -> None:
        self._stream = stream
        self._width = width
        self._enabled = enabled and is_terminal(stream)
        self._next = time.monotonic() + FIRST_AFTER
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, text: str) -> None:
        """Replaces the line, at most ten times a second."""
        now = time.monotonic()
        if not self._enabled or now < self._next:
            return
        self._next = now + EVERY
        self._shown = True
        self._write(f"\r\x1b[K{cut(text, self._width - 1)}")

    def clear(self) -> None:
        """Removes the line, so that a report can be written where it stood."""
        if self._shown:
            self._shown = False
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._enabled = False
