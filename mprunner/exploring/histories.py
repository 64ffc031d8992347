"""A model whose states also know what promises and people have seen so far: then a search over states can answer for order, too.

Of each thread its instants that concern anybody, in order; of each promise that looks at order what it saw. What nobody can tell
apart is one state, and a loop in which nothing is seen is a cycle.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from mprunner.exploring.system import LABEL, Footprint, State, Step, ThreadInfo
from mprunner.recording.events import Call
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.steps import Change, LocalSteps

__all__ = ["Histories", "Noting"]

Concerns = Callable[[Call], bool]


class Noting(ABC):
    """A `System`: that of `model`, with `more` slots, which steps change by what is seen of them."""

    def __init__(self, model: Model, more: int) -> None:
        self.model = model
        self.first = len(model.initial)
        """The first of the slots that a model has not."""
        self.threads: Sequence[ThreadInfo] = model.threads
        self.initial: State = (*model.initial, *(0 for _ in range(more)))

    @abstractmethod
    def noted(
        self, state: State, thread: int, footprint: Footprint, events: tuple[int, ...]
    ) -> list[tuple[int, int]]:
        """The slots beyond those of the model that a step changes, with what then stands there."""

    def enabled(self, state: State) -> tuple[int, ...]:
        return self.model.enabled(state)

    def alternatives(self, state: State, thread: int) -> int:
        return self.model.alternatives(state, thread)

    def pending(self, state: State, thread: int) -> Footprint | None:
        return self.model.pending(state, thread)

    def is_waiting(self, state: State, thread: int) -> bool:
        return self.model.is_waiting(state, thread)

    def initial_tokens(self, cell: int) -> int:
        return self.model.initial_tokens(cell)

    def place(self, thread: int) -> int | None:
        return self.model.place(thread)

    def local_steps(self, state: State, thread: int) -> LocalSteps:
        cells, changes = self.model.local_steps(state, thread)
        remembered = [
            Change((*writes, *self.noted(state, thread, footprint, events)), footprint, events)
            for writes, footprint, events in changes
        ]
        return LocalSteps(cells, tuple(remembered))

    def footprint(self, state: State, thread: int, alternative: int = 0) -> Footprint:
        return self.model.footprint(state, thread, alternative)

    def step(self, state: State, thread: int, alternative: int = 0) -> Step:
        after, footprint, events = self.model.step(state, thread, alternative)
        remembered = self.noted(state, thread, footprint, events)
        if remembered:
            slots = list(after)
            for cell, number in remembered:
                slots[cell] = number
            after = tuple(slots)
        return Step(after, footprint, events)


class Histories(Noting):
    """`model`, with more slots: of each thread the number of the sequence of its instants, and at last that of what all promises
    have seen. `concerns` says whose calls are to be known.
    """

    def __init__(self, model: Model, concerns: Concerns) -> None:
        super().__init__(model, len(model.threads) + 1)
        self._concerns = concerns
        self._sequences: dict[tuple[int, int], int] = {}
        """What comes of a sequence by one more."""
        self._concerned: dict[int, bool] = {}
        self._sights: dict[tuple[tuple[int, int], ...], int] = {(): 0}
        self._seen: list[tuple[tuple[int, int], ...]] = [()]
        """For each number of what promises have seen: the sequence of each of their cells."""

    def noted(
        self, state: State, thread: int, footprint: Footprint, events: tuple[int, ...]
    ) -> list[tuple[int, int]]:
        found = []
        cell = self.first + thread
        sequence = state[cell]
        for number in events:
            if self._is_seen(number):
                sequence = self._longer(sequence, number)
        if sequence != state[cell]:
            found.append((cell, sequence))
        labels = [(cell, mode) for cell, mode in footprint if mode >= LABEL]
        if labels:
            sights = dict(self._seen[state[-1]])
            for cell, mode in labels:
                sights[cell] = self._longer(sights.get(cell, 0), -mode)
            found.append((len(state) - 1, self._sight(tuple(sorted(sights.items())))))
        return found

    def _longer(self, sequence: int, what: int) -> int:
        """The number of a sequence with one more at its end."""
        return self._sequences.setdefault((sequence, what), len(self._sequences) + 1)

    def _sight(self, sights: tuple[tuple[int, int], ...]) -> int:
        number = self._sights.setdefault(sights, len(self._seen))
        if number == len(self._seen):
            self._seen.append(sights)
        return number

    def _is_seen(self, number: int) -> bool:
        found = self._concerned.get(number)
        if found is None:
            found = self._concerned[number] = self._concerns(self.model.instants[number].call)
        return found
