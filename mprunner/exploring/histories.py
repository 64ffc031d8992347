"""A model whose states also know what promises and people have seen so far: then a search over states can answer for order, too.

Of each thread its instants that concern anybody, in order; of each promise that looks at order what it saw. What nobody can tell
apart is one state, and a loop in which nothing is seen is a cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mprunner.exploring.system import LABEL, Footprint, State, Step, ThreadInfo
from mprunner.recording.events import Call
from mprunner.worlds.model.model import Model

__all__ = ["Histories"]

Concerns = Callable[[Call], bool]
Key = tuple[int, int]
"""A thread, or (below 0) a promise; and the number of the sequence that belongs to it."""


class Histories:
    """A `System`: that of `model`, with one slot more, the number of a history. `concerns` says whose calls are to be known."""

    def __init__(self, model: Model, concerns: Concerns) -> None:
        self._model = model
        self._concerns = concerns
        self._numbers: dict[tuple[Key, ...], int] = {(): 0}
        self._histories: list[tuple[Key, ...]] = [()]
        self._sequences: dict[tuple[int, int, int], int] = {}
        self._known: dict[tuple[int, int, tuple[int, ...], Footprint], int] = {}
        self._concerned: dict[int, bool] = {}
        self.threads: Sequence[ThreadInfo] = model.threads
        self.initial: State = (*model.initial, 0)

    def enabled(self, state: State) -> tuple[int, ...]:
        return self._model.enabled(state)

    def alternatives(self, state: State, thread: int) -> int:
        return self._model.alternatives(state, thread)

    def pending(self, state: State, thread: int) -> Footprint | None:
        return self._model.pending(state, thread)

    def initial_tokens(self, cell: int) -> int:
        return self._model.initial_tokens(cell)

    def step(self, state: State, thread: int, alternative: int = 0) -> Step:
        after, footprint, events = self._model.step(state, thread, alternative)
        history = state[-1]
        if events:
            history = self._after(history, thread, events, footprint)
        return Step((*after[:-1], history), footprint, events)

    def _after(self, history: int, thread: int, events: tuple[int, ...], footprint: Footprint) -> int:
        key = (history, thread, events, footprint)
        found = self._known.get(key)
        if found is None:
            sequences = dict(self._histories[history])
            for number in events:
                if self._is_seen(number):
                    self._add(sequences, thread, number)
            for cell, mode in footprint:
                if mode >= LABEL:
                    self._add(sequences, -cell, mode)
            whole = tuple(sorted(sequences.items()))
            found = self._numbers.setdefault(whole, len(self._histories))
            if found == len(self._histories):
                self._histories.append(whole)
            self._known[key] = found
        return found

    def _add(self, sequences: dict[int, int], whose: int, what: int) -> None:
        step = (whose, sequences.get(whose, 0), what)
        sequences[whose] = self._sequences.setdefault(step, len(self._sequences) + 1)

    def _is_seen(self, number: int) -> bool:
        found = self._concerned.get(number)
        if found is None:
            found = self._concerned[number] = self._concerns(self._model.instants[number].call)
        return found
