"""What each instant of a record knows of the others: the clocks of its lanes, and, where it is asked for, by which edges."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from mprunner.checking.happens_before.clocks import Clock, Moment, agreed, merged

__all__ = ["EdgeKind", "Knowledge", "Link", "Trail"]

EdgeKind = Literal[
    "order",
    "start",
    "thread",
    "signal",
    "death",
    "worker",
    "lock",
    "permit",
    "item",
    "slot",
    "done",
    "set",
    "notify",
    "barrier",
    "task",
    "result",
    "callback",
    "called",
]

Link = tuple[int, EdgeKind, int, int]
"""An edge into a lane: the position of its target, its kind, the lane and the position of its source."""

Trail = dict[int, list[Link]]
"""The edges from other lanes, by the lane that they lead into, in the order of their targets."""


class Knowledge:
    """A lane's clock changes only where it learns something; between these places all its instants share one.

    Only what is after `floor` can be asked for: `forget` lets go of the rest.
    """

    __slots__ = ("_clocks", "_learned", "_marks", "current", "position", "trail")

    def __init__(self, trail: Trail | None = None) -> None:
        self.trail = trail
        self.current: list[Clock] = []
        self._learned: list[int] = []
        self._marks: list[list[int]] = []
        self._clocks: list[list[Clock]] = []
        self.position = 0

    def begin_again(self) -> None:
        """Know nothing of any lane."""
        for column in (self.current, self._learned, self._marks, self._clocks):
            column.clear()
        self.position = 0

    def new_lane(self) -> int:
        """The number of one more lane, which knows nothing."""
        nothing: Clock = {}
        self.current.append(nothing)
        self._learned.append(-1)
        self._marks.append([-1])
        self._clocks.append([nothing])
        return len(self.current) - 1

    def clock(self, lane: int, position: int) -> Clock:
        """What the instant of this lane at this position knows of other lanes."""
        return self._clocks[lane][bisect_right(self._marks[lane], position) - 1]

    def now(self, lane: int) -> Moment:
        """The instant of this lane at `position`."""
        return (lane, self.position, self.current[lane])

    def learn(self, lane: int, moment: Moment | None, kind: EdgeKind) -> None:
        """The lane's instant at `position`, and those that follow, come after this one."""
        if moment is None:
            return
        other, position, clock = moment
        mine = self.current[lane]
        if other == lane or mine.get(other, -1) >= position:
            return
        if self.trail is not None:
            self.trail.setdefault(lane, []).append((self.position, kind, other, position))
        if not clock:
            found = mine.copy()
        elif not mine or clock.get(lane, -1) > self._learned[lane]:
            found = clock.copy()  # it comes after an instant of this lane that knew all that is known here
        else:
            found = merged(mine, clock)
        found[other] = position
        self._take(lane, found)

    def learn_one_of(self, lane: int, moments: Sequence[Moment], kind: EdgeKind) -> None:
        """They come after one of these, it is open after which: so after what all of these know or are."""
        if len(moments) == 1:
            self.learn(lane, moments[0], kind)
            return
        clock = agreed(moments)
        if not clock:
            return
        mine = self.current[lane]
        if self.trail is not None:
            for other, position in clock.items():
                if other != lane and mine.get(other, -1) < position:
                    self.trail.setdefault(lane, []).append((self.position, kind, other, position))
        self._take(lane, merged(mine, clock))

    def _take(self, lane: int, found: dict[int, int]) -> None:
        found.pop(lane, None)
        self.current[lane] = found
        position = self.position
        if self._learned[lane] == position:
            self._clocks[lane][-1] = found
        else:
            self._learned[lane] = position
            self._marks[lane].append(position)
            self._clocks[lane].append(found)

    def forget(self) -> None:
        """Keep of each lane only the clock that it has now."""
        for lane, clock in enumerate(self.current):
            self._marks[lane] = [-1]
            self._clocks[lane] = [clock]
