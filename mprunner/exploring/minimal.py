"""The least schedule that shows something: fewest context switches, then fewest steps; and the least preemption bound that does.

A state reached by one thread's step and by another's are two things here, as it costs a switch to go on with another thread than
the last. States are settled in the order of their costs, switch by switch and step by step within, so the first that is
reached is the least.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from mprunner.exploring.graph import Graph
from mprunner.exploring.system import Schedule
from mprunner.records import record

__all__ = ["Least", "costs_of", "fewest_preemptions", "least_schedule"]

_Reached = tuple[int, int, int, int]
"""State and last thread as one number, steps so far, the number of where it came from, the label of the step."""


@record
class Least:
    """A least schedule. `goal` is the state it leads to; a switch is a `preemption` where the thread before could have gone on.

    `bound` is the least number of preemptions with which some schedule leads to a goal, be it longer.
    """

    schedule: Schedule
    goal: int
    switches: int
    preemptions: int
    bound: int


def least_schedule(graph: Graph, goals: Collection[int]) -> Least | None:
    """The least schedule to any of the goals; None where none of them is in the graph."""
    start = len(graph.table.system.threads)
    found = _least(graph, goals, lambda state, last, thread: last != thread and last != start)
    bound = fewest_preemptions(graph, goals)
    if found is None or bound is None:
        return None
    _, goal, labels = found
    schedule = tuple(graph.choice(label) for label in labels)
    switches, preemptions = costs_of(graph, schedule)
    return Least(schedule, goal, switches, preemptions, bound)


def fewest_preemptions(graph: Graph, goals: Collection[int]) -> int | None:
    """The least preemption bound under which one of the goals is reached; None where none of them is in the graph."""
    enabled = graph.enabled()
    found = _least(
        graph, goals, lambda state, last, thread: last != thread and bool(enabled[state] >> last & 1)
    )
    return None if found is None else found[0]


def costs_of(graph: Graph, schedule: Schedule) -> tuple[int, int]:
    """Context switches of a schedule, and how many of them are preemptions. Raises KeyError where it can't be followed."""
    switches = preemptions = number = 0
    last: int | None = None
    for thread, alternative in schedule:
        edges = range(graph.first[number], graph.first[number + 1])
        choices = {graph.choice(graph.labels[edge]): graph.targets[edge] for edge in edges}
        if last is not None and thread != last:
            switches += 1
            preemptions += any(other == last for other, _ in choices)
        number, last = choices[thread, alternative], thread
    return switches, preemptions


def _least(
    graph: Graph, goals: Collection[int], costs: Callable[[int, int, int], bool]
) -> tuple[int, int, list[int]] | None:
    """What the cheapest way to a goal costs, which goal that is, and the labels of its steps; of equal costs the fewest steps.

    `costs(state, last, thread)` says whether a step of this thread costs one.
    """
    wanted = set(goals)
    useful = graph.reaching(wanted)
    if not graph.codes or not useful[0]:
        return None
    width = len(graph.table.system.threads) + 1
    threads, first, labels, targets = graph.threads, graph.first, graph.labels, graph.targets
    came: dict[int, tuple[int, int]] = {}
    cost = 0
    coming: deque[_Reached] = deque([(width - 1, 0, -1, -1)])
    while coming:
        same: deque[_Reached] = deque()
        dearer: deque[_Reached] = deque()
        while coming or same:
            if not same or (coming and coming[0][1] <= same[0][1]):
                node, steps, before, label = coming.popleft()
            else:
                node, steps, before, label = same.popleft()
            if node in came:
                continue
            came[node] = (before, label)
            state, last = divmod(node, width)
            if state in wanted:
                return cost, state, _way(came, node)
            if state + 1 >= len(first):
                continue
            for edge in range(first[state], first[state + 1]):
                target = targets[edge]
                if useful[target]:
                    thread = threads[labels[edge]]
                    after = target * width + thread
                    if after not in came:
                        reached = (after, steps + 1, node, labels[edge])
                        (dearer if costs(state, last, thread) else same).append(reached)
        coming = dearer
        cost += 1
    return None


def _way(came: dict[int, tuple[int, int]], node: int) -> list[int]:
    found = []
    while came[node][0] >= 0:
        node, label = came[node]
        found.append(label)
    return found[::-1]
