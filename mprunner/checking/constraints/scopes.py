"""`within`: the segments of the record that a promise is about.

Segments are open at both ends and do not nest: a second `from` inside an open segment opens no other.
`before: R` is the segment up to the first R (none when there is no R), `after: Q` the one from the first Q to
the end, `from: Q, to: R` each closed one; with `open_end` an unclosed one runs to the end of the record.
"""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding, Make, combine
from mprunner.checking.forms import ScopeForm
from mprunner.checking.matching import matcher, stands_here
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import number
from mprunner.recording.events import Call, Event
from mprunner.records import replaced

_OPENS, _CLOSES = 1, 2


class Scoped(Constraint):
    __slots__ = (
        "_aspect",
        "_bits",
        "_close",
        "_closed",
        "_current",
        "_form",
        "_make",
        "_open",
        "_opener",
        "aspect_varies",
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
            matchers.append(matcher(opener))
        if closer is not None:
            self._close = 1 << len(matchers)
            matchers.append(matcher(closer))
        super().__init__(matchers, wants_all=inner.wants_all)
        self._form = form
        self._make = make
        self._aspect = inner.aspect
        self.aspect_varies = inner.aspect_varies
        self._current: Constraint | None = None if opener is not None else inner
        self._closed: list[tuple[Constraint, Event | None, Event]] = []
        self._opener: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        current = self._current
        if current is not None:
            if mask & self._close:
                self._closed.append((current, self._opener, event))
                self._current = None
            elif mask & self._bits or (self.wants_all and stands_here(event)):
                current.feed(event, mask & self._bits)
        elif mask & self._open and not mask & self._close:
            self._current = self._make()
            self._opener = event

    def feed_block(self, sight: Sight) -> None:
        if self._current is None and not self._open:
            return
        inner = sight.eyes.derived("inside", self._see)
        if self._current is not None and not self._close:
            self._give(Sight(sight.row, inner))
            return
        marks = sight.row.symbols.translate(sight.eyes.table("scope", self._mark))
        place, stop = 0, len(marks)
        while place < stop:
            if self._current is None:
                at = marks.find(_OPENS, place) if self._open else -1
                if at < 0:
                    return
                self._current = self._make()
                self._opener = sight.event(at)
            else:
                at = marks.find(_CLOSES, place) if self._close else -1
                until = stop if at < 0 else at
                whole = not place and until == stop
                self._give(Sight(sight.row if whole else sight.row.part(place, until), inner))
                if at < 0:
                    return
                self._closed.append((self._current, self._opener, sight.event(at)))
                self._current = None
            place = at + 1

    def _give(self, sight: Sight) -> None:
        if sight.seen and self._current is not None:
            self._current.feed_block(sight)

    def _mark(self, mask: int) -> int:
        return _CLOSES if mask & self._close else _OPENS if mask & self._open else 0

    def _see(self, mask: int, always: bool, aspect: Hashable) -> tuple[int, bool, Hashable] | None:
        return (mask & self._bits, always, aspect) if mask & self._bits or always else None

    def aspect(self, call: Call) -> Hashable:
        return self._aspect(call)

    def memory(self) -> Hashable:
        # Of segments that are over it counts what they come to, and that is told by what each remembers.
        closed = frozenset(one.memory() for one, *_ in self._closed)
        current = None if self._current is None else (self._current.memory(),)
        return None if None in closed or current == (None,) else (closed, current)

    def finish(self, end: End) -> Finding:
        whole = replaced(end, complete=True)
        findings = [_placed(one.finish(whole), opener, closer) for one, opener, closer in self._closed]
        current = self._current
        if current is not None:
            if not self._close or self._form.open_end:
                findings.append(_placed(current.finish(end), self._opener, None))
            elif not end.complete:
                last = current.finish(replaced(end, complete=False))
                if last.status == "broken":
                    reason = f"{last.reason}; the run was cut short before the end of this segment"
                    findings.append(replaced(last, status="inconclusive", reason=reason))
        # What opens or closes a segment may be missing.
        return replaced(combine(findings, "segments"), proven=False)


def _placed(found: Finding, opener: Event | None, closer: Event | None) -> Finding:
    """The finding in one segment, which it names."""
    ends = [
        Witness(event, role)
        for event, role in ((opener, "from here"), (closer, "to here"))
        if event is not None
    ]
    if found.status == "kept" or not ends:
        return found
    names = [number(one.event) for one in ends]
    where = (
        f"between {names[0]} and {names[1]}"
        if len(names) > 1
        else f"{'before' if closer else 'after'} {names[0]}"
    )
    witnesses = sorted((*found.witnesses, *ends), key=lambda witness: witness.event.position)
    return replaced(found, reason=f"{where}: {found.reason}", witnesses=tuple(witnesses))
