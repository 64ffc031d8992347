"""What a checker can see of a call, save its place and time, as a small number: the call's *shape*.

A record has many calls and few shapes, so whoever asks something of each call asks it once for each shape instead.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from mprunner.recording.events import Call
from mprunner.recording.shown import ErrorShown, Part, Shown
from mprunner.recording.spelling import read, spelling, text_of

__all__ = ["Lane", "Shapes"]

Lane = tuple[str, int, int]
"""A thread of execution: process, pid, thread."""

_seen = attrgetter(
    "operation", "process", "object", "actor", "kind", "outcome", "site", "label", "timed", "error"
)
_lane = attrgetter("process", "pid", "thread")
_everything = attrgetter(*Call.fields)  # type: ignore[attr-defined]
_NEAR = 64


class Shapes:
    """A table that grows: numbers for the shapes of calls, and for the threads that they ran in. Runs may share one.

    Equal calls have equal numbers, wherever and whenever they were made: process, actor, operation, object, kind, outcome,
    values, error, site, label and `timed` are compared, with types (1, 1.0 and True differ). A call with a value that can't be
    compared so has a number of its own.
    """

    __slots__ = ("_alike", "_calls", "_compared", "_lanes", "_likes", "_met", "lanes", "likes")

    def __init__(self) -> None:
        self._likes: dict[Hashable, _Like] = {}
        self._alike: list[_Like] = []
        self._calls: list[Call | Mapping[str, Any] | bytes] = []
        """For each shape a call that has it, or its values, or how they are spelled."""
        self.likes: array[int] = array("I")
        """For each shape the number of those like it: shapes that differ in their values only."""
        self._compared = 0
        """How many shapes, the first ones, are known by their values."""
        self._met: set[int] = set()
        """Those like which shapes came by other ways than a file's lines."""
        self._lanes: dict[Lane, int] = {}
        self.lanes: list[Lane] = []
        """The threads, by number."""

    def __len__(self) -> int:
        return len(self._calls)

    def of(self, call: Call) -> int:
        """The number of the call's shape; a new one when there was no call like it."""
        return self._of(self._like(call), call.values, call)

    def like(self, call: Call) -> int:
        """The number of the shapes of calls that differ from this one in what they carry only."""
        return self._like(call).number

    def spelled(self, like: int, values: Mapping[str, Any]) -> int:
        """The number of the shape of those like it with these values, which are spelled in another way in a file than all that
        this was called for: it compares them when need be only.
        """
        if not values or like in self._met:
            return self._of(self._alike[like], values)
        self.likes.append(like)
        self._calls.append(values)
        return len(self._calls) - 1

    def unread(self, likes: Sequence[int], spelled: Sequence[bytes]) -> Sequence[int]:
        """As `spelled`, for many at once: the numbers of those like, and plain spellings of values (`spelling.is_plain`).
        They are read when somebody asks for them.
        """
        first = len(self._calls)
        if self._met.isdisjoint(likes):
            self._calls += spelled
            self.likes.extend(likes)
            return range(first, len(self._calls))
        self._compare()
        known = {like: self._by_spelling(self._alike[like]) for like in set(likes)}
        numbers: list[int] = []
        for like, one in zip(likes, spelled, strict=True):
            number = known[like].setdefault(one, first)
            numbers.append(number)
            if number == first:
                self._calls.append(one)
                self.likes.append(like)
                first += 1
        self._compared = first
        return numbers

    def example(self, like: int) -> Call:
        """A call of which only the values may be others than those of all shapes with this number in `likes`."""
        return self._alike[like].call

    def values(self, number: int) -> Mapping[str, Any]:
        """The values of the calls of a shape."""
        found = self._calls[number]
        if isinstance(found, bytes):
            self._read(number)
            found = self._calls[number]
        return found.values if isinstance(found, Call) else found  # type: ignore[return-value]

    def text(self, number: int) -> object:
        """The `text` among the values of a shape, None when there is none."""
        found = self._calls[number]
        if isinstance(found, bytes):
            text = text_of(found)
            if text is not None:
                return text
        return self.values(number).get("text")

    def call(self, number: int) -> Call:
        """A call of that shape. Its times, place and thread mean nothing."""
        call = self._calls[number]
        if not isinstance(call, Call):
            values = self.values(number)
            call = self._calls[number] = Call(*_everything(self.example(self.likes[number])))
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

    def _like(self, call: Call) -> _Like:
        key = _seen(call)
        found = self._likes.get(key)
        if found is None:
            found = self._likes[key] = _Like(call, len(self._alike))
            self._alike.append(found)
        return found

    def _of(self, like: _Like, values: Mapping[str, Any], call: Call | None = None) -> int:
        if not values:
            if like.bare < 0:
                like.bare = self._new(like, values if call is None else call)
            return like.bare
        if self._compared < len(self._calls):
            self._compare()
        new = len(self._calls)
        number = self._noted(like, values, new)
        if number == new:
            self._met.add(like.number)
            self._new(like, values if call is None else call)
        return number

    def _new(self, like: _Like, shape: Call | Mapping[str, Any] | bytes) -> int:
        number = len(self._calls)
        self._compared += self._compared == number
        self._calls.append(shape)
        self.likes.append(like.number)
        return number

    def _compare(self) -> None:
        """Makes known by their values the shapes that came from a file."""
        for number in range(self._compared, len(self._calls)):
            like, found = self._alike[self.likes[number]], self._calls[number]
            if isinstance(found, bytes):
                self._by_spelling(like).setdefault(found, number)
            elif values := self.values(number):
                self._by_spelling(like)
                self._noted(like, values, number)
        self._compared = len(self._calls)

    def _by_spelling(self, like: _Like) -> dict[bytes, int]:
        """The numbers of values by their plain spelling."""
        if like.spelled is None:
            like.spelled = {}
            for number in like.numbers.values():
                plain = spelling(self.values(number))
                if plain is not None:
                    like.spelled[plain] = number
        return like.spelled

    def _noted(self, like: _Like, values: Mapping[str, Any], number: int) -> int:
        """The number by which these values are known; from now on `number` when they were not."""
        if like.spelled is not None:
            plain = spelling(values)
            if plain is not None:
                return like.spelled.setdefault(plain, number)
        try:
            return like.numbers.setdefault(_values_key(values), number)
        except (TypeError, RecursionError):
            return number

    def _read(self, number: int) -> None:
        """Reads the values of a shape, and of its neighbours, which costs little more."""
        near = range(number - number % _NEAR, min(number - number % _NEAR + _NEAR, len(self._calls)))
        waiting = [(one, spelled) for one in near if isinstance(spelled := self._calls[one], bytes)]
        for (one, _), values in zip(waiting, read([spelled for _, spelled in waiting]), strict=True):
            self._calls[one] = values


class _Like:
    """The shapes of calls that differ in their values only."""

    __slots__ = ("bare", "call", "number", "numbers", "spelled")

    def __init__(self, call: Call, number: int) -> None:
        self.call = call
        self.number = number
        self.bare = -1
        """The shape without values; -1 when there is none."""
        self.numbers: dict[Hashable, int] = {}
        self.spelled: dict[bytes, int] | None = None
        """Where some come from a file: the numbers of those with a plain spelling, by that."""


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
