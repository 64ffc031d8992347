"""Whether gets can have come in the order of puts, items being told apart by value only.

With a get matched to each put, an order is broken exactly when some x was put wholly before y, and y got
wholly before x (or x never): two calls that overlap can have come either way. So an arrangement is found by
taking away, again and again, a get that no other remaining get wholly precedes together with a put of that
value that no other remaining put must precede. Only equal items leave a choice; a choice that leads nowhere
is taken back, up to a bound.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Literal

from mprunner.checking.constraints.queue_items import Item
from mprunner.records import record

_MOST_TAKEN_BACK = 20_000

Chains = list[list[Item]]


@record
class Stuck:
    """The furthest point that any arrangement reaches: the get that fits no put, and the put that ought to
    be got before it.
    """

    get: Item
    put: Item | None
    ahead: Item | None


@record
class Arranged:
    answer: Literal["yes", "no", "unknown"]
    stuck: Stuck | None = None


def chains(items: list[Item]) -> Chains:
    """Items by thread of execution, in order."""
    by_chain: dict[Hashable, list[Item]] = {}
    for one in items:
        by_chain.setdefault(one.chain, []).append(one)
    return [sorted(chain, key=lambda one: one.begin) for chain in by_chain.values()]


def arrange(puts: list[Item], gets: list[Item], *, total: bool) -> Arranged:
    """Look for an arrangement; `total` orders the puts of all producers, else those of one process among
    themselves.
    """
    search = _Search(puts, gets, total)
    return search.run()


class _Search:
    def __init__(self, puts: list[Item], gets: list[Item], total: bool) -> None:
        self._puts = chains(puts)
        self._gets = chains(gets)
        self._total = total
        self._remaining = len(gets)
        known = {one.value for one in puts}
        self._altered = {one.value for one in gets if one.value not in known}
        puts_by, gets_by = _numbers(puts), _numbers(gets)
        self._single = {
            value for value, number in puts_by.items() if number == 1 and gets_by.get(value, 0) <= 1
        }
        self._furthest: tuple[int, list[int], list[int]] | None = None

    def run(self) -> Arranged:
        got, put = [0] * len(self._gets), [0] * len(self._puts)
        taken = back = 0
        choices: list[tuple[int, list[int], list[int], list[tuple[int, int]]]] = []
        seen: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        while taken < self._remaining:
            moves = list(self._moves(got, put))
            sure = next((move for move in moves if self._is_sure(move, got)), None)
            if sure is None and len(moves) > 1:
                state = (tuple(got), tuple(put))
                if state in seen:
                    moves = []
                else:
                    seen.add(state)
                    choices.append((taken, got.copy(), put.copy(), moves[1:]))
            if not moves:
                if self._furthest is None or taken > self._furthest[0]:
                    self._furthest = (taken, got.copy(), put.copy())
                back += 1
                if back > _MOST_TAKEN_BACK:
                    return Arranged("unknown", self._explain())
                while choices and not choices[-1][3]:
                    choices.pop()
                if not choices:
                    return Arranged("no", self._explain())
                taken, saved_got, saved_put, others = choices[-1]
                got, put = saved_got.copy(), saved_put.copy()
                move = others.pop(0)
            else:
                move = sure or moves[0]
            got[move[0]] += 1
            put[move[1]] += 1
            taken += 1
        return Arranged("yes")

    def _is_sure(self, move: tuple[int, int], got: list[int]) -> bool:
        return self._gets[move[0]][got[move[0]]].value in self._single

    def _moves(self, got: list[int], put: list[int]) -> Iterator[tuple[int, int]]:
        get_heads = _heads(self._gets, got)
        put_heads = [
            (index, head)
            for index, head in _heads(self._puts, put)
            if self._first(head, put)
        ]  # fmt: skip
        for consumer, get in get_heads:
            if any(other.end < get.begin for _, other in get_heads):
                continue
            altered = get.value in self._altered
            for producer, head in put_heads:
                fits = head.changeable if altered else head.value == get.value
                if fits and head.begin <= get.end:
                    yield consumer, producer

    def _first(self, item: Item, put: list[int]) -> bool:
        return self._before(item, put) is None

    def _before(self, item: Item, put: list[int]) -> Item | None:
        """A remaining put that must be got before this one."""
        process = item.event.call.process
        for _, other in _heads(self._puts, put):
            if other.end < item.begin and (self._total or other.event.call.process == process):
                return other
        return None

    def _explain(self) -> Stuck | None:
        if self._furthest is None:
            return None
        _, got, put = self._furthest
        heads = [head for _, head in _heads(self._gets, got)]
        first = [get for get in heads if not any(other.end < get.begin for other in heads)]
        get = min(first, key=lambda one: one.end)
        rest = [
            one
            for chain, start in zip(self._puts, put, strict=True)
            for one in chain[start:]
            if one.value == get.value
        ]
        if not rest:
            return Stuck(get, None, None)
        mine = min(rest, key=lambda one: one.begin)
        return Stuck(get, mine, self._before(mine, put))


def _heads(all_chains: Chains, positions: list[int]) -> list[tuple[int, Item]]:
    return [
        (index, chain[position])
        for index, (chain, position) in enumerate(zip(all_chains, positions, strict=True))
        if position < len(chain)
    ]


def _numbers(items: list[Item]) -> dict[Hashable, int]:
    numbers: dict[Hashable, int] = {}
    for one in items:
        numbers[one.value] = numbers.get(one.value, 0) + 1
    return numbers
