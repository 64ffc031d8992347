"""What happened before what in a run, because something made it so: not by the clock, but by the program and its objects.

One pass over the record with vector clocks; `edges.py` says what makes one instant come after another. Every edge goes
forward in the record's order, which never contradicts causality, so an instant's place in the record is its time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from mprunner.checking.clocks import Clock
from mprunner.checking.edges import AT_BEGIN, AT_END, Edges
from mprunner.checking.forms import Declared
from mprunner.checking.knowledge import Knowledge, Trail
from mprunner.recording.events import Call, Event

__all__ = ["Causality", "lane_key"]


def lane_key(call: Call) -> Hashable:
    """The thread of execution that a call belongs to."""
    return (call.process, call.pid, call.thread)


class Causality:
    """The relation over the events of one record: those given at first, when it is first asked, or those fed to it.

    `declared` tells what the objects are. With a `trail` every edge from one lane to another is written down there.
    """

    __slots__ = ("_edges", "_knowledge", "_lanes", "_waiting")

    def __init__(
        self,
        events: Sequence[Event] = (),
        declared: Declared | None = None,
        *,
        trail: Trail | None = None,
    ) -> None:
        self._knowledge = Knowledge(trail)
        self._edges = Edges(self._knowledge, declared or Declared())
        self._lanes: dict[Hashable, int] = {}
        self._waiting = events

    def feed(self, events: Iterable[Event]) -> None:
        """Take the next events of the record."""
        lanes, knowledge, edges = self._lanes, self._knowledge, self._edges
        at_begin, at_end = AT_BEGIN.get, AT_END.get
        for event in events:
            call = event.call
            key = (call.process, call.pid, call.thread)
            lane = lanes.get(key)
            if lane is None:
                lane = lanes[key] = knowledge.new_lane()
                knowledge.position = event.position
                edges.new_lane(call, lane)
            handler = at_begin(call.operation) if event.at == "begin" else at_end(call.operation)
            if handler is not None:
                knowledge.position = event.position
                handler(edges, call, lane)

    def before(self, one: Event, other: Event) -> bool:
        """Whether `one` happened before `other` by a chain of edges. Never of an event and itself."""
        here, there = self.lane(one), self.lane(other)
        if here == there:
            return one.position < other.position
        return self._knowledge.clock(there, other.position).get(here, -1) >= one.position

    def concurrent(self, one: Event, other: Event) -> bool:
        """Whether nothing orders the two."""
        return not (self.before(one, other) or self.before(other, one))

    def lane(self, event: Event) -> int:
        """The number of the thread of execution that an event belongs to."""
        if self._waiting:
            events, self._waiting = self._waiting, ()
            self.feed(events)
        return self._lanes[lane_key(event.call)]

    def known_by(self, event: Event) -> tuple[int, Clock]:
        """The event's lane, and which instants of other lanes happened before it: of each lane the last, by its position."""
        lane = self.lane(event)
        return lane, self._knowledge.clock(lane, event.position)
