"""Explore a scenario: every schedule that matters, what they come to, and what that says of each promise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.forms import Declared, PromiseForm
from mprunner.checking.judging import Judge
from mprunner.checking.telling.evidence import gather
from mprunner.checking.verdict import Verdict
from mprunner.exploring.executions import Executions, OutcomeKey, PromiseCount, outcome_of
from mprunner.exploring.observing import PromiseObserver, tells_time
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.playing import witnessed
from mprunner.exploring.results import (
    Accounting,
    Answer,
    Deadlock,
    Exploration,
    Outcome,
    PromiseAnswer,
    Schedule,
    Witnessed,
)
from mprunner.program.declarations import Program
from mprunner.recording.events import Recording
from mprunner.records import replaced
from mprunner.worlds.model.model import Model, ModelOptions

if TYPE_CHECKING:
    from mprunner.language.models import Scenario

__all__ = ["Explorer", "Progress"]

Progress = Callable[[Accounting], bool]
"""Is told now and then how far it is; False stops the exploration."""

_ABOUT_HANGS = frozenset({"hangs", "deadlock"})


class Explorer:
    """Explores one scenario. `runs` are recordings of free real runs, whose outcomes are compared with those of the model.

    Raises Unfollowed for what the model can't follow.
    """

    def __init__(self, scenario: Scenario, program: Program, options: ExploreOptions) -> None:
        self._scenario = scenario
        self._program = program
        self._options = options
        self._forms: list[PromiseForm] = [promise_form(promise) for promise in scenario.expect]
        lines = tuple(site.line for site in program.sites)
        self._facts: Declared = replaced(declared(scenario, threads=False), lines=lines)
        self._judge = Judge(self._forms, self._facts)
        self._timed = {index for index, form in enumerate(self._forms) if tells_time(form)}
        self.model = Model(
            program,
            ModelOptions(
                start_method=options.start_method,
                memory=options.memory,
                no_timeouts=options.no_timeouts,
                respect_sleep=options.respect_sleep,
                seed=options.seed,
            ),
            PromiseObserver(self._forms, self._facts),
        )
        self.executions = Executions(self.model, self.judged)
        self._schedules: list[Schedule] = []

    def judged(self, recording: Recording) -> list[Verdict]:
        """The verdicts on a record of the model. Of what speaks of milliseconds a model knows nothing."""
        verdicts = self._judge.judge(recording)
        return [self._without_time(one) for one in verdicts]

    def _without_time(self, one: Verdict) -> Verdict:
        if one.promise.index not in self._timed or one.promise.line is None:
            return replaced(one, chance=None) if one.chance is not None else one
        return replaced(
            one, status="inconclusive", reason="a model has no time: only real runs can tell", witnesses=()
        )

    def explore(self, runs: Sequence[Recording] = (), progress: Progress | None = None) -> Exploration:
        """All there is to know, within the limits."""
        began = time.monotonic()
        accounting = self._search(progress or (lambda accounting: True))
        accounting = replaced(accounting, seconds=time.monotonic() - began)
        promises = tuple(self._answers(accounting))
        outcomes = tuple(self._outcomes(runs))
        deadlocks = tuple(self._deadlocks())
        answer, reason = self._whole(promises, outcomes, accounting)
        return Exploration(
            scenario=self._scenario.name,
            path=self._program.path,
            answer=answer,
            reason=reason,
            accounting=accounting,
            promises=promises,
            outcomes=outcomes,
            deadlocks=deadlocks,
            memory=self._options.memory,
            notes=tuple(self._notes()),
            runs=len(runs),
            schedules=tuple(self._schedules),
        )

    # --- searching ---

    def _search(self, progress: Progress) -> Accounting:
        from mprunner.exploring.searching import search

        accounting = Accounting("traces")
        for accounting, schedule in search(self.model, self._options):
            if schedule is not None:
                self.executions.add(schedule)
                if len(self._schedules) < self._options.keep_schedules:
                    self._schedules.append(schedule)
            if not progress(accounting):
                return replaced(accounting, complete=False, bound="interrupted")
        return accounting

    # --- what it says ---

    def _answers(self, accounting: Accounting) -> Iterator[PromiseAnswer]:
        found = self.executions.promises
        for key in sorted(found):
            yield self._answer(found[key], accounting)

    def _answer(self, count: PromiseCount, accounting: Accounting) -> PromiseAnswer:
        promise, counts, whole = count.promise, count.counts, accounting.complete
        number = self.executions.number
        answer: Any
        if promise.holds == "sometimes":
            answer = (
                "kept" if counts["kept"] else "broken" if whole and not counts["inconclusive"] else "open"
            )
            wanted = ("kept", "inconclusive", "broken", "vacuous")
        elif promise.holds == "never":
            answer = (
                "broken"
                if counts["kept"]
                else "kept"
                if whole and not counts["inconclusive"]
                else "inconclusive"
            )
            wanted = ("kept", "inconclusive", "broken", "vacuous")
        else:
            wrong = counts["broken"] or (counts["vacuous"] and not promise.vacuous_ok)
            answer = "broken" if wrong else "kept" if whole and not counts["inconclusive"] else "inconclusive"
            wanted = ("broken", "inconclusive", "kept", "vacuous")
            if wrong and not counts["broken"]:
                wanted = ("vacuous", "inconclusive", "kept", "broken")
        schedule, shown = next(count.first[status] for status in wanted if status in count.first)
        told = (
            promise.holds == "sometimes"
            or answer == "broken"
            or (answer == "inconclusive" and counts["inconclusive"])
        )
        witness = self._witness(schedule, shown) if told and answer != "open" else None
        evidence = None
        if answer == "broken" and promise.holds == "always" and witness is not None:
            gathered = gather([shown], self._forms, self._facts, witness.recording)
            evidence = gathered[0] if gathered else None
        return PromiseAnswer(
            promise,
            answer,
            _note(promise.holds, answer, counts, number, whole=whole),
            dict(counts),
            shown,
            witness,
            evidence,
        )

    def _witness(self, schedule: Schedule, shown: Verdict) -> Witnessed:
        return witnessed(self.model, schedule)

    def _outcomes(self, runs: Sequence[Recording]) -> Iterator[Outcome]:
        real: dict[OutcomeKey, int] = {}
        for recording in runs:
            key = outcome_of(recording, self.judged(recording))
            real[key] = real.get(key, 0) + 1
        grades = self._grades()
        for key, (executions, schedule) in sorted(
            self.executions.outcomes.items(), key=lambda item: (-item[1][0], str(item[0]))
        ):
            yield Outcome(
                key.lines,
                key.held,
                key.broken,
                key.ending,
                executions,
                real.pop(key, 0) if runs else None,
                grades.get(key.graded or ""),
                True,
                witnessed(self.model, schedule),
            )
        for key, number in sorted(real.items(), key=lambda item: (-item[1], str(item[0]))):
            yield Outcome(
                key.lines,
                key.held,
                key.broken,
                key.ending,
                0,
                number,
                grades.get(key.graded or ""),
                allowed=False,
            )

    def _grades(self) -> dict[str, str]:
        """The grade of each outcome that the scenario lists."""
        for count in self.executions.promises.values():
            if count.promise.outcomes:
                return dict(count.promise.outcomes)
        return {}

    def _deadlocks(self) -> Iterator[Deadlock]:
        promised = any(
            count.promise.form in _ABOUT_HANGS and count.promise.line is not None and count.counts["kept"]
            for count in self.executions.promises.values()
        )
        for executions, schedule in sorted(self.executions.hangs.values(), key=lambda item: -item[0]):
            witness = witnessed(self.model, schedule)
            diagnosis = witness.recording.ending.diagnosis
            if diagnosis is None:
                continue
            alive = [each for each in witness.recording.processes if each.exitcode is None]
            yield Deadlock(diagnosis, executions, len(alive) < len(diagnosis.blocked), promised, witness)

    def _whole(
        self, promises: Sequence[PromiseAnswer], outcomes: Sequence[Outcome], accounting: Accounting
    ) -> tuple[Answer, str | None]:
        if any(each.answer == "broken" for each in promises):
            return "violated", None
        unknown = next((each for each in outcomes if not each.allowed), None)
        if unknown is not None:
            return (
                "inconclusive",
                "a real run showed an outcome that the model does not have: a fault of the model",
            )
        if not accounting.complete:
            return "inconclusive", f"not all was explored ({accounting.bound or 'stopped'})"
        undecided = next((each for each in promises if each.answer in ("inconclusive", "open")), None)
        if undecided is not None:
            return "inconclusive", undecided.shown.reason or f"{undecided.promise.title} can't be decided"
        return "proved", None

    def _notes(self) -> Iterator[str]:
        options = self._options
        raw = any(
            each.kind in ("value", "array")
            and (str(each.options["type"]).startswith("Raw") or not each.options["lock"])
            for each in self._program.objects
        )
        if raw and options.memory == "sc":
            yield "memory without a lock is taken to be sequentially consistent; `--memory tso` has store buffers"
        elif options.memory == "tso":
            yield "memory without a lock has store buffers (x86-TSO)"
        if options.no_timeouts:
            yield "no timeout is reached while anybody can go on"
        if options.respect_sleep:
            yield "who sleeps longer wakes later"
        if "random" in self.model.features.operations:
            yield f"random numbers are those of seed {options.seed}"


def _note(holds: str, answer: str, counts: Any, number: int, *, whole: bool) -> str:
    executions = f"{number:,} executions" if number != 1 else "1 execution"
    of = executions if whole else f"{executions} so far"
    if answer == "open":
        return f"in none of {of}"
    if holds == "sometimes":
        return f"in {counts['kept']:,} of {of}" if counts["kept"] else f"in none of {of}"
    if answer == "broken":
        broken = counts["kept"] if holds == "never" else counts["broken"] + counts["vacuous"]
        return f"broken in {broken:,} of {of}"
    if counts["inconclusive"]:
        return f"undecided in {counts['inconclusive']:,} of {of}"
    if holds == "never":
        return f"in none of {of}"
    return f"in each of {of}"
