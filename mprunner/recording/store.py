"""A recording in a file: JSON lines, written while the run goes on, so that a killed run leaves one too.

The header comes first, each call when it ends, and at the close the calls that never ended, the processes and the ending. Only
whole lines are written; what a `kill -9` of the writer leaves ends with a line that may be torn, which `load` passes over.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from mprunner.errors import RecordingError
from mprunner.recording.calllines import call_from, call_line
from mprunner.recording.collecting import collector_paused
from mprunner.recording.events import Call, Ending, ProcessRecord, Recording
from mprunner.recording.fields import MalformedError
from mprunner.recording.lines import (
    Closing,
    Header,
    ending_from,
    ending_line,
    header_from,
    header_line,
    header_of,
    process_from,
    process_line,
)
from mprunner.recording.order import in_order

__all__ = ["Header", "RecordingWriter", "load", "save"]

_BUFFERED = 256 * 1024
"""Bytes of lines that are held back before they are written; `flush` writes them earlier."""

_TOGETHER = 1000
"""Lines that are parsed in one go."""

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
        """Adds a call that has ended (or, at the close, one that never did)."""
        self._line(call_line(call, self._origin))

    def finish(self, recording: Recording, unfinished: Iterable[Call] = ()) -> None:
        """Adds what is known at the end of the run only, and closes. The recording's calls are not written again."""
        for call in unfinished:
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


def load(path: str) -> Recording:
    """Reads a recording, of mprunner or of another program. Raises RecordingError, which says in which line what is wrong.

    A recording that breaks off is given with what is there: it ends as `crashed`, and `incomplete` says so.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise RecordingError(path, f"can't be read: {error.strerror or error}") from error
    lines = content.split(b"\n")
    del content
    last = lines.pop()
    torn = bool(last) and not _is_json(last)
    if last and not torn:  # another program's, which ends without a newline
        lines.append(last)
    if not lines:
        raise RecordingError(path, "not a recording: there is not one whole line in it")
    with collector_paused():
        return _Loading(path).load(lines, torn=torn)


class _Loading:
    """One file while it is read."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._header = Header("")
        self._calls: list[Call] = []
        self._processes: list[ProcessRecord] = []
        self._closing: Closing | None = None

    def load(self, lines: list[bytes], *, torn: bool) -> Recording:
        for number, line in self._parsed(lines):
            try:
                self._take(number, line)
            except MalformedError as error:
                raise RecordingError(self._path, str(error), number) from None
        calls = in_order(self._calls)
        closing = self._closing or self._broken_off(calls, torn)
        return Recording(
            **{name: getattr(self._header, name) for name in Header.__dataclass_fields__},
            calls=calls,
            processes=self._processes,
            ending=closing.ending,
            stderr_noise=closing.stderr_noise,
            incomplete=closing.incomplete,
            notes=closing.notes,
            extra=closing.extra,
        )

    def _take(self, number: int, line: Any) -> None:
        if type(line) is not dict:
            raise MalformedError("a line must hold a JSON object")
        record = line.get("record")
        if number == 1:
            if record != "recording":
                raise MalformedError(
                    'not a recording: the first line must be an object with "record": "recording"'
                )
            self._header = header_from(line)
        elif self._closing is not None:
            raise MalformedError("there is a line after the ending")
        elif record == "call":
            self._calls.append(call_from(line, self._header.origin, number))
        elif record == "process":
            self._processes.append(process_from(line, self._header.origin))
        elif record == "ending":
            self._closing = ending_from(line, self._header.origin)
        else:
            raise MalformedError.choice("record", record, ("call", "process", "ending"))

    def _parsed(self, lines: list[bytes]) -> Iterator[tuple[int, Any]]:
        for start in range(0, len(lines), _TOGETHER):
            some = lines[start : start + _TOGETHER]
            try:
                parsed = _parse(b"[" + b",".join(some) + b"]")
                whole = len(parsed) == len(some)
            except (ValueError, RecursionError):
                whole = False
            if not whole:  # one by one, to learn which
                parsed = [self._parse_one(number, line) for number, line in enumerate(some, start + 1)]
            yield from enumerate(parsed, start + 1)

    def _parse_one(self, number: int, line: bytes) -> Any:
        try:
            return _parse(line)
        except UnicodeDecodeError as error:
            raise RecordingError(
                self._path, f"not UTF-8 (byte {error.start + 1} of the line)", number
            ) from None
        except json.JSONDecodeError as error:
            raise RecordingError(
                self._path, f"not JSON: {error.msg} (column {error.colno})", number
            ) from None
        except RecursionError:
            raise RecordingError(self._path, "nested too deeply", number) from None
        except ValueError as error:
            # Python reads no integer of more than some thousand digits, and advises the program what to call.
            reason = str(error).partition(";")[0]
            raise RecordingError(self._path, reason, number) from None

    def _broken_off(self, calls: list[Call], torn: bool) -> Closing:
        last = max((call.end or call.begin for call in calls), default=self._header.origin)
        note = "the recording breaks off" + (" in the middle of a line" if torn else "")
        return Closing(Ending("crashed", last, None, note), (), (note,), (), {})


def _parse(data: bytes) -> Any:
    return _decoder.decode(data.decode())


def _is_json(data: bytes) -> bool:
    try:
        _parse(data)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(name: str) -> Any:
    raise ValueError(f'{name} is not JSON, expected {{"$float": ...}}')


_decoder = json.JSONDecoder(parse_constant=_no_constant)
