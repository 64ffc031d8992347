"""Blocks of a record go once to the constraints that they concern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mprunner.checking.blocks.routing import Router
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.blocks.symbols import Symbols
from mprunner.checking.constraint import Constraint
from mprunner.recording.blocks import Block
from mprunner.recording.events import Event

__all__ = ["Feeder"]


class Feeder:
    """Feeds constraints. Operations that never ended and that a constraint would have seen, had they ended, are kept in
    `uncertain`. `symbols` are those of the same constraints or of others that were made alike.
    """

    def __init__(self, constraints: Sequence[Constraint], symbols: Symbols | None = None) -> None:
        self._constraints = constraints
        self._symbols = Symbols(constraints) if symbols is None else symbols
        self._router = Router(constraints)
        self.uncertain: dict[int, list[Event]] = {}

    def feed(self, block: Block) -> None:
        """Give the events of a block to the constraints."""
        self._symbols.take(block.table)
        self._feed(block, 0, len(block))
        if self._symbols.in_flight:
            self._remember(block)

    def feed_changed(self, block: Block, instead: Mapping[int, Event]) -> None:
        """As `feed`, with other events in the place of some, by their index."""
        self._symbols.take(block.table)
        start = 0
        for index in sorted(instead):
            self._feed(block, start, index)
            self._router.feed([instead[index]])
            start = index + 1
        self._feed(block, start, len(block))

    def feed_events(self, events: Sequence[Event]) -> None:
        """Give these events to the constraints."""
        self._router.feed(events)

    def _remember(self, block: Block) -> None:
        in_flight = self._symbols.in_flight
        for index, shape in enumerate(block.shapes):
            if shape in in_flight:
                event = block.event(index)
                for position in in_flight[shape]:
                    self.uncertain.setdefault(position, []).append(event)

    def _feed(self, block: Block, start: int, stop: int) -> None:
        constraints, symbols = self._constraints, self._symbols
        for group in symbols.groups:
            row = group.row(block)
            if stop - start < len(block):
                row = row.part(start, stop)
            for position, eyes, seen in group.concerned(row.present):
                sight = Sight(row, eyes, seen)
                if position in symbols.plain:
                    constraints[position].feed_each(sight)
                else:
                    constraints[position].feed_block(sight)
        for wide in symbols.wide:
            feed = constraints[wide.position].feed
            for index, mask in wide.pairs(block, symbols.of_shape):
                if start <= index < stop:
                    feed(block.event(index), mask)
