"""A machine of few states over the events of a block, four events at a time.

What four events do to a state is worked out once, step by step, and remembered; then a block is gone through with one look
into a table for every four events. Where the states turn out to be many, each four are worked out anew: no faster than event by
event, and no slower.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from mprunner.checking.blocks.eyes import Eyes
from mprunner.checking.blocks.sight import Sight

__all__ = ["Mark", "Step", "Words"]

Mark = Any
"""What a step leaves behind: something hashable, None for nothing."""
Step = Callable[[Hashable, int], tuple[Hashable, Mark]]
"""From a state and a mask to the state after it, and its mark."""

_SHORT = 64
"""Fewer events are not worth learning words for."""
_MOST_LETTERS = 255
_MOST_STATES, _MOST_WORDS = 2_000, 100_000


class _Marks:
    """What a word leaves behind: marks, each with its number in the word."""

    __slots__ = ("marks",)

    def __init__(self, marks: list[tuple[int, Mark]]) -> None:
        self.marks = marks


class _State(dict[int, "tuple[_State, _Marks | None]"]):
    """A state, and what words that were met do to it."""

    __slots__ = ("value",)

    def __init__(self, value: Hashable) -> None:
        super().__init__()
        self.value = value


class Words:
    """What is known of a machine. It steps over the events that concern a constraint, of those with one of `bits` in their mask
    if that is given.
    """

    __slots__ = ("_bits", "_learned", "_letters", "_masks", "_states", "_step", "_tables")

    def __init__(self, step: Step, bits: int = 0) -> None:
        self._step = step
        self._bits = bits
        self._letters: dict[int, int] = {}
        self._masks: list[int] = [0]
        self._tables: dict[Eyes, tuple[int, bytes]] = {}
        self._states: dict[Hashable, _State] = {}
        self._learned = 0

    def table(self, sight: Sight) -> bytes | None:
        """The letters of symbols, for `run` and to find places with; None where events are better fed one by one, for they are
        few, or of too many kinds.
        """
        if len(sight) < _SHORT:
            return None
        eyes = sight.eyes
        known = self._tables.get(eyes)
        if known is None or known[0] != len(eyes.masks):
            table = bytearray(256)
            for symbol, mask in eyes.masks.items():
                if not self._bits or mask & self._bits:
                    letter = self._letters.get(mask)
                    if letter is None:
                        if len(self._masks) > _MOST_LETTERS:
                            return None
                        letter = self._letters[mask] = len(self._masks)
                        self._masks.append(mask)
                    table[symbol] = letter
            known = self._tables[eyes] = (len(eyes.masks), bytes(table))
        return known[1]

    def run(self, value: Hashable, sight: Sight, table: bytes) -> tuple[Hashable, list[tuple[int, Mark]]]:
        """The state after the block, and the last of each kind of mark, in order, with the number of its event."""
        letters = sight.row.letters(table)
        state = self._state(value)
        if all(self._step(value, self._masks[one]) == (value, None) for one in set(letters)):
            return value, []
        whole = len(letters) & ~3
        last: dict[_Marks, int] = {}
        with memoryview(letters)[:whole].cast("I") as words:
            for number, word in enumerate(words):
                found = state.get(word)
                if found is None:
                    found = self._learn(state, word, letters[4 * number : 4 * number + 4])
                state, marks = found
                if marks is not None:
                    last[marks] = number
        left: dict[Mark, int] = {}
        for marks, number in last.items():
            for offset, mark in marks.marks:
                left[mark] = max(left.get(mark, -1), 4 * number + offset)
        value, rest = self._one_by_one(state.value, letters[whole:])
        left.update((mark, whole + offset) for offset, mark in rest)
        return value, sorted(((number, mark) for mark, number in left.items()), key=lambda pair: pair[0])

    def _state(self, value: Hashable) -> _State:
        state = self._states.get(value)
        if state is None:
            if len(self._states) >= _MOST_STATES or self._learned >= _MOST_WORDS:
                self._states.clear()
                self._learned = 0
            state = self._states[value] = _State(value)
        return state

    def _learn(self, state: _State, word: int, letters: bytes) -> tuple[_State, _Marks | None]:
        value, marks = self._one_by_one(state.value, letters)
        self._learned += 1
        found = state[word] = self._state(value), _Marks(marks) if marks else None
        return found

    def _one_by_one(self, value: Hashable, letters: bytes) -> tuple[Hashable, list[tuple[int, Mark]]]:
        marks: list[tuple[int, Mark]] = []
        for number, letter in enumerate(letters):
            value, mark = self._step(value, self._masks[letter])
            if mark is not None:
                marks.append((number, mark))
        return value, marks
