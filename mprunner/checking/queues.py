"""`fifo`, `exactly_once` and `pair`: what was put, and what was got."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.queue_items import Ends, Item, QueueTraffic, in_doubt
from mprunner.checking.queue_order import Stuck, arrange
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.records import replaced


class Fifo(QueueTraffic):
    """Items come out in the order in which they went in: of each producer, or (`total`) over all of them.

    Over all producers only puts that do not overlap have an order. Equal items may stand for each other.
    """

    __slots__ = ("_total",)

    def __init__(self, of: str | Ends, *, total: bool) -> None:
        super().__init__(of)
        self._total = total

    def finish(self, end: End) -> Finding:
        gets = len(self._gets)
        given = _by_value(self._puts)
        begun = [
            replaced(put, end=end.recording.ending.time)
            for value, got in _by_value(self._gets).items()
            for put in self._proven(value, len(got) - len(given.get(value, ())), end)
        ]
        arranged = arrange(self._puts + begun, self._gets, total=self._total)
        producers = len({one.event.call.process for one in self._puts})
        order = " in order" if self._total or producers < 2 else f", each of {producers} producers' in order"
        if arranged.answer == "yes":
            return Finding("kept", gets, f"{counted(gets, 'item')}{order}" if gets else "no item was got")
        if arranged.answer == "unknown" or arranged.stuck is None:
            reason = "too many equal items to tell which get had which put"
            return Finding("inconclusive", gets, "too many equal items", reason)
        reason, witnesses = _out_of_order(arranged.stuck, self._gets)
        doubt = self._doubt(end)
        if doubt is not None:
            return Finding("inconclusive", gets, "open", in_doubt(reason, doubt), witnesses)
        return Finding("broken", gets, f"{counted(gets, 'item')}, out of order", reason, witnesses)


def _out_of_order(stuck: Stuck, gets: list[Item]) -> tuple[str, tuple[Witness, ...]]:
    get, put, ahead = stuck.get, stuck.put, stuck.ahead
    here = Witness(get.event, "out of order")
    if put is None:
        return f"{told(get.event)}, which nobody had put, or not so often", (here,)
    if ahead is None:
        return f"{told(get.event)} before it was put ({number(put.event)})", (
            here,
            Witness(put.event, "its put"),
        )
    later = next((one for one in gets if one.value == ahead.value and one.end > get.end), None)
    after = f"was got later ({number(later.event)})" if later is not None else "was never got"
    producer, other = ahead.event.call.process, put.event.call.process
    reason = (
        f"{told(get.event)}, but {ahead.text}, which {producer} had put before it "
        f"({number(ahead.event)}, before {number(put.event)}{'' if producer == other else ' of ' + other}), {after}"
    )
    witnesses = [Witness(ahead.event, "put first"), Witness(put.event, "put after it"), here]
    if later is not None:
        witnesses.append(Witness(later.event, "got later"))
    return reason, tuple(sorted(witnesses, key=lambda witness: witness.event.position))


class Delivery(QueueTraffic):
    """Each item put is got once, and nothing else; without `all_got`, items may stay in the queue, without
    `once` one may be got again.

    Equal items may stand for each other, and what is mutable may arrive altered.
    """

    __slots__ = ("_all_got", "_once")

    def __init__(self, of: str | Ends, *, all_got: bool, once: bool = True) -> None:
        super().__init__(of)
        self._all_got = all_got
        self._once = once

    def finish(self, end: End) -> Finding:
        puts, gets = _by_value(self._puts), _by_value(self._gets)
        surplus: list[Item] = []
        left: list[Item] = []
        for value, got in gets.items():
            given = puts.get(value, [])
            proven = self._proven(value, len(got) - len(given), end)
            if proven:
                puts[value] = given = [*given, *proven]
            available = sorted(given, key=lambda one: one.begin)
            got.sort(key=lambda one: one.end)
            surplus.extend(got[len(available) :])
            for put, get in zip(available, got, strict=False):
                if get.end < put.begin:
                    reason = f"{told(get.event)} before it was put ({number(put.event)})"
                    return self._bad(end, "got too early", reason, get, put)
        for value, given in puts.items():
            left.extend(given[len(gets.get(value, ())) :])
        altered = sum(one.changeable for one in left)
        unknown = [one for one in surplus if one.value not in puts]
        excused = unknown[:altered]
        surplus = [one for one in surplus if one not in excused]
        for _ in excused:
            left.remove(next(one for one in left if one.changeable))
        if not self._once:
            surplus = [one for one in surplus if one.value not in puts]
        if surplus:
            return self._surplus(end, surplus[0], puts)
        total = max(len(self._puts), len(self._gets))
        if left and self._all_got:
            reason = f"{told(left[0].event)}, and it was never got"
            summary = f"{len(left)} of {counted(len(self._puts), 'item')} never got"
            if end.complete:
                return self._bad(end, summary, reason, left[0])
            witnesses = (Witness(left[0].event, "never got"),)
            return Finding("inconclusive", total, summary, f"{reason}; the run was cut short", witnesses)
        twice = "none twice, " if self._once else ""
        how = "each got" if self._all_got else f"{len(self._gets)} got, {twice}none invented"
        how += " once" if self._all_got and self._once else ""
        if excused:
            how += f", {len(excused)} altered after its put"
        return Finding("kept", total, f"{counted(len(self._puts), 'item')}, {how}")

    def _surplus(self, end: End, get: Item, puts: dict[Hashable, list[Item]]) -> Finding:
        given = puts.get(get.value, [])
        if not given:
            return self._bad(end, "an item nobody put", f"{told(get.event)}, which nobody had put", get)
        times = "once" if len(given) == 1 else f"{len(given)} times"
        last = number(given[-1].event)
        reason = f"{told(get.event)} once more than it was put ({times}, last {last})"
        return self._bad(end, "an item got too often", reason, get, given[-1])

    def _bad(self, end: End, summary: str, reason: str, *items: Item) -> Finding:
        roles = ("the item", "its put")
        total = max(len(self._puts), len(self._gets))
        witnesses = tuple(Witness(one.event, role) for one, role in zip(items, roles, strict=False))
        doubt = self._doubt(end)
        if doubt is not None:
            return Finding("inconclusive", total, summary, in_doubt(reason, doubt), witnesses)
        return Finding("broken", total, summary, reason, witnesses)


def _by_value(items: list[Item]) -> dict[Hashable, list[Item]]:
    found: dict[Hashable, list[Item]] = {}
    for one in items:
        found.setdefault(one.value, []).append(one)
    return found
