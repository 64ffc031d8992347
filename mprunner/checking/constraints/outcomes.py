"""`outcomes`: how a run ends, as one outcome of several values, which has a grade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.fields import bound_field
from mprunner.checking.forms import ObservedForm, OutcomesForm
from mprunner.checking.matching import Matcher
from mprunner.checking.patterns import fingerprint
from mprunner.checking.wording import phrase, shown
from mprunner.recording.events import Event

__all__ = ["Outcomes", "graded", "observed_name"]

Graded = tuple[tuple[tuple[Any, ...], str], ...]


def observed_name(one: ObservedForm) -> str:
    """What is looked at: `p1.x`, `exit code of p1`, `number of "done"`, `order of acquire of lock`."""
    if one.kind == "variable":
        return f"{one.process}.{one.variable}"
    if one.kind == "exitcode" or one.matcher is None:
        return f"exit code of {one.process}"
    return f"{'number' if one.kind == 'count' else 'order'} of {phrase(one.matcher)}"


def _told(of: Sequence[ObservedForm], values: Sequence[Any]) -> str:
    return ", ".join(f"{observed_name(one)}={shown(value)}" for one, value in zip(of, values, strict=True))


def graded(body: OutcomesForm) -> tuple[tuple[str, str], ...]:
    """Each listed outcome as summaries tell it, with its grade."""
    return tuple((f"{_told(body.of, values)} ({grade})", grade) for values, grade in body.graded)


class Outcomes(Constraint):
    """Judged at the end; an outcome that is not listed breaks it, as a forbidden one does."""

    __slots__ = ("_graded", "_of", "_seen", "_slots")

    def __init__(self, of: tuple[ObservedForm, ...], listed: Graded) -> None:
        self._slots = [place for place, one in enumerate(of) if one.matcher is not None]
        super().__init__([Matcher(one.matcher) for one in of if one.matcher is not None])
        self._of = of
        self._graded = [(tuple(map(fingerprint, outcome)), grade) for outcome, grade in listed]
        self._seen: dict[int, list[Any]] = {place: [] for place in self._slots}

    def feed(self, event: Event, mask: int) -> None:
        for bit, place in enumerate(self._slots):
            if mask >> bit & 1:
                self._seen[place].append(bound_field(event.call, self._of[place].field or "op"))

    def finish(self, end: End) -> Finding:
        processes = {process.name: process for process in end.recording.processes}
        values: list[Any] = []
        for place, one in enumerate(self._of):
            if one.matcher is not None:
                if not end.complete:
                    return Finding("inconclusive", 1, "no outcome", "the run was cut short")
                values.append(len(self._seen[place]) if one.kind == "count" else self._seen[place])
                continue
            process = processes.get(one.process)
            if process is None and end.complete:
                reason = f"{one.process} was never started, so there is no {observed_name(one)}"
                return Finding("broken", 1, "no outcome", reason)
            if one.kind == "exitcode":
                if process is None or process.exitcode is None or process.ended_by == "mprun":
                    return Finding("inconclusive", 1, "no outcome", f"{one.process} had not ended by itself")
                values.append(process.exitcode)
                continue
            if process is None or process.variables is None:
                return Finding("inconclusive", 1, "no outcome", f"{one.process} did not reach its end")
            if one.variable not in process.variables:
                reason = f"{one.process} has no variable `{one.variable}` at its end"
                return Finding("broken", 1, "no outcome", reason)
            values.append(process.variables[one.variable])
        return self._judge(values)

    def _judge(self, values: list[Any]) -> Finding:
        told = _told(self._of, values)
        found = tuple(map(fingerprint, values))
        grade = next((grade for outcome, grade in self._graded if outcome == found), "not listed")
        summary = f"{told} ({grade})"
        if grade == "not listed":
            return Finding("broken", 1, summary, f"the run ends with {told}, an outcome that nobody listed")
        if grade == "forbidden":
            return Finding("broken", 1, summary, f"the run ends with {told}, which is forbidden")
        return Finding("kept", 1, summary)
