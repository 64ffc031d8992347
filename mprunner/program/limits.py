"""How large a value of a scenario may get, and the operators that keep to it.

A page of YAML from elsewhere must not fill the memory or stop the machine with one expression: `10 ** 10 ** 10`,
`"x" * 10 ** 12`, a width of a billion. What goes beyond a limit raises OverflowError or MemoryError in the process that
computed it, as Python itself does at its own limits.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

__all__ = [
    "BINARY",
    "COMPARE",
    "MAX_BITS",
    "MAX_ITEMS",
    "MAX_TEXT",
    "MAX_WIDTH",
    "check_format",
    "check_items",
    "check_nested",
    "check_text",
]

MAX_BITS = 65_536
"""Bits of an integer."""
MAX_ITEMS = 1_000_000
"""Items of a list, tuple, mapping or set, and values that one operation looks at."""
MAX_TEXT = 32_000_000
"""Characters of a text, or bytes."""
MAX_WIDTH = 1_000_000
"""Characters that a format may ask for."""

_CONTAINERS = (list, tuple, dict, set, frozenset)
_NUMBERS = re.compile(r"\d+")
_PERCENT = re.compile(r"%[^a-zA-Z%]*")


def check_items(count: int) -> None:
    """Raises MemoryError for a collection of more than MAX_ITEMS."""
    if count > MAX_ITEMS:
        raise MemoryError(f"{count:,} items; a collection has at most {MAX_ITEMS:,} here")


def check_text(length: int) -> None:
    """Raises MemoryError for a text of more than MAX_TEXT characters."""
    if length > MAX_TEXT:
        raise MemoryError(f"{length:,} characters; a text has at most {MAX_TEXT:,} here")


def check_bits(bits: int) -> None:
    """Raises OverflowError for an integer of more than MAX_BITS bits."""
    if bits > MAX_BITS:
        raise OverflowError(f"the integer would have {bits:,} bits; at most {MAX_BITS:,} are possible here")


def check_format(spec: str) -> None:
    """Raises MemoryError for a width or precision above MAX_WIDTH."""
    for number in _NUMBERS.findall(spec):
        if len(number) > 9 or int(number) > MAX_WIDTH:
            raise MemoryError(
                f"a format asks for {number} characters; at most {MAX_WIDTH:,} are possible here"
            )


def check_nested(value: Any) -> None:
    """Raises MemoryError when a look at all that is in `value` would take more than MAX_ITEMS steps.

    A list that holds another one twice, which again holds a third twice, and so on, takes no room, but is huge to look at.
    """
    if not isinstance(value, _CONTAINERS):
        return
    stack: list[Any] = [value]
    seen = 0
    while stack:
        here = stack.pop()
        seen += len(here)
        if seen > MAX_ITEMS:
            raise MemoryError(f"the value has more than {MAX_ITEMS:,} parts")
        inside = (*here.keys(), *here.values()) if isinstance(here, dict) else here
        stack.extend(part for part in inside if isinstance(part, _CONTAINERS))


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, (str, bytes)) and isinstance(right, (str, bytes)):
        check_text(len(left) + len(right))
    elif isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        check_items(len(left) + len(right))
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        check_bits(left.bit_length() + right.bit_length())
        return left * right
    for sequence, times in ((left, right), (right, left)):
        if isinstance(times, int):
            if isinstance(sequence, (str, bytes)):
                check_text(len(sequence) * max(times, 0))
            elif isinstance(sequence, (list, tuple)):
                check_items(len(sequence) * max(times, 0))
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and right > 0 and left not in (0, 1, -1):
        check_bits((left.bit_length() - 1) * right)
    return left**right


def _shift_left(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left and right > 0:
        check_bits(left.bit_length() + right)
    return left << right


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, (str, bytes)):
        written = left if isinstance(left, str) else left.decode("latin-1")
        for part in _PERCENT.findall(written):
            check_format(part)
            if "*" in part:
                raise ValueError("a width that is computed (`*`) is not possible with %; write an f-string")
        check_nested(right)
    return left % right


def _union(left: Any, right: Any) -> Any:
    if isinstance(left, (dict, set)) and isinstance(right, (dict, set)):
        check_items(len(left) + len(right))
    return left | right


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": operator.sub,
    "*": _multiply,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": _modulo,
    "**": _power,
    "<<": _shift_left,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": _union,
    "^": operator.xor,
}
"""What each binary operator does."""


def _guarded(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def compare(left: Any, right: Any) -> Any:
        if type(left) is not int and isinstance(left, _CONTAINERS) and isinstance(right, _CONTAINERS):
            check_nested(left)
            check_nested(right)
        return function(left, right)

    return compare


def _contains(left: Any, right: Any) -> Any:
    if isinstance(right, range) and not isinstance(left, int):
        check_items(len(right))
    elif isinstance(left, _CONTAINERS):
        check_nested(left)
        check_nested(right)
    return left in right


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": _guarded(operator.eq),
    "!=": _guarded(operator.ne),
    "<": _guarded(operator.lt),
    "<=": _guarded(operator.le),
    ">": _guarded(operator.gt),
    ">=": _guarded(operator.ge),
    "is": operator.is_,
    "is not": operator.is_not,
    "in": _contains,
    "not in": lambda left, right: not _contains(left, right),
}
"""What each comparison does."""
