"""`max_parallel` in its strict reading: in no order that the edges allow are more spans open at once.

Spans of which none ends before another begins, by edges, can all be open at once; and only such. So the most there can be is the
size of the largest set of spans that nothing orders, which is the least number of chains that all spans fall into (Dilworth).
"""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.spans import Span, SpanBuilder
from mprunner.checking.happens_before.causality import Causality
from mprunner.recording.events import Event

__all__ = ["ForcedParallel"]

_MOST_SPANS = 400
"""Each is compared with each: of more nothing is said."""


class ForcedParallel(Forced):
    """At most `most` spans at a time."""

    __slots__ = ("_begins", "_builder", "_ends", "_most", "_numbers")

    def __init__(self, builder: SpanBuilder, causality: Causality, most: int) -> None:
        super().__init__(builder.matchers, causality)
        self._builder = builder
        self._most = most
        self._begins: list[Place] = []
        self._ends: list[Place | None] = []
        self._numbers: dict[int, int] = {}

    def feed(self, event: Event, mask: int) -> None:
        if len(self._begins) > _MOST_SPANS:
            return
        builder = self._builder
        builder.feed(event, mask)
        for span in builder.closed:
            number = self._numbers.pop(_of(span), None)
            if number is not None:
                self._ends[number] = self._place(event)
        if builder.opened is not None:
            self._numbers[_of(builder.opened)] = len(self._begins)
            self._begins.append(self._place(event))
            self._ends.append(None)

    def finish(self, end: End) -> Finding:
        if self._most < len(self._begins) <= _MOST_SPANS:
            self._weigh()
        return super().finish(end)

    def _weigh(self) -> None:
        begins, ends = self._begins, self._ends
        later = [
            [other for other, begin in enumerate(begins) if end is not None and begin.at_or_after(end)]
            for end in ends
        ]
        together = unordered_set(later)
        if len(together) <= self._most:
            return
        for one in together:
            for other in together:
                end = ends[one]
                if end is not None and end.position < begins[other].position:
                    self._fail(end, begins[other])
                    return
        self._fail(None, None)


def _of(span: Span) -> int:
    """A span by its begin."""
    return span.begin.position


def unordered_set(later: Sequence[Sequence[int]]) -> list[int]:
    """The largest set of which none comes after another; `later` has those that come after each, transitively."""
    before: dict[int, int] = {}
    """By place the one before it in its chain."""

    def placed(one: int, tried: set[int]) -> bool:
        for other in later[one]:
            if other not in tried:
                tried.add(other)
                if other not in before or placed(before[other], tried):
                    before[other] = one
                    return True
        return False

    reached = {one for one in range(len(later)) if not placed(one, set())}
    waiting, passed = [*reached], set()
    while waiting:
        for other in later[waiting.pop()]:
            if other not in passed:
                passed.add(other)
                if before[other] not in reached:
                    reached.add(before[other])
                    waiting.append(before[other])
    return sorted(reached - passed)
