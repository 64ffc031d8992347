"""What the objects promise by themselves: permits, room, barriers, flags, notifications, joins.

Each is a matter of counting. Whatever may have made room counts as soon as it begins, whatever needs it when it has ended:
so a record never accuses an object that kept its promise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import MatcherForm, Matches, OneOf
from mprunner.checking.matching import ASSUMED, Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, told
from mprunner.recording.events import Event
from mprunner.records import replaced

__all__ = ["Balance", "Joins", "Notified", "Seen", "Together", "permits", "released", "room"]

_GIVES, _TAKES = 1, 2
_ANYTHING = Matches("")

Say = Callable[[Event, int, int], str]
"""The sentence of a breach: the event, how many had taken, how many could."""


_once = lru_cache(maxsize=256)
"""For matchers, which are the same in every run."""


def _begun(form: MatcherForm, *, raised: bool = False) -> Matcher:
    """All that may have had its effect, from its begin on."""
    begin = replaced(form, at="begin")
    ways = [begin, replaced(begin, unfinished=True)]
    if raised:
        ways.append(replaced(begin, raised=_ANYTHING))
    return Matcher(MatcherForm(any_of=tuple(ways)))


class _Contract(Constraint):
    __slots__ = ("_breach", "_tested", "_what")

    def __init__(self, gives: Matcher, takes: Matcher, what: str) -> None:
        super().__init__([gives, takes])
        self._what = what
        self._tested = 0
        self._breach: tuple[Event, str] | None = None

    def _break(self, event: Event, reason: str) -> None:
        self._breach = self._breach or (event, reason)

    def finish(self, end: End) -> Finding:
        summary = counted(self._tested, self._what)
        if self._breach is None:
            return Finding("kept", self._tested, summary)
        event, reason = self._breach
        return Finding("broken", self._tested, summary, reason, (Witness(event, "one too many"),))


class Balance(_Contract):
    """Never more have taken than `initial` and what was given."""

    __slots__ = ("_left", "_say", "_taken", "_total")

    def __init__(self, gives: Matcher, takes: Matcher, initial: int, what: str, say: Say) -> None:
        super().__init__(gives, takes, what)
        self._left = self._total = initial
        self._taken = 0
        self._say = say

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            return
        if mask & _GIVES:
            self._left += 1
            self._total += 1
        if mask & _TAKES:
            self._tested += 1
            self._left -= 1
            self._taken += 1
            if self._left < 0:
                self._break(event, self._say(event, self._taken, self._total))


def permits(name: str, initial: int) -> Balance:
    """A semaphore lets no more pass than it has permits: at first, and by its releases."""

    def say(event: Event, taken: int, total: int) -> str:
        return f"{told(event)}: that is the permit number {taken}, and there had been only {total}"

    return Balance(*_releases_and_acquires(name), initial, "acquire", say)


@_once
def _releases_and_acquires(name: str) -> tuple[Matcher, Matcher]:
    acquire = MatcherForm(op="acquire", object=name, at="end")
    return _begun(MatcherForm(op="release", object=name)), Matcher(acquire)


def released(name: str) -> Balance:
    """A bounded semaphore is never released more often than it was acquired."""

    def say(event: Event, taken: int, total: int) -> str:
        return f"{told(event)}: that is the release number {taken}, after no more than {counted(total, 'acquire')}"

    return Balance(*_acquires_and_releases(name), 0, "release", say)


@_once
def _acquires_and_releases(name: str) -> tuple[Matcher, Matcher]:
    release = MatcherForm(op="release", object=name, at="end")
    return _begun(MatcherForm(op="acquire", object=name)), Matcher(release)


def room(name: str, size: int) -> Balance:
    """A bounded queue never holds more items than it has room for."""

    def say(event: Event, taken: int, total: int) -> str:
        held = taken - (total - size)
        return f"{told(event)}: then it held {held} items, and it has room for {size}"

    return Balance(*_gets_and_puts(name), size, "put", say)


@_once
def _gets_and_puts(name: str) -> tuple[Matcher, Matcher]:
    put = MatcherForm(op=OneOf(("put", "put_nowait")), object=name, at="end")
    get = MatcherForm(op=OneOf(("get", "get_nowait")), object=name)
    return _begun(get, raised=True), Matcher(put)


@_once
def _waits(name: str) -> tuple[Matcher, Matcher]:
    wait = MatcherForm(op="wait", object=name)
    return _begun(wait), Matcher(replaced(wait, at="end"))


class Together(_Contract):
    """A barrier lets nobody pass before all have come: as many as there are parties for each time that it opens."""

    __slots__ = ("_come", "_parties")

    def __init__(self, name: str, parties: int) -> None:
        super().__init__(*_waits(name), "pass")
        self._parties = max(parties, 1)
        self._come = 0

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            return
        if mask & _GIVES:
            self._come += 1
        if mask & _TAKES:
            self._tested += 1
            if self._tested > self._come - self._come % self._parties:
                self._break(
                    event, f"{told(event)}, when {self._come} had come and {self._parties} have to each time"
                )


@_once
def _sets_and_looks(name: str) -> tuple[Matcher, Matcher]:
    sees = MatcherForm(
        any_of=(
            MatcherForm(op="wait", object=name, at="end"),
            MatcherForm(op="is_set", object=name, at="end", result=True),
        )
    )
    return _begun(MatcherForm(op="set", object=name)), Matcher(sees)


class Seen(_Contract):
    """A wait for an event that is True, and an `is_set()` that is, come after a set."""

    __slots__ = ("_set",)

    def __init__(self, name: str) -> None:
        super().__init__(*_sets_and_looks(name), "look")
        self._set = False

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            return
        self._set = self._set or bool(mask & _GIVES)
        if mask & _TAKES:
            self._tested += 1
            if not self._set:
                self._break(event, f"{told(event)} and found it set, which nobody had done")


@_once
def _notifies_and_wakes(name: str) -> tuple[Matcher, Matcher]:
    notify = MatcherForm(op=OneOf(("notify", "notify_all")), object=name)
    return _begun(notify), Matcher(MatcherForm(op="wait", object=name, at="end"))


class Notified(_Contract):
    """A condition's wait that does not time out has been notified since it began."""

    __slots__ = ("_last",)

    def __init__(self, name: str) -> None:
        super().__init__(*_notifies_and_wakes(name), "wake")
        self._last: int | None = None

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            return
        if mask & _GIVES:
            self._last = event.time
        if mask & _TAKES:
            self._tested += 1
            if self._last is None or self._last < event.call.begin:
                self._break(event, f"{told(event)} and woke, though nobody had notified it")


@_once
def _joining(name: str) -> tuple[Matcher, ...]:
    put = MatcherForm(op=OneOf(("put", "put_nowait")), object=name, at="end")
    join = MatcherForm(op="join", object=name)
    done = _begun(MatcherForm(op="task_done", object=name))
    return done, Matcher(replaced(join, at="end")), Matcher(put), Matcher(replaced(join, at="begin"))


class Joins(_Contract):
    """A queue's join ends when as much is done as was put before it began."""

    __slots__ = ("_done", "_put", "_wanted")

    def __init__(self, name: str) -> None:
        done, joined, *_ = _joining(name)
        super().__init__(done, joined, "join")
        self.matchers = _joining(name)
        self._done = self._put = 0
        self._wanted: dict[int, int] = {}

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            return
        if mask & 4:
            self._put += 1
        if mask & 8:
            self._wanted[event.call.number] = self._put
        if mask & _GIVES:
            self._done += 1
        if mask & _TAKES:
            self._tested += 1
            wanted = self._wanted.pop(event.call.number, 0)
            if self._done < wanted:
                self._break(
                    event, f"{told(event)}, when {self._done} of {counted(wanted, 'item')} had been done"
                )
