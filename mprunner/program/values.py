"""Values that remember where they come from: process ids, times and random numbers, and texts made of them.

Whatever depends on `getpid()`, `monotonic()` or `random()` differs from run to run. These subclasses of int, float and str
behave as their bases do and keep their mark through arithmetic, `round`, `str` and formatting, so that a golden can show
`<pid>` in their place without any pattern.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, ClassVar, Literal

from mprunner.program.handles import Handle

__all__ = [
    "MARKS",
    "Elapsed",
    "Marked",
    "MarkedFloat",
    "MarkedInt",
    "Pid",
    "RandomValue",
    "Rendered",
    "marked",
    "plain",
    "type_name",
]

Mark = Literal["pid", "time", "random"]
Piece = tuple[str, str]
"""A kind (`text`, `value`, `pid`, `time`, `random`) and a text."""


class Marked:
    """The base of numbers with a mark."""

    __slots__ = ()
    mark: ClassVar[Mark]


class MarkedInt(Marked, int):
    __slots__ = ()


class MarkedFloat(Marked, float):
    __slots__ = ()


class Pid(MarkedInt):
    """The id of a process, or what was computed from one."""

    __slots__ = ()
    mark = "pid"


class Elapsed(MarkedFloat):
    """A time in seconds, or what was computed from one."""

    __slots__ = ()
    mark = "time"


class RandomValue(MarkedFloat):
    """A random number, or what was computed from one."""

    __slots__ = ()
    mark = "random"


class _PidFloat(MarkedFloat):
    __slots__ = ()
    mark = "pid"


class _ElapsedInt(MarkedInt):
    __slots__ = ()
    mark = "time"


class _RandomInt(MarkedInt):
    __slots__ = ()
    mark = "random"


MARKS: dict[str, type[Marked]] = {
    "getpid": Pid,
    "getppid": Pid,
    "pid": Pid,
    "ident": Pid,
    "monotonic": Elapsed,
    "random": RandomValue,
}
"""Operations whose results are marked."""

_INTS: dict[str, type[MarkedInt]] = {"pid": Pid, "time": _ElapsedInt, "random": _RandomInt}
_FLOATS: dict[str, type[MarkedFloat]] = {"pid": _PidFloat, "time": Elapsed, "random": RandomValue}


def marked(value: Any, mark: str) -> Any:
    """`value` with a mark, if it is a number; other values (booleans too) as they are."""
    kind = type(value)
    if kind is int:
        return _INTS[mark](value)
    if kind is float:
        return _FLOATS[mark](value)
    if isinstance(value, tuple):
        return tuple(marked(item, mark) for item in value)
    return value


def plain(value: Any) -> Any:
    """`value` without its mark: an exact int, float or str. Looks into nothing."""
    if isinstance(value, MarkedInt):
        return int(value)
    if isinstance(value, MarkedFloat):
        return float(value)
    if isinstance(value, Rendered):
        return "".join(text for _kind, text in value.parts)
    return value


def type_name(value: Any) -> str:
    """The name of a value's type as an author knows it."""
    if isinstance(value, Handle):
        return value.kind
    return type(plain(value)).__name__


def _binary(function: Callable[[Any, Any], Any], *, swapped: bool) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if not isinstance(other, (int, float)):
            return NotImplemented
        left, right = (plain(other), plain(self)) if swapped else (plain(self), plain(other))
        return marked(function(left, right), self.mark)

    return method


def _unary(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda self: marked(function(plain(self)), self.mark)


def _round(self: Any, ndigits: Any = None) -> Any:
    return marked(round(plain(self), ndigits), self.mark)


_OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "divmod": divmod,
}
_WHOLE_OPERATORS = {
    "lshift": operator.lshift,
    "rshift": operator.rshift,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
}
for _class, _table in ((MarkedInt, _OPERATORS | _WHOLE_OPERATORS), (MarkedFloat, _OPERATORS)):
    for _name, _function in _table.items():
        setattr(_class, f"__{_name}__", _binary(_function, swapped=False))
        setattr(_class, f"__r{_name}__", _binary(_function, swapped=True))
    for _name, _unary_function in (("neg", operator.neg), ("pos", operator.pos), ("abs", abs)):
        setattr(_class, f"__{_name}__", _unary(_unary_function))
    setattr(_class, "__round__", _round)  # noqa: B010 - a method of both classes
setattr(MarkedInt, "__invert__", _unary(operator.invert))  # noqa: B010


class Rendered(str):
    """A text that keeps what it was made of: `parts` are pairs of a kind and a text, see `Piece`."""

    __slots__ = ("parts",)
    parts: tuple[Piece, ...]

    def __new__(cls, parts: tuple[Piece, ...]) -> Rendered:
        self = super().__new__(cls, "".join([text for _kind, text in parts]))
        self.parts = parts
        return self

    @property
    def mark(self) -> str | None:
        """The mark of the first part that has one."""
        return next((kind for kind, _text in self.parts if kind not in ("text", "value")), None)

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, str):
            return NotImplemented
        return Rendered(self.parts + _parts_of(other))

    def __radd__(self, other: Any) -> Any:
        if not isinstance(other, str):
            return NotImplemented
        return Rendered(_parts_of(other) + self.parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return Rendered, (self.parts,)


def _parts_of(text: str) -> tuple[Piece, ...]:
    return text.parts if isinstance(text, Rendered) else (("text", text),)
