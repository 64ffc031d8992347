"""`each ... has` with `within_ms`: the partner comes, or does not come, within a length of time.

Distances are those of the record's clock. Under a `--time-scale` other than 1 pauses shrink and all else does not, so
that milliseconds of the one and of the other cannot be told apart: the limit is then taken both as written and scaled,
and where the two disagree the promise is inconclusive.
"""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.partners import ACTIVATION, BETWEEN, PARTNER, Partners
from mprunner.checking.forms import Where
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import milliseconds, number, told
from mprunner.recording.events import Event
from mprunner.records import record


@record
class _Answered:
    """An activation, its nearest partner (None: there is none), and the nanoseconds between the two."""

    event: Event
    partner: Event | None
    distance: int = 0


class EachTimed(Partners):
    """Keeps what still waits for a partner; of the others only the extreme distance, and how many break the limit."""

    __slots__ = ("_available", "_extreme", "_last", "_limit", "_lost", "_waiting")

    def __init__(
        self,
        each: Matcher,
        partner: Matcher,
        *,
        where: Where,
        wanted: bool,
        within_ms: float,
        without: Matcher | None = None,
        bind: tuple[str, ...] = (),
    ) -> None:
        super().__init__(each, partner, where=where, wanted=wanted, without=without, bind=bind)
        self._limit = round(within_ms * 1_000_000)
        self._lost: Event | None = None
        self._extreme: _Answered | None = None
        self._available: dict[Hashable, Event] = {}
        self._waiting: dict[Hashable, list[tuple[Event, Event | None]]] = {}
        self._last: tuple[Event, int] | None = None

    def feed(self, event: Event, mask: int) -> None:
        if mask & ACTIVATION:
            self._activations += 1
        if self._where in ("next", "previous"):
            self._feed_neighbour(event, mask)
            return
        key = None if self._key is None else self._key(event.call)
        if mask & PARTNER and self._where != "before":
            for waiting, earlier in self._waiting.pop(key, ()):
                self._answer(waiting, earlier, event)
        if mask & BETWEEN and self._where != "before":
            for many in self._waiting.values():
                for waiting, earlier in many:
                    self._answer(waiting, earlier)
            self._waiting.clear()
            if not mask & ACTIVATION:
                self._available.clear()
        if mask & ACTIVATION:
            if mask & PARTNER:
                self._answer(event, event)
            elif self._where == "before":
                self._answer(event, self._available.get(key))
            else:
                self._waiting.setdefault(key, []).append((event, self._available.get(key)))
        if mask & BETWEEN:
            self._available.clear()
        if mask & PARTNER and self._where != "after":
            self._available[key] = event

    def _feed_neighbour(self, event: Event, mask: int) -> None:
        last, self._last = self._last, (event, mask)
        if self._where == "previous" and mask & ACTIVATION:
            self._judge(event, last)
        elif self._where == "next" and last is not None and last[1] & ACTIVATION:
            self._judge(last[0], self._last)

    def _judge(self, event: Event, neighbour: tuple[Event, int] | None) -> None:
        fits = neighbour is not None and bool(neighbour[1] & PARTNER)
        if fits and neighbour is not None and self._key is not None:
            fits = self._key(event.call) == self._key(neighbour[0].call)
        self._answer(event, neighbour[0] if fits and neighbour is not None else None)

    def _answer(self, event: Event, *partners: Event | None) -> None:
        """The nearest of these is the event's partner."""
        found = [(abs(one.time - event.time), one) for one in partners if one is not None]
        if not found:
            if self._wanted:
                self._broken += 1
                self._lost = self._lost or event
            return
        distance, partner = min(found, key=lambda pair: pair[0])
        if (distance > self._limit) is self._wanted:
            self._broken += 1
        known = self._extreme
        if known is None or (distance > known.distance if self._wanted else distance < known.distance):
            self._extreme = _Answered(event, partner, distance)

    def finish(self, end: End) -> Finding:
        if self._where == "next" and self._last is not None and self._last[1] & ACTIVATION:
            self._waiting.setdefault(None, []).append((self._last[0], None))
        scaled = round(self._limit * end.recording.time_scale)
        low, high = sorted((self._limit, scaled))
        open_: Event | None = None
        for waiting, earlier in sorted(
            (one for many in self._waiting.values() for one in many), key=lambda one: one[0].position
        ):
            if earlier is not None or end.complete or end.recording.ending.time - waiting.time > high:
                self._answer(waiting, earlier)
            elif self._wanted:
                open_ = open_ or waiting
        total = self._activations
        if self._lost is not None:
            reason = f"{told(self._lost)}, and there is no {self._partner} {self._place}"
            return self._finding("broken", reason, (Witness(self._lost, "has none"),))
        extreme = self._extreme
        if extreme is not None and (extreme.distance > high if self._wanted else extreme.distance <= low):
            return self._finding("broken", *self._told(extreme))
        if extreme is not None and (extreme.distance > low if self._wanted else extreme.distance <= high):
            reason, witnesses = self._told(extreme)
            reason += f"; under `--time-scale {end.recording.time_scale:g}` that does not tell"
            return self._finding("inconclusive", reason, witnesses)
        if open_ is not None:
            reason = (
                f"{told(open_)}, and there is no {self._partner} {self._place} yet; the run was cut short"
            )
            return self._finding("inconclusive", reason, (Witness(open_, "still open"),))
        if not total:
            return Finding("kept", 0, "never put to the test")
        slowest = f", the furthest after {milliseconds(extreme.distance)}" if extreme and self._wanted else ""
        return Finding("kept", total, f"{total} of {total}{slowest}")

    def _finding(self, status: str, reason: str, witnesses: tuple[Witness, ...]) -> Finding:
        total = self._activations
        summary = f"{self._broken} of {total} broken" if status == "broken" else f"{total} put it to the test"
        return Finding(status, total, summary, reason, witnesses)  # type: ignore[arg-type]

    def _told(self, answered: _Answered) -> tuple[str, tuple[Witness, ...]]:
        event, partner = answered.event, answered.partner
        assert partner is not None
        limit = milliseconds(self._limit)
        if partner is event:
            return f"{told(event)}, which is itself {self._partner}", (Witness(event, "must not have it"),)
        side = "after" if partner.position > event.position else "before"
        only = "only " if self._wanted else ""
        promised = f"within {limit}" if self._wanted else f"none within {limit}"
        reason = (
            f"{told(event)}, and {self._partner} came {only}{milliseconds(answered.distance)} {side} it "
            f"({number(partner)}); promised is {promised}"
        )
        roles = ("has it", f"too {'late' if side == 'after' else 'early'}" if self._wanted else "too soon")
        witnesses = [Witness(event, roles[0]), Witness(partner, roles[1])]
        return reason, tuple(sorted(witnesses, key=lambda one: one.event.position))
