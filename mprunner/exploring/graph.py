"""The graph of states that a search has met: columns of numbers, a state by its place in the order of being met."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from mprunner.exploring.moves import MoveTable
from mprunner.exploring.system import Schedule, State

__all__ = ["Graph"]


class Graph:
    """States 0, 1, 2, ... in breadth-first order, 0 the initial one, and the steps between them.

    The first `expanded` states have all their steps here, `targets` and `labels` (numbers in `table.labels`) from `first[state]`
    to `first[state + 1]`; others were only met. `parents` and `ways` are the step by which each was met first, on a shortest way.
    `complete`: there is nothing more; else `reason` says what ended the search.
    """

    def __init__(self, table: MoveTable) -> None:
        self.table = table
        self.codes: list[int] = []
        self.first = array("L", [0])
        self.labels = array("L")
        self.targets = array("L")
        self.parents = array("L")
        self.ways = array("L")
        self.depth = 0
        """Steps of the longest of the shortest ways to a state that was expanded."""
        self.seconds = 0.0
        self.reason: str | None = None
        self.threads: tuple[int, ...] = ()
        """The thread of each label."""

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def expanded(self) -> int:
        """How many states have all their steps here."""
        return len(self.first) - 1

    @property
    def transitions(self) -> int:
        """How many steps there are."""
        return len(self.targets)

    @property
    def complete(self) -> bool:
        """Whether every state that can be reached is here with all its steps."""
        return self.reason is None

    def state(self, number: int) -> State:
        """The slots of a state."""
        return self.table.packing.decode(self.codes[number])

    def successors(self, number: int) -> Sequence[int]:
        """Where the steps of a state lead; nowhere from one that was only met."""
        if number + 1 >= len(self.first):
            return ()
        return self.targets[self.first[number] : self.first[number + 1]]

    def steps(self, number: int) -> Iterator[tuple[int, int]]:
        """Thread and target of each step of a state."""
        threads, labels, targets = self.threads, self.labels, self.targets
        for edge in range(self.first[number], self.first[number + 1]):
            yield threads[labels[edge]], targets[edge]

    def choices(self, number: int) -> dict[int, list[int]]:
        """For each enabled thread where its alternatives lead."""
        found: dict[int, list[int]] = {}
        for thread, target in self.steps(number):
            found.setdefault(thread, []).append(target)
        return found

    def enabled(self) -> list[int]:
        """For each expanded state which threads have a step, as bits."""
        threads, labels, first = self.threads, self.labels, self.first
        bits = [1 << thread for thread in threads]
        found = []
        for number in range(self.expanded):
            mask = 0
            for edge in range(first[number], first[number + 1]):
                mask |= bits[labels[edge]]
            found.append(mask)
        return found

    def ends(self) -> list[int]:
        """The states in which no thread has a step."""
        first = self.first
        return [number for number in range(self.expanded) if first[number] == first[number + 1]]

    def path(self, number: int) -> Schedule:
        """A shortest schedule from the initial state."""
        found = []
        while number:
            found.append(self.choice(self.ways[number]))
            number = self.parents[number]
        return tuple(reversed(found))

    def choice(self, label: int) -> tuple[int, int]:
        """Thread and alternative of a label, as a schedule has them."""
        found = self.table.labels[label]
        return found.thread, found.alternative

    def follow(self, schedule: Iterable[tuple[int, int]]) -> int:
        """The state to which a schedule leads from the initial one. Raises KeyError where it can't be followed."""
        number = 0
        for choice in schedule:
            edges = range(self.first[number], self.first[number + 1])
            edge = next((each for each in edges if self.choice(self.labels[each]) == choice), None)
            if edge is None:
                raise KeyError(choice)
            number = self.targets[edge]
        return number

    def backwards(self) -> tuple[array[int], array[int]]:
        """The steps by where they lead: `sources[start[state]:start[state + 1]]`."""
        start = array("L", bytes(array("L").itemsize * (len(self.codes) + 2)))
        for target in self.targets:
            start[target + 2] += 1
        for number in range(2, len(start)):
            start[number] += start[number - 1]
        sources = array("L", bytes(array("L").itemsize * len(self.targets)))
        first, targets = self.first, self.targets
        for number in range(self.expanded):
            for edge in range(first[number], first[number + 1]):
                target = targets[edge]
                sources[start[target + 1]] = number
                start[target + 1] += 1
        start.pop()
        return start, sources

    def reaching(self, goals: Iterable[int]) -> bytearray:
        """For each state whether one of the goals can be reached from it."""
        start, sources = self.backwards()
        found = bytearray(len(self.codes))
        waiting = list(goals)
        for goal in waiting:
            found[goal] = 1
        while waiting:
            number = waiting.pop()
            for source in sources[start[number] : start[number + 1]]:
                if not found[source]:
                    found[source] = 1
                    waiting.append(source)
        return found
