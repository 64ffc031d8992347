"""`within`: the segments of the record that a promise is about.

Segments are open at both ends and do not nest: a second `from` inside an open segment opens no other.
`before: R` is the segment up to the first R (none when there is no R), `after: Q` the one from the first Q to
the end, `from: Q, to: R` each closed one; with `open_end` an unclosed one runs to the end of the record.
"""

from __future__ import annotations

from mprunner.checking.constraint import Constraint, End, Finding, Make, combine
from mprunner.checking.forms import ScopeForm
from mprunner.checking.matching import Matcher, stands_here
from mprunner.recording.events import Event
from mprunner.records import replaced


class Scoped(Constraint):
    __slots__ = (
        "_bits",
        "_close",
        "_closed",
        "_current",
        "_form",
        "_make",
        "_open",
    )

    def __init__(self, make: Make, form: ScopeForm) -> None:
        inner = make()
        opener = form.from_ or form.after
        closer = form.to or form.before
        matchers = list(inner.matchers)
        self._bits = (1 << len(matchers)) - 1
        self._open = self._close = 0
        if opener is not None:
            self._open = 1 << len(matchers)
            matchers.append(Matcher(opener))
        if closer is not None:
            self._close = 1 << len(matchers)
            matchers.append(Matcher(closer))
        super().__init__(matchers, wants_all=inner.wants_all)
        self._form = form
        self._make = make
        self._current: Constraint | None = None if opener is not None else inner
        self._closed: list[Constraint] = []

    def feed(self, event: Event, mask: int) -> None:
        current = self._current
        if current is not None:
            if mask & self._close:
                self._closed.append(current)
                self._current = None
            elif mask & self._bits or (self.wants_all and stands_here(event)):
                current.feed(event, mask & self._bits)
        elif mask & self._open and not mask & self._close:
            self._current = self._make()

    def finish(self, end: End) -> Finding:
        whole = replaced(end, complete=True)
        findings = [constraint.finish(whole) for constraint in self._closed]
        current = self._current
        if current is not None:
            if not self._close or self._form.open_end:
                findings.append(current.finish(end))
            elif not end.complete:
                last = current.finish(replaced(end, complete=False))
                if last.status == "broken":
                    reason = f"{last.reason}; the run was cut short before the end of this segment"
                    findings.append(replaced(last, status="inconclusive", reason=reason))
        return combine(findings, "segments")
