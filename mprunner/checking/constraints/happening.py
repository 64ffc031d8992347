"""`happens_before: [A, B]`: something in the program orders an A before each B, not only the clock."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.by_chance.forced import unordered
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.happens_before.causality import Causality, lane_key
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Event
from mprunner.recording.order import order_events

_EARLIER, _LATER = 1, 2


class HappensBefore(Constraint):
    """Of the As only the first of each thread matters: what comes after a later one comes after it, too.

    Where a `causality` goes along with the record, each B is judged when it comes; else all are, at the end.
    """

    __slots__ = ("_broken", "_causality", "_earlier", "_example", "_first", "_last", "_later", "_total")

    def __init__(self, earlier: Matcher, later: Matcher, causality: Causality | None = None) -> None:
        super().__init__([earlier, later])
        self._earlier = phrase(earlier.form)
        self._causality = causality
        self._first: dict[Hashable, Event] = {}
        self._last: Event | None = None
        self._later: list[tuple[Event, Event | None]] = []
        self._total = 0
        self._broken = 0
        self._example: tuple[Event, Event | None] | None = None
        """The first B that is not ordered, and the last A before it."""

    def feed(self, event: Event, mask: int) -> None:
        if mask & _LATER:
            self._total += 1
            if self._causality is None:
                self._later.append((event, self._last))
            else:
                self._judge(event, self._last, self._causality)
        if mask & _EARLIER:
            self._first.setdefault(lane_key(event.call), event)
            self._last = event

    def _judge(self, event: Event, last: Event | None, causality: Causality) -> None:
        lane, clock = causality.known_by(event)
        for first in self._first.values():
            other = causality.lane(first)
            known = event.position - 1 if other == lane else clock.get(other, -1)
            if first.position <= known:
                return
        self._broken += 1
        self._example = self._example or (event, last)

    def finish(self, end: End) -> Finding:
        total = self._total
        if not total:
            return Finding("kept", 0, "never put to the test")
        if self._causality is None:
            causality = end.causality or Causality(order_events(end.recording.calls))
            for event, last in self._later:
                self._judge(event, last, causality)
        if self._example is None:
            return Finding("kept", total, f"{total} of {total}")
        event, last = self._example
        summary = f"{self._broken} of {total} broken"
        if last is None:
            reason = f"{told(event)}, and there is no {self._earlier} before it"
            return Finding("broken", total, summary, reason, (Witness(event, "too early"),))
        witnesses = (Witness(last, "earlier by the clock"), Witness(event, "later by the clock alone"))
        reason = unordered(last, event)
        return Finding("broken", total, summary, reason, witnesses)
