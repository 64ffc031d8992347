"""What there is to tell of a queue: each item that went wrong, with its puts and its gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.patterns import fingerprint
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import item_of
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

    __slots__ = ()

    def __init__(self, inner: Constraint) -> None:
        super().__init__(inner)

    def _told(self, found: Finding, end: End) -> Finding:
        if not found.witnesses:
            return found
        wrong = found.witnesses[0]
        value = _value(wrong.event)
        puts = [self._event(place) for place in self._selected(_PUT)]
        gets = [self._event(place) for place in self._selected(_GET)]
        balance: Counter[Hashable] = Counter(map(_value, gets))
        balance.subtract(Counter(map(_value, puts)))
        lost = wrong.event.call.operation.startswith("put")
        number = sum(-left for left in balance.values() if left < 0) if lost else sum(
            left for left in balance.values() if left > 0
        )  # fmt: skip
        alike = [event for event in puts if _value(event) == value][-_SHOWN:]
        taken = [event for event in gets if _value(event) == value][-_SHOWN:]
        witnesses = [
            Witness(event, "never got" if lost and event is wrong.event else "put") for event in alike
        ]
        witnesses += [Witness(event, "got") for event in taken if event is not wrong.event]
        if not lost:
            role = (
                "nobody put it"
                if not alike
                else "got once more"
                if len(taken) > len(alike)
                else "got too early"
            )
            witnesses.append(Witness(wrong.event, role))
        witnesses.sort(key=lambda witness: witness.event.position)
        order: tuple[tuple[Event, Event], ...] = ()
        if not lost and alike and wrong.event.position < alike[0].position:
            order = ((wrong.event, alike[0]),)
        return replaced(
            found, witnesses=tuple(witnesses), proof=Proof(max(number, 1), wrong.event, None, order)
        )


def _value(event: Event) -> Hashable:
    return fingerprint(item_of(event.call))
