"""Children that their parent leaves behind: when its own steps are over it has neither joined nor ended them."""

from __future__ import annotations

from mprunner.recording.events import Call, Recording

__all__ = ["leaked"]

_ENDS = frozenset({"terminate", "kill"})


def leaked(recording: Recording) -> frozenset[str]:
    """The processes that may still run when the steps of their parent are over.

    What CPython does then (it waits for children, and terminates daemons) is no join of the parent's own. A child that a parent
    saw ended, or was told to end, is not left behind.
    """
    over = {call.process: call.begin for call in recording.calls if call.operation == "exit"}
    settled = {
        (call.process, call.object)
        for call in recording.calls
        if call.kind == "process"
        and call.process in over
        and call.begin < over[call.process]
        and _settles(call)
    }
    return frozenset(
        child.name
        for child in recording.processes
        if child.role == "process" and child.parent in over and (child.parent, child.name) not in settled
    )


def _settles(call: Call) -> bool:
    """Whether after this call its process need not care for the other any more."""
    if call.outcome != "ok":
        return False
    if call.operation == "is_alive":
        return call.values.get("result") is False
    if call.operation == "exitcode":
        return call.values.get("result") is not None
    return call.operation == "join" or call.operation in _ENDS
