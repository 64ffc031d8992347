"""`--json`: one JSON object a line, written as things happen, so that a killed run still leaves what it had.

docs/json.md is the reference; a field is added there before it is added here, and none changes its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from mprunner.checking.verdict import Chance, Promise, Verdict
from mprunner.recording.events import Blocked, Diagnosis, ProcessRecord, Recording, Shown
from mprunner.report.json_explanation import event_fields, explanation, seconds
from mprunner.report.reporter import Case, RunResult, ScenarioResult
from mprunner.report.runs import Outcomes

if TYPE_CHECKING:
    from mprunner.checking.happens_before.races import Race
    from mprunner.language.diagnostics import Diagnostic
    from mprunner.program.declarations import Site
    from mprunner.worlds.base import LiveLine

__all__ = ["JsonLines"]

VERSION = 1


class JsonLines:
    """Writes the objects to `out`. Times are seconds since the run's zero, durations seconds."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._sites: Sequence[Site] = ()

    def write(self, type_: str, **fields: Any) -> None:
        """One object, at once; control characters and lone surrogates are escaped, so a line is always valid JSON."""
        self._out.write(json.dumps({"type": type_, **fields}, ensure_ascii=True, default=_plain) + "\n")
        self._out.flush()

    def start(self, *, version: str, python: str) -> None:
        """First of all: what wrote this."""
        self.write("start", format=VERSION, mprunner=version, python=python)

    def invalid(self, diagnostics: Sequence[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            span = diagnostic.span
            self.write(
                "diagnostic",
                path=diagnostic.source.path,
                line=span.line,
                column=span.column,
                end_line=span.end_line,
                end_column=span.end_column,
                severity=diagnostic.severity,
                kind=diagnostic.kind,
                message=diagnostic.message,
                expected=diagnostic.expected,
            )

    def skipped(self, name: str, path: str, reason: str) -> None:
        self.write("skipped", name=name, path=path, reason=reason)

    def begin(self, case: Case) -> None:
        self._sites = case.program.sites
        self.write(
            "scenario",
            name=case.name,
            path=case.path,
            start_method=case.start_method,
            backend=case.backend,
            runs=case.runs,
        )

    def line(self, line: LiveLine, *, origin: int) -> None:
        self.write(
            "line",
            time=seconds(line.time_ns - origin),
            process=line.process,
            actor=line.actor,
            stream=line.stream,
            text=line.text,
        )

    def run_done(self, run: RunResult, *, of: int) -> None:
        recording, ending = run.recording, run.recording.ending
        for verdict in run.verdicts:
            self._verdict(verdict, run=run.number, origin=recording.origin)
        self.write(
            "run",
            run=run.number,
            of=of,
            ending=ending.how,
            seconds=seconds(ending.time - recording.origin),
            diagnosis=_diagnosis(ending.diagnosis, recording.origin),
            note=ending.note,
            incomplete=list(recording.incomplete),
            processes=[_process(process, recording.origin) for process in recording.processes],
            happened=list(run.happened),
            unspoken=list(run.unspoken),
            races=[self._race(race, recording) for race in run.races],
        )

    def _verdict(self, verdict: Verdict, *, run: int, origin: int) -> None:
        self.write(
            "verdict",
            run=run,
            **_promise(verdict.promise),
            status=verdict.status,
            activations=verdict.activations,
            summary=verdict.summary,
            reason=verdict.reason,
            witnesses=[
                {"role": witness.role, **event_fields(witness.event, origin)} for witness in verdict.witnesses
            ],
            chance=_chance(verdict.chance, origin),
        )

    def _race(self, race: Race, recording: Recording) -> dict[str, Any]:
        from mprunner.checking.happens_before.races import told_race

        accesses = [
            {"line": self._line(event.call.site), **event_fields(event, recording.origin)}
            for event in race.accesses
        ]
        reason = told_race(race, lambda event: f"#{event.position}")
        return {
            "object": race.object,
            "kind": race.kind,
            "reason": reason,
            "path": recording.path,
            "accesses": accesses,
        }

    def _line(self, site: int | None) -> int | None:
        """The line of the file that a call comes from."""
        return self._sites[site].line if site is not None and 0 <= site < len(self._sites) else None

    def recorded(self, path: str) -> None:
        self.write("recorded", path=path)

    def done(self, result: ScenarioResult) -> None:
        for standing in result.standings:
            self.write(
                "promise",
                **_promise(standing.promise),
                result=standing.mark,
                note=standing.note,
                runs=standing.runs,
                broken_runs=standing.broken_runs,
                run=standing.run,
                in_runs=list(standing.wrong_in),
                explanation=explanation(standing, result.origins.get(standing.run, 0), path=result.case.path),
            )
        if result.runs > 1:
            self._outcomes(result.outcomes)
        self.write(
            "result",
            name=result.case.name,
            path=result.case.path,
            result=result.result,
            exit_code=result.exit_code,
            runs=result.runs,
            seconds=seconds(result.nanoseconds),
        )

    def _outcomes(self, outcomes: Outcomes) -> None:
        for outcome in outcomes.ranked():
            self.write(
                "outcome",
                runs=outcome.runs,
                of=outcomes.runs,
                first_run=outcome.first_run,
                ending=outcome.ending,
                broken=list(outcome.broken),
                lines=[{"process": process, "text": text} for process, text in outcome.lines],
            )

    def summary(
        self, counts: dict[str, int], *, failed: Sequence[str], exit_code: int, nanoseconds: int
    ) -> None:
        self.write("summary", **counts, exit_code=exit_code, seconds=seconds(nanoseconds))


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "promise": promise.title,
        "form": promise.form,
        "holds": promise.holds,
        "line": promise.line,
        "column": promise.column,
    }


def _chance(chance: Chance | None, origin: int) -> dict[str, Any] | None:
    if chance is None:
        return None
    events = {"earlier": event_fields(chance.earlier, origin), "later": event_fields(chance.later, origin)}
    return {"reason": chance.reason, **events}


def _process(process: ProcessRecord, origin: int) -> dict[str, Any]:
    return {
        "name": process.name,
        "pid": process.pid,
        "role": process.role,
        "parent": process.parent,
        "started": None if process.started is None else seconds(process.started - origin),
        "ended": None if process.ended is None else seconds(process.ended - origin),
        "exitcode": process.exitcode,
        "ended_by": process.ended_by,
        "running": None if process.running is None else seconds(process.running),
        "ready": None if process.ready is None else seconds(process.ready),
        "waiting": None if process.waiting is None else seconds(process.waiting),
    }


def _diagnosis(diagnosis: Diagnosis | None, origin: int) -> dict[str, Any] | None:
    if diagnosis is None:
        return None
    return {
        "pattern": diagnosis.pattern,
        "sentence": diagnosis.sentence,
        "cycle": list(diagnosis.cycle),
        "blocked": [_blocked(blocked, origin) for blocked in diagnosis.blocked],
    }


def _blocked(blocked: Blocked, origin: int) -> dict[str, Any]:
    return {
        "process": blocked.process,
        "op": blocked.operation,
        "object": blocked.object,
        "since": seconds(blocked.since - origin),
        "holders": list(blocked.holders),
        "dead": list(blocked.dead),
        "reason": blocked.reason,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Shown):
        return {"type": value.type, "shown": value.text}
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=repr)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return repr(value)
