"""`each: A, has: B`: every A has its B after it, before it, anywhere, or directly next to it.

Plain `after`, `before` and `anywhere` are reflexive: an event that is both an A and a B has itself. `next`
and `previous` are strict, and `without: C` forbids a C strictly between the two. `bind` asks for equal
fields. Each direction is one small machine that keeps only what is still open.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import Where
from mprunner.checking.matching import Matcher, task_of, text_value
from mprunner.checking.patterns import fingerprint
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Call, Event

_ACTIVATION, _PARTNER, _BETWEEN = 1, 2, 4

KeyOf = Callable[[Call], Hashable]


def bound_key(fields: tuple[str, ...]) -> KeyOf | None:
    """The key of an event that `bind` compares: the named fields, None when there is none to compare."""
    if not fields:
        return None

    def key(call: Call) -> Hashable:
        return tuple(fingerprint(bound_field(call, name)) for name in fields)

    return key


def bound_field(call: Call, name: str) -> Any:
    """A field of an event by the name that matchers give it."""
    if name == "op":
        return call.operation
    if name in ("process", "actor", "object", "label", "pid"):
        return getattr(call, name)
    if name == "task":
        return task_of(call)
    if name in ("text", "print"):
        return text_value(call)
    if name in ("item", "result"):
        other = "result" if name == "item" else "item"
        return call.values[name] if name in call.values else call.values.get(other)
    if name == "raised":
        return None if call.error is None else call.error.type
    return call.values.get(name)


class Each(Constraint):
    """The common part: counts activations and keeps the first violation, which is put into words only at
    the end.
    """

    __slots__ = ("_activations", "_broken", "_first", "_key", "_partner", "_wanted", "_where")

    def __init__(
        self,
        each: Matcher,
        partner: Matcher,
        *,
        where: Where,
        wanted: bool,
        without: Matcher | None = None,
        bind: tuple[str, ...] = (),
    ) -> None:
        matchers = [each, partner] if without is None else [each, partner, without]
        super().__init__(matchers, wants_all=where in ("next", "previous"))
        self._key = bound_key(bind)
        self._partner = phrase(partner.form)
        self._wanted = wanted
        self._where = where
        self._activations = 0
        self._broken = 0
        self._first: tuple[Event, Event | None] | None = None

    def _break(self, count: int, event: Event, other: Event | None = None) -> None:
        """An activation is broken, and `count - 1` more; `other` is what it must not have, or what came
        instead.
        """
        if self._first is None:
            self._first = (event, other)
        self._broken += count

    def _missing(self, event: Event, suffix: str = "") -> str:
        where = {"anywhere": "before or after it", "next": "right after it", "previous": "right before it"}
        return f"{told(event)} has no {self._partner} {where.get(self._where, self._where + ' it')}{suffix}"

    def _instead(self, other: Event) -> str:
        return f" until {told(other)}"

    def _explain(self, event: Event, other: Event | None) -> tuple[str, tuple[Witness, ...]]:
        if self._wanted:
            has_none = Witness(event, "too early" if self._where == "before" else "has none")
            if other is None:
                return self._missing(event), (has_none,)
            witnesses = [has_none, Witness(other, "came instead")]
            reason = self._missing(event, self._instead(other))
        elif other is event or other is None:
            return f"{told(event)}, which is itself {self._partner}", (Witness(event, "must not have it"),)
        else:
            direct = "directly " if self._where in ("next", "previous") else ""
            words = "before" if other.position < event.position else "after"
            reason = f"{told(event)}, and {direct}{words} it {told(other)}"
            witnesses = [Witness(event, "must not have it"), Witness(other, "there it is")]
        return reason, tuple(sorted(witnesses, key=lambda witness: witness.event.position))

    def _finding(self, end: End, waiting: int, example: Event | None) -> Finding:
        total = self._activations
        if waiting and example is not None:
            if end.complete:
                self._break(waiting, example)
            elif self._first is None:
                reason = self._missing(example, " yet; the run was cut short")
                summary = f"{waiting} of {total} still open"
                return Finding("inconclusive", total, summary, reason, (Witness(example, "still open"),))
        if self._first is not None:
            reason, witnesses = self._explain(*self._first)
            return Finding("broken", total, f"{self._broken} of {total} broken", reason, witnesses)
        return Finding("kept", total, f"{total} of {total}" if total else "never put to the test")


class EachBefore(Each):
    """`where: before`: what is available is the last B since the last C."""

    __slots__ = ("_available",)

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, where="before", **options)
        self._available: dict[Hashable, Event] = {}

    def feed(self, event: Event, mask: int) -> None:
        key = None if self._key is None else self._key(event.call)
        if mask & _ACTIVATION:
            self._activations += 1
            found = event if mask & _PARTNER else self._available.get(key)
            if (found is None) is self._wanted:
                self._break(1, event, found)
        if mask & _BETWEEN:
            self._available.clear()
        if mask & _PARTNER:
            self._available[key] = event

    def finish(self, end: End) -> Finding:
        return self._finding(end, 0, None)


class EachAfter(Each):
    """`where: after` and `anywhere`: activations wait for a B, or, with `has_no`, are armed against one."""

    __slots__ = ("_available", "_waiting")

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, **options)
        self._waiting: dict[Hashable, list[Any]] = {}
        self._available: dict[Hashable, Event] | None = {} if self._where == "anywhere" else None

    def feed(self, event: Event, mask: int) -> None:
        key = None if self._key is None else self._key(event.call)
        waiting = self._waiting
        found: Event | None = None
        if mask & _PARTNER:
            found = event
            if key in waiting:
                first, count = waiting.pop(key)
                if not self._wanted:
                    self._break(count, first, event)
        elif self._available is not None and mask & _ACTIVATION:
            found = self._available.get(key)
        if mask & _BETWEEN:
            self._cut(event)
        if mask & _ACTIVATION:
            self._activations += 1
            if found is not None:
                if not self._wanted:
                    self._break(1, event, found)
            elif key in waiting:
                waiting[key][1] += 1
            else:
                waiting[key] = [event, 1]
        if self._available is not None and mask & _PARTNER:
            self._available[key] = event

    def _cut(self, event: Event) -> None:
        """A C came: what waits gets nothing any more."""
        if self._wanted:
            for first, count in self._waiting.values():
                self._break(count, first, event)
        self._waiting.clear()
        if self._available is not None:
            self._available.clear()

    def finish(self, end: End) -> Finding:
        if not self._wanted:
            return self._finding(end, 0, None)
        waiting = sum(count for _, count in self._waiting.values())
        examples = sorted((first for first, _ in self._waiting.values()), key=lambda one: one.position)
        return self._finding(end, waiting, examples[0] if examples else None)


class EachNext(Each):
    """`where: next` and `previous`: two neighbouring events."""

    __slots__ = ("_last", "_last_mask")

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, **options)
        self._last: Event | None = None
        self._last_mask = 0

    def feed(self, event: Event, mask: int) -> None:
        if self._where == "next":
            if mask & _ACTIVATION:
                self._activations += 1
            if self._last_mask & _ACTIVATION and self._last is not None:
                self._judge(self._last, event, mask)
        elif mask & _ACTIVATION:
            self._activations += 1
            self._judge(event, self._last, self._last_mask)
        self._last, self._last_mask = event, mask

    def _judge(self, event: Event, neighbour: Event | None, mask: int) -> None:
        fits = bool(mask & _PARTNER)
        if fits and neighbour is not None and self._key is not None:
            fits = self._key(event.call) == self._key(neighbour.call)
        if fits is not self._wanted:
            self._break(1, event, neighbour)

    def _instead(self, other: Event) -> str:
        return f", but {told(other)}"

    def finish(self, end: End) -> Finding:
        pending = self._where == "next" and self._wanted and self._last_mask & _ACTIVATION
        return self._finding(end, 1 if pending else 0, self._last)
