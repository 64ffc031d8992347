"""What threads can do in packed states, by the cells that decide it: a step met once costs two look-ups and a sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from mprunner.exploring.packing import Packing
from mprunner.exploring.system import Footprint, State, System
from mprunner.worlds.model.steps import Change, LocalSteps

__all__ = ["Label", "Local", "Move", "MoveTable"]

Move = tuple[int, int]
"""The number of a label, and what to add to the number of the state."""


@runtime_checkable
class Local(Protocol):
    """A system that knows which cells alone decide what a thread can do: then steps of states that look alike to it are one."""

    def place(self, thread: int) -> int | None:
        """The cell that says where a thread stands; None where that is not one cell."""

    def local_steps(self, state: State, thread: int) -> LocalSteps:
        """What a thread can do in this state by itself, and the cells that decide it in all states with that `place`."""


class Label(NamedTuple):
    """What a step is, wherever it is made."""

    thread: int
    alternative: int
    footprint: Footprint
    events: tuple[int, ...]


class MoveTable:
    """All moves of a system that were met; `labels` are what they are."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.packing = Packing(len(system.initial))
        self.initial = self.packing.encode(system.initial)
        self.labels: list[Label] = []
        self._numbers: dict[Label, int] = {}
        self._local = system if isinstance(system, Local) else None
        self._everything = tuple(range(len(system.initial)))
        self._grown = self.packing.grown
        self._places = [
            None if self._local is None else self._local.place(t) for t in range(len(system.threads))
        ]
        self.rows: list[_Row] = [
            _Row(0 if place is None else self.packing.mask((place,)), thread)
            for thread, place in enumerate(self._places)
        ]

    def successors(self, code: int) -> list[tuple[int, int]]:
        """Label and state of each step from here, in the order of threads and alternatives."""
        found = []
        for row in self.rows:
            spot = row.spots.get(code & row.mask)
            moves = None if spot is None else spot.moves.get(code & spot.mask)
            if moves is None:
                moves = self.meet(code, row)
            for label, change in moves:
                found.append((label, code + change))
        return found or self.at_last(code)

    def meet(self, code: int, row: _Row) -> Sequence[Move]:
        """The moves of a thread in a state that looks like none before to it."""
        state = self.packing.decode(code)
        moves = (
            self._whole(state, row.thread)
            if self._local is None
            else self._local.local_steps(state, row.thread)
        )
        cells = set(moves.cells)
        size = len(state)
        for change in moves.changes:
            cells.update(cell for cell, _ in change.writes)
            cells.update(cell for cell, _ in change.footprint if cell < size)
        spot = row.spots.setdefault(code & row.mask, _Spot())
        if not cells <= spot.cells:
            spot.cells |= cells
            spot.moves.clear()
        found = tuple(
            self._move(state, row.thread, number, change) for number, change in enumerate(moves.changes)
        )
        self._widen()
        spot.mask = self.packing.mask(spot.cells)
        spot.moves[code & spot.mask] = found
        return found

    def at_last(self, code: int) -> list[tuple[int, int]]:
        """The steps of a state in which no thread can do anything by itself: those that are made only then."""
        if self._local is None:
            return []
        state = self.packing.decode(code)
        found = []
        for thread in self.system.enabled(state):
            for number, change in enumerate(self._whole(state, thread).changes):
                label, added = self._move(state, thread, number, change)
                found.append((label, code + added))
        self._widen()
        return found

    def _whole(self, state: State, thread: int) -> LocalSteps:
        """What a thread can do in just this state."""
        system = self.system
        if thread not in system.enabled(state):
            return LocalSteps(self._everything, ())
        changes = []
        for alternative in range(system.alternatives(state, thread)):
            after, footprint, events = system.step(state, thread, alternative)
            writes = tuple(
                (cell, new)
                for cell, (old, new) in enumerate(zip(state, after, strict=True))
                if old is not new and old != new
            )
            changes.append(Change(writes, footprint, events))
        return LocalSteps(self._everything, tuple(changes))

    def _move(self, state: State, thread: int, alternative: int, change: Change) -> Move:
        code = self.packing.code
        added = sum(code(cell, value) - code(cell, state[cell]) for cell, value in change.writes)
        label = Label(thread, alternative, change.footprint, change.events)
        number = self._numbers.setdefault(label, len(self.labels))
        if number == len(self.labels):
            self.labels.append(label)
        return number, added

    def _widen(self) -> None:
        """Make the masks fit the fields, after some have grown."""
        if self._grown == self.packing.grown:
            return
        self._grown = self.packing.grown
        for row, place in zip(self.rows, self._places, strict=True):
            if place is not None:
                row.mask = self.packing.mask((place,))
            for spot in row.spots.values():
                spot.mask = self.packing.mask(spot.cells)


class _Spot:
    """The moves of a thread where it stands now, by what is in the cells that decide them."""

    __slots__ = ("cells", "mask", "moves")

    def __init__(self) -> None:
        self.cells: set[int] = set()
        self.mask = 0
        self.moves: dict[int, Sequence[Move]] = {}


class _Row:
    """The spots of a thread, by what is in the cell that says where it stands."""

    __slots__ = ("mask", "spots", "thread")

    def __init__(self, mask: int, thread: int) -> None:
        self.mask = mask
        self.thread = thread
        self.spots: dict[int, _Spot] = {}
