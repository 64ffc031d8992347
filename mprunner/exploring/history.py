"""The execution at hand: its steps, and what happened before what, as bits of whole numbers.

A set of steps is a number with the bits of their places, so that "no step of these conflicts with that one" is one `&`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.exploring.system import AWAIT, GET, PUT, READ, WRITE, Footprint, System

__all__ = ["History", "bits"]

Place = int
Steps = int
"""A set of steps: the bit of each place."""

_LOOKS = (READ, AWAIT)


def bits(steps: Steps) -> Iterator[Place]:
    """The places of a set, ascending."""
    while steps:
        low = steps & -steps
        yield low.bit_length() - 1
        steps ^= low


class History:
    """The steps so far. `before[i]` are all that happened before step i, `after[i]` all that did after it and itself.

    `rivals[i]` are those that step i conflicts with, for which it does not wait, and that are not before its own thread's last
    step: with these it may have been made the other way round.
    """

    __slots__ = (
        "_directly", "_modes", "_puts", "_tokens", "_touched", "_unread", "after", "alternatives", "before", "by_thread",
        "footprints", "rivals", "threads",
    )  # fmt: skip

    def __init__(self, system: System) -> None:
        self.threads: list[int] = []
        self.alternatives: list[int] = []
        self.footprints: list[Footprint] = []
        self.before: list[Steps] = []
        self.after: list[Steps] = []
        self.rivals: list[Steps] = []
        self.by_thread: list[Steps] = [0] * len(system.threads)
        self._directly: list[list[Place]] = []
        """Those before a step from which all that are before it follow."""
        self._tokens = system.initial_tokens
        self._touched: dict[int, Steps] = {}
        """Who touched a cell."""
        self._unread: dict[int, Steps] = {}
        """Who did so otherwise than by looking."""
        self._modes: dict[tuple[int, int], Steps] = {}
        """Who touched a cell in one of the other modes than READ, WRITE and AWAIT."""
        self._puts: dict[int, list[Place]] = {}

    def __len__(self) -> int:
        return len(self.threads)

    def add(self, thread: int, alternative: int, footprint: Footprint) -> None:
        """One more step."""
        place = len(self.threads)
        bit = 1 << place
        befores = self.before
        touched, unread = self._touched, self._unread
        own = self.by_thread[thread]
        before = 0
        directly = []
        if own:
            last = own.bit_length() - 1
            before = befores[last] | 1 << last
            directly.append(last)
        rivals = awaited = 0
        for pair in footprint:
            cell, mode = pair
            if mode == READ:
                rivals |= unread.get(cell, 0)
                touched[cell] = touched.get(cell, 0) | bit
                continue
            if mode == AWAIT:
                awaited |= unread.get(cell, 0)
                touched[cell] = touched.get(cell, 0) | bit
                continue
            if mode == WRITE:
                rivals |= touched.get(cell, 0)
            else:
                rivals |= self.conflicts((pair,), bit - 1)
                self._modes[pair] = self._modes.get(pair, 0) | bit
                if mode == PUT:
                    self._puts.setdefault(cell, []).append(place)
            touched[cell] = touched.get(cell, 0) | bit
            unread[cell] = unread.get(cell, 0) | bit
        others = ~(before | bit)
        rivals &= others
        self.rivals.append(rivals)
        conflicting = rivals | awaited & others
        while conflicting:
            other = conflicting.bit_length() - 1
            before |= befores[other] | 1 << other
            conflicting &= ~before
            directly.append(other)
        self._directly.append(directly)
        self.threads.append(thread)
        self.alternatives.append(alternative)
        self.footprints.append(footprint)
        befores.append(before)
        self.by_thread[thread] = own | bit

    def cut(self, length: int) -> None:
        """Keep only so many steps."""
        kept = (1 << length) - 1
        touched, unread = self._touched, self._unread
        for place in range(length, len(self.threads)):
            self.by_thread[self.threads[place]] &= kept
            for pair in self.footprints[place]:
                cell, mode = pair
                touched[cell] &= kept
                if mode not in _LOOKS:
                    unread[cell] &= kept
                    if mode != WRITE:
                        self._modes[pair] &= kept
                        if mode == PUT:
                            self._puts[cell].pop()
        for steps in (
            self.threads,
            self.alternatives,
            self.footprints,
            self.before,
            self.rivals,
            self._directly,
        ):
            del steps[length:]

    def close(self) -> None:
        """Bring `after` up to date."""
        after = self.after = [1 << place for place in range(len(self.threads))]
        for place in range(len(after) - 1, 0, -1):
            for earlier in self._directly[place]:
                after[earlier] |= after[place]

    def conflicts(self, footprint: Footprint, within: Steps) -> Steps:
        """Those of `within` with which a step conflicts that is made when just these have been made."""
        found = 0
        for pair in footprint:
            cell, mode = pair
            if mode in _LOOKS:
                found |= self._unread.get(cell, 0)
                continue
            touched = self._touched.get(cell, 0) & within
            if mode == WRITE or not touched:
                found |= touched
            elif mode == GET:
                found |= touched & ~self._modes.get((cell, PUT), 0)
                number = (self._modes.get(pair, 0) & within).bit_count() - self._tokens(cell)
                puts = self._puts.get(cell)
                if number >= 0 and puts is not None and number < len(puts):
                    found |= 1 << puts[number]
            elif mode == PUT:
                found |= touched & ~self._modes.get((cell, GET), 0)
            else:
                found |= touched & ~self._modes.get(pair, 0)
        return found & within

    def rivals_of(self, footprint: Footprint, within: Steps) -> Steps:
        """As `conflicts`, without those for which such a step waits."""
        return self.conflicts(tuple([pair for pair in footprint if pair[1] != AWAIT]), within)

    def changers(self, footprint: Footprint, within: Steps) -> Steps:
        """Those of `within` that did more than look at its cells: what is blocked is so because of one of them."""
        found = 0
        for cell, _mode in footprint:
            found |= self._unread.get(cell, 0)
        return found & within

    def clashes(self, footprint: Footprint, steps: Steps) -> Steps:
        """Those of some steps that conflict with one that is made before them."""
        found = 0
        for pair in footprint:
            cell, mode = pair
            if mode in _LOOKS:
                found |= self._unread.get(cell, 0)
            elif mode == WRITE:
                found |= self._touched.get(cell, 0)
            elif mode in (GET, PUT):
                found |= self._touched.get(cell, 0) & ~self._modes.get((cell, GET + PUT - mode), 0)
            else:
                found |= self._touched.get(cell, 0) & ~self._modes.get(pair, 0)
        return found & steps
