"""Which threads are there in a state, and which of them can ever make a step again."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.exploring.components import components
from mprunner.exploring.graph import Graph

__all__ = ["Standing"]


class Standing:
    """Of each state of a graph: `waits` tells of a thread whether it is blocked, but goes on in some continuation; `stuck` which
    threads are blocked and go on in none. Of what was not explored nothing is claimed: there, everybody may go on.
    """

    def __init__(self, graph: Graph, groups: Sequence[Sequence[int]] | None = None) -> None:
        self._graph = graph
        self._written = 0
        self._there: list[dict[int, bool]] = []
        for thread, info in enumerate(graph.table.system.threads):
            self._written |= 0 if info.internal else 1 << thread
            self._there.append({})
        self.goes_on = self._fixpoint(components([0], graph.successors) if groups is None else groups)
        """For each state the threads that make a step in some continuation, as bits."""

    def waits(self, state: int, thread: int) -> bool:
        """Whether the thread is blocked here, and makes a step in some continuation."""
        if not self.goes_on[state] >> thread & 1 or any(
            each == thread for each, _ in self._graph.steps(state)
        ):
            return False
        return self._is_there(state, thread)

    def stuck(self, state: int) -> int:
        """The threads that are there and never make a step again, as bits; none of those that nobody wrote."""
        found, left = 0, self._written & ~self.goes_on[state]
        while left:
            bit = left & -left
            left ^= bit
            if self._is_there(state, bit.bit_length() - 1):
                found |= bit
        return found

    def _is_there(self, state: int, thread: int) -> bool:
        """Whether a blocked thread has begun and not ended: as it stands, so it is."""
        table = self._graph.table
        mask = table.rows[thread].mask
        code = self._graph.codes[state]
        key = code & mask if mask else code
        found = self._there[thread].get(key)
        if found is None:
            found = table.system.is_waiting(table.packing.decode(code), thread)
            self._there[thread][key] = found
        return found

    def _fixpoint(self, groups: Sequence[Sequence[int]]) -> list[int]:
        graph = self._graph
        threads, labels, targets, first = graph.threads, graph.labels, graph.targets, graph.first
        everybody = (1 << len(graph.table.system.threads)) - 1
        bits = [1 << thread for thread in threads]
        goes_on = [0] * len(graph)
        for group in groups:
            mask = 0
            for state in group:
                if state >= graph.expanded:
                    mask = everybody
                    break
                for edge in range(first[state], first[state + 1]):
                    mask |= bits[labels[edge]] | goes_on[targets[edge]]
            for state in group:
                goes_on[state] = mask
        return goes_on
