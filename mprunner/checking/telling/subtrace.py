"""The events that a proof needs to be read: the witnesses, the ends of the edges that order them, and what lies between when
that is little.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from mprunner.checking.happens_before.because import Edge
from mprunner.checking.matching import stands_here
from mprunner.checking.verdict import Witness
from mprunner.recording.events import Event
from mprunner.records import record

__all__ = ["MOST", "Line", "subtrace"]

MOST = 9
"""Events that are shown, if the witnesses alone are not more."""
_NEIGHBOURS = 2
"""Events of its process that are shown on either side of a witness that stands alone."""
_FAR = 50_000
"""Events between the first witness and the last one, from where on nobody looks what lies between."""
_SILENT = frozenset({"sleep", "begin", "stderr"})
"""Operations that explain nothing by standing between."""


@record
class Line:
    """An event to show; `role` is empty for what is no witness. `left_out`: how many events of the same processes
    stand between it and the one shown before it.
    """

    event: Event
    role: str
    left_out: int = 0


def subtrace(
    witnesses: Sequence[Witness],
    edges: Iterable[Edge],
    stretches: Iterable[tuple[Event, Event | None]],
    events: Sequence[Event],
) -> tuple[Line, ...]:
    """The lines to show, in order of the record; `events` are all of it."""
    roles = {one.event.position: (one.event, one.role) for one in witnesses}
    if not roles:
        return ()
    for edge in edges:
        if edge.kind != "order":
            for end in (edge.source, edge.target):
                roles.setdefault(end.position, (end, ""))
    for begin, _ in stretches:
        if len(roles) < MOST:
            roles.setdefault(begin.position, (begin, ""))
    actors = {event.call.process for event, _ in roles.values()}
    first, last = min(roles), max(roles)
    if len(roles) == 1:
        first, last = _around(first, events, actors)
    shown = {event.call.number for event, _ in roles.values()}
    others = [
        event
        for event in (events[first : last + 1] if last - first < _FAR else ())
        if event.call.process in actors and event.call.number not in shown and _speaks(event)
    ]
    if len(roles) + len(others) <= MOST:
        roles |= {event.position: (event, "") for event in others}
        others = []
    places = [event.position for event in others]
    lines: list[Line] = []
    before: int | None = None
    for position in sorted(roles):
        event, role = roles[position]
        left_out = 0 if before is None else bisect_left(places, position) - bisect_left(places, before)
        lines.append(Line(event, role, left_out))
        before = position
    return tuple(lines)


def _speaks(event: Event) -> bool:
    return stands_here(event) and event.call.operation not in _SILENT


def _around(position: int, events: Sequence[Event], actors: set[str]) -> tuple[int, int]:
    """From a few events of the same process before it to a few behind it."""
    ends = []
    for step in (-1, 1):
        at, seen, end = position + step, 0, position
        while 0 <= at < len(events) and seen < _NEIGHBOURS:
            if events[at].call.process in actors and _speaks(events[at]):
                seen += 1
                end = at
            at += step
        ends.append(end)
    return ends[0], ends[1]
