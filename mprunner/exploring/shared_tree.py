"""The top of the tree of executions, kept by who hands out its subtrees. In whatever order they come back, it grows as it does
when one alone explores it.

What was found in a subtree is taken in the order in which one alone finds it. A point takes the sequences for its wakeup tree
from its first branch until that is done, then from the second; till then those of the second wait, though its executions have
been made. So each branch is the same, and the same stand before it, whoever explores it and when; and so are all executions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from mprunner.exploring.sequences import Sequence, follow, footprints_of
from mprunner.exploring.subtree import FRESH, Handed, Level, Task, Waiting, Way, part_of
from mprunner.exploring.system import Footprint, State, System

__all__ = ["SharedTree", "Twig"]

Mode = Literal["inner", "waiting", "running", "open", "done"]


class Twig:
    """A step, and the point after it. `children` are the ways from there, `front` the first of them that is not done.

    `mode`: *inner* in a wakeup tree, more may come to it from before; *waiting* to be explored, as far as `own` says; *running*:
    somebody does so; *open*: it was explored in part, and its children tell the rest; *done*. `found` is what was found in it and
    is not yet taken by the point that it starts from: sequences for points above, and of executions what there is to tell.
    `entered`: nothing more comes to this inner twig from before. `made`: who explored the twig above has counted the step.
    """

    __slots__ = (
        "alternative", "children", "depth", "entered", "found", "front", "made", "mode", "own", "parent", "state", "thread",
        "touches",
    )  # fmt: skip

    def __init__(self, parent: Twig | None, way: Way, mode: Mode) -> None:
        self.parent = parent
        self.thread, self.alternative = way
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.mode: Mode = mode
        self.children: list[Twig] = []
        self.front = 0
        self.own: tuple[Level, ...] = FRESH
        self.found: deque[Any] = deque()
        self.entered = False
        self.made = False
        self.state: State | None = None
        self.touches: Footprint | None = None

    @property
    def covers(self) -> bool:
        """Whether all that begins with it is explored there, for those who come from before."""
        return self.mode != "inner"

    @property
    def footprint(self) -> Footprint:
        assert self.touches is not None
        return self.touches

    @property
    def way(self) -> Way:
        return self.thread, self.alternative

    @property
    def first(self) -> Twig | None:
        """The first of its children that is not done."""
        return self.children[self.front] if self.front < len(self.children) else None


class _Told(NamedTuple):
    """What there is to tell of executions."""

    what: Any


class SharedTree:
    """Begins with everything in one task. `told` gets what is said of executions, in the order in which one alone comes to it;
    `races` counts the sequences that were put into wakeup trees here, `steps` the steps in these that are done.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self.root = Twig(None, (-1, 0), "waiting")
        self.root.state = system.initial
        self.waiting: dict[Twig, None] = {self.root: None}
        self.told: deque[Any] = deque()
        self.races = 0
        self.steps = 0

    @property
    def done(self) -> bool:
        """Whether everything is explored."""
        return self.root.mode == "done"

    # --- handing out ---

    def foremost(self) -> Twig:
        """What one alone would explore next."""
        twig = self.root
        while twig.mode in ("open", "inner") and twig.first is not None:
            twig = twig.first
        return twig

    def on_the_way(self, twig: Twig) -> int:
        """How many steps to a twig, its own among them, nobody has counted."""
        found = 0
        while twig.parent is not None:
            found += not twig.made
            twig = twig.parent
        return found

    def hand_out(self, twig: Twig) -> Task:
        """Somebody explores it from now on."""
        del self.waiting[twig]
        twig.mode = "running"
        return self.task(twig)

    def task(self, twig: Twig) -> Task:
        """What is to be explored in a twig, and the way there."""
        above = []
        child, parent = twig, twig.parent
        while parent is not None:
            place = parent.children.index(child, parent.front)
            tried = tuple([each.way for each in parent.children[: place + 1]])
            above.append(Level(tried, tuple(_forest(parent.children[place + 1 :]))))
            child, parent = parent, parent.parent
        return Task(tuple(reversed(above)), twig.own)

    def share(self, twig: Twig) -> None:
        """Take what is waiting at the first levels of a waiting twig out of it, so that several can explore it."""
        del self.waiting[twig]
        own = twig.own
        for number, level in enumerate(own):
            twig.mode, twig.own = "open", FRESH
            last = number == len(own) - 1
            for way in level.tried if last else level.tried[:-1]:
                twig.children.append(Twig(twig, way, "done"))
            twig.front = len(twig.children)
            if not last:
                on = Twig(twig, level.tried[-1], "waiting")
                on.made = True
                twig.children.append(on)
            self._plant(twig, level.waiting)
            if last:
                return
            twig = on
            if level.waiting:
                twig.own = own[number + 1 :]
                self.waiting[twig] = None
                return

    def _plant(self, twig: Twig, forest: tuple[Waiting, ...]) -> None:
        """Let these branches wait at a twig."""
        todo = [(twig, forest)]
        while todo:
            twig, forest = todo.pop()
            for thread, alternative, following in forest:
                child = Twig(twig, (thread, alternative), "inner" if following else "waiting")
                twig.children.append(child)
                if following:
                    todo.append((child, following))
                else:
                    self.waiting[child] = None

    # --- taking back ---

    def give_back(self, twig: Twig, handed: list[Handed], told: Any, rest: tuple[Level, ...] | None) -> None:
        """A running twig was explored, up to what is the `rest`."""
        twig.found.extend(handed)
        twig.found.append(_Told(told))
        if rest is None:
            twig.mode = "done"
        else:
            twig.mode, twig.own = "waiting", rest
            self.waiting[twig] = None
        self._settle(twig)

    def drop(self, twig: Twig) -> None:
        """Nobody explores a running twig any more; what was found in it is not known."""
        twig.mode = "waiting"
        self.waiting[twig] = None

    def untaken(self) -> Iterator[Any]:
        """What was told and could not be taken in order yet, as what comes before it is not done."""
        todo = [self.root]
        while todo:
            twig = todo.pop()
            yield from (item.what for item in twig.found if isinstance(item, _Told))
            todo.extend(reversed(twig.children))

    def part(self, running: Mapping[Twig, float]) -> float:
        """Which part of the tree is explored, as far as can be told; `running` has what members said of their twigs."""
        found = 0.0
        todo = [(self.root, 1.0)]
        while todo:
            twig, share = todo.pop()
            if twig.mode == "done":
                found += share
            elif twig.mode in ("open", "inner"):
                share /= len(twig.children)
                found += share * twig.front
                todo += [(child, share) for child in twig.children[twig.front :]]
            else:
                found += share * max(running.get(twig, 0.0), part_of(twig.own))
        return found

    def _settle(self, twig: Twig) -> None:
        """Something was found in a twig, or it is done: take it as far up as it goes."""
        above = twig.parent
        while above is not None:
            self._take_below(above)
            above = above.parent
        while self.root.found:
            self.told.append(self.root.found.popleft().what)

    def _take_below(self, twig: Twig) -> None:
        """Take from the first child of a twig; and from those inner twigs to which nothing more comes from before, now."""
        todo = [twig]
        while todo:
            twig = todo[-1]
            first = twig.first
            firm = twig.mode == "open" or twig.entered
            if first is not None and first.mode == "inner" and firm and not first.entered:
                first.entered = True
                todo.append(first)
            elif not self._take(twig):
                todo.pop()

    def _take(self, twig: Twig) -> bool:
        """Take what was found in the first child; whether that is done, and there may be more to do here."""
        child = twig.first
        if child is None:
            if twig.mode in ("open", "inner") and (twig.mode == "open" or twig.entered):
                twig.mode = "done"
            return False
        found = child.found
        while found:
            item = found[0]
            if isinstance(item, Handed) and item.level == twig.depth:
                if twig.mode == "inner" and not twig.entered:
                    return False  # others come before
                self._insert(twig, item.sequence)
            else:
                twig.found.append(item)
            found.popleft()
        if child.mode != "done":
            return False
        child.children, child.front, child.state = [], 0, None
        twig.front += 1
        self.steps += not child.made
        return True

    # --- wakeup trees ---

    def _insert(self, twig: Twig, sequence: Sequence) -> None:
        """Put a sequence that comes from the first child of a twig among those after it."""
        touched = footprints_of(self._system, self._state(twig), sequence.steps)
        remaining = (1 << len(touched)) - 1
        branches = twig.children[twig.front + 1 :]
        while True:
            for branch in branches:
                self._state(branch)
            branch_or_none, remaining = follow(branches, sequence, touched, remaining)
            if branch_or_none is None:
                break
            if branch_or_none.covers:
                return
            twig, branches = branch_or_none, branch_or_none.children
        self.races += 1
        places = [place for place in range(len(touched)) if remaining >> place & 1]
        for place in places:
            child = Twig(twig, sequence.steps[place], "inner" if place != places[-1] else "waiting")
            twig.children.append(child)
            twig = child
        self.waiting[twig] = None

    def _state(self, twig: Twig) -> State:
        """The state after a twig, which then knows what it touches."""
        way = []
        while twig.state is None:
            way.append(twig)
            assert twig.parent is not None
            twig = twig.parent
        state = twig.state
        for each in reversed(way):
            state, each.touches, _events = self._system.step(state, each.thread, each.alternative)
            each.state = state
        return state


def _forest(twigs: list[Twig]) -> list[Waiting]:
    """Twigs as branches of a wakeup tree."""
    ready: dict[Twig, Waiting] = {}
    order = list(twigs)
    for twig in order:
        if twig.mode == "inner":
            order += twig.children
    for twig in reversed(order):
        below = tuple([ready.pop(each) for each in twig.children]) if twig.mode == "inner" else ()
        ready[twig] = (twig.thread, twig.alternative, below)
    return [ready[twig] for twig in twigs]
