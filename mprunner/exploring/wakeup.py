"""Wakeup trees: which sequences of steps are still to be tried at a point, and which need not be, as others lead there.

A sequence is a set of steps of the execution at hand, in their order, and one more step after them: the one that a reversed race
brings forward. A step is a *weak initial* of it when it can come first: it is in the sequence with nothing before it, or
independent of all of it. Somebody who sleeps and is a weak initial has led to all that the sequence leads to.
"""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.exploring.footprints import conflicting
from mprunner.exploring.history import History, bits
from mprunner.exploring.system import Footprint

__all__ = ["Branch", "Sleeper", "covered", "insert"]

Sleeper = tuple[int, int, Footprint]
"""Thread, alternative and footprint of a step that was tried."""


class Branch:
    """A node of a wakeup tree: a step, and what is to follow it (nothing: whatever there is)."""

    __slots__ = ("alternative", "children", "footprint", "thread")

    def __init__(self, thread: int, alternative: int, footprint: Footprint) -> None:
        self.thread = thread
        self.alternative = alternative
        self.footprint = footprint
        self.children: list[Branch] = []

    @property
    def covers(self) -> bool:
        """Whether it leads to all that begins with it."""
        return not self.children


def covered(history: History, sleep: Sequence[Sleeper], steps: int, last: Sleeper, waits_for: int) -> bool:
    """Whether somebody who sleeps is a weak initial of `steps` and `last`; `waits_for` are those that `last` conflicts with."""
    thread_last, alternative_last, footprint_last = last
    for thread, alternative, footprint in sleep:
        own = history.by_thread[thread] & steps
        if own:
            first = (own & -own).bit_length() - 1
            if history.alternatives[first] == alternative and not history.before[first] & steps:
                return True
        elif thread == thread_last:
            if alternative == alternative_last and not waits_for & steps:
                return True
        elif not history.clashes(footprint, steps) and not conflicting(footprint, footprint_last):
            return True
    return False


def insert(history: History, branches: list[Branch], steps: int, last: Sleeper, waits_for: int) -> bool:
    """Put `steps` and `last` into a wakeup tree; False when a branch of it leads there already."""
    thread_last, alternative_last, footprint_last = last
    is_last_there = True
    while True:
        for branch in branches:
            thread = branch.thread
            own = history.by_thread[thread] & steps
            if own:
                first = (own & -own).bit_length() - 1
                if history.alternatives[first] != branch.alternative or history.before[first] & steps:
                    continue
                steps ^= own & -own
            elif is_last_there and thread == thread_last:
                if branch.alternative != alternative_last or waits_for & steps:
                    continue
                is_last_there = False
            elif history.clashes(branch.footprint, steps) or (
                is_last_there and conflicting(branch.footprint, footprint_last)
            ):
                continue
            if not branch.children:
                return False
            branches = branch.children
            break
        else:
            break
    for place in bits(steps):
        branch = Branch(history.threads[place], history.alternatives[place], history.footprints[place])
        branches.append(branch)
        branches = branch.children
    if is_last_there:
        branches.append(Branch(thread_last, alternative_last, footprint_last))
    return True
