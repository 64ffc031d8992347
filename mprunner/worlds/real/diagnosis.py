"""Why a run could not finish, in a pattern, a sentence or two, and a line for each process that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mprunner.recording.events import Blocked, Call, Diagnosis
from mprunner.worlds.real import missing
from mprunner.worlds.real.blocking import Standing, is_wait, left, lock_wanted, option, waits_for
from mprunner.worlds.real.bringing import bringing_phrase

_MOST_NAMED = 6
_LONG_NS = 200_000_000
"""How long a process must have waited to count as stuck in a run that only its deadline has ended."""


def diagnose(
    standing: Standing, time: int | None, *, stopped: Iterable[str] = (), timed_out: bool = False
) -> Diagnosis:
    """The diagnosis of a run that stood at `time` (ns; None in a model, where nothing takes time) as `standing` says.

    `stopped` are the processes that a signal has stopped. `timed_out` says that it was the deadline that ended the run,
    not the certainty that nothing can go on.
    """
    waiting = {name: call for name, call in standing.waiting.items() if is_wait(call)}
    entered = sorted(waiting.items(), key=_since)
    if timed_out and time is not None:
        # A wait that has only just begun is how a run looks that goes on.
        waiting = {name: call for name, call in waiting.items() if time - call.begin >= _LONG_NS}
    blocked = tuple(_blocked(standing, name, call, stuck=name in waiting) for name, call in entered)
    halted = sorted(stopped)
    if halted:
        return _with(
            blocked, "stopped", f"{_listed(halted)} {_is(halted)} stopped by a signal and can't go on."
        )
    if timed_out:
        if len(waiting) < len([name for name in standing.alive if _counts(standing, name)]):
            return _with(blocked, "unknown", _still_running(standing, waiting))
        if not standing.alive:
            return _with(blocked, "unknown", "Nothing had started when the time was up.")
    for find in _PATTERNS:
        found = find(standing, waiting, time)
        if found is not None:
            pattern, sentence, cycle, about = found
            rest = _rest(standing, waiting, about)
            return _with(blocked, pattern, f"{sentence}{rest}", cycle)
    names = sorted(waiting)
    return _with(
        blocked, "unknown", f"{_listed(names)} {'wait' if len(names) > 1 else 'waits'} for what never comes."
    )


def _with(
    blocked: tuple[Blocked, ...], pattern: str, sentence: str, cycle: tuple[str, ...] = ()
) -> Diagnosis:
    return Diagnosis(pattern, sentence, blocked, cycle)


def _since(entry: tuple[str, Call]) -> tuple[int, str]:
    return entry[1].begin, entry[0]


def _counts(standing: Standing, name: str) -> bool:
    """Whether a live process is one that should be doing something: neither a server nor an idle worker."""
    process = standing.processes.get(name)
    if process is None or process.role == "manager":
        return False
    return process.role != "worker" or name in standing.tasks.values()


def _blocked(standing: Standing, name: str, call: Call, *, stuck: bool) -> Blocked:
    holders = waits_for(standing, name, call)
    dead = tuple(each for each in holders if each not in standing.alive)
    reason = _reason(standing, name, call) if stuck else ""
    return Blocked(name, call.operation, call.object, call.begin, call.site, holders, dead, reason)


def _reason(standing: Standing, name: str, call: Call) -> str:
    others = standing.bringing.get(name)
    if others:
        return f"{_listed(others)} {bringing_phrase(call)}, and {'wait' if len(others) > 1 else 'waits'}, too"
    if call.operation == "exit":
        unread = _unread(standing, name)
        if unread:
            return f"it can't end before what it put into {_listed(unread)} has been read"
        return "it can't end before its child processes do"
    if call.kind == "queue" and call.operation == "get":
        return "nobody is left to put an item" if not left(standing, call.object) else ""
    return missing.what_for(standing, call)


# --- patterns: each gives (pattern, sentence, cycle, whom it speaks of) or None ---

Found = tuple[str, str, tuple[str, ...], frozenset[str]]
Waiting = dict[str, Call]


def _self_lock(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in _ordered(waiting):
        if lock_wanted(call) is not None and name in waits_for(standing, name, call):
            if call.kind == "semaphore" and (
                set(waits_for(standing, name, call)) != {name} or name in standing.bringing
            ):
                continue  # another may give a permit back
            sentence = (
                f"{_waited(name, call, time)}, which it holds itself: {_SELF[call.kind == 'semaphore']}."
            )
            return "self-lock", sentence, (name,), frozenset({name})
    return None


_SELF = {
    False: "a Lock can't be acquired twice, an RLock can",
    True: "it has every permit there is, and nobody else has one to give back",
}


def _deadlock(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for start, _ in _ordered(waiting):
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
                    _waits(name, waiting[name], waits_for(standing, name, waiting[name])) for name in cycle
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
    for start, _ in _ordered(waiting):
        cycle = _way_back(standing, waiting, start)
        if cycle is not None:
            steps = [_waits(name, waiting[name], _holders(standing, name, waiting[name])) for name in cycle]
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
    for name, call in _ordered(waiting):
        holders = waits_for(standing, name, call)
        gone = [each for each in holders if each not in standing.alive]
        if (lock_wanted(call) is not None or call.kind == "condition") and gone:
            how = _how_ended(standing, gone[-1])
            lock = ", and then for its lock" if call.operation == "wait" else ""
            return (
                "dead-holder",
                f"{_waited(name, call, time)}{lock}, held by {gone[-1]}, which {how} without giving it back.",
                (),
                frozenset({name}),
            )
        if call.operation == "get" and call.kind == "queue" and gone:
            how = _how_ended(standing, gone[0])
            cause = (
                f"{gone[0]} {how} while it was getting an item, and holds the queue's reading lock for ever."
            )
            return "dead-holder", f"{_waited(name, call, time)}: {cause}", (), frozenset({name})
    return None


def _task_lost(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    lost = {task: worker for task, worker in standing.tasks.items() if worker not in standing.alive}
    if not lost:
        return None
    for name, call in _ordered(waiting):
        about = str(call.values.get("task") or call.object)
        if call.kind == "pool" and call.operation == "join":
            of_pool = [task for task in lost if standing.submitted.get(task) == call.object]
            about = of_pool[0] if of_pool else ""
        if about in lost:
            how = _how_ended(standing, lost[about])
            sentence = f"{_waited(name, call, time)}: the task {about} was lost with its worker {lost[about]}, which {how}."
            return "task-lost", sentence, (), frozenset({name})
    return None


def _callback_raised(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """The exception in a callback that ended the thread of its pool, or, a KeyError, kept the result of its own task back."""
    for name, call in _ordered(waiting):
        about = str(call.values.get("task") or call.object)
        raised = standing.broken.get(about.partition(".")[0])
        error = None if raised is None else raised.error
        if raised is None or error is None or call.kind not in ("pool", "result"):
            continue
        task = raised.values.get("task")
        if error.type == "KeyError" and about not in (task, raised.object):
            continue
        ended = f"ended the thread of pool `{raised.object}` that takes results"
        if error.type == "KeyError":
            ended = "kept its result back, since the pool takes that for a result that nobody wants"
        sentence = f"{_waited(name, call, time)}: {error.type} in the callback of {task} {ended}"
        return "callback-raised", f"{sentence}.", (), frozenset({name})
    return None


def _callback_waits(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """A result that only the thread could take which is in a callback, and there waits for it."""
    for name, call in _ordered(waiting):
        about = str(call.values.get("task") or call.object)
        within = standing.called.get(about.partition(".")[0])
        if within is None or call.kind not in ("pool", "result") or call.thread != within.thread:
            continue
        sentence = (
            f"{_waited(name, call, time)} in the callback of {within.values.get('task')}: its thread is the one of pool "
            f"`{within.object}` that takes results"
        )
        return "callback-waits", f"{sentence}.", (), frozenset({name})
    return None


def _join_before_drain(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in _ordered(waiting):
        unread = _unread(standing, name)
        if call.operation != "exit" or not unread:
            continue
        joiner = next(
            (other for other, each in _ordered(waiting) if name in waits_for(standing, other, each)), None
        )
        sentence = (
            f"{name} can't end before what it put into {_listed(unread)} has been read, and nobody reads it"
        )
        if joiner is not None:
            sentence += f": {joiner} waits for {name} to end first. Get the items before joining"
        return "join-before-drain", f"{sentence}.", (), frozenset({name, joiner or name})
    return None


def _dead_waiter(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in _ordered(waiting):
        dead = standing.dead_waiters.get(call.object or "")
        if dead is not None and call.kind in ("condition", "event", "barrier") and missing.wakes(call):
            how = _how_ended(standing, dead)
            sentence = (
                f"{_waited(name, call, time)}: {dead} {how} while it waited there. CPython still counts it, and whoever "
                "wakes the waiters waits for it to wake."
            )
            return "dead-waiter", sentence, (), frozenset({name})
    return None


def _missing(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    """What is waited for is not held by anybody, and nobody is left who could bring it about."""
    for name, call in _ordered(waiting):
        found = missing.pattern_of(standing, waiting, call)
        if found is not None:
            pattern, why, others = found
            return pattern, f"{_waited(name, call, time)}{why}.", (), frozenset({name, *others})
    return None


def _nothing_put(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in _ordered(waiting):
        if call.kind == "queue" and call.operation == "get":
            return (
                "nothing-put",
                f"{_waited(name, call, time)}, and nobody is left to put one.",
                (),
                frozenset({name}),
            )
    return None


def _nothing_got(standing: Standing, waiting: Waiting, time: int | None) -> Found | None:
    for name, call in _ordered(waiting):
        if call.kind == "queue" and call.operation == "put":
            return (
                "nothing-got",
                f"{_waited(name, call, time)}, and nobody is left to get an item.",
                (),
                frozenset({name}),
            )
    return None


_PATTERNS: tuple[Callable[[Standing, Waiting, int | None], Found | None], ...] = (
    _dead_waiter,
    _self_lock,
    _dead_holder,
    _task_lost,
    _callback_raised,
    _callback_waits,
    _deadlock,
    _join_before_drain,
    _circle,
    _missing,
    _nothing_put,
    _nothing_got,
)


# --- words ---


def _ordered(waiting: Waiting) -> list[tuple[str, Call]]:
    return sorted(waiting.items(), key=_since)


def _unread(standing: Standing, name: str) -> list[str]:
    return sorted(
        f"`{queue}`"
        for queue in standing.put_by.get(name, ())
        if left(standing, queue) > 0 and option(standing, queue, "type") != "SimpleQueue"
    )


def _waited(name: str, call: Call, time: int | None) -> str:
    if time is None:
        return f"{name} waits {_for_what(call)}"
    return f"{name} waited {_duration(time - call.begin)} {_for_what(call)}"


def _for_what(call: Call) -> str:
    if call.operation == "acquire" and call.kind != "semaphore":
        return f"for `{call.object}`"
    if call.operation in ("read", "write"):
        lock = f", for its lock `{call.values['lock']}`" if "lock" in call.values else ""
        return f"to {call.operation} `{call.object}`{lock}"
    if call.kind == "queue" and call.operation not in ("join", "task_done"):
        return (
            f"for an item of `{call.object}`"
            if call.operation == "get"
            else f"for a free place in `{call.object}`"
        )
    waited = missing.awaited(call)
    if waited is not None:
        return waited
    if call.operation == "join":
        return f"for `{call.object}` to end" if call.kind == "pool" else f"for {call.object} to end"
    if call.operation == "exit":
        return "to end"
    return f"for {call.values.get('task') or call.object}"


def _waits(name: str, call: Call, holders: tuple[str, ...]) -> str:
    held = f", held by {_listed(holders)}" if holders else ""
    if call.operation == "wait" and call.kind == "condition" and holders:
        woken = "whose time is up at" if call.timed else "which was notified of"
        return f"{name}, {woken} `{call.object}`, waits for its lock{held}"
    return f"{name} waits {_for_what(call)}{held if lock_wanted(call) is not None else ''}"


def _rest(standing: Standing, waiting: Waiting, about: frozenset[str]) -> str:
    others = [
        (name, call) for name, call in _ordered(waiting) if name not in about and name not in standing.tasks
    ]
    words = [_waits(name, call, waits_for(standing, name, call)) for name, call in others[:_MOST_NAMED]]
    more = len(others) - _MOST_NAMED
    if more > 0:
        words.append(f"{more} more wait")
    return f" {'; '.join(words)}." if words else ""


def _still_running(standing: Standing, waiting: Waiting) -> str:
    running = sorted(name for name in standing.alive if name not in waiting and _counts(standing, name))
    if not running:
        return "Nothing was left to run, but the run did not end."
    verb = "were" if len(running) > 1 else "was"
    return f"{_listed(running)} {verb} still running.{_rest(standing, waiting, frozenset(running))}"


def _how_ended(standing: Standing, name: str) -> str:
    process = standing.processes.get(name)
    code = None if process is None else process.exitcode
    if code is None:
        return "has ended"
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _listed(names: Iterable[str]) -> str:
    each = list(names)
    if len(each) > _MOST_NAMED:
        each = [*each[:_MOST_NAMED], f"{len(each) - _MOST_NAMED} more"]
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}" if each else "nobody"


def _is(names: list[str]) -> str:
    return "are" if len(names) > 1 else "is"


def _duration(nanoseconds: int) -> str:
    seconds = max(nanoseconds, 0) / 1e9
    return f"{seconds:.1f} s" if seconds >= 0.95 else f"{seconds * 1000:.0f} ms"
