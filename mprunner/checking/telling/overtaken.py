"""What there is to tell of one who was overtaken too often: also when it was granted at last."""

from __future__ import annotations

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.overtaking import Overtaking
from mprunner.checking.constraints.per import group_key
from mprunner.checking.selecting import PerKind
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.records import replaced

__all__ = ["OvertakingTeller"]

_GRANT = 2


class OvertakingTeller(Teller):
    __slots__ = ("_key", "_overtaking")

    def __init__(self, inner: Overtaking, by: PerKind) -> None:
        super().__init__(inner)
        self._overtaking = inner
        self._key = group_key(by)

    @property
    def number(self) -> int:
        return self._overtaking.worst

    def _told(self, found: Finding, end: End) -> Finding:
        if found.status != "broken":
            return found
        request, *others = (one.event for one in found.witnesses)
        who = self._key(request.call)
        after = others[-1].position if others else request.position
        granted = next(
            (
                event
                for event, mask in self._log
                if mask & _GRANT and event.position > after and self._key(event.call) == who
            ),
            None,
        )
        last = () if granted is None else (Witness(granted, "granted at last"),)
        proof = Proof(self._overtaking.overtaken, request)
        return replaced(found, witnesses=(*found.witnesses, *last), proof=proof)
