"""Events that may be asked for later, as places until then."""

from __future__ import annotations

from bisect import bisect_right

from mprunner.recording.blocks import Block
from mprunner.recording.events import Event

__all__ = ["Kept", "Spot"]

Spot = int | Event
"""A place in the record, of an event in a block that is kept; or an event itself."""


class Kept:
    """The blocks in which something stands that is still open: an event of theirs can be had by its place in the record."""

    __slots__ = ("_blocks", "_firsts")

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._firsts: list[int] = []

    def keep(self, block: Block) -> None:
        """Keep a block; they come in order, one may come again."""
        if not self._firsts or self._firsts[-1] != block.first:
            self._blocks.append(block)
            self._firsts.append(block.first)

    def forget(self, before: Spot | None = None) -> None:
        """Let go of the blocks that end before this place of the record, or of all."""
        if isinstance(before, Event):
            return
        gone = len(self._firsts) if before is None else max(bisect_right(self._firsts, before) - 1, 0)
        del self._blocks[:gone], self._firsts[:gone]

    def event(self, spot: Spot) -> Event:
        """The event at a place."""
        if isinstance(spot, Event):
            return spot
        number = bisect_right(self._firsts, spot) - 1
        return self._blocks[number].event(spot - self._firsts[number])
