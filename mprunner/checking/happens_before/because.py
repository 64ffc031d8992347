"""Why one event of a record comes before another: the chain of edges that orders the two, or that only the clock does."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from typing import Literal

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.happens_before.knowledge import EdgeKind, Trail
from mprunner.recording.events import Event, Recording
from mprunner.recording.order import events as events_of
from mprunner.records import record

__all__ = ["Because", "Edge", "EdgeKind", "Ordering", "ordering"]


@record
class Edge:
    """`source` happened before `target`, directly.

    `kind`: `order` both are of one thread, `start` of a process and its first instant, `thread` a process's
    first instant and that of another of its threads, `signal` a `terminate` or `kill` and the end by it,
    `death` what a process did last and who saw it dead, `worker` the same and the worker that takes its place,
    `lock` a release and the acquire that got it, `permit` the same of a semaphore, `item` a put and the get of
    its item, `slot` a get and the put that needed the room, `done` a `task_done` and the queue's `join`, `set`
    of an event and who saw it, `notify` and who woke, `barrier` who came and who left, `task` a submission and
    the task's start, `result` the task's end and who had its result. Where several can have been the source, it
    is what all of them came after.
    """

    kind: EdgeKind
    source: Event
    target: Event


@record
class Ordering:
    """How two events lie to each other. `nanoseconds` is the time between the two instants.

    `ordered`: by the chain of `edges`, of which each begins where the one before ended. `clock`: the one's call had
    ended when the other's began, but no edge leads from the one to the other. `concurrent`: not even that.
    """

    relation: Literal["ordered", "clock", "concurrent"]
    edges: tuple[Edge, ...]
    nanoseconds: int


class Because:
    """Answers for one recording; it goes over the record once. `declared` as for `Causality`."""

    def __init__(
        self,
        recording: Recording,
        declared: Declared | None = None,
        events: Sequence[Event] | None = None,
    ) -> None:
        self._events = events_of(recording) if events is None else events
        self._trail: Trail = {}
        self._causality = Causality(declared=declared, trail=self._trail)
        self._causality.feed(self._events)
        self._positions: dict[int, list[int]] = {}
        for event in self._events:
            self._positions.setdefault(self._causality.lane(event), []).append(event.position)

    def ordering(self, earlier: Event, later: Event) -> Ordering:
        """How `earlier` comes before `later`: by the shortest chain, in edges from one thread to another."""
        between = later.time - earlier.time
        if self._causality.before(earlier, later):
            return Ordering("ordered", self._chain(earlier, later), between)
        ended = earlier.call.end
        apart = ended is not None and ended < later.call.begin
        return Ordering("clock" if apart else "concurrent", (), between)

    def _chain(self, earlier: Event, later: Event) -> tuple[Edge, ...]:
        goal, start = self._causality.lane(earlier), self._causality.lane(later)
        seen: dict[int, int] = {}
        waiting: deque[tuple[int, int, tuple[Edge, ...]]] = deque([(start, later.position, ())])
        while waiting:
            lane, position, rest = waiting.popleft()
            if lane == goal and position >= earlier.position:
                return self._extended("order", earlier.position, position, rest)
            known = seen.get(lane, -1)
            if position <= known:
                continue
            seen[lane] = position
            links = self._trail.get(lane, [])
            for target, kind, other, source in reversed(links[: bisect_right(links, position, key=_target)]):
                if target <= known:
                    break
                source = self._last(other, source)
                path = self._extended("order", target, position, rest)
                waiting.append((other, source, self._extended(kind, source, target, path)))
        raise AssertionError("what is before has a chain")

    def _extended(self, kind: EdgeKind, source: int, target: int, rest: tuple[Edge, ...]) -> tuple[Edge, ...]:
        if source == target:
            return rest
        return (Edge(kind, self._events[source], self._events[target]), *rest)

    def _last(self, lane: int, position: int) -> int:
        """The lane's last instant up to there."""
        positions = self._positions[lane]
        return positions[bisect_right(positions, position) - 1]


def _target(link: tuple[int, EdgeKind, int, int]) -> int:
    return link[0]


def ordering(
    recording: Recording, earlier: Event, later: Event, *, declared: Declared | None = None
) -> Ordering:
    """How `earlier` comes before `later` in this recording. To ask more than once, keep a `Because`."""
    return Because(recording, declared).ordering(earlier, later)
