"""Plain data that can stand in a state: immutable, hashable, equal exactly for data that behaves alike."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from weakref import WeakValueDictionary

from mprunner.program.plain_data import canonical, copied

__all__ = ["Frozen", "freeze", "thaw"]

_PLAIN = (int, str, bytes, type(None))


class Frozen:
    """A value that `freeze` made: there is one for all values that are alike (1, 1.0 and True are not), so that it is compared by
    identity. Nobody changes what it holds.
    """

    __slots__ = ("__weakref__", "value")

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Frozen({self.value!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return freeze, (self.value,)


_met: WeakValueDictionary[Hashable, Frozen] = WeakValueDictionary()


def freeze(value: Any) -> Any:
    """`value` as a part of a state: itself for an int, a text, bytes or None, else a copy of it as a `Frozen`."""
    if type(value) in _PLAIN:
        return value
    key = canonical(value, {})
    found = _met.get(key)
    if found is None:
        found = _met[key] = Frozen(copied(value, {}))
    return found


def thaw(value: Any) -> Any:
    """What was frozen, as a value of one's own."""
    return copied(value.value, {}) if type(value) is Frozen else value
