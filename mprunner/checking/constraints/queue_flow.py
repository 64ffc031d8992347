"""What goes into a queue and comes out, as columns, of which only what is still needed stays."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.blocks.kept import Kept
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraints.queue_columns import GETS, PUTS, ItemColumns, ItemsOfShapes
from mprunner.checking.constraints.queue_items import Ends, QueueTraffic, item
from mprunner.recording.events import Event

__all__ = ["MANY", "QueueFlow"]

MANY = 20_000
"""So many puts or gets are kept before it is asked which of them are needed."""


class QueueFlow(QueueTraffic):
    """What is put and got as columns: `_puts` and `_gets` are empty until `_spread` was called, at the end.

    From time to time `_settle` lets go of what can't count any more (`_keep`), if puts are seen when they begin and gets when
    they end: what comes later was then later.
    """

    __slots__ = ("_got", "_in_time", "_items", "_kept", "_let_go", "_most", "_put", "_whole")

    def __init__(self, of: str | Ends) -> None:
        super().__init__(of)
        self._whole = isinstance(of, str)
        self._put = ItemColumns()
        self._got = ItemColumns()
        self._items = ItemsOfShapes()
        self._kept = Kept()
        self._most = MANY
        self._in_time = True
        self._let_go = 0
        """How many gets are not kept any more."""

    @property
    def _number(self) -> int:
        """How many gets there were."""
        return self._let_go + len(self._got)

    def _take(self, event: Event, mask: int) -> None:
        call = event.call
        if call.begin != call.end:
            seen = 2 if event.at == "begin" else 1
            self._in_time = self._in_time and not mask & seen
        one = item(event, self._by)
        if mask & 1:
            self._put.append(one)
        if mask & 2:
            self._got.append(one)
        self._settle_in_time()

    def feed_block(self, sight: Sight) -> None:
        if not self._whole or sight.count(12):
            self.feed_each(
                sight
            )  # other instants may be chosen, and what never ended is weighed call by call
            return
        self._kept.keep(sight.row.block)
        self._put.add(sight, PUTS, self._items)
        self._got.add(sight, GETS, self._items)
        self._settle_in_time()

    def _settle_in_time(self) -> None:
        if max(len(self._put), len(self._got)) < self._most and not self._kept.many:
            return
        if self._in_time:
            self._settle()
        self._most = max(MANY, 2 * len(self._put), 2 * len(self._got))
        self._kept.only([*self._put.spots, *self._got.spots])

    def _settle(self) -> None:
        """Let go of what is not needed."""
        raise NotImplementedError

    def _keep(self, puts: Sequence[int], gets: Sequence[int]) -> None:
        """Keep these rows only."""
        self._let_go += len(self._got) - len(gets)
        self._put, self._got = self._put.rows(puts), self._got.rows(gets)

    def _spread(self) -> None:
        """Makes objects of what is in columns."""
        for items, columns in ((self._puts, self._put), (self._gets, self._got)):
            items.extend(columns.as_items(self._kept, self._by))
        self._put, self._got = ItemColumns(), ItemColumns()
        self._kept.forget()
