"""`has: [B, C], without: D` in its strict reading: some B and C are ordered, one after the other, and so is every D: before that
B, or after that C.
"""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.by_chance.forced import Forced, Place
from mprunner.checking.constraint import End, Finding
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event

__all__ = ["ForcedLinkAfter", "ForcedLinkBefore"]

Lasts = dict[int, Place]
Loose = tuple[Place, Place]


class _Links:
    """Of the Bs since the last D by the clock the first of each lane that all Ds are before, and of the Cs that come after one of
    them the first of each lane that no D can come before: `ends`.
    """

    __slots__ = ("_begun", "_loose", "ends")

    def __init__(self) -> None:
        self._begun: Lasts = {}
        self._loose: Loose | None = None
        self.ends: Lasts = {}

    @property
    def loose(self) -> Loose | None:
        """Two events of which a link would have been made, had they been ordered."""
        return self._loose

    def begin(self, here: Place, betweens: Lasts, after: Place | None) -> None:
        """A B comes."""
        if after is not None and not here.at_or_after(after):
            self._loose = self._loose or (after, here)
            return
        for between in betweens.values():
            if not here.at_or_after(between):
                self._loose = self._loose or (between, here)
                return
        self._begun.setdefault(here.lane, here)

    def end(self, here: Place) -> None:
        """A C comes."""
        if any(map(here.after, self._begun.values())):
            self.ends.setdefault(here.lane, here)
        elif self._begun:
            self._loose = self._loose or (next(iter(self._begun.values())), here)

    def cut(self, here: Place) -> None:
        """A D comes: it takes away those links that it can come into."""
        self._begun.clear()
        for lane, end in list(self.ends.items()):
            if not here.at_or_after(end):
                self._loose = (end, here)
                del self.ends[lane]


class _ForcedLink(Forced):
    """Each B, C and D that an event is in the order in which one event can be several of them."""

    __slots__ = ("_betweens",)

    def __init__(
        self, each: Sequence[Matcher], partner: Sequence[Matcher], without: Matcher, causality: Causality
    ) -> None:
        super().__init__((*each, *partner, without), causality)
        self._betweens: Lasts = {}


class ForcedLinkAfter(_ForcedLink):
    """After an A: of the As only the last of each lane matters."""

    __slots__ = ("_waiting",)

    def __init__(
        self, each: Sequence[Matcher], partner: Sequence[Matcher], without: Matcher, causality: Causality
    ) -> None:
        super().__init__(each, partner, without, causality)
        self._waiting: dict[int, tuple[Place, _Links]] = {}

    def feed(self, event: Event, mask: int) -> None:
        here = self._place(event)
        links = [links for _, links in self._waiting.values()]
        if mask & 4:
            for one in links:
                one.end(here)
        if mask & 8:
            for one in links:
                one.cut(here)
            self._betweens[here.lane] = here
        if mask & 1:
            self._waiting[here.lane] = (here, _Links())
        if mask & 2:
            for activation, one in self._waiting.values():
                one.begin(here, self._betweens, activation)

    def finish(self, end: End) -> Finding:
        for _, links in self._waiting.values():
            if not links.ends:
                self._fail(*(links.loose or (None, None)))
        return super().finish(end)


class ForcedLinkBefore(_ForcedLink):
    """Before an A: every A keeps the lanes in which a C that it comes after is left."""

    __slots__ = ("_kept_by", "_links")

    def __init__(
        self, each: Sequence[Matcher], partner: Sequence[Matcher], without: Matcher, causality: Causality
    ) -> None:
        super().__init__(each, partner, without, causality)
        self._links = _Links()
        self._kept_by: set[frozenset[int]] = set()

    def feed(self, event: Event, mask: int) -> None:
        if self._loose is not None:
            return
        here = self._place(event)
        if mask & 4:
            self._links.end(here)
        if mask & 8:
            self._links.cut(here)
            self._betweens[here.lane] = here
            left = frozenset(self._links.ends)
            self._kept_by = {lanes & left for lanes in self._kept_by}
            if frozenset() in self._kept_by:
                self._fail(*(self._links.loose or (None, None)))
        if mask & 2:
            self._links.begin(here, self._betweens, None)
        if mask & 1:
            self._activate(here)

    def _activate(self, here: Place) -> None:
        ends = self._links.ends
        known = frozenset(lane for lane, end in ends.items() if here.at_or_after(end))
        if not known:
            if ends:
                self._fail(max(ends.values(), key=lambda end: end.position), here)
            else:
                self._fail(*(self._links.loose or (None, None)))
        elif not any(other <= known for other in self._kept_by):
            self._kept_by = {other for other in self._kept_by if not known <= other} | {known}
