"""The edges of happens-before, drawn while the record goes by.

Edges: the order of one thread of execution; a start and what it started; all that a process did and whoever saw it dead; a
release and the acquire that got the lock from it; a put and the get of its item; a submission, its task, and who had the
result; a pool's workers and its join. No edge: a put and an `empty()` that is False, puts of different producers,
two prints.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any

from mprunner.checking.clocks import Moment
from mprunner.checking.forms import family
from mprunner.checking.handing_over import Items, Lock
from mprunner.checking.knowledge import Knowledge
from mprunner.checking.patterns import fingerprint
from mprunner.checking.queue_items import is_lasting
from mprunner.checking.wording import item_of
from mprunner.recording.events import Call

__all__ = ["AT_BEGIN", "AT_END", "Edges", "Handler"]

Handler = Callable[["Edges", Call, int], None]


class Edges:
    """Teaches the lanes of `knowledge`; it is told of each instant that gives or takes, in the order of the record.

    `ordered` names the queues that keep one order over all producers; a family's name stands for its members.
    """

    def __init__(self, knowledge: Knowledge, ordered: frozenset[str]) -> None:
        self._knowledge = knowledge
        self._ordered = ordered
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

    # processes

    def new_lane(self, call: Call, lane: int) -> None:
        """The first instant of a lane."""
        name, knowledge = call.process, self._knowledge
        first = self._first.get((name, call.pid))
        if first is not None:
            knowledge.learn(lane, first, "thread")
        else:
            starts = self._starts.get(name)
            if starts and name not in self._blurred and len({start[0] for start in starts}) == 1:
                knowledge.learn(lane, starts[0], "start")
            self._first[name, call.pid] = knowledge.now(lane)
        if name not in self._lives:
            self._workers[name.rpartition("[")[0]].append(name)
        self._lives[name].append(lane)

    def started(self, call: Call, lane: int) -> None:
        if call.kind == "process" and call.outcome in ("ok", "unfinished"):
            self._starts[call.object].append(self._knowledge.now(lane))

    def exits(self, call: Call, lane: int) -> None:
        if call.thread == 0:
            # Nobody recorded this: the exit of a process that was killed comes after all that it did.
            self._learn_lives(lane, call.process)
        self._exited.add(call.process)

    def sees_death(self, call: Call, lane: int) -> None:
        if call.outcome != "ok" or call.object is None or call.object in self._blurred:
            return
        if call.kind == "pool" and call.operation == "join":
            for worker in self._workers.get(call.object, ()):
                self._learn_lives(lane, worker)
        elif call.kind == "process" and call.object in self._exited:
            result = call.values.get("result")
            alive = (call.operation == "is_alive" and result is not False) or (
                call.operation == "exitcode" and result is None
            )
            if not alive:
                self._learn_lives(lane, call.object)

    def _learn_lives(self, lane: int, name: str) -> None:
        """All that a process did, which is dead: what of it stands so far."""
        knowledge = self._knowledge
        for other in self._lives.get(name, ()):
            knowledge.learn(lane, (other, knowledge.position, knowledge.current[other]), "death")

    # locks

    def releases(self, call: Call, lane: int) -> None:
        if call.kind not in _OTHERWISE and call.outcome in ("ok", "unfinished"):
            self._locks[call.object].releases(call.number, self._knowledge.now(lane))

    def released(self, call: Call, lane: int) -> None:
        if call.kind not in _OTHERWISE and call.outcome == "ok":
            self._locks[call.object].released(call.number)

    def acquires(self, call: Call, lane: int) -> None:
        if call.kind not in _OTHERWISE and call.outcome == "ok":
            self._locks[call.object].acquires(call.number)

    def acquired(self, call: Call, lane: int) -> None:
        if call.kind not in _OTHERWISE and call.outcome == "ok":
            release = self._locks[call.object].acquired(call.number, lane)
            if call.object not in self._blurred:
                self._knowledge.learn(lane, release, "lock")

    # queues

    def _item_key(self, call: Call) -> tuple[str | None, Hashable]:
        value: Any = item_of(call)
        return (call.object, fingerprint(value) if is_lasting(value) else _CHANGEABLE)

    def _items_of(self, call: Call) -> Items:
        key = self._item_key(call)
        found = self._items.get(key)
        if found is None:
            ordered = call.object in self._ordered or family(call.object) in self._ordered
            found = self._items[key] = Items(ordered=ordered)
        return found

    def puts(self, call: Call, lane: int) -> None:
        if call.outcome in ("ok", "unfinished"):
            self._items_of(call).puts(self._knowledge.now(lane))

    def has_put(self, call: Call, lane: int) -> None:
        if call.outcome == "ok":
            self._items_of(call).has_put()

    def gets(self, call: Call, lane: int) -> None:
        if call.kind != "queue":
            return
        if call.outcome == "ok":
            self._getting[call.number] = self._items_of(call).gets()
        elif call.outcome == "unfinished":
            self._lost[call.object] += 1

    def got(self, call: Call, lane: int) -> None:
        if call.kind == "result":
            self.has_result(call, lane)
        elif call.outcome == "ok":
            puts = self._items_of(call).got(self._getting.pop(call.number), self._lost[call.object])
            if call.object not in self._blurred:
                self._knowledge.learn_one_of(lane, puts, "item")

    # pools

    def submits(self, call: Call, lane: int) -> None:
        self._note("submitted", call.values.get("task"), lane)

    def task_starts(self, call: Call, lane: int) -> None:
        self._knowledge.learn(lane, self._tasks.get(("submitted", _task(call))), "task")

    def task_ends(self, call: Call, lane: int) -> None:
        self._note("ended", _task(call), lane)

    def _note(self, what: str, task: Any, lane: int) -> None:
        """The first of its name: a second pool of one name would make it unclear which."""
        if isinstance(task, str):
            self._tasks.setdefault((what, task), self._knowledge.now(lane))

    def has_result(self, call: Call, lane: int) -> None:
        task = call.values.get("task") if call.kind == "pool" else call.object
        if not isinstance(task, str) or family(task.partition(".")[0]) in self._blurred:
            return
        timed_out = call.timed and call.error is not None and call.error.type == "TimeoutError"
        not_ready = call.operation == "ready" and call.values.get("result") is not True
        failed = call.operation in ("ready", "successful", "wait") and call.outcome != "ok"
        if call.outcome in ("ok", "raised") and not (timed_out or not_ready or failed):
            self._knowledge.learn(lane, self._tasks.get(("ended", task)), "result")

    # objects that are made in the middle of a run

    def created(self, call: Call, lane: int) -> None:
        name = call.object or call.values.get("name")
        if not isinstance(name, str):
            return
        creators = self._creators[name]
        if name in self._lives or name in self._starts:
            # The next of its name is another process. Who has the handle is the one that made it.
            self._starts.pop(name, None)
            self._lives.pop(name, None)
            self._exited.discard(name)
            if creators - {lane}:
                self._blurred.add(name)
        elif creators:
            # Others may still use the one before, under the same name.
            self._blurred.add(name)
        creators.add(lane)


_OTHERWISE = ("semaphore", "condition")
"""Kinds of object whose acquire need not come after the last release."""

_CHANGEABLE = ("changeable",)
"""Stands for every item that can have been changed between its put and when it was pickled."""


def _task(call: Call) -> str:
    named = call.values.get("task")
    return named if isinstance(named, str) else call.actor


AT_BEGIN: dict[str, Handler] = {
    "start": Edges.started,
    "exit": Edges.exits,
    "release": Edges.releases,
    "acquire": Edges.acquires,
    "put": Edges.puts,
    "put_nowait": Edges.puts,
    "get": Edges.gets,
    "get_nowait": Edges.gets,
    "apply": Edges.submits,
    "apply_async": Edges.submits,
    "task_start": Edges.task_starts,
    "task_end": Edges.task_ends,
    "create": Edges.created,
}
"""What an operation does when it begins: what it gives. All other instants say nothing of others."""

AT_END: dict[str, Handler] = {
    "join": Edges.sees_death,
    "is_alive": Edges.sees_death,
    "exitcode": Edges.sees_death,
    "release": Edges.released,
    "acquire": Edges.acquired,
    "put": Edges.has_put,
    "put_nowait": Edges.has_put,
    "get": Edges.got,
    "get_nowait": Edges.got,
    "apply": Edges.has_result,
    "wait": Edges.has_result,
    "ready": Edges.has_result,
    "successful": Edges.has_result,
}
"""What it does when it ends: what it takes."""
