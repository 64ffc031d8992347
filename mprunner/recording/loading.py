"""Reading a saved recording: into columns, a piece of the file after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from mprunner.errors import RecordingError
from mprunner.recording.calllines import call_from
from mprunner.recording.canonical import Line, OddError, Pieces, lines_of
from mprunner.recording.collecting import collector_paused
from mprunner.recording.columns import NEVER, Calls, Columns
from mprunner.recording.events import Call, Ending, ProcessRecord, Recording
from mprunner.recording.fields import MalformedError
from mprunner.recording.lines import Closing, Header, ending_from, header_from, process_from

__all__ = ["load"]

PIECE = 1024 * 1024
"""Bytes that are read in one go."""


def load(path: str) -> Recording:
    """Reads a recording, of mprunner or of another program. Raises RecordingError, which says in which line what is wrong.

    A recording that breaks off is given with what is there: it ends as `crashed`, and `incomplete` says so.
    """
    loading = Loading(path)
    try:
        with open(path, "rb") as file, collector_paused():
            for piece in pieces(file, PIECE):
                loading.take(piece)
            return loading.recording()
    except OSError as error:
        raise RecordingError(path, f"can't be read: {error.strerror or error}") from error


def pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The file in pieces of whole lines, each of about `size` bytes. Only the last may lack a newline."""
    while piece := file.read(size):
        yield piece if piece.endswith(b"\n") else piece + file.readline()


class Loading:
    """One file while it is read."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._number = 0
        self._torn = False
        self._header = Header("")
        self._columns = Columns()
        self._pieces = Pieces(self._columns.table, parse)
        self._ended: list[tuple[int, Call]] = []
        self._processes: list[ProcessRecord] = []
        self._closing: Closing | None = None

    def take(self, piece: bytes) -> None:
        """Takes the next lines. Raises RecordingError."""
        if not piece.endswith(b"\n"):
            whole = piece.rfind(b"\n") + 1
            if _is_json(piece[whole:]):  # another program's, which ends without a newline
                piece += b"\n"
            else:
                self._torn, piece = True, piece[:whole]
        lines = lines_of(piece)
        length, ended, processes = len(self._columns), len(self._ended), len(self._processes)
        header, closing = self._header, self._closing
        try:
            self._take_all(lines)
        except (OddError, MalformedError, ValueError, RecursionError):
            # Line by line, to learn which it is, or that it is only unusual.
            self._columns.cut(length)
            del self._ended[ended:], self._processes[processes:]
            self._header, self._closing = header, closing
            for number, line in enumerate(piece.split(b"\n")[:-1], self._number + 1):
                self._take_alone(number, line)
        self._number += len(lines)

    def take_into(self, columns: Columns, piece: bytes) -> None:
        """Takes the next lines: their calls are added to these columns, all else is dropped. Raises RecordingError."""
        if columns.table is not self._columns.table:
            self._pieces = Pieces(columns.table, parse)
        self._columns = columns
        self.take(piece)
        self._ended.clear()
        self._processes.clear()

    def take_line(self, number: int, line: bytes) -> None:
        """Takes one line, whatever was before it. Raises RecordingError."""
        self._take_alone(number, line)
        self._number = number

    @property
    def calls(self) -> int:
        """How many calls there are so far."""
        return len(self._columns)

    @property
    def closed(self) -> bool:
        """Whether the ending was read."""
        return self._closing is not None

    def recording(self) -> Recording:
        """What was read. Raises RecordingError."""
        self._pieces = Pieces(self._columns.table, parse)  # what lines have in common is of no more use
        if not self._number:
            raise RecordingError(self._path, "not a recording: there is not one whole line in it")
        self._end_calls()
        self._columns.sort()
        closing = self._closing or self._broken_off()
        return Recording(
            **{name: getattr(self._header, name) for name in Header.__dataclass_fields__},
            calls=Calls(self._columns),
            processes=self._processes,
            ending=closing.ending,
            stderr_noise=closing.stderr_noise,
            incomplete=closing.incomplete,
            notes=closing.notes,
            extra=closing.extra,
        )

    def _take_all(self, lines: list[Line]) -> None:
        others = [index for index, line in enumerate(lines) if not line[0]]
        parsed = parse(b"[" + b",".join([lines[index][-1] for index in others]) + b"]") if others else []
        if not self._number and lines and lines[0][0]:
            raise OddError  # it has no header
        start = 0
        for index, line in zip(others, parsed, strict=True):
            self._take_quickly(lines[start:index])
            self._take(self._number + index + 1, line)
            start = index + 1
        self._take_quickly(lines[start:])

    def _take_quickly(self, lines: list[Line]) -> None:
        if lines:
            if self._closing is not None:
                raise OddError
            self._pieces.add(lines, self._columns, self._header.origin)

    def _take_alone(self, number: int, line: bytes) -> None:
        try:
            self._take(number, parse(line))
        except UnicodeDecodeError as error:
            problem = f"not UTF-8 (byte {error.start + 1} of the line)"
        except json.JSONDecodeError as error:
            problem = f"not JSON: {error.msg} (column {error.colno})"
        except RecursionError:
            problem = "nested too deeply"
        except MalformedError as error:
            problem = str(error)
        except ValueError as error:
            # Python reads no integer of more than some thousand digits, and advises the program what to call.
            problem = str(error).partition(";")[0]
        else:
            return
        raise RecordingError(self._path, problem, number) from None

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
            try:
                self._columns.add(call_from(line, self._header.origin, number))
            except OverflowError:
                raise MalformedError("a time or a place is beyond 64 bits") from None
        elif record == "end":
            call = call_from(line, self._header.origin, number)
            if call.end is None:
                raise MalformedError("an end needs 'end'")
            self._ended.append((number, call))
        elif record == "process":
            self._processes.append(process_from(line, self._header.origin))
        elif record == "ending":
            self._closing = ending_from(line, self._header.origin)
        elif record == "recording":
            raise MalformedError("there is another header before it")
        else:
            raise MalformedError.choice("record", record, ("call", "end", "process", "ending"))

    def _end_calls(self) -> None:
        """Puts what ended in the place of what had begun."""
        if not self._ended:
            return
        columns = self._columns
        lanes = columns.table.lanes
        begun = {
            (columns.begins[row], columns.sequences[row], *lanes[columns.lanes[row]]): row
            for row, end in enumerate(columns.ends)
            if end == NEVER
        }
        for number, call in self._ended:
            row = begun.pop((call.begin, call.sequence, call.process, call.pid, call.thread), None)
            if row is None:
                problem = "no call before it has this 'begin', 'sequence', 'process', 'pid' and 'thread', and no 'end'"
                raise RecordingError(self._path, problem, number)
            columns.put(row, call)

    def _broken_off(self) -> Closing:
        columns = self._columns
        last = max(self._header.origin, max(columns.begins, default=NEVER), max(columns.ends, default=NEVER))
        note = "the recording breaks off" + (" in the middle of a line" if self._torn else "")
        return Closing(Ending("crashed", last, None, note), (), (note,), (), {})


def parse(data: bytes) -> Any:
    """JSON, and no more than that. Raises ValueError."""
    return _decoder.decode(data.decode())


def _is_json(data: bytes) -> bool:
    try:
        parse(data)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(name: str) -> Any:
    raise ValueError(f'{name} is not JSON, expected {{"$float": ...}}')


_decoder = json.JSONDecoder(parse_constant=_no_constant)
