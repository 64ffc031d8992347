"""Puts and gets as columns: a million of them, without an object for each."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Sequence
from itertools import compress, pairwise
from operator import lt

from mprunner.checking.blocks.kept import Kept, Spot
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraints.queue_items import Item, item
from mprunner.checking.patterns import fingerprint
from mprunner.recording.shapes import Shapes

__all__ = [
    "GETS",
    "PUTS",
    "ItemColumns",
    "ItemsOfShapes",
    "agree",
    "matched",
    "of_groups",
    "surely_in_order",
]

PUTS, GETS = b"\0\1" * 8, b"\0\0\1\1" * 4
"""By mask, whether it is a put, and whether it is a get."""

_NEVER = 2**63
_UNKNOWN = object()
"""Stands for the item of a shape that has not been met."""


class ItemsOfShapes:
    """The items of calls by their shapes, told apart as they are compared."""

    __slots__ = ("_known", "_table")

    def __init__(self) -> None:
        self._table: Shapes | None = None
        self._known: dict[int, Hashable] = {}

    def of(self, shapes: Iterable[int], table: Shapes) -> list[Hashable]:
        """The items of events with these shapes."""
        if table is not self._table:
            self._table, self._known = table, {}
        known, values_of = self._known, table.values
        found: list[Hashable] = []
        for shape in shapes:
            value = known.get(shape, _UNKNOWN)
            if value is _UNKNOWN:
                values = values_of(shape >> 1)
                given = values["item"] if "item" in values else values.get("result")
                kind = type(given)
                value = known[shape] = given if kind is int or kind is str else fingerprint(given)
            found.append(value)
        return found


class ItemColumns:
    """Puts, or gets, in the order of the record: what item, where in the record, from when to when, in which thread."""

    __slots__ = ("begins", "chains", "ends", "numbers", "spots", "values")

    def __init__(self) -> None:
        self.values: list[Hashable] = []
        self.spots: list[Spot] = []
        self.begins: array[int] = array("q")
        self.ends: array[int] = array("q")
        self.chains: array[int] = array("I")
        self.numbers: dict[tuple[str, int], int] = {}
        """The threads of execution (see `Item.chain`), by number."""

    def __len__(self) -> int:
        return len(self.values)

    def add(self, sight: Sight, alphabet: bytes, items: ItemsOfShapes) -> None:
        """Add the events of a block that have a letter."""
        row = sight.row
        flags = row.symbols.translate(sight.eyes.table(alphabet, alphabet.__getitem__))
        if 1 not in flags:
            return
        block = row.block
        places = list(compress(range(row.start, row.start + len(sight)), flags))
        self.values += items.of(map(block.shapes.__getitem__, places), block.table)
        self.spots.extend([block.first + place for place in places])
        begins, ends = block.spans(places)
        self.begins.extend(begins)
        self.ends.extend(ends)
        of_lane: dict[int, int] = {}
        for lane in set(map(block.lanes.__getitem__, places)):
            process, _, thread = block.table.lanes[lane]
            of_lane[lane] = self.numbers.setdefault((process, thread), len(self.numbers))
        self.chains.extend([of_lane[block.lanes[place]] for place in places])

    def append(self, one: Item) -> None:
        """Add one, whatever its place in the record."""
        self.values.append(one.value)
        self.spots.append(one.event)
        self.begins.append(one.begin)
        self.ends.append(one.end)
        self.chains.append(self.numbers.setdefault(one.chain, len(self.numbers)))

    def rows(self, rows: Sequence[int]) -> ItemColumns:
        """Some of them, by their numbers."""
        some = ItemColumns()
        some.numbers = self.numbers
        some.values = [self.values[row] for row in rows]
        some.spots = [self.spots[row] for row in rows]
        some.begins = array("q", [self.begins[row] for row in rows])
        some.ends = array("q", [self.ends[row] for row in rows])
        some.chains = array("I", [self.chains[row] for row in rows])
        return some

    def as_items(self, kept: Kept, by: str) -> list[Item]:
        """All of them, as objects."""
        return [item(kept.event(spot), by) for spot in self.spots]

    def in_turn(self) -> bool:
        """Whether in each thread each began after the end of the one before it."""
        for chain in self.numbers.values():
            own = [number == chain for number in self.chains]
            spans = sorted(zip(compress(self.begins, own), compress(self.ends, own), strict=True))
            if not all(one[1] < other[0] for one, other in pairwise(spans)):
                return False
        return True


def surely_in_order(puts: ItemColumns, gets: ItemColumns, *, total: bool) -> bool:
    """Whether it shows without a search that gets can have come in the order of their puts (`queue_order`): when the first get of
    a value takes its first put, and so on. When no two items are equal, this is the answer.

    Both orders are those of intervals, and two such orders contradict each other only in pairs: x put before y, and y got
    before x, or x never. `total`: of the puts of all processes, else of one among themselves.
    """
    taken = matched(puts.values, gets.values)
    if taken is None or not (puts.in_turn() and gets.in_turn()):
        return False
    got_from = [_NEVER if number < 0 else gets.begins[number] for number in taken]
    got_until = [_NEVER if number < 0 else gets.ends[number] for number in taken]
    if any(map(lt, got_until, puts.begins)):
        return False  # it was got before it was put
    return all(agree(own, puts, got_from, got_until) for own in of_groups(puts, total=total))


def of_groups(puts: ItemColumns, *, total: bool) -> list[Sequence[int]]:
    """The rows of puts that have an order: of each process, or (`total`) of all."""
    if total:
        return [range(len(puts))]
    of_process: dict[str, list[int]] = {}
    process_of = [process for process, _ in puts.numbers]
    for number, chain in enumerate(puts.chains):
        of_process.setdefault(process_of[chain], []).append(number)
    return list(of_process.values())


def matched(put: Sequence[Hashable], got: Sequence[Hashable]) -> list[int] | None:
    """First with first, item by item: for each put the number of its get, -1 for none. None where something was got that was
    not put, or not so often.
    """
    taken = [-1] * len(put)
    where = dict(zip(put, range(len(put)), strict=True))
    if len(where) == len(put):
        for number, value in enumerate(got):
            place = where.get(value, -1)
            if place < 0 or taken[place] >= 0:
                return None
            taken[place] = number
        return taken
    waiting: dict[Hashable, list[int]] = {}
    for place in range(len(put) - 1, -1, -1):
        waiting.setdefault(put[place], []).append(place)
    for number, value in enumerate(got):
        places = waiting.get(value)
        if not places:
            return None
        taken[places.pop()] = number
    return taken


def agree(
    numbers: Sequence[int], puts: ItemColumns, got_from: Sequence[int], got_until: Sequence[int]
) -> bool:
    """Whether of these puts none that had ended before another began was got wholly after it."""
    begins, ends = puts.begins, puts.ends
    by_end = sorted(numbers, key=ends.__getitem__)
    latest: list[int] = []
    so_far = -1
    for number in by_end:
        so_far = max(so_far, got_from[number])
        latest.append(so_far)
    ended = [ends[number] for number in by_end]
    place, count = 0, len(ended)
    for number in sorted(numbers, key=begins.__getitem__):
        begin = begins[number]
        while place < count and ended[place] < begin:
            place += 1
        until = got_until[number]
        if place and until != _NEVER and latest[place - 1] > until:
            return False
    return True
