"""`each ... has_no` in its strict reading, where something between the two makes it good: in no order that the edges allow
do they meet.

Two events can stand with nothing of a kind between them unless the edges order the second before the first, or one of that kind
after the first and before the second: everything else can be moved out of the way.
"""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.fields import bound_key
from mprunner.checking.forms import Where
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event

__all__ = ["ForcedCutOff"]

_ACTIVATION, _PARTNER, _BETWEEN = 1, 2, 4


class _Open:
    """The last event of a lane after which the other must not come, and the first C of each lane that comes after it."""

    __slots__ = ("betweens", "event", "last_between")

    def __init__(self, event: Place) -> None:
        self.event = event
        self.betweens: dict[int, Place] = {}
        self.last_between: Place | None = None
        """The last C since it by the clock, for the telling."""


class ForcedCutOff(Forced):
    """`has_no ... without: C`; without a C, in `next` and `previous`, every event stands between."""

    __slots__ = ("_first", "_key", "_open", "_second", "_seconds")

    def __init__(
        self,
        each: Matcher,
        partner: Matcher,
        without: Matcher | None,
        causality: Causality,
        bind: tuple[str, ...],
        where: Where,
    ) -> None:
        matchers = (each, partner) if without is None else (each, partner, without)
        super().__init__(matchers, causality, wants_all=without is None)
        self._key = bound_key(bind)
        self._first = _ACTIVATION if where in ("after", "next") else _PARTNER
        self._second = _PARTNER if where in ("after", "next") else _ACTIVATION
        self._open: dict[tuple[Hashable, int], _Open] = {}
        self._seconds: dict[tuple[Hashable, int], Place] = {}

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        here = self._place(event)
        key = None if self._key is None else self._key(event.call)
        if mask & self._second:
            for (other, _), open_ in self._open.items():
                if other == key:
                    self._meet(open_, here)
        if mask & _BETWEEN or self.wants_all:
            for open_ in self._open.values():
                open_.last_between = here
                if here.after(open_.event):
                    open_.betweens.setdefault(here.lane, here)
        if mask & self._first:
            # One that came before by the clock alone could also come after this.
            for (other, _), second in self._seconds.items():
                if other == key and not here.after(second):
                    self._fail(second, here)
            self._open[key, here.lane] = _Open(here)
        if mask & self._second:
            self._seconds[key, here.lane] = here

    def _meet(self, open_: _Open, second: Place) -> None:
        if any(map(second.after, open_.betweens.values())):
            return
        between = open_.last_between
        if between is None:
            self._fail(None, None)  # they do meet
        elif between.after(open_.event):
            self._fail(between, second)
        else:
            self._fail(open_.event, between)
