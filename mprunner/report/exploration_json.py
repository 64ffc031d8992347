"""`mprun explore --json`: what an exploration found, one JSON object a line; docs/json.md is the reference."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from mprunner.exploring.results import Deadlock, Exploration, Outcome, PromiseAnswer, StepMade, Witnessed
from mprunner.program.declarations import Program
from mprunner.report.json_explanation import explanation
from mprunner.report.schedule_lanes import step_phrase
from mprunner.report.standing import Standing

if TYPE_CHECKING:
    from mprunner.exploring.confirming import Confirmed

__all__ = ["ExplorationJson"]

VERSION = 1


class ExplorationJson:
    """Writes the objects to `out`."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def start(self, *, version: str, python: str) -> None:
        """First of all: what wrote this."""
        self._write("start", format=VERSION, mprunner=version, python=python)

    def done(
        self, found: Exploration, program: Program, source: Sequence[str], *, name: str | None = None
    ) -> None:
        """All of one scenario: its outcomes, promises, deadlocks, and last the whole."""
        for outcome in found.outcomes:
            self._write("explored_outcome", **_outcome(outcome))
        for answer in found.promises:
            self._write("explored_promise", **_promise(answer, found.path))
        for deadlock in found.deadlocks:
            self._write("deadlock", **_deadlock(deadlock))
        self._write("exploration", **_whole(found))

    def skipped(self, name: str, path: str, reason: str) -> None:
        """A scenario that can't be explored as asked."""
        self._write("skipped", name=name, path=path, reason=reason)

    def confirmed(self, confirmed: Confirmed) -> None:
        """What real processes did of what was explored."""
        from mprunner.report.replays import confirmed_fields

        self._write("confirmed", **confirmed_fields(confirmed))

    def _write(self, type_: str, **fields: Any) -> None:
        self._out.write(json.dumps({"type": type_, **fields}, ensure_ascii=True, default=str) + "\n")
        self._out.flush()


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "executions": outcome.executions,
        "runs": outcome.runs,
        "allowed": outcome.allowed,
        "values": outcome.values,
        "grade": outcome.grade,
        "ending": outcome.ending,
        "broken": list(outcome.broken),
        "lines": [{"process": lane, "text": line} for lane, line in outcome.lines],
        "held": dict(outcome.held),
        "schedule": schedule(outcome.witness),
    }


def _promise(answer: PromiseAnswer, path: str) -> dict[str, Any]:
    promise = answer.promise
    standing = Standing(promise, answer.answer, answer.note, answer.shown, evidence=answer.evidence)
    return {
        "promise": promise.title,
        "form": promise.form,
        "holds": promise.holds,
        "line": promise.line,
        "column": promise.column,
        "result": answer.answer,
        "note": answer.note,
        "executions": {
            status: answer.counts.get(status, 0) for status in ("kept", "broken", "inconclusive", "vacuous")
        },
        "assuming": list(answer.assuming),
        "explanation": explanation(standing, 0, path=path),
        "schedule": schedule(answer.witness),
    }


def _deadlock(deadlock: Deadlock) -> dict[str, Any]:
    diagnosis = deadlock.diagnosis
    return {
        "pattern": diagnosis.pattern,
        "sentence": diagnosis.sentence,
        "cycle": list(diagnosis.cycle),
        "blocked": [
            {
                "process": each.process,
                "op": each.operation,
                "object": each.object,
                "holders": list(each.holders),
                "dead": list(each.dead),
            }
            for each in diagnosis.blocked
        ],
        "partial": deadlock.partial,
        "always": deadlock.always,
        "promised": deadlock.promised,
        "executions": deadlock.executions,
        "schedule": schedule(deadlock.witness),
    }


def _whole(found: Exploration) -> dict[str, Any]:
    done = found.accounting
    return {
        "name": found.scenario,
        "path": found.path,
        "answer": found.answer,
        "reason": found.reason,
        "method": done.method,
        "complete": done.complete,
        "bound": done.bound,
        "executions": done.executions,
        "states": done.states,
        "steps": done.steps,
        "races": done.races,
        "blocked": done.blocked,
        "estimate": done.estimate,
        "seconds": done.seconds,
        "memory": found.memory,
        "always_stuck": found.always_stuck,
        "runs": found.runs,
        "unreached": list(found.unreached),
        "leaked": list(found.leaked),
        "notes": list(found.notes),
    }


def schedule(witness: Witnessed | None) -> dict[str, Any] | None:
    """A schedule: how long it is, and its steps."""
    if witness is None:
        return None
    return {
        "switches": witness.switches,
        "preemptions": witness.preemptions,
        "least": witness.least,
        "bound": witness.bound,
        "probability": None if witness.probability is None else float(witness.probability),
        "steps": [_step(step) for step in witness.steps],
    }


def _step(step: StepMade) -> dict[str, Any]:
    return {"thread": step.thread, "did": step_phrase(step), "switch": step.switch or None}
