"""The state of a loop: what it goes through, and how far it has come. Plain data, unlike Python's own iterators."""

from __future__ import annotations

from typing import Any

from mprunner.program.values import type_name

__all__ = ["Iteration", "unpacked"]


class Iteration:
    """Goes through a list, tuple, text, range, mapping or set, and sees what Python's `for` sees.

    A list that grows meanwhile is seen growing; a mapping or set that changes its size raises RuntimeError.
    """

    __slots__ = ("items", "position", "size", "source")

    def __init__(self, sequence: Any) -> None:
        self.position = 0
        self.source: Any = None
        self.size = 0
        self.items: Any = sequence
        if isinstance(sequence, (dict, set, frozenset)):
            self.source, self.size = sequence, len(sequence)
            self.items = tuple(sequence)
        elif not isinstance(sequence, (list, tuple, str, range, bytes)):
            raise TypeError(f"'{type_name(sequence)}' object is not iterable")

    def next(self) -> tuple[Any] | None:
        """The next item in a tuple of its own, or None at the end."""
        if self.source is not None and len(self.source) != self.size:
            kind = "dictionary" if isinstance(self.source, dict) else "Set"
            self.size = -1  # as in Python, it stays broken
            raise RuntimeError(f"{kind} changed size during iteration")
        try:
            item = self.items[self.position]
        except IndexError:
            self.items, self.position = (), 0
            return None
        self.position += 1
        return (item,)


def unpacked(item: Any, count: int) -> list[Any]:
    """The parts of `item`, exactly `count`. Raises ValueError or TypeError as Python's unpacking does."""
    if not isinstance(item, (list, tuple, str, range, dict, set, frozenset, bytes)):
        raise TypeError(f"cannot unpack non-iterable {type_name(item)} object")
    if len(item) < count:
        raise ValueError(f"not enough values to unpack (expected {count}, got {len(item)})")
    if len(item) > count:
        raise ValueError(f"too many values to unpack (expected {count})")
    return list(item)
