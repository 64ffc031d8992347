"""Locks and semaphores: what came for certain before an acquire that succeeded."""

from __future__ import annotations

from typing import Any

from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.gatherings import Permits
from mprunner.checking.happens_before.things import Setting, Thing

__all__ = ["Lock", "Semaphore"]


class Lock(Thing):
    """The releases of one lock.

    As long as only the holder releases it, acquires and releases take turns, and the last release that had begun is the one
    that an acquire got the lock from. Once somebody else has released it, only a release that had ended before the
    acquire began is certain to have come before.
    """

    __slots__ = ("_before", "_depth", "_depths", "_holder", "_last", "_running", "_settled", "_strange")

    def begin_again(self) -> None:
        self._holder: int | None = None
        self._depth = 0
        self._depths: dict[int, int] = {}
        self._last: Moment | None = None
        self._strange = False
        self._settled: Moment | None = None
        self._running: dict[int, Moment] = {}
        self._before: dict[int, Moment | None] = {}

    def releases(self, _: Any, lane: int, number: int) -> None:
        """A call begins to release."""
        knowledge = self._knowledge
        moment = self._last = (lane, knowledge.position, knowledge.current[lane])
        if lane != self._holder:
            self._strange = True
        if self._depth > 1:
            self._depth -= 1
        else:
            self._holder, self._depth = None, 0
        if self._strange:
            self._running[number] = moment

    def released(self, _: Any, lane: int, number: int) -> None:
        """It has released."""
        if self._strange and number in self._running:
            self._settled = self._running.pop(number)

    def acquires(self, _: Any, lane: int, number: int) -> None:
        """A call begins to acquire."""
        if self._strange:
            self._before[number] = self._settled

    def acquired(self, _: Any, lane: int, number: int) -> None:
        """It has the lock: after the release that it surely got it from."""
        if self._holder == lane:
            self._depth += 1
        else:
            self._holder, self._depth = lane, 1
        release = self._before.pop(number, None) if self._strange else self._last
        if release is not None and release[0] != lane and self._name not in self._blurred:
            self._knowledge.learn(lane, release, "lock")

    def lets_go(self, lane: int, number: int) -> None:
        """A condition's wait begins: it releases the lock, however often it was taken, and is going to acquire it."""
        depth = max(self._depth, 1)
        self._depth = 1
        self.releases(None, lane, number)
        self._depths[number] = depth
        self.acquires(None, lane, number)

    def takes_back(self, lane: int, number: int) -> None:
        """The wait ends: the lock is taken as often as it was before."""
        depth = self._depths.pop(number, 1)
        self.acquired(None, lane, number)
        self._depth += depth - 1


class Semaphore(Thing):
    """A semaphore's permits; where its first value is not known it orders nothing."""

    __slots__ = ("_limit", "_permits")

    def __init__(self, name: str | None, setting: Setting) -> None:
        self._limit = setting.declared.limit(name)
        super().__init__(name, setting)

    def begin_again(self) -> None:
        self._permits = None if self._limit is None else Permits(self._limit)

    def releases(self, _: Any, lane: int, number: int) -> None:
        """A call begins to release."""
        if self._permits is not None:
            self._permits.releases(self._knowledge.now(lane))

    def acquires(self, _: Any, lane: int, number: int) -> None:
        """A call begins to acquire."""
        if self._permits is not None:
            self._permits.acquires(number)

    def acquired(self, _: Any, lane: int, number: int) -> None:
        """It has a permit."""
        if self._permits is not None:
            self._learn(lane, self._permits.acquired(number), "permit")
