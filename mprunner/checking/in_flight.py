"""Operations that were begun and never ended: which of them can have had an effect.

A process that waits for ever in a hang is known to have had none. One that the run's end cut short while it
waited to take something is judged as not having taken it: the record is a prefix, and what would have come
next is no part of it. What remains are those of a process that was killed in mid-run, and what a cut-off
operation may have given before it was cut off.
"""

from __future__ import annotations

from mprunner.checking.matching import default_instant
from mprunner.recording.events import Event, Recording


def may_have_happened(in_flight: list[Event], recording: Recording) -> list[Event]:
    """Those of the events of unfinished operations whose effect is not known."""
    diagnosis = recording.ending.diagnosis
    waiting = {one.process for one in diagnosis.blocked} if diagnosis is not None else set()
    ended_by = {process.name: process.ended_by for process in recording.processes}

    def open_(event: Event) -> bool:
        call = event.call
        if call.process in waiting:
            return False
        cut = ended_by.get(call.process) in (None, "mprun")
        return not (cut and default_instant(call.operation, call.kind) == "end")

    return [event for event in in_flight if open_(event)]
