"""`outcomes`: the final values of some variables together, as one outcome of the run, which has a grade."""

from __future__ import annotations

from typing import Any

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.patterns import fingerprint
from mprunner.checking.wording import shown
from mprunner.recording.events import Event

Graded = tuple[tuple[tuple[Any, ...], str], ...]


class Outcomes(Constraint):
    """Judged from the list of processes alone; an outcome that is not listed breaks it, as a forbidden one does."""

    __slots__ = ("_graded", "_of")

    def __init__(self, of: tuple[tuple[str, str], ...], graded: Graded) -> None:
        super().__init__(())
        self._of = of
        self._graded = [(tuple(map(fingerprint, outcome)), grade) for outcome, grade in graded]

    def feed(self, event: Event, mask: int) -> None:
        """Nothing is asked of single events."""

    def finish(self, end: End) -> Finding:
        processes = {process.name: process for process in end.recording.processes}
        values: list[Any] = []
        for name, variable in self._of:
            process = processes.get(name)
            if process is None and end.complete:
                reason = f"{name} was never started, so there is no {name}.{variable}"
                return Finding("broken", 1, "no outcome", reason)
            if process is None or process.variables is None:
                return Finding("inconclusive", 1, "no outcome", f"{name} did not reach its end")
            if variable not in process.variables:
                reason = f"{name} has no variable `{variable}` at its end"
                return Finding("broken", 1, "no outcome", reason)
            values.append(process.variables[variable])
        return self._judge(values)

    def _judge(self, values: list[Any]) -> Finding:
        told = ", ".join(
            f"{name}.{variable}={shown(value)}"
            for (name, variable), value in zip(self._of, values, strict=True)
        )
        found = tuple(map(fingerprint, values))
        grade = next((grade for outcome, grade in self._graded if outcome == found), "not listed")
        summary = f"{told} ({grade})"
        if grade == "not listed":
            return Finding("broken", 1, summary, f"the run ends with {told}, an outcome that nobody listed")
        if grade == "forbidden":
            return Finding("broken", 1, summary, f"the run ends with {told}, which is forbidden")
        return Finding("kept", 1, summary)
