"""`order: lifo`: what was put last is got first, as of a stack.

Judged by the intervals of the calls: there is, or is not, an order in which each call happened at an instant of its own, such
that each get took what lay on top. Comparing items in pairs does not decide that for a stack, so orders are searched.

Where no call is going on, and what came before leaves one stack only, whatever its order, that stack is all that is kept.
"""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.linearizing import Timed, linearize
from mprunner.checking.constraints.queue_items import Ends, Item, QueueTraffic, Words, ends_of
from mprunner.checking.constraints.queue_items import item as item_in
from mprunner.checking.forms import MatcherForm
from mprunner.checking.in_flight import may_have_happened
from mprunner.checking.matching import ASSUMED, Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event
from mprunner.records import replaced

_EMPTY = 0

MANY = 10_000
"""So many calls are kept before it is asked which of them are needed."""

_GOES = 16
"""The bit of a get that begins."""

_MOST_STACKS = 1000
"""In how many ways calls that overlap are tried to follow one another, before they are left as they are."""

Stack = int
"""The number of a stack: equal stacks have equal numbers, however high they are."""


class Stacks:
    """Numbers for stacks: a value on top of another stack, 0 for the empty one."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Hashable, Stack], Stack] = {}
        self._parts: list[tuple[Hashable, Stack]] = [(None, _EMPTY)]

    def of(self, items: list[Item]) -> Stack:
        """The stack of these, the lowest first."""
        state = _EMPTY
        for one in items:
            state = self._on(one, state)
        return state

    def _on(self, item: Item, state: Stack) -> Stack:
        key = (item.value, state)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._parts)
            self._parts.append(key)
        return found

    def step(self, state: Stack, operation: tuple[bool, Item]) -> Stack | None:
        """The stack after a put (True) or a get of an item; None where that get would have got another one."""
        puts, item = operation
        if puts:
            return self._on(item, state)
        value, below = self._parts[state]
        return below if state != _EMPTY and (value == item.value or item.end < 0) else None


class Lifo(QueueTraffic):
    """Some order of the calls is that of a stack."""

    __slots__ = ("_base", "_going", "_in_time", "_let_go", "_most")

    def __init__(self, of: str | Ends) -> None:
        super().__init__(of)
        get = (ends_of(of) if isinstance(of, str) else of).get
        self.matchers = (*self.matchers, Matcher(_at_begin(get)))
        self._going: dict[int, int] = {}
        """The gets that have begun, by the number of the call, and when."""
        self._in_time = True
        """Whether puts are seen when they begin and gets when they end: what comes later was then later."""
        self._base: list[Item] = []
        """What lay on the stack when the calls that are kept began, the lowest first."""
        self._let_go = 0
        """How many gets are not kept any more."""
        self._most = MANY

    def feed(self, event: Event, mask: int) -> None:
        if mask & _GOES and ASSUMED not in event.call.values:
            self._going[event.call.number] = event.time
        super().feed(event, mask & ~_GOES)

    def _take(self, event: Event, mask: int) -> None:
        super()._take(event, mask)
        if mask & 2:
            self._going.pop(event.call.number, None)
        if event.call.begin != event.call.end:
            self._in_time = self._in_time and not mask & (2 if event.at == "begin" else 1)
        if len(self._puts) + len(self._gets) >= self._most:
            self._settle(event.time)
            self._most = max(MANY, 2 * (len(self._puts) + len(self._gets)))

    def _settle(self, now: int) -> None:
        """Let go of the calls up to the last rest after which there is but one stack."""
        if self._unfinished or not self._in_time:
            return  # what never ended may have happened at any time
        until = min([now, *self._going.values()])
        operations = sorted(self._operations(), key=lambda one: one.begin)
        stack, rest = _resting(operations, self._base, until)
        if rest < 0:
            return
        self._base = stack
        gets = len(self._gets)
        self._puts = [one for one in self._puts if one.begin > rest]
        self._gets = [one for one in self._gets if one.begin > rest]
        self._let_go += gets - len(self._gets)

    def _operations(self) -> list[Timed]:
        return [Timed((True, one), one.begin, one.end) for one in self._puts] + [
            Timed((False, one), one.begin, one.end) for one in self._gets
        ]

    def finish(self, end: End) -> Finding:
        gets = self._let_go + len(self._gets)
        operations = self._operations()
        for event in may_have_happened(self._unfinished, end.recording):
            one = item_in(event, self._by)
            puts = event in self._unfinished_puts
            what = one if puts else Item(event, None, one.begin, -1, changeable=False)
            operations.append(Timed((puts, what), one.begin, None))
        stacks = Stacks()
        found = linearize(operations, stacks.of(self._base), stacks.step)
        if found.answer == "yes":
            return Finding(
                "kept",
                gets,
                f"{counted(gets, 'item')}, last in first out" if gets else f"no item was {self.words.taken}",
            )
        if found.answer == "unknown" or found.stuck is None:
            reason = "too many calls overlap to tell whether some order of them is that of a stack"
            return Finding("inconclusive", gets, "too many overlap", reason)
        left = [one for one in self._gets if (False, one) not in found.order]
        get = found.stuck[1] if not found.stuck[0] else min(left, key=lambda one: one.end)
        reason, witnesses = _explained(self._base, found.order, get, self.words)
        return Finding("broken", gets, f"{counted(gets, 'item')}, not last in first out", reason, witnesses)


def _at_begin(form: MatcherForm) -> MatcherForm:
    return replaced(form, at="begin", any_of=tuple(_at_begin(one) for one in form.any_of))


def _resting(operations: list[Timed], base: list[Item], until: int) -> tuple[list[Item], int]:
    """The stack at the last rest before `until` at which it is the same in all orders, and when the last call before that rest
    ended; -1: at none. `operations` are sorted by their begin.
    """
    found, rest = base, -1
    stacks: dict[tuple[Hashable, ...], list[Item]] = {tuple(one.value for one in base): base}
    start = 0
    while start < len(operations):
        stop, last = start + 1, operations[start].end or 0
        while stop < len(operations) and operations[stop].begin <= last:
            last = max(last, operations[stop].end or 0)
            stop += 1
        reached = _all_stacks(operations[start:stop], stacks)
        if reached is None or not reached:
            break  # too many, or none: the search tells
        stacks, start = reached, stop
        if len(stacks) == 1 and last < until:
            (found,) = stacks.values()
            rest = last
    return found, rest


def _all_stacks(
    together: list[Timed], before: dict[tuple[Hashable, ...], list[Item]]
) -> dict[tuple[Hashable, ...], list[Item]] | None:
    """All stacks that calls which overlap can leave behind; None: too many ways."""
    found: dict[tuple[Hashable, ...], list[Item]] = {}
    tries = 0
    waiting = [(stack, together) for stack in before.values()]
    while waiting:
        stack, left = waiting.pop()
        if not left:
            found[tuple(one.value for one in stack)] = stack
            continue
        first_end = min(one.end or 0 for one in left)
        for index, one in enumerate(left):
            if one.begin > first_end:
                continue
            tries += 1
            if tries > _MOST_STACKS:
                return None
            puts, what = one.what
            rest = left[:index] + left[index + 1 :]
            if puts:
                waiting.append(([*stack, what], rest))
            elif stack and stack[-1].value == what.value:
                waiting.append((stack[:-1], rest))
    return found


def _explained(
    base: list[Item], order: tuple[tuple[bool, Item], ...], get: Item, words: Words
) -> tuple[str, tuple[Witness, ...]]:
    """Why the furthest order that there is ends where it does."""
    stack = list(base)
    for puts, one in order:
        if puts:
            stack.append(one)
        elif stack:
            stack.pop()
    here = Witness(get.event, "out of order")
    if not any(one.value == get.value for one in stack):
        reason = f"{told(get.event)}, which lay on no stack then: it was not {words.given} before, or {words.taken} already"
        return reason, (here,)
    top = stack[-1]
    mine = next(one for one in reversed(stack) if one.value == get.value)
    reason = (
        f"{told(get.event)}, but {top.text}, {words.given} later ({number(top.event)}, after {number(mine.event)}), "
        "still lay on top of it"
    )
    witnesses = [
        Witness(mine.event, words.giving),
        Witness(top.event, f"{words.given} later, not {words.taken} yet"),
        here,
    ]
    return reason, tuple(sorted(witnesses, key=lambda one: one.event.position))
