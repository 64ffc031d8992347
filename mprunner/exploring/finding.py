"""How a scenario's executions are found and taken: by which method, by how many processes, within which limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from mprunner.exploring.drawing import Drawing
from mprunner.exploring.executions import Executions, Gathered, Kind
from mprunner.exploring.hashed import INTERRUPTED
from mprunner.exploring.histories import Histories
from mprunner.exploring.limits import Limits as StateLimits
from mprunner.exploring.limits import Progress as StateProgress
from mprunner.exploring.limits import Tell
from mprunner.exploring.results import Accounting, Method
from mprunner.exploring.sampling import random_walks
from mprunner.exploring.searching import CIRCLES, Found, Told, TraceSearch, sampled, with_few_preemptions
from mprunner.exploring.system import Schedule
from mprunner.exploring.team import Team, cores
from mprunner.exploring.together import Together
from mprunner.exploring.whole import Whole
from mprunner.records import replaced

if TYPE_CHECKING:
    from mprunner.exploring.explore import Explorer

__all__ = ["Finder", "Progress"]

Progress = Callable[[Accounting], bool]
"""Is told now and then how far it is; False stops the exploration."""

MOST_STATES = 500_000
"""States that are searched unless `--executions` says another number: a program may have no end of them."""
ALONE = 0.3
"""Seconds: what takes no longer is explored by one process, whatever `jobs` says. To start others takes as long."""
TELL_EVERY = 0.1
"""Seconds from one progress to the next."""
ENOUGH = 50
"""So many executions are looked at even where a search over states has not come to their ends."""


class Finder:
    """Finds executions for an explorer. `executions` has what they come to, `schedules` those that are kept.

    `sites`: where steps have been that other processes made; `lost`: how those ended that ended unasked.
    """

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self.model = explorer.model
        self.observer = explorer.observer
        self.options = explorer.options
        self.executions = Executions(self.model, explorer.judged)
        self.schedules: list[Schedule] = []
        self.sites: set[int] = set()
        self.lost: list[str] = []
        self._whole: Whole | None = None

    def find(self, progress: Progress) -> Accounting:
        """All of them, within the limits; what was done by then."""
        options = self.options
        if options.method in ("random", "pct", "pos"):
            return self._sampled(progress)
        if options.limits.preemptions is not None:
            histories = Histories(self.model, self.observer.concerns)
            accounting = self._taken(
                with_few_preemptions(histories, options, _teller("preemptions", progress)), progress
            )
            return self._states(progress) if accounting.complete else accounting
        if options.method == "auto" and self._time_counts():
            return self._states(progress)
        if options.method in ("auto", "traces"):
            accounting = self._traces(progress)
            if options.method == "traces" or accounting.bound != CIRCLES:
                return accounting
        return self._states(progress)

    @property
    def _several(self) -> int:
        """How many processes are to explore."""
        return self.options.jobs or cores()

    def _traces(self, progress: Progress) -> Accounting:
        """One execution of each trace. What is not done soon is done by several, where that is asked for."""
        search = TraceSearch(self.model, self.options, looks_at_order=self.observer.looks_at_order)
        until = None if self._several == 1 else time.monotonic() + ALONE
        accounting = self._taken(search.executions(until=until), progress)
        if search.rest is None or accounting.bound == INTERRUPTED:
            return accounting
        with Team(self._explorer, self._several) as team:
            together = Together(search, team, self._merge, lambda found: self._taken(found, progress))
            accounting = together.explore(progress)
        self.lost = team.lost
        return accounting

    def _sampled(self, progress: Progress) -> Accounting:
        """Samples. Those that do not come soon are drawn by several, where that is asked for."""
        until = None if self._several == 1 else time.monotonic() + ALONE
        accounting = self._taken(sampled(self.model, self.options, until=until), progress)
        if accounting.bound is not None:
            return accounting
        with Team(self._explorer, self._several) as team:
            accounting = Drawing(self.options, team, accounting, self._merge).draw(progress)
        self.lost = team.lost
        return accounting

    def _merge(self, gathered: Gathered, kinds: Sequence[Kind]) -> None:
        """Take what another process has gathered."""
        self.executions.merge(gathered, kinds)
        self.sites.update(gathered.sites)
        room = self.options.keep_schedules - len(self.schedules)
        if room > 0:
            self.schedules += gathered.schedules[:room]

    def _time_counts(self) -> bool:
        """Whether what a thread can do hangs on what all others can, as time passes only when nobody has a step.

        Of that footprints say nothing.
        """
        options = self.options
        return options.respect_sleep or (options.no_timeouts and bool(self.model.features.nonblocking))

    def _taken(self, found: Found, progress: Progress) -> Accounting:
        """Take executions as they are found; what was done by then."""
        told: Told = partial(Accounting, "traces")
        shown = 0.0
        try:
            for told, schedule in found:
                if schedule is not None:
                    self._take(schedule)
                now = time.monotonic()
                if now - shown >= TELL_EVERY:
                    shown = now
                    if not progress(told()):
                        break
            else:
                return told()
        except KeyboardInterrupt:  # what is known by now is told
            pass
        return replaced(told(), complete=False, bound=INTERRUPTED)

    def _states(self, progress: Progress) -> Accounting:
        """All ends, and all ways of going on for ever, by a search over states and what was seen on the way to them."""
        self.executions = Executions(self.model, self._explorer.judged)
        self.schedules.clear()
        limits = self.options.limits
        asked = StateLimits(
            seconds=limits.seconds, depth=limits.depth, states=limits.executions or MOST_STATES
        )

        self._whole = whole = Whole(self.model, self.observer.concerns, asked, _teller("states", progress))
        for schedule in whole.executions():
            self._take(schedule)
        graph = whole.graph
        if graph.reason not in (None, INTERRUPTED):
            # Breadth first, a search that was cut has seen the end of few executions or none: some are better than that.
            walks = random_walks(self.model, seed=self.options.seed)
            for sample in islice(walks, max(0, ENOUGH - self.executions.number)):
                self._take(sample.schedule)
        out_of_time = limits.seconds is not None and graph.reason == f"{limits.seconds:g} s"
        return Accounting(
            "states",
            executions=self.executions.number,
            steps=graph.transitions,
            states=graph.expanded,
            complete=whole.complete,
            bound=f"--time {limits.seconds:g}" if out_of_time else graph.reason,
        )

    def _take(self, schedule: Schedule) -> None:
        self.executions.add(schedule)
        if len(self.schedules) < self.options.keep_schedules:
            self.schedules.append(schedule)

    @property
    def whole(self) -> Whole | None:
        """All states with their histories, where there are not too many."""
        if self._whole is None:
            self._whole = Whole(self.model, self.observer.concerns)
        return self._whole if self._whole.complete else None

    @property
    def searched(self) -> Whole | None:
        """All states with their histories, where these were searched anyway and that came to an end."""
        return self._whole if self._whole is not None and self._whole.complete else None


def _teller(method: Method, progress: Progress) -> Tell:
    """Tells how far a search over states is. It ends as by Ctrl-C where that is wished."""

    def tell(done: StateProgress) -> None:
        told = Accounting(
            method,
            states=done.states,
            steps=done.transitions,
            seconds=done.seconds,
            estimate=done.estimate,
            waiting=done.waiting,
        )
        if not progress(told):
            raise KeyboardInterrupt

    return tell
