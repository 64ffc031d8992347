"""The plainest way to the same answers: states as they are, one dictionary, one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from mprunner.exploring.system import State, System

__all__ = ["edges", "reachable", "schedules", "still_steps"]


def edges(system: System, state: State) -> list[tuple[int, int, State]]:
    """Thread, alternative and state of each step."""
    return [
        (thread, alternative, system.step(state, thread, alternative).state)
        for thread in system.enabled(state)
        for alternative in range(system.alternatives(state, thread))
    ]


def reachable(system: System, *, most: int = 5_000) -> dict[State, list[tuple[int, int, State]]] | None:
    """All states with their steps; None where there are more than `most`."""
    found: dict[State, list[tuple[int, int, State]]] = {}
    waiting = [system.initial]
    while waiting:
        state = waiting.pop()
        if state not in found:
            found[state] = edges(system, state)
            waiting.extend(after for _, _, after in found[state])
            if len(found) > most:
                return None
    return found


def schedules(
    system: System, *, until: Callable[[State], bool] = lambda state: False
) -> Iterator[tuple[list[tuple[int, int]], State]]:
    """Each schedule of a system whose executions all end, up to its end or the first state that `until` is true of."""

    def after(state: State, before: list[tuple[int, int]]) -> Iterator[tuple[list[tuple[int, int]], State]]:
        steps = [] if until(state) else edges(system, state)
        if not steps:
            yield before, state
        for thread, alternative, following in steps:
            yield from after(following, [*before, (thread, alternative)])

    return after(system.initial, [])


def still_steps(found: dict[State, list[tuple[int, int, State]]], state: State) -> set[int]:
    """The threads that make a step in some continuation."""
    seen, waiting, threads = {state}, [state], set()
    while waiting:
        for thread, _, after in found[waiting.pop()]:
            threads.add(thread)
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return threads


def chance(system: System, state: State, goal: Callable[[State], bool]) -> Fraction:
    """That of a scheduler that takes any enabled thread, and any alternative, alike; all executions must end."""
    if goal(state):
        return Fraction(1)
    enabled = system.enabled(state)
    total = Fraction(0)
    for thread in enabled:
        count = system.alternatives(state, thread)
        for alternative in range(count):
            total += chance(system, system.step(state, thread, alternative).state, goal) / count
    return total / len(enabled) if enabled else Fraction(0)
