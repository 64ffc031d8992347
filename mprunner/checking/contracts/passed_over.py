"""No item is passed over: what one thread put first is not lost while what it put later is got."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_columns import InColumns
from mprunner.checking.constraints.queue_items import Item
from mprunner.checking.matching import ASSUMED
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event, Shown

__all__ = ["PassedOver"]


class PassedOver(InColumns):
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

    def finish(self, end: End) -> Finding:
        if not (self._puts or self._gets) and self._surely_none():
            return Finding("kept", len(self._got), counted(len(self._got), "item"))
        self._spread()
        gets: dict[Hashable, Item] = {get.value: get for get in self._gets}
        puts: dict[Hashable, int] = {}
        for put in self._puts:
            puts[put.value] = puts.get(put.value, 0) + 1
        doubtful = bool(self._unfinished) or any(
            put.changeable or isinstance(put.event.call.values.get("item"), Shown) for put in self._puts
        )
        total = len(self._gets)
        last: dict[Hashable, Item] = {}
        for put in reversed(self._puts):
            later = last.get(put.chain)
            if put.value in gets:
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
