"""`pair` with `within_ms`: how long an item lies between its put and its get, by the record's clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_items import Ends, Item, QueueTraffic
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, milliseconds, number, told


class Prompt(QueueTraffic):
    """The n-th get of a value takes its n-th put, which is the choice that makes the longest time shortest."""

    __slots__ = ("_limit",)

    def __init__(self, of: str | Ends, within_ms: float) -> None:
        super().__init__(of)
        self._limit = round(within_ms * 1_000_000)

    def finish(self, end: End) -> Finding:
        low, high = sorted((self._limit, round(self._limit * end.recording.time_scale)))
        slow = max(self._pairs(), key=lambda pair: _time(*pair), default=None)
        gets = len(self._gets)
        if slow is None or _time(*slow) <= low:
            longest = "" if slow is None else f", the slowest after {milliseconds(max(_time(*slow), 0))}"
            return Finding(
                "kept",
                gets,
                f"{counted(gets, 'item')}{longest}" if gets else f"no item was {self.words.taken}",
            )
        put, get = slow
        words = self.words
        reason = (
            f"{told(get.event)} only {milliseconds(_time(put, get))} after {words.since} ({number(put.event)}); "
            f"promised is within {milliseconds(self._limit)}"
        )
        witnesses = (Witness(put.event, words.giving), Witness(get.event, "too late"))
        if _time(put, get) > high:
            return Finding("broken", gets, f"{words.taken} too late", reason, witnesses)
        reason += f"; under `--time-scale {end.recording.time_scale:g}` that does not tell"
        return Finding("inconclusive", gets, "open", reason, witnesses)

    def _pairs(self) -> list[tuple[Item, Item]]:
        puts: dict[Hashable, list[Item]] = defaultdict(list)
        gets: dict[Hashable, list[Item]] = defaultdict(list)
        for into, items in ((puts, self._puts), (gets, self._gets)):
            for one in items:
                into[one.value].append(one)
        return [pair for value, got in gets.items() for pair in zip(puts[value], got, strict=False)]


def _time(put: Item, get: Item) -> int:
    return get.event.time - put.event.time
