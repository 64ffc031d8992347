"""What a checker can see of a call, save its place and time, as a small number: the call's *shape*.

A record has many calls and few shapes, so whoever asks something of each call asks it once for each shape instead.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Mapping
from contextlib import suppress
from operator import attrgetter
from typing import Any

from mprunner.recording.events import Call
from mprunner.recording.shown import ErrorShown, Part, Shown

__all__ = ["Lane", "Like", "Shapes"]

Lane = tuple[str, int, int]
"""A thread of execution: process, pid, thread."""

_seen = attrgetter(
    "operation", "process", "object", "actor", "kind", "outcome", "site", "label", "timed", "error"
)
_lane = attrgetter("process", "pid", "thread")
_everything = attrgetter(*Call.fields)  # type: ignore[attr-defined]


class Shapes:
    """A table that grows: numbers for the shapes of calls, and for the threads that they ran in. Runs may share one.

    Equal calls have equal numbers, wherever and whenever they were made: process, actor, operation, object, kind, outcome,
    values, error, site, label and `timed` are compared, with types (1, 1.0 and True differ). A call with a value that can't be
    compared so has a number of its own.
    """

    __slots__ = ("_calls", "_examples", "_lanes", "_likes", "lanes", "likes")

    def __init__(self) -> None:
        self._likes: dict[Hashable, Like] = {}
        self._calls: list[Call | tuple[Call, Mapping[str, Any]]] = []
        self._examples: list[Call] = []
        self.likes: array[int] = array("I")
        """For each shape the number of those like it: shapes that differ in their values only."""
        self._lanes: dict[Lane, int] = {}
        self.lanes: list[Lane] = []
        """The threads, by number."""

    def __len__(self) -> int:
        return len(self._calls)

    def of(self, call: Call) -> int:
        """The number of the call's shape; a new one when there was no call like it."""
        return self.like(call).of(call.values, call)

    def like(self, call: Call) -> Like:
        """The shapes of calls that differ from this one in what they carry only."""
        key = _seen(call)
        found = self._likes.get(key)
        if found is None:
            found = self._likes[key] = Like(call, self._calls, self.likes, len(self._examples))
            self._examples.append(call)
        return found

    def example(self, like: int) -> Call:
        """A call of which only the values may be others than those of all shapes with this number in `likes`."""
        return self._examples[like]

    def values(self, number: int) -> Mapping[str, Any]:
        """The values of the calls of a shape."""
        call = self._calls[number]
        return call[1] if isinstance(call, tuple) else call.values

    def call(self, number: int) -> Call:
        """A call of that shape. Its times, place and thread mean nothing."""
        call = self._calls[number]
        if isinstance(call, tuple):
            like, values = call
            call = self._calls[number] = Call(*_everything(like))
            call.values = values
        return call

    def lane(self, call: Call) -> int:
        """The number of the thread that did the call."""
        return self.lane_of(_lane(call))

    def lane_of(self, lane: Lane) -> int:
        """The number of a thread."""
        number = self._lanes.get(lane)
        if number is None:
            number = self._lanes[lane] = len(self.lanes)
            self.lanes.append(lane)
        return number


class Like:
    """The shapes of calls that differ in their values only."""

    __slots__ = ("_bare", "_call", "_calls", "_likes", "_number", "_numbers", "_uncompared")

    def __init__(
        self, call: Call, calls: list[Call | tuple[Call, Mapping[str, Any]]], likes: array[int], number: int
    ) -> None:
        self._call = call
        self._calls = calls
        self._likes = likes
        self._number = number
        self._bare = -1
        self._numbers: dict[Hashable, int] = {}
        self._uncompared: list[int] = []

    def of(self, values: Mapping[str, Any], call: Call | None = None) -> int:
        """The number of the shape with these values. `call` is one that has it, where there is one."""
        if not values:
            if self._bare < 0:
                self._bare = self._new(call or (self._call, values))
            return self._bare
        if self._uncompared:
            self._compare()
        try:
            number = self._numbers.setdefault(_values_key(values), len(self._calls))
        except (TypeError, RecursionError):
            return self._new(call or (self._call, values))
        return self._new(call or (self._call, values)) if number == len(self._calls) else number

    def spelled(self, values: Mapping[str, Any]) -> int:
        """As `of`, for values that are spelled in another way in a file than all that this was called for: it compares them
        when need be only.
        """
        if not values or self._numbers:
            return self.of(values)
        self._uncompared.append(len(self._calls))
        return self._new((self._call, values))

    def _compare(self) -> None:
        for number in self._uncompared:
            call = self._calls[number]
            with suppress(TypeError, RecursionError):
                self._numbers.setdefault(
                    _values_key(call[1] if isinstance(call, tuple) else call.values), number
                )
        self._uncompared.clear()

    def _new(self, call: Call | tuple[Call, Mapping[str, Any]]) -> int:
        self._calls.append(call)
        self._likes.append(self._number)
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
