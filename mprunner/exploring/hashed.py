"""Search over states: each is visited once, however many schedules lead to it, in breadth-first order: by a shortest way.

It answers what can be told of states alone, and is the ground for what can be told of their graph (cycles, probabilities,
least schedules). Of order within an execution it knows nothing: see `observed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from mprunner.exploring.graph import Graph
from mprunner.exploring.limits import Limits, Progress, Tell
from mprunner.exploring.moves import MoveTable
from mprunner.exploring.system import System

__all__ = ["INTERRUPTED", "search"]

INTERRUPTED = "interrupted"
_LOOK_UP_EVERY = 2048
"""States between two looks at the clock."""
_TELL_EVERY = 0.5
_NO_LIMITS = Limits()


def search(
    system: System, *, limits: Limits = _NO_LIMITS, tell: Tell | None = None, table: MoveTable | None = None
) -> Graph:
    """The graph of all states of a system, as far as the limits allow; `table` has the moves that are known already.

    Ctrl-C ends the search; what is known by then is given.
    """
    graph = Graph(MoveTable(system) if table is None else table)
    watch = _Watch(graph, limits, tell)
    try:
        _expand(graph, watch)
    except KeyboardInterrupt:
        graph.reason = INTERRUPTED
    _trim(graph)
    graph.depth = len(watch.levels) - 1
    graph.threads = tuple([label.thread for label in graph.table.labels])
    graph.seconds = monotonic() - watch.start
    return graph


class _Watch:
    """Looks at limits and tells of progress, now and then."""

    def __init__(self, graph: Graph, limits: Limits, tell: Tell | None) -> None:
        self.graph = graph
        self.limits = limits
        self.tell = tell
        self.start = monotonic()
        self._told = self.start
        self.levels: list[int] = [1]
        """How many states there are at each depth."""

    def next_look(self, expanded: int) -> int:
        """At how many expanded states to look again."""
        most = self.limits.states
        coming = expanded + _LOOK_UP_EVERY
        return coming if most is None else min(coming, max(most, expanded + 1))

    def ends(self, expanded: int) -> bool:
        """Whether a limit is reached; the graph's `reason` then says which."""
        now, limits = monotonic(), self.limits
        if limits.states is not None and expanded >= limits.states:
            self.graph.reason = f"{limits.states:,} states"
        elif limits.seconds is not None and now - self.start >= limits.seconds:
            self.graph.reason = f"{limits.seconds:g} s"
        if self.tell is not None and now - self._told >= _TELL_EVERY:
            self._told = now
            met = len(self.graph.codes)
            self.tell(
                Progress(
                    expanded, len(self.graph.targets), len(self.levels) - 1, met - expanded, now - self.start,
                    estimated(self.levels, met),
                )
            )  # fmt: skip
        return self.graph.reason is not None

    def level(self, begin: int, end: int) -> bool:
        """A depth with these states begins; whether the limit of depth is reached."""
        self.levels.append(end - begin)
        if self.limits.depth is not None and len(self.levels) - 1 > self.limits.depth:
            self.graph.reason = f"depth {self.limits.depth:,}"
            self.levels.pop()
            return True
        return False


def estimated(levels: Sequence[int], met: int) -> float | None:
    """How many states there may be in all, by how the sizes of the levels have come to change; None while they grow ever faster.

    Sizes go up and down again like a bell; what their ratios lose from level to level says when.
    """
    if len(levels) < 6 or min(levels[-4:]) == 0:
        return None
    ratios = [levels[-each] / levels[-each - 1] for each in (3, 2, 1)]
    shrink = (ratios[2] - ratios[0]) / 2
    if shrink >= 0:
        return None if ratios[2] >= 1 else met + levels[-1] * ratios[2] / (1 - ratios[2])
    total, size, ratio = float(met), float(levels[-1]), ratios[2] + shrink
    while size >= 1 and ratio > 0:
        size *= ratio
        total += size
        ratio += shrink
    return total


def _expand(graph: Graph, watch: _Watch) -> None:
    table = graph.table
    rows, meet, at_last = table.rows, table.meet, table.at_last
    codes = graph.codes
    codes.append(table.initial)
    graph.parents.append(0)
    graph.ways.append(0)
    known = {table.initial: 0}
    find, met = known.get, codes.append
    parent, way = graph.parents.append, graph.ways.append
    label_to, target_to, close = graph.labels.append, graph.targets.append, graph.first.append
    targets = graph.targets
    count, edges = 1, 0
    level_end, look_at = 1, watch.next_look(0)
    for number, code in enumerate(codes):
        if number == level_end:
            if watch.level(level_end, count):
                return
            level_end = count
        if number == look_at:
            if watch.ends(number):
                return
            look_at = watch.next_look(number)
        for row in rows:
            spot = row.spots.get(code & row.mask)
            moves = None if spot is None else spot.moves.get(code & spot.mask)
            if moves is None:
                moves = meet(code, row)
            for label, change in moves:
                after = code + change
                target = find(after)
                if target is None:
                    known[after] = target = count
                    count += 1
                    met(after)
                    parent(number)
                    way(label)
                label_to(label)
                target_to(target)
        if len(targets) == edges:
            for label, after in at_last(code):
                target = find(after)
                if target is None:
                    known[after] = target = count
                    count += 1
                    met(after)
                    parent(number)
                    way(label)
                label_to(label)
                target_to(target)
        edges = len(targets)
        close(edges)


def _trim(graph: Graph) -> None:
    """Leaves out what an interruption has left half done."""
    edges, states = graph.first[-1], min(len(graph.codes), len(graph.parents), len(graph.ways))
    del graph.labels[edges:], graph.targets[edges:]
    del graph.codes[states:], graph.parents[states:], graph.ways[states:]
