"""Queues: the put and the get of an item, the get and the put that needed its room, what is done and the queue's join."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from mprunner.checking.forms import family
from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.gatherings import Permits, Tally
from mprunner.checking.happens_before.items import Items
from mprunner.checking.happens_before.things import Setting, Thing
from mprunner.checking.patterns import fingerprint, is_lasting
from mprunner.recording.events import Call, Shown

__all__ = ["Queue", "Slotted", "item_key", "slotted"]


class Queue(Thing):
    """One queue. Items are known by their key (`item_key`), and kept while they are in it.

    Most items look like no other that is in the queue: `_items` has the moment of their put, `_taking` how many gets are about
    to take it.
    """

    __slots__ = (
        "_done", "_getting", "_items", "_limit", "_lost", "_ordered", "_permits", "_put", "_putting", "_taking", "_to_be_done",
    )  # fmt: skip

    def __init__(self, name: str | None, setting: Setting) -> None:
        declared = setting.declared
        self._ordered = name in declared.ordered_queues or family(name) in declared.ordered_queues
        self._limit = declared.limit(name)
        super().__init__(name, setting)

    def begin_again(self) -> None:
        self._items: dict[Hashable, Moment | Items] = {}
        self._taking: dict[Hashable, int] = {}
        self._getting: dict[int, int] = {}
        self._putting: dict[Hashable, set[int]] = {}
        self._lost = 0
        self._permits = None if self._limit is None else Permits(self._limit)
        self._put = 0
        self._done = Tally()
        self._to_be_done: dict[int, int] = {}

    @property
    def is_bounded(self) -> bool:
        """Whether a put may have to wait for a get."""
        return self._limit is not None

    def puts(self, key: Hashable, lane: int, number: int) -> None:
        """A put begins."""
        knowledge, items = self._knowledge, self._items
        moment = (lane, knowledge.position, knowledge.current[lane])
        known = items.get(key)
        overlaps = self._ordered and self._overlaps(key, number)
        if known is None:
            items[key] = moment
            return
        if isinstance(known, tuple):
            first, known = known, Items(ordered=self._ordered)
            items[key] = known
            known.puts(first, overlaps=False)
            for _ in range(self._taking.pop(key, 0)):
                known.gets()
        known.puts(moment, overlaps=overlaps)

    def _overlaps(self, key: Hashable, number: int) -> bool:
        running = self._putting.setdefault(key, set())
        running.add(number)
        return len(running) > 1

    def has_put(self, key: Hashable, lane: int, number: int) -> None:
        """It has ended."""
        self._put += 1
        if self._ordered:
            running = self._putting.get(key)
            if running is not None:
                running.discard(number)
                if not running:
                    del self._putting[key]

    def gets(self, key: Hashable, lane: int, number: int) -> None:
        """A get begins that is going to take an item."""
        known = self._items.get(key)
        if isinstance(known, tuple):
            self._taking[key] = self._taking.get(key, 0) + 1
            return
        if known is None:
            known = self._items[key] = Items(ordered=False)  # that nobody has put
        self._getting[number] = known.gets()

    def got(self, key: Hashable, lane: int, number: int) -> None:
        """It has taken it."""
        items = self._items
        known = items[key]
        if isinstance(known, tuple):
            left = self._taking.pop(key) - 1
            if left:
                self._taking[key] = left
            elif self._ordered:
                self._forget(key)
            else:
                del items[key]
            if known[0] != lane and self._name not in self._blurred:
                self._knowledge.learn(lane, known, "item")
            return
        puts = known.got(self._getting.pop(number, 0), self._lost)
        if known.spent:
            self._forget(key)
        if self._name not in self._blurred:
            self._knowledge.learn_one_of(lane, puts, "item")

    def _forget(self, key: Hashable) -> None:
        del self._items[key]
        if self._ordered:
            self._putting.pop(key, None)

    def gets_in_vain(self, call: Call, lane: int, number: int) -> None:
        """A get begins that gives nothing; what it took, if it took something, is lost."""
        if call.outcome == "unfinished":
            self._lost += 1
        elif call.error is not None and call.error.type == "Empty":
            return
        self._gives_slot(lane)

    # with a limit

    def puts_into_slot(self, item: Slotted, lane: int, number: int) -> None:
        """A put into a bounded queue begins."""
        key, opaque, ends = item
        self.puts(key, lane, number)
        if opaque:
            self._permits = None  # what cannot be pickled gives its slot back, unseen
        elif ends and self._permits is not None:
            self._permits.acquires(number)

    def has_put_into_slot(self, item: Slotted, lane: int, number: int) -> None:
        """It has ended: there was room."""
        self.has_put(item[0], lane, number)
        if self._permits is not None:
            self._learn(lane, self._permits.acquired(number), "slot")

    def gets_from_slot(self, key: Hashable, lane: int, number: int) -> None:
        """A get from a bounded queue begins that is going to take an item."""
        self.gets(key, lane, number)
        self._gives_slot(lane)

    def _gives_slot(self, lane: int) -> None:
        if self._permits is not None:
            self._permits.releases(self._knowledge.now(lane))

    # joinable

    def task_done(self, _: Any, lane: int, number: int) -> None:
        """What was got is done."""
        self._done.add(self._knowledge.now(lane))

    def joins(self, _: Any, lane: int, number: int) -> None:
        """A join begins."""
        self._to_be_done[number] = self._put

    def joined(self, _: Any, lane: int, number: int) -> None:
        """It has ended: all that had been put is done."""
        self._learn(lane, self._done.surely(self._to_be_done.pop(number)), "done")


_CHANGEABLE = ("changeable",)
"""Stands for every item that can have been changed between its put and when it was pickled."""


def item_key(values: Mapping[str, Any]) -> Hashable:
    """Equal for items that can be one and the same. `values` are those of the put or the get."""
    value = values["item"] if "item" in values else values.get("result")
    kind = type(value)
    if kind is str or kind is int:
        return value
    return fingerprint(value) if is_lasting(value) else _CHANGEABLE


Slotted = tuple[Hashable, bool, bool]
"""What is put into a bounded queue: its key, whether nobody knows if it can be pickled, and whether the put ends."""


def slotted(values: Mapping[str, Any], ends: bool) -> Slotted:
    """The item of a put into a bounded queue."""
    return item_key(values), isinstance(values.get("item"), Shown), ends
