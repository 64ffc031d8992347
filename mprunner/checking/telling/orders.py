"""What there is to tell of a `happens_before` that nothing but the clock keeps."""

from __future__ import annotations

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import number, told
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["HappensBeforeTeller"]

_EARLIER, _LATER = 1, 2


class HappensBeforeTeller(Teller):
    __slots__ = ()

    def __init__(self, inner: Constraint) -> None:
        super().__init__(inner)

    def _kept(self, found: Finding) -> Finding:
        later = self._event(self._selected(_LATER)[0])
        earlier = next(
            (event for event, mask in self._log if mask & _EARLIER and event.position < later.position), None
        )
        if earlier is None:
            return found
        witnesses = (Witness(earlier, "comes before it"), Witness(later, "has one before it"))
        return replaced(found, witnesses=witnesses, proof=Proof(order=((earlier, later),)))

    def _told(self, found: Finding, end: End) -> Finding:
        causality = end.causality
        if causality is None or found.status != "broken":
            return found
        earlier_ones: list[Event] = [self._event(place) for place in self._selected(_EARLIER)]
        firsts = causality.firsts(earlier_ones)
        broken = [
            event
            for event in (self._event(place) for place in self._selected(_LATER))
            if not any(causality.before(first, event) for first in firsts)
        ]
        if not broken:
            return found
        proof = Proof(len(broken), broken[0], broken[-1])
        if len(found.witnesses) == 2:
            earlier, later = (one.event for one in found.witnesses)
            return replaced(found, proof=replaced(proof, order=((earlier, later),)))
        late = next((event for event in earlier_ones if event.position > broken[0].position), None)
        reason = f"{told(broken[0])}, but no {self._phrase(0)} came before it"
        witness = Witness(broken[0], "has none before it")
        if late is None:
            return replaced(found, reason=f"{reason}, or after it", witnesses=(witness,), proof=proof)
        reason = f"{reason}; the first one is {number(late)}"
        witnesses = (witness, Witness(late, "too late"))
        return replaced(
            found, reason=reason, witnesses=witnesses, proof=replaced(proof, order=((broken[0], late),))
        )
