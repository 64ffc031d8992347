"""Optimal dynamic partial-order reduction: one execution of each Mazurkiewicz trace, and none that is cut short.

After Abdulla, Aronis, Jonsson and Sagonas, "Optimal Dynamic Partial Order Reduction" (POPL 2014) and "Source Sets" (JACM 2017).
An execution is played to its end; then each race of it that can be reversed goes, as the sequence of steps that leads to the
other order, into the wakeup tree of the point where they part, unless it is covered there. Three things are added to the paper's
programs: steps that can be blocked (see `races`), threads that are blocked at the end (what they wait for is a race as well), and
choices of data (the alternatives of a step race with each other).

All races of every execution count, not only those of the steps that are new in it: the sequence that reverses a race holds all
that does not depend on its first step, what comes later in the execution too, and that differs from one execution to the next.

States cost nothing to keep, so the search goes on from where executions part, and no step of a common beginning is made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mprunner.exploring.footprints import conflicting
from mprunner.exploring.history import History
from mprunner.exploring.races import Attempt, Races
from mprunner.exploring.system import State, System
from mprunner.exploring.wakeup import Branch, Sleeper, covered, insert

__all__ = ["Execution", "Traces"]

_IN_A_ROW = 50
"""Steps that one thread makes before it is another's turn, where any order will do: else one that never ends keeps all others
from going on."""


class Execution(NamedTuple):
    """A complete execution. `blocked`: everybody who could go on sleeps, so it is one that was seen (it never is);
    `cyclic`: it comes to a state that it had come to before; `cut`: it is longer than it may be.
    """

    schedule: tuple[tuple[int, int], ...]
    state: State
    blocked: bool = False
    cyclic: bool = False
    cut: bool = False


class _Tried:
    """The attempts to reverse the races of one step, and of each the steps with which it went into a wakeup tree last."""

    __slots__ = ("attempts", "planned")

    def __init__(self, attempts: list[Attempt]) -> None:
        self.attempts = attempts
        self.planned = [-1] * len(attempts)


class Traces:
    """The traces of a system, one execution each.

    `steps`, `races` (that were reversed) and `blocked` count what was done so far; `sleepless` tells whether nobody ever slept
    where a wakeup tree had ended, as has to be.
    """

    def __init__(self, system: System, *, depth: int | None = None) -> None:
        self._system = system
        self._depth = depth
        self._history = History(system)
        self._states: list[State] = [system.initial]
        self._sleep: list[list[Sleeper]] = [[]]
        self._wakeup: list[list[Branch]] = [[]]
        self._ways: list[int] = []
        self._tried: list[_Tried | None] = []
        self._met: dict[State, int] = {}
        self._races = Races(system, self._history, self._states)
        self._fresh = 0
        self._root = 0
        """How many steps lead to the point from which on all is explored: 0, but in a `Subtree`."""
        self.steps = 0
        self.races = 0
        self.blocked = 0
        self.sleepless = True

    def __iter__(self) -> Iterator[Execution]:
        while True:
            ended = self._play()
            self.blocked += ended.blocked
            yield ended
            self._reverse_races(ended)
            if not self._back():
                return

    # --- playing ---

    def _play(self) -> Execution:
        """Goes on from the last point to an end."""
        system, history, depth = self._system, self._history, self._depth
        states, met = self._states, self._met
        state = states[-1]
        self._fresh = len(history)
        runnable: tuple[int, ...] = ()
        last, in_a_row = history.threads[-1] if history.threads else -1, 0
        while True:
            sleep, wakeup = self._sleep[-1], self._wakeup[-1]
            if wakeup:
                branch = wakeup.pop(0)
                thread, alternative, following = branch.thread, branch.alternative, branch.children
                ways = system.alternatives(state, thread)
                last = -1
            else:
                if in_a_row >= _IN_A_ROW:
                    enabled = system.enabled(state)
                    runnable = (*(each for each in enabled if each > last), *enabled)
                for thread in runnable:
                    ways = system.alternatives(state, thread)
                    if ways:
                        break
                else:
                    runnable = system.enabled(state)
                    if not runnable:
                        return self._ended(state)
                    thread = runnable[0]
                    ways = system.alternatives(state, thread)
                alternative, following = 0, []
                if sleep:
                    self.sleepless = False
                    awake = self._awake(state, sleep)
                    if awake is None:
                        return self._ended(state, blocked=True)
                    thread, alternative = awake
                    ways = system.alternatives(state, thread)
            in_a_row = in_a_row + 1 if thread == last else 0
            last = thread
            if depth is not None and len(history) >= depth:
                return self._ended(state, cut=True)
            place = len(history)
            if met.setdefault(state, place) != place:
                return self._ended(state, cyclic=True)
            state, footprint, _instants = system.step(state, thread, alternative)
            self.steps += 1
            history.add(thread, alternative, footprint)
            self._sleep.append(
                [
                    sleeper
                    for sleeper in sleep
                    if sleeper[0] != thread and not conflicting(sleeper[2], footprint)
                ]
                if sleep
                else []
            )
            sleep.append((thread, alternative, footprint))
            self._wakeup.append(following)
            self._ways.append(ways)
            self._tried.append(None)
            states.append(state)

    def _awake(self, state: State, sleep: list[Sleeper]) -> tuple[int, int] | None:
        """A step of somebody who does not sleep."""
        sleeping = {sleeper[:2] for sleeper in sleep}
        for thread in self._system.enabled(state):
            for alternative in range(self._system.alternatives(state, thread)):
                if (thread, alternative) not in sleeping:
                    return thread, alternative
        return None

    def _ended(
        self, state: State, *, blocked: bool = False, cyclic: bool = False, cut: bool = False
    ) -> Execution:
        history = self._history
        schedule = tuple(zip(history.threads, history.alternatives, strict=True))
        return Execution(schedule, state, blocked, cyclic, cut)

    def _back(self) -> bool:
        """Goes back to the last point where something is still to be tried; False when there is none."""
        wakeup = self._wakeup
        length = len(wakeup) - 1
        while length >= self._root and not wakeup[length]:
            length -= 1
        if length < self._root:
            return False
        for state in self._states[length:-1]:
            self._met.pop(state, None)
        self._history.cut(length)
        self._races.cut(length)
        del wakeup[length + 1 :], self._sleep[length + 1 :], self._states[length + 1 :]
        del self._ways[length:], self._tried[length:]
        return True

    # --- races ---

    def _reverse_races(self, ended: Execution) -> None:
        """Put what reverses the races of the execution into wakeup trees."""
        history, tried, every_ways = self._history, self._tried, self._ways
        history.close()
        after = history.after
        everything = (1 << len(history)) - 1
        for place, rivals in enumerate(history.rivals):
            ways = every_ways[place]
            if not rivals and ways == 1:
                continue
            within = everything & ~after[place]
            known = tried[place]
            if known is None:
                known = tried[place] = self._try(place, ways, within & ((1 << place) - 1))
            later = within >> place << place
            if later and self._meddle(known, later):
                known = self._try(place, ways, within)
            self._plan(known, within)
        if not (ended.cyclic or ended.cut):
            self._reverse_blocked(ended.state)

    def _try(self, place: int, ways: int, within: int) -> _Tried:
        attempts = self._races.of_step(place, within)
        if ways > 1:
            attempts += self._races.of_choice(place, ways, within)
        return _Tried(attempts)

    def _reverse_blocked(self, state: State) -> None:
        """Who is blocked at the end races with what made it so."""
        system = self._system
        everything = (1 << len(self._history)) - 1
        for thread in range(len(system.threads)):
            footprint = system.pending(state, thread)
            if footprint:
                self._plan(_Tried(self._races.of_blocked(thread, footprint)), everything)

    def _meddle(self, tried: _Tried, later: int) -> bool:
        """Whether what came later would make a difference to an attempt."""
        history = self._history
        for attempt in tried.attempts:
            remaining = later & ~self._gone(attempt.missing)
            if remaining and history.clashes(attempt.footprint, remaining):
                return True
        return False

    def _gone(self, missing: tuple[int, ...]) -> int:
        after = self._history.after
        gone = after[missing[0]]
        for place in missing[1:]:
            gone |= after[place]
        return gone

    def _plan(self, tried: _Tried, within: int) -> None:
        """Put the steps that can be made without what is missing, and the step that this lets come first, where they part."""
        history = self._history
        planned = tried.planned
        for number, attempt in enumerate(tried.attempts):
            missing, made, thread, alternative, footprint = attempt
            if not made:
                continue
            base = missing[0] if len(missing) == 1 else min(missing)
            left = within & ~self._gone(missing)
            steps = left >> base << base
            if steps == planned[number] and steps >> self._fresh == 0:
                continue  # these very steps, with which it went there before
            planned[number] = steps
            waits_for = history.conflicts(footprint, left) & steps
            last = (thread, alternative, footprint)
            if covered(history, self._sleep[base], steps, last, waits_for):
                continue
            if self._insert(base, steps, last, waits_for):
                self.races += 1

    def _insert(self, base: int, steps: int, last: Sleeper, waits_for: int) -> bool:
        """Put what is not covered into the wakeup tree of a point; whether it was not there."""
        return insert(self._history, self._wakeup[base], steps, last, waits_for)
