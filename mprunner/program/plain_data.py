"""Copies of a process's data, and a form of it that can be compared and hashed.

Both keep aliasing: what two variables share stays shared, in one frame and between the machines of a process.
"""

from __future__ import annotations

from typing import Any

from mprunner.program.iteration import Iteration
from mprunner.program.values import Rendered

__all__ = ["canonical", "copied"]

_COMPOUND = (list, dict, set, tuple, Iteration)


def copied(value: Any, memo: dict[int, Any]) -> Any:
    """A deep copy of lists, mappings, sets, tuples and loops; everything else is immutable here, and shared.

    `memo` maps the id of what was copied to (original, copy); give the same one for all parts of a process.
    """
    kind = type(value)
    if kind not in _COMPOUND:
        return value
    done = memo.get(id(value))
    if done is not None:
        return done[1]
    if kind is tuple:
        twin: Any = tuple([copied(item, memo) for item in value])
        if all(a is b for a, b in zip(twin, value, strict=True)):
            twin = value
        memo[id(value)] = (value, twin)
        return twin
    if kind is Iteration:
        twin = Iteration.__new__(Iteration)
        memo[id(value)] = (value, twin)
        twin.items = copied(value.items, memo)
        twin.source = copied(value.source, memo)
        twin.position, twin.size = value.position, value.size
        return twin
    twin = kind()
    memo[id(value)] = (value, twin)
    if kind is dict:
        for key, item in value.items():
            twin[key] = copied(item, memo)
    elif kind is set:
        twin.update(value)
    else:
        twin.extend([copied(item, memo) for item in value])
    return twin


def canonical(value: Any, numbers: dict[int, tuple[int, Any]]) -> Any:
    """`value` as nested tuples that are equal exactly for data of equal shape, aliasing included.

    `numbers` remembers the mutable things already met; give the same one for all parts of a process, in a fixed order.
    """
    kind = type(value)
    if kind in (list, dict, set, Iteration):
        met = numbers.get(id(value))
        if met is not None:
            return ("again", met[0])
        numbers[id(value)] = (len(numbers), value)
        if kind is list:
            return ("list", *[canonical(item, numbers) for item in value])
        if kind is dict:
            return ("dict", *[(canonical(k, numbers), canonical(item, numbers)) for k, item in value.items()])
        if kind is set:
            return ("set", frozenset([canonical(item, numbers) for item in value]))
        return (
            "loop",
            canonical(value.items, numbers),
            value.position,
            canonical(value.source, numbers),
            value.size,
        )
    if kind is tuple:
        if any(type(item) in _COMPOUND for item in value):  # else equal ones need not be told apart
            met = numbers.get(id(value))
            if met is not None:
                return ("again", met[0])
            numbers[id(value)] = (len(numbers), value)
        return ("tuple", *[canonical(item, numbers) for item in value])
    if isinstance(value, BaseException):
        return (kind.__name__, *[canonical(item, numbers) for item in value.args])
    if kind is float or kind is complex:
        return (kind.__name__, repr(value))  # nan is equal to itself here, and 0.0 is not -0.0
    if isinstance(value, Rendered):
        return ("rendered", value.parts)
    if kind is slice:  # not hashable before Python 3.12
        return ("slice", *[canonical(part, numbers) for part in (value.start, value.stop, value.step)])
    return (kind.__name__, value)
