"""Why the order of two events is certain, or only the clock's: one sentence for each pair of events in a proof."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.because import Edge
from mprunner.checking.evidence import Step
from mprunner.recording.events import Event
from mprunner.report.phrases import a_list, duration
from mprunner.report.style import clean

__all__ = ["because"]


def because(steps: Sequence[Step]) -> list[str]:
    """`#4 is before #9 for certain: p2 got `lock` (#9) that p1 had released (#4)`, for each step; one for all that only the
    clock orders.
    """
    by_clock = [step for step in steps if step.ordering.relation == "clock"]
    told = [_certain(step) for step in steps if step.ordering.relation == "ordered"]
    told += [_overlapping(step) for step in steps if step.ordering.relation == "concurrent"]
    if by_clock:
        pairs = a_list(
            [
                f"{_number(step.earlier)} is {duration(max(step.ordering.nanoseconds, 0))} before {_number(step.later)}"
                for step in by_clock
            ]
        )
        told.append(f"by the clock {pairs}; no start, join, lock or item orders them")
    return told


def _certain(step: Step) -> str:
    edges = step.ordering.edges
    links = [_link(edge) for edge in edges if edge.kind != "order"]
    start = f"{_number(step.earlier)} is before {_number(step.later)} for certain"
    if not links:
        return f"{start}: both are steps of {clean(step.later.call.actor)}"
    return f"{start}: {', then '.join(links)}"


def _overlapping(step: Step) -> str:
    apart = duration(max(step.ordering.nanoseconds, 0))
    return (
        f"{_number(step.earlier)} and {_number(step.later)} ({apart} apart) belong to calls that overlap: neither is before "
        "the other for certain"
    )


def _number(event: Event) -> str:
    return f"#{event.position}"


def _link(edge: Edge) -> str:
    source, target = edge.source.call, edge.target.call
    giver, taker = clean(source.actor), clean(target.actor)
    here, there = _number(edge.source), _number(edge.target)
    thing = f"`{clean(target.object or source.object or '?')}`"
    if edge.kind == "start":
        return f"{giver} started {taker} ({here})"
    if edge.kind == "lock":
        return f"{taker} got {thing} ({there}) that {giver} had released ({here})"
    if edge.kind == "item":
        return f"{taker} got from {thing} ({there}) what {giver} had put ({here})"
    if edge.kind == "task":
        return f"{giver} submitted the task {taker} ({here})"
    if edge.kind == "result":
        return f"{taker} had the result ({there}) of {giver}, which had ended ({here})"
    if edge.kind == "death":
        return f"{taker} saw {clean(source.process)} ended ({there})"
    return f"{taker} goes on from {giver} ({here})"
