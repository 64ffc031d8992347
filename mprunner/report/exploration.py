"""The report of an exploration for people: what was explored, the outcomes, the promises, what breaks them and how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from mprunner.exploring.elsewhere import timeouts
from mprunner.exploring.probability import runs_needed
from mprunner.exploring.results import (
    Accounting,
    Deadlock,
    Exploration,
    Lasso,
    PromiseAnswer,
    Witnessed,
)
from mprunner.exploring.system import Schedule
from mprunner.program.declarations import Program
from mprunner.recording.events import Blocked, Diagnosis
from mprunner.records import replaced
from mprunner.report import text
from mprunner.report.explored_outcomes import outcome_table
from mprunner.report.phrases import a_list, about, count
from mprunner.report.schedule_lanes import schedule_lanes
from mprunner.report.standing import Standing
from mprunner.report.style import Style, clean, cut, wrapped

if TYPE_CHECKING:
    from mprunner.exploring.confirming import Confirmed

__all__ = ["ExplorationReport"]

MOST_BLOCKS = 5


class ExplorationReport:
    """Text on `out`. `verbosity`: -1 only what went wrong and a line a scenario, 0 as usual, 1 with all that is known."""

    def __init__(self, out: TextIO, style: Style, *, verbosity: int = 0) -> None:
        self._out = out
        self._style = style
        self._verbosity = verbosity
        self._scenarios = 0
        self._schedules: dict[Schedule, str] = {}
        """Those that were shown of the scenario, and for what."""

    def done(
        self, found: Exploration, program: Program, source: Sequence[str], *, name: str | None = None
    ) -> None:
        """Tell all of one scenario."""
        style = self._style
        lines: list[str] = [""] if self._scenarios and self._verbosity >= 0 else []
        self._scenarios += 1
        self._schedules.clear()
        if self._verbosity >= 0:
            lines.append(text.header(found.path, program, style, name=name))
            lines += wrapped(style.plain(explored(found.accounting)), style.width, "  ")
            lines += outcome_table(found, style, every=self._verbosity > 0)
        shown = [each for each in found.promises if self._is_shown(each)]
        standings = [_standing(each) for each in shown]
        lines += text.promise_lines(standings, style, verbose=self._verbosity > 0)
        hangs = [each for each in found.deadlocks if not each.promised]
        broken = [
            each
            for each in found.promises
            if each.answer == "broken" and not (hangs and each.is_about_hanging)
        ]
        for each in broken[:MOST_BLOCKS]:
            lines += self._broken(each, found, source)
        for deadlock in hangs[:MOST_BLOCKS]:
            lines += self._deadlock(deadlock, found)
        left_out = max(len(broken) - MOST_BLOCKS, 0)
        if left_out:
            lines.append(f"  and {count(left_out, 'more promise')} like that")
        for lasso in found.lassos:
            lines += self._lasso(lasso, found)
        if self._verbosity >= 0:
            lines += self._rest(found)
        lines.append(self._closing(found, name))
        self._out.write("\n".join(lines) + "\n")
        self._out.flush()

    def skipped(self, name: str, path: str, reason: str) -> None:
        """Tell why a scenario was not explored."""
        self._out.write(self._style.paint(text.skipped(name, path, reason), "dim") + "\n")
        self._out.flush()

    def confirmed(self, confirmed: Confirmed) -> None:
        """Tell what real processes did of what was explored."""
        from mprunner.report.replays import confirmed_lines

        self._out.write("\n".join(confirmed_lines(confirmed, self._style)) + "\n")
        self._out.flush()

    def _is_shown(self, answer: PromiseAnswer) -> bool:
        """Nobody need be told that what nobody wrote was not broken so far."""
        if (
            answer.promise.line is None
            and answer.answer == "inconclusive"
            and not answer.counts.get("inconclusive")
        ):
            return self._verbosity > 0
        return self._verbosity >= 0 or answer.answer != "kept"

    def _broken(self, answer: PromiseAnswer, found: Exploration, source: Sequence[str]) -> Iterator[str]:
        from mprunner.report.proof import explained  # with all of checking that tells

        style = self._style
        yield from explained(_standing(answer), style, path=found.path, source=source, of_run=False)
        if answer.witness is not None:
            yield from self._schedule(answer.witness, answer.promise.title)
            yield from self._assumed(answer.witness, answer.assuming)

    def _schedule(self, witness: Witnessed, of: str) -> Iterator[str]:
        style = self._style
        before = self._schedules.setdefault(witness.schedule, of)
        least = "fewest switches, then steps" if witness.least else "others may have fewer"
        told = ", ".join(
            (
                count(len(witness.schedule), "step"),
                count(witness.switches, "switch"),
                count(witness.preemptions, "preemption"),
            )
        )
        if before != of:
            yield from _labelled("schedule", f"that of `{clean(before)}` above ({least})", style)
        else:
            yield from _labelled("schedule", f"{told} ({least})", style)
            if witness.bound is not None:
                yield from _labelled("bound", _bound(witness.bound, witness.preemptions), style)
            yield from schedule_lanes(witness, style)
        if witness.probability is not None:
            yield from _labelled("chance", chance(float(witness.probability)), style)

    def _assumed(self, witness: Witnessed, assuming: Sequence[str]) -> Iterator[str]:
        """What a schedule hangs on, and the options that assume it away."""
        late = [str(step) for step in timeouts(witness)]
        words = []
        if late:
            steps = f"step{'s' if len(late) > 1 else ''} {a_list(late)}"
            ends = "with `--no-timeouts` it holds" if "--no-timeouts" in assuming else "see `--no-timeouts`"
            words.append(f"in {steps} the time of a wait is up, however long it is; {ends}")
        if "--respect-sleep" in assuming:
            words.append("sleeps order nothing; with `--respect-sleep` it holds")
        if words:
            yield from _labelled("assumed", "; ".join(words), self._style)

    def _deadlock(self, deadlock: Deadlock, found: Exploration) -> Iterator[str]:
        style = self._style
        partial = "partial " if deadlock.partial else ""
        pattern = deadlock.diagnosis.pattern
        named = "lock order" if _is_of_locks(deadlock.diagnosis) else pattern
        what = "deadlock" if named == "deadlock" else f"deadlock: {named}"
        head = f"{clean(found.path)}: {partial}{what} [{_how_often(deadlock, found)}]"
        yield style.paint(style.plain(head), "broken")
        yield from wrapped(style.plain(clean(deadlock.diagnosis.sentence)), style.width, "  ")
        for blocked in deadlock.diagnosis.blocked:
            yield style.plain(cut(f"  {_blocked(blocked)}", style.width))
        yield from self._schedule(deadlock.witness, what)
        about = [each for each in found.promises if each.is_about_hanging]
        yield from self._assumed(deadlock.witness, about[0].assuming if about else ())

    def _lasso(self, lasso: Lasso, found: Exploration) -> Iterator[str]:
        style = self._style
        under = "without fairness only" if lasso.fairness == "no" else f"even under {lasso.fairness} fairness"
        what = (
            "it may go on for ever"
            if lasso.kind == "livelock"
            else f"{', '.join(lasso.starved)} may never get on"
        )
        if lasso.fairness == "no" and self._verbosity <= 0:
            if lasso.kind == "livelock" and not self._verbosity:
                told = "Without fairness it may go on for ever: a scheduler may take only who goes in circles (-v shows how)."
                yield from (
                    style.paint(line, "dim") for line in wrapped(style.plain(told), style.width, "  ")
                )
            return
        head = f"{clean(found.path)}: {lasso.kind}: {what} [{under}]"
        yield style.paint(style.plain(head), "broken" if lasso.fairness != "no" else "dim")
        yield from schedule_lanes(lasso.prefix, style)
        yield style.plain("    ── then, again and again")
        cycle = replaced(lasso.prefix, steps=lasso.cycle)
        yield from schedule_lanes(cycle, style)

    def _rest(self, found: Exploration) -> Iterator[str]:
        style = self._style
        for deadlock in found.deadlocks:
            if deadlock.promised:
                told = f"{deadlock.diagnosis.sentence} ({_how_often(deadlock, found)})"
                yield from wrapped(style.plain(clean(told)), style.width, "  ")
        notes = list(found.notes)
        if found.unreached:
            lines = [str(line) for line in found.unreached]
            notes.append(f"no execution comes to line{'s' if len(lines) > 1 else ''} {a_list(lines)}")
        if found.leaked:
            notes.append(
                f"nobody waits for {a_list(list(found.leaked))}: left behind when the parent's own steps are over"
            )
        for note in notes:
            for line in wrapped(style.plain(f"{note[0].upper()}{note[1:]}."), style.width, "  "):
                yield style.paint(line, "dim")

    def _closing(self, found: Exploration, name: str | None) -> str:
        style = self._style
        mark = {"proved": "kept", "violated": "broken"}.get(found.answer, "inconclusive")
        parts = [style.paint(found.answer, mark)]  # type: ignore[arg-type]
        if found.reason is not None:
            parts.append(clean(found.reason))
        accounting = found.accounting
        explored_what = (
            (accounting.states, "state") if found.examples else (accounting.executions, "execution")
        )
        parts.append(count(*explored_what))
        parts.append(f"{found.accounting.seconds:.2f} s")
        line = style.plain(" · ".join(parts))
        if self._verbosity < 0:
            prefix = clean(found.path if name is None else f"{found.path} {name}")
            return f"{style.paint(prefix, 'bold')}: {line}"
        return line


def _bound(preemptions: int, made: int) -> str:
    """The fewest preemptions that show it, beside those that the schedule above `made`: it has the fewest switches."""
    if preemptions == 0:
        return "schedules without a preemption show it, too" if made else "no preemption is needed to show it"
    return f"{count(preemptions, 'preemption')} {'is' if preemptions == 1 else 'are'} enough to show it, fewer are not"


def _is_of_locks(diagnosis: Diagnosis) -> bool:
    """Whether it is a circle of processes that took locks in orders that do not agree."""
    circle = [one for one in diagnosis.blocked if one.process in diagnosis.cycle]
    return len(circle) > 1 and all(one.operation == "acquire" and one.holders for one in circle)


def _how_often(deadlock: Deadlock, found: Exploration) -> str:
    """`always`, or `possible: in 6 of 168 executions`."""
    if deadlock.always:
        return "always"
    if found.examples or not deadlock.executions:  # of how many executions is not known, or nobody ends them
        return "possible"
    how = f"possible: in {deadlock.executions:,} of {count(found.accounting.executions, 'execution')}"
    return f"{how}; all others get stuck, too" if found.always_stuck else how


_HOW_FOUND = {
    "preemptions": "with the fewest preemptions",
    "random": "by random walk",
    "pct": "by PCT (depth 3)",
    "pos": "by POS",
}


def explored(accounting: Accounting) -> str:
    """What was explored, in a sentence."""
    known = accounting.states if accounting.method == "states" else accounting.executions
    estimated = None if accounting.complete else about(accounting.estimate, known)
    of_all = "" if estimated is None else f" of {estimated}"
    executions = f"{count(accounting.executions, 'execution')}{of_all}"
    if accounting.method == "traces":
        what = f"{executions}, one for each trace; {accounting.blocked} blocked, {count(accounting.races, 'race')} reversed"
    elif accounting.method == "states":
        what = f"{count(accounting.states, 'state')}{of_all}, {count(accounting.steps, 'step')}"
    else:
        what = f"{executions} {_HOW_FOUND.get(accounting.method, accounting.method)}"
    if accounting.complete:
        return f"every schedule explored: {what}"
    return f"explored so far: {what}; stopped: {accounting.bound}"


def chance(probability: float) -> str:
    """How often a scheduler that takes anybody alike comes to it, and how many runs show it in 95 of 100 cases."""
    if probability <= 0:
        return "a scheduler that takes anybody alike never comes to it"
    if probability >= 1:
        return "a scheduler that takes anybody alike always comes to it"
    runs = runs_needed(probability)
    assert runs is not None, "it is not impossible"
    rarely = f"a scheduler that takes anybody alike comes to it 1 in {1 / probability:,.4g} times"
    return f"{rarely}; {count(runs, 'run')} show it with 95 %"


def _standing(answer: PromiseAnswer) -> Standing:
    broken = answer.counts.get("broken", 0) + answer.counts.get("vacuous", 0)
    return Standing(
        answer.promise,
        answer.answer,
        answer.note,
        answer.shown,
        broken_runs=broken if answer.answer == "broken" else 0,
        evidence=answer.evidence,
    )


def _labelled(label: str, words: str, style: Style) -> Iterator[str]:
    rows = wrapped(style.plain(words), style.width, " " * 12)
    for place, row in enumerate(rows):
        head = style.paint(label.ljust(10), "dim") if place == 0 else " " * 10
        yield f"  {head}{row[12:]}"


def _blocked(blocked: Blocked) -> str:
    of = "" if blocked.object is None else f" of `{blocked.object}`"
    told = blocked.holders and blocked.holders != (blocked.object,)
    held = f", held by {', '.join(blocked.holders)}" if told else ""
    return f"{blocked.process} waits in {blocked.operation}{of}{held}"
