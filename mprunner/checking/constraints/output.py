"""`output`: the printed lines of all processes, in the order of the record, are exactly this text."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import MatcherForm
from mprunner.checking.matching import Matcher
from mprunner.checking.patterns import text_of
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, shown
from mprunner.recording.events import Event


class Output(Constraint):
    """A print is one line, or several if its text has line ends; a line end at the end of `text` may be
    left out.
    """

    __slots__ = ("_broken", "_got", "_last", "_lines", "_witness")

    def __init__(self, text: str) -> None:
        super().__init__([Matcher(MatcherForm(op="print"))])
        body = text.removesuffix("\n")
        self._lines = body.split("\n") if text else []
        self._got = 0
        self._broken: str | None = None
        self._witness: Event | None = None
        self._last: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        if self._broken is not None:
            return
        for line in text_of(event.call.values.get("text", "")).split("\n"):
            if self._got == len(self._lines):
                self._fail(event, f"nothing is promised after line {self._got}, but", line)
                return
            if line != self._lines[self._got]:
                wanted = shown(self._lines[self._got])
                self._fail(event, f"line {self._got + 1} is promised to be {wanted}, but", line)
                return
            self._got += 1
        self._last = event

    def _fail(self, event: Event, start: str, line: str) -> None:
        self._witness = event
        self._broken = f"{start} {event.call.actor} printed {shown(line)} ({number(event)})"

    def memory(self) -> Hashable:
        return self._got, self._broken is not None

    def finish(self, end: End) -> Finding:
        total = len(self._lines)
        if self._broken is not None and self._witness is not None:
            where = (
                f"differs at line {self._got + 1}"
                if self._got < total
                else f"more than {counted(total, 'line')}"
            )
            return Finding("broken", 1, where, self._broken, (Witness(self._witness, "differs"),))
        if self._got < total:
            reason = f"line {self._got + 1}, {shown(self._lines[self._got])}, was never printed"
            witnesses = () if self._last is None else (Witness(self._last, "the last line"),)
            summary = f"{self._got} of {counted(total, 'line')}"
            if end.complete:
                return Finding("broken", 1, summary, reason, witnesses)
            return Finding("inconclusive", 1, summary, f"{reason}; the run was cut short", witnesses)
        return Finding("kept", 1, f"{counted(total, 'line')} as promised" if total else "nothing printed")
