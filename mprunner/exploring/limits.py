"""How far a search may go, and what it tells while it goes."""

from __future__ import annotations

from collections.abc import Callable

from mprunner.records import record

__all__ = ["Limits", "Progress", "Tell"]


@record
class Limits:
    """Where a search ends though there may be more: so many states, seconds, steps from the beginning (what can
    be reached in so many is looked at, what comes after it is not); None for no limit.
    """

    states: int | None = None
    seconds: float | None = None
    depth: int | None = None


@record
class Progress:
    """A search on its way: states and transitions so far, the depth in steps, states met and not yet looked at, seconds.

    `estimate` is how many states there may be in all, None while nobody can tell.
    """

    states: int
    transitions: int
    depth: int
    waiting: int
    seconds: float
    estimate: float | None = None


Tell = Callable[[Progress], None]
"""Called about twice a second."""
