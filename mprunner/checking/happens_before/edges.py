"""The edges of happens-before, drawn while the record goes by.

Edges: the order of one thread of execution; a start and what it started; a kill and the death by it; all that a process did
and whoever saw it dead; a release and the acquire that got the lock from it (a condition's wait is both); the releases that
an acquire of a semaphore needed, the gets that a put into a full queue needed; a put and the get of its item, what is
done and a queue's join; a set and who saw it; a notification and who woke; all that come to a barrier and all that leave;
a submission, its task, and who had the result; a pool's workers and its join; a pool's only worker and the next one.
No edge: a put and an `empty()` that is False, puts of different producers, a write and a read of memory, two prints.
"""

from __future__ import annotations

import signal
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from mprunner.checking.forms import Declared, family
from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.gatherings import Arrivals, Flag, Permits, Tally
from mprunner.checking.happens_before.handing_over import Items, Lock, Single
from mprunner.checking.happens_before.knowledge import EdgeKind, Knowledge
from mprunner.checking.patterns import fingerprint, is_lasting
from mprunner.checking.wording import item_of
from mprunner.recording.events import Call, Shown
from mprunner.recording.locks import lock_of

__all__ = ["Edges", "Handler", "handler_of"]

Handler = Callable[["Edges", Call, int, int], None]


class Edges:
    """Teaches the lanes of `knowledge`; it is told of each instant that gives or takes, in the order of the record.

    A handler is given a call as it looks, of which the times, the place and the thread may be another's, the lane, and the
    call's number.
    """

    def __init__(self, knowledge: Knowledge, declared: Declared) -> None:
        self._knowledge = knowledge
        self._declared = declared
        self._unrecorded: set[int] = set()
        self._lives: dict[str, list[int]] = defaultdict(list)
        self._first: dict[tuple[str, int], Moment] = {}
        self._exited: set[str] = set()
        self._workers: dict[str, list[str]] = defaultdict(list)
        self._starts: dict[str | None, list[Moment]] = defaultdict(list)
        self._locks: dict[str | None, Lock] = defaultdict(Lock)
        self._items: dict[tuple[str | None, Hashable], Items | Single] = {}
        self._putting: dict[int, Items | Single] = {}
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

    def new_lane(self, key: tuple[str, int, int], lane: int) -> None:
        """The first instant of a lane: process, pid, thread."""
        name, pid, thread = key
        knowledge = self._knowledge
        if not thread:
            self._unrecorded.add(lane)
        first = self._first.get((name, pid))
        if first is not None:
            knowledge.learn(lane, first, "thread")
        else:
            starts = self._starts.get(name)
            if starts and name not in self._blurred and len({start[0] for start in starts}) == 1:
                knowledge.learn(lane, starts[0], "start")
            self._first[name, pid] = knowledge.now(lane)
        if name not in self._lives:
            pool = name.rpartition("[")[0]
            if pool in self._declared.one_worker and pool not in self._blurred:
                # The pool joins the one before it starts the next; with several nobody can tell who takes whose place.
                for before in self._workers[pool][-1:]:
                    self._learn_lives(lane, before, "worker")
            self._workers[pool].append(name)
        self._lives[name].append(lane)

    def started(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "process" and call.outcome in ("ok", "unfinished"):
            self._starts[call.object].append(self._knowledge.now(lane))

    def exits(self, call: Call, lane: int, number: int) -> None:
        if lane in self._unrecorded:
            # Nobody recorded this: the exit of a process that was killed comes after all that it did.
            self._learn_lives(lane, call.process)
            code = call.values.get("exitcode")
            signals = self._signals.get((call.process, code)) if isinstance(code, int) else None
            if signals:
                self._knowledge.learn_one_of(lane, signals, "signal")
        self._exited.add(call.process)

    def sees_death(self, call: Call, lane: int, number: int) -> None:
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

    def signals(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "process" and call.outcome in ("ok", "unfinished"):
            code = -signal.SIGTERM if call.operation == "terminate" else -signal.SIGKILL
            self._signals[call.object, code].append(self._knowledge.now(lane))

    def _learn_lives(self, lane: int, name: str, kind: EdgeKind = "death") -> None:
        """All that a process did, which is dead: what of it stands so far."""
        knowledge = self._knowledge
        for other in self._lives.get(name, ()):
            knowledge.learn(lane, (other, knowledge.position, knowledge.current[other]), kind)

    # locks and semaphores

    def releases(self, call: Call, lane: int, number: int) -> None:
        knowledge = self._knowledge
        self._locks[call.object].releases(number, (lane, knowledge.position, knowledge.current[lane]))

    def released(self, call: Call, lane: int, number: int) -> None:
        self._locks[call.object].released(number)

    def acquires(self, call: Call, lane: int, number: int) -> None:
        self._locks[call.object].acquires(number)

    def acquired(self, call: Call, lane: int, number: int) -> None:
        self._lock_learns(call.object, lane, number, 1)

    def gives_permit(self, call: Call, lane: int, number: int) -> None:
        if permits := self._permits_of(call.object):
            permits.releases(self._knowledge.now(lane))

    def wants_permit(self, call: Call, lane: int, number: int) -> None:
        if permits := self._permits_of(call.object):
            permits.acquires(number)

    def has_permit(self, call: Call, lane: int, number: int) -> None:
        if permits := self._permits_of(call.object):
            self._learn_each(call, lane, permits.acquired(number), "permit")

    def _lock_learns(self, name: str | None, lane: int, number: int, depth: int) -> None:
        release = self._locks[name].acquired(number, lane, depth)
        if name not in self._blurred:
            self._knowledge.learn(lane, release, "lock")

    def _permits_of(self, name: str | None) -> Permits | None:
        """The permits of a semaphore or of a bounded queue; None where there is no limit, or it is not known."""
        if name not in self._permits:
            limit = self._declared.limit(name)
            self._permits[name] = None if limit is None else Permits(limit)
        return self._permits[name]

    def _learn_each(self, call: Call, lane: int, moments: Iterable[Moment], kind: EdgeKind) -> None:
        for moment in moments:
            if call.object not in self._blurred:
                self._knowledge.learn(lane, moment, kind)

    # what several wait for

    def sets(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "event" and call.outcome in ("ok", "unfinished"):
            self._flags[call.object].sets(number, self._knowledge.now(lane))

    def has_set(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "event":
            self._flags[call.object].has_set(number)

    def clears(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "event":
            self._flags[call.object].clears(number)

    def cleared(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "event" and call.outcome == "ok":
            self._flags[call.object].cleared(number)

    def notifies(self, call: Call, lane: int, number: int) -> None:
        if self._waiting.get(call.object) and call.outcome in ("ok", "unfinished"):
            self._notified[call.object].append((self._knowledge.position, self._knowledge.now(lane)))

    def waits(self, call: Call, lane: int, number: int) -> None:
        if call.outcome == "raised":
            return
        if call.kind == "event":
            self._flags[call.object].waits(number)
        elif call.kind == "condition":
            lock = self._locks[lock_of(call)]
            lock.releases(number, self._knowledge.now(lane), wholly=True)
            lock.acquires(number)
            self._waiting[call.object].add(number)
            self._getting[number] = self._knowledge.position
        elif call.kind == "barrier" and (arrivals := self._arrivals_of(call)):
            for other, moment in arrivals.arrives(
                number, self._knowledge.now(lane), call.values.get("result")
            ):
                if call.object not in self._blurred:
                    self._knowledge.learn(other, moment, "barrier")

    def waited(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "result":
            self.has_result(call, lane, number)
        elif call.outcome == "raised":
            return
        elif call.kind == "event":
            self._sees_flag(call, lane, number, seen=call.outcome == "ok")
        elif call.kind == "condition":
            self._wakes(call, lane, number)
        elif call.kind == "barrier" and (arrivals := self._arrivals_of(call)):
            current, position = self._knowledge.current, self._knowledge.position
            self._learn_each(call, lane, arrivals.leaves(number, position, current), "barrier")

    def looks_at_flag(self, call: Call, lane: int, number: int) -> None:
        self._sees_flag(call, lane, number, seen=call.values.get("result") is True)

    def _sees_flag(self, call: Call, lane: int, number: int, *, seen: bool) -> None:
        moments = self._flags[call.object].seen(number)
        if seen and moments and call.object not in self._blurred:
            self._knowledge.learn_one_of(lane, moments, "set")

    def _wakes(self, call: Call, lane: int, number: int) -> None:
        waiting, notified = self._waiting[call.object], self._notified[call.object]
        waiting.discard(number)
        since = self._getting.pop(number)
        found = [moment for position, moment in notified if position > since]
        if not waiting:
            notified.clear()
        if call.outcome == "ok" and found and call.object not in self._blurred:
            self._knowledge.learn_one_of(lane, found, "notify")
        self._lock_learns(lock_of(call), lane, number, 0)

    def _arrivals_of(self, call: Call) -> Arrivals | None:
        if call.object not in self._barriers:
            parties = self._declared.limit(call.object)
            self._barriers[call.object] = None if parties is None else Arrivals(parties)
        return self._barriers[call.object]

    # queues

    def puts(self, call: Call, lane: int, number: int) -> None:
        knowledge = self._knowledge
        moment = (lane, knowledge.position, knowledge.current[lane])
        key = _item_key(call)
        known = self._items.get(key)
        if known is None:
            self._items[key] = self._putting[number] = Single(moment)
        else:
            if isinstance(known, Single):
                names = self._declared.ordered_queues
                ordered = call.object in names or family(call.object) in names
                known = self._items[key] = known.one_of_many(ordered=ordered)
            known.puts(moment)
            self._putting[number] = known
        if self._permits_of(call.object) is not None:
            self._wants_slot(call, number)

    def _wants_slot(self, call: Call, number: int) -> None:
        if isinstance(item_of(call), Shown):
            self._permits[call.object] = None  # what cannot be pickled gives its slot back, unseen
        elif call.outcome == "ok":
            self.wants_permit(call, 0, number)

    def has_put(self, call: Call, lane: int, number: int) -> None:
        self._putting.pop(number).has_put()
        self._put[call.object] += 1
        if permits := self._permits_of(call.object):
            self._learn_each(call, lane, permits.acquired(number), "slot")

    def gets(self, call: Call, lane: int, number: int) -> None:
        if call.outcome == "ok":
            key = _item_key(call)
            known = self._items.get(key)
            if known is None:
                known = self._items[key] = Items(ordered=False)  # that nobody has put
            self._getting[number] = known.gets()
        elif call.outcome == "unfinished":
            self._lost[call.object] += 1
        elif call.error is not None and call.error.type == "Empty":
            return
        if (permits := self._permits_of(call.object)) is not None:
            permits.releases(self._knowledge.now(lane))

    def got(self, call: Call, lane: int, number: int) -> None:
        key = _item_key(call)
        items = self._items[key]
        puts = items.got(self._getting.pop(number), self._lost.get(call.object, 0))
        if items.spent:
            del self._items[key]
        if call.object not in self._blurred:
            self._knowledge.learn_one_of(lane, puts, "item")

    def task_done(self, call: Call, lane: int, number: int) -> None:
        if call.outcome in ("ok", "unfinished"):
            self._done[call.object].add(self._knowledge.now(lane))

    def joins(self, call: Call, lane: int, number: int) -> None:
        if call.kind == "queue":
            self._to_be_done[number] = self._put[call.object]

    def joined(self, call: Call, lane: int, number: int) -> None:
        if call.kind != "queue":
            self.sees_death(call, lane, number)
        elif call.outcome == "ok":
            needed = self._to_be_done.pop(number)
            self._learn_each(call, lane, self._done[call.object].surely(needed), "done")

    # pools

    def submits(self, call: Call, lane: int, number: int) -> None:
        self._note("submitted", call.values.get("task"), lane)

    def task_starts(self, call: Call, lane: int, number: int) -> None:
        self._knowledge.learn(lane, self._tasks.get(("submitted", _task(call))), "task")

    def task_ends(self, call: Call, lane: int, number: int) -> None:
        self._note("ended", _task(call), lane)

    def callback_begins(self, call: Call, lane: int, number: int) -> None:
        self._knowledge.learn(lane, self._tasks.get(("ended", _task(call))), "callback")

    def callback_ends(self, call: Call, lane: int, number: int) -> None:
        self._note("called", _task(call), lane)

    def _note(self, what: str, task: Any, lane: int) -> None:
        """The first of its name: a second pool of one name would make it unclear which."""
        if isinstance(task, str):
            self._tasks.setdefault((what, task), self._knowledge.now(lane))

    def has_result(self, call: Call, lane: int, number: int) -> None:
        task = call.values.get("task") if call.kind == "pool" else call.object
        if not isinstance(task, str) or family(task.partition(".")[0]) in self._blurred:
            return
        timed_out = call.timed and call.error is not None and call.error.type == "TimeoutError"
        not_ready = call.operation == "ready" and call.values.get("result") is not True
        failed = call.operation in ("ready", "successful", "wait") and call.outcome != "ok"
        if call.outcome in ("ok", "raised") and not (timed_out or not_ready or failed):
            self._knowledge.learn(lane, self._tasks.get(("ended", task)), "result")
            self._knowledge.learn(lane, self._tasks.get(("called", task)), "called")

    # objects that are made in the middle of a run

    def created(self, call: Call, lane: int, number: int) -> None:
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


def _item_key(call: Call) -> tuple[str | None, Hashable]:
    value: Any = item_of(call)
    if type(value) is str:
        return (call.object, value)
    return (call.object, fingerprint(value) if is_lasting(value) else _CHANGEABLE)


_CHANGEABLE = ("changeable",)
"""Stands for every item that can have been changed between its put and when it was pickled."""


def _task(call: Call) -> str:
    named = call.values.get("task")
    return named if isinstance(named, str) else call.actor


_HAPPENED = ("ok", "unfinished")

_ANY_KIND = ""
_Table = dict[tuple[str, str], tuple[Handler, tuple[str, ...]]]

_AT_BEGIN: _Table = {
    ("start", "process"): (Edges.started, _HAPPENED),
    ("terminate", "process"): (Edges.signals, _HAPPENED),
    ("kill", "process"): (Edges.signals, _HAPPENED),
    ("exit", _ANY_KIND): (Edges.exits, ()),
    ("release", "semaphore"): (Edges.gives_permit, _HAPPENED),
    ("acquire", "semaphore"): (Edges.wants_permit, ("ok",)),
    ("release", _ANY_KIND): (Edges.releases, _HAPPENED),
    ("acquire", _ANY_KIND): (Edges.acquires, ("ok",)),
    ("set", "event"): (Edges.sets, _HAPPENED),
    ("clear", "event"): (Edges.clears, ()),
    ("is_set", "event"): (Edges.waits, ()),
    ("wait", _ANY_KIND): (Edges.waits, ()),
    ("notify", _ANY_KIND): (Edges.notifies, ()),
    ("notify_all", _ANY_KIND): (Edges.notifies, ()),
    ("put", "queue"): (Edges.puts, _HAPPENED),
    ("put_nowait", "queue"): (Edges.puts, _HAPPENED),
    ("get", "queue"): (Edges.gets, ()),
    ("get_nowait", "queue"): (Edges.gets, ()),
    ("task_done", "queue"): (Edges.task_done, _HAPPENED),
    ("join", "queue"): (Edges.joins, ("ok",)),
    ("apply", _ANY_KIND): (Edges.submits, ()),
    ("apply_async", _ANY_KIND): (Edges.submits, ()),
    ("task_start", _ANY_KIND): (Edges.task_starts, ()),
    ("task_end", _ANY_KIND): (Edges.task_ends, ()),
    ("callback", _ANY_KIND): (Edges.callback_begins, ()),
    ("create", _ANY_KIND): (Edges.created, ()),
}
"""What an operation does when it begins, by its kind: what it gives. With the outcomes that count, if not all do."""

_AT_END: _Table = {
    ("join", "queue"): (Edges.joined, ("ok",)),
    ("join", _ANY_KIND): (Edges.sees_death, ("ok",)),
    ("is_alive", _ANY_KIND): (Edges.sees_death, ("ok",)),
    ("exitcode", _ANY_KIND): (Edges.sees_death, ("ok",)),
    ("acquire", "semaphore"): (Edges.has_permit, ("ok",)),
    ("release", "semaphore"): (Edges.released, ("",)),
    ("release", _ANY_KIND): (Edges.released, ("ok",)),
    ("acquire", _ANY_KIND): (Edges.acquired, ("ok",)),
    ("set", "event"): (Edges.has_set, ()),
    ("clear", "event"): (Edges.cleared, ("ok",)),
    ("is_set", "event"): (Edges.looks_at_flag, ()),
    ("wait", _ANY_KIND): (Edges.waited, ()),
    ("put", "queue"): (Edges.has_put, ("ok",)),
    ("put_nowait", "queue"): (Edges.has_put, ("ok",)),
    ("get", "queue"): (Edges.got, ("ok",)),
    ("get_nowait", "queue"): (Edges.got, ("ok",)),
    ("get", "result"): (Edges.has_result, ()),
    ("callback", _ANY_KIND): (Edges.callback_ends, ("ok",)),
    ("apply", _ANY_KIND): (Edges.has_result, ()),
    ("ready", _ANY_KIND): (Edges.has_result, ()),
    ("successful", _ANY_KIND): (Edges.has_result, ()),
}
"""What it does when it ends: what it takes."""


def handler_of(call: Call, at: str) -> Handler | None:
    """What an instant of a call that looks so does; None for one that neither gives nor takes."""
    table = _AT_BEGIN if at == "begin" else _AT_END
    name = call.operation
    found = table.get((name, call.kind)) or table.get((name, _ANY_KIND))
    if found is None or (found[1] and call.outcome not in found[1]):
        return None
    return found[0]
