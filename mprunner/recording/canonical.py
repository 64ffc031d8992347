"""The lines of calls as mprunner writes them, read quickly: a pattern takes them apart, and of what they have in common with
others each distinct piece is parsed once.

Whatever is the least bit different is left to who reads line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, count
from operator import gt, not_
from typing import Any

from mprunner.recording.calllines import call_from, parts_from, values_from
from mprunner.recording.columns import Columns
from mprunner.recording.events import Call
from mprunner.recording.fields import MalformedError
from mprunner.recording.shapes import Shapes
from mprunner.recording.spelling import is_plain

__all__ = ["Line", "OddError", "Pieces", "lines_of"]

Line = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes]
"""A line's begin, end, sequence, end_sequence, the rest up to the first brace, and from there; of any other line all are empty
but the last, which is the line.
"""

_INTEGER = rb"([1-9][0-9]{0,17})"
lines_of: Callable[[bytes], list[Line]] = re.compile(
    rb'\{"record":"call","begin":' + _INTEGER + rb',"end":' + _INTEGER + rb',"sequence":' + _INTEGER
    + rb',"end_sequence":' + _INTEGER + rb'(,"pid":[^{\n]*)(\{.*\})?\}\n|(.*)\n'
).findall  # fmt: skip
"""One for each line of some whole lines."""

_VALUES = b',"values":'
_OWN = {"record": "call", "begin": 0, "end": 0, "sequence": 0, "end_sequence": 0}
Parse = Callable[[bytes], Any]


class OddError(Exception):
    """Lines can't be read in the quick way; what they are, or what is wrong, shows line by line."""


class Pieces:
    """What was parsed of one file so far. The shapes and lanes are numbers in `table`."""

    def __init__(self, table: Shapes, parse: Parse) -> None:
        self._table = table
        self._parse = parse
        self._heads: dict[bytes, int] = {}
        self._raw: list[bytes] = []
        self._likes: dict[int, tuple[int, int]] = {}
        self._known: dict[tuple[int, bytes], int] = {}
        self._shapes: list[int] = []
        self._lanes: list[int] = []

    def add(self, lines: Sequence[Line], columns: Columns, origin: int) -> None:
        """Adds the calls of lines that fit the pattern. Raises OddError, with nothing added."""
        begins, ends, sequences, end_sequences, heads, tails, _ = zip(*lines, strict=True)
        begun, ended = list(map(int, begins)), list(map(int, ends))
        if any(map(gt, begun, ended)):
            raise OddError
        pieces = self._pieces(heads, tails)
        if origin:
            begun, ended = [origin + time for time in begun], [origin + time for time in ended]
        columns.begins.extend(begun)
        columns.ends.extend(ended)
        columns.sequences.extend(map(int, sequences))
        columns.end_sequences.extend(map(int, end_sequences))
        columns.shapes.extend(map(self._shapes.__getitem__, pieces))
        columns.lanes.extend(map(self._lanes.__getitem__, pieces))

    def _pieces(self, heads: Sequence[bytes], tails: Sequence[bytes]) -> list[int]:
        """The number of what each line has beside times and places."""
        numbers: list[Any] = list(map(self._heads.get, heads))
        if None in numbers:
            for head in heads:
                if head not in self._heads:
                    self._heads[head] = len(self._raw)
                    self._raw.append(head)
            numbers = list(map(self._heads.get, heads))
        pairs: list[tuple[int, bytes]] = list(zip(numbers, tails, strict=True))
        found: list[Any] = list(map(self._known.get, pairs))
        if None in found:
            self._learn(
                dict.fromkeys(pair for pair, piece in zip(pairs, found, strict=True) if piece is None)
            )
            found = list(map(self._known.get, pairs))
        return found

    def _learn(self, pairs: Iterable[tuple[int, bytes]]) -> None:
        try:
            carrying: list[tuple[int, bytes]] = []
            for pair in pairs:
                number, tail = pair
                head = self._raw[number]
                if tail and head.endswith(_VALUES):
                    carrying.append(pair)
                else:
                    call, lane = self._whole(head + tail)
                    self._note([pair], [self._table.of(call)], [lane])
            if carrying:
                self._learn_values(carrying)
        except (ValueError, MalformedError, RecursionError) as error:
            raise OddError from error

    def _learn_values(self, pairs: list[tuple[int, bytes]]) -> None:
        numbers, tails = zip(*pairs, strict=True)
        heads = {number: self._head(number) for number in set(numbers)}
        likes, lanes = [{number: head[each] for number, head in heads.items()} for each in (0, 1)]
        plain = [found is not None for found in map(is_plain, tails)]
        unread = list(compress(pairs, plain))
        if unread:
            its = list(compress(numbers, plain))
            shapes = self._table.unread(list(map(likes.__getitem__, its)), list(compress(tails, plain)))
            self._note(unread, shapes, map(lanes.__getitem__, its))
        if len(unread) < len(pairs):
            others = list(compress(pairs, map(not_, plain)))
            listed = b"[" + b",".join([tail for _, tail in others]) + b"]"
            read = _untagged if b'"$' not in listed and rb"\u0024" not in listed else values_from
            for pair, data in zip(others, self._parse(listed), strict=True):
                shape = self._table.spelled(likes[pair[0]], read(data))
                self._note([pair], [shape], [lanes[pair[0]]])

    def _note(self, pairs: list[tuple[int, bytes]], shapes: Iterable[int], lanes: Iterable[int]) -> None:
        self._known.update(zip(pairs, count(len(self._shapes)), strict=False))
        self._shapes.extend(shapes)
        self._lanes.extend(lanes)

    def _head(self, number: int) -> tuple[int, int]:
        """The number of those like it, and the lane."""
        found = self._likes.get(number)
        if found is None:
            call, lane = self._whole(self._raw[number][: -len(_VALUES)])
            found = self._likes[number] = (self._table.like(call), lane)
        return found

    def _whole(self, rest: bytes) -> tuple[Call, int]:
        """The call of a line, but for its times and places, and its lane."""
        line = self._parse(b"{" + rest[1:] + b"}")
        if not line.keys().isdisjoint(_OWN):  # a member that is there twice
            raise OddError
        call = call_from({**line, **_OWN}, 0, 0)
        return call, self._table.lane(call)


def _untagged(values: Any) -> dict[str, Any]:
    """As `values_from`, where no value needs a tag."""
    if type(values) is not dict:
        raise OddError
    if "parts" in values:
        values["parts"] = parts_from(values["parts"])
    return values
