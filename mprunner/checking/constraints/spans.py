"""Spans: begin/end pairs built from events, each with its owner.

A hold begins when an acquire has returned and ends when a release is called, so what is recorded lies inside
what was real and a recorded overlap is a real one. A `Lock` has no owner: a release by anybody ends a hold
(the releaser's own, if it has one). An `RLock` nests: its hold lasts to the last release of the thread that
took it. A lock whose holder died stays held; a task, a call and a life end with their process.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

from mprunner.checking.constraints.per import group_key
from mprunner.checking.forms import ANY, Declared, MatcherForm, Matches, OneOf, PerKind, SpanForm, family
from mprunner.checking.matching import Matcher
from mprunner.recording.events import Event
from mprunner.recording.locks import lock_of
from mprunner.records import replaced

_BEGIN, _END, _EXIT = 1, 2, 4
_ANYTHING = Matches("")


@dataclass(slots=True, eq=False)
class Span:
    """One begin, and its end once that has come. `owner` is the process (of a task: the task) that it
    belongs to.
    """

    owner: str
    object: str | None
    begin: Event
    end: Event | None = None


class SpanBuilder(ABC):
    """Turns events into spans. `opened` and `closed` are what the last event did."""

    __slots__ = ("closed", "matchers", "open", "opened")

    def __init__(self, *selecting: MatcherForm | Matcher) -> None:
        self.matchers = tuple(one if isinstance(one, Matcher) else Matcher(one) for one in selecting)
        self.open: dict[Hashable, Span] = {}
        self.opened: Span | None = None
        self.closed: tuple[Span, ...] = ()

    def feed(self, event: Event, mask: int) -> None:
        """Take an event that a matcher selects; `opened` and `closed` tell what it did."""
        self.opened = None
        self.closed = ()
        if mask & (_END | _EXIT):
            self._end(event, bool(mask & _EXIT))
        if mask & _BEGIN:
            self._begin(event)

    def memory(self) -> Hashable:
        """What still counts of all that was fed, as `Constraint.memory`."""
        return frozenset((key, span.owner, span.object) for key, span in self.open.items())

    @abstractmethod
    def _begin(self, event: Event) -> None: ...

    @abstractmethod
    def _end(self, event: Event, exited: bool) -> None: ...

    def _open(self, key: Hashable, owner: str, event: Event, thing: str | None = None) -> None:
        lost = self.open.get(key)
        if lost is not None:  # what begins again has ended, whatever became of its end
            lost.end = event
            self.closed = (*self.closed, lost)
        self.opened = self.open[key] = Span(owner, thing or event.call.object, event)

    def _close(self, keys: list[Hashable], event: Event) -> None:
        closed = [self.open.pop(key) for key in keys]
        for span in closed:
            span.end = event
        self.closed = tuple(closed)


Holder = tuple[str, int]
"""A process and its thread."""


class Holds(SpanBuilder):
    """Holds of locks. `begins` and `ends` need no event: they take which lock, by whom, in which call."""

    __slots__ = ()

    def __init__(self, name: str, conditions: tuple[str, ...] = ()) -> None:
        super().__init__(*_holding(name, conditions))

    def _begin(self, event: Event) -> None:
        call = event.call
        lock = lock_of(call)
        key = self.begins(lock, (call.process, call.thread), call.number)
        if key is not None:
            self._open(key, call.process, event, lock)

    def _end(self, event: Event, exited: bool) -> None:
        call = event.call
        waits = call.operation == "wait"
        key = self.ends(lock_of(call), (call.process, call.thread), call.number, waits=waits)
        if key is not None:
            self._close([key], event)

    @abstractmethod
    def begins(self, lock: str | None, holder: Holder, number: int) -> Hashable:
        """The holder has acquired; gives the key of the hold that begins, None for none."""

    @abstractmethod
    def ends(self, lock: str | None, holder: Holder, number: int, *, waits: bool) -> Hashable:
        """The holder releases, or (`waits`) waits for a condition; gives the key of the hold that ends, None for none."""


class LockHolds(Holds):
    """Holds of a `Lock` or a semaphore: keyed by a running number for each object, closed by anybody's release."""

    __slots__ = ("_own", "held", "number")

    def __init__(self, name: str, conditions: tuple[str, ...] = ()) -> None:
        super().__init__(name, conditions)
        self.held: dict[str | None, OrderedDict[int, Holder]] = {}
        self._own: dict[str | None, dict[Holder, deque[int]]] = {}
        self.number = 0

    def begins(self, lock: str | None, holder: Holder, number: int) -> Hashable:
        self.number += 1
        self.held.setdefault(lock, OrderedDict())[self.number] = holder
        self._own.setdefault(lock, {}).setdefault(holder, deque()).append(self.number)
        return self.number

    def ends(self, lock: str | None, holder: Holder, number: int, *, waits: bool) -> Hashable:
        held = self.held.get(lock)
        if not held:
            return None
        holds = self._own[lock]
        own = holds.get(holder)
        if own is not None:
            key = own.pop()
        else:
            key, holder = next(iter(held.items()))
            own = holds[holder]
            own.popleft()
        if not own:
            del holds[holder]
        del held[key]
        return key

    def memory(self) -> Hashable:
        # Holds are numbered for ever; what counts is who holds in which order.
        return frozenset((lock, tuple(held.values())) for lock, held in self.held.items() if held)

    def let_go(self, lock: str | None) -> list[int]:
        """Forget what is held of a lock; gives the keys of the holds."""
        self._own.pop(lock, None)
        return list(self.held.pop(lock, ()))


class NestedHolds(Holds):
    """Holds of an `RLock`: from a thread's first acquire to its last release. A condition's wait gives all of it back."""

    __slots__ = ("_depths", "_waiting")

    def __init__(self, name: str, conditions: tuple[str, ...] = ()) -> None:
        super().__init__(name, conditions)
        self._depths: dict[Hashable, int] = {}
        self._waiting: dict[int, int] = {}

    def memory(self) -> Hashable:
        depths = frozenset(item for item in self._depths.items() if item[1])
        return depths, frozenset(self._waiting.items())

    def begins(self, lock: str | None, holder: Holder, number: int) -> Hashable:
        key = (lock, *holder)
        depth = self._depths.get(key, 0)
        self._depths[key] = depth + self._waiting.pop(number, 1)
        return key if depth == 0 else None

    def ends(self, lock: str | None, holder: Holder, number: int, *, waits: bool) -> Hashable:
        key = (lock, *holder)
        depth = self._depths.get(key, 0)
        if waits:
            self._waiting[number] = max(depth, 1)
            left = 0
        else:
            left = max(depth - 1, 0)
        self._depths[key] = left
        return key if depth and not left else None


@lru_cache(maxsize=256)
def _holding(name: str, conditions: tuple[str, ...]) -> tuple[Matcher, Matcher]:
    """What begins and what ends a hold of the lock `name`, which these conditions are made with: the same in every run."""
    names = OneOf((name, *conditions)) if conditions else name
    begin, end = MatcherForm(op="acquire", object=names), MatcherForm(op="release", object=names)
    if not conditions:
        return Matcher(begin), Matcher(end)
    wait = MatcherForm(op="wait", object=OneOf(conditions))
    gone = replaced(wait, at="begin")
    left = (gone, replaced(gone, refused=True), replaced(gone, unfinished=True))
    back = (wait, replaced(wait, refused=True))
    return Matcher(MatcherForm(any_of=(begin, *back))), Matcher(MatcherForm(any_of=(end, *left)))


class Tasks(SpanBuilder):
    """The tasks of a pool, from start to end, or to the death of their worker."""

    __slots__ = ()

    def __init__(self, pool: str) -> None:
        super().__init__(
            MatcherForm(op="task_start", pool=pool),
            MatcherForm(op="task_end", pool=pool),
            MatcherForm(op="exit", process=pool),
        )

    def _begin(self, event: Event) -> None:
        self._open((event.call.process, event.call.actor), event.call.actor, event)

    def _end(self, event: Event, exited: bool) -> None:
        process = event.call.process
        if exited:
            self._close([key for key in self.open if isinstance(key, tuple) and key[0] == process], event)
        elif (process, event.call.actor) in self.open:
            self._close([(process, event.call.actor)], event)


class Lives(SpanBuilder):
    """A process's life, from its own first instant to its exit."""

    __slots__ = ()

    def __init__(self, process: str) -> None:
        super().__init__(
            MatcherForm(
                any_of=(MatcherForm(op="begin", process=process), MatcherForm(op="start", pool=process))
            ),
            MatcherForm(op="exit", process=process),
        )

    def _begin(self, event: Event) -> None:
        call = event.call
        worker = family(call.process) == call.object
        if call.process not in self.open and (call.operation == "begin" or worker):
            self._open(call.process, call.process, event)

    def _end(self, event: Event, exited: bool) -> None:
        if event.call.process in self.open:
            self._close([event.call.process], event)


class Calls(SpanBuilder):
    """The calls of one operation, from begin to end, or to the death of the caller."""

    __slots__ = ()

    def __init__(self, operation: str, thing: str | None) -> None:
        on = ANY if thing is None else thing
        begin = [MatcherForm(op=operation, object=on, at="begin")]
        begin.append(MatcherForm(op=operation, object=on, at="begin", unfinished=True))
        begin.append(MatcherForm(op=operation, object=on, at="begin", refused=True))
        begin.append(MatcherForm(op=operation, object=on, at="begin", raised=_ANYTHING))
        end = [MatcherForm(op=operation, object=on, at="end")]
        end.append(MatcherForm(op=operation, object=on, at="end", refused=True))
        end.append(MatcherForm(op=operation, object=on, at="end", raised=_ANYTHING))
        super().__init__(
            MatcherForm(any_of=tuple(begin)), MatcherForm(any_of=tuple(end)), MatcherForm(op="exit")
        )

    def _begin(self, event: Event) -> None:
        self._open(event.call.number, event.call.process, event)

    def _end(self, event: Event, exited: bool) -> None:
        if not exited:
            if event.call.number in self.open:
                self._close([event.call.number], event)
            return
        process = event.call.process
        self._close([key for key, span in self.open.items() if span.owner == process], event)


class Between(SpanBuilder):
    """From an event to another one of the same process, task, actor or object; a begin inside begins no other."""

    __slots__ = ("key",)

    def __init__(self, begin: MatcherForm, end: MatcherForm, by: PerKind) -> None:
        super().__init__(begin, end)
        self.key = group_key(by)

    def _begin(self, event: Event) -> None:
        key = self.key(event.call)
        if key is not None and key not in self.open:
            self._open(key, event.call.process, event)

    def _end(self, event: Event, exited: bool) -> None:
        key = self.key(event.call)
        if key in self.open:
            self._close([key], event)


def holds_of(name: str, declared: Declared) -> SpanBuilder:
    """The holds of a lock, of a semaphore, or of a condition: they are those of its lock, by whatever name it was taken."""
    lock = _lock_of(name, declared)
    base, bracket, index = lock.partition("[")
    conditions = [
        each + bracket + index if each in declared.by_member else each
        for each, made_with in declared.made_with.items()
        if made_with in (base, lock) or (not bracket and made_with.startswith(f"{base}["))
    ]
    nested = lock in declared.reentrant or base in declared.reentrant
    if nested and base not in declared.locks:
        conditions.append(lock)  # with an RLock of its own
    return NestedHolds(lock, tuple(conditions)) if nested else LockHolds(lock, tuple(conditions))


def _lock_of(name: str, declared: Declared) -> str:
    """The lock that a condition was made with; anything else is its own."""
    base, bracket, index = name.partition("[")
    lock = declared.made_with.get(base)
    if lock is None:
        return name
    return lock + bracket + index if base in declared.by_member else lock


def span_builder(form: SpanForm, declared: Declared) -> SpanBuilder:
    """The builder for a span as written; whether a lock nests is told by its declaration."""
    if form.kind == "hold":
        return holds_of(form.name, declared)
    if form.kind == "task":
        return Tasks(form.name)
    if form.kind == "life":
        return Lives(form.name)
    if form.begin is not None and form.end is not None:
        return Between(form.begin, form.end, form.by)
    return Calls(form.name, form.object)
