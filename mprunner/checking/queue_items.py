"""The puts and gets of one queue, as the queue constraints use them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from mprunner.checking.constraint import Constraint, End
from mprunner.checking.forms import MatcherForm, OneOf
from mprunner.checking.in_flight import may_have_happened
from mprunner.checking.matching import ASSUMED, Matcher
from mprunner.checking.patterns import fingerprint
from mprunner.checking.wording import item_of, shown, told
from mprunner.recording.events import Event
from mprunner.records import record

PUTS = OneOf(("put", "put_nowait"))
GETS = OneOf(("get", "get_nowait"))


@record
class Item:
    """One put or get: its item's fingerprint, its interval, and whether the item can have been changed after
    the put.

    A queue pickles late, so what is mutable can arrive altered; what stands for unplain data looks different
    in each process.
    """

    event: Event
    value: Hashable
    begin: int
    end: int
    changeable: bool

    @property
    def chain(self) -> tuple[str, int]:
        """The thread of execution: its operations follow one another."""
        return (self.event.call.process, self.event.call.thread)

    @property
    def text(self) -> str:
        return shown(item_of(self.event.call))


def item(event: Event) -> Item:
    """The put or get that an event is an instant of."""
    call = event.call
    value = item_of(call)
    end = call.end if call.end is not None else event.time
    return Item(event, fingerprint(value), call.begin, end, not is_lasting(value))


def is_lasting(value: Any) -> bool:
    """Whether the value cannot be changed between its put and when the queue pickles it."""
    if isinstance(value, tuple):
        return all(is_lasting(one) for one in value)
    return value is None or isinstance(value, (str, bytes, int, float, complex))


class QueueTraffic(Constraint):
    """Collects the items of a queue, and what was in flight on it for ever."""

    __slots__ = ("_gets", "_object", "_puts", "_unfinished")

    def __init__(self, queue: str) -> None:
        super().__init__(
            [
                Matcher(MatcherForm(op=PUTS, object=queue)),
                Matcher(MatcherForm(op=GETS, object=queue)),
                Matcher(MatcherForm(op=OneOf((*PUTS.values, *GETS.values)), object=queue, unfinished=True)),
            ]
        )
        self._puts: list[Item] = []
        self._gets: list[Item] = []
        self._unfinished: list[Event] = []

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            if event.at == "begin":
                self._unfinished.append(event)  # what was in flight is weighed here, not assumed
            return
        if mask & 1:
            self._puts.append(item(event))
        elif mask & 2:
            self._gets.append(item(event))
        else:
            self._unfinished.append(event)

    def _proven(self, value: Hashable, missing: int, end: End) -> list[Item]:
        """Puts of this value that never ended, as many as are missing: an item that was got had been put."""
        if missing <= 0:
            return []
        begun = [item(event) for event in may_have_happened(self._unfinished, end.recording)]
        return [one for one in begun if one.event.call.operation in PUTS.values and one.value == value][
            :missing
        ]

    def _doubt(self, end: End) -> Event | None:
        """An operation that never ended and can have had an effect."""
        return next(iter(may_have_happened(self._unfinished, end.recording)), None)


def in_doubt(reason: str, event: Event) -> str:
    """The reason of a verdict that hangs on what an unfinished operation did."""
    return f"{reason}; but {told(event)} and may have had its effect"
