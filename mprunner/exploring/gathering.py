"""What a process that explores for another tells it: not each execution, but how many of which kind, and the best of each."""

from __future__ import annotations

from collections.abc import Hashable

from mprunner.exploring.executions import MOST_KINDS, Cost, Executions, Gathered, Kind, cost_of
from mprunner.exploring.system import Schedule
from mprunner.worlds.model.model import Model

__all__ = ["Gatherer"]

_Best = dict[Hashable, tuple[int, Cost, Schedule]]


class Gatherer:
    """Takes executions; `told` gives what there is to say of those since it was asked last. Kinds have numbers for good."""

    def __init__(self, model: Model, executions: Executions, *, keep_schedules: bool) -> None:
        self._model = model
        self._executions = executions
        self._keep = keep_schedules
        self._numbers: dict[Hashable, int] = {}
        self._kinds = 0
        self._instants = 0
        self._sites: set[int] = set()
        self._begin()

    def _begin(self) -> None:
        self.number = 0
        self._new: list[Kind] = []
        self._met: dict[int, tuple[int, Schedule]] = {}
        self._outcomes: _Best = {}
        self._hangs: _Best = {}
        self._schedules: list[Schedule] = []

    def add(self, schedule: Schedule) -> None:
        """One more execution."""
        self.number += 1
        key, kind = self._executions.met(schedule)
        number = self._numbers.get(key)
        if number is None:
            number = self._kinds
            self._kinds += 1
            self._new.append(kind)
            if number < MOST_KINDS:
                self._numbers[key] = number
        known = self._met.get(number)
        self._met[number] = (1, schedule) if known is None else (known[0] + 1, known[1])
        cost = cost_of(schedule)
        _take(self._outcomes, kind.outcome, number, cost, schedule)
        if kind.pattern is not None:
            _take(self._hangs, kind.pattern, number, cost, schedule)
        if self._keep:
            self._schedules.append(schedule)

    def told(self) -> Gathered:
        """What there is to say; then it begins anew."""
        told = Gathered(
            tuple(self._new),
            tuple([(number, count, first) for number, (count, first) in self._met.items()]),
            tuple(self._outcomes.values()),
            tuple(self._hangs.values()),
            tuple(self._schedules),
            tuple(self._new_sites()),
        )
        self._begin()
        return told

    def _new_sites(self) -> set[int]:
        """Where steps have been since this was asked last."""
        instants = self._model.instants
        sites = {instants[number].call.site for number in range(self._instants, len(instants))}
        self._instants = len(instants)
        new = {site for site in sites if site is not None} - self._sites
        self._sites |= new
        return new


def _take(found: _Best, key: Hashable, number: int, cost: Cost, schedule: Schedule) -> None:
    known = found.get(key)
    if known is None or cost < known[1]:
        found[key] = number, cost, schedule
