"""What there is to tell of an `output` that differs: the line before it, and where the promised line came."""

from __future__ import annotations

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.patterns import text_of
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["OutputTeller"]


class OutputTeller(Teller):
    __slots__ = ("_lines",)

    def __init__(self, inner: Constraint, text: str) -> None:
        super().__init__(inner)
        self._lines = text.removesuffix("\n").split("\n") if text else []

    def _told(self, found: Finding, end: End) -> Finding:
        printed = [
            (event, line)
            for event, _ in self._log
            for line in text_of(event.call.values.get("text", "")).split("\n")
        ]
        same = 0
        while same < min(len(printed), len(self._lines)) and printed[same][1] == self._lines[same]:
            same += 1
        witnesses = [Witness(event, f"line {at}") for at, (event, _) in enumerate(printed[:same], 1)][-3:]
        order: tuple[tuple[Event, Event], ...] = ()
        if same < len(printed):
            wrong = printed[same][0]
            role = "not promised" if same == len(self._lines) else f"not line {same + 1}"
            witnesses.append(Witness(wrong, role))
            wanted = self._lines[same] if same < len(self._lines) else None
            late = next((event for event, line in printed[same + 1 :] if line == wanted), None)
            if late is not None:
                witnesses.append(Witness(late, f"promised as line {same + 1}"))
                order = ((wrong, late),)
        return replaced(found, witnesses=tuple(witnesses), proof=Proof(order=order))
