"""Who held which lock when, read off the calls of a recording; only as good as a report needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mprunner.recording.events import Call
from mprunner.recording.locks import gives_lock, lock_of, takes_lock
from mprunner.records import record

__all__ = ["Hold", "holds"]


@record
class Hold:
    """`holder` (an actor) had `lock` from `begin` to `end` (nanoseconds; None: to the end of the record)."""

    lock: str
    holder: str
    begin: int
    end: int | None


def holds(calls: Iterable[Call]) -> dict[str, list[Hold]]:
    """The holds of each lock by begin. A lock acquired again by its holder is one hold until as many releases have come.

    A release by another actor ends the oldest hold: a plain Lock may be released by anyone.
    """
    instants: list[tuple[int, int, Call]] = []
    for call in calls:
        if call.object is None:
            continue
        if takes_lock(call) and call.end is not None:
            instants.append((call.end, 1, call))
        if gives_lock(call):
            instants.append((call.begin, 0, call))
    instants.sort(key=lambda instant: instant[:2])
    open_holds: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    found: dict[str, list[Hold]] = defaultdict(list)
    given_back: dict[int, int] = {}
    for time, takes, call in instants:
        lock = lock_of(call) or ""
        holders = open_holds[lock]
        if takes:
            begin, depth = holders.get(call.actor, (time, 0))
            holders[call.actor] = (begin, depth + given_back.pop(call.number, 1))
            continue
        holder = call.actor if call.actor in holders else next(iter(holders), None)
        if holder is None:
            continue
        begin, depth = holders.pop(holder)
        if call.operation == "wait":
            given_back[call.number] = depth  # all of it, and all of it is taken again
        elif depth > 1:
            holders[holder] = (begin, depth - 1)
            continue
        found[lock].append(Hold(lock, holder, begin, time))
    for lock, holders in open_holds.items():
        found[lock].extend(Hold(lock, holder, begin, None) for holder, (begin, _) in holders.items())
    return {lock: sorted(of_it, key=lambda hold: hold.begin) for lock, of_it in found.items() if of_it}
