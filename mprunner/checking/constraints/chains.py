"""`each ... has` with two events on one side, the second strictly after the first.

`has: [B, C]` after an A: a B at or after it, then a C; before an A: a B, then a C that stands before the A or is
it. `without: D` forbids a D strictly between that B and that C. `each: [B, C]` speaks of each B that some C
follows, together with the first such C: the partner stands at or after that C, or at or before that B.
"""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import phrase, told
from mprunner.recording.events import Event

_EACH, _PARTNER = 1, 2


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

    def _break(self, waiting: Waiting, other: Event | None = None) -> None:
        if waiting.count and self._example is None:
            self._example, self._other = waiting.first, other
        self._broken += waiting.count
        self._last = waiting.last or self._last
        waiting.clear()

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
        if mask & 4:
            self._begun.clear() if self._wanted else self._break(self._begun, event)
        if mask & 8:
            self._fresh.take(self._begun)
        if mask & _EACH:
            self._activations += 1
            self._fresh.add(event)
        if mask & 2:
            self._begun.take(self._fresh)

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
        if mask & 4 and self._begun:
            self._seen = event
        if mask & 8:
            self._begun = False
        if mask & 2:
            self._begun = True
        if mask & _EACH:
            self._activations += 1
            if (self._seen is not None) is not self._wanted:
                here = Waiting()
                here.add(event)
                self._break(here, self._seen)

    def finish(self, end: End) -> Finding:
        return self._finding(end)


class ChainedAfter(_Chains):
    """`each: [B, C], has: A`, after it."""

    __slots__ = ("_begun", "_done")

    def __init__(self, each: Sequence[Matcher], partner: Sequence[Matcher], *, wanted: bool) -> None:
        super().__init__(each, partner, "after", wanted=wanted)
        self._begun, self._done = Waiting(), Waiting()

    def feed(self, event: Event, mask: int) -> None:
        if mask & 2:
            self._activations += self._begun.count
            self._done.take(self._begun)
        if mask & 1:
            self._begun.add(event)
        if mask & 4:
            self._done.clear() if self._wanted else self._break(self._done, event)

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
        if mask & 2:
            self._activations += self._bad.count + self._good.count
            self._good.clear()
            self._break(self._bad, self._partner)
        if mask & 4:
            self._partner = self._partner or event
        if mask & 1:
            fits = (self._partner is not None) is self._wanted
            (self._good if fits else self._bad).add(event)

    def finish(self, end: End) -> Finding:
        return self._finding(end)
