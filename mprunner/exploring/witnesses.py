"""Schedules that show something: the least one, how few preemptions it takes, how likely a random scheduler comes to it."""

from __future__ import annotations

from collections.abc import Callable

from mprunner.exploring.executions import Executions, Kind
from mprunner.exploring.playing import witnessed
from mprunner.exploring.results import Schedule, Witnessed
from mprunner.exploring.whole import Whole
from mprunner.records import replaced
from mprunner.worlds.model.model import Model

__all__ = ["Witnesses"]


class Witnesses:
    """`whole` gives all states with their histories, None where there are too many."""

    def __init__(self, model: Model, executions: Executions, whole: Callable[[], Whole | None]) -> None:
        self._model = model
        self._executions = executions
        self._whole = whole

    def of(self, schedule: Schedule, wanted: Callable[[Kind], bool]) -> Witnessed:
        """The least schedule to an execution of a wanted kind, as far as that can be told; else this one, which is."""
        whole = self._whole()
        goals = None if whole is None else whole.goals(lambda path: wanted(self._executions.kind(path)))
        if whole is None or not goals:
            return witnessed(self._model, schedule)
        least = whole.least(goals)
        if least is None:
            return witnessed(self._model, schedule)
        found = witnessed(self._model, least.schedule)
        chance = whole.probability(goals)
        return replaced(
            found,
            least=True,
            bound=least.bound,
            probability=None if chance is None else chance.low if chance.exact is None else chance.exact,
        )
