"""The graph of all states of a model with their histories, as far as it is small enough: for answers that executions do not give.

Least schedules, probabilities, partial deadlocks, executions that never end; and all executions, where a program goes in circles.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import Any

from mprunner.exploring.components import components
from mprunner.exploring.deadlocks import Deadlocks, deadlocks
from mprunner.exploring.fairness import Region, fair_regions, regions
from mprunner.exploring.graph import Graph
from mprunner.exploring.hashed import search
from mprunner.exploring.histories import Noting
from mprunner.exploring.limits import Limits, Tell
from mprunner.exploring.liveness import Liveness, liveness
from mprunner.exploring.minimal import Least, least_schedule
from mprunner.exploring.probability import Probability, probability
from mprunner.exploring.system import Schedule

__all__ = ["Endless", "Whole"]

MOST_STATES = 30_000
MOST_SECONDS = 5.0
MOST_ENDS = 3_000
MOST_FOR_PROBABILITY = 20_000


class Endless:
    """A region of states in which a weakly fair execution may stay for ever, going everywhere in it."""

    def __init__(self, graph: Graph, region: Region, enabled: Sequence[int], first: int) -> None:
        self._graph = graph
        self._region = region
        self._enabled = enabled
        self._seen: dict[Hashable, list[int]] = {}
        """Its states by what was seen on the way to them: equal for all, unless something is seen in the region itself."""
        for state in sorted(region.states):
            self._seen.setdefault(graph.state(state)[first:], []).append(state)

    @property
    def schedule(self) -> Schedule:
        """A shortest schedule to it."""
        return self._graph.path(min(self._region.states))

    def sights(self) -> list[Schedule]:
        """For each thing that may have been seen in it a shortest schedule to where it was."""
        return [self._graph.path(states[0]) for states in self._seen.values()]

    def can_stay(self, where: Sequence[bool]) -> bool:
        """Whether a weakly fair execution may stay for ever where these of the `sights` are."""
        states = [
            state
            for states, stays in zip(self._seen.values(), where, strict=True)
            if stays
            for state in states
        ]
        parts = self._region.parts(states)
        return any(True for part in parts for _ in fair_regions(part, self._enabled, "weak"))


class Whole:
    """The states of a model, with what was seen on the way to them. `limits` say how far they are searched."""

    def __init__(self, system: Noting, limits: Limits | None = None, tell: Tell | None = None) -> None:
        asked = Limits(states=MOST_STATES, seconds=MOST_SECONDS) if limits is None else limits
        self._model = system.model
        self._first = system.first
        self.graph: Graph = search(system, limits=asked, tell=tell)

    @property
    def complete(self) -> bool:
        """Whether these are all states."""
        return self.graph.complete

    @property
    def sites(self) -> set[int]:
        """Where steps have been that are on record."""
        instants = self._model.instants
        found = {instants[number].call.site for number in range(len(instants))}
        return {site for site in found if site is not None}

    def executions(self) -> Iterator[Schedule]:
        """A shortest schedule to each state in which nobody has a step."""
        return map(self.graph.path, self.graph.ends())

    def endless(self) -> Iterator[Endless]:
        """Each region in which a weakly fair execution may stay for ever; none where the states are not all known."""
        if not self.complete:
            return
        enabled = self.graph.enabled()
        for region in regions(self.graph, components([0], self.graph.successors)):
            for fair in fair_regions(region, enabled, "weak"):
                yield Endless(self.graph, fair, enabled, self._first)

    def ends(self) -> list[tuple[int, Schedule]] | None:
        """Each state in which nobody has a step, with a shortest schedule to it; None where there are too many to look at."""
        ends = self.graph.ends()
        if not self.complete or len(ends) > MOST_ENDS:
            return None
        return [(number, self.graph.path(number)) for number in ends]

    def least(self, goals: Collection[int]) -> Least | None:
        """A least schedule to one of these states."""
        return least_schedule(self.graph, goals)

    def probability(self, goals: Collection[int]) -> Probability | None:
        """How likely a scheduler that takes anybody alike comes to one of these states; None where that is not known."""
        return probability(self.graph, goals, most=MOST_FOR_PROBABILITY)

    def deadlocks(self) -> Deadlocks:
        """All states that somebody never leaves, told apart by who waits for what."""
        return deadlocks(self.graph, where=self._where)

    def _where(self, state: Any, thread: int) -> Any:
        operation = self._model.operation_of(self._model.settled(state, thread)[0], thread)
        return None if operation is None else (operation.op, operation.object)

    def liveness(self) -> tuple[Liveness, ...]:
        """Executions that never end, for no, weak and strong fairness."""
        return liveness(self.graph)
