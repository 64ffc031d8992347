"""A recording in a file: JSON lines, written while the run goes on, so that a killed run leaves one too.

The header comes first, then the calls (`following` says which when), and at the close the processes and the ending. Only whole
lines are written; what a `kill -9` of the writer leaves ends with a line that may be torn, which `load` passes over.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable
from typing import Any

from mprunner.errors import RecordingError
from mprunner.recording.calllines import call_line
from mprunner.recording.events import Call, Recording
from mprunner.recording.lines import (
    Header,
    ending_line,
    header_line,
    header_of,
    process_line,
)

__all__ = ["Header", "RecordingWriter", "save"]

_BUFFERED = 256 * 1024
"""Bytes of lines that are held back before they are written; `flush` writes them earlier."""

_dump = json.JSONEncoder(check_circular=False, allow_nan=False, separators=(",", ":")).encode


class RecordingWriter:
    """Writes a recording to `path` as it comes to be. A context manager.

    The file appears under its name with the header in it, in place of an older one; `-`, devices and pipes are written to as
    they are. Raises RecordingError when it can't be created. When the disk is full later, the writing ends with the last whole
    line, `failed` tells why, and the run goes on.
    """

    def __init__(self, path: str, header: Header) -> None:
        self.path = path
        self.failed: str | None = None
        self._origin = header.origin
        self._held: list[str] = []
        self._held_size = 0
        first = _dump(header_line(header)) + "\n"
        try:
            self._descriptor, self._size = _create(path, first.encode())
        except OSError as error:
            raise RecordingError(path, f"can't write a recording here: {error.strerror or error}") from error

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, call: Call) -> None:
        """Adds a call. One without an end has only begun, and never ended unless `end` tells it."""
        self._line(call_line(call, self._origin))

    def end(self, call: Call) -> None:
        """Adds the end of a call that was added when it had only begun."""
        self._line({**call_line(call, self._origin), "record": "end"})

    def finish(self, recording: Recording, more: Iterable[Call] = ()) -> None:
        """Adds what is known at the end of the run only, and closes. Of the recording's calls only `more` are written."""
        for call in more:
            self.call(call)
        for process in recording.processes:
            self._line(process_line(process, self._origin))
        self._line(ending_line(recording, self._origin))
        self.close()

    def flush(self) -> None:
        """Hands over what is held back, so that it survives this process."""
        if not self._held or self._descriptor < 0:
            return
        data = "".join(self._held).encode()
        self._held.clear()
        self._held_size = 0
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
            self._size += written
        except OSError as error:
            self.failed = f"{self.path}: the recording ends here: {error.strerror or error}"
            whole = data.rfind(b"\n", 0, written) + 1
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size + whole)
            self._end()

    def close(self) -> None:
        """Writes what is held back and closes the file. Without `finish` before, the recording tells that it was cut off."""
        self.flush()
        self._end()

    def _line(self, line: dict[str, Any]) -> None:
        if self._descriptor < 0:
            return
        text = _dump(line) + "\n"
        self._held.append(text)
        self._held_size += len(text)
        if self._held_size >= _BUFFERED:
            self.flush()

    def _end(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _create(path: str, first: bytes) -> tuple[int, int]:
    """A descriptor to append to, and the size of what is there."""
    if path == "-":
        descriptor = os.dup(1)
        _write_all(descriptor, first)
        return descriptor, len(first)
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            _write_all(descriptor, first)
            return descriptor, len(first)
    target = os.path.realpath(path)
    descriptor, beside = tempfile.mkstemp(prefix=f".{os.path.basename(target)}.", dir=os.path.dirname(target))
    try:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(descriptor, 0o666 & ~mask)
        _write_all(descriptor, first)
        os.rename(beside, target)
    except BaseException:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
    return descriptor, len(first)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def save(recording: Recording, path: str) -> None:
    """Writes a finished recording. Raises RecordingError when it can't be written whole."""
    with RecordingWriter(path, header_of(recording)) as writer:
        for call in recording.calls:
            writer.call(call)
        writer.finish(recording)
    if writer.failed is not None:
        raise RecordingError(path, writer.failed.partition(": ")[2])
