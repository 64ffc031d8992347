"""What happened before what in a run, because something made it so: not by the clock, but by the program and its objects.

One pass over the record with vector clocks; `edges.py` says what makes one instant come after another. Every edge goes
forward in the record's order, which never contradicts causality, so an instant's place in the record is its time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import compress

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.clocks import Clock
from mprunner.checking.happens_before.edges import Edges, Handler, handler_of
from mprunner.checking.happens_before.knowledge import Knowledge, Trail
from mprunner.recording.blocks import Block
from mprunner.recording.events import Call, Event
from mprunner.recording.shapes import Lane, Shapes

__all__ = ["Causality", "lane_key"]


def lane_key(call: Call) -> Hashable:
    """The thread of execution that a call belongs to."""
    return (call.process, call.pid, call.thread)


class Causality:
    """The relation over the events of one record: those given at first, when it is first asked, or those fed to it.

    `declared` tells what the objects are. With a `trail` every edge from one lane to another is written down there. Unless it
    is told to `keep` all it can be asked of the events of the last block only, and of what was known by them.
    """

    __slots__ = (
        "_declared", "_deeds", "_edges", "_keep", "_knowledge", "_lanes", "_numbers", "_sides", "_table", "_waiting", "_whole",
        "one_lane_each",
    )  # fmt: skip

    def __init__(
        self,
        events: Iterable[Event] | None = None,
        declared: Declared | None = None,
        *,
        trail: Trail | None = None,
        keep: bool = True,
    ) -> None:
        self._declared = declared or Declared()
        self._start(trail)
        self._sides = bytearray()
        self._table: Shapes | None = None
        self._deeds: dict[int, tuple[Handler, Call]] = {}
        self._keep = keep
        self._whole = events is not None
        self.one_lane_each = False
        """Whether in the last block each process was one thread only."""
        self._waiting = events

    def _start(self, trail: Trail | None = None) -> None:
        self._knowledge = Knowledge(trail)
        self._edges = Edges(self._knowledge, self._declared)
        self._lanes: dict[Hashable, int] = {}
        self._numbers: dict[int, int] = {}

    def begin_again(self) -> None:
        """Know nothing, before another record is fed; what the shapes do is remembered."""
        self._start()

    def feed(self, events: Iterable[Event]) -> None:
        """Take the next events of the record."""
        lanes, knowledge, edges = self._lanes, self._knowledge, self._edges
        known: dict[tuple[str, str, str, str], Handler | None] = {}
        for event in events:
            call = event.call
            key = (call.process, call.pid, call.thread)
            lane = lanes.get(key)
            if lane is None:
                knowledge.position = event.position
                lane = self._new_lane(key)
            looks = (call.operation, call.kind, call.outcome, event.at)
            if looks in known:
                handler = known[looks]
            else:
                handler = known[looks] = handler_of(call, event.at)
            if handler is not None:
                knowledge.position = event.position
                handler(edges, call, lane, call.number)

    def feed_block(self, block: Block) -> None:
        """Take the next events of the record, unless all were given; only those that give or take are looked at."""
        if self._whole:
            return
        knowledge, edges, numbers, table = self._knowledge, self._edges, self._numbers, block.table
        if not self._keep:
            knowledge.forget()
        if table is not self._table:
            self._table = table
            numbers.clear()
            del self._sides[:]
            self._deeds.clear()
        if len(self._sides) < 2 * len(table):
            self._look_at(table)
        lanes, shapes, calls, first, deeds = (
            block.lanes,
            block.shapes,
            block.numbers,
            block.first,
            self._deeds,
        )
        places: Iterable[int] = compress(range(len(block)), map(self._sides.__getitem__, shapes))
        present = set(lanes)
        self.one_lane_each = len({table.lanes[lane][0] for lane in present}) == len(present)
        fresh = {lanes.index(lane) for lane in present if lane not in numbers}
        if fresh:
            places = sorted(fresh.union(places))
        for place in places:
            knowledge.position = first + place
            lane = numbers.get(lanes[place])
            if lane is None:
                key = table.lanes[lanes[place]]
                lane = self._lanes.get(key)
                lane = numbers[lanes[place]] = self._new_lane(key) if lane is None else lane
            deed = deeds.get(shapes[place])
            if deed is not None:
                deed[0](edges, deed[1], lane, calls[place])

    def _look_at(self, table: Shapes) -> None:
        """Which numbers of events are of those that give or take."""
        for shape in range(len(self._sides), 2 * len(table)):
            call = table.call(shape >> 1)
            handler = handler_of(call, "end" if shape & 1 else "begin")
            self._sides.append(handler is not None)
            if handler is not None:
                self._deeds[shape] = (handler, call)

    def _new_lane(self, key: Lane) -> int:
        lane = self._lanes[key] = self._knowledge.new_lane()
        self._edges.new_lane(key, lane)
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
