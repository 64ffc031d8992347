"""What every teller is: a constraint around another one, which gives the verdict, while it remembers what was fed."""

from __future__ import annotations

from abc import abstractmethod

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.wording import phrase
from mprunner.recording.events import Event

__all__ = ["Teller"]


class Teller(Constraint):
    """Finds what `inner` finds, and tells more of it when that is not kept. With `among` only the events that this bit of
    a mask selects are remembered.
    """

    __slots__ = ("_among", "_inner", "_log")

    def __init__(self, inner: Constraint, *, among: int = 0) -> None:
        super().__init__(inner.matchers, wants_all=inner.wants_all)
        self._inner = inner
        self._among = among
        self._log: list[tuple[Event, int]] = []

    def feed(self, event: Event, mask: int) -> None:
        if not self._among or mask & self._among:
            self._log.append((event, mask))
        self._inner.feed(event, mask)

    def finish(self, end: End) -> Finding:
        found = self._inner.finish(end)
        if found.status == "kept":
            return self._kept(found) if found.activations else found
        return self._told(found, end)

    @property
    def number(self) -> int | None:
        """What was counted, where the promise is about a number."""
        return None

    def _kept(self, found: Finding) -> Finding:
        """The finding with what shows that it is kept: that may be what is wrong with it."""
        return found

    @abstractmethod
    def _told(self, found: Finding, end: End) -> Finding:
        """The finding, with all that there is to tell. It is not a kept one."""

    def _selected(self, bits: int) -> list[int]:
        """The places in the log of the events that one of these matchers selects."""
        return [place for place, (_, mask) in enumerate(self._log) if mask & bits]

    def _event(self, place: int) -> Event:
        return self._log[place][0]

    def _phrase(self, matcher: int) -> str:
        return phrase(self.matchers[matcher].form)
