"""`fifo`, and `pair` in order: what was put, and in which order it was got."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.blocks.kept import Kept
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_columns import (
    GETS,
    PUTS,
    ItemColumns,
    ItemsOfShapes,
    surely_in_order,
)
from mprunner.checking.constraints.queue_items import Ends, Item, QueueTraffic, Words, in_doubt
from mprunner.checking.constraints.queue_order import Stuck, arrange
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event
from mprunner.records import replaced


class Fifo(QueueTraffic):
    """Items come out in the order in which they went in: of each producer, or (`total`) over all of them.

    Over all producers only puts that do not overlap have an order. Equal items may stand for each other.
    """

    __slots__ = ("_got", "_items", "_kept", "_put", "_total", "_whole")

    def __init__(self, of: str | Ends, *, total: bool) -> None:
        super().__init__(of)
        self._total = total
        self._whole = isinstance(of, str)
        self._put = ItemColumns()
        self._got = ItemColumns()
        self._items = ItemsOfShapes()
        self._kept = Kept()

    def _take(self, event: Event, mask: int) -> None:
        if len(self._put) or len(self._got):
            self._spread()  # what came before it goes before it
        super()._take(event, mask)

    def feed_block(self, sight: Sight) -> None:
        if not self._whole or sight.count(12):
            self.feed_each(
                sight
            )  # other instants may be chosen, and what never ended is weighed call by call
            return
        self._kept.keep(sight.row.block)
        self._put.add(sight, PUTS, self._items)
        self._got.add(sight, GETS, self._items)
        if self._puts or self._gets:
            self._spread()

    def finish(self, end: End) -> Finding:
        if surely_in_order(self._put, self._got, total=self._total) and not (self._puts or self._gets):
            return self._in_order(len(self._got), len({process for process, _ in self._put.numbers}))
        self._spread()
        gets = len(self._gets)
        given = _by_value(self._puts)
        begun = [
            replaced(put, end=end.recording.ending.time)
            for value, got in _by_value(self._gets).items()
            for put in self._proven(value, len(got) - len(given.get(value, ())), end)
        ]
        arranged = arrange(self._puts + begun, self._gets, total=self._total)
        if arranged.answer == "yes":
            return self._in_order(gets, len({one.event.call.process for one in self._puts}))
        if arranged.answer == "unknown" or arranged.stuck is None:
            reason = "too many equal items to tell which get had which put"
            return Finding("inconclusive", gets, "too many equal items", reason)
        reason, witnesses = _out_of_order(arranged.stuck, self._gets, self.words)
        doubt = self._doubt(end)
        if doubt is not None:
            return Finding("inconclusive", gets, "open", in_doubt(reason, doubt), witnesses)
        return Finding("broken", gets, f"{counted(gets, 'item')}, out of order", reason, witnesses)

    def _spread(self) -> None:
        """Makes objects of what is in columns."""
        for items, columns in ((self._puts, self._put), (self._gets, self._got)):
            items.extend(columns.as_items(self._kept, self._by))
        self._put, self._got = ItemColumns(), ItemColumns()
        self._kept.forget()

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
