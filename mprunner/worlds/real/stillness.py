"""Recognising a hang: every process of the run waits for good, and the operating system agrees.

By the record each waits without a limit, for another one of them. A record can be late, so the kernel is asked too: all
threads of all processes sleep, and none has had the CPU between samples. A process that has been woken is runnable, not
asleep, however long it has to wait for the CPU on a loaded machine.

One thread may spin: where a pool's thread that takes results has ended in a callback, or is still in one, and a result has come,
CPython's thread that looks after the workers is told so again and again, for ever.
"""

from __future__ import annotations

import time

from mprunner.worlds.real import proc
from mprunner.worlds.real.live import LiveActor, LiveRun
from mprunner.worlds.real.spinning import Spinners

_SAMPLES = 4
_SAMPLES_WITH_SPINNER = 20
_SAMPLES_WITH_TIMER = 160
"""CPython itself waits with a limit (one second) when a manager is shut down at exit: that is not for good."""


class Stillness:
    """Call `look` every 10 to 50 ms while nothing new is recorded; `suspicious` says that it pays to look soon."""

    def __init__(self, live: LiveRun) -> None:
        self._live = live
        self._before: tuple[tuple[int, int], ...] | None = None
        self._same = 0
        self._spinners = Spinners()

    @property
    def suspicious(self) -> bool:
        return self._same > 0

    def forget(self) -> None:
        """Something has happened: begin again."""
        self._before, self._same = None, 0
        self._spinners.forget()

    def look(self, keeper: int) -> bool:
        """Take a sample; True when there have been enough that are all the same, and still."""
        alive = self._live.alive()
        if not self._main_lives():
            self.forget()
            return False
        now = time.monotonic_ns()
        if not all(each.blocked(now) or not proc.is_alive(each.pid) for each in alive):
            self.forget()
            return False
        sample = self._sample(keeper, alive)
        if sample is None:
            self.forget()
            return False
        self._same = self._same + 1 if sample == self._before else 1
        self._before = sample
        if self._timer_runs(alive):
            return self._same >= _SAMPLES_WITH_TIMER
        return self._same >= (_SAMPLES_WITH_SPINNER if self._spinners.any else _SAMPLES)

    def _main_lives(self) -> bool:
        """Whether main's process is there: without it the keeper ends what is left, however late it gets to it."""
        return any(each.role == "main" and proc.is_alive(each.pid) for each in self._live.actors.values())

    def _sample(self, keeper: int, alive: list[LiveActor]) -> tuple[tuple[int, int], ...] | None:
        """Each process and how often it has had the CPU; None when one of them is not asleep."""
        managers = {each.pid for each in alive if each.role == "manager"}
        found: list[tuple[int, int]] = []
        for each in proc.descendants(keeper):
            if each.state in "ZX" or each.pid in managers:
                continue
            activity = proc.activity(each.pid)
            if activity is None:
                continue
            may_spin = self._live.unread_pools(each.pid)
            if may_spin:
                others = self._spinners.others(each.pid, activity, may_spin)
                if others is None:
                    return None
                found.append((each.pid, others))
                continue
            if not activity.asleep:
                return None
            found.append((each.pid, activity.switches))
        return tuple(sorted(found)) or None

    def _timer_runs(self, alive: list[LiveActor]) -> bool:
        exiting = any(each.role == "main" and each.exiting for each in alive)
        return exiting and any(each.role == "manager" for each in alive)
