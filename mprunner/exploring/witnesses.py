"""Schedules that show something: the least one, how few preemptions it takes, how likely a random scheduler comes to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from mprunner.exploring.executions import Executions, Kind
from mprunner.exploring.playing import witnessed
from mprunner.exploring.results import Witnessed
from mprunner.exploring.system import Schedule
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

    @cached_property
    def _kinds(self) -> list[tuple[int, Kind]]:
        """What kind of execution ends in each of the states in which nobody has a step; none where there are too many."""
        whole = self._whole()
        ends = None if whole is None else whole.ends()
        return [(number, self._executions.kind(path)) for number, path in ends or ()]

    def of(self, schedule: Schedule, wanted: Callable[[Kind], bool]) -> Witnessed:
        """The least schedule to an execution of a wanted kind, as far as that can be told; else this one, which is."""
        whole = self._whole()
        goals = [number for number, kind in self._kinds if wanted(kind)]
        least = None if whole is None or not goals else whole.least(goals)
        if whole is None or least is None:
            return witnessed(self._model, schedule)
        chance = whole.probability(goals)
        return replaced(
            witnessed(self._model, least.schedule),
            least=True,
            bound=least.bound,
            probability=None if chance is None else chance.low if chance.exact is None else chance.exact,
        )
