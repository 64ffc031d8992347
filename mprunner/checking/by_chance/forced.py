"""The strict reading of a promise on order: that the program orders its events, not only the clock.

A promise that holds in a run holds *by chance* when no choice of partners that keeps it is ordered by edges. Of what one
thread did only the first or the last matters: what comes after a later one of its instants comes after the earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.happens_before.clocks import Clock
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import told
from mprunner.recording.events import Event
from mprunner.records import record

__all__ = ["Forced", "Place", "unordered"]


@record(eq=False)
class Place:
    """Where an event stands among the others: its lane, its position, and what it knows of other lanes."""

    event: Event
    lane: int
    position: int
    clock: Clock

    def after(self, other: Place) -> bool:
        """Whether something orders `other` before this."""
        if other.lane == self.lane:
            return other.position < self.position
        return self.clock.get(other.lane, -1) >= other.position

    def at_or_after(self, other: Place) -> bool:
        return other.event is self.event or self.after(other)


def unordered(earlier: Event, later: Event) -> str:
    """What is missing between two events, in a sentence."""
    return f"{told(earlier)}, and {told(later)} after it only by the clock: no start, join, lock or item orders the two"


class Forced(Constraint):
    """Kept when some choice of events that keeps the promise is ordered by edges; else broken, with the two events
    that nothing orders as witnesses. Where the promise itself is broken, so is this.
    """

    __slots__ = ("_causality", "_loose", "_places")

    def __init__(
        self, matchers: tuple[Matcher, ...], causality: Causality, *, wants_all: bool = False
    ) -> None:
        super().__init__(matchers, wants_all=wants_all)
        self._causality = causality
        self._loose: tuple[Event | None, Event | None] | None = None

    def _feed_some(self, sight: Sight, find: Callable[[bytes, int], int]) -> None:
        """Take of each kind of event of each process only the one that `find` finds, where that thread is all of it."""
        if not self._causality.one_lane_each:
            self.feed_each(sight)
            return
        symbols = sight.row.symbols
        for place in sorted(find(symbols, symbol) for symbol in sight.seen):
            if place >= 0:
                self.feed(sight.event(place), sight.mask(place))

    def _place(self, event: Event) -> Place:
        lane, clock = self._causality.known_by(event)
        return Place(event, lane, event.position, clock)

    def _fail(self, earlier: Place | None, later: Place | None) -> None:
        """Nothing orders these two; None: there is no such event at all. The first pair counts."""
        if self._loose is None:
            self._loose = (
                None if earlier is None else earlier.event,
                None if later is None else later.event,
            )

    def finish(self, end: End) -> Finding:
        if self._loose is None:
            return Finding("kept", 1, "ordered")
        earlier, later = self._loose
        if earlier is None or later is None:
            return Finding("broken", 1, "not kept", "it is not kept")
        witnesses = (Witness(earlier, "earlier by the clock"), Witness(later, "later by the clock alone"))
        return Finding("broken", 1, "by chance", unordered(earlier, later), witnesses)
