"""Signals that one process of a replay sends to another, held back until the schedule says that the victim dies."""

from __future__ import annotations

import contextlib
import os

from mprunner.worlds.real import proc

__all__ = ["HeldSignals"]


class HeldSignals:
    """Of each victim, by name, what was sent to it and is not delivered."""

    def __init__(self) -> None:
        self._held: dict[str, list[tuple[int, int]]] = {}
        self._pids: dict[str, int] = {}

    def hold(self, victim: str, pid: int, number: int) -> None:
        """Somebody wants to send this signal to the process of this number."""
        self._pids[victim] = pid
        self._held.setdefault(victim, []).append((pid, number))

    def deliver(self, victim: str) -> None:
        """Send what was held back for it."""
        for pid, number in self._held.pop(victim, ()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def deliver_all(self) -> None:
        """Send everything."""
        for victim in list(self._held):
            self.deliver(victim)

    def has_ended(self, victim: str) -> bool:
        """Whether a process that was sent something is over."""
        return victim in self._pids and proc.activity(self._pids[victim]) is None
