"""Saving the calls of a run that goes on, in the order of their begins.

A call that lasts is written as one that has begun, so that it is in the file when mprun is killed, and its end later in a line
of its own. What is out of order all the same (of a process that was kept from recording) comes where it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from mprunner.recording.events import Call, Recording
from mprunner.recording.live import DELAY
from mprunner.recording.store import RecordingWriter

__all__ = ["Following"]

_order = attrgetter("begin", "pid", "thread", "sequence")


class Following:
    """Takes the calls of one run for `writer`. Each is written `delay` nanoseconds after its begin at the earliest."""

    def __init__(self, writer: RecordingWriter, delay: int = DELAY) -> None:
        self._writer = writer
        self._delay = delay
        self._waiting: list[Call] = []
        self._begun: dict[int, Call] = {}

    def take(self, ended: Sequence[Call], in_flight: Sequence[Call], now: int) -> None:
        """Takes the calls that have ended since the last time, and writes what is due at `now` (ns of CLOCK_MONOTONIC).

        All that began before `now` is known: it has ended, or is in flight.
        """
        begun, writer = self._begun, self._writer
        for call in ended:
            if call.operation == "exit":  # when a process was dead is known when all is
                continue
            if id(call) in begun:
                del begun[id(call)]
                writer.end(call)
            else:
                self._waiting.append(call)
        until = now - self._delay
        lasting = [call for call in in_flight if call.begin < until and id(call) not in begun]
        due = [call for call in self._waiting if call.begin < until] + lasting
        if due:
            self._waiting = [call for call in self._waiting if call.begin >= until]
            begun.update((id(call), call) for call in lasting)
            for call in sorted(due, key=_order):
                writer.call(call)
        writer.flush()  # for whoever looks at it, or when we are killed, while the run waits

    def finish(self, recording: Recording) -> None:
        """Writes what is left of the run that is over: the rest of its calls, its processes, its ending."""
        begun = self._begun
        rest = list(self._waiting)
        for call in recording.calls:
            if call.operation != "exit" and call.end is not None:
                continue
            if id(call) not in begun:
                rest.append(call)
            elif call.end is not None:
                self._writer.end(call)
        self._writer.finish(recording, sorted(rest, key=_order))
