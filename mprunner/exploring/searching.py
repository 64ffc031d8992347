"""How executions are found: the method that was asked for, or the one that suits the program."""

from __future__ import annotations

import time
from collections.abc import Iterator

from mprunner.exploring.bounding import Bounded, by_preemptions
from mprunner.exploring.limits import Limits
from mprunner.exploring.optimal import Traces
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.results import Accounting, Method
from mprunner.exploring.sampling import MOST_STEPS, Sample, pct, pos, random_walks
from mprunner.exploring.system import Schedule, System

__all__ = ["CIRCLES", "Found", "sampled", "traces", "with_few_preemptions"]


Found = Iterator[tuple[Accounting, Schedule | None]]
"""How far it is, after each complete execution, with that; at last without one."""

LONGEST = 5_000
"""Steps of an execution, unless `--depth` says another number: what is longer may well never end."""
MOST_CUT = 3
"""Executions that are that long, after which it is no use to look for more."""
TOO_MANY = 20_000
"""Executions after which states are tried, where no promise looks at order."""
CIRCLES = "it goes in circles"
SAMPLES = 1000
"""Executions that are drawn at random where nobody says how many."""


def traces(system: System, options: ExploreOptions, *, looks_at_order: bool = True) -> Found:
    """One execution of each trace. Stops at the first that goes in circles; and, where only states count, when there are many."""
    limits = options.limits
    depth = limits.depth or LONGEST
    found = Traces(system, depth=depth)
    began = time.monotonic()
    number = cut = 0
    bound: str | None = None
    for execution in found:
        if execution.cut:
            bound = f"--depth {depth}"
            cut += 1
            if cut >= MOST_CUT or (limits.seconds is not None and time.monotonic() - began >= limits.seconds):
                break
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


def with_few_preemptions(system: System, options: ExploreOptions) -> Found:
    """One execution to each end that is reached with few preemptions, those with none first. `complete` where more lead nowhere
    else.
    """
    limits, number = options.limits, 0
    accounting = Accounting("preemptions")
    began = time.monotonic()
    for found in by_preemptions(system, limits=Limits(seconds=limits.seconds)):
        bound = f"--preemptions {found.preemptions}"
        if found.reason is not None:
            bound = f"{found.reason} at {bound}"
        for schedule in found.ends:
            number += 1
            yield accounting, schedule
            if limits.seconds is not None and time.monotonic() - began >= limits.seconds:
                bound = f"--time {limits.seconds:g} at --preemptions {found.preemptions}"
                yield _with_few(found, number, began, bound), None
                return
        accounting = _with_few(found, number, began, None if found.everything else bound)
        yield accounting, None
        if found.preemptions == limits.preemptions:
            break
        if limits.executions is not None and number >= limits.executions and not found.everything:
            break


def _with_few(found: Bounded, number: int, began: float, bound: str | None) -> Accounting:
    return Accounting(
        "preemptions",
        executions=number,
        steps=found.transitions,
        states=found.states,
        seconds=time.monotonic() - began,
        complete=bound is None,
        bound=bound,
    )


def sampled(system: System, options: ExploreOptions) -> Found:
    """Executions that are drawn at random by the method that the options name, until a limit is reached."""
    limits = options.limits
    method: Method = "pct" if options.method == "pct" else "pos" if options.method == "pos" else "random"
    depth = MOST_STEPS if limits.depth is None else limits.depth
    most = SAMPLES if limits.executions is None and limits.seconds is None else limits.executions
    began, steps = time.monotonic(), 0
    for number, sample in enumerate(_samples(method, system, options.seed, depth), start=1):
        steps += len(sample.schedule)
        seconds = time.monotonic() - began
        bound = None
        if most is not None and number >= most:
            bound = f"--executions {most}"
        elif limits.seconds is not None and seconds >= limits.seconds:
            bound = f"--time {limits.seconds:g}"
        accounting = Accounting(method, executions=number, steps=steps, seconds=seconds, bound=bound)
        yield accounting, sample.schedule
        if bound is not None:
            return


def _samples(method: Method, system: System, seed: int, steps: int) -> Iterator[Sample]:
    if method == "pct":
        return pct(system, seed=seed, steps=steps)
    if method == "pos":
        return pos(system, seed=seed, steps=steps)
    return random_walks(system, seed=seed, steps=steps)


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
