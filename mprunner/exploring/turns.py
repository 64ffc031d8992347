"""From a schedule of the model to the turns of real operations, and what of it can't be forced."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.exploring.results import Schedule
from mprunner.recording.events import Call
from mprunner.worlds.model.model import Model
from mprunner.worlds.real.gate import Turn

__all__ = ["NOT_FORCEABLE", "not_forced", "turns"]

_BY_ITSELF = frozenset({"begin", "exit", "exception", "stderr", "task_start", "task_end", "mark", "callback"})
"""What is on record without any operation that could be held back."""
_OUT_OF_TIME = frozenset({"Empty", "Full", "BrokenBarrierError", "TimeoutError"})

NOT_FORCEABLE: dict[str, str] = {
    "feeder": "when a queue's feeder thread writes what was put: it runs by itself, as soon as it can",
    "wake-up": "which of several woken processes takes the lock again first: the kernel decides",
    "store buffer": "when a processor writes its store buffer to memory",
    "signal": "at which point inside an operation a signal ends its victim",
    "exit": "when exactly a process that is over is gone",
}
"""What a replay can't make happen at a given place of a schedule; it waits for it, or finds that it went another way."""


def turns(model: Model, schedule: Schedule) -> list[Turn]:
    """What the processes do one after the other in this schedule."""
    found: list[Turn] = []
    state = model.initial
    for thread, alternative in schedule:
        step = model.step(state, thread, alternative)
        for number in step.events:
            call, at = model.instants[number]
            if call.operation in _BY_ITSELF or (call.operation == "start" and call.kind == "pool"):
                continue
            choice = alternative if call.operation == "choose" else -1
            found.append(
                Turn(
                    call.actor,
                    call.operation,
                    call.values.get("via", call.object),
                    "whole" if at in ("whole", "instant") else "begin" if at == "begin" else "end",
                    late=_is_late(call),
                    choice=choice,
                )
            )
        state = step.state
    return found


def _is_late(call: Call) -> bool:
    """Whether a wait ended by its timeout."""
    if call.values.get("timeout") is None:
        return False
    return call.outcome == "refused" or (call.error is not None and call.error.type in _OUT_OF_TIME)


def not_forced(model: Model, schedule: Schedule) -> dict[str, int]:
    """How many steps of a schedule can't be forced, by why: see `NOT_FORCEABLE`."""
    found: dict[str, int] = {}
    for kind in _kinds(model, schedule):
        found[kind] = found.get(kind, 0) + 1
    return found


def _kinds(model: Model, schedule: Schedule) -> Iterator[str]:
    for thread, _alternative in schedule:
        name = model.threads[thread].name
        if ".feeder(" in name:
            yield "feeder"
        elif name.endswith(".signal"):
            yield "signal"
        elif name.endswith(".flush") or ".flush(" in name:
            yield "store buffer"
