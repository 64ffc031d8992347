"""Fields of events by the names that matchers give them, and the keys that `bind` compares."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from mprunner.checking.matching import task_of, text_value
from mprunner.checking.patterns import fingerprint
from mprunner.recording.events import Call

__all__ = ["KeyOf", "bound_field", "bound_key"]

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
