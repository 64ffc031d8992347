"""What there is to tell of a broken `each ... has`: the partner that came too late or too early, what came in between."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator
from math import ceil

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.fields import bound_key
from mprunner.checking.forms import EachForm
from mprunner.checking.telling.teller import Teller
from mprunner.checking.verdict import Proof, Witness
from mprunner.checking.wording import number, told
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["EachTeller"]

_ACTIVATION, _PARTNER, _BETWEEN = 1, 2, 4


class EachTeller(Teller):
    """Every activation is looked at by the definition: is there a partner where it is wanted, and nothing in between?"""

    __slots__ = ("_between", "_form", "_key", "_partners", "_same")

    def __init__(self, inner: Constraint, form: EachForm) -> None:
        super().__init__(inner)
        self._form = form
        self._key = bound_key(form.bind)
        self._same = f" of the same {' and '.join(form.bind)}" if form.bind else ""
        self._partners: dict[Hashable, list[int]] = {}
        self._between: list[int] = []

    def _told(self, found: Finding, end: End) -> Finding:
        if found.status != "broken":
            return self._open(found)
        wanted = self._form.wanted
        broken = [place for place in self._selected(_ACTIVATION) if (self._partner(place) is None) is wanted]
        if not broken:
            return found
        if self._form.within_ms is not None:
            return self._late(found, broken)
        reason, witnesses, order = self._lacks(broken[0]) if wanted else self._has(broken[0])
        proof = Proof(len(broken), self._event(broken[0]), self._event(broken[-1]), order)
        in_order = tuple(sorted(witnesses, key=lambda witness: witness.event.position))
        return replaced(found, reason=reason, witnesses=in_order, proof=proof)

    def _late(self, found: Finding, broken: list[int]) -> Finding:
        """Which of all came last the constraint knows; here comes what was there instead, and in which order."""
        proof = Proof(len(broken), self._event(broken[0]), self._event(broken[-1]))
        none = [place for place in broken if next(self._candidates(place), None) is None]
        if self._form.wanted and none:
            reason, witnesses, order = self._lacks(none[0])
            in_order = tuple(sorted(witnesses, key=lambda witness: witness.event.position))
            return replaced(found, reason=reason, witnesses=in_order, proof=replaced(proof, order=order))
        shown = [witness.event for witness in found.witnesses]
        return replaced(
            found, proof=replaced(proof, order=((shown[0], shown[1]),) if len(shown) == 2 else ())
        )

    def finish(self, end: End) -> Finding:
        partners: dict[Hashable, list[int]] = defaultdict(list)
        for place in self._selected(_PARTNER):
            partners[self._key_of(place)].append(place)
        self._partners, self._between = partners, self._selected(_BETWEEN)
        return super().finish(end)

    def _open(self, found: Finding) -> Finding:
        """The run was cut short before a partner came."""
        if len(found.witnesses) != 1 or self._form.within_ms is not None:
            return found
        event, side = found.witnesses[0].event, "next" if self._form.where == "next" else "after it"
        reason = (
            f"{told(event)}, and the run was cut short before any {self._phrase(1)}{self._same} came {side}"
        )
        return replaced(found, reason=reason)

    def _kept(self, found: Finding) -> Finding:
        first = self._selected(_ACTIVATION)[0]
        event, partner = self._event(first), self._partner(first)
        if partner is None or partner == first:
            return replaced(
                found, witnesses=(Witness(event, "has none" if partner is None else "has itself"),)
            )
        other = self._event(partner)
        one, two = Witness(event, "has one"), Witness(other, "there it is")
        pair = (two, one) if partner < first else (one, two)
        return replaced(found, witnesses=pair, proof=Proof(order=((pair[0].event, pair[1].event),)))

    def _key_of(self, place: int) -> Hashable:
        return None if self._key is None else self._key(self._event(place).call)

    def _after(self, place: int, *, strict: bool = False) -> int | None:
        """The first partner at this place or behind it."""
        places = self._partners.get(self._key_of(place), [])
        at = (bisect_right if strict else bisect_left)(places, place)
        return places[at] if at < len(places) else None

    def _before(self, place: int, *, strict: bool = False) -> int | None:
        """The last partner at this place or before it."""
        places = self._partners.get(self._key_of(place), [])
        at = (bisect_left if strict else bisect_right)(places, place)
        return places[at - 1] if at else None

    def _cut(self, first: int, last: int) -> int | None:
        """The first that stands strictly between two and must not."""
        at = bisect_right(self._between, first)
        return self._between[at] if at < len(self._between) and self._between[at] < last else None

    def _partner(self, place: int) -> int | None:
        """The partner of an activation, where it is wanted, with nothing in between, and in time."""
        limit = self._form.within_ms
        if limit is None:
            return next(self._candidates(place), None)
        near = min(((self._distance(place, one), one) for one in self._candidates(place)), default=None)
        return None if near is None or near[0] > limit else near[1]

    def _distance(self, place: int, other: int) -> float:
        """Milliseconds."""
        return abs(self._event(place).time - self._event(other).time) / 1_000_000

    @property
    def number(self) -> int | None:
        """The limit that all would keep, in milliseconds."""
        if self._form.within_ms is None or not self._form.wanted:
            return None
        found = [
            min((self._distance(place, one) for one in self._candidates(place)), default=None)
            for place in self._selected(_ACTIVATION)
        ]
        known = [one for one in found if one is not None]
        return ceil(max(known)) if known and len(known) == len(found) else None

    def _candidates(self, place: int) -> Iterator[int]:
        """The partners where they are wanted, with nothing in between: the next, the last."""
        where = self._form.where
        if where in ("next", "previous"):
            neighbour = place + (1 if where == "next" else -1)
            if (
                0 <= neighbour < len(self._log)
                and self._log[neighbour][1] & _PARTNER
                and self._key_of(neighbour) == self._key_of(place)
            ):
                yield neighbour
            return
        if where != "before":
            after = self._after(place)
            if after is not None and self._cut(place, after) is None:
                yield after
        if where != "after":
            before = self._before(place)
            if before is not None and self._cut(before, place) is None:
                yield before

    def _lacks(self, place: int) -> tuple[str, list[Witness], tuple[tuple[Event, Event], ...]]:
        where, event = self._form.where, self._event(place)
        partner, start = f"{self._phrase(1)}{self._same}", told(event)
        after, before = self._after(place, strict=True), self._before(place, strict=True)
        if where in ("next", "previous"):
            return self._neighbour(place, partner, start)
        if where != "before" and after is not None and (cut := self._cut(place, after)) is not None:
            return self._came_between(
                place, cut, after, f"{start}, and then {told(self._event(cut))}, before any {partner} came"
            )
        if where != "after" and before is not None and (cut := self._cut(before, place)) is not None:
            last = self._event(before)
            reason = f"{start}, but since the last {partner} ({number(last)}) {told(self._event(cut))}"
            return self._came_between(place, cut, before, reason)
        if where == "anywhere":
            return (
                f"{start}, but no {partner} came, neither before nor after it",
                [Witness(event, "has none")],
                (),
            )
        found = [Witness(event, f"has none {where} it")]
        if where == "before":
            reason = f"{start}, but no {partner} came before it"
            if after is None:
                return f"{reason}, or after it", found, ()
            near = self._event(after)
            found.append(Witness(near, "too late"))
            return f"{reason}; the first one is {number(near)}", found, ((event, near),)
        reason = f"{start}, but no {partner} came after it"
        if before is None:
            return f"{reason}, or before it", found, ()
        near = self._event(before)
        found.append(Witness(near, "too early"))
        return f"{reason}; the last one is {number(near)}", found, ((near, event),)

    def _came_between(
        self, place: int, cut: int, partner: int, reason: str
    ) -> tuple[str, list[Witness], tuple[tuple[Event, Event], ...]]:
        event, between, other = self._event(place), self._event(cut), self._event(partner)
        late = "too late" if partner > place else "too early"
        witnesses = [Witness(event, "has none"), Witness(between, "stands between"), Witness(other, late)]
        return reason, witnesses, ((between, other) if partner > cut else (other, between),)

    def _neighbour(
        self, place: int, partner: str, start: str
    ) -> tuple[str, list[Witness], tuple[tuple[Event, Event], ...]]:
        event, step = self._event(place), 1 if self._form.where == "next" else -1
        side = "after" if step == 1 else "before"
        found = [Witness(event, f"has none right {side} it")]
        if not 0 <= place + step < len(self._log):
            return f"{start}, but nothing came {side} it; wanted is {partner}", found, ()
        other = self._event(place + step)
        found.append(Witness(other, "came instead"))
        near = self._after(place, strict=True) if step == 1 else self._before(place, strict=True)
        if near is not None and near != place + step:
            found.append(Witness(self._event(near), "not next to it"))
        reason = f"{start}, but what came right {side} it is {told(other)}, no {partner}"
        return reason, found, ((event, other) if step == 1 else (other, event),)

    def _has(self, place: int) -> tuple[str, list[Witness], tuple[tuple[Event, Event], ...]]:
        event, found = self._event(place), self._partner(place)
        assert found is not None
        if found == place:
            reason = f"{told(event)}, which is itself {self._phrase(1)}"
            return reason, [Witness(event, "must not have it")], ()
        other = self._event(found)
        direct = "right " if self._form.where in ("next", "previous") else ""
        side = "before" if found < place else "after"
        reason = f"{told(event)}, and {direct}{side} it {told(other)}, which must not be"
        order = ((other, event) if found < place else (event, other),)
        return (
            reason,
            [Witness(event, f"must have none {direct}{side} it"), Witness(other, "there it is")],
            order,
        )
