"""`each: A, has: B`, directly next to it."""

from __future__ import annotations

import re
from collections.abc import Hashable
from itertools import compress
from operator import eq
from typing import Any

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.each import Each
from mprunner.checking.constraints.partners import ACTIVATION, BOTH, PARTNER
from mprunner.checking.matching import Matcher
from mprunner.checking.wording import told
from mprunner.recording.events import Event

__all__ = ["EachNext"]


class EachNext(Each):
    """`where: next` and `previous`: two neighbouring events."""

    __slots__ = ("_last", "_last_mask")

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, **options)
        self._last: Event | None = None
        self._last_mask = 0

    def feed(self, event: Event, mask: int) -> None:
        if self._where == "next":
            if mask & ACTIVATION:
                self._activations += 1
            if self._last_mask & ACTIVATION and self._last is not None:
                self._judge(self._last, event, mask)
        elif mask & ACTIVATION:
            self._activations += 1
            self._judge(event, self._last, self._last_mask)
        self._last, self._last_mask = event, mask

    def _judge(self, event: Event, neighbour: Event | None, mask: int) -> None:
        fits = bool(mask & PARTNER)
        if fits and neighbour is not None and self._key is not None:
            fits = self._key(event.call) == self._key(neighbour.call)
        if fits is not self._wanted:
            self._break(1, event, neighbour)

    def feed_block(self, sight: Sight) -> None:
        if not self._shaped:
            self.feed_each(sight)
            return
        last = sight.last_of_any()
        if last < 0:
            return
        following = self._where == "next"
        activations = sight.count(ACTIVATION)
        self._activations += activations
        first = sight.first_of_any()
        at_edge = bool(sight.mask(last if following else first) & ACTIVATION)
        if following and self._last_mask & ACTIVATION:
            if self._asks(sight.mask(first)):
                assert self._last is not None
                self._judge(self._last, sight.event(first), sight.mask(first))
        elif not following and at_edge and self._asks(self._last_mask):
            self._judge(sight.event(first), self._last, self._last_mask)
        inside = activations - at_edge
        if inside:
            self._judge_inside(sight, inside)
        self._last_mask = sight.mask(last)
        # What is no A waits for nothing behind it.
        self._last = sight.event(last) if not following or self._last_mask & ACTIVATION else None

    def _asks(self, mask: int) -> bool:
        """Whether it takes more than the mask of the neighbour to judge an A."""
        return self._key is not None or bool(mask & PARTNER) is not self._wanted

    def _judge_inside(self, sight: Sight, inside: int) -> None:
        """Judge so many As, whose neighbours are in the block too."""
        following = self._where == "next"
        fits = None if self._key is None else self._bound(sight)
        fitting = self._fitting(sight) if fits is None else fits.bit_count()
        broken = inside - fitting if self._wanted else fitting
        if broken and self._first is None:
            letters = sight.letters(_NEIGHBOURS)
            if fits is None:
                found = _MISFITS[following, self._wanted].search(letters)
                assert found is not None
                first = found.start()
            else:
                each = int.from_bytes(letters.translate(_IS_A), "little")
                # By the place of the first of the two neighbours; the last event, or the first, has none here.
                each = each & ~(1 << 8 * (len(letters) - 1)) if following else each >> 8
                wrong = each & ~fits if self._wanted else fits
                first = ((wrong & -wrong).bit_length() - 1) // 8
            pair = [sight.event(sight.place(_NEIGHBOURS, first + step)) for step in (0, 1)]
            self._first = (pair[0], pair[1]) if following else (pair[1], pair[0])
        self._broken += broken

    def _bound(self, sight: Sight) -> int:
        """Where an A and a B stand side by side whose fields are equal: a byte of 1 for the first of the two."""
        letters, shapes, keys = sight.letters(_NEIGHBOURS), sight.shapes(), self._keys(sight)
        beside = _beside(letters, following=self._where == "next")
        flags = beside.to_bytes(len(letters), "little")
        firsts = map(keys.__getitem__, compress(shapes, flags))
        seconds = map(keys.__getitem__, compress(shapes[1:], flags))
        equal = bytes(map(eq, firsts, seconds))
        if 0 not in equal:
            return beside
        fits = bytearray(flags)
        for place, same in zip(compress(range(len(flags)), flags), equal, strict=True):
            fits[place] = same
        return int.from_bytes(fits, "little")

    def _fitting(self, sight: Sight) -> int:
        """How many As have their B right beside them."""
        following = self._where == "next"
        order = (ACTIVATION, PARTNER) if following else (PARTNER, ACTIVATION)
        fitting = sight.neighbours(*order)
        return _pairs(sight.letters(_NEIGHBOURS), following=following) if fitting is None else fitting

    def _instead(self, other: Event) -> str:
        return f", but {told(other)}"

    def _open(self) -> Hashable:
        key = None if self._key is None or self._last is None else self._key(self._last.call)
        return self._last is not None, self._last_mask & BOTH, key

    def finish(self, end: End) -> Finding:
        pending = self._where == "next" and self._wanted and self._last_mask & ACTIVATION
        return self._finding(end, 1 if pending else 0, self._last)


_NEIGHBOURS = b"napq"
"""By mask: none of the two, an A, a B, both."""

_MISFITS = {
    (True, True): re.compile(b"[aq](?=[^pq])"),
    (True, False): re.compile(b"[aq](?=[pq])"),
    (False, True): re.compile(b"[^pq](?=[aq])"),
    (False, False): re.compile(b"[pq](?=[aq])"),
}
_IS_A, _IS_B = (bytes([letter in letters for letter in range(256)]) for letters in (b"aq", b"pq"))


def _pairs(letters: bytes, *, following: bool) -> int:
    """How many As have a B right after (or right before) them."""
    if b"q" not in letters:
        return letters.count(b"ap" if following else b"pa")
    return _beside(letters, following=following).bit_count()


def _beside(letters: bytes, *, following: bool) -> int:
    """Where an A and then a B stand side by side, or a B and then an A: a byte of 1 for the first of the two."""
    each = int.from_bytes(letters.translate(_IS_A), "little")
    partner = int.from_bytes(letters.translate(_IS_B), "little")
    return each & partner >> 8 if following else partner & each >> 8
