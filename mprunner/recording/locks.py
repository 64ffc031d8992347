"""Which lock a call takes or gives back. What is made with a declared lock has its acquires and releases on record as that
lock's; a condition's wait names it.
"""

from __future__ import annotations

from mprunner.recording.events import Call

__all__ = ["gives_lock", "lock_of", "takes_lock"]


def lock_of(call: Call) -> str | None:
    """The declared name of what a call takes or lets go of: of a condition's wait the lock that it was made with."""
    name = call.values.get("lock") if call.operation == "wait" else None
    return name if isinstance(name, str) else call.object


def takes_lock(call: Call) -> bool:
    """Whether the end of a call is where it has the lock (or permit): an acquire, or a condition's wait, in vain or not."""
    if call.operation == "acquire":
        return call.outcome == "ok"
    return _waited(call) and call.end is not None


def gives_lock(call: Call) -> bool:
    """Whether the begin of a call is where it lets go of the lock (or permit): a release, or a condition's wait."""
    if call.operation == "release":
        return call.outcome != "raised"
    return _waited(call)


def _waited(call: Call) -> bool:
    return call.operation == "wait" and call.kind == "condition" and call.outcome != "raised"
