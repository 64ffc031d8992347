"""The executions of a scenario by a search over states: those that know what was seen on the way, or what promises remember."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mprunner.checking.forms import OutcomesForm, PromiseForm, VariablesForm, bodies_of
from mprunner.exploring.hashed import INTERRUPTED
from mprunner.exploring.histories import Histories, Noting
from mprunner.exploring.limits import Limits, Progress, Tell
from mprunner.exploring.remembering import Remembering, needs_all
from mprunner.exploring.results import Accounting, Method
from mprunner.exploring.whole import Whole
from mprunner.records import replaced
from mprunner.worlds.model.model import Model

if TYPE_CHECKING:
    from mprunner.exploring.explore import Explorer

__all__ = ["ByStates", "teller"]

Going = Callable[[Accounting], bool]

MOST_STATES = 500_000
"""States that are searched unless `--executions` says another number: a program may have no end of them."""
FEW_STATES = 10_000
"""States with histories after which it is tried whether promises remember less."""
SHARE = 0.7
"""The part of the time that is left in which it is tried."""


class ByStates:
    """Searches for an explorer. `remembers`: promises can be answered from what they remember.

    `keeps_all`, once that was tried in vain: a promise that remembers all that it saw, so that there was no end.
    """

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self.remembers = needs_all(explorer.forms, explorer.facts) is None
        self.keeps_all: PromiseForm | None = None

    def histories(self, progress: Going) -> tuple[Whole, bool]:
        """States with all that was seen; or with what promises remember, where the others are many and these come to an end:
        whether it is so.
        """
        limits, began = self._explorer.options.limits, time.monotonic()
        most = limits.executions or MOST_STATES
        histories = Histories(self._explorer.model, self._explorer.observer.concerns)
        few = min(most, FEW_STATES) if self.remembers else most
        whole = self._searched(histories, progress, few, limits.seconds)
        if not self.remembers or whole.complete or whole.graph.reason == INTERRUPTED:
            return whole, False
        remembered = self.memories(progress, time.monotonic() - began)
        if remembered.complete:
            return remembered, True
        if few < most and whole.graph.expanded >= few and remembered.graph.reason != INTERRUPTED:
            left = None if limits.seconds is None else limits.seconds - (time.monotonic() - began)
            whole = self._searched(histories, progress, most, left)
        return whole, False

    def memories(self, progress: Going, gone: float) -> Whole:
        """States with what promises remember. `gone` seconds of the limit are over."""
        explorer, limits = self._explorer, self._explorer.options.limits
        left = None if limits.seconds is None else (limits.seconds - gone) * SHARE
        model = explorer.model
        bodies = (body for form in explorer.forms for body in bodies_of(form.body))
        if not any(isinstance(body, (VariablesForm, OutcomesForm)) for body in bodies):
            options = replaced(model.options, keep_variables=False)
            model = Model(model.program, options, explorer.observer)
        system = Remembering(model, explorer.forms, explorer.facts)
        whole = self._searched(system, progress, limits.executions or MOST_STATES, left)
        if not whole.complete:
            self.keeps_all = system.keeps_all()
        return whole

    def _searched(self, system: Noting, progress: Going, states: int, seconds: float | None) -> Whole:
        asked = Limits(seconds=seconds, depth=self._explorer.options.limits.depth, states=states)
        return Whole(system, asked, teller("states", progress))


def teller(method: Method, progress: Going) -> Tell:
    """Tells how far a search over states is. It ends as by Ctrl-C where that is wished."""

    def tell(done: Progress) -> None:
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
