"""Promises on spans in their strict reading: what does not overlap, and what lies before what, is so by edges."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.relations import RELATIONS
from mprunner.checking.constraints.spans import Span, SpanBuilder
from mprunner.checking.forms import SpanForm
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event

__all__ = ["ForcedExclusion", "ForcedInside", "ForcedRelated"]


class ForcedExclusion(Forced):
    """At most one span at a time: each begins after all before it have ended; the last of each lane is enough."""

    __slots__ = ("_builder", "_each", "_ends")

    def __init__(self, builder: SpanBuilder, causality: Causality, *, each_object: bool) -> None:
        super().__init__(builder.matchers, causality)
        self._builder = builder
        self._each = each_object
        self._ends: dict[Hashable, dict[int, Place]] = {}

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        builder = self._builder
        builder.feed(event, mask)
        if builder.opened is None and not builder.closed:
            return
        here = self._place(event)
        for span in builder.closed:
            self._ends.setdefault(self._of(span), {})[here.lane] = here
        if builder.opened is not None:
            for end in self._ends.get(self._of(builder.opened), {}).values():
                if not here.at_or_after(end):
                    self._fail(end, here)

    def _of(self, span: Span) -> Hashable:
        return span.object if self._each else None


class ForcedInside(Forced):
    """`no_interleaving`: each event of another is ordered before the span's begin, or after its end."""

    __slots__ = ("_builder", "_ends", "_lasts", "_tasks")

    def __init__(self, of: Matcher, form: SpanForm, builder: SpanBuilder, causality: Causality) -> None:
        super().__init__((of, *builder.matchers), causality)
        self._builder = builder
        self._tasks = form.kind == "task"
        self._lasts: dict[tuple[str, int], Place] = {}
        self._ends: dict[tuple[str, int], Place] = {}

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        builder = self._builder
        here = self._place(event)
        if mask >> 1:
            builder.feed(event, mask >> 1)
            for span in builder.closed:
                self._ends[span.owner, here.lane] = here
            if builder.opened is not None:
                self._apart(builder.opened.owner, self._lasts, here)
        if mask & 1:
            who = event.call.actor if self._tasks else event.call.process
            self._apart(who, self._ends, here)
            self._lasts[who, here.lane] = here

    def _apart(self, who: str, earlier: dict[tuple[str, int], Place], here: Place) -> None:
        for (owner, _), other in earlier.items():
            if owner != who and not here.at_or_after(other):
                self._fail(other, here)


class ForcedRelated(Forced):
    """`span ... relation ... to`: each comparison between the ends of all spans, of which the outermost of each lane count."""

    __slots__ = ("_builders", "_earliest", "_latest", "_relation", "_split")

    def __init__(
        self, builders: tuple[SpanBuilder, SpanBuilder], relation: str, causality: Causality
    ) -> None:
        super().__init__((*builders[0].matchers, *builders[1].matchers), causality)
        self._builders = builders
        self._relation = relation
        self._split = len(builders[0].matchers)
        self._earliest: dict[str, dict[int, Place]] = {"b1": {}, "e1": {}, "b2": {}, "e2": {}}
        self._latest: dict[str, dict[int, Place]] = {"b1": {}, "e1": {}, "b2": {}, "e2": {}}

    def feed(self, event: Event, mask: int) -> None:
        here = self._place(event)
        for side, own in (("1", mask & (1 << self._split) - 1), ("2", mask >> self._split)):
            if not own:
                continue
            builder = self._builders[int(side) - 1]
            builder.feed(event, own)
            if builder.closed:
                self._note(f"e{side}", here)
            if builder.opened is not None:
                self._note(f"b{side}", here)
                if self._relation == "disjoint":
                    for end in self._latest["e2" if side == "1" else "e1"].values():
                        if not here.at_or_after(end):
                            self._fail(end, here)

    def _note(self, end: str, here: Place) -> None:
        self._earliest[end].setdefault(here.lane, here)
        self._latest[end][here.lane] = here

    def finish(self, end: End) -> Finding:
        for left, _, right in RELATIONS.get(self._relation, ()):
            for earlier in self._latest[left].values():
                for later in self._earliest[right].values():
                    if not later.after(earlier):
                        self._fail(*sorted((earlier, later), key=lambda place: place.position))
        return super().finish(end)
