"""The items of a queue that look alike: which puts can have given one to a get."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from mprunner.checking.happens_before.clocks import Moment

__all__ = ["Items"]

_MOST_CANDIDATES = 16


class Items:
    """The puts of one queue that can have given an item that looks so, or, of what can change, any such item.

    The items of one producer come in its order; those of all producers in one order where the queue keeps it (`ordered`)
    and no two such puts overlap. What no get that is in flight, or comes, can have got any more is let go.
    """

    __slots__ = (
        "_all",
        "_begun",
        "_dropped",
        "_first",
        "_in_flight",
        "_ordered",
        "_overlap",
        "_put",
        "_taken",
    )

    def __init__(self, *, ordered: bool) -> None:
        self._first: dict[int, Moment] = {}
        self._all: deque[Moment] = deque()
        self._dropped = 0
        self._ordered = ordered
        self._put = 0
        self._overlap = False
        self._begun = self._taken = 0
        self._in_flight: list[int] = []

    def puts(self, moment: Moment, *, overlaps: bool) -> None:
        """A put begins. `overlaps`: another one of such an item has begun and not ended."""
        if overlaps:
            self._overlap = True
        self._put += 1
        if moment[0] not in self._first:
            self._first[moment[0]] = moment
        if self._ordered or len(self._first) == 1:
            self._all.append(moment)

    def gets(self) -> int:
        """A get begins; gives how many had ended: so many items were taken before it."""
        self._begun += 1
        self._in_flight.append(self._taken)
        return self._taken

    def got(self, taken: int, lost: int) -> Sequence[Moment]:
        """The puts of which one gave the item to a get that has now ended. `taken`: as told by `gets`. `lost`: how many
        other items gets that never ended can have taken.
        """
        candidates = self._candidates(taken, self._begun + lost)
        self._taken += 1
        in_flight = self._in_flight
        in_flight.remove(taken)
        needed = min(in_flight) if in_flight else self._taken
        while self._all and self._dropped < needed:
            self._all.popleft()
            self._dropped += 1
        return candidates

    @property
    def spent(self) -> bool:
        """Whether all that was put has been got, so that nothing of it matters any more."""
        return self._taken >= self._put and not self._in_flight

    def _candidates(self, first: int, stop: int) -> Sequence[Moment]:
        if len(self._first) == 1:
            place = first - self._dropped
            return (self._all[place],) if 0 <= place < len(self._all) else list(self._first.values())
        if self._ordered and not self._overlap and stop - first <= _MOST_CANDIDATES:
            return list(islice(self._all, first - self._dropped, stop - self._dropped))
        return list(self._first.values())
