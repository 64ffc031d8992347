"""What time it is when a process looks: in time, or late, as nobody decides, unless sleeps and timeouts are assumed to be exact.

A machine can be as slow as it likes between two steps. So what is left of a timeout may be nothing, and a look at the clock may
come long after the one before, where that can make a difference (`looks`).
"""

from __future__ import annotations

from mprunner.program.handouts import Operation
from mprunner.program.values import Elapsed
from mprunner.worlds.model.performing import Act
from mprunner.worlds.model.results import Choice, Done, Result
from mprunner.worlds.model.turn import Turn

__all__ = ["CLOCKS"]

_LATE = 1_000_000.0
"""Seconds that a look is late: longer than any timeout."""


def _monotonic(turn: Turn, operation: Operation) -> Result:
    image, looks = turn.image, turn.model.features.looks
    now, late = image.clock, image.extra.get("late")
    if late is None and looks.related:
        image = image.copy()
        image.extra["late"] = 0
        turn.remember(image, own=True)
        return Done(Elapsed(now))
    late = late or 0
    if late >= looks.number:
        return Done(Elapsed(now))  # so often, no oftener: else there would be no end of states
    if turn.alternative:
        image = image.copy()
        image.clock += _LATE
        image.extra["late"] = late + 1
        turn.remember(image, own=True)
    return Choice((Elapsed(now), Elapsed(now + _LATE)))


def _remaining(turn: Turn, operation: Operation) -> Result:
    until = operation.arguments["until"]
    if until is None:
        return Done(None)
    left = until - turn.image.clock
    if left <= 0 or turn.alternative:
        image = turn.image.copy()
        # Who gives up does not look at it again: else nobody knows what it was, see `deadline`.
        image.clock = max(until, image.clock) if turn.model.features.hours else 0.0
        turn.remember(image, own=True)
    return Done(left) if left <= 0 else Choice((left, 0.0))


CLOCKS: dict[tuple[str, str], Act] = {
    ("none", "monotonic"): Act(_monotonic, moves="always", fences=False),
    ("none", "remaining"): Act(_remaining, moves="always", fences=False),
}
