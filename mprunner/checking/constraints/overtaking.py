"""`bounded_overtaking`: between the request of one and its grant, others are granted at most so many times.

Known as bounded bypass, or bounded waiting. The grants that count lie strictly between the two; a second request of one that
waits already opens nothing, since it waits for less than the first.
"""

from __future__ import annotations

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.per import group_key
from mprunner.checking.forms import PerKind
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event

_REQUEST, _GRANT = 1, 2


class Overtaking(Constraint):
    """Who waits, since when, and who was granted meanwhile."""

    __slots__ = ("_broken", "_first", "_key", "_most", "_requests", "_waiting", "_worst")

    def __init__(self, request: Matcher, grant: Matcher, *, at_most: int, by: PerKind) -> None:
        super().__init__([request, grant])
        self._most = at_most
        self._key = group_key(by)
        self._requests = 0
        self._broken = 0
        self._worst = 0
        self._waiting: dict[str, tuple[Event, list[Event]]] = {}
        self._first: tuple[Event, list[Event]] | None = None

    @property
    def worst(self) -> int:
        """How often the one was overtaken that was so most often."""
        return self._worst

    @property
    def overtaken(self) -> int:
        """How many requests were overtaken too often."""
        return self._broken

    def feed(self, event: Event, mask: int) -> None:
        who = self._key(event.call)
        if who is None:
            return
        if mask & _GRANT:
            self._waiting.pop(who, None)
            for request, grants in self._waiting.values():
                grants.append(event)
                self._worst = max(self._worst, len(grants))
                if len(grants) == self._most + 1:
                    self._broken += 1
                    self._first = self._first or (request, grants[:])
        if mask & _REQUEST:
            self._requests += 1
            self._waiting.setdefault(who, (event, []))

    def finish(self, end: End) -> Finding:
        total = self._requests
        if self._first is None:
            worst = f"overtaken at most {_times(self._worst)}" if self._worst else "never overtaken"
            return Finding("kept", total, f"{counted(total, 'request')}, {worst}")
        request, grants = self._first
        others = ", ".join(f"{self._key(one.call)} {number(one)}" for one in grants)
        reason = (
            f"{told(request)}, and before it was granted others were {_times(len(grants))} ({others}); "
            f"{'at most ' if self._most else ''}{_times(self._most)} is promised"
        )
        witnesses = [Witness(request, "waits from here")]
        witnesses += [Witness(one, f"overtakes it ({place})") for place, one in enumerate(grants, 1)]
        summary = f"{self._broken} of {counted(total, 'request')} overtaken too often"
        return Finding("broken", total, summary, reason, tuple(witnesses))


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
