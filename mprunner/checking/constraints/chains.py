"""`each ... has` with two events on one side, the second strictly after the first.

`has: [B, C]` after an A: a B at or after it, then a C; before an A: a B, then a C that stands before the A or is
it. `without: D` forbids a D strictly between that B and that C. `each: [B, C]` speaks of each B that some C
follows, together with the first such C: the partner stands at or after that C, or at or before that B.

In a block a link is a B and the C right behind it, once all but Bs, Cs and Ds are left out: two letters side by side.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import product

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.blocks.strikes import first_struck, last_struck
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Event

_EACH = 1
_FIRST, _SECOND, _BETWEEN = 2, 4, 8
"""In masks, where the partner is two: an A, a B, a C, a D."""
_ONE, _THEN, _OTHER = 1, 2, 4
"""In masks, where two are asked of: a B, a C, an A."""

_LETTERS = b"\0\0bbcceeddffccee"
"""By mask: `b` begins, `c` completes, `d` comes between; `e` completes and begins, `f` comes between and begins."""
_STRIKES = b"\0\0kkaaxxggkkyyxx"
"""By mask, the letters of `strikes`: a B strikes the Cs behind it, a D shelters them."""
_LINKS = [bytes(pair) for pair in product(b"bef", b"ce")]


def _first_link(letters: bytes, start: int = 0) -> int:
    """The number of the letter that begins the first link from there on; -1 when there is none."""
    return min([at for link in _LINKS if (at := letters.find(link, start)) >= 0], default=-1)


def _last_link(letters: bytes, stop: int | None = None) -> int:
    """The number of the letter that begins the last link up to there; -1 when there is none."""
    return max(letters.rfind(link, 0, stop) for link in _LINKS)


class Waiting:
    """How many wait for something, and the first and the last of them."""

    __slots__ = ("count", "first", "last")

    def __init__(self) -> None:
        self.count = 0
        self.first: Event | None = None
        self.last: Event | None = None

    def add(self, event: Event) -> None:
        self.count += 1
        self.first, self.last = self.first or event, event

    def add_those(self, sight: Sight, bits: int, start: int, stop: int) -> None:
        """Add all of a block from one place to before another, which come after those that wait already."""
        count = sight.count_between(bits, start, stop) if start < stop else 0
        if count:
            self.count += count
            self.first = self.first or sight.event(sight.first(bits, start))
            self.last = sight.event(sight.last(bits, stop))

    def take(self, other: Waiting) -> None:
        """Move all of another here."""
        if other.first is not None and (self.first is None or other.first.position < self.first.position):
            self.first = other.first
        if other.last is not None and (self.last is None or other.last.position > self.last.position):
            self.last = other.last
        self.count += other.count
        other.clear()

    def clear(self) -> None:
        self.count, self.first, self.last = 0, None, None


class _Chains(Constraint):
    """Counts activations and violations, and tells them."""

    __slots__ = ("_activations", "_broken", "_example", "_last", "_other", "_sides", "_wanted", "_where")

    def __init__(
        self,
        each: Sequence[Matcher],
        partner: Sequence[Matcher],
        where: str,
        *,
        wanted: bool,
        without: Matcher | None = None,
    ) -> None:
        super().__init__([*each, *partner, *([] if without is None else [without])])
        self._sides = [" then ".join(phrase(one.form) for one in side) for side in (each, partner)]
        self._where = where
        self._wanted = wanted
        self._activations = 0
        self._broken = 0
        self._example: Event | None = None
        self._other: Event | None = None
        self._last: Event | None = None

    def by_masks(self) -> bool:
        return True

    def _settle(self, waiting: Waiting, other: Event | None) -> None:
        """Those that wait have what they must have, or must not."""
        waiting.clear() if self._wanted else self._break(waiting, other)

    def _break(self, waiting: Waiting, other: Event | None = None) -> None:
        if waiting.count and self._example is None:
            self._example, self._other = waiting.first, other
        self._broken += waiting.count
        self._last = waiting.last or self._last
        waiting.clear()

    def memory(self) -> Hashable:
        return "broken" if self._broken else (self._activations > 0, self._open())

    def _open(self) -> Hashable:
        """What still counts, as long as nothing is broken."""
        raise NotImplementedError

    def _finding(self, end: End, *open_: Waiting) -> Finding:
        waiting = Waiting()
        for one in open_:
            waiting.take(one)
        total = self._activations
        if self._wanted and waiting.count:
            if end.complete:
                self._break(waiting)
            elif not self._broken and waiting.first is not None:
                reason = f"{self._lacks(waiting.first)} yet; the run was cut short"
                witnesses = (Witness(waiting.first, "still open"),)
                return Finding(
                    "inconclusive", total, f"{waiting.count} of {total} still open", reason, witnesses
                )
        if self._example is None:
            return Finding("kept", total, f"{total} of {total}" if total else "none")
        summary = f"{self._broken} of {total} broken"
        proof = Proof(self._broken, self._example, self._last)
        if self._wanted:
            lacking = (Witness(self._example, "has none"),)
            return Finding("broken", total, summary, self._lacks(self._example), lacking, proof=proof)
        reason = f"{told(self._example)}, and {self._where} it there is {self._sides[1]}"
        found = [Witness(self._example, "must not have it")]
        if self._other is not None and self._other is not self._example:
            reason += f" ({told(self._other)})"
            found.append(Witness(self._other, "there it is"))
        found.sort(key=lambda witness: witness.event.position)
        return Finding("broken", total, summary, reason, tuple(found), proof=proof)

    def _lacks(self, event: Event) -> str:
        return f"{told(event)}, and there is no {self._sides[1]} {self._where} it"


class ChainAfter(_Chains):
    """`each: A, has: [B, C]`, after it."""

    __slots__ = ("_begun", "_fresh")

    def __init__(
        self, each: Sequence[Matcher], partner: Sequence[Matcher], *, wanted: bool, without: Matcher | None
    ) -> None:
        super().__init__(each, partner, "after", wanted=wanted, without=without)
        self._fresh, self._begun = Waiting(), Waiting()

    def feed(self, event: Event, mask: int) -> None:
        if mask & _SECOND:
            self._settle(self._begun, event)
        if mask & _BETWEEN:
            self._fresh.take(self._begun)
        if mask & _EACH:
            self._activations += 1
            self._fresh.add(event)
        if mask & _FIRST:
            self._begun.take(self._fresh)

    def feed_block(self, sight: Sight) -> None:
        size, letters = len(sight), sight.letters(_LETTERS)
        activations = sight.count(_EACH)
        self._activations += activations
        if not letters:
            self._fresh.add_those(sight, _EACH, 0, size)
            return
        if letters[:1] in (b"c", b"e") and self._begun.count:
            self._settle(self._begun, sight.event(sight.place(_LETTERS, 0)))
        # Whatever waits still is as good as fresh: it needs a link of this block.
        self._fresh.take(self._begun)
        link, start = _last_link(letters), 0
        if link >= 0 and (activations or self._fresh.count):
            start = sight.place(_LETTERS, link) + 1
            other = None
            if not self._wanted and self._example is None:
                other = self._completing(sight, letters, start)
            self._fresh.add_those(sight, _EACH, 0, start)
            self._settle(self._fresh, other)
        if letters[-1] in b"bef":
            begins = sight.last(_FIRST) + 1
            self._fresh.add_those(sight, _EACH, start, begins)
            self._begun.take(self._fresh)
            start = begins
        self._fresh.add_those(sight, _EACH, start, size)

    def _completing(self, sight: Sight, letters: bytes, stop: int) -> Event | None:
        """What completes the first link behind the first that waits."""
        begun = 0
        if not self._fresh.count:
            first = sight.first(_EACH)
            if not 0 <= first < stop:
                return None
            begun = sight.count_between(_FIRST | _SECOND | _BETWEEN, 0, first)
        return sight.event(sight.place(_LETTERS, _first_link(letters, begun) + 1))

    def _open(self) -> Hashable:
        return self._fresh.count > 0, self._begun.count > 0

    def finish(self, end: End) -> Finding:
        return self._finding(end, self._fresh, self._begun)


class ChainBefore(_Chains):
    """`each: A, has: [B, C]`, before it."""

    __slots__ = ("_begun", "_seen")

    def __init__(
        self, each: Sequence[Matcher], partner: Sequence[Matcher], *, wanted: bool, without: Matcher | None
    ) -> None:
        super().__init__(each, partner, "before", wanted=wanted, without=without)
        self._begun = False
        self._seen: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        if mask & _SECOND and self._begun:
            self._seen = event
        if mask & _BETWEEN:
            self._begun = False
        if mask & _FIRST:
            self._begun = True
        if mask & _EACH:
            self._activations += 1
            if (self._seen is not None) is not self._wanted:
                here = Waiting()
                here.add(event)
                self._break(here, self._seen)

    def feed_block(self, sight: Sight) -> None:
        size = len(sight)
        self._activations += sight.count(_EACH)
        letters = sight.letters(_STRIKES) if self._seen is None or self._asks else b""
        seen = 0  # from this place on there is what is asked for
        if self._seen is None:
            first = first_struck(letters, "end", from_outside=self._begun)
            seen = size if first < 0 else sight.place(_STRIKES, first)
        start, stop = (0, seen) if self._wanted else (seen, size)
        here = Waiting()
        here.add_those(sight, _EACH, start, stop)
        other = None
        if here.count and self._asks:
            number = sight.count_between(_FIRST | _SECOND | _BETWEEN, 0, sight.first(_EACH, start) + 1)
            other = self._last_seen(sight, letters[:number])
        self._seen = self._last_seen(sight, letters)
        self._break(here, other)
        last = letters.rstrip(b"a")[-1:]
        self._begun = last in (b"k", b"x") if last else self._begun

    @property
    def _asks(self) -> bool:
        """Whether it will be told what came before."""
        return not self._wanted and self._example is None

    def _last_seen(self, sight: Sight, letters: bytes) -> Event | None:
        """What completes two in a row, the last time in these letters, or else before them."""
        last = last_struck(letters, "end", from_outside=self._begun)
        return self._seen if last < 0 else sight.event(sight.place(_STRIKES, last))

    def _open(self) -> Hashable:
        return self._begun, self._seen is not None

    def finish(self, end: End) -> Finding:
        return self._finding(end)


class ChainedAfter(_Chains):
    """`each: [B, C], has: A`, after it."""

    __slots__ = ("_begun", "_done")

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], *, wanted: bool) -> None:
        super().__init__(each, partner, "after", wanted=wanted)
        self._begun, self._done = Waiting(), Waiting()

    def feed(self, event: Event, mask: int) -> None:
        if mask & _THEN:
            self._activations += self._begun.count
            self._done.take(self._begun)
        if mask & _ONE:
            self._begun.add(event)
        if mask & _OTHER:
            self._settle(self._done, event)

    def feed_block(self, sight: Sight) -> None:
        size, then, other = len(sight), sight.last(_THEN), sight.last(_OTHER)
        if self._done.count and other >= 0:
            self._settle(self._done, sight.event(sight.first(_OTHER)))
        start = 0
        if then >= 0:
            settled = sight.last(_THEN, other + 1)
            if settled >= 0:
                settling = self._settling(sight) if not self._wanted and self._example is None else None
                self._begun.add_those(sight, _ONE, 0, settled)
                self._activations += self._begun.count
                self._settle(self._begun, settling)
                start = settled
            self._begun.add_those(sight, _ONE, start, then)
            self._activations += self._begun.count
            self._done.take(self._begun)
            start = then
        self._begun.add_those(sight, _ONE, start, size)

    def _settling(self, sight: Sight) -> Event | None:
        """The first partner that comes after the first two."""
        then = sight.first(_THEN)
        if not self._begun.count:
            first = sight.first(_ONE)
            then = sight.first(_THEN, first + 1) if first >= 0 else -1
        found = sight.first(_OTHER, then) if then >= 0 else -1
        return sight.event(found) if found >= 0 else None

    def _open(self) -> Hashable:
        return self._begun.count > 0, self._done.count > 0

    def finish(self, end: End) -> Finding:
        return self._finding(end, self._done)


class ChainedBefore(_Chains):
    """`each: [B, C], has: A`, before it."""

    __slots__ = ("_bad", "_good", "_partner")

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], *, wanted: bool) -> None:
        super().__init__(each, partner, "before", wanted=wanted)
        self._bad, self._good = Waiting(), Waiting()
        self._partner: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        if mask & _THEN:
            self._activations += self._bad.count + self._good.count
            self._good.clear()
            self._break(self._bad, self._partner)
        if mask & _OTHER:
            self._partner = self._partner or event
        if mask & _ONE:
            fits = (self._partner is not None) is self._wanted
            (self._good if fits else self._bad).add(event)

    def feed_block(self, sight: Sight) -> None:
        size, then = len(sight), sight.last(_THEN)
        partner = 0  # from this place on there is one
        if self._partner is None:
            partner = sight.first(_OTHER)
            if partner < 0:
                partner = size
            else:
                self._partner = sight.event(partner)
        before, after = (self._bad, self._good) if self._wanted else (self._good, self._bad)
        start = max(then, 0)
        before.add_those(sight, _ONE, 0, min(start, partner))
        after.add_those(sight, _ONE, partner, start)
        if then >= 0:
            self._activations += self._bad.count + self._good.count
            self._good.clear()
            self._break(self._bad, self._partner)
        before.add_those(sight, _ONE, start, partner)
        after.add_those(sight, _ONE, max(start, partner), size)

    def _open(self) -> Hashable:
        return self._bad.count > 0, self._good.count > 0, self._partner is not None

    def finish(self, end: End) -> Finding:
        return self._finding(end)
