"""`exception`: an exception left a process's target, a task or main."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import ANY, MatcherForm
from mprunner.checking.matching import Matcher
from mprunner.checking.patterns import value_test
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, pattern, told
from mprunner.recording.events import Event


def loosely(text: str) -> str:
    """A message without what differs between versions by chance: runs of blanks, case, a last dot."""
    return " ".join(text.split()).rstrip(".").casefold()


class Raises(Constraint):
    """`type` may be any base of what was raised; a text need only be contained in the message."""

    __slots__ = ("_found", "_others", "_text", "_type")

    def __init__(self, *, process: Any = ANY, type_: str | None = None, text: Any = ANY) -> None:
        super().__init__([Matcher(MatcherForm(op="exception", process=process))])
        self._type = type_
        self._text = text
        self._found: list[Event] = []
        self._others: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        if self._fits(event):
            self._found.append(event)
        else:
            self._others = event

    def _fits(self, event: Event) -> bool:
        error = event.call.error
        if error is None:
            return False
        if self._type is not None and self._type != error.type and self._type not in error.bases:
            return False
        if self._text is ANY:
            return True
        if isinstance(self._text, str):
            return loosely(self._text) in loosely(error.text)
        return value_test(self._text)(error.text)

    def memory(self) -> Hashable:
        return bool(self._found)

    def finish(self, end: End) -> Finding:
        if self._found:
            first = Witness(self._found[0], "the exception")
            return Finding("kept", len(self._found), counted(len(self._found), "exception"), None, (first,))
        wanted = self._type or "exception"
        if self._text is not ANY:
            wanted += f" with {pattern(self._text)}"
        reason = f"no {wanted} was raised"
        witnesses: tuple[Witness, ...] = ()
        if self._others is not None:
            reason += f"; {told(self._others)}"
            witnesses = (Witness(self._others, "another exception"),)
        if end.complete:
            return Finding("broken", 1, "none", reason, witnesses)
        return Finding("inconclusive", 1, "none", f"{reason}; the run was cut short", witnesses)
