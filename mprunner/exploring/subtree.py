"""A part of the tree of executions, explored by itself: all that begins as some schedule does, and is not explored elsewhere.

It is told as plain data, level by level: what was tried there before, and what is still waiting there. So it can be sent to
another process, go on there, and come back when it is half done. A race that is to be reversed above its root is not its own: the
sequence that does so is handed out.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several
from typing import NamedTuple

from mprunner.exploring.footprints import conflicting
from mprunner.exploring.history import bits
from mprunner.exploring.optimal import Execution, Traces
from mprunner.exploring.parts import explored
from mprunner.exploring.sequences import Sequence, follow
from mprunner.exploring.system import State, System
from mprunner.exploring.wakeup import Branch, Sleeper

__all__ = ["FRESH", "Handed", "Level", "Subtree", "Task", "Waiting", "Way", "part_of"]

Way = tuple[int, int]
"""A thread, and which alternative of its step."""
Waiting = tuple[int, int, tuple["Waiting", ...]]
"""A branch of a wakeup tree: thread, alternative, and what is to follow (nothing: whatever there is)."""


class Level(NamedTuple):
    """A point of a schedule: the ways that were tried from it, in their order, and what waits there.

    The last that was tried is the way on to the next level, where there is one.
    """

    tried: tuple[Way, ...] = ()
    waiting: tuple[Waiting, ...] = ()


class Task(NamedTuple):
    """`above` leads to the root. `own` begins there, and what waits in it is to be explored: in a `FRESH` one, all there is."""

    above: tuple[Level, ...] = ()
    own: tuple[Level, ...] = (Level(),)


FRESH = (Level(),)
"""Of a subtree of which nothing was explored yet."""


def part_of(own: tuple[Level, ...]) -> float:
    """Which part of a subtree was explored that is left like this."""
    widths = [(len(level.tried) - 1, len(level.tried) + len(level.waiting)) for level in own[:-1]]
    last = own[-1]
    branches = len(last.tried) + len(last.waiting)
    if not branches:
        return 0.0
    return explored(widths, inside=len(last.tried) / branches)


class Handed(NamedTuple):
    """A sequence for the wakeup tree of a level above the root."""

    level: int
    sequence: Sequence


class Subtree(Traces):
    """The traces of a task. `handed` has what is to be done above the root, in the order of being found."""

    def __init__(self, system: System, task: Task, *, depth: int | None = None) -> None:
        super().__init__(system, depth=depth)
        self.handed: list[Handed] = []
        self._known: set[tuple[int, int, Sleeper]] = set()
        self._root = len(task.above)
        levels = (*task.above, *task.own)
        for number, level in enumerate(levels):
            self._sleep[-1] += [self._tried_way(way) for way in level.tried]
            self._wakeup[-1] += _branches(system, self._states[-1], level.waiting)
            if number < len(levels) - 1:
                self._go(*level.tried[-1])

    def explore(self, take: Callable[[Execution], bool]) -> tuple[Level, ...] | None:
        """Let executions be taken until that gives False; what is left of the task then, None when that is nothing."""
        for execution in self:
            if not take(execution):
                return self.leave(execution)
        return None

    def leave(self, execution: Execution) -> tuple[Level, ...] | None:
        """What is left after the execution at hand; None when that is nothing. Then no more can be asked for."""
        self._reverse_races(execution)
        if not self._back():
            return None
        found = []
        for number in range(self._root, len(self._wakeup)):
            own = self._sleep[number][self._inherited(number) :]
            found.append(
                Level(tuple([sleeper[:2] for sleeper in own]), tuple(_waiting(self._wakeup[number])))
            )
        return tuple(found)

    @property
    def part(self) -> float:
        """Which part of it was explored, as far as can be told, the execution at hand among it."""
        sleep, wakeup = self._sleep, self._wakeup
        widths = []
        for number in range(self._root, len(self._history)):
            tried = len(sleep[number]) - self._inherited(number)
            widths.append((tried - 1, tried + len(wakeup[number])))
        return explored(widths)

    def _tried_way(self, way: Way) -> Sleeper:
        return (*way, self._system.footprint(self._states[-1], *way))

    def _go(self, thread: int, alternative: int) -> None:
        """Make a step of the way to where the task begins."""
        system, state = self._system, self._states[-1]
        self._met[state] = len(self._history)
        self._ways.append(system.alternatives(state, thread))
        after, footprint, _events = system.step(state, thread, alternative)
        self._history.add(thread, alternative, footprint)
        self._sleep.append(_still_asleep(self._sleep[-1][:-1], thread, footprint))
        self._wakeup.append([])
        self._tried.append(None)
        self._states.append(after)

    def _inherited(self, number: int) -> int:
        """How many who sleep at a level did so already above it: those come first."""
        if number == 0:
            return 0
        thread, footprint = self._history.threads[number - 1], self._history.footprints[number - 1]
        return len(_still_asleep(self._sleep[number - 1][:-1], thread, footprint))

    def _insert(self, base: int, steps: int, last: Sleeper, waits_for: int) -> bool:
        if base >= self._root:
            return super()._insert(base, steps, last, waits_for)
        key = (base, steps, last)
        # Places below the root are always the same steps.
        if steps >> self._root or key not in self._known:
            if not steps >> self._root:
                self._known.add(key)
            self._hand(base, steps, last, waits_for)
        return False

    def _hand(self, base: int, steps: int, last: Sleeper, waits_for: int) -> None:
        """Hand a sequence out, unless what waits up there leads to it."""
        history = self._history
        places = list(bits(steps))
        number = {place: at for at, place in enumerate(places)}
        made = [(history.threads[place], history.alternatives[place]) for place in places]
        before = [_numbered(history.before[place] & steps, number) for place in places]
        before.append(_numbered(waits_for & steps, number))
        sequence = Sequence((*made, last[:2]), tuple(before))
        touched = [*(history.footprints[place] for place in places), last[2]]
        remaining = (1 << len(touched)) - 1
        branches: Several[Branch] = self._wakeup[base]
        while True:
            branch, remaining = follow(branches, sequence, touched, remaining)
            if branch is None:
                self.handed.append(Handed(base, sequence))
                return
            if branch.covers:
                return
            branches = branch.children


def _still_asleep(sleep: list[Sleeper], thread: int, footprint: tuple[tuple[int, int], ...]) -> list[Sleeper]:
    return [sleeper for sleeper in sleep if sleeper[0] != thread and not conflicting(sleeper[2], footprint)]


def _numbered(places: int, number: dict[int, int]) -> int:
    found = 0
    for place in bits(places):
        found |= 1 << number[place]
    return found


def _branches(system: System, state: State, waiting: tuple[Waiting, ...]) -> list[Branch]:
    """What waits at a point, as branches with their footprints. Chains may be long, so no recursion."""
    found: list[Branch] = []
    todo = [(state, waiting, found)]
    while todo:
        state, trees, branches = todo.pop()
        for thread, alternative, following in trees:
            after, footprint, _events = system.step(state, thread, alternative)
            branch = Branch(thread, alternative, footprint)
            branches.append(branch)
            if following:
                todo.append((after, following, branch.children))
    return found


def _waiting(branches: list[Branch]) -> list[Waiting]:
    """The other way round."""
    ready: dict[int, list[Waiting]] = {}
    order: list[list[Branch]] = [branches]
    for each in order:
        order += [branch.children for branch in each]
    for each in reversed(order):
        ready[id(each)] = [
            (branch.thread, branch.alternative, tuple(ready.pop(id(branch.children)))) for branch in each
        ]
    return ready[id(branches)]
