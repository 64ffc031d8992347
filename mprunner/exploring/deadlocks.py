"""States that some threads never leave: deadlocks, whole ones and partial ones, in which others go on or end."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from mprunner.exploring.components import components
from mprunner.exploring.fairness import fair_regions, regions
from mprunner.exploring.graph import Graph
from mprunner.exploring.standing import Standing
from mprunner.exploring.system import Schedule, State
from mprunner.records import record

__all__ = ["Deadlock", "Deadlocks", "deadlocks"]

Where = Callable[[State, int], Hashable]


@record
class Deadlock:
    """Threads that wait for ever, where they do. In the first such state, after `schedule`, all of them do already.

    `states` are all such states, `ends` those in which nobody at all has a step. `partial`: another thread still goes on in the
    first. `always`: every execution comes to this deadlock (every one that is weakly fair, if it never ends).
    """

    stuck: tuple[int, ...]
    schedule: Schedule
    state: int
    states: int
    ends: int
    partial: bool
    always: bool


@record
class Deadlocks:
    """All deadlocks, those that are shown by the fewest steps first. `always`: every execution comes to one of them. `complete`:
    there are no others, as all was explored.
    """

    found: tuple[Deadlock, ...]
    always: bool
    complete: bool

    @property
    def states(self) -> int:
        """How many states there are in which nobody has a step and somebody waits."""
        return sum(each.ends for each in self.found)


def deadlocks(graph: Graph, *, where: Where | None = None) -> Deadlocks:
    """The deadlocks of a graph: told apart by who is stuck, and by what `where` says of each of them in that state.

    A deadlock is told of where executions stay: in states without a step, and in cycles. What it comes from on the way is no
    deadlock of its own.
    """
    groups = components([0], graph.successors)
    standing = Standing(graph, groups)
    written = _written(graph)
    kinds: dict[Hashable, list[int]] = {}
    kind_of: dict[int, Hashable] = {}
    for state in range(graph.expanded):
        stuck = standing.stuck(state)
        if stuck:
            kind = kind_of[state] = _kind(graph, state, stuck, where)
            kinds.setdefault(kind, []).append(state)
    stays = [graph.ends(), *_cycles(graph, groups)]
    final = {kind_of.get(state) for group in stays for state in group}
    found = []
    for kind, states in kinds.items():
        if kind in final:
            ends = [state for state in states if not graph.successors(state)]
            first = states[0]
            partial = bool(standing.goes_on[first] & written)
            always = graph.complete and final == {kind}
            threads = _threads(standing.stuck(first))
            found.append(Deadlock(threads, graph.path(first), first, len(states), len(ends), partial, always))
    return Deadlocks(tuple(found), graph.complete and bool(found) and None not in final, graph.complete)


def _kind(graph: Graph, state: int, stuck: int, where: Where | None) -> Hashable:
    if where is None:
        return stuck
    slots = graph.state(state)
    return (stuck, *(where(slots, thread) for thread in _threads(stuck)))


def _cycles(graph: Graph, groups: list[list[int]]) -> list[list[int]]:
    """The regions in which a weakly fair execution can stay for ever."""
    found = regions(graph, groups)
    if not found:
        return []
    enabled = graph.enabled()
    return [list(fair.states) for region in found for fair in fair_regions(region, enabled, "weak")]


def _written(graph: Graph) -> int:
    """The threads that somebody wrote, as bits."""
    threads = graph.table.system.threads
    return sum(1 << thread for thread, info in enumerate(threads) if not info.internal)


def _threads(bits: int) -> tuple[int, ...]:
    return tuple(thread for thread in range(bits.bit_length()) if bits >> thread & 1)
