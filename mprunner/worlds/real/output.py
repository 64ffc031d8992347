"""Standard output and standard error of a run's processes: whole lines that become events, never a file descriptor."""

from __future__ import annotations

import io
import os
import threading
from typing import Literal

from mprunner.operations import OPERATION_IDS
from mprunner.worlds.real.actor import log_here


class _Pending(threading.local):
    text = ""
    pid = 0


class LineAssembler(io.TextIOBase):
    """A text stream that records each line, when it is whole, as an event of the actor whose thread wrote it."""

    def __init__(self, event: Literal["print", "stderr"]) -> None:
        self._event = event
        self._pending = _Pending()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "backslashreplace"

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        pending = self._pending
        if pending.pid != os.getpid():
            # The beginning of a line that the parent had not ended yet is the parent's.
            pending.text, pending.pid = "", os.getpid()
        *lines, pending.text = (pending.text + text).split("\n")
        for line in lines:
            self._record(line)
        return len(text)

    def flush(self) -> None:
        """Nothing to do: a line that is not whole yet stays so."""

    def finish(self) -> None:
        """Record what was written without an end of line."""
        if self._pending.text and self._pending.pid == os.getpid():
            self._record(self._pending.text)
            self._pending.text = ""

    def _record(self, line: str) -> None:
        log = log_here()
        if log is not None:
            log.instant(OPERATION_IDS[self._event], payload={"text": line})
        else:
            os.write(2, f"{line}\n".encode(errors="backslashreplace"))
