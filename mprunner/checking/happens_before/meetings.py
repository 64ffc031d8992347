"""Events, conditions and barriers: what several threads wait for, and who let them go on."""

from __future__ import annotations

from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.gatherings import Arrivals, Flag
from mprunner.checking.happens_before.locks import Lock
from mprunner.checking.happens_before.things import Named, Setting, Thing
from mprunner.recording.events import Call
from mprunner.recording.locks import lock_of

__all__ = ["Barrier", "Condition", "Event"]


class Event(Thing):
    """A `multiprocessing.Event`: a set, and who saw it set."""

    __slots__ = ("_flag",)

    def begin_again(self) -> None:
        self._flag = Flag()

    def sets(self, call: Call, lane: int, number: int) -> None:
        self._flag.sets(number, self._knowledge.now(lane))

    def has_set(self, call: Call, lane: int, number: int) -> None:
        self._flag.has_set(number)

    def clears(self, call: Call, lane: int, number: int) -> None:
        self._flag.clears(number)

    def cleared(self, call: Call, lane: int, number: int) -> None:
        self._flag.cleared(number)

    def looks(self, call: Call, lane: int, number: int) -> None:
        """A wait, or an `is_set`, begins."""
        self._flag.waits(number)

    def waited(self, call: Call, lane: int, number: int) -> None:
        self._sees(lane, number, call.outcome == "ok")

    def looked(self, call: Call, lane: int, number: int) -> None:
        """An `is_set` ends."""
        self._sees(lane, number, call.values.get("result") is True)

    def _sees(self, lane: int, number: int, seen: bool) -> None:
        moments = self._flag.seen(number)
        if seen and moments and self._name not in self._blurred:
            self._knowledge.learn_one_of(lane, moments, "set")


class Condition(Thing):
    """The waits for a condition and the notifications. Its lock is a thing by itself."""

    __slots__ = ("_locks", "_notified", "_since")

    def __init__(self, name: str | None, setting: Setting, locks: Named[Lock]) -> None:
        super().__init__(name, setting)
        self._locks = locks

    def begin_again(self) -> None:
        self._notified: list[tuple[int, Moment]] = []
        self._since: dict[int, int] = {}

    def notifies(self, call: Call, lane: int, number: int) -> None:
        if self._since:
            self._notified.append((self._knowledge.position, self._knowledge.now(lane)))

    def waits(self, call: Call, lane: int, number: int) -> None:
        self._locks[lock_of(call)].lets_go(lane, number)
        self._since[number] = self._knowledge.position

    def waited(self, call: Call, lane: int, number: int) -> None:
        since = self._since.pop(number)
        if call.outcome == "ok" and self._name not in self._blurred:
            found = [moment for position, moment in self._notified if position > since]
            if found:
                self._knowledge.learn_one_of(lane, found, "notify")
        if not self._since:
            self._notified.clear()
        self._locks[lock_of(call)].takes_back(lane, number)


class Barrier(Thing):
    """The waits at a barrier; where the number of its parties is not known it orders nothing."""

    __slots__ = ("_arrivals", "_parties")

    def __init__(self, name: str | None, setting: Setting) -> None:
        self._parties = setting.declared.limit(name)
        super().__init__(name, setting)

    def begin_again(self) -> None:
        self._arrivals = None if self._parties is None else Arrivals(self._parties)

    def waits(self, call: Call, lane: int, number: int) -> None:
        if self._arrivals is not None:
            rank = call.values.get("result")
            for other, moment in self._arrivals.arrives(number, self._knowledge.now(lane), rank):
                self._learn(other, (moment,), "barrier")

    def waited(self, call: Call, lane: int, number: int) -> None:
        if self._arrivals is not None:
            met = self._arrivals.leaves(number, self._knowledge.position, self._knowledge.current)
            self._learn(lane, met, "barrier")
