"""The order of a record while it is still being written."""

from __future__ import annotations

from collections.abc import Iterable

from mprunner.recording.reading import Raw

__all__ = ["DELAY", "Watermark"]

DELAY = 50_000_000
"""Nanoseconds that a record is held back, in case that one with an earlier stamp is still to come."""


class Watermark:
    """Gives records out in order of time, each `delay` nanoseconds after its stamp at the earliest.

    A process that loses the CPU for longer between the stamp and the writing of a record shows late; what is shown live may then
    differ from the order of the finished record, which is the one that is judged.
    """

    def __init__(self, delay: int = DELAY) -> None:
        self._delay = delay
        self._held: list[Raw] = []

    def feed(self, raws: Iterable[Raw]) -> None:
        """Takes what a `LogReader` gave."""
        self._held.extend(raws)

    def ready(self, now: int) -> list[Raw]:
        """What can be shown at `now` (ns of CLOCK_MONOTONIC), in order."""
        return self._give(now - self._delay)

    def rest(self) -> list[Raw]:
        """All that is left, in order: for the end of a run."""
        return self._give(None)

    def _give(self, until: int | None) -> list[Raw]:
        if not self._held:
            return []
        self._held.sort(key=lambda raw: (raw.time, raw.log.order, raw.place))
        count = len(self._held)
        if until is not None:
            count = next((index for index, raw in enumerate(self._held) if raw.time > until), count)
        given, self._held = self._held[:count], self._held[count:]
        return given
