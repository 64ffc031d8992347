"""What constraints see of a block of events: a symbol for each event, and what a symbol means to each constraint.

Nothing here looks at single events: counts, first and last places and strings of letters are had from bytes. An `Event` is
made of one place when a constraint needs it for a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import compress

from mprunner.recording.blocks import Block
from mprunner.recording.events import Event

__all__ = ["MOST_SYMBOLS", "Eyes", "Row", "Sight"]

MOST_SYMBOLS = 256
_SHORT = 1024

See = Callable[[int, bool, Hashable], "tuple[int, bool, Hashable] | None"]


class Eyes:
    """What the symbols mean to one constraint: by symbol whether the event concerns it, the mask that `feed` would be given
    (else 0), whether the event stands where it wants all, and its aspect. Symbols may be added at any time.
    """

    __slots__ = ("_derived", "_seen", "_tables", "always", "aspects", "concerns", "masks")

    def __init__(self) -> None:
        self.concerns: list[bool] = []
        self.masks: list[int] = []
        self.always: list[bool] = []
        self.aspects: list[Hashable] = []
        self._tables: dict[Hashable, tuple[int, bytes]] = {}
        self._derived: dict[Hashable, Eyes] = {}
        self._seen: dict[tuple[int, ...], tuple[int, ...]] = {}

    def add(self, meaning: tuple[int, bool, Hashable] | None) -> None:
        """Take the meaning of the next symbol: mask, always, aspect."""
        mask, always, aspect = meaning or (0, False, None)
        self.concerns.append(meaning is not None)
        self.masks.append(mask)
        self.always.append(always)
        self.aspects.append(aspect)

    def seen(self, present: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the symbols that concern the constraint."""
        found = self._seen.get(present)
        if found is None:
            if len(self._seen) > 1000:
                self._seen.clear()
            found = self._seen[present] = tuple(one for one in present if self.concerns[one])
        return found

    def table(self, key: Hashable, letter: Callable[[int], int]) -> bytes:
        """A table that turns symbols into letters: 0 for those of no concern, else `letter` of the mask. `key` names `letter`."""
        known = self._tables.get(key)
        if known is None or known[0] != len(self.masks):
            letters = bytes(
                [letter(mask) if own else 0 for own, mask in zip(self.concerns, self.masks, strict=True)]
            )
            known = self._tables[key] = (len(self.masks), letters.ljust(MOST_SYMBOLS, b"\0"))
        return known[1]

    def derived(self, key: Hashable, see: See) -> Eyes:
        """The eyes of a part of the constraint: what it sees in an event that the whole sees so. `key` names the part."""
        found = self._derived.get(key)
        if found is None:
            found = self._derived[key] = Eyes()
        for symbol in range(len(found.masks), len(self.masks)):
            meaning = self.masks[symbol], self.always[symbol], self.aspects[symbol]
            found.add(see(*meaning) if self.concerns[symbol] else None)
        return found


class Row:
    """The symbols of a stretch of events. What is asked of it is remembered, for all who ask the same."""

    __slots__ = (
        "_counts",
        "_events",
        "_letters",
        "_without",
        "alphabet",
        "block",
        "present",
        "start",
        "symbols",
    )

    def __init__(self, block: Block, symbols: bytes, alphabet: int, start: int = 0) -> None:
        self.block = block
        self.symbols = symbols
        self.alphabet = alphabet
        self.start = start
        if len(symbols) < _SHORT:
            self.present = tuple(sorted(set(symbols)))
        else:
            self.present = tuple([one for one in range(alphabet) if one in symbols])
        self._counts: dict[int, int] = {}
        self._events: dict[int, Event] = {}
        self._letters: dict[bytes, bytes] = {}
        self._without: dict[bytes, bytes] = {}

    def part(self, start: int, stop: int) -> Row:
        """A part of the stretch, as one of its own."""
        return Row(self.block, self.symbols[start:stop], self.alphabet, self.start + start)

    def event(self, place: int) -> Event:
        """The event at a place."""
        found = self._events.get(place)
        if found is None:
            found = self._events[place] = self.block.event(self.start + place)
        return found

    def count(self, symbol: int) -> int:
        """How often a symbol stands here."""
        found = self._counts.get(symbol)
        if found is None:
            found = self._counts[symbol] = self.symbols.count(symbol)
        return found

    def letters(self, table: bytes) -> bytes:
        """The letters of all events that have one."""
        found = self._letters.get(table)
        if found is None:
            others = bytes([one for one in self.present if not table[one]])
            some = self._without.get(others)
            if some is None:
                some = self._without[others] = self.symbols.translate(None, others)
            found = self._letters[table] = some.translate(table)
        return found

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


class Sight:
    """A row as one constraint sees it. Places count from the row's start."""

    __slots__ = ("eyes", "row", "seen")

    def __init__(self, row: Row, eyes: Eyes) -> None:
        self.row = row
        self.eyes = eyes
        self.seen = eyes.seen(row.present)

    def __len__(self) -> int:
        return len(self.row.symbols)

    def event(self, place: int) -> Event:
        """The event at a place."""
        return self.row.event(place)

    def mask(self, place: int) -> int:
        """What `feed` would be told of an event that concerns the constraint."""
        return self.eyes.masks[self.row.symbols[place]]

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Each event that concerns the constraint: its place and its mask."""
        symbols, masks = self.row.symbols, self.eyes.masks
        for place in self.places():
            yield place, masks[symbols[place]]

    def places(self) -> Iterator[int]:
        """Where the events stand that concern the constraint."""
        flags = self.row.symbols.translate(self.eyes.table("concerns", lambda mask: 1))
        return compress(range(len(flags)), flags)

    def count(self, bits: int) -> int:
        """How many events have one of these bits in their mask."""
        masks, count = self.eyes.masks, self.row.count
        return sum([count(one) for one in self.seen if masks[one] & bits])

    def count_all(self, bits: int) -> int:
        """How many events have all of these bits."""
        masks, count = self.eyes.masks, self.row.count
        return sum([count(one) for one in self.seen if masks[one] & bits == bits])

    def first_of_all(self, bits: int) -> int:
        """The first place of an event with all of these bits; -1 when there is none."""
        masks, find = self.eyes.masks, self.row.symbols.find
        return min([find(one) for one in self.seen if masks[one] & bits == bits], default=-1)

    def count_between(self, bits: int, start: int, stop: int) -> int:
        """How many events from `start` to before `stop` have one of these bits."""
        masks, symbols = self.eyes.masks, self.row.symbols
        return sum([symbols.count(one, start, stop) for one in self.seen if masks[one] & bits])

    def first(self, bits: int, start: int = 0) -> int:
        """The first place from `start` on of an event with one of these bits; -1 when there is none."""
        masks, find = self.eyes.masks, self.row.symbols.find
        places = [find(one, start) for one in self.seen if masks[one] & bits]
        return min([place for place in places if place >= 0], default=-1)

    def last(self, bits: int, stop: int | None = None) -> int:
        """The last place before `stop` of an event with one of these bits; -1 when there is none."""
        masks, find = self.eyes.masks, self.row.symbols.rfind
        return max([find(one, 0, stop) for one in self.seen if masks[one] & bits], default=-1)

    def last_of_all(self) -> int:
        """The last place of an event that concerns the constraint; -1 when there is none."""
        return max(map(self.row.symbols.rfind, self.seen), default=-1)

    def letters(self, alphabet: bytes) -> bytes:
        """A letter for each event that concerns the constraint, `alphabet[mask]`; those whose letter is 0 are left out."""
        return self.row.letters(self.eyes.table(alphabet, alphabet.__getitem__))

    def place(self, alphabet: bytes, number: int) -> int:
        """Where the event stands whose letter is the one of that number in `letters`."""
        return self.row.place(self.eyes.table(alphabet, alphabet.__getitem__), number)
