"""Whether a history of a queue is linearizable, its values being distinct and all its calls complete: without a search.

It is not exactly when one of four patterns is there (Henzinger, Sezgin and Vafeiadis, 2013): a value got that was not put, or
got wholly before it was put; a value got twice; of two values put one wholly after the other, the later got wholly before
the earlier, or the earlier never; an answer "empty" all the while that some value was surely there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from math import inf
from typing import Literal

from mprunner.records import record

__all__ = ["Broken", "Operation", "pattern_in"]


@record
class Operation:
    """A put, a get or an "empty" between two instants, with its place in the history."""

    what: Literal["put", "get", "empty"]
    value: Hashable
    begin: float
    end: float
    place: int


@record
class Broken:
    """The pattern that is there, and the operations that make it."""

    pattern: Literal["not put", "too early", "twice", "order", "empty"]
    operations: tuple[Operation, ...]


def pattern_in(history: Sequence[Operation]) -> Broken | None:
    """The first pattern found, None for a linearizable history. The values of its puts are distinct."""
    puts = {one.value: one for one in history if one.what == "put"}
    gets: dict[Hashable, Operation] = {}
    for one in (one for one in history if one.what == "get"):
        put = puts.get(one.value)
        if put is None:
            return Broken("not put", (one,))
        if one.value in gets:
            return Broken("twice", (put, gets[one.value], one))
        if one.end < put.begin:
            return Broken("too early", (put, one))
        gets[one.value] = one
    return _order(puts, gets) or _empty(history, puts, gets)


def _order(puts: dict[Hashable, Operation], gets: dict[Hashable, Operation]) -> Broken | None:
    """Of the puts that had ended before one began, that whose get begins last tells."""
    by_end = sorted(puts.values(), key=lambda one: one.end)
    last: Operation | None = None
    done = 0

    def taken(put: Operation) -> float:
        return gets[put.value].begin if put.value in gets else inf

    for later in sorted(puts.values(), key=lambda one: one.begin):
        while done < len(by_end) and by_end[done].end < later.begin:
            if last is None or taken(by_end[done]) > taken(last):
                last = by_end[done]
            done += 1
        got = gets.get(later.value)
        if got is not None and last is not None and taken(last) > got.end:
            return Broken("order", (last, later, got, *([gets[last.value]] if last.value in gets else [])))
    return None


def _empty(
    history: Sequence[Operation], puts: dict[Hashable, Operation], gets: dict[Hashable, Operation]
) -> Broken | None:
    """The times at which some value was surely there: after its put had ended, and before its get began."""
    there: list[tuple[float, float, Operation]] = []
    for put in sorted(puts.values(), key=lambda one: one.end):
        until = gets[put.value].begin if put.value in gets else inf
        if put.end >= until:
            continue
        if there and put.end < there[-1][1]:
            begin, end, first = there[-1]
            there[-1] = (begin, max(end, until), first)
        else:
            there.append((put.end, until, put))
    begins = [begin for begin, *_ in there]
    for one in (one for one in history if one.what == "empty"):
        place = bisect_left(begins, one.begin) - 1
        if place >= 0 and one.end < there[place][1]:
            return Broken("empty", (there[place][2], one))
    return None
