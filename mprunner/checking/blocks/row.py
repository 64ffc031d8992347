"""A block of events as a symbol for each.

Nothing here looks at single events: counts, first and last places and strings of letters are had from bytes. An `Event` is
made of one place when a constraint needs it for a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from mprunner.checking.blocks.learned import Learned, Pair
from mprunner.recording.blocks import Block
from mprunner.recording.events import Event

__all__ = ["Row"]

_SHORT = 1024
_MANY, _FEW = 8, 4

Made = TypeVar("Made")


class Row:
    """The symbols of a stretch of events. What is asked of it is remembered, for all who ask the same."""

    __slots__ = (
        "_between",
        "_edges",
        "_events",
        "_letters",
        "_pairs",
        "_rare",
        "_shared",
        "_some",
        "alphabet",
        "block",
        "counts",
        "firsts",
        "lasts",
        "learned",
        "present",
        "start",
        "symbols",
    )

    def __init__(
        self,
        block: Block,
        symbols: bytes,
        alphabet: int,
        start: int = 0,
        *,
        learned: Learned | None = None,
    ) -> None:
        self.learned = Learned() if learned is None else learned
        self.block = block
        self.symbols = symbols
        self.alphabet = alphabet
        self.start = start
        if len(symbols) < _SHORT:
            self.present = tuple(sorted(set(symbols)))
        else:
            self.present = tuple([one for one in range(alphabet) if one in symbols])
        self.counts: dict[int, int] = {}
        self.firsts: dict[int, int] = {}
        self.lasts: dict[int, int] = {}
        self._edges: dict[tuple[int, ...], tuple[int, int]] = {}
        self._between: dict[tuple[int, int, int], int] = {}
        self._events: dict[int, Event] = {}
        self._letters: dict[bytes, bytes] = {}
        self._pairs: dict[tuple[int, ...], dict[Pair, int]] = {}
        self._some: dict[tuple[int, ...], bytes] = {}
        self._rare: tuple[frozenset[int], bytes] | None = None
        self._shared: dict[Hashable, Any] = {}

    def part(self, start: int, stop: int) -> Row:
        """A part of the stretch, as one of its own."""
        return Row(self.block, self.symbols[start:stop], self.alphabet, self.start + start)

    def shared(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives; once for all who ask for it under this key."""
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]  # type: ignore[no-any-return]

    def event(self, place: int) -> Event:
        """The event at a place."""
        found = self._events.get(place)
        if found is None:
            found = self._events[place] = self.block.event(self.start + place)
        return found

    def count(self, symbol: int, seen: tuple[int, ...]) -> int:
        """How often a symbol stands here, which is one of those that somebody has seen."""
        found = self.counts.get(symbol)
        if found is None:
            some = self.symbols
            if len(self.present) >= _MANY and len(some) >= _SHORT:
                few = self._few(symbol, seen)
                if few is not None:
                    return self._count_few(symbol, few)
                some = self._among(seen)
            found = self.counts[symbol] = some.count(symbol)
        return found

    def _few(self, symbol: int, seen: tuple[int, ...]) -> tuple[int, ...] | None:
        """The symbols here that somebody looks at this one with, if it is a few."""
        known = self.learned.few
        few = known.get(symbol)
        if len(seen) <= _FEW and (few is None or len(few) < len(seen)):
            few = known[symbol] = seen
        if few is None or few in self._some or all(one in self.present for one in few):
            return few
        return tuple([one for one in few if one in self.present])

    def _count_few(self, symbol: int, few: tuple[int, ...]) -> int:
        """How often one of a few stands here; the last of them is what the others leave."""
        some, counts = self.only(few), self.counts
        others = [counts[one] for one in few if one in counts]
        left = len(others) == len(few) - 1
        found = counts[symbol] = len(some) - sum(others) if left else some.count(symbol)
        return found

    def neighbours(self, pair: Pair, seen: tuple[int, ...]) -> int:
        """How often two symbols stand side by side, when only those are looked at that somebody has seen."""
        known = self._pairs.get(seen)
        if known is None:
            known = self._pairs[seen] = self.learned.pairs(self, seen)
        found = known.get(pair)
        if found is None:
            self.learned.add(seen, pair)
            found = known[pair] = self.only(seen).count(bytes(pair))
        return found

    def first(self, symbol: int) -> int:
        """Where a symbol stands first; -1 when it is not here."""
        found = self.firsts.get(symbol)
        if found is None:
            found = self.firsts[symbol] = self.symbols.find(symbol)
        return found

    def last(self, symbol: int) -> int:
        """Where a symbol stands last; -1 when it is not here."""
        found = self.lasts.get(symbol)
        if found is None:
            found = self.lasts[symbol] = self.symbols.rfind(symbol)
        return found

    def edges(self, seen: tuple[int, ...]) -> tuple[int, int]:
        """Where the first and the last of these symbols stand, which are here; -1 when there are none."""
        found = self._edges.get(seen)
        if found is None:
            found = self._edges[seen] = (
                min(map(self.first, seen), default=-1),
                max(map(self.last, seen), default=-1),
            )
        return found

    def count_between(self, symbol: int, start: int, stop: int) -> int:
        """How often a symbol stands from `start` to before `stop`."""
        key = (symbol, start, stop)
        found = self._between.get(key)
        if found is None:
            found = self._between[key] = self.symbols.count(symbol, start, stop)
        return found

    def letters(self, table: bytes) -> bytes:
        """The letters of all events that have one."""
        found = self._letters.get(table)
        if found is None:
            wanted = tuple([one for one in self.present if table[one]])
            found = self._letters[table] = self.only(wanted).translate(table)
        return found

    def only(self, wanted: tuple[int, ...]) -> bytes:
        """The symbols of all events that have one of these, in ascending order, which are here."""
        found = self._some.get(wanted)
        if found is None:
            others = bytes([one for one in self.present if one not in wanted])
            found = self._some[wanted] = self._shelf(wanted).translate(None, others)
        return found

    def _shelf(self, wanted: tuple[int, ...]) -> bytes:
        """`_among`, or less: where many rare symbols are left they lie on shelves, by number, as those of one constraint come
        together.
        """
        some = self._among(wanted)
        if some is self.symbols or self._rare is None or len(some) < _SHORT or not wanted:
            return some
        often, number = self._rare[0], wanted[0] // _MANY
        if wanted[-1] // _MANY != number:
            return some
        shelf = tuple([one for one in self.present if one // _MANY == number and one not in often])
        found = self._some.get(shelf)
        if found is None:
            others = bytes([one for one in self.present if one // _MANY != number])
            found = self._some[shelf] = some.translate(None, others)
        return found

    def _among(self, wanted: tuple[int, ...]) -> bytes:
        """The symbols of all events that have one of these, and of others: without the most frequent ones, if they may go."""
        if len(self.present) < _MANY:
            return self.symbols
        if self._rare is None:
            often = self.learned.often(self.symbols[:_SHORT], self.present)
            self._rare = frozenset(often), self.symbols.translate(None, often)
        often_ones, rare = self._rare
        return rare if often_ones.isdisjoint(wanted) else self.symbols

    def place(self, table: bytes, number: int) -> int:
        """Where the event stands whose letter is the one of that number in `letters`."""
        flags = self.symbols.translate(table)
        start, stop = 0, len(flags)
        while stop - start > 1:
            middle = (start + stop) // 2
            before = middle - start - flags.count(0, start, middle)
            if number < before:
                stop = middle
            else:
                number -= before
                start = middle
        return start
