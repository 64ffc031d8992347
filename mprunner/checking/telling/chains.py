"""What there is to tell of a broken `each ... has: [first, second]`: how far the pair got."""

from __future__ import annotations

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import told
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["PairTeller"]

_FIRST, _SECOND, _BETWEEN = 2, 4, 8


class PairTeller(Teller):
    """Of one event that wants a pair after it (or before it, where `before`)."""

    __slots__ = ("_before",)

    def __init__(self, inner: Constraint, *, before: bool) -> None:
        super().__init__(inner)
        self._before = before

    def _told(self, found: Finding, end: End) -> Finding:
        if found.status != "broken" or len(found.witnesses) != 1:
            return found
        event = found.witnesses[0].event
        start, first, second = told(event), self._phrase(1), self._phrase(2)
        side = "before" if self._before else "after"
        ones = [self._event(at) for at in self._selected(_FIRST) if self._on_side(event, self._event(at))]
        if not ones:
            return replaced(
                found, reason=f"{start}, but no {first} came {side} it, so no {second} after that"
            )
        one = ones[-1] if self._before else ones[0]
        seconds = [
            self._event(at) for at in self._selected(_SECOND)
            if self._event(at).position > one.position and (not self._before or self._event(at).position <= event.position)
        ]  # fmt: skip
        witnesses = [found.witnesses[0], Witness(one, "the first of the two")]
        cuts = [self._event(at) for at in self._selected(_BETWEEN) if self._event(at).position > one.position]
        if seconds and cuts and cuts[0].position < seconds[0].position:
            witnesses += [Witness(cuts[0], "stands between"), Witness(seconds[0], "too late")]
            reason = f"{start}; {side} it {told(one)}, but then {told(cuts[0])} before any {second} came"
        else:
            reason = f"{start}; {side} it {told(one)}, but no {second} came after that"
        in_order = tuple(sorted(witnesses, key=lambda witness: witness.event.position))
        return replaced(found, reason=reason, witnesses=in_order)

    def _on_side(self, event: Event, other: Event) -> bool:
        if self._before:
            return other.position <= event.position
        return other.position >= event.position
