"""What several actors bring about together: permits of a semaphore, tasks that are done, a flag, a barrier, notifications.

Each answers with what came before what it let through for certain. Where the record leaves open which of several it was,
only what must have come before whichever it was: of n that had to come, at least n less all that others can have given
are of one thread, and these are its first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mprunner.checking.happens_before.clocks import Clock, Moment

__all__ = ["Arrivals", "Flag", "Permits", "Tally"]


class Tally:
    """Instants by lane, of which some number must have come before something."""

    __slots__ = ("_by_lane", "total")

    def __init__(self) -> None:
        self._by_lane: dict[int, list[Moment]] = {}
        self.total = 0

    def add(self, moment: Moment) -> None:
        self._by_lane.setdefault(moment[0], []).append(moment)
        self.total += 1

    def surely(self, needed: int) -> Iterator[Moment]:
        """Those that are among any `needed` of them; of each lane the last."""
        for moments in self._by_lane.values():
            certain = needed - (self.total - len(moments))
            if certain > 0:
                yield moments[min(certain, len(moments)) - 1]


class Permits:
    """A number of permits: a semaphore's, or the slots of a bounded queue.

    An acquire that succeeds needs a release for each that had succeeded before it and for itself, less the permits there
    were at first. `_before` has of those in flight how many had.
    """

    __slots__ = ("_before", "_ended", "_floor", "_initial", "_releases")

    def __init__(self, initial: int) -> None:
        self._initial = initial
        self._releases = Tally()
        self._before: dict[int, int] = {}
        self._ended = 0
        self._floor = 0

    def releases(self, moment: Moment) -> None:
        """A permit is about to be given back."""
        self._releases.add(moment)

    def acquires(self, number: int) -> None:
        """The call `number` begins to take a permit."""
        self._before[number] = self._ended

    def acquired(self, number: int) -> list[Moment]:
        """The releases that surely came before the call, which has taken a permit."""
        before = max(self._before.pop(number, 0), self._floor)
        self._ended += 1
        if self._ended + 1 > self._initial + self._releases.total:
            self._floor = self._ended  # there is none left: whatever is in flight takes its own after this
        return list(self._releases.surely(before + 1 - self._initial))


class Flag:
    """An event's sets: which of them a wait can have seen. One that a clear surely undid before the wait began is none."""

    __slots__ = ("_clearing", "_ended", "_first", "_sets", "_since")

    def __init__(self) -> None:
        self._sets: list[tuple[int, Moment]] = []
        self._ended: set[int] = set()
        self._clearing: dict[int, int] = {}
        self._first = 0
        self._since: dict[int, int] = {}

    def sets(self, number: int, moment: Moment) -> None:
        self._sets.append((number, moment))

    def has_set(self, number: int) -> None:
        self._ended.add(number)

    def clears(self, number: int) -> None:
        done = self._first
        while done < len(self._sets) and self._sets[done][0] in self._ended:
            done += 1
        self._clearing[number] = done

    def cleared(self, number: int) -> None:
        self._first = max(self._first, self._clearing.pop(number, 0))

    def waits(self, number: int) -> None:
        self._since[number] = self._first

    def seen(self, number: int) -> Sequence[Moment]:
        """The sets of which the call, which found it set, saw one; the first of each lane."""
        first: dict[int, Moment] = {}
        for _, moment in self._sets[self._since.pop(number, 0) :]:
            first.setdefault(moment[0], moment)
        return list(first.values())


class _Arrival:
    """A wait, from its begin to where it has left; then `moment` is the last that its thread did before that. `round`: how
    many its thread had been through before.
    """

    __slots__ = ("begun", "last", "left", "moment", "number", "round")

    def __init__(self, number: int, moment: Moment, *, last: bool, round_: int) -> None:
        self.number = number
        self.moment = moment
        self.last = last
        self.round = round_
        self.left: int | None = None
        self.begun = moment[1]


class Arrivals:
    """A barrier's waits. What leaves has met as many as there are parties: of each of them all that it did before it left,
    the barrier's action with it.

    As long as there are no more threads than parties, each takes part in every round. With more of them it is certain whom
    one has met only when nobody else was there.
    """

    __slots__ = ("_open", "_parties", "_rounds")

    def __init__(self, parties: int) -> None:
        self._parties = parties
        self._open: list[_Arrival] = []
        self._rounds: dict[int, int] = {}

    def arrives(self, number: int, moment: Moment, rank: object) -> list[tuple[int, Moment]]:
        """The call `number` begins. `rank` is what it will give: the last to come has that of the number of parties less one,
        and runs the barrier's action after all have come. Gives what lanes so learn of others.
        """
        lane = moment[0]
        round_ = self._rounds.get(lane, 0)
        self._rounds[lane] = round_ + 1
        here = _Arrival(number, moment, last=rank == self._parties - 1, round_=round_)
        self._open.append(here)
        learned: list[tuple[int, Moment]] = []
        if here.last:
            learned += [(lane, one.moment) for one in self._met(here).values() if one.left is None]
        for one in self._open:
            if one.last and one.left is None and one is not here and self._met(one).get(lane) is here:
                learned.append((one.moment[0], moment))
        return learned

    def leaves(self, number: int, position: int, current: Sequence[Clock]) -> list[Moment]:
        """What it met; `current` are the clocks of the lanes at `position`."""
        own = next((one for one in self._open if one.number == number), None)
        if own is None:
            return []
        own.left = position
        lane = own.moment[0]
        own.moment = (lane, position - 1, current[lane])
        met = self._met(own)
        oldest = min((one.begun for one in self._open if one.left is None), default=position)
        self._open = [one for one in self._open if one.left is None or one.left > oldest]
        if len(met) != self._parties - 1:
            return []
        return [
            (other, position, current[other]) if one.left is None else one.moment
            for other, one in met.items()
        ]

    def _met(self, here: _Arrival) -> dict[int, _Arrival]:
        """By lane the other waits of the same round; empty where others may have been in it."""
        met: dict[int, _Arrival] = {}
        alone = len(self._rounds) <= self._parties
        for one in self._open:
            there = one.left is None or one.left > here.begun
            if one is not here and there and (not alone or one.round == here.round):
                met.setdefault(one.moment[0], one)
        met.pop(here.moment[0], None)
        return met if alone or len(met) == self._parties - 1 else {}
