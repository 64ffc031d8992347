"""All executions of a subject that the model has, as far as they are few enough, and what is compared of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property

from mprunner.exploring.explore import Explorer
from mprunner.exploring.options import ExploreOptions, Limits
from mprunner.exploring.playing import played
from mprunner.exploring.results import Exploration
from mprunner.exploring.searching import CIRCLES
from mprunner.exploring.system import Schedule
from mprunner.recording.events import Recording
from mprunner.records import replaced
from mprunner.worlds.model.steps import Memory
from tests.conformance.subjects import Taken
from tests.worlds.model.following import lanes

__all__ = ["Explored", "lanes_of"]

_MOST_PLAYED = 20_000
"""Executions that are played to know what each process did in them."""


class Explored:
    """The exploration of a subject under one start method."""

    def __init__(self, taken: Taken, method: str, seconds: float, memory: Memory = "sc") -> None:
        # Traces as long as there is time: what promises remember leaves out most executions.
        options = ExploreOptions(
            method="traces",
            limits=Limits(seconds=seconds),
            start_method=method,
            memory=memory,
            keep_schedules=1_000_000,
        )
        self.explorer = Explorer(taken.scenario, taken.program, options)
        self.found: Exploration = self.explorer.explore()
        if self.found.accounting.bound == CIRCLES:
            self.explorer = Explorer(taken.scenario, taken.program, replaced(options, method="auto"))
            self.found = self.explorer.explore()
        self.model = self.explorer.model

    @property
    def complete(self) -> bool:
        """Whether there are no more outcomes than were found."""
        return self.found.accounting.complete and self.explorer.all_outcomes

    @property
    def schedules(self) -> Sequence[Schedule]:
        return self.found.schedules

    def chosen(self, most: int) -> list[Schedule]:
        """At most so many of them, evenly over all; but of each outcome and each way to hang at least one."""
        if len(self.schedules) <= most:
            return list(self.schedules)
        return list(
            dict.fromkeys([*self._one_of_each(), *self.schedules[:: -(-len(self.schedules) // most)]])
        )

    def _one_of_each(self) -> Iterator[Schedule]:
        executions = self.explorer.executions
        for shortest in (*executions.outcomes.values(), *executions.hangs.values()):
            yield shortest.schedule

    @cached_property
    def lanes(self) -> frozenset[Hashable] | None:
        """What the processes did, in each execution; None where that is not known of all of them.

        A search over states has an execution to each end, and not to everything that is done on the way there.
        """
        account = self.found.accounting
        if not self.complete or account.method != "traces" or account.executions > _MOST_PLAYED:
            return None
        return frozenset(lanes_of(played(self.model, each), self.held) for each in self.schedules)

    @property
    def held(self) -> frozenset[str]:
        """Names that main's variables have from objects."""
        return frozenset(each.name for each in self.model.program.objects)


def lanes_of(recording: Recording, held: frozenset[str]) -> Hashable:
    """What each process did, call for call, in its own order; and how it all ended."""
    found = lanes(recording, held)
    return recording.ending.how, tuple((name, tuple(lane)) for name, lane in sorted(found.items()))
