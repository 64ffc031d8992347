"""From a schedule to what happened in it: its steps with their instants, why threads were switched, its record."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mprunner.exploring.results import StepMade, Witnessed
from mprunner.exploring.system import Schedule
from mprunner.recording.events import Diagnosis, Recording
from mprunner.records import replaced
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.recorder import recording
from mprunner.worlds.model.steps import State

__all__ = ["diagnosed", "played", "switches", "witnessed"]


def played(model: Model, schedule: Schedule) -> Recording:
    """The record of a schedule; where everybody is stuck at its end, with the diagnosis of that."""
    made = recording(model, schedule)
    if made.ending.how != "hang":
        return made
    alive = frozenset(each.name for each in made.processes if each.exitcode is None)
    made.ending = replaced(made.ending, diagnosis=diagnosed(made, model, alive))
    return made


def diagnosed(made: Recording, model: Model, alive: frozenset[str]) -> Diagnosis:
    """Why these processes, which are alive at the end of a record, wait for ever."""
    from mprunner.worlds.real.blocking import stand  # few executions hang
    from mprunner.worlds.real.diagnosis import diagnose

    standing = stand(made.calls, made.processes, alive, model.program, hung=True)
    return diagnose(standing, None)


def witnessed(model: Model, schedule: Schedule, made: Recording | None = None) -> Witnessed:
    """A schedule with all that is to be told of it."""
    steps: list[StepMade] = []
    state = model.initial
    before = -1
    preemptions = 0
    for thread, alternative in schedule:
        why = ""
        if before >= 0 and thread != before:
            why, forced = _why(model, state, before)
            preemptions += not forced
        step = model.step(state, thread, alternative)
        instants = tuple((model.instants[number].call, model.instants[number].at) for number in step.events)
        steps.append(StepMade(model.threads[thread].name, instants, alternative, why))
        state, before = step.state, thread
    return Witnessed(
        schedule,
        tuple(steps),
        played(model, schedule) if made is None else made,
        switches(schedule),
        preemptions,
    )


def switches(schedule: Sequence[tuple[int, int]]) -> int:
    """How often another thread goes on than that of the step before."""
    return sum(1 for one, other in pairwise(schedule) if one[0] != other[0])


def _why(model: Model, state: State, thread: int) -> tuple[str, bool]:
    """Why this thread does not go on in this state, and whether it could not."""
    name = model.threads[thread].name
    if thread in model.enabled(state):
        return f"{name} is preempted", False
    operation = model.operation_of(state, thread)
    if operation is None:
        return f"{name} has ended" if not model.threads[thread].internal else f"{name} is done", True
    if operation.op.startswith("%"):
        return f"{name} waits to end", True
    of = "" if operation.object is None else f" of {operation.object.ref}"
    return f"{name} waits in {operation.op}{of}", True
