"""What was asked of earlier rows of a group: of the next ones the same is asked, and much of it can be had at once.

How often one symbol stands right before another is one search through the row for each two of them. Here it takes two
translations for all together: each pair has a code, a byte with four of its eight bits; the first symbols are written in these
codes, the second ones too, a place further to the left, and the two are laid on each other. A byte keeps all four bits only where
both have the same code, so the number of bits tells whether every first symbol is followed by its second one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mprunner.checking.blocks.row import Row

__all__ = ["Learned", "Pair"]

Pair = tuple[int, int]
"""A symbol, and one that stands right behind it."""

_BITS = 4
_CODES = bytes([one for one in range(256) if one.bit_count() == _BITS])
_NO_CODES = bytes([one for one in range(256) if one.bit_count() != _BITS])
_WORTH = 4
"""Fewer pairs are as well searched for."""
_SHORT = 1024
_MOST_KNOWN = 100
_OFTEN = 8
"""One event in so many."""
_OLD = 8
"""So many rows later it may be others."""


class _Together:
    """Pairs with a code each, no two of which have the same first symbol, or the same second one."""

    __slots__ = ("firsts", "pairs", "seconds")

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self.firsts = bytearray(256)
        self.seconds = bytearray(256)

    def take(self, pair: Pair) -> bool:
        first, second = pair
        if len(self.pairs) == len(_CODES) or self.firsts[first] or self.seconds[second]:
            return False
        self.firsts[first] = self.seconds[second] = _CODES[len(self.pairs)]
        self.pairs.append(pair)
        return True

    def counted(self, row: Row, seen: tuple[int, ...]) -> list[int]:
        """How often each pair stands in a row, of which only these symbols are looked at."""
        some = row.only(seen)
        here = int.from_bytes(some.translate(self.firsts), "little")
        behind = int.from_bytes(some.translate(self.seconds), "little") >> 8
        both = here & behind
        followed = [row.count(first, seen) - (some[-1] == first) for first, _ in self.pairs]
        if both.bit_count() == _BITS * sum(followed):
            return followed
        codes = both.to_bytes(len(some), "little").translate(None, _NO_CODES)
        return [codes.count(_CODES[number]) for number in range(len(self.pairs))]


class Learned:
    """What the constraints of a group ask of their rows."""

    __slots__ = ("_age", "_often", "_pairs", "few")

    def __init__(self) -> None:
        self.few: dict[int, tuple[int, ...]] = {}
        """By symbol: the few that somebody looks at it with."""
        self._pairs: dict[tuple[int, ...], list[_Together]] = {}
        self._often: dict[tuple[int, ...], bytes] = {}
        self._age = 0

    def often(self, example: bytes, present: tuple[int, ...]) -> bytes:
        """Which of the symbols of a row come often, as an example of it shows, or one of the last few rows with the same."""
        self._age += 1
        if self._age > _OLD:
            self._often.clear()
            self._age = 0
        found = self._often.get(present)
        if found is None:
            often = [one for one in present if example.count(one) * _OFTEN > len(example)]
            found = self._often[present] = bytes(often)
        return found

    def add(self, seen: tuple[int, ...], pair: Pair) -> None:
        """A pair is asked for, in a row of which only the symbols `seen` are looked at."""
        if seen not in self._pairs and len(self._pairs) >= _MOST_KNOWN:
            self._pairs.clear()
        known = self._pairs.setdefault(seen, [])
        if not any(pair in one.pairs or one.take(pair) for one in known):
            known.append(_Together())
            known[-1].take(pair)

    def pairs(self, row: Row, seen: tuple[int, ...]) -> dict[Pair, int]:
        """How often those pairs stand in a row that were asked for in earlier ones."""
        found: dict[Pair, int] = {}
        for one in self._pairs.get(seen, ()):
            if len(one.pairs) >= _WORTH and len(row.symbols) >= _SHORT:
                found.update(zip(one.pairs, one.counted(row, seen), strict=True))
        return found
