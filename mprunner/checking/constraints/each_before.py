"""`each: A, has: B, where: before`: what is available is the last B since the last C."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from mprunner.checking.blocks.kept import Spot
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.blocks.strikes import first_struck, struck
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.each import Each
from mprunner.checking.constraints.partners import ACTIVATION, BETWEEN, BOTH, PARTNER
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event

__all__ = ["EachBefore"]


class EachBefore(Each):
    """`where: before`: what is available is the last B since the last C."""

    __slots__ = ("_available",)

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, where="before", **options)
        self._available: dict[Hashable, Spot] = {}

    def _take(self, key: Hashable, mask: int, spot: Spot) -> None:
        if mask & ACTIVATION:
            self._activations += 1
            found = spot if mask & PARTNER else self._available.get(key)
            if (found is None) is self._wanted:
                self._break(1, spot, found)
        if mask & BETWEEN:
            self._available.clear()
        if mask & PARTNER:
            self._available[key] = spot

    def feed_block(self, sight: Sight) -> None:
        if self._key is not None:
            self._take_each(sight)
            if self._wanted or self._first is not None:
                self._kept.forget()  # which B it was, nobody will ask
            self._thin(self._available.values())
            return
        activations = sight.count(ACTIVATION)
        self._activations += activations
        if self._free:
            self._block_free(sight, activations)
        else:
            self._block_without(sight, activations)

    def _block_free(self, sight: Sight, activations: int) -> None:
        available = bool(self._available)
        start = 0 if available else sight.first(PARTNER)
        early = 0 if available else activations
        if start >= 0 and activations:
            early = sight.count_between(ACTIVATION, 0, start)
        broken = early if self._wanted else activations - early
        if broken:
            self._broken += broken
            if self._first is None:
                self._found(sight, sight.first(ACTIVATION, 0 if self._wanted else start))
        if start >= 0 and not (available and self._wanted):
            self._last_partner(sight)

    def _block_without(self, sight: Sight, activations: int) -> None:
        letters = sight.letters(self._alphabet)
        outside = bool(self._available) is not self._wanted
        broken = struck(letters, "end", from_outside=outside) if activations else 0
        both = 0 if self._wanted else sight.count_all(BOTH)
        if broken or both:
            self._broken += broken + both
            if self._first is None:
                places = [sight.first_of_all(BOTH)] if both else []
                if broken:
                    number = first_struck(letters, "end", from_outside=outside)
                    places.append(sight.place(self._alphabet, number))
                self._found(sight, min(places))
        last = letters.rstrip(b"a")[-1:]
        if last and last in (b"g" if self._wanted else b"k"):
            self._last_partner(sight)
        elif last:
            self._available.clear()

    def _found(self, sight: Sight, place: int) -> None:
        """The first violation is that of the activation at this place."""
        event = sight.event(place)
        other: Event | None = None
        if not self._wanted:
            last = sight.last(PARTNER, place)
            if sight.mask(place) & PARTNER:
                other = event
            else:
                other = sight.event(last) if last >= 0 else self._kept.event(self._available[None])
        self._first = (event, other)

    def _last_partner(self, sight: Sight) -> None:
        if self._wanted or self._first is not None:
            if not self._available:
                self._available[None] = -1  # which one it was, nobody will ask
            return
        last = sight.last(PARTNER)
        if last >= 0:
            self._available[None] = sight.event(last)

    def _open(self) -> Hashable:
        return frozenset(self._available)

    def finish(self, end: End) -> Finding:
        return self._finding(end, 0, None)
