"""All traces of a system, one step at a time: what partial-order reduction must come to, said as plainly as can be.

Two executions are of one trace when exchanging neighbours that are independent makes one of the other. A trace is told by its
normal form: each step as early as what it depends on lets it be (Foata). Prefixes of one normal form must lead to one state;
where they do not, the system's footprints are wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mprunner.exploring.system import AWAIT, GET, LABEL, PUT, READ, WRITE, State, System

__all__ = ["Form", "form", "states_of_traces"]

Form = tuple[tuple[int, int, int], ...]
"""The level, thread and alternative of each step, sorted."""


_Touched = tuple[tuple[int, int, int], ...]


class _Step(NamedTuple):
    """`touched`: cell, mode, and for PUT and GET the number of the item."""

    level: int
    thread: int
    alternative: int
    touched: _Touched


def _dependent(one: _Step, other: _Step) -> bool:
    return one.thread == other.thread or _touching(one.touched, other.touched)


@lru_cache(100_000)
def _touching(one: _Touched, other: _Touched) -> bool:
    return any(
        _conflicting(mode, number, mode2, number2)
        for cell, mode, number in one
        for cell2, mode2, number2 in other
        if cell == cell2
    )


def _conflicting(mode: int, number: int, other: int, other_number: int) -> bool:
    mode, other = (READ if each == AWAIT else each for each in (mode, other))
    modes = {mode, other}
    if WRITE in modes:
        return True
    if modes == {PUT, GET}:
        return number == other_number
    if mode == other:
        return mode in (PUT, GET)
    return min(modes) in (READ, PUT, GET) or max(modes) >= LABEL


def _after(
    system: System, before: tuple[_Step, ...], state: State, thread: int, way: int
) -> tuple[_Step, State]:
    following, footprint, _ = system.step(state, thread, way)
    touched = []
    for cell, mode in footprint:
        number = 0
        if mode in (PUT, GET):
            number = sum((cell, mode) == pair[:2] for step in before for pair in step.touched)
        if mode == PUT:
            number += system.initial_tokens(cell)
        touched.append((cell, mode, number))
    step = _Step(0, thread, way, tuple(touched))
    level = 1 + max((one.level for one in before if _dependent(one, step)), default=-1)
    return step._replace(level=level), following


def _form(steps: Sequence[_Step]) -> Form:
    return tuple(sorted(step[:3] for step in steps))


def form(system: System, schedule: Sequence[tuple[int, int]]) -> tuple[Form, State]:
    """The normal form of the trace that an execution is of, and the state that it ends in."""
    steps: tuple[_Step, ...] = ()
    state = system.initial
    for thread, alternative in schedule:
        step, state = _after(system, steps, state, thread, alternative)
        steps += (step,)
    return _form(steps), state


def states_of_traces(system: System, *, most: int = 1_500, longest: int = 24) -> dict[Form, State] | None:
    """Each trace of complete executions, and the state it ends in; None for more than `most` prefixes, or one of more than
    `longest` steps (what goes in circles has those).
    """
    met: dict[Form, State] = {(): system.initial}
    waiting: list[tuple[tuple[_Step, ...], State]] = [((), system.initial)]
    ended: dict[Form, State] = {}
    while waiting:
        steps, state = waiting.pop()
        if len(steps) > longest:
            return None
        enabled = system.enabled(state)
        if not enabled:
            ended[_form(steps)] = state
        for thread in enabled:
            for way in range(system.alternatives(state, thread)):
                step, following = _after(system, steps, state, thread, way)
                key = _form((*steps, step))
                if key in met:
                    assert met[key] == following, "two orders of independent steps lead to two states"
                    continue
                met[key] = following
                if len(met) > most:
                    return None
                waiting.append(((*steps, step), following))
    return ended
