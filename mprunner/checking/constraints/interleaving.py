"""`no_interleaving`: strictly inside a span, no such event of anybody but its owner."""

from __future__ import annotations

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.spans import Span, SpanBuilder
from mprunner.checking.forms import SpanForm
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, span_noun, span_phrase, told
from mprunner.recording.events import Event


class NoInterleaving(Constraint):
    """The owner of a task is the task itself, of any other span its process."""

    __slots__ = ("_broken", "_builder", "_event", "_form", "_inside", "_span", "_spans", "_tasks")

    def __init__(self, of: Matcher, form: SpanForm, builder: SpanBuilder) -> None:
        super().__init__([of, *builder.matchers])
        self._form = form
        self._builder = builder
        self._tasks = form.kind == "task"
        self._spans = 0
        self._inside = 0
        self._broken = 0
        self._span: Span | None = None
        self._event: Event | None = None

    def feed(self, event: Event, mask: int) -> None:
        builder = self._builder
        if mask >> 1:
            builder.feed(event, mask >> 1)
            if builder.opened is not None:
                self._spans += 1
        if mask & 1 and builder.open:
            who = event.call.actor if self._tasks else event.call.process
            for span in builder.open.values():
                if span.begin is event:
                    continue
                if span.owner == who:
                    self._inside += 1
                else:
                    self._broken += 1
                    if self._span is None:
                        self._span, self._event = span, event

    def finish(self, end: End) -> Finding:
        noun = span_noun(self._form)
        span, event = self._span, self._event
        if span is None or event is None:
            return Finding(
                "kept", self._spans, f"{counted(self._spans, noun)}, {counted(self._inside, 'event')} inside"
            )
        began = f"from {number(span.begin)}"
        if span.end is not None:
            began += f" to {number(span.end)}"
        reason = f"{told(event)} inside a {span_phrase(self._form)} of {span.owner} ({began})"
        if self._form.kind == "task":
            reason = f"{told(event)} inside the task {span.owner} ({began})"
        witnesses = [Witness(span.begin, f"{noun} of {span.owner} begins"), Witness(event, "inside it")]
        if span.end is not None:
            witnesses.append(Witness(span.end, "it ends"))
        summary = f"{counted(self._broken, 'event')} of others inside {counted(self._spans, noun)}"
        return Finding("broken", self._spans, summary, reason, tuple(witnesses))
