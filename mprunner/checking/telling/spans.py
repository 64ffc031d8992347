"""What there is to tell of spans: all that overlapped, what stood inside, what never ended."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.spans import Span, SpanBuilder
from mprunner.checking.forms import SpanForm
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import span_noun, span_phrase
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["ClosedTeller", "InterleavingTeller", "OpenTeller", "RelatedTeller"]

_SHOWN = 8
Stretch = tuple[Event, "Event | None"]


def _stretch(span: Span) -> Stretch:
    return span.begin, span.end


class OpenTeller(Teller):
    """`at_most`, `at_least`: the bounds; `each_object`: the spans of each object are counted by themselves."""

    __slots__ = ("_builder", "_each", "_form", "_least", "_most", "_replayed")

    def __init__(
        self, inner: Constraint, form: SpanForm, builder: SpanBuilder, *,
        at_most: int | None, at_least: int | None, each_object: bool,
    ) -> None:  # fmt: skip
        super().__init__(inner)
        self._form = form
        self._builder = builder
        self._most = at_most
        self._least = at_least
        self._each = each_object
        self._replayed: tuple[list[Event], list[Span], list[Span]] | None = None

    @property
    def number(self) -> int:
        return len(self._replay()[2])

    def _told(self, found: Finding, end: End) -> Finding:
        excess, together, most = self._replay()
        if found.status == "broken" and excess:
            return self._too_many(found, excess, together)
        noun = span_noun(self._form)
        witnesses = tuple(Witness(one.begin, f"{noun} {at}") for at, one in enumerate(most[-_SHOWN:], 1))
        return replaced(
            found, witnesses=witnesses, proof=Proof(stretches=tuple(_stretch(one) for one in most))
        )

    def _replay(self) -> tuple[list[Event], list[Span], list[Span]]:
        """The begins above the limit, the spans that were open at the first of them, and those at the first peak."""
        if self._replayed is not None:
            return self._replayed
        excess: list[Event] = []
        together: list[Span] = []
        ranks: dict[Span, int] = {}
        closed_at: dict[Span, int] = {}
        counts: Counter[str | None] = Counter()
        highest, peak, before = 0, -1, 0
        busiest: Span | None = None
        for place, (event, mask) in enumerate(self._log):
            self._builder.feed(event, mask)
            for one in self._builder.closed:
                closed_at[one] = place
                counts[one.object if self._each else None] -= 1
            opened = self._builder.opened
            if opened is None:
                continue
            spans = self._builder.open.values()
            # What begins again, its end unseen, stands where it stood.
            ranks[opened] = len(ranks) if next(reversed(spans)) is opened else ranks[self._builder.closed[-1]]
            thing = opened.object if self._each else None
            counts[thing] += 1
            if self._most is not None and counts[thing] > self._most:
                excess.append(event)
                together = together or [one for one in spans if not self._each or one.object == thing]
            if counts[thing] > highest:
                highest, peak, busiest, before = counts[thing], place, opened, len(ranks)
        most: list[Span] = []
        if busiest is not None:
            most = [
                one
                for one in islice(ranks, before)
                if closed_at.get(one, len(self._log)) > peak
                and (not self._each or one.object == busiest.object)
            ]
            most.sort(key=ranks.__getitem__)
        self._replayed = (excess, together, most)
        return self._replayed

    def _too_many(self, found: Finding, excess: list[Event], spans: list[Span]) -> Finding:
        noun = span_noun(self._form)
        role = "holder" if noun == "hold" else noun
        count, ends = len(spans), "released" if noun == "hold" else "ends"
        last, first = spans[-1], spans[-2] if len(spans) > 1 else spans[-1]
        shown = spans[max(count - _SHOWN + 1, 0) :]
        witnesses = [
            Witness(one.begin, f"{role} {count - len(shown) + at}") for at, one in enumerate(shown, 1)
        ]
        witnesses[-1] = Witness(last.begin, f"{role} {count}, the limit is {self._most}")
        over = min(
            (one.end for one in spans if one.end is not None), key=lambda event: event.position, default=None
        )
        number_of = {id(one.end): f"{role} {count - len(shown) + at}" for at, one in enumerate(shown, 1)}
        witnesses += [
            Witness(event, f"{number_of.get(id(event), role)} {ends}")
            for event in [over]
            if event is not None
        ]
        witnesses.sort(key=lambda witness: witness.event.position)
        order: tuple[tuple[Event, Event], ...] = ()
        if self._form.kind != "call":  # that calls overlap is what is told
            order = ((last.begin, over),) if over is not None else ((first.begin, last.begin),)
        proof = Proof(len(excess), excess[0], excess[-1], order, tuple(_stretch(one) for one in shown))
        return replaced(found, witnesses=tuple(witnesses), proof=proof)


class ClosedTeller(Teller):
    """The first span that never ends, and the exit of its process if that came."""

    __slots__ = ("_builder",)

    def __init__(self, inner: Constraint, builder: SpanBuilder) -> None:
        super().__init__(inner)
        self._builder = builder

    def _told(self, found: Finding, end: End) -> Finding:
        for event, mask in self._log:
            self._builder.feed(event, mask)
        still = list(self._builder.open.values())
        if not still:
            return found
        begins = [one.begin for one in still]
        proof = Proof(len(still), begins[0], begins[-1], (), (_stretch(still[0]),))
        return replaced(found, proof=proof)


class InterleavingTeller(Teller):
    """The span, every foreign event in it, and where it ends."""

    __slots__ = ("_builder", "_tasks")

    def __init__(self, inner: Constraint, builder: SpanBuilder, *, tasks: bool) -> None:
        super().__init__(inner)
        self._builder = builder
        self._tasks = tasks

    def _told(self, found: Finding, end: End) -> Finding:
        builder, shown = self._builder, None
        foreign: list[tuple[Span, Event]] = []
        for event, mask in self._log:
            if mask >> 1:
                builder.feed(event, mask >> 1)
            if not mask & 1:
                continue
            who = event.call.actor if self._tasks else event.call.process
            foreign += [
                (one, event) for one in builder.open.values() if one.begin is not event and one.owner != who
            ]
        if not foreign:
            return found
        shown = foreign[0][0]
        inside = [event for one, event in foreign if one is shown]
        noun = (
            "task"
            if self._tasks
            else "span"
            if not found.witnesses
            else found.witnesses[0].role.split(" ")[0]
        )
        witnesses = [Witness(shown.begin, f"{noun} begins")]
        witnesses += [Witness(event, "inside it") for event in inside[: _SHOWN - 2]]
        order: list[tuple[Event, Event]] = [(shown.begin, inside[0])]
        if shown.end is not None:
            witnesses.append(Witness(shown.end, f"{noun} ends"))
            order.append((inside[0], shown.end))
        proof = Proof(len(foreign), foreign[0][1], foreign[-1][1], tuple(order), (_stretch(shown),))
        return replaced(found, witnesses=tuple(witnesses), proof=proof)


class RelatedTeller(Teller):
    """Two spans that do not lie as promised: how their ends stand to each other."""

    __slots__ = ("_forms",)

    def __init__(self, inner: Constraint, one: SpanForm, other: SpanForm) -> None:
        super().__init__(inner)
        self._forms = {"the one": one, "the other": other}

    def _told(self, found: Finding, end: End) -> Finding:
        witnesses = []
        ends: dict[str, dict[str, Event]] = {"the one": {}, "the other": {}}
        for witness in found.witnesses:
            which, _, what = witness.role.rpartition(" ")
            ends.setdefault(which, {})[what] = witness.event
            form = self._forms.get(which)
            role = witness.role if form is None else f"{span_phrase(form)} {what}"
            witnesses.append(Witness(witness.event, role))
        spans = [(one["begins"], one.get("ends")) for one in ends.values() if "begins" in one]
        return replaced(found, witnesses=tuple(witnesses), proof=Proof(stretches=tuple(spans)))
