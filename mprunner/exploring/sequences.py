"""Sequences of steps on their way to a wakeup tree that somebody else keeps, and where in it they lead.

Here a sequence stands by itself, as plain numbers that any process understands: cells and states are numbered by each model as it
meets them, threads and alternatives are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import NamedTuple, Protocol, TypeVar

from mprunner.exploring.footprints import conflicting
from mprunner.exploring.system import Footprint, Schedule, State, System

__all__ = ["Sequence", "Tree", "follow", "footprints_of"]


class Sequence(NamedTuple):
    """Steps that reverse a race. `before`: for each step, those of the sequence that have to be made first, as bits."""

    steps: Schedule
    before: tuple[int, ...]


class Tree(Protocol):
    """A branch of a wakeup tree: a step, and what follows it. `covers`: everything that begins with it is explored there."""

    @property
    def thread(self) -> int: ...

    @property
    def alternative(self) -> int: ...

    @property
    def footprint(self) -> Footprint: ...

    @property
    def covers(self) -> bool: ...


_Tree = TypeVar("_Tree", bound=Tree)


def footprints_of(system: System, state: State, steps: Schedule) -> list[Footprint]:
    """What each step touches, when they are made one after the other from this state on."""
    found = []
    for thread, alternative in steps:
        state, footprint, _events = system.step(state, thread, alternative)
        found.append(footprint)
    return found


def follow(
    branches: Several[_Tree], sequence: Sequence, touched: Several[Footprint], remaining: int
) -> tuple[_Tree | None, int]:
    """The first branch with which those steps of a sequence that are `remaining` (bits) may begin, and which then remain.

    None where there is no such branch.
    """
    steps, before = sequence
    for branch in branches:
        thread = branch.thread
        for place, (other, alternative) in enumerate(steps):
            if other == thread and remaining >> place & 1:
                if alternative == branch.alternative and not before[place] & remaining:
                    return branch, remaining ^ 1 << place
                break
        else:
            if not any(
                remaining >> place & 1 and conflicting(branch.footprint, touched[place])
                for place in range(len(steps))
            ):
                return branch, remaining
    return None, remaining
