"""`each ... has ... without` in its strict reading: the partner is ordered, and so is every C, before the one of the two
that comes first or after the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.constraint import End, Finding
from mprunner.checking.fields import bound_key
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event

__all__ = ["ForcedSinceLast", "ForcedUntilNext"]

_ACTIVATION, _PARTNER, _BETWEEN = 1, 2, 4

Lasts = dict[int, Place]


class _WithoutBetween(Forced):
    __slots__ = ("_betweens", "_key")

    def __init__(
        self, each: Matcher, partner: Matcher, without: Matcher, causality: Causality, bind: tuple[str, ...]
    ) -> None:
        super().__init__((each, partner, without), causality)
        self._key = bound_key(bind)
        self._betweens: Lasts = {}

    def _loose_between(self, earlier: Place) -> Place | None:
        """A C so far that is not ordered before this event."""
        for between in self._betweens.values():
            if not earlier.at_or_after(between):
                return between
        return None


class ForcedSinceLast(_WithoutBetween):
    """`where: before`: of the partners since the last C the last of each lane that comes before the activation."""

    __slots__ = ("_activations", "_available")

    def __init__(
        self, each: Matcher, partner: Matcher, without: Matcher, causality: Causality, bind: tuple[str, ...]
    ) -> None:
        super().__init__(each, partner, without, causality, bind)
        self._available: dict[tuple[Hashable, int], list[Place]] = {}
        self._activations: Lasts = {}

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        key = None if self._key is None else self._key(event.call)
        here = self._place(event)
        if mask & _BETWEEN:
            for activation in self._activations.values():
                if not here.after(activation):
                    self._fail(activation, here)
        if mask & (_ACTIVATION | _PARTNER) == _ACTIVATION:
            self._activate(here, key)
            self._activations[here.lane] = here
        if mask & _BETWEEN:
            self._available.clear()
            self._betweens[here.lane] = here
        if mask & _PARTNER:
            self._available.setdefault((key, here.lane), []).append(here)

    def _activate(self, here: Place, key: Hashable) -> None:
        last = None
        for partner in self._candidates(here, key):
            last = self._loose_between(partner)
            if last is None:
                return
        if last is not None:
            self._fail(last, here)
            return
        found = [places[-1] for (other, _), places in self._available.items() if other == key]
        self._fail(max(found, key=lambda place: place.position, default=None), here)

    def _candidates(self, here: Place, key: Hashable) -> Iterator[Place]:
        for (other, lane), places in self._available.items():
            if other == key:
                known = here.position if lane == here.lane else here.clock.get(lane, -1)
                count = bisect_right(places, known, key=lambda place: place.position)
                if count:
                    yield places[count - 1]


class _Pending:
    """Activations that wait, the last of them, and the first partner of each lane after it. `closed`: a C has come."""

    __slots__ = ("closed", "event", "key", "next", "partners")

    def __init__(self, event: Place, key: Hashable) -> None:
        self.event = event
        self.key = key
        self.partners: Lasts = {}
        self.next: Place | None = None
        self.closed = False

    def outlives(self, other: _Pending) -> bool:
        """Whether a C that leaves the other a partner leaves this one a partner, too."""
        return all(
            lane in self.partners and self.partners[lane].position <= partner.position
            for lane, partner in other.partners.items()
        )


class ForcedUntilNext(_WithoutBetween):
    """`where: after`: each C that comes later must come after a partner of each activation that waits."""

    __slots__ = ("_closed", "_open")

    def __init__(
        self, each: Matcher, partner: Matcher, without: Matcher, causality: Causality, bind: tuple[str, ...]
    ) -> None:
        super().__init__(each, partner, without, causality, bind)
        self._open: dict[tuple[Hashable, int], _Pending] = {}
        self._closed: list[_Pending] = []

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        key = None if self._key is None else self._key(event.call)
        here = self._place(event)
        if mask & _PARTNER:
            for pending in self._open.values():
                if pending.key == key:
                    pending.next = pending.next or here
                    if here.after(pending.event):
                        pending.partners.setdefault(here.lane, here)
        if mask & _BETWEEN:
            self._cut(here)
        if mask & (_ACTIVATION | _PARTNER) == _ACTIVATION:
            between = self._loose_between(here)
            if between is not None:
                self._fail(between, here)
            self._open[key, here.lane] = _Pending(here, key)
        if mask & _BETWEEN:
            self._betweens[here.lane] = here

    def _cut(self, here: Place) -> None:
        for pending in (*self._closed, *self._open.values()):
            left = {lane: one for lane, one in pending.partners.items() if here.at_or_after(one)}
            if not left:
                some = next(iter(pending.partners.values()), None)
                self._fail(some, here) if some is not None else self._fail(pending.event, pending.next)
            pending.partners = left
        for pending in self._open.values():
            self._closed = [one for one in self._closed if not one.outlives(pending)]
            self._closed.append(pending)
        self._open.clear()

    def finish(self, end: End) -> Finding:
        for pending in self._open.values():
            if not pending.partners:
                self._fail(pending.event, pending.next)
        return super().finish(end)
