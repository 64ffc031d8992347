"""Which races of an execution can be reversed, and by which steps.

A step races with an earlier one when it conflicts with it and could have been made without it. Where steps block, this is not
told by the order alone: an acquire conflicts with the release before it, and can't be made without that; it races with the
acquire before. So a step is tried where what it conflicts with, and all that came after that, is missing. If it is blocked there,
more of what it conflicts with is left out, until it can be made: each greatest part of the execution after which it can be made
is a reversal.

A step waits for all that it waits for, not for the one or the other. So when it could be made, and cannot without some steps,
it is one of the cells that those touched that holds it up, and only what touched these has to be left out as well.
"""

from __future__ import annotations

from itertools import compress, count
from operator import is_not
from typing import NamedTuple

from mprunner.exploring.history import History, bits
from mprunner.exploring.system import GET, PUT, Footprint, State, System

__all__ = ["Attempt", "Races"]

_OF_QUEUES = (PUT, GET)


class Attempt(NamedTuple):
    """A step tried without `missing` and all that is after these: what it touched there, and whether it could be made."""

    missing: tuple[int, ...]
    made: bool
    thread: int
    alternative: int
    footprint: Footprint


class Races:
    """Finds reversals in an execution and its states."""

    __slots__ = ("_changed", "_history", "_states", "_system")

    def __init__(self, system: System, history: History, states: list[State]) -> None:
        self._system = system
        self._history = history
        self._states = states
        self._changed: list[tuple[int, ...] | None] = []
        """The slots that each step changed; None for a step with an item of a queue, which others pass by."""

    def cut(self, length: int) -> None:
        """Keep only what is known of so many steps."""
        del self._changed[length:]

    def of_step(self, place: int, within: int) -> list[Attempt]:
        """Attempts to make a step of the execution with fewer of the steps `within` before it."""
        history = self._history
        thread = history.threads[place]
        alternative = history.alternatives[place]
        rivals = history.rivals[place]
        if within >> place:  # later steps may conflict with it as well
            rivals = history.rivals_of(history.footprints[place], within)
        own = history.by_thread[thread] & ((1 << place) - 1)
        return self._tried(thread, alternative, rivals, own, within, could=True)

    def of_blocked(self, thread: int, footprint: Footprint) -> list[Attempt]:
        """Attempts to make the step of a thread that is blocked at the end."""
        history = self._history
        within = (1 << len(history)) - 1
        rivals = self._holding_up(footprint, within)
        return self._tried(thread, 0, rivals, history.by_thread[thread], within, could=False)

    def of_choice(self, place: int, ways: int, within: int) -> list[Attempt]:
        """The other alternatives of a step, in the place of the one that was taken."""
        history = self._history
        thread = history.threads[place]
        state = self._state(place, within)
        return [
            Attempt((place,), True, thread, other, self._system.footprint(state, thread, other))
            for other in range(ways)
            if other != history.alternatives[place]
        ]

    def _tried(
        self, thread: int, alternative: int, rivals: int, own: int, within: int, *, could: bool
    ) -> list[Attempt]:
        """Attempts to make a step without one of its rivals, or more; its thread has made the steps `own`."""
        history = self._history
        kept = 0
        if own:
            last = own.bit_length() - 1
            kept = history.before[last] | 1 << last
        attempts: list[Attempt] = []
        known: dict[int, bool] = {}

        def leave_out(missing: tuple[int, ...], left: int, racing: int) -> None:
            while racing:
                place = racing.bit_length() - 1
                racing ^= 1 << place
                remaining = left & ~history.after[place]
                made = known.get(remaining)
                if made is None:
                    without: tuple[int, ...] = (place,)
                    if missing:
                        without = (*[one for one in missing if not history.after[place] >> one & 1], place)
                    attempt = self._attempt(thread, alternative, without, remaining)
                    made = known[remaining] = attempt.made
                    attempts.append(attempt)
                    if not made:
                        touched = attempt.footprint
                        if could:
                            cells = self._cells(within & ~remaining)
                            touched = tuple([pair for pair in touched if pair[0] in cells])
                        more = self._holding_up(touched, remaining) & ~kept
                        if more:
                            leave_out(without, remaining, more)
                if made:
                    racing &= ~history.before[place]

        leave_out((), within, rivals & ~kept)
        return attempts

    def _holding_up(self, touched: Footprint, left: int) -> int:
        """Those of the steps that are left because of which a step that would touch these cells may be blocked."""
        return self._history.rivals_of(touched, left) & self._history.changers(touched, left)

    def _attempt(self, thread: int, alternative: int, missing: tuple[int, ...], left: int) -> Attempt:
        system = self._system
        state = self._state(missing[0] if len(missing) == 1 else min(missing), left)
        ways = system.alternatives(state, thread)
        if not ways:
            return Attempt(missing, False, thread, 0, system.pending(state, thread) or ())
        if alternative >= ways:
            alternative = 0
        return Attempt(missing, True, thread, alternative, system.footprint(state, thread, alternative))

    def _cells(self, steps: int) -> set[int]:
        footprints = self._history.footprints
        found = set()
        while steps:
            place = steps.bit_length() - 1
            steps ^= 1 << place
            for cell, _mode in footprints[place]:
                found.add(cell)
        return found

    def _state(self, base: int, left: int) -> State:
        """The state after those steps of the execution that are `left`, all before `base` among them.

        That is one of the execution, with what was changed by steps that are not left as it was before the first of these.
        """
        top = left.bit_length()
        states = self._states
        if top <= base:
            return states[base]
        slots = list(states[top])
        changed = self._changed
        for place in range(len(changed), top):
            changed.append(self._changes(place))
        gone = ((1 << top) - 1) & ~left
        while gone:  # from the last to the first, so that what was before the first stays
            place = gone.bit_length() - 1
            gone ^= 1 << place
            changes = changed[place]
            if changes is None:
                return self._replayed(base, left)
            before = states[place]
            for slot in changes:
                slots[slot] = before[slot]
        return tuple(slots)

    def _changes(self, place: int) -> tuple[int, ...] | None:
        for _cell, mode in self._history.footprints[place]:
            if mode in _OF_QUEUES:
                return None
        return tuple(compress(count(), map(is_not, self._states[place], self._states[place + 1])))

    def _replayed(self, base: int, left: int) -> State:
        history = self._history
        step = self._system.step
        state = self._states[base]
        for place in bits(left >> base << base):
            state = step(state, history.threads[place], history.alternatives[place])[0]
        return state
