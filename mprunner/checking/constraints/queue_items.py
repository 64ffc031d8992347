"""What is put and got: of one queue, or whatever two matchers select, told apart by one of their fields."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from mprunner.checking.constraint import Constraint, End
from mprunner.checking.fields import bound_field
from mprunner.checking.forms import MatcherForm, OneOf
from mprunner.checking.in_flight import may_have_happened
from mprunner.checking.matching import ASSUMED, Matcher
from mprunner.checking.patterns import fingerprint, is_lasting
from mprunner.checking.wording import item_of, shown, told
from mprunner.recording.events import Event
from mprunner.records import record, replaced

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
    by: str = "item"

    @property
    def chain(self) -> tuple[str, int]:
        """The thread of execution: its operations follow one another."""
        return (self.event.call.process, self.event.call.thread)

    @property
    def text(self) -> str:
        call = self.event.call
        return shown(item_of(call) if self.by == "item" else bound_field(call, self.by))


@record
class Words:
    """How items go in and out, in words: `gave` them is `given` before they are `taken`."""

    gave: str
    given: str
    taken: str
    giving: str
    since: str


QUEUE_WORDS = Words("put", "put", "got", "its put", "its put")
PAIR_WORDS = Words("gave", "given", "taken", "what gave it", "it was given")


@record
class Ends:
    """What puts and what gets, and the field that tells the items apart."""

    put: MatcherForm
    get: MatcherForm
    by: str = "item"

    @property
    def words(self) -> Words:
        """Those of queues, where it is queues that the matchers speak of."""
        of_queues = _within(self.put.op, PUTS) and _within(self.get.op, GETS) and self.by == "item"
        return QUEUE_WORDS if of_queues else PAIR_WORDS


def _within(op: object, names: OneOf) -> bool:
    return all(one in names.values for one in (op.values if isinstance(op, OneOf) else (op,)))


def ends_of(queue: str) -> Ends:
    """The puts and gets of a queue, or of all members of a family."""
    return Ends(MatcherForm(op=PUTS, object=queue), MatcherForm(op=GETS, object=queue))


def in_flight(form: MatcherForm) -> MatcherForm:
    """The operations that a matcher would select, had they ended."""
    return replaced(form, unfinished=True, at=None, any_of=tuple(in_flight(one) for one in form.any_of))


def item(event: Event, by: str = "item") -> Item:
    """The put or get that an event is an instant of."""
    call = event.call
    value = item_of(call) if by == "item" else bound_field(call, by)
    end = call.end if call.end is not None else event.time
    return Item(event, fingerprint(value), call.begin, end, by == "item" and not is_lasting(value), by)


def _matchers(ends: Ends) -> tuple[Matcher, ...]:
    forms = (ends.put, ends.get, in_flight(ends.put), in_flight(ends.get))
    return tuple([Matcher(form) for form in forms])


@lru_cache(maxsize=256)
def _matchers_of_queue(name: str) -> tuple[Matcher, ...]:
    return _matchers(ends_of(name))


class QueueTraffic(Constraint):
    """Collects what is put and got, of the queue of a name or by matchers, and what was in flight for ever."""

    __slots__ = ("_by", "_gets", "_puts", "_unfinished", "_unfinished_puts", "words")

    def __init__(self, of: str | Ends) -> None:
        super().__init__(_matchers_of_queue(of) if isinstance(of, str) else _matchers(of))
        self._by = "item" if isinstance(of, str) else of.by
        self.words = QUEUE_WORDS if isinstance(of, str) else of.words
        self._unfinished_puts: list[Event] = []
        self._puts: list[Item] = []
        self._gets: list[Item] = []
        self._unfinished: list[Event] = []

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            if event.at == "begin":  # what was in flight is weighed here, not assumed
                self._in_flight(event, bool(mask & 5))
            return
        if mask & 3:
            self._take(event, mask)
        if mask & 12:
            self._in_flight(event, bool(mask & 4))

    def _take(self, event: Event, mask: int) -> None:
        """Take what is put, or got, or (by matchers) both."""
        if mask & 1:
            self._puts.append(item(event, self._by))
        if mask & 2:
            self._gets.append(item(event, self._by))

    def _in_flight(self, event: Event, puts: bool) -> None:
        self._unfinished.append(event)
        if puts:
            self._unfinished_puts.append(event)

    def _proven(self, value: Hashable, missing: int, end: End) -> list[Item]:
        """Puts of this value that never ended, as many as are missing: an item that was got had been put."""
        if missing <= 0:
            return []
        begun = [item(event, self._by) for event in may_have_happened(self._unfinished_puts, end.recording)]
        return [one for one in begun if one.value == value][:missing]

    def _doubt(self, end: End) -> Event | None:
        """An operation that never ended and can have had an effect."""
        return next(iter(may_have_happened(self._unfinished, end.recording)), None)


def in_doubt(reason: str, event: Event) -> str:
    """The reason of a verdict that hangs on what an unfinished operation did."""
    return f"{reason}; but {told(event)} and may have had its effect"
