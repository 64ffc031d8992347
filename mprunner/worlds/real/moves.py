"""What a replay speaks of: which thread is to do which of its steps next, and where a run parted from that."""

from __future__ import annotations

from typing import Literal, Union

from mprunner.program.declarations import Program
from mprunner.records import record

__all__ = ["FREE", "GOES_ON", "HELD", "Key", "Move", "Part", "Parting", "Reason", "Replayed", "step_name"]

Part = Literal["whole", "called", "begins", "ends"]
Key = tuple[str, str, int]
"""A thread, the name of a step of it, and which of its steps of that name it is (from 1)."""

FREE = "free"
"""The leave that says nothing: do it as it is written."""

HELD = "held"
"""The leave to begin on record, and to ask again before anything is done."""

GOES_ON = "goes on"
"""A step of a thread in the midst of an operation, which nobody can hold up and nobody needs to."""

Reason = Literal["other", "unlisted", "ended", "blocked", "absent", "died"]


@record
class Move:
    """One step of a schedule. `thread` is a process, a task (`po.work[3]`) or a feeder (`p.feeder(q)`).

    `name` is what it does, `acquire lock`, at its label where it has one; `number` tells equal ones of a thread apart. A step
    that waits may stand in two `part`s. Where it matters when it was `called`, which is when its begin goes on record, that is a
    part, too, in which nothing of it is done. `out`: its time is to be up. `choice`: which of its values a `choose` takes.
    """

    thread: str
    name: str
    number: int = 1
    part: Part = "whole"
    out: bool = False
    choice: Union[int, None] = None
    line: Union[int, None] = None

    @property
    def key(self) -> Key:
        return self.thread, self.name, self.number


@record
class Parting:
    """Where a run could not follow its schedule any more: the step (from 0) that was next, why, and what stood there."""

    at: int
    move: Move
    reason: Reason
    found: str = ""


@record
class Replayed:
    """How far a run followed its schedule: the steps that were made, those that a killed process no longer made."""

    steps: int
    parting: Parting | None
    skipped: tuple[Move, ...] = ()


def step_name(program: Program, operation: str, target: str | None, site: int | None) -> str:
    """What a step is called in schedules: operation, object, and its label where it has one."""
    known = site is not None and 0 < site < len(program.sites)
    label = program.sites[site].label if known and site is not None else None
    words = operation if target is None else f"{operation} {target}"
    return words if label is None else f"{words} at {label}"
