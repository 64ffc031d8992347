"""States as whole numbers: each cell has a field of bits in them, and a value there is its number in the order of being met.

What a step does to a state is then one addition, what decides whether it can be made one `&`, and a state takes a fraction of the
memory of a tuple.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from mprunner.exploring.system import State

__all__ = ["Packing"]

_FIRST_BITS = 4


class Packing:
    """Turns states of one system into numbers and back. Fields grow when they must; numbers stay what they are."""

    def __init__(self, cells: int) -> None:
        self._bits = 0
        self._extents: list[list[tuple[int, int]]] = [[] for _ in range(cells)]
        """Where the bits of a cell's value are: width and place, the lowest first."""
        self._masks = [0] * cells
        self._codes: list[dict[Hashable, int]] = [{} for _ in range(cells)]
        self._values: list[dict[int, Hashable]] = [{} for _ in range(cells)]
        self.grown = 0
        """How often a field has grown: masks that were asked for before are too narrow."""
        for cell in range(cells):
            self._grow(cell, _FIRST_BITS)

    def encode(self, state: State) -> int:
        """The number of a state."""
        code = 0
        for cell, value in enumerate(state):
            code |= self.code(cell, value)
        return code

    def decode(self, code: int) -> State:
        """The state of a number."""
        return tuple([values[code & mask] for values, mask in zip(self._values, self._masks, strict=True)])

    def value(self, code: int, cell: int) -> Hashable:
        """What stands in one cell."""
        return self._values[cell][code & self._masks[cell]]

    def code(self, cell: int, value: Hashable) -> int:
        """The bits of a value in a cell."""
        code = self._codes[cell].get(value)
        return self._new(cell, value) if code is None else code

    def mask(self, cells: Iterable[int]) -> int:
        """The bits of these cells."""
        found = 0
        for cell in cells:
            found |= self._masks[cell]
        return found

    def _new(self, cell: int, value: Hashable) -> int:
        number = rest = len(self._codes[cell])
        width = sum(bits for bits, _ in self._extents[cell])
        if number >> width:
            self._grow(cell, width)
        code = 0
        for bits, place in self._extents[cell]:
            code |= (rest & ((1 << bits) - 1)) << place
            rest >>= bits
        self._codes[cell][value] = code
        self._values[cell][code] = value
        return code

    def _grow(self, cell: int, bits: int) -> None:
        self._extents[cell].append((bits, self._bits))
        self._masks[cell] |= ((1 << bits) - 1) << self._bits
        self._bits += bits
        self.grown += 1
