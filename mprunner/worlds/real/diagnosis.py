"""Why a run could not finish, in a pattern, a sentence or two, and a line for each process that waits."""

from __future__ import annotations

from collections.abc import Iterable

from mprunner.recording.events import Blocked, Call, Diagnosis
from mprunner.worlds.real import missing
from mprunner.worlds.real.blocking import Standing, ends_pool, is_wait, left, waits_for
from mprunner.worlds.real.bringing import bringing_phrase
from mprunner.worlds.real.hang_patterns import PATTERNS
from mprunner.worlds.real.hang_words import (
    counts,
    is_or_are,
    listed,
    others_waiting,
    since,
    still_running,
    unread_by,
)

_LONG_NS = 200_000_000
"""How long a process must have waited to count as stuck in a run that only its deadline has ended."""


def diagnose(
    standing: Standing, time: int | None, *, stopped: Iterable[str] = (), timed_out: bool = False
) -> Diagnosis:
    """The diagnosis of a run that stood at `time` (ns; None in a model, where nothing takes time) as `standing` says.

    `stopped` are the processes that a signal has stopped. `timed_out` says that it was the deadline that ended the run,
    not the certainty that nothing can go on.
    """
    waiting = {
        name: call
        for name, call in standing.waiting.items()
        if is_wait(call) or (standing.hung and ends_pool(call))
    }
    entered = sorted(waiting.items(), key=since)
    if timed_out and time is not None:
        # A wait that has only just begun is how a run looks that goes on.
        waiting = {name: call for name, call in waiting.items() if time - call.begin >= _LONG_NS}
    blocked = tuple(_blocked(standing, name, call, stuck=name in waiting) for name, call in entered)
    halted = sorted(stopped)
    if halted:
        return _with(
            blocked, "stopped", f"{listed(halted)} {is_or_are(halted)} stopped by a signal and can't go on."
        )
    if timed_out:
        if len(waiting) < len([name for name in standing.alive if counts(standing, name)]):
            return _with(blocked, "unknown", still_running(standing, waiting))
        if not standing.alive:
            return _with(blocked, "unknown", "Nothing had started when the time was up.")
    for find in PATTERNS:
        found = find(standing, waiting, time)
        if found is not None:
            pattern, sentence, cycle, about = found
            rest = others_waiting(standing, waiting, about)
            return _with(blocked, pattern, f"{sentence}{rest}", cycle)
    names = sorted(waiting)
    return _with(
        blocked, "unknown", f"{listed(names)} {'wait' if len(names) > 1 else 'waits'} for what never comes."
    )


def _with(
    blocked: tuple[Blocked, ...], pattern: str, sentence: str, cycle: tuple[str, ...] = ()
) -> Diagnosis:
    return Diagnosis(pattern, sentence, blocked, cycle)


def _blocked(standing: Standing, name: str, call: Call, *, stuck: bool) -> Blocked:
    holders = waits_for(standing, name, call)
    dead = tuple(each for each in holders if each not in standing.alive)
    reason = _reason(standing, name, call) if stuck else ""
    return Blocked(name, call.operation, call.object, call.begin, call.site, holders, dead, reason)


def _reason(standing: Standing, name: str, call: Call) -> str:
    others = standing.bringing.get(name)
    if others:
        return f"{listed(others)} {bringing_phrase(call)}, and {'wait' if len(others) > 1 else 'waits'}, too"
    if call.operation == "exit":
        unread = unread_by(standing, name)
        if unread:
            return f"it can't end before what it put into {listed(unread)} has been read"
        return "it can't end before its child processes do"
    if call.kind == "queue" and call.operation == "get":
        return "nobody is left to put an item" if not left(standing, call.object) else ""
    return missing.what_for(standing, call)
