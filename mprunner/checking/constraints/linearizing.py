"""Whether calls that overlap can have happened one after the other, each at an instant between its begin and its end, so
that a sequential object explains what they gave.

The search of Wing and Gong with Lowe's memory: the next operation is any that begins before the first end of those that
are left; what has been tried (the set of those done, and the object's state) is not tried again. Exact, exponential only in
how many calls overlap, and given up after `most` attempts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Literal

from mprunner.records import record

__all__ = ["MOST_TRIED", "Linearized", "Timed", "linearize"]

MOST_TRIED = 200_000
"""Attempts of the search beyond one for each operation, after which nothing is said."""

Step = Callable[[Any, Any], Any]
"""Object's state and operation -> the state after it; None where the operation cannot have happened in that state."""


@record
class Timed:
    """An operation between two instants. `end` is None for what never ended, which may then have happened or not."""

    what: Any
    begin: int
    end: int | None


@record
class Linearized:
    """`order`: how they can have happened, or the longest such beginning; `stuck` is then what does not follow it."""

    answer: Literal["yes", "no", "unknown"]
    order: tuple[Any, ...]
    stuck: Any = None


def linearize(
    operations: Sequence[Timed], initial: Hashable, step: Step, *, most: int = MOST_TRIED
) -> Linearized:
    """Looks for an order. An operation that begins when another ends overlaps it."""
    return _Search(operations, initial, step, most).run()


class _Search:
    """A linked list of begins and ends by time; operations that are done are taken out of it."""

    def __init__(self, operations: Sequence[Timed], initial: Hashable, step: Step, most: int) -> None:
        self._operations = sorted(operations, key=lambda one: one.begin)
        self._initial = initial
        self._step = step
        self._left = most + len(operations)
        instants = [(one.begin, 0, index) for index, one in enumerate(self._operations)]
        instants += [(one.end, 1, index) for index, one in enumerate(self._operations) if one.end is not None]
        instants.sort()
        size = len(instants)
        self._index = [index for *_, index in instants]
        self._is_end = [bool(end) for _, end, _ in instants]
        self._end_of = [size] * len(self._operations)
        for place, (_, end, index) in enumerate(instants):
            if end:
                self._end_of[index] = place
        self._size = size
        self._next = list(range(1, size + 1))
        self._previous = list(range(-1, size))
        self._first = 0

    def run(self) -> Linearized:
        required = sum(one.end is not None for one in self._operations)
        done: list[tuple[int, Any]] = []
        state: Any = self._initial
        low, bits = 0, 0
        best: tuple[int, tuple[int, ...], int | None] = (-1, (), None)
        tried: set[tuple[int, int, Any]] = set()
        place = self._first
        while required:
            if not self._is_end[place]:
                index = self._index[place]
                after = self._step(state, self._operations[index].what)
                self._left -= 1
                if self._left < 0:
                    return self._told("unknown", best)
                if after is not None:
                    moved = _with(low, bits, index)
                    alone = place == self._first and self._next[place] == self._end_of[index]
                    key = (*moved, after)
                    if alone or key not in tried:
                        if not alone:
                            tried.add(key)
                        done.append((place, state))
                        state, (low, bits) = after, moved
                        self._take(place)
                        required -= self._operations[index].end is not None
                        place = self._first
                        continue
                place = self._next[place]
                if place < self._size:
                    continue
            else:
                stuck = self._index[place]
                if len(done) > best[0]:
                    best = (len(done), tuple(self._index[one] for one, _ in done), stuck)
            if not done:
                return self._told("no", best)
            place, state = done.pop()
            self._put_back(place)
            index = self._index[place]
            required += self._operations[index].end is not None
            low, bits = _without(low, bits, index)
            place = self._next[place]
        return self._told("yes", (len(done), tuple(self._index[one] for one, _ in done), None))

    def _told(
        self, answer: Literal["yes", "no", "unknown"], best: tuple[int, tuple[int, ...], int | None]
    ) -> Linearized:
        order = tuple(self._operations[index].what for index in best[1])
        stuck = None if best[2] is None else self._operations[best[2]].what
        return Linearized(answer, order, stuck)

    def _take(self, place: int) -> None:
        self._unlink(place)
        end = self._end_of[self._index[place]]
        if end < self._size:
            self._unlink(end)

    def _put_back(self, place: int) -> None:
        end = self._end_of[self._index[place]]
        if end < self._size:
            self._link(end)
        self._link(place)

    def _unlink(self, place: int) -> None:
        before, after = self._previous[place], self._next[place]
        if before < 0:
            self._first = after
        else:
            self._next[before] = after
        self._previous[after] = before

    def _link(self, place: int) -> None:
        before, after = self._previous[place], self._next[place]
        if before < 0:
            self._first = place
        else:
            self._next[before] = place
        self._previous[after] = place


def _with(low: int, bits: int, index: int) -> tuple[int, int]:
    """The set of those done (all below `low`, and `bits` above it) with one more: equal sets look equal."""
    bits |= 1 << (index - low)
    while bits & 1:
        bits >>= 1
        low += 1
    return low, bits


def _without(low: int, bits: int, index: int) -> tuple[int, int]:
    if index < low:
        bits = (bits << (low - index)) | ((1 << (low - index)) - 1)
        low = index
    return low, bits & ~(1 << (index - low))
