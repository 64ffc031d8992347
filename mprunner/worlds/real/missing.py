"""Waits for what nobody holds: a notification, a set flag, the other parties, a permit, the last item to be done."""

from __future__ import annotations

from collections.abc import Mapping

from mprunner.recording.events import Call
from mprunner.worlds.real.blocking import Standing, option, waits_for, was_woken

__all__ = ["awaited", "pattern_of", "wakes", "what_for"]

Missing = tuple[str, str, frozenset[str]]
"""A pattern, the rest of its sentence, and whom else it speaks of."""


def wakes(call: Call) -> bool:
    """Whether a call wakes those that wait on its object, and waits for them to wake; the last party of a barrier does."""
    return call.operation in ("notify", "notify_all", "set", "reset", "abort") or call.kind == "barrier"


def awaited(call: Call) -> str | None:
    """What a wait for one of these things is for; None for others."""
    about = f"`{call.object}`"
    if call.kind == "condition" and call.operation == "wait":
        return f"to be notified of {about}"
    if call.kind == "event" and call.operation == "wait":
        return f"for {about} to be set"
    if call.kind == "barrier" and call.operation == "wait":
        return f"for the other parties at {about}"
    if call.kind == "semaphore":
        return f"for a permit of {about}"
    if call.kind == "queue" and call.operation == "join":
        return f"for all items of {about} to be done"
    if call.kind in ("condition", "event", "barrier", "queue") and call.operation in _WAKING:
        return f"in `{call.operation}` of {about}"
    return None


_WAKING = ("notify", "notify_all", "set", "clear", "is_set", "reset", "abort", "task_done")


def what_for(standing: Standing, call: Call) -> str:
    """Why such a wait does not end, in a clause for its process alone; empty where nothing is known."""
    if call.kind == "barrier" and call.operation == "wait":
        parties = option(standing, call.object, "parties")
        came = _came(standing.waiting, call)
        return f"{came} of {parties} parties have come" if parties is not None and came < parties else ""
    if call.kind == "condition" and call.operation == "wait":
        if was_woken(standing, call):
            return f"{'its time is up' if call.timed else 'it was notified'}, and it needs the lock"
        return "nobody is left to notify it"
    if call.kind == "event" and call.operation == "wait":
        return "nobody is left to set it"
    if call.kind == "queue" and call.operation == "join":
        return f"{_undone(standing, call)} of its {_put(standing, call)} items were never done"
    if call.kind == "semaphore" and not waits_for(standing, call.process, call):
        return "nobody is left to release one"
    return ""


def pattern_of(standing: Standing, waiting: Mapping[str, Call], call: Call) -> Missing | None:
    """The pattern of a wait that nobody is left to end."""
    find = _FINDERS.get((call.kind, call.operation))
    return None if find is None else find(standing, waiting, call)


def _barrier(standing: Standing, waiting: Mapping[str, Call], call: Call) -> Missing | None:
    parties, came = option(standing, call.object, "parties"), _came(waiting, call)
    if parties is None or came >= parties:
        return None
    others = frozenset(each.process for each in waiting.values() if _same(each, call))
    lacking = f"{parties - came} more, and nobody is left to come"
    return "missing-party", f": {_number(came, 'has', 'have')} come of {parties}. It needs {lacking}", others


def _condition(standing: Standing, waiting: Mapping[str, Call], call: Call) -> Missing | None:
    if was_woken(standing, call):
        return None
    told = standing.told.get(call.object or "")
    why = ", and nobody is left to do it"
    if told is not None and told.begin <= call.begin:
        why += f": {told.process} did, before it waited. A notification that nobody waits for is lost"
    return "lost-wakeup", why, frozenset((call.process,))


def _event(standing: Standing, waiting: Mapping[str, Call], call: Call) -> Missing | None:
    told, cleared = standing.told.get(call.object or ""), standing.cleared.get(call.object or "")
    why = ", and nobody is left to set it"
    if told is not None and cleared is not None and told.begin <= cleared.begin:
        other = "" if told.process == cleared.process else f"{cleared.process} "
        why += f": {told.process} did, and {other}cleared it again"
    return "lost-wakeup", why, frozenset((call.process,))


def _semaphore(standing: Standing, waiting: Mapping[str, Call], call: Call) -> Missing | None:
    if waits_for(standing, call.process, call):
        return None
    return "never-released", ", and nobody is left to release one", frozenset((call.process,))


def _join(standing: Standing, waiting: Mapping[str, Call], call: Call) -> Missing | None:
    undone, put = _undone(standing, call), _put(standing, call)
    if undone <= 0:
        return None
    told = f": {_number(undone, 'was', 'were')} never told to be, of {put} that were put. After each `get` comes a `task_done`"
    return "tasks-not-done", told, frozenset((call.process,))


_FINDERS = {
    ("barrier", "wait"): _barrier,
    ("condition", "wait"): _condition,
    ("event", "wait"): _event,
    ("semaphore", "acquire"): _semaphore,
    ("queue", "join"): _join,
}


def _came(waiting: Mapping[str, Call], call: Call) -> int:
    return sum(1 for each in waiting.values() if _same(each, call))


def _same(one: Call, other: Call) -> bool:
    return (one.kind, one.operation, one.object) == (other.kind, other.operation, other.object)


def _put(standing: Standing, call: Call) -> int:
    return standing.puts.get(call.object or "", 0)


def _undone(standing: Standing, call: Call) -> int:
    return _put(standing, call) - standing.done.get(call.object or "", 0)


def _number(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
