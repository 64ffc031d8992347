"""The order of a record.

*The rule.* Events stand in the order of their instants on the machine's one clock. Of instants in the same nanosecond those
of one thread keep the order in which it wrote them; between threads what gives (a release, a put, a start: their begin) goes
before what may have taken it (an acquire, a get: their end), and a process's exit before whatever saw it dead.

*Which instant.* Every call has two, and both are events. A matcher without `at:` sees the one where the effect stands that
the operation is named for (`OperationSpec.stands`): what gives stands at its begin, what takes at its end. Ordered so, a record
can't contradict causality, however the processes lost the CPU between an operation and its recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, cast

from mprunner.operations import Instant, Kind, OperationSpec, operation
from mprunner.recording.collecting import collector_paused
from mprunner.recording.events import Call, Event, Recording

__all__ = ["default_instant", "events", "in_order", "order_events", "spec_of"]

_Instant = tuple[int, Instant, Call]

_SEES_DEATH = frozenset(
    {("process", "join"), ("process", "is_alive"), ("process", "exitcode"), ("pool", "join")}
)
_GIVES, _OTHER, _TAKES, _SEES = range(4)


def spec_of(call: Call) -> OperationSpec | None:
    """What the table of operations says of a call; None for an operation that it does not have."""
    return operation(call.operation, cast("Kind", call.kind)) or operation(call.operation)


def default_instant(call: Call) -> Instant:
    """The instant at which a matcher without `at:` sees the call."""
    spec = spec_of(call)
    return "begin" if spec is None else spec.stands


def in_order(calls: Iterable[Call]) -> list[Call]:
    """The calls sorted by begin, and numbered so."""
    ordered = sorted(calls, key=attrgetter("begin", "pid", "thread", "sequence"))
    for number, call in enumerate(ordered):
        call.number = number
    return ordered


def events(recording: Recording) -> list[Event]:
    """Both instants of every call of the recording, in causal order. A call that never ended has its begin only."""
    return order_events(recording.calls)


def order_events(calls: Sequence[Call]) -> list[Event]:
    """As `events`, of any calls."""
    with collector_paused():
        instants: list[_Instant] = []
        for call in calls:
            instants.append((call.begin, "begin", call))
            if call.end is not None:
                instants.append((call.end, "end", call))
        instants.sort(key=itemgetter(0))
        _settle_ties(instants)
        return [Event(position, time, at, call) for position, (time, at, call) in enumerate(instants)]


def _settle_ties(instants: list[_Instant]) -> None:
    start, count = 0, len(instants)
    while start < count - 1:
        time = instants[start][0]
        stop = start + 1
        while stop < count and instants[stop][0] == time:
            stop += 1
        if stop - start > 2 or (stop - start == 2 and instants[start][2] is not instants[start + 1][2]):
            instants[start:stop] = _tie_order(instants[start:stop])
        start = stop


def _tie_order(tied: list[_Instant]) -> list[_Instant]:
    """Merges the threads' own orders, the instant that depends on least first."""
    lanes: dict[Any, list[_Instant]] = {}
    for instant in tied:
        lanes.setdefault((instant[2].pid, instant[2].thread), []).append(instant)
    waiting = [sorted(lane, key=_place, reverse=True) for lane in lanes.values()]
    ordered: list[_Instant] = []
    while waiting:
        lane = min(waiting, key=lambda lane: _depends(lane[-1]))
        ordered.append(lane.pop())
        if not lane:
            waiting.remove(lane)
    return ordered


def _place(instant: _Instant) -> tuple[float, int]:
    _, at, call = instant
    if at == "begin":
        return (call.sequence, 0)
    return (float("inf") if call.end_sequence is None else call.end_sequence, 1)


def _depends(instant: _Instant) -> int:
    _, at, call = instant
    if call.operation == "exit":
        return _GIVES
    spec = spec_of(call)
    if at == "begin":
        return _GIVES if spec is not None and spec.gives else _OTHER
    if (call.kind, call.operation) in _SEES_DEATH:
        return _SEES
    return _TAKES if spec is not None and spec.takes else _OTHER
