"""Schedules with few preemptions first: all of those with none, then with one, two, ...; most faults need no more.

A preemption is a switch away from a thread that could have gone on. What counts is the state and who made the last step: of all
ways there, the first found has the fewest.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from time import monotonic

from mprunner.exploring.limits import Limits, Progress, Tell
from mprunner.exploring.moves import MoveTable
from mprunner.exploring.system import Schedule, System
from mprunner.records import record

__all__ = ["Bounded", "by_preemptions"]

_LOOK_UP_EVERY = 2048
_TELL_EVERY = 0.5
_NO_LIMITS = Limits()


@record
class Bounded:
    """What the schedules with `preemptions` come to that those with fewer do not: `ends` has one to each state without a step.

    `states` (each with its last thread) and `transitions` count from the beginning. `everything`: more preemptions lead nowhere
    else. `reason` says what cut the search short before all schedules of this bound were tried, None if nothing did.
    """

    preemptions: int
    ends: tuple[Schedule, ...]
    states: int
    transitions: int
    everything: bool
    reason: str | None = None


def by_preemptions(
    system: System, *, limits: Limits = _NO_LIMITS, tell: Tell | None = None
) -> Iterator[Bounded]:
    """Each bound from 0 on, until there is nothing new or a limit of states or seconds is reached."""
    search = _Search(system, limits, tell)
    bound = 0
    while True:
        found = search.next_bound(bound)
        yield found
        if found.everything or found.reason is not None:
            return
        bound += 1


class _Search:
    """Nodes by number: where each came from, and by which label. A node is a state and the last thread, as one number."""

    def __init__(self, system: System, limits: Limits, tell: Tell | None) -> None:
        self._table = MoveTable(system)
        self._limits = limits
        self._tell = tell
        self._start = self._told = monotonic()
        self._width = (len(system.threads) + 1).bit_length()
        self._sources = array("q")
        self._ways = array("q")
        self._known: set[int] = set()
        self._ends: set[int] = set()
        self._transitions = 0
        nobody = len(system.threads)
        self._coming: list[tuple[int, int, int]] = [(self._table.initial << self._width | nobody, -1, -1)]

    def next_bound(self, bound: int) -> Bounded:
        """All that one preemption more leads to."""
        width, known, labels = self._width, self._known, self._table.labels
        threads = (1 << width) - 1
        here = self._coming
        dearer: list[tuple[int, int, int]] = []
        ends: list[Schedule] = []
        reason: str | None = None
        try:
            for place, (node, source, way) in enumerate(here):
                if node in known:
                    continue
                number = len(known)
                known.add(node)
                self._sources.append(source)
                self._ways.append(way)
                if number % _LOOK_UP_EVERY == 0 or self._limits.states is not None:
                    reason = self._reached(number, len(here) - place)
                    if reason is not None:
                        break
                code, last = node >> width, node & threads
                following = self._table.successors(code)
                self._transitions += len(following)
                if not following and code not in self._ends:
                    self._ends.add(code)
                    ends.append(self._schedule(number))
                could = any(labels[label].thread == last for label, _ in following)
                for label, after in following:
                    thread = labels[label].thread
                    target = after << width | thread
                    if target not in known:
                        (dearer if could and thread != last else here).append((target, number, label))
        except KeyboardInterrupt:
            reason = "interrupted"
        self._coming = dearer
        everything = reason is None and all(node in known for node, _, _ in dearer)
        return Bounded(bound, tuple(ends), len(known), self._transitions, everything, reason)

    def _reached(self, number: int, waiting: int) -> str | None:
        now = monotonic()
        if self._limits.states is not None and number >= self._limits.states:
            return f"{self._limits.states:,} states"
        if self._limits.seconds is not None and now - self._start >= self._limits.seconds:
            return f"{self._limits.seconds:g} s"
        if self._tell is not None and now - self._told >= _TELL_EVERY:
            self._told = now
            self._tell(Progress(number, self._transitions, 0, waiting, now - self._start))
        return None

    def _schedule(self, number: int) -> Schedule:
        found = []
        while self._sources[number] >= 0:
            label = self._table.labels[self._ways[number]]
            found.append((label.thread, label.alternative))
            number = self._sources[number]
        return tuple(reversed(found))
