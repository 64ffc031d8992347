"""How the spans of one kind lie to those of another, under Allen's names: each of the ones to each of the others.

A relation is made of comparisons between ends, so only the outermost ends need to be compared: that every e1 is
before every b2 is told by the last e1 and the first b2. Only `disjoint`, which is an either-or, looks at the
spans in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.spans import Span, SpanBuilder
from mprunner.checking.forms import SpanForm
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, relation_told, span_noun, span_phrase
from mprunner.recording.events import Event

Comparison = tuple[str, str, str]
"""An end of the one, `<` or `=`, an end of the other: ("e1", "<", "b2")."""

RELATIONS: dict[str, tuple[Comparison, ...]] = {
    "before": (("e1", "<", "b2"),),
    "after": (("e2", "<", "b1"),),
    "meets": (("e1", "=", "b2"),),
    "met_by": (("e2", "=", "b1"),),
    "overlaps": (("b1", "<", "b2"), ("b2", "<", "e1"), ("e1", "<", "e2")),
    "overlapped_by": (("b2", "<", "b1"), ("b1", "<", "e2"), ("e2", "<", "e1")),
    "starts": (("b1", "=", "b2"), ("e1", "<", "e2")),
    "started_by": (("b1", "=", "b2"), ("e2", "<", "e1")),
    "during": (("b2", "<", "b1"), ("e1", "<", "e2")),
    "contains": (("b1", "<", "b2"), ("e2", "<", "e1")),
    "finishes": (("e1", "=", "e2"), ("b2", "<", "b1")),
    "finished_by": (("e1", "=", "e2"), ("b1", "<", "b2")),
    "equals": (("b1", "=", "b2"), ("e1", "=", "e2")),
    "intersects": (("b1", "<", "e2"), ("b2", "<", "e1")),
}

_NEVER = float("inf")
"""Where the end of a span stands that has not ended: after all that is recorded."""

Pair = tuple[Span, Span]
Choose = Literal["first", "last"]


class _Side:
    """Of the spans of one kind those that are open, and of the rest the outermost ends."""

    __slots__ = ("count", "ends", "open")

    def __init__(self) -> None:
        self.count = 0
        self.open: dict[int, Span] = {}
        """By the place of their begin, in order."""
        self.ends: dict[tuple[Choose, str], Span] = {}
        """The span with the first or last begin (`b`) or end (`e`), of those that have ended."""

    def close(self, span: Span) -> None:
        self.open.pop(span.begin.position, None)
        self._take(span, "e")

    def begin(self, span: Span) -> None:
        self.count += 1
        self.open[span.begin.position] = span
        self._take(span, "b")

    def _take(self, span: Span, end: str) -> None:
        self.ends.setdefault(("first", end), span)
        self.ends["last", end] = span

    def outermost(self, which: Choose, end: str) -> Span:
        """The span whose begin or end is the first, or the last; an end that has not come stands behind all others."""
        if end == "e" and self.open and (which == "last" or ("first", "e") not in self.ends):
            return next(iter(self.open.values()))
        return self.ends[which, end]


class Related(Constraint):
    """`disjoint` and the relations of `RELATIONS`, between all pairs."""

    __slots__ = ("_builders", "_forms", "_meeting", "_relation", "_sides", "_split")

    def __init__(
        self, forms: tuple[SpanForm, SpanForm], builders: tuple[SpanBuilder, SpanBuilder], relation: str
    ) -> None:
        super().__init__([*builders[0].matchers, *builders[1].matchers])
        self._forms = forms
        self._builders = builders
        self._relation = relation
        self._split = len(builders[0].matchers)
        self._sides = (_Side(), _Side())
        self._meeting: tuple[int, Span, list[Span]] | None = None
        """The first span that began while others of the other side were open: its side, it, and they."""

    def feed(self, event: Event, mask: int) -> None:
        opened: list[tuple[int, Span]] = []
        for side, own in ((0, mask & (1 << self._split) - 1), (1, mask >> self._split)):
            if own:
                builder = self._builders[side]
                builder.feed(event, own)
                for span in builder.closed:
                    self._sides[side].close(span)
                if builder.opened is not None:
                    opened.append((side, builder.opened))
        for side, span in opened:
            others = self._sides[1 - side].open
            if others and self._meeting is None:
                self._meeting = (side, span, list(others.values()))
            self._sides[side].begin(span)

    def _intersecting(self) -> Pair | None:
        """The first two that had some time in common: of the others that which lasted longest."""
        if self._meeting is None:
            return None
        side, span, others = self._meeting
        other = max(others, key=lambda one: _at(one, "e"))
        return (span, other) if side == 0 else (other, span)

    def finish(self, end: End) -> Finding:
        ones, others = self._sides
        pairs = ones.count * others.count
        counts = " and ".join(
            counted(side.count, span_noun(form)) for side, form in zip(self._sides, self._forms, strict=True)
        )
        if not pairs:
            return Finding("kept", 0, counts)
        if self._relation == "disjoint":
            violation, doubt = self._intersecting(), None
        else:
            violation, doubt = _violation(RELATIONS[self._relation], ones, others)
        found = violation or doubt
        if found is None:
            return Finding("kept", pairs, counts)
        told = [
            f"{span_phrase(form)} {'' if form.kind == 'life' else _who(span)}({_place(span)})"
            for form, span in zip(self._forms, found, strict=True)
        ]
        reason = f"the {told[0]} {relation_told(self._relation, holds=False)} the {told[1]}"
        witnesses = tuple(_witnesses(found))
        if violation is None:
            reason = (
                f"whether the {told[0]} {relation_told(self._relation)} the {told[1]} is open: neither ended"
            )
            return Finding("inconclusive", pairs, counts, reason, witnesses)
        return Finding("broken", pairs, counts, reason, witnesses)


def _who(span: Span) -> str:
    return f"by {span.owner} " if span.owner else ""


def _place(span: Span) -> str:
    return f"{number(span.begin)}-{number(span.end) if span.end is not None else 'never ended'}"


def _witnesses(pair: Pair) -> Iterator[Witness]:
    found = []
    for span, which in zip(pair, ("the one", "the other"), strict=True):
        found.append(Witness(span.begin, f"{which} begins"))
        if span.end is not None:
            found.append(Witness(span.end, f"{which} ends"))
    yield from sorted(found, key=lambda witness: witness.event.position)


def _at(span: Span, end: str) -> float:
    if end[0] == "b":
        return span.begin.position
    return span.end.position if span.end is not None else _NEVER


def _violation(
    comparisons: tuple[Comparison, ...], ones: _Side, others: _Side
) -> tuple[Pair | None, Pair | None]:
    """A pair that breaks a comparison for certain, and one of which that can't be told yet."""
    doubt: Pair | None = None
    sides = {"1": ones, "2": others}
    for left, operator, right in comparisons:
        candidates: list[tuple[Choose, Choose]] = [("last", "first")]
        if operator == "=":
            candidates.append(("first", "last"))
        for choose_left, choose_right in candidates:
            first = sides[left[1]].outermost(choose_left, left[0])
            second = sides[right[1]].outermost(choose_right, right[0])
            here, there = _at(first, left), _at(second, right)
            pair = (first, second) if left[1] == "1" else (second, first)
            if here == there == _NEVER:
                doubt = doubt or pair
            elif not (here < there if operator == "<" else here == there):
                return pair, None
    return None, doubt
