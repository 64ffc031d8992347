"""The threads that ask a gatekeeper for leave: what each is at, and whether it sleeps."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from mprunner.worlds.real import proc
from mprunner.worlds.real.moves import Key
from mprunner.worlds.real.spinning import Spinners
from mprunner.worlds.real.wire import Channel

__all__ = ["Quiet", "Seat"]

_APART_NS = 2_000_000
"""So far apart are two looks at a process that is taken for asleep: in between it would have got the CPU."""


class Seat:
    """One thread's connection. `inside` are the steps that it has leave for and has not done, the innermost last. `within`: what
    it asks for is the next part of one of them.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.pid = 0
        self.asked: Key | None = None
        self.within = False
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
        return self.going and self.rests()

    def rests(self) -> bool:
        """Whether its process does nothing; asked again and again. False until that is certain."""
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


_LOOKS = 6
_LOOKS_WITH_SPINNER = 20


class Quiet:
    """Whether nothing goes on in a run: every process is asleep, and has not had the CPU for several looks."""

    def __init__(self) -> None:
        self._spinners = Spinners()
        self._looks = 0
        self._before: tuple[tuple[int, int], ...] | None = None

    def forget(self) -> None:
        """Something has happened."""
        self._looks, self._before = 0, None
        self._spinners.forget()

    def look(self, root: int, spinning: Mapping[int, int]) -> bool:
        """Take a sample of all that descends from this process; True when enough of them were the same, and still. `spinning`:
        how many threads of these processes may never sleep.
        """
        found: list[tuple[int, int]] = []
        for each in proc.descendants(root):
            if each.state in "ZX":
                continue
            activity = proc.activity(each.pid)
            if activity is None:
                continue
            switches: int | None = activity.switches if activity.asleep else None
            if each.pid in spinning:
                switches = self._spinners.others(each.pid, activity, spinning[each.pid])
            if switches is None:
                self.forget()
                return False
            found.append((each.pid, switches))
        sample = tuple(sorted(found))
        self._looks = self._looks + 1 if sample == self._before else 1
        self._before = sample
        return self._looks >= (_LOOKS_WITH_SPINNER if self._spinners.any else _LOOKS)
