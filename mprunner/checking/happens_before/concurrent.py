"""Whether a verdict depends on the order of calls that overlap, and that nothing orders.

An operation has its effect somewhere in its call: what it gives after it begins, what it takes before it ends and after
whatever it took was given. Two events whose calls overlap so, with no edge between them, are *concurrent*: the record has
them in one order, they may have been in the other. A promise that holds in one of these orders and not in another is
neither kept nor broken.

Orders are tried, not all of them: each kind of event as early as the others allow, and late. What stands at an instant by
itself (a print, a `sleep`, whatever is chosen with `at`), and the ends of spans, which are sound by how they are
stamped, have no extent.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations

from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import (
    ANY,
    Body,
    ChainForm,
    Declared,
    EachForm,
    MatcherForm,
    OneOf,
    PartForm,
    PromiseForm,
    SequenceForm,
    parts_of,
)
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Verdict, Witness
from mprunner.checking.wording import told
from mprunner.operations import OPERATIONS
from mprunner.recording.blocks import Block
from mprunner.recording.events import Event
from mprunner.recording.order import spec_of
from mprunner.records import replaced

__all__ = ["Collected", "Record", "can_overlap", "depends_on_order", "undecided"]

MOST_EVENTS = 50_000
"""Of one promise: they are kept in memory, and given to it anew in each order that is tried. With more it is judged in the
order that they have."""

_MOST_PAIRS = 5_000
_MOST_WAITING = 100
_MOST_SWAPPED = 30
_MOST_ROLES = 3

Order = list[int]


def depends_on_order(promise: PromiseForm | PartForm) -> bool:
    """Whether the order of events that have an extent can decide it."""
    body: Body = promise.body
    if isinstance(body, EachForm):
        return body.where in ("after", "before") and body.within_ms is None
    if isinstance(body, (ChainForm, SequenceForm)):
        return True
    return any(map(depends_on_order, parts_of(body)))


class Collected(Constraint):
    """What a constraint with these matchers is fed."""

    __slots__ = ("fed",)

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        super().__init__(matchers)
        self.fed: list[tuple[Event, int]] = []

    def feed(self, event: Event, mask: int) -> None:
        if len(self.fed) <= MOST_EVENTS:
            self.fed.append((event, mask))

    def feed_block(self, sight: Sight) -> None:
        if len(self.fed) <= MOST_EVENTS:
            self.feed_each(sight)

    def finish(self, end: End) -> Finding:
        return Finding("kept", len(self.fed), "")

    @property
    def overlap(self) -> bool:
        """Whether some of these calls overlap at all; not where there are too many of them to look at."""
        if len(self.fed) > MOST_EVENTS:
            return False
        until = -1
        spans = sorted(_call_of(event) for event, _ in self.fed)
        for begin, end in spans:
            if begin < until:
                return True
            until = max(until, end)
        return False


class Record:
    """A whole record, for those few promises that have to be looked at once more: when its events were, and what ordered them.

    It goes by in blocks, and no more of it is kept than the times.
    """

    def __init__(self, record: Iterable[Block], declared: Declared) -> None:
        self.causality = Causality(declared=declared)
        self._times = array("q")
        for block in record:
            self._times.extend(block.times)
            self.causality.feed_block(block)

    def extent(self, event: Event) -> tuple[int, int]:
        """From when to when, in nanoseconds, an operation can have had the effect that the event stands for."""
        begin, end = _call_of(event)
        if begin == end or event.at == "begin":
            return begin, end
        lane, after = self.causality.known_by(event)
        at = bisect_right(self._times, begin) - 1
        before = self.causality.known_at(lane, at)
        learned = [self._times[place] for other, place in after.items() if place > before.get(other, -1)]
        return min(max(learned, default=begin), end), end


def can_overlap(matchers: Iterable[Matcher]) -> bool:
    """Whether any of these can select what has its effect somewhere between a begin and an end: not prints, for example."""
    return any(map(_has_extent, (matcher.form for matcher in matchers)))


def _has_extent(form: MatcherForm) -> bool:
    if form.any_of:
        return any(map(_has_extent, form.any_of))
    if form.print is not ANY:
        return False
    names = form.op.values if isinstance(form.op, OneOf) else (form.op,)
    return any(name not in _INSTANTS for name in names)


_INSTANTS = frozenset(spec.name for spec in OPERATIONS) - {
    spec.name for spec in OPERATIONS if spec.gives or spec.takes
}


def _call_of(event: Event) -> tuple[int, int]:
    """The call that an event has its extent from; its instant alone, where it gives and takes nothing."""
    call, spec = event.call, spec_of(event.call)
    if call.outcome != "ok" or call.end is None or spec is None or not (spec.gives or spec.takes):
        return event.time, event.time
    return call.begin, call.end if event.at == "begin" else event.time


def undecided(
    verdict: Verdict, collected: Collected, make: Callable[[], Constraint], record: Record, end: End
) -> Verdict:
    """The verdict, or that it depends on the order of two events that are concurrent."""
    fed = collected.fed
    pairs = _concurrent(fed, collected.matchers, record)
    if not pairs:
        return verdict
    for order in _orders([mask for _, mask in fed], pairs):
        constraint = make()
        for place, index in enumerate(order):
            event, mask = fed[index]
            constraint.feed(Event(place, event.time, event.at, event.call), mask)
        found = constraint.finish(end)
        if found.status != verdict.status and found.status in ("kept", "broken"):
            return _told(verdict, fed, pairs, order)
    return verdict


def _told(
    verdict: Verdict, fed: list[tuple[Event, int]], pairs: set[tuple[int, int]], order: Order
) -> Verdict:
    places = {index: place for place, index in enumerate(order)}
    turned = [pair for pair in sorted(pairs) if places[pair[0]] > places[pair[1]]]
    differ = [pair for pair in turned if fed[pair[0]][1] != fed[pair[1]][1]]
    one, other = (fed[index][0] for index in (differ or turned)[0])
    reason = f"it depends on which came first, {told(one)} or {told(other)}: the calls overlap, and nothing orders the two"
    witnesses = (Witness(one, "overlaps"), Witness(other, "overlaps"))
    return replaced(
        verdict,
        status="inconclusive",
        summary="two calls overlap",
        reason=reason,
        witnesses=witnesses,
        chance=None,
    )


def _concurrent(
    fed: list[tuple[Event, int]], matchers: Sequence[Matcher], record: Record
) -> set[tuple[int, int]]:
    """The pairs of places in `fed`, the earlier first, whose order is open; empty when there are too many to look at."""
    exact = sum(1 << bit for bit, matcher in enumerate(matchers) if _chooses_instant(matcher.form))
    spans = [(event.time, event.time) if mask & exact else record.extent(event) for event, mask in fed]
    causality = record.causality
    found: set[tuple[int, int]] = set()
    open_: list[int] = []
    for index in sorted(range(len(fed)), key=lambda index: spans[index][0]):
        begin = spans[index][0]
        open_ = [other for other in open_ if spans[other][1] > begin]
        for other in open_:
            first, second = min(index, other), max(index, other)
            one, two = fed[first][0], fed[second][0]
            if causality.lane(one) != causality.lane(two) and not causality.before(one, two):
                found.add((first, second))
        if len(found) > _MOST_PAIRS or len(open_) > _MOST_PAIRS:
            return set()
        open_.append(index)
    return found


def _chooses_instant(form: MatcherForm) -> bool:
    return form.at is not None or any(map(_chooses_instant, form.any_of))


def _orders(masks: Sequence[int], pairs: set[tuple[int, int]]) -> Iterator[Order]:
    """Other orders that the pairs allow: each kind of event as early as can be, in every ranking of a few kinds."""
    loose: dict[int, set[int]] = {}
    for one, other in pairs:
        loose.setdefault(one, set()).add(other)
        loose.setdefault(other, set()).add(one)
    bits = [bit for bit in range(max(masks).bit_length()) if any(masks[index] >> bit & 1 for index in loose)]
    rankings = permutations(bits) if len(bits) <= _MOST_ROLES else iter((tuple(bits), tuple(reversed(bits))))
    seen: set[tuple[int, ...]] = set()
    for ranking in rankings:
        rank = {bit: place for place, bit in enumerate(ranking)}
        wanted = [min((rank[bit] for bit in bits if mask >> bit & 1), default=len(bits)) for mask in masks]
        order = _scheduled(len(masks), loose, wanted)
        if tuple(order) not in seen:
            seen.add(tuple(order))
            yield order
    for _, other in sorted(pairs)[:_MOST_SWAPPED]:
        wanted = [1] * len(masks)
        wanted[other] = 0
        order = _scheduled(len(masks), loose, wanted)
        if tuple(order) not in seen:
            seen.add(tuple(order))
            yield order


def _scheduled(count: int, loose: dict[int, set[int]], wanted: Sequence[int]) -> Order:
    """One after the other the most wanted of those that may come next: all that stand before it are concurrent with it."""
    order: Order = []
    waiting: list[int] = []
    coming = 0
    while waiting or coming < count:
        # What is ordered with all others parts those before it from those after it.
        while coming < count and (not waiting or (coming in loose and len(waiting) < _MOST_WAITING)):
            waiting.append(coming)
            coming += 1
            if waiting[0] not in loose:
                break
        free = [one for place, one in enumerate(waiting) if loose.get(one, set()).issuperset(waiting[:place])]
        best = min(free, key=lambda one: (wanted[one], one))
        waiting.remove(best)
        order.append(best)
    return order
