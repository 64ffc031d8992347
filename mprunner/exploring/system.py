"""What exploration needs of a model, whatever it is a model of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mprunner.worlds.model.steps import (
    AWAIT,
    GET,
    LABEL,
    PUT,
    READ,
    WRITE,
    Footprint,
    State,
    Step,
    ThreadInfo,
)

__all__ = [
    "AWAIT",
    "GET",
    "LABEL",
    "PUT",
    "READ",
    "WRITE",
    "Footprint",
    "Schedule",
    "State",
    "Step",
    "System",
    "ThreadInfo",
]


Schedule = tuple[tuple[int, int], ...]
"""The thread of each step, and which of its alternatives it took (0 where there is only one)."""


class System(Protocol):
    """A system of threads that make steps, one at a time. States are immutable and hashable; equal ones behave alike.

    A step that can't be made in a state is not enabled there. What enables or disables a step has a footprint that conflicts with
    it.
    """

    @property
    def initial(self) -> State: ...

    @property
    def threads(self) -> Sequence[ThreadInfo]: ...

    def enabled(self, state: State) -> tuple[int, ...]:
        """The threads that have a step in this state, ascending."""

    def alternatives(self, state: State, thread: int) -> int:
        """How many ways the step of a thread has: 0 when it is not enabled, more than 1 only where it chooses."""

    def step(self, state: State, thread: int, alternative: int = 0) -> Step:
        """The step of an enabled thread."""

    def footprint(self, state: State, thread: int, alternative: int = 0) -> Footprint:
        """What that step touches."""

    def pending(self, state: State, thread: int) -> Footprint | None:
        """What the step of a thread that is there and not enabled would touch; None for one that has ended, or not begun.

        For one that was ended from outside, what that touched: it could have done more before.
        """

    def is_waiting(self, state: State, thread: int) -> bool:
        """Whether a thread is there and not enabled."""

    def initial_tokens(self, cell: int) -> int:
        """How many tokens can be taken from a cell (GET) before one is put there."""
