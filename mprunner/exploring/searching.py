"""How executions are found: the method that was asked for, or the one that suits the program."""

from __future__ import annotations

import time
from collections.abc import Iterator

from mprunner.exploring.optimal import Traces
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.results import Accounting, Schedule
from mprunner.exploring.system import System

__all__ = ["CIRCLES", "Found", "traces"]


Found = Iterator[tuple[Accounting, Schedule | None]]
"""How far it is, after each complete execution, with that; at last without one."""

TOO_MANY = 20_000
"""Executions after which states are tried, where no promise looks at order."""
CIRCLES = "it goes in circles"


def traces(system: System, options: ExploreOptions, *, looks_at_order: bool = True) -> Found:
    """One execution of each trace. Stops at the first that goes in circles; and, where only states count, when there are many."""
    limits = options.limits
    found = Traces(system, depth=limits.depth)
    began = time.monotonic()
    number = 0
    bound: str | None = None
    for execution in found:
        if execution.cut:
            bound = f"--depth {limits.depth}"
            continue
        if execution.cyclic:
            bound = CIRCLES
            break
        number += 1
        yield _account(found, number, began, complete=False, bound=bound), execution.schedule
        if options.method == "auto" and not looks_at_order and number >= TOO_MANY:
            bound = CIRCLES
            break
        if limits.executions is not None and number >= limits.executions:
            bound = f"--executions {limits.executions}"
            break
        if limits.seconds is not None and time.monotonic() - began >= limits.seconds:
            bound = f"--time {limits.seconds:g}"
            break
    yield _account(found, number, began, complete=bound is None, bound=bound), None


def _account(traces: Traces, number: int, began: float, *, complete: bool, bound: str | None) -> Accounting:
    return Accounting(
        "traces",
        executions=number,
        steps=traces.steps,
        races=traces.races,
        blocked=traces.blocked,
        seconds=time.monotonic() - began,
        complete=complete,
        bound=bound,
        estimate=None if complete else traces.estimate,
    )
