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
    """Of the As only the first of each thread matters: what comes after a later one comes after it, too."""

    __slots__ = ("_earlier", "_first", "_last", "_later")

    def __init__(self, earlier: Matcher, later: Matcher) -> None:
        super().__init__([earlier, later])
        self._earlier = phrase(earlier.form)
        self._first: dict[Hashable, Event] = {}
        self._last: Event | None = None
        self._later: list[tuple[Event, Event | None]] = []

    def feed(self, event: Event, mask: int) -> None:
        if mask & _LATER:
            self._later.append((event, self._last))
        if mask & _EARLIER:
            self._first.setdefault(lane_key(event.call), event)
            self._last = event

    def finish(self, end: End) -> Finding:
        total = len(self._later)
        if not total:
            return Finding("kept", 0, "never put to the test")
        causality = end.causality or Causality(order_events(end.recording.calls))
        firsts = list(self._first.values())
        broken = [
            (event, last)
            for event, last in self._later
            if not any(causality.before(first, event) for first in firsts)
        ]
        if not broken:
            return Finding("kept", total, f"{total} of {total}")
        event, last = broken[0]
        summary = f"{len(broken)} of {total} broken"
        if last is None:
            reason = f"{told(event)}, and there is no {self._earlier} before it"
            return Finding("broken", total, summary, reason, (Witness(event, "too early"),))
        witnesses = (Witness(last, "earlier by the clock"), Witness(event, "later by the clock alone"))
        reason = unordered(last, event)
        return Finding("broken", total, summary, reason, witnesses)
