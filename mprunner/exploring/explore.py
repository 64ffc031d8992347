"""Explore a scenario: every schedule that matters, what they come to, and what that says of each promise."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.forms import Declared, PromiseForm
from mprunner.checking.judging import Judge
from mprunner.checking.verdict import Verdict
from mprunner.exploring.elsewhere import THREADS, Elsewhere, Statuses
from mprunner.exploring.executions import Executions, OutcomeKey, outcome_of
from mprunner.exploring.finding import Finder, Progress
from mprunner.exploring.hashed import INTERRUPTED
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
from mprunner.exploring.sampling import PCT_DEPTH, pct_guarantee
from mprunner.exploring.unending import lassos, partial_deadlocks
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

_FAULT = "a real run showed an outcome that the model does not have: a fault of the model"
_ABOUT_HANGS = frozenset({"hangs", "deadlock"})


FEW_EXECUTIONS = 200
FEW_OUTCOMES = 12
"""Within these the least schedule of each outcome is looked for."""


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
        self.options = options
        self.forms: list[PromiseForm] = [promise_form(promise) for promise in scenario.expect]
        lines = tuple(site.line for site in program.sites)
        self.facts: Declared = replaced(declared(scenario, threads=False), lines=lines)
        self._judge = Judge(self.forms, self.facts)
        self._timed = {index for index, form in enumerate(self.forms) if tells_time(form)}
        self.observer = PromiseObserver(self.forms, self.facts)
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
        self._finder = Finder(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process makes one of its own: states and cells have other numbers there."""
        return Explorer, (self._scenario, self._program, self.options)

    @property
    def executions(self) -> Executions:
        """What the executions that were found come to."""
        return self._finder.executions

    @property
    def all_outcomes(self) -> bool:
        """Whether each outcome of the executions that were looked at was found: not so where states were told apart by what
        promises remember.
        """
        return not self._finder.examples

    def judged(self, recording: Recording) -> list[Verdict]:
        """The verdicts on a record of the model. Of what speaks of milliseconds a model knows nothing."""
        # Where all executions are looked at, each order that calls which overlap may have is that of one of them.
        verdicts = self._judge.judge(recording, weigh_overlaps=not self._finder.examples)
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
        accounting = self._finder.find(progress or (lambda accounting: True))
        accounting = replaced(accounting, seconds=time.monotonic() - began)
        self.executions.settle()
        witnesses = Witnesses(self.model, self.executions, lambda: self._finder.whole)
        answers = PromiseAnswers(
            self.executions,
            witnesses,
            self.forms,
            self.facts,
            self.judged,
            examples=not self.all_outcomes,
        )
        promises = tuple(answers.all(accounting))
        if accounting.bound != INTERRUPTED:
            elsewhere = Elsewhere(self._scenario, self._program, self.options, self._elsewhere)
            promises = tuple(elsewhere.all(promises))
        outcomes = tuple(self._outcomes(runs, witnesses, accounting))
        deadlocks = tuple(self._deadlocks(witnesses, accounting))
        endless: tuple[Lasso, ...] = ()
        searched = self._finder.searched
        if accounting.method == "states" and searched is not None:
            deadlocks += tuple(partial_deadlocks(self.model, searched))
            if self._program.ends is None:
                endless = tuple(lassos(self.model, searched))
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
            memory=self.options.memory,
            notes=tuple(self._notes(accounting)),
            runs=len(runs),
            always_stuck=accounting.complete and 0 < stuck == self.executions.number,
            schedules=tuple(self._finder.schedules),
            examples=not self.all_outcomes,
        )

    def statuses(self) -> Statuses:
        """How often each promise is kept, within the limits, and nothing else."""
        accounting = self._finder.find(lambda accounting: True)
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

    # --- what it says ---

    def _outcomes(
        self, runs: Sequence[Recording], witnesses: Witnesses, accounting: Accounting
    ) -> Iterator[Outcome]:
        real: dict[OutcomeKey, int] = {}
        for recording in runs:
            key = outcome_of(recording, self.judged(recording))
            real[key] = real.get(key, 0) + 1
        ranked = sorted(self.executions.outcomes.items(), key=lambda item: (-item[1].number, str(item[0])))
        # Of one execution a trace each outcome has a schedule, if not the least: that is looked for where it is soon found.
        small = accounting.complete and (
            accounting.method == "states" or accounting.executions <= FEW_EXECUTIONS
        )
        for place, (key, best) in enumerate(ranked):
            if small and place < FEW_OUTCOMES:
                witness = witnesses.of(best.schedule, lambda kind, key=key: kind.outcome == key)  # type: ignore[misc]
            else:
                witness = witnessed(self.model, best.schedule)
            yield Outcome(
                key.lines,
                key.held,
                key.broken,
                key.ending,
                best.number,
                real.pop(key, 0) if runs else None,
                key.values,
                key.grade,
                True,
                witness,
            )
        for key, number in sorted(real.items(), key=lambda item: (-item[1], str(item[0]))):
            yield Outcome(
                key.lines,
                key.held,
                key.broken,
                key.ending,
                0,
                number,
                key.values,
                key.grade,
                allowed=self._finder.examples,
            )

    def _deadlocks(self, witnesses: Witnesses, accounting: Accounting) -> Iterator[Deadlock]:
        promised = any(
            count.promise.form in _ABOUT_HANGS and count.promise.line is not None and count.counts["kept"]
            for count in self.executions.promises.values()
        )
        hangs = self.executions.hangs
        for pattern in sorted(hangs, key=lambda each: -hangs[each].number):
            best = hangs[pattern]
            witness = witnesses.of(best.schedule, lambda kind, pattern=pattern: kind.pattern == pattern)  # type: ignore[misc]
            diagnosis = witness.recording.ending.diagnosis
            if diagnosis is None:
                continue
            always = accounting.complete and best.number == self.executions.number
            yield Deadlock(diagnosis, best.number, False, promised, witness, always)

    def _unreached(self, deadlocks: Sequence[Deadlock]) -> Iterator[int]:
        """The lines of steps that no explored execution comes to."""
        instants = self.model.instants
        seen = self._finder.sites | {instants[number].call.site for number in range(len(instants))}
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
            why = accounting.bound or "stopped"
            if self._finder.by_states.keeps_all is not None:
                why += f"; for the promise in line {self._finder.by_states.keeps_all.line} all counts that was seen"
            return "inconclusive", f"not all was explored ({why})"
        if not all(each.allowed for each in outcomes):
            return "inconclusive", _FAULT
        undecided = next((each for each in promises if each.answer in ("inconclusive", "open")), None)
        if undecided is not None and undecided.answer == "open":
            return "inconclusive", f"of what is promised `sometimes`, {THREADS}"
        if undecided is not None:
            return "inconclusive", undecided.shown.reason or f"{undecided.promise.title} can't be decided"
        return "proved", None

    def _notes(self, accounting: Accounting) -> Iterator[str]:
        options = self.options
        raw = any(
            each.kind in ("value", "array")
            and (str(each.options["type"]).startswith("Raw") or not each.options["lock"])
            for each in self._program.objects
        )
        if raw and options.memory == "sc":
            yield "memory without a lock is taken to be sequentially consistent; `--memory tso` has store buffers"
        elif options.memory == "tso":
            yield "memory without a lock has store buffers (x86-TSO)"
        if self._finder.examples:
            yield "states are told apart by what promises remember: the outcomes are some of many"
        if options.no_timeouts:
            yield "no timeout is reached while anybody can go on"
        if options.respect_sleep:
            yield "who sleeps longer wakes later"
        if "random" in self.model.features.operations:
            yield f"random numbers are those of seed {options.seed}"
        if options.jobs != 1 and accounting.method in ("states", "preemptions"):
            yield "a search over states uses one core"
        for each in self._finder.lost:
            yield f"a process that explored {each}; its part was explored again"
        if accounting.method == "pct" and accounting.executions:
            steps = accounting.steps // accounting.executions
            chance = pct_guarantee(len(self.model.threads), steps, PCT_DEPTH)
            told = f"an execution finds a fault that needs {PCT_DEPTH} orders of steps"
            yield f"by PCT {told} with a probability of at least 1 in {round(1 / chance):,}"
