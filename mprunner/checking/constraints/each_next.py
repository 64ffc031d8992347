"""`each: A, has: B`, directly next to it."""

from __future__ import annotations

import re
from typing import Any

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.each import Each
from mprunner.checking.constraints.partners import ACTIVATION, PARTNER
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
        if self._key is not None:
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
        if following and self._last is not None and self._last_mask & ACTIVATION:
            self._judge(self._last, sight.event(first), sight.mask(first))
        elif not following and at_edge:
            self._judge(sight.event(first), self._last, self._last_mask)
        inside = activations - at_edge
        if inside:
            fitting = self._fitting(sight)
            broken = inside - fitting if self._wanted else fitting
            if broken and self._first is None:
                found = _MISFITS[following, self._wanted].search(sight.letters(_NEIGHBOURS))
                assert found is not None
                pair = [sight.event(sight.place(_NEIGHBOURS, found.start() + step)) for step in (0, 1)]
                self._first = (pair[0], pair[1]) if following else (pair[1], pair[0])
            self._broken += broken
        self._last, self._last_mask = sight.event(last), sight.mask(last)

    def _fitting(self, sight: Sight) -> int:
        """How many As have their B right beside them."""
        following = self._where == "next"
        order = (ACTIVATION, PARTNER) if following else (PARTNER, ACTIVATION)
        fitting = sight.neighbours(*order)
        return _pairs(sight.letters(_NEIGHBOURS), following=following) if fitting is None else fitting

    def _instead(self, other: Event) -> str:
        return f", but {told(other)}"

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
    each = int.from_bytes(letters.translate(_IS_A), "little")
    partner = int.from_bytes(letters.translate(_IS_B), "little")
    return (each & (partner >> 8 if following else partner << 8)).bit_count()
