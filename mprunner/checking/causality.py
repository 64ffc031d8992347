"""What happened before what in a run, because something made it so: not by the clock, but by the program and its objects.

Edges: the order of one thread of execution; a start and what it started; all that a process did and whoever saw it dead; a
release and the acquire that got the lock from it; a put and the get of its item; a submission, its task, and who had the
result; a pool's workers and its join. No edge: a put and an `empty()` that is False, puts of different producers,
two prints.

One pass over the record with vector clocks. Every edge goes forward in the record's order, which never contradicts causality.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from mprunner.checking.clocks import Clock, Moment, merged
from mprunner.checking.forms import family
from mprunner.checking.handing_over import Items, Lock
from mprunner.checking.patterns import fingerprint
from mprunner.checking.queue_items import is_lasting
from mprunner.checking.wording import item_of
from mprunner.recording.events import Call, Event

__all__ = ["Causality", "lane_key"]

_Handler = Callable[["_Pass", Call, int], None]


def lane_key(call: Call) -> Hashable:
    """The thread of execution that a call belongs to."""
    return (call.process, call.pid, call.thread)


class Causality:
    """The relation over the events of one record; it is derived when it is first asked for.

    `ordered` names the queues that keep one order over all producers; a family's name stands for its members.
    """

    __slots__ = ("_events", "_found", "_ordered")

    def __init__(self, events: Sequence[Event], ordered: Iterable[str] = ()) -> None:
        self._events = events
        self._ordered = frozenset(ordered)
        self._found: dict[tuple[int, str], Moment] | None = None

    def before(self, one: Event, other: Event) -> bool:
        """Whether `one` happened before `other` by a chain of edges. Never of an event and itself."""
        here, there = self._moment(one), self._moment(other)
        if here[0] == there[0]:
            return here[1] < there[1]
        return there[2].get(here[0], -1) >= here[1]

    def concurrent(self, one: Event, other: Event) -> bool:
        """Whether nothing orders the two."""
        return not (self.before(one, other) or self.before(other, one))

    def _moment(self, event: Event) -> Moment:
        if self._found is None:
            self._found = _Pass(self._ordered).over(self._events)
        call = event.call
        # What never ended has no end of its own; judged as if it had one, it knows what its begin knew.
        return self._found.get((call.number, event.at)) or self._found[call.number, "begin"]


class _Pass:
    """Goes over the events once. `_known[lane]` is what the lane's next instant will know of the others."""

    def __init__(self, ordered: frozenset[str]) -> None:
        self._ordered = ordered
        self._lanes: dict[Hashable, int] = {}
        self._known: list[Clock] = []
        self._count: list[int] = []
        self._lives: dict[str, list[int]] = defaultdict(list)
        self._first: dict[tuple[str, int], Moment] = {}
        self._exited: set[str] = set()
        self._workers: dict[str, list[str]] = defaultdict(list)
        self._starts: dict[str | None, list[Moment]] = defaultdict(list)
        self._locks: dict[str | None, Lock] = defaultdict(Lock)
        self._items: dict[tuple[str | None, Hashable], Items] = {}
        self._getting: dict[int, int] = {}
        self._lost: dict[str | None, int] = defaultdict(int)
        self._tasks: dict[tuple[str, str], Moment] = {}
        self._creators: dict[str, set[int]] = defaultdict(set)
        self._blurred: set[str | None] = set()

    def over(self, events: Iterable[Event]) -> dict[tuple[int, str], Moment]:
        """The moment of each instant, by its call's number and which of the two it is."""
        found: dict[tuple[int, str], Moment] = {}
        lanes, known, counts = self._lanes, self._known, self._count
        takers, givers = _TAKERS, _GIVERS
        for event in events:
            call, at = event.call, event.at
            key = (call.process, call.pid, call.thread)
            lane = lanes.get(key)
            if lane is None:
                lane = lanes[key] = len(lanes)
                known.append({})
                counts.append(0)
                self._new_lane(call, lane)
            handler = takers.get((call.operation, at))
            if handler is not None:
                handler(self, call, lane)
            moment = (lane, counts[lane], known[lane])
            counts[lane] += 1
            found[call.number, at] = moment
            giver = givers.get((call.operation, at))
            if giver is not None:
                giver(self, call, moment)
        return found

    def _learn(self, lane: int, moment: Moment | None) -> None:
        """The lane's next instant comes after this one."""
        if moment is None:
            return
        other, index, clock = moment
        if other != lane and self._known[lane].get(other, -1) < index:
            self._learn_all(lane, {**clock, other: index})

    def _learn_all(self, lane: int, clock: Clock) -> None:
        found = merged(self._known[lane], clock)
        found.pop(lane, None)
        self._known[lane] = found

    def _learn_lives(self, lane: int, name: str) -> None:
        """All that a process did, which is dead."""
        for other in self._lives[name]:
            if self._count[other]:
                self._learn(lane, (other, self._count[other] - 1, self._known[other]))

    # processes

    def _new_lane(self, call: Call, lane: int) -> None:
        name = call.process
        first = self._first.get((name, call.pid))
        if first is not None:
            self._learn(lane, first)
        elif name not in self._blurred:
            starts = self._starts[name]
            if len({start[0] for start in starts}) == 1:
                self._learn(lane, starts[0])
        self._first.setdefault((name, call.pid), (lane, 0, self._known[lane]))
        if name not in self._lives:
            self._workers[name.rpartition("[")[0]].append(name)
        self._lives[name].append(lane)

    def _started(self, call: Call, moment: Moment) -> None:
        if call.kind == "process" and call.outcome in ("ok", "unfinished"):
            self._starts[call.object].append(moment)

    def _exits(self, call: Call, lane: int) -> None:
        if call.thread == 0:
            # Nobody recorded this: the exit of a process that was killed comes after all that it did.
            self._learn_lives(lane, call.process)

    def _exit_seen(self, call: Call, moment: Moment) -> None:
        self._exited.add(call.process)

    def _sees_death(self, call: Call, lane: int) -> None:
        if call.outcome != "ok" or call.object is None or call.object in self._blurred:
            return
        if call.kind == "pool" and call.operation == "join":
            for worker in self._workers[call.object]:
                self._learn_lives(lane, worker)
        elif call.kind == "process" and call.object in self._exited:
            result = call.values.get("result")
            alive = (call.operation == "is_alive" and result is not False) or (
                call.operation == "exitcode" and result is None
            )
            if not alive:
                self._learn_lives(lane, call.object)

    # locks

    def _releases(self, call: Call, moment: Moment) -> None:
        if call.outcome in ("ok", "unfinished"):
            self._locks[call.object].releases(call.number, moment)

    def _released(self, call: Call, moment: Moment) -> None:
        if call.outcome == "ok":
            self._locks[call.object].released(call.number)

    def _acquires(self, call: Call, moment: Moment) -> None:
        if call.outcome == "ok":
            self._locks[call.object].acquires(call.number)

    def _acquired(self, call: Call, lane: int) -> None:
        if call.outcome == "ok":
            release = self._locks[call.object].acquired(call.number, lane)
            if call.object not in self._blurred:
                self._learn(lane, release)

    # queues

    def _items_of(self, call: Call) -> Items:
        value: Any = item_of(call)
        key = (call.object, fingerprint(value) if is_lasting(value) else _CHANGEABLE)
        found = self._items.get(key)
        if found is None:
            ordered = call.object in self._ordered or family(call.object) in self._ordered
            found = self._items[key] = Items(ordered=ordered)
        return found

    def _puts(self, call: Call, moment: Moment) -> None:
        if call.outcome in ("ok", "unfinished"):
            self._items_of(call).puts(moment)

    def _has_put(self, call: Call, moment: Moment) -> None:
        if call.outcome == "ok":
            self._items_of(call).has_put()

    def _gets(self, call: Call, moment: Moment) -> None:
        if call.kind != "queue":
            return
        if call.outcome == "ok":
            self._getting[call.number] = self._items_of(call).gets()
        elif call.outcome == "unfinished":
            self._lost[call.object] += 1

    def _got(self, call: Call, lane: int) -> None:
        if call.kind == "result":
            self._has_result(call, lane)
        elif call.outcome == "ok":
            clock = self._items_of(call).got(self._getting.pop(call.number), self._lost[call.object])
            if clock and call.object not in self._blurred:
                self._learn_all(lane, clock)

    # pools

    def _submits(self, call: Call, moment: Moment) -> None:
        self._note("submitted", call.values.get("task"), moment)

    def _task_starts(self, call: Call, lane: int) -> None:
        self._learn(lane, self._tasks.get(("submitted", _task(call))))

    def _task_ends(self, call: Call, moment: Moment) -> None:
        self._note("ended", _task(call), moment)

    def _note(self, what: str, task: Any, moment: Moment) -> None:
        """The first of its name: a second pool of one name would make it unclear which."""
        if isinstance(task, str):
            self._tasks.setdefault((what, task), moment)

    def _has_result(self, call: Call, lane: int) -> None:
        task = call.values.get("task") if call.kind == "pool" else call.object
        if not isinstance(task, str) or family(task.partition(".")[0]) in self._blurred:
            return
        timed_out = call.timed and call.error is not None and call.error.type == "TimeoutError"
        not_ready = call.operation == "ready" and call.values.get("result") is not True
        failed = call.operation in ("ready", "successful", "wait") and call.outcome != "ok"
        if call.outcome in ("ok", "raised") and not (timed_out or not_ready or failed):
            self._learn(lane, self._tasks.get(("ended", task)))

    # objects that are made in the middle of a run

    def _created(self, call: Call, moment: Moment) -> None:
        name = call.object or call.values.get("name")
        if not isinstance(name, str):
            return
        creators = self._creators[name]
        if name in self._lives or name in self._starts:
            # The next of its name is another process. Who has the handle is the one that made it.
            self._starts.pop(name, None)
            self._lives.pop(name, None)
            self._exited.discard(name)
            if creators - {moment[0]}:
                self._blurred.add(name)
        elif creators:
            # Others may still use the one before, under the same name.
            self._blurred.add(name)
        creators.add(moment[0])


_CHANGEABLE = ("changeable",)
"""Stands for every item that can have been changed between its put and when it was pickled."""


def _task(call: Call) -> str:
    named = call.values.get("task")
    return named if isinstance(named, str) else call.actor


_TAKERS: dict[tuple[str, str], _Handler] = {
    ("exit", "begin"): _Pass._exits,
    ("join", "end"): _Pass._sees_death,
    ("is_alive", "end"): _Pass._sees_death,
    ("exitcode", "end"): _Pass._sees_death,
    ("acquire", "end"): _Pass._acquired,
    ("get", "end"): _Pass._got,
    ("get_nowait", "end"): _Pass._got,
    ("task_start", "begin"): _Pass._task_starts,
    ("apply", "end"): _Pass._has_result,
    ("wait", "end"): _Pass._has_result,
    ("ready", "end"): _Pass._has_result,
    ("successful", "end"): _Pass._has_result,
}
"""What an instant learns, before it stands."""

_GIVERS: dict[tuple[str, str], Callable[[_Pass, Call, Moment], None]] = {
    ("start", "begin"): _Pass._started,
    ("exit", "begin"): _Pass._exit_seen,
    ("release", "begin"): _Pass._releases,
    ("release", "end"): _Pass._released,
    ("acquire", "begin"): _Pass._acquires,
    ("put", "begin"): _Pass._puts,
    ("put_nowait", "begin"): _Pass._puts,
    ("put", "end"): _Pass._has_put,
    ("put_nowait", "end"): _Pass._has_put,
    ("get", "begin"): _Pass._gets,
    ("get_nowait", "begin"): _Pass._gets,
    ("apply", "begin"): _Pass._submits,
    ("apply_async", "begin"): _Pass._submits,
    ("task_end", "begin"): _Pass._task_ends,
    ("create", "begin"): _Pass._created,
}
"""What an instant gives, once it stands."""
