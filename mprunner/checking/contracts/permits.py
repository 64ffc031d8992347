"""Whether takes and gives of permits can have gone one after the other: of a semaphore, or of a lock, which has one.

No search: each is done as late as it can be, which is when it ends, or when another one that has to be done now needs it.
Doing one earlier never helps, and of those that could help the one that ends first has to be done first anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from math import inf

from mprunner.records import record

__all__ = ["Permit", "fits"]


@record
class Permit:
    """A take or a give between two instants, with its place in the history."""

    takes: bool
    begin: float
    end: float
    place: int


def fits(history: Sequence[Permit], initial: int, bound: float = inf) -> int | None:
    """None when there is an order in which the permits stay from 0 to `bound`; else the place of what cannot be done."""
    instants = [(one.begin, 0, place) for place, one in enumerate(history)]
    instants += [(one.end, 1, place) for place, one in enumerate(history)]
    begun: dict[bool, list[tuple[float, int]]] = {True: [], False: []}
    done: set[int] = set()
    permits = initial
    for _, ends, place in sorted(instants):
        one = history[place]
        if not ends:
            heappush(begun[one.takes], (one.end, place))
            continue
        if place in done:
            continue
        if permits == (0 if one.takes else bound):
            others = begun[not one.takes]
            while others and others[0][1] in done:
                heappop(others)
            if not others:
                return one.place
            done.add(heappop(others)[1])
            permits += 1 if one.takes else -1
        done.add(place)
        permits += -1 if one.takes else 1
    return None
