"""Who would bring about what a stuck process waits for, if it were not stuck itself: told from the steps ahead of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mprunner.program.ahead import Begun, ahead, begun
from mprunner.program.declarations import Program
from mprunner.recording.events import Call

__all__ = ["Bringing", "bringing", "bringing_phrase"]

Bringing = Mapping[str, tuple[str, ...]]
"""Process that waits -> those that also wait, and would do it after that."""

_BY: dict[tuple[str, str], tuple[frozenset[str], str]] = {
    ("semaphore", "acquire"): (frozenset({"release"}), "would release"),
    ("queue", "get"): (frozenset({"put", "put_nowait"}), "would put"),
    ("queue", "put"): (frozenset({"get", "get_nowait"}), "would get"),
    ("queue", "join"): (frozenset({"task_done"}), "would tell to be done"),
    ("event", "wait"): (frozenset({"set"}), "would set"),
    ("condition", "wait"): (frozenset({"notify", "notify_all"}), "would notify"),
}
"""What is waited for -> the operations that bring it about, and how that is told."""


def bringing(program: Program, waiting: Mapping[str, Call], calls: Iterable[Call] = ()) -> Bringing:
    """For each process in `waiting`, with the operation that it is in: who else there would end that wait, in order of name.

    `calls` tell what each was given at its begin.
    """
    begins = {call.process: call for call in calls if call.operation == "begin" and call.process in waiting}
    still = {
        name: ahead(program, call.operation, call.site, _begun(program, begins.get(name)))
        for name, call in waiting.items()
        if call.site is not None and call.operation != "exit"
    }
    found = {}
    for name, call in waiting.items():
        wanted, _ = _BY.get((call.kind, call.operation), (frozenset[str](), ""))
        others = sorted(
            other
            for other, operations in still.items()
            if other != name and any((each, call.object) in operations for each in wanted)
        )
        if others:
            found[name] = tuple(others)
    return found


def _begun(program: Program, begin: Call | None) -> Begun | None:
    declared = None if begin is None else program.process(begin.process.partition("[")[0])
    if begin is None or declared is None or declared.target is None:
        return None
    values = begin.values
    return begun(program, declared.target, tuple(values.get("args") or ()), dict(values.get("kwargs") or {}))


def bringing_phrase(call: Call) -> str:
    """`would release`, of who would end this wait."""
    return _BY[call.kind, call.operation][1]
