"""Schedules by chance, where there are too many for all: each sampler is an endless, reproducible sequence of them.

Each of them is drawn by itself, from the seed and its number, so that several processes can share a sequence: `first` is the
number of the first that is asked for.

*Random walk*: any thread that has a step, each alike. *PCT* (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): the
thread of the highest priority, priorities drawn at first and lowered at `depth` - 1 random moments; finds a fault that needs
`depth` orders of steps with a probability of at least 1 / (n k^(depth - 1)) in each execution of n threads and k steps. *POS*
(Yuan, Yang, Gu, CAV 2018): the step of the highest priority, drawn anew for each step, and for those that conflict with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from random import Random

from mprunner.exploring.footprints import conflicting
from mprunner.exploring.system import Footprint, Schedule, State, System
from mprunner.records import record

__all__ = ["MOST_STEPS", "PCT_DEPTH", "Sample", "pct", "pct_guarantee", "pos", "random_walks"]

MOST_STEPS = 10_000
PCT_DEPTH = 3
_LEARN_FROM = 10
_Pick = Callable[[State, tuple[int, ...]], int]


@record
class Sample:
    """A schedule. `ended`: no thread has a step after it; else it was cut after as many steps as were allowed."""

    schedule: Schedule
    ended: bool


def random_walks(
    system: System, *, seed: int = 0, steps: int = MOST_STEPS, first: int = 0
) -> Iterator[Sample]:
    """Executions in which each enabled thread is equally likely to make the next step, and each of its alternatives."""
    for number in count(first):
        yield _walk(system, Random(f"walk:{seed}:{number}"), steps)


def _walk(system: System, generator: Random, steps: int) -> Sample:
    return _played(system, generator, lambda state, enabled: generator.choice(enabled), steps)


def pct(
    system: System, *, depth: int = PCT_DEPTH, seed: int = 0, steps: int = MOST_STEPS, first: int = 0
) -> Iterator[Sample]:
    """Executions by priorities with `depth` - 1 changes. How long executions are is learnt from some random walks."""
    walks = islice(random_walks(system, seed=seed, steps=steps), _LEARN_FROM)
    longest = max(1, *(len(walk.schedule) for walk in walks))
    for number in count(first):
        generator = Random(f"pct:{seed}:{number}")
        yield _played(system, generator, _Priorities(system, generator, depth, longest), steps)


def pct_guarantee(threads: int, steps: int, depth: int) -> float:
    """With what probability an execution by `pct` finds a fault of this depth, at least."""
    return float(1 / (max(threads, 1) * max(steps, 1) ** (depth - 1)))


def pos(system: System, *, seed: int = 0, steps: int = MOST_STEPS, first: int = 0) -> Iterator[Sample]:
    """Executions by priorities of steps, drawn anew where they conflict."""
    for number in count(first):
        generator = Random(f"pos:{seed}:{number}")
        yield _played(system, generator, _StepPriorities(system, generator), steps)


def _played(system: System, generator: Random, pick: _Pick, steps: int) -> Sample:
    schedule: list[tuple[int, int]] = []
    state = system.initial
    while True:
        enabled = system.enabled(state)
        if not enabled or len(schedule) >= steps:
            return Sample(tuple(schedule), not enabled)
        thread = pick(state, enabled)
        count = system.alternatives(state, thread)
        alternative = generator.randrange(count) if count > 1 else 0
        schedule.append((thread, alternative))
        state = system.step(state, thread, alternative).state


class _Priorities:
    """What PCT picks. Who comes to a state in which the execution was before goes behind all others, lest it spin for ever."""

    def __init__(self, system: System, generator: Random, depth: int, steps: int) -> None:
        count = len(system.threads)
        order = list(range(count))
        generator.shuffle(order)
        self._priority = {thread: depth + place for place, thread in enumerate(order)}
        moments = generator.sample(range(steps), min(depth - 1, steps))
        self._changes = {moment: depth - 1 - number for number, moment in enumerate(moments)}
        self._step = 0
        self._lowest = 0
        self._last: int | None = None
        self._met: set[State] = set()

    def __call__(self, state: State, enabled: tuple[int, ...]) -> int:
        if state in self._met and self._last is not None:
            self._lowest -= 1
            self._priority[self._last] = self._lowest
        self._met.add(state)
        thread = max(enabled, key=self._priority.__getitem__)
        if self._step in self._changes:
            self._priority[thread] = self._changes[self._step]
            thread = max(enabled, key=self._priority.__getitem__)
        self._step += 1
        self._last = thread
        return thread


class _StepPriorities:
    """What POS picks."""

    def __init__(self, system: System, generator: Random) -> None:
        self._system = system
        self._generator = generator
        self._priority: dict[int, float] = {}

    def __call__(self, state: State, enabled: tuple[int, ...]) -> int:
        for thread in enabled:
            if thread not in self._priority:
                self._priority[thread] = self._generator.random()
        chosen = max(enabled, key=self._priority.__getitem__)
        del self._priority[chosen]
        made = self._touched(state, chosen)
        for thread in enabled:
            if thread != chosen and conflicting(made, self._touched(state, thread)):
                del self._priority[thread]
        return chosen

    def _touched(self, state: State, thread: int) -> Footprint:
        return self._system.footprint(state, thread)
