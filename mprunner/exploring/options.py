"""How a scenario is to be explored."""

from __future__ import annotations

from typing import Literal

from mprunner.records import record
from mprunner.worlds.model.steps import Memory

__all__ = ["Asked", "ExploreOptions", "Limits"]

Asked = Literal["auto", "traces", "states", "random", "pct", "pos"]


@record
class Limits:
    """Where to stop; None for nowhere. `seconds` of the whole exploration, `executions` complete ones, `depth` steps of one,
    `preemptions` of one: switches away from a thread that could have gone on.
    """

    seconds: float | None = None
    executions: int | None = None
    depth: int | None = None
    preemptions: int | None = None


@record
class ExploreOptions:
    """`method` is how executions are found; `auto` takes optimal partial-order reduction, and states where a program goes in
    circles.

    `start_method` None takes the program's own.
    """

    method: Asked = "auto"
    limits: Limits = Limits()
    start_method: str | None = None
    memory: Memory = "sc"
    no_timeouts: bool = False
    respect_sleep: bool = False
    seed: int = 0
    jobs: int = 1
    """How many processes explore; 0 for as many as there are cores. What is found is the same."""
    keep_schedules: int = 0
    """So many schedules of explored executions are kept, for a drawing of the tree."""
