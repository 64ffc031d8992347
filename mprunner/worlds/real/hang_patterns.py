"""The patterns of hangs: each looks for one, and gives (pattern, sentence, cycle, whom it speaks of) or None."""

from __future__ import annotations

from collections.abc import Callable

from mprunner.recording.events import Call
from mprunner.worlds.real import missing
from mprunner.worlds.real.blocking import Standing, ends_pool, lock_wanted, waits_for
from mprunner.worlds.real.bringing import bringing_phrase
from mprunner.worlds.real.hang_words import Waiting, how_ended, listed, ordered, unread_by, waited, waits

__all__ = ["PATTERNS"]

Found = tuple[str, str, tuple[str, ...], frozenset[str]]


def _self_lock(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in ordered(waiting):
        if lock_wanted(call) is not None and name in waits_for(standing, name, call):
            if call.kind == "semaphore" and (
                set(waits_for(standing, name, call)) != {name} or name in standing.bringing
            ):
                continue  # another may give a permit back
            sentence = (
                f"{waited(name, call, time)}, which it holds itself: {_SELF[call.kind == 'semaphore']}."
            )
            return "self-lock", sentence, (name,), frozenset({name})
    return None


_SELF = {
    False: "a Lock can't be acquired twice, an RLock can",
    True: "it has every permit there is, and nobody else has one to give back",
}


def _deadlock(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for start, _ in ordered(waiting):
        path: list[str] = [start]
        while True:
            call = waiting.get(path[-1])
            following = (
                []
                if call is None
                else [each for each in _holders(standing, path[-1], call) if each in waiting]
            )
            if not following:
                break
            if following[0] in path:
                cycle = path[path.index(following[0]) :]
                steps = [
                    waits(name, waiting[name], waits_for(standing, name, waiting[name])) for name in cycle
                ]
                return "deadlock", f"{', and '.join(steps)}.", tuple(cycle), frozenset(cycle)
            path.append(following[0])
    return None


def _holders(standing: Standing, name: str, call: Call) -> tuple[str, ...]:
    """Who holds what a process waits for; not who took a permit that others would release."""
    if call.kind == "semaphore" and name in standing.bringing:
        return ()
    return waits_for(standing, name, call)


def _circle(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """A circle of processes some of which wait for what another would do, not for what it holds."""
    for start, _ in ordered(waiting):
        cycle = _way_back(standing, waiting, start)
        if cycle is not None:
            steps = [waits(name, waiting[name], _holders(standing, name, waiting[name])) for name in cycle]
            for place, name in enumerate(cycle):
                following = cycle[(place + 1) % len(cycle)]
                if following in standing.bringing.get(name, ()):
                    steps[place] += f", which {following} {bringing_phrase(waiting[name])}"
            return "deadlock", f"{', and '.join(steps)}.", cycle, frozenset(cycle)
    return None


def _way_back(standing: Standing, waiting: Waiting, start: str) -> tuple[str, ...] | None:
    """A shortest circle from a process back to it."""
    paths: dict[str, tuple[str, ...]] = {start: (start,)}
    for name in (queue := [start]):
        following = _without_whom(standing, name, waiting[name])
        if start in following:
            return paths[name]
        for other in following:
            if other in waiting and other not in paths:
                paths[other] = (*paths[name], other)
                queue.append(other)
    return None


def _without_whom(standing: Standing, name: str, call: Call) -> tuple[str, ...]:
    """Those without whom a wait does not end: who holds it, or would bring it about. A permit need not be given back by who
    took it: where it is known who would release one, these count.
    """
    would = standing.bringing.get(name, ())
    if call.kind == "semaphore" and would:
        return would
    return (*waits_for(standing, name, call), *would)


def _dead_holder(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in ordered(waiting):
        holders = waits_for(standing, name, call)
        gone = [each for each in holders if each not in standing.alive]
        if (lock_wanted(call) is not None or call.kind == "condition") and gone:
            how = how_ended(standing, gone[-1])
            lock = ", and then for its lock" if call.operation == "wait" else ""
            return (
                "dead-holder",
                f"{waited(name, call, time)}{lock}, held by {gone[-1]}, which {how} without giving it back.",
                (),
                frozenset({name}),
            )
        if call.operation == "get" and call.kind == "queue" and gone:
            how = how_ended(standing, gone[0])
            cause = (
                f"{gone[0]} {how} while it was getting an item, and holds the queue's reading lock for ever."
            )
            return "dead-holder", f"{waited(name, call, time)}: {cause}", (), frozenset({name})
    return None


def _asked_for(call: Call) -> str:
    """The task whose result a call waits for; else what it is called on."""
    return str(call.values.get("task") or call.object)


def _pool_of(call: Call) -> str:
    """The pool that a call waits for, or for a task of which."""
    return _asked_for(call).partition(".")[0]


def _task_lost(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    lost = {task: worker for task, worker in standing.tasks.items() if worker not in standing.alive}
    if not lost:
        return None
    for name, call in ordered(waiting):
        about = _asked_for(call)
        if call.kind == "pool" and call.operation == "join":
            of_pool = [task for task in lost if standing.submitted.get(task) == call.object]
            about = of_pool[0] if of_pool else ""
        if about in lost:
            how = how_ended(standing, lost[about])
            sentence = f"{waited(name, call, time)}: the task {about} was lost with its worker {lost[about]}, which {how}."
            return "task-lost", sentence, (), frozenset({name})
    return None


def _nested_pool(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """A task given to the copy of a pool that a fork made: its workers and threads are those of the process that made it."""
    for name, call in ordered(waiting):
        if call.kind not in ("pool", "result"):
            continue
        pool = _pool_of(call)
        makers = {each.parent for each in standing.processes.values() if each.name.startswith(f"{pool}[")}
        if makers and name not in makers:
            maker = listed(sorted(each for each in makers if each is not None))
            sentence = f"{waited(name, call, time)}: {name} has a copy of pool `{pool}`, whose workers serve only {maker}."
            return "nested-pool", sentence, (), frozenset({name})
    return None


def _callback_raised(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """The exception in a callback that ended the thread of its pool, or, a KeyError, kept the result of its own task back."""
    for name, call in ordered(waiting):
        raised = standing.broken.get(_pool_of(call))
        error = None if raised is None else raised.error
        if raised is None or error is None or call.kind not in ("pool", "result") or ends_pool(call):
            continue
        task = raised.values.get("task")
        if error.type == "KeyError" and _asked_for(call) not in (task, raised.object):
            continue
        ended = f"ended the thread of pool `{raised.object}` that takes results"
        if error.type == "KeyError":
            ended = "kept its result back, since the pool takes that for a result that nobody wants"
        sentence = f"{waited(name, call, time)}: {error.type} in the callback of {task} {ended}"
        return "callback-raised", f"{sentence}.", (), frozenset({name})
    return None


def _callback_waits(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """A result that only the thread could take which is in a callback, and there waits for it."""
    for name, call in ordered(waiting):
        within = standing.called.get(_pool_of(call))
        if within is None or call.kind not in ("pool", "result") or call.thread != within.thread:
            continue
        sentence = (
            f"{waited(name, call, time)} in the callback of {within.values.get('task')}: its thread is the one of pool "
            f"`{within.object}` that takes results"
        )
        return "callback-waits", f"{sentence}.", (), frozenset({name})
    return None


def _sender_died(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """The exception in a callback of a task that could not be sent: who ends the pool needs a lock that an idle worker has, until
    the pool's thread, which is dead, tells it to go.
    """
    for name, call in ordered(waiting):
        for pool, raised in standing.broken.items():
            if raised.process != name or raised.error is None:
                continue
            alone = all(each == name or each.startswith(f"{pool}[") for each in standing.alive)
            if not (ends_pool(call) and call.object == pool) and not (call.operation == "exit" and alone):
                continue
            sentence = (
                f"{waited(name, call, time)}: {raised.error.type} in the callback of {raised.values.get('task')} ended the "
                f"thread of pool `{pool}` that sends tasks, and a worker keeps their lock until that tells it to go"
            )
            return "callback-raised", f"{sentence}.", (), frozenset({name})
    return None


def _join_before_drain(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in ordered(waiting):
        unread = unread_by(standing, name)
        if call.operation != "exit" or not unread:
            continue
        joiner = next(
            (other for other, each in ordered(waiting) if name in waits_for(standing, other, each)), None
        )
        sentence = (
            f"{name} can't end before what it put into {listed(unread)} has been read, and nobody reads it"
        )
        if joiner is not None:
            sentence += f": {joiner} waits for {name} to end first. Get the items before joining"
        return "join-before-drain", f"{sentence}.", (), frozenset({name, joiner or name})
    return None


def _dead_waiter(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in ordered(waiting):
        dead = standing.dead_waiters.get(call.object or "")
        if dead is not None and call.kind in ("condition", "event", "barrier") and missing.wakes(call):
            how = how_ended(standing, dead)
            sentence = (
                f"{waited(name, call, time)}: {dead} {how} while it waited there. CPython still counts it, and whoever "
                "wakes the waiters waits for it to wake."
            )
            return "dead-waiter", sentence, (), frozenset({name})
    return None


def _missing(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """What is waited for is not held by anybody, and nobody is left who could bring it about."""
    for name, call in ordered(waiting):
        found = missing.pattern_of(standing, waiting, call)
        if found is not None:
            pattern, why, others = found
            return pattern, f"{waited(name, call, time)}{why}.", (), frozenset({name, *others})
    return None


def _nothing_put(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in ordered(waiting):
        if call.kind == "queue" and call.operation == "get":
            return (
                "nothing-put",
                f"{waited(name, call, time)}, and nobody is left to put one.",
                (),
                frozenset({name}),
            )
    return None


def _nothing_got(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in ordered(waiting):
        if call.kind == "queue" and call.operation == "put":
            return (
                "nothing-got",
                f"{waited(name, call, time)}, and nobody is left to get an item.",
                (),
                frozenset({name}),
            )
    return None


PATTERNS: tuple[Callable[[Standing, Waiting, int | None], Found | None], ...] = (
    _dead_waiter,
    _self_lock,
    _dead_holder,
    _task_lost,
    _nested_pool,
    _callback_raised,
    _callback_waits,
    _sender_died,
    _deadlock,
    _join_before_drain,
    _circle,
    _missing,
    _nothing_put,
    _nothing_got,
)
