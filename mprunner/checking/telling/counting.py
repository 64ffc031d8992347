"""What there is to tell of a wrong number of events: all that were counted."""

from __future__ import annotations

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import counted, number, told
from mprunner.records import replaced

__all__ = ["CountTeller"]

_SHOWN = 8


class CountTeller(Teller):
    """`least` and `most`: the bounds, None where there is none."""

    __slots__ = ("_least", "_most")

    def __init__(self, inner: Constraint, least: int | None, most: int | None) -> None:
        super().__init__(inner)
        self._least = least
        self._most = most

    @property
    def number(self) -> int:
        return len(self._log)

    def _kept(self, found: Finding) -> Finding:
        shown = tuple(Witness(event, f"number {at}") for at, (event, _) in enumerate(self._log[:_SHOWN], 1))
        return replaced(found, witnesses=shown)

    def _told(self, found: Finding, end: End) -> Finding:
        events = [event for event, _ in self._log]
        seen, most, least = len(events), self._most, self._least
        what = self._phrase(0)
        if most is not None and seen > most:
            excess = events[most]
            limit = f"the limit is {most}" if most else "must not be"
            begin = max(most - _SHOWN + 2, 0)
            witnesses = [
                Witness(event, f"number {at}") for at, event in enumerate(events[begin:most], begin + 1)
            ]
            witnesses.append(Witness(excess, f"number {most + 1}, {limit}" if most else limit))
            reason = (
                f"{what} came {counted(seen, 'time')}, but {'exactly' if most == least else 'at most'} {most} "
                f"{'is' if most == 1 else 'are'} promised; number {most + 1} is where {told(excess)}"
            )
            if most == 0:
                reason = f"{told(excess)}, which must not be" + (
                    f"; {what}: {seen} in all" if seen > 1 else ""
                )
            proof = Proof(seen - most, excess, events[-1])
            return replaced(found, reason=reason, witnesses=tuple(witnesses), proof=proof)
        if least is None:
            return found
        wanted = "exactly" if most == least else "at least"
        came = f"came {counted(seen, 'time')} (the last is {number(events[-1])})" if seen else "never came"
        reason = f"{what} {came}, but {wanted} {least} {'is' if least == 1 else 'are'} promised"
        if found.status == "inconclusive":
            reason += "; the run was cut short"
        first = max(seen - _SHOWN, 0)
        witnesses = [Witness(event, f"number {first + at}") for at, event in enumerate(events[first:], 1)]
        return replaced(found, reason=reason, witnesses=tuple(witnesses), proof=Proof())
