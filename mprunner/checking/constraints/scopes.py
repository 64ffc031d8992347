"""`within`: the segments of the record that a promise is about.

Segments are open at both ends and do not nest: a second `from` inside an open segment opens no other.
`before: R` is the segment up to the first R (none when there is no R), `after: Q` the one from the first Q to
the end, `from: Q, to: R` each closed one; with `open_end` an unclosed one runs to the end of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

from mprunner.checking.blocks.eyes import Eyes
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.combined import Combined
from mprunner.checking.constraint import Constraint, End, Finding, Make
from mprunner.checking.forms import ScopeForm
from mprunner.checking.matching import matcher, stands_here
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import number
from mprunner.recording.events import Call, Ending, Event, Recording
from mprunner.records import replaced

_OPENS, _CLOSES = 1, 2
_SHORT = 64
"""Segments with so many events are often alike."""
_MOST_KNOWN, _MOST_MASKS = 10_000, 255
_OVER = End(
    True, Recording("", "", "", "fork", "processes", "", 0, 0.0, 1.0, 0, [], [], Ending("finished", 0))
)
"""How a segment ends: nothing comes any more. Who goes by masks does not ask what the record holds."""


class Scoped(Constraint):
    """A constraint for each segment. What goes by masks alone is judged as soon as a segment is over, and of short segments that
    see the same once.
    """

    __slots__ = (
        "_aspect",
        "_bits",
        "_close",
        "_closed",
        "_combined",
        "_current",
        "_form",
        "_known",
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
        self._combined = Combined() if inner.by_masks() else None
        self._known: dict[bytes, Finding] = {}
        """By letters of its events, what is found in a segment."""
        self._closed: list[tuple[Constraint, Event | None, Event]] = []
        self._opener: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        current = self._current
        if current is not None:
            if mask & self._close:
                self._end_segment(lambda: event)
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
        letters = self._letters(sight, inner)
        place, stop, opened = 0, len(marks), -1
        while place < stop:
            if self._current is None:
                if letters:
                    place = self._pass_over(marks, letters, place)
                opened = marks.find(_OPENS, place) if self._open else -1
                if opened < 0:
                    return
                self._current, self._opener = self._make(), None
                place = opened + 1
                continue
            at = marks.find(_CLOSES, place) if self._close else -1
            until = stop if at < 0 else at
            whole = not place and until == stop
            self._give(Sight(sight.row if whole else sight.row.part(place, until), inner))
            if at < 0:
                break
            if opened >= 0 and self._combined is None:
                self._opener = sight.event(opened)
            found = self._end_segment(partial(sight.event, at), partial(sight.event, opened))
            if found is not None and letters and opened >= 0 and at - opened <= _SHORT:
                self._learn(letters[opened + 1 : at], found)
            place, opened = at + 1, -1
        if opened >= 0:
            self._opener = sight.event(opened)

    def _end_segment(
        self, closer: Callable[[], Event], opener: Callable[[], Event] | None = None
    ) -> Finding | None:
        """The segment is over; gives what was found, where that is known by now. The events that open and close it are made
        where they will be told.
        """
        current, begun, combined = self._current, self._opener, self._combined
        assert current is not None
        self._current = self._opener = None
        if combined is None:
            self._closed.append((current, begun, closer()))
            return None
        found = current.finish(_OVER)
        if combined.knows(found.status):
            combined.add(found)
            return found
        if begun is None and self._open and opener is not None:
            begun = opener()
        combined.add(_placed(found, begun, closer()))
        return found

    def _letters(self, sight: Sight, inner: Eyes) -> bytes:
        """A letter for each event by what the constraint in a segment sees of it, 0 for nothing; empty where that is not all
        that counts.
        """
        if self._combined is None or not (self._open and self._close):
            return b""
        if any(mask >= _MOST_MASKS for mask in inner.masks.values()):
            return b""
        return sight.row.symbols.translate(inner.table("letters", lambda mask: mask + 1))

    def _pass_over(self, marks: bytes, letters: bytes, place: int) -> int:
        """Go over whole segments from there on of which it is known what is found in them; gives the place behind them."""
        assert self._combined is not None
        known, add = self._known, self._combined.add
        while (opens := marks.find(_OPENS, place)) >= 0:
            closes = marks.find(_CLOSES, opens, opens + _SHORT + 1)
            found = known.get(_seen(letters[opens + 1 : closes])) if closes >= 0 else None
            if found is None:
                break
            add(found)
            place = closes + 1
        return place

    def _learn(self, letters: bytes, found: Finding) -> None:
        # Of violations that are proven each has its own events.
        if (found.status == "kept" or found.proof is None) and len(self._known) < _MOST_KNOWN:
            self._known[_seen(letters)] = found

    def _give(self, sight: Sight) -> None:
        if sight.seen and self._current is not None:
            self._current.feed_block(sight)

    def _mark(self, mask: int) -> int:
        return _CLOSES if mask & self._close else _OPENS if mask & self._open else 0

    def _see(self, mask: int, always: bool, aspect: Hashable) -> tuple[int, bool, Hashable] | None:
        return (mask & self._bits, always, aspect) if mask & self._bits or always else None

    def aspect(self, call: Call) -> Hashable:
        return self._aspect(call)

    def by_masks(self) -> bool:
        return self._combined is not None

    def memory(self) -> Hashable:
        current = None if self._current is None else (self._current.memory(),)
        if current == (None,):
            return None
        if self._combined is not None:
            return self._combined.memory(), current
        # Of segments that are over it counts what they come to, and that is told by what each remembers.
        closed = frozenset(one.memory() for one, *_ in self._closed)
        return None if None in closed else (closed, current)

    def finish(self, end: End) -> Finding:
        whole = replaced(end, complete=True)
        found = Combined() if self._combined is None else self._combined.copy()
        for one, opener, closer in self._closed:
            found.add(_placed(one.finish(whole), opener, closer))
        current = self._current
        if current is not None:
            if not self._close or self._form.open_end:
                found.add(_placed(current.finish(end), self._opener, None))
            elif not end.complete:
                last = current.finish(replaced(end, complete=False))
                if last.status == "broken":
                    reason = f"{last.reason}; the run was cut short before the end of this segment"
                    found.add(replaced(last, status="inconclusive", reason=reason))
        # What opens or closes a segment may be missing.
        return replaced(found.result("segments"), proven=False)


def _seen(letters: bytes) -> bytes:
    """The letters of those events that are seen."""
    return letters.translate(None, b"\0")


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
