"""Calls as columns of numbers: what a long recording is in memory.

A call is its place in six columns; its shape says the rest. A `Call` is made of it when it is asked for.
"""

from __future__ import annotations

from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from operator import le
from typing import Any, ClassVar, overload

from mprunner.recording.events import Call
from mprunner.recording.shapes import Shapes
from mprunner.records import record

__all__ = [
    "NEVER",
    "STRETCH",
    "Calls",
    "Columns",
    "InStretches",
    "Stretch",
    "alike",
    "one_of_each",
    "stay_in_file",
]

STRETCH = 65_536
"""The most calls in a stretch of those that are in memory."""

NEVER = -(2**63)
"""Stands for the end of what never ended, and for a place that is not known."""


@record
class Stretch:
    """Some calls, one after the other by begin, as columns, and what gives the Call of a number.

    `first` is the number of the first in the record; `shapes` and `lanes` are numbers in a `Shapes`.
    """

    first: int
    begins: Sequence[int]
    ends: Sequence[int | None]
    shapes: Sequence[int]
    lanes: Sequence[int]
    call: Callable[[int], Call]
    table: Shapes


class InStretches(Sequence[Call]):
    """Calls, in order, that are there as columns."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]
    in_file: ClassVar[bool] = False
    """Whether they are read anew each time they are gone over, and made anew."""

    @abstractmethod
    def stretches(self, table: Shapes | None = None) -> Iterator[Stretch]:
        """All of them. `table`: whose numbers to use, where there is a choice."""

    def __iter__(self) -> Iterator[Call]:
        for stretch in self.stretches():
            yield from map(stretch.call, range(stretch.first, stretch.first + len(stretch.begins)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (InStretches, list)):
            return NotImplemented
        return len(self) == len(other) and all(one == there for one, there in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"<{len(self)} calls>"


def stay_in_file(calls: Sequence[Call]) -> bool:
    """Whether going over the calls means to read them from a file, so that it is not done without need."""
    return isinstance(calls, InStretches) and calls.in_file


def one_of_each(calls: Sequence[Call]) -> Iterator[Call]:
    """At least one call of each shape: for whoever asks what there is at all. Of columns it makes no others."""
    if not isinstance(calls, InStretches):
        yield from calls
        return
    table: Shapes | None = None
    known: set[int] = set()
    for stretch in calls.stretches():
        if stretch.table is not table:
            table, known = stretch.table, set()
        new = set(stretch.shapes) - known
        known |= new
        yield from map(stretch.table.call, new)


def alike(calls: Sequence[Call]) -> Iterator[Call]:
    """For each call, in order, one of the same shape: for whoever does not ask when and in which thread it was."""
    if not isinstance(calls, InStretches):
        yield from calls
        return
    for stretch in calls.stretches():
        yield from map(stretch.table.call, stretch.shapes)


class Columns:
    """Calls that are added one by one or in bulk, in any order. Times are nanoseconds of the record's clock."""

    __slots__ = ("begins", "end_sequences", "ends", "lanes", "sequences", "shapes", "table")

    def __init__(self, table: Shapes | None = None) -> None:
        self.table = Shapes() if table is None else table
        self.begins = array("q")
        self.ends = array("q")
        self.sequences = array("q")
        self.end_sequences = array("q")
        self.shapes = array("I")
        self.lanes = array("I")

    def __len__(self) -> int:
        return len(self.begins)

    def add(self, call: Call) -> None:
        """Raises OverflowError for a time or place that has no room in 64 bits."""
        self.begins.append(call.begin)
        self.ends.append(NEVER if call.end is None else call.end)
        self.sequences.append(call.sequence)
        self.end_sequences.append(NEVER if call.end_sequence is None else call.end_sequence)
        self.shapes.append(self.table.of(call))
        self.lanes.append(self.table.lane(call))

    def put(self, row: int, call: Call) -> None:
        """Puts a call in the place of another."""
        self.begins[row], self.ends[row] = call.begin, NEVER if call.end is None else call.end
        self.sequences[row] = call.sequence
        self.end_sequences[row] = NEVER if call.end_sequence is None else call.end_sequence
        self.shapes[row], self.lanes[row] = self.table.of(call), self.table.lane(call)

    def extend(self, other: Columns, start: int) -> None:
        """Adds the calls of another from a row on, which have the same table."""
        for column, there in zip(self._all(), other._all(), strict=True):
            column.extend(there[start:])

    def keep(self, rows: Sequence[int]) -> None:
        """Keeps these rows only, in this order."""
        for column in self._all():
            column[:] = array(column.typecode, map(column.__getitem__, rows))

    def cut(self, length: int) -> None:
        """Forgets the calls from a row on."""
        for column in self._all():
            del column[length:]

    def call(self, row: int, number: int) -> Call:
        """The call in a row, made anew."""
        like, (process, pid, thread) = self.table.call(self.shapes[row]), self.table.lanes[self.lanes[row]]
        end, end_sequence = self.ends[row], self.end_sequences[row]
        return Call(
            number, process, like.actor, pid, thread, self.sequences[row], like.operation, like.object, like.kind,
            self.begins[row], None if end == NEVER else end, like.outcome, like.values, like.error, like.site, like.label,
            like.timed, None if end_sequence == NEVER else end_sequence,
        )  # fmt: skip

    def sort(self) -> None:
        """Puts the calls in order: by begin, pid, thread and sequence."""
        begins = self.begins
        rows: list[int] | None = None
        if not all(map(le, begins, begins[1:])):
            rows = sorted(range(len(begins)), key=begins.__getitem__)
            self.keep(rows)
            begins = self.begins
        start = 0
        ties = [row for row, (one, other) in enumerate(pairwise(begins)) if one == other]
        rows = list(range(len(begins))) if ties else []
        for row in ties:
            if row < start:
                continue
            start = bisect_right(begins, begins[row], row)
            rows[row:start] = sorted(rows[row:start], key=self._key)
        if ties:
            self.keep(rows)

    def stretches(
        self, size: int, call: Callable[[int], Call], table: Shapes | None = None
    ) -> Iterator[Stretch]:
        """The calls, which are in order, by `size`. `call` gives a call by number. `table`: whose numbers to use."""
        shapes, lanes = self.shapes, self.lanes
        if table is not None and table is not self.table:
            of_shape = [table.of(self.table.call(number)) for number in range(len(self.table))]
            of_lane = [table.lane_of(lane) for lane in self.table.lanes]
            shapes = array("I", map(of_shape.__getitem__, shapes))
            lanes = array("I", map(of_lane.__getitem__, lanes))
        for first in range(0, len(self), size):
            part = slice(first, first + size)
            ends: Sequence[int | None] = self.ends[part]
            if NEVER in ends:
                ends = [None if end == NEVER else end for end in ends]
            yield Stretch(
                first, self.begins[part], ends, shapes[part], lanes[part], call, table or self.table
            )

    def _key(self, row: int) -> tuple[int, int, int]:
        _, pid, thread = self.table.lanes[self.lanes[row]]
        return (pid, thread, self.sequences[row])

    def _all(self) -> tuple[array[Any], ...]:
        return (self.begins, self.ends, self.sequences, self.end_sequences, self.shapes, self.lanes)


class Calls(InStretches):
    """Columns, in order, as a sequence of calls. Each is made once, when it is first asked for."""

    __slots__ = ("_made", "columns")

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._made: dict[int, Call] = {}

    def __len__(self) -> int:
        return len(self.columns)

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...

    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        call = self._made.get(index)
        if call is None:
            number = range(len(self))[index]
            call = self._made.get(number)
            if call is None:
                call = self._made[number] = self.columns.call(number, number)
        return call

    def __iter__(self) -> Iterator[Call]:
        return map(self.__getitem__, range(len(self)))

    def stretches(self, table: Shapes | None = None) -> Iterator[Stretch]:
        return self.columns.stretches(STRETCH, self.__getitem__, table)
