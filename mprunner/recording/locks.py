"""Which lock a call takes or gives back: a condition's calls are those of its lock."""

from __future__ import annotations

from mprunner.recording.events import Call

__all__ = ["gives_lock", "lock_of", "takes_lock"]


def lock_of(call: Call) -> str | None:
    """The declared name of what a call holds or lets go of: of a condition the lock that it was made with, if it has a name."""
    name = call.values.get("lock") if call.kind == "condition" else None
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
