"""The order of a record.

*The rule.* Events stand in the order of their instants on the machine's one clock. Of instants in the same nanosecond those
of one thread keep the order in which it wrote them; between threads what gives (a release, a put, a start: their begin) goes
before what may have taken it (an acquire, a get: their end), and a process's exit before whatever saw it dead.

*Which instant.* Every call has two, and both are events. A matcher without `at:` sees the one where the effect stands that
the operation is named for (`OperationSpec.stands`): what gives stands at its begin, what takes at its end. Ordered so, a record
can't contradict causality, however the processes lost the CPU between an operation and its recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, cast

from mprunner.operations import Instant, Kind, OperationSpec, operation
from mprunner.recording.collecting import collector_paused
from mprunner.recording.events import Call, Event, Recording

__all__ = ["default_instant", "events", "in_order", "instants", "order_events", "settle_ties", "spec_of"]

_Instant = tuple[int, Instant, Call]
"""Its code (see `instants`), which of the call's two it is, and the call."""

_SEES_DEATH = frozenset(
    {("process", "join"), ("process", "is_alive"), ("process", "exitcode"), ("pool", "join")}
)
_AT: tuple[Instant, Instant] = ("begin", "end")
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
        codes, times = instants([call.begin for call in calls], [call.end for call in calls])
        settle_ties(codes, times, calls.__getitem__)
        return [
            Event(position, time, "end" if code & 1 else "begin", calls[code >> 1])
            for position, (code, time) in enumerate(zip(codes, times, strict=True))
        ]


def instants(
    begins: Sequence[int],
    ends: Sequence[int | None],
    *,
    start: int = 0,
    more: Iterable[tuple[int, int]] = (),
) -> tuple[list[int], list[int]]:
    """The codes and the times of the instants of calls, by time and in one nanosecond by code: what `settle_ties` completes.

    A code is `2 * index` for the begin of a call and one more for its end. `start` is the index of the first call; `more` are
    instants of others, as time and code.
    """
    stop = start + len(begins)
    bits = (2 * stop).bit_length()
    low, zero = (1 << bits) - 1, begins[0] if begins else 0
    keys = [time - zero << bits | code for time, code in more]
    keys += [
        time - zero << bits | code for time, code in zip(begins, range(2 * start, 2 * stop, 2), strict=True)
    ]
    keys += [
        time - zero << bits | code
        for time, code in zip(ends, range(2 * start + 1, 2 * stop + 1, 2), strict=True)
        if time is not None
    ]
    keys.sort()
    return [key & low for key in keys], [(key >> bits) + zero for key in keys]


def settle_ties(codes: list[int], times: Sequence[int], call: Callable[[int], Call]) -> None:
    """Orders the instants of each nanosecond, in place. `call` gives the call of an index (code // 2)."""
    # Most that share one are the begin and the end of one call, which stand right.
    tied = [
        place
        for place, (one, other, time, same) in enumerate(
            zip(codes, codes[1:], times, times[1:], strict=False)
        )
        if time == same and one ^ other != 1
    ]
    stop, count = 0, len(codes)
    for place in tied:
        if place < stop:
            continue
        start, time = place, times[place]
        while start > 0 and times[start - 1] == time:
            start -= 1
        stop = place + 1
        while stop < count and times[stop] == time:
            stop += 1
        codes[start:stop] = _tie_order([(code, _AT[code & 1], call(code >> 1)) for code in codes[start:stop]])


def _tie_order(tied: list[_Instant]) -> list[int]:
    """Merges the threads' own orders, the instant that depends on least first."""
    lanes: dict[Any, list[_Instant]] = {}
    for instant in tied:
        lanes.setdefault((instant[2].pid, instant[2].thread), []).append(instant)
    waiting = [sorted(lane, key=_place, reverse=True) for lane in lanes.values()]
    ordered: list[int] = []
    while waiting:
        lane = min(waiting, key=lambda lane: _depends(lane[-1]))
        ordered.append(lane.pop()[0])
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
