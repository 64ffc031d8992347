"""The contract of what a step creates: it is that of one object, so it is judged where one was created."""

from __future__ import annotations

from functools import lru_cache

from mprunner.checking.constraint import Constraint, End, Finding, Make
from mprunner.checking.forms import MatcherForm
from mprunner.checking.matching import ASSUMED, Matcher
from mprunner.recording.events import Event

__all__ = ["CreatedOnce"]


@lru_cache(maxsize=1)
def _creates() -> Matcher:
    return Matcher(MatcherForm(op="create"))


class CreatedOnce(Constraint):
    """Says nothing of a name under which several objects were made: who has which of them cannot be told."""

    __slots__ = ("_bit", "_inner", "_name", "_number")

    def __init__(self, name: str, make: Make) -> None:
        self._inner = make()
        super().__init__([*self._inner.matchers, _creates()], wants_all=self._inner.wants_all)
        self._bit = 1 << len(self._inner.matchers)
        self._name = name
        self._number = 0

    def feed(self, event: Event, mask: int) -> None:
        call = event.call
        if mask & self._bit and ASSUMED not in call.values:
            self._number += (call.object or call.values.get("name")) == self._name
        if mask & ~self._bit or not mask:
            self._inner.feed(event, mask & ~self._bit)

    def finish(self, end: End) -> Finding:
        if self._number > 1:
            return Finding("kept", 0, f"{self._name} was created {self._number} times")
        return self._inner.finish(end)
