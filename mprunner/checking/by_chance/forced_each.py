"""`each ... has` in its strict reading: the partner is ordered before or after by edges."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.constraint import End, Finding
from mprunner.checking.fields import bound_key
from mprunner.checking.forms import Where
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Call, Event

__all__ = ["ForcedAfter", "ForcedApart", "ForcedBefore", "ForcedNext"]

_ACTIVATION, _PARTNER = 1, 2

Lasts = dict[int, Place]


class ForcedBefore(Forced):
    """`where: before`: of the partners only the first of each lane matters, and of the activations."""

    __slots__ = ("_done", "_firsts", "_key", "_last")

    def __init__(self, each: Matcher, partner: Matcher, causality: Causality, bind: tuple[str, ...]) -> None:
        super().__init__((each, partner), causality)
        self._key = bound_key(bind)
        self._firsts: dict[Hashable, Lasts] = {}
        self._done: set[tuple[Hashable, int]] = set()
        self._last: dict[Hashable, Place] = {}

    def aspect(self, call: Call) -> Hashable:
        return call.process

    def feed_block(self, sight: Sight) -> None:
        if self._key is None:
            self._feed_some(sight, bytes.find)
        else:
            self.feed_each(sight)

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        key = None if self._key is None else self._key(event.call)
        here = self._place(event)
        if mask == _ACTIVATION and (key, here.lane) not in self._done:
            if any(map(here.after, self._firsts.get(key, {}).values())):
                self._done.add((key, here.lane))
            else:
                self._fail(self._last.get(key), here)
        if mask & _PARTNER:
            self._firsts.setdefault(key, {}).setdefault(here.lane, here)
            self._last[key] = here


class ForcedAfter(Forced):
    """`where: after`: of the activations of a lane only the last matters, and whether a partner comes after it."""

    __slots__ = ("_key", "_next", "_waiting")

    def __init__(self, each: Matcher, partner: Matcher, causality: Causality, bind: tuple[str, ...]) -> None:
        super().__init__((each, partner), causality)
        self._key = bound_key(bind)
        self._waiting: dict[Hashable, Lasts] = {}
        self._next: dict[tuple[Hashable, int], Place] = {}

    def aspect(self, call: Call) -> Hashable:
        return call.process

    def feed_block(self, sight: Sight) -> None:
        if self._key is None:
            self._feed_some(sight, bytes.rfind)
        else:
            self.feed_each(sight)

    def feed(self, event: Event, mask: int) -> None:
        key = None if self._key is None else self._key(event.call)
        here = self._place(event)
        if mask & _PARTNER:
            waiting = self._waiting.get(key, {})
            for lane, activation in list(waiting.items()):
                if here.after(activation):
                    del waiting[lane]
                    self._next.pop((key, lane), None)
                else:
                    self._next.setdefault((key, lane), here)
            if not waiting:
                self._waiting.pop(key, None)
        elif mask & _ACTIVATION:
            self._waiting.setdefault(key, {})[here.lane] = here
            self._next.pop((key, here.lane), None)

    def finish(self, end: End) -> Finding:
        for key, waiting in self._waiting.items():
            for lane, activation in waiting.items():
                self._fail(activation, self._next.get((key, lane)))
        return super().finish(end)


class ForcedApart(Forced):
    """`has_no`, `where: after` (or `before`): each partner is ordered before (or after) each activation."""

    __slots__ = ("_earlier", "_first", "_key", "_second")

    def __init__(
        self, each: Matcher, partner: Matcher, causality: Causality, bind: tuple[str, ...], where: Where
    ) -> None:
        super().__init__((each, partner), causality)
        self._key = bound_key(bind)
        self._first = _PARTNER if where == "after" else _ACTIVATION
        self._second = _ACTIVATION if where == "after" else _PARTNER
        self._earlier: dict[Hashable, Lasts] = {}

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        key = None if self._key is None else self._key(event.call)
        here = self._place(event)
        earlier = self._earlier.setdefault(key, {})
        if mask & self._second:
            for other in earlier.values():
                if not here.after(other):
                    self._fail(other, here)
        if mask & self._first:
            earlier[here.lane] = here


class ForcedNext(Forced):
    """`where: next` and `previous`: the neighbour is ordered, and nothing can come between the two."""

    __slots__ = ("_floors", "_last", "_lasts", "_next")

    def __init__(self, each: Matcher, partner: Matcher, causality: Causality, where: Where) -> None:
        super().__init__((each, partner), causality, wants_all=True)
        self._next = where == "next"
        self._last: tuple[Place, int] | None = None
        self._lasts: Lasts = {}
        self._floors: Lasts = {}

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        here = self._place(event)
        for floor in self._floors.values():
            if not here.after(floor):
                self._fail(floor, here)
        if self._last is not None:
            last, last_mask = self._last
            if (last_mask if self._next else mask) & _ACTIVATION:
                self._neighbours(last, here)
            self._lasts[last.lane] = last
        self._last = (here, mask)

    def _neighbours(self, first: Place, second: Place) -> None:
        if not second.after(first):
            self._fail(first, second)
        for other in self._lasts.values():
            if not first.after(other):
                self._fail(other, first)
        self._floors[second.lane] = second
