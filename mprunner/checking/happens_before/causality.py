"""What happened before what in a run, because something made it so: not by the clock, but by the program and its objects.

One pass over the record with vector clocks; `edges.py` says what makes one instant come after another. Every edge goes
forward in the record's order, which never contradicts causality, so an instant's place in the record is its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, compress
from operator import itemgetter
from typing import Any

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.clocks import Clock
from mprunner.checking.happens_before.edges import Deeds, Edges
from mprunner.checking.happens_before.knowledge import Knowledge, Trail
from mprunner.checking.happens_before.things import Deed
from mprunner.recording.blocks import Block
from mprunner.recording.events import Call, Event
from mprunner.recording.shapes import Lane, Shapes

__all__ = ["Causality", "lane_key"]


def lane_key(call: Call) -> Lane:
    """The thread of execution that a call belongs to."""
    return (call.process, call.pid, call.thread)


_MOST_IDLE = 2
"""Of so many events one may do nothing, if all are to be looked at one after the other."""


class Causality:
    """The relation over the events of one record: those given at first, when it is first asked, or those fed to it.

    `declared` tells what the objects are. With a `trail` every edge from one lane to another is written down there. Unless it
    is told to `keep` all it can be asked of the events of the last block only, and of what was known by them.
    """

    __slots__ = (
        "_declared", "_deeds", "_edges", "_keep", "_knowledge", "_lanes", "_likes", "_numbers", "_table", "_told", "_waiting",
        "_whole", "one_lane_each",
    )  # fmt: skip

    def __init__(
        self,
        events: Iterable[Event] | None = None,
        declared: Declared | None = None,
        *,
        trail: Trail | None = None,
        keep: bool = True,
    ) -> None:
        self._knowledge = Knowledge(trail)
        self._declared = declared or Declared()
        self._edges = Edges(self._knowledge, self._declared)
        self._lanes: dict[Lane, int] = {}
        self._table: Shapes | None = None
        self._numbers: dict[int, int] = {}
        self._likes: list[Deeds] = []
        self._deeds: list[Deed | None] = []
        self._told: list[Any] = []
        self._keep = keep
        self._whole = events is not None
        self.one_lane_each = False
        """Whether in the last block each process was one thread only."""
        self._waiting = events

    @property
    def keeps(self) -> bool:
        """Whether it can be asked of all events, not only of those of the last block."""
        return self._keep or self._whole

    def over(self, events: Iterable[Event]) -> Causality:
        """Another one, over all of these events, which are gone over when it is first asked."""
        return Causality(events, self._declared)

    def begin_again(self) -> None:
        """Know nothing, before another record is fed; what the shapes do is remembered."""
        self._knowledge.begin_again()
        self._edges.begin_again()
        self._lanes.clear()
        self._numbers.clear()

    def feed(self, events: Iterable[Event]) -> None:
        """Take the next events of the record."""
        lanes, knowledge, deeds_of = self._lanes, self._knowledge, self._edges.deeds
        for event in events:
            call = event.call
            key = (call.process, call.pid, call.thread)
            lane = lanes.get(key)
            knowledge.position = event.position
            if lane is None:
                lane = self._new_lane(key)
            deeds = deeds_of(call)
            deed = deeds.begin if event.at == "begin" else deeds.end
            if deed is not None:
                deed(deeds.told(call), lane, call.number)

    def feed_block(self, block: Block) -> None:
        """Take the next events of the record, unless all were given; only those that give or take are looked at."""
        if self._whole:
            return
        if not self._keep:
            self._knowledge.forget()
        table, numbers, lanes = block.table, self._numbers, block.lanes
        if table is not self._table:
            self._table = table
            for column in (numbers, self._likes, self._deeds, self._told):
                column.clear()
        if len(self._told) < len(table):
            self._look_at(table)
        present = set(lanes)
        self.one_lane_each = len({table.lanes[lane][0] for lane in present}) == len(present)
        start = 0
        if not numbers.keys() >= present:
            firsts = dict(zip(reversed(lanes), range(len(lanes) - 1, -1, -1), strict=True))
            for lane in sorted(present.difference(numbers), key=firsts.__getitem__):
                self._feed_part(block, start, firsts[lane])
                start = firsts[lane]
                self._knowledge.position = block.first + start
                key = table.lanes[lane]
                known = self._lanes.get(key)
                numbers[lane] = self._new_lane(key) if known is None else known
        self._feed_part(block, start, len(block))

    def _feed_part(self, block: Block, start: int, stop: int) -> None:
        """Take the events between two places of a block, of lanes that are all known."""
        knowledge, all_told, lane_of = self._knowledge, self._told, self._numbers
        part, first = slice(start, stop), block.first + start
        shapes, lanes, numbers = block.shapes[part], block.lanes[part], block.numbers[part]
        deeds = list(map(self._deeds.__getitem__, shapes))
        rows: Iterable[tuple[int, Deed | None, int, int, int]]
        if _MOST_IDLE * deeds.count(None) < len(deeds):
            rows = zip(range(first, first + len(deeds)), deeds, shapes, lanes, numbers, strict=True)
        else:
            places = list(compress(range(len(deeds)), deeds))
            columns = (deeds, shapes, lanes, numbers)
            rows = zip(
                map(first.__add__, places),
                *[map(column.__getitem__, places) for column in columns],
                strict=True,
            )
        for position, deed, shape, lane, number in rows:
            if deed is not None:
                knowledge.position = position
                deed(all_told[shape >> 1], lane_of[lane], number)

    def _look_at(self, table: Shapes) -> None:
        """What is done by events whose numbers are new. It is asked for shapes that differ in their values only once."""
        start = len(self._told)
        numbers = table.likes[start:]
        likes, values_of = self._likes, table.values
        for number in range(len(likes), max(numbers) + 1):
            likes.append(self._edges.deeds(table.example(number)))
        new = list(map(likes.__getitem__, numbers))
        self._deeds.extend(chain.from_iterable(map(itemgetter(0, 1), new)))
        if all(deeds.of is None and not deeds.whole for deeds in likes):
            self._told += [None] * len(new)
            return
        self._told += [
            of(values_of(shape)) if of is not None else table.call(shape) if whole else None
            for shape, (_, _, of, whole) in enumerate(new, start)
        ]

    def _new_lane(self, key: Lane) -> int:
        lane = self._lanes[key] = self._knowledge.new_lane()
        self._edges.lives.new_lane(key, lane)
        return lane

    def before(self, one: Event, other: Event) -> bool:
        """Whether `one` happened before `other` by a chain of edges. Never of an event and itself."""
        here, there = self.lane(one), self.lane(other)
        if here == there:
            return one.position < other.position
        return self._knowledge.clock(there, other.position).get(here, -1) >= one.position

    def firsts(self, events: Iterable[Event]) -> list[Event]:
        """Of events in order the first of each thread: what comes after any of the others comes after it, too."""
        found: dict[int, Event] = {}
        for event in events:
            found.setdefault(self.lane(event), event)
        return list(found.values())

    def concurrent(self, one: Event, other: Event) -> bool:
        """Whether nothing orders the two."""
        return not (self.before(one, other) or self.before(other, one))

    def lane(self, event: Event) -> int:
        """The number of the thread of execution that an event belongs to."""
        if self._waiting is not None:
            events, self._waiting = self._waiting, None
            self.feed(events)
        return self._lanes[lane_key(event.call)]

    def known_at(self, lane: int, position: int) -> Clock:
        """What the last instant of this lane up to a position knew."""
        return self._knowledge.clock(lane, position)

    def known_by(self, event: Event) -> tuple[int, Clock]:
        """The event's lane, and which instants of other lanes happened before it: of each lane the last, by its position."""
        lane = self.lane(event)
        return lane, self._knowledge.clock(lane, event.position)
