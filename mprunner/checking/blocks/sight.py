"""What constraints see of a block of events: a symbol for each event, and what a symbol means to each constraint.

Nothing here looks at single events: counts, first and last places and strings of letters are had from bytes. An `Event` is
made of one place when a constraint needs it for a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import compress, islice
from typing import Any, TypeVar

from mprunner.checking.blocks.learned import Learned, Pair
from mprunner.recording.blocks import Block
from mprunner.recording.events import Event

__all__ = ["MOST_SYMBOLS", "Eyes", "Row", "Seen", "Sight"]

MOST_SYMBOLS = 256
_SHORT = 1024
_MANY, _FEW = 8, 4
_MOST_KNOWN = 1000

Made = TypeVar("Made")
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


class Sight:
    """A row as one constraint sees it. Places count from the row's start.

    Most bits are those of a single symbol, and there are many constraints: what is asked most is written out for that.
    """

    __slots__ = ("_chosen", "eyes", "row", "seen")

    def __init__(self, row: Row, eyes: Eyes, seen: Seen | None = None) -> None:
        self.row = row
        self.eyes = eyes
        self._chosen = eyes.seen(row.present) if seen is None else seen
        self.seen = self._chosen.symbols

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

    def shapes(self) -> list[int]:
        """The shapes of the calls of all events that concern the constraint."""
        row = self.row

        def make() -> list[int]:
            flags = row.symbols.translate(self.eyes.table("concerns", lambda mask: 1))
            part = row.block.shapes[row.start : row.start + len(row.symbols)]
            return [one >> 1 for one in compress(part, flags)]

        return row.shared(("shapes", self.seen), make)

    def count(self, bits: int) -> int:
        """How many events have one of these bits in their mask."""
        chosen, row = self._chosen[bits], self.row
        if len(chosen) == 1:
            found = row.counts.get(chosen[0])
            return row.count(chosen[0], self.seen) if found is None else found
        return sum([row.count(one, self.seen) for one in chosen])

    def count_all(self, bits: int) -> int:
        """How many events have all of these bits."""
        masks, seen, count = self.eyes.masks, self.seen, self.row.count
        return sum([count(one, seen) for one in seen if masks[one] & bits == bits])

    def first_of_all(self, bits: int) -> int:
        """The first place of an event with all of these bits; -1 when there is none."""
        masks, first = self.eyes.masks, self.row.first
        return min([first(one) for one in self.seen if masks[one] & bits == bits], default=-1)

    def count_between(self, bits: int, start: int, stop: int) -> int:
        """How many events from `start` to before `stop` have one of these bits."""
        chosen, count = self._chosen[bits], self.row.count_between
        if len(chosen) == 1:
            return count(chosen[0], start, stop)
        return sum([count(one, start, stop) for one in chosen])

    def first(self, bits: int, start: int = 0) -> int:
        """The first place from `start` on of an event with one of these bits; -1 when there is none."""
        chosen = self._chosen[bits]
        if not start:
            row = self.row
            if len(chosen) == 1:
                found = row.firsts.get(chosen[0])
                return row.first(chosen[0]) if found is None else found
            return min(map(row.first, chosen), default=-1)
        find = self.row.symbols.find
        return min([place for one in chosen if (place := find(one, start)) >= 0], default=-1)

    def last(self, bits: int, stop: int | None = None) -> int:
        """The last place before `stop` of an event with one of these bits; -1 when there is none."""
        chosen = self._chosen[bits]
        if stop is None:
            row = self.row
            if len(chosen) == 1:
                found = row.lasts.get(chosen[0])
                return row.last(chosen[0]) if found is None else found
            return max(map(row.last, chosen), default=-1)
        find = self.row.symbols.rfind
        return max([find(one, 0, stop) for one in chosen], default=-1)

    def first_of_any(self) -> int:
        """The first place of an event that concerns the constraint; -1 when there is none."""
        return self.row.edges(self.seen)[0]

    def last_of_any(self) -> int:
        """The last place of an event that concerns the constraint; -1 when there is none."""
        return self.row.edges(self.seen)[1]

    def letters(self, alphabet: bytes) -> bytes:
        """A letter for each event that concerns the constraint, `alphabet[mask]`; those whose letter is 0 are left out."""
        return self.row.letters(self.eyes.table(alphabet, alphabet.__getitem__))

    def neighbours(self, first: int, second: int) -> int | None:
        """How often an event with one of the bits `second` follows right after one with one of `first`, of those that concern the
        constraint; None where an event has both, or there are many symbols to look for.
        """
        firsts, seconds = self._chosen[first], self._chosen[second]
        if len(firsts) * len(seconds) > 2 or not set(firsts).isdisjoint(seconds):
            return None
        return sum([self.row.neighbours((one, other), self.seen) for one in firsts for other in seconds])

    def place(self, alphabet: bytes, number: int) -> int:
        """Where the event stands whose letter is the one of that number in `letters`."""
        return self.row.place(self.eyes.table(alphabet, alphabet.__getitem__), number)

    def of_aspect(self, aspect: Hashable) -> Sight:
        """What has this aspect of that which concerns the constraint."""

        def see(mask: int, always: bool, other: Hashable) -> tuple[int, bool, Hashable] | None:
            return (mask, always, other) if other == aspect else None

        return Sight(self.row, self.eyes.derived(aspect, see))
