"""Which slot of a state is whose: a cell for each thing that can change."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from mprunner.worlds.model.steps import State

__all__ = ["APART", "Layout"]

APART = 1 << 24
"""Cells from here on have no slot: they stand in footprints only (what promises see)."""

Key = tuple[Hashable, ...]


class Layout:
    """Hands out cells while a model is built; then it only knows them."""

    def __init__(self) -> None:
        self._cells: dict[Key, int] = {}
        self._first: list[Any] = []
        self._tokens: dict[int, int] = {}
        self._apart: dict[Key, int] = {}

    def add(self, key: Key, first: Any, *, tokens: int = 0) -> int:
        """A new cell with its value at first; `tokens`: as many are there to be taken (see GET)."""
        cell = self._cells[key] = len(self._first)
        self._first.append(first)
        if tokens:
            self._tokens[cell] = tokens
        return cell

    def start(self, cell: int, first: Any) -> None:
        """Another value at first."""
        self._first[cell] = first

    def of_object(self, name: str) -> list[tuple[int, Any]]:
        """The cells of the object of this name, with their values at first."""
        return [
            (cell, self._first[cell])
            for key, cell in self._cells.items()
            if len(key) > 1 and key[1] == name and key[0] not in ("thread", "life", "doom")
        ]

    def apart(self, *key: Hashable) -> int:
        """The cell of this key, which has no slot."""
        return self._apart.setdefault(key, APART + len(self._apart))

    def cell(self, *key: Hashable) -> int:
        """The cell of this key. Raises KeyError where there is none."""
        return self._cells[key]

    def find(self, *key: Hashable) -> int | None:
        """As `cell`; None where there is none."""
        return self._cells.get(key)

    def key(self, cell: int) -> Key:
        """The key of a cell, for people."""
        return next(key for key, number in (self._cells | self._apart).items() if number == cell)

    def tokens(self, cell: int) -> int:
        """How many tokens a cell has at first."""
        return self._tokens.get(cell, 0)

    @property
    def initial(self) -> State:
        """The state at first."""
        return tuple(self._first)
