"""Where a process's exit stands: it begins with the last that the process itself recorded and ends when it was first seen dead.

The operating system tells nobody the instant of a death, so the two are its bounds; what was stopped by a `terminate` or `kill`
did not end before that was called. Seen dead: by a `join` that returned,
an `is_alive()` that was False, an `exitcode` that was not None, a pool's `join`, or by whoever reaped it. So an exit never
stands after what saw it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mprunner.recording.events import Call, ProcessRecord

__all__ = ["place_exits"]


def place_exits(calls: Sequence[Call], processes: Iterable[ProcessRecord]) -> list[Call]:
    """Gives every process that ended its `exit`, and returns all calls (the order is left to `order.in_order`).

    The process's own `exit` is completed, or one is made for a process that was killed. `ended` of a process may hold when it was
    reaped (ns); it is set to the end of the exit. The exit carries the `exitcode`. A process that nobody saw dead keeps
    its exit unfinished, or has none.
    """
    by_name: dict[str, _Life] = {process.name: _Life(process) for process in processes}
    for call in calls:
        life = by_name.get(call.process)
        if life is not None and life.process.pid == call.pid:
            life.last = max(life.last or 0, call.begin, call.end or 0)
            if call.operation == "exit":
                life.exit = call
        if call.kind == "process" and call.object in by_name:
            target = by_name[call.object]
            if call.operation == "start":
                target.start = call.begin
            elif call.operation in _SIGNALS and call.outcome == "ok":
                target.signalled.setdefault(_SIGNALS[call.operation], call.begin)
    for call in calls:
        for name in _seen_dead(call, by_name):
            by_name[name].see(call.end or 0)
    made = [exit_ for life in by_name.values() if (exit_ := life.close()) is not None]
    return [*calls, *made]


_SIGNALS = {"terminate": -15, "kill": -9}
"""The exit code of a process that was stopped so."""


class _Life:
    __slots__ = ("exit", "last", "process", "seen", "signalled", "start")

    def __init__(self, process: ProcessRecord) -> None:
        self.process = process
        self.last: int | None = None
        self.start: int | None = None
        self.exit: Call | None = None
        self.seen: int | None = process.ended
        self.signalled: dict[int, int] = {}

    def see(self, time: int) -> None:
        """Whoever saw it dead before it did its last did not: it had not been started yet, or the name is another's."""
        begin = self.begin
        if begin is not None and time >= begin and (self.seen is None or time < self.seen):
            self.seen = time

    @property
    def begin(self) -> int | None:
        return next(
            (time for time in (self.last, self.start, self.process.started) if time is not None), None
        )

    def close(self) -> Call | None:
        """Completes the exit; gives it when it had to be made."""
        process, begin, seen = self.process, self.begin, self.seen
        if seen is None or begin is None:
            if self.exit is not None:
                self.exit.end, self.exit.end_sequence, self.exit.outcome = None, None, "unfinished"
            return None
        if process.ended_by == "scenario" and self.exit is None and process.exitcode in self.signalled:
            begin = max(begin, self.signalled[process.exitcode] + 1)
        if self.exit is None and begin == self.last:
            begin += 1  # an exit that is made here has no place of its own in the thread's order
        process.ended = end = max(seen, begin)
        made = self.exit is None
        if self.exit is None:
            self.exit = Call(
                -1, process.name, process.name, process.pid, 0, 0, "exit", None, "none", begin, end, "ok", {}
            )
        self.exit.end, self.exit.end_sequence, self.exit.outcome = end, None, "ok"
        if process.exitcode is not None:
            self.exit.values = {**self.exit.values, "exitcode": process.exitcode}
        return self.exit if made else None


def _seen_dead(call: Call, by_name: dict[str, _Life]) -> list[str]:
    """The processes that this call proves dead."""
    if call.end is None or call.object is None or call.outcome != "ok":
        return []
    if call.kind == "process" and call.object in by_name:
        result = call.values.get("result")
        dead = (
            call.operation == "join"
            or (call.operation == "is_alive" and result is False)
            or (call.operation == "exitcode" and result is not None)
        )
        return [call.object] if dead else []
    if call.kind == "pool" and call.operation == "join":
        prefix = call.object + "["
        return [
            name
            for name, life in by_name.items()
            if life.process.role == "worker" and name.startswith(prefix)
        ]
    if call.kind == "manager" and call.operation == "shutdown" and call.object in by_name:
        return [call.object]
    return []
