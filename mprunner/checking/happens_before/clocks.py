"""Vector clocks: for each lane (a thread of execution) up to which place its instants are known to have happened."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Clock", "Moment", "agreed", "merged"]

Clock = dict[int, int]
"""Lane -> the position in the record of its last instant that is known; never changed once made: instants share it."""

Moment = tuple[int, int, Clock]
"""An instant: its lane, its position in the record, and what it knows of other lanes."""


def merged(mine: Clock, other: Clock) -> dict[int, int]:
    """What either knows."""
    found = mine.copy()
    for lane, position in other.items():
        if position > found.get(lane, -1):
            found[lane] = position
    return found


def agreed(moments: Iterable[Moment]) -> Clock:
    """What happened before, or is, whichever of these it was: where several can have been, what all of them agree in."""
    common: dict[int, int] | None = None
    for lane, position, known in moments:
        clock = {**known, lane: position}
        shared = clock.keys() if common is None else common.keys() & clock.keys()
        common = {key: min(clock[key], (common or clock)[key]) for key in shared}
    return common or {}
