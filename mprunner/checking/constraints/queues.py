"""`fifo`, and `pair` in order: what was put, and in which order it was got."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_columns import ItemColumns, surely_in_order
from mprunner.checking.constraints.queue_flow import QueueFlow
from mprunner.checking.constraints.queue_items import Ends, Item, Words, in_doubt, item
from mprunner.checking.constraints.queue_order import Stuck, arrange
from mprunner.checking.constraints.queue_settling import empty_until, needed
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.records import replaced


class Fifo(QueueFlow):
    """Items come out in the order in which they went in: of each producer, or (`total`) over all of them.

    Over all producers only puts that do not overlap have an order. Equal items may stand for each other.
    """

    __slots__ = ("_stuck", "_total")

    def __init__(self, of: str | Ends, *, total: bool) -> None:
        super().__init__(of)
        self._total = total
        self._stuck: tuple[Stuck, list[Item]] | None = None
        """Where the order is broken for good, and the gets among which it is."""

    def _settle(self) -> None:
        if self._stuck is not None:
            self._keep((), ())
            return
        count = empty_until(self._put, self._got)
        if count:
            puts, gets = self._put.rows(range(count)), self._got.rows(range(count))
            if not surely_in_order(puts, gets, total=self._total) and not self._arranged(puts, gets):
                return
            self._keep(range(count, len(self._put)), range(count, len(self._got)))
        left = needed(self._put, self._got, total=self._total)
        if left is None:
            return
        if left.agree:
            self._keep(left.puts, left.gets)
        else:
            self._arranged(self._put.rows(left.puts), self._got.rows(left.gets))

    def _arranged(self, puts: ItemColumns, gets: ItemColumns) -> bool:
        """Whether these, which took each other, are in order; when they never will be, that is remembered."""
        if Counter(puts.values) != Counter(gets.values):
            return False  # something was altered, or came from a put that never ended
        as_puts, as_gets = puts.as_items(self._kept, self._by), gets.as_items(self._kept, self._by)
        arranged = arrange(as_puts, as_gets, total=self._total)
        if arranged.answer == "no" and arranged.stuck is not None and not self._unfinished_puts:
            self._stuck = (arranged.stuck, as_gets)
        return arranged.answer == "yes"

    def memory(self) -> Hashable:
        """What is open of each producer, as long as each get can have had one put only. Gets are taken to come one after another,
        as those of a single consumer do: where they overlap, it also counts which had ended when another began.
        """
        if self._total or not self._whole or self._let_go or len(set(self._got.chains)) > 1:
            return None
        puts = self._put.as_items(self._kept, self._by)
        gets = self._got.as_items(self._kept, self._by)
        if any(one.changeable for one in puts):
            return None  # it may come out as something else
        open_: dict[str, list[Hashable]] = defaultdict(list)
        broken = False
        steps = [(one, True) for one in puts] + [(one, False) for one in gets]
        for one, put in sorted(steps, key=lambda step: step[0].event.position):
            if put:
                open_[one.event.call.process].append(one.value)
                continue
            of = [own for own in open_.values() for value in own if value == one.value]
            if len(of) != 1:
                return None  # what comes may tell which put it had
            broken = broken or of[0][0] != one.value
            of[0].remove(one.value)
        waiting = tuple(
            (event.call.process, event.call.operation, event.call.kind, item(event, self._by).value)
            for event in self._unfinished
        )
        left = frozenset((process, tuple(own)) for process, own in open_.items() if own)
        return len(gets) > 0, broken, left, waiting, len(self._unfinished_puts)

    def finish(self, end: End) -> Finding:
        gets = self._number
        if self._stuck is not None:
            return self._broken(*self._stuck, gets, end)
        producers = len({process for process, _ in self._put.numbers})
        if surely_in_order(self._put, self._got, total=self._total):
            return self._in_order(gets, producers)
        self._spread()
        given = _by_value(self._puts)
        begun = [
            replaced(put, end=end.recording.ending.time)
            for value, got in _by_value(self._gets).items()
            for put in self._proven(value, len(got) - len(given.get(value, ())), end)
        ]
        arranged = arrange(self._puts + begun, self._gets, total=self._total)
        if arranged.answer == "yes":
            return self._in_order(gets, producers)
        if arranged.answer == "unknown" or arranged.stuck is None:
            reason = "too many equal items to tell which get had which put"
            return Finding("inconclusive", gets, "too many equal items", reason)
        return self._broken(arranged.stuck, self._gets, gets, end)

    def _broken(self, stuck: Stuck, among: list[Item], gets: int, end: End) -> Finding:
        reason, witnesses = _out_of_order(stuck, among, self.words)
        doubt = self._doubt(end)
        if doubt is not None:
            return Finding("inconclusive", gets, "open", in_doubt(reason, doubt), witnesses)
        return Finding("broken", gets, f"{counted(gets, 'item')}, out of order", reason, witnesses)

    def _in_order(self, gets: int, producers: int) -> Finding:
        order = " in order" if self._total or producers < 2 else f", each of {producers} producers' in order"
        words = f"{counted(gets, 'item')}{order}" if gets else f"no item was {self.words.taken}"
        return Finding("kept", gets, words)


def _out_of_order(stuck: Stuck, gets: list[Item], words: Words) -> tuple[str, tuple[Witness, ...]]:
    get, put, ahead = stuck.get, stuck.put, stuck.ahead
    here = Witness(get.event, "out of order")
    if put is None:
        return f"{told(get.event)}, which nobody had {words.given}, or not so often", (here,)
    if ahead is None:
        return f"{told(get.event)} before it was {words.given} ({number(put.event)})", (
            here,
            Witness(put.event, words.giving),
        )
    later = next((one for one in gets if one.value == ahead.value and one.end > get.end), None)
    after = (
        f"was {words.taken} later ({number(later.event)})"
        if later is not None
        else f"was never {words.taken}"
    )
    producer, other = ahead.event.call.process, put.event.call.process
    reason = (
        f"{told(get.event)}, but {ahead.text}, which {producer} had {words.given} before it "
        f"({number(ahead.event)}, before {number(put.event)}{'' if producer == other else ' of ' + other}), {after}"
    )
    witnesses = [
        Witness(ahead.event, f"{words.given} first"),
        Witness(put.event, f"{words.given} after it"),
        here,
    ]
    if later is not None:
        witnesses.append(Witness(later.event, f"{words.taken} later"))
    return reason, tuple(sorted(witnesses, key=lambda witness: witness.event.position))


def _by_value(items: list[Item]) -> dict[Hashable, list[Item]]:
    found: dict[Hashable, list[Item]] = {}
    for one in items:
        found.setdefault(one.value, []).append(one)
    return found
