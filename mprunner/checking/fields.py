"""Fields of events by the names that matchers give them, and the keys that `bind` compares."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from mprunner.checking.matching import task_of, text_value
from mprunner.checking.patterns import fingerprint
from mprunner.recording.events import Call
from mprunner.recording.shapes import Shapes

__all__ = ["KeyOf", "Keys", "bound_field", "bound_key", "keys_of"]

KeyOf = Callable[[Call], Hashable]


def bound_key(fields: tuple[str, ...]) -> KeyOf | None:
    """The key of an event that `bind` compares: the named fields, None when there is none to compare."""
    if not fields:
        return None

    def key(call: Call) -> Hashable:
        return tuple(fingerprint(bound_field(call, name)) for name in fields)

    return key


class Keys(dict[int, Hashable]):
    """The keys of the calls of a table, by shape, each worked out when it is asked for."""

    __slots__ = ("_key_of", "_table")

    def __init__(self, key_of: KeyOf, table: Shapes) -> None:
        super().__init__()
        self._key_of = key_of
        self._table = table

    def __missing__(self, shape: int) -> Hashable:
        key = self[shape] = self._key_of(self._table.call(shape))
        return key


def keys_of(fields: tuple[str, ...], table: Shapes) -> Keys:
    """The keys that `bind` compares; not for fields that a shape does not tell, which is `pid` alone."""
    key_of = bound_key(fields)
    assert key_of is not None
    return Keys(key_of, table)


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
