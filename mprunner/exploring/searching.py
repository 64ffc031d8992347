"""How executions are found: the method that was asked for, or the one that suits the program."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from mprunner.exploring.bounding import Bounded, by_preemptions
from mprunner.exploring.limits import Limits, Tell
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.options import Limits as ExploreLimits
from mprunner.exploring.parts import estimate
from mprunner.exploring.results import Accounting, Method
from mprunner.exploring.sampling import MOST_STEPS, Sample, pct, pos, random_walks
from mprunner.exploring.subtree import Level, Subtree, Task
from mprunner.exploring.system import Schedule, System

__all__ = [
    "CIRCLES",
    "IMPATIENT",
    "Found",
    "Told",
    "TraceSearch",
    "how_many",
    "sampled",
    "sampler_of",
    "samples",
    "with_few_preemptions",
]


Told = Callable[[], Accounting]
"""What was done so far; worked out only where somebody asks."""
Found = Iterator[tuple[Told, Schedule | None]]
"""How far it is, after each complete execution, with that; at last without one."""

LONGEST = 5_000
"""Steps of an execution, unless `--depth` says another number: what is longer may well never end."""
MOST_CUT = 3
"""Executions that are that long, after which it is no use to look for more."""
TOO_MANY = 20_000
"""Executions after which states are tried, where no promise looks at order."""
CIRCLES = "it goes in circles"
IMPATIENT = "states may come to an end sooner"
SAMPLES = 1000
"""Executions that are drawn at random where nobody says how many."""


class TraceSearch:
    """One execution of each trace. Stops at the first that goes in circles; and, where only states count, when there are many.

    `number` of complete executions, and how many were `cut`; `bound` is what stopped it. `rest`: what is left after `until`, a
    moment of the monotonic clock; `over`: nothing is. `steps`, `races`, `blocked` were counted by others.
    """

    def __init__(self, system: System, options: ExploreOptions, *, looks_at_order: bool = True) -> None:
        self.system = system
        self.limits = options.limits
        self.depth = options.limits.depth or LONGEST
        self.states_will_do = options.method == "auto" and not looks_at_order
        self.began = time.monotonic()
        self.number = self.cut = 0
        self.bound: str | None = None
        self.rest: tuple[Level, ...] | None = None
        self.over = False
        self.steps = self.races = self.blocked = 0
        self._going: Subtree | None = None

    @property
    def made(self) -> int:
        """Steps that were made so far."""
        return self.steps + (0 if self._going is None else self._going.steps)

    def executions(self, task: Task | None = None, *, until: float | None = None) -> Found:
        """Those of a task (of all, if there is none), until something stops it."""
        self._going = found = Subtree(self.system, Task() if task is None else task, depth=self.depth)

        def told() -> Accounting:
            return self.accounting(found)

        for execution in found:
            if execution.cut:
                self.cut += 1
                self.bound = f"--depth {self.depth}"
                if self.cut >= MOST_CUT or self.is_late:
                    break
                continue
            if execution.cyclic:
                self.bound = CIRCLES
                break
            self.number += 1
            yield told, execution.schedule
            if self._ends():
                break
            if until is not None and time.monotonic() >= until:
                self.rest = found.leave(execution)
                self.steps, self.races, self.blocked = found.steps, found.races, found.blocked
                self._going = None
                yield self.accounting, None
                return
        self.over = True
        yield told, None

    def accounting(self, found: Subtree | None = None) -> Accounting:
        """What was done so far, by `found` as well."""
        complete = self.over and self.bound is None
        return Accounting(
            "traces",
            executions=self.number,
            steps=self.steps + (found.steps if found is not None else 0),
            races=self.races + (found.races if found is not None else 0),
            blocked=self.blocked + (found.blocked if found is not None else 0),
            seconds=time.monotonic() - self.began,
            complete=complete,
            bound=self.bound,
            estimate=None if complete or found is None else estimate(self.number, found.part),
        )

    def _ends(self) -> bool:
        """Whether a limit is reached."""
        if self.states_will_do and self.number >= TOO_MANY:
            self.bound = CIRCLES
        elif self.limits.executions is not None and self.number >= self.limits.executions:
            self.bound = f"--executions {self.limits.executions}"
        elif self.is_late:
            self.bound = f"--time {self.limits.seconds:g}"
        else:
            return False
        return True

    @property
    def is_late(self) -> bool:
        """Whether the limit of time is reached."""
        seconds = self.limits.seconds
        return seconds is not None and time.monotonic() - self.began >= seconds


def with_few_preemptions(system: System, options: ExploreOptions, tell: Tell | None = None) -> Found:
    """One execution to each end that is reached with few preemptions, those with none first. `complete` where more lead nowhere
    else.
    """
    limits, number = options.limits, 0
    accounting = Accounting("preemptions")
    began = time.monotonic()
    for found in by_preemptions(system, limits=Limits(seconds=limits.seconds), tell=tell):
        bound = f"--preemptions {found.preemptions}"
        if found.reason is not None:
            bound = f"{found.reason} at {bound}"
        for schedule in found.ends:
            number += 1
            yield _same(accounting), schedule
            if limits.seconds is not None and time.monotonic() - began >= limits.seconds:
                bound = f"--time {limits.seconds:g} at --preemptions {found.preemptions}"
                yield _same(_with_few(found, number, began, bound)), None
                return
        accounting = _with_few(found, number, began, None if found.everything else bound)
        yield _same(accounting), None
        if found.preemptions == limits.preemptions:
            break
        if limits.executions is not None and number >= limits.executions and not found.everything:
            break


def _same(accounting: Accounting) -> Told:
    return lambda: accounting


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


def how_many(limits: ExploreLimits) -> int | None:
    """How many executions are to be drawn at random; None for as many as there is time for."""
    return SAMPLES if limits.executions is None and limits.seconds is None else limits.executions


def sampled(system: System, options: ExploreOptions, *, until: float | None = None) -> Found:
    """Executions that are drawn at random by the method that the options name, until a limit is reached; or until that moment of
    the monotonic clock, without a `bound` then.
    """
    limits, most = options.limits, how_many(options.limits)
    began, steps = time.monotonic(), 0
    for number, sample in enumerate(samples(system, options), start=1):
        steps += len(sample.schedule)
        seconds = time.monotonic() - began
        bound = None
        if most is not None and number >= most:
            bound = f"--executions {most}"
        elif limits.seconds is not None and seconds >= limits.seconds:
            bound = f"--time {limits.seconds:g}"
        accounting = Accounting(
            sampler_of(options), executions=number, steps=steps, seconds=seconds, bound=bound
        )
        yield _same(accounting), sample.schedule
        if bound is not None or (until is not None and time.monotonic() >= until):
            return


def sampler_of(options: ExploreOptions) -> Method:
    """The sampler that the options name."""
    return "pct" if options.method == "pct" else "pos" if options.method == "pos" else "random"


def samples(system: System, options: ExploreOptions, first: int = 0) -> Iterator[Sample]:
    """Executions by the sampler that the options name, from a number on."""
    sampler = {"pct": pct, "pos": pos}.get(options.method, random_walks)
    steps = MOST_STEPS if options.limits.depth is None else options.limits.depth
    return sampler(system, seed=options.seed, steps=steps, first=first)
