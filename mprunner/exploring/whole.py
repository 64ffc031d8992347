"""The graph of all states of a model with their histories, as far as it is small enough: for answers that executions do not give.

Least schedules, probabilities, partial deadlocks, executions that never end; and all executions, where a program goes in circles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from mprunner.exploring.components import components
from mprunner.exploring.deadlocks import Deadlocks, deadlocks
from mprunner.exploring.fairness import fair_regions, regions
from mprunner.exploring.graph import Graph
from mprunner.exploring.hashed import search
from mprunner.exploring.histories import Concerns, Histories
from mprunner.exploring.limits import Limits, Tell
from mprunner.exploring.liveness import Liveness, liveness
from mprunner.exploring.minimal import Least, least_schedule
from mprunner.exploring.probability import Probability, probability
from mprunner.exploring.system import Schedule
from mprunner.worlds.model.model import Model

__all__ = ["Whole"]

MOST_STATES = 30_000
MOST_SECONDS = 5.0
MOST_ENDS = 3_000
MOST_FOR_PROBABILITY = 20_000


class Whole:
    """The states of a model, with what was seen on the way to them. `limits` say how far they are searched."""

    def __init__(
        self, model: Model, concerns: Concerns, limits: Limits | None = None, tell: Tell | None = None
    ) -> None:
        asked = Limits(states=MOST_STATES, seconds=MOST_SECONDS) if limits is None else limits
        self._model = model
        self.graph: Graph = search(Histories(model, concerns), limits=asked, tell=tell)

    @property
    def complete(self) -> bool:
        """Whether these are all states."""
        return self.graph.complete

    def executions(self) -> Iterator[Schedule]:
        """A shortest schedule to each state in which nobody has a step, and to each region in which a weakly fair execution may
        stay for ever.
        """
        for number in self.graph.ends():
            yield self.graph.path(number)
        if not self.complete:
            return
        enabled = self.graph.enabled()
        for region in regions(self.graph, components([0], self.graph.successors)):
            for fair in fair_regions(region, enabled, "weak"):
                yield self.graph.path(min(fair.states))

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
