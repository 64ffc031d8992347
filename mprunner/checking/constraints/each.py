"""`each: A, has: B`: every A has its B after it, before it, anywhere, or directly next to it.

Plain `after`, `before` and `anywhere` are reflexive: an event that is both an A and a B has itself. `next`
and `previous` are strict, and `without: C` forbids a C strictly between the two. `bind` asks for equal
fields. Each direction is one small machine that keeps only what is still open.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from mprunner.checking.blocks.kept import Kept, Spot
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.blocks.strikes import first_struck, pending, struck
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.fields import bound_key
from mprunner.checking.forms import Where
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Event
from mprunner.recording.shapes import Shapes

_ACTIVATION, _PARTNER, _BETWEEN = 1, 2, 4
_BOTH = _ACTIVATION | _PARTNER

_HAS, _HAS_NO = b"\0aggkxgg", b"\0akkgykk"
"""By mask, the letters of `strikes`: with `has` a C strikes and a B shelters, with `has_no` it is the other way round."""

_MOST_KEYS = 65_536


class Each(Constraint):
    """The common part: counts activations and keeps the first violation, which is put into words only at
    the end.
    """

    __slots__ = (
        "_activations", "_alphabet", "_broken", "_first", "_free", "_kept", "_key", "_keys", "_shaped", "_table",
        "_wanted", "_where",
    )  # fmt: skip

    def __init__(
        self,
        each: Matcher,
        partner: Matcher,
        *,
        where: Where,
        wanted: bool,
        without: Matcher | None = None,
        bind: tuple[str, ...] = (),
    ) -> None:
        matchers = [each, partner] if without is None else [each, partner, without]
        super().__init__(matchers, wants_all=where in ("next", "previous"))
        self._key = bound_key(bind)
        self._shaped = "pid" not in bind
        self._keys: dict[int, Hashable] = {}
        self._table: Shapes | None = None
        self._kept = Kept()
        self._free = without is None
        self._alphabet = _HAS if wanted else _HAS_NO
        self._wanted = wanted
        self._where = where
        self._activations = 0
        self._broken = 0
        self._first: tuple[Event, Event | None] | None = None

    @property
    def _partner(self) -> str:
        return phrase(self.matchers[1].form)

    def feed(self, event: Event, mask: int) -> None:
        self._take(None if self._key is None else self._key(event.call), mask, event)

    def _take(self, key: Hashable, mask: int, spot: Spot) -> None:
        """Take one event, of which this is the key."""
        raise NotImplementedError

    def _take_each(self, sight: Sight) -> None:
        """Take the events of a block one by one, by their places."""
        if not self._shaped:
            self.feed_each(sight)
            return
        block, first, take = sight.row.block, sight.row.block.first + sight.row.start, self._take
        self._kept.keep(block)
        if self._key is None:
            for place, mask in sight.pairs():
                take(None, mask, first + place)
            return
        keys, key_of, call, shapes = self._keys, self._key, block.table.call, block.shapes
        if block.table is not self._table or len(keys) > _MOST_KEYS:
            self._table = block.table
            keys.clear()
        for place, mask in sight.pairs():
            shape = shapes[sight.row.start + place] >> 1
            key = keys.get(shape)
            if key is None:
                key = keys[shape] = key_of(call(shape))
            take(key, mask, first + place)

    def _break(self, count: int, spot: Spot, other: Spot | None = None) -> None:
        """An activation is broken, and `count - 1` more; `other` is what it must not have, or what came
        instead.
        """
        self._broken += count
        if self._first is None:
            event = self._kept.event(spot)
            same = other is spot or (type(other) is int and other == spot)
            self._first = (event, event if same else None if other is None else self._kept.event(other))

    def _missing(self, event: Event, suffix: str = "") -> str:
        where = {"anywhere": "before or after it", "next": "right after it", "previous": "right before it"}
        return f"{told(event)}, and there is no {self._partner} {where.get(self._where, self._where + ' it')}{suffix}"

    def _instead(self, other: Event) -> str:
        return f" until {told(other)}"

    def _explain(self, event: Event, other: Event | None) -> tuple[str, tuple[Witness, ...]]:
        if self._wanted:
            has_none = Witness(event, "too early" if self._where == "before" else "has none")
            if other is None:
                return self._missing(event), (has_none,)
            witnesses = [has_none, Witness(other, "came instead")]
            reason = self._missing(event, self._instead(other))
        elif other is event or other is None:
            return f"{told(event)}, which is itself {self._partner}", (Witness(event, "must not have it"),)
        else:
            direct = "directly " if self._where in ("next", "previous") else ""
            words = "before" if other.position < event.position else "after"
            reason = f"{told(event)}, and {direct}{words} it {told(other)}"
            witnesses = [Witness(event, "must not have it"), Witness(other, "there it is")]
        return reason, tuple(sorted(witnesses, key=lambda witness: witness.event.position))

    def _finding(self, end: End, waiting: int, example: Event | None) -> Finding:
        total = self._activations
        if waiting and example is not None:
            if end.complete:
                self._break(waiting, example)
            elif self._first is None:
                reason = self._missing(example, " yet; the run was cut short")
                summary = f"{waiting} of {total} still open"
                return Finding("inconclusive", total, summary, reason, (Witness(example, "still open"),))
        if self._first is not None:
            reason, witnesses = self._explain(*self._first)
            return Finding("broken", total, f"{self._broken} of {total} broken", reason, witnesses)
        return Finding("kept", total, f"{total} of {total}" if total else "never put to the test")


class EachBefore(Each):
    """`where: before`: what is available is the last B since the last C."""

    __slots__ = ("_available",)

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, where="before", **options)
        self._available: dict[Hashable, Spot] = {}

    def _take(self, key: Hashable, mask: int, spot: Spot) -> None:
        if mask & _ACTIVATION:
            self._activations += 1
            found = spot if mask & _PARTNER else self._available.get(key)
            if (found is None) is self._wanted:
                self._break(1, spot, found)
        if mask & _BETWEEN:
            self._available.clear()
        if mask & _PARTNER:
            self._available[key] = spot

    def feed_block(self, sight: Sight) -> None:
        if self._key is not None:
            self._take_each(sight)
            if self._wanted or self._first is not None:
                self._kept.forget()  # which B it was, nobody will ask
            return
        activations = sight.count(_ACTIVATION)
        self._activations += activations
        if self._free:
            self._block_free(sight, activations)
        else:
            self._block_without(sight, activations)

    def _block_free(self, sight: Sight, activations: int) -> None:
        available = bool(self._available)
        start = 0 if available else sight.first(_PARTNER)
        early = 0 if available else activations
        if start >= 0 and activations:
            early = sight.count_between(_ACTIVATION, 0, start)
        broken = early if self._wanted else activations - early
        if broken:
            self._broken += broken
            if self._first is None:
                self._found(sight, sight.first(_ACTIVATION, 0 if self._wanted else start))
        if start >= 0 and not (available and self._wanted):
            self._last_partner(sight)

    def _block_without(self, sight: Sight, activations: int) -> None:
        letters = sight.letters(self._alphabet)
        outside = bool(self._available) is not self._wanted
        broken = struck(letters, "end", from_outside=outside) if activations else 0
        both = 0 if self._wanted else sight.count_all(_BOTH)
        if broken or both:
            self._broken += broken + both
            if self._first is None:
                places = [sight.first_of_all(_BOTH)] if both else []
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
            last = sight.last(_PARTNER, place)
            if sight.mask(place) & _PARTNER:
                other = event
            else:
                other = sight.event(last) if last >= 0 else self._kept.event(self._available[None])
        self._first = (event, other)

    def _last_partner(self, sight: Sight) -> None:
        if self._wanted or self._first is not None:
            if not self._available:
                self._available[None] = -1  # which one it was, nobody will ask
            return
        last = sight.last(_PARTNER)
        if last >= 0:
            self._available[None] = sight.event(last)

    def finish(self, end: End) -> Finding:
        return self._finding(end, 0, None)


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
        if mask & _PARTNER:
            found = spot
            if key in waiting:
                first, count = waiting.pop(key)
                if not self._wanted:
                    self._break(count, first, spot)
        elif self._available is not None and mask & _ACTIVATION:
            found = self._available.get(key)
        if mask & _BETWEEN:
            self._cut(spot)
        if mask & _ACTIVATION:
            self._activations += 1
            if found is not None:
                if not self._wanted:
                    self._break(1, spot, found)
            elif key in waiting:
                waiting[key][1] += 1
            else:
                waiting[key] = [spot, 1]
        if self._available is not None and mask & _PARTNER:
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
        if self._key is not None or (self._available is not None and not self._free):
            self._take_each(sight)
            if self._waiting:
                self._kept.forget(next(iter(self._waiting.values()))[0])
            elif self._wanted or not self._available or self._first is not None:
                self._kept.forget()  # which B it was, nobody will ask
            return
        activations = sight.count(_ACTIVATION)
        self._activations += activations
        if not self._free:
            self._block_without(sight, activations)
        elif self._available is None:
            self._block_after(sight, activations)
        else:
            self._block_anywhere(sight, activations)

    def _block_after(self, sight: Sight, activations: int) -> None:
        last = sight.last(_PARTNER)
        if last < 0:
            self._wait(sight, activations, 0)
            return
        left = sight.count_between(_ACTIVATION, last + 1, len(sight)) if activations else 0
        if not self._wanted:
            self._broken += self._waits() + activations - left
            if self._first is None and (self._waiting or activations > left):
                self._against(sight, sight.first(_ACTIVATION))
        self._waiting.clear()
        self._wait(sight, left, last + 1)

    def _block_anywhere(self, sight: Sight, activations: int) -> None:
        assert self._available is not None
        if not self._available and sight.first(_PARTNER) < 0:
            self._wait(sight, activations, 0)
            return
        if not self._wanted:
            self._broken += self._waits() + activations
            if self._first is None and (self._waiting or activations):
                self._against(sight, sight.first(_ACTIVATION))
            last = sight.last(_PARTNER)
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
        both = 0 if self._wanted else sight.count_all(_BOTH)
        bare = letters.lstrip(b"a")
        stopped = self._waits() if bare[:1] in (b"k", b"x") else 0
        self._broken += broken + both + stopped
        if self._first is None and stopped:
            self._against(sight, -1)
        if bare:
            self._waiting.clear()
        if self._first is None and (broken or both):
            places = [sight.first_of_all(_BOTH)] if both else []
            if broken:
                places.append(sight.place(self._alphabet, first_struck(letters, "start")))
            self._against(sight, min(places))
        left = pending(letters)
        if left:
            # The letters that strike or shelter are those of Bs and Cs; the last of them may itself wait.
            last = sight.last(_PARTNER | _BETWEEN)
            waits = last >= 0 and sight.mask(last) & (_BOTH | _BETWEEN) == _ACTIVATION | _BETWEEN
            self._wait(sight, left, last if waits else last + 1)

    def _against(self, sight: Sight, place: int) -> None:
        """The first violation is that of what waits, or of the activation at this place."""
        if self._waiting:
            event, place = self._kept.event(self._waiting[None][0]), -1
        else:
            event = sight.event(place)
            if not self._wanted and sight.mask(place) & _PARTNER:
                self._first = (event, event)
                return
        bits = _BETWEEN if self._wanted else _PARTNER
        before = sight.last(_PARTNER, place) if place >= 0 else -1
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
                self._waiting[None] = [sight.event(sight.first(_ACTIVATION, start)), count]

    def finish(self, end: End) -> Finding:
        if not self._wanted:
            return self._finding(end, 0, None)
        waiting = sum(count for _, count in self._waiting.values())
        examples = [self._kept.event(first) for first, _ in self._waiting.values()]
        example = min(examples, key=lambda one: one.position, default=None)
        return self._finding(end, waiting, example)


class EachNext(Each):
    """`where: next` and `previous`: two neighbouring events."""

    __slots__ = ("_last", "_last_mask")

    def __init__(self, each: Matcher, partner: Matcher, **options: Any) -> None:
        super().__init__(each, partner, **options)
        self._last: Event | None = None
        self._last_mask = 0

    def feed(self, event: Event, mask: int) -> None:
        if self._where == "next":
            if mask & _ACTIVATION:
                self._activations += 1
            if self._last_mask & _ACTIVATION and self._last is not None:
                self._judge(self._last, event, mask)
        elif mask & _ACTIVATION:
            self._activations += 1
            self._judge(event, self._last, self._last_mask)
        self._last, self._last_mask = event, mask

    def _judge(self, event: Event, neighbour: Event | None, mask: int) -> None:
        fits = bool(mask & _PARTNER)
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
        activations = sight.count(_ACTIVATION)
        self._activations += activations
        first = sight.first_of_any()
        at_edge = bool(sight.mask(last if following else first) & _ACTIVATION)
        if following and self._last is not None and self._last_mask & _ACTIVATION:
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
        order = (_ACTIVATION, _PARTNER) if following else (_PARTNER, _ACTIVATION)
        fitting = sight.neighbours(*order)
        return _pairs(sight.letters(_NEIGHBOURS), following=following) if fitting is None else fitting

    def _instead(self, other: Event) -> str:
        return f", but {told(other)}"

    def finish(self, end: End) -> Finding:
        pending = self._where == "next" and self._wanted and self._last_mask & _ACTIVATION
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
