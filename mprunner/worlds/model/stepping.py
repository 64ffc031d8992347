"""Steps between states, each worked out once: a step is the change that it makes to the cells that it looked at.

Where a thread stands, and what is in the cells that were ever looked at there, settle what its step does. So what was done once
in one state costs a few look-ups in every other state that looks alike to it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

from mprunner.worlds.model.steps import Change, Footprint, LocalSteps, State, Step, ThreadInfo

__all__ = ["Attempt", "Stepping"]

Successor = tuple[int, int, State]
"""A thread, which alternative of its step, the state after it."""


class Attempt(NamedTuple):
    """What came of trying a thread's step: a change for each alternative, none where it can't be made.

    `looked` are the cells that settle it; `touched` is what a step that can't be made would touch.
    """

    changes: tuple[Change, ...]
    looked: frozenset[int]
    touched: Footprint


class _Known:
    """The steps of a thread at one point: by what stands in the cells that were ever looked at there."""

    __slots__ = ("cells", "get", "steps", "touched")

    def __init__(self) -> None:
        self.cells: tuple[int, ...] = ()
        self.get: Callable[[State], Any] = _nothing
        self.steps: dict[Any, tuple[Change, ...]] = {}
        self.touched: dict[Any, Footprint] = {}


def _nothing(state: State) -> None:
    return None


Table = dict[int, _Known]


class Stepping(ABC):
    """A system of threads whose steps are looked up; see `exploring.system.System`."""

    def __init__(self) -> None:
        self.threads: list[ThreadInfo] = []
        self.slots: list[int] = []
        """The cell in which a thread stands: negative while it is not there. Itself negative for one that is always there."""
        self.initial: State = ()
        self._known: list[Table] = []
        self._late: list[Table] = []
        self._rows: list[tuple[int, int, Table]] = []
        self._time_can_pass = False
        self._asked_state: State | None = None
        self._asked_thread = -1
        self._answered: tuple[Change, ...] = ()
        """What was looked up last: a step is mostly asked for twice, how many ways it has and one of them."""

    def ready(self, initial: State, *, time_can_pass: bool) -> None:
        """All threads are there, and begin in this state."""
        self.initial = initial
        self._known = [{} for _ in self.threads]
        self._late = [{} for _ in self.threads]
        self._rows = list(zip(range(len(self.threads)), self.slots, self._known, strict=True))
        self._time_can_pass = time_can_pass

    @abstractmethod
    def attempt(self, state: State, thread: int, *, late: bool) -> Attempt:
        """Work a thread's step out. `late`: nobody else can do anything unless time passes."""

    def soonest(self, state: State, threads: list[int]) -> list[int]:
        """Of the threads that time would let go on, those that it lets go on first."""
        return threads

    # --- as exploration sees it ---

    def enabled(self, state: State) -> tuple[int, ...]:
        """The threads that have a step in this state, ascending."""
        found = []
        for thread, slot, table in self._rows:
            at = state[slot] if slot >= 0 else 0
            if at >= 0:
                try:
                    known = table[at]
                    changes = known.steps[known.get(state)]
                except KeyError:
                    changes = self._learn(table, state, thread, at, late=False)
                if changes:
                    found.append(thread)
        if found or not self._time_can_pass:
            return tuple(found)
        return tuple(self._in_time(state))

    def alternatives(self, state: State, thread: int) -> int:
        """How many ways the step of an enabled thread has; more than one only where it chooses."""
        return len(self._changes(state, thread))

    def footprint(self, state: State, thread: int, alternative: int = 0) -> Footprint:
        """What the step of an enabled thread touches."""
        return self._changes(state, thread)[alternative].footprint

    def step(self, state: State, thread: int, alternative: int = 0) -> Step:
        """The step of an enabled thread."""
        writes, footprint, events = self._changes(state, thread)[alternative]
        slots = list(state)
        for cell, value in writes:
            slots[cell] = value
        return Step(tuple(slots), footprint, events)

    def successors(self, state: State) -> list[Successor]:
        """Every step of every enabled thread, quickly: where only the states count."""
        found: list[Successor] = []
        for thread, slot, table in self._rows:
            at = state[slot] if slot >= 0 else 0
            if at < 0:
                continue
            try:
                known = table[at]
                changes = known.steps[known.get(state)]
            except KeyError:
                changes = self._learn(table, state, thread, at, late=False)
            if changes:
                for alternative, (writes, _, _) in enumerate(changes):
                    slots = list(state)
                    for cell, value in writes:
                        slots[cell] = value
                    found.append((thread, alternative, tuple(slots)))
        if not found and self._time_can_pass:
            for thread in self._in_time(state):
                for alternative in range(self.alternatives(state, thread)):
                    found.append((thread, alternative, self.step(state, thread, alternative).state))
        return found

    def pending(self, state: State, thread: int) -> Footprint | None:
        """What the step of a thread that is there and not enabled would touch; None for one that is not there, or has none."""
        slot = self.slots[thread]
        at = state[slot] if slot >= 0 else 0
        if at < 0 or self._changes(state, thread):
            return None
        known = self._known[thread][at]
        return known.touched.get(known.get(state)) or None

    def is_waiting(self, state: State, thread: int) -> bool:
        """Whether a thread is there and not enabled."""
        return Stepping.pending(self, state, thread) is not None

    def place(self, thread: int) -> int | None:
        """The cell that says where a thread stands; None for one whose steps have no place."""
        slot = self.slots[thread]
        return slot if slot >= 0 else None

    def local_steps(self, state: State, thread: int) -> LocalSteps:
        """What a thread can do unless time has to pass for it, and the cells that decide it in all states with that `place`."""
        slot = self.slots[thread]
        at = state[slot] if slot >= 0 else 0
        if at < 0:
            return LocalSteps((), ())
        changes = self._learn(self._known[thread], state, thread, at, late=False)
        return LocalSteps(self._known[thread][at].cells, changes)

    # --- looking up ---

    def _changes(self, state: State, thread: int) -> tuple[Change, ...]:
        if thread == self._asked_thread and state is self._asked_state:
            return self._answered
        self._answered = changes = self._looked_up(state, thread)
        self._asked_state, self._asked_thread = state, thread
        return changes

    def _looked_up(self, state: State, thread: int) -> tuple[Change, ...]:
        slot = self.slots[thread]
        at = state[slot] if slot >= 0 else 0
        if at < 0:
            return ()
        try:
            known = self._known[thread][at]
            changes = known.steps[known.get(state)]
        except KeyError:
            changes = self._learn(self._known[thread], state, thread, at, late=False)
        if changes or not self._time_can_pass or thread not in self._in_time(state):
            return changes
        return self._learn(self._late[thread], state, thread, at, late=True)

    def _in_time(self, state: State) -> list[int]:
        """The threads that can go on when time passes: none as long as anybody can go on without."""
        for thread, slot, table in self._rows:
            at = state[slot] if slot >= 0 else 0
            if at >= 0 and self._learn(table, state, thread, at, late=False):
                return []
        waiting = [
            thread
            for thread, slot, _ in self._rows
            if (at := state[slot] if slot >= 0 else 0) >= 0
            and self._learn(self._late[thread], state, thread, at, late=True)
        ]
        return self.soonest(state, waiting)

    def _learn(self, table: Table, state: State, thread: int, at: int, *, late: bool) -> tuple[Change, ...]:
        known = table.get(at)
        if known is None:
            known = table[at] = _Known()
        else:
            found = known.steps.get(known.get(state))
            if found is not None:
                return found
        changes, looked, touched = self.attempt(state, thread, late=late)
        if not looked.issubset(known.cells):
            known.cells = tuple(sorted(looked.union(known.cells)))
            known.get = itemgetter(*known.cells)
            known.steps.clear()
            known.touched.clear()
        key = known.get(state)
        known.steps[key] = changes
        if not changes:
            known.touched[key] = touched
        return changes
