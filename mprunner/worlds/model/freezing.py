"""Plain data that can stand in a state: immutable, hashable, equal exactly for data that behaves alike."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from mprunner.program.plain_data import canonical, copied

__all__ = ["Frozen", "freeze", "thaw"]

_PLAIN = (int, str, bytes, type(None))


class Frozen:
    """A value with the key by which it is compared: 1, 1.0 and True are three values here. Nobody changes what it holds."""

    __slots__ = ("_hash", "key", "value")

    def __init__(self, value: Any, key: Hashable) -> None:
        self.value = value
        self.key = key
        self._hash = hash(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frozen) and other.key == self.key

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Frozen({self.value!r})"


def freeze(value: Any) -> Any:
    """`value` as a part of a state: itself for an int, a text, bytes or None, else a copy of it as a `Frozen`."""
    return value if type(value) in _PLAIN else Frozen(copied(value, {}), canonical(value, {}))


def thaw(value: Any) -> Any:
    """What was frozen, as a value of one's own."""
    return copied(value.value, {}) if type(value) is Frozen else value
