"""The execution at hand: its steps, and what happened before what, as bits of whole numbers.

A set of steps is a number with the bits of their places, so that "no step of these conflicts with that one" is one `&`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.exploring.system import GET, PUT, WRITE, Footprint, System

__all__ = ["History", "bits"]

Place = int
Steps = int
"""A set of steps: the bit of each place."""


def bits(steps: Steps) -> Iterator[Place]:
    """The places of a set, ascending."""
    while steps:
        low = steps & -steps
        yield low.bit_length() - 1
        steps ^= low


class History:
    """The steps so far. `before[i]` are all that happened before step i, `after[i]` all that did after it and itself.

    `raced[i]` tells whether step i conflicts with one that is not before its own thread's last step.
    """

    __slots__ = (
        "_cells", "_puts", "_tokens", "after", "alternatives", "before", "by_thread", "footprints", "raced", "threads"
    )  # fmt: skip

    def __init__(self, system: System) -> None:
        self.threads: list[int] = []
        self.alternatives: list[int] = []
        self.footprints: list[Footprint] = []
        self.before: list[Steps] = []
        self.after: list[Steps] = []
        self.raced: list[bool] = []
        self.by_thread: list[Steps] = [0] * len(system.threads)
        self._tokens = system.initial_tokens
        self._cells: dict[int | tuple[int, int], Steps] = {}
        """Who touched a cell, and who in which mode."""
        self._puts: dict[int, list[Place]] = {}

    def __len__(self) -> int:
        return len(self.threads)

    def add(self, thread: int, alternative: int, footprint: Footprint) -> None:
        """One more step."""
        place = len(self.threads)
        bit = 1 << place
        befores = self.before
        own = self.by_thread[thread]
        before = 0
        if own:
            last = own.bit_length() - 1
            before = befores[last] | 1 << last
        conflicting = self.conflicts(footprint, bit - 1) & ~before
        self.raced.append(conflicting != 0)
        while conflicting:
            other = conflicting.bit_length() - 1
            before |= befores[other] | 1 << other
            conflicting &= ~before
        self.threads.append(thread)
        self.alternatives.append(alternative)
        self.footprints.append(footprint)
        befores.append(before)
        self.by_thread[thread] = own | bit
        cells = self._cells
        for pair in footprint:
            cell, mode = pair
            cells[cell] = cells.get(cell, 0) | bit
            cells[pair] = cells.get(pair, 0) | bit
            if mode == PUT:
                self._puts.setdefault(cell, []).append(place)

    def cut(self, length: int) -> None:
        """Keep only so many steps."""
        kept = (1 << length) - 1
        cells = self._cells
        for place in range(length, len(self.threads)):
            self.by_thread[self.threads[place]] &= kept
            for pair in self.footprints[place]:
                cell, mode = pair
                cells[cell] &= kept
                cells[pair] &= kept
                if mode == PUT:
                    self._puts[cell].pop()
        for steps in (self.threads, self.alternatives, self.footprints, self.before, self.raced):
            del steps[length:]
        self.after = [steps & kept for steps in self.after[:length]]

    def close(self) -> None:
        """Bring `after` up to date."""
        after = self.after
        for place in range(len(after), len(self.threads)):
            bit = 1 << place
            after.append(bit)
            steps = self.before[place]
            while steps:
                low = steps & -steps
                after[low.bit_length() - 1] |= bit
                steps ^= low

    def conflicts(self, footprint: Footprint, within: Steps) -> Steps:
        """Those of `within` with which a step conflicts that is made when just these have been made."""
        cells = self._cells
        found = 0
        for pair in footprint:
            cell, mode = pair
            touched = cells.get(cell, 0) & within
            if not touched:
                continue
            if mode == WRITE:
                found |= touched
            elif mode == GET:
                found |= touched & ~cells.get((cell, PUT), 0)
                number = (cells.get(pair, 0) & within).bit_count() - self._tokens(cell)
                puts = self._puts.get(cell)
                if number >= 0 and puts is not None and number < len(puts):
                    found |= 1 << puts[number] & within
            elif mode == PUT:
                found |= touched & ~cells.get((cell, GET), 0)
            else:
                found |= touched & ~cells.get(pair, 0)
        return found

    def clashes(self, footprint: Footprint, steps: Steps) -> Steps:
        """Those of some steps that conflict with one that is made before them."""
        cells = self._cells
        found = 0
        for pair in footprint:
            cell, mode = pair
            touched = cells.get(cell, 0) & steps
            if touched:
                if mode == WRITE:
                    found |= touched
                elif mode in (GET, PUT):
                    found |= touched & ~cells.get((cell, GET + PUT - mode), 0)
                else:
                    found |= touched & ~cells.get(pair, 0)
        return found
