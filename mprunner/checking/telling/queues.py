"""What there is to tell of a queue: each item that went wrong, with its puts and its gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.queue_items import QUEUE_WORDS, Ends, item
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["DeliveryTeller", "FifoTeller"]

_PUT, _GET = 1, 2
_SHOWN = 4


class FifoTeller(Teller):
    """The order of the puts and that of the gets, where both are in the proof."""

    __slots__ = ()

    def __init__(self, inner: Constraint) -> None:
        super().__init__(inner)

    def _told(self, found: Finding, end: End) -> Finding:
        puts, gets = (self._shown(found, bit) for bit in (_PUT, _GET))
        order: tuple[tuple[Event, Event], ...] = ()
        if len(puts) > 1:
            order = ((puts[0], puts[1]), *(((gets[0], gets[1]),) if len(gets) > 1 else ()))
        elif puts and gets and gets[0].position < puts[0].position:
            order = ((gets[0], puts[0]),)
        return replaced(found, proof=Proof(order=order))

    def _shown(self, found: Finding, bit: int) -> list[Event]:
        places = {event.position for event, mask in self._log if mask & bit}
        return [one.event for one in found.witnesses if one.event.position in places]


class DeliveryTeller(Teller):
    """An item that was lost, doubled or invented: all puts and gets that look like it."""

    __slots__ = ("_by", "_words")

    def __init__(self, inner: Constraint, ends: Ends | None = None) -> None:
        super().__init__(inner)
        self._words = QUEUE_WORDS if ends is None else ends.words
        self._by = "item" if ends is None else ends.by

    def _told(self, found: Finding, end: End) -> Finding:
        if not found.witnesses:
            return found
        wrong, words, value_of = found.witnesses[0], self._words, self._value
        value = value_of(wrong.event)
        puts = [self._event(place) for place in self._selected(_PUT)]
        gets = [self._event(place) for place in self._selected(_GET)]
        balance: Counter[Hashable] = Counter(map(value_of, gets))
        balance.subtract(Counter(map(value_of, puts)))
        lost = wrong.event.position in {event.position for event in puts}
        number = sum(-left for left in balance.values() if left < 0) if lost else sum(
            left for left in balance.values() if left > 0
        )  # fmt: skip
        alike = [event for event in puts if value_of(event) == value][-_SHOWN:]
        taken = [event for event in gets if value_of(event) == value][-_SHOWN:]
        witnesses = [
            Witness(event, f"never {words.taken}" if lost and event is wrong.event else words.given)
            for event in alike
        ]
        witnesses += [Witness(event, words.taken) for event in taken if event is not wrong.event]
        if not lost:
            role = (
                f"nobody {words.gave} it"
                if not alike
                else f"{words.taken} once more"
                if len(taken) > len(alike)
                else f"{words.taken} too early"
            )
            witnesses.append(Witness(wrong.event, role))
        witnesses.sort(key=lambda witness: witness.event.position)
        order: tuple[tuple[Event, Event], ...] = ()
        if not lost and alike and wrong.event.position < alike[0].position:
            order = ((wrong.event, alike[0]),)
        return replaced(
            found, witnesses=tuple(witnesses), proof=Proof(max(number, 1), wrong.event, None, order)
        )

    def _value(self, event: Event) -> Hashable:
        return item(event, self._by).value
