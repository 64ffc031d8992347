"""Dependence of steps: footprints as sets of tokens, and what came before a step.

The modes of a footprint become tokens that are read or written, so that two steps conflict exactly when one writes what the other
touches. The k-th item of a queue has a token of its own, which its PUT and its GET write: nothing else makes the two conflict.
"""

from __future__ import annotations

from typing import NamedTuple

from mprunner.exploring.system import GET, LABEL, PUT, READ, Footprint, System

__all__ = ["Tokens", "Tracker", "conflict"]

Token = tuple[int, int]
"""A cell, and which side of it: ALL, TAIL, HEAD, or an item of it (its number, from 0)."""
ALL, TAIL, HEAD = -1, -2, -3


class Touched(NamedTuple):
    """What a step reads and writes, and the labels that promises see."""

    reads: frozenset[Token]
    writes: frozenset[Token]
    labels: tuple[tuple[int, int], ...]


Tokens = Touched | None
"""None: not known yet."""


def conflict(one: Tokens, other: Tokens) -> bool:
    """Whether two steps (of different threads) are dependent."""
    if one is None or other is None:
        return True
    if not one.writes.isdisjoint(other.writes) or not one.writes.isdisjoint(other.reads):
        return True
    if not one.reads.isdisjoint(other.writes):
        return True
    if one.labels and other.labels:
        for cell, label in one.labels:
            for cell2, label2 in other.labels:
                if cell == cell2 and label != label2:
                    return True
    return False


class Tracker:
    """Follows an execution, step by step and back, and tells what happened before each step."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._written: dict[Token, tuple[int, int, int, int]] = {}
        """For each token: last writer (its bit), with all before it; readers since, with all before them."""
        self._labels: dict[int, tuple[int, int, int, int, int]] = {}
        """For each promise: the label seen last; who has it in a row, with all before; who had others just before, with these."""
        self._counts: dict[tuple[int, int], int] = {}
        self._undo: list[
            tuple[list[tuple[Token, object]], list[tuple[int, object]], list[tuple[int, int]]]
        ] = []
        self._plain: dict[Footprint, Touched] = {}

    def take(self, index: int, footprint: Footprint) -> tuple[int, int, Touched]:
        """What is before a step with this footprint (bits), which of that it conflicts with itself, and its tokens."""
        tokens = self.tokens(footprint)
        before = direct = 0
        written = self._written
        for token in tokens.reads:
            found = written.get(token)
            if found is not None:
                direct |= found[0]
                before |= found[1]
        for token in tokens.writes:
            found = written.get(token)
            if found is not None:
                direct |= found[0] | found[2]
                before |= found[1] | found[3]
        for cell, label in tokens.labels:
            known = self._labels.get(cell)
            if known is None:
                continue
            if known[0] == label:
                direct |= known[3]
                before |= known[4]
            else:
                direct |= known[1]
                before |= known[2]
        return before, direct, tokens

    def note(self, index: int, tokens: Touched, whole: int) -> None:
        """The step was made; `whole` are the bits of it and of all before it."""
        bit = 1 << index
        written = self._written
        changed: list[tuple[Token, object]] = []
        for token in tokens.reads:
            found = written.get(token)
            changed.append((token, found))
            written[token] = (
                (0, 0, bit, whole)
                if found is None
                else (found[0], found[1], found[2] | bit, found[3] | whole)
            )
        for token in tokens.writes:
            changed.append((token, written.get(token)))
            written[token] = (bit, whole, 0, 0)
        labelled: list[tuple[int, object]] = []
        for cell, label in tokens.labels:
            known = self._labels.get(cell)
            labelled.append((cell, known))
            if known is None:
                self._labels[cell] = (label, bit, whole, 0, 0)
            elif known[0] == label:
                self._labels[cell] = (label, known[1] | bit, known[2] | whole, known[3], known[4])
            else:
                self._labels[cell] = (label, bit, whole, known[1], known[2])
        counted = [(token[0], token[1]) for token in tokens.writes if token[1] in (TAIL, HEAD)]
        for key in counted:
            self._counts[key] = self._counts.get(key, 0) + 1
        self._undo.append((changed, labelled, counted))

    def back(self) -> None:
        """The last step was not made."""
        changed, labelled, counted = self._undo.pop()
        for token, found in reversed(changed):
            if found is None:
                del self._written[token]
            else:
                self._written[token] = found  # type: ignore[assignment]
        for cell, known in reversed(labelled):
            if known is None:
                del self._labels[cell]
            else:
                self._labels[cell] = known  # type: ignore[assignment]
        for key in counted:
            self._counts[key] -= 1

    def tokens(self, footprint: Footprint) -> Touched:
        """The tokens of a step that is made now."""
        plain = self._plain.get(footprint)
        if plain is None:
            plain = self._tokens(footprint)
            if not any(mode in (PUT, GET) for _cell, mode in footprint):
                self._plain[footprint] = plain
        return plain

    def tokens_in(self, footprint: Footprint, like: Tokens) -> Touched:
        """The tokens of a step that would be made elsewhere: items that it takes are those that `like` takes."""
        if like is None or not any(mode in (PUT, GET) for _cell, mode in footprint):
            return self.tokens(footprint)
        return like

    def _tokens(self, footprint: Footprint) -> Touched:
        reads: set[Token] = set()
        writes: set[Token] = set()
        labels: list[tuple[int, int]] = []
        for cell, mode in footprint:
            if mode == READ:
                reads |= {(cell, ALL), (cell, TAIL), (cell, HEAD)}
            elif mode == PUT:
                put = self._counts.get((cell, TAIL), 0) + self._system.initial_tokens(cell)
                writes |= {(cell, TAIL), (cell, put)}
                reads.add((cell, ALL))
            elif mode == GET:
                writes |= {(cell, HEAD), (cell, self._counts.get((cell, HEAD), 0))}
                reads.add((cell, ALL))
            elif mode >= LABEL:
                labels.append((cell, mode))
            else:
                writes |= {(cell, ALL), (cell, TAIL), (cell, HEAD)}
        return Touched(frozenset(reads - writes), frozenset(writes), tuple(labels))
