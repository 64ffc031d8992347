"""The edges of happens-before, drawn while the record goes by.

Edges: the order of one thread of execution; a start and what it started; a kill and the death by it; all that a process did
and whoever saw it dead; a release and the acquire that got the lock from it (a condition's wait is both); the releases that
an acquire of a semaphore needed, the gets that a put into a full queue needed; a put and the get of its item, what is
done and a queue's join; a set and who saw it; a notification and who woke; all that come to a barrier and all that leave;
a submission, its task, and who had the result; a pool's workers and its join.
No edge: a put and an `empty()` that is False, puts of different producers, a write and a read of memory, two prints.
"""

from __future__ import annotations

import signal
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from mprunner.checking.clocks import Moment
from mprunner.checking.forms import Declared, family
from mprunner.checking.gatherings import Arrivals, Flag, Permits, Tally
from mprunner.checking.handing_over import Items, Lock
from mprunner.checking.knowledge import EdgeKind, Knowledge
from mprunner.checking.patterns import fingerprint
from mprunner.checking.queue_items import is_lasting
from mprunner.checking.wording import item_of
from mprunner.recording.events import Call, Shown
from mprunner.recording.locks import lock_of

__all__ = ["AT_BEGIN", "AT_END", "Edges", "Handler"]

Handler = Callable[["Edges", Call, int], None]


class Edges:
    """Teaches the lanes of `knowledge`; it is told of each instant that gives or takes, in the order of the record."""

    def __init__(self, knowledge: Knowledge, declared: Declared) -> None:
        self._knowledge = knowledge
        self._declared = declared
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
        self._signals: dict[tuple[str | None, int], list[Moment]] = defaultdict(list)
        self._permits: dict[str | None, Permits | None] = {}
        self._flags: dict[str | None, Flag] = defaultdict(Flag)
        self._barriers: dict[str | None, Arrivals | None] = {}
        self._notified: dict[str | None, list[tuple[int, Moment]]] = defaultdict(list)
        self._waiting: dict[str | None, set[int]] = defaultdict(set)
        self._done: dict[str | None, Tally] = defaultdict(Tally)
        self._put: dict[str | None, int] = defaultdict(int)
        self._to_be_done: dict[int, int] = {}

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
            code = call.values.get("exitcode")
            signals = self._signals.get((call.process, code)) if isinstance(code, int) else None
            if signals:
                self._knowledge.learn_one_of(lane, signals, "signal")
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

    def signals(self, call: Call, lane: int) -> None:
        if call.kind == "process" and call.outcome in ("ok", "unfinished"):
            number = -signal.SIGTERM if call.operation == "terminate" else -signal.SIGKILL
            self._signals[call.object, number].append(self._knowledge.now(lane))

    def _learn_lives(self, lane: int, name: str) -> None:
        """All that a process did, which is dead: what of it stands so far."""
        knowledge = self._knowledge
        for other in self._lives.get(name, ()):
            knowledge.learn(lane, (other, knowledge.position, knowledge.current[other]), "death")

    # locks and semaphores

    def releases(self, call: Call, lane: int) -> None:
        if call.outcome not in ("ok", "unfinished"):
            return
        if call.kind != "semaphore":
            self._locks[call.object].releases(call.number, self._knowledge.now(lane))
        elif permits := self._permits_of(call):
            permits.releases(self._knowledge.now(lane))

    def released(self, call: Call, lane: int) -> None:
        if call.outcome == "ok" and call.kind != "semaphore":
            self._locks[call.object].released(call.number)

    def acquires(self, call: Call, lane: int) -> None:
        if call.outcome != "ok":
            return
        if call.kind != "semaphore":
            self._locks[call.object].acquires(call.number)
        elif permits := self._permits_of(call):
            permits.acquires(call.number)

    def acquired(self, call: Call, lane: int) -> None:
        if call.outcome != "ok":
            return
        if call.kind != "semaphore":
            self._lock_learns(call.object, call, lane, 1)
        elif permits := self._permits_of(call):
            self._learn_each(call, lane, permits.acquired(call.number), "permit")

    def _lock_learns(self, name: str | None, call: Call, lane: int, depth: int) -> None:
        release = self._locks[name].acquired(call.number, lane, depth)
        if name not in self._blurred:
            self._knowledge.learn(lane, release, "lock")

    def _permits_of(self, call: Call) -> Permits | None:
        """The permits of a semaphore or of a bounded queue; None where there is no limit, or it is not known."""
        if call.object not in self._permits:
            limit = self._declared.limit(call.object)
            self._permits[call.object] = None if limit is None else Permits(limit)
        return self._permits[call.object]

    def _learn_each(self, call: Call, lane: int, moments: Iterable[Moment], kind: EdgeKind) -> None:
        for moment in moments:
            if call.object not in self._blurred:
                self._knowledge.learn(lane, moment, kind)

    # what several wait for

    def sets(self, call: Call, lane: int) -> None:
        if call.kind == "event" and call.outcome in ("ok", "unfinished"):
            self._flags[call.object].sets(call.number, self._knowledge.now(lane))

    def has_set(self, call: Call, lane: int) -> None:
        if call.kind == "event":
            self._flags[call.object].has_set(call.number)

    def clears(self, call: Call, lane: int) -> None:
        if call.kind == "event":
            self._flags[call.object].clears(call.number)

    def cleared(self, call: Call, lane: int) -> None:
        if call.kind == "event" and call.outcome == "ok":
            self._flags[call.object].cleared(call.number)

    def notifies(self, call: Call, lane: int) -> None:
        if self._waiting.get(call.object) and call.outcome in ("ok", "unfinished"):
            self._notified[call.object].append((self._knowledge.position, self._knowledge.now(lane)))

    def waits(self, call: Call, lane: int) -> None:
        if call.outcome == "raised":
            return
        if call.kind == "event":
            self._flags[call.object].waits(call.number)
        elif call.kind == "condition":
            lock = self._locks[lock_of(call)]
            lock.releases(call.number, self._knowledge.now(lane), wholly=True)
            lock.acquires(call.number)
            self._waiting[call.object].add(call.number)
            self._getting[call.number] = self._knowledge.position
        elif call.kind == "barrier" and (arrivals := self._arrivals_of(call)):
            arrivals.arrives(call.number, self._knowledge.now(lane))

    def waited(self, call: Call, lane: int) -> None:
        if call.kind == "result":
            self.has_result(call, lane)
        elif call.outcome == "raised":
            return
        elif call.kind == "event":
            self._sees_flag(call, lane, call.outcome == "ok")
        elif call.kind == "condition":
            self._wakes(call, lane)
        elif call.kind == "barrier" and (arrivals := self._arrivals_of(call)):
            current, position = self._knowledge.current, self._knowledge.position
            self._learn_each(call, lane, arrivals.leaves(call.number, position, current), "barrier")

    def looks_at_flag(self, call: Call, lane: int) -> None:
        self._sees_flag(call, lane, call.values.get("result") is True)

    def _sees_flag(self, call: Call, lane: int, seen: bool) -> None:
        moments = self._flags[call.object].seen(call.number)
        if seen and moments and call.object not in self._blurred:
            self._knowledge.learn_one_of(lane, moments, "set")

    def _wakes(self, call: Call, lane: int) -> None:
        waiting, notified = self._waiting[call.object], self._notified[call.object]
        waiting.discard(call.number)
        since = self._getting.pop(call.number)
        found = [moment for position, moment in notified if position > since]
        if not waiting:
            notified.clear()
        if call.outcome == "ok" and found and call.object not in self._blurred:
            self._knowledge.learn_one_of(lane, found, "notify")
        self._lock_learns(lock_of(call), call, lane, 0)

    def _arrivals_of(self, call: Call) -> Arrivals | None:
        if call.object not in self._barriers:
            parties = self._declared.limit(call.object)
            self._barriers[call.object] = None if parties is None else Arrivals(parties)
        return self._barriers[call.object]

    # queues

    def _item_key(self, call: Call) -> tuple[str | None, Hashable]:
        value: Any = item_of(call)
        return (call.object, fingerprint(value) if is_lasting(value) else _CHANGEABLE)

    def _items_of(self, call: Call) -> Items:
        key = self._item_key(call)
        found = self._items.get(key)
        if found is None:
            names = self._declared.ordered_queues
            ordered = call.object in names or family(call.object) in names
            found = self._items[key] = Items(ordered=ordered)
        return found

    def puts(self, call: Call, lane: int) -> None:
        if call.outcome not in ("ok", "unfinished"):
            return
        self._items_of(call).puts(self._knowledge.now(lane))
        if isinstance(item_of(call), Shown):
            self._permits[call.object] = None  # what cannot be pickled gives its slot back, unseen
        elif call.outcome == "ok" and (permits := self._permits_of(call)):
            permits.acquires(call.number)

    def has_put(self, call: Call, lane: int) -> None:
        if call.outcome != "ok":
            return
        self._items_of(call).has_put()
        self._put[call.object] += 1
        if permits := self._permits_of(call):
            self._learn_each(call, lane, permits.acquired(call.number), "slot")

    def gets(self, call: Call, lane: int) -> None:
        if call.kind != "queue":
            return
        if call.outcome == "ok":
            self._getting[call.number] = self._items_of(call).gets()
        elif call.outcome == "unfinished":
            self._lost[call.object] += 1
        if (call.error is None or call.error.type != "Empty") and (permits := self._permits_of(call)):
            permits.releases(self._knowledge.now(lane))

    def got(self, call: Call, lane: int) -> None:
        if call.kind == "result":
            self.has_result(call, lane)
        elif call.outcome == "ok":
            puts = self._items_of(call).got(self._getting.pop(call.number), self._lost[call.object])
            if call.object not in self._blurred:
                self._knowledge.learn_one_of(lane, puts, "item")

    def task_done(self, call: Call, lane: int) -> None:
        if call.outcome in ("ok", "unfinished"):
            self._done[call.object].add(self._knowledge.now(lane))

    def joins(self, call: Call, lane: int) -> None:
        if call.kind == "queue":
            self._to_be_done[call.number] = self._put[call.object]

    def joined(self, call: Call, lane: int) -> None:
        if call.kind != "queue":
            self.sees_death(call, lane)
        elif call.outcome == "ok":
            needed = self._to_be_done.pop(call.number)
            self._learn_each(call, lane, self._done[call.object].surely(needed), "done")

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
    "terminate": Edges.signals,
    "kill": Edges.signals,
    "exit": Edges.exits,
    "release": Edges.releases,
    "acquire": Edges.acquires,
    "set": Edges.sets,
    "clear": Edges.clears,
    "is_set": Edges.waits,
    "wait": Edges.waits,
    "notify": Edges.notifies,
    "notify_all": Edges.notifies,
    "put": Edges.puts,
    "put_nowait": Edges.puts,
    "get": Edges.gets,
    "get_nowait": Edges.gets,
    "task_done": Edges.task_done,
    "join": Edges.joins,
    "apply": Edges.submits,
    "apply_async": Edges.submits,
    "task_start": Edges.task_starts,
    "task_end": Edges.task_ends,
    "create": Edges.created,
}
"""What an operation does when it begins: what it gives. All other instants say nothing of others."""

AT_END: dict[str, Handler] = {
    "join": Edges.joined,
    "is_alive": Edges.sees_death,
    "exitcode": Edges.sees_death,
    "release": Edges.released,
    "acquire": Edges.acquired,
    "set": Edges.has_set,
    "clear": Edges.cleared,
    "is_set": Edges.looks_at_flag,
    "wait": Edges.waited,
    "put": Edges.has_put,
    "put_nowait": Edges.has_put,
    "get": Edges.got,
    "get_nowait": Edges.got,
    "apply": Edges.has_result,
    "ready": Edges.has_result,
    "successful": Edges.has_result,
}
"""What it does when it ends: what it takes."""
