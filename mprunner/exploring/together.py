"""Traces explored by several processes: they come to what one alone comes to, in the same order.

Who leads keeps the top of the tree (`shared_tree`), hands its subtrees out and takes back what is left of them when others have
nothing to do. What was found counts in the order in which one alone finds it. Where that may end early (a limit of executions,
one that goes in circles, an error), a part of it waits until all before it is taken, and the end is then explored here: so it
comes just where it would.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from mprunner.exploring.executions import Gathered, Kind
from mprunner.exploring.hashed import INTERRUPTED
from mprunner.exploring.interrupts import noticed
from mprunner.exploring.orders import Answer, Explore
from mprunner.exploring.parts import estimate
from mprunner.exploring.results import Accounting
from mprunner.exploring.searching import CIRCLES, IMPATIENT, MOST_CUT, TOO_MANY, Found, TraceSearch
from mprunner.exploring.shared_tree import SharedTree, Twig
from mprunner.exploring.subtree import FRESH, Task
from mprunner.exploring.team import Member, Team
from mprunner.records import replaced

__all__ = ["Together"]

_WAIT = 0.05
_MOST_LOST = 3
"""Members that may be lost with the same task, or with several: then it is given up."""
_AT_LEAST = 0.03
"""Seconds for which a task is explored before a part of it is asked back."""


class _Part(NamedTuple):
    """What was found of a twig, by somebody whose kinds have these numbers."""

    answer: Answer
    kinds: list[Kind]


Take = Callable[[Gathered, list[Kind]], None]
Exploring = Callable[[Found], Accounting]
Pause = Callable[[int, int], bool]
"""Whether to pause, after so many executions and steps."""


class Together:
    """Goes on with a search that is not over. `take` gets what was found, `alone` explores here."""

    def __init__(self, search: TraceSearch, team: Team, take: Take, alone: Exploring) -> None:
        self._search = search
        self._team = team
        self._take = take
        self._alone = alone
        self._tree = SharedTree(search.system)
        self._running: dict[int, Twig] = {}
        self._held: dict[Twig, _Part] = {}
        rest, search.rest = search.rest, None
        self._tree.hand_out(self._tree.root)
        self._tree.give_back(self._tree.root, [], None, rest)
        self._tree.told.clear()
        self._made = 0
        """Executions that were made by now, in whatever order."""

    def explore(self, progress: Callable[[Accounting], bool], *, pause: Pause | None = None) -> Accounting:
        """All of it, or up to a limit, or until somebody stops it. `pause` says whether it is to pause: then it can be
        called again, and meanwhile the others go on.
        """
        with noticed() as interrupt:
            while not self._tree.done:
                self._assign()
                for member, said in self._team.heard(_WAIT):
                    self._hear(member, said)
                ended = self._advance()
                if ended is not None:
                    return ended
                stopped = self._stopped()
                if interrupt.came or not progress(self._so_far()):
                    stopped = INTERRUPTED
                if stopped is not None:
                    return self._cut_short(stopped)
                so_far = self._so_far()
                if pause is not None and pause(so_far.executions, so_far.steps):
                    return replaced(so_far, bound=IMPATIENT)
        if pause is not None and pause(self._accounting().executions, self._accounting().steps):
            # Nobody may have noticed in time, and one alone would have paused: it comes to the same.
            return replaced(self._accounting(), bound=IMPATIENT)
        self._search.over = True
        return self._accounting()

    def _stopped(self) -> str | None:
        """What ends it here, whatever was found so far."""
        search = self._search
        if len(self._team.lost) > _MOST_LOST:
            return f"a process that explored {self._team.lost[-1]}"
        if search.is_late:
            return f"--time {search.limits.seconds:g}"
        if search.states_will_do and self._made + search.number >= TOO_MANY:
            return CIRCLES
        return None

    # --- who does what ---

    def _assign(self) -> None:
        """Give those something to do who have nothing."""
        tree, team = self._tree, self._team
        idle = team.idle
        while idle:
            while len(tree.waiting) < 2 * len(idle):
                large = next((twig for twig in tree.waiting if twig.own != FRESH), None)
                if large is None:
                    break
                tree.share(large)
            if not tree.waiting:
                break
            self._give(idle.pop(), self._next_twig())
        if idle:
            self._ask_back()

    def _next_twig(self) -> Twig:
        """One is always at what comes next in order; where there is a limit, all are near it."""
        tree = self._tree
        foremost = tree.foremost()
        if foremost in tree.waiting:
            return foremost
        if self._search.limits.executions is not None:
            return max(tree.waiting, key=lambda twig: twig.depth)
        return min(tree.waiting, key=lambda twig: twig.depth)

    def _give(self, member: Member, twig: Twig) -> None:
        number = self._team.next_number()
        self._running[number] = twig
        most = self._search.limits.executions
        task = self._tree.hand_out(twig)
        self._team.give(member, Explore(number, task, self._search.depth, most))

    def _ask_back(self) -> None:
        """Ask the one who has been at it for longest to share."""
        busy = [member for member in self._team.members if member.order is not None]
        if busy and not any(member.asked_back for member in busy):
            longest = min(busy, key=lambda member: member.since)
            if time.monotonic() - longest.since >= _AT_LEAST:
                self._team.ask_back(longest)

    # --- what they say ---

    def _hear(self, member: Member, said: Answer | int) -> None:
        if isinstance(said, int):
            self._tree.drop(self._running.pop(said))
            return
        twig = self._running.pop(said.number)
        part = _Part(said, member.kinds)
        self._made += said.executions
        if said.failure is not None or said.cyclic or said.cut or self._search.limits.executions is not None:
            self._held[twig] = part
        else:
            self._give_back(twig, part)

    def _give_back(self, twig: Twig, part: _Part) -> None:
        self._tree.give_back(twig, list(part.answer.handed), part, part.answer.rest)
        told = self._tree.told
        while told:
            self._count(told.popleft())

    def _count(self, part: _Part | None) -> None:
        if part is None:
            return
        search, answer = self._search, part.answer
        search.number += answer.executions
        self._made -= answer.executions
        search.steps += answer.steps
        search.races += answer.races
        search.blocked += answer.blocked
        search.cut += answer.cut
        if answer.cut:
            search.bound = f"--depth {search.depth}"
        self._take(answer.gathered, part.kinds)

    def _advance(self) -> Accounting | None:
        """Take what was held, once all before it is taken; what was done where that ends the search."""
        while True:
            twig = self._tree.foremost()
            part = self._held.pop(twig, None)
            if part is None:
                return None
            answer, limit = part.answer, self._search.limits.executions
            if (
                answer.failure is not None
                or answer.cyclic
                or answer.cut + self._search.cut >= MOST_CUT
                or (limit is not None and self._search.number + answer.executions >= limit)
            ):
                return self._end_alone(twig, answer)
            self._give_back(twig, part)

    def _end_alone(self, twig: Twig, answer: Answer) -> Accounting:
        """Go on from here as one alone does: all before is taken, and the end is near."""
        tree, search = self._tree, self._search
        task = tree.task(twig)
        search.steps += tree.steps + tree.on_the_way(twig)
        search.races += tree.races
        accounting = self._alone(search.executions(Task((), (*task.above, *task.own))))
        if accounting.complete and answer.failure is not None:
            raise RuntimeError(f"a process that explored failed: {answer.failure}")
        return accounting

    # --- how far it is ---

    def _so_far(self) -> Accounting:
        members = [member for member in self._team.members if member.order is not None]
        accounting = self._accounting()
        executions = accounting.executions + self._made + sum(member.executions for member in members)
        parts = {
            self._running[member.order]: member.part for member in members if member.order in self._running
        }
        return replaced(
            accounting, executions=executions, estimate=estimate(executions, self._tree.part(parts))
        )

    def _accounting(self) -> Accounting:
        search = self._search
        accounting = search.accounting()
        return replaced(
            accounting, steps=accounting.steps + self._tree.steps, races=accounting.races + self._tree.races
        )

    def _cut_short(self, bound: str) -> Accounting:
        """Take what is known by now, in whatever order."""
        for member, answer in self._team.last_words():
            self._hear(member, answer)
        # What is held ends the search where it is taken in order: here it only counts.
        for part in [*self._tree.untaken(), *self._held.values()]:
            self._count(part)
        accounting = self._accounting()
        about = estimate(accounting.executions, self._tree.part({}))
        return replaced(accounting, complete=False, bound=bound, estimate=about)
