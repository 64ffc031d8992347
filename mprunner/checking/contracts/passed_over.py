"""No item is passed over: what one thread put first is not lost while what it put later is got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_flow import QueueFlow
from mprunner.checking.constraints.queue_items import Item
from mprunner.checking.matching import ASSUMED
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event, Shown

__all__ = ["PassedOver"]


class PassedOver(QueueFlow):
    """The items of one process come in the order in which it put them, so one that is left behind is lost.

    Nothing is said where something is known that loses items: a get that never ended, an item that could not be pickled
    or unpickled, one that was changed after its put; nor of items that look alike. What stays in a buffer or is put
    by a process that is killed was never on its way.
    """

    __slots__ = ()

    def feed(self, event: Event, mask: int) -> None:
        if ASSUMED in event.call.values:
            self._unfinished.append(event)  # that it may have happened is reason enough to say nothing
        else:
            super().feed(event, mask)

    def _settle(self) -> None:
        """Items that were got as often as put are done with; of what was put after one that is open, the next that was got
        shows that it was passed over.
        """
        put, got = self._put, self._got
        puts, gets = Counter(put.values), Counter(got.values)
        done = {value for value, number in puts.items() if gets[value] == number}
        next_got: dict[int, int] = {}
        kept: set[int] = set()
        for row in range(len(put) - 1, -1, -1):
            chain = put.chains[row]
            if put.values[row] in done:
                next_got[chain] = row
            if put.values[row] not in done:
                kept.add(row)
                if chain in next_got:
                    kept.add(next_got[chain])
        needed = Counter(put.values[row] for row in kept if put.values[row] in done)
        rows: list[int] = []
        for row in range(len(got) - 1, -1, -1):
            value = got.values[row]
            if value not in done or needed[value] > 0:
                needed[value] -= 1
                rows.append(row)
        self._keep(sorted(kept), rows[::-1])

    def finish(self, end: End) -> Finding:
        total = self._number
        if self._surely_none():
            return Finding("kept", total, counted(total, "item"))
        self._spread()
        gets: dict[Hashable, Item] = {get.value: get for get in self._gets}
        got = Counter(get.value for get in self._gets)
        puts = Counter(put.value for put in self._puts)
        doubtful = bool(self._unfinished) or any(
            put.changeable or isinstance(put.event.call.values.get("item"), Shown) for put in self._puts
        )
        last: dict[Hashable, Item] = {}
        since: Counter[Hashable] = Counter()
        for put in reversed(self._puts):
            later = last.get(put.chain)
            since[put.chain, put.value] += 1
            if put.value in gets:
                # Of items that look alike, the first may be those that were got.
                if got[put.value] > puts[put.value] - since[put.chain, put.value]:
                    last[put.chain] = put
            elif later is not None and puts[put.value] == 1 and not doubtful:
                get = gets[later.value]
                reason = (
                    f"{told(put.event)}, and it was never got, though what it put later ({number(later.event)}) was "
                    f"({number(get.event)})"
                )
                witnesses = (
                    Witness(put.event, "was lost"),
                    Witness(later.event, "put later"),
                    Witness(get.event, "got"),
                )
                return Finding("broken", total, counted(total, "item"), reason, witnesses)
        return Finding("kept", total, counted(total, "item"))

    def _surely_none(self) -> bool:
        """Whether every thread's items that were not got are the last ones that it put."""
        got, put = set(self._got.values), self._put
        since: set[int] = set()
        for value, chain in zip(reversed(put.values), reversed(put.chains), strict=True):
            if value in got:
                since.add(chain)
            elif chain in since:
                return False
        return True
