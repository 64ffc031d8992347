"""A list of instructions that grows, with the places that are to be filled in later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mprunner.program.expressions import Local
from mprunner.program.instructions import Instruction, Leave
from mprunner.records import made, record, replaced

__all__ = ["Code", "Loop"]


@record(frozen=False)
class Loop:
    """A loop under construction: the blocks around it, where `continue` goes, and the `break`s that wait for its end."""

    again: int
    depth: int
    pending: int
    active: int
    breaks: list[int] = made(factory=list)


class Code:
    """Instructions of one target, and what is around the place where the next one goes."""

    def __init__(self) -> None:
        self.instructions: list[Any] = []
        self.site = 0
        self.depth = 0
        """Handlers that are pushed here."""
        self.pending = 0
        """Finally blocks that this place is in."""
        self.active = 0
        """Except blocks that this place is in."""
        self.loops: list[Loop] = []
        self._kept = 0
        self._temporaries = 0

    @property
    def here(self) -> int:
        """The position of the next instruction."""
        return len(self.instructions)

    def emit(self, instruction: Instruction) -> int:
        """Appends an instruction; gives its position."""
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def land(self, *positions: int) -> None:
        """Makes the jumps at these positions lead here."""
        for position in positions:
            self.instructions[position] = replaced(self.instructions[position], to=self.here)

    def temporary(self) -> Local:
        """A variable that is free until the step ends."""
        self._temporaries += 1
        return Local(f"%{self._kept + self._temporaries}")

    @contextmanager
    def kept(self) -> Iterator[Local]:
        """A temporary that stays while the steps of a block run, which have their own."""
        outer, self._temporaries = self._temporaries, 0
        self._kept += outer + 1
        yield Local(f"%{self._kept}")
        self._kept -= outer + 1
        self._temporaries = outer

    def new_step(self, site: int) -> None:
        """Begins a step: temporaries are free again."""
        self.site, self._temporaries = site, 0

    @contextmanager
    def loop(self, again: int) -> Iterator[Loop]:
        """The body of a loop; its `break`s lead to behind the block."""
        made = Loop(again, self.depth, self.pending, self.active)
        self.loops.append(made)
        yield made
        self.loops.pop()

    def leave(self, *, again: bool) -> None:
        """`continue` or `break`."""
        loop = self.loops[-1]
        position = self.emit(Leave(loop.again, loop.depth, loop.pending, loop.active))
        if not again:
            loop.breaks.append(position)
