"""A record in blocks: its events in their order as columns of numbers, for whoever goes over all of them.

An event's number is `2 * shape of its call`, and one more at the end of the call. An `Event` is made of one only when it is
asked for. Calls come in stretches, sorted by begin; what a stretch leaves open is held until its end is due, so that no more
than that and the stretch itself is in memory.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from operator import itemgetter
from typing import overload

from mprunner.recording.collecting import collector_paused
from mprunner.recording.columns import STRETCH, InStretches, Stretch, stay_in_file
from mprunner.recording.events import Call, Event, Recording
from mprunner.recording.order import instants, settle_ties
from mprunner.recording.shapes import Shapes
from mprunner.records import record

__all__ = ["BLOCK", "Block", "BlockEvents", "blocks", "in_blocks"]

BLOCK = 131_072
"""The most events in a block."""


class Block:
    """A stretch of the record's events, in causal order.

    `first` is the position of its first event in the record. By index within the block: `shapes` holds the number of each event
    (see above), `lanes` the thread that did it (in `table.lanes`), `times` when it was (ns), `numbers` which call it is of.
    """

    __slots__ = ("_calls", "first", "lanes", "numbers", "shapes", "table", "times")

    def __init__(
        self,
        first: int,
        shapes: array[int],
        lanes: array[int],
        times: array[int],
        numbers: array[int],
        table: Shapes,
        calls: _Calls,
    ) -> None:
        self.first = first
        self.shapes = shapes
        self.lanes = lanes
        self.times = times
        self.numbers = numbers
        self.table = table
        self._calls = calls

    def __len__(self) -> int:
        return len(self.shapes)

    def event(self, index: int) -> Event:
        """The event at an index. Events of one call have one Call object."""
        at = "end" if self.shapes[index] & 1 else "begin"
        return Event(self.first + index, self.times[index], at, self._calls.call(self.numbers[index]))  # type: ignore[arg-type]

    def call(self, index: int) -> Call:
        """The call that the event at an index is of."""
        return self._calls.call(self.numbers[index])

    def spans(self, indices: Sequence[int]) -> tuple[list[int], list[int]]:
        """When the calls that these events are of began, and ended; one that never did ends at its event."""
        return self._calls.spans(
            [self.numbers[index] for index in indices], [self.times[index] for index in indices]
        )

    def time(self, index: int) -> int:
        """When the event at an index was, in nanoseconds of the record's clock."""
        return self.times[index]


class _Calls:
    """The calls that the events of a stretch are of: those that were open before it, and its own, made on demand."""

    __slots__ = ("_begins", "_call", "_ends", "_first", "_made")

    def __init__(self, stretch: Stretch, opened: dict[int, Call]) -> None:
        self._call = stretch.call
        self._first = stretch.first
        self._begins, self._ends = stretch.begins, stretch.ends
        self._made = opened

    def call(self, number: int) -> Call:
        call = self._made.get(number)
        if call is None:
            call = self._made[number] = self._call(number)
        return call

    def spans(self, numbers: Sequence[int], times: Sequence[int]) -> tuple[list[int], list[int]]:
        """The begins and the ends of calls, by number; the time given, of one without an end."""
        first, begins, ends = self._first, self._begins, self._ends
        began = [
            begins[number - first] if number >= first else self._made[number].begin for number in numbers
        ]
        ended = [ends[number - first] if number >= first else self._made[number].end for number in numbers]
        if None in ended:
            return began, [time if end is None else end for end, time in zip(ended, times, strict=True)]
        return began, ended  # type: ignore[return-value]


def blocks(recording: Recording, shapes: Shapes | None = None) -> Iterator[Block]:
    """The record in blocks, which are `order.events` put together.

    The numbers are those of `shapes`, else of a table of its own; one that is read from its file (`streaming`) has a table of its
    own always, and begins another when that has grown too large.
    """
    calls = recording.calls
    if isinstance(calls, InStretches):
        return in_blocks(calls.stretches(shapes))
    return in_blocks(_stretches(calls, Shapes() if shapes is None else shapes))


class BlockEvents(Sequence[Event]):
    """The events of a recording as a sequence of which no more is in memory than the blocks, and of one that stays in its file
    not even those. They are made anew each time they are asked for.
    """

    def __init__(self, recording: Recording) -> None:
        self._source: Callable[[], Iterable[Block]] = partial(blocks, recording)
        if not stay_in_file(recording.calls):
            self._source = partial(list, [*blocks(recording)])
        self._length: int | None = None
        self._coming: Iterator[Block] = iter(())
        self._near: Block | None = None

    def __iter__(self) -> Iterator[Event]:
        for block in self._source():
            yield from map(block.event, range(len(block)))

    def __len__(self) -> int:
        if self._length is None:
            self._length = sum(map(len, self._source()))
        return self._length

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        position = range(len(self))[index]
        near = self._near
        if near is None or position < near.first:
            self._coming = iter(self._source())
            near = next(self._coming)
        while position >= near.first + len(near):
            near = next(self._coming)
        self._near = near
        return near.event(position - near.first)


def _stretches(calls: Sequence[Call], table: Shapes) -> Iterator[Stretch]:
    in_order = all(one.begin <= other.begin for one, other in pairwise(calls))
    size = STRETCH if in_order else max(len(calls), 1)
    for first in range(0, len(calls), size):
        some = calls[first : first + size]
        yield Stretch(
            first,
            [call.begin for call in some],
            [call.end for call in some],
            list(map(table.of, some)),
            list(map(table.lane, some)),
            calls.__getitem__,
            table,
        )


@record
class _Held:
    """An instant that is not due yet, and its call's columns."""

    number: int
    time: int
    at: int
    shape: int
    lane: int


def in_blocks(stretches: Iterable[Stretch]) -> Iterator[Block]:
    """The events of calls that come in stretches, each of which begins no earlier than the one before."""
    position, held, opened = 0, list[_Held](), dict[int, Call]()
    coming = iter(stretches)
    stretch = next(coming, None)
    table = Shapes() if stretch is None else stretch.table
    while stretch is not None:
        following = next(coming, None)
        if stretch.table is not table:
            table = stretch.table
            held = [_moved(each, opened[each.number], table) for each in held]
        calls = _Calls(stretch, opened)
        with collector_paused():
            until = None if following is None else following.begins[0]
            made, held = _arranged(stretch, held, until, calls)
            # The objects of open calls are made now: events in blocks to come share them.
            opened = {each.number: calls.call(each.number) for each in held}
        shapes, lanes, times, numbers = made
        for start in range(0, len(times), BLOCK):
            part = slice(start, start + BLOCK)
            yield Block(
                position + start,
                array("I", shapes[part]),
                array("I", lanes[part]),
                array("q", times[part]),
                array("I", numbers[part]),
                table,
                calls,
            )
        position += len(times)
        stretch = following


def _moved(held: _Held, call: Call, table: Shapes) -> _Held:
    return _Held(held.number, held.time, held.at, table.of(call), table.lane(call))


_Columns = tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int]]


def _arranged(
    stretch: Stretch, held: list[_Held], until: int | None, calls: _Calls
) -> tuple[_Columns, list[_Held]]:
    """The instants before `until`, in order, as columns (shape, lane, time, number), and those that are not due yet."""
    before: dict[int, _Held] = {each.number: each for each in sorted(held, key=lambda each: each.number)}
    index_of = {number: index for index, number in enumerate(before)}
    number_of = [*before, *range(stretch.first, stretch.first + len(stretch.begins))]
    shape_of = [each.shape for each in before.values()] + list(stretch.shapes)
    lane_of = [each.lane for each in before.values()] + list(stretch.lanes)
    codes, times = instants(
        stretch.begins,
        stretch.ends,
        start=len(before),
        more=[(each.time, 2 * index_of[each.number] + each.at) for each in held],
    )
    due = len(times) if until is None else bisect_left(times, until)
    rest = [
        _Held(number_of[code >> 1], time, code & 1, shape_of[code >> 1], lane_of[code >> 1])
        for code, time in zip(codes[due:], times[due:], strict=True)
    ]
    del codes[due:], times[due:]
    settle_ties(codes, times, lambda index: calls.call(number_of[index]))
    begins = [2 * shape for shape in shape_of]
    columns = (
        _taken(codes, begins, [shape + 1 for shape in begins]),
        _taken(codes, lane_of, lane_of),
        times,
        _taken(codes, number_of, number_of),
    )
    return columns, rest


def _taken(codes: list[int], of_begin: list[int], of_end: list[int]) -> Sequence[int]:
    """For each code what its instant has, which is one of two columns' by call."""
    column = [0] * (2 * len(of_begin))
    column[0::2], column[1::2] = of_begin, of_end
    return itemgetter(*codes)(column) if len(codes) > 1 else [column[code] for code in codes]
