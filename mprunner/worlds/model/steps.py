"""What the model world and exploration speak of: states, steps, footprints.

A *footprint* is what a step touches: pairs of a cell and a mode. Two steps are dependent when one thread makes both, or when they
touch a cell in modes that conflict; independent steps can be exchanged without anybody's knowing.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

__all__ = [
    "AWAIT",
    "GET",
    "LABEL",
    "PUT",
    "READ",
    "WRITE",
    "Change",
    "Footprint",
    "LocalSteps",
    "Memory",
    "State",
    "Step",
    "ThreadInfo",
]

Memory = Literal["sc", "tso"]
State = tuple[Any, ...]
"""A slot for each cell: all of it immutable and hashable."""

Footprint = tuple[tuple[int, int], ...]
"""Pairs of cell and mode, sorted, none twice."""

READ = 0
"""Looks only: conflicts with all but READ and AWAIT."""
WRITE = 1
"""Changes: conflicts with everything."""
PUT = 2
"""Adds an item or a token at the end: conflicts with PUT and READ, and with the GET that takes that very item."""
GET = 3
"""Takes the first item or token: conflicts with GET and READ, and with the PUT of that very item."""
AWAIT = 4
"""Looks, as READ does, for what the last WRITE before it put there and can't be made before that: as a join after an exit. So it
is never made the other way round."""
LABEL = 5
"""LABEL + n: a promise sees n. Conflicts with all modes of that cell but the same label."""


class Step(NamedTuple):
    """What one thread did: the state after it, what it touched, the instants that go on record (numbers in `instants`)."""

    state: State
    footprint: Footprint
    events: tuple[int, ...]


class ThreadInfo(NamedTuple):
    """A thread of control: `p[1]`, or one that nobody wrote, `internal`: `p[1].feeder(q)`, `p[1].signal`."""

    name: str
    process: str
    internal: bool


class Change(NamedTuple):
    """What a step does in all states that look alike to it."""

    writes: tuple[tuple[int, Any], ...]
    footprint: Footprint
    events: tuple[int, ...]


class LocalSteps(NamedTuple):
    """What one thread can do by itself: a change for each alternative, none when blocked; and the cells that decide it."""

    cells: tuple[int, ...]
    changes: tuple[Change, ...]
