"""`per: process | task | actor | object`: the promise holds of each group of events by itself.

A group is there as soon as one of the promise's matchers selects an event of it: `per: process` speaks of
each process that does such a thing at all.
"""

from __future__ import annotations

from collections.abc import Callable

from mprunner.checking.constraint import Constraint, End, Finding, Make, combine
from mprunner.checking.forms import PerKind
from mprunner.checking.matching import task_of
from mprunner.recording.events import Call, Event
from mprunner.records import replaced

_KEYS: dict[str, Callable[[Call], str | None]] = {
    "process": lambda call: call.process,
    "actor": lambda call: call.actor,
    "object": lambda call: call.object,
    "task": task_of,
}


def group_key(kind: PerKind) -> Callable[[Call], str | None]:
    """What tells the group of an event, None for one that belongs to none; for `run` there is one group."""
    return _KEYS.get(kind, lambda call: "run")


_PLURALS = {"process": "processes", "actor": "actors", "object": "objects", "task": "tasks"}


class Per(Constraint):
    """Events that belong to no group (no object, no task) are left out."""

    __slots__ = ("_groups", "_key", "_kind", "_make")

    def __init__(self, make: Make, kind: PerKind) -> None:
        inner = make()
        super().__init__(inner.matchers, wants_all=inner.wants_all)
        self._make = make
        self._kind = kind
        self._key = _KEYS[kind]
        self._groups: dict[str, Constraint] = {}

    def feed(self, event: Event, mask: int) -> None:
        key = self._key(event.call)
        if key is None:
            return
        group = self._groups.get(key)
        if group is None:
            if not mask:
                return
            group = self._groups[key] = self._make()
        group.feed(event, mask)

    def finish(self, end: End) -> Finding:
        findings: list[Finding] = []
        for name, group in self._groups.items():
            found = group.finish(end)
            reason = found.reason
            if reason and len(self._groups) > 1 and not reason.startswith(f"{name} "):
                reason = f"{name}: {reason}"
            findings.append(replaced(found, reason=reason, final=False))
        return combine(findings, _PLURALS[self._kind])
