"""How many spans are open at once: `mutual_exclusion`, `max_parallel`, `open`."""

from __future__ import annotations

from collections.abc import Hashable
from typing import cast

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.spans import Holds, LockHolds, Span, SpanBuilder
from mprunner.checking.forms import SpanForm
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, did, milliseconds, number, span_noun
from mprunner.recording.events import Call, Event
from mprunner.recording.locks import lock_of

TURNS = b"\0ar!"
"""By mask: an acquire, a release, both."""


class Open(Constraint):
    """Bounds the number of spans open at one instant; with `each_object`, of each object by itself."""

    __slots__ = (
        "_builder", "_counts", "_each", "_form", "_highest", "_least", "_most", "_others", "_peak", "_spans", "_until",
        "_violation",
    )  # fmt: skip

    def __init__(
        self,
        form: SpanForm,
        builder: SpanBuilder,
        *,
        at_most: int | None = None,
        at_least: int | None = None,
        each_object: bool = False,
    ) -> None:
        super().__init__(builder.matchers)
        self._form = form
        self._builder = builder
        self._most = at_most
        self._least = at_least
        self._each = each_object
        self._counts: dict[str | None, int] = {}
        self._spans = 0
        self._highest = 0
        self._peak: Event | None = None
        self._violation: Span | None = None
        self._others: tuple[Span, ...] = ()
        self._until: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        builder = self._builder
        builder.feed(event, mask)
        for span in builder.closed:
            self._counts[span.object if self._each else None] -= 1
            if self._until is None and self._watched(span):
                self._until = event
        span_opened = builder.opened
        if span_opened is None:
            return
        key = span_opened.object if self._each else None
        count = self._counts[key] = self._counts.get(key, 0) + 1
        self._spans += 1
        if count > self._highest:
            self._highest = count
            self._peak = event
        if self._most is not None and count > self._most and self._violation is None:
            self._violate(span_opened)

    @property
    def aspect_varies(self) -> bool:  # type: ignore[override]
        return isinstance(self._builder, Holds)

    def aspect(self, call: Call) -> Hashable:
        return (lock_of(call), call.operation == "wait") if isinstance(self._builder, Holds) else None

    def feed_block(self, sight: Sight) -> None:
        builder = self._builder
        if not isinstance(builder, Holds):
            self.feed_each(sight)
        elif not (isinstance(builder, LockHolds) and self._take_turns(builder, sight)):
            self._take_holds(builder, sight)

    def _take_turns(self, builder: LockHolds, sight: Sight) -> bool:
        """Take a block in which of each lock acquires and releases take turns. False when it is not so."""
        if not self._each or self._most == 0:
            return False
        aspects = dict.fromkeys(sight.eyes.aspects[one] for one in sight.seen)
        locks = [(aspect[0], sight.of_aspect(aspect)) for aspect in aspects if isinstance(aspect, tuple)]
        if len({lock for lock, _ in locks}) < len(locks):
            return False
        for lock, own in locks:
            letters, held = own.letters(TURNS), len(builder.held.get(lock, ()))
            if held and any(self._watched(builder.open[key]) for key in builder.held[lock]):
                return False
            if held > 1 or b"aa" in letters or b"!" in letters or (held and letters[:1] == b"a"):
                return False
        if not self._highest and sight.count(1):
            self._highest, self._peak = 1, sight.event(sight.first(1))
        for lock, own in locks:
            for key in builder.let_go(lock):
                del builder.open[key]
            count = own.count(1)
            self._spans += count
            open_ = own.letters(TURNS)[-1:] == b"a"
            builder.number += count - open_
            self._counts[lock] = int(open_)
            if open_:
                builder.feed(own.event(own.last(1)), 1)
        return True

    def _take_holds(self, builder: Holds, sight: Sight) -> None:
        row = sight.row
        block, start, symbols = row.block, row.start, row.symbols
        lanes, numbers, aspects = block.lanes, block.numbers, sight.eyes.aspects
        holders = [(process, thread) for process, _, thread in block.table.lanes]
        opened: dict[Hashable, tuple[str | None, int]] = {}
        counts, each, most = self._counts, self._each, self._most
        peak = -1
        for place, mask in sight.pairs():
            lock, waits = cast("tuple[str | None, bool]", aspects[symbols[place]])
            holder, number = holders[lanes[start + place]], numbers[start + place]
            group = lock if each else None
            if mask & 2:
                key = builder.ends(lock, holder, number, waits=waits)
                if key is not None:
                    counts[group] -= 1
                    if opened.pop(key, None) is None:
                        span = builder.open.pop(key)
                        if self._watched(span):
                            span.end = sight.event(place)
                            self._until = self._until or span.end
            if mask & 1:
                key = builder.begins(lock, holder, number)
                if key is not None:
                    count = counts[group] = counts.get(group, 0) + 1
                    self._spans += 1
                    opened[key] = (lock, place)
                    if count > self._highest:
                        self._highest, peak = count, place
                    if most is not None and count > most and self._violation is None:
                        self._open_spans(builder, sight, opened)
                        self._violate(builder.open[key])
        self._open_spans(builder, sight, opened)
        if peak >= 0:
            self._peak = sight.event(peak)

    def _watched(self, span: Span) -> bool:
        """Whether the end of a span is a witness of the violation."""
        return span is self._violation or span in self._others

    def _open_spans(
        self, builder: Holds, sight: Sight, opened: dict[Hashable, tuple[str | None, int]]
    ) -> None:
        for key, (lock, place) in opened.items():
            event = sight.event(place)
            builder.open[key] = Span(event.call.process, lock or event.call.object, event)
        opened.clear()

    def _violate(self, span: Span) -> None:
        self._violation = span
        same = (one for one in self._builder.open.values() if not self._each or one.object == span.object)
        self._others = tuple(one for one in same if one is not span)

    def memory(self) -> Hashable:
        if self._violation is not None:
            return "broken"
        least = self._least
        if self._most is None and least is not None and self._highest >= least:
            return "kept"
        inside = self._builder.memory()
        return None if inside is None else (self._spans > 0, least and min(self._highest, least), inside)

    def finish(self, end: End) -> Finding:
        noun = span_noun(self._form)
        spans, highest = self._spans, self._highest
        overlap = "none overlapping" if highest <= 1 else f"at most {highest} at once"
        summary = f"{counted(spans, noun)}, {overlap}" if spans else f"no {noun}"
        if self._violation is not None:
            return self._too_many(end, noun)
        least = self._least
        if least is not None and highest < least:
            reason = f"at no instant were {counted(least, noun)} open, at most {highest}"
            witnesses = () if self._peak is None else (Witness(self._peak, "the most at once"),)
            if end.complete:
                return Finding("broken", spans, summary, reason, witnesses)
            return Finding("inconclusive", spans, summary, f"{reason}; the run was cut short", witnesses)
        return Finding("kept", spans, summary, final=self._most is None)

    def _too_many(self, end: End, noun: str) -> Finding:
        span = self._violation
        assert span is not None
        holds = noun == "hold"
        count = len(self._others) + 1
        if not self._others:  # not even one is allowed
            reason = f"{span.owner} {did(span.begin.call)} ({number(span.begin)}), but no {noun} is promised"
            witness = Witness(span.begin, "the limit is 0")
            return Finding("broken", self._spans, counted(self._spans, noun), reason, (witness,))
        first = self._others[-1]
        told_first = [f"{'acquired' if holds else 'began'} {number(first.begin)}"]
        if first.end is not None:
            told_first.append(f"{'released' if holds else 'ended'} {number(first.end)}")
        others = f"{first.owner} still held it" if holds else f"{first.owner} was not done"
        if count > 2:
            others = f"{count - 1} others {'still held it' if holds else 'were not done'}, {first.owner} among them"
        until = self._until.time if self._until is not None else end.recording.ending.time
        people = "holders" if holds else f"{noun}s" if noun != "life" else "lives"
        reason = (
            f"{span.owner} {did(span.begin.call)} ({number(span.begin)}) while {others} ({', '.join(told_first)}): "
            f"{count} {people} at once for {milliseconds(max(until - span.begin.time, 0))}"
        )
        role = "holder" if holds else noun
        witnesses = [Witness(one.begin, f"{role} {index}") for index, one in enumerate(self._others, 1)]
        witnesses.append(Witness(span.begin, f"{role} {count}, the limit is {self._most}"))
        if first.end is not None:
            witnesses.append(Witness(first.end, "released" if holds else "ended"))
        witnesses.sort(key=lambda witness: witness.event.position)
        summary = f"{counted(self._spans, noun)}, {self._highest} at once"
        return Finding("broken", self._spans, summary, reason, tuple(witnesses))
