"""Executions that never end: livelock, where all that could go on do and get nowhere; starvation, where somebody never does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

from mprunner.exploring.components import components
from mprunner.exploring.fairness import FAIRNESS, Fairness, Region, fair_regions, regions
from mprunner.exploring.graph import Graph
from mprunner.exploring.standing import Standing
from mprunner.exploring.system import Schedule
from mprunner.records import record

__all__ = ["Lasso", "Liveness", "liveness"]


@record
class Lasso:
    """Steps for ever: `prefix` leads from the initial state to `state`, `cycle` from there back to it.

    `starved` are the threads that could go on, here or elsewhere, and don't make a step in the cycle.
    """

    prefix: Schedule
    cycle: Schedule
    state: int
    starved: tuple[int, ...]

    @property
    def kind(self) -> Literal["livelock", "starvation"]:
        """Whether somebody is passed over in it."""
        return "starvation" if self.starved else "livelock"


@record
class Liveness:
    """Under one fairness: an execution that never ends, None when every one does; and for each thread that may be starved in one
    that never ends, such an execution. `complete`: there are no others in what was not explored.
    """

    fairness: Fairness
    endless: Lasso | None
    starvation: tuple[tuple[int, Lasso], ...]
    complete: bool


def liveness(graph: Graph) -> tuple[Liveness, ...]:
    """The answers for no, weak and strong fairness, in this order."""
    groups = components([0], graph.successors)
    found = regions(graph, groups)
    if not found:
        return tuple(Liveness(fairness, None, (), graph.complete) for fairness in FAIRNESS)
    search = _Search(graph, found, groups)
    return tuple(search.answer(fairness) for fairness in FAIRNESS)


class _Search:
    """What the three answers share."""

    def __init__(self, graph: Graph, cycles: list[Region], groups: list[list[int]]) -> None:
        self._graph = graph
        self._regions = sorted(cycles, key=lambda region: min(region.states))
        self._enabled = graph.enabled()
        self._standing = Standing(graph, groups)
        self._without: dict[int, list[Region]] = {}

    def answer(self, fairness: Fairness) -> Liveness:
        endless = self._first(self._regions, fairness)
        starvation = []
        for thread, info in enumerate(self._graph.table.system.threads):
            if endless is not None and not info.internal:
                found = self._first(self._passing_over(thread), fairness)
                if found is not None:
                    starvation.append((thread, found))
        return Liveness(fairness, endless, tuple(starvation), self._graph.complete)

    def _first(self, regions: Sequence[Region], fairness: Fairness) -> Lasso | None:
        fair = [each for region in regions for each in fair_regions(region, self._enabled, fairness)]
        if not fair:
            return None
        return self._lasso(min(fair, key=lambda region: min(region.states)), fairness)

    def _passing_over(self, thread: int) -> list[Region]:
        """The regions of steps of others while this thread, which is there, could go on."""
        found = self._without.get(thread)
        if found is None:
            found = []
            for region in self._regions:
                others = Region(self._graph, region.states, thread)
                for part in others.parts(region.states):
                    alive = any(self._standing.waits(state, thread) for state in part.states[:1])
                    if alive or any(self._enabled[state] >> thread & 1 for state in part.states):
                        found.append(part)
            self._without[thread] = found
        return found

    def _lasso(self, region: Region, fairness: Fairness) -> Lasso:
        """A short way round in a fair region that is fair itself."""
        graph, enabled = self._graph, self._enabled
        start = min(region.states)
        edges: list[int] = []
        while True:
            here = graph.targets[edges[-1]] if edges else start
            states = [start, *(graph.targets[edge] for edge in edges)]
            stepping = _bits(graph, edges)
            always, sometimes = -1, 0
            for state in states:
                always &= enabled[state]
                sometimes |= enabled[state]
            owed = {"no": 0, "weak": always, "strong": sometimes}[fairness] & ~stepping
            if owed:
                thread = (owed & -owed).bit_length() - 1
                edges += _way(region, here, _served(graph, enabled, thread, fairness))
            elif not edges or here != start:
                edges += _way(region, here, lambda edge, target: target == start)
            else:
                break
        cycle = tuple(graph.choice(graph.labels[edge]) for edge in edges)
        return Lasso(graph.path(start), cycle, start, self._starved(start, edges))

    def _starved(self, start: int, edges: Sequence[int]) -> tuple[int, ...]:
        graph = self._graph
        stepping = _bits(graph, edges)
        sometimes = 0
        for edge in edges:
            sometimes |= self._enabled[graph.targets[edge]]
        return tuple(
            thread
            for thread, info in enumerate(graph.table.system.threads)
            if not info.internal
            and not stepping >> thread & 1
            and (sometimes >> thread & 1 or self._standing.waits(start, thread))
        )


def _served(
    graph: Graph, enabled: Sequence[int], thread: int, fairness: Fairness
) -> Callable[[int, int], bool]:
    """Whether after this step a thread has what its fairness owes it: a step; or, if weak, a state in which it has none."""

    def served(edge: int, target: int) -> bool:
        if graph.threads[graph.labels[edge]] == thread:
            return True
        return fairness == "weak" and not enabled[target] >> thread & 1

    return served


def _bits(graph: Graph, edges: Sequence[int]) -> int:
    found = 0
    for edge in edges:
        found |= 1 << graph.threads[graph.labels[edge]]
    return found


def _way(region: Region, start: int, ends: Callable[[int, int], bool]) -> list[int]:
    """The edges of a shortest way inside the region, of at least one step, whose last step is one that `ends`."""
    came: dict[int, tuple[int, int]] = {}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for edge, target in region.steps(state):
            if ends(edge, target):
                way = [edge]
                while state != start:
                    state, before = came[state]
                    way.append(before)
                return way[::-1]
            if target not in came and target != start:
                came[target] = (state, edge)
                waiting.append(target)
    raise AssertionError("what is fair in a region can be reached in it")
