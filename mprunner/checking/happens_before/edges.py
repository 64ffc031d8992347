"""The edges of happens-before: which instants give, which take, and from which object.

Edges: the order of one thread of execution; a start and what it started; a kill and the death by it; all that a process did
and whoever saw it dead; a release and the acquire that got the lock from it (a condition's wait is both); the releases that
an acquire of a semaphore needed, the gets that a put into a full queue needed; a put and the get of its item, what is
done and a queue's join; a set and who saw it; a notification and who woke; all that come to a barrier and all that leave;
a submission, its task, and who had the result; a pool's workers and its join; a pool's only worker and the next one.
No edge: a put and an `empty()` that is False, puts of different producers, a write and a read of memory, two prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.knowledge import Knowledge
from mprunner.checking.happens_before.lives import Lives
from mprunner.checking.happens_before.locks import Lock, Semaphore
from mprunner.checking.happens_before.meetings import Barrier, Condition, Event
from mprunner.checking.happens_before.queues import Queue, item_key, slotted
from mprunner.checking.happens_before.tasks import Tasks
from mprunner.checking.happens_before.things import Deed, Named, Setting
from mprunner.recording.events import Call

__all__ = ["Deeds", "Edges"]


class Deeds(NamedTuple):
    """What the instants of a call do, for all calls of one operation on one object with one outcome; None: nothing.

    They are given `of` the call's values, or, if `whole`, a call that looks like it, of which the times, the place and the
    thread may be another's; else nothing.
    """

    begin: Deed | None
    end: Deed | None
    of: Callable[[Mapping[str, Any]], Any] | None = None
    whole: bool = False

    def told(self, call: Call) -> Any:
        """What the deeds of this call are given."""
        if self.whole:
            return call
        return None if self.of is None else self.of(call.values)


_Key = tuple[str, str, str, str | None]


class Edges:
    """Teaches the lanes of `knowledge` what objects hand over. What it once said a call does holds for all runs."""

    def __init__(self, knowledge: Knowledge, declared: Declared) -> None:
        setting = Setting(knowledge, declared, set())
        self._blurred = setting.blurred
        self.lives = Lives(setting)
        self.tasks = Tasks(setting)
        self.locks = Named(Lock, setting)
        self.semaphores = Named(Semaphore, setting)
        self.queues = Named(Queue, setting)
        self.events = Named(Event, setting)
        self.conditions = Named(partial(Condition, locks=self.locks), setting)
        self.barriers = Named(Barrier, setting)
        self._parts = (
            self.lives, self.tasks, self.locks, self.semaphores, self.queues, self.events, self.conditions, self.barriers,
        )  # fmt: skip
        self._deeds: dict[_Key, Deeds] = {}

    def begin_again(self) -> None:
        """Before another run: all objects are new."""
        self._blurred.clear()
        for part in self._parts:
            part.begin_again()

    def deeds(self, call: Call) -> Deeds:
        """What the instants of such a call do."""
        key = (call.operation, call.kind, call.outcome, call.object)
        found = self._deeds.get(key)
        if found is None:
            found = self._deeds[key] = self._deeds_of(call)
        return found

    def _deeds_of(self, call: Call) -> Deeds:
        make = _TABLE.get((call.operation, call.kind)) or _TABLE.get((call.operation, ""))
        if make is None or call.outcome not in make.outcomes:
            return Deeds(None, None)
        return make.deeds(self, call)


def _queue_put(edges: Edges, call: Call) -> Deeds:
    queue, ends = edges.queues[call.object], call.outcome == "ok"
    if queue.is_bounded:
        has_put = queue.has_put_into_slot if ends else None
        return Deeds(queue.puts_into_slot, has_put, partial(slotted, ends=ends))
    return Deeds(queue.puts, queue.has_put if ends else None, item_key)


def _queue_get(edges: Edges, call: Call) -> Deeds:
    queue = edges.queues[call.object]
    if call.outcome != "ok":
        return Deeds(queue.gets_in_vain, None, whole=True)
    return Deeds(queue.gets_from_slot if queue.is_bounded else queue.gets, queue.got, item_key)


def _callback(edges: Edges, call: Call) -> Deeds:
    ends = edges.tasks.callback_ends if call.outcome == "ok" else None
    return Deeds(edges.tasks.callback_begins, ends, whole=True)


def _task_done(edges: Edges, call: Call) -> Deeds:
    return Deeds(edges.queues[call.object].task_done, None)


def _queue_join(edges: Edges, call: Call) -> Deeds:
    queue = edges.queues[call.object]
    return Deeds(queue.joins, queue.joined)


def _release(edges: Edges, call: Call) -> Deeds:
    if call.kind == "semaphore":
        return Deeds(edges.semaphores[call.object].releases, None)
    lock = edges.locks[call.object]
    return Deeds(lock.releases, lock.released if call.outcome == "ok" else None)


def _acquire(edges: Edges, call: Call) -> Deeds:
    if call.kind == "semaphore":
        semaphore = edges.semaphores[call.object]
        return Deeds(semaphore.acquires, semaphore.acquired)
    lock = edges.locks[call.object]
    return Deeds(lock.acquires, lock.acquired)


def _event(edges: Edges, call: Call) -> Deeds:
    event = edges.events[call.object]
    begin, end = {
        "set": (event.sets, event.has_set),
        "clear": (event.clears, event.cleared if call.outcome == "ok" else None),
        "is_set": (event.looks, event.looked),
        "wait": (event.looks, event.waited),
    }[call.operation]
    return Deeds(begin, end, whole=True)


def _condition_wait(edges: Edges, call: Call) -> Deeds:
    condition = edges.conditions[call.object]
    return Deeds(condition.waits, condition.waited, whole=True)


def _notify(edges: Edges, call: Call) -> Deeds:
    return Deeds(edges.conditions[call.object].notifies, None, whole=True)


def _barrier_wait(edges: Edges, call: Call) -> Deeds:
    barrier = edges.barriers[call.object]
    return Deeds(barrier.waits, barrier.waited, whole=True)


def _whole(begin: Callable[[Edges], Deed] | None, end: Callable[[Edges], Deed] | None = None) -> _Make:
    """Deeds that are those of one object, whichever the call is on, and look at the call."""

    def make(edges: Edges, call: Call) -> Deeds:
        return Deeds(begin and begin(edges), end and end(edges), whole=True)

    return make


_Make = Callable[[Edges, Call], Deeds]


class _Entry(NamedTuple):
    """What an operation does if it has one of these outcomes."""

    deeds: _Make
    outcomes: tuple[str, ...] = ("ok", "unfinished", "refused", "raised")


_HAPPENED = ("ok", "unfinished")
_NOT_RAISED = ("ok", "unfinished", "refused")
_OK = ("ok",)
_SEES_DEATH = _Entry(_whole(None, lambda edges: edges.lives.sees_death), _OK)
_SIGNALS = _Entry(_whole(lambda edges: edges.lives.signals), _HAPPENED)
_HAS_RESULT = _Entry(_whole(None, lambda edges: edges.tasks.has_result))

_TABLE: dict[tuple[str, str], _Entry] = {
    ("start", "process"): _Entry(_whole(lambda edges: edges.lives.started), _HAPPENED),
    ("terminate", "process"): _SIGNALS,
    ("kill", "process"): _SIGNALS,
    ("exit", ""): _Entry(_whole(lambda edges: edges.lives.exits)),
    ("create", ""): _Entry(_whole(lambda edges: edges.lives.created)),
    ("join", ""): _SEES_DEATH,
    ("is_alive", ""): _SEES_DEATH,
    ("exitcode", ""): _SEES_DEATH,
    ("acquire", ""): _Entry(_acquire, _OK),
    ("release", ""): _Entry(_release, _HAPPENED),
    ("put", "queue"): _Entry(_queue_put, _HAPPENED),
    ("put_nowait", "queue"): _Entry(_queue_put, _HAPPENED),
    ("get", "queue"): _Entry(_queue_get),
    ("get_nowait", "queue"): _Entry(_queue_get),
    ("task_done", "queue"): _Entry(_task_done, _HAPPENED),
    ("join", "queue"): _Entry(_queue_join, _OK),
    ("set", "event"): _Entry(_event, _HAPPENED),
    ("clear", "event"): _Entry(_event),
    ("is_set", "event"): _Entry(_event, _NOT_RAISED),
    ("wait", "event"): _Entry(_event, _NOT_RAISED),
    ("wait", "condition"): _Entry(_condition_wait, _NOT_RAISED),
    ("notify", ""): _Entry(_notify, _HAPPENED),
    ("notify_all", ""): _Entry(_notify, _HAPPENED),
    ("wait", "barrier"): _Entry(_barrier_wait, _NOT_RAISED),
    ("wait", "result"): _HAS_RESULT,
    ("get", "result"): _HAS_RESULT,
    ("apply", ""): _Entry(_whole(lambda edges: edges.tasks.submits, lambda edges: edges.tasks.has_result)),
    ("apply_async", ""): _Entry(_whole(lambda edges: edges.tasks.submits)),
    ("ready", ""): _HAS_RESULT,
    ("successful", ""): _HAS_RESULT,
    ("task_start", ""): _Entry(_whole(lambda edges: edges.tasks.starts)),
    ("callback", ""): _Entry(_callback),
    ("task_end", ""): _Entry(_whole(lambda edges: edges.tasks.ends)),
}
"""What an operation on a kind of object does; an empty kind: on any other."""
