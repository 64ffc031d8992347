"""`exactly_once` and its like, and what every queue promises: what was put, and what was got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import chain, compress
from operator import itemgetter, lt

from mprunner.checking.blocks.kept import Kept, Spot
from mprunner.checking.blocks.sight import Sight
from mprunner.checking.constraint import End, Finding
from mprunner.checking.constraints.queue_columns import GETS, PUTS, ItemsOfShapes
from mprunner.checking.constraints.queue_flow import MANY
from mprunner.checking.constraints.queue_items import Ends, QueueTraffic, in_doubt, item
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number, told
from mprunner.recording.events import Event

_MOST_KNOWN = 10_000
"""Items that are known after they were delivered."""


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

    def keep(self, rows: Sequence[int]) -> None:
        """Keep these only."""
        self.values = [self.values[row] for row in rows]
        self.spots = [self.spots[row] for row in rows]
        self.times = [self.times[row] for row in rows]

    def by_value(self) -> dict[Hashable, list[int]]:
        """The numbers of the puts or gets of each item."""
        found: dict[Hashable, list[int]] = {}
        for index, value in enumerate(self.values):
            found.setdefault(value, []).append(index)
        return found


class _Delivered:
    """What was put and got, and is not kept any more: how many, and of the items how often each was put and where the last time.

    An item that may be got again must be known for ever. Else it is known for the telling of one that was got too often,
    as long as there are not too many.
    """

    __slots__ = ("_for_ever", "_last", "forgotten", "gets", "number", "puts")

    def __init__(self, *, for_ever: bool) -> None:
        self._for_ever = for_ever
        self.number: dict[Hashable, int] = {}
        self._last: dict[Hashable, int] = {}
        self.puts = self.gets = 0
        self.forgotten = False
        """Whether some of them are not known."""

    def add(self, value: Hashable, spot: Spot) -> None:
        """An item that was put there was got."""
        self.puts += 1
        self.gets += 1
        self.number[value] = self.number.get(value, 0) + 1
        self._last[value] = spot if isinstance(spot, int) else spot.position

    def shrink(self) -> None:
        """Forget, when there are too many."""
        if not self._for_ever and len(self.number) > _MOST_KNOWN:
            self.number.clear()
            self._last.clear()
            self.forgotten = True

    def last(self, value: Hashable) -> int:
        """Where in the record the item was put the last time."""
        return self._last[value]


class Delivery(QueueTraffic):
    """Each item put is got once, and nothing else; without `all_got`, items may stay in the queue, without
    `once` one may be got again.

    Equal items may stand for each other, and what is mutable may arrive altered. From time to time what was put, and got after
    it, is let go: of equal items the first get has the first put, whatever comes.
    """

    __slots__ = (
        "_all_got", "_before", "_got", "_in_time", "_items", "_kept", "_most", "_once", "_put", "_whole",
    )  # fmt: skip

    def __init__(self, of: str | Ends, *, all_got: bool, once: bool = True) -> None:
        super().__init__(of)
        self._all_got = all_got
        self._once = once
        self._whole = isinstance(of, str)
        self._put = _Column()
        self._got = _Column()
        self._kept = Kept()
        self._items = ItemsOfShapes()
        self._before = _Delivered(for_ever=not once)
        self._in_time = True
        self._most = MANY

    def _take(self, event: Event, mask: int) -> None:
        call = event.call
        if call.begin != call.end:
            self._in_time = self._in_time and not mask & (2 if event.at == "begin" else 1)
        if mask & 1:
            put = item(event, self._by)
            self._put.add(put.value, event, put.begin)
        if mask & 2:
            got = item(event, self._by)
            self._got.add(got.value, event, got.end)
        self._settle_in_time()

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
        self._settle_in_time()

    def _settle_in_time(self) -> None:
        put, got = self._put, self._got
        if max(len(put.values), len(got.values)) < self._most and not self._kept.many:
            return
        if self._in_time:
            self._settle()
        self._most = max(MANY, 2 * len(put.values), 2 * len(got.values))
        self._kept.only([*put.spots, *got.spots])

    def _settle(self) -> None:
        """Let go of what was put and then got; not of items that a put which never ended may have given, too."""
        put, got = self._put, self._got
        open_: dict[Hashable, list[int]] = {}
        for row in range(len(put.values) - 1, -1, -1):
            open_.setdefault(put.values[row], []).append(row)
        unsure = {item(event, self._by).value for event in self._unfinished_puts}
        gets: list[int] = []
        for row, value in enumerate(got.values):
            rows = open_.get(value)
            if not rows or value in unsure or put.times[rows[-1]] > got.times[row]:
                unsure.add(value)
                gets.append(row)
            else:
                self._before.add(value, put.spots[rows.pop()])
        self._before.shrink()
        put.keep(sorted(chain.from_iterable(open_.values())))
        got.keep(gets)

    def memory(self) -> Hashable:
        put, got = self._put, self._got
        left: Counter[Hashable] = Counter()
        steps = [(self._event(put, one).position, 1, value) for one, value in enumerate(put.values)]
        steps += [(self._event(got, one).position, -1, value) for one, value in enumerate(got.values)]
        for _, change, value in sorted(steps, key=itemgetter(0)):
            left[value] += change
            if left[value] < 0:
                return None  # it was altered, or somebody put it who is not known yet: what comes may tell
        if self._before.forgotten or any(self._changeable(one) for one in range(len(put.values))):
            return None
        waiting = tuple(
            (event.call.process, event.call.operation, event.call.kind, item(event, self._by).value)
            for event in self._unfinished
        )
        # One that was put once may be got again; one that nobody put may be another that was altered.
        known = frozenset({*put.values, *self._before.number})
        return bool(steps), known, frozenset((+left).items()), waiting, len(self._unfinished_puts)

    def finish(self, end: End) -> Finding:
        left = self._left_in_turn()
        if left is not None and not (left and self._all_got):
            return self._delivered(0)
        put, got = self._put, self._got
        puts, gets = put.by_value(), got.by_value()
        total = max(self._counts())
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
        if excused and self._before.forgotten:
            reason = "too many items to tell whether one was got twice, or altered after its put"
            return Finding("inconclusive", total, "too many items", reason)
        if not self._once:
            surplus = [
                one for one in surplus if got.values[one] not in puts and not self._was_put(got.values[one])
            ]
        if surplus:
            return self._surplus(end, surplus[0], puts)
        if left_over and self._all_got:
            first = self._event(put, left_over[0])
            reason = f"{told(first)}, and it was never {self.words.taken}"
            summary = f"{len(left_over)} of {counted(self._counts()[0], 'item')} never {self.words.taken}"
            if end.complete:
                return self._bad(end, summary, reason, first)
            reason += "; the run was cut short"
            witnesses = (Witness(first, f"never {self.words.taken}"),)
            return Finding("inconclusive", total, summary, reason, witnesses)
        return self._delivered(excused)

    def _counts(self) -> tuple[int, int]:
        """How many items were put, and got."""
        return self._before.puts + len(self._put.values), self._before.gets + len(self._got.values)

    def _was_put(self, value: Hashable) -> bool:
        return value in self._before.number

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
        values = self._got.values
        unknown = [one for one in surplus if values[one] not in puts and not self._was_put(values[one])]
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
        put, got = self._counts()
        twice = "none twice, " if self._once else ""
        taken = self.words.taken
        how = f"each {taken}" if self._all_got else f"{got} {taken}, {twice}none invented"
        how += " once" if self._all_got and self._once else ""
        if excused:
            how += f", {excused} altered after {self.words.since}"
        return Finding("kept", max(put, got), f"{counted(put, 'item')}, {how}")

    def _surplus(self, end: End, index: int, puts: Mapping[Hashable, list[int]]) -> Finding:
        get, value = self._event(self._got, index), self._got.values[index]
        given = puts.get(value, [])
        often = len(given) + self._before.number.get(value, 0)
        if not often:
            unless = ", or not so often" if self._before.forgotten else ""
            return self._bad(
                end,
                f"an item nobody {self.words.gave}",
                f"{told(get)}, which nobody had {self.words.given}{unless}",
                get,
            )
        times = "once" if often == 1 else f"{often} times"
        last = [self._event(self._put, given[-1])] if given else []
        place = last[0].position if last else self._before.last(value)
        reason = f"{told(get)} once more than it was {self.words.given} ({times}, last #{place})"
        return self._bad(end, f"an item {self.words.taken} too often", reason, get, *last)

    def _bad(self, end: End, summary: str, reason: str, *events: Event) -> Finding:
        roles = ("the item", self.words.giving)
        total = max(self._counts())
        witnesses = tuple(Witness(one, role) for one, role in zip(events, roles, strict=False))
        doubt = self._doubt(end)
        if doubt is not None:
            return Finding("inconclusive", total, summary, in_doubt(reason, doubt), witnesses)
        return Finding("broken", total, summary, reason, witnesses)
