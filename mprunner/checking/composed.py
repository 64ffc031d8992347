"""Promises made of promises: each part is fed its own events, and the parts' findings make one."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.matching import stands_here
from mprunner.recording.events import Event


class Composed(Constraint):
    """Gives its parts their events; what their findings make is told by `_together`."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Constraint]) -> None:
        matchers = [matcher for part in parts for matcher in part.matchers]
        super().__init__(matchers, wants_all=any(part.wants_all for part in parts))
        self._parts: list[tuple[Constraint, int, int]] = []
        shift = 0
        for part in parts:
            self._parts.append((part, shift, (1 << len(part.matchers)) - 1))
            shift += len(part.matchers)

    def feed(self, event: Event, mask: int) -> None:
        for part, shift, bits in self._parts:
            own = mask >> shift & bits
            if own or (part.wants_all and stands_here(event)):
                part.feed(event, own)

    def finish(self, end: End) -> Finding:
        return self._together([part.finish(end) for part, *_ in self._parts], end)

    def _together(self, findings: list[Finding], end: End) -> Finding:
        raise NotImplementedError


class All(Composed):
    """All parts hold. Nothing put it to the test when nothing did with any part, or (`each_tested`) with one
    of them.
    """

    __slots__ = ("_each_tested",)

    def __init__(self, parts: Sequence[Constraint], *, each_tested: bool = False) -> None:
        super().__init__(parts)
        self._each_tested = each_tested

    def _together(self, findings: list[Finding], end: End) -> Finding:
        activations = sum(one.activations for one in findings)
        for status in ("broken", "inconclusive"):
            for one in findings:
                if one.status == status:
                    return Finding(one.status, activations, one.summary, one.reason, one.witnesses)
        if self._each_tested and not all(one.activations for one in findings):
            activations = 0
        summaries = dict.fromkeys(one.summary for one in findings if one.activations or len(findings) == 1)
        return Finding("kept", activations, "; ".join(summaries) or findings[0].summary)
