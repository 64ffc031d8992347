"""When a run is over before it ends by itself: its `ends:`, its deadline, a hang, processes without end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from mprunner.program.declarations import Program
from mprunner.recording.reading import Raw
from mprunner.records import record
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real import proc
from mprunner.worlds.real.live import LiveRun
from mprunner.worlds.real.matching import LiveMatcher
from mprunner.worlds.real.stillness import Stillness

SAMPLE_SECONDS = 0.015
_QUIET_NS = 30_000_000
_FAILED_WORKERS = 8
_FAILING_NS = 1_000_000_000
"""So many workers of a pool have failed in its initializer, for so long, and none has got through: it will go on so."""

_STARTING_NS = 60_000_000_000
"""What is not there so long after it was ordered will not begin any more."""

_LONGEST_SECONDS = 1e9
"""Thirty years: what is longer is never reached, and would not fit into the nanoseconds of a clock."""


@record
class Cut:
    """Why mprun ended a run, and when (CLOCK_MONOTONIC). `alive` and `stopped` are the processes then, by name."""

    how: Literal["cut", "hang", "deadline", "interrupted", "crashed"]
    time: int
    alive: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()
    pattern: str | None = None
    detail: str = ""


class Judge:
    """Looks at a run after each batch of records and says when it must be ended."""

    def __init__(self, program: Program, options: RunOptions, live: LiveRun, origin: int) -> None:
        self._live = live
        self._limit = options.max_processes
        ends = program.ends
        self._seconds = None if ends is None else ends.after, options.timeout
        self._when = None if ends is None or ends.when is None else LiveMatcher(ends.when, live)
        self._stillness = Stillness(live)
        self._after: int | None = None
        self._deadline: int | None = None
        self.begin(origin + _STARTING_NS)  # both are counted from its begin, which a slow machine puts off
        self._after = None

    def begin(self, origin: int) -> None:
        """The run has begun at this time (ns); from then on its time is counted."""
        self._after, self._deadline = (
            None if seconds is None else origin + int(min(seconds, _LONGEST_SECONDS) * 1e9)
            for seconds in self._seconds
        )

    @property
    def watches_events(self) -> bool:
        """Whether the end of the run depends on single events, so that they should be looked at soon."""
        return self._when is not None

    def patience(self, tick: float) -> float:
        """How many seconds may pass before `look` is called again."""
        now = time.monotonic_ns()
        moments = [each for each in (self._after, self._deadline) if each is not None]
        if self._stillness.suspicious:
            tick = SAMPLE_SECONDS
        return max(0.0, min([tick, *((each - now) / 1e9 for each in moments)]))

    def look(self, new: Sequence[Raw], keeper: int, *, held: bool = False) -> Cut | None:
        """Whether the run must be ended now, `new` being what was recorded since the last look.

        `held`: who waits may wait for leave only, so that nothing is a hang.
        """
        now = time.monotonic_ns()
        if self._when is not None and any(self._when.fits(raw) for raw in new):
            return self.cut("cut")
        if self._after is not None and now >= self._after:
            return self.cut("cut")
        if self._deadline is not None and now >= self._deadline:
            return self.cut("deadline")
        return self._endless(now) or self._hang(now, bool(new) or held, keeper)

    def _endless(self, now: int) -> Cut | None:
        live = self._live
        for pool, failures in live.worker_failures.items():
            elapsed = now - live.first_failure[pool]
            if failures >= _FAILED_WORKERS and elapsed >= _FAILING_NS and not live.got_through(pool, now):
                detail = f"{pool}\n{failures}\n{failures * 1e9 / elapsed:.0f}"
                return self.cut("hang", "initializer-fails", detail)
        alive = [each for each in live.alive() if each.role != "manager"]
        if len(alive) > self._limit and sum(proc.is_alive(each.pid) for each in alive) > self._limit:
            return self.cut("crashed", "too-many-processes", str(self._limit))
        return None

    def _hang(self, now: int, news: bool, keeper: int) -> Cut | None:
        if news or now - self._live.latest < _QUIET_NS or not self._live.actors:
            self._stillness.forget()
            return None
        if self._stillness.look(keeper):
            return self.cut("hang")
        return None

    def cut(
        self,
        how: Literal["cut", "hang", "deadline", "interrupted", "crashed"],
        pattern: str | None = None,
        detail: str = "",
    ) -> Cut:
        """The end of the run as of now, with who lives and who is stopped."""
        now = time.monotonic_ns()
        alive = set()
        stopped = set()
        for actor in self._live.alive():
            activity = proc.activity(actor.pid)
            if activity is not None:
                alive.add(actor.process)
                if activity.stopped:
                    stopped.add(actor.process)
        return Cut(how, now, frozenset(alive), frozenset(stopped), pattern, detail)
