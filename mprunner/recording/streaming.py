"""A saved recording that is read anew each time it is gone over: of its calls no more is in memory than is open, and a piece.

The file must be as mprunner writes it. It is looked over once, by its prefixes: where each end of a call that lasted has its
line, and which calls are out of order; both are few. Any other file has to be loaded.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import le
from typing import Any, BinaryIO, overload

from mprunner.errors import RecordingError
from mprunner.recording import loading
from mprunner.recording.calllines import call_from
from mprunner.recording.collecting import collector_paused
from mprunner.recording.columns import NEVER, Columns, InStretches, Stretch
from mprunner.recording.events import Call, Recording
from mprunner.recording.fields import MalformedError
from mprunner.recording.loading import Loading, parse, pieces
from mprunner.recording.shapes import Shapes

__all__ = ["StreamedCalls", "stream"]

MOST_SHAPES = 50_000
"""Shapes that a table may have before the next one is begun."""

_PIECES = 4
_MOST_LATE = 20_000
_begins = re.compile(rb'^\{"record":"call","begin":([1-9][0-9]{0,17}),', re.MULTILINE).findall
_call = re.compile(rb'\{"record":"call","begin":([1-9][0-9]{0,17}),').match
_end = re.compile(rb'\{"record":"end","begin":([1-9][0-9]{0,17}),').match
_OTHERS = (b'{"record":"process"', b'{"record":"ending"')


def stream(path: str) -> Recording | None:
    """The recording in a file, its calls a `StreamedCalls`; None for a file that has to be loaded.

    Raises RecordingError for a file that can't be read; what is wrong with a call is raised when it is come to.
    """
    try:
        with open(path, "rb") as file:
            if not file.seekable():
                return None
            return _Survey(path).over(file)
    except OSError as error:
        raise RecordingError(path, f"can't be read: {error.strerror or error}") from error


class _UnusualError(Exception):
    """The file is not as mprunner writes it."""


class _Survey:
    """The first look at a file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._aside = Loading(path)
        self._count = self._last = self._number = 0
        self._ends: list[tuple[int, int]] = []

    def over(self, file: BinaryIO) -> Recording | None:
        offset = 0
        try:
            for piece in pieces(file, loading.PIECE):
                if not piece.endswith(b"\n"):
                    raise _UnusualError
                begins = list(map(int, _begins(piece)))
                if len(begins) == piece.count(b"\n") and self._in_order(begins):
                    self._count += len(begins)
                    self._number += len(begins)
                    self._last = begins[-1]
                else:
                    self._line_by_line(piece, offset)
                offset += len(piece)
            recording = self._aside.recording()
        except (_UnusualError, RecordingError):
            return None  # loading it tells what is wrong with it, if something is
        if not self._aside.closed:
            return None  # it breaks off; when its last instant was, only a look at all tells
        late = list(recording.calls)
        ends = sorted(self._ends)
        recording.calls = StreamedCalls(self._path, recording.origin, self._count + len(late), late, ends)
        return recording

    def _in_order(self, begins: list[int]) -> bool:
        return begins[0] >= self._last and all(map(le, begins, begins[1:]))

    def _line_by_line(self, piece: bytes, offset: int) -> None:
        for line in piece.splitlines(keepends=True):
            self._number += 1
            found = _call(line)
            if found is not None and int(found[1]) >= self._last:
                self._count, self._last = self._count + 1, int(found[1])
            elif (end := _end(line)) is not None:
                self._ends.append((int(end[1]), offset))
            elif found is not None or self._number == 1 or line.startswith(_OTHERS):
                self._aside.take_line(self._number, line[:-1])
                if found is not None and self._aside.calls > _MOST_LATE:
                    raise _UnusualError
            else:
                raise _UnusualError
            offset += len(line)


class StreamedCalls(InStretches):
    """The calls of a recording that stay in the file. Each time they are gone over they are read, and made anew.

    `late` are the calls that are out of order in the file, `ends` the begin and the place of each line with an end.
    """

    in_file = True

    def __init__(
        self, path: str, origin: int, count: int, late: Sequence[Call], ends: Sequence[tuple[int, int]]
    ) -> None:
        self._path = path
        self._origin = origin
        self._count = count
        self._late = late
        self._end_begins = array("q", [begin + origin for begin, _ in ends])
        self._end_offsets = array("q", [offset for _, offset in ends])
        self._near: Stretch | None = None

    def stretches(self, table: Shapes | None = None) -> Iterator[Stretch]:
        """The calls in order, with tables of their own: one is no longer used when it has grown too large.

        Raises RecordingError.
        """
        try:
            with open(self._path, "rb") as file, open(self._path, "rb") as elsewhere:
                yield from _Reading(self._path, self._late, self._ended_by(elsewhere)).over(file)
        except OSError as error:
            raise RecordingError(self._path, f"can't be read: {error.strerror or error}") from error

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...

    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(self._count))]
        number = range(self._count)[index]
        near = self._near
        if near is None or not 0 <= number - near.first < len(near.begins):
            near = self._near = next(
                stretch for stretch in self.stretches() if number < stretch.first + len(stretch.begins)
            )
        return near.call(number)

    def _ended_by(self, file: BinaryIO) -> _Ends:
        return _Ends(file, self._origin, self._end_begins, self._end_offsets)


class _Ends:
    """Finds the line of the end of a call that is written as begun."""

    def __init__(self, file: BinaryIO, origin: int, begins: array[int], offsets: array[int]) -> None:
        self._file = file
        self._origin = origin
        self._begins = begins
        self._offsets = offsets
        self._found = 0

    @property
    def all_found(self) -> bool:
        """Whether every line with an end was asked for."""
        return self._found == len(self._begins)

    def of(self, begun: Call) -> Call | None:
        """The call as it ended; None when it never did."""
        for place in range(bisect_left(self._begins, begun.begin), len(self._begins)):
            if self._begins[place] != begun.begin:
                break
            self._file.seek(self._offsets[place])
            call = call_from(parse(self._file.readline()), self._origin, 0)
            if _same(call) == _same(begun):
                self._found += 1
                return call
        return None


def _same(call: Call) -> tuple[Any, ...]:
    return (call.sequence, call.process, call.pid, call.thread)


class _Reading:
    """One time over the calls."""

    def __init__(self, path: str, late: Sequence[Call], ends: _Ends) -> None:
        self._path = path
        self._loading = Loading(path)
        self._late = iter(late)
        self._next_late = next(self._late, None)
        self._ends = ends
        self._first = 0
        self._last = NEVER

    def over(self, file: BinaryIO) -> Iterator[Stretch]:
        held = Columns()
        for piece in pieces(file, _PIECES * loading.PIECE):
            if len(held.table) > MOST_SHAPES:
                held = _moved(held, Shapes())
            with collector_paused():
                self._take(held, piece)
            if not len(held):
                continue
            # Of the last instant there may be more.
            stretch, held = _split(held, bisect_left(held.begins, held.begins[-1]))
            if len(stretch):
                yield self._stretch(stretch)
        start = len(held)
        self._add_late(held, None)
        self._complete(held, start)
        held.sort()
        if len(held):
            yield self._stretch(held)
        if not self._ends.all_found:
            loading.load(self._path)  # which tells the line

    def _take(self, held: Columns, piece: bytes) -> None:
        start = len(held)
        self._loading.take_into(held, piece)
        self._drop_late(held, start)
        if len(held):
            self._add_late(held, held.begins[-1])
            self._complete(held, start)
            held.sort()

    def _stretch(self, columns: Columns) -> Stretch:
        first = self._first
        self._first += len(columns)
        (made,) = columns.stretches(len(columns), lambda number: columns.call(number - first, number))
        return Stretch(first, made.begins, made.ends, made.shapes, made.lanes, made.call, made.table)

    def _drop_late(self, columns: Columns, start: int) -> None:
        """Takes out the calls that are out of order: they come from where they were put aside."""
        begins = columns.begins[start:]
        if begins and begins[0] >= self._last and all(map(le, begins, begins[1:])):
            self._last = begins[-1]
            return
        rows: list[int] = []
        for row in range(start, len(columns)):
            if columns.begins[row] >= self._last:
                self._last = columns.begins[row]
                rows.append(row)
        if len(rows) < len(columns) - start:
            columns.keep([*range(start), *rows])

    def _complete(self, columns: Columns, start: int) -> None:
        row = start
        while NEVER in columns.ends[row:]:
            row = columns.ends.index(NEVER, row)
            try:
                call = self._ends.of(columns.call(row, 0))
            except (MalformedError, ValueError) as error:
                raise RecordingError(self._path, f"the end of a call: {error}") from None
            if call is not None:
                columns.put(row, call)
            row += 1

    def _add_late(self, columns: Columns, until: int | None) -> None:
        while self._next_late is not None and (until is None or self._next_late.begin <= until):
            columns.add(self._next_late)
            self._next_late = next(self._late, None)


def _moved(columns: Columns, table: Shapes) -> Columns:
    """The same calls with the shapes of another table."""
    moved = Columns(table)
    for row in range(len(columns)):
        moved.add(columns.call(row, row))
    return moved


def _split(columns: Columns, row: int) -> tuple[Columns, Columns]:
    rest = Columns(columns.table)
    rest.extend(columns, row)
    columns.cut(row)
    return columns, rest
