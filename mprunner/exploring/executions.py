"""Executions told apart by what promises can see of them: one of each kind is judged, the others are counted with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from mprunner.checking.verdict import Promise, Verdict
from mprunner.exploring.leaks import leaked
from mprunner.exploring.playing import played, switches
from mprunner.exploring.system import Schedule
from mprunner.recording.events import Diagnosis, Recording
from mprunner.recording.printed import printed_lines
from mprunner.records import made, record
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.steps import LABEL

__all__ = ["Executions", "Kind", "OutcomeKey", "PromiseCount", "outcome_of"]

Judged = Callable[[Recording], Sequence[Verdict]]

MOST_KINDS = 200_000
"""Kinds of executions that are remembered: of what comes after, each is judged by itself."""


@record
class OutcomeKey:
    """How an execution or a run ends, so that the two can be compared: see `results.Outcome`."""

    lines: tuple[tuple[str, str], ...]
    held: tuple[tuple[str, str], ...]
    broken: tuple[str, ...]
    ending: str
    graded: str | None = None


@record
class Kind:
    """What one kind of execution comes to."""

    outcome: OutcomeKey
    statuses: tuple[tuple[int, str, str], ...]
    """Of each promise that was judged: its index, its title, the status."""
    pattern: Hashable
    """The pattern of its hang and whom that speaks of, or None."""


@record(frozen=False)
class PromiseCount:
    """In how many executions a promise was what, and the best schedule for each of these."""

    promise: Promise
    counts: Counter[str] = made(factory=Counter)
    first: dict[str, tuple[Schedule, Verdict]] = made(factory=dict)


class Executions:
    """Takes complete executions by their schedules."""

    def __init__(self, model: Model, judged: Judged) -> None:
        self._model = model
        self._judged = judged
        self._kinds: dict[Hashable, Kind] = {}
        self.number = 0
        self.promises: dict[tuple[int, str], PromiseCount] = {}
        self.outcomes: dict[OutcomeKey, list[Any]] = {}
        """How many executions have each, and the shortest schedule to it that was met."""
        self.hangs: dict[Hashable, list[Any]] = {}
        """How many executions hang in each way, and the shortest schedule to it that was met."""
        self.leaked: set[str] = set()
        """Processes that their parent leaves behind in some execution."""

    def add(self, schedule: Schedule) -> Kind:
        """Count one more execution."""
        self.number += 1
        key = self._key(schedule)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._judge(schedule)
            if len(self._kinds) < MOST_KINDS:
                self._kinds[key] = kind
        for index, title, status in kind.statuses:
            self.promises[index, title].counts[status] += 1
        _count(self.outcomes, kind.outcome, schedule)
        if kind.pattern is not None:
            _count(self.hangs, kind.pattern, schedule)
        return kind

    def kind(self, schedule: Schedule) -> Kind:
        """What an execution that was added is."""
        known = self._kinds.get(self._key(schedule))
        return self._judge(schedule) if known is None else known

    def _key(self, schedule: Schedule) -> Hashable:
        """Equal for executions that no promise can tell apart: the same events in each thread, and in order where that counts."""
        model = self._model
        state = model.initial
        events: dict[int, list[int]] = {}
        seen: list[tuple[int, int]] = []
        for thread, alternative in schedule:
            state, footprint, numbers = model.step(state, thread, alternative)
            if numbers:
                events.setdefault(thread, []).extend(numbers)
            seen.extend(pair for pair in footprint if pair[1] >= LABEL)
        return tuple([(thread, *found) for thread, found in sorted(events.items())]), tuple(seen), state

    def _judge(self, schedule: Schedule) -> Kind:
        recording = played(self._model, schedule)
        verdicts = self._judged(recording)
        for verdict in verdicts:
            found = self.promises.setdefault(
                (verdict.promise.index, verdict.promise.title), PromiseCount(verdict.promise)
            )
            known = found.first.get(verdict.status)
            if known is None or _cost(schedule) < _cost(known[0]):
                found.first[verdict.status] = schedule, verdict
        diagnosis = recording.ending.diagnosis
        pattern = None if diagnosis is None else _heart(diagnosis)
        self.leaked |= leaked(recording)
        statuses = tuple((one.promise.index, one.promise.title, one.status) for one in verdicts)
        return Kind(outcome_of(recording, verdicts), statuses, pattern)


def _heart(diagnosis: Diagnosis) -> Hashable:
    """What makes two hangs the same: the circle, or who waits for what never comes; not who waits behind them."""
    if diagnosis.cycle:
        circle = [one for one in diagnosis.blocked if one.process in diagnosis.cycle]
        return diagnosis.pattern, frozenset((one.process, one.operation, one.object) for one in circle)
    return diagnosis.pattern, diagnosis.sentence.partition(". ")[0]


def _count(found: dict[Any, list[Any]], key: Hashable, schedule: Schedule) -> None:
    known = found.get(key)
    if known is None:
        found[key] = [1, schedule]
        return
    known[0] += 1
    if len(schedule) <= len(known[1]) and _cost(schedule) < _cost(known[1]):
        known[1] = schedule


def _cost(schedule: Schedule) -> tuple[int, int]:
    """Fewest switches first, then fewest steps."""
    return switches(schedule), len(schedule)


def outcome_of(recording: Recording, verdicts: Sequence[Verdict]) -> OutcomeKey:
    """How a recording ends, whichever world it is of."""
    lines = sorted(printed_lines(recording), key=lambda line: line[0])
    main = recording.process("main")
    held = () if main is None or main.variables is None else _held(main.variables)
    broken = tuple(
        one.promise.title for one in verdicts if one.status == "broken" and one.promise.holds == "always"
    )
    graded = next((one.summary for one in verdicts if one.promise.form == "outcomes"), None)
    return OutcomeKey(tuple(lines), held, broken, recording.ending.how, graded)


def _held(variables: Any) -> tuple[tuple[str, str], ...]:
    return tuple((name, repr(value)) for name, value in sorted(variables.items()))
