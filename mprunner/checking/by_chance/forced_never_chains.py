"""`has_no` with two events on one side, in its strict reading: in no order that the edges allow do the three follow one another.

A chain is three events p, q, r in a row; two that are not the two ends of `without` may be one event. An order that the edges
allow makes a chain of them unless an edge leads back (from q to p, from r to q or from r to p), or edges lead from the one end
of `without` to a D and from there to the other: everything else can be moved out of the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event

__all__ = ["ForcedNoChain"]

_BETWEEN = 8
_MOST_LANES = 100
"""Each pair of lanes is remembered: of more nothing is said."""


class _Link:
    """An event of a chain, and the first D of each lane that comes after it."""

    __slots__ = ("betweens", "first_between", "place")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.betweens: dict[int, Place] = {}
        self.first_between: Place | None = None
        """The first D since it by the clock, for the telling."""


Pair = tuple[_Link, _Link]
Pairs = dict[tuple[int, int], Pair]


class ForcedNoChain(Forced):
    """No p, q, r in a row, where `roles` tells which matchers' events these are; the first and second (`strict` 0) or the
    second and third (`strict` 1) of them differ, and have no D between them.

    Of two roles together only the latest pair of each two lanes matters: when one pair has the later event of the one lane,
    another that of the other, then the two later events are a pair, too.
    """

    __slots__ = ("_lasts", "_pairs", "_roles", "_strict")

    def __init__(
        self,
        matchers: Sequence[Matcher],
        roles: tuple[int, int, int],
        strict: int,
        causality: Causality,
    ) -> None:
        super().__init__(tuple(matchers), causality)
        self._roles = [1 << role for role in roles]
        self._strict = strict
        self._lasts: list[dict[int, _Link]] = [{}, {}, {}]
        self._pairs: dict[tuple[int, int], Pairs] = {(0, 1): {}, (0, 2): {}, (1, 2): {}}

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None or max(map(len, self._lasts)) > _MOST_LANES:
            return
        here = _Link(self._place(event))
        # The last role first: so an event meets itself only as the one before it, which may be allowed.
        for role in (2, 1, 0):
            if mask & self._roles[role]:
                self._complete(role, here)
                self._join(role, here)
                self._lasts[role][here.place.lane] = here
        if mask & _BETWEEN:
            for link in self._links():
                if link is not here:
                    link.first_between = link.first_between or here.place
                if here.place.after(link.place):
                    link.betweens.setdefault(here.place.lane, here.place)

    def _links(self) -> Iterable[_Link]:
        """All that are remembered, each once."""
        paired = (link for pairs in self._pairs.values() for pair in pairs.values() for link in pair)
        found = chain(paired, *(lasts.values() for lasts in self._lasts))
        return {id(link): link for link in found}.values()

    def _complete(self, role: int, here: _Link) -> None:
        """Whether an event is a chain with two that came before it by the clock."""
        one, other = (number for number in range(3) if number != role)
        for pair in self._pairs[one, other].values():
            links = {one: pair[0], other: pair[1], role: here}
            if self._can_follow(one, role, links) and self._can_follow(other, role, links):
                self._fail(*self._missing([links[number] for number in range(3)]))
                return

    def _can_follow(self, number: int, role: int, links: dict[int, _Link]) -> bool:
        first, second = sorted((number, role))
        return self._can(first, second, links[first], links[second])

    def _can(self, first: int, second: int, one: _Link, other: _Link) -> bool:
        """Whether two events can have these two places in one chain."""
        if one.place.position == other.place.position:
            return second == first + 1 and first != self._strict
        if one.place.after(other.place):
            return False
        if first != self._strict or second != first + 1:
            return True
        return not any(map(other.place.after, one.betweens.values()))

    def _join(self, role: int, here: _Link) -> None:
        """Remember with which of the others an event can be in a chain."""
        for number in range(3):
            if number == role:
                continue
            for lane, link in self._lasts[number].items():
                if not self._can_follow(number, role, {number: link, role: here}):
                    continue
                if number < role:
                    _remember(self._pairs[number, role], (lane, here.place.lane), (link, here))
                else:
                    _remember(self._pairs[role, number], (here.place.lane, lane), (here, link))

    def _missing(self, links: list[_Link]) -> tuple[Place, Place] | tuple[None, None]:
        """Which edge is missing: of those that would lead back, or to a D and from it."""
        for earlier, later in _backwards([link.place for link in links]):
            return earlier, later
        one, other = links[self._strict].place, links[self._strict + 1].place
        between = links[self._strict].first_between
        if between is None or between.position >= other.position:
            return None, None  # there they are, in a row
        return (between, other) if between.after(one) else (one, between)


def _backwards(places: list[Place]) -> Iterator[tuple[Place, Place]]:
    """Those two that stand the other way round in the record."""
    for first, second in ((0, 1), (1, 2), (0, 2)):
        if places[second].position < places[first].position:
            yield places[second], places[first]


def _remember(pairs: Pairs, lanes: tuple[int, int], pair: Pair) -> None:
    known = pairs.get(lanes)
    if known is not None:
        one, other = known
        pair = (
            one if one.place.position > pair[0].place.position else pair[0],
            other if other.place.position > pair[1].place.position else pair[1],
        )
    pairs[lanes] = pair
