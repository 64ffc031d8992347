"""`per: process | task | actor | object`: the promise holds of each group of events by itself.

A group is there as soon as one of the promise's matchers selects an event of it: `per: process` speaks of
each process that does such a thing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from mprunner.checking.blocks.eyes import Eyes
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.combined import combine
from mprunner.checking.constraint import Constraint, End, Finding, Make
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

    __slots__ = ("_aspect", "_groups", "_key", "_kind", "_make", "aspect_varies")

    def __init__(self, make: Make, kind: PerKind) -> None:
        inner = make()
        super().__init__(inner.matchers, wants_all=inner.wants_all)
        self._make = make
        self._aspect = inner.aspect
        self.aspect_varies = kind == "task" or inner.aspect_varies
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

    def feed_block(self, sight: Sight) -> None:
        eyes, row = sight.eyes, sight.row
        keys = dict.fromkeys(eyes.aspects[one][0] for one in sight.seen)  # type: ignore[index]
        starts: dict[str, int] = {}
        for key in keys:
            if key is not None and key not in self._groups:
                # A group is there from the first event on that a matcher selects.
                first = Sight(row, self._eyes_of(key, sight)).first(-1)
                if first >= 0:
                    starts[key] = first
        for key in sorted(starts, key=starts.__getitem__):
            self._groups[key] = self._make()
        for key in keys:
            group = self._groups.get(key)
            if group is not None:
                start = starts.get(key, 0)
                part = row.part(start, len(sight)) if start else row
                own = Sight(part, self._eyes_of(key, sight))
                if own.seen:
                    group.feed_block(own)

    def _eyes_of(self, key: str, sight: Sight) -> Eyes:
        """What a group sees, which is those of the events that have its key."""

        def see(mask: int, always: bool, aspect: Hashable) -> tuple[int, bool, Hashable] | None:
            assert isinstance(aspect, tuple)
            return (mask, always, aspect[1]) if aspect[0] == key else None

        return sight.eyes.derived(key, see)

    def aspect(self, call: Call) -> Hashable:
        return (self._key(call), self._aspect(call))

    def memory(self) -> Hashable:
        found = {key: group.memory() for key, group in self._groups.items()}
        return None if None in found.values() else frozenset(found.items())

    def finish(self, end: End) -> Finding:
        findings: list[Finding] = []
        for name, group in self._groups.items():
            found = group.finish(end)
            reason = found.reason
            if reason and len(self._groups) > 1 and not reason.startswith(f"{name} "):
                reason = f"{name}: {reason}"
            proven = found.proven and found.status == "broken"
            findings.append(replaced(found, reason=reason, final=False, proven=proven))
        return combine(findings, _PLURALS[self._kind])
