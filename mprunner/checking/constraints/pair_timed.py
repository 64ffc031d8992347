"""`pair` with `within_ms`: how long an item lies between its put and its get, by the record's clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable

from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_items import Ends, QueueTraffic, item
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, milliseconds, number, told
from mprunner.recording.events import Event


class Prompt(QueueTraffic):
    """The n-th get of a value takes its n-th put, which is the choice that makes the longest time shortest.

    Of the pairs only the slowest is kept, of the rest what has no partner yet.
    """

    __slots__ = ("_limit", "_number", "_open", "_slowest")

    def __init__(self, of: str | Ends, within_ms: float) -> None:
        super().__init__(of)
        self._limit = round(within_ms * 1_000_000)
        self._number = 0
        self._open: dict[Hashable, tuple[bool, deque[Event]]] = {}
        """By value what has no partner: whether these are puts, and they."""
        self._slowest: tuple[Event, Event] | None = None

    def _take(self, event: Event, mask: int) -> None:
        value = item(event, self._by).value
        for bit in (1, 2):
            if mask & bit:
                self._meet(value, event, puts=bit == 1)
        self._number += bool(mask & 2)

    def _meet(self, value: Hashable, event: Event, *, puts: bool) -> None:
        given, waiting = self._open.get(value, (puts, None))
        if waiting is None or given is puts:
            if waiting is None:
                self._open[value] = (puts, deque((event,)))
            else:
                waiting.append(event)
            return
        other = waiting.popleft()
        if not waiting:
            del self._open[value]
        pair = (event, other) if puts else (other, event)
        if self._slowest is None or _time(*pair) > _time(*self._slowest):
            self._slowest = pair

    def finish(self, end: End) -> Finding:
        low, high = sorted((self._limit, round(self._limit * end.recording.time_scale)))
        slow, gets = self._slowest, self._number
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
            f"{told(get)} only {milliseconds(_time(put, get))} after {words.since} ({number(put)}); "
            f"promised is within {milliseconds(self._limit)}"
        )
        witnesses = (Witness(put, words.giving), Witness(get, "too late"))
        if _time(put, get) > high:
            return Finding("broken", gets, f"{words.taken} too late", reason, witnesses)
        reason += f"; under `--time-scale {end.recording.time_scale:g}` that does not tell"
        return Finding("inconclusive", gets, "open", reason, witnesses)


def _time(put: Event, get: Event) -> int:
    return get.time - put.time
