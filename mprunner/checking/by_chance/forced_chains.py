"""`each ... has` with two events on one side, in its strict reading: each of the three is ordered after the one before."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.constraint import End, Finding
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event

__all__ = ["ForcedChainAfter", "ForcedChainBefore", "ForcedChainedAfter", "ForcedChainedBefore"]

Lasts = dict[int, Place]


class _ForcedChain(Forced):
    __slots__ = ("_firsts", "_last")

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], causality: Causality) -> None:
        super().__init__((*each, *partner), causality)
        self._firsts: Lasts = {}
        self._last: Place | None = None


class ForcedChainBefore(_ForcedChain):
    """`each: A, has: [B, C]`, before it: of the Cs that come after a B the first of each lane matters."""

    __slots__ = ("_begun", "_last_begun")

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], causality: Causality) -> None:
        super().__init__(each, partner, causality)
        self._begun: Lasts = {}
        self._last_begun: Place | None = None

    def feed(self, event: Event, mask: int) -> None:
        here = self._place(event)
        if mask & 4:
            self._last = here
            if here.lane not in self._firsts and any(map(here.after, self._begun.values())):
                self._firsts[here.lane] = here
        if mask & 2:
            self._begun.setdefault(here.lane, here)
            self._last_begun = here
        if mask & 1 and not any(map(here.at_or_after, self._firsts.values())):
            if self._firsts:
                self._fail(max(self._firsts.values(), key=lambda place: place.position), here)
            else:
                self._fail(next(iter(self._begun.values()), None), self._last)


class _Waiting:
    """The last A of a lane, and the first B of each lane that comes after it, or is it."""

    __slots__ = ("begun", "event", "last")

    def __init__(self, event: Place) -> None:
        self.event = event
        self.begun: Lasts = {}
        self.last: Place | None = None


class ForcedChainAfter(_ForcedChain):
    """`each: A, has: [B, C]`, after it: of the As only the last of each lane matters."""

    __slots__ = ("_waiting",)

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], causality: Causality) -> None:
        super().__init__(each, partner, causality)
        self._waiting: dict[int, _Waiting] = {}

    def feed(self, event: Event, mask: int) -> None:
        here = self._place(event)
        if mask & 4:
            for lane, waiting in list(self._waiting.items()):
                waiting.last = here
                if any(map(here.after, waiting.begun.values())):
                    del self._waiting[lane]
        if mask & 1:
            self._waiting[here.lane] = _Waiting(here)
        if mask & 2:
            for waiting in self._waiting.values():
                if here.at_or_after(waiting.event):
                    waiting.begun.setdefault(here.lane, here)

    def finish(self, end: End) -> Finding:
        for waiting in self._waiting.values():
            begun = min(waiting.begun.values(), key=lambda place: place.position, default=waiting.event)
            self._fail(begun, waiting.last)
        return super().finish(end)


class ForcedChainedAfter(_ForcedChain):
    """`each: [B, C], has: A`, after it: of the Cs that follow a B only the last of each lane matters."""

    __slots__ = ("_begun", "_next", "_waiting")

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], causality: Causality) -> None:
        super().__init__(each, partner, causality)
        self._begun = False
        self._waiting: Lasts = {}
        self._next: Lasts = {}

    def feed(self, event: Event, mask: int) -> None:
        here = self._place(event)
        if mask & 2 and self._begun:
            self._waiting[here.lane] = here
            self._next.pop(here.lane, None)
            self._begun = False
        if mask & 1:
            self._begun = True
        if mask & 4:
            for lane, waiting in list(self._waiting.items()):
                if here.at_or_after(waiting):
                    del self._waiting[lane]
                else:
                    self._next.setdefault(lane, here)

    def finish(self, end: End) -> Finding:
        for lane, waiting in self._waiting.items():
            self._fail(waiting, self._next.get(lane))
        return super().finish(end)


class ForcedChainedBefore(_ForcedChain):
    """`each: [B, C], has: A`, before it: each B that a C follows comes after the first A of some lane, or is it."""

    __slots__ = ("_bad",)

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], causality: Causality) -> None:
        super().__init__(each, partner, causality)
        self._bad: tuple[Place | None, Place] | None = None

    def feed(self, event: Event, mask: int) -> None:
        here = self._place(event)
        if mask & 2 and self._bad is not None:
            self._fail(*self._bad)
        if mask & 4:
            self._firsts.setdefault(here.lane, here)
            self._last = here
        if mask & 1 and not any(map(here.at_or_after, self._firsts.values())):
            self._bad = self._bad or (self._last, here)
