"""`each: A, has: B`: every A has its B after it, before it, anywhere, or directly next to it.

Plain `after`, `before` and `anywhere` are reflexive: an event that is both an A and a B has itself. `next`
and `previous` are strict, and `without: C` forbids a C strictly between the two. `bind` asks for equal
fields. Each direction is one small machine that keeps only what is still open.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from mprunner.checking.blocks.kept import Kept, Spot
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.partners import Partners
from mprunner.checking.fields import Keys, keys_of
from mprunner.checking.forms import Where
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import told
from mprunner.recording.events import Event

_HAS, _HAS_NO = b"\0aggkxgg", b"\0akkgykk"
"""By mask, the letters of `strikes`: with `has` a C strikes and a B shelters, with `has_no` it is the other way round."""


class Each(Partners):
    """The common part: counts activations and keeps the first violation, which is put into words only at
    the end.
    """

    __slots__ = ("_alphabet", "_bind", "_first", "_free", "_kept", "_shaped")

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
        super().__init__(each, partner, where=where, wanted=wanted, without=without, bind=bind)
        self._shaped = "pid" not in bind
        self._bind = bind
        self._kept = Kept()
        self._free = without is None
        self._alphabet = _HAS if wanted else _HAS_NO
        self._first: tuple[Event, Event | None] | None = None

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
        first, take = sight.row.block.first + sight.row.start, self._take
        self._kept.keep(sight.row.block)
        if self._key is None:
            for place, mask in sight.pairs():
                take(None, mask, first + place)
            return
        keys = self._keys(sight)
        for (place, mask), shape in zip(sight.pairs(), sight.shapes(), strict=True):
            take(keys[shape], mask, first + place)

    def _keys(self, sight: Sight) -> Keys:
        """What `bind` compares, by shape, for all who bind the same fields."""
        return sight.row.shared(("keys", self._bind), lambda: keys_of(self._bind, sight.row.block.table))

    def _thin(self, open_: Iterable[Spot]) -> None:
        """Let go of old blocks but for what is open."""
        if self._kept.many:
            self._kept.only(open_)

    def _break(self, count: int, spot: Spot, other: Spot | None = None) -> None:
        """An activation is broken, and `count - 1` more; `other` is what it must not have, or what came
        instead.
        """
        self._broken += count
        if self._first is None:
            event = self._kept.event(spot)
            same = other is spot or (type(other) is int and other == spot)
            self._first = (event, event if same else None if other is None else self._kept.event(other))

    def by_masks(self) -> bool:
        return self._key is None

    def memory(self) -> Hashable:
        if self._first is not None:
            return "broken"
        return self._activations > 0, self._open()

    def _open(self) -> Hashable:
        """What still counts, as long as nothing is broken."""
        raise NotImplementedError

    def _missing(self, event: Event, suffix: str = "") -> str:
        return f"{told(event)}, and there is no {self._partner} {self._place}{suffix}"

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
