"""`order: lifo`: what was put last is got first, as of a stack.

Judged by the intervals of the calls: there is, or is not, an order in which each call happened at an instant of its own, such
that each get took what lay on top. Comparing items in pairs does not decide that for a stack, so orders are searched.
"""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.linearizing import Timed, linearize
from mprunner.checking.constraints.queue_items import Ends, Item, QueueTraffic, Words
from mprunner.checking.constraints.queue_items import item as item_in
from mprunner.checking.in_flight import may_have_happened
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told

_EMPTY = 0

Stack = int
"""The number of a stack: equal stacks have equal numbers, however high they are."""


class Stacks:
    """Numbers for stacks: a value on top of another stack, 0 for the empty one."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Hashable, Stack], Stack] = {}
        self._parts: list[tuple[Hashable, Stack]] = [(None, _EMPTY)]

    def step(self, state: Stack, operation: tuple[bool, Item]) -> Stack | None:
        """The stack after a put (True) or a get of an item; None where that get would have got another one."""
        puts, item = operation
        if puts:
            key = (item.value, state)
            found = self._numbers.get(key)
            if found is None:
                found = self._numbers[key] = len(self._parts)
                self._parts.append(key)
            return found
        value, below = self._parts[state]
        return below if state != _EMPTY and (value == item.value or item.end < 0) else None


class Lifo(QueueTraffic):
    """Some order of the calls is that of a stack."""

    __slots__ = ()

    def __init__(self, of: str | Ends) -> None:
        super().__init__(of)

    def finish(self, end: End) -> Finding:
        gets = len(self._gets)
        operations = [Timed((True, one), one.begin, one.end) for one in self._puts]
        operations += [Timed((False, one), one.begin, one.end) for one in self._gets]
        for event in may_have_happened(self._unfinished, end.recording):
            one = item_in(event, self._by)
            puts = event in self._unfinished_puts
            what = one if puts else Item(event, None, one.begin, -1, changeable=False)
            operations.append(Timed((puts, what), one.begin, None))
        found = linearize(operations, _EMPTY, Stacks().step)
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
        reason, witnesses = _explained(found.order, get, self.words)
        return Finding("broken", gets, f"{counted(gets, 'item')}, not last in first out", reason, witnesses)


def _explained(
    order: tuple[tuple[bool, Item], ...], get: Item, words: Words
) -> tuple[str, tuple[Witness, ...]]:
    """Why the furthest order that there is ends where it does."""
    stack: list[Item] = []
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
