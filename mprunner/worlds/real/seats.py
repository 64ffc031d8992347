"""The threads that ask a gatekeeper for leave: what each is at, and whether it sleeps."""

from __future__ import annotations

import time
from typing import Any

from mprunner.worlds.real import proc
from mprunner.worlds.real.moves import Key
from mprunner.worlds.real.wire import Channel

__all__ = ["Quiet", "Seat"]

_APART_NS = 2_000_000
"""So far apart are two looks at a process that is taken for asleep: in between it would have got the CPU."""


class Seat:
    """One thread's connection. `inside` are the steps that it has leave for and has not done, the innermost last."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.pid = 0
        self.asked: Key | None = None
        self.inside: list[Key] = []
        self.going = False
        self.threads: set[str] = set()
        self._looked: tuple[int, int] | None = None

    @property
    def closed(self) -> bool:
        """Whether the thread, or its process, is gone."""
        return self.channel.closed

    def is_over(self) -> bool:
        """Whether its process has come to its end, so that whoever waits for that knows."""
        return proc.activity(self.pid) is None

    def grant(self, key: Key, mode: Any, *, tell: bool = False) -> None:
        """Give leave for what it asks for. `tell`: it says when it goes."""
        self.inside.append(key)
        self.asked, self.going, self._looked = None, False, None
        self.channel.send((mode, tell))

    def sleeps(self) -> bool:
        """Whether it has gone on and come to rest; asked again and again. False until that is certain."""
        if not self.going:
            return False
        activity = proc.activity(self.pid)
        if activity is None:
            return True
        if not activity.asleep:
            self._looked = None
            return False
        now = time.monotonic_ns()
        if self._looked is None or self._looked[0] != activity.switches:
            self._looked = (activity.switches, now)
            return False
        return now - self._looked[1] >= _APART_NS


class Quiet:
    """Whether nothing goes on in a run: every process is asleep, and has not had the CPU for several looks."""

    def __init__(self, looks: int) -> None:
        self._needed = looks
        self._looks = 0
        self._before: tuple[tuple[int, int], ...] | None = None

    def forget(self) -> None:
        """Something has happened."""
        self._looks, self._before = 0, None

    def look(self, root: int) -> bool:
        """Take a sample of all that descends from this process; True when enough of them were the same, and still."""
        found: list[tuple[int, int]] = []
        for each in proc.descendants(root):
            if each.state in "ZX":
                continue
            activity = proc.activity(each.pid)
            if activity is None:
                continue
            if not activity.asleep:
                self.forget()
                return False
            found.append((each.pid, activity.switches))
        sample = tuple(sorted(found))
        self._looks = self._looks + 1 if sample == self._before else 1
        self._before = sample
        return self._looks >= self._needed
