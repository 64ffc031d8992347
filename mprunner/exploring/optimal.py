"""Optimal dynamic partial-order reduction: one execution of each Mazurkiewicz trace, and none that is cut short.

After Abdulla, Aronis, Jonsson and Sagonas, "Optimal Dynamic Partial Order Reduction" (POPL 2014) and "Source Sets" (JACM 2017).
An execution is played to its end; then each race of it that can be reversed goes, as the sequence of steps that leads to the
other order, into the wakeup tree of the point where they part, unless it is covered there. Three things are added to the paper's
programs: steps that can be blocked (who was blocked when the racing step was made raced with an earlier one), threads that are
blocked at the end (what they wait for is a race as well), and choices of data.

States cost nothing to keep, so the search goes on from where executions part, and nothing is played twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mprunner.exploring.footprints import Tokens, Tracker, conflict
from mprunner.exploring.system import State, System

__all__ = ["Execution", "Traces"]

_CYCLES_FROM = 400
"""Steps of an execution from which on it is looked whether it goes in circles."""


class _Event(NamedTuple):
    """A step of an execution: who made it, with which alternative, what it touched, and what comes before it (bits of indices).
    `direct`: those that it conflicts with, as far as they are not before another of them.
    """

    thread: int
    alternative: int
    tokens: Tokens
    before: int
    direct: int


class _Branch:
    """A node of a wakeup tree: a step, and what is to follow it."""

    __slots__ = ("alternative", "children", "thread", "tokens")

    def __init__(self, thread: int, alternative: int, tokens: Tokens) -> None:
        self.thread = thread
        self.alternative = alternative
        self.tokens = tokens
        self.children: list[_Branch] = []


class _Point:
    """A point of the execution at hand: its state, who sleeps there, what is still to be tried."""

    __slots__ = ("sleep", "state", "wakeup")

    def __init__(self, state: State, sleep: dict[tuple[int, int], Tokens], wakeup: list[_Branch]) -> None:
        self.state = state
        self.sleep = sleep
        self.wakeup = wakeup


class Execution(NamedTuple):
    """A complete execution. `blocked`: everybody who could go on sleeps, so it is one that was seen (it never is);
    `cyclic`: it comes to a state that it had come to before; `cut`: it is longer than it may be.
    """

    schedule: tuple[tuple[int, int], ...]
    state: State
    blocked: bool = False
    cyclic: bool = False
    cut: bool = False


class Traces:
    """The traces of a system, one execution each. `steps`, `races` and `blocked` count what was done so far."""

    def __init__(self, system: System, *, depth: int | None = None) -> None:
        self._system = system
        self._depth = depth
        self._events: list[_Event] = []
        self._points: list[_Point] = [_Point(system.initial, {}, [])]
        self._last: dict[int, list[int]] = {}
        self._tracker = Tracker(system)
        self._fresh = 0
        self.steps = 0
        self.races = 0
        self.blocked = 0

    def __iter__(self) -> Iterator[Execution]:
        while True:
            ended = self._play()
            if ended.blocked:
                self.blocked += 1
            yield ended
            self._reverse_races(ended)
            if not self._back():
                return

    @property
    def estimate(self) -> float:
        """How many executions there may be, as if all branches were as wide as those of the execution at hand."""
        total = 1.0
        for point in self._points:
            total *= max(1, len(point.wakeup) + sum(1 for _ in point.sleep))
        return total

    # --- playing ---

    def _play(self) -> Execution:
        """Goes on from the last point to an end."""
        system, points, events = self._system, self._points, self._events
        self._fresh = len(events)
        seen: set[State] | None = None
        while True:
            point = points[-1]
            if not point.wakeup:
                enabled = system.enabled(point.state)
                if not enabled:
                    return Execution(self._schedule(), point.state)
                if not self._grow(point, enabled):
                    return Execution(self._schedule(), point.state, blocked=True)
            if self._depth is not None and len(events) >= self._depth:
                return Execution(self._schedule(), point.state, cut=True)
            if len(events) >= _CYCLES_FROM:
                if seen is None:
                    seen = {each.state for each in points[:-1]}
                if point.state in seen:
                    return Execution(self._schedule(), point.state, cyclic=True)
                seen.add(point.state)
            self._take(point, point.wakeup[0])

    def _grow(self, point: _Point, enabled: tuple[int, ...]) -> bool:
        """Puts the step of somebody who does not sleep into an empty wakeup tree, in all its alternatives."""
        sleep = point.sleep
        system = self._system
        last = self._events[-1].thread if self._events else -1
        order = (last, *enabled) if last in enabled else enabled
        for thread in order:
            ways = system.alternatives(point.state, thread)
            free = [way for way in range(ways) if (thread, way) not in sleep]
            if free:
                point.wakeup = [_Branch(thread, way, None) for way in free]
                return True
        return False

    def _take(self, point: _Point, branch: _Branch) -> None:
        """Makes the step of a branch."""
        thread, alternative = branch.thread, branch.alternative
        state, footprint, _instants = self._system.step(point.state, thread, alternative)
        self.steps += 1
        index = len(self._events)
        own = self._last.setdefault(thread, [])
        before, direct, tokens = self._tracker.take(index, footprint)
        if own:
            previous = own[-1]
            before |= self._events[previous].before | (1 << previous)
        branch.tokens = tokens
        self._tracker.note(index, tokens, before | (1 << index))
        self._events.append(_Event(thread, alternative, tokens, before, direct))
        own.append(index)
        sleep = {
            key: slept
            for key, slept in point.sleep.items()
            if key[0] != thread and not conflict(slept, tokens)
        }
        self._points.append(_Point(state, sleep, branch.children))

    def _schedule(self) -> tuple[tuple[int, int], ...]:
        return tuple([(event.thread, event.alternative) for event in self._events])

    def _back(self) -> bool:
        """Goes back to the last point where something is still to be tried; False when there is none."""
        events, points = self._events, self._points
        while events:
            points.pop()
            event = events.pop()
            self._last[event.thread].pop()
            self._tracker.back()
            point = points[-1]
            done = point.wakeup.pop(0)
            point.sleep[event.thread, event.alternative] = done.tokens
            if point.wakeup:
                return True
        return False

    # --- races ---

    def _reverse_races(self, ended: Execution) -> None:
        events = self._events
        first = self._fresh
        if first < len(events):
            event, point = events[first], self._points[first]
            if self._system.alternatives(point.state, event.thread) > 1:
                first = 0  # with another choice what leads to the other order of an earlier race is another sequence
        for index in range(first, len(events)):
            self._reverse(index, events[index].thread, events[index].alternative, events[index].direct, None)
        if ended.cyclic or ended.cut:
            return
        system, state = self._system, ended.state
        enabled = system.enabled(state)
        for thread in range(len(system.threads)):
            if thread in enabled:
                continue
            wanted = system.pending(state, thread)
            if wanted:
                tokens = self._tracker.tokens(wanted)
                self._reverse_pending(thread, tokens)

    def _reverse(self, index: int, thread: int, alternative: int, direct: int, tokens: Tokens | None) -> None:
        """Reverses the races of an event with those before it."""
        events = self._events
        own = events[index]
        previous = self._previous(thread, index)
        above = 0 if previous < 0 else events[previous].before | (1 << previous)
        candidates = direct & ~above
        hidden = 0
        remaining = direct
        while remaining:
            low = remaining & -remaining
            hidden |= events[low.bit_length() - 1].before
            remaining ^= low
        immediate = candidates & ~hidden
        while immediate:
            earlier = immediate.bit_length() - 1
            immediate ^= 1 << earlier
            if events[earlier].thread == thread:
                continue
            if not self._turn_round(earlier, index, thread, alternative, own.tokens):
                self._look_back(earlier, thread, alternative, own.tokens, above, index)

    def _look_back(
        self, start: int, thread: int, alternative: int, tokens: Tokens, above: int, index: int
    ) -> None:
        """The step was blocked before the event `start`: it races with an earlier one, before which it was not."""
        events = self._events
        for earlier in range(start - 1, -1, -1):
            event = events[earlier]
            if above >> earlier & 1:
                continue
            if (
                event.thread != thread
                and conflict(event.tokens, tokens)
                and self._turn_round(earlier, index, thread, alternative, tokens)
            ):
                return

    def _reverse_pending(self, thread: int, tokens: Tokens) -> None:
        """A thread is blocked for good: it races with what has taken what it waits for."""
        index = len(self._events)
        previous = self._previous(thread, index)
        above = 0 if previous < 0 else self._events[previous].before | (1 << previous)
        self._look_back(index, thread, -1, tokens, above, index)

    def _previous(self, thread: int, index: int) -> int:
        """The thread's last event before `index`; -1 for none."""
        for each in reversed(self._last.get(thread, ())):
            if each < index:
                return each
        return -1

    def _turn_round(self, earlier: int, index: int, thread: int, alternative: int, tokens: Tokens) -> bool:
        """Puts the steps that lead to the other order of a race into the wakeup tree where they part.

        False when the later step is blocked there.
        """
        events = self._events
        bit = 1 << earlier
        kept = [
            event
            for place, event in enumerate(events[earlier + 1 :], earlier + 1)
            if place != index and not event.before & bit
        ]
        point = self._points[earlier]
        state = point.state
        system = self._system
        for event in kept:
            state = system.step(state, event.thread, event.alternative).state
        if thread not in system.enabled(state):
            return False
        steps = [(event.thread, event.alternative, event.tokens) for event in kept]
        for way in [alternative] if alternative >= 0 else range(system.alternatives(state, thread)):
            real = self._tracker.tokens_in(system.step(state, thread, way).footprint, tokens)
            sequence = [*steps, (thread, way, real)]
            if not _is_covered(point.sleep, sequence):
                self.races += 1
                _insert(point.wakeup, sequence)
        return True


_Steps = list[tuple[int, int, Any]]


def _is_covered(sleep: dict[tuple[int, int], Tokens], sequence: _Steps) -> bool:
    """Whether somebody who sleeps could begin the sequence (or is independent of all of it)."""
    return any(_weak_initial(key[0], key[1], tokens, sequence) is not None for key, tokens in sleep.items())


def _weak_initial(thread: int, alternative: int, tokens: Tokens, sequence: _Steps) -> int | None:
    """The place of this step in the sequence, when it could come first; -1 when it is not in it, and independent of all of it."""
    for place, (other, way, touched) in enumerate(sequence):
        if other == thread:
            return place if way == alternative else None
        if conflict(tokens, touched):
            return None
    return -1


def _insert(wakeup: list[_Branch], sequence: _Steps) -> None:
    """Puts a sequence into a wakeup tree, unless a branch of it leads there already."""
    children = wakeup
    while sequence:
        for child in children:
            if child.tokens is None:
                continue
            place = _weak_initial(child.thread, child.alternative, child.tokens, sequence)
            if place is None:
                continue
            if place >= 0:
                sequence = [*sequence[:place], *sequence[place + 1 :]]
            if not child.children:
                return
            children = child.children
            break
        else:
            for thread, alternative, tokens in sequence:
                branch = _Branch(thread, alternative, tokens)
                children.append(branch)
                children = branch.children
            return
