"""What explains a broken promise, as JSON: the same facts as in the text report, none of them in sentences only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mprunner.recording.events import Event
from mprunner.report.proof import commands
from mprunner.report.standing import Standing

if TYPE_CHECKING:
    from mprunner.checking.happens_before.because import Edge
    from mprunner.checking.telling.evidence import Evidence, Step

__all__ = ["event_fields", "explanation", "seconds"]


def explanation(standing: Standing, origin: int, *, path: str) -> dict[str, Any] | None:
    """The explanation of a promise that is broken or undecided; None for the others."""
    evidence = standing.evidence
    if standing.mark not in ("broken", "inconclusive") or evidence is None:
        return None
    proof, nearest = evidence.proof, evidence.nearest
    return {
        "sentence": evidence.reason,
        "why": standing.promise.why,
        "trace": [
            {"role": line.role or None, "left_out": line.left_out, **event_fields(line.event, origin)}
            for line in evidence.lines
        ],
        "order": [_step(step) for step in evidence.because],
        "tested": _tested(evidence),
        "spans": [
            {
                "process": begin.call.process,
                "from": begin.position,
                "to": None if end is None else end.position,
            }
            for begin, end in proof.stretches
        ],
        "nearest": None
        if nearest is None
        else {"change": nearest.change, "promise": nearest.title, "summary": nearest.summary},
        "recording": standing.recorded,
        "commands": commands(standing, path),
    }


def _tested(evidence: Evidence) -> dict[str, Any]:
    proof = evidence.proof
    return {
        "times": evidence.verdict.activations,
        "broken": proof.violations,
        "first": None if proof.first is None else proof.first.position,
        "last": None if proof.last is None else proof.last.position,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "earlier": step.earlier.position,
        "later": step.later.position,
        "relation": step.ordering.relation,
        "seconds": seconds(step.ordering.nanoseconds),
        "because": [_edge(edge) for edge in step.ordering.edges],
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {"kind": edge.kind, "from": edge.source.position, "to": edge.target.position}


def event_fields(event: Event, origin: int) -> dict[str, Any]:
    """An event; its time in seconds since the run's zero."""
    call = event.call
    return {
        "position": event.position,
        "time": seconds(event.time - origin),
        "at": event.at,
        "process": call.process,
        "actor": call.actor,
        "op": call.operation,
        "object": call.object,
        "outcome": call.outcome,
        "values": {name: value for name, value in call.values.items() if name != "parts"},
        "error": None if call.error is None else {"type": call.error.type, "text": call.error.text},
    }


def seconds(nanoseconds: int) -> float:
    """To the microsecond."""
    return round(nanoseconds / 1_000_000_000, 6)
