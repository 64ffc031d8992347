"""What a symbol means to each constraint."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import islice

__all__ = ["MOST_SYMBOLS", "Eyes", "See", "Seen"]

MOST_SYMBOLS = 256
_MOST_KNOWN = 1000

See = Callable[[int, bool, Hashable], "tuple[int, bool, Hashable] | None"]


class Seen(dict[int, tuple[int, ...]]):
    """Symbols of a row that concern a constraint; by bits, those of them with one of these in their mask."""

    __slots__ = ("masks", "symbols")

    def __init__(self, symbols: tuple[int, ...], masks: dict[int, int]) -> None:
        super().__init__()
        self.symbols = symbols
        self.masks = masks

    def __missing__(self, bits: int) -> tuple[int, ...]:
        found = self[bits] = tuple([one for one in self.symbols if self.masks[one] & bits])
        return found


class Eyes:
    """What the symbols mean to one constraint: by those symbols that concern it the mask that `feed` would be given, whether the
    event stands where it wants all, and its aspect. Symbols may be added at any time, in order.
    """

    __slots__ = ("_derived", "_seen", "_tables", "always", "aspects", "masks")

    def __init__(self) -> None:
        self.masks: dict[int, int] = {}
        self.always: dict[int, bool] = {}
        self.aspects: dict[int, Hashable] = {}
        self._tables: dict[Hashable, tuple[int, bytes]] = {}
        self._derived: dict[Hashable, tuple[Eyes, int]] = {}
        self._seen: dict[tuple[int, ...], Seen] = {}

    def add(self, symbol: int, mask: int, always: bool, aspect: Hashable) -> None:
        """Take the meaning of a symbol that concerns the constraint."""
        self.masks[symbol] = mask
        self.always[symbol] = always
        self.aspects[symbol] = aspect

    def seen(self, present: tuple[int, ...]) -> Seen:
        """Those of the symbols that concern the constraint."""
        found = self._seen.get(present)
        if found is None:
            if len(self._seen) > _MOST_KNOWN:
                self._seen.clear()
            found = self._seen[present] = Seen(tuple(filter(self.masks.__contains__, present)), self.masks)
        return found

    def table(self, key: Hashable, letter: Callable[[int], int]) -> bytes:
        """A table that turns symbols into letters: 0 for those of no concern, else `letter` of the mask. `key` names `letter`."""
        known = self._tables.get(key)
        if known is None or known[0] != len(self.masks):
            letters = bytearray(MOST_SYMBOLS)
            for symbol, mask in self.masks.items():
                letters[symbol] = letter(mask)
            known = self._tables[key] = (len(self.masks), bytes(letters))
        return known[1]

    def derived(self, key: Hashable, see: See) -> Eyes:
        """The eyes of a part of the constraint: what it sees in an event that the whole sees so. `key` names the part."""
        known = self._derived.get(key)
        found, taken = (Eyes(), 0) if known is None else known
        if known is None or taken < len(self.masks):
            for symbol, mask in islice(self.masks.items(), taken, None):
                meaning = see(mask, self.always[symbol], self.aspects[symbol])
                if meaning is not None:
                    found.add(symbol, *meaning)
            self._derived[key] = found, len(self.masks)
        return found
