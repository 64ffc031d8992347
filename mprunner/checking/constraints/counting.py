"""`count`, and `absence` and `existence`, which are counts: how many events a matcher selects."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import is_of_absence
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, phrase, told
from mprunner.recording.events import Event

_ONE = b"\0\1"
"""What is counted has a letter."""


class Count(Constraint):
    """Judges a number of events. An upper bound can be put to the test by no event at all."""

    __slots__ = ("_excess", "_last", "_least", "_most", "_seen")

    def __init__(self, of: Matcher, *, at_least: int | None = None, at_most: int | None = None) -> None:
        super().__init__([of])
        self._least = at_least
        self._most = at_most
        self._seen = 0
        self._last: Event | None = None
        self._excess: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        self._last = event
        if self._seen == self._most:
            self._excess = event
        self._seen += 1

    def feed_block(self, sight: Sight) -> None:
        count, seen, most = sight.count(1), self._seen, self._most
        self._seen = seen + count
        if most is not None and seen <= most < self._seen:
            self._excess = sight.event(sight.place(_ONE, most - seen))
        if self._least is not None and self._seen < self._least:
            self._last = sight.event(sight.last(1))

    def by_masks(self) -> bool:
        return True

    def memory(self) -> Hashable:
        return min(self._seen, max(self._least or 0, -1 if self._most is None else self._most + 1))

    def finish(self, end: End) -> Finding:
        seen, least, most = self._seen, self._least, self._most
        what = phrase(self.matchers[0].form)
        summary = f"{counted(seen, 'time')}" if seen else "never"
        activations = max(seen, 1)
        proven = not is_of_absence(self.matchers[0].form)
        if self._excess is not None:
            allowed = (
                f"at most {most} {'is' if most == 1 else 'are'} promised" if most else "none is promised"
            )
            if most is not None and most == least:
                allowed = f"exactly {most} {'is' if most == 1 else 'are'} promised"
            reason = f"{told(self._excess)}: {counted(seen, 'event')} of {what}, but {allowed}"
            excess = (Witness(self._excess, "one too many"),)
            return Finding("broken", activations, summary, reason, excess, proven=proven)
        if least is not None and seen < least:
            reason = f"{what}: {summary}, but {'exactly' if most == least else 'at least'} {least} promised"
            witnesses = () if self._last is None else (Witness(self._last, "the last one"),)
            if end.complete:
                return Finding("broken", activations, summary, reason, witnesses)
            return Finding(
                "inconclusive", activations, summary, f"{reason}; the run was cut short", witnesses
            )
        return Finding("kept", activations, summary, final=most is None, proven=proven and most is None)
