"""Why the order of two events is certain, or only the clock's: one sentence for each pair of events in a proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mprunner.report.phrases import a_list, duration
from mprunner.report.style import clean

if TYPE_CHECKING:
    from mprunner.checking.happens_before.because import Edge
    from mprunner.checking.telling.evidence import Step
    from mprunner.recording.events import Event

__all__ = ["because"]


def because(steps: Sequence[Step], *, known: bool = False) -> list[str]:
    """`#4 is before #9 for certain: p2 got `lock` (#9) that p1 had released (#4)`, for each step; one for all that only the
    clock orders. `known`: that nothing else orders them has been said.
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
        told.append(f"by the clock {pairs}{'' if known else '; no start, join, lock or item orders them'}")
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


_LINKS: dict[str, str] = {
    "start": "{giver} started {taker} ({here})",
    "signal": "{giver} sent {taker} the signal that ended it ({here})",
    "death": "{taker} saw {source} ended ({there})",
    "worker": "{taker} took the place of {source}, which had ended ({here})",
    "lock": "{taker} got {thing} ({there}) that {giver} had released ({here})",
    "permit": "{taker} got a permit of {thing} ({there}), and needed that {giver} had released one ({here})",
    "item": "{taker} got from {thing} ({there}) what {giver} had put ({here})",
    "slot": "{taker} put into {thing} ({there}), and needed the room that {giver} made ({here})",
    "done": "{taker} waited for all of {thing} to be done ({there}), as {giver} told ({here})",
    "set": "{taker} saw {thing} set ({there}), as {giver} had done ({here})",
    "notify": "{taker} was woken ({there}) when {giver} notified {thing} ({here})",
    "barrier": "{taker} left {thing} ({there}), to which {giver} had come ({here})",
    "task": "{giver} submitted the task {taker} ({here})",
    "callback": "{taker} was called with what came of {giver}, which had ended ({here})",
    "called": "{taker} had the result ({there}) when {giver} had returned ({here})",
    "result": "{taker} had the result ({there}) of {giver}, which had ended ({here})",
}


def _link(edge: Edge) -> str:
    source, target = edge.source.call, edge.target.call
    return _LINKS.get(edge.kind, "{taker} goes on from {giver} ({here})").format(
        giver=clean(source.actor),
        taker=clean(target.actor),
        source=clean(source.process),
        here=_number(edge.source),
        there=_number(edge.target),
        thing=f"`{clean(target.object or source.object or '?')}`",
    )
