"""What hands over from one actor to another: a lock from a release to an acquire, a queue's item from a put to a get.

Both answer with what came before the acquire or the get for certain: one release or none, and the puts of which one was it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from mprunner.checking.happens_before.clocks import Moment

__all__ = ["Items", "Lock"]

_MOST_CANDIDATES = 16


class Lock:
    """The releases of one lock.

    As long as only the holder releases it, acquires and releases take turns, and the last release that had begun is the one
    that an acquire got the lock from. Once somebody else has released it, only a release that had ended before the
    acquire began is certain to have come before.
    """

    __slots__ = ("_before", "_depth", "_depths", "_holder", "_last", "_running", "_settled", "_strange")

    def __init__(self) -> None:
        self._holder: int | None = None
        self._depth = 0
        self._depths: dict[int, int] = {}
        self._last: Moment | None = None
        self._strange = False
        self._settled: Moment | None = None
        self._running: dict[int, Moment] = {}
        self._before: dict[int, Moment | None] = {}

    def releases(self, number: int, moment: Moment, *, wholly: bool = False) -> None:
        """The call `number` begins to release; `wholly`: however often it was taken, until the call ends."""
        self._last = moment
        if moment[0] != self._holder:
            self._strange = True
        if wholly:
            self._depths[number] = max(self._depth, 1)
            self._depth = 0
        self._depth -= 1
        if self._depth <= 0:
            self._holder, self._depth = None, 0
        if self._strange:
            self._running[number] = moment

    def released(self, number: int) -> None:
        """The call `number` has released."""
        if number in self._running:
            self._settled = self._running.pop(number)

    def acquires(self, number: int) -> None:
        """The call `number` begins to acquire."""
        if self._strange:
            self._before[number] = self._settled

    def acquired(self, number: int, lane: int, depth: int = 1) -> Moment | None:
        """The release that the acquire of this call, which has ended, surely comes after. Without a `depth` it is taken
        as often as this call let go of it.
        """
        depth = depth or self._depths.pop(number, 1)
        if self._holder == lane:
            self._depth += depth
        else:
            self._holder, self._depth = lane, depth
        return self._before.pop(number, None) if self._strange else self._last


class Single:
    """The only put of an item that looks so: what most are. It answers as `Items` do."""

    __slots__ = ("_begun", "_ended", "_moment", "spent")

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._ended = False
        self._begun = 0
        self.spent = False

    def has_put(self) -> None:
        """The put has ended."""
        self._ended = True

    def gets(self) -> int:
        """A get begins."""
        self._begun += 1
        return 0

    def got(self, taken: int, lost: int) -> Sequence[Moment]:
        """The put, which gave the item to a get that has now ended."""
        self._begun -= 1
        self.spent = not self._begun
        return (self._moment,)

    def one_of_many(self, *, ordered: bool) -> Items:
        """As it is when another put of such an item begins."""
        items = Items(ordered=ordered)
        items.puts(self._moment)
        if self._ended:
            items.has_put()
        for _ in range(self._begun):
            items.gets()
        return items


class Items:
    """The puts of one queue that can have given an item that looks so, or, of what can change, any such item.

    The items of one producer come in its order; those of all producers in one order where the queue keeps it (`ordered`)
    and no two such puts overlap. What no get that is in flight, or comes, can have got any more is let go.
    """

    __slots__ = (
        "_all", "_begun", "_dropped", "_first", "_in_flight", "_ordered", "_overlap", "_put", "_putting", "_taken",
    )  # fmt: skip

    def __init__(self, *, ordered: bool) -> None:
        self._first: dict[int, Moment] = {}
        self._all: deque[Moment] = deque()
        self._dropped = 0
        self._ordered = ordered
        self._put = self._putting = 0
        self._overlap = False
        self._begun = self._taken = 0
        self._in_flight: list[int] = []

    def puts(self, moment: Moment) -> None:
        """A put begins."""
        self._overlap = self._overlap or self._putting > 0
        self._putting += 1
        self._put += 1
        self._first.setdefault(moment[0], moment)
        if len(self._first) == 1 or self._ordered:
            self._all.append(moment)

    def has_put(self) -> None:
        """A put has ended."""
        self._putting -= 1

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
        self._in_flight.remove(taken)
        needed = min(self._in_flight, default=self._taken)
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
            return [self._all[place]] if 0 <= place < len(self._all) else list(self._first.values())
        if self._ordered and not self._overlap and stop - first <= _MOST_CANDIDATES:
            return list(islice(self._all, first - self._dropped, stop - self._dropped))
        return list(self._first.values())
