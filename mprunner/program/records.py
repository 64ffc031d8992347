"""Frozen classes with slots that are made quickly: what `dataclass(frozen=True, slots=True)` gives, without its price.

`dataclass` writes and compiles some methods for each class, in about three quarters of a millisecond. A program has over thirty
kinds of node, and every spawned process makes these classes anew before its first step; here their methods are shared.
Making an *instance* takes longer instead, which happens only while compiling and unpickling.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

__all__ = ["Record", "record", "replaced"]

Some = TypeVar("Some")


class Record:
    """The base of all records: values under the names in `__slots__`, equal when all are equal, never changed."""

    __slots__: tuple[str, ...] = ()
    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self.__slots__
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} takes {len(names)} values, not {len(values)}")
        given = {**self.defaults, **dict(zip(names, values, strict=False)), **named}
        if given.keys() != set(names):
            odd = sorted(given.keys() ^ set(names))
            raise TypeError(f"{type(self).__name__}: missing or unknown {', '.join(odd)}")
        for name in names:
            object.__setattr__(self, name, given[name])

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__slots__])

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({inside})"

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} can't be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} can't be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()


def record(cls: type) -> type:
    """A class decorator: annotated names become the fields, in order, a value in the class their default."""
    names = tuple(cls.__annotations__)
    inside = dict(vars(cls))
    defaults = {name: inside.pop(name) for name in names if name in inside}
    for name in ("__dict__", "__weakref__"):
        inside.pop(name, None)
    return type(
        cls.__name__, (Record,), {**inside, "__slots__": names, "__match_args__": names, "defaults": defaults}
    )


def replaced(node: Some, **changes: Any) -> Some:
    """A copy of a record with some values changed."""
    values = {name: getattr(node, name) for name in type(node).__slots__}  # type: ignore[attr-defined]
    return type(node)(**{**values, **changes})
