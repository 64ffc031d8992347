"""Cycles that a fair scheduler can be in for ever.

Under *weak* fairness a thread that can always make a step makes one some time, under *strong* fairness one that can make a step
again and again; under *no* fairness nobody needs to get anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from mprunner.exploring.components import components
from mprunner.exploring.graph import Graph

__all__ = ["FAIRNESS", "Fairness", "Region", "fair_regions", "regions"]

Fairness = Literal["no", "weak", "strong"]
FAIRNESS: tuple[Fairness, ...] = ("no", "weak", "strong")


class Region:
    """States that lead to each other, by steps of all threads but `without`."""

    __slots__ = ("_graph", "inside", "states", "without")

    def __init__(self, graph: Graph, states: Sequence[int], without: int | None = None) -> None:
        self._graph = graph
        self.states = states
        self.inside = frozenset(states)
        self.without = without

    def steps(self, state: int) -> Iterator[tuple[int, int]]:
        """Edge and target of each step from a state that stays inside."""
        graph = self._graph
        for edge in range(graph.first[state], graph.first[state + 1]):
            target = graph.targets[edge]
            if target in self.inside and graph.threads[graph.labels[edge]] != self.without:
                yield edge, target

    def stepping(self) -> int:
        """The threads that make a step inside, as bits."""
        graph, found = self._graph, 0
        for state in self.states:
            for edge, _ in self.steps(state):
                found |= 1 << graph.threads[graph.labels[edge]]
        return found

    def parts(self, states: Sequence[int]) -> list[Region]:
        """The components of some of its states, those with a step inside."""
        left = frozenset(states)
        part = Region(self._graph, list(states), self.without)
        part.inside = left
        found = components(states, lambda state: [target for _, target in part.steps(state)])
        regions = [Region(self._graph, group, self.without) for group in found]
        return [region for region in regions if region.has_cycle()]

    def has_cycle(self) -> bool:
        """Whether there is a step at all: then there is a way round."""
        return len(self.states) > 1 or any(True for _ in self.steps(self.states[0]))


def regions(graph: Graph, groups: Iterable[Sequence[int]]) -> list[Region]:
    """Those of the components of a graph in which an execution can stay for ever."""
    return [
        Region(graph, group) for group in groups if len(group) > 1 or group[0] in graph.successors(group[0])
    ]


def fair_regions(region: Region, enabled: Sequence[int], fairness: Fairness) -> Iterator[Region]:
    """The largest parts of a region with a cycle in which a scheduler that is fair can stay for ever, going everywhere in it.

    `enabled` has for each state the threads that have a step, as bits.
    """
    waiting = [region]
    while waiting:
        here = waiting.pop()
        if fairness == "no":
            yield here
            continue
        stepping = here.stepping()
        if fairness == "weak":
            always = -1
            for state in here.states:
                always &= enabled[state]
            if not always & ~stepping:
                yield here
            continue
        sometimes = 0
        for state in here.states:
            sometimes |= enabled[state]
        passed_over = sometimes & ~stepping
        if not passed_over:
            yield here
        else:
            waiting += here.parts([state for state in here.states if not enabled[state] & passed_over])
