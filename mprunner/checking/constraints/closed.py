"""`closed`: each begin has its end."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Any

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.exclusion import TURNS
from mprunner.checking.constraints.spans import Between, Holds, LockHolds, SpanBuilder
from mprunner.checking.forms import SpanForm
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, span_noun, span_phrase, told
from mprunner.recording.events import Call, Event
from mprunner.recording.locks import lock_of

__all__ = ["Closed"]

Parts = dict[tuple[Any, ...], Sight]
"""What concerns a lock, or a process, and so on, by its aspect."""
Letters = dict[tuple[Any, ...], bytes]


class Closed(Constraint):
    """Every begin has its end."""

    __slots__ = ("_builder", "_form", "_spans")

    def __init__(self, form: SpanForm, builder: SpanBuilder) -> None:
        super().__init__(builder.matchers)
        self._form = form
        self._builder = builder
        self._spans = 0

    def feed(self, event: Event, mask: int) -> None:
        self._builder.feed(event, mask)
        if self._builder.opened is not None:
            self._spans += 1

    def memory(self) -> Hashable:
        inside = self._builder.memory()
        return None if inside is None else (self._spans > 0, inside)

    @property
    def aspect_varies(self) -> bool:  # type: ignore[override]
        return isinstance(self._builder, (Holds, Between))

    def aspect(self, call: Call) -> Hashable:
        builder = self._builder
        if isinstance(builder, Holds):
            return (lock_of(call), call.operation == "wait")
        return (builder.key(call),) if isinstance(builder, Between) else None

    def feed_block(self, sight: Sight) -> None:
        builder = self._builder
        aspects = dict.fromkeys(sight.eyes.aspects[one] for one in sight.seen)
        parts = {
            one: sight.of_aspect(one) for one in aspects if isinstance(one, tuple) and one[0] is not None
        }
        letters = {one: part.letters(TURNS) for one, part in parts.items()}
        if isinstance(builder, Between) and not any(b"!" in some for some in letters.values()):
            self._take_between(builder, parts, letters, sight)
        elif isinstance(builder, LockHolds) and self._in_turn(builder, letters, aspects):
            self._take_turns(builder, parts, letters, sight)
        else:
            self.feed_each(sight)

    def _take_between(self, builder: Between, parts: Parts, letters: Letters, sight: Sight) -> None:
        """Of each process (or task, actor, object) a begin counts when it comes first of all, or behind an end."""
        opened: list[int] = []
        for aspect, some in letters.items():
            was_open = aspect[0] in builder.open
            begun = some.count(b"ra") + (some[:1] == b"a" and not was_open)
            self._spans += begun
            if b"r" in some:
                builder.open.pop(aspect[0], None)
            if begun and some[-1:] == b"a":
                opened.append(parts[aspect].place(TURNS, some.rfind(b"r") + 1))
        for place in sorted(opened):
            builder.feed(sight.event(place), 1)

    def _in_turn(self, builder: LockHolds, letters: Letters, aspects: Collection[Hashable]) -> bool:
        """Whether of each lock acquires and releases take turns."""
        locks = [lock for lock, _ in letters]
        if len({*locks}) < len(aspects):
            return False
        for (lock, _), some in letters.items():
            held = len(builder.held.get(lock, ()))
            if held > 1 or b"aa" in some or b"!" in some or (held and some[:1] == b"a"):
                return False
        return True

    def _take_turns(self, builder: LockHolds, parts: Parts, letters: Letters, sight: Sight) -> None:
        opened: list[int] = []
        for aspect, some in letters.items():
            for key in builder.let_go(aspect[0]):
                del builder.open[key]
            open_ = some[-1:] == b"a"
            count = some.count(b"a")
            self._spans += count
            builder.number += count - open_
            if open_:
                opened.append(parts[aspect].last(1))
        for place in sorted(opened):
            builder.feed(sight.event(place), 1)

    def finish(self, end: End) -> Finding:
        noun = span_noun(self._form)
        still_open = list(self._builder.open.values())
        if not still_open:
            return Finding("kept", self._spans, f"{counted(self._spans, noun)}, each ended")
        first = still_open[0]
        reason = f"{told(first.begin)}, and that {span_phrase(self._form)} never ended"
        summary = f"{len(still_open)} of {counted(self._spans, noun)} never ended"
        witnesses = (Witness(first.begin, "never ended"),)
        if end.complete:
            return Finding("broken", self._spans, summary, reason, witnesses)
        reason += "; the run was cut short"
        return Finding("inconclusive", self._spans, summary, reason, witnesses)
