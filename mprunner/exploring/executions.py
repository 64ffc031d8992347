"""Executions told apart by what promises can see of them: one of each kind is judged, the others are counted with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mprunner.checking.verdict import Promise, Verdict
from mprunner.exploring.leaks import leaked
from mprunner.exploring.playing import played, switches
from mprunner.exploring.system import Schedule
from mprunner.recording.events import Diagnosis, Recording
from mprunner.recording.printed import printed_lines
from mprunner.records import made, record
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.steps import LABEL

__all__ = [
    "Cost",
    "Executions",
    "Gathered",
    "Kind",
    "OutcomeKey",
    "PromiseCount",
    "Said",
    "Shortest",
    "cost_of",
    "outcome_of",
]

Cost = tuple[int, int]
"""Switches and steps of a schedule."""
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
    """What the scenario's `outcomes` make of it: `p.x=1, q.x=0 (expected)`."""

    @property
    def values(self) -> str | None:
        """The values that are graded, as a text."""
        return None if self.graded is None else self.graded.rpartition(" (")[0] or self.graded

    @property
    def grade(self) -> str | None:
        """Their grade; `not listed` is one."""
        return None if self.graded is None else self.graded.rpartition(" (")[2].removesuffix(")")


@record
class Kind:
    """What one kind of execution comes to."""

    outcome: OutcomeKey
    statuses: tuple[tuple[int, str, str], ...]
    """Of each promise that was judged: its index, its title, the status."""
    pattern: Hashable
    """The pattern of its hang and whom that speaks of, or None."""
    promises: tuple[Promise, ...]
    """Those that the statuses are of."""
    leaked: frozenset[str]
    """Processes that their parent leaves behind."""


@record(frozen=False)
class PromiseCount:
    """In how many executions a promise was what, and the best schedule for each of these, with the verdict on it.

    There is no verdict yet where another process has judged it: see `Executions.settle`.
    """

    promise: Promise
    counts: Counter[str] = made(factory=Counter)
    first: dict[str, tuple[Schedule, Verdict | None]] = made(factory=dict)


@record(frozen=False)
class Shortest:
    """How many executions come to something, and of the schedules to it the first with the fewest switches, then steps."""

    number: int
    schedule: Schedule
    cost: Cost

    def take(self, schedule: Schedule, cost: Cost) -> None:
        """Another schedule that comes to it."""
        if cost < self.cost:
            self.schedule, self.cost = schedule, cost


class Gathered(NamedTuple):
    """What a process has gathered of executions that follow each other: kinds by the numbers that it gives them.

    `new` are those that it had not met before. `met`: of each kind how many, and the first of them. `outcomes` and `hangs`: of
    each outcome and pattern a kind that has it, and the best schedule, with its cost. `schedules`: all of them, where they are
    kept. `sites`: places of steps that somebody has come to, and that it did not tell before.
    """

    new: tuple[Kind, ...]
    met: tuple[tuple[int, int, Schedule], ...]
    outcomes: tuple[tuple[int, Cost, Schedule], ...]
    hangs: tuple[tuple[int, Cost, Schedule], ...]
    schedules: tuple[Schedule, ...]
    sites: tuple[int, ...]


class Said(NamedTuple):
    """What is said of a promise, and the schedule that it is said of."""

    verdict: Verdict
    schedule: Schedule


Instead = Mapping[tuple[int, str], Said]
_AS_JUDGED: Instead = MappingProxyType({})


class Executions:
    """Takes complete executions by their schedules."""

    def __init__(self, model: Model, judged: Judged) -> None:
        self._model = model
        self._judged = judged
        self._kinds: dict[Hashable, Kind] = {}
        self.number = 0
        self.promises: dict[tuple[int, str], PromiseCount] = {}
        self.outcomes: dict[OutcomeKey, Shortest] = {}
        self.hangs: dict[Hashable, Shortest] = {}
        """Ways to hang."""
        self.leaked: set[str] = set()
        """Processes that their parent leaves behind in some execution."""

    def add(self, schedule: Schedule, instead: Instead = _AS_JUDGED) -> Kind:
        """Count one more execution. `instead` has by index and title what it says of promises of which the record, which ends
        where the schedule does, does not tell all.
        """
        _key, kind = self.met(schedule)
        cost = cost_of(schedule)
        self._count(kind, 1, schedule, cost, instead)
        self.outcomes[kind.outcome].take(schedule, cost)
        if kind.pattern is not None:
            self.hangs[kind.pattern].take(schedule, cost)
        return kind

    def met(self, schedule: Schedule) -> tuple[Hashable, Kind]:
        """Of what kind an execution is, and what tells that kind; the first of each kind is judged."""
        key = self._key(schedule)
        kind = self._kinds.get(key)
        if kind is None:
            kind, verdicts = self._judge(schedule)
            self._meet(key, schedule, kind, verdicts)
        return key, kind

    def verdicts(self, schedule: Schedule) -> Sequence[Verdict]:
        """The verdicts on an execution, which is not counted."""
        return self._judged(played(self._model, schedule))

    def kind(self, schedule: Schedule) -> Kind:
        """What an execution that was added is."""
        known = self._kinds.get(self._key(schedule))
        return self._judge(schedule)[0] if known is None else known

    def merge(self, gathered: Gathered, kinds: Sequence[Kind]) -> None:
        """Count executions that another process has made and judged; `kinds` are those that it has met so far."""
        for number, count, first in gathered.met:
            key = self._key(first)
            kind = self._kinds.get(key)
            if kind is None:
                kind = kinds[number]
                self._meet(key, first, kind, None)
            self._count(kind, count, first, cost_of(first))
        for number, cost, schedule in gathered.outcomes:
            self.outcomes[kinds[number].outcome].take(schedule, cost)
        for number, cost, schedule in gathered.hangs:
            self.hangs[kinds[number].pattern].take(schedule, cost)

    def settle(self) -> None:
        """Judge what is to be shown of the executions that another process has judged."""
        verdicts: dict[Schedule, Sequence[Verdict]] = {}
        for (index, title), promise in self.promises.items():
            for status, (schedule, verdict) in promise.first.items():
                if verdict is None:
                    if schedule not in verdicts:
                        verdicts[schedule] = self._judge(schedule)[1]
                    promise.first[status] = (
                        schedule,
                        next(
                            one
                            for one in verdicts[schedule]
                            if (one.promise.index, one.promise.title) == (index, title)
                        ),
                    )

    def _meet(
        self, key: Hashable, schedule: Schedule, kind: Kind, verdicts: Sequence[Verdict] | None
    ) -> None:
        """The first execution of a kind."""
        if len(self._kinds) < MOST_KINDS:
            self._kinds[key] = kind
        self.leaked |= kind.leaked
        cost = cost_of(schedule)
        for place, (promise, (index, title, status)) in enumerate(
            zip(kind.promises, kind.statuses, strict=True)
        ):
            found = self.promises.setdefault((index, title), PromiseCount(promise))
            known = found.first.get(status)
            if known is None or cost < cost_of(known[0]):
                found.first[status] = schedule, None if verdicts is None else verdicts[place]

    def _count(
        self, kind: Kind, count: int, schedule: Schedule, cost: Cost, instead: Instead = _AS_JUDGED
    ) -> None:
        """So many more executions of a kind, this the first of them."""
        self.number += count
        for index, title, status in kind.statuses:
            promise, said = self.promises[index, title], instead.get((index, title))
            if said is None:
                promise.counts[status] += count
            else:
                promise.counts[said.verdict.status] += count
                promise.first.setdefault(said.verdict.status, (said.schedule, said.verdict))
        _add(self.outcomes, kind.outcome, count, schedule, cost)
        if kind.pattern is not None:
            _add(self.hangs, kind.pattern, count, schedule, cost)

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

    def _judge(self, schedule: Schedule) -> tuple[Kind, Sequence[Verdict]]:
        recording = played(self._model, schedule)
        verdicts = self._judged(recording)
        diagnosis = recording.ending.diagnosis
        pattern = None if diagnosis is None else _heart(diagnosis)
        statuses = tuple((one.promise.index, one.promise.title, one.status) for one in verdicts)
        promises = tuple(one.promise for one in verdicts)
        kind = Kind(
            outcome_of(recording, verdicts), statuses, pattern, promises, frozenset(leaked(recording))
        )
        return kind, verdicts


_OBJECT = re.compile(r"`[^`]+`")
_MEMBER = re.compile(r"\[\d+\]")


def _heart(diagnosis: Diagnosis) -> Hashable:
    """What makes two hangs the same: the circle, or who waits for what never comes; not who waits behind them.

    One replica is like another, and of the parties at a barrier it does not matter who came first.
    """
    if diagnosis.cycle:
        circle = [one for one in diagnosis.blocked if one.process in diagnosis.cycle]
        return diagnosis.pattern, frozenset((one.process, one.operation, one.object) for one in circle)
    sentence = diagnosis.sentence.partition(". ")[0]
    objects = _OBJECT.findall(sentence)
    if diagnosis.pattern == "missing-party" and objects:
        return diagnosis.pattern, objects[0]
    names = [_MEMBER.sub("", part) for part in _OBJECT.split(sentence)]
    return diagnosis.pattern, tuple(objects), tuple(names)


def _add(found: dict[Any, Shortest], key: Hashable, count: int, schedule: Schedule, cost: Cost) -> None:
    known = found.get(key)
    if known is None:
        found[key] = Shortest(count, schedule, cost)
    else:
        known.number += count


def cost_of(schedule: Schedule) -> Cost:
    """What makes a schedule hard to follow: switches first, then steps."""
    return switches(schedule), len(schedule)


def outcome_of(recording: Recording, verdicts: Sequence[Verdict]) -> OutcomeKey:
    """How a recording ends, whichever world it is of."""
    lines = sorted(printed_lines(recording), key=lambda line: line[0])
    main = recording.process("main")
    pids = {each.pid: each.name for each in recording.processes}
    held = () if main is None or main.variables is None else _held(main.variables, pids)
    broken = tuple(
        one.promise.title for one in verdicts if one.status == "broken" and one.promise.holds == "always"
    )
    graded = next((one.summary for one in verdicts if one.promise.form == "outcomes"), None)
    return OutcomeKey(tuple(lines), held, broken, recording.ending.how, graded)


def _held(variables: Any, pids: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _told(value, pids)) for name, value in sorted(variables.items()))


def _told(value: Any, pids: Mapping[int, str]) -> str:
    """A value as it is in each run alike: with names in the place of the numbers of processes."""
    if type(value) is list:
        return "[" + ", ".join(_told(each, pids) for each in value) + "]"
    if type(value) is tuple:
        return "(" + ", ".join(_told(each, pids) for each in value) + ("," if len(value) == 1 else "") + ")"
    if type(value) is dict:
        return "{" + ", ".join(f"{key!r}: {_told(each, pids)}" for key, each in value.items()) + "}"
    if type(value) is int and value in pids:
        return f"<pid of {pids[value]}>"
    return repr(value)
