"""Races on shared memory: two processes use one cell, one of them writes, and nothing orders the two.

A cell without a lock is in a race as soon as two such accesses are unordered. Where each access takes the lock by itself,
one by itself does no harm; but what is read and then written can be written by another in between, and one of the two
updates is lost. There a race is a read, the write of the same thread that follows, and a write of another that is
ordered neither before the one nor after the other.

Of what one thread did to a cell only the last matters: what comes after that comes after the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Literal

from mprunner.checking.by_chance.forced import Place
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.forms import Declared, MatcherForm, OneOf
from mprunner.checking.happens_before.causality import Causality, lane_key
from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Witness
from mprunner.checking.wording import counted, number
from mprunner.recording.events import Call, Event
from mprunner.recording.order import order_events
from mprunner.records import record

__all__ = ["NoRace", "Race", "placed", "races", "told_race"]

_MOST_CELLS = 4096

Seen = dict[int, int]
"""Lane -> the position of its last write that was read."""


@record
class Race:
    """`accesses` in the order of the record: two, or the read and the write of one thread and the write of another.

    `kind`: `unordered`, of a cell that has no lock; `lost-update`, of one whose accesses each take it.
    """

    object: str
    kind: Literal["unordered", "lost-update"]
    accesses: tuple[Event, ...]


class _Access:
    """`event` is the instant by which people know it: what is read is known at its end."""

    __slots__ = ("event", "place", "seen")

    def __init__(self, place: Place, seen: Seen) -> None:
        self.event = place.event
        self.place = place
        self.seen = seen

    @property
    def site(self) -> int | None:
        return self.place.event.call.site


class _Cell:
    """The last accesses of each lane to one cell. `updates`: the last read and the write that followed it."""

    __slots__ = ("last", "reads", "seen", "updates", "writes")

    def __init__(self) -> None:
        self.reads: dict[int, _Access] = {}
        self.writes: dict[int, _Access] = {}
        self.updates: dict[int, tuple[_Access, _Access]] = {}
        self.seen: dict[int, Seen] = {}
        self.last: _Access | None = None


class Races:
    """Finds them while the accesses go by, in the order of the record; each pair of places in the file once."""

    def __init__(self, causality: Causality, declared: Declared) -> None:
        self._causality = causality
        self._declared = declared
        self._cells: dict[tuple[str | None, Hashable], _Cell] = {}
        self._found: dict[Hashable, tuple[str, Literal["unordered", "lost-update"], tuple[_Access, ...]]] = {}
        self._reading: dict[Hashable, list[_Access]] = {}

    @property
    def found(self) -> list[Race]:
        """The races so far, in the order in which they came."""
        return [
            Race(
                thing, kind, tuple(sorted((one.event for one in accesses), key=lambda event: event.position))
            )
            for thing, kind, accesses in self._found.values()
        ]

    def feed(self, event: Event) -> None:
        """Take the begin of a read or a write, or the end of a read."""
        call = event.call
        if event.at == "end":
            for access in self._reading.pop(lane_key(call), ()):
                access.event = event
            return
        lane, clock = self._causality.known_by(event)
        place = Place(event, lane, event.position, clock)
        locked = not self._declared.is_without_lock(call.object)
        for index in _cells(call):
            key = (call.object, index)
            cell = self._cells.get(key)
            if cell is None:
                cell = self._cells[key] = _Cell()
            if locked:
                self._locked(cell, place, _in_cell(call, index))
            else:
                self._unlocked(cell, place)

    def _access(self, here: Place, seen: Seen) -> _Access:
        access = _Access(here, seen)
        if here.event.call.operation == "read":
            self._reading.setdefault(lane_key(here.event.call), []).append(access)
        return access

    def _unlocked(self, cell: _Cell, here: Place) -> None:
        writes, mine = here.event.call.operation == "write", self._access(here, {})
        for others in (cell.writes, cell.reads) if writes else (cell.writes,):
            for other in others.values():
                if not here.at_or_after(other.place):
                    self._note("unordered", other, mine)
        (cell.writes if writes else cell.reads)[here.lane] = mine

    def _locked(self, cell: _Cell, here: Place, value: Any) -> None:
        lane = here.lane
        seen = cell.seen.get(lane, {})
        if here.event.call.operation == "read":
            last = cell.last
            if (
                last is not None
                and last.place.lane != lane
                and _in_cell(last.place.event.call, None) == value
            ):
                seen = dict(seen)
                for other, position in (*last.seen.items(), (last.place.lane, last.place.position)):
                    seen[other] = max(seen.get(other, -1), position)
                cell.seen[lane] = seen
            cell.reads[lane] = self._access(here, seen)
            return
        mine = _Access(here, seen)
        read = cell.reads.pop(lane, None)
        for other, write in cell.writes.items():
            if other != lane and read is not None and not self._precedes(write, read, read.site == mine.site):
                self._note("lost-update", write, read, mine)
        for other, (before, write) in cell.updates.items():
            if other != lane and not self._precedes(write, mine, before.site == write.site):
                self._note("lost-update", before, write, mine)
        if read is not None:
            cell.updates[lane] = (read, mine)
        cell.writes[lane] = cell.last = mine

    def _precedes(self, write: _Access, other: _Access, only_edges: bool) -> bool:
        """Whether the write is ordered before it; that its value was seen tells so, too, but not inside one step."""
        if other.place.at_or_after(write.place):
            return True
        return not only_edges and other.seen.get(write.place.lane, -1) >= write.place.position

    def _note(self, kind: Literal["unordered", "lost-update"], *accesses: _Access) -> None:
        thing = accesses[0].place.event.call.object or ""
        self._found.setdefault((thing, frozenset(one.site for one in accesses)), (thing, kind, accesses))


def _cells(call: Call) -> Iterable[Hashable]:
    """The cells that an access touches: of an array by their indices, of a value one."""
    index = call.values.get("index")
    if isinstance(index, int):
        return (index,)
    if isinstance(index, str):
        bounds = [int(part) if part else None for part in index.split(":")]
        return range(*bounds)[:_MOST_CELLS]  # type: ignore[arg-type]
    if call.kind == "array":
        touched = call.values.get("item", call.values.get("result"))
        return range(min(len(touched), _MOST_CELLS)) if isinstance(touched, (str, bytes)) else (0,)
    return (None,)


def _in_cell(call: Call, index: Hashable) -> Any:
    """What an access wrote or read, if that is of one cell."""
    value = call.values.get("item") if call.operation == "write" else call.values.get("result")
    return value if index is None or isinstance(call.values.get("index"), int) else object()


def races(events: Iterable[Event], causality: Causality, declared: Declared) -> Iterator[Race]:
    """The races of a record, one for each set of places in the file."""
    looked = Races(causality, declared)
    for event in events:
        call = event.call
        if call.outcome == "ok" and _is_told(event):
            looked.feed(event)
    yield from looked.found


def _is_told(event: Event) -> bool:
    operation = event.call.operation
    return operation == "read" or (operation == "write" and event.at == "begin")


class NoRace(Constraint):
    """No two accesses to shared memory are in a race."""

    __slots__ = ("_accesses", "_lines", "_races")

    def __init__(self, causality: Causality, declared: Declared) -> None:
        begins, ends = MatcherForm(op=OneOf(("read", "write")), at="begin"), MatcherForm(op="read", at="end")
        super().__init__([Matcher(begins), Matcher(ends)])
        self._races = Races(causality, declared)
        self._lines = declared.lines
        self._accesses = 0

    def feed(self, event: Event, mask: int) -> None:
        if event.call.kind in ("value", "array"):
            self._accesses += event.at == "begin"
            self._races.feed(event)

    def finish(self, end: End) -> Finding:
        return _finding(self._races.found, self._accesses, self._lines)


class NoRaceOn(Constraint):
    """No two accesses to an object, or to a member of a family, are in a race.

    It is judged at the end, so that it may stand anywhere: in a composition, or for some runs only.
    """

    __slots__ = ("_declared", "_events")

    def __init__(self, name: str, declared: Declared) -> None:
        begins = MatcherForm(op=OneOf(("read", "write")), object=name, at="begin")
        super().__init__([Matcher(begins), Matcher(MatcherForm(op="read", object=name, at="end"))])
        self._declared = declared
        self._events: list[Event] = []

    def feed(self, event: Event, mask: int) -> None:
        self._events.append(event)

    def finish(self, end: End) -> Finding:
        number = sum(event.at == "begin" for event in self._events)
        if not number:
            return Finding("kept", 0, "never used")
        found = Races(
            end.causality or Causality(order_events(end.recording.calls), self._declared), self._declared
        )
        for event in self._events:
            found.feed(event)
        return _finding(found.found, number, self._declared.lines)


def _finding(found: list[Race], number: int, lines: Sequence[int]) -> Finding:
    accesses = f"{number} access{'es' if number != 1 else ''}"
    if not found:
        return Finding("kept", number, f"{accesses}, none in a race")
    witnesses = tuple(Witness(event, "nothing orders it") for event in found[0].accesses)
    told = told_race(found[0], lambda event: placed(event, lines))
    return Finding("broken", number, counted(len(found), "race"), told, witnesses)


def placed(event: Event, lines: Sequence[int]) -> str:
    """An event by its number, and by the line of the file that it comes from, where that is known."""
    site = event.call.site
    known = site is not None and 0 <= site < len(lines)
    return f"{number(event)}, line {lines[site]}" if known and site is not None else number(event)


def told_race(race: Race, place: Callable[[Event], str]) -> str:
    """A race in a sentence; `place` tells how an event is referred to."""
    first, last = race.accesses[0], race.accesses[-1]
    start = f"race on `{race.object}`: "
    if race.kind == "unordered":
        return f"{start}{_did(first)} it ({place(first)}), {_did(last)} it ({place(last)}), and nothing orders the two"
    lanes = [lane_key(event.call) for event in race.accesses]
    other = next(event for event in race.accesses if lanes.count(lane_key(event.call)) == 1)
    read, write = (event for event in race.accesses if event is not other)
    return (
        f"{start}{_did(read)} it ({place(read)}) and wrote it ({place(write)}), {_did(other)} it ({place(other)}), and nothing "
        "keeps that from coming in between: one of the two updates is then lost"
    )


def _did(event: Event) -> str:
    return f"{event.call.actor} {'wrote' if event.call.operation == 'write' else 'read'}"
