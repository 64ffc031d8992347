"""Events that may be asked for later, as places until then."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from mprunner.recording.blocks import Block
from mprunner.recording.events import Event

__all__ = ["Kept", "Spot"]

Spot = int | Event
"""A place in the record, of an event in a block that is kept; or an event itself."""


_MANY = 8
_RECENT = 2
_FEW = 16
"""Of a block of which less than one event in so many is needed only these are kept."""


class Kept:
    """The blocks in which something stands that is still open: an event of theirs can be had by its place in the record.

    Whoever may have something open for as long as the record goes on says from time to time what that is (`only`).
    """

    __slots__ = ("_blocks", "_events", "_firsts", "_most")

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._firsts: list[int] = []
        self._events: dict[int, Event] = {}
        """Events of blocks that are not kept any more."""
        self._most = _MANY

    @property
    def many(self) -> bool:
        """Whether it is time to say which of the events are still needed."""
        return len(self._blocks) > self._most

    def keep(self, block: Block) -> None:
        """Keep a block; they come in order, one may come again."""
        if not self._firsts or self._firsts[-1] != block.first:
            self._blocks.append(block)
            self._firsts.append(block.first)

    def forget(self, before: Spot | None = None) -> None:
        """Let go of the blocks that end before this place of the record, or of all."""
        if isinstance(before, Event):
            return
        if before is None:
            self._events.clear()
        gone = len(self._firsts) if before is None else max(bisect_right(self._firsts, before) - 1, 0)
        del self._blocks[:gone], self._firsts[:gone]

    def only(self, spots: Iterable[Spot]) -> None:
        """Keep of all but the newest blocks what is at these places."""
        wanted = sorted([spot for spot in spots if not isinstance(spot, Event)])
        events = {spot: self._events[spot] for spot in wanted if spot in self._events}
        blocks: list[Block] = []
        for block in self._blocks[:-_RECENT]:
            inside = wanted[bisect_left(wanted, block.first) : bisect_left(wanted, block.first + len(block))]
            if len(inside) * _FEW > len(block):
                blocks.append(block)
            else:
                events.update((spot, block.event(spot - block.first)) for spot in inside)
        self._blocks = blocks + self._blocks[-_RECENT:]
        self._firsts = [block.first for block in self._blocks]
        self._events = events
        self._most = max(_MANY, 2 * len(self._blocks))

    def event(self, spot: Spot) -> Event:
        """The event at a place."""
        if isinstance(spot, Event):
            return spot
        event = self._events.get(spot)
        if event is not None:
            return event
        number = bisect_right(self._firsts, spot) - 1
        return self._blocks[number].event(spot - self._firsts[number])
