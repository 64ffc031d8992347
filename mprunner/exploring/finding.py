"""How a scenario's executions are found and taken: by which method, by how many processes, within which limits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from mprunner.exploring.by_states import ByStates, teller
from mprunner.exploring.drawing import Drawing
from mprunner.exploring.executions import Executions, Gathered, Kind
from mprunner.exploring.forever import said_for_ever
from mprunner.exploring.hashed import INTERRUPTED
from mprunner.exploring.histories import Histories
from mprunner.exploring.results import Accounting
from mprunner.exploring.sampling import random_walks
from mprunner.exploring.searching import (
    CIRCLES,
    IMPATIENT,
    Found,
    Told,
    TraceSearch,
    sampled,
    with_few_preemptions,
)
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

MANY = 4_000
"""Executions after which it is tried whether states come to an end sooner. Time decides that only where it has a limit: so the
same is told however fast a machine is.
"""
MANY_STEPS = 100_000
"""Steps of executions, likewise."""
PATIENCE = 0.4
"""The part of a limit of time after which it is tried at the latest."""
WALKING = 1.0
"""Seconds that are spent on samples after a limit of time, where executions are so long that they take longer."""
ALONE = 0.3
"""Seconds: what takes no longer is explored by one process, whatever `jobs` says. To start others takes as long."""
TELL_EVERY = 0.1
"""Seconds from one progress to the next."""
ENOUGH = 50
"""So many executions are looked at even where a search over states has not come to their ends."""


class Finder:
    """Finds executions for an explorer. `executions` has what they come to, `schedules` those that are kept.

    `examples`: states were told apart by what promises remember, so that the outcomes are not all.
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
        self.by_states = ByStates(explorer)
        self._whole: Whole | None = None
        self.examples = False

    def find(self, progress: Progress) -> Accounting:
        """All of them, within the limits; what was done by then."""
        options = self.options
        if options.method in ("random", "pct", "pos"):
            return self._sampled(progress)
        if options.limits.preemptions is not None:
            histories = Histories(self.model, self.observer.concerns)
            accounting = self._taken(
                with_few_preemptions(histories, options, teller("preemptions", progress)), progress
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
        """One execution of each trace. What is not done soon is done by several, where that is asked for; where the end is far,
        it is tried whether states come to theirs sooner.
        """
        began = time.monotonic()
        impatient = self._is_impatient(began)
        pause: Callable[[int, int], bool] | None = impatient
        search = TraceSearch(self.model, self.options, looks_at_order=self.observer.looks_at_order)
        found = search.executions(until=None if self._several == 1 else began + ALONE)
        accounting = self._taken(found, progress, pause=lambda: impatient(search.number, search.made))
        if accounting.bound == IMPATIENT:
            told = self._remembered(progress, accounting, began)
            if told is not None:
                return told
            pause = None
            accounting = self._taken(found, progress)
        if search.rest is None or accounting.bound == INTERRUPTED:
            return accounting
        with Team(self._explorer, self._several) as team:
            together = Together(search, team, self._merge, lambda found: self._taken(found, progress))
            accounting = together.explore(progress, pause=pause)
            if accounting.bound == IMPATIENT:
                accounting = self._remembered(progress, accounting, began) or together.explore(progress)
        self.lost = team.lost
        return accounting

    def _is_impatient(self, began: float) -> Callable[[int, int], bool]:
        """Whether, after so many executions and steps, it is tried whether states come to an end sooner than executions."""
        if self.options.method == "traces" or not self.by_states.remembers:
            return lambda executions, steps: False
        seconds = self.options.limits.seconds
        until = math.inf if seconds is None else began + seconds * PATIENCE
        return lambda executions, steps: (
            executions >= MANY or steps >= MANY_STEPS or time.monotonic() >= until
        )

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

    def _taken(
        self, found: Found, progress: Progress, *, pause: Callable[[], bool] | None = None
    ) -> Accounting:
        """Take executions as they are found; what was done by then. `pause` says whether it is to pause: then it can be called
        again with the rest.
        """
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
                if pause is not None and schedule is not None and pause():
                    return replaced(told(), complete=False, bound=IMPATIENT)
            else:
                return told()
        except KeyboardInterrupt:  # what is known by now is told
            pass
        return replaced(told(), complete=False, bound=INTERRUPTED)

    def _states(self, progress: Progress) -> Accounting:
        """All ends, and all ways of going on for ever, by a search over states and what was seen on the way to them."""
        self._begin_again()
        whole, remembered = self.by_states.histories(progress)
        return self._from_memories(whole) if remembered else self._told(whole)

    def _remembered(self, progress: Progress, accounting: Accounting, began: float) -> Accounting | None:
        """The answer by states that know what promises remember, where these have an end, or where that was interrupted; None
        where they have none either. `accounting` is what was done since it `began`.
        """
        whole = self.by_states.memories(progress, time.monotonic() - began)
        if whole.graph.reason == INTERRUPTED:
            return replaced(accounting, complete=False, bound=INTERRUPTED)
        return self._from_memories(whole) if whole.complete else None

    def _from_memories(self, whole: Whole) -> Accounting:
        """Take what was found instead of what was found before: how far that went is a matter of chance."""
        self.examples = True
        self.sites |= whole.sites
        self._begin_again()
        return self._told(whole)

    def _told(self, whole: Whole) -> Accounting:
        """Take the ends that a search over states has found; what was done."""
        self._whole = whole
        graph, limits = whole.graph, self.options.limits
        for schedule in whole.executions():
            self._take(schedule)
        for endless in whole.endless():
            self.executions.add(endless.schedule, said_for_ever(endless, self.executions.verdicts))
        if graph.reason not in (None, INTERRUPTED):
            # Breadth first, a search that was cut has seen the end of few executions or none: some are better than that.
            walks, began = random_walks(self.model, seed=self.options.seed), time.monotonic()
            for sample in islice(walks, max(0, ENOUGH - self.executions.number)):
                self._take(sample.schedule)
                if limits.seconds is not None and time.monotonic() - began >= WALKING:
                    break
        out_of_time = limits.seconds is not None and (graph.reason or "").endswith(" s")
        return Accounting(
            "states",
            executions=self.executions.number,
            steps=graph.transitions,
            states=graph.expanded,
            complete=whole.complete,
            bound=f"--time {limits.seconds:g}" if out_of_time else graph.reason,
        )

    def _begin_again(self) -> None:
        """Forget the executions that were taken."""
        self.executions = Executions(self.model, self._explorer.judged)
        self.schedules.clear()

    def _take(self, schedule: Schedule) -> None:
        self.executions.add(schedule)
        if len(self.schedules) < self.options.keep_schedules:
            self.schedules.append(schedule)

    @property
    def whole(self) -> Whole | None:
        """All states with their histories, where there are not too many."""
        if self._whole is None:
            self._whole = Whole(Histories(self.model, self.observer.concerns))
        return self._whole if self._whole.complete else None

    @property
    def searched(self) -> Whole | None:
        """All states with their histories, where these were searched anyway and that came to an end."""
        return self._whole if self._whole is not None and self._whole.complete else None
