"""The tables of all kinds of objects, joined, and how a model is laid out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mprunner.operations import OPERATIONS
from mprunner.program.handouts import Operation
from mprunner.worlds.model.acts import OWN_ACTS, SILENT_ACTS
from mprunner.worlds.model.buffers import lay_out_buffers
from mprunner.worlds.model.clocks import CLOCKS
from mprunner.worlds.model.copies import lay_out_copies
from mprunner.worlds.model.creating import CREATING, lay_out_names
from mprunner.worlds.model.images import Image, Silent
from mprunner.worlds.model.lifecycle import LIFECYCLE
from mprunner.worlds.model.locks import LOCKS, lay_out_locks
from mprunner.worlds.model.managed import MANAGED, lay_out_managed
from mprunner.worlds.model.managed_barriers import ANSWERS
from mprunner.worlds.model.managers import MANAGERS, lay_out_managers
from mprunner.worlds.model.meetings import MEETINGS, lay_out_meetings
from mprunner.worlds.model.memory import MEMORY, SILENT_MEMORY, lay_out_memory
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act
from mprunner.worlds.model.pools import POOLS, lay_out_pools
from mprunner.worlds.model.processes import begin_main, lay_out_processes
from mprunner.worlds.model.queues import QUEUES, lay_out_queues
from mprunner.worlds.model.results import Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.model.waiting import lay_out_timers

__all__ = ["ACTS", "LAY_OUT", "SILENT", "lay_out"]


def _unfollowed(turn: Turn, operation: Operation) -> Result:
    what = operation.op if operation.object is None else f"{operation.op} of a {operation.object.kind}"
    raise Unfollowed(f"it has no model of {what}", turn.model.program, operation.site)


def _silently(act: Callable[[Image, Operation, Model], Any], model: Model) -> Silent:
    return lambda image, operation: act(image, operation, model)


ACTS: dict[tuple[str, str], Act] = {
    **{(spec.kind, spec.name): Act(_unfollowed) for spec in OPERATIONS},
    **LIFECYCLE,
    **OWN_ACTS,
    **CREATING,
    **CLOCKS,
    **LOCKS,
    **MEMORY,
    **MEETINGS,
    **QUEUES,
    **POOLS,
    **MANAGERS,
    **MANAGED,
    **ANSWERS,
}
"""Every operation on objects, and of processes by themselves."""

SILENT: dict[tuple[str, str], Callable[[Model], Silent]] = {
    key: partial(_silently, act) for key, act in {**SILENT_ACTS, **SILENT_MEMORY}.items()
}
"""What concerns the process alone and leaves no trace on record."""

LAY_OUT: list[Callable[[Model], None]] = [
    lay_out_processes,
    lay_out_copies,
    lay_out_names,
    lay_out_managers,
    lay_out_locks,
    lay_out_memory,
    lay_out_pools,
    lay_out_meetings,
    lay_out_queues,
    lay_out_managed,
]
"""What each kind of object puts into a model, in this order."""


def lay_out(model: Model) -> None:
    """Put all that the program declares into the model. Raises Unfollowed."""
    for part in LAY_OUT:
        part(model)
    lay_out_buffers(model)  # of all processes, workers too
    lay_out_timers(model)
    begin_main(model)
