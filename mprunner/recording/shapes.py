"""What a checker can see of a call, save its place and time, as a small number: the call's *shape*.

A record has many calls and few shapes, so whoever asks something of each call asks it once for each shape instead.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from operator import attrgetter
from typing import Any

from mprunner.recording.events import Call
from mprunner.recording.shown import ErrorShown, Part, Shown

__all__ = ["Lane", "Shapes"]

Lane = tuple[str, int, int]
"""A thread of execution: process, pid, thread."""

_seen = attrgetter(
    "operation", "process", "object", "actor", "kind", "outcome", "site", "label", "timed", "error"
)
_lane = attrgetter("process", "pid", "thread")


class Shapes:
    """A table that grows: numbers for the shapes of calls, and for the threads that they ran in. Runs may share one.

    Equal calls have equal numbers, wherever and whenever they were made: process, actor, operation, object, kind, outcome,
    values, error, site, label and `timed` are compared, with types (1, 1.0 and True differ). A call with a value that can't be
    compared so has a number of its own.
    """

    __slots__ = ("_calls", "_lanes", "_numbers", "lanes")

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._calls: list[Call] = []
        self._lanes: dict[Lane, int] = {}
        self.lanes: list[Lane] = []
        """The threads, by number."""

    def __len__(self) -> int:
        return len(self._calls)

    def of(self, call: Call) -> int:
        """The number of the call's shape; a new one when there was no call like it."""
        key: Hashable = _seen(call)
        if call.values:
            try:
                key = (key, _values_key(call.values))
                number = self._numbers.get(key)
            except (TypeError, RecursionError):
                return self._new(call)
        else:
            number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._new(call)
        return number

    def call(self, number: int) -> Call:
        """A call of that shape. Its times, place and thread mean nothing."""
        return self._calls[number]

    def lane(self, call: Call) -> int:
        """The number of the thread that did the call."""
        key: Lane = _lane(call)
        number = self._lanes.get(key)
        if number is None:
            number = self._lanes[key] = len(self.lanes)
            self.lanes.append(key)
        return number

    def _new(self, call: Call) -> int:
        self._calls.append(call)
        return len(self._calls) - 1


def _values_key(values: Mapping[str, Any]) -> Hashable:
    if len(values) == 1:
        ((name, value),) = values.items()
        kind = type(value)
        return (name, value if kind is str or kind is int else _key(value))
    return tuple([(name, _key(value)) for name, value in values.items()])


def _key(value: Any) -> Hashable:
    """Equal for values that look alike to everybody. What Python takes for equal in spite of its type goes by its type as well.

    Raises TypeError for what is no plain data.
    """
    kind = type(value)
    if kind is str or kind is int or value is None:
        found: Hashable = value
    elif kind is bool or kind is bytes:
        found = (kind, value)
    elif kind is float or kind is complex:
        found = (kind, repr(value))  # nan is no other nan, and 0.0 is -0.0
    elif kind is tuple or kind is list:
        found = (kind, tuple([_key(item) for item in value]))
    elif kind is dict:
        found = (kind, tuple([(_key(name), _key(item)) for name, item in value.items()]))
    elif kind is set or kind is frozenset:
        found = (kind, frozenset([_key(item) for item in value]))
    elif kind is Shown:
        found = (kind, value.type, value.text)
    elif kind is Part:
        found = (kind, value.kind, value.text)
    elif kind is ErrorShown:
        found = (kind, value)
    else:
        raise TypeError(f"no plain data: {kind.__name__}")
    return found
