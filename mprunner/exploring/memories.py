"""What promises remember of an execution so far, as small numbers: instead of all that they saw.

A promise's memory (`Constraint.memory`) is worked out once for each memory before and what a step shows of it; from then on it is
looked up. Where a promise has none, its memory is the sequence of all that it saw.

In a record the begin of a call tells how the call ends. Where a promise looks at that, it has as long as the call lasts one
memory for each end that the call may have.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Literal, NamedTuple

from mprunner.checking.blocks.deciding import Selected, select
from mprunner.checking.constraint import Make
from mprunner.checking.matching import Signature
from mprunner.recording.events import Call, Event, Outcome
from mprunner.records import record, replaced
from mprunner.worlds.model.instants import Instant, Instants

__all__ = ["Memories", "Remembered"]

_OUTCOMES: tuple[Outcome, ...] = ("ok", "refused", "raised", "unfinished")
At = Literal["begin", "end"]
Sight = tuple[int, bool, str]
"""A mask, whether the promise is given the event whatever its mask is, and how the call of it ends."""
_NO_SIGHT: Sight = (0, False, "")
_MOST_ENDS = 1_000
"""Ways in which the calls that last may end: where there are more, all that was seen counts."""
_EVERYTHING = ()
"""The memory of a promise that looks at no event."""


class _Seen(NamedTuple):
    """What a promise sees of an instant: events with their masks. `begins` and `ends` name the `call` that this is an instant of,
    `sights` is all that may be seen of its begin; `counts`: it would see one that never ended, had that ended.
    """

    events: tuple[tuple[Event, int], ...] = ()
    call: Call | None = None
    begins: Hashable = None
    ends: Hashable = None
    sights: tuple[Sight, ...] = ()
    counts: bool = False


_NOTHING = _Seen()


@record
class Remembered:
    """A promise whose memories are wanted: what makes its constraint. `whole`: it looks at how long calls last, and not at their
    instants only; `in_turn`: operations of which no two may overlap, or else all counts.
    """

    make: Make
    whole: bool = False
    in_turn: frozenset[str] = frozenset()


class Memories:
    """Of each promise the memories that were met, by number; 0 is that of the begin. `instants` are those of the model.

    `promises` are what is remembered of.
    """

    def __init__(self, promises: Sequence[Remembered], instants: Instants) -> None:
        self._promises = [_Promise(each, instants) for each in promises]
        self._looking: dict[int, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._promises)

    def looking(self, instant: int) -> tuple[int, ...]:
        """The promises that see something of an instant."""
        found = self._looking.get(instant)
        if found is None:
            found = self._looking[instant] = tuple(
                number for number, promise in enumerate(self._promises) if promise.sees(instant) != _NOTHING
            )
        return found

    def after(self, promise: int, memory: int, instants: tuple[int, ...]) -> int:
        """The memory of a promise after these instants."""
        return self._promises[promise].after(memory, instants)

    def keeps_all(self, promise: int) -> bool:
        """Whether all that it saw counts for a promise, in some memory that was met."""
        return self._promises[promise].keeps_all


class _Promise:
    """The memories of one promise."""

    def __init__(self, promise: Remembered, instants: Instants) -> None:
        self._make = promise.make
        self._whole = promise.whole
        self._in_turn = promise.in_turn
        self._instants = instants
        self._asked = promise.make()
        self._blind = self._asked.memory() == _EVERYTHING
        self._seen: dict[int, _Seen] = {}
        self._calls: dict[Hashable, int] = {}
        self._numbers: dict[Hashable, int] = {}
        self._ways: list[tuple[int, ...]] = []
        """Of each memory the instants of a shortest way to it."""
        self._after: dict[tuple[int, tuple[int, ...]], int] = {}
        self.keeps_all = False
        self._add(())

    def after(self, memory: int, instants: tuple[int, ...]) -> int:
        key = (memory, instants)
        found = self._after.get(key)
        if found is None:
            seen = tuple(instant for instant in instants if self.sees(instant) != _NOTHING)
            found = self._after[key] = self._add((*self._ways[memory], *seen))
        return found

    def _add(self, way: tuple[int, ...]) -> int:
        """The number of the memory to which these instants lead."""
        key = self._memory([self.sees(instant) for instant in way])
        if key is None:
            key = way
            self.keeps_all = True
        number = self._numbers.setdefault(key, len(self._ways))
        if number == len(self._ways):
            self._ways.append(way)
        return number

    # --- what it remembers ---

    def _memory(self, way: Sequence[_Seen]) -> Hashable:
        """For each way in which the calls that last may end what the promise remembers then; None where all counts."""
        begun: dict[Hashable, int] = {}
        known: dict[int, tuple[Sight, Call | None]] = {}
        counting: set[Hashable] = set()
        for place, seen in enumerate(way):
            if seen.begins is not None:
                if self._is_in_turn(seen) and any(self._is_in_turn(way[other]) for other in begun.values()):
                    return None
                begun[seen.begins] = place
                if seen.counts:
                    counting.add(seen.begins)
            elif seen.ends in begun:
                known[begun.pop(seen.ends)] = seen.sights[0], seen.call
                counting.discard(seen.ends)
        lasting = list(begun.values())
        if prod(len(way[place].sights) for place in lasting) > _MOST_ENDS:
            return None
        found = []
        for sights in product(*(way[place].sights for place in lasting)):
            ends = {place: (sight, way[place].call) for place, sight in zip(lasting, sights, strict=True)}
            memory = self._fed(way, known | ends)
            if memory is None:
                return None
            found.append((tuple((way[place].begins, sight) for place, (sight, _) in ends.items()), memory))
        return frozenset(found), frozenset(counting)

    def _is_in_turn(self, seen: _Seen) -> bool:
        return seen.call is not None and seen.call.operation in self._in_turn

    def _fed(self, way: Sequence[_Seen], begins: dict[int, tuple[Sight, Call | None]]) -> Hashable:
        """What a constraint remembers that was fed this. `begins` tells what is seen of each, and the call as it ends."""
        constraint = self._make()
        for place, seen in enumerate(way):
            if place not in begins:
                for event, mask in seen.events:
                    constraint.feed(replaced(event, position=place, time=place), mask)
                continue
            (mask, always, outcome), call = begins[place]
            if (mask or always) and call is not None:
                constraint.feed(
                    Event(place, place, "begin", replaced(call, outcome=outcome or call.outcome)), mask
                )
        return constraint.memory()

    # --- what it sees ---

    def sees(self, instant: int) -> _Seen:
        """What the promise sees of an instant."""
        found = self._seen.get(instant)
        if found is None:
            found = self._seen[instant] = _NOTHING if self._blind else self._sees(self._instants[instant])
        return found

    def _sees(self, instant: Instant) -> _Seen:
        call, at = instant
        if at in ("whole", "instant"):
            call = replaced(call, number=-1)
            return _Seen((*self._events(call, "begin"), *self._events(call, "end")))
        # Nobody is twice in the same call: so who is in which tells calls apart.
        name = call.process, call.actor, call.operation, call.object
        call = replaced(call, number=self._calls.setdefault(name, len(self._calls)))
        if at == "end":
            events = self._events(call, "end")
            if not events and self._begun(call, name) is None:
                return _NOTHING
            return _Seen(events, call, ends=name, sights=(self._sight(call, "begin"),))
        return self._begun(call, name) or _NOTHING

    def _begun(self, call: Call, name: Hashable) -> _Seen | None:
        """What it may see of the begin of a call; None where that is nothing, and the call never counts."""
        every = [replaced(call, outcome=outcome) for outcome in _OUTCOMES]
        sights = tuple(sorted({sight for one in every for sight in self._sights(one, "begin")}))
        ended = self._select(every[-1], "begin")
        counts = ended is not None and ended.if_ended
        blind = sights == (_NO_SIGHT,) and not counts
        if blind and not (self._whole and any(self._select(one, "end") for one in every)):
            return None
        return _Seen((), call, begins=name, sights=sights, counts=counts)

    def _sights(self, call: Call, at: At) -> Iterator[Sight]:
        """What it may see of a call that has this outcome, whatever else there is to it."""
        found = self._select(call, at)
        if found is None:
            yield _NO_SIGHT
            return
        bits = [bit for bit, _ in found.tests or ()] or [*_bits(found.masks.values())]
        for some in product((0, 1), repeat=len(bits)):
            mask = found.mask
            for bit, is_set in zip(bits, some, strict=True):
                mask |= bit * is_set
            yield self._seen_as(mask, call, always=found.always)

    def _sight(self, call: Call, at: At) -> Sight:
        found = self._select(call, at)
        return _NO_SIGHT if found is None else self._seen_as(found.mask_of(call), call, always=found.always)

    def _seen_as(self, mask: int, call: Call, *, always: bool) -> Sight:
        return (mask, always, call.outcome if self._whole else "ok") if mask or always else _NO_SIGHT

    def _events(self, call: Call, at: At) -> tuple[tuple[Event, int], ...]:
        mask, always, _ = self._sight(call, at)
        return ((Event(0, 0, at, call), mask),) if mask or always else ()

    def _select(self, call: Call, at: At) -> Selected | None:
        signature = Signature(
            call.process, call.actor, call.operation, call.object, at, call.outcome, call.kind
        )
        return select(0, self._asked, signature)


def _bits(masks: Iterable[int]) -> Iterator[int]:
    """The bits that are set in any of the masks."""
    every = 0
    for mask in masks:
        every |= mask
    while every:
        yield every & -every
        every &= every - 1
