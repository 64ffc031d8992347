"""What a process that explores together with others is asked to do, and what it answers. All of it can be sent."""

from __future__ import annotations

from typing import NamedTuple

from mprunner.exploring.executions import Gathered
from mprunner.exploring.subtree import Handed, Level, Task

__all__ = ["Answer", "Draw", "Explore", "GiveBack", "Order", "Progress", "Stop"]


class Explore(NamedTuple):
    """The traces of a task; no more than `most` executions, of no more than `depth` steps each."""

    number: int
    task: Task
    depth: int
    most: int | None = None


class Draw(NamedTuple):
    """So many samples from the number `first` on."""

    number: int
    first: int
    samples: int


class GiveBack(NamedTuple):
    """Answer now, with what is left, if it still is about the order of this number."""

    number: int


class Stop(NamedTuple):
    """As `GiveBack`, whatever it is about; then end."""


Order = Explore | Draw | GiveBack | Stop


class Progress(NamedTuple):
    """How many executions of an order were made, and which part of the task that is, as far as can be told."""

    number: int
    executions: int
    part: float = 0.0


class Answer(NamedTuple):
    """What came of an order: so many `executions`, and what there is to tell of them; `steps`, `races` that were reversed,
    executions that were `blocked` and `cut`. `cyclic`: it came to one that goes in circles, and went no further. `rest` of the
    task, if there is some; sequences that are `handed` to levels above it. `failure`: it went no further as this was raised.
    """

    number: int
    executions: int
    gathered: Gathered
    steps: int = 0
    races: int = 0
    blocked: int = 0
    cut: int = 0
    cyclic: bool = False
    handed: tuple[Handed, ...] = ()
    rest: tuple[Level, ...] | None = None
    failure: str | None = None
