"""What constraints see of a block of events: a row of symbols, and what a symbol means to each of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import compress

from mprunner.checking.blocks.eyes import Eyes, Seen
from mprunner.checking.blocks.row import Row
from mprunner.recording.events import Event

__all__ = ["Sight"]


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
