"""`each: A, has: B`, after it or anywhere: activations wait for a B."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import islice
from typing import Any

from mprunner.checking.blocks.kept import Spot
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.blocks.strikes import Struck, first_struck, pending, struck
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.each import Each
from mprunner.checking.constraints.partners import ACTIVATION, BETWEEN, BOTH, PARTNER
from mprunner.checking.matching import Matcher

__all__ = ["EachAfter"]


class EachAfter(Each):
    """`where: after` and `anywhere`: activations wait for a B, or, with `has_no`, are armed against one."""

    __slots__ = ("_available", "_waiting")

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, **options)
        self._waiting: dict[Hashable, list[Any]] = {}
        self._available: dict[Hashable, Spot] | None = {} if self._where == "anywhere" else None

    def _take(self, key: Hashable, mask: int, spot: Spot) -> None:
        waiting = self._waiting
        found: Spot | None = None
        if mask & PARTNER:
            found = spot
            if key in waiting:
                first, count = waiting.pop(key)
                if not self._wanted:
                    self._break(count, first, spot)
        elif self._available is not None and mask & ACTIVATION:
            found = self._available.get(key)
        if mask & BETWEEN:
            self._cut(spot)
        if mask & ACTIVATION:
            self._activations += 1
            if found is not None:
                if not self._wanted:
                    self._break(1, spot, found)
            elif key in waiting:
                waiting[key][1] += 1
            else:
                waiting[key] = [spot, 1]
        if self._available is not None and mask & PARTNER:
            self._available[key] = spot

    def _cut(self, spot: Spot) -> None:
        """A C came: what waits gets nothing any more."""
        if self._wanted:
            for first, count in self._waiting.values():
                self._break(count, first, spot)
        self._waiting.clear()
        if self._available is not None:
            self._available.clear()

    def feed_block(self, sight: Sight) -> None:
        if self._key is not None:
            self._take_each(sight)
            self._forget()
            self._thin([*(first for first, _ in self._waiting.values()), *(self._available or {}).values()])
            return
        activations = sight.count(ACTIVATION)
        self._activations += activations
        if not self._free and self._available is not None:
            self._block_anywhere_without(sight, self._available)
        elif not self._free:
            self._block_without(sight, activations)
        elif self._available is None:
            self._block_after(sight, activations)
        else:
            self._block_anywhere(sight, activations)

    def _forget(self) -> None:
        """Let go of the blocks of which nothing will be asked any more."""
        spots = [
            first for first, _ in islice(self._waiting.values(), 1)
        ]  # the first that waits is the oldest
        if self._available and not self._wanted and self._first is None:
            spots += self._available.values()
        self._kept.forget(min(spots, default=None) if self._shaped else None)

    def _block_after(self, sight: Sight, activations: int) -> None:
        last = sight.last(PARTNER)
        if last < 0:
            self._wait(sight, activations, 0)
            return
        left = sight.count_between(ACTIVATION, last + 1, len(sight)) if activations else 0
        if not self._wanted:
            self._broken += self._waits() + activations - left
            if self._first is None and (self._waiting or activations > left):
                self._against(sight, sight.first(ACTIVATION))
        self._waiting.clear()
        self._wait(sight, left, last + 1)

    def _block_anywhere(self, sight: Sight, activations: int) -> None:
        assert self._available is not None
        if not self._available and sight.first(PARTNER) < 0:
            self._wait(sight, activations, 0)
            return
        if not self._wanted:
            self._broken += self._waits() + activations
            if self._first is None and (self._waiting or activations):
                self._against(sight, sight.first(ACTIVATION))
            last = sight.last(PARTNER)
            if last >= 0 and self._first is None:
                self._available[None] = sight.event(last)
        self._waiting.clear()
        if not self._available:
            self._available[None] = -1  # which one it was, nobody will ask

    def _block_without(self, sight: Sight, activations: int) -> None:
        letters = sight.letters(self._alphabet)
        if not letters:
            return
        broken = struck(letters, "start") if activations else 0
        both = 0 if self._wanted else sight.count_all(BOTH)
        bare = letters.lstrip(b"a")
        stopped = self._waits() if bare[:1] in (b"k", b"x") else 0
        self._broken += broken + both + stopped
        if self._first is None and stopped:
            self._against(sight, -1)
        if bare:
            self._waiting.clear()
        if self._first is None and (broken or both):
            places = [sight.first_of_all(BOTH)] if both else []
            if broken:
                places.append(sight.place(self._alphabet, first_struck(letters, "start")))
            self._against(sight, min(places))
        left = pending(letters)
        if left:
            # The letters that strike or shelter are those of Bs and Cs; the last of them may itself wait.
            last = sight.last(PARTNER | BETWEEN)
            waits = last >= 0 and sight.mask(last) & (BOTH | BETWEEN) == ACTIVATION | BETWEEN
            self._wait(sight, left, last if waits else last + 1)

    def _block_anywhere_without(self, sight: Sight, available: dict[Hashable, Spot]) -> None:
        """With `has` an activation is broken when there is a C on both of its sides before any B; with `has_no` when there is a B
        on either side before any C.
        """
        letters = sight.letters(self._alphabet)
        if not letters:
            return
        outside = bool(available) is not self._wanted
        before = Struck.of(letters, "end", from_outside=outside)
        after = Struck.of(letters, "start")
        broken = before & after if self._wanted else before | after
        both = 0 if self._wanted else sight.count_all(BOTH)
        bare = letters.strip(b"a")
        stopped = self._waits() if bare[:1] in (b"k", b"x") else 0
        self._broken += broken.count() + both + stopped
        if self._first is None and stopped:
            event = self._kept.event(self._waiting[None][0])
            self._first = (event, sight.event(sight.first(BETWEEN if self._wanted else PARTNER)))
        elif self._first is None and (both or broken.count()):
            self._beside(sight, broken, before, available)
        if bare:
            self._waiting.clear()
            if bare[-1:] in (b"g" if self._wanted else b"k"):
                asks = not self._wanted and self._first is None
                available[None] = sight.event(sight.last(PARTNER)) if asks else -1
            else:
                available.clear()
        if not available:
            # Those behind all Bs and Cs wait; so does the last C, if it is an A that has found nothing before it.
            left = pending(letters)
            last = sight.last(PARTNER | BETWEEN)
            waits = last >= 0 and bare[-1:] in (b"x", b"y")
            if waits and (len(letters.rstrip(b"a")) - 1 in before) is not self._wanted:
                left, waits = left - 1, False
            self._wait(sight, left, last if waits else last + 1)

    def _beside(self, sight: Sight, broken: Struck, before: Struck, available: dict[Hashable, Spot]) -> None:
        """The first violation is that of the first of these."""
        number = broken.first()
        places = [sight.place(self._alphabet, number)] if number >= 0 else []
        if not self._wanted and (both := sight.first_of_all(BOTH)) >= 0:
            places.append(both)
        place = min(places)
        event = sight.event(place)
        if self._wanted:
            other = sight.event(sight.first(BETWEEN, place + 1))
        elif sight.mask(place) & PARTNER:
            other = event
        elif number in before:
            last = sight.last(PARTNER, place)
            other = sight.event(last) if last >= 0 else self._kept.event(available[None])
        else:
            other = sight.event(sight.first(PARTNER, place + 1))
        self._first = (event, other)

    def _against(self, sight: Sight, place: int) -> None:
        """The first violation is that of what waits, or of the activation at this place."""
        if self._waiting:
            event, place = self._kept.event(self._waiting[None][0]), -1
        else:
            event = sight.event(place)
            if not self._wanted and sight.mask(place) & PARTNER:
                self._first = (event, event)
                return
        bits = BETWEEN if self._wanted else PARTNER
        before = sight.last(PARTNER, place) if place >= 0 else -1
        if self._available and before < 0 and place >= 0:
            other = self._kept.event(self._available[None])
        elif self._available is not None and before >= 0:
            other = sight.event(before)
        else:
            other = sight.event(sight.first(bits, place + 1))
        self._first = (event, other)

    def _waits(self) -> int:
        return self._waiting[None][1] if self._waiting else 0

    def _wait(self, sight: Sight, count: int, start: int) -> None:
        if count:
            if self._waiting:
                self._waiting[None][1] += count
            else:
                self._waiting[None] = [sight.event(sight.first(ACTIVATION, start)), count]

    def _open(self) -> Hashable:
        return frozenset(self._waiting), None if self._available is None else frozenset(self._available)

    def finish(self, end: End) -> Finding:
        if not self._wanted:
            return self._finding(end, 0, None)
        waiting = sum(count for _, count in self._waiting.values())
        examples = [self._kept.event(first) for first, _ in self._waiting.values()]
        example = min(examples, key=lambda one: one.position, default=None)
        return self._finding(end, waiting, example)
