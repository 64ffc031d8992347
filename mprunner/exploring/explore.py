"""Explore a scenario: every schedule that matters, what they come to, and what that says of each promise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.forms import Declared, PromiseForm
from mprunner.checking.judging import Judge
from mprunner.checking.verdict import Verdict
from mprunner.exploring.elsewhere import THREADS, Elsewhere, Statuses
from mprunner.exploring.executions import Executions, OutcomeKey, outcome_of
from mprunner.exploring.histories import Histories
from mprunner.exploring.limits import Limits as StateLimits
from mprunner.exploring.limits import Progress as StateProgress
from mprunner.exploring.observing import PromiseObserver, tells_time
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.playing import witnessed
from mprunner.exploring.promise_answers import PromiseAnswers
from mprunner.exploring.results import (
    Accounting,
    Answer,
    Deadlock,
    Exploration,
    Lasso,
    Outcome,
    PromiseAnswer,
)
from mprunner.exploring.sampling import PCT_DEPTH, pct_guarantee, random_walks
from mprunner.exploring.searching import CIRCLES, Found, sampled, traces, with_few_preemptions
from mprunner.exploring.system import Schedule
from mprunner.exploring.unending import lassos, partial_deadlocks
from mprunner.exploring.whole import Whole
from mprunner.exploring.witnesses import Witnesses
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.program.instructions import Operate
from mprunner.recording.events import Recording
from mprunner.records import replaced
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.model.unfollowed import Unfollowed

if TYPE_CHECKING:
    from mprunner.language.models import Scenario
    from mprunner.language.source import Source

__all__ = ["Explorer", "Progress"]

Progress = Callable[[Accounting], bool]
"""Is told now and then how far it is; False stops the exploration."""

INTERRUPTED = "interrupted"
MOST_STATES = 500_000
"""States that are searched unless `--executions` says another number: a program may have no end of them."""
_FAULT = "a real run showed an outcome that the model does not have: a fault of the model"
ENOUGH = 50
"""So many executions are looked at even where a search over states has not come to their ends."""
_ABOUT_HANGS = frozenset({"hangs", "deadlock"})


class Explorer:
    """Explores one scenario, read from `source`.

    Raises Unfollowed for what the model can't follow.
    """

    def __init__(
        self, scenario: Scenario, program: Program, options: ExploreOptions, *, source: Source | None = None
    ) -> None:
        self._scenario = scenario
        self._source = source
        self._program = program
        self._options = options
        self._forms: list[PromiseForm] = [promise_form(promise) for promise in scenario.expect]
        lines = tuple(site.line for site in program.sites)
        self._facts: Declared = replaced(declared(scenario, threads=False), lines=lines)
        self._judge = Judge(self._forms, self._facts)
        self._timed = {index for index, form in enumerate(self._forms) if tells_time(form)}
        self.observer = PromiseObserver(self._forms, self._facts)
        self.model = Model(
            program,
            ModelOptions(
                start_method=options.start_method,
                memory=options.memory,
                no_timeouts=options.no_timeouts,
                respect_sleep=options.respect_sleep,
                seed=options.seed,
            ),
            self.observer,
        )
        self.executions = Executions(self.model, self.judged)
        self._schedules: list[Schedule] = []
        self._whole: Whole | None = None

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
        """All there is to know, within the limits. The outcomes of `runs`, records of free real runs, stand beside those of the
        model.
        """
        began = time.monotonic()
        accounting = self._search(progress or (lambda accounting: True))
        accounting = replaced(accounting, seconds=time.monotonic() - began)
        witnesses = Witnesses(self.model, self.executions, lambda: self.whole)
        answers = PromiseAnswers(self.executions, witnesses, self._forms, self._facts, self.judged)
        promises = tuple(answers.all(accounting))
        if accounting.bound != INTERRUPTED:
            elsewhere = Elsewhere(self._scenario, self._program, self._options, self._elsewhere)
            promises = tuple(elsewhere.all(promises))
        outcomes = tuple(self._outcomes(runs))
        deadlocks = tuple(self._deadlocks(witnesses, accounting))
        endless: tuple[Lasso, ...] = ()
        if accounting.method == "states" and self._whole is not None and self._whole.complete:
            deadlocks += tuple(partial_deadlocks(self.model, self._whole))
            if self._program.ends is None:
                endless = tuple(lassos(self.model, self._whole))
        stuck = sum(each.executions for each in deadlocks)
        answer, reason = self._answered(promises, outcomes, accounting, deadlocks, endless)
        return Exploration(
            scenario=self._scenario.name,
            path=self._program.path,
            answer=answer,
            reason=reason,
            accounting=accounting,
            promises=promises,
            outcomes=outcomes,
            deadlocks=deadlocks,
            lassos=endless,
            unreached=tuple(self._unreached(deadlocks)) if accounting.complete else (),
            leaked=tuple(sorted(self.executions.leaked)),
            memory=self._options.memory,
            notes=tuple(self._notes(accounting)),
            runs=len(runs),
            always_stuck=accounting.complete and 0 < stuck == self.executions.number,
            schedules=tuple(self._schedules),
        )

    def statuses(self) -> Statuses:
        """How often each promise is kept, within the limits, and nothing else."""
        accounting = self._search(lambda accounting: True)
        counts = {key: found.counts for key, found in self.executions.promises.items()}
        return Statuses(counts, self.executions.number, accounting.complete)

    def _elsewhere(self, options: ExploreOptions) -> Statuses | None:
        scenario, program = self._scenario, self._program
        if (
            "start_method" in scenario.matrix
            and options.start_method is not None
            and self._source is not None
        ):
            params = {**scenario.params, "start_method": options.start_method}
            scenario = scenario.model_copy(update={"params": params, "start_method": options.start_method})
            program = compile_scenario(scenario, source=self._source)
        try:
            return Explorer(scenario, program, options).statuses()
        except Unfollowed:
            return None

    # --- searching ---

    def _search(self, progress: Progress) -> Accounting:
        options = self._options
        if options.method in ("random", "pct", "pos"):
            return self._taken(sampled(self.model, options), progress)
        if options.limits.preemptions is not None:
            accounting = self._taken(
                with_few_preemptions(Histories(self.model, self.observer.concerns), options), progress
            )
            return self._states(progress) if accounting.complete else accounting
        if options.method == "auto" and self._time_counts():
            return self._states(progress)
        if options.method in ("auto", "traces"):
            accounting = self._taken(
                traces(self.model, options, looks_at_order=self.observer.looks_at_order), progress
            )
            if options.method == "traces" or accounting.bound != CIRCLES:
                return accounting
        return self._states(progress)

    def _time_counts(self) -> bool:
        """Whether what a thread can do hangs on what all others can, as time passes only when nobody has a step.

        Of that footprints say nothing.
        """
        options = self._options
        return options.respect_sleep or (options.no_timeouts and bool(self.model.features.nonblocking))

    def _taken(self, found: Found, progress: Progress) -> Accounting:
        """Take executions as they are found; what was done by then."""
        accounting = Accounting("traces")
        try:
            for accounting, schedule in found:
                if schedule is not None:
                    self._take(schedule)
                if not progress(accounting):
                    break
            else:
                return accounting
        except KeyboardInterrupt:  # what is known by now is told
            pass
        return replaced(accounting, complete=False, bound=INTERRUPTED)

    def _states(self, progress: Progress) -> Accounting:
        """All ends, and all ways of going on for ever, by a search over states and what was seen on the way to them."""
        self.executions = Executions(self.model, self.judged)
        self._schedules.clear()
        limits = self._options.limits
        asked = StateLimits(
            seconds=limits.seconds, depth=limits.depth, states=limits.executions or MOST_STATES
        )

        def tell(done: StateProgress) -> None:
            told = Accounting(
                "states",
                states=done.states,
                steps=done.transitions,
                seconds=done.seconds,
                estimate=done.estimate,
            )
            if not progress(told):
                raise KeyboardInterrupt

        self._whole = whole = Whole(self.model, self.observer.concerns, asked, tell)
        for schedule in whole.executions():
            self._take(schedule)
        graph = whole.graph
        if graph.reason not in (None, INTERRUPTED):
            # Breadth first, a search that was cut has seen the end of few executions or none: some are better than that.
            walks = random_walks(self.model, seed=self._options.seed)
            for sample in islice(walks, max(0, ENOUGH - self.executions.number)):
                self._take(sample.schedule)
        out_of_time = limits.seconds is not None and graph.reason == f"{limits.seconds:g} s"
        return Accounting(
            "states",
            executions=self.executions.number,
            steps=graph.transitions,
            states=graph.expanded,
            complete=whole.complete,
            bound=f"--time {limits.seconds:g}" if out_of_time else graph.reason,
        )

    def _take(self, schedule: Schedule) -> None:
        self.executions.add(schedule)
        if len(self._schedules) < self._options.keep_schedules:
            self._schedules.append(schedule)

    @property
    def whole(self) -> Whole | None:
        """All states with their histories, where there are not too many."""
        if self._whole is None:
            self._whole = Whole(self.model, self.observer.concerns)
        return self._whole if self._whole.complete else None

    # --- what it says ---

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

    def _deadlocks(self, witnesses: Witnesses, accounting: Accounting) -> Iterator[Deadlock]:
        promised = any(
            count.promise.form in _ABOUT_HANGS and count.promise.line is not None and count.counts["kept"]
            for count in self.executions.promises.values()
        )
        hangs = self.executions.hangs
        for pattern in sorted(hangs, key=lambda each: -hangs[each][0]):
            executions, schedule = hangs[pattern]
            witness = witnesses.of(schedule, lambda kind, pattern=pattern: kind.pattern == pattern)  # type: ignore[misc]
            diagnosis = witness.recording.ending.diagnosis
            if diagnosis is None:
                continue
            always = accounting.complete and executions == self.executions.number
            yield Deadlock(diagnosis, executions, False, promised, witness, always)

    def _unreached(self, deadlocks: Sequence[Deadlock]) -> Iterator[int]:
        """The lines of steps that no explored execution comes to."""
        seen = {self.model.instants[number].call.site for number in range(len(self.model.instants))}
        seen |= {blocked.site for each in deadlocks for blocked in each.diagnosis.blocked}
        sites = self._program.sites
        lines = set()
        for target in (self._program.main, *self._program.targets.values()):
            for instruction in target.code:
                # An assertion that holds leaves no trace.
                if (
                    isinstance(instruction, Operate)
                    and instruction.operation != "assert"
                    and self.model.is_on_record(instruction)
                ):
                    lines.add((sites[instruction.site].line, instruction.site in seen))
        reached = {line for line, was in lines if was}
        yield from sorted({line for line, was in lines if not was} - reached)

    def _answered(
        self,
        promises: Sequence[PromiseAnswer],
        outcomes: Sequence[Outcome],
        accounting: Accounting,
        deadlocks: Sequence[Deadlock],
        lassos: Sequence[Lasso],
    ) -> tuple[Answer, str | None]:
        if any(each.partial and not each.promised and not each.executions for each in deadlocks):
            return "violated", "somebody can wait for ever"
        if any(each.kind == "livelock" and each.fairness != "no" for each in lassos):
            return "violated", "it may go on for ever"
        if any(each.answer == "broken" for each in promises):
            return "violated", None
        if not accounting.complete:
            return "inconclusive", f"not all was explored ({accounting.bound or 'stopped'})"
        if not all(each.allowed for each in outcomes):
            return "inconclusive", _FAULT
        undecided = next((each for each in promises if each.answer in ("inconclusive", "open")), None)
        if undecided is not None and undecided.answer == "open":
            return "inconclusive", f"of what is promised `sometimes`, {THREADS}"
        if undecided is not None:
            return "inconclusive", undecided.shown.reason or f"{undecided.promise.title} can't be decided"
        return "proved", None

    def _notes(self, accounting: Accounting) -> Iterator[str]:
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
        if accounting.method == "pct" and accounting.executions:
            steps = accounting.steps // accounting.executions
            chance = pct_guarantee(len(self.model.threads), steps, PCT_DEPTH)
            told = f"an execution finds a fault that needs {PCT_DEPTH} orders of steps"
            yield f"by PCT {told} with a probability of at least 1 in {round(1 / chance):,}"
