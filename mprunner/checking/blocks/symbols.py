"""Symbols: what all constraints see in an event, as one byte.

Each matcher is asked once for what repeats in events (see `matching`), and the outcome is remembered by the number of the
event's shape. Shapes that no constraint of a group tells apart share a symbol; a group is as many constraints as 256 symbols
are enough for. What this takes is a list of constraints; others that were made alike, for another run, see alike.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import compress
from operator import attrgetter
from typing import Any, NamedTuple

from mprunner.checking.blocks.deciding import Asking, Selected, select
from mprunner.checking.blocks.eyes import MOST_SYMBOLS, Eyes, Seen
from mprunner.checking.blocks.learned import Learned
from mprunner.checking.blocks.row import Row
from mprunner.checking.constraint import Constraint
from mprunner.checking.matching import Decision, Matcher, Signature
from mprunner.recording.blocks import Block
from mprunner.recording.events import Call
from mprunner.recording.shapes import Shapes
from mprunner.records import replaced

__all__ = ["Group", "Symbols", "Wide"]

_MOST_ASPECTS = 100
_FEW_KINDS = 8
_MOST_KNOWN = 100
_SIMPLE = sys.byteorder == "little"
_signature = attrgetter("process", "actor", "operation", "object", "outcome", "kind")


class Meaning(NamedTuple):
    """What the constraint at a position sees in an event."""

    position: int
    mask: int
    always: bool
    aspect: Hashable


Class = tuple[Meaning, ...]
"""What all constraints see in an event that any of them sees."""


Concerned = tuple[int, Eyes, Seen]
"""The position of a constraint, its eyes, and what concerns it of the symbols that are there."""


class Group:
    """Some of the constraints, and the symbols of their events; symbol 0 is what concerns none of them."""

    def __init__(self, positions: Sequence[int]) -> None:
        self.positions = tuple(positions)
        self.eyes = [Eyes() for _ in positions]
        self._eyes_of = dict(zip(self.positions, self.eyes, strict=True))
        self._symbols: dict[Class, int] = {}
        self._of_class = bytearray()
        self._of_shape = bytearray()
        self._of_few = b""
        self._concerned: dict[tuple[int, ...], list[Concerned]] = {}
        self._learned = Learned()
        self.alphabet = 0
        self._add(())

    def fits(self, classes: Sequence[Class]) -> bool:
        """Take the symbols of further classes. False when there would be too many; the group is of no more use then."""
        for one in classes[len(self._of_class) :]:
            seen = tuple([meaning for meaning in one if meaning.position in self._eyes_of])
            symbol = self._symbols.get(seen)
            if symbol is None:
                if self.alphabet == MOST_SYMBOLS:
                    return False
                symbol = self._add(seen)
            self._of_class.append(symbol)
        return True

    def _add(self, seen: Class) -> int:
        symbol = self._symbols[seen] = self.alphabet
        self.alphabet += 1
        self._concerned.clear()
        for position, mask, always, aspect in seen:
            self._eyes_of[position].add(symbol, mask, always, aspect)
        return symbol

    def concerned(self, present: tuple[int, ...]) -> list[Concerned]:
        """The constraints that events with these symbols concern."""
        found = self._concerned.get(present)
        if found is None:
            if len(self._concerned) > _MOST_KNOWN:
                self._concerned.clear()
            pairs = zip(self.positions, self.eyes, strict=True)
            every = [(position, eyes, eyes.seen(present)) for position, eyes in pairs]
            found = self._concerned[present] = [one for one in every if one[2].symbols]
        return found

    def forget_shapes(self) -> None:
        """The shapes to come are those of another table."""
        self._of_shape = bytearray()

    def take_shapes(self, classes: array[int]) -> None:
        """Take the classes of all shapes known by now, by the number of the event's shape."""
        new = classes[len(self._of_shape) :]
        if new:
            self._of_shape += bytes(map(self._of_class.__getitem__, new))
            few = len(self._of_shape) <= MOST_SYMBOLS and _SIMPLE
            self._of_few = bytes(self._of_shape).ljust(MOST_SYMBOLS, b"\0") if few else b""

    def row(self, block: Block) -> Row:
        """The symbols of a block."""
        if self._of_few:
            shapes = block.shapes
            symbols = shapes.tobytes()[:: shapes.itemsize].translate(self._of_few)
        else:
            symbols = bytes(map(self._of_shape.__getitem__, block.shapes))
        return Row(block, symbols, self.alphabet, learned=self._learned)


class Wide:
    """A single constraint that tells too many kinds of events apart for symbols: it is given event after event."""

    def __init__(self, position: int) -> None:
        self.position = position
        self._of_class: list[int | None] = []

    def take(self, classes: Sequence[Class]) -> None:
        """Take further classes."""
        for one in classes[len(self._of_class) :]:
            masks = [meaning.mask for meaning in one if meaning.position == self.position]
            self._of_class.append(masks[0] if masks else None)

    def pairs(self, block: Block, of_shape: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Where in a block the events stand that concern the constraint, each with its mask."""
        classes = list(map(of_shape.__getitem__, block.shapes))
        concern = [mask is not None for mask in self._of_class]
        for index in compress(range(len(classes)), map(concern.__getitem__, classes)):
            yield index, self._of_class[classes[index]] or 0


def _packed(*classes: int | None) -> bytes:
    return array("I", [number or 0 for number in classes]).tobytes()


class _Kind(NamedTuple):
    """What a signature decides. `number` is the class of its events, or, of those whose text is none of `by_text`; None where
    each shape has to be asked: `by_answers` is then what has come of it. `in_flight`: the constraints that would see such a
    call, had it ended.
    """

    selected: list[Selected]
    number: int | None
    by_text: dict[str, int]
    in_flight: tuple[int, ...]
    asking: Asking | None = None
    by_answers: dict[tuple[int, str | None], int] | None = None


class _Like(NamedTuple):
    """Shapes that differ in their values only: a call of theirs, which is our own, and the classes of both its events as bytes:
    of all of them, or by their text, or to be asked for each.
    """

    call: Call
    begun: _Kind
    ended: _Kind
    texts: dict[str | None, bytes] | None
    otherwise: bytes


class Symbols:
    """The groups of a list of constraints, and the symbols of the shapes in a table."""

    def __init__(self, constraints: Sequence[Constraint]) -> None:
        self._constraints = constraints
        self.plain: set[int] = set()
        """Which constraints see too many aspects: they are given event after event, as if they had none."""
        self._aspects: list[set[Hashable]] = [set() for _ in constraints]
        self._table: Shapes | None = None
        self._asks_who = [any(each.asks_who for each in one.matchers) for one in constraints]
        self._by_anybody: dict[Signature, list[Selected | None]] = {}
        self._start()

    def _start(self) -> None:
        self._kinds: dict[tuple[Any, ...], tuple[_Kind, _Kind]] = {}
        self._bare: list[_Kind] = []
        self._likes: list[_Like] = []
        self._packs: list[bytes | None] = []
        self._numbers: dict[Class, int] = {(): 0}
        self._classes: list[Class] = [()]
        self.of_shape: array[int] = array("I")
        """The class of each shape of an event."""
        self.in_flight: dict[int, tuple[int, ...]] = {}
        """By the number of a shape of an event: the constraints that would see it, had its call ended."""
        self.groups: list[Group] = [Group(range(len(self._constraints)))] if self._constraints else []
        self.wide: list[Wide] = []

    def take(self, table: Shapes) -> None:
        """Take the shapes that have come to be known, before a block of them is looked at."""
        if table is not self._table:
            self._table = table
            self.of_shape = array("I")
            self.in_flight = {}
            self._likes, self._packs = [], []
            for group in self.groups:
                group.forget_shapes()
        known = len(self.of_shape) // 2
        if known < len(table):
            plain = len(self.plain)
            self._take_shapes(table, known)
            if len(self.plain) > plain:
                self._start()
                self._take_shapes(table, 0)
            self._regroup()

    def _take_shapes(self, table: Shapes, start: int) -> None:
        numbers = table.likes[start:]
        for number in range(len(self._likes), max(numbers) + 1):
            self._take_like(table.example(number))
        packed = list(map(self._packs.__getitem__, numbers))
        if None in packed:
            text_of, likes = table.text, self._likes
            for index, number in enumerate(numbers):
                if packed[index] is None:
                    like = likes[number]
                    if like.texts is None:
                        packed[index] = self._pack(like, table.values(start + index), start + index)
                        continue
                    text = text_of(start + index)
                    packed[index] = (
                        like.texts.get(text, like.otherwise) if type(text) is str else like.otherwise
                    )
        self.of_shape.frombytes(b"".join(packed))  # type: ignore[arg-type]

    def _take_like(self, call: Call) -> None:
        """Take what shapes have in common that differ in their values only."""
        begun, ended = self._both_kinds(call)
        texts: dict[str | None, bytes] | None = None
        otherwise = _packed(begun.number, ended.number)
        if not (begun.number is None or ended.number is None or begun.in_flight):
            texts = {
                text: _packed(begun.by_text.get(text, begun.number), ended.by_text.get(text, ended.number))
                for text in (*begun.by_text, *ended.by_text)
            }
        self._packs.append(otherwise if texts == {} else None)
        self._likes.append(_Like(replaced(call), begun, ended, texts, otherwise))

    def _both_kinds(self, call: Call) -> tuple[_Kind, _Kind]:
        key = _signature(call)
        kinds = self._kinds.get(key)
        if kinds is None:
            process, actor, name, thing, outcome, kind = key
            begin = Signature(process, actor, name, thing, "begin", outcome, kind)
            end = begin._replace(at="end")
            kinds = self._kinds[key] = self._kind(begin, call), self._kind(end, call)
        return kinds

    def _pack(self, like: _Like, values: Mapping[str, Any], shape: int) -> bytes:
        """The classes of both events of calls of this shape."""
        call = like.call
        call.values = values
        if like.begun.in_flight:
            self.in_flight[2 * shape] = like.begun.in_flight
        return _packed(self._number(like.begun, call), self._number(like.ended, call))

    def _number(self, kind: _Kind, call: Call) -> int:
        if kind.number is None:
            return self._asked(kind, call)
        text = call.values.get("text") if kind.by_text else None
        return kind.by_text.get(text, kind.number) if type(text) is str else kind.number

    def _asked(self, kind: _Kind, call: Call) -> int:
        assert kind.asking is not None
        answers = kind.asking.answers(call)
        if kind.by_answers is None:
            return self._class(kind.selected, kind.asking.masks(answers), call)
        number = kind.by_answers.get(answers)
        if number is None:
            number = self._class(kind.selected, kind.asking.masks(answers), call)
            kind.by_answers[answers] = number
        return number

    def _select(self, signature: Signature) -> list[Selected]:
        """What each constraint sees in events of a signature. Most don't look at who it is: they are asked once for all."""
        bare = signature._replace(process="", actor="")
        found = self._by_anybody.get(bare)
        decided: dict[Matcher, Decision] = {}
        if found is None:
            found = self._by_anybody[bare] = [
                None if self._asks_who[position] else select(position, one, signature, decided)
                for position, one in enumerate(self._constraints)
            ]
        if True in self._asks_who:
            found = [
                select(position, self._constraints[position], signature, decided) if asks else one
                for position, (one, asks) in enumerate(zip(found, self._asks_who, strict=True))
            ]
        return [one for one in found if one is not None]

    def _kind(self, signature: Signature, call: Call) -> _Kind:
        selected = self._select(signature)
        in_flight = tuple([one.position for one in selected if one.if_ended])
        varying = any(self._constraints[one.position].aspect_varies for one in selected)
        if varying or any(one.tests is not None for one in selected):
            return _Kind(selected, None, {}, in_flight, Asking(selected), None if varying else {})
        if all(self._constraints[one.position].aspect(call) is None for one in selected):
            # Processes that no promise tells apart are of one kind.
            for known in self._bare[-_FEW_KINDS:]:
                if known.selected == selected:
                    return known
            self._bare.append(self._texts(selected, in_flight, call))
            return self._bare[-1]
        return self._texts(selected, in_flight, call)

    def _texts(self, selected: list[Selected], in_flight: tuple[int, ...], call: Call) -> _Kind:
        """The kind of a signature whose events differ by their text alone."""
        anyway = [one for one in selected if one.mask or one.always]
        concerned: dict[str, dict[int, Selected]] = {}
        for one in selected:
            for text in one.masks:
                known = concerned.setdefault(text, {other.position: other for other in anyway})
                known[one.position] = one
        by_text: dict[str, int] = {}
        for text, known in concerned.items():
            some = [known[position] for position in sorted(known)]
            by_text[text] = self._class(some, [one.mask | one.masks.get(text, 0) for one in some], call)
        otherwise = self._class(anyway, [one.mask for one in anyway], call)
        return _Kind(selected, otherwise, by_text, in_flight)

    def _class(self, selected: list[Selected], masks: list[int], call: Call) -> int:
        meanings: list[Meaning] = []
        for one, mask in zip(selected, masks, strict=True):
            if mask or one.always:
                aspect = self._aspect(one.position, call)
                meanings.append(Meaning(one.position, mask, one.always, aspect))
        key = tuple(meanings)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._classes)
            self._classes.append(key)
        return number

    def _aspect(self, position: int, call: Call) -> Hashable:
        if position in self.plain:
            return None
        aspect = self._constraints[position].aspect(call)
        if aspect is not None:
            known = self._aspects[position]
            known.add(aspect)
            if len(known) > _MOST_ASPECTS:
                self.plain.add(position)
        return aspect

    def _regroup(self) -> None:
        classes = self._classes
        waiting, self.groups = self.groups, []
        while waiting:
            group = waiting.pop(0)
            if group.fits(classes):
                group.take_shapes(self.of_shape)
                self.groups.append(group)
            elif len(group.positions) == 1:
                self.wide.append(Wide(group.positions[0]))
            else:
                half = len(group.positions) // 2
                waiting[:0] = [Group(group.positions[:half]), Group(group.positions[half:])]
        for one in self.wide:
            one.take(classes)
