"""Threads that never sleep though nothing goes on: CPython's, which looks after a pool's workers while a result waits."""

from __future__ import annotations

from mprunner.worlds.real.proc import Activity

__all__ = ["Spinners"]


class Spinners:
    """Tells the threads that spin from the others, by samples."""

    def __init__(self) -> None:
        self._switches: dict[int, int] = {}
        """By thread, as it was in the last sample."""
        self._spinning: dict[int, set[int]] = {}
        """By process, the threads that were seen not to sleep, where some may spin."""

    @property
    def any(self) -> bool:
        """Whether a thread spins."""
        return any(self._spinning.values())

    def forget(self) -> None:
        """Something has happened: begin again."""
        self._switches.clear()
        self._spinning.clear()

    def others(self, pid: int, activity: Activity, most: int) -> int | None:
        """How often the threads that sleep have had the CPU; None when more than so many do not."""
        spinning = self._spinning.setdefault(pid, set())
        for thread in activity.threads:
            before = self._switches.get(thread.tid, thread.switches)
            self._switches[thread.tid] = thread.switches
            if thread.state != "S" or thread.switches != before:
                spinning.add(thread.tid)
        if len(spinning) > most:
            return None
        return sum(each.switches for each in activity.threads if each.tid not in spinning)
