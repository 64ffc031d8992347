"""All states of a model, by plain search: what every cleverer way must agree with."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from mprunner.program.values import plain
from mprunner.recording.events import Recording
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.recorder import recording
from mprunner.worlds.model.steps import State

Schedule = tuple[tuple[int, int], ...]


def endings(model: Model, most: int = 200_000) -> dict[State, Schedule]:
    """Every state in which nobody has a step, with one schedule that leads there. Fails when there are too many states."""
    came: dict[State, tuple[State, int, int] | None] = {model.initial: None}
    waiting = [model.initial]
    ends: list[State] = []
    while waiting:
        state = waiting.pop()
        enabled = model.enabled(state)
        if not enabled:
            ends.append(state)
        for thread in enabled:
            for alternative in range(model.alternatives(state, thread)):
                after = model.step(state, thread, alternative).state
                if after not in came:
                    came[after] = (state, thread, alternative)
                    waiting.append(after)
        assert len(came) <= most, "too many states"
    return {state: _way_to(state, came) for state in ends}


def _way_to(state: State, came: dict[State, tuple[State, int, int] | None]) -> Schedule:
    way: list[tuple[int, int]] = []
    step = came[state]
    while step is not None:
        way.append(step[1:])
        step = came[step[0]]
    return tuple(reversed(way))


def outcome(record: Recording) -> Hashable:
    """What is compared: how it ended, and for each process its exit code and its variables."""
    processes = sorted(
        (each.name, each.exitcode, _shown(each.variables))
        for each in record.processes
        if each.role != "foreign"
    )
    return (record.ending.how, tuple(processes))


def outcomes(model: Model) -> set[Hashable]:
    """The outcomes of all executions."""
    return {outcome(recording(model, way)) for way in endings(model).values()}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_shown(value[name])}" for name in sorted(value, key=str)) + "}"
    return repr(plain(value))
