"""Samples drawn by several processes: each is settled by the seed and its number, so they are those that one alone draws."""

from __future__ import annotations

import time
from collections.abc import Callable

from mprunner.exploring.executions import Gathered, Kind
from mprunner.exploring.hashed import INTERRUPTED
from mprunner.exploring.interrupts import noticed
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.orders import Answer, Draw
from mprunner.exploring.results import Accounting
from mprunner.exploring.searching import how_many
from mprunner.exploring.team import Member, Team
from mprunner.records import replaced

__all__ = ["Drawing"]

_WAIT = 0.05
_AT_ONCE = 0.3
"""Seconds that a block of samples should take, about."""
_MOST_LOST = 3


class Drawing:
    """Goes on after `drawn`. `take` gets what came of blocks of samples, in the order of their numbers."""

    def __init__(
        self,
        options: ExploreOptions,
        team: Team,
        drawn: Accounting,
        take: Callable[[Gathered, list[Kind]], None],
    ) -> None:
        self._options = options
        self._team = team
        self._take = take
        self._done = drawn
        self._began = time.monotonic() - drawn.seconds
        self._first = drawn.executions
        self._size = max(1, round(drawn.executions / max(drawn.seconds, 1e-3) * _AT_ONCE))
        self._blocks: dict[int, Draw] = {}
        """Those that were given to somebody, by the number of the order."""
        self._again: list[Draw] = []
        self._ready: dict[int, tuple[Answer, list[Kind]]] = {}
        """By the number of the first sample."""
        self._failure: str | None = None

    def draw(self, progress: Callable[[Accounting], bool]) -> Accounting:
        """Up to a limit, or until somebody stops it. Raises what a sample raises."""
        limits, most = self._options.limits, how_many(self._options.limits)
        with noticed() as interrupt:
            while most is None or self._done.executions < most:
                for member in self._team.idle:
                    self._give(member, most)
                for member, said in self._team.heard(_WAIT):
                    self._hear(member, said)
                self._go_on()
                told = self._so_far()
                if interrupt.came or not progress(told):
                    return self._cut_short(INTERRUPTED)
                if self._failure is not None:
                    return self._cut_short(self._failure)
                if len(self._team.lost) > _MOST_LOST:
                    return self._cut_short(f"a process that explored {self._team.lost[-1]}")
                if limits.seconds is not None and told.seconds >= limits.seconds:
                    return self._cut_short(f"--time {limits.seconds:g}")
        return replaced(self._so_far(), bound=f"--executions {most}")

    def _give(self, member: Member, most: int | None) -> None:
        if self._again:
            first, count = self._again.pop()[1:]
        else:
            first = self._first
            count = self._size if most is None else min(self._size, most - first)
            if count <= 0:
                return
            self._first += count
        order = Draw(self._team.next_number(), first, count)
        self._blocks[order.number] = order
        self._team.give(member, order)

    def _hear(self, member: Member, said: Answer | int) -> None:
        if isinstance(said, int):
            self._again.append(self._blocks.pop(said))
            return
        self._ready[self._blocks.pop(said.number).first] = said, member.kinds

    def _go_on(self) -> None:
        """Take what is next in order."""
        while self._done.executions in self._ready:
            answer, kinds = self._ready.pop(self._done.executions)
            self._count(answer, kinds)
            if answer.failure is not None:
                self._failure = answer.failure
                return

    def _count(self, answer: Answer, kinds: list[Kind]) -> None:
        self._take(answer.gathered, kinds)
        self._done = replaced(
            self._done,
            executions=self._done.executions + answer.executions,
            steps=self._done.steps + answer.steps,
        )

    def _so_far(self) -> Accounting:
        return replaced(self._done, seconds=time.monotonic() - self._began, bound=None)

    def _cut_short(self, bound: str) -> Accounting:
        """Take what is known by now, also what is not next in order."""
        for member, answer in self._team.last_words():
            self._hear(member, answer)
        for first in sorted(self._ready):
            self._count(*self._ready.pop(first))
        return replaced(self._so_far(), bound=bound)
