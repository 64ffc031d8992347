"""Events that are there as objects, as blocks."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from mprunner.recording.blocks import BLOCK, Block
from mprunner.recording.events import Call, Event
from mprunner.recording.shapes import Shapes

__all__ = ["given_blocks"]


class _GivenBlock(Block):
    """A block whose events were made before it."""

    __slots__ = ("_events",)

    def __init__(self, first: int, events: Sequence[Event], table: Shapes) -> None:
        self._events = events
        self.first = first
        self.shapes = array("I", [2 * table.of(one.call) + (one.at == "end") for one in events])
        self.lanes = array("I", [table.lane(one.call) for one in events])
        self.times = array("q", [one.time for one in events])
        self.numbers = array("I", [one.call.number for one in events])
        self.table = table

    def event(self, index: int) -> Event:
        return self._events[index]

    def call(self, index: int) -> Call:
        return self._events[index].call

    def spans(self, indices: Sequence[int]) -> tuple[list[int], list[int]]:
        events = [self._events[index] for index in indices]
        ends = [one.time if one.call.end is None else one.call.end for one in events]
        return [one.call.begin for one in events], ends


def given_blocks(
    events: Sequence[Event], shapes: Shapes | None = None, *, most: int = BLOCK
) -> Iterator[Block]:
    """Blocks of these events, in their order, at most so many in each; places in them are those of the list."""
    table = Shapes() if shapes is None else shapes
    for first in range(0, len(events), most):
        yield _GivenBlock(first, events[first : first + most], table)
