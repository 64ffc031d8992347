"""Promises as they are written, judged on traces of letters: each event is a print whose text holds its letters."""

from __future__ import annotations

import random
import re
from functools import cache
from itertools import product

from mprunner.checking.adapt import promise_form
from mprunner.checking.blocks.feeding import Feeder
from mprunner.checking.blocks.given import given_blocks
from mprunner.checking.blocks.routing import Decisions, Router
from mprunner.checking.blocks.symbols import Symbols
from mprunner.checking.building import maker
from mprunner.checking.constraint import End, Finding
from mprunner.checking.forms import Declared, PromiseForm
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.recording.events import Call, Event, Recording
from mprunner.recording.shapes import Shapes
from tests.checking.naive import Trace
from tests.checking.traces import trace

_ANYTHING = 'main: [{repeat: 1, steps: [{set: {x: "{[]}"}}, {print: "{x}"}]}]\nexpect:\n'
_COMPLETE, _CUT = trace(), trace(how="cut")


@cache
def form(promise: str) -> PromiseForm:
    """The promise that `promise` writes, with a letter for each matcher: an event fits when it has that letter."""
    lines = "".join(f"  {line}\n" for line in promise.splitlines())
    (written,) = load_source(Source("letters.yaml", _ANYTHING + _letters(lines))).scenarios[0].expect
    return promise_form(written)


def _letters(text: str) -> str:
    """Each word of one letter as a matcher of that letter."""
    return re.sub(r"\b([a-z])\b", r"{print: {matches: \1}}", text)


@cache
def _call(text: str) -> Call:
    return Call(
        number=0, process="p", actor="p", pid=1, thread=1, sequence=0, operation="print", object=None, kind="none",
        begin=0, end=1, outcome="ok", values={"text": text}, error=None,
    )  # fmt: skip


class Judged:
    """A promise, to be judged on many traces: what does not change from one to the next is made once, as it is for many runs."""

    def __init__(self, promise: PromiseForm) -> None:
        self._make = maker(promise, Declared())
        self._decisions = Decisions()
        self._symbols = Symbols([self._make()])
        self._shapes = Shapes()

    def finding(self, letters: Trace, *, how: str = "finished") -> Finding:
        """What the constraint finds on a trace, complete unless `how` says otherwise."""
        constraint = self._make()
        Router([constraint], self._decisions).feed(_events(letters))
        recording: Recording = _COMPLETE if how == "finished" else _CUT
        return constraint.finish(End(recording.ending.complete, recording))

    def in_blocks(self, letters: Trace) -> Finding:
        """As `finding`, of two blocks, for a kernel has to know what it did before."""
        constraint = self._make()
        feeder = Feeder([constraint], self._symbols)
        events = _events(letters)
        half = len(events) // 2
        for first, some in ((0, events[:half]), (half, events[half:])):
            for block in given_blocks(some, self._shapes):
                block.first = first
                feeder.feed(block)
        return constraint.finish(End(True, _COMPLETE))

    def holds(self, letters: Trace) -> bool:
        """Whether a complete trace does not break the promise; in blocks it comes to the same."""
        found = self.finding(letters)
        assert found.status != "inconclusive"
        assert found == self.in_blocks(letters)
        return found.status == "kept"


def finding(promise: PromiseForm, letters: Trace, *, how: str = "finished") -> Finding:
    """What the constraint of a promise finds on a trace."""
    return Judged(promise).finding(letters, how=how)


def holds(promise: PromiseForm, letters: Trace) -> bool:
    """Whether a complete trace does not break a promise."""
    return Judged(promise).holds(letters)


def _events(letters: Trace) -> list[Event]:
    return [Event(i, i, "begin", _call("".join(sorted(one)))) for i, one in enumerate(letters)]


def single(roles: str, length: int) -> list[Trace]:
    """All traces of one letter an event, up to this length."""
    return [
        [frozenset(one) for one in word] for size in range(length + 1) for word in product(roles, repeat=size)
    ]


def longer(roles: str, count: int, *, most: int = 9, overlapping: bool = False) -> list[Trace]:
    """So many traces, the same each time; `overlapping` events have up to two letters."""
    chance = random.Random(f"{roles}{count}{overlapping}")
    return [
        [frozenset(chance.sample(roles, chance.randint(0, 2) if overlapping else 1)) for _ in range(size)]
        for size in (chance.randint(4, most) for _ in range(count))
    ]
