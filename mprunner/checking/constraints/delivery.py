"""`exactly_once` and its like, and what every queue promises: what was put, and what was got."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import compress
from operator import lt

from mprunner.checking.blocks.kept import Kept, Spot
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_columns import GETS, PUTS, ItemsOfShapes
from mprunner.checking.constraints.queue_items import Ends, QueueTraffic, in_doubt, item
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event


class _Column:
    """Puts, or gets, in the order of the record: what item, where in the record, and the time that counts (when a put began, when
    a get ended).
    """

    __slots__ = ("spots", "times", "values")

    def __init__(self) -> None:
        self.values: list[Hashable] = []
        self.spots: list[Spot] = []
        self.times: list[int] = []

    def add(self, value: Hashable, spot: Spot, time: int) -> None:
        self.values.append(value)
        self.spots.append(spot)
        self.times.append(time)

    def by_value(self) -> dict[Hashable, list[int]]:
        """The numbers of the puts or gets of each item."""
        found: dict[Hashable, list[int]] = {}
        for index, value in enumerate(self.values):
            found.setdefault(value, []).append(index)
        return found


class Delivery(QueueTraffic):
    """Each item put is got once, and nothing else; without `all_got`, items may stay in the queue, without
    `once` one may be got again.

    Equal items may stand for each other, and what is mutable may arrive altered.
    """

    __slots__ = ("_all_got", "_got", "_items", "_kept", "_once", "_put", "_whole")

    def __init__(self, of: str | Ends, *, all_got: bool, once: bool = True) -> None:
        super().__init__(of)
        self._all_got = all_got
        self._once = once
        self._whole = isinstance(of, str)
        self._put = _Column()
        self._got = _Column()
        self._kept = Kept()
        self._items = ItemsOfShapes()

    def _take(self, event: Event, mask: int) -> None:
        if mask & 1:
            put = item(event, self._by)
            self._put.add(put.value, event, put.begin)
        if mask & 2:
            got = item(event, self._by)
            self._got.add(got.value, event, got.end)

    def feed_block(self, sight: Sight) -> None:
        if not self._whole or sight.count(12):
            self.feed_each(
                sight
            )  # matchers may choose other instants than those at which puts and gets stand
            return
        row = sight.row
        block, start, stop = row.block, row.start, row.start + len(sight)
        self._kept.keep(block)
        for alphabet, column in ((PUTS, self._put), (GETS, self._got)):
            flags = row.symbols.translate(sight.eyes.table(alphabet, alphabet.__getitem__))
            if 1 in flags:
                column.values += self._items.of(compress(block.shapes[start:stop], flags), block.table)
                column.spots += compress(range(block.first + start, block.first + stop), flags)
                column.times += compress(block.times[start:stop], flags)

    def finish(self, end: End) -> Finding:
        left = self._left_in_turn()
        if left is not None and not (left and self._all_got):
            return self._delivered(0)
        put, got = self._put, self._got
        puts, gets = put.by_value(), got.by_value()
        counts = len(put.values), len(got.values)
        surplus: list[int] = []
        for value, taken in gets.items():
            given = puts.get(value, [])
            proven = self._proven(value, len(taken) - len(given), end)
            if proven:
                puts[value] = given = [*given, *range(len(put.values), len(put.values) + len(proven))]
                for one in proven:
                    put.add(value, one.event, one.begin)
            available = sorted(given, key=put.times.__getitem__)
            taken.sort(key=got.times.__getitem__)
            surplus.extend(taken[len(available) :])
            for nth, other in zip(available, taken, strict=False):
                if got.times[other] < put.times[nth]:
                    get, its = self._event(got, other), self._event(put, nth)
                    reason = f"{told(get)} before it was {self.words.given} ({number(its)})"
                    return self._bad(end, f"{self.words.taken} too early", reason, get, its)
        left_over = [one for value, given in puts.items() for one in given[len(gets.get(value, ())) :]]
        excused = self._excuse(surplus, left_over, puts)
        if not self._once:
            surplus = [one for one in surplus if got.values[one] not in puts]
        if surplus:
            return self._surplus(end, surplus[0], puts)
        if left_over and self._all_got:
            first = self._event(put, left_over[0])
            reason = f"{told(first)}, and it was never {self.words.taken}"
            summary = f"{len(left_over)} of {counted(counts[0], 'item')} never {self.words.taken}"
            if end.complete:
                return self._bad(end, summary, reason, first)
            reason += "; the run was cut short"
            witnesses = (Witness(first, f"never {self.words.taken}"),)
            return Finding("inconclusive", max(counts), summary, reason, witnesses)
        return self._delivered(excused)

    def _left_in_turn(self) -> int | None:
        """How many items are left, where no two are equal, and what was got had been put; None where it is not so simple."""
        values, got = self._put.values, self._got.values
        where = dict(zip(values, range(len(values)), strict=True))
        if len(where) < len(values) or len(set(got)) < len(got):
            return None
        found = [where.get(value, -1) for value in got]
        if -1 in found or any(map(lt, self._got.times, map(self._put.times.__getitem__, found))):
            return None
        return len(values) - len(got)

    def _excuse(self, surplus: list[int], left: list[int], puts: Mapping[Hashable, list[int]]) -> int:
        """Takes away, of both, what can be one item that was altered after its put; tells how many that are."""
        unknown = [one for one in surplus if self._got.values[one] not in puts]
        if not unknown:
            return 0
        altered = [one for one in left if self._changeable(one)][: len(unknown)]
        gone, had = set(unknown[: len(altered)]), set(altered)
        surplus[:] = [one for one in surplus if one not in gone]
        left[:] = [one for one in left if one not in had]
        return len(altered)

    def _changeable(self, put: int) -> bool:
        return item(self._event(self._put, put), self._by).changeable

    def _event(self, column: _Column, index: int) -> Event:
        return self._kept.event(column.spots[index])

    def _delivered(self, excused: int) -> Finding:
        put, got = len(self._put.values), len(self._got.values)
        twice = "none twice, " if self._once else ""
        taken = self.words.taken
        how = f"each {taken}" if self._all_got else f"{got} {taken}, {twice}none invented"
        how += " once" if self._all_got and self._once else ""
        if excused:
            how += f", {excused} altered after {self.words.since}"
        return Finding("kept", max(put, got), f"{counted(put, 'item')}, {how}")

    def _surplus(self, end: End, index: int, puts: Mapping[Hashable, list[int]]) -> Finding:
        get = self._event(self._got, index)
        given = puts.get(self._got.values[index], [])
        if not given:
            return self._bad(
                end,
                f"an item nobody {self.words.gave}",
                f"{told(get)}, which nobody had {self.words.given}",
                get,
            )
        times = "once" if len(given) == 1 else f"{len(given)} times"
        last = self._event(self._put, given[-1])
        reason = f"{told(get)} once more than it was {self.words.given} ({times}, last {number(last)})"
        return self._bad(end, f"an item {self.words.taken} too often", reason, get, last)

    def _bad(self, end: End, summary: str, reason: str, *events: Event) -> Finding:
        roles = ("the item", self.words.giving)
        total = max(len(self._put.values), len(self._got.values))
        witnesses = tuple(Witness(one, role) for one, role in zip(events, roles, strict=False))
        doubt = self._doubt(end)
        if doubt is not None:
            return Finding("inconclusive", total, summary, in_doubt(reason, doubt), witnesses)
        return Finding("broken", total, summary, reason, witnesses)
